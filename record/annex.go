package record

import (
	"context"
	"encoding/binary"

	"tocsin/internal/fault"
)

// Annex is what others keep in the same database and want to have in a backup:
// the people of the platform, say (package annex). The record knows nothing of it.
type Annex interface {
	// Save gives put all that is to be saved, opened, in the snapshot that r
	// reads. A name says what a body is.
	Save(ctx context.Context, r Reader, put func(name string, body []byte) error) error
	// Load takes one of them back, in the transaction of a restore. fault.Invalid
	// for what is none; what shall not come back is no error.
	Load(ctx context.Context, tx Tx, name string, body []byte) error
}

// An annexed body is a frame of u16 length of the name, the name, the body.
const frameAnnex = 'A'

// backupLineAnnex begins a backup with an annex: a program that knows of none
// refuses it by its first line.
const backupLineAnnex = "tocsin-backup/2\n"

func (s *saver) annex(ctx context.Context) error {
	if s.k.o.Annex == nil {
		return nil
	}
	return s.k.o.Annex.Save(ctx, s.r, func(name string, body []byte) error {
		if len(name) > 255 {
			return fault.New(fault.Internal, "the name of something in the backup has %d bytes", len(name))
		}
		s.end.Annexed++
		return s.frame(frameAnnex, binary.BigEndian.AppendUint16(nil, uint16(len(name))), []byte(name), body)
	})
}

func (l *loader) annex(ctx context.Context, body []byte) error {
	if !l.annexed {
		return l.bad("an annex, which a backup of this version has not")
	}
	if l.k.o.Annex == nil {
		return l.bad("it holds people and settings of a platform, and there is nowhere to put them")
	}
	if len(body) < 2 || len(body) < 2+int(binary.BigEndian.Uint16(body)) {
		return l.bad("something of the annex whose name is cut off")
	}
	n := 2 + int(binary.BigEndian.Uint16(body))
	if err := l.k.o.Annex.Load(ctx, l.tx, string(body[2:n]), body[n:]); err != nil {
		if fault.KindOf(err) == fault.Invalid {
			return l.bad("%v", err)
		}
		return err
	}
	l.end.Annexed++
	return nil
}
