package examples

import "embed"

// Demo is what the demo platform opens with: people.yaml, and cases whose times
// are counted from the moment at which it is started.
//
//go:embed demo/*.yaml
var Demo embed.FS
