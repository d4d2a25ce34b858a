package webui

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/fault"
	"tocsin/record"
)

const (
	logPage  = 50 // notes on a page
	logSteps = 10 // pages of the record that are looked through for one of ours
	logReads = 5  // reads of a note in the list; its own page has all
	readKind = "reads"
)

// logLine is a note of the log for people.
type logLine struct {
	record.Note
	Code          string // kind, and what happened
	Who, WhoRef   string // who did it; the address of a person
	Facts         []logFact
	Alone, Undone bool
	Reads         []logRead
	More          int    // reads that are not listed
	Raw           string // as it was kept
}

// logFact is one thing that a note says, under a word of log.fact.
type logFact struct {
	Name, Text, Ref string
	At              time.Time
	Code            bool
}

// logRead is what somebody read of a case.
type logRead struct {
	Who, Ref, Kind, Case, View string
	N                          json.Number
	First, Last                time.Time
}

// logList is a page of notes.
type logList struct {
	Show  string // power, reads, all
	Lines []logLine
	Next  string
	Until time.Time // how far back was looked, where nothing was found
}

func (s *Site) adminLog(v *visit) error {
	if err := v.need(s.o.Notes != nil, "the log of power and reading"); err != nil {
		return err
	}
	d := logList{Show: "power"}
	if show := v.Form.Get("show"); show == readKind || show == "all" {
		d.Show = show
	}
	before := max(v.formInt("before"), 0)
	var last record.Note
	more := true
	for range logSteps {
		notes, err := s.o.Notes.Notes(v.ctx(), before, logPage+1)
		if err != nil {
			return err
		}
		more = len(notes) > logPage
		for _, n := range notes[:min(len(notes), logPage)] {
			if len(d.Lines) == logPage {
				more = true
				break
			}
			before, last = n.Seq, n
			if d.Show == "all" || (n.Kind == readKind) == (d.Show == readKind) {
				d.Lines = append(d.Lines, v.logLine(n, logReads))
			}
		}
		if !more || len(d.Lines) == logPage {
			break
		}
	}
	if more {
		d.Next = "?" + url.Values{"show": {d.Show}, "before": {strconv.FormatInt(before, 10)}}.Encode()
		d.Until = last.Recorded
	}
	return v.show("admin-log", v.t("log.title"), "admin", d)
}

// adminNote is one note with all that it says.
func (s *Site) adminNote(v *visit) error {
	if err := v.need(s.o.Notes != nil, "the log of power and reading"); err != nil {
		return err
	}
	seq, err := strconv.ParseInt(v.r.PathValue("seq"), 10, 64)
	if err != nil || seq < 1 || seq > 1<<40 {
		return fault.New(fault.NotFound, "there is no such note")
	}
	notes, err := s.o.Notes.Notes(v.ctx(), seq+1, 1)
	if err != nil {
		return err
	}
	if len(notes) == 0 || notes[0].Seq != seq {
		return fault.New(fault.NotFound, "there is no such note")
	}
	line := v.logLine(notes[0], 1<<20)
	raw, err := json.MarshalIndent(notes[0].Body, "", "  ")
	if err != nil {
		return err
	}
	line.Raw = string(raw)
	return v.showStatus(http.StatusOK, "admin-note", v.t("log.title"), "admin", line)
}

// logLine puts a note into words, with at most as many of its reads.
func (v *visit) logLine(n record.Note, reads int) logLine {
	l := logLine{Note: n, Code: n.Kind, Who: v.knownAs(n.By)}
	if what := cmp.Or(said(n.Body["what"]), said(n.Body["state"])); what != "" {
		l.Code += "." + what
	}
	if l.Who == "" {
		l.Who = v.listed("log.by.", n.By)
	} else {
		l.WhoRef = "/admin/people/" + url.PathEscape(n.By)
	}
	l.Alone, l.Undone = n.Body["alone"] == true, n.Body["undone"] == true
	for _, name := range logFacts {
		if f := v.logFact(name, n.Body); f.Text != "" || !f.At.IsZero() {
			l.Facts = append(l.Facts, f)
		}
	}
	all, _ := n.Body["reads"].([]any)
	for _, x := range all {
		r, ok := x.(map[string]any)
		if !ok {
			continue
		}
		if len(l.Reads) == reads {
			l.More++
			continue
		}
		read := logRead{Who: v.knownAs(said(r["person"])), Kind: said(r["kind"]), Case: said(r["case"]), View: said(r["view"]), N: counted(r["n"])}
		if read.Who == "" {
			read.Who = said(r["person"])
		} else {
			read.Ref = "/admin/people/" + url.PathEscape(said(r["person"]))
		}
		read.First, read.Last = instant(r["first"]), instant(r["last"])
		l.Reads = append(l.Reads, read)
	}
	return l
}

