package engine

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestUnitsAreRead(t *testing.T) {
	for text, want := range map[string]Rate{"120/s": 120, "6000/min": 100, "0.5/s": 0.5, "2/h": 2.0 / 3600, "0/s": 0} {
		if got, err := ParseRate(text); got != want || err != nil {
			t.Errorf("ParseRate(%q) = %v, %v; want %v", text, float64(got), err, float64(want))
		}
	}
	for text, want := range map[string]Share{"1%": 0.01, "0.5%": 0.005, "100%": 1} {
		if got, err := ParseShare(text); got != want || err != nil {
			t.Errorf("ParseShare(%q) = %v, %v; want %v", text, float64(got), err, float64(want))
		}
	}
	for text, want := range map[string]time.Duration{"20ms": 20 * time.Millisecond, "1m30s": 90 * time.Second, "0s": 0} {
		if got, err := ParseDuration(text); got != want || err != nil {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestUnitsAreRefused(t *testing.T) {
	rate := func(text string) error { _, err := ParseRate(text); return err }
	share := func(text string) error { _, err := ParseShare(text); return err }
	duration := func(text string) error { _, err := ParseDuration(text); return err }
	for _, c := range []struct {
		parse func(string) error
		text  string
		want  string
	}{
		{rate, "120", "a unit is missing; write 120/s or 120/min"},
		{rate, "fast", "a rate such as 120/s or 6000/min is needed"},
		{rate, "-1/s", "a rate such as 120/s or 6000/min is needed"},
		{rate, "1e9/s", "a rate such as 120/s or 6000/min is needed"},
		{rate, "NaN/s", "a rate such as 120/s or 6000/min is needed"},
		{rate, "1.2.3/s", "a rate such as 120/s or 6000/min is needed"},
		{rate, "", "a rate such as 120/s or 6000/min is needed"},
		{share, "5", "a unit is missing; write 5%"},
		{share, "half", "a share such as 1% or 0.5% is needed"},
		{share, "inf%", "a share such as 1% or 0.5% is needed"},
		{duration, "20", "a unit is missing; write 20ms or 20s"},
		{duration, "soon", "a duration such as 20ms, 1.5s or 2m is needed"},
		{duration, "1 s", "a duration such as 20ms, 1.5s or 2m is needed"},
	} {
		if err := c.parse(c.text); err == nil || err.Error() != c.want {
			t.Errorf("%q: %v; want %s", c.text, err, c.want)
		}
	}
}

func TestUnitsAreWrittenForPeople(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Rate(120).String(), "120/s"},
		{Rate(100.0 / 60).String(), "100/min"},
		{Rate(2.0 / 3600).String(), "2/h"},
		{Rate(0.1).String(), "0.1/s"},
		{Share(0.01).String(), "1%"},
		{Share(0.07).String(), "7%"},
		{Share(0.005).String(), "0.5%"},
		{FormatDuration(2 * time.Minute), "2m"},
		{FormatDuration(2 * time.Hour), "2h"},
		{FormatDuration(90 * time.Second), "1m30s"},
		{FormatDuration(1500 * time.Microsecond), "1.5ms"},
		{FormatDuration(0), "0s"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

func TestUnitsReadBackWhatTheyWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := Rate(float64(rapid.Int64Range(0, 1e9).Draw(t, "rate")) / rapid.SampledFrom([]float64{1, 1000, 60, 3600}).Draw(t, "unit"))
		if back, err := ParseRate(rate.String()); err != nil || back != rate {
			t.Fatalf("%v is written %s and read %v, %v", float64(rate), rate, float64(back), err)
		}
		share := Share(rapid.Float64Range(0, 1).Draw(t, "share"))
		if back, err := ParseShare(share.String()); err != nil || back-share > 1e-15 || share-back > 1e-15 {
			t.Fatalf("%v is written %s and read %v, %v", float64(share), share, float64(back), err)
		}
		d := time.Duration(rapid.Int64Range(0, int64(week*time.Second)).Draw(t, "duration"))
		if back, err := ParseDuration(FormatDuration(d)); err != nil || back != d {
			t.Fatalf("%v is written %s and read %v, %v", d, FormatDuration(d), back, err)
		}
	})
}
