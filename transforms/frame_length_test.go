package transforms_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func drawFrameOptions(rt *rapid.T) transforms.FrameOptions {
	return transforms.FrameOptions{
		LengthSize:   rapid.IntRange(0, 8).Draw(rt, "size"),
		LittleEndian: rapid.Bool().Draw(rt, "little endian"),
		Varint:       rapid.Bool().Draw(rt, "varint"),
	}
}

func TestFramesRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		options := drawFrameOptions(rt)
		messages := rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 255)).Draw(rt, "messages")
		frames, err := run(transforms.EncodeFrames(options), messages...)
		if err != nil || len(frames) != len(messages) {
			rt.Fatalf("%d frames for %d messages, %v", len(frames), len(messages), err)
		}
		got, err := run(transforms.DecodeFrames(options), drawChunks(rt, bytes.Join(frames, nil))...)
		if err != nil || len(got) != len(messages) {
			rt.Fatalf("got %d messages, %v, want %d", len(got), err, len(messages))
		}
		for i := range got {
			if !bytes.Equal(got[i], messages[i]) {
				rt.Fatalf("message %d is %v, want %v", i, got[i], messages[i])
			}
		}
	})
}

// The lengths are those of encoding/binary.
func TestFrameLengths(t *testing.T) {
	message := make([]byte, 0x1234)
	for _, c := range []struct {
		options transforms.FrameOptions
		want    []byte
	}{
		{transforms.FrameOptions{}, binary.BigEndian.AppendUint32(nil, 0x1234)},
		{transforms.FrameOptions{LengthSize: 2}, binary.BigEndian.AppendUint16(nil, 0x1234)},
		{transforms.FrameOptions{LengthSize: 3}, []byte{0, 0x12, 0x34}},
		{transforms.FrameOptions{LengthSize: 4, LittleEndian: true}, binary.LittleEndian.AppendUint32(nil, 0x1234)},
		{transforms.FrameOptions{LengthSize: 8, LittleEndian: true}, binary.LittleEndian.AppendUint64(nil, 0x1234)},
		{transforms.FrameOptions{LengthSize: 8}, binary.BigEndian.AppendUint64(nil, 0x1234)},
		{transforms.FrameOptions{Varint: true}, binary.AppendUvarint(nil, 0x1234)},
	} {
		frame := mustRun(t, transforms.EncodeFrames(c.options), message)[0]
		if got := frame[:len(frame)-len(message)]; !bytes.Equal(got, c.want) {
			t.Errorf("%+v: the length is %x, want %x", c.options, got, c.want)
		}
	}
}

func TestFramesTooLarge(t *testing.T) {
	for _, c := range []struct {
		options transforms.FrameOptions
		most    int
	}{
		{transforms.FrameOptions{LengthSize: 1}, math.MaxUint8},
		{transforms.FrameOptions{LengthSize: 2, LittleEndian: true}, math.MaxUint16},
		{transforms.FrameOptions{MaxLength: 10}, 10},
		{transforms.FrameOptions{Varint: true, MaxLength: 1000}, 1000},
		{transforms.FrameOptions{}, transforms.DefaultMaxLineLength},
	} {
		frames := mustRun(t, transforms.EncodeFrames(c.options), make([]byte, c.most))
		if got := mustRun(t, transforms.DecodeFrames(c.options), frames...); len(got) != 1 || len(got[0]) != c.most {
			t.Errorf("%+v: the largest frame did not come back", c.options)
		}
		_, err := run(transforms.EncodeFrames(c.options), make([]byte, c.most+1))
		wantError(t, err, transforms.ErrTooLarge)
	}
}

