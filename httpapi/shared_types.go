package httpapi

import (
	"time"

	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/sharing"
)

// SharedList is a page of what was shared.
type SharedList struct {
	Shared []SharedLine `json:"shared"`
	Next   string       `json:"next,omitempty"`
}

// SharedLine is something that was shared, in a list.
type SharedLine struct {
	ID          string            `json:"id"`
	Platform    string            `json:"platform"`
	Kind        sharing.Kind      `json:"kind" enum:"report,indicator,sighting,risk-notice"`
	From        string            `json:"from" doc:"Organisation that shared it."`
	At          time.Time         `json:"at"`
	Received    string            `json:"received-as" enum:"sender,authority,member" doc:"By which road you have it."`
	Version     SharedVersion     `json:"version" doc:"The newest; of an item that was asked for by its version, that one."`
	Withdrawn   *SharedMark       `json:"withdrawn,omitempty"`
	Concerns    []partner.Concern `json:"concerns" doc:"Why it concerns your organisations."`
	Acknowledge []SharedWord      `json:"acknowledged" doc:"The word of your own organisations on the newest version."`
}

// SharedVersion is one version of it.
type SharedVersion struct {
	N      int               `json:"n"`
	At     time.Time         `json:"at"`
	TLP    string            `json:"tlp" enum:"CLEAR,GREEN,AMBER,AMBER+STRICT,RED"`
	To     []string          `json:"to" doc:"Organisations that it is for; without any, and without groups, all members."`
	Groups []string          `json:"groups"`
	Titles map[string]string `json:"titles" doc:"By language."`
	About  SharedAbout       `json:"about"`
	AckBy  *time.Time        `json:"acknowledge-by,omitempty" doc:"The authority wants each member's word by then."`
	Hash   string            `json:"hash" doc:"SHA-256 of sealed, as the log has it."`
	Epoch  int               `json:"epoch"`
	Index  int64             `json:"index" doc:"Leaf in the log."`
}

// SharedAbout is what it is about.
type SharedAbout struct {
	Vulnerabilities []string `json:"vulnerabilities" yaml:"vulnerabilities"`
	Purls           []string `json:"purls" yaml:"purls"`
	Products        []string `json:"products" yaml:"products"`
	Keywords        []string `json:"keywords" yaml:"keywords"`
}

