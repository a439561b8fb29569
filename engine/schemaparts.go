package engine

import (
	"regexp"
	"slices"

	"github.com/invopop/jsonschema"
)

// schemaPart is what the schema says of a place in a file beyond types and rules.
type schemaPart struct {
	help  string
	whole func() *jsonschema.Schema // in place of what type and rule say
	more  func(s *jsonschema.Schema)
}

// schemaParts are all places that have more to say, by pattern.
var schemaParts = map[string]schemaPart{
	"":                          {more: needs("load", "handlers")},
	"duet":                      {whole: func() *jsonschema.Schema { return &jsonschema.Schema{Const: Version, Default: Version} }, help: "version of the format"},
	"title":                     {help: "one line; defaults to the file's name", more: oneLine},
	"story":                     {help: "a few sentences for people"},
	"ask":                       {help: "the question to bet on before it runs", more: needs("question", "choices", "answer")},
	"ask.choices":               {help: "two or more", more: atLeast(2)},
	"ask.question":              {help: "what to bet on"},
	"ask.answer":                {help: "one of the choices"},
	"ask.because":               {help: "why this is the answer"},
	"load":                      {help: "what arrives: one stream of items, the same for every lane", more: shapedLoad},
	"load.keys":                 {help: "how items are spread over keys"},
	"load.classes":              {help: "classes of items, the most urgent first", more: atMost(MaxClasses)},
	"load.classes.*":            {more: needs("name")},
	"load.classes.*.name":       {whole: nameSchema, help: "unique; of small letters, digits and _"},
	"load.retry":                {help: "what a client does whose try had its timeout"},
	"load.retry.backoff":        {help: "pause before a client's next try"},
	"load.bursts":               {help: "groups of items; only with arrivals: bursts"},
	"load.ramp":                 {help: "a factor on the rate that goes from one value to another; only with arrivals: ramp"},
	"load.sine":                 {help: "a factor on the rate that swings; only with arrivals: sine"},
	"load.steps":                {help: "factors on the rate from given times on; only with arrivals: steps", more: atLeast(1)},
	"load.trace":                {help: "recorded arrivals; only with arrivals: trace", more: needs("file")},
	"load.trace.file":           {help: "a CSV file with a header, beside the scenario; .gz is unpacked"},
	"load.trace.time":           {help: "the column with the time; defaults to time"},
	"load.trace.key":            {help: "the column with the key"},
	"load.trace.service":        {help: "the column with the time that the work takes, for handlers with dist: trace"},
	"handlers":                  {help: "work to do for every item", more: from1To(maxHandlers)},
	"handlers.*":                {more: needs("name")},
	"handlers.*.name":           {whole: nameSchema, help: "unique; of small letters, digits and _"},
	"handlers.*.service":        {help: "how long the work takes", more: measuredService},
	"handlers.*.service.file":   {help: "empirical: measured times, one a line, beside the scenario; .gz is unpacked"},
	"handlers.*.service.column": {help: "empirical: the column of the times, in a CSV file with a header"},
	"handlers.*.needs":          {help: "the resource of which it holds a slot while it works"},
	"handlers.*.publishes":      {help: "the handler that gets an event from it, besides the item, as soon as it has done that"},
	"resources":                 {help: "what handlers of a lane share: connections, licences; every lane has its own", more: from1To(maxResources)},
	"resources.*":               {more: needs("name")},
	"resources.*.name":          {whole: nameSchema, help: "unique; of small letters, digits and _"},
	"lanes":                     {help: "one to four, all on the same items; defaults to one of each model", more: from1To(MaxLanes)},
	"lanes.*":                   {more: modelFields},
	"lanes.*.name":              {whole: nameSchema, help: "unique; defaults to the model"},
	"lanes.*.handlers":          {whole: handlersSchema, help: "those that this lane runs, in a list; or a subscription for each (apart), or one that runs them in turn (together)"},
	"lanes.*.queue":             {help: "message: of each subscription. event: of each observer, with dispatch: buffered"},
	"lanes.*.queue.url":         {help: "of the broker, such as nats://localhost:4222; or embedded: one inside this process"},
	"lanes.*.backoff":           {help: "pause between attempts"},
	"lanes.*.pools":             {help: "workers of their own for classes"},
	"lanes.*.subscriptions":     {help: "other numbers for one handler's subscription"},
	"events":                    {help: "conditions that raise a named event, which is shown while it lasts", more: atMost(maxEntries)},
	"events.*":                  {more: needs("name", "when")},
	"events.*.name":             {whole: func() *jsonschema.Schema { return inForm(eventForm) }, help: "such as queue.high"},
	"events.*.when":             {help: "when it is raised, such as message.depth > 50"},
	"events.*.clear":            {help: "when it is over, such as message.depth < 20; without: when its condition no longer holds"},
	"timeline":                  {help: "what happens meanwhile", more: atMost(maxEntries)},
	"timeline.*":                {more: momentSchema},
	"timeline.*.on":             {help: "each time that this event is raised, in place of a time"},
	"timeline.*.set":            {whole: func() *jsonschema.Schema { return settingsSchema(true) }, help: "paths with new values"},
	"timeline.*.fault":          {whole: faultSchema, help: "something breaks, or is mended"},
	"cases":                     {help: "variants, run one after another", more: atMost(maxCases)},
	"cases.*":                   {more: needs("name")},
	"cases.*.name":              {whole: nameSchema, help: "unique"},
	"cases.*.set":               {whole: func() *jsonschema.Schema { return settingsSchema(false) }, help: "paths with other values"},
	"cases.*.expect":            allClaims,
	"cases.*.expect.*":          aClaim,
	"cases.*.expect.*.claim":    claimText,
	"cases.*.expect.*.during":   claimTime,
	"steady":                    {help: "how much is simulated to prove the claims"},
	"expect":                    allClaims,
	"expect.*":                  aClaim,
	"expect.*.claim":            claimText,
	"expect.*.during":           claimTime,
}

