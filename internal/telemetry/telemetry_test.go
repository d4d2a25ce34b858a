package telemetry

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/internal/fault"
)

// scrape is what Prometheus gets.
func scrape(t testing.TB, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "GET", "/metrics", nil))
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func value(text, series string) string {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func TestWhatIsCounted(t *testing.T) {
	m := New(Options{
		Patterns: []string{"/cases/{handle}", "/desk"}, Version: "v1", Began: time.Unix(1000, 0),
		Figures: func(context.Context) Figures {
			return Figures{Duties: 7, PastDue: 2, OldestPastDue: 90 * time.Second, LedgerSize: 64, CheckpointAge: time.Minute, CanaryAge: -1, Ready: true}
		},
	})
	m.Request("/desk", "GET", 200, 30*time.Millisecond)
	m.Request("/desk", "GET", 204, 30*time.Millisecond)
	m.Request("/desk", "GET", 503, 3*time.Second)
	m.Request("/cases/{handle}", "POST", 409, time.Millisecond)
	m.Request("/cases/x7f3", "BREW", 999, time.Millisecond)
	m.DatabaseError(fault.Unavailable)
	m.DatabaseError("made up")
	text := scrape(t, m)
	for series, want := range map[string]string{
		`tocsin_http_requests_total{method="GET",route="/desk",status="2xx"}`:            "2",
		`tocsin_http_requests_total{method="GET",route="/desk",status="5xx"}`:            "1",
		`tocsin_http_requests_total{method="POST",route="/cases/{handle}",status="4xx"}`: "1",
		`tocsin_http_requests_total{method="other",route="other",status="other"}`:        "1",
		`tocsin_http_request_seconds_count{route="/desk"}`:                               "3",
		`tocsin_http_request_seconds_bucket{route="/desk",le="0.1"}`:                     "2",
		`tocsin_database_errors_total{kind="unavailable"}`:                               "1",
		`tocsin_database_errors_total{kind="internal"}`:                                  "0",
		`tocsin_database_errors_total{kind="other"}`:                                     "1",
		`tocsin_duties_open`:                    "7",
		`tocsin_duties_past_due`:                "2",
		`tocsin_duties_oldest_past_due_seconds`: "90",
		`tocsin_ledger_entries`:                 "64",
		`tocsin_checkpoint_age_seconds`:         "60",
		`tocsin_canary_age_seconds`:             "", // not known
		`tocsin_ready`:                          "1",
		`tocsin_ledger_read_only`:               "0",
		`tocsin_start_time_seconds`:             "1000",
		`tocsin_build_info{version="v1"}`:       "1",
	} {
		if got := value(text, series); got != want {
			t.Errorf("%s is %q, want %q", series, got, want)
		}
	}
	if !strings.Contains(text, "\ngo_goroutines ") || !strings.Contains(text, "\nprocess_") {
		t.Error("the runtime or the process is missing")
	}
}

var label = regexp.MustCompile(`(\w+)="((?:[^"\\]|\\.)*)"`)

// closed are all values that a label of ours may have.
var closed = map[string][]string{
	"route":  {"/cases/{handle}", "/desk", "none", "other"},
	"method": {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "other"},
	"status": {"1xx", "2xx", "3xx", "4xx", "5xx", "other"},
	"kind":   {"unavailable", "conflict", "internal", "forbidden", "other"},
}

// open gives the labels of ours that are in no closed list.
func open(text string) (out []string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "tocsin_") {
			continue
		}
		for _, m := range label.FindAllStringSubmatch(line, -1) {
			if m[1] != "le" && !slices.Contains(closed[m[1]], m[2]) {
				out = append(out, m[1]+"="+m[2])
			}
		}
	}
	return out
}

// Whatever is asked and whatever goes wrong, no label holds anything of it.
func TestLabelsHoldNoContent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := New(Options{Patterns: []string{"/cases/{handle}", "/desk", "none"}})
		for range rapid.IntRange(1, 30).Draw(t, "requests") {
			route := rapid.SampledFrom([]string{"/cases/{handle}", "/desk", "none", "/cases/" + rapid.String().Draw(t, "handle"), rapid.String().Draw(t, "any")}).Draw(t, "route")
			method := rapid.SampledFrom([]string{"GET", "DELETE", rapid.String().Draw(t, "verb")}).Draw(t, "method")
			m.Request(route, method, rapid.Int().Draw(t, "status"), time.Duration(rapid.Int64().Draw(t, "took")))
			m.DatabaseError(fault.Kind(rapid.String().Draw(t, "kind")))
		}
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "GET", "/metrics", nil))
		if got := open(w.Body.String()); len(got) > 0 {
			t.Fatalf("labels that are in no list: %v", got)
		}
	})
}

// The control: a label with content is found.
func TestTheCheckerOfLabelsSees(t *testing.T) {
	const bad = `tocsin_http_requests_total{method="GET",route="/cases/TOC-2026-1",status="2xx"} 1` + "\n"
	if got := open(bad); fmt.Sprint(got) != "[route=/cases/TOC-2026-1]" {
		t.Errorf("found %v", got)
	}
}

// Two programs in one process, as tests make them, do not share a registry.
func TestNothingIsGlobal(t *testing.T) {
	a, b := New(Options{Patterns: []string{"/desk"}}), New(Options{Patterns: []string{"/desk"}})
	a.Request("/desk", "GET", 200, 0)
	if got := value(scrape(t, b), `tocsin_http_requests_total{method="GET",route="/desk",status="2xx"}`); got != "" {
		t.Errorf("the other one counted %s", got)
	}
}
