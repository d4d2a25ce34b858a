// Package partner describes organisations and the people who act for them.
//
// An organisation is a group, a legal entity of it, a unit, a project or an
// authority; its country says which legal order its people answer to, its
// standing what the platform shares with it. People hold roles in
// organisations and may name deputies. The package checks and compares; it
// never stores, never authenticates, and decides nothing about access: that is
// one table, in access.
package partner
