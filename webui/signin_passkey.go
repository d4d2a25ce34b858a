package webui

import (
	"encoding/json"
	"io"
	"net/http"

	"tocsin/identity"
	"tocsin/internal/fault"
)

// maxAnswer is more than any authenticator says.
const maxAnswer = 64 << 10

// passkeyAnswer is what our script sends back.
type passkeyAnswer struct {
	Ticket string          `json:"ticket"`
	Name   string          `json:"name"`
	To     string          `json:"to"`
	Answer json.RawMessage `json:"answer"`
}

// signInPasskeyBegin gives the options for the browser's own dialogue.
func (s *Site) signInPasskeyBegin(v *visit) error {
	options, ticket, err := s.o.Identity.PasskeyBegin(v.ctx())
	if err != nil {
		return err
	}
	return v.json(map[string]any{"options": json.RawMessage(options), "ticket": ticket})
}

// signInPasskeyFinish signs in by what the authenticator answered.
func (s *Site) signInPasskeyFinish(v *visit) error {
	a, err := v.passkeyAnswer()
	if err != nil {
		return err
	}
	step, err := s.o.Identity.PasskeyFinish(v.ctx(), a.Ticket, a.Answer, v.came())
	if err != nil {
		return err
	}
	if step.Session == nil {
		return fault.New(fault.Internal, "a passkey is asked for nothing more")
	}
	v.entered(step)
	return v.json(map[string]any{"to": where(step, a.To)})
}

// stepUpPasskey proves who somebody is again.
func (s *Site) stepUpPasskey(v *visit) error {
	a, err := v.passkeyAnswer()
	if err != nil {
		return err
	}
	proof := identity.Proof{Ticket: a.Ticket, Answer: a.Answer}
	if err := s.o.Identity.StepUp(v.ctx(), v.secret, proof, v.came()); err != nil {
		return err
	}
	v.setCookie(cookieFlash, "confirmed", flashLife, http.SameSiteStrictMode)
	return v.json(map[string]any{"to": here(a.To, "/desk")})
}

func (v *visit) passkeyAnswer() (passkeyAnswer, error) {
	var a passkeyAnswer
	body, err := io.ReadAll(io.LimitReader(v.r.Body, maxAnswer+1))
	if err != nil || len(body) > maxAnswer || json.Unmarshal(body, &a) != nil {
		return a, fault.New(fault.Invalid, "the answer of the browser cannot be read")
	}
	return a, nil
}

// json answers our own script.
func (v *visit) json(answer any) error { return v.jsonStatus(http.StatusOK, answer) }

func (v *visit) jsonStatus(status int, answer any) error {
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	v.answered = true
	v.w.Header().Set("Content-Type", "application/json")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) // a browser that left is no error of ours
	return nil
}
