package webui

import (
	"context"
	"strings"
	"testing"
	"time"
)

// someLedger has a checkpoint, two witnesses and a key.
type someLedger struct{}

func (someLedger) Ledger(context.Context) (LedgerState, error) {
	return LedgerState{
		Origin: "tocsin.example.org/ledger/1", Epoch: 1, Keys: []string{"tocsin.example.org/ledger/1+fd35a89e+" + strings.Repeat("A", 60), "tocsin.example.org/ledger/1+5e22af61+" + strings.Repeat("B", 2600)},
		OldKeys:    []string{"tocsin.example.org/ledger/0+00000001+" + strings.Repeat("C", 60)},
		Checkpoint: &Checkpoint{Size: 1234567, Root: "7nQmXCO/egkEdkkudfExy2p5T+1Qfup2ZRaEjnnD2JU=", At: time.Date(2026, 11, 23, 8, 59, 0, 0, time.UTC), Cosigned: []string{"witness.example.net"}, Stamps: 1},
		Witnesses:  []Witness{{"witness.example.net", "witness.example.net+0badcafe+" + strings.Repeat("D", 44)}}, Quorum: "quorum", Authority: true, Sound: true,
	}, nil
}

// bareLedger has published nothing, has no witness, and its guard has found
// something.
type bareLedger struct{}

func (bareLedger) Ledger(context.Context) (LedgerState, error) {
	return LedgerState{Origin: "tocsin.example.org/ledger/1", Keys: []string{"tocsin.example.org/ledger/1+fd35a89e+AAAA"}, Quorum: "none"}, nil
}

// TestTheLedgerSaysWhatIsNotProved: without a witness it says that no outside
// time is proved, and a contradiction is not hidden.
func TestTheLedgerSaysWhatIsNotProved(t *testing.T) {
	f := newFake()
	f.ledger = bareLedger{}
	page := ask(t, f.site(t), "", "en", "/ledger", nil).Body.String()
	for _, want := range []string{"No outside time is proved", "tocsin verify receipt.tlog-proof"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	f.ledger = someLedger{}
	page = ask(t, f.site(t), "", "en", "/ledger", nil).Body.String()
	for _, want := range []string{"1,234,567", "7nQmXCO/egkEdkkudfExy2p5T", "witness.example.net", "tocsin.example.org/ledger/0"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
