package sqlite

import (
	"context"
	"net/url"

	"tocsin/internal/fault"
)

// setting is a pragma that each connection must have: as it is set and as it
// reads back.
type setting struct{ name, value, reads string }

// settings are asked for in the data source name and read back on each new
// connection; busy_timeout comes first, for the others may have to wait.
var settings = []setting{
	{"busy_timeout", "10000", "10000"},
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"fullfsync", "ON", "1"}, // where fsync alone does not reach the disk (macOS)
	{"checkpoint_fullfsync", "ON", "1"},
	{"foreign_keys", "ON", "1"},
	{"secure_delete", "ON", "1"},
	{"trusted_schema", "OFF", "0"},
	{"cell_size_check", "ON", "1"},
}

// queryOnly is for the connections that only read.
var queryOnly = setting{"query_only", "ON", "1"}

func settingsOf(write bool) []setting {
	if write {
		return settings
	}
	return append(settings[:len(settings):len(settings)], queryOnly)
}

func pragmas(list []setting) url.Values {
	v := url.Values{}
	for _, s := range list {
		v.Add("_pragma", s.name+"("+s.value+")")
	}
	return v
}

// readBack refuses a connection whose settings are not those that were asked
// for. What a driver or a build of SQLite silently ignores shows here.
func (c *conn) readBack(ctx context.Context, list []setting) error {
	for _, s := range list {
		var got string
		if err := c.value(ctx, "PRAGMA "+s.name, &got); err != nil {
			return err
		}
		if got != s.reads {
			return fault.New(fault.Unavailable, "the database runs with %s = %s, and %s is needed: what is acknowledged would not be safe; nothing was opened", s.name, got, s.reads)
		}
	}
	return nil
}
