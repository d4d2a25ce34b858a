package rfc3161

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// Another's reader takes our query and our test authority's answers for what
// they are.
func TestAsOthersReadThem(t *testing.T) {
	nonce := big.NewInt(123456789)
	query := Request(sha256.Sum256(message), nonce)
	req, err := timestamp.ParseRequest(query)
	want := sha256.Sum256(message)
	if err != nil || !bytes.Equal(req.HashedMessage, want[:]) || req.Nonce.Cmp(nonce) != 0 || !req.Certificates {
		t.Fatalf("another's reader takes the query for %+v, %v", req, err)
	}
	a := authority(t)
	ts, err := timestamp.ParseResponse(must(a.Respond(query, noon)))
	if err != nil || !ts.Time.Equal(noon) || ts.Nonce.Cmp(nonce) != 0 || ts.Accuracy != time.Second {
		t.Fatalf("another's reader takes the answer for %+v, %v", ts, err)
	}
	// And ours takes what another's writer makes.
	made := timestamp.Timestamp{HashAlgorithm: crypto.SHA256, HashedMessage: want[:], Time: noon, Accuracy: time.Second, Policy: []int{1, 2, 3, 4}, AddTSACertificate: true}
	rsa := rsaAuthority(t)
	response, err := made.CreateResponseWithOpts(rsa.Cert, rsa.Signer, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Verify(must(Parse(response)), message, nil, rsa.Roots())
	if err != nil || !s.Time.Equal(noon) {
		t.Errorf("what another's writer made: %+v, %v", s, err)
	}
}

const opensslConfig = `
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[server]
extendedKeyUsage = critical,serverAuth
[tsa_default]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`

// The authority that everybody can run: openssl ts. It answers our query, its
// answer verifies here, and openssl agrees.
func TestOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Fatal("openssl is missing: this test needs it as a time-stamp authority that is not ours (Debian package openssl)")
	}
	dir := t.TempDir()
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("openssl", args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	put := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	get := func(name string) []byte { t.Helper(); return must(os.ReadFile(filepath.Join(dir, name))) }
	put("ts.cnf", []byte(opensslConfig))
	put("serial", []byte("01\n"))
	put("message", message)
	run("req", "-x509", "-config", "ts.cnf", "-extensions", "ca", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Example Root", "-days", "2")
	run("req", "-new", "-config", "ts.cnf", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Example TSA by openssl")
	run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ts.cnf", "-extensions", "tsa", "-out", "tsa.pem", "-days", "2")

	nonce := big.NewInt(0).SetBytes([]byte{0x80, 1, 2, 3, 4, 5, 6, 7})
	put("query.tsq", Request(sha256.Sum256(message), nonce))
	run("ts", "-reply", "-config", "ts.cnf", "-section", "tsa_default", "-queryfile", "query.tsq", "-out", "reply.tsr")
	if out := run("ts", "-verify", "-in", "reply.tsr", "-queryfile", "query.tsq", "-CAfile", "ca.pem"); !bytes.Contains([]byte(out), []byte("Verification: OK")) {
		t.Errorf("openssl does not take its own answer: %s", out)
	}
	pool := func(name string) *x509.CertPool {
		block, _ := pem.Decode(get(name))
		p := x509.NewCertPool()
		p.AddCert(must(x509.ParseCertificate(block.Bytes)))
		return p
	}
	token := must(Parse(get("reply.tsr")))
	s, err := Verify(token, message, nonce, pool("ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Authority != "Example TSA by openssl" || s.Accuracy != 1500*time.Millisecond || s.Policy != "1.2.3.4.1" {
		t.Errorf("%+v", s)
	}
	// The controls: another root, another message, another nonce.
	run("req", "-x509", "-config", "ts.cnf", "-extensions", "ca", "-newkey", "rsa:2048", "-nodes", "-keyout", "other.key", "-out", "other.pem", "-subj", "/CN=Example Root", "-days", "2")
	_, err = Verify(token, message, nonce, pool("other.pem"))
	wantInvalid(t, err, "no chain to the given roots")
	_, err = Verify(token, message[1:], nonce, pool("ca.pem"))
	wantInvalid(t, err, "made over something else")
	_, err = Verify(token, message, big.NewInt(7), pool("ca.pem"))
	wantInvalid(t, err, "nonce differs")
	// And openssl, which shares no code with us, refuses the wrong root too.
	cmd := exec.Command("openssl", "ts", "-verify", "-in", "reply.tsr", "-queryfile", "query.tsq", "-CAfile", "other.pem")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Errorf("openssl takes the wrong root: %s", out)
	}
}
