package webui

import (
	"cmp"
	"html/template"
	"net/http"
	"strings"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// waitingView are the acts that wait for a second person.
type waitingView struct{ Acts []waitingRow }

// waitingRow is one of them: what exactly, by whom, until when, what it changes.
type waitingRow struct {
	partnership.Asked
	Title, ByName, Name, Base string
	Clause                    string
	Facts                     []factLine
	Own                       bool // asked by the reader, who cannot approve it
	Token                     bool // proposed by a token
	Confirms                  bool // by a token of the reader's, who may confirm it
	Decides                   bool // the reader may decide
	Preview                   *actPreview
	Blocked                   string // what speaks against it now
	Head                      partnerHead
}

// factLine is one thing that an act says.
type factLine struct {
	Label string
	Text  string
	Rich  template.HTML
	At    *stated
}

func (s *Site) waitingPage(v *visit) error { return v.waiting(http.StatusOK) }

func (v *visit) waiting(status int) error {
	if authority, _, err := v.onSide(); err != nil || !authority {
		return cmp.Or(err, notYours())
	}
	if err := v.need(v.o.Desk != nil, v.t("partner.waiting")); err != nil {
		return err
	}
	asked, err := v.o.Circles.Asked(v.ctx(), v.Who)
	if err != nil {
		return err
	}
	var d waitingView
	for _, a := range asked {
		m, err := v.o.Circles.Member(v.ctx(), v.Who, a.Member)
		if err != nil {
			return err
		}
		h, err := v.partnershipOf(m, "waiting")
		if err != nil {
			return err
		}
		row := waitingRow{Asked: a, Title: v.actTitle(a.Event), ByName: v.o.Identity.PersonName(v.ctx(), a.By), Name: m.Name, Base: h.Base, Head: h,
			Clause: h.On.Terms.SecondPerson[a.Event.Kind], Facts: v.actFacts(h, a.Event), Own: a.By == v.Who.Person, Decides: h.Acts && m.Side == partnership.OfAuthority}
		row.Token = a.Via == partnership.ByToken
		row.Confirms = row.Own && row.Token && row.Clause == "" && row.Decides
		if row.Decides && v.Who.Fresh {
			p, err := v.o.Circles.Preview(v.ctx(), v.Who, a.Member, a.Event)
			switch kind := fault.KindOf(err); {
			case err == nil:
				row.Preview = v.actPreview(h, p)
			case kind == fault.Invalid || kind == fault.Conflict || kind == fault.TooEarly:
				row.Blocked = v.blocked(h, a.Event, err)
			default:
				return err
			}
		}
		d.Acts = append(d.Acts, row)
	}
	return v.showStatus(status, "partner-waiting", v.t("partner.waiting"), "partners", d)
}

// actTitle is what an act is called where it is not on record yet.
func (v *visit) actTitle(e casefile.Event) string {
	variant := ""
	switch {
	case e.Result == "withdrawn":
		variant = "withdraw"
	case e.Kind == "partner-suspended" && attribute(&e, "hearing") == "after":
		variant = "urgent"
	}
	if key := "partner.act." + variantOf(e.Kind, variant); v.words.has(key) {
		return v.t(key)
	}
	return v.kindWords(e.Kind)
}

// blocked says what speaks against an act, in the reader's language where it is a
// refusal of the agreement.
func (v *visit) blocked(h partnerHead, e casefile.Event, err error) string {
	e.By, e.To = h.State.Authority, []string{h.State.Member}
	e.At = casefile.Time{}
	e.At.Value = v.Now.UTC().Format("2006-01-02T15:04:05Z07:00")
	if r := partner.Refuse(&h.State, &h.On.Terms, &e); r != nil {
		return v.refusal(h, r)
	}
	return err.Error()
}

// actFacts lists what an act says, field by field, in the order of its form.
func (v *visit) actFacts(h partnerHead, e casefile.Event) []factLine {
	var out []factLine
	names := append(strings.Fields("number re rule reason result effect from until due units hearing publication publish-reason appeal-body appeal-until lapses text signed-by hash level"),
		"signatory", "office", "delegation")
	for _, name := range names {
		f := factLine{Label: v.fieldLabel(e.Kind, name)}
		switch name {
		case "re":
			if e.Re != "" {
				f.Text = v.actWords(h, e.Re)
			}
		case "rule":
			if e.Rule != "" {
				f.Text = v.ruleName(e.Rule)
			}
		case "reason":
			f.Rich = rich(e.Reason)
		case "text":
			f.Rich = rich(e.Text)
		case "result":
			if e.Result != "" {
				f.Text = v.codeWords("partner.result.", e.Result)
			}
		case "until", "due":
			t := e.Until
			if name == "due" {
				t = e.Due
			}
			if t != nil {
				st := v.stated(*t)
				f.At = &st
			}
		case "effect", "hearing", "publication":
			if x := attribute(&e, name); x != "" {
				f.Text = v.codeWords("partner.value.", x)
			}
		case "level":
			f.Text = v.gradeWords(h.On.Terms.Levels, attribute(&e, name))
		case "units":
			var units []string
			for _, id := range strings.Fields(attribute(&e, name)) {
				units = append(units, v.partyWords(h, id))
			}
			f.Text = v.enumerated(units)
		case "lapses":
			if e.Until != nil && (e.Kind == "partner-suspended" || e.Kind == "partner-extended") {
				f.Text = v.t(map[bool]string{true: "common.yes", false: "partner.not-by-itself"}[attribute(&e, name) == "true"])
			}
		case "publish-reason":
			if attribute(&e, name) == "true" {
				f.Text = v.t("common.yes")
			}
		case "from", "appeal-until":
			if x := attribute(&e, name); x != "" {
				f.Text = v.wall(x, "")
			}
		default:
			f.Text = attribute(&e, name)
		}
		if f.Text != "" || f.Rich != "" || f.At != nil {
			out = append(out, f)
		}
	}
	for _, key := range sortedKeys(e.Attributes) {
		if strings.HasPrefix(key, "task-") {
			out = append(out, factLine{Label: v.t("partner.field.tasks"), Text: attribute(&e, key)})
		}
	}
	return out
}

// waitingDecide approves or declines. Declining says why.
func (s *Site) waitingDecide(v *visit) error {
	if authority, _, err := v.onSide(); err != nil || !authority {
		return cmp.Or(err, notYours())
	}
	id, reason := v.Form.Get("act"), strings.TrimSpace(v.Form.Get("reason"))
	approve := v.Form.Get("decision") == "approve"
	if !v.Who.Fresh {
		v.askStepUp()
		return nil
	}
	if !approve && reason == "" {
		v.problem("reason-"+id, "approvals.reason-missing")
		return v.waiting(http.StatusUnprocessableEntity)
	}
	a, err := v.o.Circles.Decide(v.ctx(), v.Who, id, approve, clipText(reason, 2000))
	if err != nil {
		return err
	}
	v.sides.acted()
	if approve {
		return v.done(partnerAddress(a.Member), "approved")
	}
	return v.done("/partners/waiting", "declined")
}
