package identity

import (
	"regexp"
	"slices"
	"time"

	"tocsin/internal/fault"
	"tocsin/partner"
)

// idForm is what ids look like: random ones are 26 characters.
var idForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{1,62}[a-z0-9])$`)

const (
	maxName       = 200 // bytes
	maxDeputies   = 20
	maxDeputation = 366 * 24 * time.Hour
)

// checkOrg refuses an organisation that cannot be, and makes one line of its name.
func checkOrg(o *partner.Org) error {
	if !idForm.MatchString(o.ID) {
		return fault.New(fault.Invalid, "an id has 3 to 64 lower-case letters, digits and hyphens")
	}
	if len(o.Name) <= maxName {
		o.Name = line(o.Name, maxName)
	}
	return o.Check()
}

// checkPerson refuses a person who cannot be, and puts words in order.
func checkPerson(p *partner.Person) error {
	if !idForm.MatchString(p.ID) {
		return fault.New(fault.Invalid, "an id has 3 to 64 lower-case letters, digits and hyphens")
	}
	if len(p.Name) <= maxName {
		p.Name = line(p.Name, maxName)
	}
	slices.Sort(p.Platform)
	p.Platform = slices.Compact(p.Platform)
	for i, m := range p.Member {
		slices.Sort(m.Roles)
		p.Member[i].Roles = slices.Compact(m.Roles)
	}
	if err := p.Check(); err != nil {
		return err
	}
	if _, ok := foldLogin(p.Login); !ok {
		return fault.At("", 0, "login", "%q cannot be a login; an e-mail address or a name without blanks can", p.Login)
	}
	if len(p.Deputies) > maxDeputies {
		return fault.At("", 0, "deputies", "holds more than %d deputies", maxDeputies)
	}
	for _, d := range p.Deputies {
		switch {
		case !idForm.MatchString(d.Person):
			return fault.At("", 0, "deputies.person", "a deputy is a person of the platform")
		case d.Until.Sub(d.From) > maxDeputation:
			return fault.At("", 0, "deputies.until", "a deputy acts for at most a year")
		}
	}
	return nil
}
