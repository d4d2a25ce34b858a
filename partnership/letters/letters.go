package letters

import (
	"cmp"
	"embed"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/catalogue"
	"tocsin/letter"
	"tocsin/partner"
	"tocsin/rulebook"
)

//go:embed words/*.json
var wordFiles embed.FS

var words = catalogue.Of[string](wordFiles)

// say gives the words of a key with its arguments, pairs of name and text.
func say(lang, key string, pairs ...string) string {
	args := make([]string, len(pairs))
	for i, p := range pairs {
		if args[i] = p; i%2 == 0 {
			args[i] = "{" + p + "}"
		}
	}
	return strings.NewReplacer(args...).Replace(words()[lang][key])
}

// kinds are the letters that acts go out as.
var kinds = map[casefile.Kind]letter.Kind{
	"partner-reminded": letter.Reminder, "partner-warned": letter.Warning, "hearing-opened": letter.Hearing, "partner-suspended": letter.Suspension,
	"partner-extended": letter.Extension, "partner-reinstated": letter.Reinstatement, "partner-terminated": letter.Termination, "called-on": letter.Call,
	"rectification-set": letter.Evidence, "hearing-answered": letter.Answer, "appealed": letter.AppealLodged,
	"finding-served": letter.Finding, "partner-heard": letter.HearingClosed, "rectification-accepted": letter.Accepted, "rectification-returned": letter.Returned, "partner-invited": letter.Invitation,
}

// KindOf is the letter that acts of a kind go out as; "" for those that go out as
// they stand in the record.
func KindOf(act casefile.Kind) letter.Kind { return kinds[act] }

// Of is the letter that one act goes out as, "" if none: what is taken back goes
// out as it stands.
func Of(e casefile.Event) letter.Kind {
	if e.Result == "withdrawn" {
		return ""
	}
	return kinds[e.Kind]
}

// File is a partnership file with what its letters are composed from.
type File struct {
	Case  *casefile.Case    // as the reader of the letter sees it
	State partner.State     // of the file, as it is now
	On    partner.Platform  // whose terms hold
	Book  *rulebook.Book    // the clauses; nil: letters name none
	Names map[string]string // what parties are called now; else as in the file
}

// Zone is that of the terms, in which days begin and end.
func (f File) Zone() *time.Location {
	if loc, err := calendar.Zone(f.On.Terms.Zone); f.On.Terms.Zone != "" && err == nil {
		return loc
	}
	return time.UTC
}

// Party is what a party is called.
func (f File) Party(id string) string {
	if name := f.Names[id]; name != "" {
		return name
	}
	if f.Case != nil {
		if p := f.Case.Party(id); p != nil && p.Name != "" {
			return p.Name
		}
	}
	return id
}

func (f File) event(id string) *casefile.Event {
	if id == "" || f.Case == nil {
		return nil
	}
	return f.Case.Event(id)
}

// attribute is one of an event, as text.
func attribute(e *casefile.Event, key string) string {
	if e == nil {
		return ""
	}
	if x, ok := e.Attributes[key]; ok {
		return x.String()
	}
	return ""
}

// Compose makes the letter of an act, in the words of a language, from the act, the
// file as it was then, and the terms. An act without a time is one of now.
func (f File) Compose(e casefile.Event, now time.Time, lang string) *letter.Letter {
	given := func(s string) letter.Text { return written(lang, s) }
	attr := func(key string) string { return attribute(&e, key) }
	then := now
	if at, err := e.At.Span(); err == nil && !at.Latest.IsZero() {
		then = at.Latest
	}
	state := f.State
	if st, err := partner.Fold(f.Case, f.State.Authority, f.State.Member, then); err == nil {
		state = st
	}
	zone := f.Zone()
	authority, member := f.Party(f.State.Authority), f.Party(f.State.Member)
	from, to := authority, member
	if partner.OfMember(e.Kind) {
		from, to = member, authority
	}
	l := &letter.Letter{
		Kind: Of(e), From: letter.Sender{Name: given(from), Address: lines(attr("from-address"))}, To: letter.Recipient{Name: given(to), Address: lines(attr("to-address"))},
		Number: attr("number"), Place: given(attr("place")), Date: letter.When{Time: then.In(zone), Day: true}, Reference: f.Case.File.Case,
		Scope:     letter.Scope{Platform: given(f.On.Name)},
		Signatory: letter.Signatory{Name: attr("signatory"), Office: given(attr("office")), Delegation: given(attr("delegation"))},
		Reasons:   given(e.Reason), Service: letter.Inbox, Publication: attr("publication"), Lapses: attr("lapses") == "true",
	}
	if c, ok := f.clause(e); ok {
		l.Basis = []letter.Clause{c}
	}
	for _, id := range strings.Fields(attr("units")) {
		l.Scope.Units = append(l.Scope.Units, f.Party(id))
	}
	if re := f.event(e.Re); re != nil {
		l.Re = cmp.Or(attribute(re, "number"), re.ID)
	}
	if e.Until != nil {
		l.Until = when(*e.Until, zone)
	}
	how := letter.Text{lang: say(lang, "how", "platform", f.On.Name)}
	switch l.Kind {
	case letter.Warning, letter.Hearing, letter.Suspension, letter.Extension, letter.Termination:
		l.Facts = f.facts(&state, e, lang)
	}
	if l.Kind.Decides() {
		l.AtOnce = attr("effect") != "from-date"
		if day, err := calendar.ParseDate(attr("from")); err == nil && !l.AtOnce {
			l.Start = letter.When{Time: day.Start(zone), Day: true}
		}
		l.Hearing = f.hearing(&state, e, given)
		if day, err := calendar.ParseDate(attr("reply-by")); err == nil && l.Hearing.How == letter.HeardAfter {
			l.Reply = letter.Reply{By: letter.When{Time: day.Start(zone), Day: true}, How: how}
		}
		l.Appeal = letter.Appeal{Body: given(attr("appeal-body"))}
		if day, err := calendar.ParseDate(attr("appeal-until")); err == nil {
			l.Appeal.Until = letter.When{Time: day.Start(zone), Day: true}
		}
	}
	if e.Due != nil && !l.Kind.Decides() {
		l.Reply = letter.Reply{By: when(*e.Due, zone), How: how}
	}
	switch l.Kind {
	case letter.Finding:
		l.Facts = f.own(e, lang)
		if hash := attr("evidence"); len(hash) == 64 {
			l.Enclosures = []letter.Enclosure{{Title: given(say(lang, "evidence")), SHA256: hash}}
		}
	case letter.HearingClosed:
		how := map[string]string{"silent": letter.HeardSilent, "waived": letter.HeardWaived, "answered": letter.HeardBefore}[e.Result]
		l.Hearing = letter.Heard{How: how, Re: l.Re}
	}
	f.asks(l, e, lang)
	return l
}

