package webui

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/sharing"
)

// sharedForm is the form for something that is to be shared or corrected.
type sharedForm struct {
	Place   *sharePlace
	As      sharer
	Kind    sharing.Kind
	Item    *sharing.Item // that is corrected; nil: it is new
	Action  string
	Back    string
	Key     string
	Seen    int // version that the correction was made on
	Values  map[string]string
	Labels  []option
	Whoms   []option // radio: whom it is for
	Groups  []option
	Members []option // organisations, by name
	People  []option // of RED, once it was chosen
	Langs   []langForm
	Signs   []signRow
	Lines   string // signs that are too many to be listed
	Sights  []sightRow
	Types   []option
	Zone    string
	Wrong   string
	Sent    url.Values // what a preview was made of
	Preview *audienceView
}

// langForm is the fields of one language.
type langForm struct {
	Code, Name string
	Open       bool
}

// shareWay is one way to share: where, and as whom.
type shareWay struct {
	sharer
	On    string
	Kinds []kindWay
}

type kindWay struct {
	Kind       sharing.Kind
	Icon, Href string
}

// sharedNew shows the form for something new; where it is open on which platform or
// which kind, these are chosen first.
func (s *Site) sharedNew(v *visit) error {
	d, choose, err := v.sharedForm()
	switch {
	case err != nil:
		return err
	case choose != nil:
		return v.show("shared-choose", v.t("sharing.new"), "shared", choose)
	}
	return v.show("shared-new", v.t("sharing.new"), "shared", d)
}

// sharedForm makes the form that the address names, or the ways there are.
func (v *visit) sharedForm() (*sharedForm, []shareWay, error) {
	places, err := v.places()
	if err != nil {
		return nil, nil, err
	}
	platform, org, kind := v.r.FormValue("platform"), v.r.FormValue("org"), sharing.Kind(v.r.FormValue("kind"))
	var ways []shareWay
	var found []*sharedForm
	for i := range places {
		p := &places[i]
		for _, s := range p.As {
			if platform != "" && p.ID != platform || org != "" && s.Org != org || s.Mute() {
				continue
			}
			w := shareWay{sharer: s, On: p.Name}
			for _, k := range sharing.Kinds() {
				w.Kinds = append(w.Kinds, kindWay{k, kindIcons[k], newShared(p.ID, s.Org, k)})
			}
			ways = append(ways, w)
			found = append(found, &sharedForm{Place: p, As: s, Kind: kind, Action: newShared(p.ID, s.Org, kind), Back: "/shared"})
		}
	}
	switch {
	case len(ways) == 0 && (platform != "" || len(places) == 0 || org != ""):
		return nil, nil, notYours()
	case len(ways) == 0:
		return nil, nil, fault.New(fault.Forbidden, "sharing is for those who act for a member or for the authority")
	case len(ways) > 1 || !slices.Contains(sharing.Kinds(), kind):
		return nil, ways, nil
	}
	d := found[0]
	d.Key = v.Form.Get("key")
	if d.Key == "" {
		d.Key = newKey()
	}
	d.Values = map[string]string{"whom": v.usualWhom(d)}
	return d, nil, v.sharedFields(d)
}

// usualWhom is whom something new is for, if nobody says otherwise: what a member
// reports goes to the authority, all else to all members.
func (v *visit) usualWhom(d *sharedForm) string {
	if !d.As.Authority && (d.Kind == sharing.Report || d.As.Stopped()) {
		return "authority"
	}
	return "all"
}

// zone is that of the platform's terms, in which the times of the form are.
func (d *sharedForm) zone() *time.Location {
	if loc, err := calendar.Zone(d.Place.Terms.Zone); d.Place.Terms.Zone != "" && err == nil {
		return loc
	}
	return time.UTC
}

