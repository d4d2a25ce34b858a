// Package worked runs the worked examples that stand beside each rule pack.
//
// An example is a small fictional case, an instant, and what the rule must give
// for it. Each rule has at least one in which it applies, with its readings,
// and one in which it does not; each condition must be made true by one and
// false by another. It promises that an expectation that is not met is told
// with what was wanted and what came, and never changes a pack.
package worked
