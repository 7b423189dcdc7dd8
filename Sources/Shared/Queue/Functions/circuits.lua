-- What all workers know of providers that are left alone. KEYS[1] is a base of its own, `sluice:{providers}`.
--   circuits  hash  target -> {cause, until (ms), probe until (ms), reason} as MessagePack

-- A block: room.lua says why.
do

local FORGOTTEN_AFTER = 86400000

local function circuit(K, target)
  local stored = redis.call('HGET', K .. 'circuits', target)
  return stored and cmsgpack.unpack(stored)
end

-- leave_alone: nobody asks the target for a while. A longer time that stands already stays.
--   ARGV 1 target  2 cool-down (ms)  3 cause  4 reason   returns 1   O(1)
step('leave_alone', { 'allow-oom' }, function(K, args)
  local ends = now_ms() + tonumber(args[2])
  local stored = circuit(K, args[1])
  if not stored or stored[2] <= ends then
    redis.call('HSET', K .. 'circuits', args[1], cmsgpack.pack({ args[3], ends, 0, args[4] }))
  end
  return 1
end)

-- may_probe: lets one caller through a half-open circuit; another only after the first one's time is over.
--   ARGV 1 target  2 time for the probe (ms)   returns 1: go, 0: no   O(1)
step('may_probe', { 'allow-oom' }, function(K, args)
  local now, stored = now_ms(), circuit(K, args[1])
  if not stored then return 1 end
  if stored[2] > now or stored[3] > now then return 0 end
  stored[3] = now + tonumber(args[2])
  redis.call('HSET', K .. 'circuits', args[1], cmsgpack.pack(stored))
  return 1
end)

-- close_circuit: the target answered; nothing is held against it.
--   ARGV 1 target   returns 1   O(1)
step('close_circuit', { 'allow-oom' }, function(K, args)
  redis.call('HDEL', K .. 'circuits', args[1])
  return 1
end)

-- circuits: every target that is left alone or half-open. Limits that have reset are forgotten.
--   returns {target, cause, reason, ms left (0 when half-open)} for each   O(targets)
step('circuits', { 'allow-oom' }, function(K, args)
  local now, found = now_ms(), {}
  local stored = redis.call('HGETALL', K .. 'circuits')
  for index = 1, #stored, 2 do
    local record = cmsgpack.unpack(stored[index + 1])
    local left = record[2] - now
    if left < -FORGOTTEN_AFTER or (left <= 0 and record[1] == 'limited') then
      redis.call('HDEL', K .. 'circuits', stored[index])
    else
      found[#found + 1] = { stored[index], record[1], record[4], math.max(0, left) }
    end
  end
  return found
end)

end
