package access_test

import (
	"fmt"
	"testing"

	"tocsin/access"
	"tocsin/casefile"
)

// large is a case of a thousand parties and ten thousand events, in which each
// event names somebody else in its words.
func large() casefile.File {
	f := casefile.File{Format: casefile.Format, Case: "L", TLP: "AMBER", Products: []casefile.Product{{ID: "lib", Provider: "p0"}}}
	for i := range 1000 {
		id := fmt.Sprint("p", i)
		f.Parties = append(f.Parties, casefile.Party{ID: id, Name: "Organisation number " + fmt.Sprint(i)})
		f.Products = append(f.Products, casefile.Product{ID: "prod" + id, Provider: id, Contains: []casefile.Ref{{ID: "lib"}}})
	}
	kinds := []casefile.Kind{"aware", "reported", "assessed", "notified", "published", "measure-available", "commented"}
	for i := range 10000 {
		e := casefile.Event{ID: fmt.Sprint("e", i), Kind: kinds[i%len(kinds)], By: fmt.Sprint("p", i%1000), To: []string{fmt.Sprint("p", (i*7)%1000)}, Of: "lib", At: at(i % 300)}
		e.Text = fmt.Sprintf("Organisation number %d said so, and p%d did not deny it.", (i*13)%1000, (i*17)%1000)
		f.Events = append(f.Events, e)
	}
	return f
}

func BenchmarkViewOfOneOfAThousandParties(b *testing.B) {
	f := large()
	for b.Loop() {
		if got := access.View(f, access.Viewpoint{Parties: []string{"p7"}}); len(got.Events) < 100 {
			b.Fatal(len(got.Events))
		}
	}
}

func BenchmarkDecideWithAThousandSeats(b *testing.B) {
	var seats []access.Seat
	for i := range 1000 {
		seats = append(seats, seat(access.PartySeat, fmt.Sprint("o", i), fmt.Sprint("p", i)))
	}
	m := matter("AMBER", seats...)
	r := access.Reader{Person: "anna", Place: "CN", Acting: []access.Acting{of("o7", "CN", "active")}}
	for b.Loop() {
		if !access.Decide(access.See, r, m).Allowed {
			b.Fatal("refused")
		}
	}
}
