package command

import (
	"slices"
	"strconv"
	"strings"
)

// maxSteps is how many steps one command may name.
const maxSteps = 50

// steps reads one step or several: "1,2,4" before a note, and "1 2 4" or "1, 2 and 4"
// when nothing else follows. "4 2 replicas added" is step 4 alone: its note begins with
// a number.
func (r *reader) steps(incident int) (first string, more []string, err error) {
	if r.rest == "" {
		return "", nil, r.lacks(LacksStep, incident, "Which step? Give its number or its id.")
	}
	words := numbers(r.rest)
	if words != nil {
		r.rest = ""
	} else {
		word, rest := cut(r.rest)
		words, r.rest = strings.Split(strings.Trim(word, ","), ","), rest
	}
	return r.several(words)
}

// numbers reads a text that is nothing but steps' numbers; nil: it is more.
func numbers(text string) []string {
	var all []string
	for word := range strings.FieldsSeq(text) {
		for part := range strings.SplitSeq(strings.Trim(word, ","), ",") {
			if _, ok := number(part); !ok && !strings.EqualFold(part, "and") {
				return nil
			} else if ok {
				all = append(all, part)
			}
		}
	}
	return all
}

// number reads a step's number: "4", "#4" or "04:".
func number(word string) (string, bool) {
	n, err := strconv.Atoi(strings.TrimRight(strings.TrimPrefix(word, "#"), ":.,"))
	return strconv.Itoa(n), err == nil && n > 0
}

// several checks the steps that were typed; each counts once.
func (r *reader) several(words []string) (first string, more []string, err error) {
	var all []string
	for _, word := range words {
		step := strings.ToLower(strings.TrimRight(strings.TrimPrefix(word, "#"), ":.,"))
		if n, ok := number(word); ok {
			step = n
		}
		switch {
		case step == "":
			return "", nil, r.wrong("", "Which step? Give its number or its id")
		case !stepID.MatchString(step):
			return "", nil, r.wrong("", "%s is no step: give its number or its id", quote(word))
		case !slices.Contains(all, step):
			all = append(all, step)
		}
	}
	if len(all) > maxSteps {
		return "", nil, r.wrong("", "That is %d steps; %d can be named at once", len(all), maxSteps)
	}
	if len(all) > 1 {
		more = all[1:]
	}
	return all[0], more, nil
}
