package datadir

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/ledger"
)

// Guard keeps the marks of ledger.Guard in files: guard/high-water, and
// guard/diverged, which is there also while nothing has diverged. All are made
// with the directory, so a mark that is missing later is a mark that was lost.
// guard/history remembers how divergences came and went, for people.
type Guard struct{ d *Dir }

var _ ledger.Guard = Guard{}

// Guard gives the marks.
func (d *Dir) Guard() Guard { return Guard{d} }

const (
	waterKind    = "tocsin-high-water/1"
	divergedKind = "tocsin-diverged/1"
	historyKind  = "tocsin-history/1"

	noWater     = "none"
	notDiverged = "no"

	guardHelp = "nothing may be signed until it is known what was signed last: ask a witness or anybody who holds a receipt for the largest checkpoint of this log, put the file back from a copy of this directory that is no older, or go on under a new name with tocsin ledger new-epoch"
)

// mark is the high-water mark as the file has it.
type mark struct {
	Epoch    int       `json:"epoch"`
	Origin   string    `json:"origin"`
	Size     int64     `json:"size"`
	Root     tlog.Hash `json:"root"`
	Place    string    `json:"place"`
	At       time.Time `json:"at"`
	Restored bool      `json:"restored"`
	Hearsay  bool      `json:"hearsay,omitempty"`
}

