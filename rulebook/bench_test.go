package rulebook

import "testing"

// BenchmarkLoadPacks reads and checks every shipped pack; it is to stay under 150 ms.
func BenchmarkLoadPacks(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		book, err := Load(Shipped())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(book.Rules)), "rules")
	}
}
