package letter

import "time"

// Kind is what a letter is for. The list is closed.
type Kind string

// The kinds. The last two are written by a member, the others by the authority.
const (
	Reminder       Kind = "reminder"
	Warning        Kind = "warning"
	Hearing        Kind = "hearing"
	Suspension     Kind = "suspension"
	Extension      Kind = "extension"
	Reinstatement  Kind = "reinstatement"
	Termination    Kind = "termination"
	Call           Kind = "call"
	Finding        Kind = "finding"        // a lateness finding, which is no decision
	HearingClosed  Kind = "hearing-closed" // says what became of a hearing
	Accepted       Kind = "accepted"       // what was mended
	Returned       Kind = "returned"       // what was reported as mended, with reasons
	Invitation     Kind = "invitation"
	Evidence       Kind = "evidence"
	ReplyReceived  Kind = "reply-received"
	AppealReceived Kind = "appeal-received"
	Answer         Kind = "answer"
	AppealLodged   Kind = "appeal-lodged"
)

// Kinds lists all of them.
func Kinds() []Kind {
	return []Kind{
		Reminder, Warning, Hearing, Suspension, Extension, Reinstatement, Termination,
		Call, Finding, HearingClosed, Evidence, Accepted, Returned, Invitation, ReplyReceived, AppealReceived, Answer, AppealLodged,
	}
}

// Decides tells whether a letter of this kind is a decision, which can be
// appealed against.
func (k Kind) Decides() bool {
	switch k {
	case Suspension, Extension, Reinstatement, Termination:
		return true
	}
	return false
}

// Text is what somebody wrote, by language (BCP 47 base: en, zh, fr, de, ja …).
// A letter takes its own language, else English, else the first that there is,
// and marks it. A line end begins a new paragraph.
type Text map[string]string

// When is an instant, or with Day a day, in the zone of its location. The zero
// value is no date. Its location has to be a zone by name or a fixed offset: a
// letter says whose clock it means.
type When struct {
	time.Time
	Day bool
}

// Sender writes the letter.
type Sender struct {
	Name    Text
	Unit    Text
	Address []string
	Contact []string // telephone, mail, address on the platform
}

// Recipient gets it. Person is named as the salutation does ("Okafor"); Title is
// "ms", "mr" or "" for neither.
type Recipient struct {
	Name    Text
	Address []string
	Person  string
	Title   string
}

// Clause is a provision with its operative words in the original language.
type Clause struct {
	Citation  Text
	Operative string
	Language  string // of Operative
	Version   string
	Address   string // the official text
}

// Fact is one statement with its sources. Contested is what the other side says
// against it, "" by language if nothing.
type Fact struct {
	At        When
	Text      Text
	Sources   []string
	Contested Text
}

// Scope is what a decision reaches. Without units it is the member as it signed.
type Scope struct {
	Platform Text
	Units    []string
}

// Reply asks for an answer.
type Reply struct {
	By  When
	How Text
}

// Ways in which a letter is served, and that prove it.
const (
	Inbox           = "inbox"           // in the platform, opened under a name
	Acknowledgement = "acknowledgement" // against a signed acknowledgement
	Registered      = "registered"      // registered post
	Hand            = "hand"            // handed over
)

// Appeal says what can be done against a decision. Until or Period is needed;
// Stays is "yes" if an appeal halts the decision, "no" if not, "" if unsaid.
type Appeal struct {
	Body    Text
	Address []string
	Until   When
	Period  Text // such as "one month after service"
	Form    Text
	Stays   string
}

// How the hearing stands to the decision.
const (
	HeardBefore = "before" // the member answered
	HeardSilent = "silent" // it was asked and did not answer in time
	HeardAfter  = "after"  // urgent: it is heard now
	HeardWaived = "waived"
)

// Heard tells of the hearing that belongs to a decision.
type Heard struct {
	How string
	Re  string // number of the letter that opened it, or of the waiver
	Why Text   // of an urgent decision: why it could not wait
}

// Publication choices.
const (
	Internal = "internal"
	Public   = "public"
)

// Signatory signs, on the strength of a delegation.
type Signatory struct {
	Name       string
	Office     Text
	Delegation Text
}

// Enclosure goes with the letter. SHA256 is of its bytes, in hex.
type Enclosure struct {
	Title  Text
	SHA256 string
}

// Letter is everything that a letter says.
type Letter struct {
	Kind      Kind
	From      Sender
	To        Recipient
	Number    string
	Place     Text
	Date      When
	Reference string

	Re       string // number of the letter or decision that this one is about
	Received When   // of an acknowledgement: when that came in

	Basis   []Clause
	Facts   []Fact
	Reasons Text
	Asks    []Text // what is asked, intended or decided beyond the words of the kind

	Scope  Scope
	AtOnce bool
	Start  When // from when it holds, unless at once
	Until  When
	Lapses bool // ends by itself after Until

	Hearing     Heard
	Reply       Reply
	Service     string
	Appeal      Appeal
	Publication string
	Signatory   Signatory
	Enclosures  []Enclosure
	Binding     string // the language whose text is binding, "" if not said
}
