package sqlite

import (
	"syscall"

	"tocsin/internal/fault"
)

// Magic numbers of file systems whose locks and fsync reach another machine
// only sometimes (statfs(2)).
var network = map[int64]string{
	0x6969:     "NFS",
	0x517b:     "SMB",
	0xff534d42: "CIFS",
	0xfe534d42: "SMB",
	0x01021997: "9P",
	0x00c36400: "Ceph",
	0x5346414f: "AFS",
	0x73757245: "Coda",
}

// refuseNetwork refuses a folder on a network file system.
func refuseNetwork(dir string) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return fault.New(fault.Unavailable, "the folder of the database cannot be read")
	}
	return networkFault(int64(st.Type))
}

func networkFault(magic int64) error {
	name, ok := network[magic&0xffffffff]
	if !ok {
		return nil
	}
	return fault.New(fault.Unavailable, "the folder of the database lies on a network file system (%s), which cannot be trusted with it: use a local disk or PostgreSQL", name)
}
