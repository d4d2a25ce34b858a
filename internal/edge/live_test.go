package edge

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// live is the edge on a real connection, with limits of time that a test can
// outwait.
func live(t *testing.T, mux *http.ServeMux, o Options, limit time.Duration) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	o.Hosts = []string{s.Listener.Addr().String()}
	s.Config.Handler = Wrap(mux, o)
	s.Config.ReadTimeout, s.Config.WriteTimeout = limit, limit
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// A stream outlives the time that a request may take, and ends at once when the
// server is about to stop.
func TestStream(t *testing.T) {
	stopping, next, ended := make(chan struct{}), make(chan string), make(chan error, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live", func(w http.ResponseWriter, r *http.Request) {
		s, ctx, done, err := NewStream(w, r)
		if err != nil {
			ended <- err
			return
		}
		defer done()
		for {
			select {
			case m := <-next:
				if err := s.Send([]byte(m + "\n")); err != nil {
					ended <- err
					return
				}
			case <-ctx.Done():
				ended <- nil
				return
			}
		}
	})
	const limit = 200 * time.Millisecond
	s := live(t, mux, Options{Stopping: stopping}, limit)
	began := time.Now()
	go func() { next <- "first" }() // the head comes with it
	res, err := http.Get(s.URL + "/live")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	for n := 0; time.Since(began) < 4*limit; n++ {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("cut off after %s: %v", time.Since(began), err)
		}
		if n == 0 && line != "first\n" {
			t.Fatal(line)
		}
		next <- "more"
	}
	close(stopping)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// The control: without a stream the server's limit cuts the answer off.
func TestARequestIsCutOff(t *testing.T) {
	mux := http.NewServeMux()
	cut := make(chan bool, 1)
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) {
		c := http.NewResponseController(w)
		for began := time.Now(); time.Since(began) < 20*time.Second; {
			_, err := io.WriteString(w, "more\n")
			if err == nil {
				err = c.Flush()
			}
			if err != nil {
				cut <- true
				return
			}
		}
		cut <- false
	})
	s := live(t, mux, Options{}, 200*time.Millisecond)
	res, err := http.Get(s.URL + "/slow")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if !<-cut {
		t.Error("an answer without an end was not cut off")
	}
}

// Whoever opens connections and says nothing shuts nobody else out.
func TestConnectionsAreBounded(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := Listen(l, 100, 2, nil)
	t.Cleanup(func() { _ = b.Close() })
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(b) }()
	t.Cleanup(func() { _ = s.Close() })
	silent := make([]net.Conn, 2)
	for i := range silent {
		if silent[i], err = net.Dial("tcp", l.Addr().String()); err != nil {
			t.Fatal(err)
		}
		// One request, so that the connection is known to be counted.
		if got := say(t, silent[i]); !strings.Contains(got, "200 OK") {
			t.Fatal(got)
		}
	}
	third, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if got := say(t, third); got != "" {
		t.Errorf("the third connection was answered: %q", got)
	}
	if err := silent[0].Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; {
		again, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		got := say(t, again)
		_ = again.Close()
		if strings.Contains(got, "200 OK") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a place that was given back is not taken again")
		}
	}
}

// say sends a request and gives the first line of the answer, "" if there is none.
func say(t *testing.T, c net.Conn) string {
	t.Helper()
	_, _ = fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return ""
	}
	return line
}

// The books of the bound: what is taken is given back once, and a trusted proxy
// is counted in the total alone.
func TestPlaces(t *testing.T) {
	b := &bounded{total: 3, each: 1, proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}, by: map[string]int{}}
	key := func(s string) string { return b.key(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s))) }
	if !b.take(key("203.0.113.1:1")) || b.take(key("203.0.113.1:2")) {
		t.Error("one address, one place")
	}
	if !b.take(key("10.0.0.1:1")) || !b.take(key("10.0.0.1:2")) {
		t.Error("a proxy brings many people")
	}
	if b.take(key("203.0.113.2:1")) {
		t.Error("a fourth place of three")
	}
	b.free(key("10.0.0.1:1"))
	b.free(key("203.0.113.1:1"))
	if !b.take(key("203.0.113.1:3")) || len(b.by) != 1 {
		t.Errorf("after giving back: %v", b.by)
	}
}
