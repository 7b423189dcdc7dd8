-- Rate limits by GCRA: a limit is one number, the theoretical arrival time (TAT) of the next request.
--
-- limits: what is left of rate limits; takes nothing.
--   KEYS[1] base   ARGV subject, emission interval (us), burst, for each limit
--   returns {limit, remaining, reset (ms)} of the tightest limit, or {} without limits   O(limits)

-- The limits that are told by `args` from `first` to `last`.
local function read_limits(K, args, first, last)
  local limits = {}
  for index = first, last, 3 do
    limits[#limits + 1] = {
      key = K .. 'limit:' .. args[index], interval = tonumber(args[index + 1]), burst = tonumber(args[index + 2]),
    }
  end
  return limits
end

-- A limit's TAT: of `tats`, which are those that the step has read or changed, or else as it is stored.
local function tat_of(tats, key)
  tats[key] = tats[key] or tonumber(string_at(key) or 0)
  return tats[key]
end

-- The state {limit, remaining, reset (ms)} of a limit that is at `tat`, unless `tightest` is as tight.
local function tighter(tightest, limit, tat, now)
  local remaining = math.max(0, math.floor((limit.burst * limit.interval - (tat - now)) / limit.interval))
  if tightest[2] and remaining >= tightest[2] then return tightest end
  return { limit.burst, remaining, math.ceil((tat - now) / 1000) }
end

-- All limits are looked at before any is taken. Returns the state to report, the TATs if the request is admitted,
-- and, when it is not, after how many ms it may be.
local function check_limits(tats, limits, now)
  local taken, tightest, refusal = {}, {}, nil
  for _, limit in ipairs(limits) do
    local stored = math.max(tat_of(tats, limit.key), now)
    local tat = stored + limit.interval
    local wait = tat - limit.burst * limit.interval - now
    tightest = tighter(tightest, limit, wait > 0 and stored or tat, now)
    if wait > 0 then refusal = math.max(refusal or 0, math.ceil(wait / 1000)) end
    taken[limit.key] = tat
  end
  return tightest, taken, refusal
end

local function write_tats(taken, now)
  for key, tat in pairs(taken) do
    redis.call('SET', key, text(tat), 'PX', text(math.ceil((tat - now) / 1000)))
  end
end

-- The state of the limits when nothing is taken.
local function peek_limits(tats, limits, now)
  local tightest = {}
  for _, limit in ipairs(limits) do
    tightest = tighter(tightest, limit, math.max(tat_of(tats, limit.key), now), now)
  end
  return tightest
end

step('limits', { 'no-writes' }, function(K, args)
  return peek_limits({}, read_limits(K, args, 1, #args), now_us())
end)
