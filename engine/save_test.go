package engine_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"duet/engine"
)

func TestSave(t *testing.T) {
	dir := t.TempDir()
	s, err := engine.Decode("shop.yaml", []byte("duet: 1\nload: {rate: 120/s}\nhandlers: [{name: charge}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	s, err = s.WithAll(map[string]string{"load.rate": "240/s", "lanes.message.workers": "7", "lanes.event.dispatch": "buffered"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "shop.yaml")
	if err := engine.Save(path, s, false); err != nil {
		t.Fatal(err)
	}
	again, err := engine.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, s) {
		t.Errorf("saved and opened again it is\n%+v\nnot\n%+v", again, s)
	}

	faster, err := s.With("load.rate", "500/s")
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if err := engine.Save(path, faster, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file unasked: %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was written over")
	}
	if err := engine.Save(path, faster, true); err != nil {
		t.Fatal(err)
	}
	if again, err := engine.Open(path); err != nil || again.Load.Rate != 500 {
		t.Errorf("written over on demand: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
	if err := engine.Save(filepath.Join(dir, "none", "shop.yaml"), s, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into a folder that is not there: %v", err)
	}
}

// What a scenario names goes with it, whatever folder it is saved to.
func TestSaveTakesRecordingsAlong(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte("time\n0\n0.1\n0.2\n")); err != nil || w.Close() != nil {
		t.Fatal("not packed")
	}
	for name, data := range map[string][]byte{
		"day.csv.gz": packed.Bytes(), "times.csv": []byte("10ms\n20ms\n"),
		"day.yaml": []byte("duet: 1\nload: {arrivals: trace, trace: {file: day.csv.gz}}\nhandlers: [{name: charge, service: {file: times.csv}}]\n"),
	} {
		if err := os.WriteFile(filepath.Join(from, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := engine.Open(filepath.Join(from, "day.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one.yaml", "two.yaml"} { // the second finds the recordings there
		path := filepath.Join(to, name)
		if err := engine.Save(path, s, false); err != nil {
			t.Fatal(err)
		}
		again, err := engine.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := again.Load.Trace.Open(); err != nil || string(data) != "time\n0\n0.1\n0.2\n" {
			t.Errorf("%s: the recording is %q, %v", name, data, err)
		}
		if sample, err := again.Handlers[0].Service.Times.Sample(); err != nil || len(sample.Times) != 2 {
			t.Errorf("%s: measured times: %v", name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(to, "day.csv"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := engine.Save(filepath.Join(to, "three.yaml"), s, false); err == nil {
		t.Error("another file of the recording's name was taken for it")
	}
	if data, _ := os.ReadFile(filepath.Join(to, "day.csv")); string(data) != "mine" {
		t.Error("it was written over")
	}
}
