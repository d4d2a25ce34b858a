package record

import (
	"io"
	"sync"

	"tocsin/receipt"
)

// blanks makes blank records ahead, while a commit is on its way and nobody
// computes: under the lock then only what a record says is hashed. It makes as
// many as the last batches used, and none for a process that adds one event.
type blanks struct {
	rand  io.Reader
	ready chan *receipt.Blank
	wake  chan int
	stop  chan struct{}
	gone  sync.WaitGroup
}

// Ahead of small batches nothing is made: it would take longer than it saves.
const (
	fewRecords = 8
	maxBlanks  = 512
)

func newBlanks(rand io.Reader) *blanks {
	b := &blanks{rand: rand, ready: make(chan *receipt.Blank, maxBlanks), wake: make(chan int, 1), stop: make(chan struct{})}
	b.gone.Go(b.run)
	return b
}

// take gives a blank, made now if none is ready.
func (b *blanks) take() (*receipt.Blank, error) {
	select {
	case blank := <-b.ready:
		return blank, nil
	default:
		return receipt.NewBlank(b.rand)
	}
}

// used tells how many records a batch had; as many are made ahead for the next.
func (b *blanks) used(n int) {
	if n < fewRecords {
		return
	}
	select {
	case b.wake <- min(n, maxBlanks):
	default: // it is at work already
	}
}

func (b *blanks) run() {
	for {
		select {
		case <-b.stop:
			return
		case n := <-b.wake:
			for len(b.ready) < n {
				blank, err := receipt.NewBlank(b.rand)
				if err != nil {
					break // whoever needs one is told
				}
				select {
				case b.ready <- blank:
				case <-b.stop:
					return
				}
			}
		}
	}
}

func (b *blanks) close() {
	close(b.stop)
	b.gone.Wait()
}
