package websocket

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/weirstreams/weir/bench/internal/workload"
)

// The server is this very program, started once more with its task in this variable. It prints its address, then answers
// each line that it reads with a line, until there are no more.
const taskVariable = "WEIR_BENCH_WEBSOCKET_SERVER"

// A task is what a server is to do.
type task struct {
	Library string
	Echo    bool // it sends each message back
	Every   int  // else it acknowledges each so many-th
}

// acknowledgement is what a server sends when it has received as many messages as it was to.
const acknowledgement = "got them"

// What a server can be asked for.
const (
	askCost  = "cost"  // a workload.Cost
	askSpace = "space" // a workload.SpaceHeld
)

// ServeIfAsked is to be called first by programs that measure: if this process is to be the server of such a program, it
// serves until that program ends, and exits.
func ServeIfAsked() {
	value := os.Getenv(taskVariable)
	if value == "" {
		return
	}
	if err := serve(value, os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
	os.Exit(0)
}

func serve(value string, questions io.Reader, answers io.Writer) error {
	var t task
	if err := json.Unmarshal([]byte(value), &t); err != nil {
		return err
	}
	i := slices.IndexFunc(slices.Concat(libraries, queued), func(l library) bool { return l.name == t.Library })
	if i < 0 {
		return fmt.Errorf("there is no library %q", t.Library)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() { log.Fatal(slices.Concat(libraries, queued)[i].serve(l, t)) }()
	if _, err := fmt.Fprintln(answers, l.Addr()); err != nil {
		return err
	}
	encoder := json.NewEncoder(answers)
	lines := bufio.NewScanner(questions)
	for lines.Scan() {
		answer, err := answerTo(lines.Text())
		if err != nil {
			return err
		}
		if err := encoder.Encode(answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

func answerTo(question string) (any, error) {
	switch question {
	case askCost:
		return workload.OwnCost()
	case askSpace:
		return workload.Settle(), nil
	}
	return nil, fmt.Errorf("nobody can answer %q", question)
}

// overHTTP serves by a handler that takes the connection away from net/http and deals with it in a goroutine of its own,
// so that net/http keeps nothing for it.
func overHTTP(upgrade func(w http.ResponseWriter, r *http.Request, t task) error) func(net.Listener, task) error {
	return func(l net.Listener, t task) error {
		return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := upgrade(w, r, t); err != nil {
				log.Print(err)
			}
		}))
	}
}

// counter deals with messages one by one.
type counter struct {
	task
	received int
}

// reply returns what to send for a message, nil for nothing.
func (c *counter) reply(message []byte) []byte {
	if c.Echo {
		return message
	}
	c.received++
	if c.received%c.Every != 0 {
		return nil
	}
	return []byte(acknowledgement)
}

// A server is the process of one, as the client sees it.
type server struct {
	address   string
	cmd       *exec.Cmd
	questions io.WriteCloser
	answers   *bufio.Reader
}

// start starts a server, and waits until it listens.
func start(t task) (*server, error) {
	value, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{cmd: exec.Command(self)}
	s.cmd.Env = append(os.Environ(), taskVariable+"="+string(value))
	s.cmd.Stderr = os.Stderr
	if s.questions, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.answers = bufio.NewReader(stdout)
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := s.answers.ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server said no address: %w", err), s.stop())
	}
	s.address = strings.TrimSpace(line)
	return s, nil
}

// ask has the server answer a question.
func (s *server) ask(question string, answer any) error {
	if _, err := fmt.Fprintln(s.questions, question); err != nil {
		return err
	}
	line, err := s.answers.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the server gave no answer: %w", err)
	}
	return json.Unmarshal(line, answer)
}

// costOfBoth is what this process and the server have used so far.
func (s *server) costOfBoth() (workload.Cost, error) {
	var its workload.Cost
	err := s.ask(askCost, &its)
	own, ownErr := workload.OwnCost()
	return workload.Cost{
		CPU: own.CPU + its.CPU, Allocs: own.Allocs + its.Allocs, Bytes: own.Bytes + its.Bytes,
	}, errors.Join(err, ownErr)
}

// stop ends the process: it does when there are no more questions.
func (s *server) stop() error {
	return errors.Join(s.questions.Close(), s.cmd.Wait())
}

// blocking is a connection of a library whose reads and writes block.
type blocking interface {
	// read returns the next message, which is good until the next call.
	read() ([]byte, error)
	write(message []byte) error
	close() error
}

// dealWith reads messages and answers them until the connection ends.
func (t task) dealWith(c blocking) {
	messages := counter{task: t}
	for {
		message, err := c.read()
		if err != nil {
			break // the client has what it wanted, and is gone
		}
		if reply := messages.reply(message); reply != nil {
			if err := c.write(reply); err != nil {
				break
			}
		}
	}
	_ = c.close() // there is nothing left to lose
}

// blockingClient is a client over such a connection.
type blockingClient struct {
	blocking
}

func (c blockingClient) receive(got func([]byte) (bool, error)) error {
	for {
		message, err := c.read()
		if err != nil {
			return err
		}
		if done, err := got(message); done || err != nil {
			return err
		}
	}
}

// dialer returns a client of what dial connects to.
func dialer[C blocking](dial func(ctx context.Context, address string) (C, error)) func(context.Context, string) (client, error) {
	return func(ctx context.Context, address string) (client, error) {
		c, err := dial(ctx, address)
		if err != nil {
			return nil, err
		}
		return blockingClient{c}, nil
	}
}
