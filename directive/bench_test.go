package directive

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkFold folds a thousand members, three steps and eight thousand acts.
func BenchmarkFold(b *testing.B) {
	d, err := Parse("d.yaml", []byte(good))
	if err != nil {
		b.Fatal(err)
	}
	f := d.File
	f.Acts = nil
	for i := range 1000 {
		f.Members = append(f.Members, Member{ID: fmt.Sprint("m", i), Groups: []string{"operators"}})
	}
	for i := range 8000 {
		done, total := int64(i/1000), int64(10)
		f.Acts = append(f.Acts, Act{ID: fmt.Sprint("p", i), Kind: Progressed, By: fmt.Sprint("m", i%1000), Steps: []string{"patch"},
			Done: &done, Total: &total, At: moment(epoch.Add(time.Duration(i) * 30 * time.Minute))})
	}
	if d, err = Build("d", f); err != nil {
		b.Fatal(err)
	}
	at := epoch.AddDate(1, 0, 0)
	b.ResetTimer()
	for b.Loop() {
		if _, err := Fold(d, d.Acts, at); err != nil {
			b.Fatal(err)
		}
	}
}