// Nothing of a frame that is too long needs to come for the error, and the frames before it are delivered.
func TestDecodeFramesTooLarge(t *testing.T) {
	for _, c := range []struct {
		options transforms.FrameOptions
		input   string
	}{
		{transforms.FrameOptions{}, "\x00\x00\x00\x02ab\xFF\xFF\xFF\xFF"},
		{transforms.FrameOptions{LengthSize: 8, MaxLength: streams.Unbounded}, "\x00\x00\x00\x00\x00\x00\x00\x02ab\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"},
		{transforms.FrameOptions{Varint: true}, "\x02ab\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"},
		{transforms.FrameOptions{LengthSize: 1, MaxLength: 2}, "\x02ab\x03"},
	} {
		for place := range len(c.input) + 1 {
			got, err := run(transforms.DecodeFrames(c.options), cut([]byte(c.input), place)...)
			wantError(t, err, transforms.ErrTooLarge)
			if len(got) != 1 || string(got[0]) != "ab" {
				t.Errorf("%+v: got %q before the error", c.options, got)
			}
		}
	}
}

func TestDecodeFramesTruncated(t *testing.T) {
	for _, options := range []transforms.FrameOptions{{}, {Varint: true}, {LengthSize: 8, LittleEndian: true}} {
		frames := bytes.Join(mustRun(t, transforms.EncodeFrames(options), make([]byte, 200), make([]byte, 200)), nil)
		for length := range frames {
			var want error
			if length != 0 && length != len(frames)/2 {
				want = io.ErrUnexpectedEOF
			}
			got, err := run(transforms.DecodeFrames(options), frames[:length:length])
			wantError(t, err, want)
			if len(got) != length/(len(frames)/2) {
				t.Errorf("cut at %d: %d messages", length, len(got))
			}
		}
	}
}

func TestDecodeFramesVarint(t *testing.T) {
	for place := range 12 {
		overlong := []byte("\x82\x80\x00ab\x80\x00")
		got := mustRun(t, transforms.DecodeFrames(transforms.FrameOptions{Varint: true}), cut(overlong, min(place, len(overlong)))...)
		if len(got) != 2 || string(got[0]) != "ab" || len(got[1]) != 0 {
			t.Errorf("got %q", got)
		}
		for _, bad := range []string{"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01ab", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02ab"} {
			_, err := run(transforms.DecodeFrames(transforms.FrameOptions{Varint: true}), cut([]byte(bad), place)...)
			wantError(t, err, transforms.ErrCorrupt)
		}
	}
}

func TestDecodeFramesShareNothing(t *testing.T) {
	messages := mustRun(t, transforms.DecodeFrames(transforms.FrameOptions{LengthSize: 1}), cut([]byte("\x03one\x03two\x05three\x04four"), 2, 6, 11)...)
	for _, message := range messages {
		_ = append(message, "+++++++++++"...)
		message[0] = '-'
	}
	if got := string(bytes.Join(messages, []byte("|"))); got != "-ne|-wo|-hree|-our" {
		t.Errorf("got %s", got)
	}
}

// FuzzDecodeFrames expects that what comes out, encoded again, is the input.
func FuzzDecodeFrames(f *testing.F) {
	for i, text := range []string{"", "\x00", "\x02ab", "\x00\x02ab\x00\x00", "\x82\x01", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "\x00\x00\x00\x01a"} {
		f.Add([]byte(text), uint8(i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, size, flags uint8) {
		options := transforms.FrameOptions{
			LengthSize: 1 + int(flags&7), LittleEndian: flags&8 > 0, Varint: flags&16 > 0, MaxLength: 1 + int(flags),
		}
		messages, err := run(transforms.DecodeFrames(options), cutEvery(data, size)...)
		if err != nil && !isDecompressError(err) {
			t.Fatalf("got the error %v", err)
		}
		again, encodeErr := run(transforms.EncodeFrames(options), messages...)
		if encodeErr != nil {
			t.Fatal(encodeErr)
		}
		frames := bytes.Join(again, nil)
		if options.Varint {
			return // there is more than one way to write one
		}
		if !bytes.HasPrefix(data, frames) || err == nil && len(frames) != len(data) {
			t.Errorf("%x came out, which is %x", messages, frames)
		}
		if rest := len(data) - len(frames); errors.Is(err, io.ErrUnexpectedEOF) && rest > options.LengthSize+options.MaxLength {
			t.Errorf("%d bytes are left, which is more than a frame", rest)
		}
	})
}
