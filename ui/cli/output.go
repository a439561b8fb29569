package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// output is where a report goes.
type output struct {
	to     io.Writer
	file   *os.File // nil: standard output
	colour bool
}

// create makes the file of a report before the run, so that no run is for
// nothing. A file that exists is an error.
func (w *world) create(name string) (*output, error) {
	if name == "-" {
		return &output{to: w.stdout, colour: w.outTerminal && w.env("NO_COLOR") == "" && w.env("TERM") != "dumb"}, nil
	}
	f, err := createNew(name)
	if err != nil {
		return nil, err
	}
	return &output{to: f, file: f}, nil
}

// createNew creates a file that must not exist.
func createNew(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: the folder does not exist", name)
	}
	return f, plain(name, err)
}

// document is a report that can be written in any of the formats.
type document interface {
	WriteText(w io.Writer, colour bool) error
	WriteCSV(w io.Writer) error
	WriteJSON(w io.Writer) error
	WriteHTML(w io.Writer) error
}

// put writes a document and is done with its file.
func (o *output) put(d document, format string) error {
	return o.finish(func() error {
		switch format {
		case formatJSON:
			return d.WriteJSON(o.to)
		case formatCSV:
			return d.WriteCSV(o.to)
		case formatHTML:
			return d.WriteHTML(o.to)
		default:
			return d.WriteText(o.to, o.colour)
		}
	})
}

// finish writes a report and is done with its file.
func (o *output) finish(write func() error) error {
	err := write()
	if o.file != nil {
		err = errors.Join(err, o.file.Close())
	}
	if err != nil {
		return &exit{exitRun, err}
	}
	return nil
}

// discard removes the file of a report that there is not.
func (o *output) discard() error {
	if o.file == nil {
		return nil
	}
	return errors.Join(o.file.Close(), os.Remove(o.file.Name()))
}
