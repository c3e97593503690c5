package handbook

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// set puts a value of a file into a field.
func set(field reflect.Value, n *yaml.Node) error {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	if field.Kind() == reflect.Slice {
		return setList(field, n)
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return errors.New("expected one value")
	}
	text := strings.Join(strings.Fields(n.Value), " ")
	if text == "" || len([]rune(text)) > maxText {
		return fmt.Errorf("expected a value of 1 to %d characters", maxText)
	}
	if field.Kind() == reflect.String {
		field.SetString(text)
		return nil
	}
	if u, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	if err := n.Decode(field.Addr().Interface()); err != nil {
		return fmt.Errorf("%q does not fit: the sheet has %s here", textutil.Cut(text, 40), kindOf(field))
	}
	return nil
}

func setList(field reflect.Value, n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 || len(n.Content) > maxList {
		return fmt.Errorf("expected a list of 1 to %d texts", maxList)
	}
	var list []string
	for _, c := range n.Content {
		text := strings.Join(strings.Fields(c.Value), " ")
		if c.Kind != yaml.ScalarNode || text == "" || len([]rune(text)) > maxText {
			return fmt.Errorf("expected texts of 1 to %d characters in the list", maxText)
		}
		list = append(list, text)
	}
	field.Set(reflect.ValueOf(list))
	return nil
}

// sensible refuses values with which no answer makes sense.
func sensible(name string, field reflect.Value) error {
	switch v := field.Interface().(type) {
	case Share:
		if name == "slo" && (v < 0.95 || v > 0.999999) {
			return errors.New("an availability target lies between 95% and 99.9999%")
		}
	case time.Duration:
		if v < time.Millisecond || v > time.Hour {
			return errors.New("a latency lies between 1ms and 1h")
		}
	case float64:
		if math.IsNaN(v) || v < 0 || v > 1e6 {
			return errors.New("expected a number from 0 to 1000000")
		}
	case int:
		if v < 0 || v > 1e6 {
			return errors.New("expected a number from 0 to 1000000")
		}
	}
	return nil
}

func kindOf(field reflect.Value) string {
	switch field.Interface().(type) {
	case bool:
		return "true or false"
	case time.Duration:
		return "a duration like 200ms"
	}
	return "a number"
}

// spelt writes the value of a field as answers do.
func spelt(name string, field reflect.Value) string {
	unit := map[string]string{"effort_months": " months", "payback_months": " months", "bandwidth_tb": " TB", "minimum_tb": " TB"}[name]
	switch v := field.Interface().(type) {
	case []string:
		return strings.Join(v, "; ")
	case time.Duration:
		if v == 0 {
			return "none"
		}
		return milliseconds(v)
	case model.Duration:
		return inWords(v)
	case float64:
		return number(v, 6) + unit
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case string:
		if v == "" {
			return "nothing"
		}
		return v
	default:
		return fmt.Sprint(v) + unit
	}
}
