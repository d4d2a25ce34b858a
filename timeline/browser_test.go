package timeline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A real browser is the judge of what the package only computes: it draws
// every test sheet with its own fonts and says where each text really is.

// measured is one text as the browser drew it.
type measured struct {
	Sheet      int
	Text       string
	X, Y, W, H float64
}

// probe writes what the browser finds into the page, for --dump-dom.
const probe = `<pre id="out"></pre><script>
const out = [];
document.querySelectorAll("svg").forEach((svg, i) => svg.querySelectorAll("text").forEach(t => {
	const b = t.getBBox();
	out.push({Sheet: i, Text: t.textContent, X: b.x, Y: b.y, W: b.width, H: b.height});
}));
document.getElementById("out").textContent = "BEGIN" + JSON.stringify(out) + "END";
</script>`

// chromium finds a browser. Without one the test is skipped on a developer's
// machine, and fails where CI=true.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Chromium is installed, and CI=true requires this check")
	}
	t.Skip("no Chromium is installed, so the real widths of texts are not checked here")
	return ""
}

// browse loads a page and gives what its probe measured.
func browse(t *testing.T, body string) []measured {
	t.Helper()
	browser := chromium(t)
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	if err := os.WriteFile(page, []byte(`<!doctype html><meta charset="utf-8">`+body+probe), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), 90*time.Second)
	defer stop()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir="+filepath.Join(dir, "profile"), "--window-size=1480,900", "--dump-dom", "file://"+page)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("the browser failed: %v\n%s", err, errs.String())
	}
	_, rest, ok := strings.Cut(out.String(), `<pre id="out">BEGIN`)
	found, _, ended := strings.Cut(rest, "END</pre>")
	if !ok || !ended {
		t.Fatalf("the page's script left no result\n%s", errs.String())
	}
	var texts []measured
	if err := json.Unmarshal([]byte(html.UnescapeString(found)), &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

// collisions lists the pairs of texts of one sheet that the browser drew over
// one another. A browser's box holds the font's whole ascent and descent, which
// Chinese fonts make taller than any ink: two pixels of height are air.
func collisions(all []measured) []string {
	const air = 2.0
	var out []string
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.Sheet == b.Sheet && a.X < b.X+b.W && b.X < a.X+a.W && a.Y+air < b.Y+b.H && b.Y+air < a.Y+a.H {
				out = append(out, fmt.Sprintf("sheet %d: %q over %q (%+v, %+v)", a.Sheet, a.Text, b.Text, a, b))
			}
		}
	}
	return out
}

func TestBrowserSeesNoLabelOverAnother(t *testing.T) {
	type shown struct {
		name string
		l    Layout
	}
	var body strings.Builder
	var order []shown
	all := sheets()
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	// The reader's own font, and the widest one that the picture asks for.
	for _, font := range []string{"", "DejaVu Sans"} {
		if fmt.Fprintf(&body, `<div class="f%d">`, len(font)); font != "" {
			fmt.Fprintf(&body, `<style>.f%d .tl{font-family:'%s','Noto Sans CJK SC',sans-serif}</style>`, len(font), font)
		}
		for _, name := range names {
			for _, width := range []int{1024, 1440} {
				l, err := all[name].Layout(Options{Width: width})
				if err != nil {
					t.Fatal(err)
				}
				order = append(order, shown{fmt.Sprintf("%s at %d %s", name, width, font), l})
				body.WriteString(svg(t, all[name], Options{Width: width, Prefix: fmt.Sprintf("s%d", len(order))}))
			}
		}
		body.WriteString("</div>")
	}
	texts := browse(t, body.String())
	if len(texts) < 500 {
		t.Fatalf("the browser saw only %d texts", len(texts))
	}
	for _, c := range collisions(texts) {
		t.Error(c)
	}
	own, wide := 0.0, 0.0
	for _, m := range texts {
		if m.Sheet < len(order)/2 {
			own += m.W
		} else {
			wide += m.W
		}
	}
	if wide <= own { // else the second half proves nothing new
		t.Errorf("the wide font is not wider: %v, %v", own, wide)
	}
	// Each text lies in the box that was computed for it: the width table is
	// as wide as the fonts are. A browser rounds the ends of a text by a pixel.
	const edge = 1.5
	for _, m := range texts {
		s := order[m.Sheet]
		inside := slices.ContainsFunc(s.l.Boxes, func(b Box) bool {
			return strings.ReplaceAll(b.Text, "\n", "") == m.Text && m.X >= b.X-edge && m.X+m.W <= b.X+b.W+edge && m.Y >= b.Y-3 && m.Y+m.H <= b.Y+b.H+3
		})
		if !inside {
			t.Errorf("%s: the browser draws %q outside the box computed for it: %+v", s.name, m.Text, m)
		}
	}
}

// The control: two texts on one spot must be seen, by the same page script and
// the same comparison.
func TestBrowserSeesAForcedCollision(t *testing.T) {
	texts := browse(t, `<svg width="300" height="80"><text x="10" y="30">one label</text><text x="40" y="33">another</text><text x="10" y="70">far off</text></svg>`)
	got := collisions(texts)
	if len(texts) != 3 || len(got) != 1 || !strings.Contains(got[0], "another") {
		t.Errorf("saw %d texts and the collisions %q", len(texts), got)
	}
}
