package transforms

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/weirstreams/weir/streams"
)

// TailOptions are options of [Tail]. The zero value is the default.
type TailOptions struct {
	// Poll is how long to wait at the end of the file before looking again; 0 is 250 ms.
	Poll time.Duration

	// FromEnd begins at the end that the file has when it is first read, and not at its beginning.
	FromEnd bool
}

const defaultPoll = 250 * time.Millisecond

// Tail makes a stream of the bytes of a file that grows, as tail -F does: at the end of the file it waits for more, and it
// ends only when it is cancelled or fails. When the file is replaced by another one of the same name, as logs are, the rest
// of the old one is read, then the new one; when it is shorter than before it is read from its beginning. A file that is
// missing in between is waited for; one that is missing at the beginning errors the stream.
//
// It looks by a timer, since that works on every file system and needs no descriptor or goroutine of the operating system.
// While a read waits for more, one goroutine is in it. Nothing is read ahead. The file is opened at the first read, and
// closed when the stream ends; a stream that is dropped must be cancelled for that. A Poll below 0 makes a stream that is
// errored with streams.ErrRange.
func Tail(name string, options ...TailOptions) *streams.ReadableStream[[]byte] {
	o := optional(options)
	if o.Poll < 0 {
		return erroredReadable[[]byte](fmt.Errorf("%w: TailOptions.Poll(%v)", streams.ErrRange, o.Poll))
	}
	if o.Poll == 0 {
		o.Poll = defaultPoll
	}
	t := &tail{name: name, options: o, idle: make(chan struct{}, 1)}
	t.idle <- struct{}{}
	return streams.NewReadableStream(streams.UnderlyingSource[[]byte]{
		Pull:   t.pull,
		Cancel: t.cancel,
	}, streams.CountQueuingStrategy[[]byte](0))
}

// A tail is the source of Tail.
type tail struct {
	name    string
	options TailOptions

	idle chan struct{} // has a token unless pull runs

	// Whoever has the token uses the following.

	file   *os.File // nil before the first pull, and while the file is missing
	opened bool     // the file was there once
	offset int64
	input  blockInput
}

func (t *tail) pull(ctx context.Context, c *streams.ReadableController[[]byte]) error {
	<-t.idle
	defer func() { t.idle <- struct{}{} }()
	for ctx.Err() == nil {
		chunk, err := t.read()
		if err != nil {
			return errors.Join(err, t.close())
		}
		if len(chunk) > 0 {
			_ = c.Enqueue(chunk) // fails only if the stream has ended meanwhile
			return nil
		}
		timer := time.NewTimer(t.options.Poll)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
	return nil
}

// cancel waits for pull, which the end of its context ends, and closes the file.
func (t *tail) cancel(ctx context.Context, _ error) error {
	select {
	case <-t.idle:
		return t.close()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// read reads what is there: no bytes and no error if nothing is.
func (t *tail) read() ([]byte, error) {
	if t.file == nil {
		if err := t.open(); t.file == nil {
			return nil, err
		}
	}
	chunk, err := t.input.next()
	t.offset += int64(len(chunk))
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(chunk) > 0 {
		return chunk, nil
	}
	return nil, t.followChange()
}

// open opens the file. One that was there before may be missing for a while.
func (t *tail) open() error {
	file, err := os.Open(t.name)
	if err != nil {
		if t.opened && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	t.offset = 0
	if t.options.FromEnd && !t.opened {
		if t.offset, err = file.Seek(0, io.SeekEnd); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	t.file, t.opened, t.input = file, true, blockInput{reader: file}
	return nil
}

// followChange looks, at the end of the file, whether it was cut or replaced.
func (t *tail) followChange() error {
	current, err := t.file.Stat()
	if err != nil {
		return err
	}
	if current.Size() < t.offset {
		t.offset = 0
		_, err := t.file.Seek(0, io.SeekStart)
		return err
	}
	named, err := os.Stat(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // it may still be written to; look again
	case err != nil:
		return err
	case !os.SameFile(current, named) && current.Size() == t.offset:
		return t.close()
	}
	return nil
}

func (t *tail) close() error {
	if t.file == nil {
		return nil
	}
	file := t.file
	t.file = nil
	return file.Close()
}
