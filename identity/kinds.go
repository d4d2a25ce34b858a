package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/webauthn"

	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// The kinds of documents in the cabinet. People and organisations share one,
// so that a request asks for one edition to know that both are as they were.
const (
	kindDirectory  = "directory"
	kindCredential = "credential" // id: of the person
	kindSession    = "session"    // id: hash of the secret
	kindLink       = "link"       // id: hash of the secret
	kindToken      = "token"      // id: hash of the token
	kindRequest    = "role-request"
	kindSpent      = "spent"  // what may be used once and was
	kindSecret     = "secret" // of the platform itself
)

// The documents of kindSecret.
const (
	secretTickets = "tickets"        // key of sealed tickets
	secretGuard   = "administrators" // written by all that changes who administers, so that two such changes never cross
)

// credential is all that a person has set up.
type credential struct {
	Person    string      `json:"person"`
	Password  string      `json:"password,omitempty"` // PHC string
	TOTP      *totpSecret `json:"totp,omitempty"`
	Recovery  [][]byte    `json:"recovery,omitempty"` // hashes of the codes that are left
	Passkeys  []passkey   `json:"passkeys,omitempty"`
	SSO       []subject   `json:"sso,omitempty"`
	Allow     *allowance  `json:"allow,omitempty"`
	Recovered time.Time   `json:"recovered,omitzero"`
}

type totpSecret struct {
	Secret string    `json:"secret"` // base32
	Last   int64     `json:"last"`   // step of the last code taken
	Added  time.Time `json:"added"`
}

type passkey struct {
	Passkey
	Key webauthn.Credential `json:"key"`
}

type subject struct {
	Issuer  string    `json:"issuer"`
	Subject string    `json:"subject"`
	Added   time.Time `json:"added"`
}

// allowance lets a verified e-mail address be linked once.
type allowance struct {
	Email string    `json:"email"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until"`
	By    string    `json:"by"`
}

// hasPassword tells whether the password counts: alone it does not (OWASP
// ASVS 6.3.3).
func (c *credential) hasPassword() bool { return c.Password != "" && c.TOTP != nil }

// complete tells whether the person can come back without a link.
func (c *credential) complete() bool { return c.ways() > 0 }

// ways counts the ways in.
func (c *credential) ways() int {
	n := len(c.Passkeys) + len(c.SSO)
	if c.hasPassword() {
		n++
	}
	return n
}

func passkeyKey(id []byte) string { return "passkey:" + base64.RawURLEncoding.EncodeToString(id) }
func ssoKey(issuer, subject string) string {
	return "sso:" + base64.RawURLEncoding.EncodeToString([]byte(issuer)) + ":" + base64.RawURLEncoding.EncodeToString([]byte(subject))
}

func (c *credential) item(version int64) cabinet.Item {
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindCredential, ID: c.Person, Version: version}, Value: c}
	for _, p := range c.Passkeys {
		it.Unique = append(it.Unique, passkeyKey(p.Key.ID))
	}
	for _, x := range c.SSO {
		it.Unique = append(it.Unique, ssoKey(x.Issuer, x.Subject))
	}
	if c.Allow != nil {
		it.Unique = append(it.Unique, "sso-mail:"+c.Allow.Email)
	}
	return it
}

// credential reads what a person has set up; nothing at version 0 is an answer too.
func (s *Service) credential(ctx context.Context, person string) (*credential, int64, error) {
	var c credential
	if !idForm.MatchString(person) {
		return &credential{Person: person}, 0, nil
	}
	version, err := s.o.Cabinet.Get(ctx, kindCredential, person, &c)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return &credential{Person: person}, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	c.Person = person
	return &c, version, nil
}

// tries is how often a change is made anew because somebody else was faster.
const tries = 5

// more is what is written in one transaction with a credential.
type more struct {
	put  []cabinet.Item
	drop []cabinet.Ref
}

// settle lets change work on a person's credential and writes it, with what
// change gives beside it, at the version that it saw. It begins again when
// somebody else was faster, so change may run several times.
func (s *Service) settle(ctx context.Context, person string, change func(c *credential) (more, error)) error {
	for range tries {
		c, version, err := s.credential(ctx, person)
		if err != nil {
			return err
		}
		m, err := change(c)
		if err != nil {
			return err
		}
		err = s.o.Cabinet.Change(ctx, append(m.put, c.item(version)), m.drop)
		if err == nil || fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return fault.New(fault.Conflict, "the credentials of this person are being changed elsewhere; please try again")
}

// spent is the item that makes something usable once: putting it a second time
// is a conflict.
func spent(id string, until time.Time) cabinet.Item {
	return cabinet.Item{Ref: cabinet.Ref{Kind: kindSpent, ID: hashed("spent", id)}, Value: ending{Until: until}}
}

// ending is what Sweep needs to know of a document.
type ending struct {
	Until time.Time `json:"until"`
}

func (s *Service) isSpent(ctx context.Context, id string) (bool, error) {
	var e ending
	_, err := s.o.Cabinet.Get(ctx, kindSpent, hashed("spent", id), &e)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}

// hashed is the id under which something secret is kept: a SHA-256 that serves
// one purpose. It cannot be turned back, the secrets being 256 random bits.
func hashed(purpose, secret string) string {
	h := sha256.Sum256([]byte("tocsin " + purpose + "\x00" + secret))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// isSecret tells whether the text has the form of newSecret's.
func isSecret(text string) bool {
	if len(text) != 43 {
		return false
	}
	_, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil
}

// line makes one printable line of at most n bytes of whatever came.
func line(text string, n int) string {
	if len(text) > 4*n {
		text = text[:4*n]
	}
	text = strings.ToValidUTF8(text, "")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	for len(text) > n {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}
