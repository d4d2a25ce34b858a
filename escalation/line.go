package escalation

import "time"

// Line is a duty that is not done, as the desk shows it.
type Line struct {
	Handle    string            `json:"handle"`
	Duty      string            `json:"duty"` // id in the plan
	Rule      string            `json:"rule"`
	Stage     string            `json:"stage,omitempty"`
	Kind      string            `json:"kind"` // notify-authority, publish, …
	Pack      string            `json:"pack"`
	Titles    map[string]string `json:"titles"` // of the rule, by language
	Obliged   string            `json:"obliged"`
	Name      string            `json:"name"` // of the obliged party
	Of        string            `json:"of,omitempty"`
	To        []string          `json:"to,omitempty"`
	ToNames   []string          `json:"to-names,omitempty"`
	Modality  string            `json:"modality"`
	Ground    string            `json:"ground"`
	Citation  string            `json:"citation"`
	State     string            `json:"state"` // running, open, missed
	Anchor    *time.Time        `json:"anchor,omitempty"`
	Due       *time.Time        `json:"due,omitempty"`
	Zone      string            `json:"zone,omitempty"`      // that governs the date
	Latest    *time.Time        `json:"latest,omitempty"`    // the latest due of any reading
	Exclusive bool              `json:"exclusive,omitempty"` // Due is the end of a day
	ActBy     *time.Time        `json:"act-by,omitempty"`
	Pace      string            `json:"pace,omitempty"`
	PastDue   bool              `json:"past-due,omitempty"`
	Assumes   []string          `json:"assumes,omitempty"`
	Verified  bool              `json:"verified,omitempty"`
	Noticed   *time.Time        `json:"noticed,omitempty"` // when the program came back after the due had passed
}
