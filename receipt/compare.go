package receipt

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/plaintext"
)

// Compare looks for what several proved receipts cannot truthfully say together:
// two trees of one size, two records in one place of the log or of a case, two
// receipts with one number, a chain that does not join, a case whose clock went
// back, and what is written so that none of this could be seen.
// Receipts are called by their place in the list, from 1; those that are not
// proved are passed over, for what they say is nobody's word.
//
// notices are gaps in the numbers of a party's receipts. They call for a
// question and contradict nothing, since the missing ones may lie elsewhere.
func Compare(verdicts []Verdict) (contradictions, notices []string) {
	c := comparison{words: map[string]claim{}, clock: map[string][]recorded{}, numbers: map[string][]int64{}}
	for i, v := range verdicts {
		if v.Proved {
			c.take(i+1, v)
		}
	}
	c.clocks()
	c.gaps()
	return c.found, c.notices
}

// source is where a word comes from: which receipt, of which log.
type source struct {
	by     int
	origin string
}

// claim is the first word that a receipt has on something.
type claim struct {
	source
	value string
}

// recorded is when a record of a case was recorded by the operator's clock.
type recorded struct {
	source
	sequence int64
	at       time.Time
}

type comparison struct {
	words   map[string]claim
	clock   map[string][]recorded // handle → its records
	handles []handle              // keys of clock, in the order in which they came
	numbers map[string][]int64    // handle and party → numbers of receipts
	parties []party               // keys of numbers, in the order in which they came

	found, notices []string
}

type handle struct{ key, name string }

type party struct{ key, name, handle string }

// anew is what honest operation leaves: after a loss, a log goes on under a new
// origin, and the lost part of a case is written a second time.
const anew = " (the log was opened anew in between: its first entry has to explain this)"

func (c *comparison) report(a, b source, format string, args ...any) {
	line := fmt.Sprintf("receipts %d and %d: ", a.by, b.by) + plaintext.Clean(fmt.Sprintf(format, args...))
	if a.origin != b.origin {
		line += anew
	}
	c.found = append(c.found, line)
}

// says keeps the first word on a thing and reports a second one that differs.
func (c *comparison) says(by source, thing, value, format string, args ...any) {
	first, ok := c.words[thing]
	if !ok {
		c.words[thing] = claim{by, value}
	} else if first.value != value {
		c.report(first.source, by, format, args...)
	}
}

// thing joins parts so that no two lists of parts give the same key.
func thing(parts ...string) string {
	quoted := make([]string, len(parts))
	for i, p := range parts {
		quoted[i] = strconv.Quote(p)
	}
	return strings.Join(quoted, " ")
}

func (c *comparison) take(n int, v Verdict) {
	by := source{n, v.Origin}
	c.says(by, thing("root", v.Origin, itoa(v.Size)), v.Root,
		"the log %s shows two different trees of %d entries: a split view", v.Origin, v.Size)
	c.says(by, thing("leaf", v.Origin, itoa(v.Index)), v.Records[0].Commitment,
		"entry %d of the log %s is two different records: a split view", v.Index, v.Origin)
	for _, r := range v.Records {
		c.record(by, r)
	}
}

// logHandle is the handle of what concerns the log itself. Other handles are
// random and mean one case wherever they appear; this one is in every log.
const logHandle = "log"

// odd reports fields that are opened and written in a way in which nothing here
// could compare them. No honest program writes them so.
func (c *comparison) odd(by source, r OpenedRecord) {
	for _, f := range r.Fields {
		fits := comparable[f.Name]
		if f.Value != nil && fits != nil && !fits(*f.Value) {
			c.found = append(c.found, fmt.Sprintf("receipt %d: its %s is %q, which cannot be compared with anything", by.by, f.Name, plaintext.Clean(*f.Value)))
		}
	}
	id, ok := r.text("handle")
	seq, numbered := r.number("sequence")
	if ok && numbered && seq > 1 && id != logHandle && slices.Contains(r.Fields, OpenedField{Name: "prev"}) {
		c.found = append(c.found, plaintext.Clean(fmt.Sprintf("receipt %d: record %d of the case %s says that no record stands before it", by.by, seq, id)))
	}
}

