-- Rate limits by GCRA: a limit is one number, the theoretical arrival time (TAT) of the next request, in microseconds.
--
-- Limits come as a flat list of four values each:
--   of requests: name, most in a window, emission interval (us), amount; each request costs an interval
--   of tokens:   name, most in a window, window (us), amount; so many tokens cost their part of the window. A demand has in
--                the amount's place where that stands among its amounts (held.lua).
-- A name is `l:<subject>`, whose TAT stands with what else is counted of its owner (owners.lua), or the key `limit:<subject>` for
-- RATE_LIMIT, which counts addresses, too: keys of those go by themselves.

-- A block: room.lua says why.
do

-- Whole numbers are made by the remainder: while the library is loaded there is no `math` to keep the functions of, and to look
-- them up each time takes longer.

-- A limit's TAT, as the step has read or changed it.
local function tat_of(K, changes, name)
  local home = held.home_of(name)
  if home.field then return held.value(K, changes, home.field, home.name) end
  local tat = changes.known[name]
  if not tat then
    tat = tonumber(string_at(K .. name) or 0) or 0
    changes.known[name] = tat
  end
  return tat
end

-- Changes a TAT that stands in a key of its own.
local function set_apart(changes, name, tat)
  changes.known[name] = tat
  changes.taken_apart = changes.taken_apart or {}
  changes.taken_apart[name] = tat
end

-- Changes a TAT.
local function set_tat(K, changes, name, tat)
  local home = held.home_of(name)
  if not home.field then return set_apart(changes, name, tat) end
  held.set(K, changes, home.field, home.name, tat)
end

-- What is worked out of a list of limits once: of each where it is counted, most, grain, amount, the time (us) in which what was used
-- up grows back, and what a request costs of that.
function held.plan(limits, are_tokens)
  local plan = {}
  for index = 1, #limits, 4 do
    local name, most, grain, amount = unpack(limits, index, index + 3)
    local home = held.home_of(name)
    plan[#plan + 1] = {
      limit = name, field = home.field, name = home.name, most = most, grain = grain, amount = amount,
      capacity = are_tokens and grain or most * grain, cost = not are_tokens and grain * amount or nil,
    }
  end
  return plan
end

-- How many requests or tokens are left of a limit of which so much (us) is used.
local function left_of(most, grain, used, are_tokens)
  local left = (most * grain - used) / grain
  -- Products of large limits are no whole numbers any more.
  if are_tokens then left = (grain - used) * most / grain + 0.000001 end
  return left > 0 and left - left % 1 or 0
end

-- Looks at all limits of a plan before any is taken, and writes into `taken` their TATs if the request is admitted, nil for
-- those that it takes nothing of. Returns the state of the tightest, limit, remaining and reset (ms), each false without one,
-- and, when the request is not admitted, after how many ms it may be, and at which place the limit stands that says so.
-- Amounts of tokens are places in `amounts`. Only a clock that was set back leaves a limit of requests taken twice over: it counts
-- as taken once, or nobody could ask until the clock is there again.
local function check_limits(K, changes, plan, are_tokens, now, amounts, taken)
  local records = changes.records
  local tightest, left, reset, refusal, refused_by = false, nil, nil, nil, nil
  for index = 1, #plan do
    local limit = plan[index]
    local capacity, cost, record, stored = limit.capacity, limit.cost, records[limit.field or 0], nil
    if record then
      local place = record.places[limit.name]
      stored = place and record[place]
    else
      stored = tat_of(K, changes, limit.limit)
    end
    if not stored or stored < now then stored = now end
    if not cost then
      cost = amounts[limit.amount] * capacity / limit.most
      cost = cost + -cost % 1
    elseif stored - now > 2 * capacity then
      stored = now + capacity
    end
    local used = stored + cost - now
    taken[index] = cost > 0 and stored + cost or nil
    if used > capacity then
      local wait = (used - capacity) / 1000
      if wait > (refusal or 0) then refusal, refused_by = wait + -wait % 1, index end
      used = stored - now
    end
    -- As `left_of` has it; to round is not worth while for what is more than of another.
    local remaining = are_tokens and (capacity - used) * limit.most / capacity + 0.000001 or (capacity - used) / limit.grain
    if not left or remaining < left then
      remaining = remaining > 0 and remaining - remaining % 1 or 0
      if not left or remaining < left then tightest, left, reset = limit.most, remaining, used end
    end
  end
  if not left then return false, false, false, refusal, refused_by end
  reset = reset / 1000
  return tightest, left, reset + -reset % 1, refusal, refused_by
