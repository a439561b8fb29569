package engine

import "fmt"

// Resource is something of which there is only so much, and which handlers need
// while they work: connections to a database, licences, tokens of an API. Every
// lane has its own, so that no lane delays another. Whoever needs a slot waits
// for one in turn, with the item in hand.
type Resource struct {
	Name  string `yaml:"name"`  // unique
	Slots int    `yaml:"slots"` // how many may work with it at once, 1 to 100,000; defaults to 4
}

// maxResources is more than any sensible scenario has.
const maxResources = 20

// ResourceNamed is the place of a resource in the scenario's list; -1: there is
// none of that name.
func (s *Scenario) ResourceNamed(name string) int {
	for i := range s.Resources {
		if s.Resources[i].Name == name {
			return i
		}
	}
	return -1
}

func (s *Scenario) resourceNames() []string {
	names := make([]string, len(s.Resources))
	for i := range s.Resources {
		names[i] = s.Resources[i].Name
	}
	return names
}

// checkResources holds that resources have names, and that what handlers need is
// there.
func (s *Scenario) checkResources() *problem {
	if len(s.Resources) > 0 {
		if p := checkNames("resources", s.resourceNames(), maxResources); p != nil {
			return p
		}
	}
	for i := range s.Handlers {
		needs := s.Handlers[i].Needs
		switch {
		case needs == "" || s.ResourceNamed(needs) >= 0:
		case len(s.Resources) == 0:
			return &problem{path: fmt.Sprintf("handlers.%d.needs", i), found: shown(needs), need: "the scenario has no resources; list it there, such as resources: [{name: " + needs + ", slots: 4}]"}
		default:
			return &problem{path: fmt.Sprintf("handlers.%d.needs", i), found: shown(needs), need: "there is no resource of that name; " + suggest(needs, s.resourceNames())}
		}
	}
	return nil
}
