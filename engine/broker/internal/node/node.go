// Package node gives tests a server: the one that somebody has named, or one of the
// test binary's own, which it can kill, freeze, and start again with what it had.
package node

import (
	"bytes"
	"context"
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
	"testing"
	"time"
)

// starting is how long a node may take, on a machine that has much else to do.
const starting = 4 * time.Minute

// Kind is a kind of server, of which a test binary has one. A script in .ci runs it in
// a folder of its own, and the server ends with the script's standard input.
type Kind struct {
	Name     string // of the server, such as Apache Kafka
	Script   string // its name in .ci; it runs a node as: run FOLDER PORT
	There    string // what the script is asked to find out whether there is a server
	Variable string // of the environment, with the url of a server to be used instead
	Ready    func(ctx context.Context, port int) error

	mu   sync.Mutex
	node *Node
	none string // why there is none
}

// Node is a server. One that was named by its url is not ours: it has nothing but that.
type Node struct {
	Given string // its url; empty: it is ours
	Port  int    // the first of three

	kind           *Kind
	script, folder string

	mu   sync.Mutex
	cmd  *exec.Cmd // nil: it is not running
	held io.Closer // it ends when this is closed
	said bytes.Buffer
}

// Find is the server, which is started when it is asked for the first time, or was
// killed since. Without any the test is skipped.
func (k *Kind) Find(t testing.TB) *Node {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.node == nil && k.none == "" {
		var err error
		if k.node, err = k.find(); err != nil {
			k.none = err.Error()
		}
	}
	if k.none != "" {
		t.Skip(k.none)
	}
	k.node.Start(t)
	return k.node
}

// Own is a server that tests may kill. Where it is not ours the test is skipped.
func (k *Kind) Own(t testing.TB) *Node {
	t.Helper()
	n := k.Find(t)
	if n.Given != "" {
		t.Skip("the server that " + k.Variable + " names is not ours to kill or to stop")
	}
	return n
}

// Run runs tests, and ends the node that they have started.
func (k *Kind) Run(m interface{ Run() int }) int {
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if n := k.node; n != nil && n.Given == "" {
			n.Kill()
			_ = os.RemoveAll(n.folder)
		}
	}()
	return m.Run()
}

// find gives a server that is not running yet, or says why there is none.
func (k *Kind) find() (*Node, error) {
	if url := os.Getenv(k.Variable); url != "" {
		return &Node{Given: url, kind: k}, nil
	}
	script, err := inRepository(filepath.Join(".ci", k.Script))
	if err != nil {
		return nil, err
	}
	if err := exec.Command("bash", script, k.There).Run(); err != nil { //nolint:noctx,gosec // it is done at once; ours
		return nil, fmt.Errorf("NOT TESTED WITH %s: there is none; bash .ci/%s install gets one, and %s names one that runs", k.Name, k.Script, k.Variable)
	}
	folder, err := os.MkdirTemp("", "duet-"+k.Script+"-")
	if err != nil {
		return nil, err
	}
	return &Node{Port: freePorts(), kind: k, script: script, folder: folder}, nil
}

// inRepository is where a file is, seen from a package of this repository.
func inRepository(file string) (string, error) {
	folder, err := os.Getwd()
	for err == nil {
		path := filepath.Join(folder, file)
		if _, missing := os.Stat(path); missing == nil {
			return path, nil
		}
		if folder == filepath.Dir(folder) {
			break
		}
		folder = filepath.Dir(folder)
	}
	return "", errors.Join(err, fmt.Errorf("there is no %s above this folder", file))
}

// freePorts finds three ports in a row that nobody listens at, below those that
// connections get.
func freePorts() int {
	for {
		port, free := 20000+rand.IntN(12000), true //nolint:gosec // not a secret
		for i := range 3 {
			l, err := net.Listen("tcp", Address(port+i)) //nolint:noctx // it is done at once
			if free = free && err == nil; err == nil {
				_ = l.Close()
			}
		}
		if free {
			return port
		}
	}
}

// Address is a port of this machine.
func Address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Host is where one of the node's ports is, from 0.
func (n *Node) Host(i int) string { return Address(n.Port + i) }

// Start starts the node, with what it had, unless it runs or is not ours, and waits
// until it is ready.
func (n *Node) Start(t testing.TB) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.Given != "" || n.cmd != nil {
		return
	}
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
}

func (n *Node) start() error {
	n.said.Reset()
	c := exec.Command("bash", n.script, "run", n.folder, strconv.Itoa(n.Port)) //nolint:noctx,gosec // it ends with the tests; all of it is ours
	c.Stdout, c.Stderr = &n.said, &n.said
	held, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	n.cmd, n.held = c, held
	ctx, cancel := context.WithTimeout(context.Background(), starting)
	defer cancel()
	for {
		if err = n.kind.Ready(ctx, n.Port); err == nil {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			n.kill()
			return fmt.Errorf("the %s of the test does not start: %w; it says: %s", n.kind.Name, err, n.said.String())
		}
	}
}

// Kill ends the node as a power cut does, but for what is in the memory of the
// operating system.
func (n *Node) Kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kill()
}

func (n *Node) kill() {
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Kill()
	_ = n.held.Close() // with it goes what it has started
	_ = n.cmd.Wait()
	n.cmd = nil
}

// Tell has the script do something with the node, which may be running.
func (n *Node) Tell(t testing.TB, what string, args ...string) {
	t.Helper()
	all := append([]string{n.script, what, n.folder, strconv.Itoa(n.Port)}, args...)
	if out, err := exec.Command("bash", all...).CombinedOutput(); err != nil { //nolint:noctx,gosec // as above
		t.Fatalf("%s %v: %v\n%s", what, args, err, out)
	}
}
