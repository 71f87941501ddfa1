package aggregate

import (
	"strconv"
	"strings"

	"socle/referentials"
)

// Function is what a measure computes of the features that share a cell.
type Function string

// The functions.
const (
	Count    Function = "count"    // features
	Sum      Function = "sum"      // of a quantity
	Mean     Function = "mean"     // weighed by a field, or each feature alike
	Min      Function = "min"      //
	Max      Function = "max"      //
	Median   Function = "median"   // the quantile of ½
	Quantile Function = "quantile" // of the features' own values
	Share    Function = "share"    // of a category in its cell, or of a cell in all of them
	Ratio    Function = "ratio"    // of two sums
	Density  Function = "density"  // a sum per hectare, or per unit of another field
	Std      Function = "std"      // standard deviation, of all there is and not of a sample
)

// Measure is one column that is asked for.
type Measure struct {
	Function Function
	Field    string  // "" counts features: count, share, density(count)
	Second   string  // ratio: the sum below the line; density: per what; "" is per hectare
	Weight   string  // mean and std: the field that weighs, or WeightArea; "" is the descriptor's
	Level    float64 // quantile: 0 to 1

	at     int    // character of the text it was read from, from 1; 0 when it was not read
	column string // the name it was asked for by, where a field goes by several; "" for its own
}

// WeightArea weighs by the area a feature has in common with the cell, unless a field has
// that name.
const WeightArea = "area"

// signature is how a function is written.
type signature struct {
	function Function
	fields   int    // positional arguments that are fields
	optional bool   // the fields may be left out
	option   string // the one keyword it takes
	level    bool   // a number follows
	example  string
}

func signatures() []signature {
	return []signature{
		{function: Count, example: "count"},
		{function: Sum, fields: 1, example: "sum(x)"},
		{function: Mean, fields: 1, option: "weight", example: "mean(x) or mean(x,weight=y)"},
		{function: Min, fields: 1, example: "min(x)"},
		{function: Max, fields: 1, example: "max(x)"},
		{function: Median, fields: 1, example: "median(x)"},
		{function: Quantile, fields: 1, level: true, example: "quantile(x,0.9)"},
		{function: Share, fields: 1, optional: true, example: "share or share(x)"},
		{function: Ratio, fields: 2, example: "ratio(a,b)"},
		{function: Density, fields: 1, option: "per", example: "density(x), density(count) or density(x,per=y)"},
		{function: Std, fields: 1, option: "weight", example: "std(x) or std(x,weight=y)"},
	}
}

// Name is the column the measure makes: letters, digits and "_" but for those of fields.
func (m *Measure) Name() string {
	if m.column != "" {
		return m.column
	}
	parts := []string{string(m.Function)}
	switch m.Function {
	case Quantile:
		parts[0] = "q" + strings.ReplaceAll(string(referentials.AppendFloat(nil, percentOf(m.Level))), ".", "_")
	case Density:
		if m.Field == "" {
			parts = append(parts, "count")
		}
	}
	for _, field := range [...]string{m.Field, m.Second} {
		if field == "" {
			continue
		}
		if m.Function == Density && len(parts) == 2 {
			parts = append(parts, "per")
		}
		parts = append(parts, field)
	}
	if m.Weight != "" {
		parts = append(parts, "by", m.Weight)
	}
	return strings.Join(parts, "_")
}

// percentOf keeps 0.07 from becoming 7.000000000000001.
func percentOf(level float64) float64 {
	p, _ := strconv.ParseFloat(strconv.FormatFloat(level*100, 'g', 12, 64), 64)
	return p
}

// String writes the measure as ParseMeasures reads it.
func (m *Measure) String() string {
	var args []string
	switch {
	case m.Field != "":
		args = append(args, quoted(m.Field))
	case m.Function == Density:
		args = append(args, string(Count))
	}
	switch {
	case m.Function == Ratio:
		args = append(args, quoted(m.Second))
	case m.Second != "":
		args = append(args, "per="+quoted(m.Second))
	}
	if m.Weight != "" {
		args = append(args, "weight="+quoted(m.Weight))
	}
	if m.Function == Quantile {
		args = append(args, string(referentials.AppendFloat(nil, m.Level)))
	}
	if len(args) == 0 {
		return string(m.Function)
	}
	return string(m.Function) + "(" + strings.Join(args, ",") + ")"
}

// quoted writes a field's name so that it is read as one: a field named count, too.
func quoted(name string) string {
	plain := name != "" && name != string(Count)
	for _, r := range name {
		plain = plain && inName(r)
	}
	if plain && (name[0] < '0' || name[0] > '9') {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
