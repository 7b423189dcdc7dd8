-- The ordinary case: a request that all limits, bounds and budgets have room for, and all gates are open to. It is told in one
-- go from where its shape's counts stand. Whatever is else, be it refused, a new period, others that wait, or a limit in a key of
-- its own, is left to limits.lua, held.lua and gates.lua, which say the same of the ordinary case as this does.
do

local taken_requests, taken_tokens = {}, {}
local MOST = 1e300
-- As held.lua has it.
local FOR_LIFE = 1e15

-- What of a shape's lists is counted where: for each of its limits, bounds and gates the record and the places in that, which
-- `held.bind` finds. Nil for a shape with limits in keys of their own.
function held.places_of(shape)
  local lists, places = shape.lists, { queued = {}, gates = {}, owners = {} }
  for _, plan in ipairs({ shape.requests_plan, shape.tokens_plan }) do
    for _, limit in ipairs(plan) do
      if not limit.field or limit.cost == 0 then return nil end
    end
  end
  for index = 1, #lists[2], 3 do
    local names = held.names(lists[2][index])
    places.queued[#places.queued + 1] = {
      field = names.field, name = names.q, most = lists[2][index + 1], amount = lists[2][index + 2],
    }
  end
  for index = 1, #lists[3], 2 do
    local names = held.names(lists[3][index])
    places.gates[#places.gates + 1] = { field = names.field, name = names.n, waiting = names.w, most = lists[3][index + 1] }
  end
  for index = 1, #lists[4], 7 do
    if lists[4][index + 1] == 1 then
      local names = held.names(lists[4][index])
      places.gates[#places.gates + 1] = {
        field = names.field, name = names.r, waiting = names.w, most = lists[4][index + 2], amount = lists[4][index + 3],
        spent = names.s, start = lists[4][index + 4], finish = math.min(lists[4][index + 5], FOR_LIFE),
      }
    end
  end
  return places
end

local function bind_all(items, records)
  for _, item in ipairs(items) do
    local record = records[item.field]
    item.record, item.place = record, held.place_in(record, item.name)
    if item.waiting then item.waiting_place = held.place_in(record, item.waiting) end
  end
end

-- Looks where the records of a step stand, which are seldom others than the last one's.
function held.bind(changes, shape)
  local places = shape.places
  if not places then return end
  local records, fields, bound = changes.records, shape.fields, places.owners
  for index = 1, shape.owners do
    local record = records[fields[index]]
    if bound[index] ~= record then
      for place = 1, shape.owners do bound[place] = records[fields[place]] end
      bind_all(shape.requests_plan, records)
      bind_all(shape.tokens_plan, records)
      bind_all(places.queued, records)
      return bind_all(places.gates, records)
    end
  end
end

-- The states of the tightest limits as `check_limits` says them; nil where one has no room.
local function check_requests(plan, now, taken)
  local tightest, left, reset = false, MOST, false
  for index = 1, #plan do
    local limit = plan[index]
    local stored, capacity = limit.record[limit.place], limit.capacity
    if stored < now then stored = now end
    stored = stored + limit.cost
    local used = stored - now
    if used > capacity then return nil end
    taken[index] = stored
    local remaining = (capacity - used) / limit.grain
    if remaining < left then
      remaining = remaining - remaining % 1
      if remaining < left then tightest, left, reset = limit.most, remaining, used end
    end
  end
  return tightest, left, reset
end

local function check_tokens(plan, now, taken, amounts)
  local tightest, left, reset = false, MOST, false
  for index = 1, #plan do
    local limit = plan[index]
    local stored, capacity, most = limit.record[limit.place], limit.capacity, limit.most
    local cost = amounts[limit.amount] * capacity / most
    if stored < now then stored = now end
    stored = stored + cost + -cost % 1
    local used = stored - now
    if used > capacity then return nil end
    taken[index] = stored
    local remaining = (capacity - used) * most / capacity + 0.000001
    if remaining < left then
      remaining = remaining - remaining % 1
      if remaining < left then tightest, left, reset = most, remaining, used end
    end
  end
  return tightest, left, reset
end

local spents = held.spents

-- Whether all gates of a request are open, and its budgets pay for it.
local function are_open(known, gates, amounts)
  for index = 1, #gates do
    local gate = gates[index]
    local record, finish, sum = gate.record, gate.finish, nil
    if finish then
      local stored = known[gate.spent]
      sum = amounts[gate.amount]
      if stored then
        local entry = spents.of[stored]
        if not entry or entry.finish ~= finish or entry.start < gate.start then return false end
        sum = sum + entry.spent
      end
    else
      sum = 1
    end
    if sum + record[gate.place] > gate.most or record[gate.waiting_place] > 0 then return false end
  end
  return true
end

-- Whether an order is such a case, and what it takes of limits. Says in it how its tightest limits stand.
function held.fits(changes, order, now)
  local shape = order.shape
  local places, amounts = shape.places, order.lists[5]
  if not places or next(changes.spents) or not are_open(changes.known, places.gates, amounts) then return false end
  local queued = places.queued
  for index = 1, #queued do
    local bound = queued[index]
    if bound.record[bound.place] + amounts[bound.amount] > bound.most then return false end
  end
  local most, left, reset = check_requests(shape.requests_plan, now, taken_requests)
  if most == nil then return false end
  local most_tokens, tokens_left, tokens_reset = check_tokens(shape.tokens_plan, now, taken_tokens, amounts)
  if most_tokens == nil then return false end
  if most then
    reset = reset / 1000
    order.most, order.left, order.reset = most, left, reset + -reset % 1
  else
    order.most, order.left, order.reset = false, false, false
  end
  if most_tokens then
    tokens_reset = tokens_reset / 1000
    order.most_tokens, order.tokens_left, order.tokens_reset = most_tokens, tokens_left, tokens_reset + -tokens_reset % 1
  else
    order.most_tokens, order.tokens_left, order.tokens_reset = false, false, false
  end
  return true
end

-- Takes what was looked at, but for what is behind the gates.
function held.take_fitting(changes, order)
  local shape, amounts, taken = order.shape, order.lists[5], changes.taken
  local places, requests, tokens = shape.places, shape.requests_plan, shape.tokens_plan
  local owners, queued = places.owners, places.queued
  for index = 1, #owners do
    local record = owners[index]
    if record.text ~= nil then record.text, taken[shape.fields[index]] = nil, record end
  end
  for index = 1, #requests do
    local limit = requests[index]
    limit.record[limit.place] = taken_requests[index]
  end
  for index = 1, #tokens do
    local limit = tokens[index]
    limit.record[limit.place] = taken_tokens[index]
  end
  for index = 1, #queued do
    local bound = queued[index]
    local record, place = bound.record, bound.place
    record[place] = record[place] + amounts[bound.amount]
  end
end

-- Takes what is behind the gates.
function held.pass_fitting(order)
  local gates, amounts = order.shape.places.gates, order.lists[5]
  for index = 1, #gates do
    local gate = gates[index]
    local record, place = gate.record, gate.place
    record[place] = record[place] + (gate.finish and amounts[gate.amount] or 1)
  end
end

end
