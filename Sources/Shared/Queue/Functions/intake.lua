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
    -- The offer that jobs are handed over by.
    offer = nil,
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
  local fields, records, is_known = {}, {}, {}
  for _, order in ipairs(orders) do
    local tenant = 't:' .. order.tenant
    if not is_known[tenant] then records[#records + 1], is_known[tenant] = tenant, true end
    local demand = order.demand
    if demand and not is_known[demand] then
      is_known[demand] = true
      if demand.key then
        local key = 'k:' .. demand.key
        if not is_known[key] then records[#records + 1], is_known[key] = key, true end
      end
      held.add_fields(demand.requests, demand.lists, fields)
    end
  end
  local epochs = redis.pcall('HMGET', K .. 'epochs', unpack(records))
  for index, record in ipairs(records) do intake.epochs[record] = tonumber(epochs[index] or 0) or 0 end
  held.know(K, intake.changes, fields)
end

-- Whether an order was judged by records that are others now, or at another time than Redis' clock says it is.
local function is_stale(intake, order)
  local demand, now = order.demand, intake.now
  if intake.epochs['t:' .. order.tenant] ~= (demand and demand.tenant_epoch or 0) then return true end
  if not demand then return false end
  if demand.key and intake.epochs['k:' .. demand.key] ~= demand.key_epoch then return true end
  if demand.good_until > 0 and now >= demand.good_until then return true end
  local budgets = demand.lists[4]
  for index = 1, #budgets, 7 do
    if now < budgets[index + 4] or now >= budgets[index + 5] then return true end
  end
  return false
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
  call_with_many('HSET', K .. 'open', open)
  close_offer(K, intake)
  if intake.must_wake then wake(K) end
end
