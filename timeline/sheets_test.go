package timeline

import (
	"fmt"
	"time"
)

// The sheets of the tests. Each is built anew, so that no test can spoil
// another's.

// utc reads a day ("2006-01-02") or an instant of RFC 3339.
func utc(s string) time.Time {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func exactly(s string) Span    { return Instant(utc(s)) }
func between(a, b string) Span { return Span{utc(a), utc(b)} }
func onDay(s string) Span      { return Span{utc(s), utc(s).AddDate(0, 0, 1)} }

func small3() Sheet {
	return Sheet{
		Title: "Who knew what, when · TOC-2026-0007", Subtitle: "A kept record.",
		Lanes: []Lane{{"fin", "Finder", ""}, {"acme", "Acme Networks", "vendor, DE"}, {"enisa", "Single reporting platform", "authority"}},
		Marks: []Mark{
			{ID: "m1", Lane: "fin", At: exactly("2026-09-14T09:05:00Z"), Label: "flaw found"},
			{ID: "m2", Lane: "acme", At: exactly("2026-09-15T13:00:00Z"), Label: "aware of exploitation", Tone: Bad},
			{ID: "m3", Lane: "acme", At: exactly("2026-09-18T16:30:00Z"), Label: "fix released", Tone: Good},
		},
		Arrows: []Arrow{
			{ID: "a1", From: "fin", To: "acme", At: exactly("2026-09-14T10:12:00Z"), Label: "report by mail", Tone: Told},
			{ID: "a2", From: "acme", To: "enisa", At: exactly("2026-09-16T11:20:00Z"), Label: "early warning", Tone: Told},
		},
		Flags: []Flag{
			{ID: "f1", Lane: "acme", At: exactly("2026-09-16T13:00:00Z"), Label: "early warning, 24 h", State: Met},
			{ID: "f2", Lane: "acme", At: exactly("2026-09-18T13:00:00Z"), Label: "notification, 72 h", State: Late},
		},
		Runs:  []Run{{ID: "r1", Lane: "acme", From: utc("2026-09-18T13:00:00Z"), To: utc("2026-09-18T20:00:00Z"), Red: true}},
		Bands: []Band{{ID: "b1", Lane: "acme", From: exactly("2026-09-14T10:12:00Z"), To: exactly("2026-09-18T16:30:00Z"), Kind: Embargo, Label: "embargo agreed with the finder"}},
		Now:   utc("2026-09-19T08:00:00Z"),
	}
}

// log4shell is the public record as the law file tells it: every statement is
// someone's, nothing about a real organisation is red unless it is what the
// sources report as attack or suspension, and no breach is computed.
func log4shell() Sheet {
	return Sheet{
		Title:    "Who knew what, when · Log4Shell, from the public record",
		Subtitle: "Hollow: sources disagree. Smears: time not exact. Hatched: a prohibition that would hold if the stated assumption is true. Not a finding.",
		Footer:   "According to the sources named with each event; computed dates begin with “if”. Times in UTC.",
		Lanes: []Lane{
			{"ali", "Alibaba Cloud", "finder; partner of the information-sharing platform"},
			{"asf", "Apache Software Foundation", "provider, CNA"},
			{"miit", "MIIT", "authority"},
			{"oth", "Other institutions", "named and unnamed"},
			{"pub", "Public", ""},
		},
		Marks: []Mark{
			{ID: "e1", Lane: "ali", At: Span{To: utc("2021-11-24T14:51:00Z")}, Label: "aware, at the latest when it wrote"},
			{ID: "e0", Lane: "asf", At: onDay("2013-07-17"), Label: "lookup feature requested (LOG4J2-313)", Tone: Muted},
			{ID: "e3", Lane: "asf", At: onDay("2021-11-26"), Label: "CVE-2021-44228 reserved"},
			{ID: "e4", Lane: "asf", At: between("2021-11-29T14:20:33Z", "2021-11-30T11:45:48Z"), Label: "fix commits are public"},
			{ID: "e5", Lane: "oth", At: exactly("2021-12-01T04:36:50Z"), Label: "attack seen, according to Cloudflare; none before 9 Dec, according to CSRB", Tone: Bad, Hollow: true},
			{ID: "e6", Lane: "oth", At: onDay("2021-12-02"), Label: "attack seen, according to Cisco Talos", Tone: Bad, Hollow: true},
			{ID: "e7", Lane: "asf", At: between("2021-12-05T04:03:32Z", "2021-12-05T07:20:56Z"), Label: "fix merged"},
			{ID: "e8", Lane: "asf", At: exactly("2021-12-06T23:13:21Z"), Label: "tag 2.15.0-rc1"},
			{ID: "e9", Lane: "pub", At: onDay("2021-12-08"), Label: "details in security groups, according to Bloomberg", Tone: Bad, Hollow: true},
			{ID: "e10", Lane: "pub", At: onDay("2021-12-09"), Label: "proof of concept", Tone: Bad},
			{ID: "e11", Lane: "oth", At: Span{To: utc("2021-12-09T23:59:59Z")}, Label: "a researcher elsewhere found and published it", Tone: Bad},
			{ID: "e12", Lane: "asf", At: exactly("2021-12-09T18:24:36Z"), Label: "tag 2.15.0-rc2"},
			{ID: "e14", Lane: "asf", At: onDay("2021-12-10"), Label: "advisory, 2.15.0 released", Tone: Good},
			{ID: "e15", Lane: "pub", At: onDay("2021-12-10"), Label: "CISA lists it as exploited", Tone: Good},
			{ID: "e16", Lane: "asf", At: exactly("2021-12-13T16:58:39Z"), Label: "2.16.0", Tone: Good},
			{ID: "e17", Lane: "asf", At: onDay("2021-12-14"), Label: "CVE-2021-45046"},
			{ID: "e18", Lane: "miit", At: onDay("2021-12-17"), Label: "public risk notice", Tone: Good},
			{ID: "e19", Lane: "pub", At: onDay("2021-12-17"), Label: "CISA ED 22-02"},
			{ID: "e20", Lane: "asf", At: exactly("2021-12-18T14:14:13Z"), Label: "2.17.0", Tone: Good},
			{ID: "e21", Lane: "miit", At: between("2021-12-17", "2021-12-22"), Label: "suspension decided; reported on 22 Dec", Tone: Bad},
			{ID: "e22", Lane: "ali", At: onDay("2021-12-23"), Label: "statement: did not realise severity early"},
			{ID: "e23", Lane: "asf", At: exactly("2021-12-28T18:26:44Z"), Label: "2.17.1", Tone: Good},
			{ID: "e24", Lane: "pub", At: onDay("2022-07-11"), Label: "CSRB report"},
		},
		Arrows: []Arrow{
			{ID: "a1", From: "ali", To: "asf", At: between("2021-11-24T00:51:00Z", "2021-11-25T02:51:00Z"), Label: "e-mail, 14:51, zone not stated", Tone: Told},
			{ID: "a2", From: "oth", To: "miit", At: between("2021-12-08T16:00:00Z", "2021-12-09T16:00:00Z"), Label: "told by others", Tone: Told},
			{ID: "a3", From: "miit", To: "ali", At: between("2021-12-09", "2021-12-17"), Label: "convened", Tone: Told},
			{ID: "a4", From: "ali", To: "miit", At: onDay("2021-12-13"), Label: "own report on 13 Dec? none? 15 days after?", Tone: Told, Dashed: true},
			{ID: "a5", From: "miit", To: "ali", At: onDay("2021-12-22"), Label: "six months, as reported", Tone: Bad},
		},
		Bands: []Band{
			{ID: "b1", Lane: "ali", From: between("2021-11-24T00:51:00Z", "2021-11-25T02:51:00Z"), To: onDay("2021-12-10"), Kind: Prohibition, Conditional: true,
				Label: "if RMSV 9 binds it: no publication before a fix, no detail abroad except to the provider"},
			{ID: "b2", Lane: "ali", From: between("2021-12-17", "2021-12-22"), To: between("2022-06-17", "2022-06-22"), Kind: Suspension, Label: "suspended as cooperation unit; outcome not found"},
		},
		Flags: []Flag{
			{ID: "f1", Lane: "ali", At: between("2021-11-26T16:00:00Z", "2021-11-29T16:00:00Z"), Label: "if its product contained it: outer limit 26 to 29 Nov", State: Uncertain, Conditional: true},
			{ID: "f2", Lane: "pub", At: exactly("2021-12-24T05:00:00Z"), Label: "CISA KEV due date", State: Past},
			{ID: "f3", Lane: "pub", At: exactly("2021-12-23T22:00:00Z"), Label: "ED 22-02: actions", State: Past},
			{ID: "f4", Lane: "pub", At: exactly("2021-12-28T22:00:00Z"), Label: "ED 22-02: report", State: Past},
		},
	}
}

// seed is a small generator of its own, so that the sheets never change.
type seed uint32

func (s *seed) upTo(n int) int {
	*s = *s*1664525 + 1013904223
	return int(*s>>8) % n
}

// busy has the size that the issue asks for.
func busy(lanes, marks, flags, bands, arrows int) Sheet {
	words := []string{"report received", "triage done", "patch proposed to the maintainers", "CVE reserved", "draft advisory sent round", "exploit seen in the wild, according to a partner", "fix merged", "release 4.2.1", "vendor answers: not affected", "asked for more time"}
	tones := []Tone{Fact, Told, Good, Bad, Muted}
	states := []string{Due, Met, Late, Uncertain, Past}
	kinds := []string{Prohibition, Embargo, Suspension, Window}
	r := seed(7)
	start := utc("2026-03-02")
	when := func() time.Time { return start.Add(time.Duration(r.upTo(60*24)) * time.Hour) }
	s := Sheet{Title: "Twelve parties and sixty events", Subtitle: "Fictional, generated."}
	lane := func() string { return fmt.Sprintf("l%d", r.upTo(lanes)) }
	for i := range lanes {
		s.Lanes = append(s.Lanes, Lane{fmt.Sprintf("l%d", i), fmt.Sprintf("Party %c Networks", 'A'+i), "vendor"})
	}
	for i := range marks {
		t := when()
		sp := Instant(t)
		switch i % 5 {
		case 1:
			sp = Span{t.Truncate(24 * time.Hour), t.Truncate(24*time.Hour).AddDate(0, 0, 1)}
		case 2:
			sp = Span{To: t}
		case 3:
			sp = Span{t.AddDate(0, 0, -4), t}
		}
		s.Marks = append(s.Marks, Mark{ID: fmt.Sprintf("m%d", i), Lane: lane(), At: sp, Label: words[r.upTo(len(words))], Tone: tones[r.upTo(5)], Hollow: i%7 == 0, Assumed: i%11 == 0})
	}
	for i := range arrows {
		from, to := lane(), lane()
		if from == to {
			from, to = "l0", "l1"
		}
		s.Arrows = append(s.Arrows, Arrow{ID: fmt.Sprintf("a%d", i), From: from, To: to, At: Instant(when()), Label: []string{"told", "asked to act", "draft shared", ""}[r.upTo(4)], Tone: Told, Dashed: i%6 == 0})
	}
	for i := range bands {
		t := when()
		s.Bands = append(s.Bands, Band{ID: fmt.Sprintf("b%d", i), Lane: lane(), From: Instant(t), To: Instant(t.AddDate(0, 0, 3+r.upTo(30))), Kind: kinds[i%4], Label: kinds[i%4] + " until the fix is out", Conditional: i%3 == 0})
	}
	for i := range flags {
		s.Flags = append(s.Flags, Flag{ID: fmt.Sprintf("f%d", i), Lane: lane(), At: Instant(when()), Label: fmt.Sprintf("Rule %d, stage %d", 3+i, 1+i%3), State: states[i%5], Conditional: i%9 == 0})
	}
	return s
}

// flags40 has forty flags on one day of one lane, and a mark far off.
func flags40() Sheet {
	s := Sheet{Title: "Forty flags on one day", Lanes: []Lane{{"a", "Acme Networks", ""}, {"b", "Beta Systems", ""}}}
	for i := range 40 {
		s.Flags = append(s.Flags, Flag{ID: fmt.Sprintf("f%d", i), Lane: "a", At: exactly("2026-09-30T22:00:00Z"), Label: fmt.Sprintf("Duty %d of the many that end with this month", i+1), State: Due})
	}
	s.Marks = []Mark{{ID: "m1", Lane: "a", At: exactly("2026-09-01T10:00:00Z"), Label: "aware"}, {ID: "m2", Lane: "b", At: exactly("2026-10-12T10:00:00Z"), Label: "fix", Tone: Good}}
	return s
}

// eras has 2013, one minute in 2021 and June 2022 on one sheet.
func eras() Sheet {
	s := Sheet{Title: "2013, one minute, June 2022", Lanes: []Lane{{"a", "Finder", ""}, {"b", "Maintainers", ""}}}
	s.Marks = []Mark{
		{ID: "old", Lane: "b", At: onDay("2013-07-17"), Label: "feature requested"},
		{ID: "s1", Lane: "a", At: exactly("2021-11-24T14:51:02Z"), Label: "mail written"},
		{ID: "s2", Lane: "b", At: exactly("2021-11-24T14:51:20Z"), Label: "mail server takes it"},
		{ID: "s3", Lane: "b", At: exactly("2021-11-24T14:51:55Z"), Label: "list archive has it"},
		{ID: "d1", Lane: "b", At: onDay("2021-11-26"), Label: "CVE reserved"},
		{ID: "d2", Lane: "b", At: onDay("2021-11-30"), Label: "commit"},
		{ID: "d3", Lane: "b", At: onDay("2021-12-06"), Label: "release candidate"},
		{ID: "d4", Lane: "b", At: onDay("2021-12-10"), Label: "release", Tone: Good},
		{ID: "j1", Lane: "a", At: onDay("2022-06-17"), Label: "earliest end"},
		{ID: "j2", Lane: "a", At: onDay("2022-06-22"), Label: "latest end"},
	}
	s.Arrows = []Arrow{{ID: "a1", From: "a", To: "b", At: exactly("2021-11-24T14:51:10Z"), Label: "sent", Tone: Told}}
	return s
}

func chinese5() Sheet {
	s := Sheet{Title: "谁在何时知道了什么 · 案例一", Subtitle: "空心标记表示来源不一致；晕带表示时间不确切。", Lang: "zh-CN", Zone: time.FixedZone("UTC+8", 8*3600)}
	s.Lanes = []Lane{{"a", "示例网络安全有限公司", "发现者"}, {"b", "开源软件基金会", "提供者"}, {"c", "网络安全威胁和漏洞信息共享平台", "主管部门"}}
	for i := range 9 {
		s.Marks = append(s.Marks, Mark{ID: fmt.Sprint(i), Lane: []string{"a", "b", "c"}[i%3], At: onDay(fmt.Sprintf("2026-03-%02d", 2+i)), Label: "收到漏洞报告并开始核实，预计在四十八小时内给出初步结论和处置意见", Tone: []Tone{Fact, Told, Good}[i%3]})
	}
	s.Arrows = []Arrow{{ID: "x", From: "a", To: "c", At: onDay("2026-03-04"), Label: "两日内报送", Tone: Told}}
	s.Flags = []Flag{{ID: "f", Lane: "a", At: exactly("2026-03-04T16:00:00Z"), Label: "两日期限届满", State: Due}}
	s.Bands = []Band{{ID: "b", Lane: "a", From: onDay("2026-03-02"), To: Span{}, Kind: Prohibition, Label: "修补措施发布前不得公开"}}
	return s
}

// sheets are those that must be laid out without one overlap.
func sheets() map[string]Sheet {
	return map[string]Sheet{"small": small3(), "log4shell": log4shell(), "busy": busy(12, 60, 30, 10, 25), "flags40": flags40(), "eras": eras(), "chinese": chinese5(), "empty": {}}
}
