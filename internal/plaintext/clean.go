// Package plaintext makes text from outside fit to be shown to a person.
//
// It promises one line of valid UTF-8 without anything that could steer a
// terminal, hide bytes, reverse the reading direction or climb over its
// neighbours. It never judges what the text says, and is no escaping for
// HTML or SVG: that is the writer's own.
package plaintext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds one text, so that a hostile document cannot exhaust memory.
const maxText = 2000

// Clean makes a text of outside origin fit to be shown: one line, valid
// UTF-8, no control or format characters (bidi overrides and marks, zero-width
// signs, tag characters can all hide or reverse text), at most three combining
// marks on a letter so that none climbs over its neighbours.
func Clean(s string) string {
	var b strings.Builder
	marks, space := 0, true
	n := -1 // letters so far, not bytes: a replaced byte must not count thrice
	for _, r := range s {
		if n++; n >= maxText {
			b.WriteRune('…')
			break
		}
		switch {
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
			}
			space, marks = true, 0
			continue
		case r == utf8.RuneError, unicode.Is(unicode.Co, r), r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
			r, marks = '\uFFFD', 0
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), hidesData(r):
			continue
		case unicode.Is(unicode.M, r):
			if marks++; marks > 3 || space {
				continue
			}
		default:
			marks = 0
		}
		space = false
		b.WriteRune(r)
	}
	return strings.TrimRight(b.String(), " ")
}

// Printable takes out of a text of any length what could steer a terminal or
// turn the reading direction, and leaves the rest as it is, line ends included.
// It is for words that are put together already; a text from outside that is to
// stand inside others goes through Clean.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r)) {
			return -1
		}
		return r
	}, s)
}

// hidesData tells the invisible letters that are no format characters by
// category: fillers and the variation selectors, which can carry bytes.
func hidesData(r rune) bool {
	switch {
	case r == 0x034F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFFA0:
		return true
	case r >= 0x180B && r <= 0x180F, r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}
