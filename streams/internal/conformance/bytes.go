package conformance

import (
	"context"
	"fmt"

	"github.com/weirstreams/weir/streams"
)

// byteStream is a readable byte stream.
type byteStream struct {
	*streams.ReadableByteStream
	control *streams.ByteController // set by start; nil where the program holds none
}

func (b *byteStream) properties(context.Context) Properties {
	properties := Properties{"locked": boolean(b.Locked())}
	if b.control != nil {
		properties["desired"] = desired(b.control.DesiredSize())
	}
	return properties
}

func (b *byteStream) controller() any {
	if b.control == nil {
		return nil
	}
	return b.control
}

func (b *byteStream) end(ctx context.Context, reason error) error { return b.Cancel(ctx, reason) }

func (b *byteStream) reader() (reader, error) {
	rd, err := b.GetReader()
	return &chunkReader{rd}, err
}

func (b *byteStream) byobReader() (reader, error) {
	rd, err := b.GetBYOBReader()
	return &byobReader{rd}, err
}

func (b *byteStream) tee() (readable, readable, error) {
	left, right, err := b.Tee()
	return &byteStream{ReadableByteStream: left}, &byteStream{ReadableByteStream: right}, err
}

// chunkReader reads the chunks of a byte stream.
type chunkReader struct{ *streams.DefaultReader[[]byte] }

func (r *chunkReader) properties(polling context.Context) Properties {
	return Properties{"closed": settled(r.Closed(polling))}
}

func (r *chunkReader) controller() any { return nil }

func (r *chunkReader) end(ctx context.Context, reason error) error { return r.Cancel(ctx, reason) }

func (r *chunkReader) read(ctx context.Context) (string, error) {
	chunk, err := r.Read(ctx)
	if err != nil {
		return "", err
	}
	return shownBytes(chunk), nil
}

// byobReader reads the bytes of a byte stream into buffers.
type byobReader struct{ *streams.BYOBReader }

func (r *byobReader) properties(polling context.Context) Properties {
	return Properties{"closed": settled(r.Closed(polling))}
}

func (r *byobReader) controller() any { return nil }

func (r *byobReader) end(ctx context.Context, reason error) error { return r.Cancel(ctx, reason) }

// read is there to make a reader of it: programs read into buffers by readInto alone.
func (r *byobReader) read(ctx context.Context) (string, error) { return r.readInto(ctx, 1, 1) }

// readInto reads into a buffer of length size, at least minimum bytes; 0 stands for 1.
func (r *byobReader) readInto(ctx context.Context, size, minimum int) (string, error) {
	buffer := make([]byte, size)
	n, err := r.ReadAtLeast(ctx, buffer, max(1, minimum))
	if err != nil && n == 0 {
		return "", err
	}
	return shownBytes(buffer[:n]), err
}

// shownBytes shows a chunk by its length and its first byte.
func shownBytes(chunk []byte) string {
	if len(chunk) == 0 {
		return "0"
	}
	return fmt.Sprintf("%d:%d", len(chunk), chunk[0])
}

// byteCounter gives the bytes of a program: they are counted up by one, whether they are taken or not.
type byteCounter struct{ next byte }

// fill writes the next bytes into all of buffer, and returns it.
func (b *byteCounter) fill(buffer []byte) []byte {
	for i := range buffer {
		buffer[i] = b.next
		b.next++
	}
	return buffer
}

// bytes makes a byte stream.
func (p *player) bytes(a Action) {
	stream := &byteStream{}
	start := p.callback(a.ID, "start", a.Source.Start)
	pull := p.callback(a.ID, "pull", a.Source.Pull)
	cancel := p.callback(a.ID, "cancel", a.Source.Cancel)

	source := streams.UnderlyingByteSource{AutoAllocateChunkSize: a.AutoAllocate}
	source.Start = func(_ context.Context, c *streams.ByteController) error {
		stream.control = c
		return startCall(start)
	}
	if pull.exists() {
		source.Pull = func(_ context.Context, c *streams.ByteController) error {
			request := c.BYOBRequest()
			pull.begin(bytePullEvent(pull, request))
			p.produceBytes(pull, c, request)
			return pull.end()
		}
	}
	if cancel.exists() {
		source.Cancel = func(_ context.Context, reason error) error {
			return cancel.call("cancel:" + nameOf(reason))
		}
	}
	stream.ReadableByteStream = streams.NewReadableByteStream(source, a.HWM)
	p.add(a.ID, stream)
}

// bytePullEvent is pullEvent for a byte stream: it shows the size of the request.
func bytePullEvent(pull *callback, request *streams.BYOBRequest) string {
	gives := pull.does.Act != "none" && pull.calls < pull.does.Limit
	switch {
	case !gives && pull.does.Mode != Hold:
		return ""
	case request != nil:
		return fmt.Sprintf("pull:%d", len(request.View()))
	default:
		return "pull"
	}
}

// produceBytes is produce for a byte stream.
func (p *player) produceBytes(pull *callback, c *streams.ByteController, request *streams.BYOBRequest) {
	if pull.calls <= pull.does.Limit {
		switch {
		case pull.does.Act == "enqueue":
			if c.Enqueue(p.counter.fill(make([]byte, pull.does.Bytes))) != nil {
				return
			}
		case pull.does.Act == "respond" && request != nil:
			view := request.View()
			n := min(pull.does.Bytes, len(view))
			p.counter.fill(view[:n])
			if request.Respond(n) != nil {
				return
			}
		}
	}
	if pull.calls != pull.does.CloseAfter || c.Close() != nil {
		return
	}
	if request := c.BYOBRequest(); request != nil {
		_ = request.Respond(0) // refused if the stream is not closed yet
	}
}

// respond answers the current request of a byte stream.
func (p *player) respond(a Action) {
	request := control[*streams.ByteController](p, a.On).BYOBRequest()
	if request == nil {
		p.journal.add(a.P, "norequest")
		return
	}
	view := request.View()
	p.counter.fill(view[:min(a.Len, len(view))])
	p.result(a.P, request.Respond(a.Len))
}
