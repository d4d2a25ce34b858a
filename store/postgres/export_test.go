package postgres

import "context"

// SessionSetting gives a setting as the store's own sessions have it.
func SessionSetting(ctx context.Context, s *Store, name string) string {
	c, err := dial(ctx, s.signer.config, true)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = c.Close() }()
	var value string
	if err := c.c.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(&value); err != nil {
		return err.Error()
	}
	return value
}