end

-- Takes what `check_limits` has looked at.
local function take_limits(K, changes, plan, looked_at)
  local records, taken = changes.records, changes.taken
  for index = 1, #plan do
    local tat = looked_at[index]
    if tat then
      local limit = plan[index]
      local field = limit.field
      local record = records[field or 0]
      local place = record and record.places[limit.name]
      if place then
        -- As `held.set` has it.
        if record.text ~= nil then record.text, taken[field] = nil, record end
        record[place] = tat
      else
        set_tat(K, changes, limit.limit, tat)
      end
    end
  end
end

-- Writes a TAT that stands in a key of its own.
local function write_tat(K, name, tat, now)
  if tat > now then
    redis.call('SET', K .. name, text(tat), 'PX', text(math.ceil((tat - now) / 1000)))
  else
    redis.call('DEL', K .. name)
  end
end

-- The state of a limit when nothing is taken.
local function state_of(K, changes, limits, index, are_tokens, now)
  local most, grain = limits[index + 1], limits[index + 2]
  local used = math.max(tat_of(K, changes, limits[index]), now) - now
  if not are_tokens and used > 2 * most * grain then used = most * grain end
  return most, left_of(most, grain, used, are_tokens), math.ceil(used / 1000)
end

-- The state of the tightest limit when nothing is taken, or false three times.
local function peek_limits(K, changes, limits, are_tokens, now)
  local tightest, left, reset = false, false, false
  for index = 1, #limits, 4 do
    local most, remaining, ends = state_of(K, changes, limits, index, are_tokens, now)
    if not left or remaining < left then tightest, left, reset = most, remaining, ends end
  end
  return tightest, left, reset
end

-- The states that a refused request is told of: of the limit that refuses it, which is the one at place `number` of its `kind`,
-- and of the tightest of the other kind.
function held.refused_states(K, changes, requests, tokens, kind, number, now)
  local most, left, reset
  if kind == 'requests' then
    most, left, reset = state_of(K, changes, requests, 4 * number - 3, false, now)
    return most, left, reset, peek_limits(K, changes, tokens, true, now)
  end
  most, left, reset = peek_limits(K, changes, requests, false, now)
  return most, left, reset, state_of(K, changes, tokens, 4 * number - 3, true, now)
end

-- The states of the tightest limit of requests and of tokens, of two lists as one MessagePack; each is {} without any.
local function report_limits(K, packed)
  if packed == '' then return { {}, {} } end
  local limits, changes, now = cmsgpack.unpack(packed), { known = {}, records = {}, taken = {} }, now_us()
  local report = {}
  for place = 1, 2 do
    local most, left, reset = peek_limits(K, changes, limits[place], place == 2, now)
    report[place] = most and { most, left, reset } or {}
  end
  return report
end

held.tat_of, held.set_tat, held.write_tat = tat_of, set_tat, write_tat
held.check_limits, held.take_limits, held.peek_limits = check_limits, take_limits, peek_limits
held.state_of, held.report_limits = state_of, report_limits

-- limits: what is left of rate limits; takes nothing.
--   KEYS[1] base   ARGV 1 MessagePack of limits of requests and limits of tokens, or ''
--   returns {{limit, remaining, reset (ms)} of the tightest of requests, the same of tokens}, each {} without any
--   O(limits)
step('limits', { 'no-writes' }, function(K, args) return report_limits(K, args[1]) end)

end
