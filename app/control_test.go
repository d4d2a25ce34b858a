package app

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/fault"
)

// A platform that runs gives a backup to whoever has its folder: the same as one
// that stands, to the recipients alone.
func TestABackupOfARunningPlatform(t *testing.T) {
	dir := filepath.Join(folder(t), strings.Repeat("deep/", 30), "d") // longer than a socket's address may be
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	p := newPair(t)
	var none bytes.Buffer
	_, err := BackupRunning(t.Context(), dir, &none, p.to)
	wantKind(t, err, fault.NotFound, "")

	a := begun(t, dir)
	told(t, a)
	running := started(t, a, PlatformOptions{})
	st, err := os.Stat(filepath.Join(dir, controlName))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Fatal(st, err)
	}
	var b bytes.Buffer
	r, err := BackupRunning(t.Context(), dir, &b, p.to)
	if err != nil || r.Records == 0 || bytes.Contains(b.Bytes(), []byte("Kestrelwing")) {
		t.Fatalf("%+v, %v", r, err)
	}
	// A disk that is full is no backup, and what was not told to whom is none either.
	if _, err := BackupRunning(t.Context(), dir, &full{100}, p.to); fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
	_, err = BackupRunning(t.Context(), dir, &none, Recipients{text: "age1nonsense\n"})
	wantKind(t, err, fault.Invalid, "")

	if err := running.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, controlName)); !os.IsNotExist(err) {
		t.Error("the socket is left behind", err)
	}
	_, err = BackupRunning(t.Context(), dir, &none, p.to)
	wantKind(t, err, fault.NotFound, "nobody answers")
	closed(t, a)

	back, err := Restore(t.Context(), Options{DataDir: folder(t)}, &b, p.id)
	if err != nil || back.Records != r.Records || back.SHA256 != r.SHA256 {
		t.Errorf("%+v, %v", back, err)
	}
}

// Whoever lost every way in comes back by a link that only the machine's operator
// can have printed; nobody else is recovered by it.
func TestRecoverAtTheStart(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	demo := started(t, a, PlatformOptions{Demo: true})
	if _, err := demo.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := demo.Stop(); err != nil {
		t.Fatal(err)
	}
	x, err := a.Platform(PlatformOptions{Addr: "127.0.0.1:0", Every: demo.o.Every, Pad: 8, Recover: "nobody"})
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, x.Start(t.Context()), fault.Invalid, `nobody here has the login "nobody"`)

	var at Listening
	started(t, a, PlatformOptions{Recover: "ines.okafor", Ready: func(l Listening) { at = l }})
	if at.First != "" || !strings.HasPrefix(at.Recovery, at.URL+"/in/") {
		t.Fatalf("%+v", at)
	}
	b := newBrowser(t)
	if to := b.enter(at.Recovery).Header.Get("Location"); to != "/setup" {
		t.Errorf("it leads to %s, not to new ways in", to)
	}
	if res, _ := newBrowser(t).do("POST", at.Recovery, url.Values{}); res.StatusCode == 303 {
		t.Error("the link is good twice")
	}
}
