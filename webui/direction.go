package webui

import "bytes"

// steady takes out of a page, in place, the marks that turn the direction of text:
// with them a file "cod.exe" reads "exe.doc", and a name can pass for another. Where
// one stood stands U+FFFD, so that a reader sees that something was there. Letters
// keep their own direction without them (Unicode UAX 9, 2.7).
func steady(page []byte) []byte {
	for rest := page; ; rest = rest[1:] {
		i := bytes.IndexByte(rest, 0xe2) // U+2000 to U+2FFF
		if i < 0 || i+2 >= len(rest) {
			break
		}
		if rest = rest[i:]; turns(rest[1], rest[2]) {
			copy(rest, "\uFFFD")
		}
	}
	for rest := page; ; rest = rest[1:] {
		i := bytes.Index(rest, []byte("\u061c")) // the Arabic letter mark, of two bytes
		if i < 0 {
			return page
		}
		rest = rest[i:]
		copy(rest, "  ")
	}
}

// turns tells whether 0xe2 and two more bytes are U+200E, U+200F, U+202A to U+202E or
// U+2066 to U+2069 in UTF-8.
func turns(b, c byte) bool {
	switch b {
	case 0x80:
		return c == 0x8e || c == 0x8f || c >= 0xaa && c <= 0xae
	case 0x81:
		return c >= 0xa6 && c <= 0xa9
	}
	return false
}