// divergence is why nothing may be written.
type divergence struct {
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Water gives the high-water mark; fault.NotFound if none was ever set,
// fault.Forbidden if it is lost.
func (g Guard) Water() (ledger.Water, error) {
	g.d.marking.Lock()
	defer g.d.marking.Unlock()
	return g.water()
}

func (g Guard) water() (ledger.Water, error) {
	path := g.path("high-water")
	body, err := durable.ReadLine(path, waterKind, guardHelp)
	if err != nil {
		return ledger.Water{}, lostMark(err, path)
	}
	if body == noWater {
		return ledger.Water{}, &fault.Error{Kind: fault.NotFound, File: path, Message: "nothing was ever signed here"}
	}
	var m mark
	if err := strictJSON(body, &m); err != nil || m.Epoch < 1 || m.Size < 0 || m.Origin == "" {
		return ledger.Water{}, &fault.Error{Kind: fault.Forbidden, File: path, Message: "does not say what was signed last: " + guardHelp}
	}
	return ledger.Water(m), nil
}

// Raise replaces the mark, durably. It never goes down: fault.Conflict.
func (g Guard) Raise(w ledger.Water) error {
	g.d.marking.Lock()
	defer g.d.marking.Unlock()
	path := g.path("high-water")
	if err := isMark(w); err != nil {
		return err
	}
	old, err := g.water()
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err == nil {
		if why := descends(old, w); why != "" {
			return &fault.Error{Kind: fault.Conflict, File: path, Message: why}
		}
		if old.At.Equal(w.At) {
			w.At = old.At
		}
		if old == w {
			return nil
		}
	}
	return g.put(w)
}

func (g Guard) put(w ledger.Water) error {
	body, err := json.Marshal(mark(w))
	if err != nil {
		return fault.New(fault.Invalid, "the high-water mark can not be written: %v", err)
	}
	return durable.WriteFile(g.path("high-water"), []byte(durable.Line(waterKind, string(body))), 0o600)
}

// isMark refuses what no file of a mark could say.
func isMark(w ledger.Water) error {
	if w.Epoch < 1 || w.Size < 0 || w.Origin == "" {
		return fault.New(fault.Invalid, "epoch %d, size %d and origin %q are no high-water mark", w.Epoch, w.Size, w.Origin)
	}
	return nil
}

// Replace sets a mark where the present one is lost or torn, and remembers how
// that came about. It is for the ways out that a person takes: fault.Conflict
// if there is a readable mark, since that one may only rise.
func (g Guard) Replace(w ledger.Water, how string) error {
	g.d.marking.Lock()
	defer g.d.marking.Unlock()
	if err := isMark(w); err != nil {
		return err
	}
	if _, err := g.water(); fault.KindOf(err) != fault.Forbidden {
		return &fault.Error{Kind: fault.Conflict, File: g.path("high-water"), Message: "is whole, and a whole mark only rises"}
	}
	if err := g.remember("high-water mark replaced", how); err != nil {
		return err
	}
	// In one step: a mark that said for a moment that nothing was ever signed
	// would say so for good after a crash.
	return g.put(w)
}

// Abandon is the first step of the way out by a new epoch when the high-water
// mark is lost or torn: the log is diverged from then on, and the mark stands at
// the beginning of the last epoch that has keys, since how far that one came is
// what nobody knows. fault.Conflict if the mark is whole.
func (g Guard) Abandon(how string) error {
	if _, err := g.Water(); fault.KindOf(err) != fault.Forbidden {
		return &fault.Error{Kind: fault.Conflict, File: g.path("high-water"), Message: "is whole, and a whole mark only rises"}
	}
	last, err := g.d.lastEpoch()
	if err != nil {
		return err
	}
	empty, err := tlog.TreeHash(0, nil)
	if err != nil {
		return err
	}
	if err := g.Diverge("the high-water mark beside the database was lost: it is not known what was signed last"); err != nil {
		return err
	}
	return g.Replace(ledger.Water{Epoch: last, Origin: g.d.Origin(last), Root: empty, At: g.d.now().UTC(), Restored: true, Hearsay: true}, how)
}

// descends says why the mark may not be moved from old to w, "" if it may.
func descends(old, w ledger.Water) string {
	switch {
	case w.Epoch < old.Epoch:
		return fmt.Sprintf("stands at epoch %d and is not taken back to epoch %d", old.Epoch, w.Epoch)
	case w.Epoch > old.Epoch:
		return ""
	case w.Origin != old.Origin:
		return fmt.Sprintf("epoch %d has the origin %s, not %s", old.Epoch, old.Origin, w.Origin)
	case w.Size < old.Size:
		return fmt.Sprintf("stands at size %d of epoch %d and is not taken back to %d", old.Size, old.Epoch, w.Size)
	case w.Size == old.Size && w.Root != old.Root:
		return fmt.Sprintf("has another root at size %d of epoch %d: that would be a fork of the log", old.Size, old.Epoch)
	}
	return ""
}

// Diverged gives the reason for which nothing may be written, "" if none.
func (g Guard) Diverged() (reason string, err error) {
	g.d.marking.Lock()
	defer g.d.marking.Unlock()
	v, err := g.diverged()
	return v.Reason, err
}

func (g Guard) diverged() (divergence, error) {
	path := g.path("diverged")
	body, err := durable.ReadLine(path, divergedKind, guardHelp)
	if err != nil {
		return divergence{}, lostMark(err, path)
	}
	if body == notDiverged {
		return divergence{}, nil
	}
	var v divergence
	if err := strictJSON(body, &v); err != nil || v.Reason == "" {
		return divergence{}, &fault.Error{Kind: fault.Forbidden, File: path, Message: "does not say whether the log has diverged: " + guardHelp}
	}
	return v, nil
}

// Diverge sets the reason. If there is one already, the first one stays. A
// mark that is torn is replaced: that it diverged is the safe thing to say.
func (g Guard) Diverge(reason string) error {
	g.d.marking.Lock()
	defer g.d.marking.Unlock()
	if reason == "" {
		reason = "no reason was given"
	}
	if v, err := g.diverged(); err == nil && v.Reason != "" {
		return nil
	}
	body, err := json.Marshal(divergence{reason, g.d.now().UTC()})
	if err != nil {
		return fault.New(fault.Invalid, "the reason can not be written: %v", err)
	}
	if err := durable.WriteFile(g.path("diverged"), []byte(durable.Line(divergedKind, string(body))), 0o600); err != nil {
		return err
	}
	return g.remember("diverged", reason)
}

// Clear ends the divergence, and remembers how it ended, before it ends.
func (g Guard) Clear(how string) error {
	g.d.marking.Lock()
	defer g.d.marking.Unlock()
	v, err := g.diverged()
	if err != nil {
		return err
	}
	if v.Reason == "" {
		return nil
	}
	if err := g.remember("cleared", how); err != nil {
		return err
	}
	return durable.WriteFile(g.path("diverged"), []byte(durable.Line(divergedKind, notDiverged)), 0o600)
}

// remember adds a line for people. It is no mark: nothing is decided by it.
func (g Guard) remember(what, text string) error {
	body, err := json.Marshal(struct {
		At   time.Time `json:"at"`
		What string    `json:"what"`
		Text string    `json:"text"`
	}{g.d.now().UTC(), what, text})
	if err != nil {
		return fault.New(fault.Invalid, "the history can not be written: %v", err)
	}
	return durable.Append(g.path("history"), []byte(durable.Line(historyKind, string(body))))
}

func (g Guard) path(name string) string { return g.d.at("guard", name) }

// makeGuard makes the marks of a directory that is being made.
func (d *Dir) makeGuard() error {
	for name, text := range map[string]string{
		"high-water": durable.Line(waterKind, noWater),
		"diverged":   durable.Line(divergedKind, notDiverged),
		"erasures":   string(formatErasures(nil)),
	} {
		err := durable.CreateFile(d.at("guard", name), []byte(text), 0o600)
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return nil
}

// checkMarks reads all marks once, so that a lost one is told at start. A torn
// mark still lets the directory be opened, for reading and for a way out.
func (d *Dir) checkMarks() error {
	for _, name := range []string{"high-water", "diverged", "erasures"} {
		if err := durable.Private(d.at("guard", name), false); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	return nil
}

// lostMark turns the absence of a mark into its loss.
func lostMark(err error, path string) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	return &fault.Error{Kind: fault.Forbidden, File: path, Message: "is gone: " + guardHelp}
}

func strictJSON(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something follows")
	}
	return nil
}
