package record

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
)

// A backup is a stream: one line, then frames of a letter, a u32 length
// (big-endian) and that many bytes, in this order:
//
//	E  an epoch (JSON), then its leaves
//	L  leaves: u64 index of the first, then entries of 33 bytes
//	R  a record: u32 epoch, u64 index, u64 sequence, u16 length of the handle,
//	   the handle, then the content with its salts, opened
//	C  a checkpoint (JSON)
//	Q  the answer to a request (JSON)
//	A  something of the annex, where there is one; the line says 2 then (annex.go)
//	Z  the counts of the above and the SHA-256 of everything before this frame
//
// It holds no key. It holds all salts and everything that people wrote, so the
// caller encrypts it.
const (
	backupLine  = "tocsin-backup/1\n"
	backupChunk = 8192     // leaves of a frame
	maxFrame    = 16 << 20 // bytes; a record is far smaller
)

const (
	frameEpoch   = 'E'
	frameLeaves  = 'L'
	frameRow     = 'R'
	frameSigned  = 'C'
	frameRequest = 'Q'
	frameEnd     = 'Z'
)

// savedEpoch is an epoch with the size that its log had.
type savedEpoch struct {
	N        int       `json:"n"`
	Origin   string    `json:"origin"`
	Opened   time.Time `json:"opened"`
	Before   int64     `json:"before"`
	Carried  int64     `json:"carried"`
	Size     int64     `json:"size"`
	Root     string    `json:"root"`     // base64, of all leaves
	Recorded time.Time `json:"recorded"` // of the last record
}

type savedSigned struct {
	Seq    int64     `json:"seq"`
	Epoch  int       `json:"epoch"`
	Size   int64     `json:"size"`
	Root   string    `json:"root"`
	State  string    `json:"state"`
	Note   []byte    `json:"note,omitempty"`
	Stamps [][]byte  `json:"stamps,omitempty"`
	Timed  bool      `json:"timed,omitempty"`
	At     time.Time `json:"at"`
}

type savedRequest struct {
	Key     []byte `json:"key"`
	Digest  []byte `json:"digest"`
	Handle  string `json:"handle"`
	Version int64  `json:"version"`
	Epoch   int    `json:"epoch"`
	First   int64  `json:"first"`
	Count   int64  `json:"count"`
	Replays int64  `json:"replays"`
}

type savedEnd struct {
	Epochs      int    `json:"epochs"`
	Leaves      int64  `json:"leaves"`
	Records     int64  `json:"records"`
	Checkpoints int64  `json:"checkpoints"`
	Requests    int64  `json:"requests"`
	Annexed     int64  `json:"annexed,omitempty"`
	SHA256      string `json:"sha256"`
}

func (e savedEnd) report(sum [32]byte) BackupReport {
	return BackupReport{Records: e.Records, Leaves: e.Leaves, Checkpoints: e.Checkpoints, Epochs: e.Epochs, Requests: e.Requests, Annexed: e.Annexed, SHA256: sum}
}

// Backup writes everything that is kept to w, opened, and no key: one consistent
// snapshot. Each record is held against its leaf on the way, so that a backup
// that was made can be restored. The caller encrypts.
func (k *Keeper) Backup(ctx context.Context, w io.Writer) (report BackupReport, err error) {
	err = k.store.View(ctx, func(r Reader) error {
		s := &saver{k: k, r: r, digest: sha256.New(), keys: map[string]CaseKey{}}
		s.out = bufio.NewWriterSize(io.MultiWriter(w, s.digest), 1<<16)
		report, err = s.save(ctx)
		return err
	})
	return report, err
}

// saver writes one backup.
type saver struct {
	k      *Keeper
	r      Reader
	out    *bufio.Writer
	digest hash.Hash
	keys   map[string]CaseKey
	sizes  map[int]int64 // of the epochs
	end    savedEnd
}

func (s *saver) save(ctx context.Context) (BackupReport, error) {
	line := backupLine
	if s.k.o.Annex != nil {
		line = backupLineAnnex
	}
	if _, err := s.out.WriteString(line); err != nil {
		return BackupReport{}, unwritten(err)
	}
	for _, step := range []func(context.Context) error{s.log, s.rows, s.checkpoints, s.requests, s.annex} {
		if err := step(ctx); err != nil {
			return BackupReport{}, err
		}
	}
	if err := s.out.Flush(); err != nil {
		return BackupReport{}, unwritten(err)
	}
	sum := [32]byte(s.digest.Sum(nil))
	s.end.SHA256 = hex.EncodeToString(sum[:])
	if err := s.json(frameEnd, s.end); err != nil {
		return BackupReport{}, err
	}
	if err := s.out.Flush(); err != nil {
		return BackupReport{}, unwritten(err)
	}
	return s.end.report(sum), nil
}

func unwritten(err error) error {
	return fault.New(fault.Unavailable, "the backup could not be written: %v", err)
}

