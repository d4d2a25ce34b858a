package postgres_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"strconv"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// cut says what the proxy does to a COMMIT.
type cut int

const (
	pass   cut = iota
	before     // the connection breaks before the server has read the COMMIT
	during     // it breaks while the server works on it
	after      // the server has committed, and its answer is lost
)

// proxy stands between a store and its server and breaks connections at COMMIT.
// It reads the client's side of the protocol (PostgreSQL documentation, 55.7)
// and passes the server's side on as it is.
type proxy struct {
	listener net.Listener
	network  string
	address  string
	decide   func() cut

	mu   sync.Mutex
	cuts [4]int // how often each was done
	open map[net.Conn]bool
	wait sync.WaitGroup
}

// startProxy gives a proxy for a server and the URL that leads through it.
func startProxy(t *testing.T, direct string, decide func() cut) (*proxy, string) {
	t.Helper()
	config, err := pgconn.ParseConfig(direct)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, decide: decide, open: map[net.Conn]bool{}}
	p.network, p.address = pgconn.NetworkAddress(config.Host, config.Port)
	through := url.URL{
		Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Host: l.Addr().String(), Path: "/" + config.Database,
		RawQuery: url.Values{"sslmode": {"disable"}}.Encode(),
	}
	p.wait.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.breakAll()
		p.wait.Wait()
	})
	return p, through.String()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(p.network, p.address)
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.open[client], p.open[server] = true, true
		p.mu.Unlock()
		answers := &gate{to: client}
		p.wait.Go(func() {
			_, _ = io.Copy(answers, server)
			answers.end()
			client.Close()
			server.Close()
		})
		p.wait.Go(func() {
			p.forward(client, server, answers)
			client.Close()
			server.Close()
			p.mu.Lock()
			delete(p.open, client)
			delete(p.open, server)
			p.mu.Unlock()
		})
	}
}

// breakAll breaks every connection.
func (p *proxy) breakAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.Close()
	}
}

func (p *proxy) count(c cut) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts[c]
}

// forward passes messages on until a COMMIT is to be cut.
func (p *proxy) forward(client, server net.Conn, answers *gate) {
	const protocol3 = 3 << 16
	for started := false; ; {
		head := make([]byte, 5)
		if !started {
			head = head[:4]
		}
		if _, err := io.ReadFull(client, head); err != nil {
			return
		}
		body := make([]byte, int(binary.BigEndian.Uint32(head[len(head)-4:]))-4)
		if _, err := io.ReadFull(client, body); err != nil {
			return
		}
		if !started {
			started = binary.BigEndian.Uint32(body) == protocol3
		} else if commits(head[0], body) {
			what := p.decide()
			p.mu.Lock()
			p.cuts[what]++
			p.mu.Unlock()
			switch what {
			case before:
				return
			case after:
				answers.shut()
			}
			if _, err := server.Write(append(head, body...)); err != nil || what == during {
				return
			}
			if what == after {
				answers.ready()
				return
			}
			continue
		}
		if _, err := server.Write(append(head, body...)); err != nil {
			return
		}
	}
}

// commits tells whether a message of the client is the statement COMMIT, as a
// simple query or in a Parse message.
func commits(kind byte, body []byte) bool {
	switch kind {
	case 'Q':
	case 'P':
		if _, rest, ok := bytes.Cut(body, []byte{0}); ok {
			body = rest
		}
	default:
		return false
	}
	text, _, _ := bytes.Cut(body, []byte{0})
	return bytes.EqualFold(bytes.TrimRight(bytes.TrimSpace(text), ";"), []byte("commit"))
}

// gate passes the server's bytes to the client until it is shut. From then on
// it swallows them, and tells when the server was ready again.
type gate struct {
	to net.Conn

	mu    sync.Mutex
	tail  []byte
	heard chan struct{}
	ended bool
}

func (g *gate) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.heard == nil {
		return g.to.Write(b)
	}
	g.tail = append(g.tail, b...)
	// ReadyForQuery: 'Z', length 5, and outside of a transaction 'I'.
	if bytes.HasSuffix(g.tail, []byte{'Z', 0, 0, 0, 5, 'I'}) {
		g.finish()
	}
	return len(b), nil
}

func (g *gate) finish() {
	if !g.ended {
		g.ended = true
		close(g.heard)
	}
}

// end is the end of the server's side.
func (g *gate) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.heard != nil {
		g.finish()
	}
	g.ended = true
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heard = make(chan struct{})
	if g.ended {
		close(g.heard)
	}
}

func (g *gate) ready() { <-g.heard }

// TestProxySeesCommits is the control of the proxy: what counts as a COMMIT.
func TestProxySeesCommits(t *testing.T) {
	for _, c := range []struct {
		kind byte
		body string
		want bool
	}{
		{'Q', "commit\x00", true},
		{'Q', "COMMIT;\x00", true},
		{'P', "s1\x00commit\x00\x00\x00", true},
		{'Q', "begin\x00", false},
		{'Q', "insert into commits values (1)\x00", false},
		{'P', "commit\x00select 1\x00\x00\x00", false},
		{'D', "commit\x00", false},
	} {
		if got := commits(c.kind, []byte(c.body)); got != c.want {
			t.Errorf("%c %s: %t, want %t", c.kind, strconv.Quote(c.body), got, c.want)
		}
	}
}
