package presets_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/presets"
)

func TestTheFirstIsTheFlashSale(t *testing.T) {
	if first := presets.List()[0].Name; first != "flash-sale" {
		t.Errorf("the first preset is %s", first)
	}
}

func TestGroupsAreContiguous(t *testing.T) {
	var groups []string
	for _, p := range presets.List() {
		groups = append(groups, p.Group)
	}
	runs := slices.Compact(groups)
	if distinct := slices.Compact(slices.Sorted(slices.Values(runs))); len(runs) != len(distinct) || distinct[0] == "" {
		t.Errorf("groups %q, want each once and named", runs)
	}
}

func TestEveryFileIsAPreset(t *testing.T) {
	onDisk, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, p := range presets.List() {
		listed = append(listed, p.Name+".yaml")
	}
	if slices.Sort(listed); !slices.Equal(onDisk, listed) {
		t.Errorf("listed are %q, on disk %q", listed, onDisk)
	}
}

func TestPresets(t *testing.T) {
	for _, p := range presets.List() {
		t.Run(p.Name, func(t *testing.T) {
			s, err := presets.Open(p.Name)
			if err != nil {
				t.Fatal(err)
			}
			if s.Name != p.Name || s.Title != p.Title || s.Story != p.Story {
				t.Errorf("listed as %+v, opened as %q, %q, %q", p, s.Name, s.Title, s.Story)
			}
			if len(s.Title) > 40 {
				t.Errorf("the title has %d letters, a list shows 40", len(s.Title))
			}
			if n := len(s.Story); n < 80 || n > 320 {
				t.Errorf("the story has %d letters, want 80 to 320", n)
			}
			if s.Ask == nil {
				t.Fatal("it asks nothing")
			}
			if !slices.Contains(s.Ask.Choices, s.Ask.Answer) {
				t.Errorf("the answer %q is none of %q", s.Ask.Answer, s.Ask.Choices)
			}
			if n := len(s.Ask.Because); n < 80 || n > 320 {
				t.Errorf("the because has %d letters, want 80 to 320", n)
			}
			if !strings.ContainsAny(s.Ask.Because, "0123456789") {
				t.Errorf("the because has no number: %q", s.Ask.Because)
			}
			runs := max(1, len(s.Cases))
			if total := time.Duration(runs) * s.Duration; s.Duration < 10*time.Second || total > 2*time.Minute {
				t.Errorf("%d runs of %s, want at least 10 s each and 2 min in all", runs, s.Duration)
			}
			checkClaimed(t, s)
		})
	}
}

// checkClaimed sees to it that something is expected of every case.
func checkClaimed(t *testing.T, s *engine.Scenario) {
	t.Helper()
	if len(s.Cases) == 0 && len(s.Expect) == 0 {
		t.Error("it claims nothing")
	}
	for _, c := range s.Cases {
		if len(s.Expect)+len(c.Expect) == 0 {
			t.Errorf("case %s claims nothing", c.Name)
		}
	}
}

func TestTraceIsTheRecording(t *testing.T) {
	s, err := presets.Open("real-traffic")
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.Load.Trace.Open()
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if got := string(bytes.TrimSpace(lines[0])); got != "TIMESTAMP,ContextTokens,GeneratedTokens" {
		t.Errorf("the header is %q", got)
	}
	if len(lines)-1 != 8819 {
		t.Errorf("%d requests, want 8,819", len(lines)-1)
	}
}

func TestTraceIsAttributed(t *testing.T) {
	text, err := os.ReadFile("data/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, owed := range []string{"Azure Public Dataset", "CC BY 4.0", "Splitwise", "Patel"} {
		if !bytes.Contains(text, []byte(owed)) {
			t.Errorf("data/README.md does not name %q", owed)
		}
	}
}

func TestUnknownPreset(t *testing.T) {
	for name, want := range map[string]string{
		"oder":     "did you mean order?",
		"flash":    "did you mean flash-sale?",
		"slowobs":  "did you mean slow-observer?",
		"zebra":    "there are flash-sale, ",
		"":         "there are flash-sale, ",
		"../main":  "there are flash-sale, ",
		"data/x":   "did you mean duality?",
		"presets/": "there are flash-sale, ",
	} {
		_, err := presets.Open(name)
		var input *engine.InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v, want %q", name, err, want)
		}
	}
}
