package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Profile is what people see and end of their own (identity.Service).
type Profile interface {
	Of(ctx context.Context, person string) (identity.Credentials, error)
	DropToken(ctx context.Context, person, id string) error
}

// Me is who asks.
type Me struct {
	Person   string          `json:"person" example:"p7k2m4" doc:"Id of the person."`
	Name     string          `json:"name" example:"A. Example"`
	Platform []partner.Role  `json:"platform" doc:"Roles on the whole platform."`
	Acting   []access.Acting `json:"acting" doc:"Organisations that you act for."`
	Place    string          `json:"place,omitempty" example:"DE" doc:"Country where you work."`
	Scopes   []string        `json:"scopes" doc:"Acts that this token may do; * stands for all but those that must be named."`
	Lang     string          `json:"lang,omitempty" example:"en"`
	Zone     string          `json:"zone,omitempty" example:"Europe/Berlin"`
	Token    string          `json:"token" doc:"Public handle of this token."`
}

// TokenList is the tokens of a person, without their secrets.
type TokenList struct {
	Tokens []Token `json:"tokens"`
}

// Token is an API token without its secret.
type Token struct {
	ID     string     `json:"id"`
	Name   string     `json:"name" example:"nightly export"`
	Scopes []string   `json:"scopes"`
	Made   time.Time  `json:"made"`
	Until  time.Time  `json:"until"`
	Used   *time.Time `json:"used,omitempty" doc:"To the hour."`
	Hint   string     `json:"hint" doc:"Its first characters."`
}

func (a *api) addMe() {
	type none struct{}
	add(a, operation{
		id: "me", method: http.MethodGet, path: "/me", tag: "me", summary: "Who you are",
		about: "The person behind the token, with what they act for. A good first request.",
		gives: map[int]*content{200: {of: Me{}}},
	}, func(_ context.Context, c *call, _ *none) (*reply, error) {
		r := c.reader
		scopes := r.Scopes
		if scopes == nil {
			scopes = []string{"*"}
		}
		acting := some(r.Acting)
		for i := range acting {
			acting[i].Roles = some(acting[i].Roles)
		}
		return sends(http.StatusOK, Me{Person: r.Person, Name: r.Name, Platform: some(r.Platform), Acting: acting, Place: r.Place,
			Scopes: scopes, Lang: r.Lang, Zone: r.Zone, Token: r.Session})
	})
	if a.o.Profile == nil {
		return
	}
	add(a, operation{
		id: "tokens", method: http.MethodGet, path: "/me/tokens", tag: "me", summary: "Your tokens",
		about: "They are made in the settings, after a step-up: a token cannot make another.",
		gives: map[int]*content{200: {of: TokenList{}}},
	}, func(ctx context.Context, c *call, _ *none) (*reply, error) {
		cr, err := a.o.Profile.Of(ctx, c.reader.Person)
		if err != nil {
			return nil, err
		}
		out := TokenList{Tokens: []Token{}}
		for _, t := range cr.Tokens {
			s := Token{ID: t.ID, Name: t.Name, Scopes: some(t.Scopes), Made: t.Made, Until: t.Until, Hint: t.Hint}
			if !t.Used.IsZero() {
				s.Used = &t.Used
			}
			out.Tokens = append(out.Tokens, s)
		}
		return sends(http.StatusOK, out)
	})
	type one struct {
		Token string `path:"token" maxLength:"100"`
	}
	add(a, operation{
		id: "end-token", method: http.MethodDelete, path: "/me/tokens/{token}", tag: "me", summary: "End a token",
		about: "It ends at once, in every process. A token may end itself.",
		fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{204: nil},
	}, func(ctx context.Context, c *call, in *one) (*reply, error) {
		if err := a.o.Profile.DropToken(ctx, c.reader.Person, in.Token); err != nil {
			return nil, err
		}
		return &reply{status: http.StatusNoContent}, nil
	})
}
