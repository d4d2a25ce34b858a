package app

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/internal/testkit/pgtest"
)

// Two processes on one database, each with a folder of its own: the second is a
// copy of the first. Both write, both see what the other wrote, a session of one
// is one of the other, and one log is signed by whoever is faster.
func TestReplicas(t *testing.T) {
	database := pgtest.Database(t)
	dir, other := folder(t), folder(t)
	open := func(dir string) *App {
		t.Helper()
		a, err := Open(t.Context(), Options{DataDir: dir, Database: database, Create: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closed(t, a) })
		return a
	}
	first := open(dir)
	if _, err := first.dir.CabinetKey(); err != nil {
		t.Fatal(err)
	}
	closed(t, first)
	copied(t, dir, other)

	ticks := [2]chan time.Time{make(chan time.Time), make(chan time.Time)}
	apps := [2]*App{open(dir), open(other)}
	a := started(t, apps[0], PlatformOptions{Demo: true, Pad: 8, Tick: ticks[0]})
	b := started(t, apps[1], PlatformOptions{Demo: true, Pad: 8, Tick: ticks[1]})
	visitors, err := a.Demo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lin := newBrowser(t)
	// A cookie is sent to every port of a host; a proxy in front of both has one name.
	lin.enter(strings.Replace(visitors[0].Link, a.URL(), b.URL(), 1)) // made by one, used at the other
	plan := strings.TrimPrefix(visitors[0].At, a.URL())
	for _, p := range []*Platform{a, b} {
		if res, text := lin.do("GET", p.URL()+plan, nil); res.StatusCode != 200 || !strings.Contains(text, "DEMO-LINE") && !strings.Contains(text, "Yuhe") {
			t.Errorf("%s: %d", p.URL(), res.StatusCode)
		}
	}
	handle := told(t, apps[0])
	for i := range 6 { // each signs in turn, over what both wrote
		if err := more(t, apps[i%2], handle, "acknowledged by=vendor re=e2"); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if err := more(t, apps[(i+1)%2], handle, "acknowledged by=vendor re=e2"); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		before := published(t, a.URL(), 0).Size
		ticks[i%2] <- time.Now()
		after := published(t, a.URL(), before)
		if again := published(t, b.URL(), before); again.Root != after.Root && again.Size == after.Size {
			t.Errorf("two views: %+v and %+v", after, again)
		}
	}
	for i, x := range apps {
		s, err := x.Status(t.Context())
		if err != nil || s.State != "sound" {
			t.Errorf("replica %d: %+v, %v", i, s, err)
		}
	}
	if _, err := apps[1].Audit(t.Context(), nil); err != nil {
		t.Error(err)
	}
	// Whoever is signed out of one is signed out of both.
	if res, _ := lin.do("POST", b.URL()+"/sign-out", url.Values{}); res.StatusCode != 303 {
		t.Errorf("signing out: %d", res.StatusCode)
	}
	if res, _ := lin.do("GET", a.URL()+"/desk", nil); res.StatusCode != 303 {
		t.Errorf("the other replica still lets her in: %d", res.StatusCode)
	}
	// The control: a folder that is no copy can do nothing here.
	stranger, err := Open(t.Context(), Options{DataDir: folder(t), Database: database, Create: true})
	if err == nil {
		_, err = stranger.Keeper().List(t.Context())
		closed(t, stranger)
	}
	if err == nil {
		t.Error("another folder reads the record")
	} else if k := fault.KindOf(err); k == fault.Unavailable {
		t.Error(err)
	}
}
