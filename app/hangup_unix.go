//go:build unix

package app

import (
	"os"
	"os/signal"
	"syscall"
)

// certificateOnHangup reads the certificate anew at SIGHUP; until Stop.
func (p *Platform) certificateOnHangup(cert *certificate) {
	if cert == nil {
		return
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	p.ends = append(p.ends, end{"the signals", func() error {
		signal.Stop(c)
		close(c)
		return nil
	}})
	go func() {
		for range c {
			if err := cert.reload(); err != nil {
				p.app.o.Log.Warn("the certificate was not read anew", "why", err.Error())
				continue
			}
			p.app.o.Log.Info("the certificate was read anew")
		}
	}()
}
