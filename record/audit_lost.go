package record

import (
	"encoding/json"
	"slices"
)

// loss is what an auditor learns of leaves whose records are not there, and of
// the notes that explain them. A note explains no more than a recovery leaves:
// the last leaves of the log at that time, all of them without a record.
type loss struct {
	leaves    []stretch     // without a record
	recovered []stretch     // that notes say were put back without what they said
	said      map[int64]int // how many notes of the log say that so many were lost
	gaps      map[lostIn]int
}

// stretch is a range of leaves, half open.
type stretch struct {
	epoch    int
	from, to int64
}

// lostIn counts the notes of a case that say that so many were lost.
type lostIn struct {
	handle string
	lost   int64
}

func (l *loss) rowless(epoch int, index int64) {
	if n := len(l.leaves); n > 0 && l.leaves[n-1].epoch == epoch && l.leaves[n-1].to == index {
		l.leaves[n-1].to++
		return
	}
	l.leaves = append(l.leaves, stretch{epoch, index, index + 1})
}

// note takes from a note what was lost. A case says so only where the log does.
func (a *auditor) note(o opened, v Values) {
	kind, lost := noteKind(v), lostBefore(v)
	if a.loss.said == nil {
		a.loss.said, a.loss.gaps = map[int64]int{}, map[lostIn]int{}
	}
	switch {
	case o.handle != LogHandle && lost > 0:
		in := lostIn{o.handle, lost}
		if a.loss.gaps[in]++; a.loss.gaps[in] > a.loss.said[lost] {
			a.found(o.epoch, o.index, o.handle, "the case says that %d records were lost, and the log says nothing of it", lost)
		}
		return
	case o.handle != LogHandle:
		return
	case kind == noteEpoch || kind == noteRecovered:
		a.loss.said[lost]++
	}
	if kind != noteRecovered {
		return
	}
	var body struct {
		First int64 `json:"first"`
		Count int64 `json:"count"`
	}
	if json.Unmarshal(v["body"], &body) != nil || body.First < 0 || body.Count <= 0 || body.First > o.index || body.Count != o.index-body.First {
		a.found(o.epoch, o.index, o.handle, "the note of a recovery is not about the leaves in front of it")
		return
	}
	a.loss.recovered = append(a.loss.recovered, stretch{o.epoch, body.First, o.index})
}

// lost holds the leaves without a record against what was recovered.
func (a *auditor) lost() {
	for _, s := range a.loss.leaves {
		for i := s.from; i < s.to; i++ {
			if slices.ContainsFunc(a.loss.recovered, func(r stretch) bool { return r.epoch == s.epoch && i >= r.from && i < r.to }) {
				a.rep.Lost++
				continue
			}
			a.found(s.epoch, i, "", "the leaf has no record: it is neither an entry of a case nor a filler, and no note says that it was lost")
		}
	}
	for _, r := range a.loss.recovered {
		missing := int64(0)
		for _, s := range a.loss.leaves {
			if s.epoch == r.epoch {
				missing += max(0, min(s.to, r.to)-max(s.from, r.from))
			}
		}
		if missing != r.to-r.from {
			a.found(r.epoch, r.to, LogHandle, "a note says that the %d leaves in front of it were lost, and %d of them have their records", r.to-r.from, r.to-r.from-missing)
		}
	}
}
