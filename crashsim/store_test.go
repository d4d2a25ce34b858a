package crashsim

import (
	"context"
	"net/url"
	"testing"

	"tocsin/store/sqlite"
)

// TestStoreRefuses checks that the product reads its settings back: with
// synchronous=NORMAL it does not open. (The controls need a driver that lies.)
func TestStoreRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		driver string
		change func(url.Values)
		opens  bool
	}{
		{"as it asks", Driver, func(url.Values) {}, true},
		{"a driver that lies", Careless, func(url.Values) {}, true},
		{"synchronous=NORMAL", Driver, func(v url.Values) { v.Add("_pragma", "synchronous(NORMAL)") }, false},
		{"synchronous=OFF", Driver, func(v url.Values) { v.Add("_pragma", "synchronous(OFF)") }, false},
		{"no write-ahead log", Driver, func(v url.Values) { v.Add("_pragma", "journal_mode(DELETE)") }, false},
		{"settings not understood", Driver, func(v url.Values) { v.Del("_pragma") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDisk(t, 1)
			s, err := sqlite.Open(context.Background(), sqlite.Options{
				Path: d.Boot(Plan{}) + "/tocsin.db", Driver: c.driver, Code: extended,
				DSN: func(path string, settings url.Values) string {
					c.change(settings)
					return "file:" + path + "?" + settings.Encode()
				},
			})
			if (err == nil) != c.opens {
				t.Errorf("opening answers %v, want it to open: %t", err, c.opens)
			}
			if err == nil {
				_ = s.Close()
			}
		})
	}
}
