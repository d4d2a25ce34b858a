package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A clock that is a year ahead gets no record its time, until somebody has looked
// at it and says so by name; what is kept can be read all the while.
func TestAClockThatIsAYearAhead(t *testing.T) {
	t.Setenv("TOCSIN_DATA", filepath.Join(t.TempDir(), "data"))
	file := write(t, "c.yaml", "format: tocsin-casefile/1\ncase: T-1\nrecord: kept\nparties: [{id: acme}]\n")
	now := time.Now()
	run := func(code int, says string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		e := &env{in: strings.NewReader(""), out: &out, err: &out, now: func() time.Time { return now }}
		if got := e.run(append([]string{"tocsin"}, args...)); got != code || !strings.Contains(out.String(), says) {
			t.Errorf("%q: exit %d, want %d with %q:\n%s", args, got, code, says, out.String())
		}
	}
	add := []string{"case", "add-event", "T-1", "commented by=acme text=x"}
	run(exitOK, "T-1 is kept", "case", "import", file)
	run(exitOK, "Event e1", add...)

	now = now.AddDate(1, 0, 0)
	run(exitFailed, "more than 90 days later; look at the clock", add...)
	run(exitFailed, "tocsin ledger accept-clock", add...)
	run(exitOK, "id: e1", "case", "export", "T-1")
	run(exitOK, "sound", "ledger", "status")

	// The clock was wrong, and is set right: nothing more is needed.
	now = now.AddDate(-1, 0, 0).Add(time.Minute)
	run(exitOK, "Event e2", add...)

	// The machine really slept for a year: a person says so.
	now = now.AddDate(1, 0, 0)
	run(exitOK, "The clock is taken as it is: "+now.UTC().Format("2006-01-02"), "ledger", "accept-clock", "--by", "A. Example")
	now = now.Add(time.Minute)
	run(exitOK, "Event e3", add...)
	// Back again: records do not go back in time by themselves.
	now = now.AddDate(-1, 0, 0)
	run(exitFailed, "which is before it", add...)
	run(exitOK, "Everything that is kept fits", "ledger", "audit")
}
