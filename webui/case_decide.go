package webui

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// decideView is the form for a reasoned decision, and the preview of it.
type decideView struct {
	caseHead
	Results, Parties, Products, Sources []option
	Times                               timeChoices
	Key                                 string
	Preview                             *previewView
	Sent                                url.Values
	Wrong                               string
	Nobody                              bool // the reader decides for no party here
}

func (s *Site) caseDecide(v *visit) error {
	seen, err := v.seenFor(access.Add)
	if err != nil {
		return err
	}
	return v.show("case-decide", v.caseTitle(seen, v.t("decide.title")), "cases", v.decideForm(seen))
}

func (v *visit) decideForm(seen *coordination.Seen) decideView {
	d := decideView{
		caseHead: head(seen, "plan"), Products: productOptions(seen.Case, v.t("case.no-product")), Key: v.Form.Get("key"), Times: v.timeChoices(),
		Sources: sourceOptions(seen.Case, v.t("case.no-source")), Nobody: len(seen.Parties) == 0,
	}
	if d.Key == "" {
		d.Key = newKey()
	}
	for _, id := range seen.Parties {
		d.Parties = append(d.Parties, option{id, partyName(seen.Case, id)})
	}
	d.Results = v.resultOptions("decided")
	have := map[string]bool{}
	for _, o := range d.Results {
		have[o.Value] = true
	}
	for _, r := range v.o.Desk.Results() {
		if !have[r] {
			d.Results = append(d.Results, option{r, v.resultWords(r)})
		}
	}
	return d
}

// resultWords says a result of the platform or of a pack.
func (v *visit) resultWords(r string) string {
	if v.words.has("decide.result." + r) {
		return v.t("decide.result." + r)
	}
	for _, o := range v.resultOptions("classified") {
		if o.Value == r {
			return o.Label
		}
	}
	return r
}

// caseDecided shows what a decision would change, or with do=keep keeps it.
func (s *Site) caseDecided(v *visit) error {
	seen, err := v.seenFor(access.Add)
	if err != nil {
		return err
	}
	title, d, f := v.caseTitle(seen, v.t("decide.title")), v.decideForm(seen), v.Form
	asked := coordination.DecisionAsked{
		By: f.Get("by"), Of: f.Get("of"), Result: f.Get("result"), Reason: strings.TrimSpace(f.Get("reason")),
		Evidence: f.Get("source"), ReviewOn: f.Get("review-on"),
	}
	if strings.TrimSpace(f.Get("at")) != "" {
		if asked.At, err = v.caseTime("at"); err != nil {
			v.problem("at", "newcase.no-time")
			return v.again("case-decide", title, "cases", d)
		}
	}
	var e casefile.Event
	if e, err = v.o.Desk.Decision(v.ctx(), v.Who, seen.Handle, asked); err == nil && f.Get("do") == "keep" {
		expected := v.formInt("version")
		if expected < 0 {
			expected = record.AnyVersion
		}
		if _, err = v.o.Desk.AddEvent(v.ctx(), v.Who, seen.Handle, e, expected, f.Get("key")); err == nil {
			return v.done(d.Base+"/plan", "saved")
		}
		if fault.KindOf(err) == fault.Conflict {
			d.Wrong, err = v.t("case.changed-meanwhile"), nil
		}
	}
	var preview *coordination.Preview
	if err == nil {
		preview, err = v.o.Desk.PreviewEvent(v.ctx(), v.Who, seen.Handle, e)
	}
	var at *fault.Error
	switch {
	case errors.As(err, &at) && at.Kind == fault.Invalid:
		if key := at.Key; slices.Contains([]string{"by", "of", "result", "reason", "source", "review-on", "at"}, key) {
			v.problems = map[string]string{key: v.decideProblem(key, at.Message)}
		} else {
			v.problems, d.Wrong = map[string]string{"": at.Message}, at.Message
		}
		return v.again("case-decide", title, "cases", d)
	case err != nil:
		return err
	}
	d.Preview = v.preview(seen, preview)
	d.Sent = url.Values{}
	for name, values := range f {
		if name != "do" {
			d.Sent[name] = values
		}
	}
	d.Sent.Set("key", d.Key)
	d.Sent.Set("version", formatInt(seen.Version))
	return v.show("case-decide", title, "cases", d)
}

// decideProblem says in the reader's language what a field of a decision lacks.
func (v *visit) decideProblem(key, message string) string {
	if text := "decide.missing." + key; v.words.has(text) && v.Form.Get(key) == "" {
		return v.t(text)
	}
	return message
}

func sourceOptions(c *casefile.Case, none string) []option {
	out := []option{{"", none}}
	for i := range c.Sources {
		name := c.Sources[i].ID
		if c.Sources[i].Publisher != "" {
			name += " · " + c.Sources[i].Publisher
		}
		out = append(out, option{c.Sources[i].ID, name})
	}
	return out
}
