package cli

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/client"
	"tocsin/internal/fault"
)

// recordFlags name the record that a command works on, in a folder of this
// machine or on a running platform.
func recordFlags(more ...ufcli.Flag) []ufcli.Flag {
	return append(dataFlags(more...),
		&ufcli.StringFlag{Name: "server", Usage: "address of a running platform, instead of a folder, such as https://tocsin.example.org", Sources: ufcli.EnvVars("TOCSIN_SERVER")},
		&ufcli.StringFlag{Name: "token-file", Usage: "file with the API token for --server; or the token itself in TOCSIN_TOKEN", TakesFile: true},
		&ufcli.BoolFlag{Name: "insecure", Usage: "with --server: plain http to another machine; the token and the case can then be read on the way"},
	)
}

// maxToken is more than the bytes of any token file.
const maxToken = 4 << 10

// remote gives the platform that the flags name, nil if they name none.
func (e *env) remote(c *ufcli.Command) (*client.Client, error) {
	server := c.String("server")
	if server == "" {
		return nil, nil
	}
	for _, name := range []string{"data", "database"} {
		if v := c.String(name); v == "" || v == os.Getenv("TOCSIN_"+strings.ToUpper(name)) {
			continue
		}
		if server == os.Getenv("TOCSIN_SERVER") {
			return nil, nil // what was typed stands above the environment
		}
		return nil, &exit{exitBad, fmt.Errorf("--server and --%s exclude one another", name)}
	}
	if strings.HasPrefix(server, "http://") && !client.Local(server) && !c.Bool("insecure") {
		return nil, &exit{exitBad, fmt.Errorf("--server: plain http to another machine shows the token and the case to everybody on the way; use https, or say --insecure")}
	}
	token, err := e.token(c)
	if err != nil {
		return nil, err
	}
	e.tokenless = token == ""
	// A case of ten thousand events is computed and sent within this.
	return client.New(server, token, &http.Client{Timeout: 2 * time.Minute})
}

// token is the API token: never a flag of its own, since a command line can be
// read by others.
func (e *env) token(c *ufcli.Command) (string, error) {
	file := c.String("token-file")
	if file == "" {
		return strings.TrimSpace(os.Getenv("TOCSIN_TOKEN")), nil
	}
	data, err := e.readFile(file, maxToken)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(data))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", fault.New(fault.Invalid, "%s holds no token; a token is one word that begins with tocsin_", file)
	}
	return token, nil
}

// hinted says the next step on the command line where the platform, which also
// answers other programs, cannot.
func (e *env) hinted(err error) error {
	var refused *client.Error
	switch {
	case !errors.As(err, &refused):
		return err
	case refused.Status == http.StatusUnauthorized && e.tokenless:
		return fault.New(fault.KindOf(err), "a token is needed: make one on the platform (Settings, API tokens), keep it in a file that only you can read, and name that with --token-file FILE; or put it into the variable TOCSIN_TOKEN")
	case refused.Status == http.StatusUnauthorized:
		return fault.New(fault.KindOf(err), "%v; make a new one on the platform (Settings, API tokens)", err)
	case refused.Status == http.StatusNotFound && strings.HasSuffix(err.Error(), "there is no such case here"):
		return fault.New(fault.NotFound, "%v that you may see; tocsin case list names those", err)
	}
	return err
}

// noBy refuses --by where the platform knows who asks.
func noBy(c *ufcli.Command) error {
	if c.IsSet("by") {
		return &exit{exitBad, fmt.Errorf("--by does not go with --server: the platform records the person whose token it is")}
	}
	return nil
}
