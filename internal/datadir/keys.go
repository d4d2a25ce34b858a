package datadir

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

// The log signs with both types: Ed25519, without which no public witness
// listens (C2SP tlog-tiles), and ML-DSA-44, which outlives quantum computers.
var logKeys = []struct {
	file string
	typ  receipt.Type
}{
	{"log-ed25519", receipt.Ed25519},
	{"log-mldsa44", receipt.MLDSA44Cosignature},
}

// logKeyPath names the file of a log key. Those of the first epoch have no
// number, since most logs never have a second one.
func (d *Dir) logKeyPath(file string, epoch int) string {
	if epoch == 1 {
		return d.at("keys", file+".key")
	}
	return d.at("keys", fmt.Sprintf("%s-%d.key", file, epoch))
}

// Signers are the log's private keys in an epoch; fault.NotFound if the epoch
// has none.
func (d *Dir) Signers(epoch int) ([]receipt.Signer, error) {
	var out []receipt.Signer
	for _, k := range logKeys {
		path := d.logKeyPath(k.file, epoch)
		s, err := readSigner(path)
		if err != nil {
			return nil, err
		}
		if s.Key().Name() != d.Origin(epoch) || s.Key().Type() != k.typ {
			return nil, &fault.Error{Kind: fault.Forbidden, File: path, Message: fmt.Sprintf("is the key of %s, not of %s as this place asks", s.Key().Name(), d.Origin(epoch))}
		}
		out = append(out, s)
	}
	return out, nil
}

// NewSigners are the signers of an epoch that has not begun: new keys, since a
// key that signed one life of the log signs no other. Keys that a crash left
// from an attempt to open the same epoch are taken up; they signed nothing.
func (d *Dir) NewSigners(epoch int) ([]receipt.Signer, error) {
	if epoch < 1 {
		return nil, fault.New(fault.Invalid, "epochs count from 1, not from %d", epoch)
	}
	if err := d.makeSigners(epoch); err != nil && fault.KindOf(err) != fault.Conflict {
		return nil, err
	}
	return d.Signers(epoch)
}

// Epochs are those that keys were made for, oldest first. Numbers can be left
// out: those of epochs that a machine forgot when it was put back as a whole.
func (d *Dir) Epochs() ([]int, error) {
	entries, err := os.ReadDir(d.at("keys"))
	if err != nil {
		return nil, durable.Fault(d.at("keys"), "could not be read", err)
	}
	out := []int{1}
	for _, e := range entries {
		text, isKey := strings.CutSuffix(strings.TrimPrefix(e.Name(), logKeys[0].file+"-"), ".key")
		if n, err := strconv.Atoi(text); err == nil && isKey && n > 1 && strconv.Itoa(n) == text {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// lastEpoch is the newest epoch that keys were made for.
func (d *Dir) lastEpoch() (int, error) {
	epochs, err := d.Epochs()
	if err != nil {
		return 0, err
	}
	return epochs[len(epochs)-1], nil
}

func (d *Dir) makeSigners(epoch int) error {
	for _, k := range logKeys {
		s, err := receipt.NewSigner(d.Origin(epoch), k.typ, d.rand)
		if err != nil {
			return err
		}
		err = durable.CreateFile(d.logKeyPath(k.file, epoch), []byte(s.Secret()+"\n"), 0o600)
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return nil
}

// baseOfKeys is the origin's base by the log keys that are there, "" if none is.
func (d *Dir) baseOfKeys() (string, error) {
	for _, k := range logKeys {
		s, err := readSigner(d.logKeyPath(k.file, 1))
		if err != nil {
			if fault.KindOf(err) == fault.NotFound {
				continue
			}
			return "", err
		}
		base, ok := strings.CutSuffix(s.Key().Name(), "/1")
		if !ok {
			return "", &fault.Error{Kind: fault.Forbidden, File: d.logKeyPath(k.file, 1), Message: "is not the key of a first epoch"}
		}
		return base, checkBase(base)
	}
	return "", nil
}

// readSigner never lets a part of the key into an error.
func readSigner(path string) (receipt.Signer, error) {
	if err := durable.Private(path, false); err != nil {
		return receipt.Signer{}, err
	}
	data, err := durable.Read(path)
	if err != nil {
		return receipt.Signer{}, err
	}
	text, whole := strings.CutSuffix(string(data), "\n")
	s, err := receipt.ParseSigner(text)
	if err != nil || !whole {
		return receipt.Signer{}, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is torn or was changed: put it back from a copy; without one, a new epoch of the log is the way on"}
	}
	return s, nil
}
