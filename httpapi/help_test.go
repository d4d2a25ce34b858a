package httpapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"

	"tocsin/coordination"
)

var planNow = coordination.PlanOptions{At: now, Lang: "en"}

func escaped(s string) string { return url.QueryEscape(s) }

func request(method, path string) *http.Request {
	return httptest.NewRequestWithContext(context.Background(), method, Prefix+path, nil)
}
