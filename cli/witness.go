package cli

import (
	"context"
	"fmt"
	"path/filepath"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/fault"
	"tocsin/receipt"
	"tocsin/witness"
)

func (e *env) witnessCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "witness", Usage: "cosign the log of somebody else: one small process that a partner runs",
		Description: "Example: tocsin witness --name witness.example.org/w1 --log keys.txt --listen 127.0.0.1:8322\n" +
			"keys.txt holds the keys that the operator of the log gave you (tocsin ledger status prints them). The\n" +
			"first start makes the keys of the witness; give them to the operator for the policy. Never put a snapshot\n" +
			"of its folder back: make a new witness instead. It speaks C2SP tlog-witness. Ends with Ctrl-C.",
		Flags: append(witnessFlags(),
			&ufcli.StringFlag{Name: "listen", Value: "127.0.0.1:8322", Usage: "where to listen; port 0 takes a free one"},
			&ufcli.BoolFlag{Name: "keys", Usage: "print the verifier keys and end"},
		),
		DisableSliceFlagSeparator: true,
		HideHelpCommand:           true,
		Commands: []*ufcli.Command{{
			Name: "answer", Usage: "answer a request that came as a file", ArgsUsage: "FILE",
			Description: "Example: tocsin witness answer request.txt --output answer.txt\n" +
				"For networks without a connection: the log's operator writes the request with tocsin ledger\n" +
				"witness-request and takes the answer with tocsin ledger witness-answer.",
			Flags:                     append(witnessFlags(), outputFlag()),
			DisableSliceFlagSeparator: true,
			Action:                    e.witnessAnswer,
		}},
		Action: e.witness,
	}
}

func witnessFlags() []ufcli.Flag {
	return []ufcli.Flag{
		&ufcli.StringFlag{Name: "data", Usage: "folder of the witness; default the folder of the record, with -witness at its end", Sources: ufcli.EnvVars("TOCSIN_WITNESS_DATA"), TakesFile: true},
		&ufcli.StringFlag{Name: "name", Usage: "name of the witness, such as witness.example.org/w1; needed once, at the first start"},
		&ufcli.StringSliceFlag{Name: "log", Usage: "a log's verifier key, or a file with one a line; may be repeated"},
		&ufcli.StringFlag{Name: "policy", Usage: "take the logs from the log lines of this policy", TakesFile: true},
		&ufcli.BoolFlag{Name: "accept-clock", Usage: "cosign although the clock lies before the last cosignature"},
	}
}

// openWitness opens or makes the witness that the flags name.
func (e *env) openWitness(c *ufcli.Command, needLogs bool) (*witness.Server, error) {
	dir := c.String("data")
	if dir == "" {
		d := defaultDataDir()
		if d == "" {
			return nil, fault.New(fault.Invalid, "this system does not say where programs keep data; name a folder with --data")
		}
		dir = d + "-witness"
	}
	logs, err := e.keys("--log", c.StringSlice("log"))
	if err != nil {
		return nil, err
	}
	if file := c.String("policy"); file != "" {
		data, err := e.readFile(file, maxKeyFile)
		if err != nil {
			return nil, err
		}
		p, err := receipt.ParsePolicy(data)
		if err != nil {
			return nil, inFile(file, err)
		}
		for _, l := range p.Logs() {
			logs = append(logs, l.Key)
		}
	}
	if needLogs && len(logs) == 0 {
		return nil, &exit{exitBad, fmt.Errorf("whose log is to be cosigned? --log VKEY (its operator has it from tocsin ledger status), or --policy FILE")}
	}
	return witness.Open(filepath.Clean(dir), witness.Options{
		Create: c.String("name") != "", Name: c.String("name"), Logs: logs,
		AcceptClock: c.Bool("accept-clock"), Now: e.now, Log: e.log(),
	})
}

func (e *env) witness(ctx context.Context, c *ufcli.Command) (err error) {
	if err := onlyArgs(c, 0, 0, "tocsin witness --name witness.example.org/w1 --log keys.txt"); err != nil {
		return err
	}
	if err := address(c.String("listen")); err != nil {
		return err
	}
	w, err := e.openWitness(c, !c.Bool("keys"))
	if err != nil {
		return err
	}
	defer func() {
		if cerr := w.Close(); err == nil {
			err = cerr
		}
	}()
	for _, k := range w.Keys() {
		fmt.Fprintln(e.out, k.String())
	}
	if c.Bool("keys") {
		return nil
	}
	for _, trouble := range w.Troubles() {
		fmt.Fprintf(lineWriter{e.err}, "tocsin: %v\n", trouble)
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	return app.ListenAndServe(ctx, c.String("listen"), w, func(addr string) {
		fmt.Fprintf(e.out, "witness on http://%s\n", addr)
	})
}

func (e *env) witnessAnswer(_ context.Context, c *ufcli.Command) (err error) {
	if err := onlyArgs(c, 1, 1, "tocsin witness answer request.txt --output answer.txt"); err != nil {
		return err
	}
	request, err := e.readFile(c.Args().First(), maxKeyFile)
	if err != nil {
		return err
	}
	w, err := e.openWitness(c, true)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := w.Close(); err == nil {
			err = cerr
		}
	}()
	answer, err := w.Answer(request)
	if err != nil {
		return inFile(c.Args().First(), err)
	}
	return e.writeOut(c, answer)
}
