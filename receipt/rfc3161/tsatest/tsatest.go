// Package tsatest is a time-stamp authority for tests: a root, a certificate
// for time-stamps and answers to queries, all in memory (RFC 3161, RFC 5652).
//
// It promises the same bytes for the same randomness and times where the key is
// Ed25519, and it makes on demand what no authority should: each part of a token
// can be changed before it is signed, and after. It never stands for outside
// time, and nothing but tests may import it.
package tsatest

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"
)

// Authority answers queries. Its fields may be changed.
type Authority struct {
	Root   *x509.Certificate
	Cert   *x509.Certificate
	Signer crypto.Signer // the key of Cert
	Rand   io.Reader     // for signatures that need randomness
}

// Purpose is the extended key usage of an authority: time-stamps, critical.
func Purpose(critical bool, purposes ...asn1.ObjectIdentifier) pkix.Extension {
	value, err := asn1.Marshal(purposes)
	if err != nil {
		panic(err)
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: value}
}

// TimeStamping and ServerAuth are purposes of certificates.
var (
	TimeStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	ServerAuth   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
)

// New makes an authority with Ed25519 keys that are valid between two times.
// change may alter the template of its certificate before it is signed.
func New(rand io.Reader, from, to time.Time, change ...func(*x509.Certificate)) (*Authority, error) {
	return NewWith(rand, nil, from, to, change...)
}

// NewWith is New with a key for the authority's certificate; nil makes one.
func NewWith(rand io.Reader, key crypto.Signer, from, to time.Time, change ...func(*x509.Certificate)) (*Authority, error) {
	var seeds [2][ed25519.SeedSize]byte
	for i := range seeds {
		if _, err := io.ReadFull(rand, seeds[i][:]); err != nil {
			return nil, err
		}
	}
	rootKey := ed25519.NewKeyFromSeed(seeds[0][:])
	if key == nil {
		key = ed25519.NewKeyFromSeed(seeds[1][:])
	}
	root, err := certify(rand, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Root"}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, rootKey.Public(), rootKey)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Example TSA"}, NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{Purpose(true, TimeStamping)},
	}
	for _, c := range change {
		c(leaf)
	}
	cert, err := certify(rand, leaf, root, key.Public(), rootKey)
	if err != nil {
		return nil, err
	}
	return &Authority{Root: root, Cert: cert, Signer: key, Rand: rand}, nil
}

func certify(rand io.Reader, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// Roots is a pool with the root alone.
func (a *Authority) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Root)
	return pool
}

// Parts of a token before they are signed.
type Parts struct {
	Version    int
	Policy     asn1.ObjectIdentifier
	Imprint    asn1.ObjectIdentifier // digest algorithm of the imprint
	Digest     []byte
	Serial     *big.Int
	Time       string // GeneralizedTime as written
	Accuracy   time.Duration
	Nonce      *big.Int
	Extensions []pkix.Extension

	Content        asn1.ObjectIdentifier // what is said to be signed
	Attribute      asn1.ObjectIdentifier // the same in the signed attributes
	DigestBy       asn1.ObjectIdentifier // digest algorithm of the signature
	SignedBy       asn1.ObjectIdentifier // signature algorithm
	Certificates   []*x509.Certificate
	Names          *x509.Certificate // whom the ESS attribute names; nil leaves it out
	NamesBySHA1    []byte            // a SHA-1 hash for the older attribute, instead of Names
	ByKeyID        bool              // name the signer by key id instead of issuer and serial
	MessageDigest  []byte            // nil computes it
	Twice          bool              // the message digest twice
	Signers        int
	AfterSignature func(tst []byte) []byte
}

// Object identifiers for Parts.
var (
	SHA1   = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	SHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	SHA512 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}

	Ed25519         = asn1.ObjectIdentifier{1, 3, 101, 112}
	RSA             = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	ECDSAWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}

	TSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	Data    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
)

// Token makes a token over SHA-256 of message. Each change may alter its parts.
func (a *Authority) Token(message []byte, at time.Time, change ...func(*Parts)) ([]byte, error) {
	digest := sha256.Sum256(message)
	return a.token(digest[:], at, change...)
}

func (a *Authority) token(digest []byte, at time.Time, change ...func(*Parts)) ([]byte, error) {
	p := Parts{
		Version: 1, Policy: asn1.ObjectIdentifier{1, 2, 3, 4}, Imprint: SHA256, Digest: digest, Serial: big.NewInt(42),
		Time: at.UTC().Format("20060102150405.999999999Z"), Accuracy: time.Second,
		Content: TSTInfo, Attribute: TSTInfo, DigestBy: SHA512, SignedBy: Ed25519,
		Certificates: []*x509.Certificate{a.Cert}, Names: a.Cert, Signers: 1,
	}
	for _, c := range change {
		c(&p)
	}
	return a.sign(p)
}

type algorithm = pkix.AlgorithmIdentifier

type imprint struct {
	Algorithm algorithm
	Digest    []byte
}

type accuracy struct {
	Seconds int `asn1:"optional"`
	Millis  int `asn1:"optional,tag:0"`
	Micros  int `asn1:"optional,tag:1"`
}

type tstInfo struct {
	Version    int
	Policy     asn1.ObjectIdentifier
	Imprint    imprint
	Serial     *big.Int
	Time       asn1.RawValue
	Accuracy   accuracy
	Nonce      *big.Int         `asn1:"optional"`
	Extensions []pkix.Extension `asn1:"optional,tag:1"`
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

type signerInfo struct {
	Version   int
	ID        asn1.RawValue
	Digest    algorithm
	Signed    asn1.RawValue
	Algorithm algorithm
	Signature []byte
}

type encapsulated struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue
}

