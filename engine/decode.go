package engine

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Decode reads a scenario from the text of a file called name (which it only
// uses for errors and for the scenario's Name). Every default is filled in and
// everything is checked; the error is an [*InputError]. Files that the scenario
// names are not opened: whoever has them attaches them, as [Open] does.
func Decode(name string, src []byte) (*Scenario, error) {
	root, err := parseYAML(name, src)
	if err != nil {
		return nil, err
	}
	d := &decoder{file: name, scenario: &Scenario{}, places: map[string]*node{}, given: map[string]bool{}}
	s := d.scenario
	s.Name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if err := d.value(root, reflect.ValueOf(s).Elem(), "", ""); err != nil {
		return nil, err
	}
	if p := d.missing(); p != nil {
		return nil, d.problem(p)
	}
	if s.Lanes == nil {
		s.Lanes = []Lane{{Model: Message}, {Model: EventModel}}
	}
	for i := range s.Lanes {
		s.Lanes[i].Name = cmp.Or(s.Lanes[i].Name, string(s.Lanes[i].Model))
	}
	s.Title = cmp.Or(s.Title, s.Name)
	s.fill(d.given)
	for _, path := range d.order {
		if need := s.refuses(path); need != "" {
			return nil, d.problem(&problem{path: path, need: need})
		}
	}
	if p := s.check(); p != nil {
		return nil, d.problem(p)
	}
	slices.SortStableFunc(s.Timeline, func(a, b Moment) int { return a.compare(&b) })
	return s, nil
}

// decoder fills a scenario from nodes and remembers where everything was.
type decoder struct {
	file     string
	scenario *Scenario
	places   map[string]*node // by internal path
	given    map[string]bool
	order    []string // the paths given, in the order of the file
}

func (d *decoder) fail(n *node, format string, args ...any) error {
	return &InputError{File: d.file, Line: n.line, Column: n.column, Msg: fmt.Sprintf(format, args...)}
}

// problem gives a problem its place: that of its field, or of the nearest one
// around it that the file has.
func (d *decoder) problem(p *problem) error {
	at := p.path
	for d.places[at] == nil {
		at = at[:max(strings.LastIndexByte(at, '.'), 0)]
	}
	n := d.places[at]
	return &InputError{
		File: d.file, Line: n.line, Column: n.column, Path: d.scenario.public(p.path),
		Msg: p.sentence(subject(p.path)),
	}
}

// subject is what an error with a place calls a field: its own name, or for
// the settings of a case or moment, the setting.
func subject(path string) string {
	if _, setting, ok := strings.Cut(path, ".set."); ok {
		return setting
	}
	parts := strings.Split(path, ".")
	for i := len(parts) - 1; i > 0; i-- {
		if _, err := strconv.Atoi(parts[i]); err != nil {
			return parts[i]
		}
	}
	return parts[0]
}

// value reads a node into a Go value. path is where it is, pattern the same
// with * for names and numbers.
func (d *decoder) value(n *node, into reflect.Value, path, pattern string) error {
	d.places[path] = n
	d.given[path] = true
	d.order = append(d.order, path)
	if r := ruleFor(pattern); r != nil {
		return d.setting(n, r, into, path)
	}
	switch target := into.Addr().Interface().(type) {
	case *map[string]string:
		return d.settings(n, target, path)
	case *Claim:
		if n.kind == scalarNode {
			target.Text = n.text
			return nil
		}
	case **Fault:
		*target = &Fault{}
		return d.fault(n, *target, path)
	case **[2]time.Duration:
		*target = &[2]time.Duration{}
		return d.stretch(n, *target, path)
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return d.fields(n, into.Elem(), path, pattern)
	case reflect.Struct:
		return d.fields(n, into, path, pattern)
	case reflect.Slice:
		return d.list(n, into, path, pattern)
	case reflect.Map:
		return d.entries(n, into, path, pattern)
	default:
		if n.kind != scalarNode {
			return d.fail(n, "%s is %s: text is needed", subject(path), n.describe())
		}
		into.SetString(n.text)
		return nil
	}
}

// setting reads what a rule describes.
func (d *decoder) setting(n *node, r *rule, into reflect.Value, path string) error {
	text, ok := n.flat()
	need := r.needs()
	if ok {
		need = r.set(into, text)
	}
	if need != "" {
		return d.problem(&problem{path: path, found: n.describe(), need: need})
	}
	return nil
}

// flat is a scalar's text; and that of a list of scalars as [a, b].
func (n *node) flat() (text string, ok bool) {
	if n.kind == scalarNode {
		return n.text, true
	}
	var texts []string
	for _, item := range n.items {
		if item.kind != scalarNode {
			return "", false
		}
		texts = append(texts, item.text)
	}
	return "[" + strings.Join(texts, ", ") + "]", n.kind == listNode
}

func (d *decoder) fields(n *node, into reflect.Value, path, pattern string) error {
	allowed := tags(into.Type())
	if n.kind != mappingNode {
		what := "the scenario"
		if path != "" {
			what = subject(path)
		}
		return d.fail(n, "%s is %s: fields are needed; allowed: %s", what, n.describe(), strings.Join(allowed, ", "))
	}
	for _, e := range n.entries {
		field := fieldByTag(into.Type(), e.key)
		if e.key == "-" || field < 0 {
			return d.fail(&node{line: e.line, column: e.column}, "unknown field %s: %s", shown(e.key), suggest(e.key, allowed))
		}
		if err := d.value(e.value, into.Field(field), join(path, e.key), join(pattern, e.key)); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) list(n *node, into reflect.Value, path, pattern string) error {
	if n.kind != listNode {
		return d.fail(n, "%s is %s: a list is needed", subject(path), n.describe())
	}
	into.Set(reflect.MakeSlice(into.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		if err := d.value(item, into.Index(i), join(path, strconv.Itoa(i)), join(pattern, "*")); err != nil {
			return err
		}
	}
	return nil
}

// entries reads a map by handler or class: a lane's subscriptions or pools.
func (d *decoder) entries(n *node, into reflect.Value, path, pattern string) error {
	if n.kind != mappingNode {
		what := "fields named after handlers"
		if into.Type().Elem().Kind() == reflect.Int {
			what = "numbers named after classes"
		}
		return d.fail(n, "%s is %s: %s are needed", subject(path), n.describe(), what)
	}
	into.Set(reflect.MakeMap(into.Type()))
	for _, e := range n.entries {
		value := reflect.New(into.Type().Elem()).Elem()
		if err := d.value(e.value, value, join(path, e.key), join(pattern, "*")); err != nil {
			return err
		}
		into.SetMapIndex(reflect.ValueOf(e.key), value)
	}
	return nil
}

// settings reads the set of a moment or case: paths with values, which are
// checked when all lanes and handlers are known.
func (d *decoder) settings(n *node, into *map[string]string, path string) error {
	if n.kind != mappingNode {
		return d.fail(n, "set is %s: paths with values are needed, such as {load.rate: 300/s}", n.describe())
	}
	*into = map[string]string{}
	for _, e := range n.entries {
		text, ok := e.value.flat()
		if !ok {
			return d.fail(e.value, "%s is %s: a single value is needed", e.key, e.value.describe())
		}
		d.places[join(path, e.key)] = e.value
		(*into)[e.key] = text
	}
	return nil
}

// stretch reads a part of a run: 60s..90s.
func (d *decoder) stretch(n *node, into *[2]time.Duration, path string) error {
	from, to, ok := strings.Cut(n.text, "..")
	var errs [2]error
	into[0], errs[0] = ParseDuration(from)
	into[1], errs[1] = ParseDuration(to)
	if !ok || errors.Join(errs[:]...) != nil {
		return d.fail(n, "%s is %s: a part of the run such as 60s..90s is needed", subject(path), n.describe())
	}
	return nil
}

// missing finds what a file must have and this one has not.
func (d *decoder) missing() *problem {
	s := d.scenario
	if !d.given["load.rate"] && s.Load.Arrivals != Trace {
		return &problem{path: "load.rate", need: "a rate such as 120/s is needed"}
	}
	for i := range max(0, len(s.Load.Classes)-1) {
		if at := fmt.Sprintf("load.classes.%d", i); !d.given[at+".share"] {
			return &problem{path: at, need: "a share of the items is needed, such as 20%; only the last class has none, for it has the rest"}
		}
	}
	for i := range s.Lanes {
		if s.Lanes[i].Model == "" {
			return &problem{path: fmt.Sprintf("lanes.%d.model", i), need: "message or event is needed"}
		}
	}
	for i, m := range s.Timeline {
		if at := fmt.Sprintf("timeline.%d", i); !d.given[at+".at"] && m.On == "" {
			return &problem{path: at, need: "a moment needs at or on: a time such as 5s, or the name of an event"}
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
