package virtual

import (
	"reflect"

	"duet/engine"
	"duet/engine/measure"
	"duet/engine/workload"
)

// shared is what checkpoints only point to, for the run has it anyhow.
var shared = map[reflect.Type]bool{
	reflect.TypeFor[engine.Scenario](): true,
	reflect.TypeFor[workload.Stream](): true,
	reflect.TypeFor[workload.Cursor](): true,
	reflect.TypeFor[measure.Track]():   true,
}

// longTable is how many entries a table has of which it is not looked what each of
// them points to, but for the first: that takes long, and comes to little.
const longTable = 64

// weigh is about how many bytes a checkpoint takes: itself, and what it points to and
// nobody else has.
func weigh(c *checkpoint) int64 {
	v := reflect.ValueOf(c).Elem()
	return int64(v.Type().Size()) + pointedTo(v)
}

// pointedTo is how many bytes a value points to.
func pointedTo(v reflect.Value) (bytes int64) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || shared[v.Type().Elem()] {
			return 0
		}
		return int64(v.Type().Elem().Size()) + pointedTo(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			bytes += pointedTo(v.Field(i))
		}
	case reflect.Array, reflect.Slice:
		if v.Kind() == reflect.Slice {
			bytes = int64(v.Cap()) * int64(v.Type().Elem().Size())
		}
		if pointers(v.Type().Elem()) {
			for i := range min(v.Len(), longTable) {
				bytes += pointedTo(v.Index(i))
			}
		}
	default: // numbers, and texts and functions of the scenario
	}
	return bytes
}

// pointers tells whether values of a type may point to something.
func pointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Struct, reflect.Array, reflect.Slice:
		return true
	default:
		return false
	}
}
