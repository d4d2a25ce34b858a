package worked

import (
	"io/fs"
	"path"
	"sort"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/internal/document"
	"tocsin/internal/fault"
	"tocsin/rulebook"
)

// File is one file of examples.
type File struct {
	Pack     string    `yaml:"pack"`
	Note     string    `yaml:"note"`
	Examples []Example `yaml:"examples"`
}

// Example is one case with what one rule must give for it.
type Example struct {
	Rule   string        `yaml:"rule"`
	Name   string        `yaml:"name"`
	At     string        `yaml:"at"`
	Note   string        `yaml:"note"`
	Case   casefile.File `yaml:"case"`
	Expect Expect        `yaml:"expect"`

	file string
	line int
}

// SetLine keeps the line for messages.
func (e *Example) SetLine(n int) { e.line = n }

// Expect is what must come. Every listed duty must be found; of each only the
// keys that are written are compared.
type Expect struct {
	Applies      *bool         `yaml:"applies"`
	Listed       bool          `yaml:"listed"`
	Duties       []Duty        `yaml:"duties"`
	Prohibitions []Prohibition `yaml:"prohibitions"`
	Standing     []Standing    `yaml:"standing"`
	Conflicts    []Conflict    `yaml:"conflicts"`
	Warnings     []string      `yaml:"warnings"` // codes
}

// Duty is a subset of a duty.
type Duty struct {
	Rule        string    `yaml:"rule"` // default: the example's
	Stage       string    `yaml:"stage"`
	Obliged     string    `yaml:"obliged"`
	Of          string    `yaml:"of"`
	Incident    string    `yaml:"incident"`
	N           int       `yaml:"n"`
	State       string    `yaml:"state"`
	Due         *string   `yaml:"due"` // "" wants none
	ActBy       *string   `yaml:"act_by"`
	MetBy       *string   `yaml:"met_by"`
	LateBy      *string   `yaml:"late_by"`
	DisplacedBy *string   `yaml:"displaced_by"`
	PastDue     *bool     `yaml:"past_due"`
	Modality    string    `yaml:"modality"`
	Certainty   string    `yaml:"certainty"`
	Pace        string    `yaml:"pace"`
	To          []string  `yaml:"to"`
	Because     []string  `yaml:"because"` // codes that must be among the reasons
	Readings    []Reading `yaml:"readings"`
	Count       int       `yaml:"count"` // how many duties must match, default at least one
}

// Reading is a subset of a reading.
type Reading struct {
	Calc        string  `yaml:"calc"`
	Basis       string  `yaml:"basis"`
	Variant     *string `yaml:"variant"`
	Due         string  `yaml:"due"`
	DueLatest   string  `yaml:"due_latest"`
	State       string  `yaml:"state"`
	Provisional *bool   `yaml:"provisional"`
}

// Prohibition is a subset of a prohibition.
type Prohibition struct {
	Rule       string   `yaml:"rule"`
	Party      string   `yaml:"party"`
	Of         string   `yaml:"of"`
	State      string   `yaml:"state"`
	Certainty  string   `yaml:"certainty"`
	Allowed    []string `yaml:"allowed"`
	ReleasedBy *string  `yaml:"released_by"`
	BreachedBy *string  `yaml:"breached_by"`
	Because    []string `yaml:"because"`
}

// Standing is a subset of a standing duty.
type Standing struct {
	Party     string  `yaml:"party"`
	KeepUntil *string `yaml:"keep_until"`
}

// Conflict is a subset of a conflict.
type Conflict struct {
	Between   []string `yaml:"between"`
	Party     string   `yaml:"party"`
	Certainty string   `yaml:"certainty"`
}

// Load reads every *.examples.yaml of the given folders.
func Load(dirs ...rulebook.Dir) ([]Example, error) {
	var out []Example
	for _, dir := range dirs {
		var names []string
		err := fs.WalkDir(dir.FS, ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(name, ".examples.yaml") {
				names = append(names, name)
			}
			return err
		})
		if err != nil {
			return nil, fault.New(fault.Invalid, "%v", err)
		}
		sort.Strings(names)
		for _, name := range names {
			data, err := dir.ReadFile(name)
			if err != nil {
				return nil, fault.New(fault.Invalid, "%s: %v", name, err)
			}
			name = path.Join(dir.Name, name)
			root, err := document.Parse(name, data, document.Limits{})
			if err != nil {
				return nil, err
			}
			var f File
			if err := document.Decode(name, root, &f); err != nil {
				return nil, err
			}
			for _, e := range f.Examples {
				e.file = name
				out = append(out, e)
			}
		}
	}
	return out, nil
}

func (e *Example) at() (time.Time, error) {
	t, err := time.Parse(time.RFC3339, e.At)
	if err != nil {
		return t, fault.New(fault.Invalid, "at: %q is not an RFC 3339 time", e.At)
	}
	return t, nil
}
