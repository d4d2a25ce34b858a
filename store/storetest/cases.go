package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
)

func viewOf(handle string, version int64) record.View {
	return record.View{Handle: handle, Version: version, Head: sum(fmt.Sprint(handle, version)), Lookup: sum("look up " + handle), Sealed: []byte("title of " + handle)}
}

func requestOf(name string) record.Request {
	return record.Request{Key: sum(name), Digest: sum("digest of " + name), Handle: "case-a", Version: 3, Epoch: 1, First: 2, Count: 1}
}

func roundTrip(t *testing.T, s record.Store) {
	grow(t, s, 3)
	key := record.Key{Handle: "case-a", Generation: 7, Wrapped: []byte{0, 1, 2, 255}}
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return errors.Join(w.PutView(ctx, viewOf("case-a", 3)), w.PutKey(ctx, key), w.PutRequest(ctx, requestOf("r")))
	})
	read := func(ctx context.Context, r record.Reader) error {
		h, err := r.Head(ctx)
		same(t, "the head", h, err, head(1, 3))
		got, err := r.RowAt(ctx, 1, 1)
		same(t, "a row", got, err, row(1, 1, "case-a", 2))
		v, err := r.ViewOf(ctx, "case-a")
		same(t, "a view", v, err, viewOf("case-a", 3))
		v, err = r.ViewByLookup(ctx, sum("look up case-a"))
		same(t, "a view by look-up", v, err, viewOf("case-a", 3))
		k, err := r.KeyOf(ctx, "case-a")
		same(t, "a key", k, err, key)
		q, err := r.RequestBy(ctx, sum("r"))
		same(t, "a request", q, err, requestOf("r"))
		return nil
	}
	view(t, s, read)
	update(t, s, func(ctx context.Context, w record.Tx) error { return read(ctx, w) })
}

func conflicts(t *testing.T, s record.Store) {
	grow(t, s, 3)
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return errors.Join(w.PutView(ctx, viewOf("case-a", 3)), w.PutRequest(ctx, requestOf("r")),
			w.PutLeaves(ctx, 1, 3, nil, []ledger.Node{{Level: 1, Hash: hashOf("n")}}))
	})
	other := viewOf("case-b", 1)
	other.Lookup = viewOf("case-a", 3).Lookup
	for what, put := range map[string]func(ctx context.Context, w record.Tx) error{
		"a taken index": func(ctx context.Context, w record.Tx) error {
			return w.PutRows(ctx, []record.Row{row(1, 2, "case-b", 1)})
		},
		"a taken sequence": func(ctx context.Context, w record.Tx) error {
			return w.PutRows(ctx, []record.Row{row(1, 3, "case-a", 3)})
		},
		"a taken leaf": func(ctx context.Context, w record.Tx) error { return w.PutLeaves(ctx, 1, 2, entries(2, 4), nil) },
		"a taken node": func(ctx context.Context, w record.Tx) error {
			return w.PutLeaves(ctx, 1, 3, nil, []ledger.Node{{Level: 1, Hash: hashOf("m")}})
		},
		"a taken request":   func(ctx context.Context, w record.Tx) error { return w.PutRequest(ctx, requestOf("r")) },
		"another's look-up": func(ctx context.Context, w record.Tx) error { return w.PutView(ctx, other) },
		"twice in a batch": func(ctx context.Context, w record.Tx) error {
			return w.PutRows(ctx, []record.Row{row(1, 5, "case-b", 1), row(1, 6, "case-b", 1)})
		},
	} {
		err := s.Update(t.Context(), func(w record.Tx) error { return put(t.Context(), w) })
		fails(t, what, err, fault.Conflict)
		for _, word := range []string{"sealed", "case-b", "UNIQUE", "SQLSTATE", "constraint"} {
			if err != nil && strings.Contains(err.Error(), word) {
				t.Errorf("%s: the message tells %q: %v", what, word, err)
			}
		}
	}
	// Fillers have no case, and so no sequence that could be taken.
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return w.PutRows(ctx, []record.Row{row(1, 3, "", 0), row(1, 4, "", 0)})
	})
	view(t, s, func(ctx context.Context, r record.Reader) error {
		rows, err := r.CaseRows(ctx, "", -1)
		same(t, "the fillers are no case", len(rows), err, 0)
		return nil
	})
}

