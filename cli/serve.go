package cli

import (
	"context"
	"fmt"
	"net"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
)

func (e *env) serveCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "serve", Usage: "publish the log on a fixed cadence and serve its public side",
		Description: "Example: tocsin serve --addr 127.0.0.1:8321\n" +
			"Every tick the log grows by a multiple of --pad, with entries that say nothing, and a checkpoint is signed:\n" +
			"how busy a case is cannot be read from the log. For now this serves /checkpoint and /tile/… (C2SP\n" +
			"tlog-tiles) and nothing else. Ends with Ctrl-C.",
		Flags: dataFlags(
			&ufcli.StringFlag{Name: "addr", Value: "127.0.0.1:8321", Usage: "where to listen; port 0 takes a free one"},
			&ufcli.DurationFlag{Name: "every", Value: 10 * time.Minute, Usage: "time between two checkpoints"},
			&ufcli.Int64Flag{Name: "pad", Value: 8, Usage: "the log grows by multiples of this many entries"},
		),
		Action: e.serve,
	}
}

func (e *env) serve(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin serve --addr 127.0.0.1:8321"); err != nil {
		return err
	}
	every, pad := c.Duration("every"), c.Int64("pad")
	switch {
	case every < time.Second:
		return &exit{exitBad, fmt.Errorf("--every: %s is too short; at least 1s, and minutes are sensible", every)}
	case pad < 1 || pad > 1<<16:
		return &exit{exitBad, fmt.Errorf("--pad: %d is not between 1 and 65536", pad)}
	}
	if err := address(c.String("addr")); err != nil {
		return err
	}
	return e.within(ctx, c, toBegin, func(ctx context.Context, a *app.App) error {
		if policy, tsa := a.Outside(); policy == nil && tsa == "" {
			fmt.Fprintln(e.err, "tocsin: no outside time is set up; see tocsin ledger outside --help")
		}
		return a.Serve(ctx, app.ServeOptions{Addr: c.String("addr"), Every: every, Pad: pad, Ready: func(addr string) {
			fmt.Fprintf(e.out, "serving the public log on http://%s/checkpoint\n", addr)
		}})
	})
}

// address refuses what net.Listen would only half understand.
func address(addr string) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return &exit{exitBad, fmt.Errorf("--addr: %q is not HOST:PORT, such as 127.0.0.1:8321", addr)}
	}
	return nil
}