// sharedFields makes what the form offers to choose from.
func (v *visit) sharedFields(d *sharedForm) error {
	d.Zone = cmp.Or(d.Place.Terms.Zone, "UTC")
	d.Labels = []option{{"", v.t("common.choose")}}
	for _, l := range access.Labels() {
		if l == "RED" && !d.As.Authority {
			continue // a member is not told who the people are
		}
		d.Labels = append(d.Labels, option{l, "TLP:" + l + " – " + v.t("sharing.tlp-short."+tlpCode(l))})
	}
	groups, err := v.o.Shares.Groups(v.ctx(), v.Who, d.Place.ID)
	if err != nil {
		return err
	}
	for _, g := range groups {
		d.Groups = append(d.Groups, option{g.ID, g.Name})
	}
	authority := v.orgName(d.Place.Authority)
	switch {
	case d.As.Authority:
		if err := v.memberOptions(d); err != nil {
			return err
		}
		d.Whoms = []option{{"all", v.t("sharing.whom.all")}, {"chosen", v.t("sharing.whom.chosen")}}
	case d.As.Stopped():
		d.Whoms = []option{{"authority", v.t("sharing.whom.authority", "authority", authority)}}
	default:
		d.Whoms = []option{{"authority", v.t("sharing.whom.authority", "authority", authority)}, {"all", v.t("sharing.whom.all")}}
		if len(d.Groups) > 0 {
			d.Whoms = append(d.Whoms, option{"chosen", v.t("sharing.whom.groups")})
		}
	}
	for _, code := range v.langsFirst() {
		open := d.Kind == sharing.RiskNotice || code == v.Lang
		for _, f := range wordFields {
			open = open || v.Form.Get(f+"-"+code) != ""
		}
		if d.Item != nil {
			_, there := d.Item.Words[code]
			open = open || there
		}
		d.Langs = append(d.Langs, langForm{code, langNames[code], open})
	}
	d.Types = []option{{"", v.t("sharing.type-found")}}
	for _, t := range sharing.SignTypes() {
		d.Types = append(d.Types, option{t, v.t("sharing.type." + t)})
	}
	return nil
}

// wordFields are the fields of each language; what a kind has no use for is left out
// of its form.
var wordFields = []string{"title", "first", "concerns", "text"}

// WordFields are those of the form, what a tired reader needs first before the rest.
func (d *sharedForm) WordFields() []string {
	if d.Kind == sharing.RiskNotice {
		return wordFields
	}
	return []string{"title", "text"}
}

// Needs tells whether a field of a language that is used has to be filled in.
func (d *sharedForm) Needs(field string) bool {
	return field == "title" || d.Kind == sharing.RiskNotice || field == "text" && d.Kind == sharing.Report
}

// langsFirst are the languages, the reader's own first.
func (v *visit) langsFirst() []string {
	out := []string{v.Lang}
	for _, code := range Languages {
		if code != v.Lang {
			out = append(out, code)
		}
	}
	return out
}

// memberOptions are the members of the platform and their units, for the authority.
func (v *visit) memberOptions(d *sharedForm) error {
	members, err := v.o.Circles.Members(v.ctx(), v.Who, d.Place.ID)
	if err != nil {
		return err
	}
	d.Members = v.memberNames(members)
	return nil
}

// memberNames are members with their units beneath, and where each stands if it is
// not active.
func (v *visit) memberNames(members []partnership.Standing) []option {
	var out []option
	for _, m := range members {
		name := m.Name
		if m.State.Standing != partner.Active {
			name += " (" + v.t("partner.standing."+badgeOf(m.State.Standing).Standing) + ")"
		}
		out = append(out, option{m.Org, name})
		for _, unit := range sortedKeys(m.Units) {
			out = append(out, option{unit, v.t("sharing.unit-of", "unit", v.orgName(unit), "member", m.Name)})
		}
	}
	return out
}

// sharedCorrect shows the form filled in with what stands.
func (s *Site) sharedCorrect(v *visit) error {
	d, err := v.correcting()
	if err != nil {
		return err
	}
	return v.show("shared-new", v.t("sharing.correct"), "shared", d)
}

