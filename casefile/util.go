package casefile

import (
	"sort"
	"time"
)

func monthOf(m int) time.Month { return time.Month(m) }

func sortStrings(s []string) { sort.Strings(s) }
