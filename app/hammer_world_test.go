package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/internal/edge"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/sharing"
)

// restricted stands in what a suspended member must not receive, and nowhere
// else; sought stands beside it and is searched for, since a page repeats what it
// was asked for.
const (
	restricted = "zqrestrictedzq"
	sought     = "zqsoughtzq"
)

// hammered is what the office keeps and shows to a member through the platform; it
// happened on DAY. Everybody is invented.
const hammered = `
format: tocsin-casefile/1
case: TOC-HAMMER
title: A flaw in a pump (invented)
record: kept
tlp: AMBER
products: [{id: pump, name: Example Pump, provider: acme}]
parties:
  - {id: office, name: Sundmark Office, country: DE, roles: [authority]}
  - {id: acme, name: Acme Networks, country: DE, markets: [EU], attributes: {eu-main-establishment: DE}}
  - {id: borel, name: Borel Energy, country: FR, roles: [finder]}
events:
  - {id: e1, kind: reported, by: borel, to: [office], of: pump, at: "DAYT08:00:00Z", text: words of Borel}
  - {id: e2, kind: reported, by: office, to: [acme], of: pump, at: "DAYT09:00:00Z", label: told zqrestrictedzq, text: words of the office}
  - {id: e3, kind: commented, by: office, to: [acme], of: pump, at: "DAYT09:30:00Z", label: a word of zqrestrictedzq, text: what we think of it zqsoughtzq zqrestrictedzq}
  - {id: e4, kind: aware, by: acme, of: pump, how: told, exploited: true, at: "DAYT10:00:00Z"}
  - {id: e5, kind: exploitation-observed, by: acme, of: pump, at: "DAYT11:00:00Z"}
`

// order is a directive to all members of the platform, due on DAY.
const order = `
format: tocsin-directive/1
directive: so-2026-7
number: SO 2026/7
title: {en: Move of zqrestrictedzq}
tlp: AMBER
authorities: [{id: so, name: Sundmark Office}]
issued-by: so
issued: "2026-10-01T09:00:00Z"
basis: [{text: zqsoughtzq zqrestrictedzq, citation: "Act of zqrestrictedzq", official: "https://law.example/1"}]
scope: [{id: everybody, all: true}]
steps: [{id: patch, kind: patch, title: {en: Patch zqrestrictedzq}, asks: [{of: [everybody], modality: must}], due: {value: DAY, zone: Europe/Berlin}}]
`

// anvil is a platform, in one process or several, with a member that is about to
// be suspended.
type anvil struct {
	t         *testing.T
	platforms []*Platform
	muxes     []*http.ServeMux
	handle    string // of the case
	member    string // id of the membership
	item      string // that was shared
	task      string // directive
	duty      string
	letter    string
	finding   string // that was served on the member
	token     string
	http      *http.Client // with ada's session
}

