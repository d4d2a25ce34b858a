package receipt

import (
	"bytes"
	"strings"
	"testing"

	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

// Checklist, tlog-proof: header line, optional extra, index, sibling-first
// hashes, blank, checkpoint verbatim.
func TestProofFormOfTheSpecification(t *testing.T) {
	w := newWorld(t)
	p := w.receipt(t, 3, nil)
	text := string(p.Bytes())
	lines := strings.Split(text, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") || lines[2] != "index 3" || lines[6] != "" || !strings.HasSuffix(text, "\n\n"+string(w.note)) {
		t.Fatalf("the proof is\n%s", text)
	}
	if sibling := EntryOf(w.records[2].Commitment()).LeafHash(); lines[3] != encode64(sibling[:]) {
		t.Errorf("the first hash is not the leaf's sibling")
	}
	back := must(ParseProof([]byte(text)))
	if !bytes.Equal(back.Bytes(), p.Bytes()) || back.Index != 3 || len(back.Hashes) != 3 || !bytes.Equal(back.Checkpoint, w.note) {
		t.Errorf("the proof does not come back: %+v", back)
	}
	head, note, _ := strings.Cut(text, "\n\n")
	part := strings.Split(head, "\n")
	edit := func(n int, line string) string {
		c := append([]string(nil), part...)
		c[n] = line
		return strings.Join(c, "\n") + "\n\n" + note
	}
	for name, c := range map[string]struct{ text, piece string }{
		"nothing":                     {"", "no proof, or it is cut off"},
		"cut off in the head":         {head, "no empty line"},
		"another header":              {edit(0, "c2sp.org/tlog-proof@v2"), "line 1: the first line is not"},
		"a space behind the header":   {edit(0, part[0]+" "), "line 1"},
		"a carriage return":           {edit(0, part[0]+"\r"), "line 1"},
		"extra that is no base64":     {edit(1, "extra *"), "line 2: the extra data"},
		"extra without padding":       {edit(1, "extra AA"), "line 2: the extra data"},
		"extra with two spaces":       {edit(1, "extra  AA=="), "line 2: the extra data"},
		"two extras":                  {edit(1, part[1]+"\n"+part[1]), "line 3: the index"},
		"no index":                    {edit(2, part[3]), "line 3: the index"},
		"index before extra":          {edit(0, part[0]+"\nindex 3"), "line 3: a hash"},
		"index in capitals":           {edit(2, "INDEX 3"), "line 3: the index"},
		"an index with zero before":   {edit(2, "index 03"), "line 3: the index"},
		"a negative index":            {edit(2, "index -1"), "line 3: the index"},
		"an index of 2^63":            {edit(2, "index 9223372036854775808"), "line 3: the index"},
		"a space behind the index":    {edit(2, "index 3 "), "line 3: the index"},
		"a hash too short":            {edit(3, encode64(make([]byte, 31))), "line 4: a hash"},
		"a hash that is no base64":    {edit(4, "*"), "line 5: a hash"},
		"a hash and a space":          {edit(4, part[4]+" "), "line 5: a hash"},
		"64 hashes":                   {edit(3, strings.Repeat(part[3]+"\n", 61)+part[3]), "more than 63 hashes"},
		"two blank lines":             {head + "\n\n\n" + note, "two empty lines"},
		"a checkpoint that is no one": {head + "\n\nnothing", "no signatures"},
		"a blank line at the end":     {text + "\n", "no signatures"},
		"cut off by a byte":           {text[:len(text)-1], "cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseProof([]byte(c.text))
			wantInvalid(t, err, c.piece)
		})
	}
	_, err := ParseProof(make([]byte, MaxProof+1))
	wantInvalid(t, err, "at most 4194304")
}

// Pitfall met: another's reader scans lines of at most 64 KiB. Ours reads what
// ours writes, whatever it opens.
func TestProofWithLargeExtra(t *testing.T) {
	w := newWorldOf(t, testOrigin, "large", 2)
	big := must(NewRecord(map[string][]byte{"text": []byte(`"` + strings.Repeat(`\"`, MaxValue/2-1) + `"`)}, chance("big")))
	w.add(big)
	w.publish(t, noon)
	p := w.proof(t, 2, Extra{Record: must(big.Disclose([]string{"text"}))})
	back := must(ParseProof(p.Bytes()))
	if v := Verify(back, must(KeysPolicy(w.logKeys())), Options{}); !v.Proved {
		t.Error(v.Reason)
	}
	d := must(big.Disclose([]string{"text"}))
	_, err := NewProof(2, nil, w.note, Extra{Record: d, Linked: []Disclosure{d}})
	wantInvalid(t, err, "open fewer fields")
}

// Without extra the line is missing; with an empty one it is there and empty.
func TestExtraLineIsOptional(t *testing.T) {
	w := newWorld(t)
	for _, extra := range [][]byte{nil, {}} {
		p := Proof{Index: 0, Checkpoint: w.note, Extra: extra}
		back := must(ParseProof(p.Bytes()))
		if (back.Extra == nil) != (extra == nil) || strings.Contains(string(p.Bytes()), "extra") != (extra != nil) {
			t.Errorf("extra %v comes back as %v", extra, back.Extra)
		}
		if _, err := back.Opened(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("something was opened: %v", err)
		}
	}
}

