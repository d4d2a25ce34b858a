//go:build !unix

package app

// certificateOnHangup does nothing where there is no such signal: the files are
// looked at by themselves.
func (p *Platform) certificateOnHangup(*certificate) {}
