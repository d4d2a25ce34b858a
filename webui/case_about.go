package webui

import (
	"slices"
	"strconv"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
)

// aboutView is what a case is about: its products, parties, sources and windows,
// and what is said of the case itself.
type aboutView struct {
	caseHead
	States   bool // the reader may state something
	Products []productRow
	Parties  []partyRow
	Sources  []sourceRow
	Windows  []windowRow
	Next     string
	Prev     string
	From, To int
	Of       int // parties
}

type productRow struct {
	*casefile.Product
	Words, ProviderName string
	Contains            []string
	Mine                bool
}

type partyRow struct {
	*casefile.Party
	Words   string
	Place   string
	Markets []string
	Roles   []string
	Is      []string
	Runs    []string
	Group   string
	Mine    bool
}

// sourceRow is a source; Link is its address if a browser may be led there.
type sourceRow struct {
	casefile.Source
	Link string
}

type windowRow struct {
	casefile.Window
	FromAt, ToAt stated
}

// partiesPerPage bounds the page: a case may have a thousand parties.
const partiesPerPage = 100

func (s *Site) caseAbout(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("about.title")); err != nil {
		return err
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, v.r.PathValue("handle"))
	if err != nil {
		return err
	}
	c := seen.Case
	d := aboutView{caseHead: head(seen, "about"), Of: len(c.Parties)}
	d.States = d.May(string(access.Describe))
	for i := range c.Products[:min(len(c.Products), mostEvents)] {
		d.Products = append(d.Products, v.productRow(seen, &c.Products[i]))
	}
	first, _ := strconv.Atoi(v.Form.Get("from"))
	first = max(0, min(first, d.Of))
	last := min(first+partiesPerPage, d.Of)
	for i := first; i < last; i++ {
		d.Parties = append(d.Parties, v.partyRow(seen, &c.Parties[i]))
	}
	d.From, d.To = first+1, last
	if last < d.Of {
		d.Next = v.here("from", strconv.Itoa(last))
	}
	if first > 0 {
		d.Prev = v.here("from", strconv.Itoa(max(0, first-partiesPerPage)))
	}
	for _, x := range c.Sources[:min(len(c.Sources), mostEvents)] {
		row := sourceRow{Source: x}
		if strings.HasPrefix(x.URL, "https://") || strings.HasPrefix(x.URL, "http://") {
			row.Link = x.URL
		}
		d.Sources = append(d.Sources, row)
	}
	for _, w := range c.Windows[:min(len(c.Windows), mostEvents)] {
		d.Windows = append(d.Windows, windowRow{w, v.stated(w.From), v.stated(w.To)})
	}
	return v.show("case-about", v.caseTitle(seen, v.t("about.title")), "cases", d)
}

func (v *visit) productRow(seen *coordination.Seen, p *casefile.Product) productRow {
	r := productRow{Product: p, Words: productName(seen.Case, p.ID), Mine: acts(seen, p.Provider)}
	if p.Provider != "" {
		r.ProviderName = partyName(seen.Case, p.Provider)
	}
	for _, x := range p.Contains {
		r.Contains = append(r.Contains, productName(seen.Case, x.ID)+assumedMark(x.Assumed))
	}
	return r
}

func (v *visit) partyRow(seen *coordination.Seen, p *casefile.Party) partyRow {
	r := partyRow{Party: p, Words: partyName(seen.Case, p.ID), Mine: acts(seen, p.ID)}
	if p.Country != "" {
		r.Place = countryName(v.Lang, p.Country)
	}
	for _, m := range p.Markets {
		r.Markets = append(r.Markets, v.marketName(m))
	}
	for _, x := range p.Roles {
		r.Roles = append(r.Roles, v.roleName(x.ID)+assumedMark(x.Assumed))
	}
	for _, id := range p.Is {
		r.Is = append(r.Is, v.addressee(v.o.Book, id))
	}
	for _, x := range p.Operates {
		r.Runs = append(r.Runs, productName(seen.Case, x.ID)+assumedMark(x.Assumed))
	}
	if p.PartOf != "" {
		r.Group = partyName(seen.Case, p.PartOf)
	}
	return r
}

// assumedMark follows what is only assumed, as in a form.
func assumedMark(assumed bool) string {
	if assumed {
		return "?"
	}
	return ""
}

func (v *visit) marketName(code string) string {
	if code == "EU" {
		return v.t("newcase.eu")
	}
	return countryName(v.Lang, code)
}

// roleName says a role of the contract or of a pack.
func (v *visit) roleName(id string) string {
	bare, without := strings.CutPrefix(id, "-")
	name := v.codeWords("about.role.", bare)
	if name == bare && v.o.Book != nil {
		if r := v.o.Book.Role(bare); r != nil && r.Title[v.Lang] != "" {
			name = r.Title[v.Lang]
		}
	}
	if without {
		return v.t("about.role-not", "role", name)
	}
	return name
}

// refWords writes references as a form has them: a question mark follows what is
// only assumed.
func refWords(refs []casefile.Ref) string {
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = r.ID + assumedMark(r.Assumed)
	}
	return strings.Join(out, ", ")
}

// refsSent reads them back.
func refsSent(text string) []casefile.Ref {
	var out []casefile.Ref
	for _, w := range splitWords(text) {
		id, assumed := strings.CutSuffix(w, "?")
		if id != "" && !slices.ContainsFunc(out, func(r casefile.Ref) bool { return r.ID == id }) {
			out = append(out, casefile.Ref{ID: id, Assumed: assumed})
		}
	}
	return out
}

// slug makes an id out of a name, different from those that are taken.
func slug(name, fallback string, taken func(string) bool) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		default:
			dash = true
		}
		if b.Len() >= 30 {
			break
		}
	}
	id := b.String()
	if id == "" {
		id = fallback
	}
	for n, try := 2, id; ; n++ {
		if !taken(try) {
			return try
		}
		try = id + "-" + strconv.Itoa(n)
	}
}
