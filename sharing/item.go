package sharing

import (
	"time"

	"tocsin/access"
	"tocsin/partner"
)

// Kind is what is shared.
type Kind string

// The kinds.
const (
	Report     Kind = "report"      // what somebody knows, in words
	Indicator  Kind = "indicator"   // signs by which something is recognised
	Sighting   Kind = "sighting"    // such a sign was seen
	RiskNotice Kind = "risk-notice" // what it is, whom it concerns, what to do first
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Report, Indicator, Sighting, RiskNotice} }

// Words are what is shared, in one language. A risk notice has all four.
type Words struct {
	Title    string `json:"title"`
	Text     string `json:"text"`               // what it is
	Concerns string `json:"concerns,omitempty"` // whom it concerns
	First    string `json:"first,omitempty"`    // what to do first
}

// Sign is one indicator: text, whatever it looks like.
type Sign struct {
	Type  string `json:"type"` // SignTypes
	Value string `json:"value"`
	Note  string `json:"note,omitempty"`
}

// Seen is how often a sign was seen, and when first and last.
type Seen struct {
	Type  string    `json:"type"`
	Value string    `json:"value"`
	Count int64     `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// About is what an item is about, by which it is told whom it concerns.
type About struct {
	Vulnerabilities []string `json:"vulnerabilities,omitempty"`
	Purls           []string `json:"purls,omitempty"`
	Products        []string `json:"products,omitempty"`
	Keywords        []string `json:"keywords,omitempty"`
}

// Draft is what somebody wants to share.
type Draft struct {
	Kind      Kind             `json:"kind"`
	TLP       string           `json:"tlp"`
	Org       string           `json:"org,omitempty"`    // for which of the sharer's organisations; "" if there is but one
	To        []string         `json:"to,omitempty"`     // organisations, and
	Groups    []string         `json:"groups,omitempty"` // groups, that it is for; none of either: all members
	People    []string         `json:"people,omitempty"` // of RED
	Words     map[string]Words `json:"words"`            // by language: en, zh, fr, de
	Signs     []Sign           `json:"signs,omitempty"`
	Sightings []Seen           `json:"sightings,omitempty"`
	About     About            `json:"about"`
	AckBy     *time.Time       `json:"acknowledge-by,omitempty"` // the authority wants each member's word by then
}

// Edition is one version of an item, without its words.
type Edition struct {
	N      int       `json:"n"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	TLP    string    `json:"tlp"`
	To     []string  `json:"to,omitempty"`
	Groups []string  `json:"groups,omitempty"`
	People []string  `json:"people,omitempty"`

	Titles map[string]string `json:"titles"`
	About  About             `json:"about"`
	AckBy  *time.Time        `json:"acknowledge-by,omitempty"`
	Proof  Proof             `json:"proof"`
	Once   string            `json:"once,omitempty"` // the key under which it was asked for, with the person
}

// Proof is where the log has a commitment to a version: a note whose body says
// this hash, of the bytes that Item.Sealed holds.
type Proof struct {
	Hash  string `json:"hash"` // SHA-256, in hex
	Epoch int    `json:"epoch"`
	Index int64  `json:"index"`
}

// Mark says that an item was withdrawn.
type Mark struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// Acknowledgement is a member's own word that it has a notice.
type Acknowledgement struct {
	Item   string    `json:"item"`
	N      int       `json:"n"` // version
	Org    string    `json:"org"`
	Person string    `json:"person"`
	At     time.Time `json:"at"`
	Words  string    `json:"words,omitempty"`
}

// Row is an item in a list, as one reader receives it.
type Row struct {
	ID        string
	Platform  string
	Kind      Kind
	From      string    // organisation
	At        time.Time // of the first version
	Road      access.Road
	Withdrawn *Mark
	Edition                     // the newest
	Concerns  []partner.Concern // why it concerns the reader's organisations; none: as far as is known it does not
	Acked     []Acknowledgement // of the reader's own organisations
}

// Item is a whole item at one version.
type Item struct {
	Row
	Words     map[string]Words
	Signs     []Sign
	Sightings []Seen
	Editions  []Edition // all that the reader may read, the newest first
	Sealed    []byte    // the version as it was committed to, byte by byte
}

// head is what is kept of an item beside its versions. It only grows.
type head struct {
	ID        string    `json:"id"`
	Platform  string    `json:"platform"`
	Kind      Kind      `json:"kind"`
	From      string    `json:"from"`
	At        time.Time `json:"at"`
	Editions  []Edition `json:"editions"` // the newest last
	Withdrawn *Mark     `json:"withdrawn,omitempty"`
	Once      string    `json:"once,omitempty"` // the sharer's key

	version int64
}

// now is the newest version.
func (h *head) now() *Edition { return &h.Editions[len(h.Editions)-1] }

// matter is what the table of access needs to know of a version.
func (h *head) matter(e *Edition) access.Shared {
	return access.Shared{Platform: h.Platform, From: h.From, By: e.By, TLP: e.TLP, To: e.To, Groups: e.Groups, People: e.People}
}

// text is a version as it is committed to. The salt keeps whoever has the hash
// alone from guessing what was shared.
type text struct {
	Item      string           `json:"item"`
	Platform  string           `json:"platform"`
	Kind      Kind             `json:"kind"`
	From      string           `json:"from"`
	N         int              `json:"n"`
	At        time.Time        `json:"at"`
	By        string           `json:"by"`
	TLP       string           `json:"tlp"`
	To        []string         `json:"to,omitempty"`
	Groups    []string         `json:"groups,omitempty"`
	People    []string         `json:"people,omitempty"`
	Words     map[string]Words `json:"words"`
	Signs     []Sign           `json:"signs,omitempty"`
	Sightings []Seen           `json:"sightings,omitempty"`
	About     About            `json:"about"`
	AckBy     *time.Time       `json:"acknowledge-by,omitempty"`
	Salt      string           `json:"salt"`
}
