// Package kafkatest gives tests an Apache Kafka, where there is one: a node of the
// test's own that it can kill, or a server that somebody has named. What merely speaks
// Kafka's protocol is not among them.
package kafkatest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"duet/engine/broker"
)

// Variable is the environment variable with the url of a Kafka to be used.
const Variable = "DUET_KAFKA_URL"

// starting is how long a node may take, on a machine that has much else to do.
const starting = 2 * time.Minute

// Node is a Kafka of one node, in a process and a folder of its own. One that is named
// by its url has neither.
type Node struct {
	url    string
	script string
	folder string
	port   int

	cmd  *exec.Cmd
	held io.Closer // the node ends with it
	said bytes.Buffer
}

// The node of this test binary.
var shared struct {
	sync.Mutex
	node *Node
	none string // why there is none
}

// Run runs tests, and ends the node that they have started.
func Run(m interface{ Run() int }) int {
	defer func() {
		shared.Lock()
		defer shared.Unlock()
		if n := shared.node; n != nil && n.url == "" {
			n.end()
			_ = os.RemoveAll(n.folder)
		}
	}()
	return m.Run()
}

// Find is the Kafka of this test binary, which is started when it is asked for the
// first time. Without any the test is skipped.
func Find(t testing.TB) *Node {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.node == nil && shared.none == "" {
		n, err := find()
		if err != nil {
			shared.none = err.Error()
		}
		shared.node = n
	}
	if shared.none != "" {
		t.Skip(shared.none)
	}
	return shared.node
}

// Own is a Kafka that tests may kill.
func Own(t testing.TB) *Node {
	t.Helper()
	n := Find(t)
	if n.url != "" {
		t.Skip("the Kafka of " + Variable + " is not ours to be killed")
	}
	return n
}

func find() (*Node, error) {
	if url := os.Getenv(Variable); url != "" {
		return &Node{url: url}, nil
	}
	script, err := script()
	if err != nil {
		return nil, err
	}
	if err := exec.Command("bash", script, "jars").Run(); err != nil { //nolint:noctx // it is done at once
		return nil, errors.New("NOT TESTED WITH APACHE KAFKA: there is none; bash .ci/kafka install fetches one, and " + Variable + " names one that runs")
	}
	folder, err := os.MkdirTemp("", "duet-kafka-")
	if err != nil {
		return nil, err
	}
	n := &Node{script: script, folder: folder}
	if n.port, err = ports(); err != nil {
		return nil, err
	}
	if err := n.start(); err != nil {
		n.end()
		return nil, err
	}
	return n, nil
}

// script is where .ci/kafka is, seen from a package of this repository.
func script() (string, error) {
	folder, err := os.Getwd()
	for err == nil {
		path := filepath.Join(folder, ".ci", "kafka")
		if _, missing := os.Stat(path); missing == nil {
			return path, nil
		}
		if folder == filepath.Dir(folder) {
			break
		}
		folder = filepath.Dir(folder)
	}
	return "", errors.Join(err, errors.New("there is no .ci/kafka above this folder"))
}

// ports are three in a row that nobody listens at: the first of them.
func ports() (int, error) {
	for range 100 {
		var open []net.Listener
		first := 0
		for i := range 3 {
			l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(max(0, first+i)))) //nolint:noctx // it is done at once
			if err != nil {
				break
			}
			open = append(open, l)
			if i == 0 {
				first = l.Addr().(*net.TCPAddr).Port
			}
		}
		for _, l := range open {
			_ = l.Close()
		}
		if len(open) == 3 {
			return first, nil
		}
	}
	return 0, errors.New("there are no three free ports in a row")
}

// start starts the node, and waits until it answers.
func (n *Node) start() error {
	n.said.Reset()
	n.cmd = exec.Command("bash", n.script, "run", n.folder, strconv.Itoa(n.port)) //nolint:noctx,gosec // it ends with the tests; all of it is ours
	n.cmd.Stdout, n.cmd.Stderr = &n.said, &n.said
	var err error
	if n.held, err = n.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := n.cmd.Start(); err != nil {
		return err
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(n.Address().Host))
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), starting)
	defer cancel()
	for {
		if err = client.Ping(ctx); err == nil {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			n.end()
			return fmt.Errorf("the Kafka of the test does not answer: %w; it says: %s", err, n.said.String())
		}
	}
}

// end kills the node.
func (n *Node) end() {
	if n.cmd == nil || n.cmd.Process == nil {
		return
	}
	_ = n.cmd.Process.Kill()
	_ = n.held.Close()
	_ = n.cmd.Wait()
	n.cmd = nil
}

// Address is where the node is.
func (n *Node) Address() broker.Address {
	if n.url != "" {
		at, _ := broker.ParseAddress(n.url, os.Getenv)
		return at
	}
	return broker.Address{Scheme: "kafka", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(n.port))}
}

// URL is where the node is, as a scenario has it.
func (n *Node) URL() string {
	if n.url != "" {
		return n.url
	}
	return n.Address().Shown()
}

// Login is where the node wants a login, with the right one.
func (n *Node) Login() broker.Address {
	return broker.Address{
		Scheme: "kafka", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(n.port+2)), User: "duet", Password: "not for you",
	}
}

// Kill kills the node, as a machine dies that loses its power, but for what is in the
// memory of the operating system.
func (n *Node) Kill() { n.end() }

// Restart starts it again, with what it had.
func (n *Node) Restart(t testing.TB) {
	t.Helper()
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
}
