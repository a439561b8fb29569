package engine

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds of what is taken for a scenario file. They keep a hostile file from
// costing more than a moment.
const (
	maxSource = 64 << 10 // bytes
	maxLines  = 2000
	maxLine   = 8 << 10 // bytes
	maxDepth  = 16      // of nesting
)

// node is one value of a YAML document, reduced to what a scenario needs: no
// anchors, aliases, tags, or keys that are not text.
type node struct {
	kind         nodeKind
	text         string // of a scalar, as written
	line, column int
	entries      []entry // of a mapping, in the order of the file
	items        []*node // of a list
}

type entry struct {
	key          string
	line, column int
	value        *node
}

type nodeKind string

const (
	scalarNode  nodeKind = "scalar"
	mappingNode nodeKind = "mapping"
	listNode    nodeKind = "list"
	emptyNode   nodeKind = "empty"
)

// describe is what was found, for an error.
func (n *node) describe() string {
	switch n.kind {
	case scalarNode:
		return shown(n.text)
	case emptyNode:
		return "empty"
	default:
		return "a " + string(n.kind)
	}
}

// parseYAML reads the one document of a source.
func parseYAML(name string, src []byte) (root *node, err error) {
	fail := func(line, column int, msg string) error {
		return &InputError{File: name, Line: max(line, 1), Column: max(column, 1), Msg: msg}
	}
	if line, column, msg := unbearable(src); msg != "" {
		return nil, fail(line, column, msg)
	}
	// The parser is not ours: should some input break it, that is the file's
	// error and no crash.
	defer func() {
		if broken := recover(); broken != nil {
			root, err = nil, fail(1, 1, "this is not YAML that can be read")
		}
	}()
	file, err := parser.ParseBytes(src, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		line, column, msg := 1, 1, "this is not YAML that can be read"
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			msg = "this is not YAML: " + syntax.GetMessage()
			if token := syntax.GetToken(); token != nil && token.Position != nil {
				line, column = token.Position.Line, token.Position.Column
			}
		}
		if tab := tabIndent(src, line); tab > 0 {
			column, msg = tab, "this line is indented with a tab: YAML wants spaces"
		}
		return nil, fail(line, column, msg)
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.DirectiveType:
		case body == nil:
			body = doc.Body
		default:
			line, column := place(doc.Body)
			return nil, fail(line, column, "a second document begins here: a scenario file holds one")
		}
	}
	if body == nil {
		return nil, fail(1, 1, "the file is empty: the shortest scenario is a load with a rate and a handler with a name")
	}
	r := reader{file: name}
	return r.read(body, 0)
}

// unbearable finds the first place that the parser must not see, for its time
// grows with the square of the lines, and with more of the depth. Brackets in
// texts count as well; no sensible text has so many open.
func unbearable(src []byte) (line, column int, msg string) {
	if len(src) > maxSource {
		return 1, 1, fmt.Sprintf("the file has %d bytes: a scenario has at most %d", len(src), maxSource)
	}
	depth := 0
	for text := range bytes.Lines(src) {
		line++
		switch {
		case line > maxLines:
			return line, 1, fmt.Sprintf("a scenario has at most %d lines", maxLines)
		case len(text) > maxLine:
			return line, maxLine, fmt.Sprintf("a line has at most %d bytes", maxLine)
		}
		for j, c := range text {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(depth-1, 0)
			}
			if depth > 4*maxDepth {
				return line, j + 1, fmt.Sprintf("this is nested more than %d deep", maxDepth)
			}
		}
	}
	return 0, 0, ""
}

// tabIndent is the column of a tab in what a line is indented with; 0 without.
func tabIndent(src []byte, line int) (column int) {
	lines := bytes.Split(src, []byte("\n"))
	text := lines[min(line, len(lines))-1]
	indent := text[:len(text)-len(bytes.TrimLeft(text, " \t"))]
	return bytes.IndexByte(indent, '\t') + 1
}

// reader turns the parser's tree into nodes.
type reader struct{ file string }

func (r reader) fail(n ast.Node, format string, args ...any) error {
	line, column := place(n)
	return &InputError{File: r.file, Line: line, Column: column, Msg: fmt.Sprintf(format, args...)}
}

func (r reader) read(from ast.Node, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, r.fail(from, "this is nested more than %d deep", maxDepth)
	}
	n := &node{}
	n.line, n.column = place(from)
	switch from := from.(type) {
	case nil, *ast.NullNode:
		n.kind = emptyNode
	case *ast.LiteralNode:
		n.kind, n.text = scalarNode, strings.TrimRight(from.Value.Value, "\n")
	case *ast.StringNode:
		n.kind, n.text = scalarNode, from.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		n.kind, n.text = scalarNode, from.GetToken().Value
	case *ast.SequenceNode:
		n.kind = listNode
		for _, value := range from.Values {
			item, err := r.read(value, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
	case *ast.MappingNode:
		n.kind = mappingNode
		for _, pair := range from.Values {
			if err := r.readPair(n, pair, depth); err != nil {
				return nil, err
			}
		}
	case *ast.MappingValueNode:
		n.kind = mappingNode
		return n, r.readPair(n, from, depth)
	case *ast.AnchorNode, *ast.AliasNode:
		return nil, r.fail(from, "anchors and aliases are not allowed: write the value out")
	case *ast.TagNode:
		return nil, r.fail(from, "tags such as %s are not allowed: leave it out", shown(from.Start.Value))
	default:
		return nil, r.fail(from, "this kind of YAML is not allowed in a scenario")
	}
	return n, nil
}

func (r reader) readPair(into *node, pair *ast.MappingValueNode, depth int) error {
	key, ok := pair.Key.(ast.ScalarNode)
	if !ok || pair.Key.Type() == ast.MergeKeyType {
		return r.fail(pair.Key, "only plain names can be keys")
	}
	name := key.GetToken().Value
	for _, e := range into.entries {
		if e.key == name {
			return r.fail(pair.Key, "%s is given twice: first in line %d", shown(name), e.line)
		}
	}
	value, err := r.read(pair.Value, depth+1)
	if err != nil {
		return err
	}
	line, column := place(pair.Key)
	into.entries = append(into.entries, entry{name, line, column, value})
	return nil
}

// place is where a node begins.
func place(n ast.Node) (line, column int) {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	if pair, ok := n.(*ast.MappingValueNode); ok {
		n = pair.Key
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 1, 1
	}
	return n.GetToken().Position.Line, n.GetToken().Position.Column
}
