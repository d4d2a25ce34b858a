package record_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"tocsin/internal/fault"
	"tocsin/record"
	"tocsin/record/recordtest"
)

// shelf is an annex in memory.
type shelf struct {
	has    [][2]string
	got    [][2]string
	refuse error
}

func (s *shelf) Save(_ context.Context, _ record.Reader, put func(string, []byte) error) error {
	for _, h := range s.has {
		if err := put(h[0], []byte(h[1])); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Load(_ context.Context, _ record.Tx, name string, body []byte) error {
	s.got = append(s.got, [2]string{name, string(body)})
	return s.refuse
}

// annexed is a backup with an annex, of a desk that has something of everything.
func annexed(t testing.TB, has ...[2]string) []byte {
	t.Helper()
	d := busy(t)
	o := d.o
	o.Annex = &shelf{has: has}
	k, err := record.New(d.store, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}()
	return saved(t, k)
}

func restoreWith(t testing.TB, stream []byte, a record.Annex) (record.BackupReport, error) {
	t.Helper()
	wraps := recordtest.NewWraps()
	o := record.Options{Wraps: wraps, LookupKey: [32]byte{9}, Erasures: &recordtest.Erasures{}, Now: recordtest.NewClock(start).Now, Annex: a}
	return record.Restore(context.Background(), bytes.NewReader(stream), recordtest.New(), o)
}

// What others keep comes back as it was, and counts for the digest.
func TestAnAnnexComesAlong(t *testing.T) {
	has := [][2]string{{"document/1", `{"a":1}`}, {"", ""}, {"seat/1", strings.Repeat("x", 70_000)}}
	stream := annexed(t, has...)
	into := &shelf{}
	report, err := restoreWith(t, stream, into)
	if err != nil || report.Annexed != 3 || len(into.got) != 3 || into.got[0] != has[0] || into.got[1] != has[1] || into.got[2] != has[2] {
		t.Fatalf("%v, %+v, %d", err, report, len(into.got))
	}
	changed := bytes.Replace(stream, []byte(`{"a":1}`), []byte(`{"a":2}`), 1)
	if _, err := restoreWith(t, changed, &shelf{}); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("changed: %v", err)
	}
}

// A backup of before, and one of a store that keeps no platform, restores; what
// there is no place for is refused in words, and nothing of it is lost silently.
func TestAnAnnexAndItsVersions(t *testing.T) {
	plain := saved(t, busy(t).k)
	if !bytes.HasPrefix(plain, []byte("tocsin-backup/1\n")) {
		t.Errorf("a backup without an annex begins with %q", plain[:16])
	}
	if report, err := restoreWith(t, plain, &shelf{}); err != nil || report.Annexed != 0 {
		t.Errorf("without an annex into a place with one: %v, %+v", err, report)
	}
	stream := annexed(t, [2]string{"document/1", "{}"})
	if !bytes.HasPrefix(stream, []byte("tocsin-backup/2\n")) {
		t.Errorf("a backup with an annex begins with %q", stream[:16])
	}
	for what, c := range map[string]struct {
		stream []byte
		annex  record.Annex
		why    string
	}{
		"no place for it":      {stream, nil, "nowhere to put them"},
		"an annex of before":   {bytes.Replace(stream, []byte("backup/2"), []byte("backup/1"), 1), &shelf{}, "which a backup of this version has not"},
		"a name that is cut":   {bytes.Replace(stream, []byte("\x00\x0adocument/1"), []byte("\x00\xffdocument/1"), 1), &shelf{}, "cut off"},
		"one that is not sane": {stream, &shelf{refuse: fault.New(fault.Invalid, "no sense")}, "not sound at byte"},
		"another count":        {bytes.Replace(stream, []byte(`"annexed":1`), []byte(`"annexed":2`), 1), &shelf{}, "counts other things"},
	} {
		if bytes.Equal(c.stream, stream) != (what == "no place for it" || what == "one that is not sane") {
			t.Errorf("%s: the stream was not forged as meant", what)
		}
		_, err := restoreWith(t, resealed(t, c.stream), c.annex)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, want %q", what, err, c.why)
		}
	}
	broken := errors.New("the disk")
	if _, err := restoreWith(t, stream, &shelf{refuse: broken}); !errors.Is(err, broken) {
		t.Errorf("a failure of the annex: %v", err)
	}
}

// An erasure takes the lines of the case with it, in its own transaction.
func TestAnErasureForgetsTheLines(t *testing.T) {
	d := busy(t)
	kept, err := d.k.Load(d.ctx(), "TOC-2")
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.k.Erase(d.ctx(), record.Erasure{Handle: "TOC-2", Person: "finder", Ground: "Art. 17(1)(a) GDPR", By: "ada", With: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	got := d.store.Forgotten()
	if len(got) != 1 || got[kept.Handle] != out.Version || out.Version <= kept.Version {
		t.Errorf("forgotten %v, want %s at %d", got, kept.Handle, out.Version)
	}
}
