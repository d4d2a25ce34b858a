package partner_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// scene is a story at a point, on the day at which an act is tried.
type scene struct {
	day  string
	make func(t *testing.T) *story
}

var (
	june = " until={value: 2022-06-17, zone: Europe/Berlin} due={value: 2022-06-10, zone: Europe/Berlin}"

	strange = scene{"2021-01-10", begun}
	invited = scene{"2021-01-12", func(t *testing.T) *story {
		s := begun(t)
		s.does("invited", "2021-01-10", "partner-invited attributes={hash: 9f86}")
		return s
	}}
	signed = scene{"2021-01-16", func(t *testing.T) *story {
		s := invited.make(t)
		s.does("signed", "2021-01-15", "agreement-signed re=invited attributes={signed-by: A. Nord, hash: 9f86}")
		return s
	}}
	inside = scene{"2021-11-20", member}
	asked  = scene{"2021-12-05", func(t *testing.T) *story {
		s := member(t)
		s.does("hearing", "2021-11-30", "hearing-opened reason=late due={value: 2021-12-10, zone: Europe/Berlin}")
		return s
	}}
	answered = scene{"2021-12-12", func(t *testing.T) *story {
		s := asked.make(t)
		s.does("reply", "2021-12-06", "hearing-answered re=hearing text=sorry")
		return s
	}}
	heard = scene{"2021-12-17", func(t *testing.T) *story {
		s := answered.make(t)
		s.does("heard", "2021-12-12", "partner-heard re=hearing result=answered")
		return s
	}}
	out = scene{"2022-02-15", suspended}
	// reported on once, the second task not yet
	mending = scene{"2022-03-05", func(t *testing.T) *story {
		s := suspended(t)
		s.does("appeal", "2022-01-10", "appealed re=suspended reason=x")
		s.does("mend", "2022-02-01", "rectification-set due={value: 2022-04-29, zone: Europe/Berlin} attributes={task-a: one, task-b: two}")
		s.does("mended", "2022-03-01", "rectification-reported re=mend text=done attributes={task: a}")
		s.does("accepted", "2022-03-02", "rectification-accepted re=mended")
		return s
	}}
	reviewed = scene{"2022-06-05", func(t *testing.T) *story {
		s := suspended(t)
		s.does("hearing-2", "2022-05-01", "hearing-opened reason=review due={value: 2022-05-11, zone: Europe/Berlin}")
		s.does("heard-2", "2022-05-12", "partner-heard re=hearing-2 result=silent")
		s.does("review", "2022-05-31", "partner-reassessed re=suspended result=extend reason=nothing")
		return s
	}}
	gone = scene{"2022-03-01", func(t *testing.T) *story {
		s := member(t)
		s.does("left", "2022-02-01", "partner-left")
		return s
	}}
)

