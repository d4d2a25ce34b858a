package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
)

// Inbox is the letters to somebody's organisations.
type Inbox struct {
	Letters []Letter `json:"letters"`
}

// Letter is an act of the other side, as a letter. Its words are read on its page,
// where opening it is the proof that it was received.
type Letter struct {
	ID         string     `json:"id"`
	Membership string     `json:"membership"`
	Platform   string     `json:"platform"`
	Org        string     `json:"org" doc:"Whose inbox."`
	Event      string     `json:"event" doc:"Of the partnership file."`
	Kind       string     `json:"kind"`
	Sent       time.Time  `json:"sent"`
	Received   *time.Time `json:"received,omitempty" doc:"When somebody who acts for the organisation opened it."`
	By         string     `json:"by,omitempty" doc:"Who did."`
}

func (a *api) addInbox() {
	if a.o.Circles == nil {
		return
	}
	add(a, operation{
		id: "inbox", method: http.MethodGet, path: "/inbox", tag: "sharing", act: access.See, summary: "Letters to your organisations",
		about: "The newest first. To look at the list receives nothing.", gives: map[int]*content{200: {of: Inbox{}}},
	}, func(ctx context.Context, c *call, _ *struct{}) (*reply, error) {
		all, err := a.o.Circles.Inbox(ctx, c.reader)
		if err != nil {
			return nil, err
		}
		out := Inbox{Letters: []Letter{}}
		for _, l := range all {
			x := Letter{ID: l.ID, Membership: l.Member, Platform: l.Platform, Org: l.Org, Event: l.Event, Kind: string(l.Kind), Sent: l.Sent}
			if l.Served != nil {
				x.Received, x.By = &l.Served.At, l.Served.Person
			}
			out.Letters = append(out.Letters, x)
		}
		return sends(http.StatusOK, out)
	})
}