// comparable says of fields what their values are, written in one way only.
var comparable = map[string]func(value string) bool{
	"handle": isText, "party": isText, "prev": isCommitment, "event": isCommitment,
	"sequence": isCount, "number": isCount, "recorded-at": func(value string) bool { return clockOf(value) != noClock },
}

func isText(value string) bool {
	_, ok := textOf(value)
	return ok
}

func isCount(value string) bool {
	n, err := decimal(value)
	return err == nil && n > 0
}

// isCommitment accepts 32 bytes in hex as they are written here.
func isCommitment(value string) bool {
	text, ok := textOf(value)
	raw, err := hex.DecodeString(text)
	return ok && err == nil && len(raw) == sha256.Size && hex.EncodeToString(raw) == text
}

func (c *comparison) record(by source, r OpenedRecord) {
	c.odd(by, r)
	id, ok := r.text("handle")
	if !ok {
		return
	}
	scope := ""
	if id == logHandle {
		scope = by.origin
	}
	if seq, ok := r.number("sequence"); ok {
		c.says(by, thing("place", scope, id, itoa(seq)), r.Commitment,
			"record %d of the case %s is two different records: a second story", seq, id)
		if prev, ok := r.text("prev"); ok {
			c.says(by, thing("place", scope, id, itoa(seq-1)), prev,
				"record %d of the case %s does not follow the record before it that the other names: the chain does not join", seq, id)
		}
		c.recorded(by, handle{thing(scope, id), id}, seq, r)
	}
	name, ok := r.text("party")
	if !ok {
		return
	}
	if n, ok := r.number("number"); ok {
		// Two events cannot be in one record, so the record's commitment says it.
		c.says(by, thing("number", scope, id, name, itoa(n)), r.Commitment,
			"receipt number %d of %s in the case %s was given twice, for different events", n, name, id)
		at := thing(scope, id, name)
		if c.numbers[at] == nil {
			c.parties = append(c.parties, party{at, name, id})
		}
		c.numbers[at] = append(c.numbers[at], n)
	}
}

func (c *comparison) recorded(by source, h handle, seq int64, r OpenedRecord) {
	text, ok := r.text("recorded-at")
	if !ok {
		return
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return
	}
	if c.clock[h.key] == nil {
		c.handles = append(c.handles, h)
	}
	c.clock[h.key] = append(c.clock[h.key], recorded{by, seq, at})
}

// clocks reports where the operator's clock went back along a case: recorded-at
// never decreases there.
func (c *comparison) clocks() {
	for _, h := range c.handles {
		all := c.clock[h.key]
		slices.SortStableFunc(all, func(a, b recorded) int { return cmp.Compare(a.sequence, b.sequence) })
		for i := 1; i < len(all); i++ {
			if a, b := all[i-1], all[i]; a.sequence < b.sequence && b.at.Before(a.at) {
				c.report(a.source, b.source, "record %d of the case %s says that it was recorded before record %d", b.sequence, h.name, a.sequence)
			}
		}
	}
}

// maxGaps is the most gaps that are told of one party.
const maxGaps = 20

// gaps tells which numbers below the highest are missing.
func (c *comparison) gaps() {
	for _, p := range c.parties {
		have := slices.Compact(slices.Sorted(slices.Values(c.numbers[p.key])))
		var missing []string
		next := int64(1)
		for _, n := range have {
			switch {
			case n <= 0:
				continue
			case n == next+1:
				missing = append(missing, itoa(next))
			case n > next:
				missing = append(missing, itoa(next)+" to "+itoa(n-1))
			}
			next = n + 1
		}
		if len(missing) > maxGaps {
			missing = append(missing[:maxGaps], "…")
		}
		if len(missing) > 0 {
			c.notices = append(c.notices, plaintext.Clean(fmt.Sprintf("of the receipts of %s in the case %s, number %s is not among these: ask for it",
				p.name, p.handle, strings.Join(missing, ", "))))
		}
	}
}

// text reads an opened field that holds a JSON string.
func (r OpenedRecord) text(name string) (string, bool) {
	value, ok := r.Value(name)
	if !ok {
		return "", false
	}
	return textOf(value)
}

// number reads an opened field that holds a whole number.
func (r OpenedRecord) number(name string) (int64, bool) {
	value, ok := r.Value(name)
	if !ok {
		return 0, false
	}
	var n int64
	if json.Unmarshal([]byte(value), &n) != nil {
		return 0, false
	}
	return n, true
}
