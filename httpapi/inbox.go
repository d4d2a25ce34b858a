package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partnership"
)

// Inbox is the letters to somebody's organisations.
type Inbox struct {
	Letters []Letter `json:"letters"`
}

// Letter is an act of the other side, as a letter. To open it is the proof that it
// was received.
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
	Token      string     `json:"token,omitempty" doc:"The token by which they did; empty on the page."`
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
			out.Letters = append(out.Letters, letterOf(l))
		}
		return sends(http.StatusOK, out)
	})
	type openIn struct {
		ID   string `path:"id" maxLength:"100"`
		Lang string `query:"lang" enum:"en,zh,fr,de" doc:"Language of the words; default yours."`
	}
	add(a, operation{
		id: "open-letter", method: http.MethodPost, path: "/inbox/{id}/open", tag: "sharing", act: access.Add, summary: "Open a letter",
		about: "The first time that somebody who acts for the recipient opens it, this confirms its receipt: the proof of service, which names the person and the token. A reply period may run from it. Others read it without receiving it. " +
			"The token needs the scopes see and add.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.TooEarly, fault.Suspended}, gives: map[int]*content{200: {of: OpenedLetter{}}},
	}, func(ctx context.Context, c *call, in *openIn) (*reply, error) {
		l, e, w, err := a.o.Circles.Read(ctx, c.reader, in.ID, cmp.Or(in.Lang, c.reader.Lang, "en"))
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, OpenedLetter{Letter: letterOf(l), Act: e, Number: w.Number, Lang: w.Lang, Form: string(w.Kind), Text: w.Text, Missing: some(w.Missing)})
	})
}

func letterOf(l partnership.Letter) Letter {
	x := Letter{ID: l.ID, Membership: l.Member, Platform: l.Platform, Org: l.Org, Event: l.Event, Kind: string(l.Kind), Sent: l.Sent}
	if l.Served != nil {
		x.Received, x.By, x.Token = &l.Served.At, l.Served.Person, l.Served.Token
	}
	return x
}

// OpenedLetter is a letter with its words.
type OpenedLetter struct {
	Letter
	Act     casefile.Event `json:"act" doc:"The act as it stands in the partnership file."`
	Number  string         `json:"number,omitempty"`
	Lang    string         `json:"lang"`
	Form    string         `json:"form,omitempty" doc:"What kind of formal letter it is; empty: acts of its kind go out as they stand in the record."`
	Text    string         `json:"text" doc:"The words of the letter. Empty where there is no formal letter, or it lacks parts."`
	Missing []string       `json:"missing" doc:"The parts that the formal letter lacks. The act stands without them."`
}
