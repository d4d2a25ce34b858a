//go:build !linux

package app

import "time"

// elapsed is nil where no clock is known that goes on while the machine sleeps:
// the keeper then takes time.Since.
func elapsed() func() time.Duration { return nil }
