package dossier

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"tocsin/casefile"
)

// record lists the events in the order of their time: what happened and when,
// when it was recorded, by whose word; claims that contradict one another stand
// beside each other.
func (b *book) record() section {
	title := b.t("h.record")
	var s strings.Builder
	s.WriteString(heading("record", title) + "<p>" + b.t("record-text") + "</p>\n")
	events := make([]*casefile.Event, 0, len(b.Case.Events))
	for i := range b.Case.Events {
		events = append(events, &b.Case.Events[i])
	}
	sort.SliceStable(events, func(i, j int) bool {
		x, y := b.Case.Span(events[i]), b.Case.Span(events[j])
		first := x.Earliest
		if first.IsZero() {
			first = x.Latest
		}
		second := y.Earliest
		if second.IsZero() {
			second = y.Latest
		}
		return first.Before(second)
	})
	if len(events) == 0 {
		s.WriteString("<p>" + b.t("nothing") + "</p>\n")
	}
	groups := disputes(b.Case.Events)
	done := map[string]bool{}
	for _, e := range events {
		switch group := groups[e.ID]; {
		case done[e.ID]:
		case group == "":
			s.WriteString(b.event(e))
		default:
			fmt.Fprintf(&s, "<div class=\"versus\" role=\"group\" aria-label=\"%s\"><p class=\"versus-head\">%s</p><div class=\"side\">", b.t("versus"), b.t("versus"))
			for _, o := range events {
				if groups[o.ID] == group {
					s.WriteString(b.event(o))
					done[o.ID] = true
				}
			}
			s.WriteString("</div></div>\n")
		}
	}
	s.WriteString(b.parties() + b.sources())
	return section{"record", title, s.String()}
}

// disputes gives each event that disputes another, or is disputed, the name of
// its group.
func disputes(events []casefile.Event) map[string]string {
	group := map[string]string{}
	known := map[string]bool{}
	for _, e := range events {
		known[e.ID] = true
	}
	for _, e := range events {
		for _, id := range e.Disputes {
			if !known[id] {
				continue
			}
			a, c := group[e.ID], group[id]
			switch {
			case a == "" && c == "":
				group[e.ID], group[id] = e.ID, e.ID
			case a == "":
				group[e.ID] = c
			case c == "":
				group[id] = a
			case a != c:
				for k, v := range group {
					if v == c {
						group[k] = a
					}
				}
			}
		}
	}
	return group
}

// shownApart are the keys of an event that have a place of their own.
var shownApart = strings.Fields("id kind by to of at label text original source assumed disputes denies supersedes basis recorded-by recorded-at")

func (b *book) event(e *casefile.Event) string {
	var s strings.Builder
	fmt.Fprintf(&s, "<article class=\"event\" id=\"event-%s\" data-event=\"%s\"><h3>%s</h3>\n", esc(e.ID), esc(e.ID), esc(e.Kind.In(b.lang)))
	var who []string
	if e.By != "" {
		who = append(who, b.party(e.By))
	}
	for _, to := range e.To {
		who = append(who, "→ "+b.party(to))
	}
	if e.Of != "" {
		who = append(who, "· "+b.product(e.Of))
	}
	if len(who) > 0 {
		s.WriteString("<p><strong>" + strings.Join(who, " ") + "</strong></p>\n")
	}
	s.WriteString("<dl class=\"facts\">")
	pair := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&s, "<dt>%s</dt><dd>%s</dd>\n", b.t(key), value)
		}
	}
	pair("occurred", b.stated(e.At))
	recorded := esc(e.RecordedAt)
	if e.RecordedBy != "" {
		recorded = strings.Trim(recorded+" · "+b.party(e.RecordedBy), " ·")
	}
	pair("recorded", recorded)
	pair("source", b.source(e.Source))
	pair("marks", b.marks(e))
	s.WriteString("</dl>\n")
	for _, text := range []string{e.Label, e.Text} {
		for line := range strings.Lines(text) {
			if said(line) {
				s.WriteString("<p><bdi>" + esc(line) + "</bdi></p>\n")
			}
		}
	}
	if said(e.Original) {
		s.WriteString("<blockquote><bdi>" + esc(e.Original) + "</bdi></blockquote>\n")
	}
	if more, err := fields(e); err == nil {
		rest := ""
		for _, key := range slices.Sorted(maps.Keys(more)) {
			if !slices.Contains(shownApart, key) {
				rest += b.field(key, more[key])
			}
		}
		if rest != "" {
			s.WriteString("<dl class=\"facts\">" + rest + "</dl>\n")
		}
	}
	fmt.Fprintf(&s, "<p class=\"quiet\"><span class=\"mono\">%s</span>", esc(e.ID))
	for i, r := range b.receipts {
		if slices.Contains(r.events, e.ID) {
			fmt.Fprintf(&s, " · <a href=\"#receipt-%d\">%s</a>", i+1, b.t("receipt-n", "n", strconv.Itoa(i+1)))
		}
	}
	s.WriteString("</p><div class=\"live\"></div></article>\n")
	return s.String()
}

