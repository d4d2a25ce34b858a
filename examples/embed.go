// Package examples holds the example case files that the demo shows and the
// tests run. README.md beside it says what each is for. Real organisations
// appear in log4shell.yaml alone; everyone else is invented.
package examples

import "embed"

// Files are the case files.
//
//go:embed *.yaml
var Files embed.FS
