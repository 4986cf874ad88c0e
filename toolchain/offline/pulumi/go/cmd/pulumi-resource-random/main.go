// pulumi-resource-random makes random values for the official SDK @pulumi/random. Not covered: RandomPet,
// RandomShuffle, the newer UUID types, and the seed of RandomInteger.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/google/uuid"
	"github.com/terraform-providers/terraform-provider-docker/dind-mcp/internal/standin"
)

const version = "4.21.2"

func main() {
	standin.Serve("random", version, map[string]*standin.Resource{
		"random:index/randomPassword:RandomPassword": randomPassword,
		"random:index/randomString:RandomString":     randomString,
		"random:index/randomId:RandomId":             randomID,
		"random:index/randomBytes:RandomBytes":       randomBytes,
		"random:index/randomUuid:RandomUuid":         randomUUID,
		"random:index/randomInteger:RandomInteger":   randomInteger,
	})
}

// keepers are values of the program's choice; a change of any makes a new random value.
type keepers struct {
	Keepers map[string]string `json:"keepers,omitempty"`
}

type idArgs struct {
	keepers
	ByteLength int     `json:"byteLength"`
	Prefix     *string `json:"prefix,omitempty"`
}

var randomID = &standin.Resource{
	Defaults: func() any { return &idArgs{} },
	Outputs:  []string{"b64Std", "b64Url", "dec", "hex"},
	Check:    standin.Typed(func(args *idArgs) standin.Problems { return positive("byteLength", args.ByteLength) }),
	Create: standin.TypedCreate(func(args *idArgs) (string, map[string]any, error) {
		value := draw(args.ByteLength)
		prefix := ""
		if args.Prefix != nil {
			prefix = *args.Prefix
		}
		id := base64.RawURLEncoding.EncodeToString(value)
		return id, map[string]any{
			"b64Url": prefix + id,
			"b64Std": prefix + base64.StdEncoding.EncodeToString(value),
			"hex":    prefix + hex.EncodeToString(value),
			"dec":    prefix + new(big.Int).SetBytes(value).String(),
		}, nil
	}),
}

type bytesArgs struct {
	keepers
	Length int `json:"length"`
}

var randomBytes = &standin.Resource{
	Defaults: func() any { return &bytesArgs{} },
	Outputs:  []string{"base64", "hex"},
	Secrets:  []string{"base64", "hex"},
	Check:    standin.Typed(func(args *bytesArgs) standin.Problems { return positive("length", args.Length) }),
	Create: standin.TypedCreate(func(args *bytesArgs) (string, map[string]any, error) {
		value := draw(args.Length)
		return "none", map[string]any{
			"base64": base64.StdEncoding.EncodeToString(value), "hex": hex.EncodeToString(value),
		}, nil
	}),
}

var randomUUID = &standin.Resource{
	Defaults: func() any { return &keepers{} },
	Outputs:  []string{"result"},
	Create: standin.TypedCreate(func(*keepers) (string, map[string]any, error) {
		id := uuid.NewString()
		return id, map[string]any{"result": id}, nil
	}),
}

type integerArgs struct {
	keepers
	Min int64 `json:"min"`
	Max int64 `json:"max"`
}

var randomInteger = &standin.Resource{
	Defaults: func() any { return &integerArgs{} },
	Outputs:  []string{"result"},
	Check: standin.Typed(func(args *integerArgs) standin.Problems {
		if args.Min > args.Max {
			return standin.Problems{"min": fmt.Sprintf("got %d, expected at most max (%d)", args.Min, args.Max)}
		}
		return nil
	}),
	Create: standin.TypedCreate(func(args *integerArgs) (string, map[string]any, error) {
		span := new(big.Int).Sub(big.NewInt(args.Max), big.NewInt(args.Min))
		value, err := rand.Int(rand.Reader, span.Add(span, big.NewInt(1)))
		if err != nil {
			return "", nil, err
		}
		value.Add(value, big.NewInt(args.Min))
		return value.String(), map[string]any{"result": value.Int64()}, nil
	}),
}

func positive(property string, length int) standin.Problems {
	if length < 1 {
		return standin.Problems{property: fmt.Sprintf("got %d, expected 1 or more", length)}
	}
	return nil
}

func draw(count int) []byte {
	value := make([]byte, count)
	_, _ = rand.Read(value) // never fails: it ends the process where the kernel has no randomness
	return value
}
