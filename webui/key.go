package webui

import (
	"crypto/rand"
	"strconv"
)

// newKey makes an idempotency key for the hidden field "key" of a form: sent
// twice, the form does its work once.
func newKey() string { return rand.Text() }

// formInt reads a whole number of a form; what is none is -1.
func (v *visit) formInt(name string) int64 {
	n, err := strconv.ParseInt(v.Form.Get(name), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func formatInt(n int64) string { return strconv.FormatInt(n, 10) }
