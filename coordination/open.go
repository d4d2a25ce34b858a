package coordination

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/record"
)

// caseName gives a new case a name that tells nobody how many there are and which
// came first: the year and six random letters.
func (d *Desk) caseName(who access.Reader, year int, key string) (string, error) {
	tail, err := d.draw("", 6, "name", who.Person, key)
	return "TOC-" + strconv.Itoa(year) + "-" + strings.ToUpper(tail), err
}

// Draft shows the case and the plan that the answers make, and keeps nothing.
func (d *Desk) Draft(ctx context.Context, who access.Reader, q Questions) (*Drafted, error) {
	if err := refuse(access.Decide(access.Open, who, access.Matter{})); err != nil {
		return nil, err
	}
	name, err := d.caseName(who, d.o.Now().UTC().Year(), "")
	if err != nil {
		return nil, err
	}
	t := d.draft(who, q, name, d.orgName(ctx, who, q), d.o.Now())
	out := &Drafted{File: t.f, Problems: t.problems, Hints: t.hints}
	c, p, err := d.check(t)
	if err != nil {
		return out, err
	}
	if c != nil {
		v := access.Viewpoint{All: true}
		out.Planned = &Planned{Seen: &Seen{Case: c, View: v, Role: access.Owner, Parties: []string{t.us}, May: map[access.Act]access.Decision{}}, Plan: p, Book: d.o.Book, Of: c}
	}
	return out, nil
}

// check builds the file and its plan; what cannot be built is a problem of the
// answers, and no error.
func (d *Desk) check(t *drafting) (*casefile.Case, *plan.Plan, error) {
	c, err := casefile.Build("", t.f)
	if err == nil {
		var p *plan.Plan
		if p, err = d.compute(c, PlanOptions{}); err == nil {
			return c, p, nil
		}
	}
	if fault.KindOf(err) != fault.Invalid {
		return nil, nil, err
	}
	if len(t.problems) == 0 {
		t.problems["File"] = ProblemFile
	}
	return nil, nil, nil
}

// orgName is what the reader's organisation is called in the case.
func (d *Desk) orgName(ctx context.Context, who access.Reader, q Questions) string {
	org := q.Org
	if org == "" {
		org = opener(who)
	}
	if name := d.o.People.OrgName(ctx, org); org != "" && name != "" {
		return name
	}
	return who.Name
}

// Open keeps the case; the reader's organisation becomes its owner. What the
// answers state is recorded as it happens, with a receipt for each party named.
func (d *Desk) Open(ctx context.Context, who access.Reader, q Questions, key string) (record.Result, error) {
	if err := refuse(access.Decide(access.Open, who, access.Matter{})); err != nil {
		return record.Result{}, err
	}
	now, err := d.opened(ctx, who, key)
	if err != nil {
		return record.Result{}, err
	}
	name, err := d.caseName(who, now.UTC().Year(), key)
	if err != nil {
		return record.Result{}, err
	}
	t := d.draft(who, q, name, d.orgName(ctx, who, q), now)
	c, _, err := d.check(t)
	if err != nil {
		return record.Result{}, err
	}
	if len(t.problems) > 0 {
		return record.Result{}, wrongAnswer(t.problems)
	}
	org := t.q.Org
	if org == "" {
		org = opener(who)
	}
	return d.keep(ctx, who, c, owning{org: org, party: t.us, live: true}, key)
}

// opened is the instant at which a case was opened under that key before, or now:
// the same answers then make the same file again.
func (d *Desk) opened(ctx context.Context, who access.Reader, key string) (time.Time, error) {
	now := d.o.Now()
	if key == "" {
		return now, nil
	}
	handle, err := d.draw("", 26, "case", who.Person, key)
	if err != nil {
		return now, err
	}
	k, err := d.o.Keeper.Load(ctx, handle)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return now, nil
	}
	if err != nil {
		return now, err
	}
	for i := range k.Case.Events {
		if t, err := time.Parse(time.RFC3339, k.Case.Events[i].At.NotAfter); err == nil {
			return t.Add(time.Second), nil
		}
	}
	return k.Records[0].Recorded, nil
}

// wrongAnswer names the first answer that Open refuses.
func wrongAnswer(problems map[string]string) error {
	var fields []string
	for f := range problems {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	return fault.At("", 0, fields[0], "%s", strings.ReplaceAll(problems[fields[0]], "-", " "))
}
