package coordination

import (
	"context"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/record"
)

// Questions are the five that a case starts with. Empty answers are allowed
// where the answer is not known; Open says which must not be.
type Questions struct {
	// 1. What product?
	Title   string
	Product string // its name
	Purl    string
	CVE     []string
	// 2. Whose is it?
	Provider        string // name of who makes it; "" is nobody known
	ProviderCountry string
	ProviderMarkets []string
	ProviderIsUs    bool
	Contains        string // name of the component inside that is vulnerable, "" if it is the product itself
	ContainsBy      string // who makes that
	// 3. What do you know, and since when?
	How    string        // found, told, signalled
	Knew   casefile.Time // when
	ToldBy string        // name of who told
	Known  string        // in words
	Source string        // where it stands
	// 4. Who are you?
	Org     string // id of the organisation that the reader acts for
	Role    string // of it in the case: vendor, finder, coordinator, deployer, authority
	Country string
	Markets []string
	Adopts  []string // norms
	TLP     string
	// 5. Is it attacked?
	Attacked   string        // yes, no, unknown
	AttackedAt casefile.Time // when that was known
	Public     string        // yes, no, unknown
}

// Drafted is what the answers make, before anything is kept.
type Drafted struct {
	File     casefile.File
	Planned  *Planned
	Problems map[string]string // field of Questions → code of what is wrong with it
}

// Draft shows the case and the plan that the answers make, and keeps nothing.
func (d *Desk) Draft(ctx context.Context, who access.Reader, q Questions) (*Drafted, error) {
	panic("todo")
}

// Open keeps the case; the reader's organisation becomes its owner.
func (d *Desk) Open(ctx context.Context, who access.Reader, q Questions, key string) (record.Result, error) {
	panic("todo")
}
