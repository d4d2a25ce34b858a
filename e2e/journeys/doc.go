// Package journeys tells, as tests, what the people of the platform do with it:
// each in a browser of their own, on the built program, from the link that lets
// them in to what they came for.
//
// It promises that nothing is played: the program is the one built from this
// tree, the browser a real one, passkeys and codes go through what a person's
// would, and nothing waits for a time that merely seemed long enough. It tests
// no function of the program by itself.
package journeys
