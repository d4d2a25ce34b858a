// Package identity knows who is there: people and organisations, how they prove
// who they are, and for how long that holds.
//
// Passkeys, passwords (argon2id) with a second factor, single sign-on, one-time
// links, recovery codes, sessions that are seen and ended, API tokens with scope
// and expiry. It promises that a secret is kept sealed or as a hash only, that an
// unknown login costs and says the same as a wrong password, that every ending
// (a session, a token, a person) holds from the next request on in every
// process, and that what changes anybody's power is noted in the log. It never
// decides what a person may see: that is access.
package identity