func (s *saver) frame(kind byte, parts ...[]byte) error {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if n > maxFrame {
		return fault.New(fault.Internal, "a frame of the backup would have %d bytes, more than the %d that are read back", n, maxFrame)
	}
	head := binary.BigEndian.AppendUint32([]byte{kind}, uint32(n))
	for _, p := range append([][]byte{head}, parts...) {
		if _, err := s.out.Write(p); err != nil {
			return unwritten(err)
		}
	}
	return nil
}

func (s *saver) json(kind byte, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fault.New(fault.Internal, "the backup could not be written: %v", err)
	}
	return s.frame(kind, raw)
}

// log writes the epochs, each with its leaves.
func (s *saver) log(ctx context.Context) error {
	epochs, err := s.r.Epochs(ctx)
	if err != nil {
		return err
	}
	s.sizes = map[int]int64{}
	for i, e := range epochs {
		saved := savedEpoch{N: e.N, Origin: e.Origin, Opened: e.Opened, Before: e.Before, Carried: e.Carried}
		if i+1 < len(epochs) {
			saved.Size, saved.Recorded = epochs[i+1].Before, epochs[i+1].Opened
		} else {
			head, err := s.r.Head(ctx)
			if err != nil {
				return err
			}
			saved.Size, saved.Recorded = head.Size, head.Recorded
		}
		root, err := ledger.RootAt(ctx, s.r, e.N, saved.Size)
		if err != nil {
			return err
		}
		saved.Root = base64.StdEncoding.EncodeToString(root[:])
		s.sizes[e.N] = saved.Size
		s.end.Epochs++
		if err := s.json(frameEpoch, saved); err != nil {
			return err
		}
		if err := s.leaves(ctx, saved); err != nil {
			return err
		}
	}
	return nil
}

func (s *saver) leaves(ctx context.Context, e savedEpoch) error {
	for from := int64(0); from < e.Size; from += backupChunk {
		to := min(from+backupChunk, e.Size)
		entries, err := s.r.Entries(ctx, e.N, from, to)
		if err != nil {
			return err
		}
		b := binary.BigEndian.AppendUint64(nil, uint64(from))
		for _, entry := range entries {
			b = append(b, entry[:]...)
		}
		s.end.Leaves += int64(len(entries))
		if err := s.frame(frameLeaves, b); err != nil {
			return err
		}
	}
	return nil
}

func (s *saver) rows(ctx context.Context) error {
	return s.r.EachRow(ctx, 1, 0, func(row Row) error {
		key, ok := s.keys[row.Handle]
		if !ok {
			var err error
			if key, err = s.k.keyOf(ctx, s.r, row.Handle); err != nil {
				return err
			}
			s.keys[row.Handle] = key
		}
		o, err := openRow(key, row)
		if err != nil {
			return err
		}
		if err := fitsLeaf(ctx, s.r, o); err != nil {
			return err
		}
		plain, err := o.marshal()
		if err != nil {
			return err
		}
		defer clear(plain)
		head := binary.BigEndian.AppendUint32(nil, uint32(row.Epoch))
		head = binary.BigEndian.AppendUint64(head, uint64(row.Index))
		head = binary.BigEndian.AppendUint64(head, uint64(row.Seq))
		head = binary.BigEndian.AppendUint16(head, uint16(len(row.Handle)))
		s.end.Records++
		return s.frame(frameRow, head, []byte(row.Handle), plain)
	})
}

// fitsLeaf holds a record against its entry in the log.
func fitsLeaf(ctx context.Context, r ledger.Leaves, o opened) error {
	entries, err := r.Entries(ctx, o.epoch, o.index, o.index+1)
	if err != nil {
		return err
	}
	if entries[0].Commitment() != o.commitment {
		return fault.New(fault.Internal, "the record at epoch %d, index %d is not the one that the log committed to", o.epoch, o.index)
	}
	return nil
}

func (s *saver) checkpoints(ctx context.Context) error {
	return s.r.EachCheckpoint(ctx, func(c ledger.Signed) error {
		s.end.Checkpoints++
		return s.json(frameSigned, savedSigned{Seq: c.Seq, Epoch: c.Epoch, Size: c.Size, Root: base64.StdEncoding.EncodeToString(c.Root[:]),
			State: string(c.State), Note: c.Note, Stamps: c.Stamps, Timed: c.Timed, At: c.At})
	})
}

func (s *saver) requests(ctx context.Context) error {
	return s.r.EachRequest(ctx, func(q Request) error {
		s.end.Requests++
		return s.json(frameRequest, savedRequest{Key: q.Key[:], Digest: q.Digest[:], Handle: q.Handle, Version: q.Version,
			Epoch: q.Epoch, First: q.First, Count: q.Count, Replays: q.Replays})
	})
}

// hashOf reads a hash in base64.
func hashOf(s string) (tlog.Hash, bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != tlog.HashSize {
		return tlog.Hash{}, false
	}
	return tlog.Hash(b), true
}
