package coordination

import (
	"context"
	"unsafe"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/record"
)

// world is a whole case at one version, as the desk holds it; what a reader sees
// is cut from it.
type world struct {
	handle  string
	version int64
	head    [32]byte
	c       *casefile.Case
	records []record.Meta
}

func (w *world) key(what string) memoKey { return memoKey{w.handle, w.version, w.head, what} }

// world gives the case of what was peeked at, from memory or from the record. It
// may be newer.
func (d *Desk) world(ctx context.Context, p record.Peeked) (*world, error) {
	k := memoKey{p.Handle, p.Version, p.Head, "case"}
	v, err := d.memory.get(ctx, k, func(ctx context.Context) (made, error) {
		got, err := d.o.Keeper.Load(ctx, p.Handle)
		if err != nil {
			return made{}, err
		}
		w := newWorld(got)
		m := made{value: w, bytes: sizeOf(&w.c.File) + int64(len(w.records))*int64(unsafe.Sizeof(record.Meta{}))}
		if w.version != p.Version || w.head != p.Head {
			m.bytes = -1 // a newer one came between; it is remembered under its own version
		}
		return m, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*world), nil
}

func newWorld(k *record.Kept) *world {
	return &world{handle: k.Handle, version: k.Version, head: k.Head, c: k.Case, records: k.Records}
}

// matterAt is what the table asks of the whole case, whatever the reader sees of
// it, but for the seats. A case whose plan cannot be computed is blind: nobody
// knows what bars it.
func (d *Desk) matterAt(ctx context.Context, w *world) (access.Matter, error) {
	k := w.key("matter")
	if v, ok := d.memory.peek(k); ok {
		return v.(access.Matter), nil
	}
	p, err := d.planOf(ctx, w, w.c, access.Viewpoint{All: true}, PlanOptions{})
	if err != nil && fault.KindOf(err) != fault.Invalid {
		return access.Matter{}, err
	}
	got, err := d.memory.get(ctx, k, func(context.Context) (made, error) {
		m := access.MatterOf(w.c, p.plan, nil)
		out := made{value: m, bytes: 200 * int64(8+len(m.Consented)+len(m.PartOf)+len(m.Bars)), until: p.until}
		if p.plan == nil {
			out.until = d.o.Now().Add(longest)
		}
		return out, nil
	})
	if err != nil {
		return access.Matter{}, err
	}
	return got.(access.Matter), nil
}

// sizeOf is about how many bytes a case file takes in memory.
func sizeOf(f *casefile.File) int64 {
	n := int64(len(f.Title)+len(f.Note)) + 1024
	for i := range f.Events {
		e := &f.Events[i]
		n += int64(unsafe.Sizeof(*e)) + int64(len(e.ID)+len(e.Text)+len(e.Original)+len(e.Label)+len(e.Reason)+len(e.At.Value)+len(e.By)+len(e.Of)) + 16*int64(len(e.To)) + 250
	}
	for i := range f.Products {
		n += int64(unsafe.Sizeof(f.Products[i])) + int64(len(f.Products[i].Name)+len(f.Products[i].Purl)+len(f.Products[i].Note)) + 200
	}
	for i := range f.Parties {
		n += int64(unsafe.Sizeof(f.Parties[i])) + int64(len(f.Parties[i].Name)+len(f.Parties[i].Note)) + 200
	}
	for i := range f.Sources {
		n += int64(unsafe.Sizeof(f.Sources[i])) + int64(len(f.Sources[i].Original)+len(f.Sources[i].Translation)+len(f.Sources[i].Note)) + 200
	}
	return n + int64(len(f.Windows))*400
}

// sizeOfPlan is about how many bytes a plan takes.
func sizeOfPlan(p *plan.Plan) int64 {
	n := int64(4096)
	for _, d := range p.Duties {
		n += 1500 + 300*int64(len(d.Readings)) + 250*int64(len(d.Because)+len(d.Alternatives))
		for _, r := range d.Readings {
			n += 250 * int64(len(r.Steps))
		}
	}
	return n + 1200*int64(len(p.Prohibitions)) + 400*int64(len(p.Standing)+len(p.Conflicts))
}
