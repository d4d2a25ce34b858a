package webuitest

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Client is a platform as a provider of single sign-on knows it.
type Client struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// Provider runs the provider of single sign-on whose packages and script are in
// the folder tools (tools/interop-node) until the test ends, and gives its
// issuer. It sends browsers back to the address redirect.
func Provider(t testing.TB, tools, redirect string, clients ...Client) string {
	t.Helper()
	modules, err := nodeModules(tools)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(tools, "provider.mjs"), modules)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	complained, err := os.Create(filepath.Join(t.TempDir(), "provider"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = complained
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	t.Cleanup(func() {
		_ = in.Close() // it ends by itself then; the context kills it otherwise
		reading.Wait()
		_ = cmd.Wait()
		_ = complained.Close()
	})
	if err := json.NewEncoder(in).Encode(map[string]any{"redirect": redirect, "clients": clients}); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	reading.Go(func() {
		defer close(found)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if issuer, ok := strings.CutPrefix(lines.Text(), "issuer "); ok && len(found) == 0 {
				found <- issuer
			}
		}
	})
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	select {
	case issuer, ok := <-found:
		if ok {
			return issuer
		}
	case <-late.C:
	}
	said, err := os.ReadFile(complained.Name())
	t.Fatalf("the provider does not listen: %s (%v)", said, err)
	return ""
}

// nodeModules installs the packages of a folder exactly as its lock file says,
// beside the build cache in a folder named by that file. What is there already
// is not installed again. What cannot be installed is an error, no skip: what
// did not run is no pass.
func nodeModules(tools string) (string, error) {
	lock, err := os.ReadFile(filepath.Join(tools, "package-lock.json"))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, "tocsin-interop-node", hex.EncodeToString(sum[:8]))
	there := func() bool {
		_, err := os.Stat(filepath.Join(dir, "node_modules"))
		return err == nil
	}
	if there() {
		return dir, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	for _, name := range []string{"package.json", "package-lock.json"} {
		data, err := os.ReadFile(filepath.Join(tools, name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(work, name), data, 0o600); err != nil {
			return "", err
		}
	}
	// "ci" takes what the lock file says and checks its digests; no script of a package runs.
	cmd := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci in %s: %v\n%s", tools, err, out)
	}
	if err := os.Rename(work, dir); err != nil && !there() { // else another test was faster
		return "", err
	}
	return dir, nil
}
