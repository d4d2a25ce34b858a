package sqlstore

import (
	"strconv"
	"strings"
)

// builder puts a statement together whose parts depend on what is asked. The
// words are this package's own; whatever comes from outside is a parameter, and
// parameters appear in their order (see statements.go).
type builder struct {
	b    strings.Builder
	args []any
}

func (b *builder) add(words string) *builder {
	b.b.WriteString(words)
	return b
}

func (b *builder) arg(v any) *builder {
	b.args = append(b.args, v)
	b.b.WriteByte('$')
	b.b.WriteString(strconv.Itoa(len(b.args)))
	return b
}

// list writes a list in parentheses, padded with its last value to one of few
// lengths, so that an engine keeps few statements; of nothing, one that holds
// nothing.
func (b *builder) list(values []any) *builder {
	if len(values) == 0 {
		return b.add(`(NULL)`)
	}
	size := len(values)
	for _, n := range []int{256, 64, 16, 8, 4, 2, 1} {
		if n >= len(values) {
			size = n
		}
	}
	for i := range size {
		b.add(map[bool]string{true: `(`, false: `, `}[i == 0]).arg(values[min(i, len(values)-1)])
	}
	return b.add(`)`)
}

func (b *builder) text() string { return b.b.String() }
