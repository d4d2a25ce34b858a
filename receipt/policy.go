package receipt

import (
	"bytes"
	"slices"
	"strings"

	"tocsin/internal/fault"
)

// Policy says which logs and which witnesses are trusted, and how many of them
// are enough.
type Policy struct {
	logs      []Log
	witnesses []Witness
	groups    []group
	quorum    string
	// every asks for the signatures of all keys of an origin: who gives keys one
	// by one means each of them. A policy file is content with any one of them
	// (tlog-policy, "What is a policy?"), so that keys can be rotated.
	every bool
}

// Log is a log line; the key's name is the origin.
type Log struct {
	Key Key
	URL string // "" if none
}

// Witness is a witness line. Name has a meaning in the policy only.
type Witness struct {
	Name string
	Key  Key
	URL  string // "" if none
}

// group is met when need of its members are.
type group struct {
	name    string
	need    int
	members []string
}

// none is the predefined name of a quorum that asks for nobody.
const none = "none"

// MaxPolicy is the most bytes of a policy file.
const MaxPolicy = 1 << 20

// ParsePolicy reads a policy file (C2SP tlog-policy); errors name the line.
func ParsePolicy(data []byte) (*Policy, error) {
	if len(data) > MaxPolicy {
		return nil, fault.New(fault.Invalid, "the policy has %d bytes; at most %d are read", len(data), MaxPolicy)
	}
	r := policyReader{policy: &Policy{}, names: map[string]bool{none: true}, member: map[string]bool{}, keys: map[string]string{}}
	lines := bytes.Split(data, []byte("\n"))
	for i, line := range lines {
		r.line = i + 1
		if j := bytes.IndexFunc(line, func(b rune) bool { return b < 0x20 && b != '\t' || b == 0x7f }); j >= 0 {
			return nil, r.wrong("holds the control character 0x%02x", line[j])
		}
		if i == len(lines)-1 && len(line) > 0 {
			return nil, r.wrong("does not end with a newline: the policy may be cut off")
		}
		items := strings.FieldsFunc(string(line), func(b rune) bool { return b == ' ' || b == '\t' })
		if len(items) == 0 || strings.HasPrefix(items[0], "#") {
			continue
		}
		if err := r.read(items); err != nil {
			return nil, err
		}
	}
	if r.policy.quorum == "" {
		return nil, fault.New(fault.Invalid, "the policy has no quorum line; \"quorum none\" asks for no witness")
	}
	return r.policy, nil
}

// policyReader holds what is known of the lines before.
type policyReader struct {
	policy *Policy
	line   int
	names  map[string]bool   // defined ones, "none" among them
	member map[string]bool   // those that are in a group
	keys   map[string]string // raw public keys, and whose
}

func (r *policyReader) wrong(format string, args ...any) error {
	return fault.At("", r.line, "", format, args...)
}

func (r *policyReader) read(items []string) error {
	switch items[0] {
	case "log":
		return r.log(items[1:])
	case "witness":
		return r.witness(items[1:])
	case "group":
		return r.group(items[1:])
	case "quorum":
		return r.quorum(items[1:])
	}
	return r.wrong("%q is none of log, witness, group and quorum", items[0])
}

func (r *policyReader) log(items []string) error {
	if len(items) != 1 && len(items) != 2 {
		return r.wrong("a log line is: log VKEY [URL]")
	}
	key, err := r.key(items[0], "a log", Ed25519, MLDSA44Cosignature)
	if err != nil {
		return err
	}
	r.policy.logs = append(r.policy.logs, Log{Key: key, URL: strings.Join(items[1:], "")})
	return nil
}

func (r *policyReader) witness(items []string) error {
	if len(items) != 2 && len(items) != 3 {
		return r.wrong("a witness line is: witness NAME VKEY [URL]")
	}
	if err := r.define(items[0]); err != nil {
		return err
	}
	key, err := r.key(items[1], "a witness", Ed25519Cosignature, MLDSA44Cosignature)
	if err != nil {
		return err
	}
	r.policy.witnesses = append(r.policy.witnesses, Witness{Name: items[0], Key: key, URL: strings.Join(items[2:], "")})
	return nil
}

// key reads a vkey of the types that fit. The same public key is refused a
// second time whatever its name, and also as log and witness at once: no log is
// its own witness, and one Ed25519 key never serves two signature types.
func (r *policyReader) key(vkey, whose string, fit ...Type) (Key, error) {
	key, err := ParseKey(vkey)
	if err != nil {
		return Key{}, r.wrong("%v", err)
	}
	if !slices.Contains(fit, key.typ) {
		return Key{}, r.wrong("a key of type %v does not fit %s", key.typ, whose)
	}
	if other, taken := r.keys[key.public]; taken {
		return Key{}, r.wrong("the key of %s is that of %s already", whose, other)
	}
	r.keys[key.public] = whose
	return key, nil
}

