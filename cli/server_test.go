package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/app"
	"tocsin/calendar"
	"tocsin/partner"
)

// platform is the real one, on loopback, with an owner and somebody else.
type platform struct {
	app          *app.App
	url          string
	owner, other string // files with tokens
	whole        *app.Platform
}

func running(t *testing.T) *platform {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	a, err := app.Open(ctx, app.Options{DataDir: filepath.Join(t.TempDir(), "data"), Now: time.Now, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Platform(app.PlatformOptions{Addr: "127.0.0.1:0", Every: time.Hour, Pad: 8})
	if err == nil {
		err = p.Start(ctx)
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
	known, err := p.People().People(ctx, "", 10)
	if err != nil || len(known) != 1 {
		t.Fatalf("the first administrator: %v %v", known, err)
	}
	admin := access.Reader{Person: known[0].ID, Platform: []partner.Role{partner.Administrator}, Fresh: true}
	org, err := p.People().PutOrg(ctx, admin, partner.Org{Name: "Example Desk", Kind: partner.Authority, Country: "DE", Standing: partner.Active}, 0)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for who, member := range map[string][]partner.Membership{"ada": {{Org: org.ID, Roles: []partner.Role{partner.Responder}}}, "eve": nil} {
		made, _, err := p.People().PutPerson(ctx, admin, partner.Person{Name: who + " example", Login: who, Place: "DE", Member: member}, 0)
		if err != nil {
			t.Fatal(err)
		}
		ids[who] = made.ID
	}
	out := &platform{app: a, url: p.URL(), whole: p}
	for who, file := range map[string]*string{"ada": &out.owner, "eve": &out.other} {
		token, _, err := p.People().NewToken(ctx, ids[who], "tests", []string{"*", "export"}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		*file = write(t, who+".token", token+"\n")
	}
	return out
}

func (p *platform) do(t *testing.T, args ...string) (string, int) {
	t.Helper()
	return tocsin(t, append(args, "--server", p.url, "--token-file", p.owner)...)
}

// expects does a command, and wants its exit code and what it says.
func (p *platform) expects(t *testing.T) func(code int, says string, args ...string) string {
	return func(code int, says string, args ...string) string {
		t.Helper()
		out, got := p.do(t, args...)
		if got != code || !strings.Contains(out, says) {
			t.Errorf("%q: exit %d, want %d with %q: %.600s", args, got, code, says, out)
		}
		return out
	}
}

// circle makes a sharing platform of the owner's organisation, which it gives.
func (p *platform) circle(t *testing.T) (org string) {
	t.Helper()
	orgs, err := p.whole.People().Orgs(t.Context(), "", 10)
	if err != nil || len(orgs) != 1 {
		t.Fatalf("%+v %v", orgs, err)
	}
	days := partner.Within{Period: calendar.Period{Days: 900}, Clause: "s. 1"}
	ceilings := map[partner.Standing]partner.Ceiling{}
	for s, tlp := range map[partner.Standing]string{partner.Active: "AMBER", partner.Warned: "AMBER", partner.Suspended: "CLEAR", partner.Left: "", partner.Invited: ""} {
		ceilings[s] = partner.Ceiling{TLP: tlp, Clause: "s. 5"}
	}
	admin := access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}
	if err := p.whole.Partnerships().PutPlatform(t.Context(), admin, partner.Platform{ID: "circle", Name: "Circle", Authority: orgs[0].ID, Pack: "model-partnership",
		Terms: partner.Terms{Reply: days, Longest: days, Appeal: days, Body: "Panel", Term: days, Yearly: days, Ceilings: ceilings}}, 0); err != nil {
		t.Fatal(err)
	}
	return orgs[0].ID
}

// What can be done to a folder can be done to a running platform, and looks the same.
func TestTheCommandsOnARunningPlatform(t *testing.T) {
	p := running(t)
	const file = "../examples/cra-all-stages.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSpace(strings.Split(strings.SplitN(string(text), "case: ", 2)[1], "\n")[0])
	expect := p.expects(t)
	expect(0, "no case here", "case", "list")
	expect(0, name+" is kept.", "case", "import", file, "--key", "k1")
	expect(0, "was kept already by this command", "case", "import", file, "--key", "k1")
	expect(exitBad, "", "case", "import", file)
	expect(0, "owner", "case", "list")

	// A plan from there is the plan from here, in every format.
	for _, format := range []string{"table", "json", "svg", "ics"} {
		at := []string{"--at", "2026-12-01T00:00:00Z", "--format", format}
		here, code := tocsin(t, append([]string{"plan", file}, at...)...)
		if there := expect(code, "", append([]string{"plan", name}, at...)...); there != here {
			t.Errorf("--format %s: the plans differ:\n%.300s\n%.300s", format, here, there)
		}
	}

	out := expect(0, "is kept", "case", "add-event", name, "commented text=hello at=2026-10-01T09:00:00Z", "--key", "k2")
	expect(0, "was kept already", "case", "add-event", name, "commented text=hello at=2026-10-01T09:00:00Z", "--key", "k2")
	event := strings.Fields(out)[1]
	var shown struct {
		Handle  string
		Version int64
		Records []struct{ ID, Kind, Commitment string }
	}
	if err := json.Unmarshal([]byte(expect(0, "", "case", "show", name, "--format", "json")), &shown); err != nil || shown.Version == 0 || len(shown.Records) < 10 {
		t.Errorf("%v %+v", err, shown)
	}
	expect(0, "event "+event+" commented", "case", "show", shown.Handle)
	expect(exitBad, "not 1", "case", "add-event", name, "commented text=x at=2026-10-01T09:00:00Z", "--expect", "1")
	expect(0, "is kept", "case", "add-event", name, "commented text=y at=2026-10-01T09:00:00Z", "--expect", fmt.Sprint(shown.Version))

	lines := write(t, "events.jsonl", `{"kind": "commented", "text": "one", "at": "2026-10-01T09:00:00Z", "key": "l1"}
{"kind": "sneezed"}
{"kind": "commented", "text": "two", "at": "2026-10-01T09:00:00Z", "key": "l2"}
`)
	out = expect(exitBad, `"line":2`, "case", "add-event", name, "--from", lines)
	if strings.Count(out, `"index":`) != 2 || strings.Contains(out, `"sequence"`) {
		t.Errorf("the answers to lines: %s", out)
	}

	expect(exitBad, "checkpoint", "receipt", name, event)
	if _, err := p.app.Publish(context.Background()); err != nil {
		t.Fatal(err)
	}
	proof := filepath.Join(t.TempDir(), "r.tlog-proof")
	expect(0, "not when", "receipt", name, event, "--disclose", "kind,text", "--output", proof)
	keys := write(t, "keys.txt", strings.Split(expect(0, "", "ledger", "status", "--keys"), "\n")[0])
	key, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	if out, code := tocsin(t, "verify", proof, "--key", string(key)); code != 0 || !strings.Contains(out, "hello") {
		t.Errorf("the receipt: exit %d: %s", code, out)
	}
	expect(0, "NO outside time", "ledger", "status")
	expect(0, `"origin"`, "ledger", "status", "--format", "json")

	// Somebody else sees nothing, and the same nothing.
	for _, args := range [][]string{{"case", "show", name}, {"plan", "--case", name}, {"case", "export", name}, {"receipt", name}, {"case", "add-event", name, "commented at=2026-10-01T09:00:00Z"}} {
		mine, code := tocsin(t, append(args, "--server", p.url, "--token-file", p.other)...)
		args[len(args)-1] = strings.ReplaceAll(args[len(args)-1], name, "TOC-9999-0000")
		if args[1] == name {
			args[1] = "TOC-9999-0000"
		}
		if args[0] == "case" {
			args[2] = "TOC-9999-0000"
		}
		none, _ := tocsin(t, append(args, "--server", p.url, "--token-file", p.other)...)
		if code != exitBad || mine != none {
			t.Errorf("%q: exit %d: %q, %q", args, code, mine, none)
		}
	}
}

// What is half secure or contradicts itself is refused with a sentence.
func TestServerFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--server", "http://tocsin.example.org"}, "--insecure"},
		{[]string{"--server", "tocsin.example.org"}, "https://"},
		{[]string{"--server", "https://a:b@tocsin.example.org"}, "no name"},
		{[]string{"--server", "https://tocsin.example.org", "--data", "x"}, "exclude"},
		{[]string{"--server", "https://tocsin.example.org", "--token-file", write(t, "t", "two words")}, "one word"},
		{[]string{"--server", "https://tocsin.example.org", "--token-file", write(t, "t", "")}, "no token"},
		{[]string{"--server", "https://tocsin.example.org", "--token-file", "/nowhere/at/all"}, "/nowhere"},
	} {
		out, code := tocsin(t, append([]string{"case", "list"}, c.args...)...)
		if code != exitBad || !strings.Contains(out, c.says) || strings.Count(out, "\n") != 1 {
			t.Errorf("%q: exit %d: %s", c.args, code, out)
		}
	}
	if out, code := tocsin(t, "case", "import", "../examples/log4shell.yaml", "--server", "http://127.0.0.1:9", "--by", "me"); code != exitBad || !strings.Contains(out, "--by") {
		t.Errorf("--by: exit %d: %s", code, out)
	}
	// What was typed stands above the environment.
	t.Setenv("TOCSIN_SERVER", "http://tocsin.example.org")
	if out, code := tocsin(t, "case", "list", "--data", filepath.Join(t.TempDir(), "none")); code != exitBad || !strings.Contains(out, "nothing is kept") {
		t.Errorf("--data beside TOCSIN_SERVER: exit %d: %s", code, out)
	}
	if out, code := tocsin(t, "plan", "../examples/log4shell.yaml"); code != 0 {
		t.Errorf("a file beside TOCSIN_SERVER: exit %d: %.300s", code, out)
	}
}

// What a platform says cannot steer the terminal either, and the token goes where
// it was meant to go.
func TestAHostilePlatform(t *testing.T) {
	evil := `evil\u001b[2J\u001b]0;x\u0007\u202egpj\u009b31m`
	token := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token = r.Header.Get("Authorization")
		switch {
		case strings.HasSuffix(r.URL.Path, "/cases"):
			fmt.Fprintf(w, `{"cases": [{"handle": %[1]q, "case": %[1]q, "title": %[1]q, "tlp": %[1]q, "record": %[1]q, "role": %[1]q}]}`, "X")
		case strings.HasSuffix(r.URL.Path, "/memberships"):
			fmt.Fprint(w, strings.ReplaceAll(`{"memberships": [{"id": "Q", "handle": "X", "name": "X", "platform": "X", "standing": "X", "side": "X"}]}`, `"X"`, `"`+evil+`"`))
		case strings.Contains(r.URL.Path, "/memberships/"):
			fmt.Fprint(w, strings.ReplaceAll(`{"id": "Q", "name": "X", "platform": "X", "standing": "X", "state": {"hearings": [{"opened": "X"}], "decisions": [{"kind": "X", "number": "X", "event": "X"}], "tasks": [{"name": "X", "set": "X", "state": "X"}]}}`, `"X"`, `"`+evil+`"`))
		case strings.HasSuffix(r.URL.Path, "/inbox"):
			fmt.Fprint(w, strings.ReplaceAll(`{"letters": [{"id": "X", "kind": "X", "org": "X", "membership": "X", "sent": "2026-11-23T09:00:00Z"}]}`, `"X"`, `"`+evil+`"`))
		case strings.HasSuffix(r.URL.Path, "/open"):
			fmt.Fprint(w, strings.ReplaceAll(`{"id": "X", "kind": "X", "text": "X", "sent": "2026-11-23T09:00:00Z"}`, `"X"`, `"`+evil+`"`))
		case strings.HasSuffix(r.URL.Path, "/ledger"):
			fmt.Fprint(w, strings.ReplaceAll(`{"origin": "X", "root": "X", "keys": ["X"], "old_keys": ["X"], "witnesses": [{"name": "X", "url": "X", "key": "X"}], "quorum": "X", "tsa": "X", "checkpoint": {"cosigned": ["X"]}}`, "X", evil))
		default:
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(422)
			fmt.Fprint(w, strings.ReplaceAll(`{"kind": "invalid", "detail": "X", "citation": "X", "errors": [{"key": "X", "line": 3}]}`, "X", evil))
		}
	}))
	defer s.Close()
	file := write(t, "token", "tocsin_secret")
	for _, args := range [][]string{{"case", "list"}, {"ledger", "status"}, {"ledger", "status", "--keys"}, {"case", "show", "x"}, {"plan", "--case", "x"}, {"receipt", "x"}, {"partner", "list"}, {"partner", "show", "Q"}, {"inbox", "list"}, {"inbox", "open", "x"}} {
		out, _ := tocsin(t, append(args, "--server", s.URL, "--token-file", file)...)
		if at := steers(out); at != "" || out == "" {
			t.Errorf("%q: %q", args, at)
		}
		if strings.Contains(out, "tocsin_secret") {
			t.Errorf("%q prints the token", args)
		}
	}
	if token != "Bearer tocsin_secret" {
		t.Errorf("the token that came: %q", token)
	}
}
