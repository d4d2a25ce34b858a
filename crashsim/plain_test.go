package crashsim

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
)

// plainDSN is a database in write-ahead mode.
func plainDSN(dir, synchronous string) string {
	return "file:" + dir + "/plain.db?_txlock=immediate&_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + synchronous + ")&_pragma=wal_autocheckpoint(20)"
}

// plainLife runs one boot on the disk: it checks that every acknowledged row of
// the boots before is there, then adds rows until the power fails. It returns
// how many of the acknowledged rows were lost, and whether the file was sound.
func plainLife(t *testing.T, d *Disk, synchronous string, rnd *rand.Rand, acked map[int64]string) (lost int, sound bool) {
	t.Helper()
	dir := d.Boot(Plan{CutAt: 1 + rnd.Int64N(400)})
	db, err := sql.Open(Driver, plainDSN(dir, synchronous))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(2)
	defer func() {
		db.Close()
		d.Cut()
		if err := d.Release(); err != nil {
			t.Fatal(err)
		}
	}()
	ctx := context.Background()
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"); err != nil {
		if !d.Off() {
			return 0, false
		}
		return 0, true
	}
	var verdict string
	switch err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict); {
	case d.Off():
		return 0, true
	case err != nil || verdict != "ok":
		return 0, false
	}
	for id, want := range acked {
		var got string
		err := db.QueryRowContext(ctx, "SELECT text FROM row WHERE id = $1", id).Scan(&got)
		if d.Off() {
			return 0, true
		}
		if err != nil || got != want {
			lost++
			delete(acked, id)
		}
	}
	var last int64
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM row").Scan(&last); err != nil {
		return lost, d.Off()
	}
	for n := last + 1; ; n++ {
		text := fmt.Sprintf("row %d of %x", n, rnd.Uint64())
		if _, err := db.ExecContext(ctx, "INSERT INTO row VALUES ($1, $2)", n, text); err != nil {
			if !d.Off() {
				t.Fatalf("no power cut, and yet: %v", err)
			}
			return lost, true
		}
		acked[n] = text
	}
}

// plainLives runs many boots, with a fresh disk every tenth, and sums up.
func plainLives(t *testing.T, boots int, synchronous string, lies bool) (acked, lost, corrupt int) {
	t.Helper()
	seed := seed(t)
	rnd := rand.New(rand.NewPCG(seed, 1))
	var d *Disk
	var have map[int64]string
	for i := range boots {
		if i%10 == 0 || d == nil {
			acked += len(have)
			d, have = NewDisk(seed+uint64(i)), map[int64]string{}
			d.NoSync = lies
		}
		n, sound := plainLife(t, d, synchronous, rnd, have)
		lost += n
		if !sound {
			corrupt++
			acked += len(have)
			d, have = nil, nil
		}
	}
	return acked + len(have) + lost, lost, corrupt
}

// TestSimulatorKnowsSQLite runs SQLite alone on the disk: what SQLite promises
// it keeps here, and what it does not promise is lost here.
func TestSimulatorKnowsSQLite(t *testing.T) {
	acked, lost, corrupt := plainLives(t, 100, "FULL", false)
	t.Logf("synchronous=FULL: %d acknowledged, %d lost, %d corrupt", acked, lost, corrupt)
	if lost > 0 || corrupt > 0 || acked < 500 {
		t.Errorf("synchronous=FULL: %d acknowledged, %d lost, %d corrupt", acked, lost, corrupt)
	}
	acked, lost, corrupt = plainLives(t, 60, "NORMAL", false)
	t.Logf("control, synchronous=NORMAL: %d acknowledged, %d lost, %d corrupt", acked, lost, corrupt)
	if lost == 0 || corrupt > 0 {
		t.Errorf("control, synchronous=NORMAL: %d acknowledged, %d lost (want some), %d corrupt (want none)", acked, lost, corrupt)
	}
	acked, lost, corrupt = plainLives(t, 60, "FULL", true)
	t.Logf("control, disk without sync: %d acknowledged, %d lost, %d corrupt", acked, lost, corrupt)
	if lost+corrupt == 0 {
		t.Errorf("control, disk without sync: %d acknowledged and nothing lost", acked)
	}
}