func requests(t *testing.T, s record.Store) {
	update(t, s, func(ctx context.Context, w record.Tx) error { return w.PutRequest(ctx, requestOf("r")) })
	want := requestOf("r")
	for want.Replays < 3 {
		update(t, s, func(ctx context.Context, w record.Tx) error { return w.TouchRequest(ctx, sum("r")) })
		want.Replays++
	}
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.RequestBy(ctx, sum("r"))
		same(t, "a repeated request", got, err, want)
		return nil
	})
	fails(t, "touching what is not there", s.Update(t.Context(), func(w record.Tx) error {
		return w.TouchRequest(t.Context(), sum("other"))
	}), fault.NotFound)
}

func reseals(t *testing.T, s record.Store) {
	grow(t, s, 3)
	update(t, s, func(ctx context.Context, w record.Tx) error { return w.ReplaceSealed(ctx, 1, 1, []byte("new")) })
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.CaseRows(ctx, "case-a", 0)
		want := []record.Row{row(1, 0, "case-a", 1), row(1, 1, "case-a", 2), row(1, 2, "case-a", 3)}
		want[1].Sealed = []byte("new")
		same(t, "the rows", got, err, want)
		e, err := r.Entries(ctx, 1, 0, 3)
		same(t, "the leaves", e, err, entries(0, 3))
		return nil
	})
	fails(t, "resealing what is not there", s.Update(t.Context(), func(w record.Tx) error {
		return w.ReplaceSealed(t.Context(), 1, 3, nil)
	}), fault.NotFound)
}

func views(t *testing.T, s record.Store) {
	k := record.Key{Handle: "case-a", Generation: 1, Wrapped: []byte("old")}
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return errors.Join(w.PutView(ctx, viewOf("case-a", 1)), w.PutView(ctx, viewOf("case-b", 1)), w.PutKey(ctx, k))
	})
	k.Generation, k.Wrapped = 2, []byte("new")
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return errors.Join(w.PutView(ctx, viewOf("case-a", 2)), w.PutKey(ctx, k))
	})
	read := func(want ...record.View) {
		view(t, s, func(ctx context.Context, r record.Reader) error {
			var got []record.View
			err := r.EachView(ctx, func(v record.View) error { got = append(got, v); return nil })
			same(t, "the views", got, err, want)
			gotKey, err := r.KeyOf(ctx, "case-a")
			same(t, "the key", gotKey, err, k)
			return nil
		})
	}
	read(viewOf("case-a", 2), viewOf("case-b", 1))
	update(t, s, func(ctx context.Context, w record.Tx) error { return w.DropViews(ctx) })
	read()
	update(t, s, func(ctx context.Context, w record.Tx) error { return w.PutView(ctx, viewOf("case-a", 2)) })
	read(viewOf("case-a", 2))
}

