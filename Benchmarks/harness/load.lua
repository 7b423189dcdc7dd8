-- Sends one request over and over. wrk's arguments after `--` are the file of the request's body and a word;
-- the body's @NUMBER@, if it has one, becomes the word and a count, so that no two requests are equal.
-- At the end it prints one line of JSON.

local before, after, word, count

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local body = file:read("*a")
  file:close()
  local first, last = body:find("@NUMBER@", 1, true)
  if first then
    before, after, word, count = body:sub(1, first - 1), body:sub(last + 1), args[2], 0
  else
    local same = wrk.format("POST", nil, nil, body)
    request = function() return same end
  end
end

function request()
  count = count + 1
  return wrk.format("POST", nil, nil, before .. word .. "-" .. count .. after)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
