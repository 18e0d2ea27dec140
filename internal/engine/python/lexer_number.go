package python

import (
	"strings"
	"unicode/utf8"
)

// maxDigits is how many digits of a decimal integer CPython converts.
const maxDigits = 4300

var radixes = map[byte]struct{ name, digits string }{
	'x': {"hexadecimal", "0123456789abcdefABCDEF"},
	'o': {"octal", "01234567"},
	'b': {"binary", "01"},
}

// number reads a number and sees to it that nothing is glued to it.
func (l *lexer) number() bool {
	start := l.at
	if l.text[l.at] == '0' && l.at+1 < len(l.text) {
		if radix, ok := radixes[l.text[l.at+1]|0x20]; ok {
			return l.radixNumber(start, radix.name, radix.digits)
		}
	}
	kind := "decimal"
	integer := l.text[l.at] != '.'
	if integer && !l.digits("decimal") {
		return false
	}
	whole := l.text[start:l.at]
	if l.has('.') {
		integer = false
		if l.at < len(l.text) && isDigit(l.text[l.at]) && !l.digits("decimal") {
			return false
		}
	}
	if exponent := l.exponent(); exponent > 0 {
		integer = false
		l.at += exponent
		if !l.digits("decimal") {
			return false
		}
	}
	if l.has('j') || l.has('J') {
		integer, kind = false, "imaginary"
	}
	if !l.numberEnd(start, kind) {
		return false
	}
	if integer {
		return l.checkInteger(start, whole) && l.emit(number, start)
	}
	return l.emit(number, start)
}

func (l *lexer) has(c byte) bool {
	if l.at < len(l.text) && l.text[l.at] == c {
		l.at++
		return true
	}
	return false
}

// digits reads digits, single underscores between them allowed.
func (l *lexer) digits(kind string) bool {
	for {
		for l.at < len(l.text) && isDigit(l.text[l.at]) {
			l.at++
		}
		if !l.has('_') {
			return true
		}
		if l.at == len(l.text) || !isDigit(l.text[l.at]) {
			return l.failf(l.at-1, l.at, "invalid %s literal", kind)
		}
	}
}

// exponent returns the length of e, E, e+ and the like where digits follow. Without them the e is no part of the
// number: 1else is legal.
func (l *lexer) exponent() int {
	rest := l.text[l.at:]
	if rest == "" || rest[0]|0x20 != 'e' {
		return 0
	}
	n := 1
	if len(rest) > 1 && (rest[1] == '+' || rest[1] == '-') {
		n = 2
	}
	if len(rest) > n && isDigit(rest[n]) {
		return n
	}
	return 0
}

func (l *lexer) radixNumber(start int, name, digits string) bool {
	for l.at += 2; ; {
		l.has('_')
		from := l.at
		for l.at < len(l.text) && strings.IndexByte(digits, l.text[l.at]) >= 0 {
			l.at++
		}
		if l.at == from {
			if l.at < len(l.text) && isDigit(l.text[l.at]) {
				return l.failf(l.at, l.at+1, "invalid digit '%c' in %s literal", l.text[l.at], name)
			}
			return l.failf(max(start, l.at-1), l.at, "invalid %s literal", name)
		}
		if l.at == len(l.text) || l.text[l.at] != '_' {
			break
		}
	}
	if l.at < len(l.text) && isDigit(l.text[l.at]) {
		return l.failf(l.at, l.at+1, "invalid digit '%c' in %s literal", l.text[l.at], name)
	}
	return l.numberEnd(start, name) && l.emit(number, start)
}

// numberEnd refuses a name right behind a number, except the keywords that CPython still tolerates there.
func (l *lexer) numberEnd(start int, kind string) bool {
	rest := l.text[l.at:]
	if rest == "" || !isNamePart(rest[0]) {
		return true
	}
	for _, keyword := range []string{"and", "else", "for", "if", "in", "is", "not", "or"} {
		if strings.HasPrefix(rest, keyword) {
			return true
		}
	}
	_, size := utf8.DecodeRuneInString(rest)
	return l.failf(max(start, l.at-1), l.at+size-1, "invalid %s literal", kind)
}

// checkInteger refuses leading zeros and what CPython does not convert.
func (l *lexer) checkInteger(start int, digits string) bool {
	plain := strings.ReplaceAll(digits, "_", "")
	if len(plain) > maxDigits {
		return l.failf(start, l.at, "Exceeds the limit (%d digits) for integer string conversion: value has %d digits; use "+
			"sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid "+
			"decimal conversion limits.", maxDigits, len(plain))
	}
	if plain[0] == '0' && strings.Trim(plain, "0") != "" {
		zeros := len(digits) - len(strings.TrimLeft(digits, "0_"))
		return l.failf(start, start+zeros, "leading zeros in decimal integer literals are not permitted; "+
			"use an 0o prefix for octal integers")
	}
	return true
}
