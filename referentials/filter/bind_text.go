package filter

import (
	"strings"

	"socle/referentials"
)

// fold binds CASEI and ACCENTI; a literal is folded at once.
func (b *binder) fold(e *Call, depth int) (*Node, error) {
	a, err := b.bind(e.Args[0], depth+1)
	if err != nil {
		return nil, err
	}
	if a.Type != TextType {
		return nil, b.bad(e.Args[0], "%s is given %s", spell(e.Op), typeNames[a.Type]).Do("it folds texts")
	}
	if a.Kind == Constant {
		a.Value = referentials.StringValue(Fold(e.Op, a.Value.Str()))
		return a, nil
	}
	return &Node{Kind: Operator, Type: TextType, Op: e.Op, Args: []*Node{a}}, nil
}

func (b *binder) like(e *Call, depth int) (*Node, error) {
	args, err := b.all(e.Args, depth)
	if err != nil {
		return nil, err
	}
	text, pattern := args[0], args[1]
	if text.Type != TextType {
		return nil, b.bad(e.Args[0], "LIKE is asked of %s", b.lastName(text)).Do("it matches texts")
	}
	if pattern.Kind != Constant || pattern.Type != TextType {
		return nil, b.bad(e.Args[1], "the pattern of LIKE is not a text literal").Do("write it as name LIKE 'Saint%%'")
	}
	// A pattern beside a folded text could match nothing unless it is folded as well.
	s := pattern.Value.Str()
	for _, op := range foldsOf(text, nil) {
		s = Fold(op, s)
	}
	if n := len(s) - len(strings.TrimRight(s, `\`)); n%2 == 1 {
		backslash := `\\`
		if b.Text != "" { // in which two are one before they are a pattern
			backslash += backslash
		}
		return nil, b.bad(e.Args[1], "the pattern of LIKE ends with a lone %s", `\`).Do("write %s for a backslash itself", backslash)
	}
	pattern.Value = referentials.StringValue(s)
	return &Node{Kind: Operator, Type: BooleanType, Op: e.Op, Args: args}, nil
}

// foldsOf gives the folds around a text, the innermost first.
func foldsOf(n *Node, folds []string) []string {
	if n.Kind != Operator || n.Op != "casei" && n.Op != "accenti" {
		return folds
	}
	return append(foldsOf(n.Args[0], folds), n.Op)
}
