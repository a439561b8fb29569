package cli

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"duet/ui/tui"
)

// recalled starts the playground with a folder of settings and returns what it
// was given.
func recalled(t *testing.T, folder string, err error) *tui.Options {
	t.Helper()
	s := seated()
	s.configFolder = func() (string, error) { return folder, err }
	if code := s.do(t); code != exitFine {
		t.Fatal(s.errs.String())
	}
	return &s.played[0]
}

func TestPlaygroundRemembers(t *testing.T) {
	folder := t.TempDir()
	o := recalled(t, folder, nil)
	if !reflect.DeepEqual(o.Memory, tui.Memory{}) || o.Remember == nil {
		t.Fatalf("of somebody new is known %+v", o.Memory)
	}
	want := tui.Memory{NoAsk: true, Toured: true, Seen: []string{"order"}, Bets: map[string]string{"order": "none"}}
	o.Remember(want)
	if got := recalled(t, folder, nil).Memory; !reflect.DeepEqual(got, want) {
		t.Errorf("remembered is %+v, want %+v", got, want)
	}
	want.Seen = append(want.Seen, "little")
	o.Remember(want)
	if got := recalled(t, folder, nil).Memory; !reflect.DeepEqual(got, want) {
		t.Errorf("remembered is %+v, want %+v", got, want)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "duet", "*")); len(left) != 1 {
		t.Errorf("in the folder there are %q", left)
	}
}

// Nothing depends on the memory.
func TestPlaygroundForgets(t *testing.T) {
	if o := recalled(t, "", errors.New("$HOME is not defined")); o.Remember != nil {
		t.Error("without a folder it remembers")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, filepath.FromSlash(memoryFile))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := recalled(t, folder, nil)
	if !reflect.DeepEqual(o.Memory, tui.Memory{}) {
		t.Errorf("half a file says %+v", o.Memory)
	}
	if err := memorise(filepath.Join(path, "below", "a.json"), &tui.Memory{}); err == nil {
		t.Error("a file within a file was written")
	}
}
