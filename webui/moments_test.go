package webui

import (
	"testing"
	"time"

	"tocsin/calendar"
)

func testWords(t testing.TB) *catalogue {
	t.Helper()
	c, err := loadWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func inZone(t *testing.T, lang, zone string) *page {
	t.Helper()
	z, err := calendar.Zone(zone)
	if err != nil {
		t.Fatal(err)
	}
	return &page{visit: &visit{Lang: lang, Zone: z, Now: at}}
}

func TestATimeIsReadInTwoZones(t *testing.T) {
	words := testWords(t)
	when := time.Date(2021, 11, 26, 6, 51, 0, 0, time.UTC)
	for _, x := range []struct {
		lang, here, governs   string
		text, zone, also, way string
	}{
		{"en", "Europe/Berlin", "Asia/Shanghai", "Fri 26 Nov 2021, 07:51", "UTC+1", "Fri 26 Nov 2021, 14:51", "Asia/Shanghai, UTC+8"},
		{"zh", "Asia/Shanghai", "Asia/Shanghai", "2021年11月26日（周五） 14:51", "UTC+8", "", ""},
		{"de", "UTC", "America/St_Johns", "Fr, 26. Nov. 2021, 06:51", "UTC", "Fr, 26. Nov. 2021, 03:21", "America/St_Johns, UTC−3:30"},
		{"fr", "Asia/Kolkata", "UTC", "ven. 26 nov. 2021, 12:21", "UTC+5:30", "ven. 26 nov. 2021, 06:51", "UTC"},
		{"en", "UTC", "", "Fri 26 Nov 2021, 06:51", "UTC", "", ""},
		{"en", "UTC", "no such zone", "Fri 26 Nov 2021, 06:51", "UTC", "", ""},
	} {
		m, err := newMoment(words, inZone(t, x.lang, x.here), when, false, x.governs)
		if err != nil {
			t.Fatal(err)
		}
		if m.Text != x.text || m.Zone != x.zone || m.Also != x.also || m.Where != x.way || m.Attr != "2021-11-26T06:51:00Z" {
			t.Errorf("%+v\n got %+v", x, m)
		}
	}
}

// TestTheEndOfADayIsTwentyFour: an exclusive bound at midnight is the end of
// the day before, in whichever of the two zones it is midnight.
func TestTheEndOfADayIsTwentyFour(t *testing.T) {
	words := testWords(t)
	midnight := time.Date(2021, 11, 26, 16, 0, 0, 0, time.UTC) // 27 Nov 00:00 in Shanghai
	m, err := newMoment(words, inZone(t, "en", "Europe/Berlin"), midnight, true, "Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	if m.Text != "Fri 26 Nov 2021, 17:00" || m.Also != "Fri 26 Nov 2021, 24:00" {
		t.Errorf("%+v", m)
	}
	if m, _ := newMoment(words, inZone(t, "en", "Asia/Shanghai"), midnight, false); m.Text != "Sat 27 Nov 2021, 00:00" {
		t.Errorf("an instant that is no end: %+v", m)
	}
}

func TestNoTimeIsADash(t *testing.T) {
	words := testWords(t)
	var none *time.Time
	for _, v := range []any{time.Time{}, none} {
		if m, err := newMoment(words, inZone(t, "en", "UTC"), v, false); err != nil || !m.Empty {
			t.Errorf("%v: %+v %v", v, m, err)
		}
	}
	if _, err := newMoment(words, inZone(t, "en", "UTC"), "2021", false); err == nil {
		t.Error("a text is taken for a time")
	}
}

func TestHowFarAwayInWords(t *testing.T) {
	words := testWords(t)
	for _, x := range []struct {
		lang string
		d    time.Duration
		want string
	}{
		{"en", 52*time.Hour + 5*time.Minute, "in 2 d 4 h"}, {"en", -3*time.Hour - 10*time.Minute, "3 h 10 min ago"},
		{"en", 20 * time.Second, "now"}, {"en", 48 * time.Hour, "in 2 d"}, {"zh", -5 * time.Minute, "5 分钟前"},
		{"zh", 26 * time.Hour, "还有 1 天 2 小时"}, {"fr", 90 * time.Minute, "dans 1 h 30 min"}, {"de", -26 * time.Hour, "vor 1 Tg. 2 Std."},
		{"en", 200*24*time.Hour + 5*time.Hour, "in 200 d"}, {"en", -20000 * 24 * time.Hour, "20,000 d ago"},
	} {
		if got := left(words, x.lang, x.d); got != x.want {
			t.Errorf("%s %s: %q, want %q", x.lang, x.d, got, x.want)
		}
	}
}

func TestCountriesHaveNamesInFourLanguages(t *testing.T) {
	for lang, want := range map[string]string{"en": "Germany", "zh": "德国", "fr": "Allemagne", "de": "Deutschland"} {
		if got := countryName(lang, "DE"); got != want {
			t.Errorf("%s: %s", lang, got)
		}
		list := countries(lang)
		found := map[string]string{}
		for _, o := range list {
			found[o.Value] = o.Label
		}
		if len(list) < 230 || len(list) > 260 || found["HK"] == "" || found["MO"] == "" || found["TW"] == "" || found["CN"] == "" {
			t.Errorf("%s: %d countries and regions, HK %q MO %q TW %q", lang, len(list), found["HK"], found["MO"], found["TW"])
		}
	}
	if countryName("en", "EU") != "European Union" || countryName("en", "??") != "??" || countryName("en", "") != "" {
		t.Error("what is no country")
	}
}
