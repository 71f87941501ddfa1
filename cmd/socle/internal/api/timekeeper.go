package api

import (
	"net/http"
	"sync/atomic"
	"time"
)

// timekeeper writes the time as answers tell it. To write a time costs as much as all the rest of
// an answer that is at hand, so what changes once a second is written once a second.
type timekeeper struct{ last atomic.Pointer[second] }

// second is one as answers write it.
type second struct {
	unix  int64
	date  [len(http.TimeFormat)]byte     // as the header Date does
	stamp [len(timeStampLayout) - 7]byte // as documents do, up to the microseconds
}

// at gives the second of a time.
func (c *timekeeper) at(now time.Time) *second {
	if s := c.last.Load(); s != nil && s.unix == now.Unix() {
		return s
	}
	now = now.UTC()
	s := &second{unix: now.Unix()}
	copy(s.date[:], now.Format(http.TimeFormat))
	copy(s.stamp[:], now.Format(timeStampLayout))
	c.last.Store(s)
	return s
}

// put writes a time of the second over b, in timeStampLayout.
func (s *second) put(b []byte, now time.Time) {
	b = b[:len(timeStampLayout)]
	copy(b, s.stamp[:])
	micros := now.Nanosecond() / 1000
	for k := len(b) - 2; k >= len(s.stamp); k-- {
		b[k] = byte('0' + micros%10)
		micros /= 10
	}
	b[len(b)-1] = 'Z'
}
