package identity

import (
	"context"
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"tocsin/internal/fault"
)

// A password has 12 to 256 characters (NIST SP 800-63B 3.1.1.2 asks for at
// least 8 beside a second factor, OWASP ASVS 6.2.9 for 64 to be possible).
const (
	minPassword = 12
	maxPassword = 256
)

// opaque prepares a password to be compared: OpaqueString of RFC 8265, so that
// the same signs typed on another keyboard are the same password. ok is false
// for what can be no password.
func opaque(password string) (prepared string, ok bool) {
	if len(password) > 4*maxPassword || !utf8.ValidString(password) {
		return "", false
	}
	p, err := precis.OpaqueString.String(password)
	if err != nil {
		return "", false
	}
	n := utf8.RuneCountInString(p)
	return p, n >= 1 && n <= maxPassword
}

// foldLogin prepares a login to be compared: UsernameCaseMapped of RFC 8265.
// ok is false for what can be no login.
func foldLogin(login string) (folded string, ok bool) {
	if len(login) > 320 || !utf8.ValidString(login) { // an e-mail address is never longer (RFC 5321 4.5.3.1)
		return "", false
	}
	f, err := precis.UsernameCaseMapped.String(strings.TrimSpace(login))
	return f, err == nil && f != ""
}

//go:embed common.txt
var commonText string

// common are words that passwords are made of too often, longest first, so that
// "password" goes before "pass".
var common = func() []string {
	words := strings.Fields(commonText)
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	return words
}()

// substitutes are the signs that people put for letters.
var substitutes = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "@", "a", "$", "s", "!", "i", "€", "e")

// leftOver is what a password must have beside words that everybody tries.
const leftOver = 6

// weak tells why a password is none: "" if it will do. It takes away the common
// words, those of the context, runs and repetitions; something has to be left.
func weak(password string, context ...string) string {
	n := utf8.RuneCountInString(password)
	switch {
	case n < minPassword:
		return "a password has at least 12 characters; a sentence of a few words is easy to remember"
	case n > maxPassword:
		return "a password has at most 256 characters"
	}
	words := slices.Clone(common)
	for _, c := range context {
		for _, w := range strings.FieldsFunc(strings.ToLower(c), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if utf8.RuneCountInString(w) >= 3 || w != "" && w[0] >= utf8.RuneSelf {
				words = append(words, w)
			}
		}
	}
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	plain := strings.ToLower(password)
	// Both readings have to hold: as typed, and with signs read as letters. A
	// short number is a year or a count, and no letters.
	letters := plain
	if digits(plain) <= 8 {
		letters = numbers.ReplaceAllString(plain, " ")
	}
	for _, text := range []string{plain, substitutes.Replace(letters)} {
		if rest(text, words) < leftOver {
			return "this password is among those tried first: common words, names, runs and repetitions do not count"
		}
	}
	return ""
}

var numbers = regexp.MustCompile(`\d{3,}`)

func digits(text string) int {
	n := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// rest counts what is left of a text without the words, each sign that only
// continues a run or a repetition, and signs between words.
func rest(text string, words []string) int {
	for _, w := range words {
		text = strings.ReplaceAll(text, w, " ")
	}
	var last rune
	n, seen := 0, map[string]bool{}
	var pair [2]rune
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsSymbol(r) && !unicode.IsPunct(r) && !unicode.IsMark(r) {
			last = 0
			continue
		}
		pair = [2]rune{last, r}
		key := string(pair[:])
		if d := r - last; last == 0 || d > 1 || d < -1 {
			if !seen[key] {
				n++
			}
		}
		seen[key] = true
		last = r
	}
	return n
}

// SetPassword sets a password: at least 12 characters, no more than 256, not
// made of common words and not of the person's own names (NIST SP 800-63B
// 3.1.1.2). It counts together with a second factor only. All other sessions
// than keep (a handle) end.
func (s *Service) SetPassword(ctx context.Context, person, password, keep string) error {
	d, err := s.directory(ctx)
	if err != nil {
		return err
	}
	p, err := d.person(ctx, person)
	if err != nil {
		return err
	}
	if p == nil || p.Disabled {
		return fault.New(fault.NotFound, "there is no such person")
	}
	prepared, ok := opaque(password)
	if !ok {
		return fault.New(fault.Invalid, "a password has 12 to 256 characters that can be typed")
	}
	if why := weak(prepared, p.Name, p.Login, s.o.Name); why != "" {
		return fault.New(fault.Invalid, "%s", why)
	}
	salt, err := s.random(saltLen)
	if err != nil {
		return err
	}
	phc, err := s.hashes.make(ctx, prepared, salt)
	if err != nil {
		return err
	}
	return s.noted(ctx, "credential", map[string]any{"what": "password-set", "person": person}, person, func() error {
		return s.settle(ctx, person, func(c *credential) (more, error) {
			c.Password = phc
			drop, err := s.sessionsOf(ctx, person, keep)
			return more{drop: drop}, err
		})
	})
}
