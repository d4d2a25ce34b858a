package sqlite

import (
	"testing"

	"tocsin/internal/fault"
)

// Network file systems are refused by their magic number, as statfs gives it on
// machines that sign it and on those that do not; local ones are not.
func TestNetworkFileSystems(t *testing.T) {
	for magic, network := range map[int64]bool{
		0x6969: true, 0xff534d42: true, -0x00acb2be: true, 0xfe534d42: true, 0x01021997: true,
		0xef53: false /* ext4 */, 0x58465342: false /* XFS */, 0x9123683e: false /* btrfs */, 0x01021994: false /* tmpfs */, 0x2fc12fc1: false, /* ZFS */
	} {
		if err := networkFault(magic); (err != nil) != network {
			t.Errorf("%#x: %v", magic, err)
		} else if network && fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%#x: the kind is %q", magic, fault.KindOf(err))
		}
	}
	if err := refuseNetwork(t.TempDir()); err != nil {
		t.Error(err)
	}
}
