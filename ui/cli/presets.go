package cli

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/engine/workload"
	"duet/presets"
)

// starter is the scenario that `duet presets new` writes: a complete one, with
// a comment on every part.
//
//go:embed starter.yaml
var starter []byte

func (w *world) presetsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "presets",
		Short: "List the presets; show one, start or check a scenario of your own",
		Long: `List the presets: scenarios that ship with duet, each a claim that you can test with your own hands.

A scenario is a YAML file: what arrives, the work to do for it, the lanes that do it, and what to expect. Start from a preset ` +
			`(show) or from a commented file (new), and let duet say what is wrong with it (check), or your editor while you write (schema).`,
		Example: `
# the list
duet presets
# what a preset is made of
duet presets show duality
# a scenario of your own
duet presets new mine.yaml
duet presets check mine.yaml
# for an editor
duet presets schema > duet.schema.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q for %s: there are show, new, check and schema, and without a command the presets are listed", args[0], cmd.CommandPath())
			}
			return nil
		},
		RunE: w.doing(func(context.Context, []string) error { return w.listPresets() }),
	}
	cmd.AddCommand(w.showCommand(), w.newCommand(), w.checkCommand(), w.schemaCommand())
	return cmd
}

func (w *world) listPresets() error {
	group := ""
	for _, p := range presets.List() {
		if p.Group != group {
			if group != "" {
				fmt.Fprintln(w.stdout)
			}
			group = p.Group
			fmt.Fprintln(w.stdout, group)
		}
		if _, err := fmt.Fprintf(w.stdout, "  %-16s %s\n", p.Name, p.Title); err != nil {
			return &exit{exitRun, err}
		}
	}
	return nil
}

func (w *world) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "show PRESET",
		Short:             "Write a preset's YAML to standard output",
		Args:              exactly("the name of one preset"),
		ValidArgsFunction: completePresets,
		RunE: w.doing(func(_ context.Context, args []string) error {
			source, err := presets.Source(args[0])
			if err != nil {
				return err
			}
			if _, err := w.stdout.Write(source); err != nil {
				return &exit{exitRun, err}
			}
			return nil
		}),
	}
}

func (w *world) newCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "new FILE",
		Short: "Write a commented scenario to start from, into a new file",
		Args:  exactly("the name of one new file"),
		RunE: w.doing(func(_ context.Context, args []string) error {
			name := args[0]
			if filepath.Ext(name) == "" {
				return fmt.Errorf("%s: a name with an extension is needed, such as %s.yaml, by which duet tells a file from a preset", name, name)
			}
			f, err := createNew(name)
			if err != nil {
				return err
			}
			_, err = f.Write(starter)
			if err := errors.Join(err, f.Close()); err != nil {
				return &exit{exitRun, err}
			}
			fmt.Fprintf(w.stderr, "%s is written; play it with: duet %s\n", name, name)
			return nil
		}),
	}
}

func (w *world) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Say of each scenario file whether it is right, in one line",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s takes the names of files, and none was given", cmd.CommandPath())
			}
			return nil
		},
		RunE: w.doing(func(_ context.Context, args []string) error {
			wrong := 0
			for _, name := range args {
				text := name + ": fine"
				if err := check(name); err != nil {
					wrong++
					text = strings.ReplaceAll(err.Error(), "\n", " ")
				}
				fmt.Fprintln(w.stdout, text)
			}
			if wrong > 0 {
				return fmt.Errorf("%d of %d files are wrong", wrong, len(args))
			}
			return nil
		}),
	}
}

func (w *world) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Write the JSON Schema of scenario files to standard output, for editors",
		Long: `Write the JSON Schema of scenario files to standard output. An editor that knows it completes what you write, says what it is, and ` +
			`marks most of what is wrong; duet presets check finds the rest. Many editors look for it where the file says so:

# yaml-language-server: $schema=duet.schema.json`,
		Example: "duet presets schema > duet.schema.json",
		Args:    noArguments,
		RunE: w.doing(func(context.Context, []string) error {
			schema, err := engine.Schema()
			if err != nil {
				return &exit{exitRun, err}
			}
			if _, err := w.stdout.Write(schema); err != nil {
				return &exit{exitRun, err}
			}
			return nil
		}),
	}
}

// check finds what is wrong with a file, its recording of arrivals included.
func check(name string) error {
	s, err := engine.Open(name)
	if err != nil {
		return plain(name, err)
	}
	_, err = workload.New(s)
	return err
}

// completePresets offers the names of the presets beside those of files.
func completePresets(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, p := range presets.List() {
		names = append(names, p.Name+"\t"+p.Title)
	}
	return names, cobra.ShellCompDirectiveDefault
}
