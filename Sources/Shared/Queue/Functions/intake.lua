-- The intake: what the orders that one `admit` takes in share. It is read once, counted on from order to order, and
-- written once at the end.

-- `args` are the first eight of `admit`.
local function new_intake(args)
  local micros = now_us()
  local now = math.floor(micros / 1000)
  return {
    now_us = micros, now = now,
    now_text = text(now), lease_end = text(now + args[7]),
    -- Of jobs that are handed over.
    fence = text(next_fence(0, micros)),
    keep = tonumber(args[1]), cache_time = args[2],
    most_jobs = tonumber(args[3]), most_bytes = tonumber(args[4]),
    tenant_jobs = tonumber(args[5]), tenant_bytes = tonumber(args[6]), answer_time = args[8],
    changes = new_changes(),
    -- Which records of tenants and keys there are: fields of `epochs`.
    epochs = {},
    -- Fields of `open` as they are, and those that orders were counted in.
    open = {}, counted = {},
    -- Jobs that have not ended, and those of them that run; nil before they are asked for.
    unended = nil, running = nil,
    -- Whether nothing is queued; nil while that is not known.
    is_idle = nil,
    -- The offer that jobs are handed over by, those of before, and what was handed over: orders with their offers.
    offer = nil, closed = {}, handed = {},
    -- Orders of which something may be written.
    begun = {},
    must_wake = false,
  }
end

-- The fields of `open` that a tenant's job counts in, as the intake knows them.
local function open_of(K, intake, tenant)
  local open, jobs, bytes = intake.open, 'jobs:' .. tenant, 'bytes:' .. tenant
  if not open[jobs] then
    local stored = redis.call('HMGET', K .. 'open', 'bytes', jobs, bytes)
    open.bytes = open.bytes or tonumber(stored[1] or 0)
    open[jobs], open[bytes] = tonumber(stored[2] or 0), tonumber(stored[3] or 0)
  end
  return open, jobs, bytes
end

local function count_in(K, intake, tenant, size)
  local open, jobs, bytes = open_of(K, intake, tenant)
  open.bytes, open[jobs], open[bytes] = open.bytes + size, open[jobs] + 1, open[bytes] + size
  intake.counted.bytes, intake.counted[jobs], intake.counted[bytes] = true, true, true
  intake.unended = intake.unended + 1
end

-- Reads at once what the orders' limits and budgets ask for, and which records of tenants and keys there are.
local function foresee(K, intake, orders)
  local epochs, records, shapes = intake.epochs, {}, {}
  for _, order in ipairs(orders) do
    local shape, record = order.shape, 't:' .. order.tenant
    if epochs[record] == nil then epochs[record], records[#records + 1] = 0, record end
    if shape and not shapes[shape] then
      shapes[shape] = true
      shapes[#shapes + 1] = shape
      record = shape.record
      if record and epochs[record] == nil then epochs[record], records[#records + 1] = 0, record end
    end
  end
  local stored = redis.pcall('HMGET', K .. 'epochs', unpack(records))
  for index, record in ipairs(records) do epochs[record] = tonumber(stored[index] or 0) or 0 end
  if #shapes == 1 then held.know(K, intake.changes, shapes[1].fields, shapes[1].owners) end
  if #shapes > 1 then held.know_all(K, intake.changes, shapes) end
  for index = 1, #shapes do held.bind(intake.changes, shapes[index]) end
end

-- Whether an order was judged by records that are others now, or at another time than Redis' clock says it is.
local function is_stale(intake, order)
  local shape, epochs, now = order.shape, intake.epochs, intake.now
  if not shape then return epochs['t:' .. order.tenant] ~= 0 end
  return epochs['t:' .. order.tenant] ~= shape.tenant_epoch or now < shape.good_from or now >= shape.good_until
    or (shape.record and epochs[shape.record] ~= shape.key_epoch)
end

local function is_queue_full(K, intake)
  intake.unended = intake.unended or redis.call('ZCARD', K .. 'deadlines')
  if intake.unended < intake.most_jobs then return false end
  intake.running = intake.running or redis.call('ZCARD', K .. 'lease')
  return intake.unended - intake.running >= intake.most_jobs
end

-- Which bound has no room for a job of `size` bytes, if any: the queue's or the tenant's.
local function full_bound(K, intake, tenant, size)
  local open, jobs, bytes = open_of(K, intake, tenant)
  if is_queue_full(K, intake) or open.bytes + size > intake.most_bytes then return 'queue' end
  if open[jobs] >= intake.tenant_jobs or open[bytes] + size > intake.tenant_bytes then return 'tenant' end
end

local function write_intake(K, intake)
  write_changes(K, intake.changes)
  local open = {}
  for field in pairs(intake.counted) do
    open[#open + 1] = field
    open[#open + 1] = text(intake.open[field])
  end
  close_offer(K, intake)
  if intake.must_wake then wake(K) end
  call_with_many('HSET', K .. 'open', open)
  -- Last, for its worker would wait for jobs that are taken back.
  count_handed(K, intake)
end

-- Takes back what was written of an order that is refused all the same, by Redis' rules for commands, say. Whatever of this
-- is refused, too, stays. Its place in a list is passed over, and the janitor sets sums right.
local function take_back(K, order)
  local id, leader, idempotency = order.id, K .. 'leader:' .. order.cache_key, K .. 'idem:' .. order.digest
  local sets = { 'deadlines', 'lease', 'scheduled', 'jobs:' .. order.tenant }
  if order.group then sets[#sets + 1] = 'f:' .. order.group end
  if order.gate then sets[#sets + 1] = 'gate:' .. order.gate end
  for _, set in ipairs(sets) do redis.pcall('ZREM', K .. set, id) end
  local keys = {}
  for index, kind in ipairs({ 'j:', 'p:', 'm:', 'u:', 'r:', 'events:', kept.PREFIX }) do keys[index] = K .. kind .. id end
  if order.cache_key ~= '' and string_at(leader) == id then keys[#keys + 1] = leader end
  if order.digest ~= '' and (string_at(idempotency) or ''):sub(1, 40) == id then keys[#keys + 1] = idempotency end
  if plain(redis.pcall('DEL', unpack(keys))) then return end
  for _, key in ipairs(keys) do redis.pcall('PEXPIRE', key, '1') end
end

-- The same for all, once one could not be taken in, which it raises: the clients of all are told that nothing was done.
local function take_all_back(K, intake, problem)
  for _, order in ipairs(intake.begun) do take_back(K, order) end
  raise(problem)
end
