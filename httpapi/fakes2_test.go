package httpapi

import (
	"context"
	"net/http"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/plan"
)

func (s *shop) Export(_ context.Context, who access.Reader, ref, format string) ([]byte, error) {
	if err := s.look(who, ref); err != nil {
		return nil, err
	}
	if format == "json" {
		return s.seen.Case.JSON()
	}
	return s.seen.Case.YAML()
}

func (s *shop) Dossier(_ context.Context, who access.Reader, ref string, a coordination.DossierAsked) (*coordination.DossierMade, error) {
	if err := s.look(who, ref); err != nil {
		return nil, err
	}
	return &coordination.DossierMade{File: []byte("<!doctype html>" + a.Lang + " " + a.Keys)}, nil
}

func (s *shop) Receipt(_ context.Context, who access.Reader, ref, event, _ string, _ []string) ([]byte, error) {
	if err := s.look(who, ref); err != nil {
		return nil, err
	}
	if event == "young" {
		return nil, fault.New(fault.TooEarly, "no published checkpoint covers this record yet")
	}
	return []byte("c2sp.org/tlog-proof@v1\nindex 7\n"), nil
}

func (s *shop) approval(act access.Act) coordination.Approval {
	return coordination.Approval{ID: "a1", Act: act, Case: open, By: "p1", Asked: now, Expires: now.Add(time.Hour), State: "asked"}
}

func (s *shop) AskExport(_ context.Context, who access.Reader, ref string) (coordination.Approval, error) {
	return s.approval(access.Export), s.look(who, ref)
}

func (s *shop) AskErase(_ context.Context, who access.Reader, ref string, _ coordination.EraseAsked) (coordination.Approval, error) {
	return s.approval(access.Erase), s.look(who, ref)
}

func (s *shop) Seats(_ context.Context, who access.Reader, ref string) ([]access.Seat, error) {
	return s.seen.Seats, s.look(who, ref)
}

func (s *shop) PreviewSeat(_ context.Context, who access.Reader, ref string, _ coordination.SeatAsked) (*coordination.SeatPreview, error) {
	return &coordination.SeatPreview{Sees: access.Viewpoint{Parties: []string{"acme"}}, Refused: []access.Decision{{Kind: fault.Forbidden, Code: "barred-abroad", Citation: "RMSV Art. 9(7)"}},
		Barred: []access.Bar{{Party: "acme", Rule: "CN-RMSV-9-7-NO-OVERSEAS", Order: "CN", Citation: "RMSV Art. 9(7)"}}, Obliges: nil}, s.look(who, ref)
}

func (s *shop) GiveSeat(_ context.Context, who access.Reader, ref string, a coordination.SeatAsked) (access.Seat, error) {
	return access.Seat{ID: "s2", Case: s.seen.Handle, Org: a.Org, Person: a.Person, Role: a.Role, Party: a.Party, By: who.Person, At: now.Format(time.RFC3339)}, s.look(who, ref)
}

func (s *shop) TakeSeat(_ context.Context, who access.Reader, ref, _ string) error {
	return s.look(who, ref)
}

func (s *shop) BreakGlass(_ context.Context, who access.Reader, ref, _ string) (access.Seat, error) {
	return access.Seat{ID: "s3", Person: who.Person, Role: access.Observes, Broken: true}, s.look(who, ref)
}

func (s *shop) Approvals(context.Context, access.Reader, coordination.Page) ([]coordination.Approval, string, error) {
	return []coordination.Approval{s.approval(access.Erase)}, "", s.fails
}

func (s *shop) Decide(_ context.Context, _ access.Reader, id string, _ bool, reason string) (coordination.Approval, error) {
	if id != "a1" {
		return coordination.Approval{}, fault.New(fault.NotFound, "nothing waits under this id")
	}
	p := s.approval(access.Erase)
	p.State, p.With, p.Decided, p.Reason = "done", "p1", &now, reason
	return p, s.fails
}

func (s *shop) snapshot() coordination.Snapshot {
	return coordination.Snapshot{ID: "n1", Case: open, Duty: "d1", By: "p1", Taken: now, Due: &now, State: "running", Plan: []byte(`{"id":"d1"}`), Override: &coordination.Override{Due: now, Reason: "counsel"}}
}

