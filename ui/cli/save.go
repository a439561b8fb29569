package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"duet/engine"
)

// save writes a scenario to a file that a person named. One that exists is
// answered with [fs.ErrExist] itself, for it is asked about.
func save(name string, s *engine.Scenario, over bool) error {
	err := engine.Save(atHome(name), s, over)
	switch {
	case errors.Is(err, fs.ErrExist):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return errors.New(filepath.Dir(name) + ": there is no such folder")
	default:
		return plain(name, err)
	}
}

// atHome is a name with ~ for the person's own folder, as a shell would take it.
func atHome(name string) string {
	rest, ok := strings.CutPrefix(name, "~"+string(filepath.Separator))
	if home, err := os.UserHomeDir(); ok && err == nil {
		return filepath.Join(home, rest)
	}
	return name
}
