package partner

import (
	"maps"
	"slices"
	"strings"

	"tocsin/internal/fault"
)

// Refusal says why an act cannot stand: a code from a closed list with its
// arguments, for catalogues, and the key of the event that it is about.
type Refusal struct {
	Code string            `json:"code"`
	Key  string            `json:"key,omitempty"`
	Args map[string]string `json:"args,omitempty"`
}

// refusals are the codes with their kind of error and their sentence in English;
// {name} is an argument.
var refusals = map[string]struct {
	kind     fault.Kind
	sentence string
}{
	"no-act":           {fault.Invalid, "{kind} is no act of a partnership"},
	"not-by-authority": {fault.Forbidden, "is {authority}'s act alone"},
	"not-by-member":    {fault.Forbidden, "is the act of {member}, or of a unit of it, alone"},
	"not-to-member":    {fault.Invalid, "does not name {member}: an act names whom it is addressed to"},
	"no-time":          {fault.Invalid, "is missing or is not a time: say when this was done"},
	"own-organisation": {fault.Forbidden, "{authority} and {member} are of one group, and nobody decides on its own organisation or group; another authority has to"},
	"other-platform":   {fault.Invalid, "this file is about the platform {platform}; an act for another one belongs to that one's file"},
	"in-future":        {fault.TooEarly, "lies after {now}: an act is recorded when it was done, and takes effect later by its attribute from"},
	"out-of-order":     {fault.Conflict, "lies before {act}, the last act on this partnership, of {when}; load the file again and decide anew"},

	"not-begun":        {fault.Conflict, "{member} has not joined: an invitation and a signed agreement come first"},
	"ended":            {fault.Conflict, "the partnership ended by {act}; a new one begins with an invitation"},
	"no-invitation":    {fault.Conflict, "names no invitation that is open"},
	"other-text":       {fault.Conflict, "is not the text that was offered and signed, {hash}: both sides sign the same"},
	"already-member":   {fault.Conflict, "{member} is a member already"},
	"not-suspended":    {fault.Conflict, "{member} is not suspended"},
	"suspended":        {fault.Conflict, "{member} is suspended already by {act}; extend that, or decide on it by a review"},
	"nothing-to-end":   {fault.Conflict, "there is no suspension and no warning that a review could be about"},
	"no-mark":          {fault.Conflict, "names no mark of that kind that still holds"},
	"no-contest":       {fault.Invalid, "names no act of the authority that could be contested: a finding, a reminder, a warning or a decision"},
	"hearing-needed":   {fault.Conflict, "{member} was not heard: open a hearing, and close it, before a decision to its disadvantage"},
	"hearing-open":     {fault.TooEarly, "the hearing {act} is not closed: it runs until {when} or until the member has answered"},
	"hearing-is-open":  {fault.Conflict, "the hearing {act} is open already; close it before another one"},
	"no-hearing":       {fault.Conflict, "names no hearing that is open"},
	"no-answer":        {fault.Conflict, "the member has not answered; the hearing is silent once its period is over, on {when}"},
	"still-running":    {fault.TooEarly, "the member may answer until {when}: it is not silent before"},
	"was-answered":     {fault.Conflict, "the member answered by {act}; that is neither silence nor a waiver"},
	"not-waived":       {fault.Conflict, "the member waived nothing: a waiver is its own word (hearing-answered with result waived)"},
	"not-urgent":       {fault.Forbidden, "the agreement allows no suspension before the hearing"},
	"no-waiver":        {fault.Conflict, "no hearing was closed as waived"},
	"review-needed":    {fault.Conflict, "the suspension was not reviewed: a reassessment with its reasons comes first"},
	"review-says":      {fault.Conflict, "the review {act} says {result}; this does not follow from it"},
	"no-task":          {fault.Conflict, "names nothing that is to be mended"},
	"not-reported":     {fault.Conflict, "the member has not reported on it yet"},
	"no-decision":      {fault.Conflict, "names no decision that could be appealed against"},
	"no-appeal":        {fault.Conflict, "names no appeal that is open"},
	"appealed-already": {fault.Conflict, "an appeal against {act} is on the record already"},

	"missing":         {fault.Invalid, "is missing"},
	"word":            {fault.Invalid, "{value} is not one of {words}"},
	"no-unit":         {fault.Invalid, "{unit} is no unit of {member} in this file"},
	"no-level":        {fault.Invalid, "{level} is no level of this platform"},
	"no-day":          {fault.Invalid, "{value} is not a date (YYYY-MM-DD) or an instant"},
	"no-period":       {fault.Invalid, "{value} is not a period such as P6M"},
	"from-before":     {fault.Invalid, "lies before the decision itself, of {when}: a decision does not reach back"},
	"until-before":    {fault.Invalid, "ends before it begins, on {when}"},
	"until-not-later": {fault.Invalid, "is no later than the end now, {when}: that extends nothing"},
	"due-before":      {fault.Invalid, "lies before the act itself, of {when}"},
	"due-after-end":   {fault.Invalid, "lies after the end, {when}: the review comes before it"},
	"too-long":        {fault.Invalid, "is longer than the agreement allows: {clause} ends it with {when} at the latest"},
	"too-short":       {fault.Invalid, "is shorter than the agreement promises: {clause} gives until {when} at least"},
}

// RefusalCodes lists the codes, for whoever has words for them.
func RefusalCodes() []string { return slices.Sorted(maps.Keys(refusals)) }

// String is the sentence in English.
func (r *Refusal) String() string {
	s := refusals[r.Code].sentence
	for _, k := range slices.Sorted(maps.Keys(r.Args)) {
		s = strings.ReplaceAll(s, "{"+k+"}", r.Args[k])
	}
	return s
}

func (r *Refusal) err() error {
	err := fault.At("", 0, r.Key, "%s", r.String()).(*fault.Error)
	err.Kind, err.Message = refusals[r.Code].kind, r.String()
	return err
}

// refuse makes a refusal; args are name and value in turn.
func refuse(code, key string, args ...string) *Refusal {
	r := &Refusal{Code: code, Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		if r.Args == nil {
			r.Args = map[string]string{}
		}
		r.Args[args[i]] = args[i+1]
	}
	return r
}

func firstRefusal(list ...*Refusal) *Refusal {
	for _, r := range list {
		if r != nil {
			return r
		}
	}
	return nil
}
