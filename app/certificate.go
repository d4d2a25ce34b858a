package app

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"os"
	"sync"
	"time"

	"tocsin/internal/fault"
)

// lookEvery is how often the files of a certificate are looked at.
const lookEvery = 10 * time.Second

// certificate is a TLS certificate in files, read again when they change: a
// renewal needs no restart. What cannot be read leaves the old one in use.
type certificate struct {
	cert, key string
	now       func() time.Time
	log       *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	seen   [2]time.Time // when the files were changed, as far as was seen
	looked time.Time
}

// newCertificate reads the files, and refuses what no browser would take.
func newCertificate(cert, key string, now func() time.Time, log *slog.Logger) (*certificate, error) {
	c := &certificate{cert: cert, key: key, now: now, log: log}
	if err := c.load(); err != nil {
		return nil, err
	}
	c.seen, c.looked = c.changed(), now()
	return c, nil
}

func (c *certificate) load() error {
	loaded, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fault.New(fault.Invalid, "--tls-cert and --tls-key: %v", err)
	}
	leaf, err := x509.ParseCertificate(loaded.Certificate[0])
	if err != nil {
		return fault.New(fault.Invalid, "--tls-cert: %v", err)
	}
	if now := c.now(); now.After(leaf.NotAfter) {
		return fault.New(fault.Invalid, "--tls-cert: the certificate ended on %s", leaf.NotAfter.UTC().Format("2 January 2006 15:04 MST"))
	}
	c.loaded = &loaded
	return nil
}

// changed gives the times at which the files were written last.
func (c *certificate) changed() (out [2]time.Time) {
	for i, f := range []string{c.cert, c.key} {
		if st, err := os.Stat(f); err == nil {
			out[i] = st.ModTime()
		}
	}
	return out
}

// reload reads the files now, whatever their times say.
func (c *certificate) reload() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen, c.looked = c.changed(), c.now()
	return c.load()
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= lookEvery {
		c.looked = now
		if seen := c.changed(); seen != c.seen {
			c.seen = seen
			if err := c.load(); err != nil { // half written: the next change, or SIGHUP, reads it again
				c.log.Warn("the new certificate was not taken", "why", err.Error())
			}
		}
	}
	return c.loaded, nil
}

// config is what the server needs: TLS 1.2 and later.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}
}
