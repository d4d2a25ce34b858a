package webui

import (
	"html/template"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/coordination"
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
	Party      string
	Claims     bool // only those that nobody answered
	Parties    partyList
}

// eventRow is one event as a reader sees it.
type eventRow struct {
	*casefile.Event
	Words      string
	ByName     string
	ToNames    []string
	Product    string
	At         stated
	Recorded   *time.Time
	RecordedBy string // the party that recorded it for another
	Entered    string // the name of who entered it, where the view tells
	Index      int64  // leaf in the log; -1 for none
	Source     *casefile.Source
	Claim      bool // another's word: it moves no clock until it is adopted
	ClaimedBy  string
	Mine       bool // it is about a party that the reader acts for
	Disputed   []linked
	Retires    []linked
	About      *linked // another event that it is about
	UntilAt    *stated
	DueAt      *stated
	Erased     []string
	Text       template.HTML
	Address    string
}

// linked is another entry in a few words, with its address.
type linked struct{ Words, Href string }

// eventsPerPage bounds the page of the record.
const eventsPerPage = 50

func (s *Site) caseRecord(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.tab.record")); err != nil {
		return err
	}
	mark, err := v.o.Desk.Mark(v.ctx(), v.Who, v.r.PathValue("handle"))
	if err != nil {
		return err
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, v.r.PathValue("handle"))
	if err != nil {
		return err
	}
	d := recordView{caseHead: head(seen, "record"), Oldest: v.Form.Get("order") == "oldest", Party: v.Form.Get("party"), Claims: v.Form.Get("show") == "claims"}
	d.Mark, d.Parties = mark, partiesOf(seen.Case, v.t("case.every-party"))
	var all []int
	for i := range seen.Case.Events {
		e := &seen.Case.Events[i]
		if (d.Party == "" || concerns(e, d.Party)) && (!d.Claims || e.Basis == "claim" && !retired(seen.Case, e.ID)) {
			all = append(all, i)
		}
	}
	d.Of = len(all)
	metas := metasByID(seen)
	first, _ := strconv.Atoi(v.Form.Get("from"))
	first = max(0, min(first, d.Of))
	last := min(first+eventsPerPage, d.Of)
	for i := first; i < last; i++ {
		at := all[i]
		if !d.Oldest {
			at = all[d.Of-1-i]
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
	return v.show("case-record", v.caseTitle(seen, v.t("case.tab.record")), "cases", d)
}

// concerns tells whether an event is by a party or to it.
func concerns(e *casefile.Event, party string) bool {
	for _, to := range e.To {
		if to == party {
			return true
		}
	}
	return e.By == party || e.ClaimedBy == party
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
		Event: e, Words: v.kindWords(e.Kind), At: v.stated(e.At), Index: -1,
		Claim: e.Basis == "claim", Mine: e.By != "" && acts(seen, e.By), Text: rich(e.Text),
		Address: eventAddress(seen.Handle, e.ID),
	}
	if e.By != "" {
		r.ByName = partyName(c, e.By)
	}
	for _, to := range e.To {
		if c.Party(to) != nil {
			r.ToNames = append(r.ToNames, partyName(c, to))
		} else {
			r.ToNames = append(r.ToNames, v.addressee(v.o.Book, to))
		}
	}
	if e.Of != "" {
		r.Product = productName(c, e.Of)
	}
	if e.Source != "" {
		r.Source = c.Source(e.Source)
	}
	if e.ClaimedBy != "" && e.ClaimedBy != e.By {
		r.ClaimedBy = partyName(c, e.ClaimedBy)
	}
	if e.RecordedBy != "" && e.RecordedBy != e.By {
		r.RecordedBy = partyName(c, e.RecordedBy)
	}
	link := func(id string) linked { return linked{v.eventWords(c, id), eventAddress(seen.Handle, id)} }
	for _, id := range e.Disputes {
		r.Disputed = append(r.Disputed, link(id))
	}
	for _, id := range e.Supersedes {
		r.Retires = append(r.Retires, link(id))
	}
	if e.Re != "" {
		re := link(e.Re)
		r.About = &re
	}
	for from, into := range map[*casefile.Time]**stated{e.Until: &r.UntilAt, e.Due: &r.DueAt} {
		if from != nil {
			at := v.stated(*from)
			*into = &at
		}
	}
	if m := metas[e.ID]; m != nil {
		at := m.Recorded
		r.Recorded, r.Index, r.Erased, r.Entered = &at, m.Index, m.Erased, v.enteredBy(m.By)
	}
	return r
}

// enteredBy is the name of who entered a record, "" where the view does not tell
// or nobody of that id is known here: a record may come from elsewhere.
func (v *visit) enteredBy(id string) string {
	if id == "" {
		return ""
	}
	name, known := v.names[id]
	if !known {
		name = v.o.Identity.PersonName(v.ctx(), id)
		if v.names == nil {
			v.names = map[string]string{}
		}
		v.names[id] = name
	}
	return name
}

// Then is the address of the plan as it was known when the event was recorded.
func (r eventRow) Then(base string) string {
	if r.Recorded == nil {
		return ""
	}
	return base + "/plan?" + url.Values{"as-known-at": {r.Recorded.UTC().Format(time.RFC3339)}}.Encode()
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

// queryOf escapes a value for an address.
func queryOf(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
