package wsstream

import "unicode/utf8"

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
