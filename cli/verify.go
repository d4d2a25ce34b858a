package cli

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

func (e *env) verifyCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "verify", Usage: "check receipts offline, with keys alone", ArgsUsage: "FILE…",
		Description: "Example: tocsin verify log4shell.tlog-proof --key keys.txt\n" +
			"         tocsin verify *.tlog-proof --policy policy.txt --tsa-roots roots.pem\n" +
			"No network, no database. The keys come from the operator (tocsin ledger status) on a way that you trust;\n" +
			"a policy (C2SP tlog-policy) also names witnesses and how many of them are needed. Several receipts are\n" +
			"held against one another. Exit 0 all is proved, 1 something is not, 2 something could not be read.",
		Flags: []ufcli.Flag{
			&ufcli.StringSliceFlag{Name: "key", Usage: "a verifier key, or a file with one a line; may be repeated"},
			&ufcli.StringFlag{Name: "policy", Usage: "a file that names logs, witnesses and a quorum", TakesFile: true},
			&ufcli.StringFlag{Name: "tsa-roots", Usage: "PEM file with the roots of the time-stamp authorities that you trust", TakesFile: true},
			formatFlag(),
		},
		DisableSliceFlagSeparator: true,
		Action:                    e.verify,
	}
}

// maxKeyFile is the most bytes of a file of keys, a policy or roots.
const maxKeyFile = 1 << 20

// verified is the outcome of one file.
type verified struct {
	File       string           `json:"file"`
	Unreadable string           `json:"unreadable,omitempty"`
	Verdict    *receipt.Verdict `json:"verdict,omitempty"`
	Says       []string         `json:"says,omitempty"`
}

func (e *env) verify(_ context.Context, c *ufcli.Command) error {
	if c.Args().Len() == 0 {
		return &exit{exitBad, fmt.Errorf("verify needs a receipt; for example: tocsin verify case.tlog-proof --key keys.txt")}
	}
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	policy, err := e.policy(c)
	if err != nil {
		return err
	}
	var o receipt.Options
	if name := c.String("tsa-roots"); name != "" {
		if o.Roots, err = e.roots(name); err != nil {
			return err
		}
	}
	var results []verified
	var verdicts []receipt.Verdict
	unreadable, unproved := 0, 0
	for _, name := range c.Args().Slice() {
		v := verified{File: name}
		if p, err := e.proof(name); err != nil {
			unreadable++
			v.Unreadable = err.Error()
		} else {
			verdict := receipt.Verify(p, policy, o)
			if !verdict.Proved {
				unproved++
			}
			v.Verdict, v.Says = &verdict, verdict.Lines()
			verdicts = append(verdicts, verdict)
		}
		results = append(results, v)
	}
	contradictions, notices := receipt.Compare(verdicts)
	if asJSON {
		if err := e.writeJSON(map[string]any{"receipts": results, "contradictions": some(contradictions), "notices": some(notices)}); err != nil {
			return err
		}
	} else {
		e.sayVerified(results, contradictions, notices)
	}
	switch {
	case unreadable > 0:
		return &exit{exitBad, fmt.Errorf("receipts that could not be read: %d", unreadable)}
	case unproved > 0:
		return &exit{exitFailed, fmt.Errorf("receipts that are not proved: %d", unproved)}
	case len(contradictions) > 0:
		return &exit{exitFailed, fmt.Errorf("the receipts contradict one another; keep all of them, each is signed")}
	}
	return nil
}

func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (e *env) sayVerified(results []verified, contradictions, notices []string) {
	out := lineWriter{e.out}
	for i, v := range results {
		indent := ""
		if len(results) > 1 {
			if i > 0 {
				fmt.Fprintln(out)
			}
			fmt.Fprintln(out, v.File)
			indent = "  "
		}
		if v.Unreadable != "" {
			fmt.Fprintln(out, indent+"Unreadable: "+v.Unreadable)
		}
		for _, line := range v.Says {
			fmt.Fprintln(out, indent+line)
		}
	}
	for _, part := range []struct {
		title string
		lines []string
	}{{"The receipts contradict one another:", contradictions}, {"To be asked about:", notices}} {
		if len(part.lines) > 0 {
			fmt.Fprintf(out, "\n%s\n", part.title)
		}
		for _, line := range part.lines {
			fmt.Fprintln(out, "  "+line)
		}
	}
}

// proof reads a receipt.
func (e *env) proof(name string) (receipt.Proof, error) {
	data, err := e.readFile(name, receipt.MaxProof)
	if err != nil {
		return receipt.Proof{}, err
	}
	p, err := receipt.ParseProof(data)
	return p, inFile(name, err)
}

// policy reads --key or --policy.
func (e *env) policy(c *ufcli.Command) (*receipt.Policy, error) {
	keys, file := c.StringSlice("key"), c.String("policy")
	switch {
	case len(keys) > 0 && file != "":
		return nil, &exit{exitBad, fmt.Errorf("--key and --policy exclude one another")}
	case file != "":
		data, err := e.readFile(file, maxKeyFile)
		if err != nil {
			return nil, err
		}
		p, err := receipt.ParsePolicy(data)
		return p, inFile(file, err)
	case len(keys) == 0:
		return nil, &exit{exitBad, fmt.Errorf("whose log is trusted? --key VKEY (tocsin ledger status prints it), or --policy FILE")}
	}
	list, err := e.keys("--key", keys)
	if err != nil {
		return nil, err
	}
	return receipt.KeysPolicy(list)
}

// keys reads verifier keys; a word that is none may name a file of them.
func (e *env) keys(flag string, words []string) ([]receipt.Key, error) {
	var out []receipt.Key
	for _, w := range words {
		k, err := receipt.ParseKey(w)
		if err == nil {
			out = append(out, k)
			continue
		}
		if _, serr := os.Stat(w); serr != nil {
			return nil, fault.New(fault.Invalid, "%s: neither a verifier key (%v) nor a file", flag, err)
		}
		data, err := e.readFile(w, maxKeyFile)
		if err != nil {
			return nil, err
		}
		n := len(out)
		for i, line := range strings.Split(string(data), "\n") {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			k, err := receipt.ParseKey(line)
			if err != nil {
				return nil, fault.At(w, i+1, "", "%v", err)
			}
			out = append(out, k)
		}
		if len(out) == n {
			return nil, fault.New(fault.Invalid, "%s: there is no verifier key in this file", w)
		}
	}
	return out, nil
}

// roots reads the roots of time-stamp authorities. The system's own never count.
func (e *env) roots(name string) (*x509.CertPool, error) {
	data, err := e.readFile(name, maxKeyFile)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fault.New(fault.Invalid, "%s: there is no certificate in PEM form in this file", name)
	}
	return pool, nil
}

// inFile puts the name of a file on an error that has none.
func inFile(name string, err error) error {
	if f, ok := err.(*fault.Error); ok && f.File == "" {
		g := *f
		g.File = name
		return &g
	}
	return err
}
