//go:build unix

// Package rabbittest gives tests a RabbitMQ server: the one that DUET_RABBITMQ_URL
// names, or a node of their own where Debian's package is installed. Without either
// the test is skipped, and says how to get it.
package rabbittest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// URLVariable is the variable of the environment that names a server.
const URLVariable = "DUET_RABBITMQ_URL"

// most is how long a node may take to start.
const most = 4 * time.Minute

// Node is a RabbitMQ server. One that is not our own can be neither killed nor
// stopped: tests that want to are skipped.
type Node struct {
	URL string // with the login

	script, folder string
	port           int

	mu      sync.Mutex
	command *exec.Cmd // nil: it is not running, or not ours
	life    io.Closer // it is killed when this is closed
	output  bytes.Buffer
}

// The node of the test binary.
var (
	shared *Node
	first  sync.Once
	reason string // why there is none
)

// Start gives a server, the same for all tests of the package. [Main] ends it.
func Start(tb testing.TB) *Node {
	tb.Helper()
	first.Do(func() { shared, reason = find() })
	if shared == nil {
		tb.Skip(reason)
	}
	if shared.folder != "" {
		if err := shared.Run(); err != nil {
			tb.Fatal(err)
		}
	}
	return shared
}

// find gives a server that is not running yet, or says why there is none.
func find() (*Node, string) {
	if url := os.Getenv(URLVariable); url != "" {
		return &Node{URL: url}, ""
	}
	root, err := moduleRoot()
	if err != nil {
		return nil, err.Error()
	}
	script := filepath.Join(root, ".ci", "rabbitmq")
	if out, err := exec.Command(script, "find").CombinedOutput(); err != nil {
		return nil, fmt.Sprintf("NOT TESTED on RabbitMQ: %s(or name a server in %s)", out, URLVariable)
	}
	folder, err := os.MkdirTemp("", "duet-rabbitmq-")
	if err != nil {
		return nil, err.Error()
	}
	n := &Node{script: script, folder: folder, port: freePorts()}
	n.URL = fmt.Sprintf("amqp://guest:guest@127.0.0.1:%d", n.port)
	return n, ""
}

// moduleRoot is where go.mod is.
func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	for ; err == nil && folder != "/"; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
	}
	return "", errors.Join(errors.New("the test does not run in its module"), err)
}

// freePorts finds three ports in a row that nobody listens on, below those that
// connections get.
func freePorts() int {
	for {
		port, free := 20000+rand.IntN(12000), true //nolint:gosec // not a secret
		for i := range 3 {
			l, err := net.Listen("tcp", address(port+i))
			if free = free && err == nil; err == nil {
				_ = l.Close()
			}
		}
		if free {
			return port
		}
	}
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Own skips a test that wants to do something to a server which is not our own.
func (n *Node) Own(tb testing.TB) {
	tb.Helper()
	if n.folder == "" {
		tb.Skip("the server that " + URLVariable + " names is not ours to kill or to stop")
	}
}

// Run starts the node, with what it had before, unless it is running, and waits until
// it is there.
func (n *Node) Run() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.command != nil {
		return nil
	}
	n.output.Reset()
	c := exec.Command(n.script, "run", n.folder, strconv.Itoa(n.port)) //nolint:gosec // ours
	c.Stdout, c.Stderr = &n.output, &n.output
	life, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	n.command, n.life = c, life
	for deadline := time.Now().Add(most); ; time.Sleep(20 * time.Millisecond) { //nolint:forbidigo // a server's time
		conn, err := net.Dial("tcp", address(n.port))
		if err == nil {
			return conn.Close()
		}
		if time.Now().After(deadline) { //nolint:forbidigo // as above
			n.kill()
			return fmt.Errorf("the node did not start: %w\n%s", err, n.output.Bytes())
		}
	}
}

// Kill ends the node as a power cut does.
func (n *Node) Kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kill()
}

func (n *Node) kill() {
	if n.command == nil {
		return
	}
	_ = n.command.Process.Kill()
	_ = n.life.Close() // with it goes what it has started
	_ = n.command.Wait()
	n.command = nil
}

// Stop freezes the node until [Node.Continue].
func (n *Node) Stop() error { return n.signal(syscall.SIGSTOP) }

// Continue lets a frozen node go on.
func (n *Node) Continue() error { return n.signal(syscall.SIGCONT) }

func (n *Node) signal(s os.Signal) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.command.Process.Signal(s)
}

// Ctl runs rabbitmqctl on the node.
func (n *Node) Ctl(args ...string) error {
	all := append([]string{"ctl", n.folder, strconv.Itoa(n.port)}, args...)
	if out, err := exec.Command(n.script, all...).CombinedOutput(); err != nil { //nolint:gosec // ours
		return fmt.Errorf("rabbitmqctl %v: %w\n%s", args, err, out)
	}
	return nil
}

// Main runs the tests of a package, and ends the node. It is given to
// goleak.VerifyTestMain.
type Main struct{ M *testing.M }

// Run runs them.
func (m Main) Run() int {
	defer func() {
		if shared != nil && shared.folder != "" {
			shared.Kill()
			_ = os.RemoveAll(shared.folder)
		}
	}()
	return m.M.Run()
}
