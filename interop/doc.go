// Package interop sets other people's programs against ours: an auditor of tiled
// logs, a witness of the C2SP protocol, a time-stamp authority and its verifier,
// and another reading of proofs and checkpoints. It holds tests only.
//
// It promises that what we serve, send and hand out is understood by code that
// we did not write, and that this code refuses what was altered. Each agreement
// has a control that must fail. It never leaves this machine: the programs are
// built from pinned modules (tools/interop) and listen on loopback.
package interop
