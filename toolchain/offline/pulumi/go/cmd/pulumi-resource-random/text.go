package main

import (
	"crypto/rand"
	"fmt"
	"math/big"

	"github.com/terraform-providers/terraform-provider-docker/dind-mcp/internal/standin"
	"golang.org/x/crypto/bcrypt"
)

const (
	lowerCase = "abcdefghijklmnopqrstuvwxyz"
	upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits    = "0123456789"
	special   = "!@#$%&*()-_=+[]{}<>:?"
	// bcrypt looks at no more of a password than this.
	bcryptLimit = 72
)

type textArgs struct {
	keepers
	Length          int     `json:"length"`
	Lower           bool    `json:"lower"`
	Upper           bool    `json:"upper"`
	Numeric         bool    `json:"numeric"`
	Number          *bool   `json:"number,omitempty"` // the older name of numeric
	Special         bool    `json:"special"`
	OverrideSpecial *string `json:"overrideSpecial,omitempty"`
	MinLower        int     `json:"minLower"`
	MinUpper        int     `json:"minUpper"`
	MinNumeric      int     `json:"minNumeric"`
	MinSpecial      int     `json:"minSpecial"`
}

func textDefaults() any { return &textArgs{Lower: true, Upper: true, Numeric: true, Special: true} }

var randomString = &standin.Resource{
	Defaults: textDefaults,
	Outputs:  []string{"result", "number"},
	Check:    standin.Typed((*textArgs).check),
	Create: standin.TypedCreate(func(args *textArgs) (string, map[string]any, error) {
		text := args.text()
		return text, map[string]any{"result": text, "number": args.hasDigits()}, nil
	}),
}

var randomPassword = &standin.Resource{
	Defaults: textDefaults,
	Outputs:  []string{"result", "bcryptHash", "number"},
	Secrets:  []string{"result", "bcryptHash"},
	Check:    standin.Typed((*textArgs).check),
	Create: standin.TypedCreate(func(args *textArgs) (string, map[string]any, error) {
		text := args.text()
		hash, err := bcrypt.GenerateFromPassword([]byte(text[:min(len(text), bcryptLimit)]), bcrypt.DefaultCost)
		// The id is shown in plain: it must not be the password.
		return "none", map[string]any{"result": text, "bcryptHash": string(hash), "number": args.hasDigits()}, err
	}),
}

// class is a kind of characters, and how many of them there must be at least.
type class struct {
	characters string
	minimum    int
}

func (t *textArgs) hasDigits() bool { return t.Numeric && (t.Number == nil || *t.Number) }

func (t *textArgs) classes() []class {
	symbols := special
	if t.OverrideSpecial != nil && *t.OverrideSpecial != "" {
		symbols = *t.OverrideSpecial
	}
	var wanted []class
	for _, candidate := range []struct {
		class
		on bool
	}{
		{class{lowerCase, t.MinLower}, t.Lower},
		{class{upperCase, t.MinUpper}, t.Upper},
		{class{digits, t.MinNumeric}, t.hasDigits()},
		{class{symbols, t.MinSpecial}, t.Special},
	} {
		if candidate.on || candidate.minimum > 0 {
			wanted = append(wanted, candidate.class)
		}
	}
	return wanted
}

func (t *textArgs) check() standin.Problems {
	problems := standin.Problems{}
	for property, reason := range positive("length", t.Length) {
		problems[property] = reason
	}
	sum := 0
	for _, class := range t.classes() {
		sum += max(class.minimum, 0)
	}
	if sum > t.Length {
		problems["length"] = fmt.Sprintf("got %d, expected at least the sum of the minimums (%d)", t.Length, sum)
	}
	if len(t.classes()) == 0 {
		problems["lower"] = "no kind of characters is left: switch on lower, upper, numeric or special"
	}
	return problems
}

// text draws the minimums first, fills up from all classes, and shuffles so that no place tells its class.
func (t *textArgs) text() string {
	var all string
	var drawn []byte
	for _, class := range t.classes() {
		all += class.characters
		for range class.minimum {
			drawn = append(drawn, pick(class.characters))
		}
	}
	for len(drawn) < t.Length {
		drawn = append(drawn, pick(all))
	}
	for i := len(drawn) - 1; i > 0; i-- {
		j := below(i + 1)
		drawn[i], drawn[j] = drawn[j], drawn[i]
	}
	return string(drawn)
}

func pick(characters string) byte { return characters[below(len(characters))] }

func below(limit int) int {
	value, err := rand.Int(rand.Reader, big.NewInt(int64(limit)))
	if err != nil {
		panic(err) // only a reader that fails, and the kernel's does not
	}
	return int(value.Int64())
}
