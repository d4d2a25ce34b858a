package httpapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// sharingAsked is at least one request to each operation of sharing platforms.
var sharingAsked = []asked{
	{"GET", "/platforms", "", nil, 200},
	{"GET", "/platforms/circle/groups", "", nil, 200},
	{"GET", "/platforms/circle/shared?kind=risk-notice&concerning=true&limit=2", "", nil, 200},
	{"POST", "/platforms/circle/shared", `{"kind": "report", "tlp": "GREEN", "report": true, "words": {"en": {"title": "a", "text": "b"}}}`, []string{"Idempotency-Key", "k"}, 201},
	{"POST", "/platforms/circle/shared", `{"kind": "sighting", "tlp": "GREEN", "words": {"en": {"title": "a"}}, "sightings": [{"type": "payload", "value": "${jndi:ldap://x}", "count": 3, "first": "2026-10-01T09:00:00Z", "last": "2026-10-01T09:00:00Z"}], "acknowledge-by": "2026-10-02T09:00:00Z"}`, nil, 201},
	{"GET", "/shared/i1", "", nil, 200},
	{"GET", "/shared/i1?version=1", "", nil, 200},
	{"POST", "/shared/i1/versions?seen=1", `{"kind": "report", "tlp": "GREEN", "words": {"en": {"title": "a", "text": "b"}}}`, nil, 201},
	{"POST", "/shared/i1/withdrawal", `{"reason": "it was wrong"}`, nil, 204},
	{"POST", "/shared/i1/acknowledgement", `{"words": "on it"}`, nil, 200},
	{"POST", "/shared/i1/acknowledgement", "", nil, 200},
	{"GET", "/shared/i1/acknowledgements", "", nil, 200},
	{"GET", "/shared/stream?platform=circle", "", nil, 422}, // the recorder of this test cannot stay open; TestAStream has one that can
	{"GET", "/memberships?platform=circle", "", nil, 200},
	{"GET", "/memberships/m1", "", nil, 200},
	{"GET", "/memberships/m1/acts", "", nil, 200},
	{"POST", "/memberships/m1/acts?expected=7", `{"kind": "hearing-answered", "re": "e7", "text": "sorry", "attributes": {"pages": 3}}`, []string{"Idempotency-Key", "k"}, 201},
	{"POST", "/memberships/m1/acts", `{"kind": "partner-suspended", "until": {"value": "2027-04-01", "zone": "Europe/Berlin"}}`, nil, 202},
	{"POST", "/memberships/m1/acts/preview", `{"kind": "partner-suspended", "reason": "late"}`, nil, 200},
	{"GET", "/partner-acts/waiting", "", nil, 200},
	{"GET", "/memberships/m1/dossier?act=e2&lang=zh&zone=Europe/Berlin", "", nil, 200},
	{"GET", "/inbox", "", nil, 200},
	{"POST", "/inbox/l1/open?lang=fr", "", nil, 200},
}

func init() { every = append(every, sharingAsked...) }

// What was shared comes as it is: a payload is text, to the byte.
func TestASharedItem(t *testing.T) {
	j := newShop(t).judged(t)
	var it SharedItem
	if err := json.Unmarshal([]byte(j.ask(t, "GET", "/shared/i1", "tocsin_all", "").body), &it); err != nil {
		t.Fatal(err)
	}
	if it.Signs[0].Value != "${jndi:ldap://x.example/a}" || it.Sealed != `{"item":"i1"}` || it.Received != "member" || it.Version.Hash != "00ff" || it.Withdrawn == nil || len(it.Versions) != 1 {
		t.Errorf("%+v", it)
	}
	var list struct{ Acts []AskedAct }
	if err := json.Unmarshal([]byte(strings.ReplaceAll(j.ask(t, "GET", "/memberships/m1/acts", "tocsin_all", "").body, `"event"`, `"ev"`)), &list); err != nil || len(list.Acts) != 1 {
		t.Errorf("acts of other memberships: %+v %v", list, err)
	}
	for path, body := range map[string]string{
		"/platforms/circle/shared": `{"kind": "report", "tlp": "GREEN", "report": true, "to": ["o2"], "words": {}}`, "/shared/i1/versions": `{"report": true}`, "/shared/i1/withdrawal": `{"why": "x"}`,
		"/memberships/m1/acts": `["hearing-answered"]`,
	} {
		if a := j.ask(t, "POST", path, "tocsin_all", body); a.status != 422 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// What is not there and what is another's are the same bytes and headers, on every
// operation that names something of a sharing platform.
func TestHiddenSharingIsMissing(t *testing.T) {
	j := newShop(t).judged(t)
	for _, q := range sharingAsked {
		there := strings.NewReplacer("circle", "{x}", "/i1", "/{x}", "/m1", "/{x}", "/l1", "/{x}", "/d1", "/{x}").Replace(q.path)
		if there == q.path || strings.HasPrefix(q.path, "/memberships?") {
			continue
		}
		none := strings.ReplaceAll(there, "{x}", "none")
		want, got := j.ask(t, q.method, none, "tocsin_all", q.body, q.header...), j.ask(t, q.method, q.path, "tocsin_other", q.body, q.header...)
		same(t, q.method+" "+q.path, want, got)
		if want.status != 404 {
			t.Errorf("%s %s: %d %s", q.method, none, want.status, want.body)
		}
	}
}

// A stream says that something changed, and ends when it is over.
func TestAStream(t *testing.T) {
	mux, _ := newShop(t).serve(t)
	s := httptest.NewServer(mux)
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+Prefix+"/shared/stream?platform=circle", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer tocsin_all")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || res.Header.Get("Content-Type") != eventStream || res.Header.Get("Cache-Control") != "no-store" ||
		string(body) != "retry: 5000\n\nevent: change\ndata: 1\n\nevent: gone\ndata: 1\n\n" {
		t.Errorf("%d %v %q %v", res.StatusCode, res.Header, body, err)
	}
}
