-- Rate limits by GCRA: a limit is one number, the theoretical arrival time (TAT) of the next request.
--
-- limits: what is left of rate limits; takes nothing.
--   KEYS[1] base   ARGV subject, emission interval (us), burst, for each limit
--   returns {limit, remaining, reset (ms)} of the tightest limit, or {} without limits   O(limits)

-- All limits are looked at before any is taken. Returns the state to report, and what to write if admitted.
local function check_limits(K, args, first, now)
  local writes, tightest, refusal = {}, {}, nil
  for index = first, #args, 3 do
    local key = K .. 'limit:' .. args[index]
    local interval, burst = tonumber(args[index + 1]), tonumber(args[index + 2])
    local stored = tonumber(redis.call('GET', key) or 0)
    local tat = math.max(stored, now) + interval
    local wait = tat - burst * interval - now
    local used = wait > 0 and math.max(stored, now) or tat
    local remaining = math.max(0, math.floor((burst * interval - (used - now)) / interval))
    if not tightest[2] or remaining < tightest[2] then
      tightest = { burst, remaining, math.ceil((used - now) / 1000) }
    end
    if wait > 0 then
      refusal = math.max(refusal or 0, math.ceil(wait / 1000))
    end
    writes[#writes + 1] = { key, tat, math.ceil((tat - now) / 1000) }
  end
  return tightest, writes, refusal
end

local function take_limits(writes)
  for _, write in ipairs(writes) do
    redis.call('SET', write[1], string.format('%.0f', write[2]), 'PX', write[3])
  end
end

-- The state of the limits when nothing is taken.
local function peek_limits(K, args, first, now)
  local tightest = {}
  for index = first, #args, 3 do
    local interval, burst = tonumber(args[index + 1]), tonumber(args[index + 2])
    local tat = math.max(tonumber(redis.call('GET', K .. 'limit:' .. args[index]) or 0), now)
    local remaining = math.max(0, math.floor((burst * interval - (tat - now)) / interval))
    if not tightest[2] or remaining < tightest[2] then
      tightest = { burst, remaining, math.ceil((tat - now) / 1000) }
    end
  end
  return tightest
end

step('limits', { 'no-writes' }, function(K, args)
  return peek_limits(K, args, 1, now_us())
end)
