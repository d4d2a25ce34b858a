package earlier

import (
	"net/url"
	"strings"
	"unicode"
)

// longest is how many letters of an id, a package URL or a name are compared.
const longest = 300

// FlawKey is the id of a vulnerability as ids are compared: CVE-2021-44228,
// however it was typed; "" for none.
func FlawKey(id string) string {
	return bounded(strings.Map(func(r rune) rune {
		switch {
		case r == '‐', r == '‑', r == '‒', r == '–', r == '—', r == '−': // what text processors make of a hyphen
			return '-'
		case unicode.IsSpace(r), unicode.IsControl(r):
			return -1
		}
		return unicode.ToUpper(narrowed(r))
	}, id))
}

// PurlKey is the package that a package URL means, as packages are compared:
// without version, qualifiers and subpath, in lower case, percent-encoding undone,
// and for Python the signs between words made one. The specification lets some
// types tell names apart by case; a search for knowledge rather finds one too many
// than one too few. "" for what is no package URL.
func PurlKey(purl string) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, purl)
	s, _, _ = strings.Cut(s, "#")
	s, _, _ = strings.Cut(s, "?")
	scheme, s, ok := strings.Cut(s, ":")
	if !ok || !strings.EqualFold(scheme, "pkg") {
		return ""
	}
	if i := strings.LastIndexByte(s, '@'); i > 0 && s[i-1] != '/' { // the scope of npm begins with one too
		s = s[:i]
	}
	var parts []string
	for part := range strings.SplitSeq(s, "/") {
		if plain, err := url.PathUnescape(part); err == nil {
			part = plain
		}
		if part = strings.ToLower(strings.Trim(part, "/")); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) < 2 {
		return ""
	}
	if last := len(parts) - 1; parts[0] == "pypi" {
		parts[last] = strings.Join(strings.FieldsFunc(parts[last], func(r rune) bool { return r == '_' || r == '-' || r == '.' }), "-")
	}
	return bounded("pkg:" + strings.Join(parts, "/"))
}

// NameKey is a name as names are compared: words of letters and digits, in lower
// case, with one space between; "" if there are none.
func NameKey(name string) string {
	words := strings.FieldsFunc(strings.Map(func(r rune) rune { return unicode.ToLower(narrowed(r)) }, name),
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	return bounded(strings.Join(words, " "))
}

// narrowed gives the usual form of the wide Latin letters of East Asian texts.
func narrowed(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

func bounded(s string) string {
	if rs := []rune(s); len(rs) > longest {
		return string(rs[:longest])
	}
	return s
}

// keysOf gives the keys of a list, each once, without those that are none.
func keysOf(list []string, key func(string) string) map[string]bool {
	out := make(map[string]bool, len(list))
	for _, s := range list {
		if k := key(s); k != "" {
			out[k] = true
		}
	}
	return out
}
