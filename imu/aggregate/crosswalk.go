package aggregate

import (
	"context"

	"socle/imu/crosswalk"
)

// Crosswalk gives the matrix that a request goes through, without its measures. It holds
// keys of the source: it may only leave when that is public.
func Crosswalk(ctx context.Context, r Request, walks Crosswalks) (*crosswalk.Matrix, error) {
	method, _, err := r.method()
	if err != nil {
		return nil, err
	}
	return walks.Get(ctx, r.crosswalk(method))
}
