package letter

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every kind in every language, as it is sent: the goldens are read by people.
func TestGoldenLetters(t *testing.T) {
	for _, k := range Kinds() {
		for _, lang := range Languages() {
			text, err := example(k).Plain(lang)
			if err != nil {
				t.Fatalf("%s in %s: %v", k, lang, err)
			}
			golden(t, path.Join(lang, string(k)+".txt"), text)
			page, err := example(k).Page(lang)
			if err != nil {
				t.Fatal(err)
			}
			if k == Suspension || k == Call {
				style := "<style>" + Stylesheet()
				if strings.Count(string(page), style) != 1 {
					t.Errorf("%s in %s does not hold the style sheet once", k, lang)
				}
				golden(t, path.Join(lang, string(k)+".html"), strings.Replace(string(page), style, "<style>\n", 1))
			}
			for n, line := range strings.Split(text, "\n") {
				if width(line) > columns {
					t.Errorf("%s in %s, line %d has %d columns: %s", k, lang, n+1, width(line), line)
				}
			}
		}
	}
}

// What the page says, the text says, and the other way round.
func TestPageAndTextSayTheSame(t *testing.T) {
	squeeze := func(s string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \n　|=-", r) {
				return -1
			}
			return r
		}, s)
	}
	for _, k := range Kinds() {
		for _, lang := range Languages() {
			body, err := example(k).Body(lang)
			if err != nil {
				t.Fatal(err)
			}
			text, err := example(k).Plain(lang)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := squeeze(textOf(t, body)), squeeze(text); a != b {
				t.Errorf("%s in %s:\npage %s\ntext %s", k, lang, a, b)
			}
		}
	}
}

// textOf reads the fragment as XML, which it has to be.
func textOf(t *testing.T, fragment string) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(fragment))
	var b strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("%v in %s", err, fragment)
		}
		if c, ok := token.(xml.CharData); ok {
			b.Write(c)
		}
	}
}

// A decision without appeal information is not written, and the error names
// what is missing, whatever kind it is.
func TestMissingPartsAreNamed(t *testing.T) {
	l := example(Suspension)
	l.Appeal = Appeal{}
	_, err := l.Plain("de")
	wantInvalid(t, err, "appeal.body", "appeal.until", "the appeal body", "the appeal period", "suspension")
	// Each part that a kind must have: taken away, it is named.
	remove := map[string]func(*Letter){
		"from.name": func(l *Letter) { l.From.Name = nil }, "from.address": func(l *Letter) { l.From.Address = []string{" \u200b"} },
		"to.name": func(l *Letter) { l.To.Name = Text{"en": "\u202e"} }, "to.address": func(l *Letter) { l.To.Address = nil },
		"number": func(l *Letter) { l.Number = " " }, "place": func(l *Letter) { l.Place = nil }, "date": func(l *Letter) { l.Date = When{} },
		"re": func(l *Letter) { l.Re = "" }, "received": func(l *Letter) { l.Received = When{} },
		"basis": func(l *Letter) { l.Basis[1].Operative = "" }, "facts": func(l *Letter) { l.Facts = nil }, "reasons": func(l *Letter) { l.Reasons = nil },
		"asks": func(l *Letter) { l.Asks = nil }, "scope.platform": func(l *Letter) { l.Scope.Platform = nil },
		"start": func(l *Letter) { l.AtOnce, l.Start = false, When{} }, "until": func(l *Letter) { l.Until = When{} },
		"hearing": func(l *Letter) { l.Hearing = Heard{} }, "reply.by": func(l *Letter) { l.Reply.By = When{} }, "reply.how": func(l *Letter) { l.Reply.How = nil },
		"service": func(l *Letter) { l.Service = "" }, "appeal.body": func(l *Letter) { l.Appeal.Body = nil },
		"appeal.until": func(l *Letter) { l.Appeal.Until, l.Appeal.Period = When{}, nil }, "publication": func(l *Letter) { l.Publication = "" },
		"signatory.name": func(l *Letter) { l.Signatory.Name = "" }, "signatory.office": func(l *Letter) { l.Signatory.Office = nil },
		"signatory.delegation": func(l *Letter) { l.Signatory.Delegation = nil },
	}
	for _, k := range Kinds() {
		for key := range strings.FieldsSeq(every + must[k]) {
			if remove[key] == nil {
				t.Fatalf("no test takes %s away", key)
			}
			l := example(k)
			remove[key](l)
			if got := l.Missing(); !slices.Equal(got, []string{key}) {
				t.Errorf("%s without %s: missing %q", k, key, got)
			}
			_, err := l.Page("en")
			wantInvalid(t, err, key, parts[key].name)
		}
		if k.Decides() && !strings.Contains(must[k], "appeal.body") {
			t.Errorf("%s can be written without an appeal body", k)
		}
	}
	// Urgent: the hearing that follows has its period, and the reason is told.
	l = example(Suspension)
	l.Hearing = Heard{How: HeardAfter}
	wantInvalid(t, l.Check(), "reply.by", "reply.how", "hearing.why")
	l.Hearing.Why, l.Reply = Text{"en": "Attacks were running"}, example(Hearing).Reply
	text, err := l.Plain("en")
	if err != nil || !strings.Contains(strings.Join(strings.Fields(text), " "), "Attacks were running. The member is heard now") {
		t.Errorf("%v\n%s", err, text)
	}
}

