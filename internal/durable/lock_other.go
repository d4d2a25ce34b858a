//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package durable

import "tocsin/internal/fault"

// Lock is not to be had on this system: fault.Unavailable, always, since two
// processes on one directory would fork the log.
func Lock(path string) (release func() error, err error) {
	return nil, &fault.Error{Kind: fault.Unavailable, File: path, Message: "cannot be locked on this system: use Linux, macOS or a BSD"}
}
