package receipt

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

// Checklist, signed-note: text ends in newline, blank line, signature lines; no
// control characters but newline; names without spaces or plus.
func TestNoteFormOfTheSpecification(t *testing.T) {
	sig := strings.TrimPrefix(specNote, "This is an example message.\n\n")
	for name, c := range map[string]struct{ note, piece string }{
		"nothing":                       {"", "no signatures"},
		"text alone":                    {"text\n", "no signatures"},
		"no blank line":                 {"text\n" + sig, "no signatures"},
		"no signature after the blank":  {"text\n\n", "no signatures"},
		"signatures alone":              {sig, "no signatures"},
		"the last line does not end":    {strings.TrimSuffix(specNote, "\n"), "cut off"},
		"a blank line at the end":       {specNote + "\n", "no signatures"},
		"a carriage return":             {strings.ReplaceAll(specNote, "\n", "\r\n"), "0x0d"},
		"a tab":                         {"a\tb\n\n" + sig, "0x09"},
		"a zero byte":                   {"a\x00b\n\n" + sig, "0x00"},
		"not UTF-8":                     {"a\xffb\n\n" + sig, "not UTF-8"},
		"a hyphen instead of the dash":  {strings.Replace(specNote, "—", "-", 1), "no signature line"},
		"no space after the dash":       {strings.Replace(specNote, "— ", "—", 1), "no signature line"},
		"no key name":                   {strings.Replace(specNote, "example.com/foo", "", 1), "no key name"},
		"a plus in the key name":        {strings.Replace(specNote, "example.com/foo", "a+b", 1), "no key name"},
		"a Unicode space in the name":   {strings.Replace(specNote, "example.com/foo", "a\u2003b", 1), "no key name"},
		"two spaces":                    {strings.Replace(specNote, "foo Uw", "foo  Uw", 1), "no base64"},
		"no base64":                     {strings.Replace(specNote, "Uw2Q", "Uw2*", 1), "no base64"},
		"loose base64":                  {strings.Replace(specNote, "aQM=", "aQM", 1), "no base64"},
		"base64 with bits left over":    {strings.Replace(specNote, "aQM=", "aQN=", 1), "no base64"},
		"a key id and no signature":     {"text\n\n— a AAAAAA==\n", "no base64"},
		"another line among signatures": {specNote + "more\n", "no signature line"},
		"too large":                     {strings.Repeat("a", MaxNote) + specNote, "at most 262144"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseNote([]byte(c.note))
			wantInvalid(t, err, c.piece)
		})
	}
	// The text may hold empty lines: the last one divides.
	n := must(ParseNote([]byte("one\n\ntwo\n\n" + sig)))
	if string(n.Text) != "one\n\ntwo\n" || len(n.Signatures) != 1 {
		t.Errorf("the text is %q", n.Text)
	}
}

// Checklist, signed-note: unknown (name, id) pairs are ignored, also those that
// share one of the two with a known key; a known pair that does not verify
// rejects the whole note.
func TestUnknownPairsAreIgnoredKnownOnesMustHold(t *testing.T) {
	w := newWorld(t)
	n := must(ParseNote(w.note))
	junk := func(name string, id uint32) Note {
		m := n
		m.Signatures = append([]Signature{{Name: name, ID: id, Data: make([]byte, 64)}}, n.Signatures...)
		return m
	}
	for name, m := range map[string]Note{
		"an unknown key":                 junk("stranger.example", 7),
		"a known name, another id":       junk(w.ed.Key().Name(), w.ed.Key().ID()+1),
		"another name, a known id":       junk("stranger.example", w.ed.Key().ID()),
		"a witness's id, the log's name": junk(w.origin, w.w1.Key().ID()),
	} {
		got, err := m.Verify(w.allKeys())
		if err != nil || len(got) != 4 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, k := range w.allKeys() {
		if _, err := junk(k.Name(), k.ID()).Verify(w.allKeys()); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a false signature of %s (%v) passes: %v", k.Name(), k.Type(), err)
		}
		if got, err := junk(k.Name(), k.ID()).Verify(without(w.allKeys(), k)); err != nil || len(got) != 3 {
			t.Errorf("a false signature of a key that is not known: %v, %v", got, err)
		}
	}
	if got, err := n.Verify(nil); err != nil || got != nil {
		t.Errorf("without keys: %v, %v", got, err)
	}
}

