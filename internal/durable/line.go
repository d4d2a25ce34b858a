package durable

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"

	"tocsin/internal/fault"
)

// Line makes a line of text that tells when it was torn or changed: its kind,
// its body, and the SHA-256 of both in hex.
func Line(kind, body string) string {
	text := kind + " " + body
	sum := sha256.Sum256([]byte(text))
	return text + " " + hex.EncodeToString(sum[:]) + "\n"
}

// Unline gives the body back. The second result is false for anything that
// Line has not written in full: every prefix of a line among it.
func Unline(kind, line string) (body string, ok bool) {
	const sumLen = 2*sha256.Size + len(" \n")
	body, ok = strings.CutPrefix(line, kind+" ")
	if !ok || len(body) < sumLen {
		return "", false
	}
	body = body[:len(body)-sumLen]
	return body, Line(kind, body) == line
}

// ReadLine reads a file of one line. An absent file is fault.NotFound;
// anything else that is not exactly such a line is fault.Forbidden with advice.
func ReadLine(path, kind, advice string) (body string, err error) {
	data, err := Read(path)
	if err != nil {
		return "", err
	}
	body, ok := Unline(kind, string(data))
	if !ok {
		return "", &fault.Error{Kind: fault.Forbidden, File: path, Message: "is torn or was changed: " + advice}
	}
	return body, nil
}

const maxFile = 8 << 20

// Read reads a whole ordinary file of at most 8 MiB; fault.NotFound if it is not
// there.
func Read(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return nil, &fault.Error{Kind: fault.NotFound, File: path, Message: "is not there"}
	case err != nil:
		return nil, Fault(path, "could not be read", err)
	case !info.Mode().IsRegular():
		return nil, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is no ordinary file"}
	case info.Size() > maxFile:
		return nil, &fault.Error{Kind: fault.Invalid, File: path, Message: "is too large to be what it should be"}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, Fault(path, "could not be read", err)
	}
	return data, nil
}
