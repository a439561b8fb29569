package engine

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// field finds the Go field that an internal path names, by the yaml tags of
// the types. What lies on the way and is nil comes into being. The path must
// exist: it comes from expand, find or the decoder. A field that was set has to
// be kept: the entry of a map is only a copy until then.
func (s *Scenario) field(path string) (field reflect.Value, keep func()) {
	v := reflect.ValueOf(s).Elem()
	keep = func() {}
	for part := range strings.SplitSeq(path, ".") {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Slice:
			n, _ := strconv.Atoi(part)
			v = v.Index(n)
		case reflect.Map:
			entries, key, entry := v, reflect.ValueOf(part), reflect.New(v.Type().Elem()).Elem()
			if old := entries.MapIndex(key); old.IsValid() {
				entry.Set(old)
			}
			keep = func() {
				if entries.IsNil() {
					entries.Set(reflect.MakeMap(entries.Type()))
				}
				entries.SetMapIndex(key, entry)
			}
			v = entry
		default:
			v = v.Field(fieldByTag(v.Type(), part))
		}
	}
	return v, keep
}

// assign sets the field of an internal path. It answers with what is needed
// instead, or with nothing when all is well.
func (s *Scenario) assign(path string, r *rule, text string) (need string) {
	field, keep := s.field(path)
	if need := r.set(field, text); need != "" {
		return need
	}
	keep()
	return ""
}

// fieldByTag is the number of the field with a yaml tag; -1 without.
func fieldByTag(t reflect.Type, tag string) int {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") == tag {
			return i
		}
	}
	return -1
}

// tags are the names of a type's fields in a file.
func tags(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag != "-" {
			names = append(names, tag)
		}
	}
	return names
}

// expand lists the internal paths that a pattern stands for in this scenario.
func (s *Scenario) expand(pattern string) []string {
	prefix, rest, more := strings.Cut(pattern, ".*")
	if !more {
		return []string{pattern}
	}
	var paths []string
	for _, name := range s.members(prefix) {
		paths = append(paths, s.expand(prefix+"."+name+rest)...)
	}
	return paths
}

// members are the numbers or names that may stand for a * after a prefix.
func (s *Scenario) members(prefix string) []string {
	numbers := func(n int) []string {
		all := make([]string, n)
		for i := range all {
			all[i] = strconv.Itoa(i)
		}
		return all
	}
	switch prefix {
	case "handlers":
		return numbers(len(s.Handlers))
	case "resources":
		return numbers(len(s.Resources))
	case "lanes":
		return numbers(len(s.Lanes))
	case "load.classes":
		return numbers(len(s.Load.Classes))
	}
	parts := strings.Split(prefix, ".")
	if parts[0] == "lanes" && len(parts) == 3 && parts[2] == "pools" {
		return s.Load.ClassNames()
	}
	if parts[0] == "lanes" && len(parts) == 3 && parts[2] == "subscriptions" {
		n, _ := strconv.Atoi(parts[1])
		if lane := &s.Lanes[n]; lane.Handlers.Together || lane.Model != Message {
			return nil
		}
		return s.handlersOf(n)
	}
	return nil
}

// handlersOf names the handlers that a lane runs, in order.
func (s *Scenario) handlersOf(lane int) []string {
	if names := s.Lanes[lane].Handlers.Names; names != nil {
		return names
	}
	return s.handlerNames()
}

// refuses says why a path makes no sense in this scenario; nothing when it
// does.
func (s *Scenario) refuses(path string) string {
	parts := strings.Split(path, ".")
	switch {
	case parts[0] == "load" && len(parts) > 1 && slices.Contains(shapes, parts[1]):
		if name := Arrivals(parts[1]); s.Load.Arrivals != name {
			return "this needs arrivals: " + string(name)
		}
	case parts[0] == "load" && len(parts) == 4 && parts[1] == "classes" && parts[3] == "share":
		if n, _ := strconv.Atoi(parts[2]); n == len(s.Load.Classes)-1 {
			return "the last class has what the others leave"
		}
	case parts[0] == "timeline" && len(parts) == 3 && parts[2] == "at":
		if n, _ := strconv.Atoi(parts[1]); s.Timeline[n].On != "" {
			return "a moment has a time or an event, and this one is on " + s.Timeline[n].On
		}
	case parts[0] == "lanes" && len(parts) > 2:
		n, _ := strconv.Atoi(parts[1])
		name := parts[2]
		if name == "queue" {
			name = parts[len(parts)-1]
		}
		if owner, one := laneFields[name]; one && s.Lanes[n].Model != owner {
			return "this belongs to the " + string(owner) + " model, and the lane's model is " + string(s.Lanes[n].Model)
		}
		if parts[len(parts)-1] == "capacity" {
			if b := s.Lanes[n].Queue.Broker; !b.Bounded() {
				return "a queue in " + string(b) + " has no limit, and takes whatever comes; leave it out"
			}
		}
	}
	return ""
}

// fill gives every setting that makes sense and is not in given its default.
func (s *Scenario) fill(given map[string]bool) {
	for i := range rules {
		r := &rules[i]
		if r.def == "" {
			continue
		}
		for _, path := range s.expand(r.path) {
			if !given[path] && s.refuses(path) == "" {
				s.assign(path, r, s.standard(r, path))
			}
		}
	}
}

// fillShape gives the arrivals in use their shape, with its defaults, when
// they have none yet.
func (s *Scenario) fillShape() {
	load := &s.Load
	have := map[Arrivals]bool{Bursts: load.Bursts != nil, Ramp: load.Ramp != nil, Sine: load.Sine != nil}
	if exists, shaped := have[load.Arrivals]; !shaped || exists {
		return
	}
	prefix := "load." + string(load.Arrivals) + "."
	for _, path := range sortedKeys(rulesByPath) {
		if strings.HasPrefix(path, prefix) {
			s.assign(path, rulesByPath[path], rulesByPath[path].def)
		}
	}
}

// fillMeans gives the default mean to services that had that of measured times,
// and no longer have their distribution.
func (s *Scenario) fillMeans(before *Scenario) {
	for i := range s.Handlers {
		was, now := &before.Handlers[i].Service, &s.Handlers[i].Service
		if was.Dist == DistEmpirical && now.Dist != DistEmpirical && was.Mean == 0 && now.Mean == 0 {
			path := fmt.Sprintf("handlers.%d.service.mean", i)
			s.assign(path, ruleFor("handlers.*.service.mean"), s.standard(ruleFor("handlers.*.service.mean"), path))
		}
	}
}