// anvilOn starts a process for each record, all on one database.
func anvilOn(t *testing.T, apps ...*App) *anvil {
	t.Helper()
	w := &anvil{t: t}
	for _, a := range apps {
		o := PlatformOptions{Demo: true, Pad: 8, PersonRate: edge.Rate{PerSecond: -1}, Mounted: func(mux *http.ServeMux) { w.muxes = append(w.muxes, mux) }}
		w.platforms = append(w.platforms, started(t, a, o))
	}
	p, ctx := w.platforms[0], t.Context()
	member := func(org string, roles ...partner.Role) []partner.Membership {
		return []partner.Membership{{Org: org, Roles: roles}}
	}
	w.must(p.People().Seed(ctx, []partner.Org{
		{ID: "office", Name: "Sundmark Office", Kind: partner.Authority, Country: "DE", Standing: partner.Active},
		{ID: "acme", Name: "Acme Networks", Kind: partner.Entity, Country: "DE", Standing: partner.Active},
		{ID: "acme-psirt", Name: "Acme PSIRT", Kind: partner.Unit, PartOf: "acme", Standing: partner.Active},
	}, []partner.Person{
		{ID: "karin", Name: "Karin", Login: "karin", Place: "DE", Member: member("office", partner.Responder)},
		{ID: "ada", Name: "Ada", Login: "ada", Place: "DE", Member: member("acme", partner.Responder)},
	}))
	within := func(period, clause string) partner.Within {
		q, err := calendar.ParsePeriod(period)
		w.must(err)
		return partner.Within{Period: q, Clause: clause}
	}
	urgent := within("P10D", "s. 7(4)")
	ceiling := func(tlp string) partner.Ceiling { return partner.Ceiling{TLP: tlp, Clause: "s. 5"} }
	w.must(p.Partnerships().PutPlatform(ctx, access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}, partner.Platform{
		ID: "circle", Name: "Sundmark Circle", Authority: "office", Pack: "model-partnership", Terms: partner.Terms{Zone: "Europe/Berlin",
			Reply: within("P10D", "s. 7(1)"), Urgent: &urgent, Longest: within("P6M", "s. 8(2)"), Appeal: within("P30D", "s. 10"), Body: "Administrative Panel", Term: within("P3Y", "s. 10(2)"), Yearly: within("P1Y", "s. 6(2)"),
			Ceilings: map[partner.Standing]partner.Ceiling{partner.Active: ceiling("AMBER"), partner.Warned: ceiling("AMBER"), partner.Suspended: ceiling("CLEAR"), partner.Left: ceiling(""), partner.Invited: ceiling("")},
		}}, 0))
	m, err := p.Partnerships().Invite(ctx, w.reader("office", "karin"), partnership.InviteAsked{Platform: "circle", Org: "acme", Units: []string{"acme-psirt"}, Words: "Welcome."}, "")
	w.must(err)
	w.member = m.ID
	w.must(w.acts(w.reader("office", "karin"), fmt.Sprintf("partner-joined until={value: %s, zone: Europe/Berlin} attributes={signed-by: H. Nord and K. Bauer, hash: 9f86}", inDays(900))))

	res, err := p.Desk().ImportAs(ctx, w.reader("office", "karin"), "office", "case.yaml", []byte(strings.ReplaceAll(hammered, "DAY", inDays(-2))), "")
	w.must(err)
	w.handle = res.Handle
	_, err = p.Desk().GiveSeat(ctx, w.reader("office", "karin"), w.handle, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme"})
	w.must(err)
	by := time.Now().Add(48 * time.Hour)
	word := sharing.Words{Title: "Pumps " + restricted, Text: sought + " " + restricted, Concerns: "all " + restricted, First: "unplug " + restricted}
	it, err := p.parts.shared.Share(ctx, w.reader("office", "karin"), "circle", sharing.Draft{Kind: sharing.RiskNotice, TLP: "AMBER", AckBy: &by, Words: map[string]sharing.Words{"en": word},
		Signs: []sharing.Sign{{Type: "domain", Value: restricted + ".example"}}}, "")
	w.must(err)
	w.item = it.ID
	ordered, err := p.Directives().Draft(ctx, w.reader("office", "karin"), "circle", []byte(strings.ReplaceAll(order, "DAY", inDays(30))), "")
	w.must(err)
	_, err = p.Directives().Issue(ctx, w.reader("office", "karin"), ordered.ID, -1, "")
	w.must(err)
	w.task = ordered.ID
	planned, err := p.Desk().Plan(ctx, w.reader("acme", "ada"), w.handle, coordination.PlanOptions{})
	w.must(err)
	if len(planned.Plan.Duties) == 0 {
		t.Fatal("the member owes nothing in the case")
	}
	w.duty = planned.Plan.Duties[0].ID
	about := earlier.Report{Names: []string{"Example Pump"}, Received: calendar.Instant(time.Now().Add(-time.Hour))}
	draft, err := p.Partnerships().Find(ctx, w.reader("office", "karin"), w.member, partnership.ReportLimb, "We heard it from others.", coordination.EarlierAsked{Report: about})
	w.must(err)
	_, err = p.Partnerships().ServeFinding(ctx, w.reader("office", "karin"), draft.ID, casefile.Event{Rule: "TMP-MEMBER-REPORT", Reason: "we heard it from others"}, -1, "")
	w.must(err)
	w.finding = draft.ID
	letters, err := p.Partnerships().Inbox(ctx, w.reader("acme", "ada"))
	w.must(err)
	if len(letters) == 0 {
		t.Fatal("the member has no letter")
	}
	w.letter = letters[0].ID
	for _, a := range apps[:1] { // so that receipts can be had
		if _, err := a.Publish(ctx); err != nil {
			t.Fatal(err)
		}
	}
	w.token, _, err = p.People().NewToken(ctx, "ada", "hammer", []string{"*", "export"}, time.Hour)
	w.must(err)
	w.enter()
	return w
}

