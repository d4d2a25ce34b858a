package recordtest

import (
	"context"

	"tocsin/record"
)

func (r *reader) ViewsOf(ctx context.Context, handles []string) ([]record.View, error) {
	return some(ctx, r, r.t.views, handles, isText)
}

func (r *reader) KeysOf(ctx context.Context, handles []string) ([]record.Key, error) {
	return some(ctx, r, r.t.keys, handles, isText)
}

func (r *reader) RequestsBy(ctx context.Context, keys [][32]byte) ([]record.Request, error) {
	return some(ctx, r, r.t.requests, keys, func([32]byte) error { return nil })
}

// some gives what is there under the keys, each once.
func some[K comparable, V any](ctx context.Context, r *reader, table map[K]V, keys []K, valid func(K) error) ([]V, error) {
	if err := r.op(ctx); err != nil {
		return nil, err
	}
	var out []V
	seen := map[K]bool{}
	for _, k := range keys {
		if err := valid(k); err != nil {
			return nil, err
		}
		if v, ok := table[k]; ok && !seen[k] {
			out = append(out, v)
		}
		seen[k] = true
	}
	return out, nil
}
