package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// inFolder makes a folder with some files the working directory.
func inFolder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(folderOf(t, files))
}

// folderOf is a folder with some files, for tests that run beside others.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const tiny = "duet: 1\nload: {rate: 10/s}\nduration: 1s\nhandlers: [{name: work}]\n"

var folder = map[string]string{
	"tiny.yaml":  tiny,
	"warm.yaml":  tiny + "warmup: 500ms\n",
	"wrong.yaml": "duet: 1\nlod: {rate: 10/s}\nhandlers: [{name: work}]\n",
	"trace.yaml": "duet: 1\nload: {arrivals: trace, trace: {file: none.csv}}\nhandlers: [{name: work}]\n",
	"taken.txt":  "mine",

	"endless.yaml": strings.Replace(tiny, "1s", "0s", 1),
}

// TestWrongInput: one sentence with the place and the remedy, exit code 2,
// nothing on standard output, nothing run.
func TestWrongInput(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"--nonsense", `unknown flag: --nonsense`},
		{"run --nonsense tiny.yaml", `unknown flag: --nonsense`},
		{"duality little", `one preset or file .* 2 were named`},
		{"play duality", `^duet: "play" is no command \(duet --help lists them\); to play, write duet duality$`},
		{"rnu duality", `^duet: "rnu" is no command: did you mean duet run\?$`},
		{"", `needs a terminal.* duet run flash-sale, or duet .* --plain$`},
		{"duality", `needs a terminal.* duet run duality, or duet .* --plain$`},
		{"./tiny.yaml", `needs a terminal.* duet run ./tiny.yaml, or duet .* --plain$`},
		{"rn", `did you mean duet run\?`},
		{"preset", `did you mean duet presets\?`},
		{"dualty", `no preset "dualty": did you mean duality\?.*a file is named with its path or extension, such as ./dualty or dualty.yaml$`},
		{"zebra", `no preset "zebra"; there are flash-sale, `},
		{"none.yaml", `^duet: none.yaml: there is no such file$`},
		{"sub/none", `^duet: sub/none: there is no such file$`},
		{"wrong.yaml", `^duet: wrong.yaml:2:1: unknown field "lod": did you mean load\?$`},
		{"duality --set load.rate=5", `^duet: load.rate is 5: a unit is missing; write 5/s or 5/min$`},
		{"duality --seed x", `"x" for "--seed" flag: a whole number from 0 to 9223372036854775808 is needed`},

		{"run", `duet run takes one preset or file, and 0 arguments were given`},
		{"run one two", `duet run takes one preset or file, and 2 arguments were given`},
		{"run zebra", `no preset "zebra"`},
		{"run wrong.yaml", `^duet: wrong.yaml:2:1: `},
		{"run tiny.yaml --trace taken.txt", `^duet: taken.txt: .*exist`},
		{"run tiny.yaml --trace none/a.out", `^duet: none/a.out: the folder does not exist$`},
		{"run tiny.yaml --trace a.out --virtual", `^duet: --trace is for real runs`},
		{"run tiny.yaml --pprof 6060", `^duet: --pprof 6060: missing port in address; a free address with its port is needed, such as localhost:6060$`},
		{"run tiny.yaml --pprof localhost:many --trace a.out", `^duet: --pprof localhost:many: .*; a free address with its port is needed, such as localhost:6060$`},
		{"tiny.yaml --plain --pprof nowhere.invalid:6060", `^duet: --pprof nowhere.invalid:6060: .*; a free address`},
		{"tiny.yaml --plain --trace taken.txt", `^duet: taken.txt: .*exist`},
		{"run tiny.yaml --for 0s", `a duration above 0 is needed`},
		{"run tiny.yaml --for -1s", `a duration above 0 is needed`},
		{"run tiny.yaml --for 5", `a unit is missing; write 5ms or 5s`},
		{"run tiny.yaml --for soon", `a duration such as 20ms`},
		{"run tiny.yaml --seed -1", `a whole number from 0 to`},
		{"run tiny.yaml --seed 9223372036854775809", `a whole number from 0 to`},
		{"run tiny.yaml --format yaml", `"yaml" for "--format" flag: text, json, csv or html is needed`},
		{"run tiny.yaml --set load.rate", `--set "load.rate": a path and a value are needed`},
		{"run tiny.yaml --set =5", `--set "=5": a path and a value are needed`},
		{"run tiny.yaml --set load.rate=", `--set "load.rate=": a path and a value are needed`},
		{"run tiny.yaml --set lod.rate=5/s", `^duet: lod.rate: there is no such setting; `},
		{"run tiny.yaml --set lanes.event.workers=5", `this belongs to the message model`},
		{"run tiny.yaml --case busy", `--case busy: tiny has no cases`},
		{"run latency --case bussy", `--case bussy: latency has no such case; there are quiet, busy, one_worker`},
		{"run warm.yaml --for 400ms", `the run lasts 400ms, and its warm-up 500ms; shorten it with --set warmup=`},
		{"run tiny.yaml --out taken.txt", `^duet: taken.txt: this file exists already, and nothing is overwritten`},
		{"run tiny.yaml --out nowhere/report.txt", `^duet: nowhere/report.txt: the folder does not exist$`},
		{"run tiny.yaml --virtual --in-turn", `^duet: --in-turn is for real runs: simulated lanes share no processors`},
		{"run tiny.yaml --virtual --set duration=0s", `^duet: a simulated run needs an end: give it one, such as --for 10m$`},

		{"verify zebra", `no preset "zebra"; there are`},
		{"verify duality none.yaml", `^duet: none.yaml: there is no such file$`},
		{"verify --voices duality", `^duet: --voices compares lanes of its own, and takes no preset: duality$`},
		{"verify --format csv", `"csv" for "--format" flag: text or json is needed`},
		{"verify tiny.yaml --out taken.txt", `^duet: taken.txt: this file exists already`},
		{"verify --voices --out taken.txt", `^duet: taken.txt: this file exists already`},
		{"verify endless.yaml", `^duet: endless.yaml has no end, and its claims are about one$`},

		{"export", `duet export takes one preset or file, and 0 arguments were given`},
		{"export zebra", `no preset "zebra"; there are`},
		{"export wrong.yaml", `^duet: wrong.yaml:2:1: `},
		{"export trace.yaml", `^duet: load.trace.file: .*none.csv`},
		{"export tiny.yaml --as rust", `"rust" for "--as" flag: go is needed`},
		{"export tiny.yaml --lane bus", `^duet: --lane bus: tiny has no such lane; there are message, event$`},
		{"export tiny.yaml --case busy", `--case busy: tiny has no cases`},
		{"export latency --case bussy", `--case bussy: latency has no such case; there are quiet, busy, one_worker`},
		{"export tiny.yaml --set load.rate=5", `^duet: load.rate is 5: a unit is missing`},
		{"export tiny.yaml --out taken.txt", `^duet: taken.txt: this file exists already, and nothing is overwritten`},
		{"export tiny.yaml --out nowhere/main.go", `^duet: nowhere/main.go: the folder does not exist$`},

		{"worker", `^duet: duet worker needs --broker URL and --run NAME`},
		{"worker --broker nats://here", `^duet: duet worker needs --broker URL and --run NAME`},
		{"worker --broker embedded --run a", `^duet: the embedded broker is inside the process that has it`},
		{"worker --broker nats:// --run a", `^duet: the broker's url needs a scheme and a host`},
		{"worker --broker gopher://here --run a", `^duet: no broker is known that speaks "gopher"$`},
		{"worker --broker nats://here --run a --workers 0", `^duet: --workers 0: 1 to 1000 are possible$`},
		{"worker me", `^duet: duet worker takes no arguments, and was given "me"$`},
		{"run tiny.yaml --run a", `^duet: --run: the run needs queues in a broker that others can reach`},
		{"run tiny.yaml --run a --broker embedded", `^duet: --run: the run needs queues in a broker that others can reach`},
		{"run tiny.yaml --run A.b --broker nats://here", `^duet: --run "A.b": small letters, digits and _ are possible$`},

		{"broker", `duet broker needs a command: there is clean$`},
		{"broker cleen", `unknown command "cleen" for duet broker: there is clean$`},
		{"broker clean", `duet broker clean takes the url of one broker, and 0 arguments were given`},
		{"broker clean embedded", `^duet: the embedded broker is inside the process that has it`},
		{"broker clean localhost", `^duet: a url such as nats://localhost:4222 is needed`},
		{"broker clean nats://", `^duet: the broker's url needs a scheme and a host`},
		{"run tiny.yaml --broker nats://", `^duet: the broker's url needs a scheme and a host`},
		{"broker clean gopher://here", `^duet: no broker is known that speaks "gopher"$`},

		{"completion", `duet completion takes the name of one shell, and 0 arguments were given`},
		{"completion tcsh", `^duet: no completions for "tcsh"; there are some for bash, zsh, fish, powershell$`},
		{"man up", `^duet: duet man takes no arguments, and was given "up"$`},

		{"presets list", `unknown command "list" for duet presets: there are show, new, check and schema`},
		{"presets show", `duet presets show takes the name of one preset, and 0`},
		{"presets show zebra", `no preset "zebra"; there are`},
		{"presets new", `duet presets new takes the name of one new file, and 0`},
		{"presets new mine", `mine: a name with an extension is needed, such as mine.yaml`},
		{"presets new taken.txt", `taken.txt: this file exists already`},
		{"presets check", `takes the names of files, and none was given`},
	} {
		t.Run(c.args, func(t *testing.T) {
			inFolder(t, folder)
			s := newStage()
			if code := s.do(t, strings.Fields(c.args)...); code != exitInput {
				t.Errorf("exit code %d, want %d", code, exitInput)
			}
			message := strings.TrimSuffix(s.errs.String(), "\n")
			if !regexp.MustCompile(c.says).MatchString(message) {
				t.Errorf("it says %q, want %s", message, c.says)
			}
			if strings.Contains(message, "\n") || !strings.HasPrefix(message, "duet: ") {
				t.Errorf("want one sentence after the program's name: %q", message)
			}
			if s.out.Len() > 0 || len(s.ran)+len(s.played) > 0 {
				t.Errorf("%d runs, %d played, and on standard output: %s", len(s.ran), len(s.played), s.out.String())
			}
			if text, _ := os.ReadFile("taken.txt"); string(text) != "mine" {
				t.Errorf("taken.txt was written: %q", text)
			}
			if files, _ := os.ReadDir("."); len(files) != len(folder) {
				t.Errorf("%d files in the folder, want the %d that were there", len(files), len(folder))
			}
		})
	}
}

func TestEmptyNameIsNoPreset(t *testing.T) {
	s := newStage()
	if code := s.do(t, "run", ""); code != exitInput || !strings.Contains(s.errs.String(), `no preset ""`) {
		t.Errorf("exit code %d, %q", code, s.errs.String())
	}
}
