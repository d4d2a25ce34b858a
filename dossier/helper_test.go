package dossier_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"html"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/dossier"
	"tocsin/internal/fault"
	"tocsin/letter"
	"tocsin/plan"
	"tocsin/receipt"
	"tocsin/rulebook"
	"tocsin/timeline"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func wantInvalid(t *testing.T, err error, pieces ...string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != fault.Invalid {
		t.Errorf("want an invalid that says %q, got %v", pieces, err)
		return
	}
	for _, p := range pieces {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("the error is %q; want it to say %q", err, p)
		}
	}
}

// chance is a source of bytes that is the same for the same seed.
type chance struct {
	seed string
	n    uint64
	rest []byte
}

func (c *chance) Read(p []byte) (int, error) {
	for i := range p {
		if len(c.rest) == 0 {
			sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(c.seed), c.n))
			c.n, c.rest = c.n+1, sum[:]
		}
		p[i], c.rest = c.rest[0], c.rest[1:]
	}
	return len(p), nil
}

// log is a small log that holds the events of a case as the record keeps them.
type log struct {
	records map[string]*receipt.Record // by event
	index   map[string]int64
	hashes  []tlog.Hash
	size    int64
	ed, pq  receipt.Signer
	witness receipt.Signer
	note    []byte
}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		out[i] = l.hashes[n]
	}
	return out, nil
}

const origin = "office.example/ledger/1"

// recorded puts every event of a case into a log that a witness cosigned.
func recorded(c *casefile.Case) *log {
	rand := &chance{seed: c.Case}
	l := &log{
		records: map[string]*receipt.Record{}, index: map[string]int64{},
		ed: must(receipt.NewSigner(origin, receipt.Ed25519, rand)), pq: must(receipt.NewSigner(origin, receipt.MLDSA44Cosignature, rand)),
		witness: must(receipt.NewSigner("witness.example/w1", receipt.Ed25519Cosignature, rand)),
	}
	prev := ""
	for i, e := range c.Events {
		values := map[string]json.RawMessage{}
		if err := json.Unmarshal(must(json.Marshal(e)), &values); err != nil {
			panic(err)
		}
		values["entry"], values["handle"], values["sequence"] = json.RawMessage(`"event"`), json.RawMessage(`"c-7f3a"`), json.RawMessage(strconv.Itoa(i+1))
		if prev != "" {
			values["prev"] = json.RawMessage(`"` + prev + `"`)
		}
		fields := map[string][]byte{}
		for k, v := range values {
			fields[k] = v
		}
		r := must(receipt.NewRecord(fields, rand))
		commitment := r.Commitment()
		prev = hex.EncodeToString(commitment[:])
		entry := receipt.EntryOf(commitment)
		l.hashes = append(l.hashes, must(tlog.StoredHashes(l.size, entry[:], l))...)
		l.records[e.ID], l.index[e.ID] = r, l.size
		l.size++
	}
	at := time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC)
	cp := receipt.Checkpoint{Origin: origin, Size: l.size, Root: must(tlog.TreeHash(l.size, l))}
	l.note = must(receipt.Sign(cp, []receipt.Signer{l.ed, l.pq}, at))
	l.note = must(receipt.AddSignatures(l.note, must(receipt.Cosign(l.note, l.witness, at.Add(time.Second)))))
	return l
}

// receipt opens fields of an event.
func (l *log) receipt(event string, names ...string) dossier.Receipt {
	extra := receipt.Extra{Record: must(l.records[event].Disclose(append([]string{"entry", "id"}, names...)))}
	p := must(receipt.NewProof(l.index[event], must(tlog.ProveRecord(l.size, l.index[event], l)), l.note, extra))
	return dossier.Receipt{Name: "event " + event, Proof: p.Bytes()}
}

func (l *log) keys() string {
	return l.ed.Key().String() + "\n" + l.pq.Key().String() + "\n" + l.witness.Key().String() + "\n"
}

// story is a case of invented organisations: late knowledge, a denial, a flaw
// under attack, and remarks of others that the member does not see.
const story = `format: tocsin-casefile/1
case: PF-42
title: Example Cloud and the meter library
record: kept
tlp: AMBER
products: [{id: lib, name: Meter library, provider: maker}]
parties:
  - {id: maker, name: Example Meters AG, country: DE, markets: [EU]}
  - {id: cloud, name: Example Cloud Ltd, country: CN, operates: [lib]}
  - {id: office, name: Examplia Network Security Office, country: CN, roles: [authority], is: [cn-miit-nvdb]}
  - {id: secret, name: Quiet Harbour Lab, country: NL}
sources:
  - {id: desk, publisher: Desk of the office, title: Daily log, published: "2026-12-09", language: en, kind: own, url: "https://office.example/log"}
  - {id: paper, publisher: The Example Post, title: A flaw told late, language: en, kind: press}
events:
  - {id: e1, kind: aware, by: cloud, of: lib, how: found, at: "2026-11-24T14:51+08:00", source: desk, text: "The security team found the flaw <b>while testing</b>.", recorded-at: "2026-12-09T02:00:00Z", recorded-by: cloud}
  - {id: e2, kind: reported, by: cloud, to: [maker], of: lib, at: "2026-11-24T15:10+08:00", source: desk, text: "Told the maker by mail.", recorded-at: "2026-12-09T02:01:00Z", recorded-by: cloud}
  - {id: e3, kind: notified, by: cloud, to: [office], of: lib, at: {value: "2026-12-08", zone: [unknown], likely: [Asia/Shanghai]}, denies: true, disputes: [e4], source: paper, text: "The office heard nothing on that day.", recorded-at: "2026-12-10T01:00:00Z", recorded-by: office}
  - {id: e4, kind: notified, by: cloud, to: [office], of: lib, at: "2026-12-08T09:00+08:00", source: desk, text: "Told the office by telephone.", recorded-at: "2026-12-10T00:00:00Z", recorded-by: cloud}
  - {id: e5, kind: assessed, by: secret, of: lib, at: "2026-12-01T10:00:00Z", text: "OUR-OWN-ANALYSIS-NOT-FOR-OTHERS", recorded-at: "2026-12-01T10:05:00Z", recorded-by: secret}
  - {id: e6, kind: partner-suspended, by: office, to: [cloud], at: "2026-12-17T10:00+08:00", until: "2027-06-17T00:00:00+08:00", reason: reported too late, scope: sharing, source: desk, text: "Suspended for six months.", recorded-at: "2026-12-17T02:00:00Z", recorded-by: office}
`

