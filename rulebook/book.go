package rulebook

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"sync"
	"time"

	"tocsin/calendar"
	"tocsin/internal/document"
	"tocsin/internal/fault"
)

//go:embed packs
var shipped embed.FS

// Book is a checked set of packs. It is not changed after loading and safe for
// concurrent use.
type Book struct {
	Packs  []*Pack
	Digest string // sha256 over names and contents of the pack files

	Rules     []*Rule
	rules     map[string]*Rule
	children  map[string][]*Rule
	roles     map[string]*Role
	results   map[string]*Word
	facts     map[string]*Fact
	sources   map[string]*Source
	directory map[string]*Entry
}

// Dir is a folder of packs with the name under which its files are shown.
type Dir struct {
	Name string
	FS   fs.FS
}

// Shipped is the folder of the packs that come with the program.
func Shipped() Dir {
	sub, err := fs.Sub(shipped, "packs")
	if err != nil {
		panic(err) // the embedded folder is part of the program
	}
	return Dir{"packs", sub}
}

//go:embed packs/facts.yaml packs/sources.yaml
var shared embed.FS

// Vocabulary is the folder of the shipped files that hold no rule: the facts,
// roles and sources that packs refer to. without names files to leave out.
func Vocabulary(without func(name string) bool) Dir {
	sub, err := fs.Sub(shared, "packs")
	if err != nil {
		panic(err) // the embedded folder is part of the program
	}
	return Dir{"packs", some{sub, without}}
}

// some is a folder without some of its files.
type some struct {
	fs.FS
	without func(name string) bool
}

// ReadDir lists what is left.
func (s some) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool { return s.without(e.Name()) }), err
}

// Load reads every pack of the given folders, later ones beside earlier ones,
// and checks the whole. The first fault that would make the book unfit
// to evaluate is returned as an error of kind invalid.
func Load(dirs ...Dir) (*Book, error) {
	b, err := read(dirs...)
	if err != nil {
		return nil, err
	}
	problems := b.check()
	for _, p := range b.Packs {
		p.root = nil // only messages need it
	}
	for _, p := range problems {
		if !p.Warning {
			return nil, p.err()
		}
	}
	return b, nil
}

type packFile struct {
	name string // as shown
	path string // inside its folder
	data []byte
}

