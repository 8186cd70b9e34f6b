package wsstream

import "unicode/utf8"

// textChecker checks text that comes in pieces, and fails at the first byte that no valid text can have there. The
// zero value is at the beginning of a text.
type textChecker struct {
	tail [utf8.UTFMax]byte // the beginning of a character, of which bytes are lacking
	n    int               // how long it is
}

// check looks at the next piece. It returns false if the text is invalid whatever follows.
func (c *textChecker) check(p []byte) bool {
	for c.n > 0 && len(p) > 0 {
		c.tail[c.n] = p[0]
		c.n++
		p = p[1:]
		whole, ok := checkUTF8(c.tail[:c.n])
		if !ok {
			return false
		}
		if whole > 0 {
			c.n = 0
		}
	}
	whole, ok := checkUTF8(p)
	if c.n == 0 {
		c.n = copy(c.tail[:], p[whole:])
	}
	return ok
}

// complete reports whether the text may end here.
func (c *textChecker) complete() bool { return c.n == 0 }

// checkUTF8 looks at text of which more may follow. It returns how many bytes are whole characters, and false if the
// text is invalid whatever follows. The rest, p[n:], is the beginning of one character: to be looked at again, with
// what comes next.
func checkUTF8(p []byte) (n int, ok bool) {
	n = len(p) - incompleteTail(p)
	return n, utf8.Valid(p[:n])
}

// incompleteTail returns the length of the character at the end of p that lacks bytes, zero if there is none.
func incompleteTail(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if tail := p[len(p)-n:]; utf8.RuneStart(tail[0]) {
			// FullRune is true for bytes that cannot become a character; these are left to utf8.Valid.
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