func (s *shop) Duty(ctx context.Context, who access.Reader, ref, duty string, lang string) (*coordination.DutyPage, error) {
	p, err := s.Plan(ctx, who, ref, coordination.PlanOptions{Lang: lang})
	if err != nil {
		return nil, err
	}
	var found *plan.Duty
	for _, d := range p.Plan.Duties {
		if d.ID == duty {
			found = d
		}
	}
	if found == nil {
		return nil, fault.New(fault.NotFound, "the plan has no such duty")
	}
	return &coordination.DutyPage{Planned: p, Duty: found, Facts: []coordination.Fact{{Event: "e1", Index: 4, Quality: "press", Bearing: "anchor"}}, Relied: []coordination.Snapshot{s.snapshot()}}, nil
}

func (s *shop) Rely(_ context.Context, who access.Reader, ref, duty, note string, o *coordination.Override) (coordination.Snapshot, error) {
	n := s.snapshot()
	n.Duty, n.Note, n.Override = duty, note, o
	return n, s.look(who, ref)
}

func (s *shop) Snapshots(context.Context, access.Reader, coordination.Page) ([]coordination.Snapshot, string, error) {
	return []coordination.Snapshot{s.snapshot()}, "", s.fails
}

func (s *shop) Of(context.Context, string) (identity.Credentials, error) {
	return identity.Credentials{Tokens: []identity.Token{{ID: "t1", Person: "p1", Name: "nightly", Scopes: []string{"see"}, Made: now, Until: now.Add(time.Hour), Hint: "tocsin_ab"}}}, s.fails
}

func (s *shop) DropToken(_ context.Context, _, id string) error {
	if id != "t1" {
		return fault.New(fault.NotFound, "there is no such token")
	}
	return s.fails
}

func (s *shop) Person(_ context.Context, id string) (partner.Person, int64, error) {
	if id != s.person.ID {
		return partner.Person{}, 0, fault.New(fault.NotFound, "there is no such person")
	}
	return s.person, 3, s.fails
}

func (s *shop) People(context.Context, string, int) ([]partner.Person, error) {
	return []partner.Person{s.person, {ID: "p3", Name: "C", Login: "c"}}, s.fails
}

func (s *shop) Org(_ context.Context, id string) (partner.Org, int64, error) {
	if id != s.org.ID {
		return partner.Org{}, 0, fault.New(fault.NotFound, "there is no such organisation")
	}
	return s.org, 5, s.fails
}

func (s *shop) Orgs(context.Context, string, int) ([]partner.Org, error) {
	return []partner.Org{s.org}, s.fails
}

func (s *shop) PutPerson(_ context.Context, _ access.Reader, p partner.Person, version int64) (partner.Person, *identity.RoleRequest, error) {
	if version == 0 {
		p.ID = "p4"
	}
	return p, &identity.RoleRequest{ID: "r1", Person: p.ID, Roles: p.Platform, By: "p1", Asked: now.Format(time.RFC3339)}, s.fails
}

func (s *shop) PutOrg(_ context.Context, _ access.Reader, o partner.Org, version int64) (partner.Org, error) {
	if version == 0 {
		o.ID = "o2"
	}
	return o, s.fails
}

func (s *shop) RoleRequests(context.Context) ([]identity.RoleRequest, error) {
	return []identity.RoleRequest{{ID: "r1", Person: "p2", Roles: []partner.Role{partner.Administrator}, By: "p1", Asked: now.Format(time.RFC3339)}}, s.fails
}

func (s *shop) DecideRoles(_ context.Context, _ access.Reader, id string, _ bool) error {
	if id != "r1" {
		return fault.New(fault.NotFound, "nothing waits under this id")
	}
	return s.fails
}

func (s *shop) ledger(context.Context) (PublicLog, error) {
	return PublicLog{Origin: "log.example.org/ledger/1", Epoch: 1, Size: 812, Root: "live", Keys: []string{"log.example.org/ledger/1+0badf00d+AQ=="}, Quorum: "none",
		Checkpoint: &Signed{Size: 800, Root: "c2lnbmVk", At: now, Note: "log.example.org/ledger/1\n800\n…\n"}}, s.fails
}

// options of an API over the shop.
func (s *shop) options() Options {
	return Options{Tokens: s, Reads: s, Writes: s, Opens: s, Papers: s, Seats: s, Approvals: s, Relies: s, Profile: s, Directory: s, Changes: s, Roles: s, Circles: round{s}, Findings: round{s}, Shares: round{s}, Tasks: roundTasks{round{s}}, Sessions: round{s},
		Book: s.book, Ledger: s.ledger, TagKey: []byte("a key of the tests"), Now: func() time.Time { return now }}
}

// serve mounts the API over the shop.
func (s *shop) serve(t testing.TB) (*http.ServeMux, *api) {
	t.Helper()
	mux := http.NewServeMux()
	return mux, newAPI(mux, s.options())
}
