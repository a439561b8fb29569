package cli

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal with a program at its far end.
type terminal struct {
	t    *testing.T
	near *os.File
	cmd  *exec.Cmd
	gone chan error // how the program ended

	mu     sync.Mutex
	out    strings.Builder
	screen *vt.Emulator
	stall  sync.Mutex // held: nobody reads
}

// The size of the terminal.
const wide, high = 100, 30

// inTerminal starts a program on a terminal of its own.
func inTerminal(t *testing.T, name string, args ...string) *terminal {
	t.Helper()
	near, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there is no pseudo-terminal here: ", err)
	}
	fd := int(near.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: wide, Row: high})
	}
	if err != nil {
		t.Fatal(err)
	}
	far, err := os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	p := &terminal{t: t, near: near, screen: emulated(), gone: make(chan error, 1)}
	p.cmd = exec.CommandContext(t.Context(), name, args...)
	p.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=", "XDG_CONFIG_HOME="+t.TempDir())
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = far, far, far
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read()
	go func() { _, _ = io.Copy(near, p.screen) }() // what a terminal answers
	go func() { p.gone <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.screen.InputPipe().(io.Closer).Close() // to close the screen is not for two goroutines
		near.Close()
	})
	return p
}

// emulated is a terminal's screen. What was written for a greater size may scroll past
// the end of a smaller one: a terminal goes no further than it has lines, the emulator
// panics (github.com/charmbracelet/x, issue 974), so such a region is left out here.
func emulated() *vt.Emulator {
	screen := vt.NewEmulator(wide, high)
	screen.RegisterCsiHandler('r', func(params ansi.Params) bool {
		bottom, _, _ := params.Param(1, 0)
		return bottom > screen.Height()
	})
	return screen
}

// TestARegionPastTheEnd: a storm of sizes meets it once in many runs.
func TestARegionPastTheEnd(t *testing.T) {
	screen := emulated()
	screen.Resize(wide, 10)
	_, _ = screen.WriteString("\x1b[1;20r\x1b[2S\x1b[Hhere")
	if got := screen.String(); !strings.HasPrefix(got, "here") {
		t.Errorf("the screen shows %q", got)
	}
}

// read shows what the program writes, until it is gone.
func (p *terminal) read() {
	b := make([]byte, 4096)
	for {
		p.stall.Lock() // and wait while nobody is to read
		n, err := p.near.Read(b)
		p.stall.Unlock()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.out.Write(b[:n])
		_, _ = p.screen.Write(b[:n])
		p.mu.Unlock()
	}
}

// shown is what a person sees.
func (p *terminal) shown() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen.String()
}

func (p *terminal) written() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

func (p *terminal) write(keys string) {
	p.t.Helper()
	if _, err := p.near.WriteString(keys); err != nil {
		p.t.Error(err)
	}
}

// await waits until something is true of what is seen.
func (p *terminal) await(what string, holds func(screen string) bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds(p.shown()) {
			return
		}
	}
	p.t.Fatalf("the screen never shows %s:\n%s", what, p.shown())
}

// patience is how long something may take on a machine that has much to do.
const patience = 30 * time.Second

func (p *terminal) awaitText(text string) {
	p.t.Helper()
	p.await(text, func(screen string) bool { return strings.Contains(screen, text) })
}

// clock is the lane time on the screen, in seconds; -1: there is none.
func clock(screen string) float64 {
	m := regexp.MustCompile(`(\d\d):(\d\d\.\d)`).FindStringSubmatch(screen)
	if m == nil {
		return -1
	}
	minutes, _ := strconv.ParseFloat(m[1], 64)
	seconds, _ := strconv.ParseFloat(m[2], 64)
	return 60*minutes + seconds
}

// ended waits for the program's end, and returns what it exits with.
func (p *terminal) ended() int {
	p.t.Helper()
	select {
	case <-p.gone:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatal("it does not end")
		return 0
	}
}

// restored checks that the terminal is as it was: modes that were set are undone.
func (p *terminal) restored() {
	p.t.Helper()
	out := p.written()
	for _, pair := range [][2]string{{"\x1b[?1049h", "\x1b[?1049l"}, {"\x1b[?1002h", "\x1b[?1002l"}, {"\x1b[?25l", "\x1b[?25h"}} {
		if set, undone := strings.LastIndex(out, pair[0]), strings.LastIndex(out, pair[1]); set < 0 || undone < set {
			p.t.Errorf("%q is not undone by %q", pair[0], pair[1])
		}
	}
}

// echoes checks that what is typed is shown again.
func (p *terminal) echoes() {
	p.t.Helper()
	if t, err := unix.IoctlGetTermios(int(p.near.Fd()), unix.TCGETS); err == nil && t.Lflag&unix.ECHO == 0 {
		p.t.Error("what is typed is not shown any more")
	}
}

