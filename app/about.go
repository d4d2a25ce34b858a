package app

import (
	"context"
	"runtime/debug"
	"time"

	"tocsin/calendar"
	"tocsin/ledger"
	"tocsin/plan"
	"tocsin/receipt"
	"tocsin/receipt/rfc3161"
	"tocsin/webui"
)

// Version is that of the program: of its module, or of the commit it was built of.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return "devel"
}

// about is what the page of the platform shows.
func (p *Platform) about(ctx context.Context) (webui.Platform, error) {
	s, err := p.app.Status(ctx)
	if err != nil {
		return webui.Platform{}, err
	}
	out := webui.Platform{
		Version: Version(), Engine: plan.Engine, Rulebook: p.parts.book.Digest, Holidays: calendar.HolidayDigest(), Zones: calendar.ZoneData(),
		Store: "sqlite", Started: p.began, Log: s.Origin, Size: s.Size, Diverged: s.State == "diverged" || s.State == "read-only",
	}
	if p.app.o.Database != "" {
		out.Store = "postgres"
	}
	if s.Checkpoint != nil {
		out.Published = s.Checkpoint.At
		out.Witnesses = cosigners(s)
		if out.OutsideTime, err = p.app.outsideTime(ctx); err != nil {
			return webui.Platform{}, err
		}
	}
	for _, a := range secondPerson {
		out.SecondPerson = append(out.SecondPerson, string(a))
	}
	return out, nil
}

// cosigners are the witnesses of the policy, with what each signed last as far as
// the last checkpoint shows.
func cosigners(s Status) (out []webui.Cosigner) {
	for _, w := range s.Witnesses {
		line := webui.Cosigner{Name: w.Name}
		for _, name := range s.Checkpoint.Cosigned {
			if name == w.Name {
				line.Last, line.Size = s.Checkpoint.At, s.Checkpoint.Size
			}
		}
		out = append(out, line)
	}
	return out
}

// outsideTime is the latest time that somebody outside has put to the last
// checkpoint; zero if nobody has.
func (a *App) outsideTime(ctx context.Context) (latest time.Time, err error) {
	var last ledger.Signed
	err = a.db.ViewLog(ctx, func(r ledger.Reader) (err error) {
		last, err = r.LastCheckpoint(ctx, ledger.Published)
		return err
	})
	if err != nil {
		return latest, err
	}
	note, err := receipt.ParseNote(last.Note)
	if err != nil {
		return latest, err
	}
	if a.outside.Policy != nil {
		var keys []receipt.Key
		for _, w := range a.outside.Policy.Witnesses() {
			keys = append(keys, w.Key)
		}
		verified, err := note.Verify(keys)
		if err != nil {
			return latest, err
		}
		for _, v := range verified {
			if v.Time.After(latest) {
				latest = v.Time
			}
		}
	}
	for _, der := range last.Stamps {
		if s, err := rfc3161.Verify(der, note.Text, nil, a.outside.Roots); err == nil && s.Time.After(latest) {
			latest = s.Time
		}
	}
	return latest, nil
}