// Every refusal has an act that meets it: where the story stands, the act, the
// kind of error, the code, the key.
func TestEveryRefusal(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []struct {
		at        scene
		act       string
		kind      fault.Kind
		code, key string
	}{
		{inside, "published", fault.Invalid, "no-act", "kind"},
		{inside, "partner-reminded by=acme to=acme reason=x", fault.Forbidden, "not-by-authority", "by"},
		{mending, "appeal-decided by=acme to=acme re=appeal result=annulled reason=x", fault.Forbidden, "not-by-authority", "by"},
		{inside, "partner-left by=other", fault.Forbidden, "not-by-member", "by"},
		{inside, "partner-reminded to=other reason=x", fault.Invalid, "not-to-member", "to"},
		{inside, "partner-reminded scope=elsewhere reason=x", fault.Invalid, "other-platform", "scope"},
		{inside, "partner-reminded reason=x at={not-after: 9000-01-01, zone: Z}", fault.TooEarly, "in-future", "at"},
		{inside, "partner-reminded reason=x at=2021-11-21T12:00:00Z", fault.TooEarly, "in-future", "at"},
		{heard, "partner-suspended at=2021-12-11T12:00:00Z" + june + decision("2022-01-31", ""), fault.Conflict, "out-of-order", "at"},
		{strange, "partner-warned" + decision("2022-01-31", ""), fault.Conflict, "not-begun", "kind"},
		{gone, "partner-warned" + decision("2022-04-30", ""), fault.Conflict, "ended", "kind"},
		{inside, "partner-invited", fault.Conflict, "already-member", "kind"},
		{inside, "partner-extended" + june + decision("2022-01-31", ""), fault.Conflict, "not-suspended", "kind"},
		{inside, "partner-reinstated result=full reason=x attributes={number: 1, signatory: S}", fault.Conflict, "not-suspended", "kind"},
		{out, "partner-suspended" + june + decision("2022-03-31", ""), fault.Conflict, "suspended", "kind"},
		{inside, "partner-reassessed result=active reason=x", fault.Conflict, "nothing-to-end", "kind"},
		{out, "partner-reassessed result=active reason=x", fault.Conflict, "no-mark", "result"},
		{inside, "partner-warned result=withdrawn re=joined reason=x", fault.Conflict, "no-mark", "re"},
		{inside, "mark-contested re=joined reason=x", fault.Invalid, "no-contest", "re"},
		{inside, "partner-suspended" + june + decision("2022-01-31", ""), fault.Conflict, "hearing-needed", "kind"},
		{asked, "partner-suspended" + june + decision("2022-01-31", ""), fault.TooEarly, "hearing-open", "kind"},
		{asked, "hearing-opened reason=x due={value: 2022-01-10, zone: Europe/Berlin}", fault.Conflict, "hearing-is-open", "kind"},
		{heard, "hearing-answered re=hearing text=late", fault.Conflict, "no-hearing", "re"},
		{inside, "partner-heard re=joined result=silent", fault.Conflict, "no-hearing", "re"},
		{asked, "partner-heard re=hearing result=answered", fault.Conflict, "no-answer", "result"},
		{asked, "partner-heard re=hearing result=silent", fault.TooEarly, "still-running", "at"},
		{answered, "partner-heard re=hearing result=silent", fault.Conflict, "was-answered", "result"},
		{answered, "partner-heard re=hearing result=waived", fault.Conflict, "was-answered", "result"},
		{asked, "partner-heard re=hearing result=waived", fault.Conflict, "not-waived", "result"},
		{heard, "partner-suspended" + june + decision("2022-01-31", "hearing: waived"), fault.Conflict, "no-waiver", "attributes.hearing"},
		{out, "partner-reinstated result=full reason=x attributes={number: 1, signatory: S}", fault.Conflict, "review-needed", "kind"},
		{out, "partner-terminated" + decision("2022-03-31", ""), fault.Conflict, "review-needed", "kind"},
		{reviewed, "partner-reinstated result=full reason=x attributes={number: 1, signatory: S}", fault.Conflict, "review-says", "kind"},
		{mending, "rectification-reported re=suspended text=x", fault.Conflict, "no-task", "re"},
		{mending, "rectification-reported re=mend text=x attributes={task: c}", fault.Conflict, "no-task", "re"},
		{mending, "rectification-reported re=mend text=again attributes={task: a}", fault.Conflict, "no-task", "re"},
		{mending, "rectification-accepted re=mend", fault.Conflict, "not-reported", "re"},
		{mending, "appealed re=mend reason=x", fault.Conflict, "no-decision", "re"},
		{mending, "appealed re=suspended reason=x", fault.Conflict, "appealed-already", "re"},
		{out, "appeal-decided re=suspended result=upheld reason=x", fault.Conflict, "no-appeal", "re"},
		{heard, "partner-suspended" + june + " rule=R attributes={number: 1}", fault.Invalid, "missing", "reason"},
		{heard, "partner-suspended" + june + " reason=x attributes={number: 1}", fault.Invalid, "missing", "rule"},
		{heard, "partner-suspended" + june + " reason=x rule=R attributes={signatory: S}", fault.Invalid, "missing", "attributes.number"},
		{heard, "partner-suspended" + june + " reason=x rule=R attributes={number: 1}", fault.Invalid, "missing", "attributes.signatory"},
		{heard, "partner-suspended" + june + " reason=x rule=R attributes={number: 1, signatory: S}", fault.Invalid, "missing", "attributes.appeal-body"},
		{heard, "partner-suspended" + decision("2022-01-31", ""), fault.Invalid, "missing", "until"},
		{heard, "partner-suspended until={value: 2022-06-17, zone: Europe/Berlin}" + decision("2022-01-31", ""), fault.Invalid, "missing", "due"},
		{heard, "partner-suspended" + june + decision("2022-01-31", "effect: from-date"), fault.Invalid, "missing", "attributes.from"},
		{out, "rectification-set due=2022-04-01T12:00:00Z", fault.Invalid, "missing", "text"},
		{heard, "partner-suspended" + june + decision("2022-01-31", "effect: now"), fault.Invalid, "word", "attributes.effect"},
		{inside, "partner-warned result=full reason=x", fault.Invalid, "word", "result"},
		{inside, "partner-reminded result=full reason=x", fault.Invalid, "word", "result"},
		{inside, "called-on text=x attributes={asks: assess pray}", fault.Invalid, "word", "attributes.asks"},
		{heard, "partner-suspended" + june + decision("2022-01-31", "units: other"), fault.Invalid, "no-unit", "attributes.units"},
		{strange, "agreement-signed re=invited attributes={signed-by: A, hash: 00}", fault.Conflict, "no-invitation", "re"},
		{inside, "agreement-signed re=invited attributes={signed-by: A, hash: 9f86}", fault.Conflict, "already-member", "kind"},
		{invited, "agreement-signed re=invited attributes={signed-by: A, hash: 00}", fault.Conflict, "other-text", "attributes.hash"},
		{signed, "partner-joined until={value: 2024-01-10, zone: Europe/Berlin} attributes={signed-by: A, hash: 00}", fault.Conflict, "other-text", "attributes.hash"},
		{strange, "partner-joined until=2022-01-01T00:00:00Z attributes={signed-by: A, hash: 00, level: gold}", fault.Invalid, "no-level", "attributes.level"},
		{heard, "partner-suspended" + june + decision("2022-01-31", "from: soon"), fault.Invalid, "no-day", "attributes.from"},
		{heard, "partner-suspended" + june + decision("some day", ""), fault.Invalid, "no-day", "attributes.appeal-until"},
		{heard, "partner-suspended" + june + decision("2022-01-31", "period: half a year"), fault.Invalid, "no-period", "attributes.period"},
		{heard, "partner-suspended" + june + decision("2022-01-31", "effect: from-date, from: 2021-12-16"), fault.Invalid, "from-before", "attributes.from"},
		{heard, "partner-terminated" + decision("2022-01-31", "from: 2021-12-16"), fault.Invalid, "from-before", "attributes.from"},
		{heard, "partner-suspended until={value: 2021-12-16, zone: Europe/Berlin} due=2021-12-18T00:00:00Z" + decision("2022-01-31", ""), fault.Invalid, "until-before", "until"},
		{heard, "partner-suspended" + june + decision("2022-01-31", "effect: from-date, from: 2022-06-18"), fault.Invalid, "until-before", "until"},
		{strange, "partner-joined until=2020-01-01T00:00:00Z attributes={signed-by: A, hash: 00}", fault.Invalid, "until-before", "until"},
		{reviewed, "partner-extended" + june + decision("2022-07-31", ""), fault.Invalid, "until-not-later", "until"},
		{inside, "partner-renewed until={value: 2022-12-31, zone: Europe/Berlin}", fault.Invalid, "until-not-later", "until"},
		{heard, "partner-suspended until={value: 2022-06-17, zone: Europe/Berlin} due=2021-12-16T00:00:00Z" + decision("2022-01-31", ""), fault.Invalid, "due-before", "due"},
		{inside, "called-on text=x due=2021-11-19T12:00:00Z", fault.Invalid, "due-before", "due"},
		{heard, "partner-suspended until={value: 2022-06-17, zone: Europe/Berlin} due={value: 2022-06-18, zone: Europe/Berlin}" + decision("2022-01-31", ""), fault.Invalid, "due-after-end", "due"},
		{heard, "partner-suspended until={value: 2022-06-18, zone: Europe/Berlin} due={value: 2022-06-18, zone: Europe/Berlin}" + decision("2022-01-31", ""), fault.Invalid, "too-long", "until"},
		{reviewed, "partner-extended until={value: 2022-12-18, zone: Europe/Berlin} due={value: 2022-12-01, zone: Europe/Berlin}" + decision("2022-07-31", ""), fault.Invalid, "too-long", "until"},
		{inside, "partner-renewed until={value: 2026-01-21, zone: Europe/Berlin}", fault.Invalid, "too-long", "until"},
		{inside, "hearing-opened reason=x due={value: 2021-11-29, zone: Europe/Berlin}", fault.Invalid, "too-short", "due"},
		{heard, "partner-suspended" + june + decision("2022-01-15", ""), fault.Invalid, "too-short", "attributes.appeal-until"},
	} {
		s := c.at.make(t)
		e := event(t, "x", complete(c.at.day, c.act))
		st := s.fold(c.at.day)
		r, err := partner.Refuse(&st, &s.terms, &e), partner.CheckAct(st, s.terms, e)
		if r == nil || err == nil {
			t.Errorf("%s is taken, want %s", c.act, c.code)
			continue
		}
		fe, ok := err.(*fault.Error)
		if r.Code != c.code || r.Key != c.key || !ok || fe.Kind != c.kind || fe.Key != c.key {
			t.Errorf("%s: %s at %q (%v), want %s at %q, %s", c.act, r.Code, r.Key, err, c.code, c.key, c.kind)
		}
		if said := err.Error(); strings.ContainsAny(said, "{}") || len(said) < 15 {
			t.Errorf("%s: the sentence is not filled in: %s", c.act, said)
		}
		seen[r.Code] = true
	}
	// no-time: the zero event; own-organisation and not-urgent have stories of their own
	s := member(t)
	st := s.fold("2021-11-20")
	if r := partner.Refuse(&st, &s.terms, &casefile.Event{Kind: "partner-reminded", By: "office", To: []string{"acme"}}); r == nil || r.Code != "no-time" {
		t.Errorf("an act without a time: %v", r)
	}
	for _, code := range partner.RefusalCodes() {
		if !seen[code] && !slices.Contains([]string{"no-time", "own-organisation", "not-urgent"}, code) {
			t.Errorf("no act is refused with %s", code)
		}
	}
}