func (r *policyReader) define(name string) error {
	if r.names[name] {
		return r.wrong("the name %q is taken", name)
	}
	r.names[name] = true
	return nil
}

func (r *policyReader) group(items []string) error {
	if len(items) < 3 {
		return r.wrong("a group line is: group NAME all|any|NUMBER MEMBER…, with one member at least")
	}
	g := group{name: items[0], members: items[2:]}
	switch items[1] {
	case "any":
		g.need = 1
	case "all":
		g.need = len(g.members)
	default:
		n, err := decimal(items[1])
		if err != nil || n < 1 || n > int64(len(g.members)) {
			return r.wrong("the threshold %q is neither all, any nor a number from 1 to %d", items[1], len(g.members))
		}
		g.need = int(n)
	}
	for _, m := range g.members {
		switch {
		case m == none || !r.names[m]:
			return r.wrong("no line before defines the member %q", m)
		case r.member[m]:
			return r.wrong("%q is a member already; each name may be one only once", m)
		}
		r.member[m] = true
	}
	if err := r.define(g.name); err != nil {
		return err
	}
	r.policy.groups = append(r.policy.groups, g)
	return nil
}

func (r *policyReader) quorum(items []string) error {
	switch {
	case len(items) != 1:
		return r.wrong("a quorum line is: quorum NAME")
	case r.policy.quorum != "":
		return r.wrong("this is the second quorum line")
	case !r.names[items[0]]:
		return r.wrong("no line before defines the quorum %q", items[0])
	}
	r.policy.quorum = items[0]
	return nil
}

// KeysPolicy is the policy of keys alone, without a quorum. Ed25519 keys are
// those of logs, Ed25519 cosignature keys those of witnesses. An ML-DSA-44 key
// can be either, and which one only the origin of a checkpoint tells: it is the
// log's own where its name is the origin, else a witness's. All the keys that
// are given for one origin must have signed.
func KeysPolicy(keys []Key) (*Policy, error) {
	p := &Policy{quorum: none, every: true}
	origins := map[string]bool{}
	for _, k := range keys {
		origins[k.name] = origins[k.name] || k.typ == Ed25519
	}
	types := map[string]Type{}
	seen := map[Key]bool{}
	for _, k := range keys {
		if seen[k] {
			continue
		}
		seen[k] = true
		if t := types[k.public]; t != 0 && t != k.typ {
			return nil, fault.New(fault.Invalid, "the key of %s serves two signature types, %v and %v", k.name, t, k.typ)
		}
		types[k.public] = k.typ
		switch k.typ {
		case Ed25519:
			p.logs = append(p.logs, Log{Key: k})
		case Ed25519Cosignature:
			p.witnesses = append(p.witnesses, Witness{Name: k.name, Key: k})
		case MLDSA44Cosignature:
			p.logs = append(p.logs, Log{Key: k})
			if !origins[k.name] {
				p.witnesses = append(p.witnesses, Witness{Name: k.name, Key: k})
			}
		default:
			return nil, fault.New(fault.Invalid, "an empty key verifies nothing")
		}
	}
	if len(p.logs) == 0 {
		return nil, fault.New(fault.Invalid, "no key of a log is given, so nothing could be verified")
	}
	return p, nil
}

// Logs gives the logs in order of the file.
func (p *Policy) Logs() []Log { return slices.Clone(p.logs) }

// Witnesses gives the witnesses in order of the file.
func (p *Policy) Witnesses() []Witness { return slices.Clone(p.witnesses) }

// Quorum is the name on the quorum line; "none" asks for no witness.
func (p *Policy) Quorum() string { return p.quorum }

// Met tells whether the named witnesses are enough. Names that are not
// witnesses of the policy count for nothing, those of groups among them.
func (p *Policy) Met(witnesses map[string]bool) bool {
	met := map[string]bool{none: true}
	for _, w := range p.witnesses {
		met[w.Name] = met[w.Name] || witnesses[w.Name]
	}
	// Groups name only what stands before them, so one pass is enough.
	for _, g := range p.groups {
		n := 0
		for _, m := range g.members {
			if met[m] {
				n++
			}
		}
		met[g.name] = n >= g.need
	}
	return met[p.quorum]
}
