package webui

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"tocsin/receipt"
)

// Ledger is what the public page of the ledger needs.
type Ledger interface {
	// Ledger gives the public state of the log: only what a published checkpoint
	// covers, and the keys.
	Ledger(ctx context.Context) (LedgerState, error)
}

// LedgerState is what anybody may know of the log.
type LedgerState struct {
	Origin     string
	Epoch      int
	Keys       []string    // verifier keys of this epoch
	OldKeys    []string    // of earlier epochs
	Checkpoint *Checkpoint // nil: nothing was published yet
	Witnesses  []Witness
	Quorum     string // name in the policy; "none" asks for no witness
	Authority  bool   // a time-stamp authority is asked
	Sound      bool   // the guard has found no contradiction
}

// Checkpoint is the newest published one.
type Checkpoint struct {
	Size     int64
	Root     string // base64
	At       time.Time
	Cosigned []string // names of the witnesses
	Stamps   int
	Note     string
}

// Witness is one that the operator's policy names.
type Witness struct{ Name, Key string }

// ledgerView is what the template sees.
type ledgerView struct {
	LedgerState
	KeyText string // what the box of keys is filled with
	Slots   string // JSON of the field names, for the script
	Words   string // JSON of what the script says, by name
}

// Outside tells whether somebody outside can vouch for a time.
func (l ledgerView) Outside() bool { return len(l.Witnesses) > 0 || l.Authority }

// ledgerWords are the sentences of static/receipt.js, which puts arguments into
// their braces.
var ledgerWords = []string{
	"ledger.js.proved", "ledger.js.not-proved", "ledger.js.nothing-relied", "ledger.js.never-proved",
	"ledger.js.no-time", "ledger.js.no-others", "ledger.js.own-clock", "ledger.js.own-clock-hidden",
	"ledger.js.not-later", "ledger.js.witnesses-named",
	"ledger.js.cosigned-no-time", "ledger.js.mldsa-unchecked", "ledger.js.stamps-unchecked", "ledger.js.quorum-unchecked",
	"ledger.js.record-prev", "ledger.js.record-event", "ledger.js.no-field", "ledger.js.absent",
	"ledger.js.unknown-keys", "ledger.js.no-crypto", "ledger.js.same-operator", "ledger.js.skew",
	"ledger.js.reading", "ledger.js.why-too-large", "ledger.js.why-not-a-receipt", "ledger.js.why-damaged",
	"ledger.js.why-no-keys", "ledger.js.why-other-format", "ledger.js.why-nothing-opened", "ledger.js.why-unknown-field",
	"ledger.js.why-other-log", "ledger.js.why-bad-signature", "ledger.js.why-not-signed", "ledger.js.why-not-in-log",
	"ledger.js.why-stray-record",
}

func (s *Site) ledgerPage(v *visit) error {
	if err := v.need(v.o.Ledger != nil, v.t("ledger.title")); err != nil {
		return err
	}
	state, err := v.o.Ledger.Ledger(v.ctx())
	if err != nil {
		return err
	}
	slots, err := json.Marshal(receipt.FieldNames())
	if err != nil {
		return err
	}
	words := map[string]string{}
	for _, key := range ledgerWords {
		words[strings.TrimPrefix(key, "ledger.js.")] = v.t(key)
	}
	said, err := json.Marshal(words)
	if err != nil {
		return err
	}
	d := ledgerView{LedgerState: state, Slots: string(slots), Words: string(said)}
	lines := append(append([]string{}, state.Keys...), state.OldKeys...)
	for _, w := range state.Witnesses {
		lines = append(lines, w.Key)
	}
	d.KeyText = strings.Join(lines, "\n")
	return v.show("ledger", v.t("ledger.title"), "ledger", d)
}
