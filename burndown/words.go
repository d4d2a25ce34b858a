package burndown

import (
	"strconv"
	"strings"
	"time"
)

// words are those of the axis, the poles and the text form.
type words struct {
	months              [12]string
	day, month          string // "{d} {m} {y}", "{m} {y}"
	now, between, times string
	nothing             string

	members, systems, silent, excepted  string // of a directive
	due, dueFor, issued, whole, further string
}

var english = words{
	months: [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	day:    "{d} {m} {y}", month: "{m} {y}",
	now: "now", between: "between {a} and {b}", times: "Days and times in {a}.", nothing: "no figures on record",
	members: "Members with something open", systems: "Systems open, as far as reported", silent: "{n} of the members with something open gave no figures.",
	excepted: "Who is excepted is not counted while the exception stands. What was open at an end stays as it was.",
	due:      "due: {a}", dueFor: "due for {n}: {a}", issued: "issued", whole: "all steps", further: "{n} further limits of single members are not drawn.",
}

var others = map[string]words{
	"zh": {
		months: [12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
		day:    "{y}年{m}{d}日", month: "{y}年{m}",
		now: "现在", between: "{a}至{b}之间", times: "日期与时间以{a}计。", nothing: "无数据记录",
		members: "尚有未完成事项的成员", systems: "未完成的系统（以已报告者为限）", silent: "其中{n}个成员未提供数据。",
		excepted: "获豁免者在豁免期内不计入。终止时未完成者保持原状。",
		due:      "到期：{a}", dueFor: "{n}个成员到期：{a}", issued: "发布", whole: "全部步骤", further: "另有{n}个个别成员的期限未绘出。",
	},
	"fr": {
		months: [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		day:    "{d} {m} {y}", month: "{m} {y}",
		now: "maintenant", between: "entre le {a} et le {b}", times: "Jours et heures : {a}.", nothing: "aucun chiffre enregistré",
		members: "Membres ayant quelque chose en cours", systems: "Systèmes restants, selon les rapports", silent: "{n} des membres ayant quelque chose en cours n’ont pas donné de chiffres.",
		excepted: "Qui bénéficie d’une dérogation n’est pas compté tant qu’elle vaut. Ce qui restait à une fin reste tel quel.",
		due:      "échéance : {a}", dueFor: "échéance pour {n} : {a}", issued: "émise", whole: "toutes les étapes", further: "{n} autres échéances de membres ne sont pas dessinées.",
	},
	"de": {
		months: [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
		day:    "{d}. {m} {y}", month: "{m} {y}",
		now: "jetzt", between: "zwischen {a} und {b}", times: "Tage und Zeiten in {a}.", nothing: "keine Zahlen verzeichnet",
		members: "Mitglieder mit Offenem", systems: "Offene Systeme, soweit gemeldet", silent: "{n} der Mitglieder mit Offenem haben keine Zahlen genannt.",
		excepted: "Wer ausgenommen ist, zählt nicht, solange die Ausnahme gilt. Was bei einem Ende offen war, bleibt, wie es war.",
		due:      "fällig: {a}", dueFor: "fällig für {n}: {a}", issued: "ergangen", whole: "alle Schritte", further: "{n} weitere Fristen einzelner Mitglieder sind nicht gezeichnet.",
	},
}

// wordsFor gives the words of a language, whatever its region, or English.
func wordsFor(lang string) words {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(lang, "_", "-")), "-")
	if w, ok := others[base]; ok {
		return w
	}
	return english
}

// fill puts texts into a pattern: pairs of a name without braces and a text.
func fill(pattern string, pairs ...string) string {
	all := make([]string, len(pairs))
	for i, p := range pairs {
		if all[i] = p; i%2 == 0 {
			all[i] = "{" + p + "}"
		}
	}
	return strings.NewReplacer(all...).Replace(pattern)
}

func (w words) date(pattern string, t time.Time) string {
	return fill(pattern, "d", strconv.Itoa(t.Day()), "m", w.months[t.Month()-1], "y", strconv.Itoa(t.Year()))
}

// moment writes an instant; the last second of a day is that day's 24:00, and the
// first is the day alone.
func (w words) moment(t time.Time) string {
	clock := t.Format("15:04")
	switch {
	case t.Format("15:04:05") == "23:59:59":
		clock = "24:00"
	case t.Format("15:04:05") == "00:00:00":
		return w.date(w.day, t)
	}
	return w.date(w.day, t) + " " + clock
}
