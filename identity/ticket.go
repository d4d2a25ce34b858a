package identity

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"time"

	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// box seals what a browser carries from one step to the next. Its key is the
// platform's, so that every process opens what another one sealed.
type box struct{ aead cipher.AEAD }

// maxTicket bounds what is looked at, in characters.
const maxTicket = 8 << 10

// The purposes of tickets. One is never taken for another: the purpose is
// authenticated with the content.
const (
	forSecond     = "second"
	forTOTP       = "totp"
	forPasskey    = "passkey"
	forPasskeyAdd = "passkey-add"
	forSSO        = "sso"
	forSSOStep    = "sso-step"
)

// platformSecret gives 32 bytes that all processes share and makes them once.
func (s *Service) platformSecret(ctx context.Context, id string) ([]byte, error) {
	type kept struct {
		Key []byte `json:"key"`
	}
	for range tries {
		var k kept
		_, err := s.o.Cabinet.Get(ctx, kindSecret, id, &k)
		switch {
		case err == nil && len(k.Key) == 32:
			return k.Key, nil
		case err == nil:
			return nil, fault.New(fault.Internal, "the platform's secret %s is damaged", id)
		case fault.KindOf(err) != fault.NotFound:
			return nil, err
		}
		if k.Key, err = s.random(32); err != nil {
			return nil, err
		}
		err = s.o.Cabinet.Change(ctx, []cabinet.Item{{Ref: cabinet.Ref{Kind: kindSecret, ID: id}, Value: k}}, nil)
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return nil, err
		}
	}
	return nil, fault.New(fault.Unavailable, "the platform's secret %s is being made elsewhere; please try again", id)
}

func (s *Service) theBox(ctx context.Context) (*box, error) {
	s.boxMu.Lock()
	defer s.boxMu.Unlock()
	if s.box != nil {
		return s.box, nil
	}
	key, err := s.platformSecret(ctx, secretTickets)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fault.New(fault.Internal, "the key of tickets cannot be used")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fault.New(fault.Internal, "the key of tickets cannot be used")
	}
	s.box = &box{aead: aead}
	return s.box, nil
}

// sealedTicket is what is inside.
type sealedTicket struct {
	ID    string          `json:"id"`
	Until time.Time       `json:"until"`
	Body  json.RawMessage `json:"body"`
}

// seal makes a ticket for a purpose that holds for a while.
func (s *Service) seal(ctx context.Context, purpose string, life time.Duration, v any) (string, error) {
	b, err := s.theBox(ctx)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return "", fault.New(fault.Internal, "the ticket cannot be written")
	}
	nonce, err := s.random(b.aead.NonceSize())
	if err != nil {
		return "", err
	}
	id, err := s.newID()
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(sealedTicket{ID: id, Until: s.now().Add(life), Body: body})
	if err != nil {
		return "", fault.New(fault.Internal, "the ticket cannot be written")
	}
	return base64.RawURLEncoding.EncodeToString(b.aead.Seal(nonce, nonce, plain, []byte(purpose))), nil
}

// unseal opens a ticket into v and gives its id and end; errOver whatever is
// the matter with it.
func (s *Service) unseal(ctx context.Context, purpose, ticket string, v any) (id string, until time.Time, err error) {
	b, err := s.theBox(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	if len(ticket) > maxTicket {
		return "", time.Time{}, errOver
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(ticket)
	if err != nil || len(raw) < b.aead.NonceSize() {
		return "", time.Time{}, errOver
	}
	n := b.aead.NonceSize()
	plain, err := b.aead.Open(nil, raw[:n], raw[n:], []byte(purpose))
	if err != nil {
		return "", time.Time{}, errOver
	}
	var t sealedTicket
	if json.Unmarshal(plain, &t) != nil || !s.now().Before(t.Until) || json.Unmarshal(t.Body, v) != nil {
		return "", time.Time{}, errOver
	}
	return t.ID, t.Until, nil
}
