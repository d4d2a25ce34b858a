package cli

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

// demoServe opens the platform on this machine with everybody and everything of
// the demo in it, and ends with Ctrl-C.
func (e *env) demoServe(ctx context.Context, c *ufcli.Command) (err error) {
	if err := address(c.String("addr")); err != nil {
		return err
	}
	if host, _, err := net.SplitHostPort(c.String("addr")); err != nil || host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return bad("--addr: the demo lets everybody in who has its links, and so serves this machine alone: 127.0.0.1:PORT")
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	dir, remove, err := demoDir(c.String("data"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	a, err := app.Open(ctx, app.Options{DataDir: dir, Create: true, Now: e.now, Log: e.log()})
	if err != nil {
		return inUse(dir, err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	p, err := a.Platform(app.PlatformOptions{
		Addr: c.String("addr"), Demo: true, Every: 10 * time.Second, Pad: 8, Rate: edge.Rate{PerSecond: -1},
	})
	if err != nil {
		return err
	}
	if err := p.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	visitors, err := p.Demo(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	e.printDemo(p.URL(), visitors, c.String("data"))
	return p.Wait(ctx)
}

// demoDir is the folder of the demo, and what is done with it at the end.
func demoDir(kept string) (dir string, remove func() error, err error) {
	if kept != "" {
		return filepath.Clean(kept), func() error { return nil }, nil
	}
	above, err := os.MkdirTemp("", "tocsin-demo-")
	if err != nil {
		return "", nil, fault.New(fault.Unavailable, "a folder for the demo: %v", err)
	}
	return filepath.Join(above, "data"), func() error { return os.RemoveAll(above) }, nil
}

// printDemo says who one can be, and what each looks at first.
func (e *env) printDemo(url string, visitors []app.Visitor, kept string) {
	pg := newPage(e.out, 0)
	pg.para(plain, "", "The platform is open on "+url+", on this machine alone. Open one of the links to be that person; they can be used again, in one browser after the other or in private windows beside each other.")
	pg.blank()
	for _, v := range visitors {
		who := v.Name + ", " + v.Who
		pg.para(strong, "", who)
		pg.put("  " + pg.paint(accent, v.Link) + "\n")
		pg.para(faint, "  ", "Look at first: "+v.Look)
		pg.blank()
	}
	pg.para(strong, "", "An outsider with a receipt needs no link")
	pg.put("  " + pg.paint(accent, url+"/ledger") + "\n")
	pg.para(faint, "  ", "Look at first: drop a receipt there (from the record of any case); it is checked in the browser, and nothing is uploaded")
	pg.blank()
	end := "Ctrl-C ends the demo, and nothing of it is kept."
	if kept != "" {
		end = "Ctrl-C ends the demo; it is kept in " + kept + ", and tocsin demo --data opens it again."
	}
	pg.para(plain, "", end)
}
