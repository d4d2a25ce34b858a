package app

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// hasty is the server with the limits of time so short that a test can outwait
// them, and how many requests reached a handler.
func hasty(t *testing.T, h http.HandlerFunc) (addr string) {
	t.Helper()
	l, err := listen(t.Context(), "--addr", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer([]net.Listener{l}, h, nil, nil, make(chan struct{}))
	if s.http.ReadHeaderTimeout != headTime || s.http.ReadTimeout != bodyTime || s.http.WriteTimeout != replyTime || s.http.MaxHeaderBytes != headBytes {
		t.Error("the server lacks a bound")
	}
	s.http.ReadHeaderTimeout, s.http.ReadTimeout, s.http.WriteTimeout = 100*time.Millisecond, 200*time.Millisecond, 300*time.Millisecond
	s.start()
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// dialled is a connection with a deadline far beyond every limit.
func dialled(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// Whoever sends slowly, or does not read, is let go.
func TestSlowClients(t *testing.T) {
	body := make(chan error, 1)
	addr := hasty(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/body":
			_, err := io.ReadAll(r.Body)
			body <- err
		case "/long":
			for range 1 << 12 {
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<14)); err != nil {
					body <- err
					return
				}
			}
			body <- nil
		}
	})
	t.Run("a head that does not end", func(t *testing.T) {
		c := dialled(t, addr)
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(c); err != nil { // until the server closes
			t.Errorf("it was not closed: %v", err)
		}
	})
	t.Run("a body that does not come", func(t *testing.T) {
		c := dialled(t, addr)
		if _, err := io.WriteString(c, "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf"); err != nil {
			t.Fatal(err)
		}
		if err := <-body; err == nil {
			t.Error("half a body was taken for a whole one")
		}
	})
	t.Run("a reader who does not read", func(t *testing.T) {
		c := dialled(t, addr)
		if _, err := io.WriteString(c, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if err := <-body; err == nil {
			t.Error("64 MiB went to somebody who reads nothing")
		}
	})
	t.Run("a head that is too large", func(t *testing.T) {
		c := dialled(t, addr)
		go func() {
			_, _ = fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Large: %s\r\n\r\n", strings.Repeat("x", 64<<10))
		}()
		line, err := bufio.NewReader(c).ReadString('\n')
		if err != nil || !strings.Contains(line, "431") {
			t.Errorf("%q, %v", line, err)
		}
	})
}

// "localhost" is this program, in both families; where somebody else has the
// other one, it is not told as an address.
func TestLocalhostIsOurs(t *testing.T) {
	six, err := net.Listen("tcp", "[::1]:0")
	switch {
	case err != nil && os.Getenv("CI") == "":
		t.Skipf("there is no ::1 on this machine: %v", err)
	case err != nil:
		t.Fatalf("the test needs ::1: %v", err)
	}
	_, port, err := net.SplitHostPort(six.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	a := begun(t, folder(t))
	p := started(t, a, PlatformOptions{Addr: "127.0.0.1:" + port})
	if p.URL() != "http://127.0.0.1:"+port {
		t.Errorf("while somebody else has [::1]: %s", p.URL())
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := six.Close(); err != nil {
		t.Fatal(err)
	}
	q := started(t, a, PlatformOptions{Addr: "127.0.0.1:" + port})
	if q.URL() != "http://localhost:"+port {
		t.Errorf("alone: %s", q.URL())
	}
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		if res, _ := newBrowser(t).do("GET", "http://"+host+":"+port+"/healthz", nil); res.StatusCode != 200 {
			t.Errorf("%s: %d", host, res.StatusCode)
		}
	}
}
