package rfc3161

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"tocsin/internal/fault"
)

// Stamp is what a verified token says.
type Stamp struct {
	Time      time.Time     // genTime, UTC
	Accuracy  time.Duration // the time may be off by this much either way; 0 if not stated
	Authority string        // common name of the signing certificate, or its whole subject
	Serial    *big.Int      // of the token
	Policy    string        // the authority's policy, dotted
}

// NotLater is the latest instant that the stamp allows: genTime and its accuracy.
func (s Stamp) NotLater() time.Time { return s.Time.Add(s.Accuracy) }

func refuse(format string, args ...any) error {
	return fault.New(fault.Invalid, "the time-stamp is not valid: "+format, args...)
}

// Verify checks a token, DER, over SHA-256 of message against roots, as of the
// token's own time, and nonce where it is not nil. fault.Invalid with a sentence
// saying which check it failed.
//
// A key that is stolen after its certificate has ended can make tokens with a
// time before that: whoever relies on a stamp for longer stamps again in time.
func Verify(der, message []byte, nonce *big.Int, roots *x509.CertPool) (Stamp, error) {
	if roots == nil {
		return Stamp{}, fault.New(fault.Invalid, "no roots of time-stamp authorities are given, so no time-stamp can be verified")
	}
	t, err := parseToken(der)
	if err != nil {
		return Stamp{}, err
	}
	if err := t.checkImprint(message); err != nil {
		return Stamp{}, err
	}
	if nonce != nil && (t.info.Nonce == nil || t.info.Nonce.Cmp(nonce) != 0) {
		return Stamp{}, refuse("it does not answer this request, its nonce differs")
	}
	for _, e := range t.info.Extensions {
		if e.Critical {
			return Stamp{}, refuse("it has the critical extension %v, which is not known", e.Id)
		}
	}
	within, err := t.info.Accuracy.duration()
	if err != nil {
		return Stamp{}, err
	}
	cert, err := t.signingCertificate()
	if err != nil {
		return Stamp{}, err
	}
	if err := t.checkSignature(cert); err != nil {
		return Stamp{}, err
	}
	if err := checkPurpose(cert); err != nil {
		return Stamp{}, err
	}
	if err := t.checkChain(cert, roots); err != nil {
		return Stamp{}, err
	}
	name := cert.Subject.CommonName
	if name == "" {
		name = cert.Subject.String()
	}
	return Stamp{Time: t.time, Accuracy: within, Authority: name, Serial: t.info.Serial, Policy: t.info.Policy.String()}, nil
}

