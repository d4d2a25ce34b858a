package receipt

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"tocsin/internal/fault"
)

// commitmentByTheBook computes a record's commitment a second time, from the
// words of the design: the standard library's HMAC, x/mod's tree over all 128
// leaves. It shares no code with the first.
func commitmentByTheBook(values map[string][]byte, salts map[string][]byte, seed []byte) [32]byte {
	mac := func(key []byte, parts ...[]byte) []byte {
		h := hmac.New(sha256.New, key)
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, n := range indexes {
			out[i] = stored[n]
		}
		return out, nil
	})
	for slot := range 128 {
		name := ""
		if slot < len(slots) {
			name = slots[slot]
		}
		var c []byte
		if value, ok := values[name]; ok && name != "" {
			msg := []byte{byte(slot)}
			msg = binary.BigEndian.AppendUint16(msg, uint16(len(name)))
			msg = append(append(append(msg, name...), 1), value...)
			c = mac(salts[name], msg)
		} else {
			salt := mac(seed, []byte("absent"), []byte{byte(slot)})
			c = mac(salt, []byte{byte(slot), 0, 0, 0})
		}
		hashes, err := tlog.StoredHashes(int64(slot), c, reader)
		if err != nil {
			panic(err)
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(128, reader)
	if err != nil {
		panic(err)
	}
	msg := []byte("tocsin.record/1\n")
	msg = append(msg, 0, 1, 0, 128)
	return sha256.Sum256(append(msg, root[:]...))
}

// saltsOf reads the salts in the order that NewRecord promises.
func saltsOf(values map[string][]byte, seed string) (first []byte, salts map[string][]byte) {
	rand := chance(seed)
	read := func() []byte {
		b := make([]byte, 32)
		if _, err := rand.Read(b); err != nil {
			panic(err)
		}
		return b
	}
	first, salts = read(), map[string][]byte{}
	for _, name := range slots {
		if _, ok := values[name]; ok {
			salts[name] = read()
		}
	}
	return first, salts
}

// someValues draws a record: any fields, JSON of any form.
func someValues(t *rapid.T) map[string][]byte {
	names := rapid.SliceOfDistinct(rapid.SampledFrom(slots[:]), func(s string) string { return s }).Draw(t, "names")
	values := map[string][]byte{}
	for _, name := range names {
		values[name] = []byte(rapid.OneOf(
			rapid.SampledFrom([]string{`""`, `"x"`, `true`, `0`, `-1.5e3`, `[]`, `{}`, `{"a":[1, 2,{"b":"<&>"}]}`, "\"\u2028é漢\"", `"\u0000\ud800"`}),
			rapid.Map(rapid.StringMatching(`[a-z "]{0,300}`), func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }),
		).Draw(t, name))
	}
	return values
}

func TestCommitmentIsWhatTheDesignSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values, seed := someValues(t), rapid.String().Draw(t, "seed")
		r, err := NewRecord(values, chance(seed))
		if err != nil {
			t.Fatal(err)
		}
		first, salts := saltsOf(values, seed)
		if got, want := r.Commitment(), commitmentByTheBook(values, salts, first); got != want {
			t.Fatalf("commitment %x, by the book %x", got, want)
		}
	})
}

// The control of the test above: its second path notices what it should.
func TestCommitmentByTheBookIsNoEcho(t *testing.T) {
	values := map[string][]byte{"kind": []byte(`"aware"`)}
	r := must(NewRecord(values, chance("a")))
	first, salts := saltsOf(values, "a")
	salts["kind"][0] ^= 1
	if r.Commitment() == commitmentByTheBook(values, salts, first) {
		t.Error("another salt gives the same commitment")
	}
	salts["kind"][0] ^= 1
	first[0] ^= 1
	if r.Commitment() == commitmentByTheBook(values, salts, first) {
		t.Error("another seed gives the same commitment")
	}
}

func TestRecordGivesBackWhatWentIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := someValues(t)
		r, err := NewRecord(values, chance("x"))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][]byte{}
		for _, name := range r.Names() {
			got[name], _ = r.Value(name)
		}
		if !maps.EqualFunc(got, values, bytes.Equal) {
			t.Fatalf("got %q, want %q", got, values)
		}
		if !slices.IsSortedFunc(r.Names(), func(a, b string) int { return slotByName[a] - slotByName[b] }) {
			t.Fatalf("names are not in order of slot: %v", r.Names())
		}
		data, err := r.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back Record
		if err := back.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		again, err := back.MarshalBinary()
		if err != nil || !bytes.Equal(data, again) || back.Commitment() != r.Commitment() {
			t.Fatalf("the record does not come back: %v", err)
		}
	})
}

