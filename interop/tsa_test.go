package interop

import (
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/tsa"
)

// authority is a time-stamp authority played by openssl: its certificates, and
// the directory in which it works.
type authority struct {
	t     *testing.T
	dir   string
	roots *x509.CertPool
	mu    sync.Mutex // the serial number is a file
	n     int
	body  []byte // when set, the answer to every question
}

// newAuthority makes a root, and a certificate for time-stamps below it or
// below an authority between the two. kind is what -newkey takes.
func newAuthority(t *testing.T, kind string, between bool) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir(), roots: x509.NewCertPool()}
	newkey := append([]string{"req", "-nodes", "-newkey"}, strings.Fields(kind)...)
	run := func(args ...string) { t.Helper(); mustOpenssl(t, a.dir, args...) }
	a.write("ca.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
	a.write("tsa.ext", "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n")
	a.write("req.cnf", "[req]\ndistinguished_name=dn\n[dn]\n")
	ask := func(name, subject string) {
		run(append(newkey, "-config", "req.cnf", "-keyout", name+".key", "-out", name+".csr", "-subj", "/O=Example/CN="+subject)...)
	}
	sign := func(name, by, ext string) {
		run("x509", "-req", "-in", name+".csr", "-CA", by+".pem", "-CAkey", by+".key", "-CAcreateserial",
			"-extfile", ext, "-days", "30", "-sha256", "-out", name+".pem")
	}
	ask("root", "Example Root")
	run("x509", "-req", "-in", "root.csr", "-signkey", "root.key", "-extfile", "ca.ext", "-days", "30", "-sha256", "-out", "root.pem")
	issuer := "root"
	if between {
		ask("middle", "Example Middle")
		sign("middle", "root", "ca.ext")
		issuer = "middle"
	}
	ask("tsa", "Example Time")
	sign("tsa", issuer, "tsa.ext")
	a.write("serial", "01\n")
	a.configure("sha256, sha512")
	a.write("chain.pem", a.read(issuer+".pem"))
	if !a.roots.AppendCertsFromPEM([]byte(a.read("root.pem"))) {
		t.Fatal("the root that openssl made is not read")
	}
	return a
}

// configure says which digests it takes.
func (a *authority) configure(digests string) {
	a.write("ts.cnf", fmt.Sprintf(`[tsa]
default_tsa = example
[example]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
certs = chain.pem
default_policy = 1.3.6.1.4.1.32473.1
digests = %s
accuracy = secs:1, millisecs:500
ordering = no
tsa_name = yes
ess_cert_id_alg = sha256
`, digests))
}

func (a *authority) write(name, text string) {
	a.t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, name), []byte(text), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) read(name string) string {
	a.t.Helper()
	text, err := os.ReadFile(filepath.Join(a.dir, name))
	if err != nil {
		a.t.Fatal(err)
	}
	return string(text)
}

// reply has openssl answer a question. The word "-reply" gives a refusal as an
// answer too, with a status inside and an exit status of its own.
func (a *authority) reply(query []byte) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n++
	in, out := fmt.Sprintf("%d.tsq", a.n), fmt.Sprintf("%d.tsr", a.n)
	if err := os.WriteFile(filepath.Join(a.dir, in), query, 0o600); err != nil {
		return nil, err
	}
	said, failed := openssl(a.t, a.dir, "ts", "-reply", "-config", "ts.cnf", "-queryfile", in, "-out", out)
	answer, err := os.ReadFile(filepath.Join(a.dir, out))
	if err != nil || len(answer) == 0 {
		return nil, fmt.Errorf("openssl ts -reply: %v\n%s", failed, said)
	}
	return answer, nil
}

// ServeHTTP is RFC 3161, section 3.4.
func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "not a time-stamp query", http.StatusBadRequest)
		return
	}
	answer := a.body
	if answer == nil {
		if answer, err = a.reply(query); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	w.Write(answer)
}

// agrees is openssl's own verdict on a token over a message.
func (a *authority) agrees(token, message []byte) bool {
	a.t.Helper()
	a.write("token.der", string(token))
	a.write("message", string(message))
	args := []string{"ts", "-verify", "-token_in", "-in", "token.der", "-data", "message", "-CAfile", "root.pem"}
	if chain := a.read("chain.pem"); chain != a.read("root.pem") {
		args = append(args, "-untrusted", "chain.pem")
	}
	out, err := openssl(a.t, a.dir, args...)
	if ok := strings.Contains(out, "Verification: OK"); ok != (err == nil) {
		a.t.Fatalf("openssl ts -verify ends with %v and says %s", err, out)
	}
	return err == nil
}

func (a *authority) client(url string) *tsa.Client {
	return &tsa.Client{URL: url, Roots: a.roots}
}

