package webui

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/fault"
	"tocsin/sharing"
)

// audienceView tells before something is sent who will receive it.
type audienceView struct {
	sharing.Audience
	Whom    string // in words, where the members are not named
	Reached []audienceRow
	Not     []audienceRow // whose ceiling lies below the label
	Orgs    int
	Missing []string // languages in which it is not said
	TLP     string
	Limits  string
	Nobody  bool
	Signs   []signRow
	Titles  []titleRow
	Ack     time.Time
	NoAck   bool // a risk notice that asks nobody for a word
	Correct bool
}

type audienceRow struct {
	sharing.Reached
	Badge standingBadge
	Base  string
}

type titleRow struct{ Lang, Title string }

func (s *Site) sharedNewDo(v *visit) error {
	d, choose, err := v.sharedForm()
	switch {
	case err != nil:
		return err
	case choose != nil:
		return v.show("shared-choose", v.t("sharing.new"), "shared", choose)
	}
	return v.sharedSend(d)
}

func (s *Site) sharedCorrectDo(v *visit) error {
	d, err := v.correcting()
	if err != nil {
		return err
	}
	return v.sharedSend(d)
}

// sharedSend shows who will receive what the form holds, or with do=send shares it.
func (v *visit) sharedSend(d *sharedForm) error {
	title := v.t(map[bool]string{true: "sharing.correct", false: "sharing.new"}[d.Item != nil])
	draft, err := v.sharedDraft(d)
	if err != nil {
		return err
	}
	again := func(wrong string) error {
		if d.Wrong = wrong; wrong != "" {
			v.problemOf("", wrong)
		}
		return v.again("shared-new", title, "shared", d)
	}
	if !v.ok() {
		return again("")
	}
	if d.Item != nil && d.Seen != d.Item.N {
		d.Seen = d.Item.N
		return again(v.t("sharing.moved"))
	}
	if v.Form.Get("do") == "send" {
		var it *sharing.Item
		if d.Item != nil {
			it, err = v.o.Shares.Correct(v.ctx(), v.Who, d.Item.ID, draft, d.Seen, d.Key)
		} else {
			it, err = v.o.Shares.Share(v.ctx(), v.Who, d.Place.ID, draft, d.Key)
		}
		if err != nil {
			return v.sharedRefused(d, err, again)
		}
		v.sides.acted()
		return v.done(sharedAddress(it.ID), map[bool]string{true: "corrected", false: "shared"}[d.Item != nil])
	}
	a, err := v.o.Shares.Audience(v.ctx(), v.Who, d.Place.ID, draft)
	if err != nil {
		return v.sharedRefused(d, err, again)
	}
	d.Preview = v.audience(d, a, draft)
	d.Sent = v.Form
	d.Sent.Set("key", d.Key)
	d.Sent.Del("do")
	return v.show("shared-new", title, "shared", d)
}

// audience puts it into words.
func (v *visit) audience(d *sharedForm, a sharing.Audience, draft sharing.Draft) *audienceView {
	out := &audienceView{Audience: a, TLP: draft.TLP, Limits: tlpCode(draft.TLP), Signs: d.Signs, Correct: d.Item != nil}
	whom := v.Form.Get("whom")
	for _, o := range d.Whoms {
		if o.Value == whom {
			out.Whom = o.Label
		}
	}
	if whom == "chosen" && !a.Named {
		var names []string
		for _, g := range d.Groups {
			if slices.Contains(draft.Groups, g.Value) {
				names = append(names, g.Label)
			}
		}
		out.Whom = v.enumerated(names)
	}
	for _, m := range a.Members {
		row := audienceRow{m, badgeOf(m.Standing), partnerAddress(m.Member)}
		if m.Under {
			out.Reached = append(out.Reached, row)
		} else {
			out.Not = append(out.Not, row)
		}
	}
	out.Orgs, out.Nobody = len(out.Reached), a.Named && len(out.Reached) == 0
	for _, code := range Languages {
		if w, there := draft.Words[code]; there {
			out.Titles = append(out.Titles, titleRow{code, w.Title})
		} else {
			out.Missing = append(out.Missing, langNames[code])
		}
	}
	if draft.AckBy != nil {
		out.Ack = *draft.AckBy
	}
	out.NoAck = d.As.Authority && d.Kind == sharing.RiskNotice && draft.AckBy == nil
	return out
}

// sharedDraft reads the form, and notes every field that is missing or wrong.
func (v *visit) sharedDraft(d *sharedForm) (sharing.Draft, error) {
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(v.Form.Get(name), "\r\n", "\n"))
	}
	out := sharing.Draft{Kind: d.Kind, Org: d.As.Org, TLP: get("tlp"), Words: map[string]sharing.Words{},
		About: sharing.About{Vulnerabilities: wordLines(get("vulnerabilities")), Purls: lines(get("purls")), Products: lines(get("products")), Keywords: wordLines(get("keywords"))}}
	if out.TLP == "" {
		v.problem("tlp", "sharing.tlp-missing")
	}
	for _, code := range Languages {
		w := sharing.Words{Title: get("title-" + code), Text: get("text-" + code), Concerns: get("concerns-" + code), First: get("first-" + code)}
		if w == (sharing.Words{}) {
			continue
		}
		out.Words[code] = w
		for name, text := range map[string]string{"title": w.Title, "text": w.Text, "concerns": w.Concerns, "first": w.First} {
			if text == "" && d.Needs(name) {
				v.problem(name+"-"+code, "common.field-missing")
			}
		}
	}
	if len(out.Words) == 0 {
		v.problem("title-"+v.Lang, "sharing.words-missing")
	}
	if err := v.sharedWhom(d, &out); err != nil {
		return out, err
	}
	if text := get("ack-by"); text != "" && d.As.Authority {
		at, ok := d.readTime(text)
		if !ok {
			v.problem("ack-by", "newcase.no-time")
		} else if !at.After(v.Now) {
			v.problem("ack-by", "sharing.ack-past")
		}
		out.AckBy = &at
	}
	switch d.Kind {
	case sharing.Indicator:
		d.Signs = v.signsSent()
		for _, r := range d.Signs {
			out.Signs = append(out.Signs, sharing.Sign(r))
		}
		if len(out.Signs) == 0 {
			v.problem("signs", "sharing.signs-missing")
		}
		d.tooMany()
	case sharing.Sighting:
		v.sightsSent(d, &out)
	}
	return out, nil
}