// checkImprint compares what was stamped with the message. Only SHA-256 is
// taken: it is what Request asks for.
func (t *token) checkImprint(message []byte) error {
	if !t.info.Imprint.Algorithm.Algorithm.Equal(oidSHA256) {
		return refuse("its imprint is not made with SHA-256")
	}
	want := sha256.Sum256(message)
	if subtle.ConstantTimeCompare(want[:], t.info.Imprint.Digest) != 1 {
		return refuse("it was made over something else")
	}
	return nil
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

// signingCertificate finds the certificate that the signature names, and checks
// that the signed attribute ESSCertID or ESSCertIDv2 names the same one
// (RFC 3161, section 2.4.2; RFC 5816): without it, another certificate over the
// same key could be put in its place.
func (t *token) signingCertificate() (*x509.Certificate, error) {
	cert := t.byID()
	if cert == nil {
		return nil, refuse("it does not carry the certificate that signed it")
	}
	if v2 := t.attribute(oidSigningCertV2); v2 != nil {
		var a struct {
			Certs []struct {
				Algorithm pkix.AlgorithmIdentifier `asn1:"optional"`
				Hash      []byte
				Issuer    asn1.RawValue `asn1:"optional"`
			}
			Policies asn1.RawValue `asn1:"optional"`
		}
		if err := exactly(v2, &a, "the attribute that names the certificate"); err != nil {
			return nil, err
		}
		if len(a.Certs) == 0 {
			return nil, refuse("the attribute that names its certificate is empty")
		}
		id := a.Certs[0]
		algorithm := id.Algorithm.Algorithm
		if len(algorithm) == 0 {
			algorithm = oidSHA256 // the default of RFC 5035, section 4
		}
		hash := digestBy(algorithm, cert.Raw)
		if hash == nil || !bytes.Equal(hash, id.Hash) {
			return nil, refuse("it names another certificate than the one that it carries")
		}
		return cert, nil
	}
	v1 := t.attribute(oidSigningCert)
	if v1 == nil {
		return nil, refuse("no signed attribute names its certificate")
	}
	var a struct {
		Certs []struct {
			Hash   []byte
			Issuer asn1.RawValue `asn1:"optional"`
		}
		Policies asn1.RawValue `asn1:"optional"`
	}
	if err := exactly(v1, &a, "the attribute that names the certificate"); err != nil {
		return nil, err
	}
	// RFC 3161 itself knows SHA-1 only. It serves to find a second certificate
	// with the same hash difficult, not to sign: the signature has its own.
	if hash := sha1.Sum(cert.Raw); len(a.Certs) == 0 || !bytes.Equal(hash[:], a.Certs[0].Hash) {
		return nil, refuse("it names another certificate than the one that it carries")
	}
	return cert, nil
}

// byID finds the certificate by issuer and serial, or by subject key id.
func (t *token) byID() *x509.Certificate {
	id := t.signer.ID
	if id.Class == asn1.ClassContextSpecific && id.Tag == 0 {
		for _, c := range t.certs {
			if len(c.SubjectKeyId) > 0 && bytes.Equal(c.SubjectKeyId, id.Bytes) {
				return c
			}
		}
		return nil
	}
	var want issuerAndSerial
	if rest, err := asn1.Unmarshal(id.FullBytes, &want); err != nil || len(rest) > 0 {
		return nil
	}
	for _, c := range t.certs {
		if c.SerialNumber.Cmp(want.Serial) == 0 && bytes.Equal(c.RawIssuer, want.Issuer.FullBytes) {
			return c
		}
	}
	return nil
}

func digestBy(oid asn1.ObjectIdentifier, data []byte) []byte {
	switch {
	case oid.Equal(oidSHA256):
		h := sha256.Sum256(data)
		return h[:]
	case oid.Equal(oidSHA384):
		h := sha512.Sum384(data)
		return h[:]
	case oid.Equal(oidSHA512):
		h := sha512.Sum512(data)
		return h[:]
	}
	return nil
}

// checkSignature checks that the signed attributes name the time-stamp by type
// and digest, and that the certificate's key signed them (RFC 5652, 5.4, 11.1
// and 11.2).
func (t *token) checkSignature(cert *x509.Certificate) error {
	var contentType asn1.ObjectIdentifier
	if v := t.attribute(oidContentType); v == nil || exactly(v, &contentType, "") != nil || !contentType.Equal(oidTSTInfo) {
		return refuse("its signature is not one over a time-stamp")
	}
	want := digestBy(t.signer.Digest.Algorithm, t.content)
	if want == nil {
		return refuse("its digest algorithm %v is not accepted", t.signer.Digest.Algorithm)
	}
	var digest []byte
	if v := t.attribute(oidMessageDigest); v == nil || exactly(v, &digest, "") != nil || !bytes.Equal(digest, want) {
		return refuse("its content was changed")
	}
	algorithm := signatureAlgorithm(t.signer.Algorithm.Algorithm, t.signer.Digest.Algorithm)
	if algorithm == x509.UnknownSignatureAlgorithm {
		return refuse("its signature algorithm %v is not accepted", t.signer.Algorithm.Algorithm)
	}
	// Signed is the SET OF with its own tag, not with that of the field.
	signed := bytes.Clone(t.signer.Signed.FullBytes)
	signed[0] = asn1.TagSet | 0x20
	if err := cert.CheckSignature(algorithm, signed, t.signer.Signature); err != nil {
		return refuse("its signature does not verify")
	}
	return nil
}

// signatureAlgorithm names what a signature and a digest algorithm are together.
// MD5 and SHA-1 are nowhere in it.
func signatureAlgorithm(sig, digest asn1.ObjectIdentifier) x509.SignatureAlgorithm {
	for _, a := range signatureAlgorithms {
		if a.oid.Equal(sig) && (a.digest == nil || a.digest.Equal(digest)) {
			return a.algorithm
		}
	}
	return x509.UnknownSignatureAlgorithm
}

var signatureAlgorithms = []struct {
	oid, digest asn1.ObjectIdentifier
	algorithm   x509.SignatureAlgorithm
}{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, oidSHA256, x509.SHA256WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, oidSHA384, x509.SHA384WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, oidSHA512, x509.SHA512WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, oidSHA256, x509.SHA256WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}, oidSHA384, x509.SHA384WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}, oidSHA512, x509.SHA512WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}, oidSHA256, x509.SHA256WithRSAPSS},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}, oidSHA384, x509.SHA384WithRSAPSS},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}, oidSHA512, x509.SHA512WithRSAPSS},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, oidSHA256, x509.ECDSAWithSHA256},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, oidSHA384, x509.ECDSAWithSHA384},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, oidSHA512, x509.ECDSAWithSHA512},
	{asn1.ObjectIdentifier{1, 3, 101, 112}, oidSHA512, x509.PureEd25519}, // RFC 8419
}

// checkPurpose asks for a certificate that may sign time-stamps and nothing else
// (RFC 3161, section 2.3: extended key usage, critical, with one purpose).
func checkPurpose(cert *x509.Certificate) error {
	critical := false
	for _, e := range cert.Extensions {
		critical = critical || e.Id.Equal(oidExtKeyUsage) && e.Critical
	}
	if !critical || len(cert.ExtKeyUsage) != 1 || cert.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(cert.UnknownExtKeyUsage) != 0 {
		return refuse("the certificate of %q is not one for time-stamps alone", cert.Subject.CommonName)
	}
	if cert.KeyUsage != 0 && cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return refuse("the certificate of %q may not sign", cert.Subject.CommonName)
	}
	return nil
}

// checkChain asks for a chain to the roots that was valid at the token's time.
func (t *token) checkChain(cert *x509.Certificate, roots *x509.CertPool) error {
	between := x509.NewCertPool()
	for _, c := range t.certs {
		if !c.Equal(cert) {
			between.AddCert(c)
		}
	}
	_, err := cert.Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: between,
		CurrentTime:   t.time,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	if err != nil {
		return refuse("the certificate of %q has no chain to the given roots as of %s", cert.Subject.CommonName, t.time.Format(time.RFC3339))
	}
	return nil
}
