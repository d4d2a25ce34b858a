package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

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

// Plan tells how one of the store's own sessions would run a query.
func Plan(ctx context.Context, s *Store, query string) (string, error) {
	c, err := dial(ctx, s.signer.config, true)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close() }()
	return Explain(ctx, c.c, query)
}

// Explain is Plan for any session.
func Explain(ctx context.Context, c *pgx.Conn, query string) (string, error) {
	rows, err := c.Query(ctx, `EXPLAIN `+query)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(lines, "\n"), err
}