// manyAtOnce: what is there is found whatever the list, and of two under one
// handle the later counts, as if they had been put one after the other.
func manyAtOnce(t *testing.T, s record.Store) {
	for _, n := range []int{0, 1, 2, 5, 64, 65, 600} {
		var handles []string
		var requestKeys [][32]byte
		var views []record.View
		var keys []record.Key
		var answers []record.Request
		for i := range n {
			h := fmt.Sprintf("case-%d-%d", n, i)
			handles, requestKeys = append(handles, h), append(requestKeys, sum(h))
			views = append(views, viewOf(h, 1))
			keys = append(keys, record.Key{Handle: h, Generation: 1, Wrapped: []byte(h)})
			answers = append(answers, requestOf(h))
		}
		put := func(ctx context.Context, w record.Tx) error {
			return errors.Join(w.PutView(ctx, views...), w.PutKey(ctx, keys...))
		}
		update(t, s, func(ctx context.Context, w record.Tx) error {
			return errors.Join(put(ctx, w), w.PutRequest(ctx, answers...))
		})
		// Again, changed, the first of them twice in the list.
		for i := range views {
			views[i], keys[i].Generation = viewOf(handles[i], 2), 2
		}
		if n > 0 {
			views, keys = append([]record.View{viewOf(handles[0], 9)}, views...), append([]record.Key{{Handle: handles[0], Generation: 9}}, keys...)
		}
		update(t, s, put)
		if n > 0 {
			views, keys = views[1:], keys[1:]
		}
		read := func(ctx context.Context, r record.Reader) error {
			// One is not there, and all others are asked for twice.
			asked := append([]string{"nobody"}, handles...)
			askedKeys := append([][32]byte{sum("nobody")}, requestKeys...)
			asked, askedKeys = append(asked, asked[len(asked)-n:]...), append(askedKeys, askedKeys[len(askedKeys)-n:]...)
			gotViews, err := r.ViewsOf(ctx, asked)
			slices.SortFunc(gotViews, func(a, b record.View) int { return byNumber(a.Handle, b.Handle) })
			same(t, "the views", gotViews, err, views)
			gotKeys, err := r.KeysOf(ctx, asked)
			slices.SortFunc(gotKeys, func(a, b record.Key) int { return byNumber(a.Handle, b.Handle) })
			same(t, "the keys", gotKeys, err, keys)
			gotAnswers, err := r.RequestsBy(ctx, askedKeys)
			place := map[[32]byte]int{}
			for i, q := range answers {
				place[q.Key] = i
			}
			slices.SortFunc(gotAnswers, func(a, b record.Request) int { return place[a.Key] - place[b.Key] })
			same(t, "the answers", gotAnswers, err, answers)
			return nil
		}
		view(t, s, read)
		update(t, s, func(ctx context.Context, w record.Tx) error { return read(ctx, w) })
	}
	for what, put := range map[string]func(ctx context.Context, w record.Tx) error{
		"a taken request among others": func(ctx context.Context, w record.Tx) error {
			return w.PutRequest(ctx, requestOf("new"), requestOf("case-5-0"))
		},
		"a request twice": func(ctx context.Context, w record.Tx) error {
			return w.PutRequest(ctx, requestOf("new"), requestOf("new"))
		},
		"another's look-up among others": func(ctx context.Context, w record.Tx) error {
			other := viewOf("new", 1)
			other.Lookup = viewOf("case-5-0", 1).Lookup
			return w.PutView(ctx, viewOf("newer", 1), other)
		},
	} {
		fails(t, what, s.Update(t.Context(), func(w record.Tx) error { return put(t.Context(), w) }), fault.Conflict)
	}
	view(t, s, func(ctx context.Context, r record.Reader) error {
		for what, read := range map[string]func(handles []string) error{
			"views": func(handles []string) error { _, err := r.ViewsOf(ctx, handles); return err },
			"keys":  func(handles []string) error { _, err := r.KeysOf(ctx, handles); return err },
		} {
			fails(t, what+" of a handle that is no text", read([]string{"case-5-0", "a\x00b"}), fault.Invalid)
		}
		got, err := r.RequestsBy(ctx, [][32]byte{sum("new")})
		same(t, "what was refused", len(got), err, 0)
		return nil
	})
}

