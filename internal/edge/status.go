package edge

import (
	"errors"
	"net/http"

	"tocsin/internal/fault"
)

// statuses is the one table from kinds of errors to HTTP statuses.
//
// Invalid is 422 (RFC 9110, 15.5.21): a request whose form could not be read is
// refused with 400 before it has a kind. TooEarly is 409, since what is asked
// for conflicts with the state that the resource is in now; 425 is about TLS
// early data (RFC 8470) and nothing else.
var statuses = map[fault.Kind]int{
	fault.NotFound:    http.StatusNotFound,
	fault.Invalid:     http.StatusUnprocessableEntity,
	fault.Conflict:    http.StatusConflict,
	fault.Forbidden:   http.StatusForbidden,
	fault.Suspended:   http.StatusForbidden,
	fault.TooEarly:    http.StatusConflict,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.Internal:    http.StatusInternalServerError,
}

// Status maps a kind to its HTTP status: the one table. A kind that is not on
// the list is an internal error.
func Status(k fault.Kind) int {
	if s, ok := statuses[k]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// TooLarge tells whether reading a body failed because it is larger than the
// route takes.
func TooLarge(err error) bool {
	var e *http.MaxBytesError
	return errors.As(err, &e)
}

// refuse answers for the edge itself. Two refusals of one status differ in the
// request id alone.
func (e *edge) refuse(w *writer, r *http.Request, status int) {
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE")
	}
	if e.o.Refuse != nil {
		e.o.Refuse(w, r, status)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(http.StatusText(status) + "\n")) // a broken connection is the client's own affair
	}
}
