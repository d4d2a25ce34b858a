package receipt

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt/rfc3161"
)

// Options of Verify.
type Options struct {
	// Roots are those of the time-stamp authorities that are trusted; with nil,
	// no stamp proves anything.
	Roots *x509.CertPool
}

// Verify checks a receipt offline, in the order of C2SP tlog-proof ("Verifying
// a tlog proof"): the leaf from the disclosure, the origin and the log's keys,
// the quorum of witnesses, the inclusion; then linked records and time-stamps.
// It reads no clock: whether a time lies in the future is not its question.
func Verify(p Proof, policy *Policy, o Options) Verdict {
	v, err := verify(p, policy, o)
	if err != nil {
		// Nothing of a receipt that is not proved is repeated as if it were.
		return Verdict{Index: p.Index, Reason: reasonOf(err)}
	}
	v.Proved = true
	return v
}

func verify(p Proof, policy *Policy, o Options) (Verdict, error) {
	if policy == nil {
		return Verdict{}, fault.New(fault.Invalid, "no keys are given, so nothing can be verified")
	}
	extra, err := p.Opened()
	if err != nil {
		return Verdict{}, err
	}
	leaf, err := extra.Record.Commitment()
	if err != nil {
		return Verdict{}, err
	}
	note, err := ParseNote(p.Checkpoint)
	if err != nil {
		return Verdict{}, err
	}
	cp, err := note.Checkpoint()
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Index: p.Index, Origin: cp.Origin, Size: cp.Size, Root: encode64(cp.Root[:])}
	if err := v.signatures(note, cp, policy); err != nil {
		return Verdict{}, err
	}
	if p.Index >= cp.Size {
		return Verdict{}, fault.New(fault.Invalid, "entry %d is not in the checkpoint, which covers %d entries", p.Index, cp.Size)
	}
	if tlog.CheckRecord(p.Hashes, cp.Size, cp.Root, p.Index, EntryOf(leaf).LeafHash()) != nil {
		return Verdict{}, fault.New(fault.Invalid, "the log's checkpoint does not contain this record as entry %d: the record, what was opened of it or the proof was changed", p.Index)
	}
	if v.Records, err = link(leaf, extra); err != nil {
		return Verdict{}, err
	}
	if at, ok := v.Records[0].Value("recorded-at"); ok {
		v.OperatorClock = clockOf(at)
	}
	for _, token := range extra.Stamps {
		v.stamp(token, note.Text, o)
	}
	return v, nil
}

// noClock stands for a recorded-at that is no time. Its text is the operator's,
// and in a sentence about time it could say anything.
const noClock = "something that is no time"

func clockOf(value string) string {
	text, _ := textOf(value)
	if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
		return noClock
	}
	return text
}

// epochs tells two names of one log apart from others: base/1, base/2 and so on
// are its epochs.
func epochs(a, b string) bool {
	base := func(name string) string {
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			if _, err := decimal(name[i+1:]); err == nil {
				return name[:i+1]
			}
		}
		return name
	}
	return base(a) == base(b)
}

// signatures checks who signed. Only keys of this origin count as the log's, and
// the log's own name never counts as a witness, nor that of another epoch of it.
func (v *Verdict) signatures(note Note, cp Checkpoint, policy *Policy) error {
	var keys []Key
	logs, witnesses := map[Key]bool{}, map[Key]string{}
	for _, l := range policy.logs {
		if l.Key.name == cp.Origin {
			logs[l.Key] = true
			keys = append(keys, l.Key)
		}
	}
	if len(logs) == 0 {
		return fault.At("", 0, "", "no key of the log %q is given", cp.Origin)
	}
	for _, w := range policy.witnesses {
		if !epochs(w.Key.name, cp.Origin) {
			witnesses[w.Key] = w.Name
			keys = append(keys, w.Key)
		}
	}
	verified, err := note.Verify(keys)
	if err != nil {
		return err
	}
	signed, met := map[Key]bool{}, map[string]bool{}
	for _, s := range verified {
		if logs[s.Key] {
			if !signed[s.Key] {
				v.LogKeys = append(v.LogKeys, s.Key.String())
			}
			// The time of the log's own cosignature is the operator's clock: it is
			// not kept.
			signed[s.Key] = true
			continue
		}
		name := witnesses[s.Key]
		met[name] = true
		v.Witnesses = append(v.Witnesses, WitnessTime{Name: name, Key: s.Key.String(), Time: s.Time})
		v.notLater(s.Time, "witness "+name)
	}
	if len(signed) == 0 {
		return fault.At("", 0, "", "the checkpoint carries no signature of the log %q by a key that is given", cp.Origin)
	}
	if policy.every && len(signed) < len(logs) {
		for _, k := range keys {
			if logs[k] && !signed[k] {
				return fault.New(fault.Invalid, "the checkpoint carries no signature by the given key %08x (%v) of its log", k.id, k.typ)
			}
		}
	}
	v.Quorum, v.QuorumNeeded, v.QuorumMet = policy.quorum, policy.quorum != none, policy.Met(met)
	if !v.QuorumMet {
		return fault.New(fault.Invalid, "the policy's quorum %q is not met: %s", policy.quorum, whoWitnessed(v.Witnesses))
	}
	return nil
}

