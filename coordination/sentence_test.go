package coordination

import (
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/internal/fault"
)

// Every code of the table is a sentence for whoever has no catalogue of words,
// with the clause once.
func TestEachRefusalIsASentence(t *testing.T) {
	for _, code := range access.Codes() {
		if code == access.CodeNotFound {
			continue // the answer for what is not there
		}
		s := refuse(access.Decision{Kind: fault.Forbidden, Code: code, Citation: "RMSV Art. 9(7)"}).Error()
		if strings.Contains(s, "refused: ") || strings.Count(s, "RMSV Art. 9(7)") != 1 || len(strings.Fields(s)) < 6 {
			t.Errorf("%s: %s", code, s)
		}
	}
	if s := refuse(access.Decision{Kind: fault.Forbidden, Code: "new"}).Error(); !strings.Contains(s, "refused: new") {
		t.Error("a code without a sentence is not named: " + s)
	}
}
