package datadir

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

// The test binary plays a second process too.
func TestMain(m *testing.M) {
	if dir := os.Getenv("DATADIR_SECOND"); dir != "" {
		_, err := Open(dir, Options{Create: true})
		fmt.Println(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// chance is a stream of bytes that is the same in every run.
type chance struct{ at [32]byte }

func (c *chance) Read(b []byte) (int, error) {
	for i := range b {
		if i%32 == 0 {
			c.at = sha256.Sum256(c.at[:])
		}
		b[i] = c.at[i%32]
	}
	return len(b), nil
}

func options() Options {
	return Options{Create: true, Origin: "log.example.org/ledger", Rand: &chance{}, Now: func() time.Time { return start }}
}

func open(t *testing.T, dir string, o Options) *Dir {
	t.Helper()
	d, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func closing(t *testing.T, d *Dir) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// made is the path of a finished directory that nobody has open.
func made(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	closing(t, open(t, dir, options()))
	return dir
}

// using is a fresh open directory, closed with the test.
func using(t *testing.T) *Dir {
	t.Helper()
	d := open(t, filepath.Join(t.TempDir(), "data"), options())
	t.Cleanup(func() { closing(t, d) })
	return d
}

// tree lists everything below a directory with its permissions.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		out = append(out, fmt.Sprintf("%04o %s", info.Mode().Perm(), rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

const layout = `0700 .
0700 guard
0600 guard/diverged
0600 guard/erasures
0600 guard/high-water
0700 keys
0600 keys/log-ed25519.key
0600 keys/log-mldsa44.key
0600 keys/lookup.key
0600 keys/wrap-1.key
0600 lock
0600 origin
0700 outside`

func TestAFreshDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "some", "where")
	d := open(t, dir, options())
	if got := tree(t, dir); got != layout {
		t.Errorf("got\n%s", got)
	}
	if d.Origin(1) != "log.example.org/ledger/1" || d.Base() != "log.example.org/ledger" || d.Path() != dir || d.Database() != dir+"/tocsin.db" {
		t.Error(d.Origin(1), d.Base(), d.Path(), d.Database())
	}
	signers, err := d.Signers(1)
	if err != nil || len(signers) != 2 {
		t.Fatal(signers, err)
	}
	if k := signers[0].Key(); k.Type() != receipt.Ed25519 || k.Name() != d.Origin(1) {
		t.Error(k)
	}
	if k := signers[1].Key(); k.Type() != receipt.MLDSA44Cosignature || k.Name() != d.Origin(1) {
		t.Error(k)
	}
	lookup := d.LookupKey()
	if lookup == ([32]byte{}) {
		t.Error("a look-up key of zeros")
	}
	closing(t, d)

	// It is found again as it was, also when nothing may be made.
	before := tree(t, dir)
	d = open(t, dir, Options{})
	again, err := d.Signers(1)
	if err != nil || !same(again, signers) || d.LookupKey() != lookup || d.Base() != "log.example.org/ledger" {
		t.Error("it is not found as it was", err)
	}
	closing(t, d)
	if got := tree(t, dir); got != before {
		t.Errorf("opening changed it:\n%s", got)
	}
}

func same(a, b []receipt.Signer) bool {
	return slices.EqualFunc(a, b, func(a, b receipt.Signer) bool { return a.Secret() == b.Secret() })
}

func TestTheOriginThatNobodyChose(t *testing.T) {
	seen := map[string]bool{}
	for range 3 {
		d := open(t, filepath.Join(t.TempDir(), "data"), Options{Create: true})
		seen[d.Base()] = true
		if b := d.Base(); !strings.HasPrefix(b, "tocsin-") || !strings.HasSuffix(b, ".invalid/ledger") || len(b) != len("tocsin-01234567.invalid/ledger") {
			t.Error(b)
		}
		closing(t, d)
	}
	if len(seen) != 3 {
		t.Errorf("not by chance: %v", seen)
	}
	dir := made(t)
	if _, err := Open(dir, Options{Origin: "other.example.org/ledger"}); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "never changed") {
		t.Errorf("another origin: %v", err)
	}
	for _, bad := range []string{"https://log.example.org", "log example", "log+x", "/log", "log/", "l\nog", "lög.example", strings.Repeat("x", 201)} {
		o := options()
		o.Origin = bad
		if _, err := Open(filepath.Join(t.TempDir(), "data"), o); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestOneProcessHasADirectory(t *testing.T) {
	d := using(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(exe)
	c.Env = append(os.Environ(), "DATADIR_SECOND="+d.Path())
	out, err := c.CombinedOutput()
	if want := fmt.Sprintf("is held by process %d", os.Getpid()); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestWhatOthersCanReachIsRefused(t *testing.T) {
	for path, mode := range map[string]fs.FileMode{
		"": 0o750, "keys": 0o755, "guard": 0o701, "outside": 0o770, "keys/wrap-1.key": 0o640, "keys/lookup.key": 0o604,
		"keys/log-ed25519.key": 0o644, "keys/log-mldsa44.key": 0o660, "guard/high-water": 0o666, "guard/diverged": 0o622, "guard/erasures": 0o644,
	} {
		dir := made(t)
		if err := os.Chmod(filepath.Join(dir, path), mode); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, options())
		if fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "run chmod 0") || !strings.Contains(err.Error(), filepath.Join(dir, path)+":") {
			t.Errorf("%s with %04o: %v", path, mode, err)
		}
	}
	// A link could point to a file that somebody else owns.
	dir := made(t)
	key := filepath.Join(dir, "keys", "lookup.key")
	if err := os.Rename(key, dir+"/elsewhere"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir+"/elsewhere", key); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, options()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a link: %v", err)
	}
}

// A finished directory that lost a part is refused by the part's name, and the
// part is not made anew.
func TestALostPartIsNotMadeAnew(t *testing.T) {
	for _, part := range []string{"keys", "keys/log-ed25519.key", "keys/log-mldsa44.key", "keys/lookup.key", "keys/wrap-1.key", "guard", "outside"} {
		dir := made(t)
		remove(t, filepath.Join(dir, part))
		before := tree(t, dir)
		_, err := Open(dir, options())
		if fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "gone") && !strings.Contains(err.Error(), "no wrapping key") {
			t.Errorf("without %s: %v", part, err)
		}
		if got := tree(t, dir); got != before {
			t.Errorf("without %s, something was made:\n%s", part, got)
		}
	}
	dir := filepath.Join(t.TempDir(), "data")
	for _, path := range []string{dir, filepath.Dir(dir)} {
		if path != dir {
			if err := os.Chmod(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Open(path, Options{}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("nothing there and nothing may be made: %v", err)
		}
	}
}

// The making can stop after each file. What is there is kept, the rest is made;
// a file that a crash could not have left half is refused.
func TestAHalfMadeDirectoryIsCompleted(t *testing.T) {
	steps := []string{"origin", "guard/erasures", "guard/diverged", "guard/high-water", "keys/wrap-1.key", "keys/lookup.key", "keys/log-mldsa44.key", "keys/log-ed25519.key", "outside", "guard", "keys", "lock"}
	for n := range len(steps) + 1 {
		dir := made(t)
		for _, part := range steps[:n] {
			remove(t, filepath.Join(dir, part))
		}
		kept := map[string][]byte{}
		for _, part := range steps[n:] {
			if !strings.Contains(part, "/") && part != "origin" {
				continue
			}
			kept[part] = read(t, filepath.Join(dir, part))
		}
		write(t, filepath.Join(dir, ".origin.77.tmp"), []byte("half"))
		if n > 0 {
			if _, err := Open(dir, Options{}); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%d steps missing and nothing may be made: %v", n, err)
			}
		}
		o := options()
		o.Rand = &chance{at: [32]byte{9}} // other keys than before
		if slices.Contains(steps[n:], "keys/log-ed25519.key") {
			o.Origin = "" // a log key fixes it
		}
		d, err := Open(dir, o)
		if err != nil {
			t.Errorf("%d steps missing: %v", n, err)
			continue
		}
		if d.Base() != "log.example.org/ledger" {
			t.Errorf("%d steps missing: another origin, %s", n, d.Base())
		}
		closing(t, d)
		if got := tree(t, dir); got != layout {
			t.Errorf("%d steps missing:\n%s", n, got)
		}
		for part, data := range kept {
			if !bytes.Equal(read(t, filepath.Join(dir, part)), data) {
				t.Errorf("%d steps missing: %s was overwritten", n, part)
			}
		}
	}
	dir := made(t)
	remove(t, filepath.Join(dir, "origin"))
	o := options()
	o.Origin = "other.example.org/ledger"
	if _, err := Open(dir, o); fault.KindOf(err) != fault.Conflict {
		t.Errorf("half made for another origin: %v", err)
	}
	write(t, filepath.Join(dir, "keys", "lookup.key"), []byte("half"))
	if _, err := Open(dir, options()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("half a key: %v", err)
	}
}

// A database without the keys and marks that belong to it, as when only the
// one file was copied, gets no new ones.
func TestNothingIsMadeBesideADatabase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "tocsin.db"), []byte("SQLite format 3"))
	if _, err := Open(dir, options()); fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "beside a database") {
		t.Error(err)
	}
	if got := tree(t, dir); got != "0700 .\n0600 lock\n0600 tocsin.db" {
		t.Errorf("got\n%s", got)
	}
}

