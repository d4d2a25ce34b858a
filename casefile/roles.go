package casefile

import (
	"slices"
	"strings"
)

// Grant is a role that a party has, for one product or (Product empty) for the
// party as a whole, with the assumptions that it rests on.
type Grant struct {
	Role    string
	Product string
	Stated  bool // written in the case file, not derived
	Assumes []string
}

// Contains lists the products inside p, directly or deeper, each with the
// assumptions on the way to it: the way that rests on the fewest.
func (c *Case) Contains(p string) map[string][]string {
	type step struct {
		id      string
		assumes []string
	}
	out, queued := map[string][]string{}, map[string]int{}
	if c.products[p] == nil {
		return out
	}
	byCost := [][]step{{{id: p}}} // byCost[n]: what is reached with n assumptions
	for n := 0; n < len(byCost); n++ {
		for i := 0; i < len(byCost[n]); i++ {
			s := byCost[n][i]
			if _, done := out[s.id]; done {
				continue
			}
			out[s.id] = s.assumes
			for _, r := range c.products[s.id].Contains {
				a := slices.Clip(s.assumes)
				if r.Assumed {
					a = append(a, "products."+s.id+".contains."+r.ID)
				}
				if c.products[r.ID].Assumed {
					a = append(slices.Clip(a), "products."+r.ID)
				}
				if n, seen := queued[r.ID]; seen && n <= len(a) {
					continue // it waits already, by a way that rests on no more
				}
				queued[r.ID] = len(a)
				for len(byCost) <= len(a) {
					byCost = append(byCost, nil)
				}
				byCost[len(a)] = append(byCost[len(a)], step{r.ID, a})
			}
		}
	}
	delete(out, p)
	return out
}

// Grants gives the roles that follow from the stated facts alone (contract,
// "Parties"): what it provides makes a party vendor, and manufacturer where it
// stands on the EU market; what it operates makes it operator. Roles that
// depend on events are added by the plan.
func (c *Case) Grants(p *Party) []Grant {
	var out []Grant
	var base []string
	if p.Assumed {
		base = []string{"parties." + p.ID}
	}
	without := map[string]bool{}
	for _, r := range p.Roles {
		if strings.HasPrefix(r.ID, "-") {
			without[r.ID[1:]] = true
		}
	}
	own := c.Own(p.ID)
	for _, prod := range own {
		a := base
		if prod.Assumed {
			a = append(append([]string{}, base...), "products."+prod.ID)
		}
		if !without["vendor"] {
			out = append(out, Grant{Role: "vendor", Product: prod.ID, Assumes: a})
		}
		if !without["manufacturer"] && onEUMarket(p) {
			out = append(out, Grant{Role: "manufacturer", Product: prod.ID, Assumes: a})
		}
	}
	for _, o := range p.Operates {
		if without["operator"] {
			break
		}
		a := base
		if o.Assumed {
			a = append(append([]string{}, base...), "parties."+p.ID+".operates."+o.ID)
		}
		if c.products[o.ID].Assumed {
			a = append(append([]string{}, a...), "products."+o.ID)
		}
		out = append(out, Grant{Role: "operator", Product: o.ID, Assumes: a})
	}
	for _, r := range p.Roles {
		if strings.HasPrefix(r.ID, "-") {
			continue
		}
		a := base
		if r.Assumed {
			a = append(append([]string{}, base...), "parties."+p.ID+".roles."+r.ID)
		}
		if r.ID == "vendor" || r.ID == "manufacturer" {
			// a stated vendor or manufacturer holds for that party's own products only
			for _, prod := range own {
				if !hasGrant(out, r.ID, prod.ID) {
					g := Grant{Role: r.ID, Product: prod.ID, Stated: true, Assumes: a}
					if prod.Assumed {
						g.Assumes = append(append([]string{}, a...), "products."+prod.ID)
					}
					out = append(out, g)
				}
			}
			continue
		}
		if r.ID == "operator" && len(p.Operates) > 0 {
			continue
		}
		out = append(out, Grant{Role: r.ID, Stated: true, Assumes: a})
	}
	return out
}

func hasGrant(gs []Grant, role, product string) bool {
	for _, g := range gs {
		if g.Role == role && g.Product == product {
			return true
		}
	}
	return false
}

// Own lists the products that a party provides, in the order of the file.
func (c *Case) Own(party string) []*Product {
	if party == "" {
		return nil
	}
	return c.owned[party]
}

// onEUMarket: the product is placed on the market of the Union or of a state
// that ever was a member; the rule's own dates decide the rest.
func onEUMarket(p *Party) bool {
	for _, m := range append([]string{p.Country}, p.Markets...) {
		if m == "EU" {
			return true
		}
		if d, ok := euMembers[canonical(m)]; ok && d[1].IsZero() {
			return true
		}
	}
	return false
}
