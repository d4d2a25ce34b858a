package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"

	"tocsin/internal/document"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

const (
	maxBody     = 1 << 20  // of a request that is no case file
	maxCaseFile = 16 << 20 // as for tocsin case import
)

// bodyName stands for the name of a file in messages of the readers below, and is
// taken out again.
const bodyName = "body"

// body reads the body whole, of one of the media types; "" is taken for JSON.
func (c *call) body(most int64, types ...string) ([]byte, error) {
	kind := c.r.Header.Get("Content-Type")
	if kind != "" {
		media, params, err := mime.ParseMediaType(kind)
		ok := err == nil && (params["charset"] == "" || params["charset"] == "utf-8" || params["charset"] == "UTF-8")
		for _, t := range types {
			if ok && media == t {
				kind = ""
			}
		}
		if kind != "" {
			return nil, newProblem(http.StatusUnsupportedMediaType, fault.Invalid, "this takes "+join(types, " or ")+" in UTF-8")
		}
	}
	if c.r.Header.Get("Content-Encoding") != "" {
		return nil, newProblem(http.StatusUnsupportedMediaType, fault.Invalid, "a body that is compressed is not taken")
	}
	if c.r.ContentLength > most {
		return nil, tooLarge(most)
	}
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, most))
	var slow net.Error
	switch {
	case err == nil:
	case edge.TooLarge(err):
		return nil, tooLarge(most)
	case errors.As(err, &slow) && slow.Timeout():
		return nil, newProblem(http.StatusRequestTimeout, fault.Unavailable, "the body did not arrive in time")
	default:
		return nil, newProblem(http.StatusBadRequest, fault.Invalid, "the body ended before it was whole")
	}
	if len(data) == 0 {
		return nil, fault.New(fault.Invalid, "a body is needed")
	}
	return data, nil
}

func tooLarge(most int64) error {
	p := newProblem(http.StatusRequestEntityTooLarge, fault.Invalid, "")
	p.Detail = fault.New(fault.Invalid, "the body is too large; at most %d bytes are taken", most).Error()
	return p
}

// decode reads a JSON body into a struct with yaml tags, strictly: an unknown or
// doubled key, a value of another type, a bad byte, a deep nest are errors with
// their place (internal/document).
func (c *call) decode(into any) error {
	data, err := c.body(maxBody, "application/json")
	if err != nil {
		return err
	}
	return decode(data, into)
}

func decode(data []byte, into any) error {
	if err := isObject(data); err != nil {
		return err
	}
	root, err := document.Parse(bodyName, data, document.Limits{Bytes: maxBody, Depth: 24, Values: 100_000})
	if err == nil {
		err = document.Decode(bodyName, root, into)
	}
	return err
}

// isObject refuses what is not JSON but would be read as YAML.
func isObject(data []byte) error {
	text := bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	var raw json.RawMessage
	var at *json.SyntaxError
	if err := json.Unmarshal(text, &raw); errors.As(err, &at) {
		line := 1 + bytes.Count(text[:min(int(at.Offset), len(text))], []byte("\n"))
		return fault.At(bodyName, line, "", "this is not JSON: %v", at)
	} else if err != nil {
		return fault.At(bodyName, 1, "", "this is not JSON")
	}
	if text = bytes.TrimLeft(text, " \t\r\n"); text[0] != '{' {
		return fault.At(bodyName, 1, "", "a JSON object is needed")
	}
	return nil
}

// option reads a decode that may be left out as a whole.
func (c *call) option(into any) error {
	if c.r.ContentLength == 0 {
		return nil
	}
	return c.decode(into)
}
