package edge

import (
	"net/http"
	"strings"
)

// headers are those of every answer. A handler may replace Cache-Control and
// the two Cross-Origin policies where something is public; nothing else.
func headers(o Options) http.Header {
	h := http.Header{}
	for k, v := range map[string]string{
		"Content-Security-Policy":    policy(o.FormAction),
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
		"Referrer-Policy":            "same-origin", // "no-referrer" would make Origin "null" on our own forms
		"Cross-Origin-Opener-Policy": "same-origin",
		// Answers belong to our own pages; the public log says otherwise for itself.
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), " +
			"publickey-credentials-create=(self), publickey-credentials-get=(self)",
		// What is sensitive stays in no cache; what is public says so itself.
		"Cache-Control": "no-store",
	} {
		h.Set(k, v)
	}
	if o.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	return h
}

// policy is the Content-Security-Policy: nothing from elsewhere, nothing inline.
func policy(forms []string) string {
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'", "font-src 'self'",
		strings.Join(append([]string{"form-action 'self'"}, forms...), " "),
		"base-uri 'none'", "frame-ancestors 'none'",
	}, "; ")
}
