package cli

import (
	"context"
	"fmt"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
)

func (e *env) tsaRequestCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "tsa-request", Usage: "a file to carry to a time-stamp authority without a network",
		Description: "Example: tocsin ledger tsa-request --output request.tsq\n" +
			"It asks for a time-stamp (RFC 3161) of the last published checkpoint, and holds nothing but a hash. Where\n" +
			"there is a network, any authority answers it:\n" +
			"  curl -H 'Content-Type: application/timestamp-query' --data-binary @request.tsq -o answer.tsr https://tsa.example.org/\n" +
			"Take the answer with tocsin ledger tsa-answer.",
		Flags: dataFlags(outputFlag()),
		Action: func(ctx context.Context, c *ufcli.Command) error {
			if err := onlyArgs(c, 0, 0, "tocsin ledger tsa-request --output request.tsq"); err != nil {
				return err
			}
			return e.within(ctx, c, toRead, func(ctx context.Context, a *app.App) error {
				query, err := a.StampRequest(ctx)
				if err != nil {
					return err
				}
				return e.writeOut(c, query)
			})
		},
	}
}

func (e *env) tsaAnswerCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "tsa-answer", Usage: "take the file that a time-stamp authority answered with", ArgsUsage: "FILE",
		Description: "Example: tocsin ledger tsa-answer answer.tsr\n" +
			"FILE is the answer (.tsr), or the token alone. It counts only if it verifies against the root that was set\n" +
			"up with tocsin ledger outside --tsa-roots roots.pem, and goes to the checkpoint that it is over, although\n" +
			"the log may have gone on since.",
		Flags: dataFlags(),
		Action: func(ctx context.Context, c *ufcli.Command) error {
			if err := onlyArgs(c, 1, 1, "tocsin ledger tsa-answer answer.tsr"); err != nil {
				return err
			}
			name := c.Args().First()
			answer, err := e.readFile(name, maxKeyFile)
			if err != nil {
				return err
			}
			return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
				r, err := a.StampAnswer(ctx, answer)
				if err != nil {
					return inFile(name, err)
				}
				fmt.Fprintf(lineWriter{e.out}, "The checkpoint over %d entries has a time-stamp now; receipts that it covers carry it.\n", r.Size)
				return nil
			})
		},
	}
}
