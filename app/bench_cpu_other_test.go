//go:build !linux

package app

import "time"

func cpuTime() time.Duration { return 0 }
