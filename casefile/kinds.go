package casefile

import "sort"

// Kind is the kind of an event: a fact in the past tense. The list is closed;
// docs/casefile.md explains each.
type Kind string

// kinds are all event kinds with the few words shown in lists.
var kinds = map[Kind]string{
	"signalled":              "an unassessed signal or unread mail",
	"aware":                  "became aware",
	"decided":                "a reasoned decision",
	"reported":               "told about the vulnerability",
	"acknowledged":           "receipt confirmed",
	"assessed":               "assessed",
	"notified":               "a duty's notice sent",
	"users-notified":         "affected users told",
	"incident-aware":         "aware of an incident",
	"classified":             "incident graded",
	"determined":             "legal finding made",
	"requested":              "an authority requested",
	"directed":               "an authority directed",
	"authorised":             "an authority authorised",
	"waived":                 "an authority waived",
	"cve-requested":          "CVE ID requested",
	"cve-reserved":           "CVE ID reserved",
	"cve-published":          "CVE record published",
	"embargo-proposed":       "embargo proposed",
	"embargo-accepted":       "embargo accepted",
	"embargo-declined":       "embargo declined",
	"embargo-revised":        "embargo revised",
	"embargo-terminated":     "embargo ended",
	"planned":                "a plan was computed",
	"measure-available":      "fix or workaround offered",
	"fix-committed":          "fix visible in public source",
	"remediated":             "repaired in an operated system",
	"published":              "made public",
	"leaked":                 "public without consent",
	"exploit-published":      "exploit or proof of concept public",
	"exploitation-observed":  "reliable evidence of attack",
	"kev-listed":             "in an exploited-vulnerabilities catalogue",
	"detected":               "found in an operated system",
	"handled":                "incident handling ended",
	"fact-confirmed":         "a new fact of a known incident",
	"called-on":              "an authority asks partners to help",
	"payment-made":           "ransom paid",
	"partner-warned":         "partner warned",
	"partner-heard":          "partner heard",
	"partner-suspended":      "partner suspended",
	"partner-reassessed":     "partner reassessed",
	"partner-extended":       "suspension extended",
	"partner-reinstated":     "partner reinstated",
	"partner-terminated":     "partnership ended",
	"partner-invited":        "invited to be a partner",
	"agreement-signed":       "partnership agreement signed by the member",
	"partner-joined":         "partnership agreement in force",
	"partner-renewed":        "partnership renewed",
	"partner-reminded":       "partner reminded",
	"finding-served":         "a lateness finding put to the partner",
	"mark-contested":         "a mark contested",
	"hearing-opened":         "hearing opened",
	"hearing-answered":       "hearing answered",
	"rectification-set":      "rectification asked for",
	"rectification-reported": "rectification reported",
	"rectification-accepted": "rectification accepted",
	"rectification-returned": "rectification sent back",
	"appealed":               "appeal lodged",
	"appeal-decided":         "appeal decided",
	"partner-left":           "left the partnership",
	"statement-made":         "statement made",
	"commented":              "comment",
	"corrected":              "correction",
}

// Known tells whether k is in the closed list.
func (k Kind) Known() bool { _, ok := kinds[k]; return ok }

// Words gives the kind in a few English words.
func (k Kind) Words() string { return kinds[k] }

// Kinds lists all kinds in alphabetical order.
func Kinds() []Kind {
	out := make([]Kind, 0, len(kinds))
	for k := range kinds {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}
