package letter

import "strings"

// facts lists each with its day, its words, its sources, and what is said
// against it.
func (w *writer) facts() {
	if len(w.Facts) == 0 {
		return
	}
	w.say(formHead, "head.facts")
	for i, f := range w.Facts {
		label := numeral(w.lang, i+1)
		if !f.At.IsZero() {
			w.add(formItem, label, append(w.words("fact-at", "at", f.At), w.first(f.Text)...)...)
			w.text(formUnder, "", f.Text.rest(w.lang))
		} else {
			w.text(formItem, label, f.Text)
		}
		for _, s := range f.Sources {
			if said(s) {
				w.add(formUnder, "", w.words("source", "source", s)...)
			}
		}
		if f.Contested.any() {
			w.add(formUnder, "contested", w.words("contested", "text", f.Contested)...)
		}
	}
}

// first gives the first paragraph of a text as a piece, rest what follows.
func (w *writer) first(t Text) []piece {
	text, lang := t.pick(w.lang)
	head, _, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	p := w.piece(head)
	if lang != w.lang {
		p.lang = lang
	}
	return []piece{p}
}

func (t Text) rest(lang string) Text {
	text, in := t.pick(lang)
	_, tail, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	return Text{in: tail}
}

// basis names each clause in full: citation, version, the words in the original,
// where the official text is.
func (w *writer) basis() {
	if len(w.Basis) == 0 {
		return
	}
	w.say(formHead, "head.basis")
	for i, c := range w.Basis {
		text := []piece{w.piece(c.Citation)}
		if said(c.Version) {
			text = append(text, w.words("version", "version", c.Version)...)
		}
		w.add(formItem, numeral(w.lang, i+1), text...)
		w.text(formQuote, "", Text{orLang(c.Language, w.lang): c.Operative})
		if said(c.Address) {
			w.add(formUnder, "", w.words("official", "address", c.Address)...)
		}
	}
}

func orLang(lang, other string) string {
	if lang == "" {
		return other
	}
	return lang
}

func (w *writer) reasons() {
	if w.Reasons.any() {
		w.say(formHead, "head.reasons")
		w.text(formPara, "", w.Reasons)
	}
}

// decision is what is decided, or asked, or intended: the words of the kind
// first, then those of the letter, numbered.
func (w *writer) decision() {
	start := len(w.out)
	n := 0
	item := func(text ...piece) {
		if len(text) > 0 {
			n++
			w.add(formItem, ordinal(w.lang, n), text...)
		}
	}
	if w.Kind.Decides() {
		w.operative(item)
	}
	for _, a := range w.Asks {
		n++
		w.text(formItem, ordinal(w.lang, n), a)
	}
	if n == 0 {
		return
	}
	if n == 1 { // one sentence needs no numeral
		for i := range w.out[start:] {
			w.out[start+i].form, w.out[start+i].label = formPara, ""
		}
	}
	said := w.out[start:]
	w.out = append([]block{}, w.out[:start]...)
	w.say(formHead, "head."+w.heading())
	w.say(formPara, "decides."+string(w.Kind))
	w.out = append(w.out, said...)
}

// heading of what is decided or asked.
func (w *writer) heading() string {
	switch {
	case w.Kind.Decides():
		return "decision"
	case w.Kind == Hearing:
		return "intended"
	case w.Kind == Answer:
		return "answer"
	case w.Kind == HearingClosed:
		return "considered"
	case w.Kind == Accepted:
		return "accepted"
	case w.Kind == Invitation:
		return "invited"
	}
	return "asked"
}

// operative says a decision in the words of its kind.
func (w *writer) operative(item func(...piece)) {
	kind := string(w.Kind)
	item(w.words("do."+kind, "member", w.To.Name, "platform", w.Scope.Platform, "re", w.Re)...)
	if w.Kind != Termination {
		item(w.units()...)
	}
	switch {
	case w.AtOnce:
		item(w.words("at-once")...)
	case !w.Start.IsZero():
		item(w.words("from", "from", w.Start)...)
	}
	if !w.Until.IsZero() {
		text := w.words("until", "until", w.Until)
		key := "reviewed"
		if w.Lapses {
			key = "lapses"
		}
		item(append(text, w.words(key)...)...)
	}
	item(w.words("still."+kind, "member", w.To.Name)...)
}

func (w *writer) units() []piece {
	var units []string
	for _, u := range w.Scope.Units {
		if said(u) {
			units = append(units, w.piece(u).text)
		}
	}
	if len(units) == 0 {
		return w.words("all-units")
	}
	return w.words("units", "units", strings.Join(units, say(w.lang, "comma")))
}

// hearing says how the member was heard, or will be.
func (w *writer) hearing() {
	if w.Hearing.How == "" {
		return
	}
	why := []piece{w.piece(w.Hearing.Why)}
	if t := why[0].text; t != "" && !strings.ContainsAny(t[len(t)-1:], ".!?") && !strings.HasSuffix(t, "。") {
		why = append(why, piece{text: say(w.lang, "stop")})
	}
	w.say(formHead, "head.hearing")
	family := "heard."
	if w.Kind == HearingClosed { // no decision stands beside it
		family = "closed."
	}
	w.say(formPara, family+w.Hearing.How, "re", w.Hearing.Re, "why", why)
}

// reply says by when and how to answer, and what follows if nobody does.
func (w *writer) reply() {
	if w.Reply.By.IsZero() && !w.Reply.How.any() {
		return
	}
	w.say(formHead, "head.reply")
	if !w.Reply.By.IsZero() {
		key := "reply-by"
		if w.Reply.By.Day {
			key = "reply-by-day"
		}
		w.say(formPara, key, "by", w.Reply.By)
	}
	w.text(formPara, "", w.Reply.How)
	w.say(formPara, "silence."+string(w.Kind))
}

// appeal tells where, by when and how, and whether it halts the decision.
func (w *writer) appeal() {
	if !w.Appeal.Body.any() {
		return
	}
	head, key := "head.appeal", "appeal"
	switch {
	case w.Kind == AppealReceived:
		head, key = "head.appeal-body", "appeal-decides"
	case w.Kind == AppealLodged:
		head, key = "head.appeal-body", "appeal-lodged"
	}
	w.say(formHead, head)
	w.say(formPara, key, "body", w.Appeal.Body)
	w.lines(formLine, w.Appeal.Address)
	if !w.Appeal.Until.IsZero() {
		key := "appeal-until"
		if w.Appeal.Until.Day {
			key = "appeal-until-day"
		}
		w.say(formPara, key, "until", w.Appeal.Until)
	}
	if w.Appeal.Period.any() {
		w.say(formPara, "appeal-period", "period", w.Appeal.Period)
	}
	w.text(formPara, "", w.Appeal.Form)
	if w.Appeal.Stays != "" {
		w.say(formPara, "stays."+w.Appeal.Stays)
	}
}

func (w *writer) publication() {
	if w.Publication != "" {
		w.say(formHead, "head.publication")
		w.say(formPara, "publication."+w.Publication)
	}
}

// serviceNote asks for the proof of service.
func (w *writer) serviceNote() {
	if w.Service != "" {
		w.say(formHead, "head.service")
		w.say(formPara, "service."+w.Service)
	}
}
