-- requests.lua: wrk asks for the paths of the file $LIST in turn, and at the end writes one line of JSON: how many answers, how many of
-- them not 200, seconds, and the median and the 99th percentile of the latency in milliseconds.
local paths, at = {}, 0
for path in io.lines(os.getenv("LIST")) do paths[#paths + 1] = path end
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('{"answers": %d, "errors": %d, "seconds": %.3f, "bytes": %d, "p50": %.3f, "p99": %.3f}\n', summary.requests,
    e.status + e.connect + e.read + e.write + e.timeout, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
