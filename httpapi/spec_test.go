package httpapi

import (
	"context"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// spec reads the document that is served with a reader that we did not write.
func spec(t testing.TB, a *api) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(a.spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatalf("the document is not sound: %v", err)
	}
	return doc
}

func TestTheDocumentIsOpenAPI31(t *testing.T) {
	_, a := newShop(t).serve(t)
	doc := spec(t, a)
	if !doc.IsOpenAPI31OrLater() || doc.OpenAPIMajorMinor() != "3.1" {
		t.Errorf("it says that it is %s", doc.OpenAPI)
	}
}
