package dossier

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

// opened is a receipt with what it proves.
type opened struct {
	Receipt
	verdict receipt.Verdict
	events  []string // of the case, by id, that it opens
}

// key is a verifier key as it is shown.
type key struct {
	receipt.Key
	fingerprint string // SHA-256 of the key as written, in hex
}

// open reads keys and receipts. A receipt that does not hold against the keys of
// the file, opens what this reader's case does not hold, or says otherwise than
// it, is refused: a dossier contradicts itself nowhere.
func (b *book) open() error {
	if !said(b.Keys) {
		return nil
	}
	policy, err := b.policy()
	if err != nil {
		return err
	}
	for i, r := range b.Receipts {
		o := opened{Receipt: r}
		place := fmt.Sprintf("receipt %d (%s)", i+1, clean(r.Name))
		if !said(r.Name) {
			return fault.New(fault.Invalid, "receipt %d has no name", i+1)
		}
		p, err := receipt.ParseProof(r.Proof)
		if err != nil {
			return fault.New(fault.Invalid, "%s: %v", place, err)
		}
		if o.verdict = receipt.Verify(p, policy, receipt.Options{}); !o.verdict.Proved {
			return fault.New(fault.Invalid, "%s is not proved by the keys of the dossier: %s", place, o.verdict.Reason)
		}
		for _, rec := range o.verdict.Records {
			id, err := b.agrees(rec, r.Event)
			if err != nil {
				return fault.New(fault.Invalid, "%s: %v", place, err)
			}
			if id != "" && !slices.Contains(o.events, id) {
				o.events = append(o.events, id)
			}
		}
		b.receipts = append(b.receipts, o)
	}
	return nil
}

// policy reads the keys, which may be a policy.
func (b *book) policy() (*receipt.Policy, error) {
	b.Keys = strings.TrimRight(strings.ReplaceAll(b.Keys, "\r\n", "\n"), "\n") + "\n"
	var lines []string
	var vkeys []string
	named := false
	for line := range strings.Lines(b.Keys) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		lines = append(lines, line)
		switch {
		case words[0] == "log" && len(words) > 1:
			named, vkeys = true, append(vkeys, words[1])
		case words[0] == "witness" && len(words) > 2:
			named, vkeys = true, append(vkeys, words[2])
		case words[0] == "group" || words[0] == "quorum":
			named = true
		default:
			vkeys = append(vkeys, strings.TrimSpace(line))
		}
	}
	var keys []receipt.Key
	for _, v := range vkeys {
		k, err := receipt.ParseKey(v)
		if err != nil {
			return nil, fault.At("", 0, "keys", "%v", err)
		}
		sum := sha256.Sum256([]byte(k.String()))
		keys = append(keys, k)
		b.keys = append(b.keys, key{k, hex.EncodeToString(sum[:])})
	}
	// What is shown and checked are the lines that mean something: a remark could
	// say anything.
	b.Keys = strings.Join(lines, "")
	if named {
		return receipt.ParsePolicy([]byte(b.Keys))
	}
	return receipt.KeysPolicy(keys)
}

// agrees compares an opened record with the case: the event it opens, "" if none.
// The event is the one that the receipt names by its id, else the one that the
// dossier's maker names. What belongs to no event may open only what a record
// says of its own keeping.
func (b *book) agrees(r receipt.OpenedRecord, event string) (string, error) {
	entry, _ := r.Value("entry")
	if raw, ok := r.Value("id"); ok {
		var id string
		if json.Unmarshal([]byte(raw), &id) != nil || event != "" && id != event {
			return "", fault.New(fault.Invalid, "it opens %s, not the event %q", clean(raw), clean(event))
		}
		event = id
	}
	if entry != "" && entry != `"event"` {
		event = ""
	}
	if event == "" {
		return "", keptOnly(r)
	}
	e := b.Case.Event(event)
	if e == nil {
		return "", fault.New(fault.Invalid, "it opens the event %q, which the case as this reader sees it does not hold", clean(event))
	}
	shown, err := fields(e)
	if err != nil {
		return "", err
	}
	given, err := asEvent(e, r)
	if err != nil {
		return "", err
	}
	for _, f := range r.Fields {
		if !content(f.Name) {
			continue
		}
		a, in := shown[f.Name]
		switch {
		case f.Value == nil && in:
			return "", fault.New(fault.Invalid, "it opens %s of the event %q as absent, and the case shows it", f.Name, event)
		case f.Value != nil && !reflect.DeepEqual(a, given[f.Name]):
			return "", fault.New(fault.Invalid, "%s of the event %q is not what the case as this reader sees it shows", f.Name, event)
		}
	}
	return event, nil
}

// kept are the fields that a record says of its own keeping, and the kind.
var kept = strings.Fields("entry handle sequence prev recorded-at recorded-by basis mandate checkpoint claimed-recorded-at claimed-recorded-by party number event content-digest evidence-digest kind")

// keptOnly refuses a record without an event that opens words: nothing says
// whether this reader may see them.
func keptOnly(r receipt.OpenedRecord) error {
	for _, f := range r.Fields {
		if f.Value != nil && !slices.Contains(kept, f.Name) {
			return fault.New(fault.Invalid, "it opens %s of a record that no event of the case stands for; disclose the id too, or name the event", f.Name)
		}
	}
	return nil
}

// content tells whether a field is one that an event states itself; the others
// are what the record says of its own keeping.
func content(name string) bool {
	switch name {
	case "recorded-at", "recorded-by", "basis", "mandate":
		return false
	}
	return slices.Contains(eventKeys, name)
}

// eventKeys are the keys of an event in a case file.
var eventKeys = func() []string {
	var out []string
	for f := range reflect.TypeFor[casefile.Event]().Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			out = append(out, name)
		}
	}
	return out
}()

// fields gives the keys of an event as JSON values.
func fields(e *casefile.Event) (map[string]any, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fault.New(fault.Internal, "the event %q cannot be written: %v", e.ID, err)
	}
	out := map[string]any{}
	err = json.Unmarshal(data, &out)
	return out, err
}

// asEvent reads what is opened as an event, so that both are compared in one
// form: what is not opened is taken from the case where an event cannot do
// without it.
func asEvent(e *casefile.Event, r receipt.OpenedRecord) (map[string]any, error) {
	doc := map[string]json.RawMessage{}
	frame, err := json.Marshal(casefile.Event{ID: e.ID, Kind: e.Kind, At: e.At})
	if err != nil {
		return nil, fault.New(fault.Internal, "the event %q cannot be written: %v", e.ID, err)
	}
	if err := json.Unmarshal(frame, &doc); err != nil {
		return nil, fault.New(fault.Internal, "the event %q cannot be read: %v", e.ID, err)
	}
	for _, f := range r.Fields {
		if f.Value != nil && content(f.Name) {
			doc[f.Name] = json.RawMessage(*f.Value)
		}
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, fault.New(fault.Invalid, "what is opened of the event %q is no event: %v", e.ID, err)
	}
	got, err := casefile.ParseEvent("", data)
	if err != nil {
		return nil, fault.New(fault.Invalid, "what is opened of the event %q is no event: %v", e.ID, err)
	}
	return fields(&got)
}
