package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/client"
	"tocsin/internal/fault"
	"tocsin/internal/plaintext"
)

func (e *env) partnerCommand() *ufcli.Command {
	return &ufcli.Command{
		Name:            "partner",
		Usage:           "memberships of sharing platforms: where each stands, and acts on them",
		Description:     "Example: tocsin partner list --server https://tocsin.example.org",
		HideHelpCommand: true,
		Action:          family,
		Commands: []*ufcli.Command{{
			Name: "list", Usage: "the memberships that you are on one side of", Description: "Example: tocsin partner list --server https://tocsin.example.org",
			Flags: recordFlags(formatFlag()), Action: e.partnerList,
		}, {
			Name: "show", Usage: "where a member stands, and what is open", ArgsUsage: "MEMBERSHIP",
			Description: "Example: tocsin partner show MEMBERSHIP --server https://tocsin.example.org",
			Flags:       recordFlags(formatFlag()), Action: e.partnerShow,
		}, {
			Name: "preview", Usage: "what an act would change; nothing is done", ArgsUsage: "MEMBERSHIP 'ACT key=value …'",
			Description: "Example: tocsin partner preview MEMBERSHIP 'partner-reminded reason=\"the list of contacts is missing\"'",
			Flags:       recordFlags(formatFlag()), DisableSliceFlagSeparator: true, Action: e.partnerPreview,
		}, {
			Name: "act", Usage: "do an act, or as an authority propose it", ArgsUsage: "MEMBERSHIP 'ACT key=value …'",
			Description: "Example: tocsin partner act MEMBERSHIP 'hearing-answered re=e7 text=\"We had it under test.\"'\n" +
				"What an authority does by token waits until somebody of it, who has just proved who they are, decides it on\n" +
				"the page; calls and reminders go out at once.",
			Flags: recordFlags(keyFlag(), formatFlag()), DisableSliceFlagSeparator: true, Action: e.partnerAct,
		}},
	}
}

func (e *env) partnerList(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin partner list"); err != nil {
		return err
	}
	asJSON, r, err := e.asked(c)
	if err != nil {
		return err
	}
	all, err := r.Memberships(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		if all == nil {
			all = []client.Membership{}
		}
		return e.writeJSON(map[string]any{"memberships": all})
	}
	out := lineWriter{e.out}
	if len(all) == 0 {
		fmt.Fprintln(out, "You are on no side of any membership.")
		return nil
	}
	rows := [][]string{{"MEMBERSHIP", "MEMBER", "PLATFORM", "STANDING", "YOU ARE OF", "FILE"}}
	for _, m := range all {
		rows = append(rows, cleaned(m.ID, m.Name, m.Platform, string(m.Standing), m.Side, m.Handle))
	}
	columns(out, rows)
	return nil
}

// asked reads --format and the platform.
func (e *env) asked(c *ufcli.Command) (bool, *client.Client, error) {
	asJSON, err := wantsJSON(c)
	if err != nil {
		return false, nil, err
	}
	r, err := e.platform(c)
	return asJSON, r, err
}

func cleaned(row ...string) []string {
	for i := range row {
		row[i] = dash(plaintext.Clean(row[i]))
	}
	return row
}

func (e *env) partnerShow(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin partner show MEMBERSHIP"); err != nil {
		return err
	}
	asJSON, r, err := e.asked(c)
	if err != nil {
		return err
	}
	id, err := membershipOf(ctx, r, c.Args().First(), true)
	if err != nil {
		return err
	}
	m, err := r.Membership(ctx, id)
	if err != nil {
		return err
	}
	var waits []client.WaitingAct
	if m.Side == "authority" {
		all, err := r.WaitingActs(ctx)
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.Membership == m.ID {
				waits = append(waits, w)
			}
		}
	}
	if asJSON {
		return e.writeJSON(map[string]any{"membership": m, "waiting": waits})
	}
	e.showPartner(m, waits, here(c))
	return nil
}

