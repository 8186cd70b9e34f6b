package transforms_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleSplit() {
	text := streams.FromReader(strings.NewReader("over  the\nweir"))
	words := streams.PipeThrough(text, transforms.Split(bufio.ScanWords))
	err := words.ForEach(context.Background(), func(word []byte) error {
		fmt.Printf("%q ", word)
		return nil
	})
	fmt.Println(err)
	// Output: "over" "the" "weir" <nil>
}

func ExampleSplitOptions() {
	text := streams.FromReader(strings.NewReader("a waterfall"))
	words := streams.PipeThrough(text, transforms.Split(bufio.ScanWords, transforms.SplitOptions{MaxLength: 8}))
	got, err := words.Collect(context.Background())
	fmt.Printf("%s, %v\n", got, err)
	// Output: [a], transforms: larger than allowed: a piece of more than 8 bytes
}

func ExampleChunks() {
	text := streams.FromSlice([][]byte{[]byte("ab"), []byte("cdefg"), []byte("h")})
	chunks, err := streams.PipeThrough(text, transforms.Chunks(3)).Collect(context.Background())
	fmt.Printf("%s, %v\n", chunks, err)
	// Output: [abc def gh], <nil>
}

func ExampleChunksAtMost() {
	text := streams.FromSlice([][]byte{[]byte("ab"), []byte("cdefg"), []byte("h")})
	chunks, err := streams.PipeThrough(text, transforms.ChunksAtMost(3)).Collect(context.Background())
	fmt.Printf("%s, %v\n", chunks, err)
	// Output: [ab cde fg h], <nil>
}

func ExampleLimitBytes() {
	upload := streams.FromReader(strings.NewReader("far too much"))
	limited := streams.PipeThrough(upload, transforms.LimitBytes(7))
	fmt.Println(limited.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output: far tootransforms: larger than allowed: more than 7 bytes
}

func ExampleHash() {
	sum := func(sum []byte) error {
		fmt.Printf(" %x", sum[:4])
		return nil
	}
	file := streams.FromReader(strings.NewReader("water"))
	hashed := streams.PipeThrough(file, transforms.Hash(sha256.New(), sum))
	fmt.Println(hashed.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output: water 0f416849<nil>
}

func ExampleDecodeText() {
	text := streams.FromSlice([][]byte{{0xEF, 0xBB, 0xBF, 'M', 0xC3}, {0xBC, 'h', 'l', 'e', 0xFF}})
	decoded, err := streams.PipeThrough(text, transforms.DecodeText()).Collect(context.Background())
	fmt.Printf("%q, %v\n", decoded, err)
	// Output: ["M" "ühle�"], <nil>
}

// An encoding by the name it has on the Web.
func ExampleTextDecoderOptions() {
	encoding, err := htmlindex.Get("windows-1252")
	if err != nil {
		fmt.Println(err)
		return
	}
	text := streams.FromReader(strings.NewReader("M\xFChle, 5 \x80"))
	decoder := transforms.DecodeText(transforms.TextDecoderOptions{Encoding: encoding, Fatal: true})
	fmt.Println(streams.PipeThrough(text, decoder).Collect(context.Background()))
	// Output: [Mühle, 5 €] <nil>
}

func ExampleEncodeText() {
	text := streams.FromSlice([]string{"M\xC3", "\xBChle"})
	encoded, err := streams.PipeThrough(text, transforms.EncodeText()).Collect(context.Background())
	fmt.Printf("%x, %v\n", encoded, err)
	// Output: [4d c3bc686c65], <nil>
}

func ExampleTextEncoderOptions() {
	text := streams.FromSlice([]string{"Mühle"})
	encoder := transforms.EncodeText(transforms.TextEncoderOptions{Encoding: charmap.ISO8859_1})
	encoded, err := streams.PipeThrough(text, encoder).Collect(context.Background())
	fmt.Printf("%x, %v\n", encoded, err)
	// Output: [4dfc686c65], <nil>
}

func ExampleErrNoCharacter() {
	text := streams.FromSlice([]string{"5 €"})
	encoder := transforms.EncodeText(transforms.TextEncoderOptions{Encoding: charmap.ISO8859_1})
	_, err := streams.PipeThrough(text, encoder).Collect(context.Background())
	fmt.Println(errors.Is(err, transforms.ErrNoCharacter))
	// Output: true
}

func ExampleEncodeBase64() {
	file := streams.FromReader(strings.NewReader("over the weir"))
	encoded := streams.PipeThrough(file, transforms.EncodeBase64(base64.StdEncoding))
	fmt.Println(encoded.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output: b3ZlciB0aGUgd2Vpcg==<nil>
}

func ExampleDecodeBase64() {
	text := streams.FromReader(strings.NewReader("b3ZlciB0\naGUgd2Vpcg==\n"))
	decoded := streams.PipeThrough(text, transforms.DecodeBase64(base64.StdEncoding))
	fmt.Println(decoded.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output: over the weir<nil>
}

func ExampleEncodeHex() {
	file := streams.FromReader(strings.NewReader("weir"))
	encoded := streams.PipeThrough(file, transforms.EncodeHex())
	fmt.Println(encoded.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output: 77656972<nil>
}

func ExampleDecodeHex() {
	text := streams.FromReader(strings.NewReader("7765\n6972"))
	decoded := streams.PipeThrough(text, transforms.DecodeHex())
	fmt.Println(decoded.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output: weir<nil>
}

func ExampleEncodeFrames() {
	messages := streams.FromSlice([][]byte{[]byte("over"), []byte("the weir")})
	frames, err := streams.PipeThrough(messages, transforms.EncodeFrames()).Collect(context.Background())
	fmt.Printf("%q, %v\n", frames, err)
	// Output: ["\x00\x00\x00\x04over" "\x00\x00\x00\bthe weir"], <nil>
}

func ExampleDecodeFrames() {
	connection := streams.FromReader(bytes.NewReader([]byte("\x00\x00\x00\x04over\x00\x00\x00\bthe weir")))
	messages, err := streams.PipeThrough(connection, transforms.DecodeFrames()).Collect(context.Background())
	fmt.Printf("%q, %v\n", messages, err)
	// Output: ["over" "the weir"], <nil>
}

func ExampleFrameOptions() {
	options := transforms.FrameOptions{Varint: true, MaxLength: 1000}
	connection := streams.FromReader(bytes.NewReader([]byte("\x04over\xFF\xFF\x03and so on")))
	messages, err := streams.PipeThrough(connection, transforms.DecodeFrames(options)).Collect(context.Background())
	fmt.Printf("%q, %v\n", messages, err)
	// Output: ["over"], transforms: larger than allowed: a frame of 65535 bytes, more than 1000
}
