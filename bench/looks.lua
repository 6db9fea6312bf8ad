-- wrk's script: looks at tracking pages, each token drawn uniformly at random from a file of paths.
local paths, headers = {}, {["Accept-Encoding"] = os.getenv("ENCODING") or "gzip"}

function init(args)
  for path in io.lines(args[1]) do
    paths[#paths + 1] = path
  end
  math.randomseed(tonumber(args[2]))
end

function request()
  return wrk.format("GET", paths[math.random(#paths)], headers)
end

function done(summary, latency, _)
  io.write(string.format("RESULT %d %d %d %.3f %.3f\n", summary.requests, summary.duration, summary.errors.status
    + summary.errors.timeout + summary.errors.read + summary.errors.write + summary.errors.connect,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
