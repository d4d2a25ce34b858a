package rfc3161

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"time"

	"tocsin/internal/fault"
)

// token is a time-stamp token taken apart; nothing in it is verified.
type token struct {
	content []byte // the DER of TSTInfo, which is signed
	info    tstInfo
	time    time.Time
	certs   []*x509.Certificate
	signer  signerInfo
	signed  []attribute // the signed attributes
}

// contentInfo and signedData are those of RFC 5652, sections 3 and 5.1.
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      encapsulated
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerInfo  `asn1:"set"`
}

type encapsulated struct {
	Type    asn1.ObjectIdentifier
	Content []byte `asn1:"explicit,tag:0"`
}

// signerInfo is that of RFC 5652, section 5.3.
type signerInfo struct {
	Version   int
	ID        asn1.RawValue // issuer and serial, or [0] the subject key id
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue `asn1:"tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// tstInfo is TSTInfo (RFC 3161, section 2.4.2).
type tstInfo struct {
	Version    int
	Policy     asn1.ObjectIdentifier
	Imprint    imprint
	Serial     *big.Int
	Time       asn1.RawValue
	Accuracy   accuracy         `asn1:"optional"`
	Ordering   bool             `asn1:"optional,default:false"`
	Nonce      *big.Int         `asn1:"optional"`
	Authority  asn1.RawValue    `asn1:"optional,tag:0"`
	Extensions []pkix.Extension `asn1:"optional,tag:1"`
}

type accuracy struct {
	Seconds int `asn1:"optional"`
	Millis  int `asn1:"optional,tag:0"`
	Micros  int `asn1:"optional,tag:1"`
}

// maxAccuracy is the widest accuracy that is taken for a time at all.
const maxAccuracy = 24 * time.Hour

func (a accuracy) duration() (time.Duration, error) {
	if a.Seconds < 0 || a.Seconds > int(maxAccuracy/time.Second) || a.Millis < 0 || a.Millis > 999 || a.Micros < 0 || a.Micros > 999 {
		return 0, fault.New(fault.Invalid, "the time-stamp's accuracy is out of bounds")
	}
	return time.Duration(a.Seconds)*time.Second + time.Duration(a.Millis)*time.Millisecond + time.Duration(a.Micros)*time.Microsecond, nil
}

func malformed(what string) error {
	return fault.New(fault.Invalid, "this is no time-stamp token in DER: %s cannot be read", what)
}

// exactly reads one value and nothing after it.
func exactly(der []byte, into any, what string) error {
	if rest, err := asn1.Unmarshal(der, into); err != nil || len(rest) > 0 {
		return malformed(what)
	}
	return nil
}

func parseToken(der []byte) (*token, error) {
	if len(der) > MaxResponse {
		return nil, fault.New(fault.Invalid, "the time-stamp token has %d bytes; at most %d are read", len(der), MaxResponse)
	}
	var outer contentInfo
	if err := exactly(der, &outer, "the outermost layer"); err != nil {
		return nil, err
	}
	if !outer.Type.Equal(oidSignedData) {
		return nil, fault.New(fault.Invalid, "this is no time-stamp token: its content is not signed data")
	}
	var sd signedData
	if err := exactly(outer.Content.Bytes, &sd, "the signed data"); err != nil {
		return nil, err
	}
	if !sd.Content.Type.Equal(oidTSTInfo) {
		return nil, fault.New(fault.Invalid, "this is no time-stamp token: what is signed is no time-stamp")
	}
	// RFC 3161, section 2.4.2: no signature but the authority's.
	if len(sd.Signers) != 1 {
		return nil, fault.New(fault.Invalid, "the time-stamp token has %d signatures; exactly one is expected", len(sd.Signers))
	}
	t := &token{content: sd.Content.Content, signer: sd.Signers[0]}
	if err := exactly(t.content, &t.info, "the time-stamp"); err != nil {
		return nil, err
	}
	if t.info.Version != 1 {
		return nil, fault.New(fault.Invalid, "the time-stamp has version %d; 1 is known", t.info.Version)
	}
	var err error
	if t.time, err = generalizedTime(t.info.Time); err != nil {
		return nil, err
	}
	if t.signed, err = attributes(t.signer.Signed.Bytes); err != nil {
		return nil, err
	}
	t.certs, err = certificates(sd.Certificates.Bytes)
	return t, err
}

// generalizedTime reads genTime (RFC 3161, section 2.4.2): UTC with Z, seconds
// always, a fraction without zeros at its end.
func generalizedTime(v asn1.RawValue) (time.Time, error) {
	text := string(v.Bytes)
	whole, fraction, split := strings.Cut(strings.TrimSuffix(text, "Z"), ".")
	t, err := time.Parse("20060102150405", whole)
	bad := v.Class != asn1.ClassUniversal || v.Tag != asn1.TagGeneralizedTime || v.IsCompound ||
		!strings.HasSuffix(text, "Z") || err != nil || len(whole) != 14
	if split {
		bad = bad || fraction == "" || len(fraction) > 9 || strings.HasSuffix(fraction, "0") || strings.Trim(fraction, "0123456789") != ""
	}
	if bad {
		return time.Time{}, fault.New(fault.Invalid, "the time-stamp's time cannot be read")
	}
	if split {
		nanos := 0
		for _, d := range (fraction + "000000000")[:9] {
			nanos = nanos*10 + int(d-'0')
		}
		t = t.Add(time.Duration(nanos))
	}
	return t, nil
}

// attributes reads the signed attributes, each of them once and with one value
// (RFC 5652, section 11).
func attributes(der []byte) ([]attribute, error) {
	var out []attribute
	for len(der) > 0 {
		var a attribute
		rest, err := asn1.Unmarshal(der, &a)
		if err != nil {
			return nil, malformed("a signed attribute")
		}
		for _, b := range out {
			if a.Type.Equal(b.Type) {
				return nil, fault.New(fault.Invalid, "the time-stamp token has a signed attribute twice")
			}
		}
		der, out = rest, append(out, a)
	}
	return out, nil
}

// attribute gives the DER of the one value of an attribute; nil without it.
func (t *token) attribute(oid asn1.ObjectIdentifier) []byte {
	for _, a := range t.signed {
		if a.Type.Equal(oid) && len(a.Values) == 1 {
			return a.Values[0].FullBytes
		}
	}
	return nil
}

// certificates reads those that came with the token. What is no X.509
// certificate, or one that cannot be read, is passed over: it can help nobody.
func certificates(der []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return nil, malformed("a certificate")
		}
		der = rest
		if v.Class != asn1.ClassUniversal || v.Tag != asn1.TagSequence {
			continue
		}
		if c, err := x509.ParseCertificate(v.FullBytes); err == nil {
			out = append(out, c)
		}
	}
	return out, nil
}
