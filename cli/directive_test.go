package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

func runDirective(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	env := &env{in: strings.NewReader(""), out: &o, err: &e, now: func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }}
	code = env.run(append([]string{"tocsin", "directive", "show"}, args...))
	return code, o.String(), e.String()
}

const (
	edFile    = "../examples/directives/ed-22-02.yaml"
	cloudFile = "../examples/directives/move-to-state-cloud.yaml"
)

// The emergency directive of the public record: both dates, its end, its sources,
// and no agency.
func TestDirectiveShowsThePublicRecord(t *testing.T) {
	code, out, errs := runDirective(t, edFile)
	if code != exitOK || errs != "" {
		t.Fatalf("%d: %s", code, errs)
	}
	for _, want := range []string{
		"ED 22-02 · Mitigate Apache Log4j Vulnerability", "2021-12-17", "due 2021-12-23 17:00 -05:00", "due 2021-12-28 17:00 -05:00",
		"44 U.S.C. § 3553(h)(1)-(2)", "(a person decides)", "directive closed, 2022-04-08 24:00 -04:00; goes on in BOD 22-01", "S64-crowell: Crowell & Moring",
		"that no act is recorded is not evidence", "no members on record",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if code, out, _ = runDirective(t, edFile, "--at", "2022-01-01T00:00:00Z"); code != exitOK || strings.Contains(out, "BOD 22-01") {
		t.Errorf("on New Year's Day it is closed already:\n%s", out)
	}
	if code, out, _ = runDirective(t, edFile, "--at", "2021-12-01T00:00:00Z"); code != exitOK || !strings.Contains(out, "It had not been issued by then.") {
		t.Errorf("before its issue:\n%s", out)
	}
}

func TestDirectiveShowsWhereMembersStand(t *testing.T) {
	_, out, _ := runDirective(t, cloudFile, "--at", "2027-04-05T00:00:00Z", "--width", "300")
	for _, want := range []string{
		"Halden Power: date passed, no report of completion received · 18 of 21", "Orla Software: date passed, no answer received",
		"Halden Grid Control: excepted for a time · 0 of 10 · has until 2027-09-30 24:00 +02:00", "Brightwell Clinics: reported done · reported after the date",
		"evidence asked for and not given: transfer", "due between 2027-04-26 24:00 +02:00 and 2027-04-30 24:00 +02:00", "39 of 59 systems done, as reported",
		"Encrypted copies every", "confirm, to be sent since 2027-03-26 24:00 +01:00",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if _, de, _ := runDirective(t, cloudFile, "--lang", "de"); !strings.Contains(de, "Verlagerung von Registerdaten") || !strings.Contains(de, "befristet ausgenommen") {
		t.Errorf("in German:\n%s", de)
	}
}

func TestDirectiveInOtherForms(t *testing.T) {
	code, out, errs := runDirective(t, cloudFile, "--format", "json", "--at", "2027-12-01T00:00:00Z")
	var doc struct {
		State  struct{ Counts map[string]int }
		Report struct{ Members, Open, Unproven int }
	}
	if err := json.Unmarshal([]byte(out), &doc); code != exitOK || err != nil || errs != "" {
		t.Fatalf("%d %v %s", code, err, errs)
	}
	if doc.State.Counts["ended"] != 9 || doc.Report.Members != 7 || doc.Report.Open != 6 || doc.Report.Unproven != 1 {
		t.Errorf("%+v", doc)
	}
	if code, out, _ = runDirective(t, cloudFile, "--format", "svg", "--step", "move", "--width", "700"); code != exitOK || !strings.HasPrefix(out, "<svg ") || !strings.Contains(out, `width="700"`) {
		t.Errorf("%d: %.80s", code, out)
	}
}

func TestDirectiveRefusals(t *testing.T) {
	bad := t.TempDir() + "/bad.yaml"
	data, err := os.ReadFile(cloudFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, bytes.Replace(data, []byte("by: board, re: a20"), []byte("by: halden-grid, re: a20"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"directive show needs one file":                   {},
		`--format: "pdf" is not table, json or svg`:       {edFile, "--format", "pdf"},
		`--lang: "it" is not one of en, zh, fr, de`:       {edFile, "--lang", "it"},
		`--at: "now" is not an RFC 3339 time`:             {edFile, "--at", "now"},
		`--step: "dance" is not a step of this directive`: {edFile, "--step", "dance"},
		"nobody grants itself or others an exception":     {bad},
		"no such file":      {"missing.yaml"},
		"case: unknown key": {"../examples/log4shell.yaml"},
		"acts[a21].by: \"halden-grid\" is a member: nobody": {bad},
	} {
		code, out, errs := runDirective(t, args...)
		if code != exitBad || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%v: %d, %q, %q", args, code, out, errs)
		}
	}
}