// Every file with a secret or an origin, cut at every length and with bits
// changed: refused, and the sentence never holds a part of the secret.
func TestTornKeysAreRefused(t *testing.T) {
	dir := made(t)
	for _, part := range []string{"origin", "keys/lookup.key", "keys/wrap-1.key", "keys/log-ed25519.key", "keys/log-mldsa44.key"} {
		path := filepath.Join(dir, part)
		whole := read(t, path)
		var broken [][]byte
		for n := range len(whole) {
			broken = append(broken, whole[:n])
		}
		for n := range len(whole) {
			b := bytes.Clone(whole)
			b[n] ^= 1
			broken = append(broken, b)
		}
		broken = append(broken, append(bytes.Clone(whole), '\n'), append(bytes.Clone(whole), whole...))
		for _, b := range broken {
			write(t, path, b)
			d, err := Open(dir, options())
			if err == nil {
				t.Errorf("%s as %q is taken", part, b)
				closing(t, d)
				continue
			}
			if k := fault.KindOf(err); k != fault.Forbidden {
				t.Errorf("%s as %q: %v", part, b, err)
			}
			if len(whole) > 60 && strings.Contains(err.Error(), string(whole[40:60])) && part != "origin" {
				t.Errorf("%s: the sentence holds a secret: %v", part, err)
			}
		}
		write(t, path, whole)
	}
	closing(t, open(t, dir, options()))
}

