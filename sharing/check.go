package sharing

import (
	"encoding/hex"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin/access"
	"tocsin/internal/fault"
)

const (
	maxTitle = 300
	maxText  = 40_000
	maxShort = 4_000
	maxValue = 8_000
	maxList  = 500
	maxLong  = 5_000 // indicators of one item
	maxWord  = 300
)

// Languages in which words can be given.
func Languages() []string { return []string{"en", "zh", "fr", "de"} }

// SignTypes are the types of indicators; a pattern of STIX is kept as its text.
func SignTypes() []string {
	return []string{"ipv4", "ipv6", "domain", "url", "email", "md5", "sha1", "sha256", "sha512", "file-name", "user-agent", "http-header", "payload", "stix-pattern", "yara", "sigma", "other"}
}

// hexOf is how many digits a hash has.
var hexOf = map[string]int{"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}

func bad(key, format string, args ...any) error { return fault.At("", 0, key, format, args...) }

// check refuses a draft that could not be kept, or lacks what its kind needs.
func (d *Draft) check(now time.Time) error {
	switch {
	case !slices.Contains(Kinds(), d.Kind):
		return bad("kind", "%q is not report, indicator, sighting or risk-notice", string(d.Kind))
	case d.TLP == "":
		return bad("tlp", "is missing: what has no label is not shared")
	case !slices.Contains(access.Labels(), d.TLP):
		return bad("tlp", "%q is no label of TLP 2.0: CLEAR, GREEN, AMBER, AMBER+STRICT or RED", d.TLP)
	case d.TLP == "RED" && len(d.People) == 0:
		return bad("people", "RED is for people, each by name")
	case d.TLP != "RED" && len(d.People) > 0:
		return bad("people", "only RED is for named people")
	case len(d.To) > maxList || len(d.Groups) > maxList || len(d.People) > maxList:
		return bad("to", "at most %d organisations, groups or people are named", maxList)
	case d.AckBy != nil && !d.AckBy.After(now):
		return bad("acknowledge-by", "lies in the past")
	case d.Kind == Indicator && len(d.Signs) == 0:
		return bad("signs", "an indicator needs a sign by which something is recognised")
	case d.Kind == Sighting && len(d.Sightings) == 0:
		return bad("sightings", "a sighting says what was seen how often")
	case len(d.Signs) > maxLong || len(d.Sightings) > maxLong:
		return bad("signs", "at most %d signs are shared at once", maxLong)
	}
	if err := d.checkWords(); err != nil {
		return err
	}
	for _, s := range d.Signs {
		if err := checkSign("signs", s.Type, s.Value); err != nil {
			return err
		}
		if err := plain("signs.note", s.Note, maxShort, false); err != nil {
			return err
		}
	}
	for _, s := range d.Sightings {
		if err := checkSign("sightings", s.Type, s.Value); err != nil {
			return err
		}
		if s.Count < 1 || s.First.IsZero() || s.Last.Before(s.First) || s.Last.After(now.Add(24*time.Hour)) {
			return bad("sightings", "something was seen at least once, and last not before it was seen first, nor in the future")
		}
	}
	return d.About.check()
}

func (d *Draft) checkWords() error {
	if len(d.Words) == 0 {
		return bad("words", "are missing: a title and a text in one language at least")
	}
	for _, lang := range slices.Sorted(maps.Keys(d.Words)) {
		w, at := d.Words[lang], "words."+lang
		if !slices.Contains(Languages(), lang) {
			return bad(at, "%q is not en, zh, fr or de", lang)
		}
		notice := d.Kind == RiskNotice
		for _, f := range []struct {
			key, text string
			most      int
			needed    bool
		}{{"title", w.Title, maxTitle, true}, {"text", w.Text, maxText, d.Kind == Report || notice}, {"concerns", w.Concerns, maxShort, notice}, {"first", w.First, maxShort, notice}} {
			if err := plain(at+"."+f.key, f.text, f.most, f.needed); err != nil {
				return err
			}
		}
		if strings.ContainsFunc(w.Title, unicode.IsControl) {
			return bad(at+".title", "is one line")
		}
	}
	return nil
}

func (a *About) check() error {
	for _, l := range []struct {
		key  string
		list []string
	}{{"vulnerabilities", a.Vulnerabilities}, {"purls", a.Purls}, {"products", a.Products}, {"keywords", a.Keywords}} {
		if len(l.list) > maxList {
			return bad("about."+l.key, "holds more than %d entries", maxList)
		}
		for _, s := range l.list {
			if err := plain("about."+l.key, s, maxWord, true); err != nil {
				return err
			}
			if l.key == "purls" && !strings.HasPrefix(strings.ToLower(s), "pkg:") {
				return bad("about.purls", "%q is not a package URL such as pkg:maven/org.example/parser", s)
			}
		}
	}
	return nil
}

// checkSign looks at the form of a sign alone: what it names is asked of nobody.
func checkSign(key, kind, value string) error {
	if !slices.Contains(SignTypes(), kind) {
		return bad(key, "%q is no type of sign", kind)
	}
	if err := plain(key, value, maxValue, true); err != nil {
		return err
	}
	switch n := hexOf[kind]; {
	case n > 0:
		if _, err := hex.DecodeString(value); err != nil || len(value) != n {
			return bad(key, "%q is no %s of %d hex digits", value, kind, n)
		}
	case kind == "ipv4" || kind == "ipv6":
		addr, err := netip.ParseAddr(value)
		if p, perr := netip.ParsePrefix(value); perr == nil {
			addr, err = p.Addr(), nil
		}
		if err != nil || addr.Is4() != (kind == "ipv4") || addr.Zone() != "" {
			return bad(key, "%q is no address or network of %s", value, kind)
		}
	}
	return nil
}

// plain takes text that can be kept and shown. Lines may break; nothing else
// that is not seen may stand in it.
func plain(key, s string, most int, needed bool) error {
	switch {
	case needed && strings.TrimSpace(s) == "":
		return bad(key, "is missing")
	case utf8.RuneCountInString(s) > most:
		return bad(key, "has more than %d characters", most)
	case !utf8.ValidString(s):
		return bad(key, "is not UTF-8")
	case strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\r' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !joins(r))
	}):
		return bad(key, "holds characters that cannot be seen")
	}
	return nil
}

// joins are the signs without a width that scripts need.
func joins(r rune) bool { return r == '\u200c' || r == '\u200d' || r == '\u00ad' }
