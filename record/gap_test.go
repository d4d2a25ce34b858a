package record

import (
	"testing"
)

// What a note claims to be lost is bounded, and nothing but a note claims it.
func TestLostBefore(t *testing.T) {
	for name, x := range map[string]struct {
		v    Values
		want int64
	}{
		"a gap":         {Values{"entry": text(entryNote), "body": []byte(`{"kind":"gap","lost":3}`)}, 3},
		"another note":  {Values{"entry": text(entryNote), "body": []byte(`{"kind":"clock-accepted"}`)}, 0},
		"an event":      {Values{"entry": text(entryEvent), "body": []byte(`{"lost":3}`)}, 0},
		"no body":       {Values{"entry": text(entryNote)}, 0},
		"negative":      {Values{"entry": text(entryNote), "body": []byte(`{"lost":-1}`)}, 0},
		"beyond all":    {Values{"entry": text(entryNote), "body": []byte(`{"lost":9223372036854775807}`)}, 0},
		"not a number":  {Values{"entry": text(entryNote), "body": []byte(`{"lost":"3"}`)}, 0},
		"nothing there": {Values{}, 0},
	} {
		if got := lostBefore(x.v); got != x.want {
			t.Errorf("%s: %d", name, got)
		}
	}
}

// Neither a sequence nor a receipt's number nor an event's id is given twice,
// wherever the lost records were: the numbers after a gap are beyond all that
// could have been given before it.
func TestNumbersAfterAGap(t *testing.T) {
	c := newChain("h")
	numbers := map[string]int64{"acme": 2}
	if n := c.given(numbers, "acme"); n != 2 {
		t.Error(n)
	}
	c.lost = 5
	skip(numbers, 5)
	if n := c.given(numbers, "acme"); n != 7 {
		t.Errorf("a party with receipts goes on after %d", n)
	}
	if n := c.given(numbers, "vendor"); n != 5 {
		t.Errorf("a party that may have had receipts goes on after %d", n)
	}
	numbers["vendor"] = 6
	c.lost += 3
	skip(numbers, 3)
	if a, v := c.given(numbers, "acme"), c.given(numbers, "vendor"); a != 10 || v != 9 {
		t.Errorf("after a second gap: %d, %d", a, v)
	}
	s := newState("h")
	s.lost = 4
	if id := s.nextEvent(); id != "e5" {
		t.Error(id)
	}
}
