package e2e

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/plan"
	"tocsin/rulebook"
)

// BenchmarkProcess is the whole of `tocsin plan examples/log4shell.yaml`, from
// the start of the process to its end (docs/benchmarks.md).
func BenchmarkProcess(b *testing.B) {
	for b.Loop() {
		if out, err := exec.Command(program, "plan", "../examples/log4shell.yaml").CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}

// BenchmarkProcessHelp is a process that does nothing, to subtract.
func BenchmarkProcessHelp(b *testing.B) {
	for b.Loop() {
		if out, err := exec.Command(program, "--help").CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}

// BenchmarkParts says what the time of a plan is spent on.
func BenchmarkParts(b *testing.B) {
	data, err := os.ReadFile("../examples/log4shell.yaml")
	if err != nil {
		b.Fatal(err)
	}
	book, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		b.Fatal(err)
	}
	c, err := casefile.Parse("log4shell.yaml", data)
	if err != nil {
		b.Fatal(err)
	}
	at := time.Date(2022, 7, 15, 0, 0, 0, 0, time.UTC)
	b.Run("packs", func(b *testing.B) {
		for b.Loop() {
			if _, err := rulebook.Load(rulebook.Shipped()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("case", func(b *testing.B) {
		for b.Loop() {
			if _, err := casefile.Parse("log4shell.yaml", data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("plan", func(b *testing.B) {
		for b.Loop() {
			if _, err := plan.For(c, book, plan.Options{At: at}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
