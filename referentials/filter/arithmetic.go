package filter

import "math"

// Arithmetic gives a op b for an arithmetic operator, NaN where the result is null: an
// operand is (NaN), the result is not finite, or it underflows to zero.
func Arithmetic(op string, a, b float64) float64 {
	switch op {
	case "+":
		return finite(a + b)
	case "-":
		return finite(a - b)
	case "*":
		return product(a, b)
	case "/":
		return quotient(a, b)
	case "div":
		return math.Trunc(quotient(a, b))
	case "%":
		return finite(math.Mod(a, b))
	case "^":
		return power(a, b)
	}
	return math.NaN()
}

func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

func product(a, b float64) float64 {
	v := a * b
	if v == 0 && a != 0 && b != 0 {
		return math.NaN()
	}
	return finite(v)
}

func quotient(a, b float64) float64 {
	v := a / b
	if v == 0 && a != 0 {
		return math.NaN()
	}
	return finite(v)
}

// power takes the two exponents that people use by operations that round correctly.
func power(a, b float64) float64 {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return math.NaN() // even where the other operand would decide
	case b == 2:
		return product(a, a)
	case b == 0.5 && a >= 0:
		return math.Sqrt(a)
	}
	v := math.Pow(a, b)
	if math.Abs(a) < 0x1p-1022 && b != math.Trunc(b) {
		// math.Log, by which fractions are raised, is wrong for subnormals on amd64.
		v = math.Pow(a*0x1p54, b) * math.Pow(0x1p-54, b)
	}
	if v == 0 && a != 0 {
		return math.NaN()
	}
	return finite(v)
}