// A new epoch signs with new keys, and the old ones stay what they are.
func TestANewEpochHasNewKeys(t *testing.T) {
	d := using(t)
	first, err := d.Signers(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Signers(2); fault.KindOf(err) != fault.NotFound {
		t.Errorf("before it began: %v", err)
	}
	if _, err := d.NewSigners(0); fault.KindOf(err) != fault.Invalid {
		t.Errorf("epoch 0: %v", err)
	}
	second, err := d.NewSigners(2)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range second {
		if s.Key().Name() != d.Origin(2) || s.Secret() == first[i].Secret() || bytes.Equal(s.Key().Public(), first[i].Key().Public()) {
			t.Errorf("%v has not a key of its own", s.Key())
		}
	}
	// A crash between the two files, and a second attempt.
	remove(t, d.at("keys", "log-mldsa44-2.key"))
	again, err := d.NewSigners(2)
	if err != nil || !same(again[:1], second[:1]) || same(again[1:], second[1:]) {
		t.Errorf("the second attempt: %v", err)
	}
	if third, err := d.NewSigners(2); err != nil || !same(third, again) {
		t.Errorf("the third attempt: %v", err)
	}
	if old, err := d.Signers(1); err != nil || !same(old, first) {
		t.Errorf("the first epoch's: %v", err)
	}
	// Keys in each other's place are not used.
	write(t, d.at("keys", "log-ed25519-2.key"), read(t, d.at("keys", "log-ed25519.key")))
	if _, err := d.Signers(2); fault.KindOf(err) != fault.Forbidden || strings.Contains(err.Error(), "PRIVATE") {
		t.Errorf("another epoch's key: %v", err)
	}
}

func TestOutsideTime(t *testing.T) {
	d := using(t)
	if o, err := d.Outside(); err != nil || o.Policy != nil || o.TSA != "" || o.Roots != nil {
		t.Errorf("nothing set up: %+v, %v", o, err)
	}
	w, err := receipt.NewSigner("witness.example.org/w1", receipt.MLDSA44Cosignature, &chance{})
	if err != nil {
		t.Fatal(err)
	}
	policy := "witness W " + w.Key().String() + " https://witness.example.org/\nquorum W\n"
	roots := certificate(t)
	if err := d.SetPolicy([]byte(policy)); err != nil {
		t.Fatal(err)
	}
	if err := d.SetTSA("https://tsa.example.org/", roots); err != nil {
		t.Fatal(err)
	}
	o, err := d.Outside()
	if err != nil || o.Policy.Quorum() != "W" || string(o.PolicyText) != policy || o.TSA != "https://tsa.example.org/" || !bytes.Equal(o.RootsPEM, roots) || o.Roots == nil {
		t.Errorf("%+v, %v", o, err)
	}
	// What can not be read replaces nothing.
	if err := d.SetPolicy([]byte("quorum nobody\n")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a bad policy: %v", err)
	}
	for _, bad := range [][]byte{nil, []byte("no certificate"), append([]byte("x"), roots...)[:40]} {
		if err := d.SetTSA("https://other.example.org/", bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("bad roots: %v", err)
		}
	}
	if o, err := d.Outside(); err != nil || o.TSA != "https://tsa.example.org/" || o.Policy.Quorum() != "W" {
		t.Errorf("%+v, %v", o, err)
	}
	for path, text := range map[string]string{
		"policy": "quorum nobody\n", "tsa.json": `{"url": "https://tsa.example.org/", "roots": "../keys/lookup.key"}`, "tsa-roots.pem": "none",
	} {
		whole := read(t, d.at("outside", path))
		write(t, d.at("outside", path), []byte(text))
		if _, err := d.Outside(); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
		write(t, d.at("outside", path), whole)
	}
	remove(t, d.at("outside", "tsa-roots.pem"))
	if _, err := d.Outside(); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("no roots: %v", err)
	}
	for range 2 {
		if err := d.SetPolicy(nil); err != nil {
			t.Error(err)
		}
		if err := d.SetTSA("", nil); err != nil {
			t.Error(err)
		}
	}
	if o, err := d.Outside(); err != nil || o.Policy != nil || o.TSA != "" {
		t.Errorf("taken away: %+v, %v", o, err)
	}
}

// Files of a crash that were never in force go; keys whose destruction had
// begun go too.
func TestLeftoversAreSwept(t *testing.T) {
	dir := made(t)
	for _, name := range []string{".lookup.key.1.tmp", "keys/.wrap-2.key.22.tmp", "guard/.high-water.3.tmp", "outside/.policy.4.tmp", "keys/wrap-7.key" + destroying} {
		write(t, filepath.Join(dir, name), []byte("x"))
	}
	closing(t, open(t, dir, Options{}))
	if got := tree(t, dir); got != layout {
		t.Errorf("got\n%s", got)
	}
	if !durable.IsTemp(".lookup.key.1.tmp") {
		t.Error("the names of this test are no leftovers")
	}
}

// A folder of somebody else's is not made ours, and nobody is told to close it.
func TestAFolderOfOthers(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "letters"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir, Options{Create: true})
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "letters") || strings.Contains(err.Error(), "chmod") {
		t.Error(err)
	}
	if err := os.Rename(filepath.Join(dir, "letters"), filepath.Join(dir, "lost+found")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := Open(dir, Options{Create: true}) // the root of a new disk
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
