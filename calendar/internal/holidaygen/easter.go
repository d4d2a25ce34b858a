package main

import "time"

// western is Easter Sunday by the Gregorian rules, after the anonymous
// computation printed in Nature, 20 April 1876, with its own letters.
func western(year int) time.Time {
	a := year % 19
	b, c := year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return date(year, time.Month(n/31), n%31+1)
}

// eastern is Easter Sunday by the Julian rules, given as a Gregorian date: the
// Julian calendar runs 13 days behind from March 1900 to February 2100.
func eastern(year int) time.Time {
	moon := (19*(year%19) + 15) % 30
	week := (2*(year%4) + 4*(year%7) - moon + 34) % 7
	n := moon + week + 114
	return date(year, time.Month(n/31), n%31+1).AddDate(0, 0, 13)
}
