package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"duet/engine"
	"duet/presets"
)

// What the playground saves, duet opens: of every preset, changed or not, and of
// every case of it.
func TestWhatIsSavedCanBePlayed(t *testing.T) {
	inFolder(t, map[string]string{})
	s := seated()
	s.do(t)
	for _, p := range presets.List() {
		whole, err := presets.Open(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		all := whole.Variants()
		if len(whole.Cases) > 0 {
			all = append(all, whole)
		}
		for _, v := range all {
			v, err = v.With("load.rate", "77/s")
			if err != nil {
				t.Fatal(err)
			}
			name := "./" + p.Name + "-" + v.Case + ".yaml"
			if err := s.played[0].Save(name, v, false); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			again, err := open(name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if rate, _ := again.Get("load.rate"); rate != "77/s" || len(again.Lanes) != len(v.Lanes) || len(again.Timeline) != len(v.Timeline) {
				t.Errorf("%s: saved with 77/s, opened with %s", name, rate)
			}
		}
	}
}

// Any seed that can be given, a file can have.
func TestTheGreatestSeedCanBeSaved(t *testing.T) {
	inFolder(t, folder)
	s := seated()
	s.do(t, "./tiny.yaml", "--seed", fmt.Sprint(uint64(engine.MaxSeed)))
	if err := s.played[0].Save("./saved.yaml", s.played[0].Scenario, false); err != nil {
		t.Fatal(err)
	}
	if again, err := open("./saved.yaml"); err != nil || again.Seed != engine.MaxSeed {
		t.Errorf("opened again: %+v, %v", again, err)
	}
	if code := s.do(t, "./tiny.yaml", "--seed", fmt.Sprint(uint64(engine.MaxSeed+1))); code != exitInput {
		t.Errorf("a greater one: exit code %d", code)
	}
}

func TestSaveAsksBeforeItWritesOver(t *testing.T) {
	inFolder(t, map[string]string{"mine.yaml": "precious"})
	s, err := engine.Decode("mine.yaml", []byte("duet: 1\nload: {rate: 1/s}\nhandlers: [{name: work}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := save("mine.yaml", s, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file unasked: %v", err)
	}
	if text, _ := os.ReadFile("mine.yaml"); string(text) != "precious" {
		t.Error("it was written over")
	}
	if err := save("mine.yaml", s, true); err != nil {
		t.Error(err)
	}
	if err := save("none/mine.yaml", s, false); err == nil || !strings.Contains(err.Error(), "none: there is no such folder") {
		t.Errorf("into a folder that is not there: %v", err)
	}
	t.Setenv("HOME", t.TempDir())
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	if got := atHome(filepath.Join("~", "mine.yaml")); got != filepath.Join(home, "mine.yaml") && home == os.Getenv("HOME") {
		t.Errorf("at home it is %s", got)
	}
}