// field is a row of what else an event states; attributes have a row each.
func (b *book) field(key string, value any) string {
	if list, ok := value.(map[string]any); ok && key == "attributes" {
		rows := ""
		for _, k := range slices.Sorted(maps.Keys(list)) {
			rows += "<dt class=\"mono\">" + esc(k) + "</dt><dd><bdi>" + esc(plain(list[k])) + "</bdi></dd>\n"
		}
		return rows
	}
	text := esc(plain(value))
	if e := b.Case.Event(plain(value)); e != nil && key == "re" {
		text = b.ref(e.ID)
	}
	return "<dt>" + b.code("field", key) + "</dt><dd><bdi>" + text + "</bdi></dd>\n"
}

// plain writes a value of JSON in one line.
func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// stated is a time as its source states it.
func (b *book) stated(t casefile.Time) string {
	m := t.Moment
	var out string
	switch {
	case m.Value != "":
		out = esc(m.Value)
	case m.NotBefore != "":
		out = b.t("not-before") + " " + esc(m.NotBefore)
	case m.NotAfter != "":
		out = b.t("no-later") + " " + esc(m.NotAfter)
	default:
		out = b.t("between") + " " + esc(m.From) + " " + b.t("and") + " " + esc(m.To)
	}
	switch {
	case len(m.Zone) == 1 && m.Zone[0] == "unknown":
		out += " · " + b.t("zone-unknown")
		if len(m.Likely) > 0 {
			out += " (" + b.t("zone-likely") + " " + esc(strings.Join(m.Likely, ", ")) + ")"
		}
	case len(m.Zone) > 0:
		out += " · " + esc(strings.Join(m.Zone, " / "))
	}
	return out
}

// marks says how far the word of an event goes.
func (b *book) marks(e *casefile.Event) string {
	var out []string
	if e.Basis == "claim" {
		out = append(out, b.t("claim"))
	}
	if e.Assumed {
		out = append(out, b.t("assumed"))
	}
	if e.Denies {
		out = append(out, b.t("denies"))
	}
	list := func(key string, ids []string) {
		var refs []string
		for _, id := range ids {
			refs = append(refs, b.ref(id))
		}
		if len(refs) > 0 {
			out = append(out, b.t(key)+" "+strings.Join(refs, ", "))
		}
	}
	list("disputes", e.Disputes)
	list("supersedes", e.Supersedes)
	return strings.Join(out, " · ")
}

// ref links to an event of the file.
func (b *book) ref(id string) string {
	e := b.Case.Event(id)
	if e == nil {
		return "<span class=\"mono\">" + esc(id) + "</span>"
	}
	return fmt.Sprintf(`<a href="#event-%s">%s</a> <span class="mono">%s</span>`, esc(id), esc(e.Kind.In(b.lang)), esc(id))
}

func (b *book) party(id string) string {
	if p := b.Case.Party(id); p != nil && p.Name != "" {
		return "<bdi>" + esc(p.Name) + "</bdi>"
	}
	if name := b.Names[id]; said(name) {
		return "<bdi>" + esc(name) + "</bdi>"
	}
	return "<bdi>" + esc(id) + "</bdi>"
}

func (b *book) product(id string) string {
	if p := b.Case.Product(id); p != nil && p.Name != "" {
		return "<bdi>" + esc(p.Name) + "</bdi>"
	}
	return "<bdi>" + esc(id) + "</bdi>"
}

func (b *book) source(id string) string {
	x := b.Case.Source(id)
	if x == nil {
		return b.t("no-source")
	}
	var parts []string
	for _, p := range []string{x.Publisher, x.Title, x.Published} {
		if said(p) {
			parts = append(parts, "<bdi>"+esc(p)+"</bdi>")
		}
	}
	if x.Kind != "" {
		parts = append(parts, b.code("quality", x.Kind))
	}
	if address := link(x.URL); address != "" {
		parts = append(parts, address)
	}
	if len(parts) == 0 {
		return esc(id)
	}
	return strings.Join(parts, " · ")
}

// link writes an address so that it can be read on paper too; what is no web
// address is only text.
func link(address string) string {
	u, err := url.Parse(address)
	text := esc(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || clean(address) != address {
		return text
	}
	return fmt.Sprintf(`<a class="address" rel="noreferrer" href="%s">%s</a>`, text, text)
}

func (b *book) parties() string {
	if len(b.Case.Parties) == 0 {
		return ""
	}
	s := "<h3>" + b.t("parties") + "</h3>\n<ul>"
	for _, p := range b.Case.Parties {
		s += "<li>" + b.party(p.ID) + " <span class=\"mono\">" + esc(p.ID) + "</span>"
		if p.Country != "" {
			s += " · " + esc(p.Country)
		}
		s += "</li>\n"
	}
	return s + "</ul>\n"
}

func (b *book) sources() string {
	if len(b.Case.Sources) == 0 {
		return ""
	}
	s := "<h3>" + b.t("sources") + "</h3>\n<ul>"
	for _, x := range b.Case.Sources {
		s += "<li>" + b.source(x.ID) + "</li>\n"
	}
	return s + "</ul>\n"
}
