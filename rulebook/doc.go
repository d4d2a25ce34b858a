// Package rulebook is the law as data: packs of rules, each with its citation,
// validity, anchors, readings and recipients, and the directory of authorities.
//
// It loads packs strictly (YAML, docs/adding-a-rule-pack.md), type-checks every
// condition, and lints what no type can say. Packs are known by the hash of
// their content. It promises that a pack that loads can be evaluated without
// error, and that a null number stays null. It never computes a date, never
// reads a clock, and never marks anything as verified by itself.
package rulebook
