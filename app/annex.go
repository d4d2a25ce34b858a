package app

import (
	"tocsin/annex"
	"tocsin/cabinet"
	"tocsin/escalation"
)

// annex takes the platform's own documents and the seats along in backup and
// restore. Whoever restores signs in anew, and makes API tokens anew: one that was
// ended since would be good again. The key of the cabinet is read when it
// is needed first: a command that only looks at cases does without its identity,
// which may lie elsewhere.
func (a *App) annex() *annex.Annex {
	return annex.New(func() (*cabinet.Cabinet, error) {
		key, err := a.dir.CabinetKey()
		if err != nil {
			return nil, err
		}
		return cabinet.New(a.db, cabinet.Options{Key: key, Rand: a.o.Rand}), nil
	}, escalation.Keys(a.dir.LookupKey()), "session", "link", "token")
}