func whoWitnessed(ws []WitnessTime) string {
	if len(ws) == 0 {
		return "no witness of the policy has cosigned"
	}
	names := make([]string, len(ws))
	for i, w := range ws {
		names[i] = w.Name
	}
	return "cosigned by " + strings.Join(names, ", ") + " only"
}

// notLater keeps the earliest time that somebody outside vouches for.
func (v *Verdict) notLater(at time.Time, by string) {
	if !at.IsZero() && (v.NotLater.IsZero() || at.Before(v.NotLater)) {
		v.NotLater, v.NotLaterBy = at, by
	}
}

// linking are the fields that name the commitment of another record; where both
// name the same one, it is called by the first.
var linking = []string{"event", "prev"}

// link opens the record of the leaf and those that it names. A disclosure that
// no opened field names could be anybody's, so it refuses the receipt.
func link(leaf [sha256.Size]byte, extra Extra) ([]OpenedRecord, error) {
	named := map[string]string{} // commitment in hex → the field that names it
	add := func(d Disclosure) {
		for _, field := range linking {
			if value, ok := d.Value(field); ok {
				if commitment, ok := textOf(value); ok && named[commitment] == "" {
					named[commitment] = field
				}
			}
		}
	}
	out := []OpenedRecord{opened(leaf, extra.Record, "")}
	add(extra.Record)
	seen := map[string]bool{out[0].Commitment: true}
	for i, d := range extra.Linked {
		c, err := d.Commitment()
		if err != nil {
			return nil, err
		}
		r := opened(c, d, named[hex.EncodeToString(c[:])])
		switch {
		case r.LinkedBy == "":
			return nil, fault.New(fault.Invalid, "linked record %d is not named by any opened field: it was changed, or it is not in the log", i+1)
		case seen[r.Commitment]:
			return nil, fault.New(fault.Invalid, "linked record %d is in the receipt already", i+1)
		}
		seen[r.Commitment] = true
		out = append(out, r)
		add(d)
	}
	return out, nil
}

func opened(c [sha256.Size]byte, d Disclosure, by string) OpenedRecord {
	r := OpenedRecord{Commitment: hex.EncodeToString(c[:]), Fields: []OpenedField{}, LinkedBy: by}
	for _, f := range d.Fields {
		r.Fields = append(r.Fields, OpenedField{Name: f.Name, Value: f.Value})
	}
	return r
}

// textOf reads a JSON string; false if the value is something else.
func textOf(value string) (string, bool) {
	var s string
	if !strings.HasPrefix(value, `"`) || json.Unmarshal([]byte(value), &s) != nil {
		return "", false
	}
	return s, true
}

// stamp takes one token into the verdict. A stamp that does not hold refuses
// nothing, for anybody can add one to a file; it counts for nothing and is told.
func (v *Verdict) stamp(token, text []byte, o Options) {
	if o.Roots == nil {
		v.Stamps = append(v.Stamps, StampVerdict{Note: "no roots of time-stamp authorities are given, so it proves nothing"})
		return
	}
	s, err := rfc3161.Verify(token, text, nil, o.Roots)
	if err != nil {
		v.Stamps = append(v.Stamps, StampVerdict{Note: reasonOf(err)})
		return
	}
	v.Stamps = append(v.Stamps, StampVerdict{Authority: s.Authority, Time: s.Time, Accuracy: s.Accuracy})
	v.notLater(s.NotLater(), "time-stamp authority "+s.Authority)
}

// reasonOf is the message of a fault.
func reasonOf(err error) string {
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return f.Error()
	}
	return "internal error"
}
