-- How long targets took to answer of late, for routes that ask the fastest first. KEYS[1] is the base
-- `sluice:{providers}`.
--   latencies  hash  target -> {moving average (µs), last measured at (ms)} as MessagePack

-- A block: room.lua says why.
do

-- The newest measurement's share of the average.
local LATENCY_SHARE = 0.2
-- A target that nobody has asked for so long may be another by now, and is unknown again.
local LATENCY_FORGOTTEN_AFTER = 600000

-- note_latency: adds what a worker has measured since it last did. Several measurements of one target count as
-- so many of their mean.
--   ARGV target, mean (µs), how many; for each target   returns 1   O(targets)
step('note_latency', { 'allow-oom' }, function(K, args)
  local now = now_ms()
  for index = 1, #args, 3 do
    local average, measurements = tonumber(args[index + 1]), tonumber(args[index + 2])
    local stored = redis.call('HGET', K .. 'latencies', args[index])
    local known = stored and cmsgpack.unpack(stored)
    if known and now - known[2] < LATENCY_FORGOTTEN_AFTER then
      average = average + (known[1] - average) * (1 - LATENCY_SHARE) ^ measurements
    end
    redis.call('HSET', K .. 'latencies', args[index], cmsgpack.pack({ average, now }))
  end
  return 1
end)

-- latencies: what is known of every target. What is too old is forgotten.
--   returns {target, average (µs)} for each   O(targets)
step('latencies', { 'allow-oom' }, function(K, args)
  local now, found = now_ms(), {}
  local stored = redis.call('HGETALL', K .. 'latencies')
  for index = 1, #stored, 2 do
    local known = cmsgpack.unpack(stored[index + 1])
    if now - known[2] < LATENCY_FORGOTTEN_AFTER then
      found[#found + 1] = { stored[index], math.floor(known[1] + 0.5) }
    else
      redis.call('HDEL', K .. 'latencies', stored[index])
    end
  end
  return found
end)

end