// What is said of claims, wherever they are.
var (
	aClaim    = schemaPart{help: "an expression over the run's figures; or a mapping that also says where and when it holds", more: orText("claim")}
	allClaims = schemaPart{help: "what is claimed, checked at the end of a run", more: atMost(maxEntries)}
	claimText = schemaPart{help: "what is claimed, such as message.lost == 0"}
	claimTime = schemaPart{help: "figures of this part of the run only, such as 60s..90s", whole: stretchSchema}
)

func nameSchema() *jsonschema.Schema {
	taken := &jsonschema.Schema{}
	for _, word := range reserved {
		taken.Enum = append(taken.Enum, word)
	}
	s := inForm(nameForm)
	s.Not = taken
	return s
}

// handlersSchema is the handlers of a lane: a word, or a list of names, which may
// be written as a text.
func handlersSchema() *jsonschema.Schema {
	word, name := ruleFor("lanes.*.handlers").schema(), inForm(nameForm)
	word.Description = ""
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		word,
		{Type: "array", UniqueItems: true, MinItems: size(1), Items: name},
		{Type: "string", Pattern: `^\[[a-z0-9_, ]+\]$`},
	}}
}

// inForm is text that matches.
func inForm(form *regexp.Regexp) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: form.String()}
}

func needs(fields ...string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Required = fields }
}

func atLeast(n int) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.MinItems = size(n) }
}

func atMost(n int) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.MaxItems = size(n) }
}

func from1To(n int) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.MinItems, s.MaxItems = size(1), size(n) }
}

func size(n int) *uint64 {
	u := uint64(max(n, 0))
	return &u
}

func oneLine(s *jsonschema.Schema) { s.Pattern = `^[^\n]*$` }

// orText lets a mapping be written as the text of one of its fields.
func orText(field string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) {
		mapping := *s
		mapping.Description, mapping.Required = "", []string{field}
		*s = jsonschema.Schema{Description: s.Description, AnyOf: []*jsonschema.Schema{anyText(), &mapping}}
	}
}

// having is a mapping in which a field is given, and has one of some values if
// any are named.
func having(field string, values ...any) *jsonschema.Schema {
	s := &jsonschema.Schema{Required: []string{field}}
	if values != nil {
		s.Properties = jsonschema.NewProperties()
		s.Properties.Set(field, &jsonschema.Schema{Enum: values})
	}
	return s
}

// lacking is a mapping in which fields are not given.
func lacking(fields ...string) *jsonschema.Schema {
	s := &jsonschema.Schema{Properties: jsonschema.NewProperties()}
	for _, field := range fields {
		s.Properties.Set(field, jsonschema.FalseSchema)
	}
	return s
}

// shapedLoad holds that there is a rate, but for recorded arrivals; and the shape
// of the arrivals where they need one, and no other.
func shapedLoad(s *jsonschema.Schema) {
	s.AllOf = append(s.AllOf,
		&jsonschema.Schema{If: having("arrivals", Trace), Then: having("trace"), Else: having("rate")},
		&jsonschema.Schema{If: having("arrivals", Steps), Then: having("steps")})
	for _, shape := range shapes {
		s.AllOf = append(s.AllOf, &jsonschema.Schema{If: having(shape), Then: having("arrivals", shape)})
	}
}

// measuredService holds that measured times have a file.
func measuredService(s *jsonschema.Schema) {
	s.DependentRequired = map[string][]string{"column": {"file"}}
	s.AllOf = append(s.AllOf, &jsonschema.Schema{If: having("dist", DistEmpirical), Then: having("file")})
}

// modelFields holds that a lane has a model, and none of the other's fields.
func modelFields(s *jsonschema.Schema) {
	s.Required = []string{"model"}
	for _, model := range []Model{Message, EventModel} {
		var others []string
		for _, name := range sortedKeys(laneFields) {
			if laneFields[name] != model && !slices.Contains(queueFields, name) {
				others = append(others, name)
			}
		}
		lane := lacking(others...)
		if model == EventModel {
			lane.Properties.Set("queue", lacking(queueFields...))
			lane.Properties.Set("handlers", &jsonschema.Schema{Not: &jsonschema.Schema{Const: together}})
		}
		s.AllOf = append(s.AllOf, &jsonschema.Schema{If: having("model", model), Then: lane})
	}
}

// momentSchema holds that a moment has a time or an event, and that something
// happens.
func momentSchema(s *jsonschema.Schema) {
	s.OneOf = []*jsonschema.Schema{having("at"), having("on")}
	setting := having("set")
	setting.Properties = jsonschema.NewProperties()
	setting.Properties.Set("set", &jsonschema.Schema{MinProperties: size(1)})
	s.AnyOf = []*jsonschema.Schema{setting, having("fault")}
}
