package cql2

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"socle/referentials"
)

// kind tells tokens apart.
type kind uint8

const (
	endToken    kind = iota // nothing more
	wordToken               // a keyword, a function, a name
	nameToken               // a name in double quotes
	textToken               // a text in single quotes
	numberToken             // without its sign
	symbolToken
	badToken // what no token begins with: the lexer's err says why
)

// token is a piece of the source; text is what it stands for, without quotes.
type token struct {
	kind    kind
	at, end int // bytes
	text    string
}

// lexer cuts the source into tokens, one at a time.
type lexer struct {
	src string
	tok token
	err *referentials.Error // the first thing that is no token
}

// next moves to the following token. After an error it stays on a badToken.
func (l *lexer) next() {
	if l.tok.kind == badToken {
		return
	}
	at := l.skipSpace(l.tok.end)
	r, size := utf8.DecodeRuneInString(l.src[at:])
	switch {
	case size == 0:
		l.tok = token{kind: endToken, at: at, end: at}
	case r == '\'':
		l.quoted(at, textToken)
	case r == '"':
		l.quoted(at, nameToken)
	case isDigit(r), r == '.' && at+1 < len(l.src) && isDigit(rune(l.src[at+1])):
		l.number(at)
	case isNameStart(r):
		l.take(wordToken, at, l.nameEnd(at))
	case r == utf8.RuneError && size == 1:
		l.bad(at, "a byte that is not UTF-8", "send the filter in UTF-8, percent-encoded in a URL")
	default:
		l.symbol(at, size)
	}
}

func (l *lexer) take(k kind, at, end int) {
	l.tok = token{kind: k, at: at, end: end, text: l.src[at:end]}
}

func (l *lexer) bad(at int, what, hint string) {
	l.err = l.fault(at, "%s", what)
	if hint != "" {
		l.err = l.err.Do("%s", hint)
	}
	l.tok = token{kind: badToken, at: at, end: at}
}

// fault is an error at a byte of the source, told in characters from 1.
func (l *lexer) fault(at int, format string, args ...any) *referentials.Error {
	return l.locate(at, referentials.Errorf(referentials.Invalid, format, args...))
}

// locate is that error, at a byte of the source.
func (l *lexer) locate(at int, err *referentials.Error) *referentials.Error {
	return err.At("character %d", utf8.RuneCountInString(l.src[:at])+1)
}

func (l *lexer) skipSpace(at int) int {
	for at < len(l.src) {
		r, size := utf8.DecodeRuneInString(l.src[at:])
		if !isSpace(r) {
			break
		}
		at += size
	}
	return at
}

// opens tells whether a parenthesis follows the current token.
func (l *lexer) opens() bool {
	at := l.skipSpace(l.tok.end)
	return at < len(l.src) && l.src[at] == '('
}

// following gives the word after the current token, "" when something else follows.
func (l *lexer) following() string {
	at := l.skipSpace(l.tok.end)
	r, _ := utf8.DecodeRuneInString(l.src[at:])
	if !isNameStart(r) {
		return ""
	}
	return l.src[at:l.nameEnd(at)]
}

// quoted reads a text or a name. In both, a doubled quote is one quote. In a text \' is
// one too, and \\ one backslash, as clients that escape write it; any other backslash is
// itself, as patterns need.
func (l *lexer) quoted(at int, k kind) {
	quote := l.src[at]
	var b strings.Builder
	from := at + 1
	for i := from; i < len(l.src); i++ {
		c := l.src[i]
		escape := k == textToken && c == '\\' && i+1 < len(l.src) && (l.src[i+1] == quote || l.src[i+1] == '\\')
		switch {
		case c == 0:
			l.bad(i, "the character U+0000", "no value holds it")
			return
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(l.src[i:])
			if r == utf8.RuneError && size == 1 {
				l.bad(i, "a byte that is not UTF-8", "send the filter in UTF-8, percent-encoded in a URL")
				return
			}
			i += size - 1
		case escape, c == quote && i+1 < len(l.src) && l.src[i+1] == quote:
			b.WriteString(l.src[from:i])
			b.WriteByte(l.src[i+1])
			i++
			from = i + 1
		case c == quote:
			text := l.src[from:i]
			if b.Len() > 0 {
				b.WriteString(text)
				text = b.String()
			}
			l.tok = token{kind: k, at: at, end: i + 1, text: text}
			return
		}
	}
	if k == textToken {
		l.bad(at, "a text begins here and does not end", `close it with '; inside it a quote is written '' and a backslash \\`)
	} else {
		l.bad(at, "a name begins here and does not end", `close it with "; inside it a quote is written ""`)
	}
}