func without(keys []Key, k Key) []Key {
	var out []Key
	for _, other := range keys {
		if other != k {
			out = append(out, other)
		}
	}
	return out
}

// A made-up collision of name and id is refused rather than guessed at.
func TestKeysThatLookAlikeAreRefused(t *testing.T) {
	w := newWorld(t)
	other := w.ed.Key()
	other.public = string(make([]byte, 32))
	_, err := must(ParseNote(w.note)).Verify([]Key{w.ed.Key(), other})
	wantInvalid(t, err, "two different keys")
	if _, err := must(ParseNote(w.note)).Verify([]Key{w.ed.Key(), w.ed.Key()}); err != nil {
		t.Errorf("the same key twice: %v", err)
	}
}

// Checklist, signed-note: accept at least 16 signatures, ML-DSA lines among
// them, and cap the size.
func TestSixteenLargeSignaturesAreAccepted(t *testing.T) {
	w := newWorld(t)
	data := w.unsigned
	rand := chance("sixteen")
	var keys []Key
	for i := range 16 {
		s := must(NewSigner(fmt.Sprintf("w%d.example", i), MLDSA44Cosignature, rand))
		keys = append(keys, s.Key())
		data = must(AddSignatures(data, must(Cosign(data, s, noon))))
	}
	got, err := must(ParseNote(data)).Verify(keys)
	if err != nil || len(got) != 16 {
		t.Errorf("%d of 16 verify: %v", len(got), err)
	}
	line := Signature{Name: "a", Data: []byte{1}}.Line()
	_, err = ParseNote(append([]byte("text\n\n"), bytes.Repeat(line, 101)...))
	wantInvalid(t, err, "more than 100")
	_, err = AddSignatures(append([]byte("text\n\n"), bytes.Repeat(line, 100)...), must(Cosign(data, w.w1, noon)))
	wantInvalid(t, err, "too large")
}

// Checklist, tlog-checkpoint: three lines, size without leading zeros, root in
// base64, no extension lines.
func TestCheckpointFormOfTheSpecification(t *testing.T) {
	root := encode64(make([]byte, 32))
	for name, c := range map[string]struct{ text, piece string }{
		"nothing":               {"", "fewer than three"},
		"two lines":             {"o\n1\n", "fewer than three"},
		"no newline at the end": {"o\n1\n" + root, "fewer than three"},
		"an extension line":     {"o\n1\n" + root + "\nmore\n", "extension lines"},
		"a blank line after":    {"o\n1\n" + root + "\n\n", "extension lines"},
		"text after the end":    {"o\n1\n" + root + "\nmore", "extension lines"},
		"an empty origin":       {"\n1\n" + root + "\n", "origin is empty"},
		"an origin too long":    {strings.Repeat("o", 256) + "\n1\n" + root + "\n", "at most 255"},
		"a tab in the origin":   {"o\to\n1\n" + root + "\n", "control character"},
		"no size":               {"o\n\n" + root + "\n", "no decimal"},
		"a leading zero":        {"o\n01\n" + root + "\n", "no decimal"},
		"two zeros":             {"o\n00\n" + root + "\n", "no decimal"},
		"a sign":                {"o\n+1\n" + root + "\n", "no decimal"},
		"a negative size":       {"o\n-1\n" + root + "\n", "no decimal"},
		"a size of 2^63":        {"o\n9223372036854775808\n" + root + "\n", "no decimal"},
		"a size over 2^62":      {"o\n4611686018427387905\n" + root + "\n", "at most 2^62"},
		"a space":               {"o\n1 \n" + root + "\n", "no decimal"},
		"hexadecimal":           {"o\n0x1\n" + root + "\n", "no decimal"},
		"a short root":          {"o\n1\n" + encode64(make([]byte, 31)) + "\n", "31 bytes"},
		"no base64":             {"o\n1\n" + strings.Repeat("*", 44) + "\n", "not in base64"},
		"loose base64":          {"o\n1\n" + root[:42] + "B=\n", "not in base64"},
		"a carriage return":     {"o\n1\n" + root + "\r\n", "not in base64"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseCheckpoint([]byte(c.text))
			wantInvalid(t, err, c.piece)
		})
	}
	for _, cp := range []Checkpoint{{Origin: "o"}, {"example.com/behind-the-sofa", 20852163, tlog.Hash{1}}, {"an origin with spaces + plus", MaxSize, tlog.Hash{2}}} {
		if back, err := ParseCheckpoint([]byte(cp.Text())); err != nil || back != cp {
			t.Errorf("%+v comes back as %+v, %v", cp, back, err)
		}
	}
}