func parsed(text string) *casefile.Case { return must(casefile.Parse("story.yaml", []byte(text))) }

var rules = must(rulebook.Load(rulebook.Shipped()))

// example is a whole dossier for the member, in a language.
func example(lang string) dossier.Dossier {
	whole := parsed(story)
	l := recorded(whole)
	seen := must(access.Cut(whole, access.Viewpoint{Parties: []string{"cloud"}}))
	return of(lang, seen, l.keys(), []dossier.Receipt{l.receipt("e1", "kind", "by", "at", "text", "recorded-at"), l.receipt("e6", "kind", "until", "reason", "recorded-at", "denies")})
}

func of(lang string, seen *casefile.Case, keys string, receipts []dossier.Receipt) dossier.Dossier {
	at := time.Date(2026, 12, 20, 13, 0, 0, 0, time.UTC)
	p := must(plan.For(seen, rules, plan.Options{At: at}))
	sheet := timeline.FromPlan(seen, rules, p, lang)
	var svg, text bytes.Buffer
	if err := sheet.SVG(&svg, timeline.Options{Link: func(_, id string) string { return "" }}); err != nil {
		panic(err)
	}
	if err := sheet.Text(&text); err != nil {
		panic(err)
	}
	names := map[string]string{}
	for _, d := range p.Duties {
		for _, to := range d.To {
			if e := rules.Entry(to); e != nil {
				names[to] = rulebook.T(e.Title, lang)
			}
		}
	}
	return dossier.Dossier{
		Names: names,
		Title: "Example Cloud and the meter library", Lang: lang, For: "Appeals Board of Examplia", By: "Examplia Network Security Office, sharing platform",
		Made: at, Case: seen, Plan: p, Picture: dossier.Picture{SVG: svg.Bytes(), Text: text.String()},
		Letters: []dossier.Letter{suspension(lang)}, LetterStyle: letter.Stylesheet(),
		Receipts: receipts, Keys: keys, KeysFrom: "https://office.example/ledger, and the Official Gazette 12/2026",
	}
}

// suspension is the decision as a letter.
func suspension(lang string) dossier.Letter {
	en := func(s string) letter.Text { return letter.Text{"en": s} }
	day := func(y, m, d int) letter.When {
		return letter.When{Time: time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.FixedZone("", 8*3600)), Day: true}
	}
	l := letter.Letter{
		Kind: letter.Suspension, Number: "ENSO-2026-0117", Place: en("Port Example"), Date: day(2026, 12, 17),
		From:  letter.Sender{Name: en("Examplia Network Security Office"), Address: []string{"1 Harbour Square"}},
		To:    letter.Recipient{Name: en("Example Cloud Ltd"), Address: []string{"7 Mill Lane"}},
		Basis: []letter.Clause{{Citation: en("Agreement, clause 4(1)"), Operative: "The member shall report within 48 hours.", Language: "en"}},
		Facts: []letter.Fact{{At: day(2026, 12, 9), Text: en("The office heard of the flaw from a third party."), Sources: []string{"own record"}}}, Reasons: en("Reported too late."),
		Scope: letter.Scope{Platform: en("Sharing")}, AtOnce: true, Until: day(2027, 6, 17), Hearing: letter.Heard{How: letter.HeardBefore, Re: "ENSO-2026-0109"},
		Service: letter.Inbox, Publication: letter.Internal, Appeal: letter.Appeal{Body: en("Appeals Board of Examplia"), Until: day(2027, 1, 18)},
		Signatory: letter.Signatory{Name: "A. Adeyemi", Office: en("Head of the desk"), Delegation: en("Order 12/2025")},
	}
	return dossier.Letter{Name: l.Number, Body: must(l.Body(lang)), Text: must(l.Plain(lang))}
}

// written is the file.
func written(t testing.TB, d dossier.Dossier) (string, dossier.Summary) {
	t.Helper()
	var b bytes.Buffer
	sum, err := dossier.Write(&b, d)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), sum
}

// replaceProof puts another receipt where one stands, as text and as the file
// that is saved.
func replaceProof(page string, from, to []byte) string {
	enc := base64.StdEncoding.EncodeToString
	return strings.NewReplacer(enc(from), enc(to), html.EscapeString(string(from)), html.EscapeString(string(to))).Replace(page)
}
