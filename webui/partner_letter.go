package webui

import (
	"cmp"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/letter"
	"tocsin/partner"
	"tocsin/rulebook"
)

// letterView is an act as a formal letter, in a language that can be chosen.
type letterView struct {
	HTML    template.HTML
	Lang    string
	Langs   []langLink
	Missing []string // what the letter lacks, so that it cannot be written
	Wrong   string   // or why else it cannot
	None    bool     // the act has no formal letter
}

// letterKinds are the letters that acts go out as.
var letterKinds = map[casefile.Kind]letter.Kind{
	"partner-reminded": letter.Reminder, "partner-warned": letter.Warning, "hearing-opened": letter.Hearing, "partner-suspended": letter.Suspension,
	"partner-extended": letter.Extension, "partner-reinstated": letter.Reinstatement, "partner-terminated": letter.Termination, "called-on": letter.Call,
	"rectification-set": letter.Evidence, "hearing-answered": letter.Answer, "appealed": letter.AppealLodged,
}

func letterKind(act casefile.Kind) letter.Kind { return letterKinds[act] }

// letterCSS serves the style of letters, as a file: pages forbid inline styles.
func letterCSS(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte(letter.Stylesheet()))
}

// letterView writes an act as the letter that goes out, in the language asked for.
func (v *visit) letterView(h partnerHead, e casefile.Event) letterView {
	d := letterView{Lang: v.Lang}
	if in := v.Form.Get("letter"); speaks(in) {
		d.Lang = in
	}
	q := v.r.URL.Query()
	for _, code := range Languages {
		q.Set("letter", code)
		d.Langs = append(d.Langs, langLink{Code: code, Name: langNames[code], Href: "?" + q.Encode(), Here: code == d.Lang})
	}
	if letterKind(e.Kind) == "" || e.Result == "withdrawn" {
		d.None = true
		return d
	}
	l := v.letterOf(h, e, d.Lang)
	body, err := l.Body(d.Lang)
	if err == nil {
		d.HTML = template.HTML(body) // written and escaped by letter
		return d
	}
	if missing := l.Missing(); len(missing) > 0 {
		for _, key := range missing {
			d.Missing = append(d.Missing, v.codeWords("partner.part.", key))
		}
		return d
	}
	var at *fault.Error
	if d.Wrong = v.t("partner.letter-wrong"); errors.As(err, &at) {
		d.Wrong = at.Message
	}
	return d
}

// letterOf makes the letter of an act from the act, the file as it was then, and
// the terms.
func (v *visit) letterOf(h partnerHead, e casefile.Event, lang string) *letter.Letter {
	say := func(key string, args ...any) letter.Text { return letter.Text{lang: v.words.say(lang, key, args...)} }
	given := func(s string) letter.Text {
		if strings.TrimSpace(s) == "" {
			return nil
		}
		return letter.Text{lang: s}
	}
	attr := func(key string) string { return attribute(&e, key) }
	then := v.Now
	if at, err := e.At.Span(); err == nil && !at.Latest.IsZero() {
		then = at.Latest
	}
	state := h.State
	if st, err := partner.Fold(h.File, h.State.Authority, h.State.Member, then); err == nil {
		state = st
	}
	zone := h.zone()
	authority, member := v.partyWords(h, h.State.Authority), v.partyWords(h, h.State.Member)
	from, to := authority, member
	if partner.OfMember(e.Kind) {
		from, to = member, authority
	}
	l := &letter.Letter{
		Kind: letterKind(e.Kind), From: letter.Sender{Name: given(from), Address: lines(attr("from-address"))}, To: letter.Recipient{Name: given(to), Address: lines(attr("to-address"))},
		Number: attr("number"), Place: given(attr("place")), Date: letter.When{Time: then.In(zone), Day: true}, Reference: h.File.File.Case,
		Scope:     letter.Scope{Platform: given(h.On.Name)},
		Signatory: letter.Signatory{Name: attr("signatory"), Office: given(attr("office")), Delegation: given(attr("delegation"))},
		Reasons:   given(e.Reason), Service: letter.Inbox, Publication: attr("publication"), Lapses: attr("lapses") == "true",
	}
	if c, ok := v.letterClause(h, e); ok {
		l.Basis = []letter.Clause{c}
	}
	for _, id := range strings.Fields(attr("units")) {
		l.Scope.Units = append(l.Scope.Units, v.partyWords(h, id))
	}
	if re := h.event(e.Re); re != nil {
		l.Re = cmp.Or(attribute(re, "number"), re.ID)
	}
	if e.Until != nil {
		l.Until = whenOfTime(*e.Until, zone)
	}
	switch l.Kind {
	case letter.Warning, letter.Hearing, letter.Suspension, letter.Extension, letter.Termination:
		l.Facts = v.letterFacts(h, &state, e, lang)
	}
	if l.Kind.Decides() {
		l.AtOnce = attr("effect") != "from-date"
		if day, err := calendar.ParseDate(attr("from")); err == nil && !l.AtOnce {
			l.Start = letter.When{Time: day.Start(zone), Day: true}
		}
		l.Hearing = v.letterHearing(h, &state, e, given)
		if day, err := calendar.ParseDate(attr("reply-by")); err == nil && l.Hearing.How == letter.HeardAfter {
			l.Reply = letter.Reply{By: letter.When{Time: day.Start(zone), Day: true}, How: say("partner.letter-how", "platform", h.On.Name)}
		}
		l.Appeal = letter.Appeal{Body: given(attr("appeal-body"))}
		if day, err := calendar.ParseDate(attr("appeal-until")); err == nil {
			l.Appeal.Until = letter.When{Time: day.Start(zone), Day: true}
		}
	}
	if e.Due != nil && !l.Kind.Decides() {
		l.Reply = letter.Reply{By: whenOfTime(*e.Due, zone), How: say("partner.letter-how", "platform", h.On.Name)}
	}
	switch l.Kind {
	case letter.Reminder:
		l.Asks, l.Reasons = []letter.Text{given(e.Reason)}, nil
	case letter.Hearing, letter.Call, letter.Answer:
		if e.Text != "" {
			l.Asks = []letter.Text{given(e.Text)}
		}
	case letter.Evidence:
		for _, key := range sortedKeys(e.Attributes) {
			if strings.HasPrefix(key, "task-") {
				l.Asks = append(l.Asks, given(attr(key)))
			}
		}
		if e.Text != "" {
			l.Asks = append(l.Asks, given(e.Text))
		}
	case letter.AppealLodged:
		l.Asks = []letter.Text{given(cmp.Or(e.Text, v.words.say(lang, "partner.letter-annul")))}
		l.Appeal.Body = given(h.On.Terms.Body)
	case letter.Reinstatement:
		if e.Text != "" {
			l.Asks = []letter.Text{given(e.Text)}
		}
	}
	return l
}

