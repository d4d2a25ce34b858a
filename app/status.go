package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// Status is the state of the log, as far as it can be told without an audit.
type Status struct {
	Data     string   `json:"data"`
	Database string   `json:"database"` // its place; never an address with a password
	Origin   string   `json:"origin"`
	Epoch    int      `json:"epoch"`
	Size     int64    `json:"size"`
	Root     string   `json:"root"` // base64
	Keys     []string `json:"keys"` // verifier keys of the newest epoch
	OldKeys  []string `json:"old_keys"`

	Checkpoint  *Published `json:"checkpoint"` // null: none was ever published
	Unpublished int64      `json:"unpublished"`
	Oldest      *time.Time `json:"oldest_unpublished"` // when the first record that no checkpoint covers was kept

	Witnesses   []WitnessLine `json:"witnesses"`
	Quorum      string        `json:"quorum"`       // name in the policy; "none" asks for no witness
	TSA         string        `json:"tsa"`          // address of the time-stamp authority, "by files", or "" for none
	OutsideTime bool          `json:"outside_time"` // something outside is set up that can give a time

	State  string `json:"state"`            // "sound", "read-only", "diverged", or "unknown" if it could not be told
	Reason string `json:"reason,omitempty"` // why, where it is not sound
}

// Published is the last checkpoint.
type Published struct {
	Size     int64     `json:"size"`
	Root     string    `json:"root"`
	At       time.Time `json:"at"` // the operator's own clock
	Cosigned []string  `json:"cosigned"`
	Stamps   int       `json:"stamps"`
	Note     string    `json:"note"`
}

// WitnessLine is a witness of the policy.
type WitnessLine struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	Key  string `json:"key"`
}

// Status looks at the log.
func (a *App) Status(ctx context.Context) (Status, error) {
	s, head, err := a.status(ctx)
	if err == nil && s.Unpublished > 0 {
		s.Oldest = a.oldest(ctx, head.Epoch, head.Size-s.Unpublished, head.Size)
	}
	return s, err
}

// publicStatus is the same without what nobody outside may know, and without
// opening an entry.
func (a *App) publicStatus(ctx context.Context) (Status, error) {
	s, _, err := a.status(ctx)
	s.Unpublished, s.Data, s.Database = 0, "", ""
	return s, err
}

func (a *App) status(ctx context.Context) (Status, ledger.Head, error) {
	s := Status{
		Data: a.dir.Path(), Database: a.db.Place(), Keys: []string{}, OldKeys: []string{}, Witnesses: []WitnessLine{}, Quorum: "none",
		TSA: a.tsaName(), State: "sound",
	}
	var head ledger.Head
	ended := map[string]bool{} // origins of earlier epochs
	err := a.db.ViewLog(ctx, func(r ledger.Reader) (err error) {
		if head, err = r.Head(ctx); err != nil {
			return err
		}
		epochs, err := r.Epochs(ctx)
		if err != nil {
			return err
		}
		s.Epoch, s.Size = head.Epoch, head.Size
		root := head.Root()
		s.Root = base64.StdEncoding.EncodeToString(root[:])
		if n := len(epochs); n > 0 {
			s.Origin = epochs[n-1].Origin
			for _, e := range epochs[:n-1] {
				ended[e.Origin] = true
			}
		}
		last, err := r.LastCheckpoint(ctx, ledger.Published)
		switch {
		case err == nil:
			s.Checkpoint, err = a.published(last)
		case fault.KindOf(err) == fault.NotFound:
			err = nil
		}
		if err != nil {
			return err
		}
		covered := int64(0)
		if s.Checkpoint != nil && last.Epoch == head.Epoch {
			covered = last.Size
		}
		s.Unpublished = head.Size - covered
		return nil
	})
	if fault.KindOf(err) == fault.NotFound && err != nil {
		err = nil // a log that has not begun
	}
	if err != nil {
		return s, head, err
	}
	for _, k := range a.keys() {
		switch name := k.Name(); {
		case name == s.Origin:
			s.Keys = append(s.Keys, k.String())
		case ended[name]: // others were made for an epoch that never began, or will begin
			s.OldKeys = append(s.OldKeys, k.String())
		}
	}
	if p := a.outside.Policy; p != nil {
		s.Quorum = p.Quorum()
		for _, w := range p.Witnesses() {
			s.Witnesses = append(s.Witnesses, WitnessLine{w.Name, w.URL, w.Key.String()})
		}
	}
	s.OutsideTime = len(s.Witnesses) > 0 || s.TSA != ""
	s.State, s.Reason, err = a.state(ctx)
	return s, head, err
}

// state asks the guard without changing anything that it would not change at
// the next command anyway.
func (a *App) state(ctx context.Context) (state, reason string, err error) {
	err = a.look(ctx)
	switch {
	case err == nil:
		return "sound", "", nil
	case fault.KindOf(err) != fault.Forbidden:
		return "unknown", err.Error(), err
	}
	if why, gerr := a.dir.Guard().Diverged(); gerr == nil && why != "" {
		return "diverged", why, nil
	}
	return "read-only", strings.TrimPrefix(err.Error(), ledger.ReadOnly), nil
}

// look is what the guard says to somebody who wants to write.
func (a *App) look(ctx context.Context) error {
	return a.db.ViewLog(ctx, func(r ledger.Reader) error { return a.watch.Check(ctx, r, a.db.Place()) })
}

// Trouble says in a sentence why nothing may be written, "" if something may. It
// is for whoever only reads, and would not be told otherwise.
func (a *App) Trouble(ctx context.Context) string {
	err := a.look(ctx)
	if err == nil || ctx.Err() != nil {
		return ""
	}
	return ledger.ReadOnly + strings.TrimPrefix(err.Error(), ledger.ReadOnly)
}

// published says whose signatures a checkpoint has; those that do not verify
// are an error, for they were verified before they were stored.
func (a *App) published(c ledger.Signed) (*Published, error) {
	p := &Published{
		Size: c.Size, Root: base64.StdEncoding.EncodeToString(c.Root[:]), At: c.At.UTC(),
		Cosigned: []string{}, Stamps: len(c.Stamps), Note: string(c.Note),
	}
	if a.outside.Policy == nil {
		return p, nil
	}
	note, err := receipt.ParseNote(c.Note)
	if err != nil {
		return nil, err
	}
	var keys []receipt.Key
	for _, w := range a.outside.Policy.Witnesses() {
		keys = append(keys, w.Key)
	}
	verified, err := note.Verify(keys)
	if err != nil {
		return nil, err
	}
	for _, v := range verified {
		p.Cosigned = append(p.Cosigned, v.Key.Name())
	}
	return p, nil
}

// oldest is when the first record was kept that no checkpoint covers; nil if it
// cannot be told. Fillers have no time.
func (a *App) oldest(ctx context.Context, epoch int, from, to int64) *time.Time {
	for i := from; i < min(to, from+1000); i++ {
		d, err := a.keeper.OpenLeaf(ctx, epoch, i)
		if err != nil {
			return nil
		}
		var t time.Time
		if text, ok := d.Value("recorded-at"); ok && json.Unmarshal([]byte(text), &t) == nil {
			return &t
		}
	}
	return nil
}
