package python

// kind is what a token is: one value for each operator and keyword, so that the parser compares small numbers.
type kind uint8

const (
	endOfFile kind = iota
	broken         // where the lexer gave up; its error says why
	newline
	indent
	dedent
	identifier
	number
	text
	fstringStart // prefix and opening quote; what follows is fstringText, fields in braces and fstringEnd
	fstringText
	fstringEnd

	leftParen
	rightParen
	leftBracket
	rightBracket
	leftBrace
	rightBrace
	colon
	comma
	semicolon
	dot
	ellipsis
	arrow
	assign
	walrus
	exclamation // only in a field of an f-string
	plus
	minus
	star
	slash
	doubleSlash
	percent
	at
	doubleStar
	bar
	caret
	ampersand
	tilde
	shiftLeft
	shiftRight
	less
	greater
	lessEqual
	greaterEqual
	equal
	notEqual
	augmented // +=, -= and the like

	kwFalse
	kwNone
	kwTrue
	kwAnd
	kwAs
	kwAssert
	kwAsync
	kwAwait
	kwBreak
	kwClass
	kwContinue
	kwDef
	kwDel
	kwElif
	kwElse
	kwExcept
	kwFinally
	kwFor
	kwFrom
	kwGlobal
	kwIf
	kwImport
	kwIn
	kwIs
	kwLambda
	kwNonlocal
	kwNot
	kwOr
	kwPass
	kwRaise
	kwReturn
	kwTry
	kwWhile
	kwWith
	kwYield
	kinds
)

// span is a stretch of a source in bytes.
type span struct{ from, to int32 }

func (s span) where() span { return s }

// upTo returns the span from the start of s to the end of last.
func (s span) upTo(last span) span { return span{s.from, last.to} }

// token is a word of a source.
type token struct {
	kind kind
	span
}

var keywords = map[string]kind{
	"False": kwFalse, "None": kwNone, "True": kwTrue, "and": kwAnd, "as": kwAs, "assert": kwAssert, "async": kwAsync,
	"await": kwAwait, "break": kwBreak, "class": kwClass, "continue": kwContinue, "def": kwDef, "del": kwDel,
	"elif": kwElif, "else": kwElse, "except": kwExcept, "finally": kwFinally, "for": kwFor, "from": kwFrom,
	"global": kwGlobal, "if": kwIf, "import": kwImport, "in": kwIn, "is": kwIs, "lambda": kwLambda,
	"nonlocal": kwNonlocal, "not": kwNot, "or": kwOr, "pass": kwPass, "raise": kwRaise, "return": kwReturn,
	"try": kwTry, "while": kwWhile, "with": kwWith, "yield": kwYield,
}

var operators = map[string]kind{
	"(": leftParen, ")": rightParen, "[": leftBracket, "]": rightBracket, "{": leftBrace, "}": rightBrace,
	":": colon, ",": comma, ";": semicolon, ".": dot, "...": ellipsis, "->": arrow, "=": assign, ":=": walrus,
	"+": plus, "-": minus, "*": star, "/": slash, "//": doubleSlash, "%": percent, "@": at, "**": doubleStar,
	"|": bar, "^": caret, "&": ampersand, "~": tilde, "<<": shiftLeft, ">>": shiftRight,
	"<": less, ">": greater, "<=": lessEqual, ">=": greaterEqual, "==": equal, "!=": notEqual,
	"+=": augmented, "-=": augmented, "*=": augmented, "/=": augmented, "//=": augmented, "%=": augmented,
	"@=": augmented, "&=": augmented, "|=": augmented, "^=": augmented, ">>=": augmented, "<<=": augmented,
	"**=": augmented,
}

// startsExpression tells with which tokens an expression, also a starred one, can begin.
var startsExpression = func() (starts [kinds]bool) {
	for _, k := range []kind{
		identifier, number, text, fstringStart, leftParen, leftBracket, leftBrace, ellipsis, plus, minus, tilde, star,
		kwNot, kwLambda, kwAwait, kwTrue, kwFalse, kwNone,
	} {
		starts[k] = true
	}
	return starts
}()
