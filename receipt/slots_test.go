package receipt

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// The names that the first release committed to, hashed in their order. A name
// may be added at the end of the table, never changed before this many.
const (
	frozenSlots = 83
	frozenNames = "9b6e368f863e9c1f956f48ae9f32f792bd8f204e9db07e083be7d6a298feefd3"
)

// Every commitment ever made holds slot numbers: the table is frozen.
func TestSlotsAreFrozen(t *testing.T) {
	names := FieldNames()
	if len(names) < frozenSlots {
		t.Fatalf("the table has %d names; the first release had %d, and none may go", len(names), frozenSlots)
	}
	sum := sha256.Sum256([]byte(strings.Join(names[:frozenSlots], "\n")))
	if got := hex.EncodeToString(sum[:]); got != frozenNames {
		t.Errorf("the first %d names have the hash %s, not %s: a name was moved, renamed or reused", frozenSlots, got, frozenNames)
	}
}

func TestSlotNamesAreDistinctAndFit(t *testing.T) {
	if len(slots) > Slots {
		t.Fatalf("%d names do not fit %d slots", len(slots), Slots)
	}
	if Slots&(Slots-1) != 0 {
		t.Fatalf("%d is no power of two", Slots)
	}
	seen := map[string]bool{}
	for i, name := range slots {
		if name == "" || seen[name] {
			t.Errorf("slot %d: the name %q is empty or not the first of its kind", i, name)
		}
		seen[name] = true
		if got, ok := SlotOf(name); !ok || got != i {
			t.Errorf("SlotOf(%q) = %d, %t; want %d", name, got, ok, i)
		}
	}
	if _, ok := SlotOf("no-such-field"); ok {
		t.Error("a made-up name has a slot")
	}
	if got := FieldNames(); len(got) != len(slots) || got[0] != "entry" {
		t.Errorf("FieldNames gives %d names, the first %q", len(got), got[0])
	}
	FieldNames()[0] = "changed"
	if slots[0] != "entry" {
		t.Error("the table can be changed through FieldNames")
	}
}