// What contradicts itself is refused with a clear place.
func TestContradictionsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		kind   Kind
		change func(*Letter)
		key    string
	}{
		"until before the date":       {Suspension, func(l *Letter) { l.Until = on(2026, time.December, 1) }, "until"},
		"until before start":          {Suspension, func(l *Letter) { l.AtOnce, l.Start = false, on(2028, time.January, 1) }, "until"},
		"at once and from a day":      {Suspension, func(l *Letter) { l.Start = on(2027, time.January, 1) }, "start"},
		"start before the decision":   {Termination, func(l *Letter) { l.Start = on(2026, time.December, 1) }, "start"},
		"reply before the letter":     {Hearing, func(l *Letter) { l.Reply.By = on(2026, time.December, 16) }, "reply.by"},
		"appeal period before it":     {Suspension, func(l *Letter) { l.Appeal.Until = on(2026, time.December, 16) }, "appeal.until"},
		"received after the receipt":  {ReplyReceived, func(l *Letter) { l.Received = on(2026, time.December, 18) }, "date"},
		"no zone":                     {Reminder, func(l *Letter) { l.Date = When{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.Local)} }, "date"},
		"a kind of its own":           {Reminder, func(l *Letter) { l.Kind = "fine" }, "kind"},
		"an unknown way of service":   {Suspension, func(l *Letter) { l.Service = "pigeon" }, "service"},
		"heard, but by which letter?": {Suspension, func(l *Letter) { l.Hearing.Re = "" }, "hearing.re"},
		"a hash that is none":         {Reminder, func(l *Letter) { l.Enclosures[0].SHA256 = "cafe" }, "enclosures[1].sha256"},
		"a fact without a source":     {Warning, func(l *Letter) { l.Facts[1].Sources = nil }, "facts[2]"},
		"an empty request":            {Reminder, func(l *Letter) { l.Asks = append(l.Asks, Text{}) }, "asks[2]"},
		"a paragraph beyond reading":  {Warning, func(l *Letter) { l.Reasons = Text{"en": strings.Repeat("x", 2000)} }, "reasons[en]"},
	} {
		l := example(c.kind)
		c.change(l)
		_, err := l.Body("fr")
		t.Run(name, func(t *testing.T) { wantInvalid(t, err, c.key) })
	}
	_, err := example(Reminder).Plain("ja")
	wantInvalid(t, err, "ja")
	// The same day is no contradiction: due by its end.
	l := example(Hearing)
	l.Reply.By = l.Date
	if err := l.Check(); err != nil {
		t.Error(err)
	}
}

