package record

import (
	"context"
	"encoding/json"

	"tocsin/internal/fault"
)

// noteCommand makes a record about the log itself.
func noteCommand(kind string, body map[string]any, by string) command {
	return command{handle: LogHandle, expected: AnyVersion, by: by, decide: func(b *batch, _ *state) ([]draft, error) {
		all := map[string]any{"kind": kind, "wall": stamp(b.reading.wall)}
		for name, v := range body {
			if name == "kind" || name == "wall" {
				return nil, fault.New(fault.Invalid, "a note's %s is set by the record", name)
			}
			all[name] = v
		}
		raw, err := json.Marshal(all)
		if err != nil {
			return nil, fault.New(fault.Invalid, "the note cannot be written: %v", err)
		}
		return []draft{{vals: Values{"entry": text(entryNote), "body": raw}}}, nil
	}}
}

// noteKind tells what a note is about; "" if it is none.
func noteKind(v Values) string {
	if v.word("entry") != entryNote {
		return ""
	}
	var body struct {
		Kind string `json:"kind"`
	}
	if json.Unmarshal(v["body"], &body) != nil {
		return ""
	}
	return body.Kind
}

// Note appends a record about the log itself: its kind, and what body says of it.
func (k *Keeper) Note(ctx context.Context, kind string, body map[string]any, by string) (Result, error) {
	if _, gap := body["lost"]; gap || kind == "" {
		return Result{}, fault.New(fault.Invalid, "a note says what it is about, and nothing of what was lost, which raises numbers")
	}
	return k.start(ctx, noteCommand(kind, body, by))()
}
