package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/presets"
)

// isFile says whether an argument names a file: then it has a separator or an
// extension. Anything else is a preset.
func isFile(name string) bool { return strings.ContainsAny(name, `/\`) || filepath.Ext(name) != "" }

func isPreset(name string) bool {
	_, err := presets.Source(name)
	return err == nil
}

// open reads the scenario that an argument names.
func open(name string) (*engine.Scenario, error) {
	if isFile(name) {
		s, err := engine.Open(name)
		return s, plain(name, err)
	}
	s, err := presets.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w; a file is named with its path or extension, such as ./%s or %s.yaml", err, name, name)
	}
	return s, nil
}

// plain says in a person's words that a file could not be opened.
func plain(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such file", name)
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: this file exists already, and nothing is overwritten; name another or remove it", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: permission denied", name)
	default:
		return err
	}
}

// settings are the flags that change a scenario, whoever runs it.
type settings struct {
	set  []string
	seed seed
}

func (f *settings) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "change a setting, such as load.rate=200/s; may be repeated")
	cmd.Flags().Var(&f.seed, "seed", "draw other items: any whole number")
}

// apply makes a changed copy of a scenario, checked like a file.
func (f *settings) apply(s *engine.Scenario) (*engine.Scenario, error) {
	set := map[string]string{}
	for _, text := range f.set {
		path, value, ok := strings.Cut(text, "=")
		if !ok || path == "" || value == "" {
			return nil, fmt.Errorf("--set %q: a path and a value are needed, such as load.rate=200/s", text)
		}
		set[path] = value
	}
	s, err := s.WithAll(set)
	if err != nil {
		return nil, err
	}
	s.Seed = f.seed.or(s.Seed)
	return s, nil
}
