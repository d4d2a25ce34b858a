package identity

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// Token is an API token without its secret.
type Token struct {
	ID     string    `json:"id"`
	Person string    `json:"person"`
	Name   string    `json:"name"`
	Scopes []string  `json:"scopes"` // names of access acts; ["*"] all that the person may do by token
	Made   time.Time `json:"made"`
	Until  time.Time `json:"until"`
	Used   time.Time `json:"used"` // to the hour
	Hint   string    `json:"hint"` // first characters
	Frozen bool      `json:"frozen,omitempty"`
}

const (
	tokenPrefix = "tocsin_" // by which scanners of public code find one that leaked
	tokenSum    = 6         // characters of the checksum
	maxTokens   = 50        // of one person
	maxLife     = 366 * 24 * time.Hour
)

// acts are what a scope may name.
var acts = []access.Act{access.See, access.Add, access.Adopt, access.Describe, access.Invite, access.Export, access.Prove,
	access.Rely, access.Erase, access.Close, access.Open, access.Administer, access.Approve, access.BreakGlass}

// always are the acts of scope "*": all but those that hand out power or the
// whole case, which a token does only if its scopes name them.
var always = []access.Act{access.See, access.Add, access.Adopt, access.Describe, access.Prove, access.Rely, access.Close, access.Open}

// checksum tells a mistyped token from an ended one without asking anybody.
func checksum(text string) string {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], crc32.ChecksumIEEE([]byte(text)))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// isToken tells whether a text has the form of a token, its checksum included.
func isToken(text string) bool {
	secret, ok := strings.CutPrefix(text, tokenPrefix)
	if !ok || len(secret) != 43+tokenSum {
		return false
	}
	return isSecret(secret[:43]) && secret[43:] == checksum(tokenPrefix+secret[:43])
}

// NewToken makes a token and gives it once: tocsin_ and 43 characters and a
// checksum of 6. Its life is at most a year. What a token may do beyond reading
// and adding is named in its scopes, so the caller asks for a step-up first.
func (s *Service) NewToken(ctx context.Context, person, name string, scopes []string, life time.Duration) (string, Token, error) {
	if life <= 0 || life > maxLife {
		return "", Token{}, fault.New(fault.Invalid, "a token lasts between a moment and a year")
	}
	if name = line(name, 80); name == "" {
		return "", Token{}, fault.New(fault.Invalid, "a token has a name, by which you know later what it is for")
	}
	scopes = slices.Clone(scopes)
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	if len(scopes) == 0 {
		return "", Token{}, fault.New(fault.Invalid, "a token names what it may do")
	}
	for _, x := range scopes {
		if x != "*" && !slices.Contains(acts, access.Act(x)) {
			return "", Token{}, fault.New(fault.Invalid, "there is no act %q that a token could do", x)
		}
	}
	if p, _, err := s.Person(ctx, person); err != nil {
		return "", Token{}, err
	} else if p.Disabled {
		return "", Token{}, fault.New(fault.Conflict, "this person is disabled")
	}
	all, err := s.tokensOf(ctx, person)
	if err != nil {
		return "", Token{}, err
	}
	if len(all) >= maxTokens {
		return "", Token{}, fault.New(fault.Conflict, "there are %d tokens already; end one that is not used any more", maxTokens)
	}
	secret, err := s.newSecret()
	if err != nil {
		return "", Token{}, err
	}
	text := tokenPrefix + secret
	text += checksum(text)
	now := s.now()
	t := Token{ID: hashed(kindToken, text), Person: person, Name: name, Scopes: scopes, Made: now, Until: now.Add(life), Hint: text[:len(tokenPrefix)+4]}
	err = s.noted(ctx, "credential", map[string]any{"what": "token-made", "person": person, "token": t.ID, "scopes": scopes}, person, func() error {
		return s.o.Cabinet.Change(ctx, []cabinet.Item{t.item(0)}, nil)
	})
	if err != nil {
		return "", Token{}, err
	}
	return text, t, nil
}

func (t Token) item(version int64) cabinet.Item {
	return cabinet.Item{Ref: cabinet.Ref{Kind: kindToken, ID: t.ID, Version: version}, Keys: []string{"person:" + t.Person}, Value: t}
}

