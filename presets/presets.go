// Package presets holds the scenarios that ship: one YAML file each, which is
// a claim that a person can test with their own hands.
package presets

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"duet/engine"
)

//go:embed *.yaml data/*.gz
var files embed.FS

// Preset is one scenario of the list.
type Preset struct {
	Name  string // as Open takes it
	Group string // the heading it stands under
	Title string
	Story string
	Ask   *engine.Ask // the question to bet on
}

// The presets in their order, by group.
var groups = []struct {
	title string
	names []string
}{
	{"From somebody's day", []string{"flash-sale", "real-traffic", "image-pipeline", "notifications", "telemetry", "payments", "web-handler"}},
	{"The textbook, tested", []string{"order", "latency", "backpressure", "isolation", "reliability", "duality"}},
	{"Queueing, felt", []string{"little", "hockey-stick", "variance", "pooling", "no-waiting-room", "bufferbloat"}},
	{"Failure, felt", []string{"slow-observer", "retry-storm", "overload-control", "poison", "duplicates", "fan-out", "herd", "priority", "lossy-signals", "shared-downstream", "skewed-keys"}},
	{"Through a broker", []string{"broker-ack", "broker-crash", "consumer-group", "partition-order", "lag"}},
}

// Names are those of all presets in their fixed order, those of a group
// together. The first is the one to start with. Unlike [List] it reads nothing.
func Names() []string {
	var names []string
	for _, group := range groups {
		names = append(names, group.names...)
	}
	return names
}

// List returns all presets in the order of [Names].
func List() []Preset {
	var list []Preset
	for _, group := range groups {
		for _, name := range group.names {
			s, err := Open(name)
			if err != nil {
				panic(err) // an embedded file, which the tests have read
			}
			list = append(list, Preset{Name: name, Group: group.title, Title: s.Title, Story: s.Story, Ask: s.Ask})
		}
	}
	return list
}

// Open decodes a preset. The files that it names are embedded. For an unknown name the error is an [*engine.InputError] that says
// which there are.
func Open(name string) (*engine.Scenario, error) {
	source, err := Source(name)
	if err != nil {
		return nil, err
	}
	s, err := engine.Decode(name+".yaml", source)
	if err != nil {
		return nil, err
	}
	s.Attach(read)
	return s, nil
}

// Source returns the YAML text of a preset, for people to start from. Its errors
// are Open's.
func Source(name string) ([]byte, error) {
	names := Names()
	if slices.Contains(names, name) {
		return files.ReadFile(name + ".yaml")
	}
	return nil, &engine.InputError{Msg: fmt.Sprintf("no preset %q%s; there are %s", name, suggestion(name, names), strings.Join(names, ", "))}
}

// suggestion names the preset that begins most like name.
func suggestion(name string, names []string) string {
	best, longest := "", 0
	for _, known := range names {
		n := 0
		for n < min(len(name), len(known)) && name[n] == known[n] {
			n++
		}
		if n > longest {
			best, longest = known, n
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean " + best + "?"
}

// read reads an embedded recording, or measured times.
func read(name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return engine.ReadTrace(name, f)
}
