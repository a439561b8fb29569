package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"duet/engine"
	"duet/presets"
)

func TestPresetsAreListedInTheirGroups(t *testing.T) {
	s := newStage()
	if code := s.do(t, "presets"); code != exitFine || s.errs.Len() > 0 {
		t.Fatalf("exit code %d, %s", code, s.errs.String())
	}
	rest := s.out.String()
	for _, p := range presets.List() {
		for _, want := range []string{p.Group, p.Name + " ", p.Title} {
			i := strings.Index(s.out.String(), want)
			if i < 0 {
				t.Errorf("%q is not in the list", want)
			}
		}
		_, after, ok := strings.Cut(rest, "\n  "+p.Name+" ")
		if !ok {
			t.Errorf("%s is out of order", p.Name)
		}
		rest = after
	}
}

func TestShowIsThePresetsFile(t *testing.T) {
	for _, p := range presets.List() {
		s := newStage()
		code := s.do(t, "presets", "show", p.Name)
		if source, _ := presets.Source(p.Name); code != exitFine || !bytes.Equal(s.out.Bytes(), source) {
			t.Errorf("%s: exit code %d, %d bytes", p.Name, code, s.out.Len())
		}
	}
}

func TestNewMakesAScenarioThatIsRight(t *testing.T) {
	inFolder(t, nil)
	s := newStage()
	if code := s.do(t, "presets", "new", "mine.yaml"); code != exitFine || s.out.Len() > 0 {
		t.Fatalf("exit code %d, %s", code, s.errs.String())
	}
	if !strings.Contains(s.errs.String(), "duet mine.yaml") {
		t.Errorf("%q does not say what to do with it", s.errs.String())
	}
	made, err := engine.Open("mine.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(made.Variants()) != 2 || len(made.Timeline) == 0 || len(made.Events) == 0 || len(made.Expect) == 0 {
		t.Errorf("%+v, want some of everything", made)
	}
	if code := s.do(t, "presets", "check", "mine.yaml"); code != exitFine {
		t.Errorf("exit code %d, %s", code, s.out.String())
	}
	if code := s.do(t, "presets", "new", "mine.yaml"); code != exitInput {
		t.Errorf("a second one: exit code %d, want %d", code, exitInput)
	}
	if text, _ := os.ReadFile("mine.yaml"); !bytes.Equal(text, starter) {
		t.Error("the file has changed")
	}
}

func TestCheckSaysOneLineForEachFile(t *testing.T) {
	inFolder(t, folder)
	s := newStage()
	code := s.do(t, "presets", "check", "tiny.yaml", "wrong.yaml", "trace.yaml", "none.yaml", "warm.yaml")
	if code != exitInput || s.errs.String() != "duet: 3 of 5 files are wrong\n" {
		t.Errorf("exit code %d, %q", code, s.errs.String())
	}
	lines := strings.Split(strings.TrimSpace(s.out.String()), "\n")
	for i, want := range []string{
		`^tiny.yaml: fine$`, `^wrong.yaml:2:1: unknown field "lod"`, `none.csv`, `^none.yaml: there is no such file$`, `^warm.yaml: fine$`,
	} {
		if i >= len(lines) || !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("%q, want %s as line %d", lines, want, i+1)
		}
	}
}

func TestSchemaIsWritten(t *testing.T) {
	s := newStage()
	code := s.do(t, "presets", "schema")
	var schema map[string]any
	if err := json.Unmarshal(s.out.Bytes(), &schema); err != nil || code != exitFine || s.errs.Len() > 0 {
		t.Fatalf("exit code %d, %v, %s", code, err, s.errs.String())
	}
	if schema["$schema"] != "https://json-schema.org/draft/2020-12/schema" || schema["additionalProperties"] != false {
		t.Errorf("it is not the schema of a scenario: %.200s", s.out.String())
	}
	s = newStage()
	if code := s.do(t, "presets", "schema", "mine.yaml"); code != exitInput || s.out.Len() > 0 || !strings.Contains(s.errs.String(), "takes no arguments") {
		t.Errorf("with an argument: exit code %d, %q", code, s.errs.String())
	}
}

func TestPresetsAreCompleted(t *testing.T) {
	for _, args := range [][]string{{"__complete", "run", ""}, {"__complete", "presets", "show", ""}, {"__complete", ""}} {
		s := newStage()
		if code := s.do(t, args...); code != exitFine || !strings.Contains(s.out.String(), "duality\tTwo names") {
			t.Errorf("%q: exit code %d, %s", args, code, s.out.String())
		}
	}
}

func TestHelp(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--help", "presets [command]"},
		{"run --help", "--in-turn"},
		{"presets --help", "new FILE"},
		{"presets check --help", "FILE..."},
		{"help run", "--in-turn"},
	} {
		s := newStage()
		if code := s.do(t, strings.Fields(c.args)...); code != exitFine || !strings.Contains(s.out.String(), c.want) || s.errs.Len() > 0 {
			t.Errorf("duet %s: exit code %d, without %q: %s", c.args, code, c.want, s.out.String())
		}
	}
}
