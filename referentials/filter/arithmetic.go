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

// power raises by squaring and, for the fraction of an exponent, by square roots: neither
// leaves anything to logarithms, which differ from one library to the next.
func power(a, b float64) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN() // even where the other operand would decide
	}
	if b == 2 {
		return product(a, a)
	}
	whole, fraction := math.Modf(b)
	v := math.Pow(a, whole)
	if v == 0 && a != 0 {
		return math.NaN()
	}
	if fraction == 0 {
		return finite(v)
	}
	return product(finite(v), root(a, fraction))
}

// rootBits is how many binary digits of an exponent can change a float64.
const rootBits = 64

// root gives a to a power between -1 and 1, NaN of a negative number.
func root(a, b float64) float64 {
	if a < 0 {
		return math.NaN()
	}
	v, digit := 1.0, math.Abs(b)
	for range rootBits {
		a = math.Sqrt(a)
		if digit *= 2; digit >= 1 {
			v *= a
			digit--
		}
	}
	if b < 0 {
		return quotient(1, v)
	}
	return v
}
