package webui

import (
	"fmt"
	"html/template"
	"strings"

	"tocsin/internal/fault"
)

// field is one field of a form with its label, hint and what is wrong with it.
type field struct {
	Name, ID, Label, Type, Value string
	Hint, Error                  string
	Autocomplete, Inputmode      string
	Pattern, Placeholder         string
	Min, Max                     string
	Maxlength, Rows              int
	Required, Autofocus, Wide    bool
	Checked, Disabled, Mono      bool
	Plain                        bool // something is always chosen, be it "": no mark of the optional, and nothing for the browser to refuse
	Options                      []option
	Datalist                     []option // suggestions, beside free text
}

// option is one choice of a select or of radio buttons.
type option struct{ Value, Label string }

// Choices writes the options of a select. A case has thousands of parties, and a
// template takes a hundred times as long for each.
func (f field) Choices() template.HTML {
	size := 0
	for _, o := range f.Options {
		size += 40 + len(o.Value) + len(o.Label)
	}
	var b strings.Builder
	b.Grow(size)
	for _, o := range f.Options {
		b.WriteString(`<option value="`)
		template.HTMLEscape(&b, []byte(o.Value))
		b.WriteByte('"')
		if o.Value == f.Value {
			b.WriteString(" selected")
		}
		b.WriteByte('>')
		template.HTMLEscape(&b, []byte(o.Label))
		b.WriteString("</option>")
	}
	return template.HTML(b.String()) // every word of it is escaped above
}

// Described lists the ids of hint and error, for aria-describedby.
func (f field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

// newField makes a field: {{template "field" (field $ "login" (t "signin.login")
// "type" "email" "required" true)}}. Value and error come from what was sent,
// unless "value" says otherwise; "id" tells fields of one name apart.
func newField(p *page, name, label string, settings ...any) (field, error) {
	f := field{Name: name, ID: "f-" + name, Label: label, Type: "text", Error: p.Error(name)}
	value, said := "", false
	for i := 0; i+1 < len(settings); i += 2 {
		set := settings[i+1]
		on, _ := set.(bool)
		text := ""
		if _, list := set.([]option); !list { // which is no text, and may be long
			text = fmt.Sprint(set)
		}
		switch settings[i] {
		case "type":
			f.Type = text
		case "id":
			f.ID = "f-" + text
		case "value":
			value, said = text, true
		case "hint":
			f.Hint = text
		case "error":
			f.Error = text
		case "autocomplete":
			f.Autocomplete = text
		case "inputmode":
			f.Inputmode = text
		case "pattern":
			f.Pattern = text
		case "placeholder":
			f.Placeholder = text
		case "min":
			f.Min = text
		case "max":
			f.Max = text
		case "maxlength":
			f.Maxlength, _ = set.(int)
		case "rows":
			f.Rows, _ = set.(int)
		case "required":
			f.Required = on
		case "plain":
			f.Plain = on
		case "autofocus":
			f.Autofocus = on
		case "wide":
			f.Wide = on
		case "checked":
			f.Checked = on
		case "disabled":
			f.Disabled = on
		case "mono":
			f.Mono = on
		case "options":
			f.Options, _ = set.([]option)
		case "datalist":
			f.Datalist, _ = set.([]option)
		default:
			return f, fault.New(fault.Internal, "a field has no setting %v", settings[i])
		}
	}
	sent := p.Form.Has(name) && f.Type != "password"
	switch {
	case sent && (p.Problem || !said):
		f.Value = p.Form.Get(name)
	case said:
		f.Value = value
	}
	if f.Type == "checkbox" && (sent || p.Problem) {
		f.Checked = sent // an unticked box sends nothing
	}
	return f, nil
}
