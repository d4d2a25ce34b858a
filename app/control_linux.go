package app

import (
	"os"
	"strconv"
)

// shortPath is a name of a folder that fits the address of a socket (108 bytes,
// unix(7)) however deep the folder lies. It is good until done is called.
func shortPath(dir string) (name string, done func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return "/proc/self/fd/" + strconv.Itoa(int(f.Fd())), func() { _ = f.Close() }, nil
}