// sharedWhom reads whom it is for.
func (v *visit) sharedWhom(d *sharedForm, out *sharing.Draft) error {
	switch whom := v.Form.Get("whom"); {
	case !slices.ContainsFunc(d.Whoms, func(o option) bool { return o.Value == whom }):
		v.problem("whom", "sharing.whom-missing")
	case whom != "chosen" && len(v.Form["group"])+len(v.Form["to"]) > 0:
		v.problem("whom", "sharing.whom-both") // never more people than somebody meant
	case whom == "authority":
		out.To = []string{d.Place.Authority}
	case whom == "chosen":
		out.Groups = v.Form["group"]
		if d.As.Authority {
			out.To = v.Form["to"]
		}
		if len(out.To)+len(out.Groups) == 0 {
			v.problem("whom", "sharing.chosen-missing")
		}
	}
	if out.TLP != "RED" || !d.As.Authority {
		return nil
	}
	if err := v.peopleOptions(d, *out); err != nil {
		return err
	}
	if out.People = v.Form["person"]; len(out.People) == 0 {
		v.problem("person", "sharing.people-missing")
	}
	return nil
}

// mostPeople bounds the people from whom those of RED are chosen.
const mostPeople = 300

// peopleOptions are the people of the authority and of the organisations that
// something is for, for the authority.
func (v *visit) peopleOptions(d *sharedForm, draft sharing.Draft) error {
	orgs := []string{d.Place.Authority}
	for _, m := range d.Members {
		if len(draft.To)+len(draft.Groups) == 0 || slices.Contains(draft.To, m.Value) {
			orgs = append(orgs, m.Value)
		}
	}
	groups, err := v.o.Shares.Groups(v.ctx(), v.Who, d.Place.ID)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if slices.Contains(draft.Groups, g.ID) {
			orgs = append(orgs, g.Orgs...)
		}
	}
	for _, org := range orgs {
		people, err := v.o.Identity.MembersOf(v.ctx(), org)
		if err != nil {
			return err
		}
		for _, p := range people {
			if p.Disabled || len(d.People) >= mostPeople || slices.ContainsFunc(d.People, func(o option) bool { return o.Value == p.ID }) {
				continue
			}
			d.People = append(d.People, option{p.ID, p.Name + " (" + v.orgName(org) + ")"})
		}
	}
	return nil
}

// sightsSent reads what was seen how often.
func (v *visit) sightsSent(d *sharedForm, out *sharing.Draft) {
	col := func(name string, i int) string {
		if list := v.Form[name]; i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	d.Sights = nil
	for i := range v.Form["seen-value"] {
		r := sightRow{col("seen-type", i), col("seen-value", i), col("seen-count", i), col("seen-first", i), col("seen-last", i)}
		if r.Value == "" && r.Count == "" && r.First == "" && r.Last == "" {
			continue
		}
		if !slices.Contains(sharing.SignTypes(), r.Type) {
			r.Type, r.Value = sharing.DetectSign(r.Value)
		}
		d.Sights = append(d.Sights, r)
		n, err := strconv.ParseInt(r.Count, 10, 64)
		first, okFirst := d.readTime(r.First)
		last, okLast := d.readTime(r.Last)
		if r.Last == "" {
			last, okLast = first, okFirst // seen once
		}
		if r.Value == "" || err != nil || n < 1 || !okFirst || !okLast || last.Before(first) || first.After(v.Now) {
			v.problem("seen", "sharing.seen-wrong", "n", i+1)
			continue
		}
		out.Sightings = append(out.Sightings, sharing.Seen{Type: r.Type, Value: r.Value, Count: n, First: first, Last: last})
	}
	if len(d.Sights) == 0 {
		v.problem("seen", "sharing.seen-missing")
	}
}

// readTime reads a field of a moment in the zone of the platform's terms.
func (d *sharedForm) readTime(text string) (time.Time, bool) {
	t, err := time.ParseInLocation("2006-01-02T15:04", text, d.zone())
	return t.UTC(), err == nil
}

// lines cuts what was typed at line ends.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// sharedRefused puts a refusal of the use case beside the field that it is about.
func (v *visit) sharedRefused(d *sharedForm, err error, again func(string) error) error {
	var at *fault.Error
	switch kind := fault.KindOf(err); {
	case !errors.As(err, &at), kind != fault.Invalid && kind != fault.Conflict:
		return err
	}
	field := at.Key
	switch {
	case strings.HasPrefix(field, "words."):
		parts := strings.Split(field, ".")
		if field = "title-" + v.Lang; len(parts) == 3 {
			field = parts[2] + "-" + parts[1]
		}
	case strings.HasPrefix(field, "about."):
		field = strings.TrimPrefix(field, "about.")
	default:
		field = map[string]string{"people": "person", "to": "whom", "groups": "whom", "acknowledge-by": "ack-by", "signs": "signs", "signs.note": "signs", "sightings": "seen", "tlp": "tlp", "words": "title-" + v.Lang}[field]
	}
	if field == "" {
		return again(at.Message)
	}
	v.problemOf(field, at.Message)
	return again("")
}
