package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/internal/fault"
)

// forgettable are the fields that may be erased one by one, for each entry: what
// people wrote and what things are called. Nothing that a rule counts is among
// them, or an erasure could change what was due.
var forgettable = map[string][]string{
	entryCase:    {"title", "note"},
	entryProduct: {"name", "purl", "note", "attributes"},
	entryParty:   {"name", "note", "attributes"},
	entrySource:  {"publisher", "title", "original", "translation", "url", "note"},
	entryWindow:  {"name"},
	entryEvent:   {"label", "text", "original", "reason", "where", "via", "mandate", "attributes"},
}

// Forgettable lists the fields of an entry of a kind (case, product, party, source,
// window, event) that an erasure may name; none of another kind.
func Forgettable(kind string) []string { return slices.Clone(forgettable[kind]) }

// naming are the fields that name a party; they get a pseudonym with it.
var naming = []string{"by", "to", "provider", "part-of", "claimed-by", "claimed-recorded-by", "recorded-by", "party"}

// chosen are the other fields whose words somebody chose, so that a name can
// stand in them.
var chosen = []string{"id", "case", "incident", "scope", "result", "re", "covers", "vulnerabilities", "body"}

// target is what is to be forgotten of one record.
type target struct {
	Seq      int64    `json:"sequence"`
	Fields   []string `json:"fields"`
	StandIns string   `json:"stand-ins,omitempty"` // SHA-256 over them, hex

	stand Values
}

// whyNot says why a field is not erased by itself.
func whyNot(entry, field string) string {
	switch {
	case field == "id" || field == "kind" || field == "at":
		return "it says what happened when, and other entries point to it"
	case slices.Contains(naming, field) || field == "is" || field == "roles":
		return "rules count it; whom it names can be erased as a person"
	case envelope[field]:
		return "it belongs to the record itself"
	}
	return "rules count it, and without it the case would show other duties; what may be erased of a " + entry + " is " + strings.Join(forgettable[entry], ", ")
}

// planFields finds fields of an event, or of another entry by "case",
// "products.ID" and so on, in every record that stated it.
func planFields(ops []opened, entry string, fields []string) ([]target, error) {
	is, err := find(ops, entry)
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, fault.New(fault.Invalid, "which fields of %s are to be erased is not said", entry)
	}
	found := map[string]bool{}
	var out []target
	for _, o := range ops {
		if !is(o) {
			continue
		}
		kind := o.values().word("entry")
		t := target{Seq: o.seq}
		for _, f := range fields {
			if !slices.Contains(forgettable[kind], f) {
				return nil, fault.New(fault.Forbidden, "%s of %s is not erased: %s", f, entry, whyNot(kind, f))
			}
			_, present := o.rec.Value(f)
			if present || slices.Contains(o.rec.ErasedNames(), f) {
				found[f] = true
			}
			// A stand-in that an erased field was given is forgotten too.
			if _, stands := o.stand[f]; (present || stands) && !slices.Contains(t.Fields, f) {
				t.Fields = append(t.Fields, f)
			}
		}
		if len(t.Fields) > 0 {
			out = append(out, t)
		}
	}
	for _, f := range fields {
		if !found[f] {
			return nil, fault.New(fault.NotFound, "%s has no %s", entry, f)
		}
	}
	return out, nil
}

// find tells which records state an entry.
func find(ops []opened, entry string) (func(opened) bool, error) {
	match := func(kind, id string) func(opened) bool {
		return func(o opened) bool {
			v := o.values()
			return v.word("entry") == kind && (kind == entryCase || v.word("id") == id)
		}
	}
	tries := []func(opened) bool{match(entryEvent, entry)}
	for list, kind := range map[string]string{"products": entryProduct, "parties": entryParty, "sources": entrySource, "windows": entryWindow} {
		if id, ok := strings.CutPrefix(entry, list+"."); ok {
			tries = append(tries, match(kind, id))
		}
	}
	if entry == entryCase {
		tries = append(tries, match(entryCase, ""))
	}
	for _, is := range tries {
		if slices.ContainsFunc(ops, is) {
			return is, nil
		}
	}
	return nil, fault.New(fault.NotFound, "the case has no %q; name an event by its id, others as case, products.ID, parties.ID, sources.ID or windows.ID", entry)
}

