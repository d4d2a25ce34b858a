package coordination

import (
	"context"
	"slices"

	"tocsin/access"
	"tocsin/internal/fault"
)

// Export gives the case file that the reader may see, as "yaml" or "json"; all
// of the record asks for what the table asks for (step-up, a second person). One
// that another person approved is given once.
func (d *Desk) Export(ctx context.Context, who access.Reader, ref, format string) (out []byte, err error) {
	if format != "yaml" && format != "json" {
		return nil, fault.New(fault.Invalid, "%q is no format of a case file; yaml and json are", format)
	}
	err = d.taken(ctx, who, ref, func(s *sitting) error {
		cut, err := d.cut(ctx, s.w, s.May[access.Export].View)
		if err != nil {
			return err
		}
		if format == "json" {
			out, err = cut.c.JSON()
		} else {
			out, err = cut.c.YAML()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// taken makes what somebody takes away of a case, if they may, or if another
// person approved it: that approval is spent when the thing is made, and not when
// it could not be.
func (d *Desk) taken(ctx context.Context, who access.Reader, ref string, make func(*sitting) error) error {
	s, err := d.sit(ctx, who, ref, access.See)
	if err != nil {
		return err
	}
	dec := s.May[access.Export]
	if !dec.Allowed && !dec.Lacks(access.SecondPerson) {
		return refuse(dec)
	}
	if err := make(s); err != nil {
		return err
	}
	if !dec.Allowed {
		if err := d.spend(ctx, who, s.Handle, dec); err != nil {
			return err
		}
	}
	d.read(who, "export", s.Handle, dec.View)
	return nil
}

// Receipt gives a .tlog-proof; fault.TooEarly while no checkpoint covers it. Whoever
// sees a side of the case only gets those of events on that side, and the numbered
// receipts of the parties that they act for.
func (d *Desk) Receipt(ctx context.Context, who access.Reader, ref, event, party string, disclose []string) ([]byte, error) {
	s, err := d.sit(ctx, who, ref, access.Prove)
	if err != nil {
		return nil, err
	}
	if event != "" && s.Case.Event(event) == nil {
		return nil, fault.New(fault.NotFound, "the case has no event %q", event)
	}
	if !s.View.All {
		if event, err = narrowReceipt(s, event, party); err != nil {
			return nil, err
		}
	}
	proof, err := d.o.Keeper.Receipt(ctx, s.Handle, event, party, disclose)
	if err != nil {
		return nil, err
	}
	d.read(who, "receipt", s.Handle, s.View)
	return proof.Bytes(), nil
}

// narrowReceipt refuses what would tell of records that the reader does not see,
// and gives the event that is meant.
func narrowReceipt(s *sitting, event, party string) (string, error) {
	none := fault.New(fault.NotFound, "no numbered receipt was given to %q in this case", party)
	switch {
	case party != "" && !slices.Contains(s.View.Parties, party):
		return "", none
	case event != "":
		return event, nil
	case party == "":
		return "", fault.New(fault.Invalid, "name the event whose receipt you want")
	}
	for _, m := range slices.Backward(s.Records) {
		if m.Entry == "receipt" && m.Party == party {
			return m.ID, nil
		}
	}
	return "", none
}
