package engine

import (
	"encoding/json"
	"strings"

	"github.com/invopop/jsonschema"
)

// Schema returns the JSON Schema (draft 2020-12) of scenario files, for editors:
// made of the same types and rules by which [Decode] reads them. What it refuses
// Decode refuses as well, but for numbers in quotes. It does not know what
// refers to something else in the file (names of handlers, lanes and events), nor
// how expressions and paths are read, nor bounds of values with units.
func Schema() ([]byte, error) {
	reflector := jsonschema.Reflector{
		FieldNameTag: "yaml", Anonymous: true, DoNotReference: true, ExpandedStruct: true, RequiredFromJSONSchemaTags: true,
	}
	root := dressed(reflector.Reflect(&Scenario{}), "")
	root.Title = "duet scenario"
	text, err := json.MarshalIndent(root, "", "  ")
	return append(text, '\n'), err
}

// dressed is the schema of a type with what is known of its place in a file. What
// the type alone says is only its fields.
func dressed(s *jsonschema.Schema, pattern string) *jsonschema.Schema {
	part := schemaParts[pattern]
	switch {
	case part.whole != nil:
		s = part.whole()
	case ruleFor(pattern) != nil:
		return ruleFor(pattern).schema()
	case s.Properties != nil:
		for field := s.Properties.Oldest(); field != nil; field = field.Next() {
			field.Value = dressed(field.Value, join(pattern, field.Key))
		}
	case s.Items != nil:
		s.Items = dressed(s.Items, join(pattern, "*"))
	case s.Type == "string":
		s = anyText()
	default: // a map, by handler
		s.AdditionalProperties = dressed(s.AdditionalProperties, join(pattern, "*"))
		s.PropertyNames = &jsonschema.Schema{Pattern: nameForm.String()}
	}
	s.Description = part.help
	if part.more != nil {
		part.more(s)
	}
	return s
}

// anyText is text, also such that an editor takes for something else.
func anyText() *jsonschema.Schema {
	return &jsonschema.Schema{Extras: map[string]any{"type": []string{"string", "number", "boolean"}}}
}

// The forms of values with units. Every share goes up to 100%.
const (
	decimalForm  = `([0-9]+\.?[0-9]*|\.[0-9]+)`
	rateForm     = `^` + decimalForm + `/(s|min|h)$`
	shareForm    = `^0*(100(\.0*)?|[0-9]{1,2}(\.[0-9]*)?|\.[0-9]+)%$`
	durationForm = `^\+?(` + decimalForm + `(ns|us|µs|μs|ms|s|m|h))+$`
)

// schema is what a rule says.
func (r *rule) schema() *jsonschema.Schema {
	s := &jsonschema.Schema{Description: r.help}
	if r.def != "" {
		s.Default = r.def
	}
	between := func(write func(float64) string) { s.Description += " (" + write(r.min) + " to " + write(r.max) + ")" }
	switch r.kind {
	case KindCount, KindNumber:
		s.Type = map[ParamKind]string{KindCount: "integer", KindNumber: "number"}[r.kind]
		s.Minimum, s.Maximum = plainNumber(r.min), plainNumber(r.max)
		if r.def != "" {
			s.Default = json.Number(r.def)
		}
		if r.word != "" {
			s.AnyOf = []*jsonschema.Schema{{Type: s.Type, Minimum: s.Minimum, Maximum: s.Maximum}, {Const: r.word}}
			s.Type, s.Minimum, s.Maximum = "", "", ""
		}
	case KindRate:
		s.Type, s.Pattern = "string", rateForm
		between(func(x float64) string { return Rate(x).String() })
	case KindShare:
		s.Type, s.Pattern = "string", shareForm
	case KindDuration:
		s.Type, s.Pattern = "string", durationForm
		between(func(x float64) string { return FormatDuration(seconds(x)) })
	case KindBool:
		s.Type, s.Default = "boolean", r.def == "true"
	case KindChoice:
		for _, choice := range r.choices {
			s.Enum = append(s.Enum, choice)
		}
	}
	return s
}

func plainNumber(x float64) json.Number {
	return json.Number(strings.ReplaceAll(grouped(x), ",", ""))
}

// settingsSchema is the set of a case, or of a moment while a run goes on: every
// path that can be set, with what its value may be.
func settingsSchema(running bool) *jsonschema.Schema {
	s := &jsonschema.Schema{
		Type: "object", Properties: jsonschema.NewProperties(),
		PatternProperties: map[string]*jsonschema.Schema{}, AdditionalProperties: jsonschema.FalseSchema,
	}
	for i := range rules {
		r := &rules[i]
		if r.file || r.fixed && running {
			continue
		}
		value := r.schema()
		value.Default = nil // it is set to leave what it was
		if r.path == "lanes.*.handlers" {
			value = handlersSchema()
		}
		if !strings.Contains(r.path, "*") {
			s.Properties.Set(r.path, value)
			continue
		}
		form := strings.ReplaceAll(strings.ReplaceAll(r.path, ".", `\.`), "*", strings.Trim(nameForm.String(), "^$"))
		s.PatternProperties["^"+form+"$"] = value
	}
	return s
}

// faultSchema is one of the kinds of fault, each with its fields.
func faultSchema() *jsonschema.Schema {
	name := func(help string) *jsonschema.Schema {
		s := inForm(nameForm)
		s.Description = help
		return s
	}
	s := &jsonschema.Schema{}
	for _, kind := range faultKinds {
		fields := jsonschema.NewProperties()
		target := name(faultHelp[FaultKind(kind)])
		switch only := faultTargets[FaultKind(kind)]; len(only) {
		case 0:
		case 1:
			target = &jsonschema.Schema{Description: target.Description, Const: only[0]}
		default:
			target = &jsonschema.Schema{Description: target.Description}
			for _, one := range only {
				target.Enum = append(target.Enum, one)
			}
		}
		fields.Set(kind, target)
		fields.Set("lane", name("the lane; without: every lane that it makes sense for"))
		for _, field := range faultFields[FaultKind(kind)] {
			if r := ruleFor("timeline.*.fault." + field); r != nil {
				fields.Set(field, r.schema())
			} else {
				fields.Set(field, name("the handler whose workers are meant; without: the first"))
			}
		}
		s.OneOf = append(s.OneOf, &jsonschema.Schema{
			Type: "object", Properties: fields, Required: []string{kind}, AdditionalProperties: jsonschema.FalseSchema,
		})
	}
	return s
}

// faultHelp is what breaks.
var faultHelp = map[FaultKind]string{
	FaultCrash:  "goroutines of workers end, and come back",
	FaultStall:  "a handler hangs",
	FaultSlow:   "a handler takes longer",
	FaultFail:   "a handler returns errors",
	FaultPanic:  "a handler panics",
	FaultStop:   "nobody sends; what arrives is backlog",
	FaultStart:  "producers send again",
	FaultMend:   "the handler's faults are over",
	FaultRevive: "a dead lane is started again",
}

// stretchSchema is a part of a run.
func stretchSchema() *jsonschema.Schema {
	form := strings.Trim(durationForm, "^$")
	return &jsonschema.Schema{Type: "string", Pattern: "^" + form + `\.\.` + form + "$", Examples: []any{"60s..90s"}}
}