// Extra data is read in one form only.
func TestExtraIsReadStrictly(t *testing.T) {
	w := newWorld(t)
	p := w.receipt(t, 3, []string{"kind"})
	good := string(p.Extra)
	if _, err := p.Opened(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, piece string }{
		"no JSON":            {"nothing", "no JSON of a receipt"},
		"a list":             {"[]", "no JSON of a receipt"},
		"another format":     {strings.Replace(good, "receipt/1", "receipt/2", 1), "this program reads \"tocsin-receipt/1\""},
		"no format":          {"{}", "the format \"\""},
		"a space":            {strings.Replace(good, ",", ", ", 1), "is not written as"},
		"a newline after":    {good + "\n", "is not written as"},
		"an unknown key":     {strings.Replace(good, `{"format"`, `{"more":1,"format"`, 1), "is not written as"},
		"a key twice":        {strings.Replace(good, `{"format"`, `{"format":"x","format"`, 1), "is not written as"},
		"a key in capitals":  {strings.Replace(good, `"linked"`, `"Linked"`, 1), "is not written as"},
		"a record twice":     {strings.Replace(good, `"linked"`, `"record":{"schema":1,"fields":[],"hidden":[]},"linked"`, 1), "is not written as"},
		"keys out of order":  {strings.Replace(strings.Replace(good, `,"linked":[]`, "", 1), `"stamps":[]`, `"stamps":[],"linked":[]`, 1), "is not written as"},
		"no linked":          {strings.Replace(good, `,"linked":[]`, "", 1), "is not written as"},
		"linked is null":     {strings.Replace(good, `"linked":[]`, `"linked":null`, 1), "is not written as"},
		"a schema in quotes": {strings.Replace(good, `"schema":1`, `"schema":"1"`, 1), "is no tocsin-receipt/1"},
		"a schema as 1.0":    {strings.Replace(good, `"schema":1`, `"schema":1.0`, 1), "is no tocsin-receipt/1"},
		"escapes not needed": {strings.Replace(good, `"kind"`, `"\u006bind"`, 1), "is not written as"},
		"65 linked records":  {strings.Replace(good, `"linked":[]`, `"linked":[`+strings.TrimSuffix(strings.Repeat(`{"schema":1,"fields":[],"hidden":[]},`, 65), ",")+`]`, 1), "at most 64"},
		"17 stamps":          {strings.Replace(good, `"stamps":[]`, `"stamps":[`+strings.TrimSuffix(strings.Repeat(`"",`, 17), ",")+`]`, 1), "at most 16"},
		"not UTF-8":          {strings.Replace(good, "kind", "k\xffnd", 1), "is not written as"},
	} {
		t.Run(name, func(t *testing.T) {
			p.Extra = []byte(c.text)
			_, err := p.Opened()
			wantInvalid(t, err, c.piece)
		})
	}
}

// Whatever ours reads, another's reader reads the same, and ours writes it back
// byte for byte.
func FuzzProof(f *testing.F) {
	w := newWorld(f)
	f.Add(w.receipt(f, 3, nil).Bytes())
	f.Add(Proof{Checkpoint: []byte(specNote), Extra: []byte{}}.Bytes())
	f.Add(Proof{Index: 5, Hashes: []tlog.Hash{{1}, {2}}, Checkpoint: []byte(specNote)}.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseProof(data)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(p.Bytes(), data) {
			t.Fatal("the proof is written otherwise than it was read")
		}
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			if len(line) > 60<<10 {
				return // more than another's reader takes
			}
		}
		var theirs proof.TLogProof
		if err := theirs.Unmarshal(data); err != nil {
			t.Fatalf("another's reader refuses what ours takes: %v", err)
		}
		if theirs.Index != uint64(p.Index) || len(theirs.Hashes) != len(p.Hashes) || !bytes.Equal(theirs.Checkpoint, p.Checkpoint) || !bytes.Equal(theirs.ExtraData, p.Extra) {
			t.Fatalf("another's reader takes it for %+v, ours for %+v", theirs, p)
		}
		for i, h := range p.Hashes {
			if h != tlog.Hash(theirs.Hashes[i]) {
				t.Fatalf("hash %d differs", i)
			}
		}
	})
}

// The extra data of a good proof, replaced by anything: it opens as one thing
// only, and what it opens is in the log or proves nothing.
func FuzzExtra(f *testing.F) {
	w := newWorld(f)
	base := w.proof(f, 5, Extra{Record: must(w.records[5].Disclose([]string{"prev", "event"})), Linked: []Disclosure{must(w.records[4].Disclose([]string{"kind"}))}, Stamps: [][]byte{{1}}})
	policy := must(KeysPolicy(w.logKeys()[:1]))
	f.Add(base.Extra)
	f.Add(w.receipt(f, 5, []string{"kind"}).Extra)
	f.Fuzz(func(t *testing.T, extra []byte) {
		p := base
		p.Extra = extra
		e, err := p.Opened()
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if again := must(e.encode()); !bytes.Equal(again, extra) {
			t.Fatal("the extra data has two forms")
		}
		v := Verify(p, policy, Options{})
		if !v.Proved {
			return
		}
		// Whatever is proved of record 5 and of what it names is what they hold.
		for i, r := range v.Records {
			for _, field := range r.Fields {
				want, ok := w.records[5-i].Value(field.Name)
				if ok != (field.Value != nil) || ok && string(want) != *field.Value {
					t.Fatalf("record %d opens %s as %v, and holds %s", i, field.Name, field.Value, want)
				}
			}
		}
	})
}
