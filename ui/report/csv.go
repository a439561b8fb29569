package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteCSV writes a table for spreadsheets: a heading and a row for each lane of
// each case. After scenario, mode and case its columns are the paths of the
// JSON's figures, such as latency.p99 and handlers.charge.wait.mean, in
// seconds and counts as there; what was not measured is empty.
func (r *Report) WriteCSV(w io.Writer) error {
	var header []string
	var rows []map[string]string
	for i := range r.Cases {
		c := &r.Cases[i]
		for n := range c.Lanes {
			columns, row, err := flattened(&c.Lanes[n])
			if err != nil {
				return err
			}
			header = merged(header, columns)
			row["scenario"], row["mode"], row["case"] = r.Scenario, string(r.Mode), c.Name
			row["seed"] = fmt.Sprint(c.Seed)
			rows = append(rows, row)
		}
	}
	header = append([]string{"scenario", "mode", "case", "seed"}, header...)
	out := csv.NewWriter(w)
	err := out.Write(header)
	for _, row := range rows {
		cells := make([]string, len(header))
		for i, column := range header {
			cells[i] = row[column]
		}
		err = errors.Join(err, out.Write(cells))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

// merged adds columns that are not there yet, each after the one that it
// follows, so that handlers of one lane stay together.
func merged(header, columns []string) []string {
	at := 0
	for _, column := range columns {
		if i := slices.Index(header, column); i >= 0 {
			at = i + 1
			continue
		}
		header = slices.Insert(header, at, column)
		at++
	}
	return header
}

// flattened is a lane's JSON as columns, in its order.
func flattened(l *Lane) (columns []string, row map[string]string, err error) {
	text, err := json.Marshal(l)
	if err != nil {
		return nil, nil, err
	}
	row = map[string]string{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = flatten(d, "", func(path, value string) {
		columns = append(columns, path)
		row[path] = value
	})
	return columns, row, err
}

// wholes are what may be null and has parts, so that the same columns are there
// whether or not it is.
var wholes = map[string][]string{
	".ci95":          {".0", ".1"},
	"theory.wait":    {".p50", ".p90", ".p95", ".p99", ".p999"},
	"theory.latency": {".p50", ".p90", ".p95", ".p99", ".p999"},
}

// flatten reads one value and gives what is in it. Elements of a list are named
// after themselves, or numbered where they have no name.
func flatten(d *json.Decoder, path string, give func(path, value string)) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	below := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch token {
	case json.Delim('{'):
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if err := flatten(d, below(fmt.Sprint(name)), give); err != nil {
				return err
			}
		}
		_, err = d.Token()
	case json.Delim('['):
		for n := 0; d.More(); n++ {
			var element json.RawMessage
			var named struct {
				Name string `json:"name"`
			}
			if err := d.Decode(&element); err != nil {
				return err
			}
			name := fmt.Sprint(n)
			if json.Unmarshal(element, &named) == nil && named.Name != "" {
				name = named.Name
			}
			inner := json.NewDecoder(bytes.NewReader(element))
			inner.UseNumber()
			if err := flatten(inner, below(name), give); err != nil {
				return err
			}
		}
		_, err = d.Token()
	case nil:
		parts := []string{""}
		for whole, names := range wholes {
			if strings.HasSuffix(path, whole) {
				parts = names
			}
		}
		for _, name := range parts {
			give(path+name, "")
		}
	default:
		give(path, fmt.Sprint(token))
	}
	return err
}
