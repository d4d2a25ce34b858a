package earlier

import (
	"tocsin/calendar"
	"tocsin/casefile"
)

// Facts is what a case tells of who knew what, and when. It is made by Of, kept
// as JSON, and says nothing of a report.
type Facts struct {
	Case     string    `json:"case"`
	Kept     bool      `json:"kept,omitempty"`     // the record is kept here: what is not in it was not recorded
	Side     bool      `json:"side,omitempty"`     // set by whoever read it from a part of the case
	Flaws    []string  `json:"flaws,omitempty"`    // FlawKey of each vulnerability that the case lists
	Products []Product `json:"products,omitempty"` // without those that are assumed
	Parties  []Party   `json:"parties,omitempty"`  // those that knew something, and whom they told
}

// Product is what a case calls a product.
type Product struct {
	ID       string   `json:"id"`
	Name     string   `json:"name,omitempty"`
	Purl     string   `json:"purl,omitempty"` // PurlKey
	Provider string   `json:"provider,omitempty"`
	Inside   []string `json:"inside,omitempty"` // the products that it contains, directly or deeper, sorted
}

// Party is who knew, or was told.
type Party struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	Country   string `json:"country,omitempty"`
	Authority bool   `json:"authority,omitempty"`

	Knew     []Mark    `json:"knew,omitempty"`    // for each product, and each kind of word, the earliest
	Signals  []Mark    `json:"signals,omitempty"` // signals and first looks: never awareness
	Told     []Telling `json:"told,omitempty"`
	Found    []Mark    `json:"found,omitempty"`  // own findings that it is not affected, or need not report
	Denied   []Mark    `json:"denied,omitempty"` // what it says did not happen
	Embargos []Bound   `json:"embargos,omitempty"`
}

// Word is whose word something is.
type Word string

// The words, the best first.
const (
	Own       Word = "own"       // its own
	Adopted   Word = "adopted"   // another's claim that it adopted
	Behalf    Word = "on-behalf" // said on its behalf, with a mandate
	Confirmed Word = "confirmed" // another told it, and it confirmed the receipt
	Told      Word = "told"      // another says that it told it
	ByAct     Word = "act"       // follows from an act of its own; no awareness is recorded
	Stated    Word = "stated"    // the case states it, and not whose word it is
	Said      Word = "said"      // somebody else, or a source, says so
	Claim     Word = "claim"     // somebody else's claim, which it did not adopt
)

// Words lists them, the best first.
func Words() []Word {
	return []Word{Own, Adopted, Behalf, Confirmed, Told, ByAct, Stated, Said, Claim}
}

// firm tells whether a word can carry more than perhaps.
func (w Word) firm() bool { return w != Said && w != Claim && w != "" }

// Mark is one event that tells of knowledge.
type Mark struct {
	Event     string        `json:"event"`
	Kind      casefile.Kind `json:"kind"`
	Of        string        `json:"of,omitempty"` // "": the case
	At        calendar.Span `json:"at"`
	Word      Word          `json:"word,omitempty"`
	By        string        `json:"by,omitempty"`       // whose word it is, where it is another's: a party or a source
	Result    string        `json:"result,omitempty"`   // of a decision or a look
	Disputed  []string      `json:"disputed,omitempty"` // events that dispute, deny or contest it
	Corrected []string      `json:"corrected,omitempty"`
	Receipt   string        `json:"receipt,omitempty"`  // event by which it confirmed what it was told
	Recorded  string        `json:"recorded,omitempty"` // RFC 3339: when it was recorded
}

// Telling is one event by which a party told others.
type Telling struct {
	Event      string        `json:"event"`
	Kind       casefile.Kind `json:"kind"`
	Of         string        `json:"of,omitempty"`
	To         []string      `json:"to,omitempty"` // parties of the case, and entries of the directory
	At         calendar.Span `json:"at"`
	Word       Word          `json:"word,omitempty"`
	Disputed   []string      `json:"disputed,omitempty"`
	Authority  bool          `json:"authority,omitempty"`  // one of them is an authority
	Maintainer bool          `json:"maintainer,omitempty"` // one of them provides or maintains the product
	Public     bool          `json:"public,omitempty"`
	Receipt    *Receipt      `json:"receipt,omitempty"` // nil: no confirmation is recorded
}

// Receipt is the confirmation of a recipient.
type Receipt struct {
	Event     string        `json:"event"`
	By        string        `json:"by"`
	At        calendar.Span `json:"at"`
	Automatic bool          `json:"automatic,omitempty"` // it arrived; nobody says that it was read
}

// Bound is a time during which an embargo bound a party that had accepted it.
type Bound struct {
	Events []string      `json:"events"` // its proposal or acceptance
	In     calendar.Span `json:"in"`     // from and to; a zero Latest is not ended
}

// Product gives a product of the case; nil if there is none.
func (f *Facts) Product(id string) *Product {
	for i := range f.Products {
		if f.Products[i].ID == id {
			return &f.Products[i]
		}
	}
	return nil
}

// Party gives a party of the case; nil if nothing is told of it.
func (f *Facts) Party(id string) *Party {
	for i := range f.Parties {
		if f.Parties[i].ID == id {
			return &f.Parties[i]
		}
	}
	return nil
}
