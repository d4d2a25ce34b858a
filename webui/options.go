package webui

import (
	"context"
	"log/slog"
	"time"

	"tocsin/access"
	"tocsin/identity"
	"tocsin/partner"
	"tocsin/record"
	"tocsin/rulebook"
)

// Options of the pages. Identity, Now and Log are required; what a page needs
// and is not given answers as unavailable.
type Options struct {
	Identity   Identity
	Desk       Desk
	Ledger     Ledger
	Book       *rulebook.Book
	Platform   func(context.Context) (Platform, error) // for the page of the platform; nil: none
	Notes      Notes                                   // for the page of what changed power and what was read; nil: none
	Circles    Circles                                 // sharing platforms and their members; nil: none
	Shares     Shares                                  // what goes round on them; nil: nothing does
	Directives Directives                              // what their authorities order or ask; nil: nothing

	// Published gives the decisions that were made public, for everybody; nil: none are.
	Published func(context.Context) ([]PublicDecision, error)

	Name    string // of this platform, for people; "": Tocsin
	SSO     string // name of the single sign-on provider on its button, "" without one
	Secure  bool   // pages are reached by https: __Host- cookies
	Version string
	Now     func() time.Time
	Log     *slog.Logger
}

// Identity is what the pages need of *identity.Service.
type Identity interface {
	SignIn
	Links
	Sessions
	Credentials
	Factors
	Profiles
	People
}

// SignIn is how somebody comes in.
type SignIn interface {
	Password(ctx context.Context, login, password string, came identity.Came) (identity.Step, error)
	Second(ctx context.Context, ticket, code string, came identity.Came) (identity.Step, error)
	Passkeys() bool
	PasskeyBegin(ctx context.Context) (options []byte, ticket string, err error)
	PasskeyFinish(ctx context.Context, ticket string, answer []byte, came identity.Came) (identity.Step, error)
	SSOBegin(ctx context.Context) (url, ticket string, err error)
	SSOFinish(ctx context.Context, ticket string, query map[string][]string, came identity.Came) (identity.Step, error)
}

// Links are one-time ways in.
type Links interface {
	NewLink(ctx context.Context, person, purpose string, life time.Duration, by string) (secret string, l identity.Link, err error)
	LookLink(ctx context.Context, secret string) (identity.Link, error)
	UseLink(ctx context.Context, secret string, came identity.Came) (identity.Step, error)
}

// Sessions are signed-in browsers.
type Sessions interface {
	Reader(ctx context.Context, secret string, came identity.Came) (identity.Session, access.Reader, error)
	Again(ctx context.Context, session string) (access.Reader, error)
	SSOStepUp(ctx context.Context, secret string) (url, ticket string, err error)
	StepUp(ctx context.Context, secret string, p identity.Proof, came identity.Came) error
	SignOut(ctx context.Context, secret string) error
	Sessions(ctx context.Context, person string) ([]identity.Session, error)
	EndSession(ctx context.Context, person, id, keep string) error
}

// Credentials are what a person proves themself with.
type Credentials interface {
	Of(ctx context.Context, person string) (identity.Credentials, error)
	SetPassword(ctx context.Context, person, password, keep string) error
	NewToken(ctx context.Context, person, name string, scopes []string, life time.Duration) (string, identity.Token, error)
	DropToken(ctx context.Context, person, id string) error
}

// Factors are the second factor and the passkeys.
type Factors interface {
	TOTPBegin(ctx context.Context, person string) (uri, secret string, png []byte, ticket string, err error)
	TOTPConfirm(ctx context.Context, person, ticket, code string) (recovery []string, err error)
	TOTPDrop(ctx context.Context, person string) error
	PasskeyAddBegin(ctx context.Context, person string) (options []byte, ticket string, err error)
	PasskeyAddFinish(ctx context.Context, person, ticket, name string, answer []byte) (identity.Passkey, error)
	PasskeyDrop(ctx context.Context, person, id string) error
}

// Profiles are what people change of themselves, and the names that others see.
type Profiles interface {
	SaveProfile(ctx context.Context, p partner.Person, version int64) error
	OrgName(ctx context.Context, id string) string
	PersonName(ctx context.Context, id string) string
}

// People are the people and organisations, for administrators.
type People interface {
	Person(ctx context.Context, id string) (partner.Person, int64, error)
	People(ctx context.Context, after string, limit int) ([]partner.Person, error)
	PutPerson(ctx context.Context, by access.Reader, p partner.Person, version int64) (partner.Person, *identity.RoleRequest, error)
	Org(ctx context.Context, id string) (partner.Org, int64, error)
	Orgs(ctx context.Context, after string, limit int) ([]partner.Org, error)
	MembersOf(ctx context.Context, org string) ([]partner.Person, error)
	PutOrg(ctx context.Context, by access.Reader, o partner.Org, version int64) (partner.Org, error)
	RoleRequests(ctx context.Context) ([]identity.RoleRequest, error)
	AllowSSO(ctx context.Context, by access.Reader, person, email string) error
	DecideRoles(ctx context.Context, by access.Reader, id string, grant bool) error
}

// Notes are what the log keeps about power, reading and itself.
type Notes interface {
	Notes(ctx context.Context, before int64, limit int) ([]record.Note, error)
}

var _ Identity = (*identity.Service)(nil)
