package cli

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/app"
)

// circle is the demo on loopback, with the token files of two of an authority and
// of one of a member.
func circle(t *testing.T) (p *app.Platform, as func(person string) func(args ...string) (string, int)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	a, err := app.Open(ctx, app.Options{DataDir: filepath.Join(t.TempDir(), "data"), Now: time.Now, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err = a.Platform(app.PlatformOptions{Addr: "127.0.0.1:0", Every: time.Hour, Pad: 8, Demo: true})
	if err == nil {
		err = p.Start(ctx)
	}
	if err == nil {
		_, err = p.Demo(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, func(person string) func(args ...string) (string, int) {
		token, _, err := p.People().NewToken(ctx, person, "tests", []string{"*", "export"}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		file := write(t, person+".token", token+"\n")
		return func(args ...string) (string, int) {
			return tocsin(t, append(args, "--server", p.URL(), "--token-file", file)...)
		}
	}
}

// An authority's program lists members, looks at one, sees what an act would
// change, and proposes it; a member's opens its letter. Both take a dossier.
func TestPartnersOnARunningPlatform(t *testing.T) {
	_, as := circle(t)
	karin, felix := as("demo-karin-bauer"), as("demo-felix-hartung")
	expect := func(who func(args ...string) (string, int), code int, says string, args ...string) string {
		t.Helper()
		out, got := who(args...)
		if got != code || !strings.Contains(out, says) {
			t.Errorf("%q: exit %d, want %d with %q: %.800s", args, got, code, says, out)
		}
		return out
	}
	list := expect(karin, 0, "Brinkholt Systems GmbH", "partner", "list")
	id := ""
	for line := range strings.Lines(list) {
		if strings.Contains(line, "Nordhain") {
			id = strings.Fields(line)[0]
		}
	}
	if out := expect(felix, 0, "Nordhain", "partner", "list"); strings.Contains(out, "Brinkholt") {
		t.Error("a member is told of another")
	}
	expect(karin, 0, `"memberships"`, "partner", "list", "--format", "json")
	expect(karin, 0, "active", "partner", "show", id)
	const warning = `partner-warned reason="late again" rule=TMP-MEMBER-REPORT attributes={number: W-77, signatory: K, appeal-body: Panel, appeal-until: 2099-12-31}`
	if out := expect(karin, 0, "Nothing is done yet", "partner", "preview", id, warning); !strings.Contains(out, "warned then") {
		t.Errorf("the preview: %s", out)
	}
	expect(karin, 0, "Proposed: nothing is done yet", "partner", "act", id, warning, "--key", "k1")
	expect(karin, 0, "partner-warned waits for somebody", "partner", "show", id)
	if out := expect(felix, 0, "active", "partner", "show", id); strings.Contains(out, "waits") {
		t.Error("the member hears of what is not decided")
	}
	expect(karin, 0, "Done, and on record", "partner", "act", id, `partner-reminded reason="the list is missing"`)
	expect(felix, exitBad, "for those who act for the authority", "partner", "act", id, "partner-reminded reason=x")
	expect(felix, exitBad, "no membership that you are on one side of", "partner", "show", "nothing")

	box := expect(felix, 0, "partner-reminded", "inbox", "list")
	letter := ""
	for line := range strings.Lines(box) {
		if letter == "" && strings.Contains(line, "partner-reminded") && strings.Contains(line, "not yet") { // the newest
			letter = strings.Fields(line)[0]
		}
	}
	if out := expect(felix, 0, "Receipt was confirmed at", "inbox", "open", letter, "--lang", "en"); !strings.Contains(out, "the list is missing") {
		t.Errorf("the letter: %s", out)
	}
	expect(felix, exitBad, "no such letter", "inbox", "open", "nothing")

	file := filepath.Join(t.TempDir(), "dossier.html")
	expect(karin, 0, "", "dossier", "PARTNERSHIP-"+id, "-o", file)
	if page, err := os.ReadFile(file); err != nil || !strings.Contains(string(page), "the list is missing") || !strings.Contains(string(page), `id="path"`) {
		t.Errorf("the dossier of the partnership: %v, %d bytes", err, len(page))
	}
	act := regexp.MustCompile(`data-event="([^"]+)"`).FindStringSubmatch(expect(felix, 0, "<!doctype html>", "dossier", id, "--act", "e1", "--lang", "fr"))
	if act == nil {
		t.Error("the dossier of an act holds no event")
	}
	expect(felix, exitBad, "no such act", "dossier", id, "--act", "nothing")
	expect(felix, exitBad, "no membership", "dossier", "TOC-1", "--act", "e1")
}

// Without a platform these commands say what they need.
func TestPartnersNeedAPlatform(t *testing.T) {
	for _, args := range [][]string{{"partner", "list"}, {"partner", "show", "x"}, {"partner", "act", "x", "partner-left"}, {"inbox", "list"}, {"inbox", "open", "x"}, {"dossier", "x"}} {
		if out, code := tocsin(t, args...); code != exitBad || !strings.Contains(out, "--server https://") {
			t.Errorf("%q: exit %d: %s", args, code, out)
		}
	}
}
