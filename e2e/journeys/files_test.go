package journeys

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// written keeps a file for a test and gives its name.
func written(t testing.TB, name string, data []byte) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// download presses what gives a file, waits until it is whole, and takes it out
// of the folder, so that another one of its name can come. What answers with a
// page instead gives no file, and that page is open then.
func (b *tab) download(what string) (name string, data []byte, ok bool) {
	b.t.Helper()
	js[bool](b, `window.before = true`)
	b.click(what)
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, f := range b.saved() {
			if strings.HasSuffix(f, ".crdownload") || strings.HasPrefix(f, ".") {
				continue
			}
			data, err := os.ReadFile(filepath.Join(b.files, f))
			if err != nil {
				b.fail("%v", err)
			}
			if len(data) == 0 {
				continue
			}
			name = filepath.Join(b.t.TempDir(), f)
			if err := os.Rename(filepath.Join(b.files, f), name); err != nil {
				b.fail("%v", err)
			}
			return name, data, true
		}
		// While one page gives way to the next there is nothing to ask; that is no failure.
		if page, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!window.before && document.readyState === "complete"`)); page && err == nil {
			return "", nil, false
		}
		select {
		case <-ctx.Done():
			b.fail("neither a file nor a page came of %s", what)
		case <-tick.C:
		}
	}
}

func (b *tab) saved() (names []string) {
	b.t.Helper()
	list, err := os.ReadDir(b.files)
	if err != nil {
		b.fail("%v", err)
	}
	for _, f := range list {
		names = append(names, f.Name())
	}
	return names
}

// receipt takes the receipt of the event whose page is open. A new event has
// one when the next checkpoint is out; until then the page says so.
func (b *tab) receipt() (name string, data []byte) {
	b.t.Helper()
	const form = `main form[action$="/receipt"]`
	back := b.at()
	for range 2 {
		name, data, ok := b.download(form + " button")
		if ok {
			return name, data
		}
		b.see("Not yet")
		b.open(back)
		b.until("the next checkpoint", `fetch(`+find(form)+`.action).then((r) => r.ok)`)
	}
	b.fail("no receipt, and a checkpoint that would give one")
	return "", nil
}

// until asks a promise of the page again and again, until it says yes.
func (b *tab) until(what, promise string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](promise, chromedp.EvalAwaitPromise))
		if yes {
			return
		}
		select {
		case <-ctx.Done():
			b.fail("waited in vain: %s (%v)", what, err)
		case <-tick.C:
		}
	}
}
