package datadir

import (
	"crypto/x509"
	"encoding/json"
	"strings"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

// Outside is what gives checkpoints a time that is not the operator's own.
type Outside struct {
	Policy     *receipt.Policy // witnesses with their URLs, and the quorum; nil: none
	PolicyText []byte
	TSA        string // URL of a time-stamping authority; "": none, or by files where there are roots
	RootsPEM   []byte // its roots; never the system's
	Roots      *x509.CertPool
}

// tsaFile is outside/tsa.json. Roots names a file beside it.
type tsaFile struct {
	URL   string `json:"url"`
	Roots string `json:"roots"`
}

const rootsFile = "tsa-roots.pem"

// Outside reads DIR/outside; what is not there is not set up.
func (d *Dir) Outside() (Outside, error) {
	var o Outside
	text, err := durable.Read(d.at("outside", "policy"))
	switch {
	case err == nil:
		if o.Policy, err = receipt.ParsePolicy(text); err != nil {
			return Outside{}, placed(err, d.at("outside", "policy"))
		}
		o.PolicyText = text
	case fault.KindOf(err) != fault.NotFound:
		return Outside{}, err
	}
	text, err = durable.Read(d.at("outside", "tsa.json"))
	switch {
	case err == nil:
		var f tsaFile
		dec := json.NewDecoder(strings.NewReader(string(text)))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&f); err != nil || dec.More() || f.Roots != rootsFile {
			return Outside{}, fault.At(d.at("outside", "tsa.json"), 0, "", `must read {"url": "https://…", "roots": "%s"}; without an address the authority is asked by files`, rootsFile)
		}
		o.TSA = f.URL
		pem, err := durable.Read(d.at("outside", rootsFile))
		if err != nil {
			return Outside{}, lost(err, d.at("outside", rootsFile))
		}
		if o.Roots, err = parseRoots(d.at("outside", rootsFile), pem); err != nil {
			return Outside{}, err
		}
		o.RootsPEM = pem
	case fault.KindOf(err) != fault.NotFound:
		return Outside{}, err
	}
	return o, nil
}

// SetPolicy replaces the policy after reading it; nil takes it away.
func (d *Dir) SetPolicy(text []byte) error {
	path := d.at("outside", "policy")
	if text == nil {
		return gone(durable.Remove(path))
	}
	if _, err := receipt.ParsePolicy(text); err != nil {
		return err
	}
	return durable.WriteFile(path, text, 0o600)
}

// SetTSA replaces the time-stamping authority; an empty url is one that is asked
// by files, and without roots either it is taken away. The roots are written
// first: there is never an authority without its roots.
func (d *Dir) SetTSA(url string, rootsPEM []byte) error {
	path := d.at("outside", "tsa.json")
	if url == "" && rootsPEM == nil {
		return gone(durable.Remove(path))
	}
	if _, err := parseRoots(rootsFile, rootsPEM); err != nil {
		return err
	}
	text, err := json.Marshal(tsaFile{url, rootsFile})
	if err != nil {
		return fault.New(fault.Invalid, "the address of the authority can not be written: %v", err)
	}
	if err := durable.WriteFile(d.at("outside", rootsFile), rootsPEM, 0o600); err != nil {
		return err
	}
	return durable.WriteFile(path, append(text, '\n'), 0o600)
}

// parseRoots wants certificates and nothing that it does not understand.
func parseRoots(name string, data []byte) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fault.At(name, 0, "", "holds no certificate in PEM")
	}
	return pool, nil
}

func gone(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// placed names the file of an error that came from its bytes.
func placed(err error, file string) error {
	f, ok := err.(*fault.Error)
	if !ok || f.File != "" {
		return err
	}
	c := *f
	c.File = file
	return &c
}
