package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
)

// certified writes a certificate for localhost and its key into dir.
func certified(t *testing.T, dir, name string, until time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		NotBefore: until.AddDate(-1, 0, 0), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: hidden}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// shownName is the name on the certificate that a server shows.
func shownName(t *testing.T, addr string, most uint16) (string, error) {
	t.Helper()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: most}}
	c, err := d.DialContext(context.WithoutCancel(t.Context()), "tcp", addr)
	if err != nil {
		return "", err
	}
	defer c.Close()
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName, nil
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := certified(t, dir, "the first", time.Now().AddDate(0, 1, 0))
	var at Listening
	p := started(t, begun(t, folder(t)), PlatformOptions{TLSCert: cert, TLSKey: key, Ready: func(l Listening) { at = l }})
	if !strings.HasPrefix(p.URL(), "https://") || !strings.HasPrefix(at.First, "https://") {
		t.Errorf("%+v", at)
	}
	if name, err := shownName(t, at.Addr, 0); err != nil || name != "the first" {
		t.Errorf("%q, %v", name, err)
	}
	if _, err := shownName(t, at.Addr, tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 was spoken")
	}
	roots := x509.NewCertPool()
	text, err := os.ReadFile(cert)
	if err != nil || !roots.AppendCertsFromPEM(text) {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(at.Addr, ":")
	b := newBrowser(t)
	b.http.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	res, _ := b.do("GET", "https://localhost:"+port+"/", nil)
	if res.StatusCode != 200 || res.Header.Get("Strict-Transport-Security") == "" || res.ProtoMajor != 2 {
		t.Errorf("%d %s %v", res.StatusCode, res.Proto, res.Header)
	}
	// Whoever speaks plainly to it gets nothing but a refusal.
	plain, err := net4(t, "http://"+at.Addr)
	if err == nil && plain.StatusCode != http.StatusBadRequest {
		t.Errorf("in clear: %d", plain.StatusCode)
	}
}

// A renewed certificate is shown without a restart; one that does not fit its
// key, or is half written, is not, and the old one stays.
func TestARenewedCertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := certified(t, dir, "the first", time.Now().AddDate(0, 1, 0))
	now := time.Now()
	var said lines
	c, err := newCertificate(cert, key, func() time.Time { return now }, slog.New(slog.NewTextHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	shows := func(want string) {
		t.Helper()
		got, err := c.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(got.Certificate[0])
		if err != nil || leaf.Subject.CommonName != want {
			t.Errorf("it shows %q, want %q (%v)", leaf.Subject.CommonName, want, err)
		}
	}
	touch := func() {
		now = now.Add(lookEvery)
		if err := os.Chtimes(cert, now, now); err != nil {
			t.Fatal(err)
		}
	}
	shows("the first")
	certified(t, dir, "the second", now.AddDate(0, 1, 0))
	shows("the first") // not looked at again yet
	touch()
	shows("the second")
	if err := os.WriteFile(cert, []byte("-----BEGIN CERT"), 0o600); err != nil {
		t.Fatal(err)
	}
	touch()
	shows("the second")
	if !strings.Contains(said.String(), "was not taken") {
		t.Errorf("nobody was told: %s", said.String())
	}
	certified(t, dir, "an old one", now.Add(-time.Hour))
	touch()
	shows("the second")
	certified(t, dir, "the third", now.AddDate(0, 1, 0))
	if err := c.reload(); err != nil { // SIGHUP
		t.Error(err)
	}
	shows("the third")
}

func TestCertificatesThatNoBrowserWouldTake(t *testing.T) {
	dir := t.TempDir()
	cert, key := certified(t, dir, "old", time.Now().Add(-time.Hour))
	_, err := newCertificate(cert, key, time.Now, slog.Default())
	wantKind(t, err, fault.Invalid, "ended on")
	_, err = newCertificate(key, cert, time.Now, slog.Default())
	wantKind(t, err, fault.Invalid, "--tls-cert")
	other, _ := certified(t, t.TempDir(), "another", time.Now().AddDate(0, 1, 0))
	_, err = newCertificate(other, key, time.Now, slog.Default())
	wantKind(t, err, fault.Invalid, "private key does not match")
}
