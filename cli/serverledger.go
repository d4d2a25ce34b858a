package cli

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/client"
	"tocsin/internal/fault"
	"tocsin/internal/plaintext"
)

// ledgerOf tells what a running platform says of its log in public. How it stands
// inside is for its operator.
func (e *env) ledgerOf(ctx context.Context, c *ufcli.Command, r *client.Client, asJSON bool) error {
	l, err := r.Ledger(ctx)
	if err != nil {
		return err
	}
	switch {
	case c.Bool("keys"):
		if len(l.Keys) == 0 {
			return fault.New(fault.NotFound, "the platform tells no key of the origin %s", dash(l.Origin))
		}
		for _, k := range l.Keys {
			fmt.Fprintln(lineWriter{e.out}, plaintext.Clean(k))
		}
		return nil
	case asJSON:
		return e.writeJSON(l)
	}
	e.sayPublic(l)
	return nil
}

func (e *env) sayPublic(l *client.Ledger) {
	out := lineWriter{e.out}
	say := func(format string, args ...any) { // the labels stand in a column
		for i, a := range args {
			if s, ok := a.(string); ok {
				args[i] = plaintext.Clean(s)
			}
		}
		fmt.Fprintf(out, format+"\n", args...)
	}
	say("origin      %s", dash(l.Origin))
	if l.Epoch > 1 {
		say("epoch       %d", l.Epoch)
	}
	say("size        %d", l.Size)
	say("root        %s", dash(l.Root))
	if p := l.Checkpoint; p == nil {
		say("checkpoint  none yet")
	} else {
		say("checkpoint  size %d, %s by the platform's own clock", p.Size, instant(p.At))
		say("cosigned    %s", dash(strings.Join(p.Cosigned, ", ")))
		say("stamps      %d", p.Stamps)
	}
	for _, w := range l.Witnesses {
		say("witness     %s %s", w.Name, dash(w.URL))
	}
	if len(l.Witnesses) > 0 {
		say("quorum      %s", l.Quorum)
	}
	if l.TSA != "" {
		say("time-stamps %s", l.TSA)
	}
	if !l.OutsideTime {
		say("outside     NO outside time is set up: receipts prove no time, and other views of the log are not excluded.")
	}
	say("verifier keys as the platform tells them; have them from somebody else too, for tocsin verify --key:")
	for _, k := range l.Keys {
		say("%s", k)
	}
	if len(l.OldKeys) > 0 {
		say("of earlier epochs, for older receipts:")
		for _, k := range l.OldKeys {
			say("%s", k)
		}
	}
}

// unhex gives the bytes of a commitment; none for what is no hex.
func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}
