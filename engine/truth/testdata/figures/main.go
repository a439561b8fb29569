// Command figures simulates scenario files and prints all that came of them.
package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"log"
	"math"
	"os"

	"duet/engine"
	"duet/engine/virtual"
)

func main() {
	for _, file := range os.Args[1:] {
		if err := simulate(file); err != nil {
			log.Fatalf("%s: %v", file, err)
		}
	}
}

func simulate(file string) error {
	s, err := engine.Open(file)
	if err != nil {
		return err
	}
	r, err := virtual.New(s, virtual.Options{Speed: math.Inf(1)})
	if err != nil {
		return err
	}
	defer r.Close()
	<-r.Done()
	var snap engine.Snapshot
	r.Snapshot(&snap)
	for i := range snap.Lanes {
		l := &snap.Lanes[i]
		text, err := json.Marshal(engine.FiguresOf(l, nil))
		if err != nil {
			return err
		}
		fmt.Printf("%s %s\n%+v\n", file, text, l.Recent)
	}
	var series engine.Series
	r.Series(&series, 0, snap.At)
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%+v\n", series)
	entries := r.Journal(nil, 0)
	for i := range snap.Lanes { // the order of two lanes' entries means nothing
		for _, e := range entries {
			if e.N = 0; int(e.Lane) == i {
				fmt.Fprintf(hash, "%+v\n", e)
			}
		}
	}
	if err := json.NewEncoder(hash).Encode(r.Marks(nil, 0)); err != nil {
		return err
	}
	fmt.Printf("%s: series, journal and marks %x\n", file, hash.Sum64())
	return nil
}
