package conformance

import (
	"context"
	"errors"
	"strconv"

	"github.com/weirstreams/weir/streams"
)

// An entity is something that a program has made and can name.
type entity interface {
	// properties returns the visible state. Whether something is settled is asked with the context polling, which has
	// ended with the cause errPending, so that the answer never waits.
	properties(polling context.Context) Properties

	// controller returns what the program controls the entity with: a controller of package streams, or nil if the
	// program holds none.
	controller() any

	// end cancels or aborts the entity when the program is over. It may wait for ctx.
	end(ctx context.Context, reason error) error
}

// errPending is the cause of the context with which settled results are told from pending ones.
var errPending = errors.New("conformance: not settled")

// readable is a readable stream of any kind of chunk.
type readable interface {
	entity
	Cancel(ctx context.Context, reason error) error
	reader() (reader, error)
	tee() (a, b readable, err error)
}

// reader is a reader of any kind of chunk.
type reader interface {
	entity
	Cancel(ctx context.Context, reason error) error
	ReleaseLock()
	// read returns the next chunk as programs show it.
	read(ctx context.Context) (string, error)
}

// readableStream is a readable stream with default chunks.
type readableStream struct {
	*streams.ReadableStream[int]
	control *streams.ReadableController[int] // set by start; nil where the program holds none
}

func (r *readableStream) properties(context.Context) Properties {
	properties := Properties{"locked": boolean(r.Locked())}
	if r.control != nil {
		properties["desired"] = desired(r.control.DesiredSize())
	}
	return properties
}

func (r *readableStream) controller() any {
	if r.control == nil {
		return nil
	}
	return r.control
}

func (r *readableStream) end(ctx context.Context, reason error) error { return r.Cancel(ctx, reason) }

func (r *readableStream) reader() (reader, error) {
	rd, err := r.GetReader()
	return &defaultReader{rd}, err
}

func (r *readableStream) tee() (readable, readable, error) {
	a, b, err := r.Tee()
	return &readableStream{ReadableStream: a}, &readableStream{ReadableStream: b}, err
}

// defaultReader is a reader of default chunks.
type defaultReader struct{ *streams.DefaultReader[int] }

func (r *defaultReader) properties(polling context.Context) Properties {
	return Properties{"closed": settled(r.Closed(polling))}
}

func (r *defaultReader) controller() any { return nil }

func (r *defaultReader) end(ctx context.Context, reason error) error { return r.Cancel(ctx, reason) }

func (r *defaultReader) read(ctx context.Context) (string, error) {
	v, err := r.Read(ctx)
	if err != nil {
		return "", err
	}
	return strconv.Itoa(v), nil
}

// writableStream is a writable stream.
type writableStream struct {
	*streams.WritableStream[int]
	control *streams.WritableController[int] // set by start; nil where the program holds none
}

func (w *writableStream) properties(context.Context) Properties {
	return Properties{"locked": boolean(w.Locked())}
}

func (w *writableStream) controller() any {
	if w.control == nil {
		return nil
	}
	return w.control
}

func (w *writableStream) end(ctx context.Context, reason error) error { return w.Abort(ctx, reason) }

// writer is a writer of a writable stream.
type writer struct{ *streams.DefaultWriter[int] }

func (w *writer) properties(polling context.Context) Properties {
	ready := w.Ready(polling)
	properties := Properties{"closed": settled(w.Closed(polling)), "ready": settled(ready), "desired": desired(w.DesiredSize())}
	if errors.Is(ready, streams.ErrReleased) && properties["desired"] == "null" {
		properties["desired"] = text("err:" + nameOf(ready)) // the standard's getter throws here
	}
	return properties
}

func (w *writer) controller() any { return nil }

func (w *writer) end(ctx context.Context, reason error) error { return w.Abort(ctx, reason) }

// transform is a transform stream. Its sides are entities of their own.
type transform struct {
	*streams.TransformStream[int, int]
	control *streams.TransformController[int] // set by start; nil where the program holds none
}

func (t *transform) properties(context.Context) Properties {
	if t.control == nil {
		return Properties{}
	}
	return Properties{"desired": desired(t.control.DesiredSize())}
}

func (t *transform) controller() any {
	if t.control == nil {
		return nil
	}
	return t.control
}

func (t *transform) end(context.Context, error) error { return nil } // its sides are ended

func boolean(b bool) Value { return Value(strconv.FormatBool(b)) }

func text(s string) Value { return Value(strconv.Quote(s)) }

// desired shows a desiredSize, which the standard has as a number or null.
func desired(n int, ok bool) Value {
	if !ok {
		return "null"
	}
	return Value(strconv.Itoa(n))
}

// settled shows the result of a poll.
func settled(err error) Value {
	switch err { // the cause of the polling context comes back as it is
	case nil:
		return text("ok")
	case errPending:
		return text("pending")
	default:
		return text("err:" + nameOf(err))
	}
}
