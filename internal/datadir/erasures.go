package datadir

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/record"
)

// Erasures is the list of what was erased, outside the database, so that a
// restored backup forgets it again. It implements record.ErasureList.
//
// Each line has a checksum, and a last line the number of lines: a list that
// lost its end is refused, for what it lost would come back to life. The file
// is therefore replaced as a whole, which is cheap: erasures are few.
type Erasures struct {
	path string
	mu   *sync.Mutex
}

var _ record.ErasureList = Erasures{}

// Erasures gives the list.
func (d *Dir) Erasures() Erasures { return Erasures{d.at("guard", "erasures"), &d.listing} }

const (
	erasureLine = "tocsin-erased/1"
	erasureEnd  = "tocsin-erasures/1"
	erasureHelp = "put it back from a copy of this directory; without it nobody knows what a restored backup has to forget"
)

// Append adds lines; all of them are durable when it returns, or none is.
func (e Erasures) Append(lines ...record.Erased) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	old, err := e.read()
	if err != nil {
		return err
	}
	return durable.WriteFile(e.path, formatErasures(append(old, lines...)), 0o600)
}

// Replace writes a list anew where the present one is lost or torn, from what
// the database knows of its erasures; fault.Conflict if the present one is whole.
func (e Erasures) Replace(lines []record.Erased) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err := e.read()
	if fault.KindOf(err) != fault.Forbidden {
		return errors.Join(err, &fault.Error{Kind: fault.Conflict, File: e.path, Message: "is whole and is only added to"})
	}
	return durable.WriteFile(e.path, formatErasures(lines), 0o600)
}

// Each calls fn with every line, oldest first.
func (e Erasures) Each(fn func(record.Erased) error) error {
	e.mu.Lock()
	lines, err := e.read()
	e.mu.Unlock()
	if err != nil {
		return err
	}
	for _, line := range lines {
		if err := fn(line); err != nil {
			return err
		}
	}
	return nil
}

func (e Erasures) read() ([]record.Erased, error) {
	data, err := durable.Read(e.path)
	if err != nil {
		return nil, lost(err, e.path)
	}
	lines, ok := parseErasures(string(data))
	if !ok {
		return nil, &fault.Error{Kind: fault.Forbidden, File: e.path, Message: "is torn or was changed: " + erasureHelp}
	}
	return lines, nil
}

func formatErasures(lines []record.Erased) []byte {
	var b strings.Builder
	for i, line := range lines {
		body, err := json.Marshal(line)
		if err != nil {
			panic(err) // strings and numbers only
		}
		b.WriteString(durable.Line(erasureLine, strconv.Itoa(i+1)+" "+string(body)))
	}
	b.WriteString(durable.Line(erasureEnd, strconv.Itoa(len(lines))))
	return []byte(b.String())
}

// parseErasures takes only what formatErasures writes, to the byte.
func parseErasures(text string) ([]record.Erased, bool) {
	var out []record.Erased
	for {
		line, rest, ok := strings.Cut(text, "\n")
		if !ok {
			return nil, false
		}
		if count, end := durable.Unline(erasureEnd, line+"\n"); end {
			return out, rest == "" && count == strconv.Itoa(len(out))
		}
		body, ok := durable.Unline(erasureLine, line+"\n")
		number, text2, _ := strings.Cut(body, " ")
		if !ok || number != strconv.Itoa(len(out)+1) {
			return nil, false
		}
		var e record.Erased
		d := json.NewDecoder(strings.NewReader(text2))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil || d.More() {
			return nil, false
		}
		out, text = append(out, e), rest
	}
}
