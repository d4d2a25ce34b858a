package identity

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"image/png"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"tocsin/internal/fault"
)

// What every authenticator understands (RFC 6238): SHA-1, six digits, 30 s.
const (
	codeStep   = 30 // seconds
	codeDigits = 6
	codeSkew   = 1 // steps before and after, for clocks that differ (RFC 6238 5.2)
	secretLen  = 20
	setUpLife  = 15 * time.Minute
)

var errCode = fault.New(fault.Forbidden, "this code is wrong or was used already; please wait for the next one")

// totpTicket is what TOTPConfirm needs.
type totpTicket struct {
	Person string `json:"person"`
	Secret string `json:"secret"`
}

// TOTPBegin gives a new secret to show: its otpauth address, the secret in
// base32, and a QR code as PNG. It counts only once TOTPConfirm saw a code of it.
func (s *Service) TOTPBegin(ctx context.Context, person string) (uri, secret string, image []byte, ticket string, err error) {
	p, _, err := s.Person(ctx, person)
	if err != nil {
		return "", "", nil, "", err
	}
	raw, err := s.random(secretLen)
	if err != nil {
		return "", "", nil, "", err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: strings.ReplaceAll(s.o.Name, ":", " "),
		AccountName: strings.ReplaceAll(p.Login, ":", " "), Secret: raw, Period: codeStep, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", "", nil, "", fault.New(fault.Internal, "a second factor cannot be made: %v", err)
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return "", "", nil, "", fault.New(fault.Internal, "the QR code cannot be drawn: %v", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return "", "", nil, "", fault.New(fault.Internal, "the QR code cannot be drawn: %v", err)
	}
	ticket, err = s.seal(ctx, forTOTP, setUpLife, totpTicket{Person: person, Secret: key.Secret()})
	return key.URL(), key.Secret(), out.Bytes(), ticket, err
}

// TOTPConfirm sets the second factor and gives ten recovery codes, once. Codes
// given before are void.
func (s *Service) TOTPConfirm(ctx context.Context, person, ticket, code string) (recovery []string, err error) {
	var t totpTicket
	if _, _, err := s.unseal(ctx, forTOTP, ticket, &t); err != nil {
		return nil, err
	}
	if t.Person != person {
		return nil, errOver
	}
	if _, _, err := s.Person(ctx, person); err != nil {
		return nil, err
	}
	step, ok := matchCode(t.Secret, code, 0, s.now())
	if !ok {
		return nil, errCode
	}
	codes, hashes, err := s.recoveryCodes(person)
	if err != nil {
		return nil, err
	}
	err = s.noted(ctx, "credential", map[string]any{"what": "second-factor-set", "person": person}, person, func() error {
		return s.settle(ctx, person, func(c *credential) (more, error) {
			c.TOTP = &totpSecret{Secret: t.Secret, Last: step, Added: s.now()}
			c.Recovery = hashes
			return more{}, nil
		})
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// TOTPDrop takes the second factor away, and a password and the recovery codes
// with it, since they are worth nothing without. fault.Conflict if it is the
// last way in.
func (s *Service) TOTPDrop(ctx context.Context, person string) error {
	check := func(c *credential) error {
		if c.TOTP == nil {
			return fault.New(fault.NotFound, "there is no second factor to take away")
		}
		if c.hasPassword() && c.ways() == 1 {
			return fault.New(fault.Conflict, "this is your last way in; set up a passkey before you take it away")
		}
		return nil
	}
	c, _, err := s.credential(ctx, person)
	if err != nil {
		return err
	}
	if err := check(c); err != nil {
		return err
	}
	return s.noted(ctx, "credential", map[string]any{"what": "second-factor-dropped", "person": person}, person, func() error {
		return s.settle(ctx, person, func(c *credential) (more, error) {
			if err := check(c); err != nil {
				return more{}, err
			}
			c.TOTP, c.Password, c.Recovery = nil, "", nil
			return more{}, nil
		})
	})
}

// matchCode finds the step of a code that comes after the last one taken.
func matchCode(secret, code string, last int64, now time.Time) (step int64, ok bool) {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, code)
	if len(code) != codeDigits {
		return 0, false
	}
	middle := now.Unix() / codeStep
	for at := middle - codeSkew; at <= middle+codeSkew; at++ {
		want, err := totp.GenerateCodeCustom(secret, time.Unix(at*codeStep, 0), totp.ValidateOpts{Period: codeStep, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && at > last {
			step, ok = at, true
		}
	}
	return step, ok
}

// recoveryCount is how many codes are given.
const recoveryCount = 10

// recoveryCodes makes codes of 80 bits, four times four signs.
func (s *Service) recoveryCodes(person string) (codes []string, hashes [][]byte, err error) {
	for range recoveryCount {
		raw, err := s.random(10)
		if err != nil {
			return nil, nil, err
		}
		text := strings.ToLower(base32.StdEncoding.EncodeToString(raw))
		codes = append(codes, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:])
		hashes = append(hashes, recoveryHash(person, text))
	}
	return codes, hashes, nil
}

func recoveryHash(person, text string) []byte {
	h := sha256.Sum256([]byte("tocsin recovery\x00" + person + "\x00" + text))
	return h[:]
}

// spend takes a code of the second factor or a recovery code out of c and tells
// which it was. errCode if it is neither.
func spend(c *credential, code string, now time.Time) (how string, err error) {
	if len(code) > 64 {
		return "", errCode
	}
	if c.TOTP != nil {
		if step, ok := matchCode(c.TOTP.Secret, code, c.TOTP.Last, now); ok {
			c.TOTP.Last = step
			return "totp", nil
		}
	}
	text := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '2' && r <= '7':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r == '0': // what people read in a code on paper
			return 'o'
		case r == '1':
			return 'l'
		}
		return -1
	}, code)
	if len(text) == 16 {
		h := recoveryHash(c.Person, text)
		for i, x := range c.Recovery {
			if subtle.ConstantTimeCompare(h, x) == 1 {
				c.Recovery = slices.Delete(slices.Clone(c.Recovery), i, i+1)
				return "recovery", nil
			}
		}
	}
	return "", errCode
}