// openssl stamps our checkpoint, and the receipt that carries the token has
// outside time, for us and for openssl alike.
func TestOpensslStampsOurCheckpoint(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		between    bool
	}{
		{"RSA below the root", "rsa:2048", false},
		{"P-256 with an authority between", "ec -pkeyopt ec_paramgen_curve:P-256", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAuthority(t, c.kind, c.between)
			o := newLog(t)
			o.publisher.Stampers = []ledger.Stamper{a.client(serveHandler(t, a))}
			rec, index := o.keep(map[string]string{"entry": "event", "kind": "reported"})
			before := time.Now().Truncate(time.Second)
			rel := o.publish()
			if len(rel.Stamps) != 1 || len(rel.Missing) != 0 {
				t.Fatalf("published with %d stamps, missing %q", len(rel.Stamps), rel.Missing)
			}
			text := []byte(checkpointOf(t, rel.Note).Text())
			if !a.agrees(rel.Stamps[0], text) {
				t.Error("openssl does not verify the token that we hand out")
			}

			p := o.proof(index, receipt.Extra{Record: disclose(t, rec, "entry")})
			keys, err := receipt.KeysPolicy(keysOf(o.publisher.Signers))
			if err != nil {
				t.Fatal(err)
			}
			v := receipt.Verify(p, keys, receipt.Options{Roots: a.roots})
			if !v.Proved || v.NotLater.Before(before) || v.NotLater.After(time.Now().Add(3*time.Second)) {
				t.Errorf("proved %v (%s), not later than %v; the token was made at %v", v.Proved, v.Reason, v.NotLater, before)
			}

			// The controls: other roots, none, and another message.
			other := newAuthority(t, c.kind, c.between)
			for name, roots := range map[string]*x509.CertPool{"other roots": other.roots, "no roots": nil} {
				if v := receipt.Verify(p, keys, receipt.Options{Roots: roots}); !v.NotLater.IsZero() || !v.Proved {
					t.Errorf("with %s: proved %v, not later than %v; want it proved and without a time", name, v.Proved, v.NotLater)
				}
			}
			a.write("root.kept", a.read("root.pem"))
			a.write("root.pem", other.read("root.pem"))
			if a.agrees(rel.Stamps[0], text) {
				t.Error("openssl verifies the token against another root: its verdict says nothing")
			}
			a.write("root.pem", a.read("root.kept"))
			if a.agrees(rel.Stamps[0], append(text, '\n')) {
				t.Error("openssl verifies the token over another message: its verdict says nothing")
			}
		})
	}
}

// An authority that we do not trust, and one that refuses, leave a checkpoint
// without a stamp, and a sentence about why.
func TestAnAuthorityThatDoesNotCount(t *testing.T) {
	trusted, other := newAuthority(t, "rsa:2048", false), newAuthority(t, "rsa:2048", false)
	refusing := newAuthority(t, "rsa:2048", false)
	refusing.configure("sha512")
	replaying := newAuthority(t, "rsa:2048", false)
	query, err := tsa.WriteRequest([]byte("another message"))
	if err != nil {
		t.Fatal(err)
	}
	if replaying.body, err = replaying.reply(query); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		client *tsa.Client
		kind   fault.Kind
	}{
		{"of another root", &tsa.Client{URL: serveHandler(t, other), Roots: trusted.roots}, fault.Forbidden},
		{"that takes no SHA-256", refusing.client(serveHandler(t, refusing)), fault.Unavailable},
		{"that answers with an older token", replaying.client(serveHandler(t, replaying)), fault.Forbidden},
		{"that is not there", trusted.client("http://" + freePort(t) + "/"), fault.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, err := c.client.Stamp(t.Context(), []byte("a message"))
			if k := fault.KindOf(err); k != c.kind || token != nil {
				t.Errorf("got %d bytes, %v (%v), want %v", len(token), err, k, c.kind)
			}
			o := newLog(t)
			o.publisher.Stampers = []ledger.Stamper{c.client}
			if rel := o.publish(); len(rel.Stamps) != 0 || len(rel.Missing) != 1 {
				t.Errorf("published with %d stamps, missing %q", len(rel.Stamps), rel.Missing)
			}
		})
	}
}

// On a closed network the question and the answer are carried as files, which
// openssl reads and writes.
func TestOpensslAnswersAFile(t *testing.T) {
	a := newAuthority(t, "rsa:2048", false)
	message := []byte("log.acme.example/ledger/1\n1\nAAAA\n")
	query, err := tsa.WriteRequest(message)
	if err != nil {
		t.Fatal(err)
	}
	a.write("ours.tsq", string(query))
	shown := mustOpenssl(t, a.dir, "ts", "-query", "-in", "ours.tsq", "-text")
	for _, want := range []string{"Hash Algorithm: sha256", "Nonce: unspecified", "Certificate required: yes"} {
		if !strings.Contains(shown, want) {
			t.Errorf("openssl reads our question as\n%swithout %q", shown, want)
		}
	}
	answer, err := a.reply(query)
	if err != nil {
		t.Fatal(err)
	}
	token, err := tsa.ReadAnswer(answer, message, a.roots)
	if err != nil {
		t.Fatal(err)
	}
	if !a.agrees(token, message) {
		t.Error("openssl does not verify what we took out of its answer")
	}
	if _, err := tsa.ReadAnswer(answer, append(message, '\n'), a.roots); err == nil {
		t.Error("the answer passes for another message")
	}
}
