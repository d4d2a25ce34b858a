package journeys

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tocsin/webui/webuitest"
)

// start of each walk: where the navigation of a person leads anyway, the menu
// included, and what is for everybody.
var public = []string{"/", "/ledger", "/help", "/sign-in"}

// walkAll lets everybody follow all links, and gives for each kind of page an
// address and who may open it. Then each kind is asked for in the other languages.
func walkAll(t *testing.T, p *platform) map[string]opened {
	t.Helper()
	kinds := map[string]opened{}
	walkers := map[string]*walker{}
	for _, name := range append(slices.Sorted(maps.Keys(p.links)), outsider) {
		walkers[name] = newWalker(t, p, name)
	}
	together(walkers, func(w *walker) error {
		if w.name == outsider {
			return w.walk(t.Context(), public...)
		}
		return w.walk(t.Context(), "/desk")
	})
	for name, w := range walkers {
		for kind, paths := range w.kinds {
			if o, ok := kinds[kind]; !ok || o.name > name {
				kinds[kind] = opened{name, paths[len(paths)-1]}
			}
		}
	}
	together(walkers, func(w *walker) error {
		var paths []string
		for _, o := range kinds {
			if o.name == w.name {
				paths = append(paths, o.path)
			}
		}
		for _, lang := range languages[1:] {
			if err := w.again(t.Context(), lang, paths); err != nil {
				return err
			}
		}
		return nil
	})
	for _, w := range walkers {
		for _, f := range w.faults {
			t.Error(f)
		}
	}
	return kinds
}

// together lets walkers go, two at a time, and keeps what stopped them as their
// fault.
func together(walkers map[string]*walker, do func(*walker) error) {
	var all sync.WaitGroup
	turn := make(chan struct{}, 2)
	for _, w := range walkers {
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			if err := do(w); err != nil {
				w.faults = append(w.faults, w.name+": "+err.Error())
			}
		})
	}
	all.Wait()
}

// templates leaves one page of those that differ only in what they are about.
func templates(kinds map[string]opened) map[string]opened {
	out := map[string]opened{}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		path, _, _ := strings.Cut(kind, "?")
		if _, there := out[path]; !there || strings.HasSuffix(kind, "#notified") {
			out[path] = kinds[kind]
		}
	}
	return out
}

// opened is a page and somebody who may open it.
type opened struct{ name, path string }

// TestEveryLink: whatever a page offers is there, in the language that was asked
// for, loads nothing from elsewhere, and lacks no word. Then each kind of page is
// opened in a browser: nothing on its console, nothing refused by its policy,
// nothing that hinders people, by light and in the dark.
func TestEveryLink(t *testing.T) {
	chromium(t)
	p := demo(t)
	kinds := walkAll(t, p)
	if len(kinds) < 40 {
		t.Errorf("only %d kinds of pages were found: %v", len(kinds), slices.Sorted(maps.Keys(kinds)))
	}
	by := map[string][]string{}
	kinds = templates(kinds)
	t.Logf("%d kinds of pages", len(kinds))
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		by[kinds[kind].name] = append(by[kinds[kind].name], kinds[kind].path)
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lookAt(t, p, name, by[name])
		})
	}
}

// lookAt opens pages as one person, in four languages, light and dark, at a desk
// and on a phone.
func lookAt(t *testing.T, p *platform, name string, paths []string) {
	b := newTab(t, p.url)
	if name != outsider {
		b.open(p.links[name])
		b.press("main form button")
	}
	looks := []webuitest.Look{{Width: 1280, Lang: "en"}, {Width: 390, Dark: true, Lang: "zh"}, {Width: 390, Lang: "de"}, {Width: 1024, Dark: true, Lang: "fr"}}
	for i, look := range looks {
		b.do(webuitest.As(look))
		for _, path := range paths {
			if !b.isPage(path) {
				continue
			}
			b.open(path)
			if wide, err := webuitest.Overflow(b.ctx); err != nil || wide > 0 {
				t.Errorf("%s, %s: %d pixels too wide (%v)", path, look, wide, err)
			}
			if i > 1 {
				continue // what hinders people is the same in every language
			}
			found, err := webuitest.Axe(b.ctx)
			if err != nil {
				b.fail("%v", err)
			}
			for _, f := range webuitest.Grave(found) {
				t.Errorf("%s, %s: %s", path, look, f)
			}
		}
	}
}

// isPage tells files from pages: a browser saves files.
func (b *tab) isPage(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	return !u.Query().Has("format") && filepath.Ext(u.Path) == "" && !slices.Contains([]string{"checkpoint", "dossier", "file"}, path.Base(u.Path))
}

// TestTheWalkSees is the control: a page with everything wrong.
func TestTheWalkSees(t *testing.T) {
	var origin string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<html lang="fr"><body onload="x()"><p style="color:red">case.tab.plan</p><p>in {span}</p><a href="/gone">gone</a>
			<a href="https://elsewhere.example/">away</a><a href="">nowhere</a><a href="/x"></a><img src="https://elsewhere.example/p.png">
			<code>desk.title {span}</code></body></html>`)
	}))
	defer s.Close()
	origin = s.URL
	w := newWalker(t, &platform{url: origin}, outsider)
	if err := w.walk(context.Background(), "/"); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(w.faults, "\n")
	for _, want := range []string{
		"/gone (offered by /): 404", "is in fr", "inline script", "style attribute", "case.tab.plan", "in {span}", "says from where",
		"leads nowhere", "without words", "loads from elsewhere", "lacks the header Content-Security-Policy",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the walk does not see %q:\n%s", want, all)
		}
	}
	if strings.Contains(all, "desk.title") {
		t.Error("what is quoted is taken for words of the page")
	}
}

// TestPictures writes pictures of every kind of page in every look into a folder,
// for eyes: TOCSIN_PICTURES=folder, and TOCSIN_LOOKS and TOCSIN_PAGES narrow it.
func TestPictures(t *testing.T) {
	dir := os.Getenv("TOCSIN_PICTURES")
	if dir == "" {
		t.Skip("pictures are taken when TOCSIN_PICTURES names a folder")
	}
	p := demo(t)
	for _, name := range append(slices.Sorted(maps.Keys(p.links)), outsider) {
		w := newWalker(t, p, name)
		start := []string{"/desk"}
		if name == outsider {
			start = public
		}
		if err := w.walk(t.Context(), start...); err != nil {
			t.Fatal(err)
		}
		kinds := map[string]opened{}
		for kind, paths := range w.kinds {
			kinds[kind] = opened{name, paths[0]}
		}
		kinds = templates(kinds)
		t.Run(name, func(t *testing.T) {
			b := newTab(t, p.url)
			if name != outsider {
				b.open(p.links[name])
				b.press("main form button")
			}
			for _, look := range webuitest.Looks() {
				if !strings.Contains(look.String(), os.Getenv("TOCSIN_LOOKS")) {
					continue
				}
				b.do(webuitest.As(look))
				for _, kind := range slices.Sorted(maps.Keys(kinds)) {
					path := kinds[kind].path
					if !b.isPage(path) || !strings.Contains(kind, os.Getenv("TOCSIN_PAGES")) {
						continue
					}
					b.open(path)
					file := strings.NewReplacer("/", "_", "?", "-", "*", "x", "#", "-", "&", "-").Replace(strings.Trim(kind, "/"))
					if err := webuitest.Shoot(b.ctx, filepath.Join(dir, name, file+"-"+look.String()+".png")); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}
