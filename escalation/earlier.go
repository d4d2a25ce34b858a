package escalation

import (
	"encoding/json"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/earlier"
	"tocsin/internal/fault"
	"tocsin/rulebook"
)

// Words by which a case is found whole, by what it is about; nobody can type them
// into a search. "" for what has no key.

// FlawWord is that of a vulnerability, such as CVE-2021-44228.
func FlawWord(id string) string { return keyWord("cve ", earlier.FlawKey(id)) }

// PurlWord is that of a package, whatever its version.
func PurlWord(purl string) string { return keyWord("purl ", earlier.PurlKey(purl)) }

// NameWord is that of the whole name of a product.
func NameWord(name string) string { return keyWord("name ", earlier.NameKey(name)) }

func keyWord(kind, key string) string {
	if key == "" {
		return ""
	}
	return "\x00" + kind + key
}

const (
	maxKeyed = 2048     // words of this kind of one case
	maxKnown = 16 << 10 // bytes of what a brief holds of who knew; of larger cases it says nothing, and they are loaded
)

// keyedWords lists the words of what a case is about, each once.
func keyedWords(c *casefile.Case) []string {
	var out []string
	seen := map[string]bool{"": true}
	add := func(word string) {
		if !seen[word] && len(out) < maxKeyed {
			seen[word] = true
			out = append(out, word)
		}
	}
	for _, id := range c.Vulnerabilities {
		add(FlawWord(id))
	}
	for i := range c.Products {
		add(PurlWord(c.Products[i].Purl))
	}
	for i := range c.Products {
		add(NameWord(c.Products[i].Name))
	}
	return out
}

// FactsOf reads from a case who knew what, with the authorities of a rulebook.
func FactsOf(c *casefile.Case, b *rulebook.Book) *earlier.Facts {
	return earlier.Of(c, earlier.Others{Embargo: access.Embargo, Office: func(id string) bool {
		e := b.Entry(id)
		return e != nil && !e.Public && (e.Kind == "authority" || e.Kind == "platform" || e.Kind == "csirt")
	}})
}

// knownOf writes who knew what for the brief of a case; nil if it is too large.
func knownOf(c *casefile.Case, b *rulebook.Book) (json.RawMessage, error) {
	out, err := json.Marshal(FactsOf(c, b))
	if err != nil {
		return nil, fault.New(fault.Internal, "who knew what cannot be written: %v", err)
	}
	if len(out) > maxKnown {
		return nil, nil
	}
	return out, nil
}

// Facts gives who knew what in the case; nil if the brief does not hold it, so
// that the case has to be loaded.
func (b *Brief) Facts() (*earlier.Facts, error) {
	if len(b.Known) == 0 {
		return nil, nil
	}
	var out earlier.Facts
	if err := json.Unmarshal(b.Known, &out); err != nil {
		return nil, fault.New(fault.Internal, "who knew what in case %s does not read back: %v", b.Case, err)
	}
	return &out, nil
}