// Two records that say the same have nothing in common in the log.
func TestSaltsAreFresh(t *testing.T) {
	values := map[string][]byte{"kind": []byte(`"aware"`)}
	a, b := must(NewRecord(values, chance("a"))), must(NewRecord(values, chance("b")))
	if a.Commitment() == b.Commitment() {
		t.Error("the same content gives the same commitment under other salts")
	}
	if must(NewRecord(nil, chance("a"))).Commitment() == must(NewRecord(nil, chance("b"))).Commitment() {
		t.Error("empty records (fillers) are alike")
	}
}

func TestNewRecordRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		field, value, piece string
	}{
		"an unknown name":        {"colour", `"red"`, "colour: no record has a field of this name"},
		"no JSON":                {"text", `red`, "text: the value is not JSON"},
		"an empty value":         {"text", ``, "not JSON"},
		"two values":             {"text", `1 2`, "not JSON"},
		"null":                   {"text", `null`, "leave out what is absent"},
		"space before":           {"text", ` "x"`, "space around it"},
		"space after":            {"text", "\"x\"\n", "space around it"},
		"null with space":        {"text", `null `, "space around it"},
		"bytes that are no text": {"text", "\"\xff\"", "not UTF-8"},
		"too large a value":      {"text", `"` + strings.Repeat("x", MaxValue) + `"`, "at most 1048576"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewRecord(map[string][]byte{c.field: []byte(c.value)}, chance("x"))
			wantInvalid(t, err, c.piece)
		})
	}
	big := []byte(`"` + strings.Repeat("x", MaxValue-2) + `"`)
	_, err := NewRecord(map[string][]byte{"text": big, "original": big, "title": big}, chance("x"))
	wantInvalid(t, err, "more than 2097152 bytes")
	if _, err := NewRecord(map[string][]byte{"text": big}, chance("x")); err != nil {
		t.Errorf("a value of the largest size is refused: %v", err)
	}
	for _, n := range []int64{0, 31, 32, 40, 63} {
		_, err := NewRecord(map[string][]byte{"text": []byte(`1`)}, iotest.TimeoutReader(&few{n: n}))
		if err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%d random bytes, and then none: %v", n, err)
		}
	}
}

// few is a source that ends.
type few struct{ n int64 }

func (f *few) Read(p []byte) (int, error) {
	if f.n == 0 {
		return 0, errors.New("no more")
	}
	n := min(int64(len(p)), f.n)
	f.n -= n
	return int(n), nil
}

// A value that the caller changes afterwards does not change the record.
func TestRecordKeepsCopies(t *testing.T) {
	value := []byte(`"one"`)
	r := must(NewRecord(map[string][]byte{"text": value}, chance("x")))
	before := r.Commitment()
	value[1] = 'X'
	out, _ := r.Value("text")
	out[1] = 'Y'
	if got, _ := r.Value("text"); string(got) != `"one"` || r.Commitment() != before {
		t.Errorf("the record now says %s", got)
	}
}

// Erasing keeps the commitment and removes the words and their salt everywhere.
func TestEraseForgetsAndKeepsTheCommitment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := someValues(t)
		values["text"] = []byte(`"the finder's name is Ada Example"`)
		r, err := NewRecord(values, chance("erase"))
		if err != nil {
			t.Fatal(err)
		}
		_, salts := saltsOf(values, "erase")
		before := r.Commitment()
		for range 2 { // the second time changes nothing
			if err := r.Erase("text"); err != nil {
				t.Fatal(err)
			}
			if r.Commitment() != before {
				t.Fatal("the commitment changed")
			}
		}
		if _, ok := r.Value("text"); ok || slices.Contains(r.Names(), "text") || !slices.Equal(r.ErasedNames(), []string{"text"}) {
			t.Fatalf("the field is still there: %v, erased %v", r.Names(), r.ErasedNames())
		}
		if f := r.find("text"); f.value != nil || f.salt != [SaltSize]byte{} {
			t.Fatal("the record still has the value or the salt in memory")
		}
		data, err := r.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("Ada Example")) || bytes.Contains(data, salts["text"]) {
			t.Fatal("the words or their salt are still in the record")
		}
		var back Record
		if err := back.UnmarshalBinary(data); err != nil || back.Commitment() != before {
			t.Fatalf("the erased record does not come back: %v", err)
		}
		if _, err := back.Disclose([]string{"text"}); fault.KindOf(err) != fault.NotFound {
			t.Fatalf("an erased field was opened: %v", err)
		}
	})
}