// planPerson finds a party wherever it is named. Its id becomes pseudonym; names,
// notes and attributes go; where others mention it the pseudonym takes its place.
// left are the places that keep a name because rules count them.
func planPerson(ops []opened, party, pseudonym string) (out []target, left []string) {
	who := mention{pseudonym: pseudonym, words: []string{party}}
	for _, o := range ops {
		v := o.values()
		if v.word("entry") == entryParty && v.word("id") == party {
			if n := strings.TrimSpace(v.word("name")); n != "" && !slices.Contains(who.words, n) {
				who.words = append(who.words, n)
			}
		}
	}
	slices.SortFunc(who.words, func(a, b string) int { return len(b) - len(a) }) // the longer first: one may hold another
	for _, o := range ops {
		v := o.values()
		kind := v.word("entry")
		own := kind == entryParty && v.word("id") == party
		t := target{Seq: o.seq, stand: Values{}}
		for _, f := range slices.Sorted(maps.Keys(v)) {
			switch {
			case own && f == "id":
				t.Fields, t.stand[f] = append(t.Fields, f), text(pseudonym)
			case own && slices.Contains(forgettable[entryParty], f):
				t.Fields = append(t.Fields, f)
			case slices.Contains(naming, f):
				if to, changed := who.exactly(v[f], party); changed {
					t.Fields, t.stand[f] = append(t.Fields, f), to
				}
			case slices.Contains(forgettable[kind], f):
				if to, changed := who.within(v[f]); changed {
					t.Fields, t.stand[f] = append(t.Fields, f), to
				}
			case slices.Contains(chosen, f):
				if _, there := who.within(v[f]); there {
					left = append(left, fmt.Sprintf("%s of record %d (%s)", f, o.seq, kind))
				}
			}
		}
		if len(t.Fields) > 0 {
			out = append(out, t)
		}
	}
	return out, left
}

// pseudonymFor gives the next free one of a case.
func pseudonymFor(ops []opened) string {
	taken := map[string]bool{}
	for _, o := range ops {
		if v := o.values(); v.word("entry") == entryParty {
			taken[v.word("id")] = true
		}
	}
	for n := 1; ; n++ {
		if p := "erased-" + strconv.Itoa(n); !taken[p] {
			return p
		}
	}
}

// mention finds a person in JSON values.
type mention struct {
	words     []string
	pseudonym string
}

// exactly replaces texts that are the party's id or one of its names.
func (m mention) exactly(raw []byte, party string) ([]byte, bool) {
	return replaced(raw, func(s string) string {
		if s == party || slices.Contains(m.words, s) {
			return m.pseudonym
		}
		return s
	})
}

// within replaces the words wherever they stand by themselves in a text.
func (m mention) within(raw []byte) ([]byte, bool) { return replaced(raw, m.text) }

func (m mention) text(s string) string {
	for _, w := range m.words {
		s = replaceWord(s, w, m.pseudonym)
	}
	return s
}

// replaced changes the texts of a JSON value, keys included.
func replaced(raw []byte, change func(string) string) ([]byte, bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil, false
	}
	changed := false
	var walk func(any) any
	walk = func(v any) any {
		switch t := v.(type) {
		case string:
			to := change(t)
			changed = changed || to != t
			return to
		case []any:
			for i := range t {
				t[i] = walk(t[i])
			}
		case map[string]any:
			out := make(map[string]any, len(t))
			for k, e := range t {
				to := change(k)
				changed = changed || to != k
				out[to] = walk(e)
			}
			return out
		}
		return v
	}
	v = walk(v)
	if !changed {
		return raw, false
	}
	out, err := json.Marshal(v)
	return out, err == nil
}

// replaceWord replaces word in s, whatever the case of its letters, where no
// letter or digit touches it.
func replaceWord(s, word, by string) string {
	if word == "" {
		return s
	}
	var b strings.Builder
	last, prev := 0, rune(0)
	for i := 0; i < len(s); {
		if !joins(prev) {
			if n := foldPrefix(s[i:], word); n > 0 {
				if next, _ := utf8.DecodeRuneInString(s[i+n:]); i+n == len(s) || !joins(next) {
					b.WriteString(s[last:i])
					b.WriteString(by)
					prev, _ = utf8.DecodeLastRuneInString(s[:i+n])
					i += n
					last = i
					continue
				}
			}
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		prev, i = r, i+n
	}
	if last == 0 {
		return s
	}
	b.WriteString(s[last:])
	return b.String()
}

// joins tells whether a letter beside a word makes it another word. Han writes
// no spaces between words, so that there nothing does.
func joins(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.Is(unicode.Han, r)
}

// foldPrefix gives how many bytes of s are word, letters of either case alike.
func foldPrefix(s, word string) int {
	n := 0
	for _, w := range word {
		r, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 || unicode.ToLower(r) != unicode.ToLower(w) {
			return 0
		}
		n += size
	}
	return n
}
