// Package edge is what every request passes before a handler sees it: the
// allow-list of hosts, proxies that are trusted by name, limits on size, time
// and rate, the headers that keep a browser from harm, refusal of cross-origin
// writes, a log line without content, and the table from kinds of errors to
// statuses.
//
// It promises that two refusals of one kind are the same bytes and headers, and
// that no metric label or log field holds anything but a route's pattern. It
// never reads a body and knows no session.
package edge
