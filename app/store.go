package app

import (
	"context"

	"tocsin/cabinet"
	"tocsin/coordination"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
	"tocsin/store/postgres"
	"tocsin/store/sqlite"
)

// database is what both engines give.
type database interface {
	record.Store
	ledger.Store
	cabinet.Store
	escalation.Store
	coordination.SeatStore
	figureStore
	// Place names the database; see ledger.Watch.Check.
	Place() string
	// TrySigner takes the right to publish.
	TrySigner(ctx context.Context) (release func(), ok bool, err error)
}

// openDatabase opens the embedded store in the directory, or the server.
func (a *App) openDatabase(ctx context.Context, look func(context.Context, ledger.Reader, string) error) error {
	onConnect := func(ctx context.Context, r record.Reader, place string) error { return look(ctx, r, place) }
	if look == nil {
		onConnect = nil
	}
	var err error
	if a.o.Database == "" {
		a.db, err = openSQLite(ctx, sqlite.Options{Path: a.dir.Database(), OnConnect: onConnect, Statements: a.o.Statements, Failed: a.databaseFailed})
	} else {
		a.db, err = openPostgres(ctx, postgres.Options{URL: a.o.Database, OnConnect: onConnect, Statements: a.o.Statements, Failed: a.databaseFailed})
	}
	if err != nil {
		return err
	}
	a.ends = append(a.ends, a.db.Close)
	return nil
}

// databaseFailed passes on what the database could not do. Whoever asked hears it
// in any case.
func (a *App) databaseFailed(err error) {
	if tell := a.failed.Load(); tell != nil {
		(*tell)(err)
	}
}

// These two keep a nil pointer from becoming an interface that is not nil.
func openSQLite(ctx context.Context, o sqlite.Options) (database, error) {
	s, err := sqlite.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openPostgres(ctx context.Context, o postgres.Options) (database, error) {
	s, err := postgres.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// begin opens the first epoch of a log that has none. A directory whose mark
// says that more was signed than nothing, or names the database in which the log
// was begun, has lost that one: the watch says so when something is to be written.
func (a *App) begin(ctx context.Context) error {
	if a.o.ReadOnly {
		return nil // an empty log can be looked at
	}
	var epochs []ledger.Epoch
	err := a.db.ViewLog(ctx, func(r ledger.Reader) (err error) {
		epochs, err = r.Epochs(ctx)
		return err
	})
	if err != nil || len(epochs) > 0 {
		return err
	}
	w, err := a.dir.Guard().Water()
	if err == nil && (w.Epoch != 1 || w.Size > 0 || w.Place != "") || err != nil && fault.KindOf(err) != fault.NotFound {
		return nil
	}
	_, err = record.OpenEpoch(ctx, a.db, a.recordOptions(), a.watch, a.dir.Base(), record.EpochOpening{})
	a.began = err == nil
	return err
}
