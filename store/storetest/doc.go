// Package storetest is the conformance suite of the stores.
//
// Run holds everything that record.Store and ledger.Store promise against an
// engine: ranges, conflicts, isolation, rollback, order, big batches, writers
// at once, cancelled contexts, hostile sizes; Damage spoils an SQL engine's rows
// and wants it noticed. An engine that passes may stand behind the product. It
// promises to use nothing but the interfaces, and never sleeps.
package storetest
