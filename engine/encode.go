package engine

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Encode writes the scenario as a file that [Decode] reads back as the same
// scenario. What has its default is left out. The scenario must have been
// decoded, or made from one that was.
func Encode(s *Scenario) ([]byte, error) {
	e := encoder{s.Clone()}
	if e.scenario.Title == s.Name {
		e.scenario.Title = ""
	}
	for i := range e.scenario.Lanes {
		if l := &e.scenario.Lanes[i]; l.Name == string(l.Model) {
			l.Name = ""
		}
	}
	root := e.fields(reflect.ValueOf(e.scenario).Elem(), "", "")
	root.entries = append([]entry{{key: "duet", value: word(strconv.Itoa(Version))}}, root.entries...)
	var out bytes.Buffer
	root.write(&out, 0, false)
	if _, err := Decode(s.Name+".yaml", out.Bytes()); err != nil {
		return nil, fmt.Errorf("the scenario does not make a file: %w", err)
	}
	return out.Bytes(), nil
}

// encoder turns a scenario into nodes: the decoder, backwards.
type encoder struct{ scenario *Scenario }

// word is a scalar that is written as it is, quoted one that has to be.
func word(text string) *node { return &node{kind: scalarNode, text: text} }

func quoted(text string) *node {
	if plainForm.MatchString(text) && text != "null" {
		return word(text)
	}
	return word(strconv.Quote(text))
}

// plainForm is what needs no quotes: words, numbers with units, paths.
var plainForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_./%]*$`)

// value is the node for a Go value; nil when it can be left out.
func (e encoder) value(v reflect.Value, path, pattern string) *node {
	if e.scenario.refuses(path) != "" || v.IsZero() && ruleFor(pattern) == nil {
		return nil
	}
	if r := ruleFor(pattern); r != nil {
		text := r.text(v)
		if def := e.scenario.standard(r, path); text == def && def != "" || text == "" {
			return nil
		}
		return word(text)
	}
	switch value := v.Interface().(type) {
	case map[string]string:
		n := &node{kind: mappingNode}
		for _, key := range sortedKeys(value) {
			n.entries = append(n.entries, entry{key: key, value: quoted(value[key])})
		}
		return n
	case Claim:
		if value.In == "" && value.During == nil {
			return quoted(value.Text)
		}
	case *Fault:
		return e.fault(value)
	case *[2]time.Duration:
		return word(stretchText(*value))
	}
	switch v.Kind() {
	case reflect.Pointer:
		return e.fields(v.Elem(), path, pattern)
	case reflect.Struct:
		return e.fields(v, path, pattern)
	case reflect.Slice:
		n := &node{kind: listNode}
		for i := range v.Len() {
			item := e.value(v.Index(i), join(path, strconv.Itoa(i)), join(pattern, "*"))
			if item == nil {
				item = quoted("")
			}
			n.items = append(n.items, item)
		}
		return n
	case reflect.Map:
		n := &node{kind: mappingNode}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			value := e.value(v.MapIndex(key), join(path, key.String()), join(pattern, "*"))
			n.entries = append(n.entries, entry{key: key.String(), value: cmp.Or(value, &node{kind: mappingNode})})
		}
		return n
	default:
		return quoted(v.String())
	}
}

// fields is the node for a struct.
func (e encoder) fields(v reflect.Value, path, pattern string) *node {
	n := &node{kind: mappingNode}
	for _, name := range tags(v.Type()) {
		value := e.value(v.Field(fieldByTag(v.Type(), name)), join(path, name), join(pattern, name))
		if value != nil && !value.bare() {
			n.entries = append(n.entries, entry{key: name, value: value})
		}
	}
	return n
}

// bare reports whether a node says nothing.
func (n *node) bare() bool { return n.kind != scalarNode && len(n.entries)+len(n.items) == 0 }

func (e encoder) fault(f *Fault) *node {
	n := &node{kind: mappingNode, entries: []entry{{key: string(f.Kind), value: word(f.Target)}}}
	if f.Lane != "" {
		n.entries = append(n.entries, entry{key: "lane", value: word(f.Lane)})
	}
	for _, name := range faultFields[f.Kind] {
		r, text := ruleFor("timeline.*.fault."+name), f.part(name).String()
		if r != nil {
			text = r.text(f.part(name))
		}
		if text != "" && (r == nil || text != r.def) {
			n.entries = append(n.entries, entry{key: name, value: word(text)})
		}
	}
	return n
}

// write writes a mapping or list in block style, so deep. The first line goes
// without its indentation where it follows a dash.
func (n *node) write(out *bytes.Buffer, depth int, afterDash bool) {
	indent := func() {
		if !afterDash {
			out.WriteString(strings.Repeat("  ", depth))
		}
		afterDash = false
	}
	for _, e := range n.entries {
		indent()
		out.WriteString(e.key + ":")
		if e.value.kind != scalarNode && !e.value.bare() {
			out.WriteString("\n")
			e.value.write(out, depth+1, false)
			continue
		}
		out.WriteString(" " + e.value.inline() + "\n")
	}
	for _, item := range n.items {
		indent()
		out.WriteString("- ")
		if item.kind == mappingNode && !item.bare() {
			item.write(out, depth+1, true)
			continue
		}
		out.WriteString(item.inline() + "\n")
	}
}

// inline is a node that fits in one line.
func (n *node) inline() string {
	switch n.kind {
	case mappingNode:
		return "{}"
	case listNode:
		return "[]"
	default:
		return n.text
	}
}