// number reads a number, or a name that begins with a digit: clients leave such names
// without quotes. "21div" is still a number and its operator.
func (l *lexer) number(at int) {
	end := l.digits(at)
	if end < len(l.src) && l.src[end] == '.' {
		end = l.digits(end + 1)
	}
	if end < len(l.src) && (l.src[end] == 'e' || l.src[end] == 'E') {
		exponent := end + 1
		if exponent < len(l.src) && (l.src[exponent] == '+' || l.src[exponent] == '-') {
			exponent++
		}
		if last := l.digits(exponent); last > exponent {
			end = last
		}
	}
	if r, _ := utf8.DecodeRuneInString(l.src[end:]); isNameStart(r) && !strings.ContainsAny(l.src[at:end], ".+-") {
		if last := l.nameEnd(end); !isKeyword(strings.ToLower(l.src[end:last])) {
			l.take(wordToken, at, last)
			return
		}
	}
	l.take(numberToken, at, end)
}

func (l *lexer) digits(at int) int {
	for at < len(l.src) && isDigit(rune(l.src[at])) {
		at++
	}
	return at
}

func (l *lexer) nameEnd(at int) int {
	for at < len(l.src) {
		r, size := utf8.DecodeRuneInString(l.src[at:])
		if !isNamePart(r) {
			break
		}
		at += size
	}
	return at
}

// pairs are the symbols of two characters.
var pairs = []string{"<>", "<=", ">=", "!="}

// strange are spellings of other languages and what CQL2 has instead.
var strange = []struct{ text, hint string }{
	{"==", "one = compares"},
	{"&&", "write AND"},
	{"||", "write OR; texts cannot be joined"},
	{"!", "write NOT"},
	{"[", "a list is between parentheses"},
	{"{", "CQL2 JSON needs filter-lang=cql2-json"},
	{"‘", "a text is between straight quotes '"},
	{"’", "a text is between straight quotes '"},
	{"“", "a text is between straight quotes '"},
	{"”", "a text is between straight quotes '"},
	{"`", "a name is between double quotes"},
}

func (l *lexer) symbol(at, size int) {
	rest := l.src[at:]
	for _, s := range pairs {
		if strings.HasPrefix(rest, s) {
			l.take(symbolToken, at, at+2)
			return
		}
	}
	for _, s := range strange {
		if strings.HasPrefix(rest, s.text) {
			l.bad(at, "unexpected "+quote(s.text), s.hint)
			return
		}
	}
	if size > 1 || !strings.Contains("()=<>+-*/%^,", rest[:1]) {
		l.bad(at, "unexpected "+quote(rest[:size]), "")
		return
	}
	l.take(symbolToken, at, at+1)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isSpace has the white space of the grammar, which is wider than ASCII's.
func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\v', '\f', '\r', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
		return true
	}
	return r >= 0x2000 && r <= 0x200A
}

// isNameStart is the identifierStart of the grammar, and any other letter: clients do
// not quote letters.
func isNameStart(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r == ':' || r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
	case isSpace(r), r == utf8.RuneError:
		return false
	case r <= 0x2FF:
		return r >= 0xC0 && r != 0xD7 && r != 0xF7 || unicode.IsLetter(r)
	}
	return r >= 0x370 && r != 0x37E && r <= 0x1FFE || r == 0x200C || r == 0x200D ||
		r >= 0x2070 && r <= 0x218F || r >= 0x2C00 && r <= 0x2FEF || r >= 0x3001 && r <= 0xD7FF ||
		r >= 0xF900 && r <= 0xFDCF || r >= 0xFDF0 && r <= 0xFFFD || r >= 0x10000 && r <= 0xEFFFF ||
		unicode.IsLetter(r)
}

func isNamePart(r rune) bool {
	return isNameStart(r) || r == '.' || isDigit(r) || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}
