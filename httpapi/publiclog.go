package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/internal/fault"
)

// Ledger gives what the public may know of the log: what a checkpoint has signed,
// never how much was added since, which tells how busy somebody is.
type Ledger func(ctx context.Context) (PublicLog, error)

// PublicLog is the public state of the log. Without a checkpoint size is 0 and
// root is empty.
type PublicLog struct {
	Origin      string       `json:"origin" example:"tocsin.example.org/ledger/1"`
	Epoch       int          `json:"epoch"`
	Size        int64        `json:"size" doc:"Of the last published checkpoint."`
	Root        string       `json:"root" doc:"Of the last published checkpoint, in base64."`
	Keys        []string     `json:"keys" doc:"Verifier keys, for tocsin verify --key."`
	OldKeys     []string     `json:"old_keys" doc:"Of earlier epochs, for older receipts."`
	Checkpoint  *Signed      `json:"checkpoint" doc:"Null: none was published yet."`
	Witnesses   []LogWitness `json:"witnesses"`
	Quorum      string       `json:"quorum"`
	TSA         string       `json:"tsa" doc:"The time-stamp authority."`
	OutsideTime bool         `json:"outside_time" doc:"Something outside is set up that can give a time. Else no outside time is proved, and other views of the log are not excluded."`
}

// Signed is the last published checkpoint.
type Signed struct {
	Size     int64     `json:"size"`
	Root     string    `json:"root"`
	At       time.Time `json:"at" doc:"By the operator's own clock."`
	Cosigned []string  `json:"cosigned"`
	Stamps   int       `json:"stamps"`
	Note     string    `json:"note" doc:"The signed note as it stands."`
}

// LogWitness is a witness of the policy.
type LogWitness struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	Key  string `json:"key"`
}

func (a *api) addLedger() {
	if a.o.Ledger == nil {
		return
	}
	add(a, operation{
		id: "ledger", method: http.MethodGet, path: "/ledger", tag: "ledger", public: true, summary: "The public log",
		about: "Size, root, origin, verifier keys, the last checkpoint and its witnesses. Needs no token. The tiles are under /tile/ and the checkpoint at /checkpoint (C2SP tlog-tiles).",
		gives: map[int]*content{200: {of: PublicLog{}}},
	}, func(ctx context.Context, c *call, _ *struct{}) (*reply, error) {
		l, err := a.o.Ledger(ctx)
		if err != nil {
			if fault.KindOf(err) != fault.Unavailable {
				a.o.Log.Error("the public log could not be read", "err", err)
			}
			return nil, fault.New(fault.Unavailable, "the log cannot be read now; try again")
		}
		l.Keys, l.OldKeys, l.Witnesses = some(l.Keys), some(l.OldKeys), some(l.Witnesses)
		if p := l.Checkpoint; p != nil {
			q := *p
			q.Cosigned = some(q.Cosigned)
			l.Checkpoint, l.Size, l.Root = &q, q.Size, q.Root
		} else {
			l.Size, l.Root = 0, ""
		}
		r, err := sends(http.StatusOK, l)
		if err == nil {
			r.public = true
		}
		return r, err
	})
}
