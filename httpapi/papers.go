package httpapi

import (
	"context"
	"net/http"
	"regexp"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
)

// Papers is what leaves the platform, or is forgotten (coordination.Desk).
type Papers interface {
	Export(ctx context.Context, who access.Reader, ref, format string) ([]byte, error)
	Dossier(ctx context.Context, who access.Reader, ref string, a coordination.DossierAsked) (*coordination.DossierMade, error)
	Receipt(ctx context.Context, who access.Reader, ref, event, party string, disclose []string) ([]byte, error)
	AskExport(ctx context.Context, who access.Reader, ref string) (coordination.Approval, error)
	AskErase(ctx context.Context, who access.Reader, ref string, e coordination.EraseAsked) (coordination.Approval, error)
}

// Erasure says what is to be forgotten, and on which ground.
type Erasure struct {
	Event  string   `json:"event,omitempty" yaml:"event" doc:"Id of an event; or case, products.ID, parties.ID, sources.ID, windows.ID."`
	Fields []string `json:"fields,omitempty" yaml:"fields" doc:"Names as in the case file."`
	Person string   `json:"person,omitempty" yaml:"person" doc:"Id of a party that is a person, instead of event: its name and every mention."`
	Ground string   `json:"ground" yaml:"ground" doc:"Why this may be erased, with its clause." example:"Art. 17(1)(a) GDPR"`
}

var fileFormats = map[string]string{"json": jsonType, "yaml": yamlType}

// opaque keeps what a person typed out of the name of a file that is saved.
var opaque = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func (a *api) addPapers() {
	if a.o.Papers == nil {
		return
	}
	type fileIn struct {
		InCase
		Format string `query:"format" enum:"json,yaml" doc:"Instead of Accept."`
		Accept string `header:"Accept" doc:"application/json or application/yaml."`
	}
	add(a, operation{
		id: "export", method: http.MethodGet, path: "/cases/{case}/file", tag: "cases", act: access.Export, summary: "The case as a file",
		about: "What was imported comes out as it went in. A token needs the scope export by its name, or an export that somebody approved (POST …/exports).",
		fails: []fault.Kind{fault.NotFound, fault.Suspended}, gives: map[int]*content{200: {of: casefile.File{}, also: []string{yamlType}}},
	}, func(ctx context.Context, c *call, in *fileIn) (*reply, error) {
		format := asText(in.Format, in.Accept, fileFormats, "yaml")
		data, err := a.o.Papers.Export(ctx, c.reader, in.Case, format)
		if err != nil {
			return nil, err
		}
		name := opaque.ReplaceAllString(in.Case, "-") + "." + format
		return &reply{status: http.StatusOK, kind: fileFormats[format], body: data, file: name}, nil
	})
	add(a, operation{
		id: "ask-export", method: http.MethodPost, path: "/cases/{case}/exports", tag: "acts", act: access.Export, summary: "Ask to export a case",
		about: "Another person decides (approvals); then you may fetch the file once.",
		fails: []fault.Kind{fault.NotFound, fault.Suspended}, gives: map[int]*content{202: {of: Approval{}}},
	}, func(ctx context.Context, c *call, in *InCase) (*reply, error) {
		p, err := a.o.Papers.AskExport(ctx, c.reader, in.Case)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusAccepted, approvalOf(p))
	})
	add(a, operation{
		id: "ask-erase", method: http.MethodPost, path: "/cases/{case}/erasures", tag: "acts", act: access.Erase, summary: "Ask to forget words or a person",
		about: "Another person decides (approvals). What is forgotten cannot be brought back; every old receipt stays valid.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.Suspended},
		takes: &content{of: Erasure{}, example: map[string]any{"event": "e4", "fields": []any{"text"}, "ground": "Art. 17(1)(a) GDPR"}},
		gives: map[int]*content{202: {of: Approval{}}},
	}, func(ctx context.Context, c *call, in *InCase) (*reply, error) {
		var b Erasure
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		p, err := a.o.Papers.AskErase(ctx, c.reader, in.Case, coordination.EraseAsked{Event: b.Event, Fields: b.Fields, Person: b.Person, Ground: b.Ground})
		if err != nil {
			return nil, err
		}
		return sends(http.StatusAccepted, approvalOf(p))
	})
	type receiptIn struct {
		InCase
		Event    string   `query:"event" maxLength:"200" doc:"Id of an event; without it the head of the case."`
		Party    string   `query:"party" maxLength:"200" doc:"The numbered receipt of this party."`
		Disclose []string `query:"disclose,explode" maxItems:"128" doc:"A field to open, as the case file names it; may be repeated."`
	}
	add(a, operation{
		id: "receipt", method: http.MethodGet, path: "/cases/{case}/receipt", tag: "cases", act: access.Prove, summary: "A receipt that anybody can verify offline",
		about: "A .tlog-proof (C2SP). It opens only what disclose names. Kind too early while no published checkpoint covers the record: the next one does.",
		fails: []fault.Kind{fault.NotFound, fault.TooEarly, fault.Suspended}, gives: map[int]*content{200: {also: []string{"text/plain"}}},
	}, func(ctx context.Context, c *call, in *receiptIn) (*reply, error) {
		data, err := a.o.Papers.Receipt(ctx, c.reader, in.Case, in.Event, in.Party, in.Disclose)
		if err != nil {
			return nil, err
		}
		name := opaque.ReplaceAllString(in.Case+"-"+in.Event, "-") + ".tlog-proof"
		return &reply{status: http.StatusOK, kind: "text/plain; charset=utf-8", body: data, file: name}, nil
	})
}