// SharedMark says that it was withdrawn.
type SharedMark struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// SharedWord is a member's word that it has a notice.
type SharedWord struct {
	Org     string    `json:"org"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Words   string    `json:"words,omitempty"`
}

// SharedItem is something that was shared, whole.
type SharedItem struct {
	SharedLine
	Words     map[string]SharedText `json:"words" doc:"By language."`
	Signs     []SharedSign          `json:"signs"`
	Sightings []SharedSeen          `json:"sightings"`
	Versions  []SharedVersion       `json:"versions" doc:"All that you may read, the newest first."`
	Sealed    string                `json:"sealed" doc:"The version byte by byte, as its hash was made."`
}

// SharedText is its words in one language.
type SharedText struct {
	Title    string `json:"title" yaml:"title"`
	Text     string `json:"text,omitempty" yaml:"text" doc:"What it is."`
	Concerns string `json:"concerns,omitempty" yaml:"concerns" doc:"Whom it concerns; of a risk notice."`
	First    string `json:"first,omitempty" yaml:"first" doc:"What to do first; of a risk notice."`
}

// SharedSign is one indicator. It is text; nothing looks up what it names.
type SharedSign struct {
	Type  string `json:"type" yaml:"type" enum:"ipv4,ipv6,domain,url,email,md5,sha1,sha256,sha512,file-name,user-agent,http-header,payload,stix-pattern,yara,sigma,other"`
	Value string `json:"value" yaml:"value"`
	Note  string `json:"note,omitempty" yaml:"note"`
}

// SharedSeen is how often a sign was seen.
type SharedSeen struct {
	Type  string    `json:"type" yaml:"type"`
	Value string    `json:"value" yaml:"value"`
	Count int64     `json:"count" yaml:"count"`
	First time.Time `json:"first" yaml:"first"`
	Last  time.Time `json:"last" yaml:"last"`
}

// NewShared is something to be shared.
type NewShared struct {
	Kind      sharing.Kind          `json:"kind" yaml:"kind" enum:"report,indicator,sighting,risk-notice"`
	TLP       string                `json:"tlp" yaml:"tlp" enum:"CLEAR,GREEN,AMBER,AMBER+STRICT,RED"`
	Report    bool                  `json:"report,omitempty" yaml:"report" doc:"For the authority alone."`
	Org       string                `json:"org,omitempty" yaml:"org" doc:"For which of your organisations, if there are several."`
	To        []string              `json:"to,omitempty" yaml:"to"`
	Groups    []string              `json:"groups,omitempty" yaml:"groups"`
	People    []string              `json:"people,omitempty" yaml:"people" doc:"Of RED, and of it alone."`
	Words     map[string]SharedText `json:"words" yaml:"words" doc:"By language: en, zh, fr, de."`
	Signs     []SharedSign          `json:"signs,omitempty" yaml:"signs"`
	Sightings []SharedSeen          `json:"sightings,omitempty" yaml:"sightings"`
	About     *SharedAbout          `json:"about,omitempty" yaml:"about"`
	AckBy     *time.Time            `json:"acknowledge-by,omitempty" yaml:"acknowledge-by"`
}

// Withdrawal says why something does not hold any more.
type Withdrawal struct {
	Reason string `json:"reason" yaml:"reason"`
}

// NewWord is the body of an acknowledgement.
type NewWord struct {
	Org   string `json:"org,omitempty" yaml:"org" doc:"For which of your organisations, if there are several."`
	Words string `json:"words,omitempty" yaml:"words"`
}

// SharedWords tells the authority which members have given their word.
type SharedWords struct {
	Members []MemberWord `json:"members" doc:"Those that have not come first."`
}

// MemberWord is one of them.
type MemberWord struct {
	Membership   string           `json:"membership"`
	Org          string           `json:"org"`
	Name         string           `json:"name"`
	Standing     partner.Standing `json:"standing" enum:"invited,active,warned,suspended,left"`
	Receives     bool             `json:"receives" doc:"It can read it, as it stands now."`
	Acknowledged *SharedWord      `json:"acknowledged,omitempty"`
}

var exampleShared = map[string]any{"kind": "report", "tlp": "AMBER", "report": true,
	"words": map[string]any{"en": map[string]any{"title": "Exploitation of a pump", "text": "We saw it on three sites."}}, "about": map[string]any{"vulnerabilities": []any{"CVE-2026-990001"}, "purls": []any{}, "products": []any{}, "keywords": []any{}}}

func versionOf(e sharing.Edition) SharedVersion {
	return SharedVersion{N: e.N, At: e.At, TLP: e.TLP, To: some(e.To), Groups: some(e.Groups), Titles: e.Titles, AckBy: e.AckBy, Hash: e.Proof.Hash, Epoch: e.Proof.Epoch, Index: e.Proof.Index,
		About: SharedAbout{some(e.About.Vulnerabilities), some(e.About.Purls), some(e.About.Products), some(e.About.Keywords)}}
}

func wordOf(a sharing.Acknowledgement) SharedWord {
	return SharedWord{Org: a.Org, Version: a.N, At: a.At, Words: a.Words}
}

func sharedLine(r sharing.Row) SharedLine {
	out := SharedLine{ID: r.ID, Platform: r.Platform, Kind: r.Kind, From: r.From, At: r.At, Received: string(r.Road), Version: versionOf(r.Edition), Concerns: some(r.Concerns), Acknowledge: []SharedWord{}}
	if m := r.Withdrawn; m != nil {
		out.Withdrawn = &SharedMark{m.At, m.Reason}
	}
	for _, a := range r.Acked {
		out.Acknowledge = append(out.Acknowledge, wordOf(a))
	}
	return out
}

func sharedItem(it *sharing.Item) SharedItem {
	out := SharedItem{SharedLine: sharedLine(it.Row), Words: map[string]SharedText{}, Signs: []SharedSign{}, Sightings: []SharedSeen{}, Versions: []SharedVersion{}, Sealed: string(it.Sealed)}
	for lang, w := range it.Words {
		out.Words[lang] = SharedText(w)
	}
	for _, s := range it.Signs {
		out.Signs = append(out.Signs, SharedSign(s))
	}
	for _, s := range it.Sightings {
		out.Sightings = append(out.Sightings, SharedSeen(s))
	}
	for _, e := range it.Editions {
		out.Versions = append(out.Versions, versionOf(e))
	}
	return out
}

func (b NewShared) draft() sharing.Draft {
	d := sharing.Draft{Kind: b.Kind, TLP: b.TLP, Org: b.Org, To: b.To, Groups: b.Groups, People: b.People, Words: map[string]sharing.Words{}, AckBy: b.AckBy}
	for lang, w := range b.Words {
		d.Words[lang] = sharing.Words(w)
	}
	for _, s := range b.Signs {
		d.Signs = append(d.Signs, sharing.Sign(s))
	}
	for _, s := range b.Sightings {
		d.Sightings = append(d.Sightings, sharing.Seen(s))
	}
	if b.About != nil {
		d.About = sharing.About(*b.About)
	}
	return d
}

// draft reads what is to be shared.
func (c *call) draft() (d sharing.Draft, report bool, err error) {
	var b NewShared
	if err := c.decode(&b); err != nil {
		return d, false, err
	}
	if b.Report && len(b.To)+len(b.Groups) > 0 {
		return d, false, fault.At(bodyName, 0, "report", "is for the authority alone; leave out to and groups")
	}
	return b.draft(), b.Report, nil
}
