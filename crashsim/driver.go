package crashsim

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"github.com/ncruces/go-sqlite3"
	ncruces "github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/vfs"
)

// The names under which database/sql opens databases on disks. Careless is for
// controls: its connections run with synchronous=NORMAL and swear that they run
// with FULL, so that a program which reads the setting back is deceived.
const (
	Driver   = "crashsim"
	Careless = "crashsim-careless"
)

func init() {
	sql.Register(Driver, opener{vfs: vfsName})
	sql.Register(Careless, opener{vfs: carelessName, first: "PRAGMA synchronous=NORMAL"})
}

// opener adds to a data source name on which file system it is.
type opener struct{ vfs, first string }

func (o opener) Open(dsn string) (driver.Conn, error) {
	c, err := o.OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	return c.Connect(context.Background())
}

func (o opener) OpenConnector(dsn string) (driver.Connector, error) {
	sep := "?"
	if strings.Contains(dsn, "?") {
		sep = "&"
	}
	c, err := (&ncruces.SQLite{}).OpenConnector(dsn + sep + "vfs=" + o.vfs)
	return connector{c, o}, err
}

// connector says the first word on each connection.
type connector struct {
	driver.Connector
	o opener
}

func (c connector) Driver() driver.Driver { return c.o }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil || c.o.first == "" {
		return conn, err
	}
	if err := conn.(ncruces.Conn).Raw().Exec(c.o.first); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

const carelessName = "crashsim-careless"

func init() { vfs.Register(carelessName, careless{}) }

// careless is the file system whose files lie about PRAGMA synchronous.
type careless struct{ system }

func (c careless) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := c.system.Open(name, flags)
	if err != nil {
		return nil, flags, err
	}
	return liar{f.(*file)}, flags, nil
}

type liar struct{ *file }

// Pragma answers for the core, which never hears that FULL was asked for.
func (liar) Pragma(name, value string) (string, error) {
	if name != "synchronous" || strings.EqualFold(value, "NORMAL") {
		return "", sqlite3.NOTFOUND
	}
	if value == "" {
		return "2", nil
	}
	return "", nil
}
