package receipt

import (
	"bytes"
	"encoding/json"
	"strconv"

	"tocsin/internal/fault"
)

// Extra is what a receipt carries beside the proof. It is not authenticated by
// itself: the leaf is computed from Record, a linked disclosure counts only if
// an opened field names its commitment, and stamps are verified.
type Extra struct {
	Record Disclosure
	Linked []Disclosure
	Stamps [][]byte // RFC 3161 tokens over the checkpoint's text, DER
}

// extraFormat names the form of the extra data.
const extraFormat = "tocsin-receipt/1"

// Bounds of what one receipt may make a verifier do.
const (
	maxLinked = 64
	maxStamps = 16
)

// extraJSON is the written form. Its fields, their order and how encoding/json
// writes them are frozen: receipts are verified for ever.
type extraJSON struct {
	Format string       `json:"format"`
	Record Disclosure   `json:"record"`
	Linked []Disclosure `json:"linked"`
	Stamps [][]byte     `json:"stamps"`
}

// encode writes the extra data: JSON without spaces, the keys in fixed order,
// empty lists as [].
func (e Extra) encode() ([]byte, error) {
	if len(e.Linked) > maxLinked || len(e.Stamps) > maxStamps {
		return nil, fault.New(fault.Invalid, "a receipt links at most %d records and carries at most %d time-stamps", maxLinked, maxStamps)
	}
	w := extraJSON{Format: extraFormat, Record: full(e.Record), Linked: []Disclosure{}, Stamps: [][]byte{}}
	for _, d := range e.Linked {
		w.Linked = append(w.Linked, full(d))
	}
	w.Stamps = append(w.Stamps, e.Stamps...)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w); err != nil {
		return nil, fault.New(fault.Internal, "the receipt cannot be written: %v", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// full replaces nil lists, which JSON would write as null.
func full(d Disclosure) Disclosure {
	if d.Fields == nil {
		d.Fields = []Field{}
	}
	if d.Hidden == nil {
		d.Hidden = [][]byte{}
	}
	return d
}

// Opened reads the extra data of a receipt; fault.Invalid if there is none or
// it is no receipt of ours. It is read strictly: what encode would not write
// byte for byte is refused, so that no two programs can read two things in it
// (repeated keys, keys in capitals, what follows the end).
func (p Proof) Opened() (Extra, error) {
	if p.Extra == nil {
		return Extra{}, fault.New(fault.Invalid, "the proof carries no disclosure, so nothing tells what was recorded")
	}
	var format struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(p.Extra, &format); err != nil {
		return Extra{}, fault.New(fault.Invalid, "the extra data of the proof is no JSON of a receipt")
	}
	if format.Format != extraFormat {
		return Extra{}, fault.At("", 0, "", "the extra data has the format %q; this program reads %q", format.Format, extraFormat)
	}
	var r extraJSON
	if err := json.Unmarshal(p.Extra, &r); err != nil {
		return Extra{}, fault.New(fault.Invalid, "the extra data of the proof is no %s: %v", extraFormat, err)
	}
	e := Extra{Record: r.Record, Linked: r.Linked, Stamps: r.Stamps}
	again, err := e.encode()
	if err != nil {
		return Extra{}, err
	}
	if !bytes.Equal(again, p.Extra) {
		return Extra{}, fault.New(fault.Invalid, "the extra data of the proof is not written as %s is: a key is unknown, repeated or out of order, or something follows", extraFormat)
	}
	return e, nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