// letterClause is the provision on which an act rests: the one that it names, or
// the platform's own for acts of its kind.
func (v *visit) letterClause(h partnerHead, e casefile.Event) (letter.Clause, bool) {
	if v.o.Book == nil {
		return letter.Clause{}, false
	}
	r := v.o.Book.Rule(e.Rule)
	if r == nil {
		i := slices.IndexFunc(v.o.Book.Rules, func(r *rulebook.Rule) bool {
			return r.Pack() != nil && r.Pack().Pack == h.On.Pack && beginsWith(r, e.Kind)
		})
		if i < 0 {
			return letter.Clause{}, false
		}
		r = v.o.Book.Rules[i]
	}
	c := letter.Clause{Citation: letter.Text{cmp.Or(r.Citation.Language, "en"): r.Citation.Text}, Operative: r.Citation.Operative, Language: r.Citation.Language,
		Version: r.Citation.Version, Address: r.Citation.Official}
	return c, true
}

// beginsWith tells that a duty of the addressee begins with an act of a kind.
func beginsWith(r *rulebook.Rule, k casefile.Kind) bool {
	for _, s := range r.Stages {
		for _, m := range s.Anchor.Any {
			if m.Event == string(k) {
				return true
			}
		}
	}
	return false
}

// letterFacts are the marks and calls that the file held, each with its source,
// and what the act itself states.
func (v *visit) letterFacts(h partnerHead, s *partner.State, e casefile.Event, lang string) []letter.Fact {
	var out []letter.Fact
	add := func(kind, event, words string, at calendar.Span, contested []string) {
		f := letter.Fact{Text: letter.Text{lang: strings.TrimSuffix(v.words.say(lang, "kinds."+kind)+": "+words, ": ")},
			Sources: []string{v.words.say(lang, "partner.letter-source", "file", h.File.File.Case, "event", event)}}
		if t := starts(at); !t.IsZero() {
			f.At = letter.When{Time: t.In(h.zone()), Day: true}
		}
		var against []string
		for _, id := range contested {
			if x := h.event(id); x != nil && x.Reason != "" {
				against = append(against, x.Reason)
			}
		}
		if len(against) > 0 {
			f.Contested = letter.Text{lang: strings.Join(against, "\n")}
		}
		out = append(out, f)
	}
	for _, m := range s.Marks {
		if m.EndedBy == "" && m.Event != e.ID {
			add(m.Kind, m.Event, m.Reason, m.At, m.Contested)
		}
	}
	for _, c := range s.Calls {
		if x := h.event(c.Event); c.Overdue && x != nil {
			add("called-on", c.Event, x.Text, c.At, nil)
		}
	}
	if e.Text != "" && e.Kind != "hearing-opened" {
		out = append(out, letter.Fact{Text: letter.Text{lang: e.Text}, Sources: []string{v.words.say(lang, "partner.letter-own", "file", h.File.File.Case)}})
	}
	return out
}

// letterHearing tells how the member was heard before a decision.
func (v *visit) letterHearing(h partnerHead, s *partner.State, e casefile.Event, given func(string) letter.Text) letter.Heard {
	if attribute(&e, "hearing") == "after" {
		return letter.Heard{How: letter.HeardAfter, Why: given(e.Reason)}
	}
	for i := len(s.Hearings) - 1; i >= 0; i-- {
		x := s.Hearings[i]
		if x.Closed == "" {
			continue
		}
		how := map[string]string{"silent": letter.HeardSilent, "waived": letter.HeardWaived}[x.Result]
		re := cmp.Or(attribute(h.event(x.Opened), "number"), x.Opened, x.Closed)
		return letter.Heard{How: cmp.Or(how, letter.HeardBefore), Re: re}
	}
	return letter.Heard{}
}

// whenOfTime is a time of the file as a letter writes it.
func whenOfTime(t casefile.Time, zone *time.Location) letter.When {
	if d, err := calendar.ParseDate(t.Value); err == nil {
		return letter.When{Time: d.Start(zone), Day: true}
	}
	s, err := t.Span()
	if err != nil || starts(s).IsZero() {
		return letter.When{}
	}
	return letter.When{Time: starts(s).In(zone)}
}

// lines cuts an address into its lines.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
