package tui

import (
	"maps"
	"reflect"
	"slices"
)

// Memory is what the playground remembers of a person from one time to the
// next. The zero value is that of somebody who was never here.
type Memory struct {
	NoAsk  bool              `json:"no_ask"` // wants no questions
	Toured bool              `json:"toured"` // has been shown round
	Seen   []string          `json:"seen"`   // names of the presets played, each once
	Bets   map[string]string `json:"bets"`   // by name of the preset or file, the choice bet on; only where the answer was seen
}

// see remembers that a preset was played.
func (m *model) see(name string) {
	preset := slices.ContainsFunc(m.presets, func(p Preset) bool { return p.Name == name })
	if preset && !m.memory.hasSeen(name) {
		m.memory.Seen = append(m.memory.Seen, name)
	}
}

func (m *Memory) hasSeen(name string) bool { return slices.Contains(m.Seen, name) }

// bet remembers a bet whose answer was seen.
func (m *Memory) bet(name, choice string) {
	if m.Bets == nil {
		m.Bets = map[string]string{}
	}
	m.Bets[name] = choice
}

// score is how many bets on the presets there were, and how many were right.
func (m *model) score() (right, all int) {
	for i := range m.presets {
		p := &m.presets[i]
		if choice, ok := m.memory.Bets[p.Name]; ok && p.Ask != nil {
			all++
			if choice == p.Ask.Answer {
				right++
			}
		}
	}
	return right, all
}

// clone is a copy that shares nothing.
func (m *Memory) clone() Memory {
	c := *m
	c.Seen, c.Bets = slices.Clone(m.Seen), maps.Clone(m.Bets)
	return c
}

// remember hands over what there is to remember, if that is more than before.
func (m *model) remember() {
	if m.options.Remember != nil && !reflect.DeepEqual(m.memory, m.options.Memory) {
		m.options.Remember(m.memory)
	}
}
