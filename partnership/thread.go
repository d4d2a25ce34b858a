package partnership

import (
	"slices"

	"tocsin/casefile"
	"tocsin/dossier"
	"tocsin/partner"
)

// begins are the acts that begin something new where they are about nothing
// earlier: after a decision they lead somewhere else.
var begins = []casefile.Kind{"called-on", "finding-served", "partner-reminded", "partner-warned", "hearing-opened", "partner-suspended", "partner-terminated"}

// thread chooses what belongs to a decision: everything that the file held before
// it, whoever it speaks for, and of what came after it all but what begins
// something else, and what hangs on that. nil is everything.
func thread(c *casefile.Case, s *partner.State, act string) map[string]bool {
	at := slices.IndexFunc(c.Events, func(e casefile.Event) bool { return e.ID == act })
	if act == "" || at < 0 {
		return nil
	}
	in := map[string]bool{}
	for _, e := range c.Events[:at+1] {
		in[e.ID] = true
	}
	heard := map[string]string{} // hearing → the decision that it was for
	for _, h := range s.Hearings {
		heard[h.Opened] = h.For
	}
	refs := func(e *casefile.Event) []string {
		all := append(slices.Clone(e.Disputes), e.Supersedes...)
		return slices.DeleteFunc(append(all, e.Re), func(id string) bool { return c.Event(id) == nil })
	}
	for grown := true; grown; {
		grown = false
		for i := at + 1; i < len(c.Events); i++ {
			e := &c.Events[i]
			about := refs(e)
			new := slices.Contains(begins, e.Kind) && len(about) == 0 && !in[heard[e.ID]]
			if in[e.ID] || new || slices.ContainsFunc(about, func(id string) bool { return !in[id] }) {
				continue
			}
			in[e.ID], grown = true, true
		}
	}
	for grown := true; grown; { // what is in names nothing that is out
		grown = false
		for i := range c.Events {
			for _, id := range refs(&c.Events[i]) {
				if in[c.Events[i].ID] && !in[id] {
					in[id], grown = true, true
				}
			}
		}
	}
	return in
}

// stepKinds are what acts are on the way to a decision.
var stepKinds = map[casefile.Kind]string{
	"partner-invited": "agreement", "agreement-signed": "agreement", "partner-joined": "agreement", "partner-renewed": "agreement", "partner-left": "agreement",
	"finding-served": "finding", "called-on": "call", "partner-reminded": "reminder", "partner-warned": "warning",
	"hearing-opened": "hearing", "hearing-answered": "answer", "partner-heard": "heard", "statement-made": "press",
	"partner-suspended": "decision", "partner-extended": "decision", "partner-reinstated": "decision", "partner-terminated": "decision",
	"rectification-set": "task", "rectification-reported": "mended", "rectification-accepted": "accepted", "rectification-returned": "returned",
	"partner-reassessed": "review", "appealed": "appeal", "appeal-decided": "ruling", "mark-contested": "reply", "acknowledged": "service",
}

// steps tells of each event of a thread what it is there.
func steps(c *casefile.Case, s *partner.State, in map[string]bool, act string) []dossier.Step {
	answers := map[string]bool{} // to calls
	for _, call := range s.Calls {
		for _, a := range call.Answers {
			answers[a.Event] = true
		}
	}
	var out []dossier.Step
	for i := range c.Events {
		e := &c.Events[i]
		if in != nil && !in[e.ID] {
			continue
		}
		x := dossier.Step{Event: e.ID, Code: stepKinds[e.Kind], This: e.ID == act, Note: attribute(e, "number")}
		switch {
		case e.Result == "withdrawn":
			x.Code = "taken-back"
		case answers[e.ID]:
			x.Code = "call-answer"
		case e.Kind == "partner-heard" && e.Result == "silent":
			x.Code = "silence"
		case e.Result == "waived" && (e.Kind == "partner-heard" || e.Kind == "hearing-answered"):
			x.Code = "waiver"
		case x.Code == "":
			x.Code = "other"
		}
		out = append(out, x)
	}
	return out
}

// attribute is one of an event, as text.
func attribute(e *casefile.Event, key string) string {
	if x, ok := e.Attributes[key]; ok {
		return x.String()
	}
	return ""
}
