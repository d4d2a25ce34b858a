package httpapi

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tocsin/internal/fault"
)

// reply is an answer that is whole before its first byte is sent: whatever fails
// on the way fails before a status is out.
type reply struct {
	status   int
	kind     string // media type; "" is JSON
	body     []byte
	tag      string // ETag with its quotes, "" for none
	location string
	public   bool // may be cached by anybody
	file     string

	open func(w http.ResponseWriter, r *http.Request) // an answer that stays open, instead of all this
}

// encode writes v as JSON without HTML escapes: clauses of law hold & and <.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("writing an answer: %w", err)
	}
	return b.Bytes(), nil
}

// sends v as JSON with a status.
func sends(status int, v any) (*reply, error) {
	body, err := encode(v)
	if err != nil {
		return nil, err
	}
	return &reply{status: status, body: body}, nil
}

// tagged is sends with an entity tag, for GET.
func tagged(tag string, v any) (*reply, error) {
	r, err := sends(http.StatusOK, v)
	if err == nil {
		r.tag = tag
	}
	return r, err
}

// write answers, or says that nothing has changed (RFC 9110, 13.1.2).
func (p reply) write(w http.ResponseWriter, r *http.Request) {
	if p.open != nil {
		p.open(w, r)
		return
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if p.public {
		h.Set("Cache-Control", "public, max-age=60")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	if p.location != "" {
		h.Set("Location", p.location)
	}
	if p.tag != "" {
		h.Set("ETag", p.tag)
		if (r.Method == http.MethodGet || r.Method == http.MethodHead) && matches(r.Header.Get("If-None-Match"), p.tag, true) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if p.status == http.StatusNoContent {
		w.WriteHeader(p.status)
		return
	}
	if p.kind == "" {
		p.kind = "application/json"
	}
	h.Set("Content-Type", p.kind)
	h.Set("Content-Length", strconv.Itoa(len(p.body)))
	if p.file != "" {
		h.Set("Content-Disposition", `attachment; filename="`+p.file+`"`)
	}
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(p.body) // a broken connection is the client's own affair
	}
}

// matches tells whether a list of entity tags holds tag; weak compares as RFC
// 9110, 8.8.3.2 says for If-None-Match.
func matches(list, tag string, weak bool) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if weak {
			one, tag = strings.TrimPrefix(one, "W/"), strings.TrimPrefix(tag, "W/")
		}
		if one == "*" || one == tag && !strings.HasPrefix(one, "W/") {
			return true
		}
	}
	return false
}

// seal makes an entity tag of parts under a key that is ours alone: who does not
// know the key learns from a tag whether it is the same, and nothing else. No
// part may tell of what its reader does not see.
func (a *api) seal(parts ...string) string {
	mac := hmac.New(sha256.New, a.o.TagKey)
	for _, p := range parts {
		fmt.Fprintf(mac, "%d:%s", len(p), p)
	}
	return `"` + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18]) + `"`
}

// sealed is the weak tag of bytes that were made for this reader. It is weak
// because parts that change with the clock are left out before it is made.
func (a *api) sealed(what string, body []byte) string {
	sum := sha256.Sum256(body)
	return "W/" + a.seal(what, string(sum[:]))
}

// precondition is what is said when If-Match does not hold.
func precondition() error {
	return newProblem(http.StatusPreconditionFailed, fault.Conflict, "the case is not as you saw it any more; read it again, and decide again")
}
