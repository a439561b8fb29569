package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"duet/engine"
)

// shells are those that completions are made for.
var shells = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"zsh":        (*cobra.Command).GenZshCompletion,
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
}

var shellNames = []string{"bash", "zsh", "fish", "powershell"}

func (w *world) completionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion SHELL",
		Short: "Write completions of commands, presets and settings for bash, zsh, fish or powershell",
		Long: `Write a script to standard output that makes your shell complete commands, flags, presets, cases and settings. ` +
			`Load it where your shell looks for such scripts, or from its start-up file.`,
		Example: `
# bash, in ~/.bashrc
source <(duet completion bash)
# zsh, in ~/.zshrc after compinit
source <(duet completion zsh)
# fish
duet completion fish > ~/.config/fish/completions/duet.fish`,
		Args:                  exactly("the name of one shell"),
		ValidArgs:             shellNames,
		DisableFlagsInUseLine: true,
	}
	cmd.RunE = w.doing(func(_ context.Context, args []string) error {
		write, ok := shells[args[0]]
		if !ok {
			return fmt.Errorf("no completions for %q; there are some for %s", args[0], strings.Join(shellNames, ", "))
		}
		if err := write(cmd.Root(), w.stdout); err != nil {
			return &exit{exitRun, err}
		}
		return nil
	})
	return cmd
}

func (w *world) manCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "man",
		Short: "Write the manual page to standard output",
		Example: `
# read it
duet man | man -l -
# keep it
duet man > ~/.local/share/man/man1/duet.1`,
		Args:                  noArguments,
		DisableFlagsInUseLine: true,
	}
	cmd.RunE = w.doing(func(context.Context, []string) error {
		page, err := mango.NewManPage(1, cmd.Root())
		if err == nil {
			_, err = fmt.Fprint(w.stdout, page.Build(roff.NewDocument()))
		}
		if err != nil {
			return &exit{exitRun, err}
		}
		return nil
	})
	return cmd
}

// completeFlags lets the shell complete what flags take: one of some words, the
// settings of the scenario that is named, and its cases.
func completeFlags(cmd *cobra.Command) {
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		var complete cobra.CompletionFunc
		switch c, isChoice := flag.Value.(*choice); {
		case isChoice:
			complete = cobra.FixedCompletions(c.allowed, cobra.ShellCompDirectiveNoFileComp)
		case flag.Name == "set" || flag.Name == "vary":
			complete = completeSettings
		case flag.Name == "case":
			complete = completeCases
		case flag.Name == "out" || flag.Name == "trace":
			return // files
		default:
			complete = cobra.NoFileCompletions
		}
		if err := cmd.RegisterFlagCompletionFunc(flag.Name, complete); err != nil {
			panic(err) // two for one flag
		}
	})
	for _, sub := range cmd.Commands() {
		completeFlags(sub)
	}
}

// completeSettings offers the paths of the settings of the scenario named on the
// command line, and the values of one that is a choice.
func completeSettings(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	s := completing(args)
	if s == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var offers []string
	path, _, valued := strings.Cut(typed, "=")
	for _, p := range s.Params() {
		switch {
		case valued && p.Path == path:
			for _, value := range slices.DeleteFunc(slices.Clone(p.Choices), func(v string) bool { return v == "" }) {
				offers = append(offers, path+"="+value)
			}
			return offers, cobra.ShellCompDirectiveNoFileComp
		case !valued:
			offers = append(offers, p.Path+"=\t"+p.Help)
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeCases offers the cases of the scenario named on the command line.
func completeCases(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if s := completing(args); s != nil {
		for _, v := range s.Variants() {
			names = append(names, v.Case)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completing is the scenario named so far; nil when there is none to be had.
func completing(args []string) *engine.Scenario {
	if len(args) == 0 {
		return nil
	}
	s, err := open(args[0])
	if err != nil {
		return nil
	}
	return s
}