// asks are what a letter asks or says beyond the words of its kind.
func (f File) asks(l *letter.Letter, e casefile.Event, lang string) {
	ask := func(s string) {
		if s != "" {
			l.Asks = append(l.Asks, written(lang, s))
		}
	}
	switch l.Kind {
	case letter.Reminder:
		l.Asks, l.Reasons = []letter.Text{written(lang, e.Reason)}, nil
	case letter.Hearing, letter.Call, letter.Answer, letter.Reinstatement, letter.HearingClosed, letter.Invitation:
		ask(e.Text)
	case letter.Accepted, letter.Returned:
		for _, name := range strings.Fields(attribute(&e, "task")) {
			for _, t := range f.State.Tasks {
				if t.Name == name {
					ask(t.Words)
				}
			}
		}
		ask(e.Text)
	case letter.Evidence:
		for _, key := range slices.Sorted(maps.Keys(e.Attributes)) {
			if strings.HasPrefix(key, "task-") {
				ask(attribute(&e, key))
			}
		}
		ask(e.Text)
	case letter.AppealLodged:
		ask(cmp.Or(e.Text, say(lang, "annul")))
		l.Appeal.Body = written(lang, f.On.Terms.Body)
	}
}

// clause is the provision on which an act rests: the one that it names, or the
// platform's own for acts of its kind.
func (f File) clause(e casefile.Event) (letter.Clause, bool) {
	if f.Book == nil {
		return letter.Clause{}, false
	}
	r := f.Book.Rule(e.Rule)
	if r == nil {
		i := slices.IndexFunc(f.Book.Rules, func(r *rulebook.Rule) bool {
			return r.Pack() != nil && r.Pack().Pack == f.On.Pack && beginsWith(r, e.Kind)
		})
		if i < 0 {
			return letter.Clause{}, false
		}
		r = f.Book.Rules[i]
	}
	return letter.Clause{Citation: letter.Text{cmp.Or(r.Citation.Language, "en"): r.Citation.Text}, Operative: r.Citation.Operative, Language: r.Citation.Language,
		Version: r.Citation.Version, Address: r.Citation.Official}, true
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

// facts are the marks and calls that the file held, each with its source, and what
// the act itself states.
func (f File) facts(s *partner.State, e casefile.Event, lang string) []letter.Fact {
	var out []letter.Fact
	file := f.Case.File.Case
	add := func(kind casefile.Kind, event, text string, at calendar.Span, contested []string) {
		x := letter.Fact{Text: letter.Text{lang: strings.TrimSuffix(kind.In(lang)+": "+text, ": ")}, Sources: []string{say(lang, "source", "file", file, "event", event)}}
		if t := starts(at); !t.IsZero() {
			x.At = letter.When{Time: t.In(f.Zone()), Day: true}
		}
		var against []string
		for _, id := range contested {
			if c := f.event(id); c != nil && c.Reason != "" {
				against = append(against, c.Reason)
			}
		}
		if len(against) > 0 {
			x.Contested = letter.Text{lang: strings.Join(against, "\n")}
		}
		out = append(out, x)
	}
	for _, m := range s.Marks {
		if m.EndedBy == "" && m.Event != e.ID {
			add(casefile.Kind(m.Kind), m.Event, m.Reason, m.At, m.Contested)
		}
	}
	for _, c := range s.Calls {
		if x := f.event(c.Event); c.Overdue && x != nil {
			add("called-on", c.Event, x.Text, c.At, nil)
		}
	}
	if e.Kind != "hearing-opened" {
		out = append(out, f.own(e, lang)...)
	}
	return out
}

// own is what an act itself states.
func (f File) own(e casefile.Event, lang string) []letter.Fact {
	if e.Text == "" {
		return nil
	}
	return []letter.Fact{{Text: letter.Text{lang: e.Text}, Sources: []string{say(lang, "own", "file", f.Case.File.Case)}}}
}

// hearing tells how the member was heard before a decision.
func (f File) hearing(s *partner.State, e casefile.Event, given func(string) letter.Text) letter.Heard {
	if attribute(&e, "hearing") == "after" {
		return letter.Heard{How: letter.HeardAfter, Why: given(e.Reason)}
	}
	for _, x := range slices.Backward(s.Hearings) {
		if x.Closed == "" {
			continue
		}
		how := map[string]string{"silent": letter.HeardSilent, "waived": letter.HeardWaived}[x.Result]
		re := cmp.Or(attribute(f.event(x.Opened), "number"), x.Opened, x.Closed)
		return letter.Heard{How: cmp.Or(how, letter.HeardBefore), Re: re}
	}
	return letter.Heard{}
}
