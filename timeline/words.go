package timeline

import (
	"reflect"
	"strings"
	"time"

	"tocsin/internal/plaintext"
)

// Words are the words of the axis, the legend and the text form. The caller
// may set any; what is empty is filled from WordsFor(Sheet.Lang). Patterns
// name their parts in braces: {d} day, {m} short month, {M} month, {y} year,
// {a} and {b} two texts, {n} a number.
type Words struct {
	Months, ShortMonths                    [12]string
	DayMonth, MonthYear, FullDay           string // "24 Nov", "November 2021", "24 Nov 2021"
	Now, NoLaterThan, NotBefore, Between   string
	On, At, FromTo, GoesOn, AlreadyRunning string
	TimesIn, Outside, Nothing              string // text form and zoom

	Fact, Told, Good, Bad, Muted           string // legend: tones of marks
	Disputed, Assumed, Smear, Break        string
	Arrow, DisputedArrow                   string
	Prohibition, Embargo, Suspension       string
	Window, Conditional                    string
	Due, Met, Late, Uncertain, Past        string
	RunRed, RunGrey                        string
	Tells, ToldBy, Claim, Assumption, Only string // text form
}

// english is the yardstick: every other language has the same fields.
func english() Words {
	return Words{
		Months:      [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		ShortMonths: [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		DayMonth:    "{d} {m}", MonthYear: "{M} {y}", FullDay: "{d} {m} {y}",
		Now: "now", NoLaterThan: "no later than {a}", NotBefore: "not before {a}", Between: "between {a} and {b}",
		On: "{a}", At: "{a}", FromTo: "from {a} to {b}", GoesOn: "from {a}, goes on", AlreadyRunning: "already running, to {a}",
		TimesIn: "Times in {a}.", Outside: "{n} signs lie outside this window.", Nothing: "nothing recorded",
		Fact: "fact", Told: "told", Good: "fix or publication", Bad: "leak, attack or sanction", Muted: "background",
		Disputed: "hollow: disputed or a claim", Assumed: "dashed ring: assumed", Smear: "smear: time not exact", Break: "axis cut, scale changes",
		Arrow: "somebody told somebody", DisputedArrow: "disputed telling",
		Prohibition: "prohibition", Embargo: "embargo", Suspension: "suspension", Window: "window",
		Conditional: "dashed outline: holds only if …",
		Due:         "due", Met: "due, done in time", Late: "due, done late or not yet", Uncertain: "due, cannot be told", Past: "date gone by",
		RunRed: "from due to done", RunGrey: "from due to done, by outside or disputed sources",
		Tells: "tells {a}", ToldBy: "told by {a}", Claim: "disputed or a claim", Assumption: "assumed", Only: "only if the stated assumption holds",
	}
}

func chinese() Words {
	m := [12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"}
	return Words{
		Months: m, ShortMonths: m,
		DayMonth: "{m}{d}日", MonthYear: "{y}年{M}", FullDay: "{y}年{m}{d}日",
		Now: "现在", NoLaterThan: "不晚于{a}", NotBefore: "不早于{a}", Between: "{a}至{b}之间",
		On: "{a}", At: "{a}", FromTo: "自{a}至{b}", GoesOn: "自{a}起，仍在持续", AlreadyRunning: "此前已开始，至{a}",
		TimesIn: "时间以{a}计。", Outside: "另有{n}个标记在此时段之外。", Nothing: "无记录",
		Fact: "事实", Told: "获知", Good: "修复或公布", Bad: "泄露、攻击或处分", Muted: "背景",
		Disputed: "空心：有争议或仅为主张", Assumed: "虚线环：假定", Smear: "晕带：时间不确切", Break: "时间轴截断，比例改变",
		Arrow: "一方告知另一方", DisputedArrow: "有争议的告知",
		Prohibition: "禁止", Embargo: "保密期", Suspension: "暂停", Window: "时段",
		Conditional: "虚线框：仅在假定成立时",
		Due:         "到期", Met: "到期，已按时完成", Late: "到期，迟延或未完成", Uncertain: "到期，无法判断", Past: "日期已过",
		RunRed: "自到期至完成", RunGrey: "自到期至完成，依外部或有争议的来源",
		Tells: "告知{a}", ToldBy: "由{a}告知", Claim: "有争议或仅为主张", Assumption: "假定", Only: "仅在所述假定成立时",
	}
}

func french() Words {
	return Words{
		Months:      [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		ShortMonths: [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		DayMonth:    "{d} {m}", MonthYear: "{M} {y}", FullDay: "{d} {m} {y}",
		Now: "maintenant", NoLaterThan: "au plus tard le {a}", NotBefore: "pas avant le {a}", Between: "entre le {a} et le {b}",
		On: "{a}", At: "{a}", FromTo: "du {a} au {b}", GoesOn: "depuis le {a}, en cours", AlreadyRunning: "déjà en cours, jusqu’au {a}",
		TimesIn: "Heures : {a}.", Outside: "{n} signes se trouvent hors de cette fenêtre.", Nothing: "rien d’enregistré",
		Fact: "fait", Told: "informé", Good: "correctif ou publication", Bad: "fuite, attaque ou sanction", Muted: "arrière-plan",
		Disputed: "creux : contesté ou simple affirmation", Assumed: "anneau tireté : supposé", Smear: "traînée : moment inexact", Break: "axe coupé, l’échelle change",
		Arrow: "l’un informe l’autre", DisputedArrow: "information contestée",
		Prohibition: "interdiction", Embargo: "embargo", Suspension: "suspension", Window: "fenêtre",
		Conditional: "contour tireté : seulement si …",
		Due:         "échéance", Met: "échéance, respectée", Late: "échéance, en retard ou non faite", Uncertain: "échéance, indéterminable", Past: "date passée",
		RunRed: "de l’échéance à l’exécution", RunGrey: "de l’échéance à l’exécution, sources externes ou contestées",
		Tells: "informe {a}", ToldBy: "informé par {a}", Claim: "contesté ou simple affirmation", Assumption: "supposé", Only: "seulement si l’hypothèse énoncée est vraie",
	}
}

func german() Words {
	return Words{
		Months:      [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		ShortMonths: [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
		DayMonth:    "{d}. {m}", MonthYear: "{M} {y}", FullDay: "{d}. {m} {y}",
		Now: "jetzt", NoLaterThan: "spätestens {a}", NotBefore: "frühestens {a}", Between: "zwischen {a} und {b}",
		On: "{a}", At: "{a}", FromTo: "von {a} bis {b}", GoesOn: "ab {a}, dauert an", AlreadyRunning: "lief schon, bis {a}",
		TimesIn: "Zeiten in {a}.", Outside: "{n} Zeichen liegen außerhalb dieses Ausschnitts.", Nothing: "nichts verzeichnet",
		Fact: "Tatsache", Told: "unterrichtet", Good: "Behebung oder Veröffentlichung", Bad: "Leck, Angriff oder Sanktion", Muted: "Hintergrund",
		Disputed: "hohl: umstritten oder nur behauptet", Assumed: "gestrichelter Ring: angenommen", Smear: "verwischt: Zeit nicht genau", Break: "Achse gekürzt, Maßstab wechselt",
		Arrow: "einer unterrichtet einen anderen", DisputedArrow: "umstrittene Unterrichtung",
		Prohibition: "Verbot", Embargo: "Embargo", Suspension: "Aussetzung", Window: "Zeitfenster",
		Conditional: "gestrichelter Umriss: gilt nur, wenn …",
		Due:         "fällig", Met: "fällig, rechtzeitig erledigt", Late: "fällig, verspätet oder offen", Uncertain: "fällig, nicht feststellbar", Past: "Datum vorbei",
		RunRed: "von fällig bis erledigt", RunGrey: "von fällig bis erledigt, nach fremden oder umstrittenen Quellen",
		Tells: "unterrichtet {a}", ToldBy: "unterrichtet von {a}", Claim: "umstritten oder nur behauptet", Assumption: "angenommen", Only: "nur, wenn die genannte Annahme zutrifft",
	}
}

// WordsFor gives the built-in words of a language (en, zh, fr, de; the region
// is ignored), English for any other.
func WordsFor(lang string) Words {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(lang, "_", "-")), "-")
	switch base {
	case "zh":
		return chinese()
	case "fr":
		return french()
	case "de":
		return german()
	}
	return english()
}

// or fills the empty words of w from d and cleans the ones that were set.
func (w Words) or(d Words) Words {
	out, from := reflect.ValueOf(&w).Elem(), reflect.ValueOf(d)
	for i := range out.NumField() {
		f := out.Field(i)
		switch v := f.Interface().(type) {
		case string:
			if v = plaintext.Clean(v); v == "" {
				v = from.Field(i).String()
			}
			f.SetString(v)
		case [12]string:
			for k := range v {
				if v[k] = plaintext.Clean(v[k]); v[k] == "" {
					v[k] = from.Field(i).Index(k).String()
				}
			}
			f.Set(reflect.ValueOf(v))
		}
	}
	return w
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

// date writes a day by one of the three date patterns.
func (w Words) date(pattern string, t time.Time) string {
	return fill(pattern, "d", itoa(t.Day()), "m", w.ShortMonths[t.Month()-1], "M", w.Months[t.Month()-1], "y", itoa(t.Year()))
}

// moment writes an instant in the zone of t as exactly as it is known: a
// midnight is still written with its hour, because a due date often is one.
func (w Words) moment(t time.Time) string {
	clock := "15:04"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		clock = "15:04:05"
	}
	return w.date(w.FullDay, t) + " " + t.Format(clock)
}