// logFacts are what a note may say, in the order of the page; whatever else it
// says is on its own page, as it was kept.
var logFacts = []string{
	"person", "org", "stood", "standing", "member", "platform", "roles", "deputies", "scopes", "for", "disabled", "login-changed", "place-changed",
	"asked-by", "act", "via", "case", "role", "reason", "despite", "from", "to", "lost", "with", "not-kept",
}

func (v *visit) logFact(name string, body map[string]any) logFact {
	f, x := logFact{Name: name}, body[name]
	switch name {
	case "person", "asked-by", "with":
		if id := said(x); id != "" {
			if f.Text = v.knownAs(id); f.Text == "" {
				f.Text, f.Code = id, true
			} else {
				f.Ref = "/admin/people/" + url.PathEscape(id)
			}
		}
	case "org":
		if id := said(x); id != "" {
			if f.Text = v.o.Identity.OrgName(v.ctx(), id); f.Text == "" {
				f.Text, f.Code = id, true
			} else {
				f.Ref = "/admin/organisations/" + url.PathEscape(id)
			}
		}
	case "stood", "standing":
		if name != "stood" || x != body["standing"] {
			f.Text = v.listed("admin.standing.", said(x))
		}
	case "platform", "roles":
		if id := said(x); id != "" { // a sharing platform, and no roles
			f.Name, f.Text = "on-platform", v.sharingPlatform(id)
			break
		}
		f.Text = v.each(x, "admin.role.")
	case "member":
		if id := said(x); id != "" { // a membership
			f.Name, f.Text, f.Code = "membership", id, true
			break
		}
		f.Text = v.members(x)
	case "via":
		f.Text = v.listed("log.via.", said(x))
	case "deputies":
		f.Text = v.deputed(x)
	case "scopes":
		f.Text = v.each(x, "settings.act.")
	case "for":
		f.Text = v.listed("log.for.", said(x))
	case "disabled", "login-changed", "place-changed":
		if x == true {
			f.Text = v.t("common.yes")
		}
	case "act":
		f.Text = v.listed("kinds.", said(x)) // of a partnership, or of a case
		if f.Text == said(x) {
			f.Text = v.listed("approvals.act.", f.Text)
		}
	case "case":
		f.Text, f.Code = said(x), true
	case "role":
		f.Text = v.listed("people.role.", said(x))
	case "from", "to":
		f.At = instant(x)
	case "lost", "not-kept":
		if n := counted(x); n != "0" {
			f.Text = n.String()
		}
	default:
		f.Text = said(x)
	}
	return f
}

// sharingPlatform is the name of a sharing platform, or its id.
func (v *visit) sharingPlatform(id string) string {
	if v.o.Circles == nil {
		return id
	}
	p, _, err := v.o.Circles.Platform(v.ctx(), id)
	if err != nil {
		return id
	}
	return p.Name
}

// knownAs is the name of a person, "" if there is none of the id.
func (v *visit) knownAs(id string) string {
	if id == "" {
		return ""
	}
	return v.o.Identity.PersonName(v.ctx(), id)
}

// listed is a word of a closed list, or the code itself if it is none.
func (v *visit) listed(family, code string) string {
	if code == "" || !v.words.has(family+code) {
		return code
	}
	return v.t(family + code)
}

// each puts the words of a list one behind the other.
func (v *visit) each(list any, family string) string {
	all, _ := list.([]any)
	var out []string
	for _, x := range all {
		out = append(out, v.listed(family, said(x)))
	}
	return v.enumerated(out)
}

// members are organisations with the roles there.
func (v *visit) members(list any) string {
	all, _ := list.([]any)
	var out []string
	for _, x := range all {
		m, _ := x.(map[string]any)
		name := v.o.Identity.OrgName(v.ctx(), said(m["org"]))
		if name == "" {
			name = said(m["org"])
		}
		out = append(out, name+" ("+v.each(m["roles"], "admin.role.")+")")
	}
	return strings.Join(out, "; ")
}

// deputed are the people of deputations.
func (v *visit) deputed(list any) string {
	all, _ := list.([]any)
	var out []string
	for _, x := range all {
		m, _ := x.(map[string]any)
		name := v.knownAs(said(m["person"]))
		if name == "" {
			name = said(m["person"])
		}
		out = append(out, name)
	}
	return v.enumerated(out)
}

func said(x any) string { s, _ := x.(string); return s }

func counted(x any) json.Number {
	if n, ok := x.(json.Number); ok {
		return n
	}
	return "0"
}

func instant(x any) time.Time {
	t, err := time.Parse(time.RFC3339, said(x))
	if err != nil {
		return time.Time{}
	}
	return t
}
