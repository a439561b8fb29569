package cli

import (
	"encoding/json"
	"os"
	"path/filepath"

	"duet/ui/tui"
)

// memoryFile is where the playground's memory is, within the person's folder of
// settings.
const memoryFile = "duet/playground.json"

// recall gives the playground what it remembers of the person, and a way to
// remember more. It is a comfort and nothing depends on it: without a folder,
// or with a file that cannot be read, the person is new, and what cannot be
// written is forgotten.
func (w *world) recall(o *tui.Options) {
	if w.configFolder == nil {
		return
	}
	folder, err := w.configFolder()
	if err != nil {
		return
	}
	path := filepath.Join(folder, filepath.FromSlash(memoryFile))
	if text, err := os.ReadFile(path); err == nil {
		var known tui.Memory
		if json.Unmarshal(text, &known) == nil {
			o.Memory = known
		}
	}
	o.Remember = func(m tui.Memory) { _ = memorise(path, &m) }
}

// memorise writes the memory into a new file and puts that in place of the old
// one, so that there is a whole one at any moment.
func memorise(path string, m *tui.Memory) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), "playground-*.json")
	if err != nil {
		return err
	}
	_, err = fresh.Write(append(text, '\n'))
	if closing := fresh.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(fresh.Name(), path)
	}
	if err != nil {
		_ = os.Remove(fresh.Name())
	}
	return err
}