// Both signatures of the log and both cosignatures are read by others, and what
// others sign is read by us.
func TestSignaturesAsOthersReadThem(t *testing.T) {
	w := newWorld(t)
	verifiers := []note.Verifier{must(note.NewVerifier(w.ed.Key().String()))}
	for _, k := range []Key{w.pq.Key(), w.w1.Key(), w.w2.Key()} {
		verifiers = append(verifiers, must(fnote.NewVerifierForCosignatureV1(k.String())))
	}
	cp, _, n, err := flog.ParseCheckpoint(w.note, w.origin, verifiers[0], verifiers[1:]...)
	if err != nil || len(n.Sigs) != 4 || cp.Size != uint64(w.size) {
		t.Fatalf("another's reader: %v, %+v", err, n)
	}
	for i, s := range n.Sigs[2:] {
		want := noon.Add(time.Duration(i+1) * time.Second)
		if at, err := fnote.CoSigV1Timestamp(s); err != nil || !at.Equal(want) {
			t.Errorf("another's reader finds the time %v, want %v (%v)", at, want, err)
		}
	}
	theirs := &note.Note{Text: w.cp.Text()}
	data := must(note.Sign(theirs, must(note.NewSigner(w.ed.Secret())), must(fnote.NewSignerForCosignatureV1(w.pq.Secret())),
		must(fnote.NewSignerForCosignatureV1(w.w1.Secret())), must(fnote.NewSignerForCosignatureV1(w.w2.Secret()))))
	got, err := must(ParseNote(data)).Verify(w.allKeys())
	if err != nil || len(got) != 4 {
		t.Fatalf("what another signed: %v, %v", got, err)
	}
	for _, v := range got[1:] {
		if v.Time.Before(noon.Add(-time.Hour * 24 * 365 * 20)) {
			t.Errorf("the time of %s is %v", v.Key.Name(), v.Time)
		}
	}
}

// Checklist, tlog-cosignature: big-endian u64 time and signature; Ed25519 signs
// a header line, a time line and the note text; ML-DSA signs a binary structure
// with cosigner name, time, origin, start 0, end = size, root.
func TestCosignatureMessagesOfTheSpecification(t *testing.T) {
	cp := must(ParseCheckpoint([]byte("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")))
	if got, want := string(ed25519Message(1679315147, []byte(cp.Text()))), "cosignature/v1\ntime 1679315147\n"+
		"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"; got != want {
		t.Errorf("Ed25519 signs %q, not %q", got, want)
	}
	want := "subtree/v1\n\x00" + "\x04name" + "\x00\x00\x00\x00\x64\x18\x50\xcb" + "\x1bexample.com/behind-the-sofa" +
		"\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x01\x3e\x2d\xc3" + string(cp.Root[:])
	if got := string(mldsaMessage("name", 1679315147, cp)); got != want {
		t.Errorf("ML-DSA-44 signs %q, not %q", got, want)
	}
	w := newWorld(t)
	for _, s := range []Signer{w.w1, w.w2, w.pq} {
		sig := must(s.sign([]byte(w.cp.Text()), time.Unix(1679315147, 999)))
		if string(sig[:8]) != "\x00\x00\x00\x00\x64\x18\x50\xcb" {
			t.Errorf("%v: the time is written %x", s.Key().Type(), sig[:8])
		}
		if at := must(s.Key().Verify([]byte(w.cp.Text()), sig)); !at.Equal(time.Unix(1679315147, 0)) {
			t.Errorf("%v: the time is read as %v", s.Key().Type(), at)
		}
	}
}

