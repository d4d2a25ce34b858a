package letter

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/calendar"
	"tocsin/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s has changed:\n%s", name, got)
	}
}

func wantInvalid(t *testing.T, err error, pieces ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("nothing was refused; want an error that says %q", pieces)
		return
	}
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("the error is of kind %q: %v", fault.KindOf(err), err)
	}
	for _, p := range pieces {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("the error is %q; want it to say %q", err, p)
		}
	}
}

var zone = func() *time.Location {
	loc, err := calendar.Zone("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return loc
}()

func on(y int, m time.Month, d int) When {
	return When{Time: time.Date(y, m, d, 0, 0, 0, 0, zone), Day: true}
}

func at(y int, m time.Month, d, h, min int) When {
	return When{Time: time.Date(y, m, d, h, min, 0, 0, zone)}
}

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func all(en, zh, fr, de string) Text { return Text{"en": en, "zh": zh, "fr": fr, "de": de} }

// example is a whole letter of a kind between an invented authority and an
// invented member.
func example(k Kind) *Letter {
	office := Sender{
		Name:    all("Examplia Network Security Office", "示例国网络安全办公室", "Office de la sécurité des réseaux d’Examplia", "Amt für Netzsicherheit Examplia"),
		Unit:    all("Sharing platform desk", "共享平台处", "Bureau de la plateforme de partage", "Referat Austauschplattform"),
		Address: []string{"1 Harbour Square", "10001 Port Example"},
		Contact: []string{"desk@office.example", "+99 1 555 01 00"},
	}
	l := &Letter{
		Kind: k, From: office,
		To:     Recipient{Name: all("Example Cloud Ltd", "示例云有限公司", "Example Cloud SA", "Example Cloud GmbH"), Address: []string{"7 Mill Lane", "20002 Example Town"}, Person: "Okafor", Title: "ms"},
		Number: "ENSO-2026-0117", Place: all("Port Example", "示例港", "Port-Exemple", "Hafen Beispiel"), Date: on(2026, time.December, 17), Reference: "PF-42",
		Basis: []Clause{
			{Citation: all("Model partnership agreement, clause 4(1)", "示范合作协议第四条第一款", "Accord type de partenariat, clause 4(1)", "Mustervereinbarung Partnerschaft, Ziffer 4(1)"), Operative: "The member shall report a grave vulnerability to the authority within 48 hours of becoming aware of it.", Language: "en", Version: "3", Address: "https://office.example/agreement/3"},
			{Citation: all("Examplia Network Order, Art. 9", "示例国网络条例第九条", "Ordonnance réseaux d’Examplia, art. 9", "Netzverordnung Examplia, Art. 9"), Operative: "主管机关可以暂停成员的参与资格，期限不超过六个月。", Language: "zh"},
		},
		Facts: []Fact{
			{At: at(2026, time.November, 24, 14, 51), Text: all("The member reported the flaw to its maker.", "该成员向制造商报告了该漏洞。", "Le membre a signalé la faille à son fabricant.", "Das Mitglied meldete den Fehler dem Hersteller."), Sources: []string{"mail of 24 November 2026, receipt 3"}},
			{At: on(2026, time.December, 9), Text: all("The office heard of the flaw from a third party.", "办公室从第三方得知该漏洞。", "L’office a appris la faille par un tiers.", "Das Amt erfuhr von dem Fehler durch Dritte."), Sources: []string{"own record, event e7"}, Contested: all("The member says that it told the office on 8 December.", "该成员称其已于12月8日告知办公室。", "Le membre dit avoir prévenu l’office le 8 décembre.", "Das Mitglied sagt, es habe das Amt am 8. Dezember unterrichtet.")},
		},
		Reasons:   all("The report reached the office fifteen days after the member knew.\nThe flaw was being used in attacks by then.", "办公室在该成员知悉十五日之后方收到报告。\n届时该漏洞已被用于攻击。", "Le signalement est parvenu à l’office quinze jours après que le membre savait.\nLa faille était alors exploitée.", "Die Meldung erreichte das Amt fünfzehn Tage, nachdem das Mitglied Bescheid wusste.\nDer Fehler wurde da schon für Angriffe genutzt."),
		Signatory: Signatory{Name: "A. Adeyemi", Office: all("Head of the desk", "处长", "Cheffe du bureau", "Referatsleiterin"), Delegation: all("Order of the Director 12/2025, no. 3", "主任令2025年第12号第三项", "arrêté de la directrice 12/2025, no 3", "Anordnung der Direktorin 12/2025, Nr. 3")},
		Enclosures: []Enclosure{
			{Title: all("Dossier PF-42", "卷宗 PF-42", "Dossier PF-42", "Dossier PF-42"), SHA256: hashOf("dossier")},
			{Title: all("Form for an answer", "答复表", "Formulaire de réponse", "Antwortformular")},
		},
	}
	reply := Reply{By: at(2027, time.January, 8, 18, 0), How: all("By the form of the platform, or by mail to the desk, naming the document number.", "请使用平台表单，或致函本处，并注明文号。", "Par le formulaire de la plateforme, ou par courrier au bureau, en indiquant le numéro du document.", "Über das Formular der Plattform oder per Post an das Referat, unter Angabe der Dokumentnummer.")}
	appeal := Appeal{Body: all("Appeals Board of Examplia", "示例国申诉委员会", "Commission de recours d’Examplia", "Beschwerdekammer Examplia"), Address: []string{"3 Court Street", "10001 Port Example"}, Until: on(2027, time.January, 18), Form: all("In writing and signed.", "应以书面形式提出并签名。", "Par écrit et signé.", "Schriftlich und unterschrieben."), Stays: "no"}
	platform := Scope{Platform: all("Threat and vulnerability sharing", "威胁与漏洞信息共享", "Partage des menaces et vulnérabilités", "Austausch zu Bedrohungen und Schwachstellen")}
	switch k {
	case Reminder:
		l.Asks = []Text{all("Please send the yearly review of 2026.", "请提交2026年度复核材料。", "Veuillez envoyer la revue annuelle 2026.", "Bitte senden Sie die Jahresüberprüfung 2026.")}
		l.Facts, l.Reasons = nil, nil
	case Hearing:
		l.Reply, l.Service = reply, Acknowledgement
		l.Asks = []Text{all("It is intended to suspend your participation for six months.", "拟暂停贵单位的参与资格六个月。", "Il est envisagé de suspendre votre participation pour six mois.", "Beabsichtigt ist, Ihre Teilnahme für sechs Monate auszusetzen.")}
	case Call, Evidence:
		l.Reply = reply
		l.Asks = []Text{all("Please tell which of your services hold the library.", "请告知哪些服务包含该组件。", "Veuillez indiquer lesquels de vos services contiennent la bibliothèque.", "Bitte teilen Sie mit, welche Ihrer Dienste die Bibliothek enthalten."), all("Please confirm the fix when it is in place.", "修复完成后请予确认。", "Veuillez confirmer le correctif une fois en place.", "Bitte bestätigen Sie die Behebung, sobald sie erfolgt ist.")}
		l.Facts, l.Reasons = nil, nil
	case Finding:
		l.Service = Inbox
		l.Enclosures = []Enclosure{{Title: all("The evidence as it is kept on the platform", "平台保存的证据", "Les éléments tels que conservés sur la plateforme", "Die Belege, wie sie auf der Plattform abgelegt sind"), SHA256: hashOf("evidence")}}
	case HearingClosed:
		l.Re, l.Hearing = "ENSO-2026-0109", Heard{How: HeardBefore, Re: "ENSO-2026-0109"}
		l.Asks = []Text{all("The mark of 9 December stays, and shows as contested.", "12月9日的标注保留，并标为有异议。", "La mention du 9 décembre demeure et apparaît comme contestée.", "Der Vermerk vom 9. Dezember bleibt und gilt sichtbar als bestritten.")}
		l.Facts, l.Reasons, l.Basis, l.Enclosures = nil, nil, nil, nil
	case Accepted:
		l.Re, l.Asks = "EC-12", []Text{all("An inbox that is read at night.", "夜间有人值守的收件箱。", "Une boîte lue la nuit.", "Ein Postfach, das nachts gelesen wird.")}
		l.Facts, l.Reasons, l.Basis, l.Enclosures = nil, nil, nil, nil
	case Returned:
		l.Re, l.Reply = "EC-12", reply
		l.Asks = []Text{all("An inbox that is read at night.", "夜间有人值守的收件箱。", "Une boîte lue la nuit.", "Ein Postfach, das nachts gelesen wird.")}
		l.Reasons = all("No proof came with the report.", "报告未附证明。", "Aucune preuve n’accompagnait le signalement.", "Der Meldung lag kein Nachweis bei.")
		l.Facts, l.Basis, l.Enclosures = nil, nil, nil
	case Invitation:
		l.Scope = platform
		l.Asks = []Text{all("You would be told of what concerns your products, and tell us of what you find.", "贵单位可获知与其产品有关的信息，并向我方告知所发现的问题。", "Vous seriez informés de ce qui concerne vos produits, et nous diriez ce que vous trouvez.", "Sie würden erfahren, was Ihre Produkte betrifft, und uns sagen, was Sie finden.")}
		l.Facts, l.Reasons, l.Basis = nil, nil, nil
	case Suspension, Extension, Reinstatement, Termination:
		l.Scope, l.Appeal, l.Service, l.Publication = platform, appeal, Inbox, Internal
		l.AtOnce, l.Hearing, l.Binding = true, Heard{How: HeardBefore, Re: "ENSO-2026-0109"}, "en"
		l.Asks = []Text{all("Access is restored within one working day of a decision that lifts this one.", "解除决定作出后一个工作日内恢复访问。", "L’accès est rétabli dans un jour ouvré suivant une décision de levée.", "Der Zugang wird binnen eines Arbeitstags nach einer aufhebenden Entscheidung wiederhergestellt.")}
		if k == Suspension || k == Extension {
			l.Until = on(2027, time.June, 17)
		}
		if k != Suspension && k != Termination {
			l.Re = "ENSO-2026-0101"
		}
		if k == Termination {
			l.AtOnce, l.Start, l.Publication, l.Service = false, on(2027, time.January, 1), Public, Registered
			l.Hearing = Heard{How: HeardSilent, Re: "ENSO-2026-0109"}
		}
	case ReplyReceived, AppealReceived:
		l.Re, l.Received = "ENSO-2026-0109", at(2026, time.December, 16, 17, 5)
		l.Appeal = Appeal{Body: appeal.Body}
		l.Facts, l.Reasons, l.Basis = nil, nil, nil
		if k == ReplyReceived {
			l.Appeal = Appeal{}
		}
	case Answer, AppealLodged:
		l.From, l.To = Sender{Name: l.To.Name, Address: l.To.Address}, Recipient{Name: office.Name, Address: office.Address}
		l.Re, l.Number = "ENSO-2026-0117", "EC-9"
		l.Signatory = Signatory{Name: "C. Okafor", Office: all("Head of security", "安全负责人", "Responsable sécurité", "Sicherheitsleiterin")}
		l.Asks = []Text{all("The mark of 9 December is wrong: we told you on 8 December.", "12月9日的标注有误：我方已于12月8日告知。", "La mention du 9 décembre est inexacte : nous vous avons prévenus le 8 décembre.", "Der Vermerk vom 9. Dezember ist falsch: Wir haben Sie am 8. Dezember unterrichtet.")}
		if k == AppealLodged {
			l.Appeal = Appeal{Body: appeal.Body}
		}
	}
	return l
}
