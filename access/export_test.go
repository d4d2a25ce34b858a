package access

// WithLaw puts another table in force until the function that it gives is called.
func WithLaw(text string) (restore func(), err error) {
	was := rows
	broken, err := parseLaw(text)
	if err != nil {
		return nil, err
	}
	rows = broken
	return func() { rows = was }, nil
}

// Law is the table in force.
const Law = law

// Scrubbed strikes names from a text.
func Scrubbed(text string, names ...string) string {
	s := &scrub{names: map[string][][]rune{}}
	for _, n := range names {
		s.add(n)
	}
	return s.text(text)
}
