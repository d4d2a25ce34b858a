package main

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cn.txt is the State Council's notices as the project holiday-cn records
// them, one line a run of days.
//
//go:embed cn.txt
var chinaText string

const chinaLicence = "MIT; dates from NateScarlet/holiday-cn (d4e53bf2143de9a85bbd0a916c6c4adac32b075f), Copyright (c) 2019 NateScarlet; see README.md"

func chinaTable() (table, error) {
	t := table{Format: format, Code: "CN", Name: "China (mainland)", Licence: chinaLicence}
	byYear := map[int]*year{}
	var now *year
	for n, line := range strings.Split(chinaText, "\n") {
		what, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		var err error
		switch what {
		case "":
		case "year":
			now = &year{Complete: true, Verified: true, Sources: []string{}}
			now.Year, err = strconv.Atoi(rest)
			byYear[now.Year] = now
		case "source":
			now.Sources = append(now.Sources, rest)
		case "off", "work":
			err = run(byYear, now, what, rest)
		default:
			err = fmt.Errorf("%q is no keyword", what)
		}
		if err != nil {
			return table{}, fmt.Errorf("cn.txt line %d: %w", n+1, err)
		}
	}
	open := chinaUnannounced()
	byYear[open.Year] = open
	// A notice also speaks of the last days of the year before: that of 2023
	// gave 31 December 2022. Until the next notice is out, those are open.
	if before := byYear[open.Year-1]; before != nil {
		before.SettledUntil = date(before.Year, time.December, 25).Format(time.DateOnly)
		before.Note = "The notice for the next year can still change the days after settled-until."
	}
	for n := range 100 {
		if y := byYear[2000+n]; y != nil {
			y.finish()
			t.Years = append(t.Years, *y)
		}
	}
	return t, nil
}

// run adds "2026-01-01..2026-01-03 元旦" to the years in which the dates lie.
// When a notice speaks of a day of the year before, that year names it too.
func run(byYear map[int]*year, notice *year, kind, text string) error {
	dates, name, ok := strings.Cut(text, " ")
	if !ok || notice == nil {
		return fmt.Errorf("want dates and a name, below a year")
	}
	a, b, isRun := strings.Cut(dates, "..")
	if !isRun {
		b = a
	}
	from, err := time.Parse(time.DateOnly, a)
	if err != nil {
		return err
	}
	to, err := time.Parse(time.DateOnly, b)
	if err != nil {
		return err
	}
	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		y := byYear[d.Year()]
		if y == nil {
			return fmt.Errorf("%s lies in a year that has no notice", d.Format(time.DateOnly))
		}
		if y != notice {
			y.Sources = append(y.Sources, notice.Sources...)
		}
		switch {
		case kind == "off":
			y.on(d, name)
		case weekend(d):
			y.work(d.Month(), d.Day(), name)
		}
		// "work" on a weekday says only that the holiday is over.
	}
	return nil
}

// chinaUnannounced is the year for which no notice is out: the days that the
// Regulation on Public Holidays fixes, without the bridges and swaps that a
// notice adds. Lunar dates are from the almanac.
func chinaUnannounced() *year {
	y := &year{Year: 2027, Sources: []string{
		"全国年节及纪念日放假办法 (State Council, as amended 2024-11-10): statutory minimum; no notice for 2027 in the data of August 2026"},
		Note: "No State Council notice yet: bridging days and make-up working days are unknown, so every result is provisional."}
	y.fix(time.January, 1, "元旦")
	for d := 5; d <= 8; d++ {
		y.fix(time.February, d, "春节")
	}
	y.fix(time.April, 5, "清明节")
	y.fix(time.May, 1, "劳动节")
	y.fix(time.May, 2, "劳动节")
	y.fix(time.June, 9, "端午节")
	y.fix(time.September, 15, "中秋节")
	for d := 1; d <= 3; d++ {
		y.fix(time.October, d, "国庆节")
	}
	return y
}