// byNumber orders case-5-10 after case-5-9.
func byNumber(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// enough is more than any page that an engine reads at a time.
const enough = 1000

func orders(t *testing.T, s record.Store) {
	grow(t, s, enough)
	var handles []string
	for i := range enough {
		handles = append(handles, fmt.Sprintf("h%06d", (i*7919)%enough))
	}
	update(t, s, func(ctx context.Context, w record.Tx) error {
		var err error
		for i, h := range handles {
			err = errors.Join(err, w.PutView(ctx, viewOf(h, 1)), w.PutKey(ctx, record.Key{Handle: h, Wrapped: []byte(h)}), w.PutRequest(ctx, requestOf(h)),
				w.PutIntent(ctx, ledger.Signed{Seq: int64(enough - i), Epoch: 1, At: at}))
		}
		return err
	})
	slices.Sort(handles)
	stop := errors.New("enough of that")
	check := func(ctx context.Context, r record.Reader) error {
		var gotViews, gotKeys []string
		err := r.EachView(ctx, func(v record.View) error {
			gotViews = append(gotViews, v.Handle)
			_, err := r.KeyOf(ctx, v.Handle) // nested
			return err
		})
		same(t, "the order of the views", gotViews, err, handles)
		err = r.EachKey(ctx, func(k record.Key) error { gotKeys = append(gotKeys, k.Handle); return nil })
		same(t, "the order of the keys", gotKeys, err, handles)
		var keys, seqs []string
		err = r.EachRequest(ctx, func(q record.Request) error { keys = append(keys, string(q.Key[:])); return nil })
		same(t, "the number of requests", len(keys), err, enough)
		if !slices.IsSorted(keys) {
			t.Error("the requests do not come in order of their keys")
		}
		err = r.EachCheckpoint(ctx, func(c ledger.Signed) error { seqs = append(seqs, fmt.Sprintf("%09d", c.Seq)); return nil })
		same(t, "the number of checkpoints", len(seqs), err, enough)
		if !slices.IsSorted(seqs) {
			t.Error("the checkpoints do not come in order of their numbers")
		}
		n := 0
		err = r.EachRow(ctx, 1, 10, func(row record.Row) error {
			if n++; n == 300 {
				return stop
			}
			return nil
		})
		if !errors.Is(err, stop) || n != 300 {
			t.Errorf("stopped after %d rows with %v", n, err)
		}
		return nil
	}
	view(t, s, check)
	update(t, s, func(ctx context.Context, w record.Tx) error {
		// What is replaced while it is read is replaced once.
		n := 0
		err := w.EachRow(ctx, 1, 0, func(r record.Row) error {
			n++
			return w.ReplaceSealed(ctx, r.Epoch, r.Index, append(r.Sealed, '!'))
		})
		same(t, "rows replaced while reading", n, err, enough)
		return check(ctx, w)
	})
}

func hostile(t *testing.T, s record.Store) {
	big := make([]byte, 8<<20)
	for i := range big {
		big[i] = byte(i)
	}
	update(t, s, func(ctx context.Context, w record.Tx) error {
		rows := []record.Row{row(1, 0, "käse ✓ '; DROP TABLE leaf; --", 1), row(1, 1, strings.Repeat("h", 1000), 1), row(1, 2, "big", 1), row(1, 3, "none", 1)}
		rows[2].Sealed, rows[3].Sealed = big, nil
		return w.PutRows(ctx, rows)
	})
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.RowAt(ctx, 1, 2)
		same(t, "a big value", string(got.Sealed) == string(big), err, true)
		got, err = r.RowAt(ctx, 1, 3)
		same(t, "an empty value", len(got.Sealed), err, 0)
		rows, err := r.CaseRows(ctx, "käse ✓ '; DROP TABLE leaf; --", 0)
		same(t, "a handle that looks like a command", len(rows), err, 1)
		for _, handle := range []string{"a\x00b", "a\xffb"} {
			_, err = r.ViewOf(ctx, handle)
			fails(t, "reading a handle that is no text", err, fault.Invalid)
		}
		return nil
	})
	for what, put := range map[string]func(ctx context.Context, w record.Tx) error{
		"a handle with a zero byte": func(ctx context.Context, w record.Tx) error {
			return w.PutRows(ctx, []record.Row{row(1, 9, "a\x00b", 1)})
		},
		"a handle that is not UTF-8": func(ctx context.Context, w record.Tx) error { return w.PutKey(ctx, record.Key{Handle: "a\xffb"}) },
		"an origin with a zero byte": func(ctx context.Context, w record.Tx) error {
			return w.PutEpoch(ctx, ledger.Epoch{N: 9, Origin: "\x00"})
		},
		"an index below zero":     func(ctx context.Context, w record.Tx) error { return w.PutRows(ctx, []record.Row{row(1, -1, "a", 1)}) },
		"an index beyond all":     func(ctx context.Context, w record.Tx) error { return w.PutLeaves(ctx, 1, 1<<41, entries(0, 1), nil) },
		"an index that overflows": func(ctx context.Context, w record.Tx) error { return w.PutLeaves(ctx, 1, 1<<63-1, entries(0, 1), nil) },
		"epoch zero":              func(ctx context.Context, w record.Tx) error { return w.PutHead(ctx, head(0, 1)) },
		"an epoch beyond all":     func(ctx context.Context, w record.Tx) error { return w.PutEpoch(ctx, ledger.Epoch{N: 1 << 30}) },
		"a node of level zero":    func(ctx context.Context, w record.Tx) error { return w.PutLeaves(ctx, 1, 0, nil, []ledger.Node{{}}) },
		"a node of a level beyond": func(ctx context.Context, w record.Tx) error {
			return w.PutLeaves(ctx, 1, 0, nil, []ledger.Node{{Level: 99}})
		},
		"a head of a size below zero": func(ctx context.Context, w record.Tx) error { return w.PutHead(ctx, ledger.Head{Epoch: 1, Size: -1}) },
	} {
		fails(t, what, s.Update(t.Context(), func(w record.Tx) error { return put(t.Context(), w) }), fault.Invalid)
	}
}
