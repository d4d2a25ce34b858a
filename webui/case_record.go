package webui

import (
	"html/template"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// recordView is the page of the record: every event with both its times.
type recordView struct {
	caseHead
	Events     []eventRow
	Next, Prev string
	From, To   int
	Of         int
	Oldest     bool // first
}

// eventRow is one event as a reader sees it.
type eventRow struct {
	*casefile.Event
	Words    string
	ByName   string
	ToNames  []string
	Product  string
	At       string // as it is stated
	Recorded *time.Time
	Index    int64 // leaf in the log; -1 for none
	Source   *casefile.Source
	Claim    bool // another's word: it moves no clock until it is adopted
	Mine     bool // it is about a party that the reader acts for
	Disputed []string
	Erased   []string
	Text     template.HTML
	Address  string
}

// eventsPerPage bounds the page of the record.
const eventsPerPage = 100

func (s *Site) caseRecord(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.tab.record")); err != nil {
		return err
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, v.r.PathValue("handle"))
	if err != nil {
		return err
	}
	d := recordView{caseHead: head(seen, "record"), Of: len(seen.Case.Events), Oldest: v.Form.Get("order") == "oldest"}
	metas := metasByID(seen)
	first, _ := strconv.Atoi(v.Form.Get("from"))
	first = max(0, min(first, d.Of))
	last := min(first+eventsPerPage, d.Of)
	for i := first; i < last; i++ {
		at := i
		if !d.Oldest {
			at = d.Of - 1 - i
		}
		d.Events = append(d.Events, v.eventRow(seen, &seen.Case.Events[at], metas))
	}
	d.From, d.To = first+1, last
	if last < d.Of {
		d.Next = v.here("from", strconv.Itoa(last))
	}
	if first > 0 {
		d.Prev = v.here("from", strconv.Itoa(max(0, first-eventsPerPage)))
	}
	return v.show("case-record", v.t("case.title", "case", seen.Case.File.Case, "page", v.t("case.tab.record")), "cases", d)
}

func metasByID(seen *coordination.Seen) map[string]*record.Meta {
	out := make(map[string]*record.Meta, len(seen.Records))
	for i := range seen.Records {
		if m := &seen.Records[i]; m.Entry == "event" {
			out[m.ID] = m
		}
	}
	return out
}

func (v *visit) eventRow(seen *coordination.Seen, e *casefile.Event, metas map[string]*record.Meta) eventRow {
	c := seen.Case
	r := eventRow{
		Event: e, Words: v.kindWords(e.Kind), ToNames: partyNames(c, e.To), At: v.stated(e.At), Index: -1,
		Claim: e.Basis == "claim", Mine: e.By != "" && acts(seen, e.By), Text: rich(e.Text),
		Address: "/cases/" + seen.Handle + "/events/" + e.ID,
	}
	if e.By != "" {
		r.ByName = partyName(c, e.By)
	}
	if e.Of != "" {
		r.Product = productName(c, e.Of)
	}
	if e.Source != "" {
		r.Source = c.Source(e.Source)
	}
	for _, id := range e.Disputes {
		r.Disputed = append(r.Disputed, v.eventWords(c, id))
	}
	if m := metas[e.ID]; m != nil {
		at := m.Recorded
		r.Recorded, r.Index, r.Erased = &at, m.Index, m.Erased
	}
	return r
}

// stated writes a time as its source states it, with what is not certain.
func (v *visit) stated(t casefile.Time) string {
	b, err := t.MarshalJSON()
	if err != nil {
		return ""
	}
	s := strings.Trim(string(b), `"`)
	if strings.HasPrefix(s, "{") {
		s = strings.NewReplacer(`"`, "", "{", "", "}", "", ",", ", ", ":from", "from").Replace(s)
	}
	return s
}

// download answers with a file.
func (v *visit) download(kind, name string, data []byte) error {
	head := v.w.Header()
	head.Set("Content-Type", kind)
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	head.Set("Content-Length", strconv.Itoa(len(data)))
	v.answered = true
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write(data) // a browser that left is no error of ours
	}
	return nil
}

// eventView is the page of one event.
type eventView struct {
	caseHead
	Event  eventRow
	Fields []option // name and value of every field, for the receipt's choice
	Adopt  bool     // the reader may adopt the claim
	Key    string
}

func (s *Site) eventPage(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.event")); err != nil {
		return err
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, v.r.PathValue("handle"))
	if err != nil {
		return err
	}
	e := seen.Case.Event(v.r.PathValue("event"))
	if e == nil {
		return fault.New(fault.NotFound, "there is no such event here")
	}
	d := eventView{caseHead: head(seen, "record"), Event: v.eventRow(seen, e, metasByID(seen)), Key: newKey()}
	d.Adopt = d.Event.Claim && d.Event.Mine && d.May("adopt")
	d.Fields = fieldsOf(e)
	return v.show("case-event", v.t("case.title", "case", seen.Case.File.Case, "page", v.t("case.event")), "cases", d)
}

// eventReceipt gives the receipt of an event with the chosen fields opened.
func (s *Site) eventReceipt(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.receipt")); err != nil {
		return err
	}
	event := v.r.PathValue("event")
	proof, err := v.o.Desk.Receipt(v.ctx(), v.Who, v.r.PathValue("handle"), event, v.Form.Get("party"), v.Form["disclose"])
	if err != nil {
		return err
	}
	return v.download("application/octet-stream", event+".tlog-proof", proof)
}

// eventAdopt makes another's claim about the reader's own party count.
func (s *Site) eventAdopt(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.adopt")); err != nil {
		return err
	}
	handle := v.r.PathValue("handle")
	_, err := v.o.Desk.Adopt(v.ctx(), v.Who, handle, v.Form.Get("event"), strings.TrimSpace(v.Form.Get("reason")), record.AnyVersion, v.Form.Get("key"))
	if err != nil {
		return err
	}
	return v.done("/cases/"+handle+"/plan", "saved")
}
