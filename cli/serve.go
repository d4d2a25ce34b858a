package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/edge"
)

const serveExample = "tocsin serve --addr 127.0.0.1:8321"

func (e *env) serveCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "serve", Usage: "the platform: pages, API and public log on one address",
		Description: "Example: " + serveExample + "\n" +
			"         tocsin serve --addr 127.0.0.1:8321 --behind-proxy 127.0.0.1/32 --host tocsin.example.org\n" +
			"         tocsin serve --addr :443 --host tocsin.example.org --tls-cert chain.pem --tls-key key.pem\n" +
			"         tocsin serve --recover administrator    # once, for the last administrator who lost every way in\n" +
			"On a new folder it prints a link, good once, that makes the first administrator. What is half secure is\n" +
			"refused with a sentence. Every tick of --every the log grows by a multiple of --pad, with entries that say\n" +
			"nothing, and a checkpoint is signed: how busy a case is cannot be read from the log. Ends with Ctrl-C.",
		Flags:  dataFlags(serveFlags()...),
		Action: e.serve,
	}
}

// setting is a flag that can be given as a variable too: --behind-proxy is
// TOCSIN_BEHIND_PROXY.
func setting(name string) ufcli.ValueSourceChain {
	return ufcli.EnvVars("TOCSIN_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
}

func serveFlags() []ufcli.Flag {
	text := func(name, usage string) ufcli.Flag {
		return &ufcli.StringFlag{Name: name, Usage: usage, Sources: setting(name)}
	}
	return []ufcli.Flag{
		&ufcli.StringFlag{Name: "addr", Value: "127.0.0.1:8321", Usage: "where to listen; port 0 takes a free one", Sources: setting("addr")},
		&ufcli.StringSliceFlag{Name: "host", Usage: "`NAME` under which people ask for it, with a port where it is not the scheme's own; may be given again", Sources: setting("host")},
		&ufcli.StringSliceFlag{Name: "behind-proxy", Usage: "network (`CIDR`) of a reverse proxy that speaks https to people and is believed about them", Sources: setting("behind-proxy")},
		&ufcli.StringFlag{Name: "tls-cert", Usage: "certificate with its chain, PEM; read again when it changes", Sources: setting("tls-cert"), TakesFile: true},
		&ufcli.StringFlag{Name: "tls-key", Usage: "its key, PEM, readable by its owner alone", Sources: setting("tls-key"), TakesFile: true},
		text("sso-issuer", "address of an OpenID Connect provider for single sign-on"),
		text("sso-client-id", "what the provider calls this platform"),
		&ufcli.StringFlag{Name: "sso-secret-file", Usage: "file with the client's secret, readable by its owner alone", Sources: setting("sso-secret-file"), TakesFile: true},
		text("metrics-addr", "where Prometheus may ask for /metrics; off by default"),
		text("ping", "address that is asked after each good run of the canary, for a watcher that notices silence"),
		&ufcli.StringSliceFlag{Name: "security-contact", Usage: "`URI` to tell of a flaw in this platform (mailto:, https:, tel:), shown at /.well-known/security.txt; may be given again, the preferred one first", Sources: setting("security-contact")},
		text("security-policy", "https address of the page that says how you want to be told of flaws"),
		&ufcli.FloatFlag{Name: "rate", Value: 50, Usage: "requests a second that are answered to one address (an IPv6 /64), in bursts of four times as many; more gets 429. 0: no limit, for a proxy that has its own", Sources: setting("rate")},
		&ufcli.FloatFlag{Name: "person-rate", Value: 50, Usage: "the same for the API and one person over all their tokens, in bursts of six times as many; 0: no limit", Sources: setting("person-rate")},
		&ufcli.DurationFlag{Name: "every", Aliases: []string{"publish-every"}, Value: 10 * time.Minute, Usage: "time between two checkpoints", Sources: setting("every")},
		&ufcli.Int64Flag{Name: "pad", Value: 8, Usage: "the log grows by multiples of this many entries", Sources: setting("pad")},
		&ufcli.StringFlag{Name: "recover", Usage: "print a link, good once, by which the person of this `LOGIN` comes back who lost every way in"},
		identityFlag(),
		&ufcli.StringFlag{Name: "log", Value: "lines", Usage: "lines: what a person should know; json: a line a request too, without content", Sources: setting("log")},
	}
}

func (e *env) serve(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, serveExample); err != nil {
		return err
	}
	o, err := serveOptions(c)
	if err != nil {
		return err
	}
	if err := o.Check(); err != nil {
		return err
	}
	if err := e.logAs(c.String("log")); err != nil {
		return err
	}
	return e.within(ctx, c, toBegin, func(ctx context.Context, a *app.App) error {
		if policy, tsa := a.Outside(); policy == nil && tsa == "" {
			fmt.Fprintln(e.err, "tocsin: no outside time is set up; see tocsin ledger outside --help")
		}
		o.Ready = e.serving
		p, err := a.Platform(o)
		if err != nil {
			return err
		}
		return p.Run(ctx)
	})
}

