package sqlstore

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/internal/fault"
)

// The order of places is the order of (epoch, index), and a place is unpacked
// to what was packed: the keys of leaves, records and heads depend on both.
func TestPlaceKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		epoch := rapid.IntRange(1, maxEpoch)
		index := rapid.Int64Range(0, maxIndex-1)
		e1, i1, e2, i2 := epoch.Draw(t, "e1"), index.Draw(t, "i1"), epoch.Draw(t, "e2"), index.Draw(t, "i2")
		p1, err1 := place(e1, i1)
		p2, err2 := place(e2, i2)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if e, i := unplace(p1); e != e1 || i != i1 {
			t.Fatalf("(%d, %d) comes back as (%d, %d)", e1, i1, e, i)
		}
		if (p1 < p2) != (e1 < e2 || e1 == e2 && i1 < i2) {
			t.Fatalf("(%d, %d) and (%d, %d) are out of order", e1, i1, e2, i2)
		}
	})
}

// Nodes of different levels and epochs never share a place.
func TestNodesAreApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type node struct {
			epoch, level int
			n            int64
		}
		gen := rapid.Custom(func(t *rapid.T) node {
			return node{rapid.IntRange(1, 3).Draw(t, "epoch"), rapid.IntRange(1, maxLevel).Draw(t, "level"), rapid.Int64Range(0, 1<<nodeBits-1).Draw(t, "n")}
		})
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		pa, _, erra := nodeSpan(a.epoch, a.level, a.n, a.n+1)
		pb, _, errb := nodeSpan(b.epoch, b.level, b.n, b.n+1)
		if erra != nil || errb != nil {
			t.Fatal(erra, errb)
		}
		if (pa == pb) != (a == b) {
			t.Fatalf("%v and %v", a, b)
		}
	})
}

// What is out of bounds is refused before it could reach another's place.
func TestBounds(t *testing.T) {
	for what, err := range map[string]error{
		"epoch 0":           second(place(0, 0)),
		"an epoch too far":  second(place(maxEpoch+1, 0)),
		"index -1":          second(place(1, -1)),
		"an index too far":  second(place(1, maxIndex+1)),
		"backwards":         third(span(1, 2, 1)),
		"level 0":           third(nodeSpan(1, 0, 0, 1)),
		"a level too high":  third(nodeSpan(1, maxLevel+1, 0, 1)),
		"node -1":           third(nodeSpan(1, 1, -1, 1)),
		"a node too far":    third(nodeSpan(1, 1, 0, 1<<nodeBits+1)),
		"nodes backwards":   third(nodeSpan(1, 1, 2, 1)),
		"nodes of no epoch": third(nodeSpan(0, 1, 0, 1)),
	} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := place(1, maxIndex); err != nil {
		t.Errorf("the end of an epoch: %v", err)
	}
}

func second(_ int64, err error) error   { return err }
func third(_, _ int64, err error) error { return err }

var zero time.Time

// Time-stamps are packed and unpacked to the byte; of what does not parse,
// nothing is taken.
func TestPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.SliceOf(rapid.Byte())).Draw(t, "list")
		got, err := unpack(pack(list))
		if err != nil || len(got) != len(list) {
			t.Fatal(len(got), err)
		}
		for i := range list {
			if !bytes.Equal(got[i], list[i]) {
				t.Fatalf("%d: %x became %x", i, list[i], got[i])
			}
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte{})
	f.Add(pack([][]byte{{1}, {}, {2, 3}}))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if list, err := unpack(b); err == nil && !bytes.Equal(pack(list), b) {
			t.Errorf("%x was read and is written otherwise", b)
		}
	})
}

// Times come back to the nanosecond, in UTC, the zero time included.
func TestTimes(t *testing.T) {
	zone := time.FixedZone("east", 9*3600)
	for _, want := range []time.Time{{}, time.Date(2026, 11, 22, 6, 45, 1, 123456789, time.UTC), time.Date(2026, 1, 2, 3, 4, 5, 0, zone)} {
		got, err := timeOf(timeText(want))
		if err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%v became %v, %v", want, got, err)
		}
	}
	if _, err := timeOf("yesterday"); fault.KindOf(err) != fault.Internal {
		t.Errorf("a damaged time: %v", err)
	}
}

// Migrations fall apart at semicolons, not at comments; every placeholder has a
// word in each dialect.
func TestSplit(t *testing.T) {
	got := split("-- one; two\nCREATE TABLE a (\n  -- what b is\n  b TEXT\n);\n\nCREATE INDEX c ON a (b);\n")
	if len(got) != 2 || got[0] != "CREATE TABLE a (\n  b TEXT\n)" || got[1] != "CREATE INDEX c ON a (b)" {
		t.Errorf("%q", got)
	}
}

func TestValues(t *testing.T) {
	if got, want := values("INSERT INTO t VALUES ", 2, 3), "INSERT INTO t VALUES ($1, $2, $3), ($4, $5, $6)"; got != want {
		t.Errorf("%s", got)
	}
}
