package security

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/internal/edge"

	"github.com/pquerna/otp/totp"
)

// TestNamesThatAreTaken imports case files under names that hidden cases have, and
// under names that are free: nobody learns which is which, not even a colleague.
func TestNamesThatAreTaken(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := opened(t, engine)
			walked(w)
			w.tokened("jonas")
			next := byte('4') // ends the name of the next hidden case
			for name, first := range map[string]string{"priya": kept, "jonas": kept, "suspended": kept, "colleague": alone, "lin": keptBy} {
				for _, byPage := range []bool{true, false} {
					w.importsOutside(name, fmt.Sprintf("WALK-WARMED%s%t", name[:2], byPage), byPage) // what is remembered from now on is remembered
					taken, diff := caseIDs[first], ""
					// A commit takes along what others write at the same time, and then costs
					// somebody else: what differs is asked again, with another hidden name.
					for range 3 {
						// As long, and of as many words; nobody else has it.
						free, id := taken[:9]+strings.ToUpper(name[:1]+name[len(name)-1:])+taken[11:], taken
						if byPage { // as a search compares it
							id, free = strings.ToLower(taken), strings.ToLower(free[:10]+"X"+free[11:])
						}
						a, b := w.importsOutside(name, id, byPage), w.importsOutside(name, free, byPage)
						if a.status != b.status || a.status >= 400 {
							t.Errorf("%s importing a name that is taken: %d %.300s, and one that is free: %d %.300s", name, a.status, a.body, b.status, b.body)
						}
						if slices.Equal(a.asked, b.asked) {
							diff = ""
							break
						}
						diff = fmt.Sprintf("%d statements, and one that is free %d: %s", len(a.asked), len(b.asked), whereAsked(a.asked, b.asked))
						taken = caseIDs[first][:12] + string(next)
						next++
						keeps := map[string][2]string{kept: {"lin", "AMBER+STRICT"}, alone: {"lin", "RED"}, keptBy: {"karin", "AMBER+STRICT"}}[first]
						w.imports(keeps[0], taken, hidden(taken, keeps[1]))
					}
					if diff != "" {
						t.Errorf("%s importing a name that is taken costs %s", name, diff)
					}
				}
			}
			// The control: a name that is the importer's own is refused with words.
			if a := w.importsOutside("lin", caseIDs[kept], false); a.status != http.StatusConflict {
				t.Errorf("a name of one's own: %d", a.status)
			}
		})
	}
}

func (w *world) importsOutside(name, id string, byPage bool) answer {
	w.t.Helper()
	file := []byte("format: tocsin-casefile/1\ncase: " + id + "\ntitle: t\nrecord: kept\ntlp: AMBER\nparties:\n  - {id: acme, name: A, country: DE}\nevents:\n  - {id: e1, kind: commented, by: acme, at: \"2026-07-01T09:00:00Z\"}\n")
	if !byPage {
		return w.do(w.as(w.request("POST", api+"/cases", "application/yaml", file), nil, w.people[name].every))
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile("file", "case.yaml")
	must(w.t, err)
	_, err = f.Write(file)
	must(w.t, err)
	must(w.t, m.Close())
	return w.do(w.as(w.request("POST", "/cases/import", m.FormDataContentType(), b.Bytes()), w.people[name], ""))
}

// TestTooOftenIsAlike asks until it is too often, for what is there and what is
// not: after as many requests, with the same answer.
func TestTooOftenIsAlike(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	walked(w)
	must(t, w.p.Stop())
	w.start(app.PlatformOptions{Rate: edge.Rate{PerSecond: 1, Burst: 7}, PersonRate: edge.Rate{PerSecond: 1, Burst: 4}})
	release := w.clock.hold()
	defer release()
	p := w.people["priya"]
	for _, by := range []struct {
		path, token string
		after       int
	}{{"/cases/{handle}/plan", "", 7}, {api + "/cases/{handle}", p.every, 4}} {
		var until [2]int
		var last [2]answer
		for i, handle := range []string{w.cases[kept], absent["handle"]} {
			w.clock.forward(time.Minute / 2)
			for last[i].status != http.StatusTooManyRequests && until[i] < 50 {
				until[i]++
				last[i] = w.once(w.as(w.request("GET", strings.ReplaceAll(by.path, "{handle}", handle), "", nil), p, by.token)).alike(handle)
			}
		}
		if until[0] != until[1] || until[0] != by.after+1 {
			t.Errorf("%s: too often after %d requests for what is there, and %d for what is not", by.path, until[0], until[1])
		}
		if diff := differ(last[0], last[1]); diff != "" {
			t.Errorf("%s: too often differs in %s", by.path, diff)
		}
	}
}

// TestNobodyLearnsWhoIsThere signs in wrongly, as somebody who is there and as
// nobody: the same answers and statements, also when it becomes too often.
func TestNobodyLearnsWhoIsThere(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := opened(t, engine)
			release := w.clock.hold()
			defer release()
			w.credentialed("priya")
			try := func(login string) answer {
				r := w.request("POST", "/sign-in", "application/x-www-form-urlencoded", []byte(url.Values{"login": {login}, "password": {"zqxw wrong horse battery"}}.Encode()))
				r.Header.Set("Sec-Fetch-Site", "same-origin")
				return w.once(r).alike(login)
			}
			slowed := false
			for i := range 9 {
				a, b := try("priya.raman"), try("xriya.raman")
				if diff := differ(a, b); diff != "" {
					t.Errorf("try %d: %s", i+1, diff)
				}
				slowed = slowed || a.status == http.StatusTooManyRequests
				if !slowed {
					w.clock.forward(time.Second / 4)
				}
			}
			if !slowed {
				t.Error("nine wrong passwords, and nobody is slowed down")
			}
		})
	}
}

// credentialed gives somebody a password and a second factor.
func (w *world) credentialed(name string) (password, secret string) {
	w.t.Helper()
	ctx, id := w.t.Context(), w.people[name].id
	password = "zqxw-marmot-lantern-" + name
	_, secret, _, ticket, err := w.p.People().TOTPBegin(ctx, id)
	must(w.t, err)
	code, err := totp.GenerateCode(secret, w.clock.now())
	must(w.t, err)
	codes, err := w.p.People().TOTPConfirm(ctx, id, ticket, code)
	must(w.t, err)
	must(w.t, w.p.People().SetPassword(ctx, id, password, w.reader(name).Session))
	w.secrets = append(append(w.secrets, password, secret), codes...)
	return password, secret
}
