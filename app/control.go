package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"tocsin/internal/fault"
	"tocsin/record"
)

// A platform that runs has its folder for itself. Who may write to the folder can
// still ask it for a backup, over a Unix socket in it (mode 0600, in a folder of
// 0700): the right to everything that is kept goes with the machine. There is no
// such request over the network: an administrator sees no case by office, and
// must not be able to have all of them sealed to a key of their own.

const (
	controlName   = "control"
	controlReport = "Tocsin-Report" // trailers: how it ended
	controlFault  = "Tocsin-Fault"
	maxRecipients = 64 << 10
)

// startControl answers on the socket until Stop. Where there can be none, the
// platform runs without, and says so.
func (p *Platform) startControl() {
	l, err := p.app.listenControl()
	if err != nil {
		p.app.o.Log.Warn("no backup can be made while this runs: the socket in its folder", "why", err.Error())
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /backup", p.app.answerBackup)
	s := &server{listeners: []net.Listener{l}, failed: make(chan error, 1), stopping: make(chan struct{}), http: &http.Server{
		Handler: mux, ReadHeaderTimeout: headTime, MaxHeaderBytes: headBytes, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}}
	s.start()
	p.ends = append(p.ends, end{"the socket in the folder", s.stop})
}

// listenControl takes the socket. One that is there is of a process that ended
// without leaving: this one has the lock.
func (a *App) listenControl() (net.Listener, error) {
	name := filepath.Join(a.dir.Path(), controlName)
	if st, err := os.Lstat(name); err == nil {
		if st.Mode().Type() != fs.ModeSocket {
			return nil, fault.New(fault.Conflict, "%s is there, and is no socket", name)
		}
		if err := os.Remove(name); err != nil {
			return nil, err
		}
	}
	short, done, err := shortPath(a.dir.Path())
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(short, controlName), Net: "unix"})
	if err != nil {
		return nil, reason(err)
	}
	l.SetUnlinkOnClose(false) // by its short name, which is another folder's by then
	if err := os.Chmod(name, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return unlinking{l, name}, nil
}

// unlinking takes the socket's name away with it.
type unlinking struct {
	net.Listener
	name string
}

// Close ends the listener and removes its name.
func (u unlinking) Close() error {
	err := u.Listener.Close()
	if rerr := os.Remove(u.name); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
		err = errors.Join(err, rerr)
	}
	return err
}

// answerBackup streams a backup to the recipients in the body. How it ended is in
// the trailer: a stream that breaks has none.
func (a *App) answerBackup(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Trailer", controlReport+", "+controlFault)
	report, err := a.backupTo(r, w)
	if err != nil {
		w.Header().Set(controlFault, string(fault.KindOf(err))+": "+err.Error())
		return
	}
	text, err := json.Marshal(report)
	if err != nil {
		w.Header().Set(controlFault, string(fault.Internal)+": "+err.Error())
		return
	}
	w.Header().Set(controlReport, string(text))
}

func (a *App) backupTo(r *http.Request, w io.Writer) (record.BackupReport, error) {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxRecipients))
	if err != nil {
		return record.BackupReport{}, fault.New(fault.Unavailable, "reading the recipients: %v", err)
	}
	to, err := ParseRecipients(string(text))
	if err != nil {
		return record.BackupReport{}, err
	}
	a.o.Log.Info("a backup is written for whoever has the folder")
	return a.Backup(r.Context(), w, to)
}

// BackupRunning is Backup of the platform that runs in a folder; fault.NotFound
// if none answers there.
func BackupRunning(ctx context.Context, dir string, w io.Writer, to Recipients) (report record.BackupReport, err error) {
	short, done, err := shortPath(dir)
	if err != nil {
		return report, fault.New(fault.NotFound, "%v", err)
	}
	defer done()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(short, controlName))
	}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://platform/backup", strings.NewReader(to.text))
	if err != nil {
		return report, fault.New(fault.Internal, "%v", err)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return report, fault.New(fault.NotFound, "nobody answers in %s: %v", dir, reason(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return report, fault.New(fault.Unavailable, "the platform that runs in %s knows of no backup", dir)
	}
	if _, err := io.Copy(w, resp.Body); err != nil {
		return report, fault.New(fault.Unavailable, "the backup is not whole, and none is kept: %v", err)
	}
	return controlEnd(resp.Trailer)
}

// controlEnd reads how the other process ended the backup.
func controlEnd(trailer http.Header) (report record.BackupReport, err error) {
	if kind, text, ok := strings.Cut(trailer.Get(controlFault), ": "); ok {
		return report, fault.New(fault.Kind(kind), "%s", text)
	}
	if err := json.Unmarshal([]byte(trailer.Get(controlReport)), &report); err != nil {
		return report, fault.New(fault.Unavailable, "the backup is not whole, and none is kept: the platform ended meanwhile")
	}
	return report, nil
}
