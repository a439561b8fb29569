package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Save writes the scenario to a file that [Open] reads back as the same
// scenario, and the recordings that it names beside it. A file that exists is
// an error that is [fs.ErrExist], and nothing is written; with over the
// scenario's own file is replaced, all at once. A recording that lies there
// with the same content stays as it is; one with another is an error.
func Save(path string, s *Scenario, over bool) error {
	s = s.Clone()
	beside, err := s.unpack()
	if err != nil {
		return err
	}
	src, err := Encode(s)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil && !over {
		return &fs.PathError{Op: "save", Path: path, Err: fs.ErrExist}
	}
	for name, data := range beside {
		if err := lay(filepath.Join(filepath.Dir(path), name), data); err != nil {
			return err
		}
	}
	if over {
		return replace(path, src)
	}
	return create(path, src)
}

// unpack reads the files that the scenario names, and names them anew: in the
// folder of the scenario, and not packed.
func (s *Scenario) unpack() (map[string][]byte, error) {
	files := map[string][]byte{}
	take := func(name *string, open func() ([]byte, error)) error {
		data, err := open()
		if err != nil {
			return err
		}
		*name = strings.TrimSuffix(filepath.Base(filepath.FromSlash(*name)), ".gz")
		if before, taken := files[*name]; taken && !bytes.Equal(before, data) {
			return fmt.Errorf("two recordings are called %s, and both would lie in one folder", *name)
		}
		files[*name] = data
		return nil
	}
	if t := s.Load.Trace; t != nil && t.Open != nil {
		if err := take(&t.File, t.Open); err != nil {
			return nil, err
		}
	}
	for i := range s.Handlers {
		if v := &s.Handlers[i].Service; v.Times != nil {
			if err := take(&v.File, func() ([]byte, error) { return v.Times.open(v.Times.name) }); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// lay puts a recording in its place, unless it is there already.
func lay(path string, data []byte) error {
	there, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return create(path, data)
	case err != nil:
		return err
	case !bytes.Equal(there, data):
		return fmt.Errorf("%s: the scenario's recording would be written here, and another file of this name is there", path)
	default:
		return nil
	}
}

// create writes a new file; there must not be one.
func create(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// replace writes a file whether or not there is one. Who reads it meanwhile
// sees the old one or the new one.
func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
