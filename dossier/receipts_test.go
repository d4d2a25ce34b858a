package dossier_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/dossier"
	"tocsin/receipt"
)

// No salt of a field that is not opened is in the file, in no form; the control
// shows that one would be found.
func TestNoUnopenedSaltIsInTheFile(t *testing.T) {
	whole := parsed(story)
	l := recorded(whole)
	d := example("en")
	page, _ := written(t, d)
	all := layers(page)
	opened := map[string][]string{"e1": {"entry", "id", "kind", "by", "at", "text", "recorded-at"}, "e6": {"entry", "id", "kind", "until", "reason", "recorded-at", "denies"}}
	found, hidden := 0, 0
	for id, r := range l.records {
		every, err := r.Disclose(receipt.FieldNames())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range every.Fields {
			in := holds(all, f.Salt)
			if slices.Contains(opened[id], f.Name) {
				if !in {
					t.Errorf("control: the salt of %s of %s, which is opened, is not found", f.Name, id)
				}
				found++
				continue
			}
			hidden++
			if in {
				t.Errorf("the salt of %s of %s is in the file", f.Name, id)
			}
		}
	}
	if found != 14 || hidden != len(l.records)*len(receipt.FieldNames())-found {
		t.Errorf("%d opened, %d hidden were looked for", found, hidden)
	}
	// Nor are the words of the event that this reader does not see.
	if holds(all, []byte("OUR-OWN-ANALYSIS-NOT-FOR-OTHERS")) {
		t.Error("the words of another are in the file")
	}
}

// layers takes everything apart that a file can carry inside base64, three deep.
func layers(page string) []byte {
	runs := regexp.MustCompile(`[A-Za-z0-9+/]{40,}={0,2}`)
	all := []byte(html.UnescapeString(page))
	from := all
	for range 3 {
		var next []byte
		for _, run := range runs.FindAll(from, -1) {
			if data, err := base64.StdEncoding.DecodeString(string(run)); err == nil {
				next = append(append(next, data...), '\n')
			}
		}
		all, from = append(all, next...), next
	}
	return all
}

// holds looks for bytes as they are, in hex and in base64.
func holds(all, secret []byte) bool {
	return bytes.Contains(all, secret) || bytes.Contains(all, []byte(hex.EncodeToString(secret))) ||
		bytes.Contains(all, []byte(base64.StdEncoding.EncodeToString(secret)))
}

// What is shown as opened is what the receipt opens; a receipt that says
// otherwise than the record, or more than its reader may see, is refused.
func TestReceiptsAndRecordAgree(t *testing.T) {
	whole := parsed(story)
	l := recorded(whole)
	d := example("en")

	d.Receipts = []dossier.Receipt{l.receipt("e5", "text")}
	_, err := dossier.Write(&bytes.Buffer{}, d)
	wantInvalid(t, err, "e5", "does not hold")

	other := parsed(strings.Replace(story, "Told the maker by mail.", "Told the maker at once.", 1))
	d = of("en", other, l.keys(), []dossier.Receipt{l.receipt("e2", "text")})
	_, err = dossier.Write(&bytes.Buffer{}, d)
	wantInvalid(t, err, "text", "e2", "is not what")

	other = parsed(strings.Replace(story, "how: found, ", "", 1))
	d = of("en", other, l.keys(), []dossier.Receipt{l.receipt("e1", "how")})
	_, err = dossier.Write(&bytes.Buffer{}, d)
	wantInvalid(t, err, "how")

	longer := recorded(parsed(strings.Replace(story, "how: found, ", "", 1)))
	d = of("en", whole, longer.keys(), []dossier.Receipt{longer.receipt("e1", "how")})
	_, err = dossier.Write(&bytes.Buffer{}, d)
	wantInvalid(t, err, "how", "absent")

	// Without the id, the maker names the event; words of no event are refused.
	nameless := func(event, names string) dossier.Receipt {
		extra := receipt.Extra{Record: must(l.records["e5"].Disclose(strings.Fields(names)))}
		p := must(receipt.NewProof(l.index["e5"], must(tlog.ProveRecord(l.size, l.index["e5"], l)), l.note, extra))
		return dossier.Receipt{Name: "x", Event: event, Proof: p.Bytes()}
	}
	d = example("en")
	for _, c := range []struct{ event, names, want string }{
		{"", "entry recorded-at text", "opens text of a record that no event"}, {"e1", "entry recorded-at text", "text of the event"}, {"e1", "id", "not the event"},
		{"e5", "text", "does not hold"}, {"", "entry handle sequence recorded-at kind", ""},
	} {
		d.Receipts = []dossier.Receipt{nameless(c.event, c.names)}
		if _, err = dossier.Write(&bytes.Buffer{}, d); c.want != "" {
			wantInvalid(t, err, c.want)
		} else if err != nil {
			t.Error(err)
		}
	}

	// One time written in two ways is one time.
	d = of("en", whole, l.keys(), []dossier.Receipt{l.receipt("e3", "at", "disputes", "denies"), l.receipt("e6", "until", "scope", "how")})
	if _, err = dossier.Write(&bytes.Buffer{}, d); err != nil {
		t.Error(err)
	}
}

// A receipt that does not hold has no place in a dossier.
func TestUnprovedReceiptIsRefused(t *testing.T) {
	d := example("en")
	good := d.Receipts[1].Proof
	d.Receipts[1].Proof = bytes.Replace(good, []byte("index 4"), []byte("index 3"), 1)
	if bytes.Equal(good, d.Receipts[1].Proof) {
		d.Receipts[1].Proof = bytes.Replace(good, []byte("index 5"), []byte("index 4"), 1)
	}
	_, err := dossier.Write(&bytes.Buffer{}, d)
	wantInvalid(t, err, "receipt 2", "not proved")

	d = example("en")
	d.Keys = recorded(parsed(strings.Replace(story, "PF-42", "PF-43", 1))).keys()
	_, err = dossier.Write(&bytes.Buffer{}, d)
	wantInvalid(t, err, "not proved")

	d.Keys = "nonsense"
	_, err = dossier.Write(&bytes.Buffer{}, d)
	wantInvalid(t, err, "keys")

	// A policy with a quorum is taken too.
	l := recorded(parsed(story))
	d = example("en")
	d.Keys = "# a remark that could say anything\nlog " + l.ed.Key().String() + "\nwitness one " + l.witness.Key().String() + "\nquorum one\n"
	page, _ := written(t, d)
	if strings.Contains(page, "a remark that") || !strings.Contains(page, "--policy keys.txt") {
		t.Error("the policy is not shown as it counts")
	}
}
