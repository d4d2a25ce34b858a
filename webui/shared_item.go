package webui

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/sharing"
)

// sharedItemView is the page of something that was shared.
type sharedItemView struct {
	sharedRow
	Base     string
	Words    sharing.Words
	Langs    []langLink // in which it was said
	Signs    []signRow
	Exact    string // the signs as they were shared, a line each
	Seen     []sharing.Seen
	Sealed   string
	Limits   string // code of sharing.limits
	For      []string
	ForAll   bool
	ForUs    bool // named, and not told who else
	Ago      *sharing.Mark
	By       string // of whoever withdrew it, for their own side
	Editions []editionRow
	Newest   bool
	Changes  []sharedChange
	Since    int // version that the changes are from
	Given    []givenRow
	Speaks   []option // organisations of the reader's that can give their word
	Acts     bool     // the reader acts for whoever shared it
	Members  []ackRow // who has given its word: for the authority
	Unsaid   int
	PartOf   *sharePlace
}

// editionRow is one version in a list.
type editionRow struct {
	sharing.Edition
	Href string
	Here bool
}

// givenRow is the word of an organisation of the reader's.
type givenRow struct {
	sharing.Acknowledgement
	Name, ByName string
	Older        bool // given on a version before
}

// ackRow is whether a member has given its word.
type ackRow struct {
	sharing.Word
	Badge          standingBadge
	Base           string
	Remind         string // address of a reminder, where one is due
	ByName         string
	Late, Over     bool
	GivenOnVersion int
}

func (s *Site) sharedItem(v *visit) error { return v.sharedShow(http.StatusOK) }

func (v *visit) sharedShow(status int) error {
	n := 0
	if x := v.r.URL.Query().Get("version"); x != "" {
		var err error
		if n, err = strconv.Atoi(x); err != nil || n < 1 {
			return fault.New(fault.NotFound, "nothing of this kind was shared with you")
		}
	}
	it, err := v.o.Shares.GetVersion(v.ctx(), v.Who, v.r.PathValue("id"), n)
	if err != nil {
		return err
	}
	d, err := v.sharedItemView(it)
	if err != nil {
		return err
	}
	return v.showStatus(status, "shared-item", v.t("sharing.kind."+string(it.Kind)), "shared", d)
}