func (w *anvil) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func inDays(n int) string { return time.Now().AddDate(0, 0, n).Format(time.DateOnly) }

// reader is somebody as they are now, who has just proved who they are.
func (w *anvil) reader(org, person string) access.Reader {
	w.t.Helper()
	all, err := w.platforms[0].People().ReadersOf(w.t.Context(), org)
	w.must(err)
	i := slices.IndexFunc(all, func(r access.Reader) bool { return r.Person == person })
	if i < 0 {
		w.t.Fatalf("nobody is called %s", person)
	}
	all[i].Fresh = true
	return all[i]
}

// acts does an act of the authority.
func (w *anvil) acts(who access.Reader, spec string) error {
	e, err := casefile.EventFrom(spec+" at=2026-10-23T09:00:00Z", time.Now())
	if err == nil {
		_, err = w.platforms[0].Partnerships().Do(w.t.Context(), who, w.member, e, -1, "")
	}
	return err
}

// suspend suspends the member at once, and gives the instant at which that was
// answered.
func (w *anvil) suspend(who access.Reader) (time.Time, error) {
	err := w.acts(who, fmt.Sprintf("partner-suspended until={value: %s, zone: Europe/Berlin} due={value: %s, zone: Europe/Berlin} reason=because rule=TMP-MEMBER-REPORT "+
		"attributes={number: 2/2026, signatory: K.Bauer, delegation: D1, appeal-body: Panel, appeal-until: %s, publication: internal, effect: at-once, hearing: after, hearing-due: %s}",
		inDays(150), inDays(140), inDays(40), inDays(9)))
	return time.Now(), err
}

// enter signs ada in, in every process: a session is one of all of them.
func (w *anvil) enter() {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	w.must(err)
	transport := &http.Transport{MaxIdleConnsPerHost: 32, DisableCompression: true}
	w.t.Cleanup(transport.CloseIdleConnections)
	w.http = &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	secret, _, err := w.platforms[0].People().NewLink(w.t.Context(), "ada", "demo", 0, "")
	w.must(err)
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.platforms[0].Link(secret), strings.NewReader(url.Values{"a": {"1"}}.Encode()))
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := w.http.Do(r)
	w.must(err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("ada does not come in: %d", res.StatusCode)
	}
}

// asks sends a request as the member: a page with its session, the API with its token.
func (w *anvil) asks(ctx context.Context, method, address, body string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if isAPI(r.URL.Path + "/") {
		r.Header.Set("Authorization", "Bearer "+w.token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return w.http.Do(r)
}

// get reads an answer whole; of a stream nothing.
func (w *anvil) get(ctx context.Context, address string) (status int, stream bool, body string, err error) {
	res, err := w.asks(ctx, http.MethodGet, address, "")
	if err != nil {
		return 0, false, "", err
	}
	defer res.Body.Close()
	if res.Header.Get("Content-Type") == "text/event-stream" {
		return res.StatusCode, true, "", nil
	}
	data, err := io.ReadAll(res.Body)
	return res.StatusCode, false, string(data), err
}

// patternsOf walks the router itself: every pattern, however it came there. The
// mux has no method for it, so its fields are read.
func patternsOf(mux *http.ServeMux) []string {
	var out []string
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return
			}
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Struct:
			if p := v.FieldByName("pattern"); p.IsValid() && p.Kind() == reflect.Pointer && !p.IsNil() {
				if s := p.Elem().FieldByName("str"); s.IsValid() {
					out = append(out, s.String())
				}
			}
			for i := range v.NumField() {
				if name := v.Type().Field(i).Name; name != "pattern" && name != "handler" {
					walk(v.Field(i))
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			for it := v.MapRange(); it.Next(); {
				walk(it.Value())
			}
		}
	}
	walk(reflect.ValueOf(mux).Elem().FieldByName("tree"))
	slices.Sort(out)
	return slices.Compact(out)
}
