package httpapi

import (
	"net/http"
	"time"

	"tocsin/internal/fault"
)

// unknown is the refusal of somebody who has not shown a token that counts.
type unknown struct {
	problem   *Problem
	challenge string
}

func (u *unknown) Error() string { return u.problem.Detail }

// stranger refuses (RFC 6750, 3). Why a token does not count is not told: it may
// be unknown, expired, ended, or its person disabled.
func stranger(given bool) error {
	u := &unknown{challenge: `Bearer realm="tocsin"`}
	if given {
		u.challenge += `, error="invalid_token"`
	}
	u.problem = newProblem(http.StatusUnauthorized, fault.Forbidden, sentences[http.StatusUnauthorized])
	return u
}

// tooMany is the refusal of somebody who asks too often.
type tooMany struct{ wait time.Duration }

func (t *tooMany) Error() string { return sentences[http.StatusTooManyRequests] }
