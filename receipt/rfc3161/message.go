package rfc3161

import (
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"

	"tocsin/internal/fault"
)

// MaxResponse is the most bytes of a response or a token.
const MaxResponse = 256 << 10

// The object identifiers that a token uses.
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidExtKeyUsage   = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
)

// imprint is MessageImprint (RFC 3161, section 2.4.1).
type imprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Digest    []byte
}

// timeStampReq is TimeStampReq (section 2.4.1) without extensions.
type timeStampReq struct {
	Version int
	Imprint imprint
	Policy  asn1.ObjectIdentifier `asn1:"optional"`
	Nonce   *big.Int              `asn1:"optional"`
	CertReq bool                  `asn1:"optional,default:false"`
}

// Request is a time-stamp query in DER over a SHA-256 digest; it asks for the
// authority's certificates, since a token without them proves nothing later. A
// nonce of nil asks without one.
func Request(digest [sha256.Size]byte, nonce *big.Int) []byte {
	der, err := asn1.Marshal(timeStampReq{
		Version: 1,
		Imprint: imprint{
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue},
			Digest:    digest[:],
		},
		Nonce:   nonce,
		CertReq: true,
	})
	if err != nil {
		panic(err) // every value above can be written
	}
	return der
}

// timeStampResp is TimeStampResp (section 2.4.2).
type timeStampResp struct {
	Status pkiStatusInfo
	Token  asn1.RawValue `asn1:"optional"`
}

type pkiStatusInfo struct {
	Status  int
	Text    []asn1.RawValue `asn1:"optional"`
	Failure asn1.BitString  `asn1:"optional"`
}

// failures are the bits of PKIFailureInfo (section 2.4.2).
var failures = map[int]string{
	0:  "the hash algorithm is not supported",
	2:  "the kind of request is not supported",
	5:  "the request has the wrong form",
	14: "the authority's clock is not available",
	15: "the policy is not supported",
	16: "an extension is not supported",
	17: "additional information is not available",
	25: "the authority has a fault",
}

// Parse takes the token, DER, out of an authority's response. It checks the
// status and the shape and trusts nothing: only Verify gives a time.
// fault.Unavailable if the authority refused, fault.Invalid if this is no response.
func Parse(response []byte) (token []byte, err error) {
	if len(response) > MaxResponse {
		return nil, fault.New(fault.Invalid, "the time-stamp response has %d bytes; at most %d are read", len(response), MaxResponse)
	}
	var r timeStampResp
	if rest, err := asn1.Unmarshal(response, &r); err != nil || len(rest) > 0 {
		return nil, fault.New(fault.Invalid, "this is no time-stamp response in DER")
	}
	// 0 is granted, 1 granted with modifications; Verify sees what was modified.
	if r.Status.Status != 0 && r.Status.Status != 1 {
		return nil, fault.New(fault.Unavailable, "the time-stamp authority refused%s", r.Status.why())
	}
	if len(r.Token.FullBytes) == 0 {
		return nil, fault.New(fault.Invalid, "the time-stamp response holds no token")
	}
	if _, err := parseToken(r.Token.FullBytes); err != nil {
		return nil, err
	}
	return r.Token.FullBytes, nil
}

// why says what the authority gave as reason.
func (s pkiStatusInfo) why() string {
	var words []string
	for bit := range s.Failure.BitLength {
		if s.Failure.At(bit) == 1 && failures[bit] != "" {
			words = append(words, failures[bit])
		}
	}
	for _, t := range s.Text {
		if t.Tag == asn1.TagUTF8String && len(t.Bytes) > 0 {
			words = append(words, string(t.Bytes))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return ": " + strings.Join(words, "; ")
}
