package letter_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"tocsin/letter"
	"tocsin/webui/webuitest"
)

// The pages as a browser shows them, on a phone and on a desk: nothing hinders
// people, nothing is wider than the window, and the policy refuses nothing of
// the letter's own.
func TestLettersInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a while; -short")
	}
	folder := t.TempDir()
	shots := os.Getenv("TOCSIN_SHOTS")
	ctx := webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	for _, lang := range []string{"en", "zh", "fr", "de"} {
		page, err := letter.Example(letter.Suspension).Page(lang)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, lang+".html")
		if err := os.WriteFile(file, page, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{390, 1024} {
			look := webuitest.Look{Width: width, Lang: lang}
			if err := chromedp.Do(ctx, webuitest.As(look), chromedp.Navigate("file://"+file)); err != nil {
				t.Fatal(err)
			}
			if wide, err := webuitest.Overflow(ctx); err != nil || wide > 0 {
				t.Errorf("%s: %d pixels too wide (%v)", look, wide, err)
			}
			styled, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector(".letter-title")).fontWeight`))
			if err != nil || styled != "700" {
				t.Errorf("%s: the style sheet does not apply (%s, %v)", look, styled, err)
			}
			if shots != "" {
				if err := webuitest.Shoot(ctx, filepath.Join(shots, "letter-"+look.String()+".png")); err != nil {
					t.Fatal(err)
				}
			}
			found, err := webuitest.Axe(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range found {
				t.Errorf("%s: %s", look, x)
			}
		}
	}
	if list := complaints(); len(list) > 0 {
		t.Errorf("the browser complains: %q", list)
	}
}