type signedData struct {
	Version      int
	Digests      []algorithm `asn1:"set"`
	Content      encapsulated
	Certificates asn1.RawValue
	Signers      []signerInfo `asn1:"set"`
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue
}

// explicit wraps DER in [0].
func explicit(der []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: der}
}

func marshal(v any) []byte {
	der, err := asn1.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("tsatest: %v", err))
	}
	return der
}

func (a *Authority) sign(p Parts) ([]byte, error) {
	tst := marshal(tstInfo{
		Version: p.Version, Policy: p.Policy, Imprint: imprint{algorithm{Algorithm: p.Imprint}, p.Digest}, Serial: p.Serial,
		Time: asn1.RawValue{Tag: asn1.TagGeneralizedTime, Bytes: []byte(p.Time)},
		Accuracy: accuracy{
			Seconds: int(p.Accuracy / time.Second),
			Millis:  int(p.Accuracy % time.Second / time.Millisecond),
			Micros:  int(p.Accuracy % time.Millisecond / time.Microsecond),
		},
		Nonce: p.Nonce, Extensions: p.Extensions,
	})
	if p.MessageDigest == nil {
		p.MessageDigest = digestBy(p.DigestBy, tst)
	}
	set := attributes(p)
	toBeSigned := marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: set})
	signature, err := a.signature(p.DigestBy, toBeSigned)
	if err != nil {
		return nil, err
	}
	signer := signerInfo{Version: 1, Digest: algorithm{Algorithm: p.DigestBy}, Algorithm: algorithm{Algorithm: p.SignedBy}, Signature: signature}
	signer.Signed = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: set}
	if p.ByKeyID {
		signer.Version = 3
		signer.ID = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, Bytes: a.Cert.SubjectKeyId}
	} else {
		signer.ID = asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: slices.Concat(a.Cert.RawIssuer, marshal(a.Cert.SerialNumber))}
	}
	if p.AfterSignature != nil {
		tst = p.AfterSignature(tst)
	}
	var certs []byte
	for _, c := range p.Certificates {
		certs = append(certs, c.Raw...)
	}
	sd := signedData{
		Version: 3, Digests: []algorithm{{Algorithm: p.DigestBy}},
		Content:      encapsulated{p.Content, explicit(marshal(tst))},
		Certificates: explicit(certs),
		Signers:      slices.Repeat([]signerInfo{signer}, p.Signers),
	}
	return marshal(contentInfo{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, explicit(marshal(sd))}), nil
}

// attributes are the signed ones, in the order of DER for a set.
func attributes(p Parts) []byte {
	one := func(oid asn1.ObjectIdentifier, value []byte) []byte {
		return marshal(attribute{oid, []asn1.RawValue{{FullBytes: value}}})
	}
	all := [][]byte{
		one(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, marshal(p.Attribute)),
		one(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, marshal(p.MessageDigest)),
	}
	if p.Twice {
		all = append(all, all[1])
	}
	type essID struct{ Hash []byte }
	type essIDs struct{ Certs []essID }
	switch {
	case p.NamesBySHA1 != nil:
		all = append(all, one(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}, marshal(essIDs{[]essID{{p.NamesBySHA1}}})))
	case p.Names != nil:
		hash := sha256.Sum256(p.Names.Raw)
		all = append(all, one(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}, marshal(essIDs{[]essID{{hash[:]}}})))
	}
	slices.SortFunc(all, slices.Compare)
	return slices.Concat(all...)
}

func digestBy(oid asn1.ObjectIdentifier, data []byte) []byte {
	if oid.Equal(SHA256) {
		h := sha256.Sum256(data)
		return h[:]
	}
	h := sha512.Sum512(data)
	return h[:]
}

func (a *Authority) signature(digest asn1.ObjectIdentifier, message []byte) ([]byte, error) {
	if _, ok := a.Signer.(ed25519.PrivateKey); ok {
		return a.Signer.Sign(a.Rand, message, crypto.Hash(0))
	}
	hash := crypto.SHA512
	if digest.Equal(SHA256) {
		hash = crypto.SHA256
	}
	return a.Signer.Sign(a.Rand, digestBy(digest, message), hash)
}

type request struct {
	Version int
	Imprint imprint
	Policy  asn1.ObjectIdentifier `asn1:"optional"`
	Nonce   *big.Int              `asn1:"optional"`
	CertReq bool                  `asn1:"optional,default:false"`
}

type response struct {
	Status struct{ Status int }
	Token  asn1.RawValue
}

// Respond answers a query (TimeStampReq in DER) with a granted response at a time.
func (a *Authority) Respond(query []byte, at time.Time, change ...func(*Parts)) ([]byte, error) {
	var q request
	if rest, err := asn1.Unmarshal(query, &q); err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("tsatest: this is no query: %v", err)
	}
	change = append([]func(*Parts){func(p *Parts) {
		p.Imprint, p.Nonce = q.Imprint.Algorithm.Algorithm, q.Nonce
		if !q.CertReq {
			p.Certificates = nil
		}
	}}, change...)
	token, err := a.token(q.Imprint.Digest, at, change...)
	if err != nil {
		return nil, err
	}
	return marshal(response{Token: asn1.RawValue{FullBytes: token}}), nil
}