// serving says where the platform is, and who comes in first.
func (e *env) serving(l app.Listening) {
	fmt.Fprintf(e.out, "serving on %s (the public log: %s/checkpoint)\n", l.URL, l.URL)
	if l.Metrics != "" {
		fmt.Fprintf(e.out, "metrics on http://%s/metrics\n", l.Metrics)
	}
	if l.Recovery != "" {
		fmt.Fprintf(e.out, "\nThis link is good once and for a day. Who uses it comes back as that person, and sets up every way in anew:\n  %s\n", l.Recovery)
	}
	if l.First != "" {
		fmt.Fprintf(e.out, "\nNobody is here yet. This link is good once, and makes the first administrator:\n  %s\n", l.First)
	}
}

// serveOptions reads the flags. What they mean together is checked by app.
func serveOptions(c *ufcli.Command) (o app.PlatformOptions, err error) {
	every, pad := c.Duration("every"), c.Int64("pad")
	switch {
	case every < time.Second:
		return o, bad("--every: %s is too short; at least 1s, and minutes are sensible", every)
	case pad < 1 || pad > 1<<16:
		return o, bad("--pad: %d is not between 1 and 65536", pad)
	}
	rate, err := rateOf(c, "rate", 4)
	if err != nil {
		return o, err
	}
	personRate, err := rateOf(c, "person-rate", 6)
	if err != nil {
		return o, err
	}
	o = app.PlatformOptions{
		Addr: c.String("addr"), Hosts: c.StringSlice("host"), TLSCert: c.String("tls-cert"), TLSKey: c.String("tls-key"),
		MetricsAddr: c.String("metrics-addr"), Recover: c.String("recover"), Ping: c.String("ping"), Every: every, Pad: pad, Rate: rate, PersonRate: personRate,
		SecurityContacts: c.StringSlice("security-contact"), SecurityPolicy: c.String("security-policy"),
		SSO: app.SSO{Issuer: c.String("sso-issuer"), ClientID: c.String("sso-client-id"), SecretFile: c.String("sso-secret-file")},
	}
	for _, s := range c.StringSlice("behind-proxy") {
		p, err := prefix(s)
		if err != nil {
			return o, bad("--behind-proxy: %q is not a network such as 127.0.0.1/32", s)
		}
		o.Proxies = append(o.Proxies, p)
	}
	return o, nil
}

func bad(format string, args ...any) error { return &exit{exitBad, fmt.Errorf(format, args...)} }

// prefix reads a network; an address alone is a network of one.
func prefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Prefix(a.BitLen())
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

// rateOf reads a rate, with bursts of so many seconds' worth; the edge takes a
// negative one for none.
func rateOf(c *ufcli.Command, flag string, burst float64) (edge.Rate, error) {
	switch rate := c.Float(flag); {
	case rate == 0:
		return edge.Rate{PerSecond: -1}, nil
	case rate > 0 && rate <= mostRate:
		return edge.Rate{PerSecond: rate, Burst: max(1, int(burst*rate))}, nil
	default:
		return edge.Rate{}, bad("--%s: %v is not between 0 and %d requests a second; 0 is no limit", flag, rate, mostRate)
	}
}

// mostRate is far beyond what one machine answers.
const mostRate = 1_000_000

// logAs chooses how the parts say what they have to say.
func (e *env) logAs(how string) error {
	switch how {
	case "lines":
	case "json":
		e.logger = slog.New(slog.NewJSONHandler(e.err, nil))
	default:
		return bad("--log: %q is neither lines nor json", how)
	}
	return nil
}

// address refuses what net.Listen would only half understand.
func address(addr string) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return bad("--addr: %q is not HOST:PORT, such as 127.0.0.1:8321", addr)
	}
	return nil
}