// What stays of an erased field cannot be computed again from its words: with
// the seed, the commitment and a right guess, the salt is still missing.
func TestErasedFieldCannotBeGuessed(t *testing.T) {
	values := map[string][]byte{"result": []byte(`"valid"`)} // one of few words
	r := must(NewRecord(values, chance("guess")))
	if err := r.Erase("result"); err != nil {
		t.Fatal(err)
	}
	kept := r.fields[0].commit
	slot, _ := SlotOf("result")
	var scratch []byte
	for name, salt := range map[string][32]byte{
		"the seed":                        r.seed,
		"the absent salt of its own slot": absentSalt(&r.seed, slot, &scratch),
		"no salt":                         {},
	} {
		if commitField(slot, "result", []byte(`"valid"`), &salt, &scratch) == kept {
			t.Errorf("%s gives the erased field's commitment away", name)
		}
	}
	// The control: with the salt that was destroyed, the guess is proved.
	_, salts := saltsOf(values, "guess")
	salt := [32]byte(salts["result"])
	if commitField(slot, "result", []byte(`"valid"`), &salt, &scratch) != kept {
		t.Error("the control does not find the commitment")
	}
}

func TestEraseRefuses(t *testing.T) {
	r := must(NewRecord(map[string][]byte{"kind": []byte(`"aware"`)}, chance("x")))
	if err := r.Erase("text"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("erasing an absent field: %v", err)
	}
	wantInvalid(t, r.Erase("colour"), "no record has a field of this name")
}

func TestUnmarshalRefuses(t *testing.T) {
	r := must(NewRecord(map[string][]byte{"kind": []byte(`"aware"`), "text": []byte(`"x"`)}, chance("x")))
	if err := r.Erase("text"); err != nil {
		t.Fatal(err)
	}
	good := must(r.MarshalBinary())
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	first := binaryHead // slot, state, salt, length, value
	for name, c := range map[string]struct {
		data  []byte
		piece string
	}{
		"another version":     {change(0, 2), "version 2"},
		"another schema":      {change(2, 2), "schema 2"},
		"too many fields":     {change(binaryHead-1, 129), "claims 129 fields"},
		"a field more":        {change(binaryHead-1, 3), "cut off"},
		"a field less":        {change(binaryHead-1, 1), "follow the record"},
		"a slot without name": {change(first, 127), "slot 127"},
		"fields out of order": {change(first, byte(slotByName["text"])), "not in order"},
		"an unknown state":    {change(first+1, 0), "unknown state 0"},
		"a length too great":  {change(first+2+32, 255), "cut off"},
		"a value not JSON":    {change(first+2+32+4, 'x'), "not JSON"},
		"a byte more":         {append(bytes.Clone(good), 0), "1 bytes follow"},
	} {
		t.Run(name, func(t *testing.T) {
			back := *r
			wantInvalid(t, back.UnmarshalBinary(c.data), c.piece)
			if back.Commitment() != r.Commitment() {
				t.Error("the record was changed by what was refused")
			}
		})
	}
	for n := range good {
		var back Record
		if err := back.UnmarshalBinary(good[:n]); fault.KindOf(err) != fault.Invalid {
			t.Fatalf("%d of %d bytes are taken for a record: %v", n, len(good), err)
		}
	}
}

func FuzzRecordUnmarshal(f *testing.F) {
	r := must(NewRecord(map[string][]byte{"kind": []byte(`"aware"`), "text": []byte(`"x"`)}, chance("x")))
	f.Add(must(r.MarshalBinary()))
	if err := r.Erase("text"); err != nil {
		f.Fatal(err)
	}
	f.Add(must(r.MarshalBinary()))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Record
		if err := r.UnmarshalBinary(data); err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(must(r.MarshalBinary()), data) {
			t.Fatal("two forms of the same record are read")
		}
		r.Commitment()
		if _, err := r.Disclose(r.Names()); err != nil {
			t.Fatal(err)
		}
	})
}