// correcting makes the form for a correction, for those who act for whoever shared it.
func (v *visit) correcting() (*sharedForm, error) {
	it, err := v.o.Shares.GetVersion(v.ctx(), v.Who, v.r.PathValue("id"), 0)
	if err != nil {
		return nil, err
	}
	places, err := v.places()
	if err != nil {
		return nil, err
	}
	p := placeOf(places, it.Platform)
	if p == nil || it.Road != access.AsSender || !actsFor(v.Who, it.From) {
		return nil, fault.New(fault.Forbidden, "this is for those who act for whoever shared it")
	}
	i := slices.IndexFunc(p.As, func(s sharer) bool { return s.Org == it.From })
	if i < 0 || p.As[i].Mute() {
		return nil, fault.New(fault.Suspended, "who has left a platform shares nothing on it")
	}
	if it.Withdrawn != nil {
		return nil, fault.New(fault.Conflict, "this was withdrawn; share it anew")
	}
	base := sharedAddress(it.ID)
	d := &sharedForm{Place: p, As: p.As[i], Kind: it.Kind, Item: it, Action: base + "/correct", Back: base, Key: cmp.Or(v.Form.Get("key"), newKey()), Seen: it.N}
	if n := v.formInt("seen"); n >= 0 {
		d.Seen = int(n)
	}
	d.draftOf(it)
	return d, v.sharedFields(d)
}

// draftOf fills the form with a version.
func (d *sharedForm) draftOf(it *sharing.Item) {
	d.Values = map[string]string{"tlp": it.TLP, "whom": "all"}
	switch {
	case len(it.To) == 1 && it.To[0] == d.Place.Authority && len(it.Groups) == 0:
		d.Values["whom"] = "authority"
	case len(it.To)+len(it.Groups) > 0:
		d.Values["whom"] = "chosen"
	}
	for lang, w := range it.Words {
		for name, text := range map[string]string{"title": w.Title, "text": w.Text, "concerns": w.Concerns, "first": w.First} {
			d.Values[name+"-"+lang] = text
		}
	}
	for name, l := range map[string][]string{"vulnerabilities": it.About.Vulnerabilities, "purls": it.About.Purls, "products": it.About.Products, "keywords": it.About.Keywords} {
		d.Values[name] = joinLines(l)
	}
	if it.AckBy != nil {
		d.Values["ack-by"] = fieldTime(*it.AckBy, d.zone())
	}
	for _, s := range it.Signs {
		d.Signs = append(d.Signs, signRow(s))
	}
	d.tooMany()
	for _, s := range it.Sightings {
		d.Sights = append(d.Sights, sightRow{s.Type, s.Value, strconv.FormatInt(s.Count, 10), fieldTime(s.First, d.zone()), fieldTime(s.Last, d.zone())})
	}
}

// tooMany moves signs that are too many to be listed into the field of many lines.
func (d *sharedForm) tooMany() {
	if len(d.Signs) > mostRows {
		d.Lines, d.Signs = signLines(d.Signs), nil
	}
}

func joinLines(list []string) string {
	out := ""
	for _, x := range list {
		out += x + "\n"
	}
	return out
}

// Val is what stands in a field: what was sent, else what the form began with.
func (d *sharedForm) Val(p *page, name string) string {
	if p.Form.Has(name) {
		return p.Form.Get(name)
	}
	return d.Values[name]
}

// Chosen tells whether a box of several is ticked.
func (d *sharedForm) Chosen(p *page, name, value string) bool {
	if p.Form.Has("whom") || d.Item == nil {
		return slices.Contains(p.Form[name], value)
	}
	return slices.Contains(map[string][]string{"to": d.Item.To, "group": d.Item.Groups, "person": d.Item.People}[name], value)
}

// SightRows are those that are filled in, and room for more.
func (d *sharedForm) SightRows() []sightRow {
	out := slices.Clone(d.Sights)
	for len(out) < max(2, len(d.Sights)+1) {
		out = append(out, sightRow{})
	}
	return out
}

// Next is the number that people give to the row of an index.
func (d *sharedForm) Next(i int) int { return i + 1 }
