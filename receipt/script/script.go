// Package script is the checker of receipts as a script for browsers: the pages
// of the platform and the dossiers that leave it have the same one.
//
// It promises the verdict of package receipt on what a browser can check, and to
// say what it cannot (docs/decisions/0015). It loads nothing, asks nobody and
// writes no HTML.
package script

import _ "embed"

// Verify is the script, an ES module that exports verify and parseKeys.
//
//go:embed verify.js
var Verify string
