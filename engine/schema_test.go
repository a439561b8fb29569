package engine

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

// editor is what an editor makes of the schema.
func editor(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("duet.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("duet.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// refusal is what an editor says of a file; nil if nothing.
func refusal(s *jsonschema.Schema, src []byte) error {
	var value any
	if err := yaml.Unmarshal(src, &value); err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(document)
}

func TestSchemaTakesEveryPreset(t *testing.T) {
	s := editor(t)
	files, err := filepath.Glob("../presets/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	for _, name := range append(files, "../ui/cli/starter.yaml") {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := refusal(s, src); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, src := range []string{shortest, everything, services, traced, classed} {
		if err := refusal(s, []byte(src)); err != nil {
			t.Errorf("%s: %v", src, err)
		}
	}
}

// beyond is what a schema cannot know, as parts of what is said of a wrong file.
var beyond = []string{
	"this name is taken", "needs a name of its own", // what has to be unique
	"there is no handler", "there is no lane", "there is no event", "has no events", "has no figure", "has no handler", "there is no class", // what is meant
	"one of the choices", `is "email"`, `lane is "evnt"`,
	"expect is", "when is", "clear is", // expressions
	"have to be", "has no worker", "needs ack: after", "the scenario has no resources", "there is no resource", "a resource has no figure", "a ticker has no clients", "a ticker drops", "keys cannot have their publishers", "a goroutine for each of", "at most one for each", "there is no oldest", "nothing waits", "two or more load.classes", "with handlers together",
	"another handler is needed", "one handler of a scenario", "has to be false for both", "would have to wait", "publishes to", "through a broker", "has no limit", "only a broker that duet", "this is for workers", // what has to fit
	"publishers: this cannot change", "load.arrivals: this cannot change", // depends on what else is set
	"less than the duration", "the run ends at", "with these settings", "leave out during", "a part of the run's",
	"load.trace has to name its service column", "scale: this needs a file",
	"a duration from", "a rate from", // what a text comes to
}

// marked is known all the same.
var marked = []string{`"-5s"`, `expect is ""`}

// asYAML is what an editor has from its parser, or takes.
var asYAML = []string{"tags such as", "anchors and aliases", "a second document", "given twice"}

func says(want string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(want, part) })
}

// TestSchemaRefusesWhatDecodeDoes holds that an editor marks what Decode
// refuses, as far as a schema can, and that we know how far.
func TestSchemaRefusesWhatDecodeDoes(t *testing.T) {
	s := editor(t)
	refused := 0
	for _, c := range wrongFiles {
		if says(c.want, asYAML) {
			continue
		}
		src := c.src
		if more, ok := strings.CutPrefix(src, "+"); ok {
			src = shortest + more
		}
		err := refusal(s, []byte(src))
		if err != nil {
			refused++
		}
		if known := !says(c.want, beyond) || says(c.want, marked); (err != nil) != known {
			t.Errorf("%s\nDecode: %s\neditor: %v", src, c.want, err)
		}
	}
	t.Logf("%d of %d wrong files are marked", refused, len(wrongFiles))
	for _, part := range slices.Concat(beyond, marked, asYAML) {
		if !slices.ContainsFunc(wrongFiles, func(c wrongFile) bool { return strings.Contains(c.want, part) }) {
			t.Errorf("no wrong file is about %q", part)
		}
	}
}

// TestSchemaTakesWhatEncodeWrites changes scenarios at random.
func TestSchemaTakesWhatEncodeWrites(t *testing.T) {
	s := editor(t)
	starts := []*Scenario{decoded(t, shortest), decoded(t, everything), decoded(t, services)}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SampledFrom(starts).Draw(t, "start")
		for range rapid.IntRange(0, 8).Draw(t, "changes") {
			params := x.Params()
			p := params[rapid.IntRange(0, len(params)-1).Draw(t, "param")]
			if changed, err := x.With(p.Path, drawValue(t, p)); err == nil && changed.check() == nil {
				x = changed
			}
		}
		text, err := Encode(x)
		if err != nil {
			t.Fatal(err)
		}
		if err := refusal(s, text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}

// TestSchemaSaysWhatEverythingIs holds that an editor has something to show for
// every field.
func TestSchemaSaysWhatEverythingIs(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	var visit func(at string, s map[string]any)
	visit = func(at string, s map[string]any) {
		properties, _ := s["properties"].(map[string]any)
		if properties != nil && s["additionalProperties"] != false {
			t.Errorf("%s takes any field", at)
		}
		for name, field := range properties {
			field, ok := field.(map[string]any)
			if ok && field["description"] == nil {
				t.Errorf("%s.%s is not described", at, name)
			}
			visit(at+"."+name, field)
		}
		for _, inner := range []string{"items", "additionalProperties"} {
			if s, ok := s[inner].(map[string]any); ok {
				visit(at+"."+inner, s)
			}
		}
		for _, several := range []string{"anyOf", "oneOf"} {
			list, _ := s[several].([]any)
			for _, s := range list {
				if s := s.(map[string]any); s["type"] != nil {
					visit(at, s)
				}
			}
		}
	}
	visit("", root)
}
