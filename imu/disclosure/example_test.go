package disclosure_test

import (
	"context"
	"fmt"

	"socle/imu/disclosure"
)

// Three blocks of a district, published with its total. The first has too few delivery
// points, and without the third it would be the total less the others.
func ExampleProtect() {
	p, err := disclosure.Find("energie-elec-res", 2023)
	if err != nil {
		fmt.Println(err)
		return
	}
	t := &disclosure.Table{
		Cells: []disclosure.Cell{
			{Units: 6, Value: 31}, {Units: 40, Value: 212}, {Units: 12, Value: 57}, {Units: 58, Value: 300},
		},
		Relations: []disclosure.Relation{{Total: 3, Parts: []int{0, 1, 2}}},
	}
	o, err := disclosure.Protect(context.Background(), p, t)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, r := range o.Reasons {
		fmt.Printf("%d %v", i, r)
		if r.Hidden() {
			fmt.Printf(": %s", p.Why(r).EN)
		}
		fmt.Println()
	}
	// Output:
	// 0 threshold: fewer than 10 active delivery points
	// 1 shown
	// 2 complementary: a hidden value could be inferred from it
	// 3 shown
}
