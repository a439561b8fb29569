package size

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"duet/engine"
	"duet/engine/replicate"
)

// Target is a limit that a figure has to stay below.
type Target struct {
	Text   string           `json:"text"`   // as it was written
	Metric string           `json:"metric"` // as in reports; or loss
	Kind   engine.ParamKind `json:"kind"`   // duration or share
	Limit  float64          `json:"limit"`  // in seconds, or as a part of 1
}

// parts are the figures of a distribution that targets can be about.
var parts = []string{"mean", "p50", "p90", "p95", "p99", "p999"}

// Figures says which figures a target may be about, for people.
const Figures = "mean, p50, p90, p95, p99 and p999 (of the latency), wait_mean, wait_p50 to wait_p999, loss and utilisation"

// ParseTarget reads a target such as p99<200ms, wait_mean<10ms, loss<0.1% or
// utilisation<80%. The figures of latency may also be written latency_p99 or
// latency.p99. The error is a sentence.
func ParseTarget(text string) (Target, error) {
	name, value, ok := strings.Cut(text, "<")
	name, value = strings.TrimSpace(name), strings.TrimSpace(strings.TrimPrefix(value, "="))
	if !ok || name == "" || value == "" {
		return Target{}, fmt.Errorf("%q: a figure, < and a limit are needed, such as p99<200ms or loss<0.1%%", text)
	}
	t := Target{Text: text, Metric: metricOf(name)}
	switch t.Metric {
	case "":
		return Target{}, fmt.Errorf("%q: there is no target %q; there are %s", text, name, Figures)
	case replicate.LossName, "utilisation":
		t.Kind = engine.KindShare
		share, err := engine.ParseShare(value)
		if err == nil && (share <= 0 || share > 1) {
			err = errors.New("a share above 0% and up to 100% is needed")
		}
		if err != nil {
			return Target{}, fmt.Errorf("%q: %w", text, err)
		}
		t.Limit = float64(share)
	default:
		t.Kind = engine.KindDuration
		d, err := engine.ParseDuration(value)
		if err == nil && d <= 0 {
			err = errors.New("a duration above 0s is needed")
		}
		if err != nil {
			return Target{}, fmt.Errorf("%q: %w", text, err)
		}
		t.Limit = d.Seconds()
	}
	return t, nil
}

// metricOf is the figure that a target's name means; empty: none.
func metricOf(name string) string {
	if name == replicate.LossName || name == "utilisation" {
		return name
	}
	of, part, ok := strings.Cut(strings.Replace(name, "_", ".", 1), ".")
	if !ok {
		of, part = "latency", name
	}
	if (of != "latency" && of != "wait") || !slices.Contains(parts, part) {
		return ""
	}
	return of + "." + part
}
