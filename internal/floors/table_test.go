package floors

// The floors, from the ground up.
const (
	ground = iota
	codec
	useCase
	adapter
	application
	program
)

// room is one line of the table: a package path below the module, or a path
// ending in /* for every package right below it.
type room struct {
	path    string
	floor   int
	modules []string // third-party modules that it may import outside tests
	shared  bool     // plumbing: neighbours on its floor may import it
	only    []string // when set, the only own packages that it may import
}

// table assigns every package its floor, those of tomorrow included, so that a
// new folder lands where the design wants it. A new package or a new
// dependency of a package is one line here, and that line is the review.
var table = []room{
	{path: "calendar", floor: ground},
	{path: "casefile", floor: ground, modules: []string{yaml}},
	{path: "rulebook", floor: ground, modules: []string{cel, yaml}},
	{path: "rulebook/worked", floor: ground},
	{path: "plan", floor: ground},
	{path: "notice", floor: ground},
	{path: "partner", floor: ground, modules: []string{"golang.org/x/text"}},
	{path: "earlier", floor: ground},
	{path: "directive", floor: ground},
	{path: "advisory", floor: ground},
	{path: "exposure", floor: ground},
	{path: "receipt", floor: ground, modules: []string{"golang.org/x/mod", "filippo.io/mldsa"}},
	{path: "receipt/rfc3161", floor: ground},
	{path: "receipt/script", floor: ground},
	{path: "receipt/rfc3161/tsatest", floor: ground},
	{path: "access", floor: ground},
	{path: "examples", floor: ground},
	{path: "internal/catalogue", floor: ground},
	{path: "internal/document", floor: ground, modules: []string{yaml}},
	{path: "internal/fault", floor: ground},
	{path: "internal/plaintext", floor: ground},
	{path: "internal/floors", floor: ground},

	{path: "dossier", floor: codec},
	{path: "letter", floor: codec},
	{path: "timeline", floor: codec},
	{path: "burndown", floor: codec},
	{path: "format/*", floor: codec},

	{path: "annex", floor: useCase},
	{path: "cabinet", floor: useCase},
	{path: "cabinet/cabinettest", floor: useCase},
	{path: "intake", floor: useCase},
	{path: "coordination", floor: useCase},
	{path: "coordination/desktest", floor: useCase},
	{path: "escalation", floor: useCase, modules: []string{"golang.org/x/text"}},
	{path: "dispatch", floor: useCase},
	{path: "publish", floor: useCase},
	{path: "partnership", floor: useCase},
	{path: "partnership/letters", floor: useCase},
	{path: "sharing", floor: useCase},
	{path: "tasking", floor: useCase},
	{path: "inventory", floor: useCase},
	{path: "ledger", floor: useCase, modules: []string{"golang.org/x/mod"}},
	{path: "ledger/ledgertest", floor: useCase, modules: []string{"golang.org/x/mod"}},
	{path: "record", floor: useCase, modules: []string{"golang.org/x/mod"}},
	{path: "record/recordtest", floor: useCase, modules: []string{"golang.org/x/mod"}},
	{path: "internal/durable", floor: useCase, shared: true},

	{path: "store/*", floor: adapter},
	{path: "store/sqlstore", floor: adapter, modules: []string{"golang.org/x/mod"}, shared: true},
	{path: "store/sqlite", floor: adapter, modules: []string{"modernc.org/sqlite"}},
	{path: "store/postgres", floor: adapter, modules: []string{"github.com/jackc/pgx/v5"}},
	{path: "store/storetest", floor: adapter, modules: []string{"github.com/google/go-cmp", "golang.org/x/mod"}},
	{path: "queue", floor: adapter},
	{path: "queue/*", floor: adapter},
	{path: "channel/*", floor: adapter},
	{path: "scan", floor: adapter},
	{path: "scan/*", floor: adapter},
	{path: "identity", floor: useCase, modules: []string{"github.com/go-webauthn/webauthn", "github.com/pquerna/otp", "golang.org/x/crypto", "golang.org/x/text"}},
	{path: "identity/oidc", floor: adapter, modules: []string{"github.com/coreos/go-oidc/v3", "golang.org/x/oauth2"}},
	{path: "httpapi", floor: adapter, modules: []string{"github.com/danielgtaylor/huma/v2"}},
	{path: "witness", floor: adapter, modules: []string{"golang.org/x/mod"}},
	{path: "tsa", floor: adapter},
	{path: "internal/edge", floor: adapter, modules: []string{"golang.org/x/time"}, shared: true},
	{path: "internal/telemetry", floor: adapter, modules: []string{"github.com/prometheus/client_golang"}, shared: true},
	{path: "internal/datadir", floor: adapter, modules: []string{"filippo.io/age", "golang.org/x/mod"}},
	{path: "webui", floor: adapter, modules: []string{"golang.org/x/text", "github.com/yuin/goldmark", "github.com/microcosm-cc/bluemonday"}},
	{path: "webui/webuitest", floor: application, modules: []string{"github.com/chromedp/chromedp", "github.com/chromedp/cdproto"}},

	{path: "app", floor: application, modules: []string{"filippo.io/age", "golang.org/x/mod", "golang.org/x/sys"}},
	{path: "cli", floor: application, modules: []string{"github.com/urfave/cli/v3", "github.com/clipperhouse/displaywidth", "golang.org/x/term"}},
	{path: "client", floor: application},
	{path: "e2e", floor: application},
	{path: "e2e/*", floor: application},
	{path: "interop", floor: application},
	{path: "internal/testkit", floor: application},
	{path: "internal/testkit/house", floor: application},
	{path: "internal/testkit/pgtest", floor: application, modules: []string{"github.com/jackc/pgx/v5"}},

	{path: "cmd/*", floor: program, only: []string{"app", "cli"}},
	// The generator of the holiday tables is a program that writes files.
	{path: "calendar/internal/holidaygen", floor: program, only: []string{}},
}

const (
	yaml = "go.yaml.in/yaml/v4"
	cel  = "cel.dev/cel-go"
)

// impure are the standard packages that ground and codecs may not import; a
// path stands for the packages below it too. Beyond the design's list they
// name the other ways to a disk, a process, a socket or a source of chance.
var impure = []string{
	"C", "context", "crypto/rand", "database/sql", "io/ioutil", "log", "math/rand",
	"net", "os", "path/filepath", "plugin", "runtime/debug", "syscall", "testing",
}

// pure are exceptions: packages below an impure one that only compute.
var pure = []string{"net/netip", "net/url"}

// serving are the standard packages that use cases may not import: drivers
// and servers are the adapters' business.
var serving = []string{"C", "database/sql/driver", "net/http", "net/rpc", "net/smtp"}

// hidden are the ways to the clock, the host's zone and standard output that
// hide in packages which are otherwise pure.
var hidden = map[string][]string{
	"time": {
		"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer",
		"Local", "LoadLocation",
	},
	"fmt": {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
}
