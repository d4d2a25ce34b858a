package tsa

import (
	"crypto/sha256"
	"crypto/x509"

	"tocsin/internal/fault"
	"tocsin/receipt/rfc3161"
)

// WriteRequest gives a time-stamp query (.tsq) for message, to be carried to an
// authority. It has no nonce, so that the answer can be checked with the
// message alone, at any later time.
func WriteRequest(message []byte) ([]byte, error) {
	return rfc3161.Request(sha256.Sum256(message), nil), nil
}

// ReadAnswer takes a time-stamp response (.tsr), or a bare token, for message
// and gives the token, DER, once it verifies. fault.Invalid if it is neither,
// fault.Forbidden if it does not verify.
func ReadAnswer(answer, message []byte, roots *x509.CertPool) (token []byte, err error) {
	if roots == nil {
		return nil, fault.New(fault.Invalid, "a time-stamp is checked against the authority's own root certificates; the system's are never trusted for it")
	}
	if len(answer) > maxAnswer {
		return nil, fault.New(fault.Invalid, "this is larger than any time-stamp")
	}
	token, err = rfc3161.Parse(answer)
	if err != nil {
		if _, verr := rfc3161.Verify(answer, message, nil, roots); verr == nil {
			return answer, nil
		}
		return nil, fault.New(fault.Invalid, "this is no answer of a time-stamping authority with a token in it: %v", err)
	}
	if _, err := rfc3161.Verify(token, message, nil, roots); err != nil {
		return nil, fault.New(fault.Forbidden, "the time-stamp is not used: %v", err)
	}
	return token, nil
}
