// Package crashsim cuts the power under the product's own code.
//
// It is a disk in memory that tells what was written from what was synced. A
// power cut loses, keeps or tears each unsynced sector as a seed decides; any
// operation can be made to fail; a disk can be told to lie about syncing. A
// virtual file system and a database/sql driver put SQLite on that disk, and
// the tests run the store, the keeper and the publisher on it, with a journal
// of what was acknowledged and signed that no cut can touch. It is a module of
// its own because the product never needs this driver. It promises nothing
// about real disks except that it is less kind than they are.
package crashsim
