-- Rate limits by GCRA: a limit is one number, the theoretical arrival time (TAT) of the next request, in microseconds.
--
-- Limits come as a flat list of four values each:
--   of requests: name, most in a window, emission interval (us), amount; each request costs an interval
--   of tokens:   name, most in a window, window (us), amount; so many tokens cost their part of the window
-- A name is a field of the hash `held` (`l:<subject>`), or the key `limit:<subject>` for RATE_LIMIT, which counts addresses,
-- too: keys of those go by themselves.

-- Whether a name is a field of `held`: compared by a byte, because a part of a text is a new text.
local function is_field(name)
  return name:byte(2) == 58
end

-- A limit's TAT, as the step has read or changed it.
local function tat_of(K, changes, name)
  local tat = changes.tats[name]
  if tat then return tat end
  if is_field(name) then
    tat = tonumber(held.read(K, changes, name)) or 0
  else
    tat = tonumber(string_at(K .. name) or 0) or 0
  end
  changes.tats[name] = tat
  return tat
end

local function set_tat(changes, name, tat)
  changes.tats[name], changes.taken[name] = tat, tat
end

-- How much of a window (us) so many tokens are.
local function token_cost(most, window, amount)
  return math.ceil(amount * window / most)
end

-- The state {limit, remaining, reset (ms)} of the limit at `index` at `tat`, unless `tightest` is as tight.
local function tighter(tightest, limits, index, are_tokens, tat, now)
  local most, grain, used = limits[index + 1], limits[index + 2], tat - now
  local remaining
  if are_tokens then
    -- Products of large limits are no whole numbers any more.
    remaining = math.max(0, math.floor((grain - used) * most / grain + 0.000001))
  else
    remaining = math.max(0, math.floor((most * grain - used) / grain))
  end
  if tightest[2] and remaining >= tightest[2] then return tightest end
  return { most, remaining, math.ceil(used / 1000) }
end

-- Looks at all limits of a list before any is taken. Adds to `taken` the TATs if the request is admitted. Returns the
-- state to report and, when it is not, after how many ms it may be, and at which place the limit stands that says so.
local function check_limits(K, changes, limits, are_tokens, now, taken)
  local tightest, refusal, refused_by = {}, nil, nil
  for index = 1, #limits, 4 do
    local name, most, grain, amount = limits[index], limits[index + 1], limits[index + 2], limits[index + 3]
    local stored = math.max(tat_of(K, changes, name), now)
    local tat, capacity = stored + grain * amount, most * grain
    if are_tokens then tat, capacity = stored + token_cost(most, grain, amount), grain end
    local wait = tat - capacity - now
    tightest = tighter(tightest, limits, index, are_tokens, wait > 0 and stored or tat, now)
    if wait > 0 and wait / 1000 > (refusal or 0) then
      refusal, refused_by = math.ceil(wait / 1000), (index + 3) / 4
    end
    if amount > 0 then taken[name] = tat end
  end
  return tightest, refusal, refused_by
end

-- Writes a TAT that stands in a key of its own.
local function write_tat(K, name, tat, now)
  if tat > now then
    redis.call('SET', K .. name, text(tat), 'PX', text(math.ceil((tat - now) / 1000)))
  else
    redis.call('DEL', K .. name)
  end
end

-- The state of the limits when nothing is taken.
local function peek_limits(K, changes, limits, are_tokens, now)
  local tightest = {}
  for index = 1, #limits, 4 do
    local tat = math.max(tat_of(K, changes, limits[index]), now)
    tightest = tighter(tightest, limits, index, are_tokens, tat, now)
  end
  return tightest
end

-- The states of the tightest limit of requests and of tokens, of two lists as one MessagePack; each is {} without any.
local function report_limits(K, packed)
  if packed == '' then return { {}, {} } end
  local limits, changes, now = cmsgpack.unpack(packed), { tats = {}, known = {} }, now_us()
  return { peek_limits(K, changes, limits[1], false, now), peek_limits(K, changes, limits[2], true, now) }
end

-- limits: what is left of rate limits; takes nothing.
--   KEYS[1] base   ARGV 1 MessagePack of limits of requests and limits of tokens, or ''
--   returns {{limit, remaining, reset (ms)} of the tightest of requests, the same of tokens}, each {} without any
--   O(limits)
step('limits', { 'no-writes' }, function(K, args) return report_limits(K, args[1]) end)
