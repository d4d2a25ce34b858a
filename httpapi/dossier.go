package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/letter"
	"tocsin/partnership"
)

// InWords asks for a file in words.
type InWords struct {
	Lang string `query:"lang" enum:"en,zh,fr,de" doc:"Language of the file; default yours."`
	Zone string `query:"zone" maxLength:"60" doc:"Zone of the times (IANA name); default yours." example:"Europe/Berlin"`
}

// told are the language and the zone of a file.
func (in InWords) told(r access.Reader) (lang string, zone *time.Location, err error) {
	name := cmp.Or(in.Zone, r.Zone)
	if name == "" {
		return cmp.Or(in.Lang, r.Lang, "en"), time.UTC, nil
	}
	if zone, err = calendar.Zone(name); err != nil {
		return "", nil, inParameter("query.zone", "%q is no zone of the IANA database", name)
	}
	return cmp.Or(in.Lang, r.Lang, "en"), zone, nil
}

// keys are what receipts in dossiers are checked against, and where they are
// published.
func (a *api) keys(ctx context.Context) (keys, from string, err error) {
	if a.o.Ledger == nil {
		return "", "", nil
	}
	l, err := a.o.Ledger(ctx)
	if err != nil {
		return "", "", fault.New(fault.Unavailable, "the log cannot be read now; try again")
	}
	return strings.Join(slices.Concat(l.Keys, l.OldKeys), "\n"), strings.TrimSuffix(a.o.URL, "/") + "/ledger", nil
}

const dossierAbout = "One self-contained HTML file, as you see it: record, plan, picture, letters, receipts, and a checker that works offline (docs/dossier.md). Receipts that no published checkpoint covers yet are not in it. " +
	"A token needs the scope export by its name, or an export that somebody approved."

func (a *api) addDossiers() {
	gives := map[int]*content{200: {also: []string{"text/html"}}}
	html := func(name string, made *coordination.DossierMade) *reply {
		return &reply{status: http.StatusOK, kind: "text/html; charset=utf-8", body: made.File, file: opaque.ReplaceAllString(name, "-") + "-dossier.html"}
	}
	by := cmp.Or(a.o.Name, "Tocsin")
	if a.o.Papers != nil {
		type caseIn struct {
			InCase
			InWords
		}
		add(a, operation{
			id: "dossier", method: http.MethodGet, path: "/cases/{case}/dossier", tag: "cases", act: access.Export, summary: "The case as a dossier",
			about: dossierAbout, fails: []fault.Kind{fault.NotFound, fault.Suspended}, gives: gives,
		}, func(ctx context.Context, c *call, in *caseIn) (*reply, error) {
			lang, zone, err := in.told(c.reader)
			if err != nil {
				return nil, err
			}
			d := coordination.DossierAsked{Lang: lang, Zone: zone, By: by, Style: letter.Stylesheet()}
			if d.Keys, d.KeysFrom, err = a.keys(ctx); err != nil {
				return nil, err
			}
			made, err := a.o.Papers.Dossier(ctx, c.reader, in.Case, d)
			if err != nil {
				return nil, err
			}
			return html(in.Case, made), nil
		})
	}
	if a.o.Circles == nil {
		return
	}
	type actIn struct {
		InMembership
		InWords
		Act string `query:"act" maxLength:"200" doc:"Id of an act of the partnership file: with what led to it and what followed. Without it the whole partnership."`
	}
	add(a, operation{
		id: "partnership-dossier", method: http.MethodGet, path: "/memberships/{id}/dossier", tag: "sharing", act: access.Export, summary: "A partnership, or a decision of it, as a dossier",
		about: dossierAbout, fails: []fault.Kind{fault.NotFound, fault.Suspended}, gives: gives,
	}, func(ctx context.Context, c *call, in *actIn) (*reply, error) {
		lang, zone, err := in.told(c.reader)
		if err != nil {
			return nil, err
		}
		d := partnership.DossierAsked{Act: in.Act, Lang: lang, Zone: zone, By: by}
		if d.Keys, d.KeysFrom, err = a.keys(ctx); err != nil {
			return nil, err
		}
		made, err := a.o.Circles.Dossier(ctx, c.reader, in.ID, d)
		if err != nil {
			return nil, err
		}
		return html(strings.TrimSuffix("partnership-"+in.ID+"-"+in.Act, "-"), made), nil
	})
}