// Checklist, tlog-checkpoint: log key name = origin; checklist, signed-note:
// never one Ed25519 key for two types.
func TestLogKeyNameIsTheOrigin(t *testing.T) {
	w := newWorld(t)
	for name, signers := range map[string][]Signer{
		"nobody":              nil,
		"another's name":      {must(NewSigner("other.example", Ed25519, chance("x")))},
		"a cosignature key":   {must(NewSigner(w.origin, Ed25519Cosignature, chance("x")))},
		"the same key twice":  {w.ed, w.ed},
		"an empty signer":     {{key: Key{name: w.origin, typ: Ed25519}}},
		"one good, one empty": {w.ed, {}},
	} {
		if _, err := Sign(w.cp, signers, noon); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := Sign(Checkpoint{Origin: w.origin, Size: -1}, []Signer{w.ed}, noon)
	wantInvalid(t, err, "no decimal")
	_, err = Sign(Checkpoint{Origin: "a\nb", Size: 1}, []Signer{w.ed}, noon)
	wantInvalid(t, err, "extension lines")
}

func TestCosignRefuses(t *testing.T) {
	w := newWorld(t)
	_, err := Cosign(w.note, w.ed, noon)
	wantInvalid(t, err, "cannot cosign")
	_, err = Cosign(w.note, w.pq, noon)
	wantInvalid(t, err, "its own witness")
	_, err = Cosign([]byte(specNote), w.w1, noon)
	wantInvalid(t, err, "fewer than three lines")
	_, err = Cosign([]byte("junk"), w.w1, noon)
	wantInvalid(t, err, "no signatures")
}

// A witness that answers a second time does not take away the earlier time.
func TestAddSignaturesKeepsTheFirst(t *testing.T) {
	w := newWorld(t)
	later := must(Cosign(w.note, w.w1, noon.Add(time.Hour)))
	if again := must(AddSignatures(w.note, later)); !bytes.Equal(again, w.note) {
		t.Error("a later line of the same key was added or taken instead")
	}
	if again := must(AddSignatures(w.note, nil)); !bytes.Equal(again, w.note) {
		t.Error("no lines change the note")
	}
	_, err := AddSignatures(w.note, later[:20])
	wantInvalid(t, err, "cut off")
	_, err = AddSignatures(w.note, append([]byte("\n"), later...))
	wantInvalid(t, err, "no signature line")
}

// Two readers of notes agree: what ours accepts, the Go checksum database's
// accepts, with the same text and the same verified keys.
func FuzzNote(f *testing.F) {
	w := newWorld(f)
	f.Add(w.note)
	f.Add(w.unsigned)
	f.Add([]byte(specNote))
	f.Add([]byte("a\n\nb\n\n— x AAAAAAAA\n"))
	keys := append(w.allKeys(), must(ParseKey(specVKey)))
	verifiers := []note.Verifier{must(note.NewVerifier(w.ed.Key().String())), must(note.NewVerifier(specVKey))}
	for _, k := range []Key{w.pq.Key(), w.w1.Key(), w.w2.Key()} {
		verifiers = append(verifiers, must(fnote.NewVerifierForCosignatureV1(k.String())))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := ParseNote(data)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(n.Bytes(), data) {
			t.Fatal("the note is written otherwise than it was read")
		}
		got, err := n.Verify(keys)
		theirs, other := note.Open(data, note.VerifierList(verifiers...))
		switch {
		case err == nil && len(got) > 0:
			if other != nil || theirs.Text != string(n.Text) {
				t.Fatalf("we verify %v; the Go checksum database's reader says %v", got, other)
			}
		case err == nil:
			if other == nil {
				t.Fatal("another's reader verifies a note that nobody known signed")
			}
		}
		cp, err := n.Checkpoint()
		if err != nil {
			return
		}
		var c flog.Checkpoint
		if rest, err := c.Unmarshal(n.Text); err != nil || len(rest) > 0 || c.Origin != cp.Origin || c.Size != uint64(cp.Size) || !bytes.Equal(c.Hash, cp.Root[:]) {
			t.Fatalf("another's reader takes the checkpoint for %+v, %v", c, err)
		}
	})
}

// What a witness answers comes from outside too.
func FuzzSignatureLines(f *testing.F) {
	w := newWorld(f)
	f.Add(must(Cosign(w.note, w.w1, noon)))
	f.Add([]byte("— a AAAAAAAA\n— b AAAAAAAA\n"))
	f.Fuzz(func(t *testing.T, lines []byte) {
		sigs, err := ParseSignatures(lines)
		if err != nil {
			return
		}
		var again []byte
		for _, s := range sigs {
			again = append(again, s.Line()...)
		}
		if !bytes.Equal(again, lines) {
			t.Fatalf("read %q, written %q", lines, again)
		}
		out, err := AddSignatures(w.unsigned, lines)
		if err == nil {
			if _, err := ParseNote(out); err != nil {
				t.Fatalf("the note with these lines is no note: %v", err)
			}
		}
	})
}