// TestOnATerminal plays the real program on a real terminal.
func TestOnATerminal(t *testing.T) {
	t.Parallel()
	binary := built(t)
	play := func(t *testing.T) *terminal {
		t.Parallel()
		p := inTerminal(t, binary, "duality", "--no-ask")
		p.await("time that passes", func(screen string) bool { return clock(screen) > 0.2 })
		return p
	}
	for name, end := range map[string]struct {
		do   func(p *terminal)
		code int
	}{
		"quit":    {func(p *terminal) { p.write("q") }, exitFine},
		"ctrl+c":  {func(p *terminal) { p.write("\x03") }, exitFine},
		"SIGTERM": {func(p *terminal) { _ = p.cmd.Process.Signal(syscall.SIGTERM) }, exitInterrupted},
		"SIGINT":  {func(p *terminal) { _ = p.cmd.Process.Signal(syscall.SIGINT) }, exitInterrupted},
		"SIGHUP":  {func(p *terminal) { _ = p.cmd.Process.Signal(syscall.SIGHUP) }, exitInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "SIGHUP" && signal.Ignored(syscall.SIGHUP) {
				t.Skip("hangups are ignored here, as under nohup, and duet does as well")
			}
			p := play(t)
			end.do(p)
			if code := p.ended(); code != end.code {
				t.Errorf("it exits with %d, want %d", code, end.code)
			}
			time.Sleep(100 * time.Millisecond) // until the last of it was read
			p.restored()
			p.echoes()
		})
	}
	t.Run("a storm of sizes", func(t *testing.T) { storms(t, play(t)) })
	t.Run("a terminal that stops reading", func(t *testing.T) { stalls(t, play(t)) })
	t.Run("quit while nobody reads", func(t *testing.T) { quitsUnread(t, play(t)) })
	t.Run("suspended", func(t *testing.T) { t.Parallel(); suspends(t, binary) })
}

// stalls lets nobody read for a while, long after nothing more goes in: the run goes
// on, and afterwards the screen is whole. With DUET_LONG set it is ten seconds.
func stalls(t *testing.T, p *terminal) {
	unread := 3 * time.Second
	if os.Getenv("DUET_LONG") != "" {
		unread = 10 * time.Second
	}
	p.stall.Lock()
	before, began := clock(p.shown()), time.Now()
	time.Sleep(unread)
	p.write("+")
	p.stall.Unlock()
	p.await("all the time that has passed", func(screen string) bool { return time.Since(began).Seconds()-(clock(screen)-before) < 1 })
	p.whole()
}

// quitsUnread ends the program while nobody reads what it writes, as when a
// connection hangs.
func quitsUnread(t *testing.T, p *terminal) {
	p.stall.Lock()
	defer p.stall.Unlock()
	time.Sleep(2 * time.Second) // until no more goes in
	began := time.Now()
	p.write("q")
	if code := p.ended(); code != exitFine {
		t.Errorf("it exits with %d", code)
	}
	t.Log("after", time.Since(began))
	p.echoes()
}

// storms changes the size of the terminal faster than anybody can draw.
func storms(t *testing.T, p *terminal) {
	for i := range 300 {
		p.resize(60+i*37%240, 20+i*13%80)
		if i%40 == 0 {
			time.Sleep(20 * time.Millisecond)
		}
	}
	p.resize(wide, high)
	p.whole()
}

// resize gives the terminal another size, and tells the program.
func (p *terminal) resize(w, h int) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.Resize(w, h)
	if err := unix.IoctlSetWinsize(int(p.near.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(w), Row: uint16(h)}); err != nil {
		p.t.Fatal(err)
	}
}

// whole pauses, so that the picture stands still, checks that it is in order, and
// quits.
func (p *terminal) whole() {
	p.t.Helper()
	p.write(" ")
	p.await("a picture in order", func(screen string) bool {
		lines := strings.Split(screen, "\n")
		ordered := len(lines) == high && strings.Contains(lines[0], "duet") && strings.Contains(lines[0], "paused") && strings.Contains(lines[high-1], "+ - rate")
		for _, line := range lines {
			ordered = ordered && strings.Count(line, "╮") == strings.Count(line, "╭") && strings.Count(line, "╰") == strings.Count(line, "╯")
		}
		return ordered && strings.Count(screen, "╭") == strings.Count(screen, "╰")
	})
	p.write("q")
	if code := p.ended(); code != exitFine {
		p.t.Errorf("it exits with %d", code)
	}
}

// suspends stops the program with Ctrl-Z from a shell, and brings it back.
func suspends(t *testing.T, binary string) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	p := inTerminal(t, bash, "--norc", "--noprofile", "-i")
	p.write("PS1='ready> '\n")
	p.awaitText("ready> ")
	p.write(binary + " duality --no-ask\n")
	p.await("time that passes", func(screen string) bool { return clock(screen) > 0.2 && strings.Contains(screen, "duet") })
	p.write("\x1a")
	p.awaitText("Stopped")
	p.restored()
	p.write("fg\n")
	p.await("the playground", func(screen string) bool { return clock(screen) > 0.2 && !strings.Contains(screen, "Stopped") })
	p.write("q")
	p.awaitText("ready> ")
	p.write("exit\n")
	p.ended()
	p.restored()
}
