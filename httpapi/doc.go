// Package httpapi answers programs over HTTP: the REST API under /api/v1 with its
// OpenAPI 3.1 document, and the public side of the log (checkpoint and tiles, as
// c2sp.org/tlog-tiles lays them out).
//
// It promises that a stranger hears the same of every address that is not public,
// that what is not there and what is not the reader's are the same bytes and
// headers, that no tag, cursor or number tells of what a reader does not see, and
// that every answer fits the document that is served. Errors are problem+json with
// a kind from a closed list and never hold internals. It takes bearer tokens and
// never a cookie; it parses, calls and renders, decides nothing and holds no state.
package httpapi
