package wstest

import (
	"errors"
	"fmt"
)

// inflation decompresses (RFC 1951), in the plainest way: bit by bit. Package compress/flate could do it, but does not
// tell how far back the data refers.
type inflation struct {
	in     []byte
	bit    int // position in in
	out    []byte
	window int
}

var errEnds = errors.New("the compressed data breaks off")

// bits reads a number of n bits.
func (d *inflation) bits(n int) (value int, err error) {
	for i := range n {
		if d.bit/8 >= len(d.in) {
			return 0, errEnds
		}
		value |= int(d.in[d.bit/8]>>(d.bit%8)&1) << i
		d.bit++
	}
	return value, nil
}

// blocks reads all blocks, up to the end of the input (RFC 1951, section 3.2.3).
func (d *inflation) blocks() error {
	for d.bit/8 < len(d.in) {
		header, err := d.bits(3)
		if err != nil {
			return err
		}
		final, kind := header&1, header>>1
		switch kind {
		case 0:
			err = d.stored()
		case 1:
			err = d.compressed(fixedLiterals, fixedDistances)
		case 2:
			err = d.dynamic()
		default:
			err = errors.New("a block of the reserved type")
		}
		if err != nil {
			return err
		}
		if final == 1 { // a deflater may end its stream, and the next block begins at the next byte
			d.bit = (d.bit + 7) / 8 * 8
		}
	}
	return nil
}

func (d *inflation) stored() error {
	at := (d.bit + 7) / 8
	if at+4 > len(d.in) {
		return errEnds
	}
	n := int(d.in[at]) | int(d.in[at+1])<<8
	if at += 4; at+n > len(d.in) {
		return errEnds
	}
	d.out = append(d.out, d.in[at:at+n]...)
	d.bit = (at + n) * 8
	return nil
}

// compressed reads the data of a block (RFC 1951, section 3.2.5).
func (d *inflation) compressed(literals, distances code) error {
	for {
		symbol, err := d.symbol(literals)
		switch {
		case err != nil:
			return err
		case symbol < 256:
			d.out = append(d.out, byte(symbol))
			continue
		case symbol == 256:
			return nil
		}
		length, err := d.extended(symbol-257, lengthBase[:], lengthBits[:])
		if err != nil {
			return err
		}
		if symbol, err = d.symbol(distances); err != nil {
			return err
		}
		distance, err := d.extended(symbol, distanceBase[:], distanceBits[:])
		if err != nil {
			return err
		}
		if distance > d.window || distance > len(d.out) {
			return fmt.Errorf("refers back %d bytes, in a window of %d with %d", distance, d.window, len(d.out))
		}
		for range length {
			d.out = append(d.out, d.out[len(d.out)-distance])
		}
	}
}

// extended returns the number that a symbol and the bits behind it stand for.
func (d *inflation) extended(symbol int, base, extra []int) (int, error) {
	if symbol >= len(base) {
		return 0, errors.New("a symbol that means nothing")
	}
	n, err := d.bits(extra[symbol])
	return base[symbol] + n, err
}

var (
	lengthBase = [...]int{
		3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
	}
	lengthBits   = [...]int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distanceBase = [...]int{
		1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
		8193, 12289, 16385, 24577,
	}
	distanceBits = [...]int{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

// lengthOrder is the order in which a block gives the lengths of the code of its codes.
var lengthOrder = [...]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads a block with codes of its own (RFC 1951, section 3.2.7).
func (d *inflation) dynamic() error {
	var counts [3]int
	for i, n := range []int{5, 5, 4} {
		count, err := d.bits(n)
		if err != nil {
			return err
		}
		counts[i] = count + []int{257, 1, 4}[i]
	}
	var codeLengths [len(lengthOrder)]int
	for _, symbol := range lengthOrder[:counts[2]] {
		length, err := d.bits(3)
		if err != nil {
			return err
		}
		codeLengths[symbol] = length
	}
	lengths, err := d.lengths(newCode(codeLengths[:]), counts[0]+counts[1])
	if err != nil {
		return err
	}
	return d.compressed(newCode(lengths[:counts[0]]), newCode(lengths[counts[0]:]))
}

// lengths reads n lengths of codes.
func (d *inflation) lengths(c code, n int) ([]int, error) {
	var lengths []int
	for len(lengths) < n {
		symbol, err := d.symbol(c)
		if err != nil {
			return nil, err
		}
		length, repeat, extra := symbol, 1, 0
		switch symbol {
		case 16:
			if len(lengths) == 0 {
				return nil, errors.New("nothing to repeat")
			}
			length, repeat, extra = lengths[len(lengths)-1], 3, 2
		case 17:
			length, repeat, extra = 0, 3, 3
		case 18:
			length, repeat, extra = 0, 11, 7
		}
		more, err := d.bits(extra)
		if err != nil {
			return nil, err
		}
		for range repeat + more {
			lengths = append(lengths, length)
		}
	}
	if len(lengths) > n {
		return nil, errors.New("more lengths than codes")
	}
	return lengths, nil
}

// A code is a Huffman code whose words of one length are consecutive numbers, and follow those that are shorter.
type code struct {
	words   [16]int // how many there are, by their length
	symbols []int   // what they stand for, in order
}

// newCode returns the code whose words have these lengths (RFC 1951, section 3.2.2).
func newCode(lengths []int) code {
	var c code
	for length := 1; length < len(c.words); length++ {
		for symbol, l := range lengths {
			if l == length {
				c.words[length]++
				c.symbols = append(c.symbols, symbol)
			}
		}
	}
	return c
}

// symbol reads a word of a code.
func (d *inflation) symbol(c code) (int, error) {
	word, first, shorter := 0, 0, 0 // what was read, the first word of that length, and how many are shorter
	for length := 1; length < len(c.words); length++ {
		bit, err := d.bits(1)
		if err != nil {
			return 0, err
		}
		word, first = word<<1|bit, first<<1
		n := c.words[length]
		if word-first < n {
			return c.symbols[shorter+word-first], nil
		}
		first += n
		shorter += n
	}
	return 0, errors.New("a word that is not in its code")
}

// The codes of a block that has none of its own (RFC 1951, section 3.2.6).
var (
	fixedLiterals  = newCode(fixedLengths())
	fixedDistances = newCode(repeated(5, 30))
)

func fixedLengths() []int {
	return append(append(append(repeated(8, 144), repeated(9, 112)...), repeated(7, 24)...), repeated(8, 8)...)
}

func repeated(length, n int) []int {
	lengths := make([]int, n)
	for i := range lengths {
		lengths[i] = length
	}
	return lengths
}