// tokensOf lists a person's tokens, those made last first.
func (s *Service) tokensOf(ctx context.Context, person string) ([]Token, error) {
	var all []Token
	err := s.o.Cabinet.All(ctx, kindToken, "person:"+person, func(e cabinet.Entry) error {
		var t Token
		if err := e.Into(&t); err != nil {
			return err
		}
		t.ID = e.ID
		all = append(all, t)
		return nil
	})
	slices.SortFunc(all, func(a, b Token) int {
		if c := b.Made.Compare(a.Made); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all, err
}

// DropToken ends a token of a person; fault.NotFound. It holds from the next
// request on, in every process, and is done even when the log cannot be told.
func (s *Service) DropToken(ctx context.Context, person, id string) error {
	all, err := s.tokensOf(ctx, person)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(t Token) bool { return t.ID == id }) {
		return fault.New(fault.NotFound, "there is no such token of this person")
	}
	if err := s.dropAll(ctx, []cabinet.Ref{{Kind: kindToken, ID: id}}); err != nil {
		return err
	}
	return s.note(ctx, "credential", map[string]any{"what": "token-ended", "person": person, "token": id}, person)
}

// TokenReader tells who is behind an API token: fault.Forbidden if there is
// nobody, whatever the reason. A token is never fresh.
func (s *Service) TokenReader(ctx context.Context, token string, _ Came) (access.Reader, error) {
	if !isToken(token) {
		return access.Reader{}, errNobody
	}
	t, r, err := s.tokenReader(ctx, hashed(kindToken, token))
	if err != nil {
		return access.Reader{}, err
	}
	return r, s.usedToken(ctx, t)
}

// tokenAt is a token at its version.
type tokenAt struct {
	Token
	version int64
}

func (s *Service) token(ctx context.Context, id string) (tokenAt, error) {
	if !isSecret(id) {
		return tokenAt{}, errNobody
	}
	var t tokenAt
	version, err := s.o.Cabinet.Get(ctx, kindToken, id, &t.Token)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			err = errNobody
		}
		return tokenAt{}, err
	}
	t.ID, t.version = id, version
	if t.Frozen || !s.now().Before(t.Until) {
		return tokenAt{}, errNobody
	}
	return t, nil
}

// tokenReader reads a token that holds and builds its reader.
func (s *Service) tokenReader(ctx context.Context, id string) (tokenAt, access.Reader, error) {
	t, err := s.token(ctx, id)
	if err != nil {
		return tokenAt{}, access.Reader{}, err
	}
	d, err := s.directory(ctx)
	if err != nil {
		return tokenAt{}, access.Reader{}, err
	}
	r, err := s.reader(ctx, d, t.Person)
	if err != nil {
		return tokenAt{}, access.Reader{}, err
	}
	r.Session = t.ID
	r.Scopes = []string{} // never nil, which would be no limit
	for _, x := range t.Scopes {
		if x == "*" {
			for _, a := range always {
				r.Scopes = append(r.Scopes, string(a))
			}
			continue
		}
		r.Scopes = append(r.Scopes, x)
	}
	slices.Sort(r.Scopes)
	r.Scopes = slices.Compact(r.Scopes)
	return t, r, nil
}

// usedToken says once an hour that a token is in use.
func (s *Service) usedToken(ctx context.Context, t tokenAt) error {
	hour := s.now().Truncate(time.Hour)
	if !hour.After(t.Used) {
		return nil
	}
	t.Used = hour
	err := s.o.Cabinet.Change(ctx, []cabinet.Item{t.item(t.version)}, nil)
	if err != nil && (fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.NotFound) {
		_, err = s.token(ctx, t.ID) // said by another request, or ended: only the latter counts
	}
	return err
}

// freezeToken stops a token for good and gives whose it was.
func (s *Service) freezeToken(ctx context.Context, id string) (person string, err error) {
	for range tries {
		t, err := s.token(ctx, id)
		if err != nil {
			return "", err
		}
		t.Frozen = true
		err = s.o.Cabinet.Change(ctx, []cabinet.Item{t.item(t.version)}, nil)
		if err == nil || fault.KindOf(err) != fault.Conflict {
			return t.Person, err
		}
	}
	return "", fault.New(fault.Conflict, "the token is in use by too many requests at once; please try again")
}