// showPartner says first where the member stands, then what is open.
func (e *env) showPartner(m *client.Membership, waits []client.WaitingAct, at string) {
	out, s := lineWriter{e.out}, &m.State
	fmt.Fprintf(out, "%s on %s: %s, since %s\n", plaintext.Clean(m.Name), plaintext.Clean(m.Platform), dash(string(m.Standing)), spanOf(s.Since))
	if x := s.Suspension; x != nil && x.EndedBy == "" {
		fmt.Fprintf(out, "Suspended by %s, from %s until %s; it can still report, and must still meet its duties.\n", plaintext.Clean(x.Decision), spanOf(x.From), spanOf(x.Until))
		if x.Review.Done == "" {
			fmt.Fprintf(out, "The authority owes a review by %s.\n", spanOf(x.Review.By))
		}
	}
	open := 0
	say := func(format string, args ...any) {
		if open++; open == 1 {
			fmt.Fprintln(out, "Open:")
		}
		fmt.Fprintf(out, "  "+format+"\n", args...)
	}
	for _, w := range waits {
		say("%s waits for somebody to decide it on the page, until %s (%s)", plaintext.Clean(w.Event.Kind), instant(w.Expires), plaintext.Clean(w.ID))
	}
	for _, h := range s.Hearings {
		if h.Closed == "" {
			say("hearing %s, answer by %s: %d answers", plaintext.Clean(h.Opened), spanOf(h.Due), len(h.Answers))
		}
	}
	for _, x := range s.Calls {
		if len(x.Answers) == 0 {
			say("call %s, answer by %s", plaintext.Clean(x.Event), spanOf(x.Due))
		}
	}
	for _, t := range s.Tasks {
		if t.State != "accepted" {
			say("task %s of %s, by %s: %s", plaintext.Clean(t.Name), plaintext.Clean(t.Set), spanOf(t.Due), plaintext.Clean(t.State))
		}
	}
	for _, a := range s.Appeals {
		if a.Decided == "" {
			say("appeal %s against %s", plaintext.Clean(a.Event), plaintext.Clean(a.Of))
		}
	}
	for _, d := range s.Decisions {
		fmt.Fprintf(out, "Decision %s %s (%s), %s\n", plaintext.Clean(d.Kind), dash(plaintext.Clean(d.Number)), plaintext.Clean(d.Event), spanOf(d.At))
		fmt.Fprintf(out, "  tocsin dossier %s --act %s%s -o decision.html\n", shellWord(m.ID), shellWord(d.Event), at)
	}
}

// spanOf is an interval in a few words.
func spanOf(s calendar.Span) string {
	switch {
	case s == (calendar.Span{}):
		return "an unstated time"
	case s.Earliest.Equal(s.Latest):
		return instant(s.Earliest)
	case s.Latest.IsZero():
		return "not before " + instant(s.Earliest)
	case s.Earliest.IsZero():
		return "no later than " + instant(s.Latest)
	}
	return "between " + instant(s.Earliest) + " and " + instant(s.Latest)
}

// partnerSpec reads an act as it is typed: who does it, to whom, when and where is
// the platform's to say.
func (e *env) partnerSpec(spec string) (map[string]any, error) {
	ev, err := casefile.EventFrom(spec, e.now())
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(ev)
	if err != nil {
		return nil, fault.New(fault.Internal, "an act cannot be written: %v", err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fault.New(fault.Internal, "an act cannot be written: %v", err)
	}
	for _, key := range strings.Fields("id by to at basis scope") {
		delete(out, key)
	}
	return out, nil
}

func (e *env) partnerPreview(ctx context.Context, c *ufcli.Command) error {
	asJSON, r, id, what, err := e.partnerAsked(ctx, c)
	if err != nil {
		return err
	}
	p, err := r.PreviewAct(ctx, id, what)
	if err != nil {
		return err
	}
	if asJSON {
		return e.writeJSON(p)
	}
	out := lineWriter{e.out}
	fmt.Fprintf(out, "The member: %s now, %s then. Nothing is done yet.\n", dash(string(p.Before)), dash(string(p.After)))
	if p.Second != "" {
		fmt.Fprintf(out, "Another person has to agree (%s).\n", plaintext.Clean(p.Second))
	}
	for _, g := range p.Reach {
		fmt.Fprintf(out, "%d people of %s:\n", g.People, plaintext.Clean(g.Org))
		for _, x := range g.Cases {
			fmt.Fprintf(out, "  %-8s %s %s\n", plaintext.Clean(x.Then), plaintext.Clean(x.Case), plaintext.Clean(x.Title))
		}
		if g.Hidden > 0 {
			fmt.Fprintf(out, "  and %d cases that you do not see\n", g.Hidden)
		}
	}
	fmt.Fprintf(out, "For %d people nothing changes.\n", p.Unchanged)
	if p.More {
		fmt.Fprintln(out, "There are cases that were not looked at.")
	}
	return nil
}

func (e *env) partnerAsked(ctx context.Context, c *ufcli.Command) (asJSON bool, r *client.Client, id string, what map[string]any, err error) {
	if err = onlyArgs(c, 2, 2, "tocsin partner act MEMBERSHIP 'hearing-answered re=e7 text=…'"); err != nil {
		return
	}
	if asJSON, r, err = e.asked(c); err != nil {
		return
	}
	if what, err = e.partnerSpec(c.Args().Get(1)); err != nil {
		return
	}
	id, err = membershipOf(ctx, r, c.Args().First(), true)
	return
}

func (e *env) partnerAct(ctx context.Context, c *ufcli.Command) error {
	asJSON, r, id, what, err := e.partnerAsked(ctx, c)
	if err != nil {
		return err
	}
	a, err := r.Act(ctx, id, what, client.Write{Key: c.String("key")})
	if err != nil {
		return err
	}
	if asJSON {
		return e.writeJSON(a)
	}
	out := lineWriter{e.out}
	switch a.State {
	case "done":
		fmt.Fprintln(out, "Done, and on record. The other side finds a letter in its inbox.")
	case "waiting":
		fmt.Fprintf(out, "Proposed: nothing is done yet. Somebody of the authority decides it on the page /partners/waiting (%s).\n", plaintext.Clean(a.ID))
	default:
		fmt.Fprintf(out, "It is %s (%s).\n", plaintext.Clean(a.State), plaintext.Clean(a.ID))
	}
	return nil
}
