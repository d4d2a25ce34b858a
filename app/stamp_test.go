package app

import (
	"crypto/rand"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/receipt"
	"tocsin/receipt/rfc3161/tsatest"
)

// A time-stamp authority gives the receipt a time; another one's root gives none,
// and an authority that is away stops nothing.
func TestAStampGivesATime(t *testing.T) {
	now := time.Now()
	authority, err := tsatest.New(rand.Reader, now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := tsatest.New(rand.Reader, now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		query, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		answer, err := authority.Respond(query, now)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/timestamp-reply")
		if _, err := w.Write(answer); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	dir := folder(t)
	a := begun(t, dir)
	handle := told(t, a)
	roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Root.Raw})
	if err := a.SetOutside(OutsideTime{TSA: server.URL, Roots: []byte("no roots")}); err == nil {
		t.Error("an authority without a root was taken")
	}
	if err := a.SetOutside(OutsideTime{TSA: server.URL, Roots: roots}); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	a = begun(t, dir)
	p, err := a.Receipt(t.Context(), handle, "e2", "", nil)
	if err != nil || asked != 1 {
		t.Fatal(asked, err)
	}
	policy, err := receipt.KeysPolicy(a.keys())
	if err != nil {
		t.Fatal(err)
	}
	if v := receipt.Verify(p, policy, receipt.Options{Roots: authority.Roots()}); !v.Proved || v.NotLater.IsZero() || v.NotLater.Sub(now).Abs() > 2*time.Second {
		t.Errorf("%+v", v)
	}
	for _, o := range []receipt.Options{{}, {Roots: stranger.Roots()}} {
		v := receipt.Verify(p, policy, o)
		if !v.Proved || !v.NotLater.IsZero() || !strings.Contains(strings.Join(v.Lines(), "\n"), "no outside time is proved") {
			t.Errorf("%+v", v)
		}
	}
	s, err := a.Status(t.Context())
	if err != nil || !s.OutsideTime || s.Checkpoint.Stamps != 1 || s.TSA != server.URL {
		t.Errorf("%+v, %v", s, err)
	}

	server.Close()
	if err := more(t, a, handle, "acknowledged by=vendor re=e2"); err != nil {
		t.Error(err)
	}
	r, err := a.Publish(t.Context())
	if err != nil || len(r.Stamps) != 0 || len(r.Missing) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := a.Receipt(t.Context(), handle, "", "", nil); err != nil {
		t.Error(err)
	}
}
