package coordination

import "tocsin/casefile"

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
	Org     string   // id of the organisation that the reader acts for
	Role    string   // of it in the case: vendor, finder, maintainer, coordinator, deployer, authority
	Kinds   []string // what else it is to the law: roles of rule packs, such as essential-entity
	Country string
	Markets []string
	Adopts  []string // norms
	TLP     string
	// 5. Is it attacked?
	Attacked   string        // yes, no, unknown
	AttackedAt casefile.Time // when that was known
	Public     string        // yes, no, unknown
	PublicAt   casefile.Time // since when, if that is known
}

// Drafted is what the answers make, before anything is kept.
type Drafted struct {
	File     casefile.File
	Planned  *Planned
	Problems map[string]string // field of Questions → code of what is wrong with it; Open refuses each
	Hints    map[string]string // field → code of what would make the plan say more
}
