package security

// api is where the API lives.
const api = "/api/v1"

// Why nothing of a case is in a route.
const (
	fixed   = "the same for everybody"
	ownList = "a list of the reader's own; TestListsTellNothing holds it with and without the hidden case"
	ownSelf = "the reader's own account"
	making  = "makes something new; TestNamesThatAreTaken holds it against the hidden case"
	office  = "of an office; the case is not in it"
	signIn  = "before anybody is known; TestNobodyLearnsWhoIsThere"

	ofPlatform = "of a sharing platform, and no case is in it; that it tells nobody else of itself hold the tests of sharing and partnership, and those of httpapi and webui on what is shared"
)

const (
	eventForm = "kind=commented&by=acme&of=gateway&text=walk&at=2026-07-02T09:00&at-precision=minute&at-zone=UTC&do=keep&key=walk-key&version="
	eventJSON = `{"kind":"commented","by":"acme","of":"gateway","text":"walk","at":"2026-07-02T09:00:00Z"}`
)

// circled are the people of the demo on a side of the partnership that the walk
// asks for.
var circled = []string{"karin", "henrik", "felix", "anne"}

// routes is every pattern of the router. A new route is a line here, and that
// line is the review.
var routes = map[string]route{
	// Pages of a case.
	"GET /cases/{handle}":                        {of: "case", leads: true},
	"GET /cases/{handle}/plan":                   {of: "case", path: "what-if=1&kind=leaked&party=acme"},
	"GET /cases/{handle}/plan/what-if":           {of: "case", path: "kind=leaked&by=acme"},
	"GET /cases/{handle}/plan.json":              {of: "case"},
	"GET /cases/{handle}/plan.ics":               {of: "case"},
	"GET /cases/{handle}/about":                  {of: "case", path: "from=0"},
	"GET /cases/{handle}/about/edit":             {of: "case", path: "what=party&id=acme"},
	"POST /cases/{handle}/about":                 {of: "case", form: "what=party&id=acme&name=Walk&key=walk-key"},
	"GET /cases/{handle}/people/remove":          {of: "seat", path: "seat={seat}"},
	"POST /cases/{handle}/decide":                {of: "case", form: "by=acme&of=gateway&result=valid&reason=walk&do=keep&key=walk-key"},
	"POST /break-glass":                          {of: "case", form: "case={handle}&reason=walk, walk, walk", by: []string{"ines", "otto", "marit"}},
	"POST /relied/drop":                          {of: "snapshot", form: "id={id}"},
	"GET /cases/{handle}/when":                   {of: "case"},
	"GET /cases/{handle}/when.svg":               {of: "case"},
	"GET /cases/{handle}/record":                 {of: "case", path: "from=0"},
	"GET /cases/{handle}/events/new":             {of: "case"},
	"POST /cases/{handle}/events":                {of: "case", form: eventForm},
	"GET /cases/{handle}/events/{event}":         {of: "event"},
	"GET /cases/{handle}/events/{event}/receipt": {of: "event", path: "disclose=text"},
	"POST /cases/{handle}/adopt":                 {of: "event", form: "event={event}&reason=walk&key=walk-key"},
	"GET /cases/{handle}/duties":                 {of: "duty", path: "id={duty}"},
	"POST /cases/{handle}/rely":                  {of: "duty", form: "id={duty}&note=walk"},
	"GET /cases/{handle}/people":                 {of: "case"},
	"POST /cases/{handle}/people":                {of: "case", form: "org=demo-harbour&role=observer&do=give"},
	"POST /cases/{handle}/people/remove":         {of: "seat", form: "seat={seat}"},
	"GET /cases/{handle}/export":                 {of: "case", path: "format=yaml"},
	"POST /cases/{handle}/export":                {of: "case", form: "ask=1"},
	"GET /cases/{handle}/erase":                  {of: "case"},
	"POST /cases/{handle}/erase":                 {of: "case", form: "event={event}&fields=text&ground=Art.+17(1)(a)+GDPR"},
	"GET /cases/{handle}/decide":                 {of: "case"},
	"GET /cases/{handle}/live":                   {of: "case", path: "seen=walk"},
	"POST /approvals/{id}":                       {of: "approval", form: "decision=approve&reason=walk"},

	// The API of a case.
	"GET " + api + "/cases/{case}":                       {of: "case"},
	"GET " + api + "/cases/{case}/plan":                  {of: "case", path: "what-if=leaked"},
	"GET " + api + "/cases/{case}/record":                {of: "case", path: "after=1.0"},
	"GET " + api + "/cases/{case}/seats":                 {of: "case"},
	"GET " + api + "/cases/{case}/file":                  {of: "case", path: "format=json"},
	"GET " + api + "/cases/{case}/dossier":               {of: "case", path: "lang=de"},
	"GET " + api + "/cases/{case}/receipt":               {of: "event", path: "event={event}&disclose=text"},
	"GET " + api + "/cases/{case}/duties":                {of: "duty", path: "id={duty}"},
	"POST " + api + "/cases/{case}/events":               {of: "case", json: eventJSON},
	"POST " + api + "/cases/{case}/events/{event}/adopt": {of: "event", json: `{"reason":"walk"}`},
	"POST " + api + "/cases/{case}/statements":           {of: "case", json: `{"party":{"id":"walker","name":"Walker","country":"DE"}}`},
	"POST " + api + "/cases/{case}/exports":              {of: "case", json: `{}`},
	"POST " + api + "/cases/{case}/erasures":             {of: "event", json: `{"event":"{event}","fields":["text"],"ground":"Art. 17(1)(a) GDPR"}`},
	"POST " + api + "/cases/{case}/seats":                {of: "case", json: `{"org":"demo-harbour","role":"observer"}`},
	"DELETE " + api + "/cases/{case}/seats/{seat}":       {of: "seat"},
	"POST " + api + "/cases/{case}/break-glass":          {of: "case", json: `{"reason":"walk, walk, walk"}`, by: []string{"ines", "otto", "marit"}},
	"POST " + api + "/cases/{case}/snapshots":            {of: "duty", json: `{"duty":"{duty}","note":"walk"}`},
	"POST " + api + "/approvals/{id}":                    {of: "approval", json: `{"approve":true,"reason":"walk"}`},

	// What belongs to a person or an organisation.
	"GET " + api + "/people/{person}":      {of: "person", by: []string{"ines", "otto"}},
	"PUT " + api + "/people/{person}":      {of: "person", json: `{"name":"Walk","login":"walk@example.org"}`, by: []string{"ines", "otto"}},
	"PUT " + api + "/organisations/{org}":  {of: "org", json: `{"name":"Walk","kind":"project"}`, by: []string{"ines", "otto"}},
	"POST " + api + "/roles/{id}":          {of: "roles", json: `{"grant":false}`, by: []string{"ines", "otto"}},
	"DELETE " + api + "/me/tokens/{token}": {of: "token"},
	"GET /admin/people/{id}":               {of: "person", by: []string{"ines", "otto"}},
	"POST /admin/people/{id}":              {of: "person", form: "name=Walk&version=1", by: []string{"ines", "otto"}},
	"POST /admin/people/{id}/link":         {of: "person", form: "purpose=recovery", by: []string{"ines", "otto"}},
	"POST /admin/people/{id}/access":       {of: "person", form: "disabled=yes&sure=on&version=1", by: []string{"ines", "otto"}},
	"POST /admin/people/{id}/sso":          {of: "person", form: "email=walk@example.org", by: []string{"ines", "otto"}},
	"GET /admin/organisations/{id}":        {of: "org", by: []string{"ines", "otto"}},
	"POST /admin/organisations/{id}":       {of: "org", form: "name=Walk&kind=project&version=1", by: []string{"ines", "otto"}},
	"POST /admin/roles/{id}":               {of: "roles", form: "decision=grant", by: []string{"ines", "otto"}},
	"POST /settings/sessions/end":          {of: "session", form: "id={session}"},
	"POST /settings/tokens/drop":           {of: "token", form: "id={token}"},
	"POST /settings/passkeys/drop":         {of: "passkey", form: "id={passkey}"},

	// Partnerships: those of a side see them.
	"GET /partners/{id}":          {of: "membership", by: circled},
	"GET /partners/{id}/about-us": {of: "membership", by: circled},
	"GET /partners/{id}/reach":    {of: "membership", by: circled},
	"POST /partners/{id}/reach":   {of: "membership", form: "edition=1&name-0=Walk&mail-0=walk@walk.example", by: circled},
	"GET /partners/{id}/dossier":  {of: "membership", by: circled},
	"GET /partners/{id}/do":       {of: "membership", path: "act=called-on", by: circled},
	"POST /partners/{id}/do":      {of: "membership", form: "act=called-on&text=walk&do=preview&key=walk-key", by: circled},
	"GET /inbox/{id}":             {of: "letter", by: circled},
	"POST /inbox/{id}":            {of: "letter", form: "open=yes", by: circled},
	"GET /partners":               {why: ownList}, "GET /inbox": {why: ownList}, "GET /decisions": {why: ownList},
	"GET /findings": {why: ownList}, "GET /findings/{id}": {of: "finding", by: circled},
	"GET /findings/look":     {why: "for those who act for an authority that runs a platform; to all others it is not there"},
	"POST /findings/look":    {why: "as GET"},
	"GET /partners/waiting":  {why: "for an authority that runs a platform; to all others it is not there"},
	"POST /partners/waiting": {why: "for an authority that runs a platform; to all others it is not there, whatever act they name"},
	"GET /partners/call":     {why: "for those who act for an authority that runs a platform; to all others it is not there"}, "POST /partners/call": {why: "as GET"},
	"GET /partners/calls/{platform}/{round}": {why: "for those who act for the authority of the platform; to all others it is not there"},
	"GET /partners/invite":                   {why: "for those who act for an authority that runs a platform; to all others it is not there"},
	"POST /partners/invite":                  {why: "as GET"},
	"GET /decisions/public":                  {why: "what an authority published, for everybody"}, "GET /letter.css": {why: fixed},

	// Lists of the reader's own.
	"GET /desk": {why: ownList}, "GET /cases": {why: ownList}, "GET /search": {why: ownList}, "GET /relied": {why: ownList}, "GET /approvals": {why: ownList},
	"GET /desk/live":       {why: "tells that something of the reader's own changed; TestLiveTellsNothing"},
	"GET " + api + "/desk": {why: ownList}, "GET " + api + "/cases": {why: ownList}, "GET " + api + "/search": {why: ownList},
	"GET " + api + "/snapshots": {why: ownList}, "GET " + api + "/approvals": {why: ownList},

	// Sharing platforms by the API.
	"GET " + api + "/platforms": {why: ofPlatform}, "GET " + api + "/platforms/{platform}/groups": {why: ofPlatform},
	"GET " + api + "/platforms/{platform}/shared": {why: ofPlatform}, "POST " + api + "/platforms/{platform}/shared": {why: ofPlatform},
	"GET " + api + "/shared/{id}": {why: ofPlatform}, "GET " + api + "/shared/stream": {why: ofPlatform}, "POST " + api + "/shared/{id}/versions": {why: ofPlatform},
	"POST " + api + "/shared/{id}/withdrawal": {why: ofPlatform}, "POST " + api + "/shared/{id}/acknowledgement": {why: ofPlatform}, "GET " + api + "/shared/{id}/acknowledgements": {why: ofPlatform},
	"GET " + api + "/memberships": {why: ofPlatform}, "GET " + api + "/memberships/{id}": {why: ofPlatform}, "GET " + api + "/memberships/{id}/acts": {why: ofPlatform},
	"POST " + api + "/memberships/{id}/acts": {why: ofPlatform}, "GET " + api + "/inbox": {why: ofPlatform},
	"POST " + api + "/memberships/{id}/acts/preview": {why: ofPlatform}, "GET " + api + "/memberships/{id}/dossier": {why: ofPlatform},
	"GET " + api + "/platforms/{platform}/directives": {why: ofPlatform}, "POST " + api + "/platforms/{platform}/directives": {why: ofPlatform}, "GET " + api + "/directives/{id}": {why: ofPlatform},
	"GET " + api + "/directives/{id}/file": {why: ofPlatform}, "POST " + api + "/directives/{id}/acts": {why: ofPlatform}, "GET " + api + "/directives/{id}/report": {why: ofPlatform},
	"GET " + api + "/findings": {why: ownList}, "GET " + api + "/findings/{finding}": {why: ofPlatform}, "POST " + api + "/platforms/{platform}/findings/look": {why: ofPlatform}, "POST " + api + "/memberships/{id}/findings": {why: ofPlatform},
	"GET " + api + "/partner-acts/waiting": {why: ofPlatform}, "POST " + api + "/inbox/{id}/open": {why: ofPlatform},

	// And by its pages.
	"GET /shared/new": {why: "for those who share on a platform; to all others it is not there"}, "POST /shared/new": {why: "as GET"},
	"GET /shared/{id}": {why: ofPlatform}, "POST /shared/{id}/acknowledge": {why: ofPlatform}, "POST /shared/{id}/withdraw": {why: ofPlatform},
	"GET /shared/{id}/correct": {why: ofPlatform}, "POST /shared/{id}/correct": {why: ofPlatform}, "GET /shared": {why: ownList},
	"GET /partners/groups": {why: "for an authority that runs a platform; to all others it is not there"}, "POST /partners/groups": {why: "as GET"},
	"GET /directives": {why: ownList}, "GET /directives/{id}": {why: ofPlatform}, "GET /directives/{id}/do": {why: ofPlatform}, "POST /directives/{id}/do": {why: ofPlatform}, "GET /directives/{id}/report": {why: ofPlatform},
	"GET /directives/{id}/file": {why: ofPlatform}, "GET /directives/{id}/burndown.svg": {why: ofPlatform}, "GET /directives/{id}/edit": {why: ofPlatform}, "POST /directives/{id}/edit": {why: ofPlatform},
	"POST /directives/{id}/issue": {why: ofPlatform}, "POST /directives/{id}/discard": {why: ofPlatform}, "GET /burndown.css": {why: fixed},
	"GET /directives/new": {why: "for those who act for an authority that runs a platform; to all others it is not there"}, "POST /directives/new": {why: "as GET"},

	// What is made anew.
	"GET /cases/new": {why: making}, "POST /cases": {why: making}, "GET /cases/import": {why: making}, "POST /cases/import": {why: making},
	"POST " + api + "/cases": {why: making}, "POST " + api + "/cases/draft": {why: making}, "POST " + api + "/cases/open": {why: making},

	// The reader's own account.
	"GET /settings": {why: ownSelf}, "POST /settings/profile": {why: ownSelf}, "GET /settings/sign-in": {why: ownSelf}, "POST /settings/password": {why: ownSelf},
	"POST /settings/second-factor": {why: ownSelf}, "POST /settings/second-factor/confirm": {why: ownSelf}, "POST /settings/second-factor/drop": {why: ownSelf},
	"POST /settings/passkeys/begin": {why: ownSelf}, "POST /settings/passkeys/finish": {why: ownSelf}, "GET /settings/tokens": {why: ownSelf},
	"POST /settings/tokens": {why: ownSelf}, "GET /settings/sessions": {why: ownSelf}, "GET /settings/deputies": {why: ownSelf},
	"POST /settings/deputies": {why: ownSelf}, "POST /settings/deputies/drop": {why: ownSelf},
	"GET " + api + "/me": {why: ownSelf}, "GET " + api + "/me/tokens": {why: ownSelf},

	// Administration.
	"GET /admin/log/{seq}": {of: "entry", by: []string{"ines", "otto"}},
	"GET /admin/log":       {why: office}, "GET /break-glass": {why: office}, "GET /admin": {why: office}, "GET /admin/people": {why: office}, "GET /admin/people/new": {why: office}, "POST /admin/people": {why: office},
	"GET /admin/organisations": {why: office}, "GET /admin/organisations/new": {why: office}, "POST /admin/organisations": {why: office},
	"GET /admin/roles": {why: office}, "GET /admin/platform": {why: office},
	"GET " + api + "/people": {why: office}, "POST " + api + "/people": {why: office}, "POST " + api + "/organisations": {why: office}, "GET " + api + "/roles": {why: office},
	"GET " + api + "/organisations":       {why: "the directory of organisations, which everybody on the platform may read"},
	"GET " + api + "/organisations/{org}": {why: "the directory of organisations, which everybody on the platform may read"},

	// Coming in.
	"GET /sign-in": {why: signIn}, "POST /sign-in": {why: signIn}, "POST /sign-in/second": {why: signIn}, "POST /sign-in/passkey/begin": {why: signIn},
	"POST /sign-in/passkey/finish": {why: signIn}, "GET /sign-in/sso": {why: signIn}, "GET /sign-in/sso/return": {why: signIn},
	"GET /in/{secret}": {why: "whoever has the secret is let in; there is nothing to guess in 256 bits"}, "POST /in/{secret}": {why: "as GET"},
	"GET /setup": {why: ownSelf}, "GET /step-up": {why: ownSelf}, "POST /step-up": {why: ownSelf}, "POST /step-up/passkey/begin": {why: ownSelf},
	"POST /step-up/passkey/finish": {why: ownSelf}, "GET /step-up/sso": {why: ownSelf}, "POST /sign-out": {why: ownSelf},

	// The same for everybody.
	"GET /{$}": {why: fixed}, "GET /ledger": {why: fixed}, "GET /help": {why: fixed}, "GET /static/": {why: fixed}, "GET /when.css": {why: fixed},
	"GET /rules": {why: fixed}, "GET /rules/{rule}": {why: fixed}, "GET " + api + "/rules": {why: fixed}, "GET " + api + "/rules/{rule}": {why: fixed},
	"GET " + api + "/ledger": {why: fixed}, "GET " + api + "/openapi.json": {why: fixed}, api + "/": {why: fixed}, "/": {why: fixed},
	"GET /healthz": {why: fixed}, "GET /readyz": {why: fixed}, "GET /.well-known/security.txt": {why: fixed},
	"/checkpoint": {why: "the public log, for everybody; its leaves are commitments"}, "/tile/": {why: "the public log, for everybody; its leaves are commitments"},
}
