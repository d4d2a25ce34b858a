package webui

import "time"

// Platform is what the page of the platform shows; app gathers it.
type Platform struct {
	Version  string // of the program
	Engine   string // of the plan
	Rulebook string // hash of the packs
	Holidays string // hash of the holiday tables
	Zones    string // release of the time zone data
	Store    string // sqlite, postgres
	Started  time.Time

	Log          string    // origin of the ledger
	Size         int64     // entries
	Published    time.Time // of the latest checkpoint, by the operator's own clock
	OutsideTime  time.Time // latest time that a witness or a time-stamp proves; zero: none
	Diverged     bool
	Witnesses    []Cosigner
	SecondPerson []string // acts that need another person
}

// Cosigner is one who cosigns the ledger.
type Cosigner struct {
	Name string
	Last time.Time // latest cosignature; zero: never
	Size int64     // of the tree that it signed
}
