package engine

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Param describes one path that can be set, for knobs and help.
type Param struct {
	Path    string // load.rate, lanes.message.workers, handlers.charge.service.mean
	Kind    ParamKind
	Choices []string // of a choice
	Word    string   // of a count: a word that may stand in place of a number; empty: none
	Min     float64  // inclusive; for durations in seconds, for shares 0..1
	Max     float64
	Default string // as written in a file
	Help    string // one line
	Fixed   bool   // cannot change while a run goes on
}

// ParamKind says what values a parameter takes.
type ParamKind string

// The kinds of parameters.
const (
	KindCount    ParamKind = "count"
	KindNumber   ParamKind = "number"
	KindDuration ParamKind = "duration"
	KindRate     ParamKind = "rate"
	KindShare    ParamKind = "share"
	KindChoice   ParamKind = "choice"
	KindBool     ParamKind = "bool"
)

// Params lists everything that can be set in this scenario: the load, each
// handler, each resource, each lane, and last those of the run as a whole. Settings of
// arrivals and distributions that are not in use, and of the other model, are
// left out.
func (s *Scenario) Params() []Param {
	groups := map[string][]Param{}
	var order []string
	for i := range rules {
		r := &rules[i]
		if r.file {
			continue
		}
		for _, path := range s.expand(r.path) {
			if s.refuses(path) != "" || s.idle(path) {
				continue
			}
			p := s.param(r, path)
			if lane, ok := inherits(path); ok {
				p.Default, _ = s.Get(s.public(lane))
			}
			group := groupOf(path)
			if _, known := groups[group]; !known {
				order = append(order, group)
			}
			groups[group] = append(groups[group], p)
		}
	}
	var all []Param
	for _, group := range order {
		all = append(all, groups[group]...)
	}
	return all
}

// Fixed says whether a path names a setting that cannot change while a run goes
// on: it takes effect with the next one.
func (s *Scenario) Fixed(path string) bool {
	internal, r, err := s.find(path)
	return err == nil && s.fixed(r, internal)
}

// fixed says so of an expanded path: keys stay with the publishers they have, and
// recorded arrivals do not turn into drawn ones.
func (s *Scenario) fixed(r *rule, path string) bool {
	switch r.path {
	case "load.arrivals":
		return s.Load.Trace != nil
	case "lanes.*.publishers":
		n, _ := strconv.Atoi(strings.Split(path, ".")[1])
		return s.Lanes[n].PublishBy != ""
	default:
		return r.fixed
	}
}

// groupOf is what a path's setting belongs to: load, one handler, one lane, or
// the run.
func groupOf(path string) string {
	parts := strings.SplitN(path, ".", 3)
	switch parts[0] {
	case "load":
		return "load"
	case "handlers", "resources", "lanes":
		return parts[0] + "." + parts[1]
	default:
		return ""
	}
}

func (s *Scenario) param(r *rule, path string) Param {
	return Param{
		Path: s.public(path), Kind: r.kind, Choices: s.choices(r, path), Word: r.word, Min: r.min, Max: r.max,
		Default: s.standard(r, path), Help: r.help, Fixed: s.fixed(r, path),
	}
}

// choices are those of a rule that this scenario can take: steps, recordings
// and measured times are not made up on the spot, observers are never
// together, and only classes can be kept apart.
func (s *Scenario) choices(r *rule, path string) []string {
	return slices.DeleteFunc(slices.Clone(r.choices), func(choice string) bool {
		switch r.path {
		case "load.arrivals":
			return choice == string(Steps) && s.Load.Steps == nil || choice == string(Trace) && s.Load.Trace == nil
		case "handlers.*.service.dist":
			h, _, _ := s.serviceOf(path)
			noTrace := s.Load.Trace == nil || s.Load.Trace.Service == ""
			return choice == string(DistTrace) && noTrace || choice == string(DistEmpirical) && h.Service.File == ""
		case "lanes.*.handlers":
			n, _ := strconv.Atoi(strings.Split(path, ".")[1])
			return choice == together && s.Lanes[n].Model != Message
		case "lanes.*.queue.order":
			return Order(choice).ByClass() && len(s.Load.Classes) < 2
		default:
			return false
		}
	})
}

// Get reads a setting, as it would be written in a file. A subscription without
// a setting of its own has its lane's.
func (s *Scenario) Get(path string) (string, error) {
	internal, r, err := s.find(path)
	if err != nil {
		return "", err
	}
	s = s.copySettings() // for looking a field up may bring it into being
	field, _ := s.field(internal)
	if lane, ok := inherits(internal); ok && field.IsNil() {
		field, _ = s.field(lane)
	}
	return r.text(field), nil
}

// With makes a changed copy: the scenario with one setting as a file would
// give it, checked like a file. The error is an [*InputError] that names the
// path; the scenario itself never changes.
func (s *Scenario) With(path, value string) (*Scenario, error) {
	return s.WithAll(map[string]string{path: value})
}

// WithAll makes a copy with several settings changed together, so that only
// the outcome has to be sensible and not each step. Settings take effect in
// the order of their paths.
func (s *Scenario) WithAll(set map[string]string) (*Scenario, error) {
	return s.Clone().change(set)
}

