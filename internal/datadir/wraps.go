package datadir

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/record"
)

// Wraps are the generations of the wrapping key, one file each. It implements
// record.WrapKeys. A generation is current from the moment its file is there;
// an older one stays readable until it is destroyed, so a crash between the two
// leaves nothing that can not be opened.
type Wraps struct{ d *Dir }

var _ record.WrapKeys = Wraps{}

// Wraps gives the wrapping keys.
func (d *Dir) Wraps() Wraps { return Wraps{d} }

// Current is the newest generation, and its key.
func (w Wraps) Current() (gen int, key [32]byte, err error) {
	gens, err := w.generations()
	if err != nil {
		return 0, key, err
	}
	if len(gens) == 0 {
		return 0, key, &fault.Error{Kind: fault.NotFound, File: w.d.at("keys"), Message: "has no wrapping key"}
	}
	gen = gens[len(gens)-1]
	key, err = w.Generation(gen)
	return gen, key, err
}

// Generation is the key of generation n; fault.NotFound once it is destroyed.
func (w Wraps) Generation(n int) (key [32]byte, err error) {
	body, err := readKeyFile(w.path(n), "tocsin-wrapping-key/1")
	if err != nil {
		return key, err
	}
	number, text, _ := strings.Cut(body, " ")
	key, ok := decodeKey(text)
	if !ok || number != strconv.Itoa(n) {
		return key, &fault.Error{Kind: fault.Forbidden, File: w.path(n), Message: "is not the wrapping key that its name says"}
	}
	return key, nil
}

// Rotate makes the next generation, which is current once it returns.
func (w Wraps) Rotate() (gen int, key [32]byte, err error) {
	gens, err := w.generations()
	if err != nil {
		return 0, key, err
	}
	gen = 1
	if len(gens) > 0 {
		gen = gens[len(gens)-1] + 1
	}
	if key, err = w.d.newKey(w.path(gen), "tocsin-wrapping-key/1", strconv.Itoa(gen)+" "); err != nil {
		return 0, key, err
	}
	return gen, key, nil
}

// Destroy destroys generation n and all before it. The current one is refused;
// what is gone already is no error.
func (w Wraps) Destroy(n int) error {
	gens, err := w.generations()
	if err != nil {
		return err
	}
	if len(gens) == 0 || n >= gens[len(gens)-1] {
		return fault.New(fault.Conflict, "generation %d of the wrapping key is in use and is not destroyed", n)
	}
	for _, g := range gens {
		if g <= n {
			// The new name says that the key is not in force any more, however
			// far its destruction came.
			if err := durable.Rename(w.path(g), w.path(g)+destroying); err != nil {
				return err
			}
		}
	}
	return w.d.finishDestroying()
}

const destroying = ".destroy"

// finishDestroying ends what Destroy began.
func (d *Dir) finishDestroying() error {
	entries, err := os.ReadDir(d.at("keys"))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // check names it
		}
		return durable.Fault(d.at("keys"), "could not be read", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "wrap-") && strings.HasSuffix(e.Name(), destroying) {
			if err := durable.Shred(d.at("keys", e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// generations lists what is there, oldest first.
func (w Wraps) generations() ([]int, error) {
	entries, err := os.ReadDir(w.d.at("keys"))
	if err != nil {
		return nil, durable.Fault(w.d.at("keys"), "could not be read", err)
	}
	var out []int
	for _, e := range entries {
		text, ok := strings.CutPrefix(e.Name(), "wrap-")
		if text, ok2 := strings.CutSuffix(text, ".key"); ok && ok2 {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || strconv.Itoa(n) != text {
				return nil, &fault.Error{Kind: fault.Forbidden, File: w.d.at("keys", e.Name()), Message: "has no number that a wrapping key could have"}
			}
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (w Wraps) path(n int) string { return w.d.at("keys", fmt.Sprintf("wrap-%d.key", n)) }

func (d *Dir) makeFirstWrap() error {
	gens, err := d.Wraps().generations()
	if err != nil || len(gens) > 0 {
		return err
	}
	_, _, err = d.Wraps().Rotate()
	return err
}

func (d *Dir) makeLookup() error {
	_, err := d.newKey(d.at("keys", "lookup.key"), "tocsin-lookup-key/1", "")
	return err
}

func (d *Dir) readLookup() (key [32]byte, err error) {
	path := d.at("keys", "lookup.key")
	body, err := readKeyFile(path, "tocsin-lookup-key/1")
	if err != nil {
		return key, err
	}
	key, ok := decodeKey(body)
	if !ok {
		return key, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is not a look-up key"}
	}
	return key, nil
}

// newKey writes 32 random bytes to a file that must not be there yet.
func (d *Dir) newKey(path, kind, before string) (key [32]byte, err error) {
	if _, err := io.ReadFull(d.rand, key[:]); err != nil {
		return key, fault.New(fault.Unavailable, "no randomness: %v", err)
	}
	line := durable.Line(kind, before+base64.StdEncoding.EncodeToString(key[:]))
	return key, durable.CreateFile(path, []byte(line), 0o600)
}

func readKeyFile(path, kind string) (string, error) {
	if err := durable.Private(path, false); err != nil {
		return "", err
	}
	return durable.ReadLine(path, kind, "put it back from a copy of this directory; without it what it protects can not be opened")
}

func decodeKey(text string) (key [32]byte, ok bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != len(key) {
		return key, false
	}
	return [32]byte(b), true
}
