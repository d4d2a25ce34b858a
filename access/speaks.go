package access

import (
	"slices"

	"tocsin/internal/fault"
	"tocsin/partner"
)

// Speaks tells whether somebody acts for the organisation of a membership: by
// their own, and not as somebody's deputy, who reads and prepares.
func (a *Acting) Speaks() bool { return a.For == "" && slices.Contains(a.Roles, partner.Responder) }

// SpeaksFor tells whether a reader acts for an organisation.
func SpeaksFor(who Reader, org string) bool {
	return who.Person != "" && org != "" && slices.ContainsFunc(who.Acting, func(a Acting) bool { return a.Org == org && a.Speaks() })
}

// Scoped refuses strangers, and a token that does not name the act.
func Scoped(who Reader, act Act) error {
	switch {
	case who.Person == "":
		return fault.New(fault.NotFound, "sign in first")
	case who.Scopes != nil && !slices.Contains(who.Scopes, string(act)):
		return fault.New(fault.Forbidden, "this token does not name the scope %s", act)
	}
	return nil
}

// Fresh asks for a step-up, where something cannot be taken back.
func Fresh(who Reader) error {
	if !who.Fresh {
		return fault.New(fault.Forbidden, "please prove once more who you are, then do this again")
	}
	return nil
}
