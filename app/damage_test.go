package app

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"testing"

	"tocsin/internal/fault"
)

// A receipt whose stored checkpoint has a spoilt signature is not handed out: the
// keeper knows no keys, so that here is the place to look.
func TestASpoiltSignatureIsNotHandedOut(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	handle := told(t, a)
	if _, err := a.Receipt(t.Context(), handle, "e2", "", nil); err != nil {
		t.Fatalf("control, nothing spoilt: %v", err)
	}
	closed(t, a)
	db, err := sql.Open("sqlite", filepath.Join(dir, "tocsin.db"))
	if err != nil {
		t.Fatal(err)
	}
	var note []byte
	if err := db.QueryRow("SELECT note FROM checkpoint").Scan(&note); err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(note, []byte("\n\n")) + 60 // inside the base64 of the first signature
	note[at] = map[bool]byte{true: 'B', false: 'A'}[note[at] == 'A']
	if _, err := db.Exec("UPDATE checkpoint SET note = $1", note); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = begun(t, dir).Receipt(t.Context(), handle, "e2", "", nil)
	wantKind(t, err, fault.Internal, "damaged")
}
