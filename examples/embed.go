// Package examples holds the example case files and directives that the demo
// shows and the tests run. README.md beside it says what each is for. Real
// organisations appear in log4shell.yaml and in the directive of the same weeks
// alone; everyone else is invented.
package examples

import "embed"

// Files are the case files.
//
//go:embed *.yaml
var Files embed.FS

// Directives are the example directives, with the acts on them.
//
//go:embed directives/*.yaml
var Directives embed.FS
