package cli

import (
	"context"
	"fmt"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/client"
	"tocsin/internal/fault"
)

func (e *env) dossierCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "dossier", Usage: "a case or a decision as one HTML file that anybody can check offline", ArgsUsage: "CASE",
		Description: "Example: tocsin dossier TOC-2021-0001 --server https://tocsin.example.org -o dossier.html\n" +
			"A decision of a partnership, with what led to it and what followed:\n" +
			"         tocsin dossier MEMBERSHIP --act EVENT --server https://tocsin.example.org -o decision.html\n" +
			"The file holds what the token's person sees, so it is made by a platform, and needs the scope export.",
		Flags: recordFlags(
			&ufcli.StringFlag{Name: "act", Usage: "CASE is a membership or its file: the dossier of this act of it"},
			&ufcli.StringFlag{Name: "lang", Usage: "language of the file: en, zh, fr, de; default that of the token's person"},
			outputFlag(),
		),
		Action: e.dossier,
	}
}

func (e *env) dossier(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin dossier TOC-2021-0001 --server https://tocsin.example.org -o dossier.html"); err != nil {
		return err
	}
	r, err := e.platform(c)
	if err != nil {
		return err
	}
	name, lang := c.Args().First(), c.String("lang")
	ship, err := membershipOf(ctx, r, name, c.String("act") != "")
	if err != nil {
		return err
	}
	var page []byte
	if ship != "" {
		page, err = r.PartnershipDossier(ctx, ship, c.String("act"), lang)
	} else {
		page, err = r.Dossier(ctx, name, lang)
	}
	if err != nil {
		return err
	}
	return e.writeOut(c, page)
}

// partnershipFile begins the id of the file of a membership, whose id follows.
const partnershipFile = "PARTNERSHIP-"

// membershipOf gives the membership that a name means: its own id, or that or the
// handle of its file. "" is none, which is an error where one must be meant.
func membershipOf(ctx context.Context, r *client.Client, name string, must bool) (string, error) {
	if !must && !strings.HasPrefix(name, partnershipFile) {
		return "", nil
	}
	all, err := r.Memberships(ctx)
	if err != nil {
		return "", err
	}
	for _, m := range all {
		if name == m.ID || name == m.Handle || name == partnershipFile+m.ID {
			return m.ID, nil
		}
	}
	if must {
		return "", fault.New(fault.NotFound, "%q is no membership that you are on one side of; tocsin partner list names those", name)
	}
	return "", nil
}

// platform is the running platform that a command needs.
func (e *env) platform(c *ufcli.Command) (*client.Client, error) {
	r, err := e.remote(c)
	if err == nil && r == nil {
		err = &exit{exitBad, fmt.Errorf("%s asks a running platform: name it with --server https://tocsin.example.org", c.FullName())}
	}
	return r, err
}
