package rulebook

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/ext"
)

// Party is what a condition sees of the obliged party.
type Party struct {
	ID         string         `cel:"id"`
	Country    string         `cel:"country"`
	Markets    []string       `cel:"markets"`
	Roles      []string       `cel:"roles"`
	Attributes map[string]any `cel:"attributes"`
}

// Product is what a condition sees of the product; all empty in rules about incidents without one.
type Product struct {
	ID         string         `cel:"id"`
	Provider   string         `cel:"provider"`
	Contains   []string       `cel:"contains"`
	Own        bool           `cel:"own"`
	Attributes map[string]any `cel:"attributes"`
}

// Event is what a `where` sees of an event.
type Event struct {
	ID          string         `cel:"id"`
	Kind        string         `cel:"kind"`
	By          string         `cel:"by"`
	To          []string       `cel:"to"`
	Of          string         `cel:"of"`
	Re          string         `cel:"re"`
	Rule        string         `cel:"rule"`
	Stage       string         `cel:"stage"`
	How         string         `cel:"how"`
	Result      string         `cel:"result"`
	Reason      string         `cel:"reason"`
	Detail      string         `cel:"detail"`
	Form        string         `cel:"form"`
	Via         string         `cel:"via"`
	Scope       string         `cel:"scope"`
	With        []string       `cel:"with"`
	Nature      []string       `cel:"nature"`
	Persons     int64          `cel:"persons"`
	Incident    string         `cel:"incident"`
	Impact      string         `cel:"impact"`
	Exposed     bool           `cel:"exposed"`
	Automatable bool           `cel:"automatable"`
	UserAction  bool           `cel:"user_action"`
	Reveals     bool           `cel:"reveals"`
	Exploited   bool           `cel:"exploited"`
	Attributes  map[string]any `cel:"attributes"`
}

// Inputs are the values of one evaluation.
type Inputs struct {
	Party    Party
	Product  Product
	Event    Event
	Kinds    []string // kinds that happened about the subject, by anyone
	OwnKinds []string // kinds that happened about the subject, by the party

	Cost int // what the conditions evaluated so far have cost, in steps of CEL
}

// maxCost is the most steps of one evaluation; beyond them it is an error.
const maxCost = 100_000

// Condition is a CEL expression that gives true or false. Where a condition
// looks at attributes that are not there it is an error, and an error is false
// with the reason kept: a rule is never applied on a guess.
type Condition struct {
	Text string
	Key  string // where it stands: rules[ID].when, …

	program cel.Program
	kinds   []string // kinds named in happened(…)
}

var celEnv = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		ext.NativeTypes(ext.ParseStructTags(true),
			reflectType[Party](), reflectType[Product](), reflectType[Event]()),
		cel.Variable("party", cel.ObjectType("rulebook.Party")),
		cel.Variable("product", cel.ObjectType("rulebook.Product")),
		cel.Variable("event", cel.ObjectType("rulebook.Event")),
		cel.Variable("kinds", cel.ListType(cel.StringType)),
		cel.Variable("own_kinds", cel.ListType(cel.StringType)),
		cel.Macros(
			cel.GlobalMacro("happened", 1, oneOf("kinds")),
			cel.GlobalMacro("happened_by", 1, oneOf("own_kinds")),
		),
	)
})

// oneOf expands happened('x') into 'x' in kinds.
func oneOf(list string) cel.MacroFactory {
	return func(f cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
		return f.NewCall(operators.In, args[0], f.NewIdent(list)), nil
	}
}

// compile checks an expression and its type.
func compile(key, text string) (*Condition, error) {
	env, err := celEnv()
	if err != nil {
		return nil, err
	}
	checked, iss := env.Compile(text)
	if iss.Err() != nil {
		return nil, fmt.Errorf("the condition is not well formed: %s", firstLine(iss.Err().Error()))
	}
	if checked.OutputType() != cel.BoolType {
		return nil, fmt.Errorf("the condition gives %s, not true or false", checked.OutputType())
	}
	prog, err := env.Program(checked, cel.CostLimit(maxCost))
	if err != nil {
		return nil, fmt.Errorf("the condition cannot be run: %v", err)
	}
	return &Condition{Text: text, Key: key, program: prog, kinds: happenedKinds(text)}, nil
}

func firstLine(s string) string {
	s = strings.TrimPrefix(s, "ERROR: <input>:")
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	return s
}

// happenedKinds finds the literals in happened('…'), which CEL cannot check.
func happenedKinds(text string) []string {
	var out []string
	for _, name := range []string{"happened(", "happened_by("} {
		for rest := text; ; {
			i := strings.Index(rest, name)
			if i < 0 {
				break
			}
			rest = rest[i+len(name):]
			arg := strings.TrimLeft(rest, " ")
			if arg == "" || (arg[0] != '\'' && arg[0] != '"') {
				continue
			}
			if j := strings.IndexByte(arg[1:], arg[0]); j >= 0 {
				out = append(out, arg[1:1+j])
			}
		}
	}
	return out
}

// Kinds lists the kinds of events that the condition asks about with happened().
func (c *Condition) Kinds() []string { return c.kinds }

// Holds evaluates the condition. A nil condition holds.
func (c *Condition) Holds(in *Inputs) (bool, error) {
	if c == nil {
		return true, nil
	}
	v, details, err := c.program.Eval(map[string]any{
		"party": &in.Party, "product": &in.Product, "event": &in.Event, "kinds": in.Kinds, "own_kinds": in.OwnKinds,
	})
	switch {
	case err != nil && strings.Contains(err.Error(), "cost limit"):
		in.Cost += maxCost
	case details != nil && details.ActualCost() != nil:
		in.Cost += int(*details.ActualCost())
	}
	if err != nil {
		return false, err
	}
	b, ok := v.Value().(bool)
	return ok && b, nil
}

func reflectType[T any]() reflect.Type { return reflect.TypeFor[T]() }