// A date says whose clock it means, in every language.
func TestDatesCarryTheirZone(t *testing.T) {
	instant := at(2026, time.December, 1, 18, 0)
	for lang, want := range map[string][2]string{
		"en": {"1 December 2026 (Asia/Shanghai, UTC+8)", "1 December 2026, 18:00 (Asia/Shanghai, UTC+8)"},
		"zh": {"2026年12月1日（Asia/Shanghai, UTC+8）", "2026年12月1日18:00（Asia/Shanghai, UTC+8）"},
		"fr": {"1er décembre 2026 (Asia/Shanghai, UTC+8)", "1er décembre 2026 à 18:00 (Asia/Shanghai, UTC+8)"},
		"de": {"1. Dezember 2026 (Asia/Shanghai, UTC+8)", "1. Dezember 2026, 18:00 Uhr (Asia/Shanghai, UTC+8)"},
	} {
		if got := on(2026, time.December, 1).in(lang); got != want[0] {
			t.Errorf("%s: %s", lang, got)
		}
		if got := instant.in(lang); got != want[1] {
			t.Errorf("%s: %s", lang, got)
		}
	}
	for _, c := range []struct {
		loc  *time.Location
		want string
	}{{time.UTC, "UTC"}, {time.FixedZone("", -12600), "UTC−3:30"}, {time.FixedZone("evil\u202e", 3600), "UTC+1"}} {
		if got := (When{Time: instant.In(c.loc)}).zone(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	// Every date of every letter: a year in a text is followed by its zone.
	dated := regexp.MustCompile(`(December|January|June|November) 202[67]([^0-9]{0,40})`)
	for _, k := range Kinds() {
		l := example(k)
		for i := range l.Facts {
			l.Facts[i].Sources = []string{"own record"}
		}
		text, err := l.Plain("en")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range dated.FindAllStringSubmatch(strings.Join(strings.Fields(text), " "), -1) {
			if !strings.HasPrefix(m[2], " (Asia/") && !strings.HasPrefix(m[2], ", ") {
				t.Errorf("%s: %q has no zone", k, m[0])
			}
		}
	}
}

// The Chinese letter stands in the order of official papers.
func TestChineseOrder(t *testing.T) {
	text, err := example(Suspension).Plain("zh")
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for _, part := range []string{"示例国网络安全办公室", "ENSO-2026-0117", "暂停参与资格决定书", "示例云有限公司：", "事实", "法律依据", "理由", "决定如下", "一、", "二、", "救济途径", "公开方式", "附件", "授权依据", "处长　A. Adeyemi", "2026年12月17日", "收件地址"} {
		i := strings.Index(text[last+1:], part)
		if i < 0 {
			t.Fatalf("%s is not after what stands before it:\n%s", part, text)
		}
		last += 1 + i
	}
	for n, want := range map[int]string{1: "一、", 10: "十、", 11: "十一、", 20: "二十、", 42: "四十二、", 120: "120."} {
		if got := ordinal("zh", n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// Hostile words stay words, on the page and in the text.
func TestHostileTextIsInert(t *testing.T) {
	evil := "</p><script>alert(1)</script><img src=x onerror=alert(1)> \u202e\u2066evil\u200b\x1b[2J{re} \" '"
	l := example(Suspension)
	for _, text := range []*Text{&l.From.Name, &l.To.Name, &l.Place, &l.Reasons, &l.Asks[0], &l.Appeal.Body, &l.Signatory.Office, &l.Facts[0].Text, &l.Basis[0].Citation, &l.Scope.Platform, &l.Enclosures[0].Title} {
		*text = Text{"en": evil, `x" onload="y`: evil}
	}
	l.Number, l.Re, l.Basis[0].Operative, l.Basis[0].Language = evil, evil, evil, `en" class="x`
	l.To.Person, l.From.Address = evil, []string{evil}
	for _, lang := range Languages() {
		page, err := l.Page(lang)
		if err != nil {
			t.Fatal(err)
		}
		text, err := l.Plain(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script", "<img", "\u202e", "\u2066", "\u200b", "\x1b", `onload="y`, `class="x"`} {
			if strings.Contains(string(page), bad) {
				t.Errorf("%s: %q is in the page", lang, bad)
			}
		}
		if strings.ContainsAny(text, "\u202e\u2066\u200b\x1b") {
			t.Errorf("%s: the text can steer a terminal", lang)
		}
		if !strings.Contains(text, "{re}") {
			t.Errorf("%s: an outside text was taken for a pattern", lang)
		}
	}
}

// A text of many lines is never cut, wherever it stands.
func TestNothingIsCut(t *testing.T) {
	long := strings.Repeat("These are the words of one paragraph.\n", 200) + "the end of it"
	l := example(Suspension)
	l.Reasons, l.Hearing.Why, l.Facts[1].Contested = Text{"en": long}, Text{"en": long}, Text{"en": long}
	l.Hearing.How, l.Reply = HeardAfter, example(Hearing).Reply
	text, err := l.Plain("en")
	if n := strings.Count(strings.Join(strings.Fields(text), " "), "the end of it"); err != nil || n != 3 || strings.Contains(text, "…") {
		t.Errorf("%d ends, %v", n, err)
	}
}

// The page loads nothing, runs nothing, and its policy names its only style.
func TestPageIsSelfContained(t *testing.T) {
	page, err := example(Termination).Page("fr")
	if err != nil {
		t.Fatal(err)
	}
	s := string(page)
	for _, bad := range []string{"<script", "<link", "<iframe", "@import", "url(", "src=", " style=", "href="} {
		if strings.Contains(s, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if !strings.Contains(s, "default-src 'none'; style-src 'sha256-") {
		t.Error("no policy")
	}
}

// Who has a text only in another language still reads it, marked as such.
func TestTextsInOtherLanguagesAreMarked(t *testing.T) {
	l := example(Warning)
	l.Reasons = Text{"ja": "報告が遅れた。"}
	body, err := l.Body("de")
	if err != nil || !strings.Contains(body, `<bdi lang="ja">報告が遅れた。</bdi>`) {
		t.Errorf("%v\n%s", err, body)
	}
}

// The catalogues say the same things with the same arguments.
func TestCataloguesAreComplete(t *testing.T) {
	// European salutations and marks have no counterpart in an official Chinese
	// letter, and its closing phrases none in theirs.
	only := map[string]*regexp.Regexp{
		"zh": regexp.MustCompile(`^(yours.*|dear|attention|number|re|received)$`),
		"":   regexp.MustCompile(`^(number-zh|to-zh|from-zh|sent-zh|signed|close\..*)$`),
	}
	args := regexp.MustCompile(`\{[a-z]+\}`)
	en := catalogues()["en"]
	for _, lang := range Languages()[1:] {
		words := catalogues()[lang]
		for key, text := range en {
			switch other, ok := words[key]; {
			case !ok && lang == "zh" && only["zh"].MatchString(key):
			case !ok:
				t.Errorf("%s lacks %s", lang, key)
			case strings.TrimSpace(other) == "":
				t.Errorf("%s: %s is empty", lang, key)
			case !strings.HasPrefix(key, "dear") && !strings.HasPrefix(key, "yours"):
				a, b := args.FindAllString(text, -1), args.FindAllString(other, -1)
				slices.Sort(a)
				slices.Sort(b)
				if !slices.Equal(a, b) && key != "date" {
					t.Errorf("%s: %s has %v, not %v", lang, key, b, a)
				}
			}
		}
		for key := range words {
			if _, ok := en[key]; !ok && (lang != "zh" || !only[""].MatchString(key)) {
				t.Errorf("%s has %s, which English has not", lang, key)
			}
		}
	}
	// Nothing in a catalogue is a dead word: each key, or the stem before its last
	// dot, stands in the code.
	code := ""
	for _, f := range []string{"compose.go", "sections.go", "dates.go", "html.go"} {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		code += string(data)
	}
	for key := range en {
		stem := key
		if i := strings.LastIndexByte(key, '.'); i > 0 {
			stem = key[:i]
		}
		if !strings.Contains(code, `"`+key+`"`) && !strings.Contains(code, `"`+stem+`."`) && !strings.Contains(code, `"`+stem+`"+`) && !strings.Contains(code, "head."+strings.TrimPrefix(key, "head.")) && stem != "head" {
			t.Errorf("nothing says %s", key)
		}
	}
}

// Lines break between signs that fill a square, never before a closing mark; a
// word that is too long is cut and nothing is lost.
func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"ab cd ef", []string{"ab cd", "ef"}},
		{"漏洞信息，共享", []string{"漏洞", "信", "息，", "共享"}},
		{"aaaaaaaaaa b", []string{"aaaaa", "aaaaa", "b"}},
		{"", []string{""}},
	} {
		if got := wrap(c.text, 5, 5); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q", c.text, got)
		}
	}
}

func FuzzLetter(f *testing.F) {
	f.Add("Example", "reasons", "1 Harbour", "en", uint8(2))
	f.Add("</p>\u202e", "漏洞\n\n信息", "{re}", "x\"y", uint8(3))
	f.Fuzz(func(t *testing.T, name, reasons, line, lang string, kind uint8) {
		l := example(Kinds()[int(kind)%len(Kinds())])
		l.To.Name, l.Reasons, l.From.Address = Text{lang: name}, Text{"en": reasons, lang: line}, []string{line}
		l.Number, l.Re = line, name
		for _, want := range Languages() {
			text, err := l.Plain(want)
			if err != nil {
				return // refused, with a sentence
			}
			for _, s := range strings.Split(text, "\n") {
				if width(s) > columns {
					t.Errorf("%d columns: %q", width(s), s)
				}
			}
			body, err := l.Body(want)
			if err != nil {
				t.Fatal(err)
			}
			textOf(t, body)
			if strings.Contains(body, "<script") {
				t.Errorf("a script: %s", body)
			}
		}
	})
}
