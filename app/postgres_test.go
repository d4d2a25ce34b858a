package app

import (
	"bytes"
	"strings"
	"testing"

	"tocsin/internal/fault"
	"tocsin/internal/testkit/pgtest"
	"tocsin/receipt"
)

// The same story on a server: kept, published, receipted, backed up, restored
// into the embedded store with the same root.
func TestTheSameOnPostgreSQL(t *testing.T) {
	dir, url := folder(t), pgtest.Database(t)
	a, err := Open(t.Context(), Options{DataDir: dir, Database: url, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, a) })
	handle := told(t, a)
	if err := more(t, a, handle, "acknowledged by=vendor re=e2"); err != nil {
		t.Fatal(err)
	}
	proof, err := a.Receipt(t.Context(), handle, "e2", "", []string{"text"})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := receipt.KeysPolicy(a.keys())
	if err != nil {
		t.Fatal(err)
	}
	if v := receipt.Verify(proof, policy, receipt.Options{}); !v.Proved {
		t.Errorf("%+v", v)
	}
	s, err := a.Status(t.Context())
	if err != nil || s.State != "sound" || !strings.HasPrefix(s.Database, "postgresql:") {
		t.Errorf("%+v, %v", s, err)
	}
	if r, err := a.Audit(t.Context(), nil); err != nil || !r.Sound() {
		t.Errorf("%+v, %v", r, err)
	}

	// Another folder has neither the keys nor the marks of this database.
	b, err := Open(t.Context(), Options{DataDir: folder(t), Database: url, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, more(t, b, handle, "commented by=acme"), fault.Forbidden, "read-only")
	if _, err := b.Keeper().Load(t.Context(), handle); err == nil {
		t.Error("a stranger's folder read the case")
	}
	closed(t, b)

	p := newPair(t)
	r, err := Restore(t.Context(), Options{DataDir: folder(t)}, bytes.NewReader(backedUp(t, a, p)), p.id)
	if err != nil || r.Status.Root != s.Root || r.Status.Size != s.Size {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAServerThatIsNotThere(t *testing.T) {
	_, err := Open(t.Context(), Options{DataDir: folder(t), Create: true, Database: "postgres://nobody:geheim@127.0.0.1:1/x"})
	if err == nil || fault.KindOf(err) != fault.Unavailable || strings.Contains(err.Error(), "geheim") {
		t.Errorf("%v", err)
	}
}
