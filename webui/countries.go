package webui

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// countryName is the name of a country or region (ISO 3166-1 alpha-2) in a
// language; EU is the European Union; what is no code comes back as it is.
func countryName(lang, code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || code == "" {
		return code
	}
	if name := display.Regions(langTags[lang]).Name(region); name != "" {
		return name
	}
	return code
}

// noSeats are codes that no legal entity has its seat in: unions, and what is
// reserved for other uses (ISO 3166-1, exceptional reservations).
const noSeats = "AC CP CQ DG EA EU EZ IC QO TA UN XA XB"

var (
	countryOnce  sync.Once
	countryLists map[string][]option
)

// countries are all countries and regions as choices, in the order of the
// language's own alphabet.
func countries(lang string) []option {
	countryOnce.Do(func() {
		countryLists = map[string][]option{}
		for _, lang := range Languages {
			list := []option{}
			for a := 'A'; a <= 'Z'; a++ {
				for b := 'A'; b <= 'Z'; b++ {
					code := string(a) + string(b)
					region, err := language.ParseRegion(code)
					if err != nil || !region.IsCountry() || region.String() != code || region.Canonicalize() != region || strings.Contains(noSeats, code) {
						continue
					}
					if name := countryName(lang, code); name != code && !strings.Contains(name, "(") {
						list = append(list, option{code, name})
					}
				}
			}
			by := collate.New(langTags[lang])
			slices.SortFunc(list, func(a, b option) int { return by.CompareString(a.Label, b.Label) })
			countryLists[lang] = list
		}
	})
	return countryLists[lang]
}
