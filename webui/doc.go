// Package webui is the pages: one handler a file, templates, styles and the
// words in four languages.
//
// A handler reads the form, calls a use case with who is asking, and renders
// what came back. The package promises that every page works without script and
// with a keyboard, holds no inline script or style, says in <html lang> what it
// serves, is complete in English, Chinese, French and German, and that a refusal
// is the same bytes whether a thing is missing or not the reader's. It never
// decides what a reader may see or do, never computes a date, and stores
// nothing.
package webui
