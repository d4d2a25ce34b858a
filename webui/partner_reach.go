package webui

import (
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// reachView is how a member is reached and what it wants to be told about.
type reachView struct {
	partnerHead
	Edition  string
	All      bool
	Keywords string
	Products string
	Told     []string // both, for who only reads
	Contacts []contactRow
	Wrong    string
}

// contactRow is one contact, with N for the names of its fields.
type contactRow struct {
	N int
	partner.Contact
	Speaks string // languages
}

// spareContacts is how many empty rows the form has.
const spareContacts = 1

func (s *Site) reachForm(v *visit) error {
	h, err := v.partnership("reach")
	if err != nil {
		return err
	}
	p := h.Profile()
	d := reachView{partnerHead: h, Edition: strconv.FormatInt(h.Edition(), 10), All: p.All, Keywords: strings.Join(p.Keywords, "\n"), Products: strings.Join(p.Products, "\n"),
		Told: slices.Concat(p.Keywords, p.Products)}
	d.rows(p.Contacts)
	return v.show("partner-reach", v.t("partner.tab.reach"), "partners", d)
}

// rows gives the contacts, and where they can be changed some empty ones.
func (d *reachView) rows(list []partner.Contact) {
	if d.Acts {
		list = append(slices.Clip(list), make([]partner.Contact, spareContacts)...)
	}
	for i, c := range list {
		d.Contacts = append(d.Contacts, contactRow{i, c, strings.Join(c.Languages, ", ")})
	}
}

func (s *Site) reachDo(v *visit) error {
	h, err := v.partnership("reach")
	if err != nil {
		return err
	}
	get := func(name string) string { return strings.TrimSpace(v.Form.Get(name)) }
	p := partnership.Profile{All: get("all") != "", Keywords: wordLines(get("keywords")), Products: wordLines(get("products"))}
	for i := 0; v.Form.Has("name-" + strconv.Itoa(i)); i++ {
		n := "-" + strconv.Itoa(i)
		c := partner.Contact{Name: get("name" + n), Role: get("role" + n), Mail: get("mail" + n), Phone: get("phone" + n), OutOfHours: get("night" + n),
			Fingerprint: get("key" + n), Languages: wordLines(get("speaks" + n)), Verified: get("verified" + n)}
		if c.Name+c.Role+c.Mail+c.Phone+c.OutOfHours+c.Fingerprint+c.Verified == "" && len(c.Languages) == 0 {
			continue // an empty row is no contact, and emptying one takes it away
		}
		p.Contacts = append(p.Contacts, c)
	}
	edition, err := strconv.ParseInt(get("edition"), 10, 64)
	if err != nil {
		return fault.At("", 0, "edition", "is not a number")
	}
	err = v.o.Circles.SetProfile(v.ctx(), v.Who, h.ID, p, edition)
	switch kind := fault.KindOf(err); {
	case err != nil && (kind == fault.Invalid || kind == fault.Conflict):
		d := reachView{partnerHead: h, Edition: get("edition"), All: p.All, Keywords: get("keywords"), Products: get("products"), Wrong: err.Error()}
		d.rows(p.Contacts)
		v.problemOf("", d.Wrong)
		return v.again("partner-reach", v.t("partner.tab.reach"), "partners", d)
	case err != nil:
		return err
	}
	return v.done(h.Base+"/reach", "saved")
}
