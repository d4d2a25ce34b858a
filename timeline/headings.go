package timeline

import "strings"

// headings are the words of a picture that is made from a plan.
type headings struct {
	title, kept, sources, public, ifWord, limit, limits string

	comma, stop string            // between the parts of a line, and after its first sentence
	sourceKinds map[string]string // of casefile.Source
}

var headingWords = map[string]headings{
	"en": {"Who knew what, when", "Computed dates rest on what is assumed and on the reading chosen; they are no legal conclusion.",
		"From outside sources. Hollow marks: sources disagree. What rests on an assumption says if. Not a finding.",
		"Public", "if …: ", "outer limit {a}", "outer limit {a} or {b}",
		", ", ". ", map[string]string{"primary": "primary", "press": "press", "anonymous": "anonymous", "own": "own"}},
	"zh": {"谁在何时知道什么", "计算所得日期取决于所作假定和所采读法，并非法律结论。",
		"依据外部来源。空心标记：来源说法不一。取决于假定之处均以“如果”标明。并非认定。",
		"公众", "如果……：", "最晚期限 {a}", "最晚期限 {a} 或 {b}",
		"，", "。", map[string]string{"primary": "原始来源", "press": "媒体", "anonymous": "匿名", "own": "自有记录"}},
	"fr": {"Qui savait quoi, et quand", "Les dates calculées reposent sur les hypothèses et la lecture retenues ; elles ne sont pas une conclusion juridique.",
		"D’après des sources extérieures. Signes creux : les sources divergent. Ce qui repose sur une hypothèse commence par « si ». Ce n’est pas un constat.",
		"Public", "si … : ", "limite extrême {a}", "limite extrême {a} ou {b}",
		", ", ". ", map[string]string{"primary": "source primaire", "press": "presse", "anonymous": "anonyme", "own": "registre propre"}},
	"de": {"Wer wusste was, wann", "Berechnete Daten beruhen auf den Annahmen und der gewählten Lesart; sie sind kein rechtlicher Schluss.",
		"Aus fremden Quellen. Hohle Zeichen: die Quellen widersprechen sich. Was auf einer Annahme beruht, sagt „wenn“. Keine Feststellung.",
		"Öffentlichkeit", "wenn …: ", "äußerste Frist {a}", "äußerste Frist {a} oder {b}",
		", ", ". ", map[string]string{"primary": "Primärquelle", "press": "Presse", "anonymous": "anonym", "own": "eigene Aufzeichnung"}},
}

// headingsFor picks a language by its base, English if it is not there.
func headingsFor(lang string) headings {
	base, _, _ := strings.Cut(lang, "-")
	if w, ok := headingWords[base]; ok {
		return w
	}
	return headingWords["en"]
}
