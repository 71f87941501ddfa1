-- requests.lua: wrk asks for the paths of the file $LIST in turn, and at the end writes one line of JSON: how many answers, how many of
-- them not 200, seconds, and the median and the 99th percentile of the latency in milliseconds. Requests are written out before the
-- clock starts: wrk shares the cores of the server that it measures. With $PAUSE each connection waits that many milliseconds on average
-- before it asks again.
local requests, at = {}, 0
local pause = tonumber(os.getenv("PAUSE") or "0")
init = function()
  for path in io.lines(os.getenv("LIST")) do requests[#requests + 1] = wrk.format("GET", path) end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
if pause > 0 then
  delay = function() return math.random(0, 2 * pause) end
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('{"answers": %d, "errors": %d, "seconds": %.3f, "bytes": %d, "p50": %.3f, "p99": %.3f}\n', summary.requests,
    e.status + e.connect + e.read + e.write + e.timeout, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