func (v *visit) sharedItemView(it *sharing.Item) (*sharedItemView, error) {
	places, err := v.places()
	if err != nil {
		return nil, err
	}
	p := placeOf(places, it.Platform)
	d := &sharedItemView{sharedRow: v.sharedRow(it.Row, p), Base: sharedAddress(it.ID), Seen: it.Sightings, Sealed: string(it.Sealed), Limits: tlpCode(it.TLP), Ago: it.Withdrawn, PartOf: p}
	d.inLanguage(v, it)
	for _, x := range it.Signs {
		d.Signs = append(d.Signs, signRow(x))
		d.Exact += x.Value + "\n"
	}
	d.Acts = it.Road == access.AsSender && actsFor(v.Who, it.From)
	if d.Own && it.Withdrawn != nil {
		d.By = v.o.Identity.PersonName(v.ctx(), it.Withdrawn.By)
	}
	if err := d.whom(v, it); err != nil {
		return nil, err
	}
	if err := d.versions(v, it); err != nil {
		return nil, err
	}
	for _, a := range it.Acked {
		d.Given = append(d.Given, givenRow{Acknowledgement: a, Name: v.orgName(a.Org), ByName: v.o.Identity.PersonName(v.ctx(), a.Person)})
	}
	if d.Waiting && d.Newest && p != nil {
		for _, s := range p.As {
			given := slices.ContainsFunc(it.Acked, func(a sharing.Acknowledgement) bool { return a.Org == s.Org })
			if !s.Authority && !given { // the use case asks whether it received it
				d.Speaks = append(d.Speaks, option{s.Org, s.Name})
			}
		}
	}
	if p != nil && p.Runs && it.AckBy != nil {
		if err := d.said(v, it); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// inLanguage takes the words in the language of the address, else the reader's.
func (d *sharedItemView) inLanguage(v *visit, it *sharing.Item) {
	have := sortedKeys(it.Words)
	lang := v.langOf(have)
	if asked := v.r.URL.Query().Get("words"); slices.Contains(have, asked) {
		lang = asked
	}
	d.Lang, d.Words, d.Title = lang, it.Words[lang], it.Words[lang].Title
	for _, code := range Languages {
		if slices.Contains(have, code) {
			q := url.Values{"words": {code}}
			if x := v.r.URL.Query().Get("version"); x != "" {
				q.Set("version", x)
			}
			d.Langs = append(d.Langs, langLink{Code: code, Name: langNames[code], Href: d.Base + "?" + q.Encode(), Here: code == lang})
		}
	}
}

// whom says for whom it is: by name to whoever shared it and to the authority; a
// member is told that it is for it, and not who else has it.
func (d *sharedItemView) whom(v *visit, it *sharing.Item) error {
	if d.ForAll = len(it.To)+len(it.Groups) == 0; d.ForAll {
		return nil
	}
	if it.Road == access.AsMember {
		d.ForUs = true
		return nil
	}
	for _, org := range it.To {
		d.For = append(d.For, v.orgName(org))
	}
	groups, err := v.o.Shares.Groups(v.ctx(), v.Who, it.Platform)
	if err != nil && fault.KindOf(err) != fault.NotFound { // it is read by the people of a sender who left, too
		return err
	}
	for _, g := range it.Groups {
		if i := slices.IndexFunc(groups, func(x sharing.Group) bool { return x.ID == g }); i >= 0 {
			d.For = append(d.For, v.t("sharing.group-named", "name", groups[i].Name))
		} else {
			d.For = append(d.For, v.t("sharing.group-gone"))
		}
	}
	for _, id := range it.People {
		d.For = append(d.For, v.o.Identity.PersonName(v.ctx(), id))
	}
	return nil
}

// versions lists the versions, and says how the one that is shown differs from the
// one before it.
func (d *sharedItemView) versions(v *visit, it *sharing.Item) error {
	before := -1
	for i, e := range it.Editions {
		d.Editions = append(d.Editions, editionRow{Edition: e, Href: d.Base + "?version=" + strconv.Itoa(e.N), Here: e.N == it.N})
		if e.N == it.N && i+1 < len(it.Editions) {
			before = it.Editions[i+1].N
		}
	}
	d.Newest = len(it.Editions) > 0 && it.Editions[0].N == it.N
	if before < 0 {
		return nil
	}
	was, err := v.o.Shares.GetVersion(v.ctx(), v.Who, it.ID, before)
	if err != nil {
		return err
	}
	d.Since, d.Changes = before, v.sharedChanges(was, it)
	return nil
}

// said lists which members have given their word, for the authority.
func (d *sharedItemView) said(v *visit, it *sharing.Item) error {
	words, err := v.o.Shares.Words(v.ctx(), v.Who, it.ID)
	if err != nil {
		return err
	}
	over := !v.Now.Before(*it.AckBy)
	for _, w := range words {
		r := ackRow{Word: w, Badge: badgeOf(w.Standing), Base: partnerAddress(w.Member), Over: over && w.Given == nil && w.Receives}
		switch {
		case w.Given != nil:
			r.ByName, r.Late, r.GivenOnVersion = v.o.Identity.PersonName(v.ctx(), w.Given.Person), w.Given.At.After(*it.AckBy), w.Given.N
		case w.Receives: // of whoever cannot read it, no word is missing
			d.Unsaid++
		}
		if r.Over && it.Withdrawn == nil && actsFor(v.Who, d.PartOf.Authority) && w.Standing != partner.Left {
			// What it is about stays out of the address: it goes into histories and logs.
			q := url.Values{"act": {"partner-reminded"}, "reason": {v.t("sharing.remind-words", "at", day(v.words, v.Lang, it.AckBy.In(v.Zone)))}}
			r.Remind = r.Base + "/do?" + q.Encode()
		}
		d.Members = append(d.Members, r)
	}
	return nil
}

// sharedAcknowledge gives the word of a member.
func (s *Site) sharedAcknowledge(v *visit) error {
	words := strings.TrimSpace(v.Form.Get("words-said"))
	_, err := v.o.Shares.Acknowledge(v.ctx(), v.Who, v.r.PathValue("id"), v.Form.Get("org"), words)
	if err != nil {
		return v.sharedAgain(err, map[string]string{"org": "org", "words": "words-said"})
	}
	v.sides.acted()
	return v.done(sharedAddress(v.r.PathValue("id")), "acknowledged")
}

// sharedWithdraw marks something as withdrawn.
func (s *Site) sharedWithdraw(v *visit) error {
	reason := strings.TrimSpace(v.Form.Get("reason"))
	if reason == "" {
		// Who may not see it learns nothing from the form either.
		if _, err := v.o.Shares.GetVersion(v.ctx(), v.Who, v.r.PathValue("id"), 0); err != nil {
			return err
		}
		v.problem("reason", "common.field-missing")
		return v.sharedShow(http.StatusUnprocessableEntity)
	}
	if err := v.o.Shares.Withdraw(v.ctx(), v.Who, v.r.PathValue("id"), reason); err != nil {
		return v.sharedAgain(err, map[string]string{"reason": "reason"})
	}
	v.sides.acted()
	return v.done(sharedAddress(v.r.PathValue("id")), "withdrawn")
}

// sharedAgain shows the page of an item with what its forms got wrong.
func (v *visit) sharedAgain(err error, fields map[string]string) error {
	var at *fault.Error
	if fault.KindOf(err) != fault.Invalid || !errors.As(err, &at) {
		return err
	}
	v.problemOf(fields[at.Key], at.Message)
	return v.sharedShow(http.StatusUnprocessableEntity)
}

// tlpCode is a label as it stands in keys of the catalogues.
func tlpCode(label string) string { return strings.ReplaceAll(strings.ToLower(label), "+", "-") }

// fieldTime is an instant as a field of a browser has it.
func fieldTime(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("2006-01-02T15:04")
}

// Safe is a sign as a page shows it.
func (d *sharedItemView) Safe(kind, value string) string { return sharing.Defang(kind, value) }
