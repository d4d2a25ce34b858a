package partnership

import (
	"context"

	"tocsin/cabinet"
)

// On lists the memberships of a platform without asking where each of them stands,
// which is folded from a file each. Like Of it is for use cases, and tells nobody
// anything by itself.
func (s *Service) On(ctx context.Context, platform string) ([]Member, error) {
	var out []Member
	err := s.o.Cabinet.All(ctx, kindMember, "platform:"+platform, func(e cabinet.Entry) error {
		var m Member
		if err := e.Into(&m); err != nil {
			return err
		}
		m.version = e.Version
		out = append(out, m)
		return nil
	})
	return out, err
}
