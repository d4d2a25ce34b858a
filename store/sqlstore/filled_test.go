package sqlstore

import (
	"slices"
	"testing"
)

// Lists of handles have one of few lengths, whatever is in them: how many there are
// shows in no statement.
func TestListsAreFilled(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 2: 64, 63: 64, 64: 64, 65: 256, 256: 256, 257: 512, 1000: 1024} {
		list := make([]any, n)
		for i := range list {
			list[i] = i
		}
		got := filled(slices.Clone(list))
		if len(got) != want {
			t.Errorf("%d become %d, want %d", n, len(got), want)
		}
		for i, v := range got {
			if n > 0 && v != list[min(i, n-1)] {
				t.Errorf("%d of %d is %v", i, n, v)
			}
		}
	}
}
