package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/witness"
)

// serving runs the platform on loopback and gives its address and how it ended.
func serving(t *testing.T, a *App, pad int64, tick chan time.Time) (string, func() error) {
	t.Helper()
	p := started(t, a, PlatformOptions{Pad: pad, Tick: tick})
	return p.URL(), p.Stop
}

// started runs a platform on loopback until the test ends.
func started(t *testing.T, a *App, o PlatformOptions) *Platform {
	t.Helper()
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Every == 0 {
		o.Every, o.Pad = time.Hour, max(o.Pad, 1)
	}
	o.Rate.PerSecond = -1
	p, err := a.Platform(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// published waits for a checkpoint larger than size; each try is a round trip.
func published(t *testing.T, url string, size int64) receipt.Checkpoint {
	t.Helper()
	for range 10_000 {
		code, body := get(t, url+"/checkpoint")
		if code != http.StatusOK {
			continue
		}
		note, err := receipt.ParseNote([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		cp, err := note.Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		if cp.Size > size {
			return cp
		}
	}
	t.Fatalf("no checkpoint larger than %d", size)
	return receipt.Checkpoint{}
}

// A busy log and a quiet one look alike: both grow by multiples of the pad at
// each tick, and nothing is shown but what a checkpoint covers.
func TestServingTellsOnlyTheCadence(t *testing.T) {
	a := begun(t, folder(t))
	handle := told(t, a)
	tick := make(chan time.Time)
	url, end := serving(t, a, 8, tick)
	size := published(t, url, 0).Size
	if size%8 != 0 {
		t.Errorf("the first checkpoint is over %d entries", size)
	}
	for i := range 3 {
		if i == 1 {
			if err := more(t, a, handle, "acknowledged by=vendor re=e2"); err != nil {
				t.Fatal(err)
			}
		}
		tick <- time.Now()
		next := published(t, url, size).Size
		if next-size != 8 {
			t.Errorf("tick %d: from %d to %d", i, size, next)
		}
		size = next
	}
	if code, _ := get(t, url+fmt.Sprintf("/tile/entries/000.p/%d", size)); code != http.StatusOK {
		t.Errorf("the bundle of the checkpoint: %d", code)
	}
	for _, path := range []string{"/tile/entries/000", "/tile/entries/001", "/../tocsin.db", "/tocsin.db", fmt.Sprintf("/tile/entries/000.p/%d", size+1)} {
		if code, body := get(t, url+path); code != http.StatusNotFound || strings.Contains(body, "T-1") {
			t.Errorf("%s: %d %q", path, code, body)
		}
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

func TestAnAddressInUseIsASentence(t *testing.T) {
	a := begun(t, folder(t))
	url, end := serving(t, a, 8, make(chan time.Time))
	_, err := begun(t, folder(t)).Platform(PlatformOptions{Addr: "nonsense"})
	wantKind(t, err, fault.Invalid, "--addr")
	second, err := begun(t, folder(t)).Platform(PlatformOptions{Addr: strings.TrimPrefix(url, "http://"), Every: time.Hour, Pad: 1})
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, second.Start(t.Context()), fault.Unavailable, "name another address with --addr")
	err = ListenAndServe(t.Context(), strings.TrimPrefix(url, "http://"), http.NotFoundHandler(), nil)
	wantKind(t, err, fault.Unavailable, "listening on")
	if err := end(); err != nil {
		t.Error(err)
	}
}

// aPartner runs a witness for the log of a.
func aPartner(t *testing.T, a *App, name string) (w *witness.Server, url string) {
	t.Helper()
	w, err := witness.Open(folder(t), witness.Options{Create: true, Name: name, Logs: a.keys()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- ListenAndServe(ctx, "127.0.0.1:0", w, func(addr string) { ready <- addr })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, "http://" + <-ready
}

// policyOf names the log of a and a witness.
func policyOf(a *App, w *witness.Server, url string) []byte {
	return fmt.Appendf(nil, "log %s\nwitness w1 %s %s\nquorum w1\n", a.keys()[0], w.Keys()[0], url)
}

// Whole machines go back in time too: database, keys and marks together. The
// witness is asked at the start, before anything is written or signed.
func TestAWitnessSeesASnapshotOfTheWholeFolder(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	handle := told(t, a)
	w, url := aPartner(t, a, "witness.example.org/w1")
	if err := a.SetOutside(OutsideTime{Policy: policyOf(a, w, url)}); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	a = begun(t, dir)
	if r, err := a.Publish(t.Context()); err != nil || !r.QuorumMet || len(r.Cosigned) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	closed(t, a)
	snapshot := folder(t)
	copied(t, dir, snapshot)

	a = begun(t, dir)
	if err := more(t, a, handle, "acknowledged by=vendor re=e2"); err != nil {
		t.Fatal(err)
	}
	if r, err := a.Publish(t.Context()); err != nil || !r.QuorumMet {
		t.Fatalf("%+v, %v", r, err)
	}
	closed(t, a)

	b := begun(t, snapshot)
	s, err := b.Status(t.Context())
	if err != nil || s.State != "diverged" {
		t.Errorf("%+v, %v", s, err)
	}
	wantKind(t, more(t, b, handle, "commented by=vendor text=fork"), fault.Forbidden, "read-only")
	_, err = b.Publish(t.Context())
	wantKind(t, err, fault.Forbidden, "read-only")

	// The control: without the witness nobody notices, and the fork is signed.
	control := folder(t)
	copied(t, snapshot, control)
	c := begun(t, control)
	if err := c.SetOutside(OutsideTime{Clear: true}); err != nil {
		t.Fatal(err)
	}
	if err := c.dir.Guard().Clear("for the control"); err != nil {
		t.Fatal(err)
	}
	closed(t, c)
	c = begun(t, control)
	if err := more(t, c, handle, "commented by=vendor text=fork"); err != nil {
		t.Errorf("the control did not fork: %v", err)
	}
	if _, err := c.Publish(t.Context()); err != nil {
		t.Errorf("the control did not sign: %v", err)
	}
}

// A policy for another log would be asked of nobody who verifies.
func TestAPolicyOfAnotherLogIsRefused(t *testing.T) {
	a, b := begun(t, folder(t)), begun(t, folder(t))
	w, url := aPartner(t, a, "witness.example.org/w1")
	err := a.SetOutside(OutsideTime{Policy: policyOf(b, w, url)})
	wantKind(t, err, fault.Invalid, "other logs than this one")
	wantKind(t, a.SetOutside(OutsideTime{Policy: []byte("nonsense\n")}), fault.Invalid, "")
	_, err = a.WitnessRequest(t.Context(), "", -1)
	wantKind(t, err, fault.NotFound, "no witness is set up")
	_, err = a.WitnessAnswer(t.Context(), []byte("x"))
	wantKind(t, err, fault.NotFound, "no witness is set up")
}

// By files: the answer may come when the log has gone on already.
func TestAWitnessByFiles(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	handle := told(t, a)
	w, _ := aPartner(t, a, "witness.example.org/w1")
	policy := fmt.Appendf(nil, "log %s\nwitness w1 %s\nquorum w1\n", a.keys()[0], w.Keys()[0])
	if err := a.SetOutside(OutsideTime{Policy: policy}); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	a = begun(t, dir)
	if r, err := a.Publish(t.Context()); err != nil || r.QuorumMet {
		t.Fatalf("%+v, %v", r, err)
	}
	request, err := a.WitnessRequest(t.Context(), "", -1)
	if err != nil {
		t.Fatal(err)
	}
	if err := more(t, a, handle, "acknowledged by=vendor re=e2"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer, err := w.Answer(request)
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.WitnessAnswer(t.Context(), answer)
	if err != nil || len(r.Cosigned) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	// The next request begins where the witness is.
	request, err = a.WitnessRequest(t.Context(), "w1", -1)
	if err != nil || !strings.HasPrefix(string(request), fmt.Sprintf("old %d\n", r.Size)) {
		t.Errorf("%.40q, %v", request, err)
	}
	if answer, err = w.Answer(request); err != nil {
		t.Fatal(err)
	}
	if r, err = a.WitnessAnswer(t.Context(), answer); err != nil || !r.QuorumMet {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := a.WitnessAnswer(t.Context(), []byte("nonsense")); err == nil {
		t.Error("nonsense was taken for an answer")
	}
	if _, err := a.WitnessRequest(t.Context(), "w9", -1); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	var last ledger.Signed
	err = a.db.ViewLog(t.Context(), func(r ledger.Reader) error {
		last, err = r.LastCheckpoint(t.Context(), ledger.Published)
		return err
	})
	if err != nil || !last.Timed {
		t.Errorf("%+v, %v", last, err)
	}
}