func read(dirs ...Dir) (*Book, error) {
	var files []packFile
	for _, dir := range dirs {
		err := fs.WalkDir(dir.FS, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return unreadable(dir, name, err)
			}
			if d.IsDir() || !isPack(name) {
				return nil
			}
			data, err := dir.ReadFile(name)
			if err != nil {
				return unreadable(dir, name, err)
			}
			files = append(files, packFile{path.Join(dir.Name, name), name, data})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, fault.New(fault.Invalid, "no rule pack (*.yaml) found")
	}
	sort.SliceStable(files, func(i, j int) bool { return files[i].name < files[j].name })
	b := &Book{Digest: digest(files), rules: map[string]*Rule{}, children: map[string][]*Rule{}, roles: map[string]*Role{},
		results: map[string]*Word{}, facts: map[string]*Fact{}, sources: map[string]*Source{}, directory: map[string]*Entry{}}
	packs := make([]*Pack, len(files))
	errs := make([]error, len(files))
	var wg sync.WaitGroup
	for i, f := range files {
		wg.Go(func() { packs[i], errs[i] = readPack(f) })
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, err
		}
		if err := b.add(packs[i]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// unreadable names the file as it is shown, not as the file system calls it.
func unreadable(dir Dir, name string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fault.At(path.Join(dir.Name, name), 0, "", "cannot be read: %v", err)
}

func readPack(f packFile) (*Pack, error) {
	root, err := document.Parse(f.name, f.data, document.Limits{})
	if err != nil {
		return nil, err
	}
	p := &Pack{file: f.name, root: root}
	if err := document.Decode(f.name, root, p); err != nil {
		return nil, err
	}
	return p, nil
}

func digest(files []packFile) string {
	h := sha256.New()
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(h, "%s %x\n", path.Clean(f.path), sum)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// SetLine keeps the line of the rule for messages.
func (r *Rule) SetLine(n int) { r.line = n }

func (b *Book) add(p *Pack) error {
	refuse := func(line int, key, format string, args ...any) error {
		return document.Locate(fault.At(p.file, line, key, format, args...), p.root)
	}
	dup := func(list, id string) error { return refuse(0, list+"["+id+"].id", "the id is taken already") }
	b.Packs = append(b.Packs, p)
	for i := range p.Roles {
		r := &p.Roles[i]
		if b.roles[r.ID] != nil && b.roles[r.ID].Over != r.Over {
			return refuse(0, "roles["+r.ID+"].over", "another pack declares the role over %q", b.roles[r.ID].Over)
		}
		b.roles[r.ID] = r
	}
	for i := range p.Results {
		b.results[p.Results[i].ID] = &p.Results[i]
	}
	for i := range p.Facts {
		if b.facts[p.Facts[i].ID] != nil {
			return dup("facts", p.Facts[i].ID)
		}
		b.facts[p.Facts[i].ID] = &p.Facts[i]
	}
	for i := range p.Sources {
		if b.sources[p.Sources[i].ID] != nil {
			return dup("sources", p.Sources[i].ID)
		}
		b.sources[p.Sources[i].ID] = &p.Sources[i]
	}
	for i := range p.Directory {
		if b.directory[p.Directory[i].ID] != nil {
			return dup("directory", p.Directory[i].ID)
		}
		b.directory[p.Directory[i].ID] = &p.Directory[i]
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		r.pack = p
		if r.ID == "" {
			return refuse(r.line, fmt.Sprintf("rules[%d].id", i), "is missing")
		}
		if old := b.rules[r.ID]; old != nil {
			return refuse(r.line, "rules["+r.ID+"].id", "the id is taken already, at %s:%d", old.pack.file, old.line)
		}
		r.defaults()
		r.from, r.until = r.validity()
		b.rules[r.ID] = r
		b.Rules = append(b.Rules, r)
		if r.Parent != "" {
			b.children[r.Parent] = append(b.children[r.Parent], r)
		}
	}
	return nil
}

// defaults fills what the file may leave out.
func (r *Rule) defaults() {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	set(&r.Class, "case-duty")
	set(&r.Subject, "vulnerability")
	set(&r.Order, r.pack.Order)
	for i := range r.Who {
		set(&r.Who[i].Certainty, "does")
	}
	for i := range r.Stages {
		s := &r.Stages[i]
		set(&s.Duty, r.Duty)
		set(&s.Modality, r.Modality)
		set(&s.Pace, r.Pace)
		if s.To == nil {
			s.To, s.All = r.To, s.All || r.All
		}
		if s.Contents == nil {
			s.Contents = r.Contents
		}
		for j := range s.Readings {
			set(&s.Readings[j].Basis, BasisOf(r.Ground))
		}
	}
}

// BasisOf names the basis of readings that a ground has of its own.
func BasisOf(ground string) string {
	if ground == "statute" {
		return "law"
	}
	return ground
}

// Rule looks a rule up by id; nil if there is none.
func (b *Book) Rule(id string) *Rule { return b.rules[id] }

// Children lists the parts of a record that was split.
func (b *Book) Children(id string) []*Rule { return b.children[id] }

// Role looks a role up by id.
func (b *Book) Role(id string) *Role { return b.roles[id] }

// Fact looks a named fact up by id.
func (b *Book) Fact(id string) *Fact { return b.facts[id] }

// Source looks a source up by id.
func (b *Book) Source(id string) *Source { return b.sources[id] }

// Entry looks a recipient up in the directory.
func (b *Book) Entry(id string) *Entry { return b.directory[id] }

// Directory lists all recipients by id.
func (b *Book) Directory() []*Entry {
	out := make([]*Entry, 0, len(b.directory))
	for _, e := range b.directory {
		out = append(out, e)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// Pack tells which pack a rule belongs to.
func (r *Rule) Pack() *Pack { return r.pack }

// File names the file of the pack.
func (p *Pack) File() string { return p.file }

// Line is where the rule begins in its file.
func (r *Rule) Line() int { return r.line }

// Location is the zone in which the pack's dates begin and end, UTC by default.
func (p *Pack) Location() *time.Location {
	if p.Zone == "" {
		return time.UTC
	}
	loc, err := calendar.Zone(p.Zone)
	if err != nil {
		return time.UTC // check has refused such a pack
	}
	return loc
}

// Scheduled tells whether a status lets a rule have dates at all. Revoked and
// closed rules do, for anchors in their time.
func (r *Rule) Scheduled() bool {
	switch r.Status {
	case "in-force", "in-force-via-national-law", "norm", "contractual", "revoked", "closed":
		return true
	}
	return false
}

// InForce gives the instants between which the rule applies; zero = open.
func (r *Rule) InForce() (from, until time.Time) { return r.from, r.until }

// validity computes InForce.
func (r *Rule) validity() (from, until time.Time) {
	loc := r.pack.Location()
	if d, err := calendar.ParseDate(r.From); err == nil {
		from = d.Start(loc)
	}
	if d, err := calendar.ParseDate(r.Until); err == nil {
		until = d.Start(loc)
	}
	return from, until
}

// Stage looks a stage up by id; nil if there is none.
func (r *Rule) Stage(id string) *Stage {
	for i := range r.Stages {
		if r.Stages[i].ID == id {
			return &r.Stages[i]
		}
	}
	return nil
}

// T picks a title in a language, else English, else any.
func T(titles map[string]string, lang string) string {
	if s := titles[lang]; s != "" {
		return s
	}
	if s := titles["en"]; s != "" {
		return s
	}
	keys := make([]string, 0, len(titles))
	for k := range titles {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	if len(keys) > 0 {
		return titles[keys[0]]
	}
	return ""
}

// Roles lists all roles by id.
func (b *Book) Roles() []*Role {
	out := make([]*Role, 0, len(b.roles))
	for _, r := range b.roles {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}