// change is WithAll, but what cannot be set is shared with the copy.
func (s *Scenario) change(set map[string]string) (*Scenario, error) {
	changed := s.copySettings()
	for _, path := range sortedKeys(set) {
		internal, r, err := changed.find(path)
		if err != nil {
			return nil, err
		}
		if need := changed.assign(internal, r, set[path]); need != "" {
			return nil, changed.settingError(&problem{path: internal, found: shown(set[path]), need: need})
		}
		changed.fillShape()
	}
	changed.fillMeans(s)
	if p := changed.checkSettings(); p != nil {
		return nil, changed.settingError(p)
	}
	return changed, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// find looks up a path as people write it.
func (s *Scenario) find(path string) (internal string, r *rule, err error) {
	fail := func(subject, need string) (string, *rule, error) {
		return "", nil, &InputError{Path: path, Msg: subject + ": " + need}
	}
	parts := strings.Split(path, ".")
	pattern := slices.Clone(parts)
	if names, named := s.named(parts[0]); named && len(parts) > 1 {
		i := slices.Index(names, parts[1])
		if i < 0 {
			return fail(path, "there is no "+strings.TrimSuffix(parts[0], "s")+" "+shown(parts[1])+"; "+suggest(parts[1], names))
		}
		parts[1], pattern[1] = strconv.Itoa(i), "*"
		if len(parts) > 3 && parts[2] == "subscriptions" {
			if !slices.Contains(s.handlerNames(), parts[3]) {
				return fail(path, "there is no handler "+shown(parts[3])+"; "+suggest(parts[3], s.handlerNames()))
			}
			pattern[3] = "*"
		}
		if len(parts) > 3 && parts[0] == "lanes" && parts[2] == "pools" {
			if !slices.Contains(s.Load.ClassNames(), parts[3]) {
				return fail(path, s.noClass(parts[3]))
			}
			pattern[3] = "*"
		}
	}
	if len(parts) > 2 && parts[0] == "load" && parts[1] == "classes" {
		i := slices.Index(s.Load.ClassNames(), parts[2])
		if i < 0 {
			return fail(path, s.noClass(parts[2]))
		}
		parts[2], pattern[2] = strconv.Itoa(i), "*"
	}
	internal = strings.Join(parts, ".")
	r = ruleFor(strings.Join(pattern, "."))
	if r == nil || r.file {
		return fail(path, "there is no such setting; "+suggest(path, s.siblings(path)))
	}
	if need := s.refuses(internal); need != "" {
		return fail(path, need)
	}
	return internal, r, nil
}

// inherits says which setting of the lane a subscription's setting overrides.
func inherits(path string) (lane string, ok bool) {
	lane, own, ok := strings.Cut(path, ".subscriptions.")
	if strings.HasSuffix(own, ".capacity") {
		return lane + ".queue.capacity", ok
	}
	return lane + ".workers", ok
}

// siblings are the paths that begin as a path does, for an error about it; or
// else where paths begin.
func (s *Scenario) siblings(path string) []string {
	beginning := func(path string) string { return path[:max(strings.LastIndexByte(path, '.'), 0)] }
	for at := beginning(path); at != ""; at = beginning(at) {
		var near []string
		for _, p := range s.Params() {
			if beginning(p.Path) == at {
				near = append(near, p.Path)
			}
		}
		if near != nil {
			return near
		}
	}
	return []string{"load", "handlers.NAME", "resources.NAME", "lanes.NAME", "seed", "duration", "warmup", "drain", "steady"}
}

// named are the names in a list whose entries are called by theirs in paths.
func (s *Scenario) named(list string) (names []string, named bool) {
	switch list {
	case "handlers":
		return s.handlerNames(), true
	case "resources":
		return s.resourceNames(), true
	case "lanes":
		return s.laneNames(), true
	}
	return nil, false
}

func (s *Scenario) handlerNames() []string {
	names := make([]string, len(s.Handlers))
	for i := range s.Handlers {
		names[i] = s.Handlers[i].Name
	}
	return names
}

func (s *Scenario) laneNames() []string {
	names := make([]string, len(s.Lanes))
	for i := range s.Lanes {
		names[i] = s.Lanes[i].Name
	}
	return names
}

// settingError turns a problem into the error of a setting.
func (s *Scenario) settingError(p *problem) error {
	path := s.public(p.path)
	return &InputError{Path: path, Msg: p.sentence(path)}
}

// public writes an internal path with names in place of numbers.
func (s *Scenario) public(path string) string {
	parts := strings.Split(path, ".")
	if len(parts) < 2 {
		return path
	}
	if rest, ok := strings.CutPrefix(path, "load.classes."); ok {
		number, rest, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(number); err == nil && i < len(s.Load.Classes) && s.Load.Classes[i].Name != "" {
			return "load.classes." + join(s.Load.Classes[i].Name, rest)
		}
		return path
	}
	names, named := s.named(parts[0])
	if !named {
		return path
	}
	if i, err := strconv.Atoi(parts[1]); err == nil && i < len(names) && names[i] != "" {
		parts[1] = names[i]
	}
	return strings.Join(parts, ".")
}