// The controls: what is right at each scene is taken, and a member's report
// always is.
func TestWhatIsRightIsTaken(t *testing.T) {
	for _, c := range []struct {
		at  scene
		act string
	}{
		{strange, "partner-invited"}, {strange, "partner-joined until={value: 2024-01-10, zone: Europe/Berlin} attributes={signed-by: A, hash: 00}"},
		{invited, "agreement-signed re=invited attributes={signed-by: A, hash: 9f86}"},
		{invited, "partner-joined until={value: 2024-01-10, zone: Europe/Berlin} attributes={signed-by: A on paper, hash: 00}"},
		{signed, "partner-joined until={value: 2024-01-10, zone: Europe/Berlin} attributes={signed-by: A, hash: 9f86}"},
		{inside, "partner-renewed until={value: 2026-01-20, zone: Europe/Berlin}"}, {inside, "partner-reminded reason=x"}, {inside, "called-on text=x"}, {inside, "called-on text=x attributes={asks: assess warn help, round: r1}"},
		{inside, "hearing-opened reason=x due={value: 2021-11-30, zone: Europe/Berlin}"},
		{asked, "hearing-answered re=hearing result=waived"}, {asked, "hearing-answered by=psirt re=hearing text=x"},
		{heard, "partner-suspended" + june + decision("2022-01-16", "units: psirt, effect: from-date, from: 2021-12-17")},
		{heard, "partner-suspended due={value: 2022-06-10, zone: Europe/Berlin}" + decision("2022-01-31", "period: P6M")},
		{heard, "partner-terminated" + decision("2022-01-31", "")},
		{reviewed, "partner-extended until={value: 2022-12-17, zone: Europe/Berlin} due={value: 2022-12-10, zone: Europe/Berlin}" + decision("2022-07-31", "")},
		{mending, "rectification-reported re=mend text=x"}, {mending, "appeal-decided re=appeal result=upheld reason=x"}, {mending, "appeal-decided by=other re=suspended result=changed reason=x"},
		{gone, "partner-invited"}, {gone, "reported"}, {out, "reported by=psirt"}, {out, "reported"}, {out, "assessed result=affected"}, {out, "appealed re=suspended reason=late"},
	} {
		if err := c.at.make(t).try("x", c.at.day, c.act); err != nil {
			t.Errorf("%s: %v", c.act, err)
		}
	}
}

// Nobody decides on its own organisation or group, whoever of the two is the
// unit; to invite it, remind it and call on it is no decision on it.
func TestNobodyDecidesOnItsOwn(t *testing.T) {
	warning := "partner-warned" + decision("2022-01-31", "")
	for _, change := range map[string]func([]casefile.Party){
		"the authority is a unit of the member": func(p []casefile.Party) { p[0].PartOf = "psirt" },
		"the member is a unit of the authority": func(p []casefile.Party) { p[1].PartOf = "office" },
		"both are of one group":                 func(p []casefile.Party) { p[0].PartOf, p[1].PartOf = "other", "other" },
	} {
		s := member(t)
		change(s.file.Parties)
		s.cannot("2021-11-20", warning, fault.Forbidden, "one group")
		s.does("reminded", "2021-11-20", "partner-reminded reason=x")
	}
	if err := member(t).try("x", "2021-11-20", warning); err != nil {
		t.Errorf("the control: %v", err)
	}
}
