package httpapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tocsin/access"
	"tocsin/identity"
	"tocsin/rulebook"
)

// Prefix is where the API lives.
const Prefix = "/api/v1"

// Tokens tells who is behind a token: fault.Forbidden if there is nobody,
// whatever the reason (identity.Service).
type Tokens interface {
	TokenReader(ctx context.Context, token string, came identity.Came) (access.Reader, error)
}

// Limiter is a token bucket a person (edge.Limiter).
type Limiter interface {
	Allow(key string) (wait time.Duration, ok bool)
}

// Options of API; what is nil has no operations, but for Tokens, Limit, Log and
// TagKey. One coordination.Desk and one identity.Service fill most of them.
type Options struct {
	Tokens Tokens

	Reads     Reads
	Writes    Writes
	Opens     Opens
	Papers    Papers
	Seats     Seats
	Approvals Approvals
	Relies    Relies

	Profile   Profile
	Directory Directory
	Changes   Changes
	Roles     Roles

	Circles  Circles
	Findings Findings
	Shares   Shares
	Tasks    Tasks
	Sessions Sessions // for what stays open

	Book   *rulebook.Book
	Ledger Ledger
	Name   string // of the platform, for dossiers
	URL    string // where people reach it, for the keys of dossiers

	Limit  Limiter // nil: no limit a person
	TagKey []byte  // key of entity tags, the same in every process of a platform; nil: a random one
	Now    func() time.Time
	Log    *slog.Logger // what goes wrong inside, with the pattern of the route and no content
}

// api is what the handlers share.
type api struct {
	o      Options
	mux    *http.ServeMux
	huma   huma.API
	routes *http.ServeMux // the same patterns, to tell which methods an address takes
	ops    []operation
	spec   []byte
}

// API mounts the REST API under /api/v1. Each operation has a pattern of its own,
// so that logs and metrics name it; everything else below the prefix is answered
// here too. It gives the patterns that it registered, for whoever counts requests.
func API(mux *http.ServeMux, o Options) []string {
	out := []string{Prefix + "/"}
	for _, op := range newAPI(mux, o).ops {
		out = append(out, op.method+" "+Prefix+op.path)
	}
	return out
}

func newAPI(mux *http.ServeMux, o Options) *api {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if len(o.TagKey) == 0 {
		o.TagKey = make([]byte, 32)
		_, _ = rand.Read(o.TagKey) // never fails (crypto/rand)
	}
	a := &api{o: o, mux: mux, routes: http.NewServeMux()}
	a.huma = humago.NewWithPrefix(mux, Prefix, a.config())
	a.huma.UseMiddleware(a.gate)

	a.addMe()
	a.addDesk()
	a.addCases()
	a.addRecord()
	a.addPlan()
	a.addEvents()
	a.addOpen()
	a.addPapers()
	a.addSeats()
	a.addApprovals()
	a.addSnapshots()
	a.addRules()
	a.addLedger()
	a.addPeople()
	a.addOrgs()
	a.addRoles()
	a.addPlatforms()
	a.addShared()
	a.addDirectives()
	a.addMemberships()
	a.addFindings()
	a.addActs()
	a.addInbox()
	a.addDossiers()
	a.addSpec()
	a.finishSpec()
	mux.HandleFunc(Prefix+"/", a.elsewhere)
	return a
}

// Larger gives, by pattern, the routes that take bodies above the edge's limit.
func Larger() map[string]int64 {
	return map[string]int64{"POST " + Prefix + "/cases": maxCaseFile}
}

// config tells huma what is ours: one format, no documentation pages, no links to
// schemas in answers, and errors in our own form.
func (a *api) config() huma.Config {
	json := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			b, err := encode(v)
			if err == nil {
				_, err = io.Copy(w, bytes.NewReader(b))
			}
			return err
		},
		Unmarshal: func([]byte, any) error { return huma.ErrUnknownContentType }, // bodies are read by decode
	}
	c := huma.Config{
		OpenAPI:                      beginSpec(),
		Formats:                      map[string]huma.Format{"application/json": json, "json": json},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers: []huma.Transformer{func(_ huma.Context, _ string, v any) (any, error) {
			if m, ok := v.(*huma.ErrorModel); ok {
				return retold(m), nil
			}
			return v, nil
		}},
	}
	return c
}
