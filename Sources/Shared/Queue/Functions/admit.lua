-- admit: takes a job in, or says why not. Refused means that nothing was written.
--   KEYS[1] base
--   ARGV  1 id  2 tenant  3 lane  4 model  5 request  6 metadata or ''  7 weight (estimated tokens)
--         8 expires in (ms)  9 delay (ms)  10 channel of the waiting caller or ''  11 callback URL or ''
--        12 cache key or ''  13 cache mode: use, refresh  14 cache time (ms)
--        15 '1' when a cached answer shall become a job of its own
--        16 digest of the idempotency key or ''  17 fingerprint of the body
--        18 keep (ms): how long an ended job stays  19 most jobs waiting  20 most bytes waiting
--        21 most open jobs of a tenant  22 most open bytes of a tenant
--        23 how its events are written: '' for none, 'deltas', or 'restart' when an answer that broke off may
--           begin anew
--        24… rate limits: subject, emission interval (us), burst
--   returns {'admitted', created (ms), '1' when it follows another's call, limit, remaining, reset (ms)}
--           {'hit', id of the job that made the answer, answer, created (ms), limit, remaining, reset (ms)}
--           {'replayed', id of the job that has this idempotency key}
--           {'conflict'}: the idempotency key was used with another body
--           {'limited', retry after (ms), limit, remaining, reset (ms)}
--           {'full', 'queue' or 'tenant'}
--   O(log tenants + log jobs + log workers)

-- How long an idempotency key is remembered.
local REPLAY_TIME = DAY
local FIRST_LIMIT = 25
local MOST_FOLLOWERS = 1000
local URGENCY = { interactive = 1, standard = 2, batch = 3 }

-- What an idempotency key stands for already, if anything. A key outlives its job only when that is lost.
local function replayed(K, digest, fingerprint)
  local stored = redis.call('GET', K .. 'idem:' .. digest)
  if not stored or redis.call('EXISTS', K .. 'j:' .. stored:sub(1, 40)) == 0 then return nil end
  if stored:sub(41) ~= fingerprint then return { 'conflict' } end
  return { 'replayed', stored:sub(1, 40) }
end

local function is_queue_full(K, most)
  local unended = redis.call('ZCARD', K .. 'deadlines')
  return unended >= most and unended - redis.call('ZCARD', K .. 'lease') >= most
end

-- Which bound has no room for a job of `size` bytes, if any: the queue's or the tenant's.
local function full_bound(K, open, size, args)
  if is_queue_full(K, tonumber(args[19])) or open[1] + size > tonumber(args[20]) then return 'queue' end
  if open[2] >= tonumber(args[21]) or open[3] + size > tonumber(args[22]) then return 'tenant' end
end

-- The group of a call under way that this request can share: not one that waits for a retry, nor one that
-- stands in a less urgent lane. Without such a call the job leads one.
local function group_to_follow(K, id, cache_key, lane)
  local leader = redis.call('SET', K .. 'leader:' .. cache_key, id, 'NX', 'GET')
  if not leader then return nil end
  local job = redis.call('HMGET', K .. 'j:' .. leader, 's', 'l', 'g')
  local shares = job[1] == 'running' or (job[1] == 'queued' and URGENCY[job[2]] <= URGENCY[lane])
  local group = job[3] or leader
  if not shares or redis.call('ZCARD', K .. 'f:' .. group) >= MOST_FOLLOWERS then
    redis.call('SET', K .. 'leader:' .. cache_key, id)
    return nil
  end
  if not job[3] then redis.call('HSET', K .. 'j:' .. leader, 'g', leader) end
  return group
end

-- An answer from the cache becomes a job that has succeeded.
local function store_hit(K, id, args, answer, keep, now)
  local tenant, has_key = args[2], args[16] ~= ''
  if has_key then keep = math.max(keep, DAY + 3600000) end
  local key = K .. 'j:' .. id
  redis.call('HSET', key, 's', 'succeeded', 't', tenant, 'l', args[3], 'm', args[4], 'f', 0, 'a', 0, 'c', 0,
    'ct', now, 'ft', now, 'hit', 1)
  redis.call('PEXPIRE', key, keep)
  redis.call('SET', K .. 'r:' .. id, answer, 'PX', keep)
  if args[6] ~= '' then redis.call('SET', K .. 'm:' .. id, args[6], 'PX', keep) end
  if has_key then redis.call('SET', K .. 'idem:' .. args[16], id .. args[17], 'PX', REPLAY_TIME) end
  redis.call('ZADD', K .. 'jobs:' .. tenant, 0, id)
  redis.call('ZADD', K .. 'ended', now + keep, id .. ' ' .. tenant)
  record_usage(K, id, 'succeeded', { t = tenant, a = 0 }, {})
  count(K, 'ended:succeeded')
  if args[23] ~= '' then
    redis.call('HSET', key, 'ev', 1, 'sm', args[23])
    end_events(K, id, false, 'succeeded', answer, keep)
  end
  if args[11] ~= '' then
    redis.call('HSET', key, 'u', 1)
    redis.call('PEXPIRE', key, math.max(keep, DAY + 3600000))
    redis.call('PEXPIRE', K .. 'r:' .. id, math.max(keep, DAY + 3600000))
    redis.call('SET', K .. 'u:' .. id, args[11], 'PX', DAY + 3600000)
    queue_delivery(K, id, tenant, 0, now)
  end
end

-- Where a new job goes: a state, and the group that it follows or the worker that it was handed to.
local function choose_place(K, id, args, now)
  local cache_key, mode = args[12], args[23]
  if args[9] ~= '0' then return 'scheduled' end
  if cache_key ~= '' then
    -- A follower has its answer in one piece, so who wants it bit by bit makes a call of its own.
    local may_follow = args[13] == 'use' and mode == ''
    if not may_follow then redis.call('SET', K .. 'leader:' .. cache_key, id) end
    local group = may_follow and group_to_follow(K, id, cache_key, args[3])
    if group then return 'queued', group end
  end
  local worker = hand_over(K, id, args[2], mode, args[5], args[8], now)
  if worker then return 'running', nil, worker end
  return 'queued'
end

-- Writes the job's hash and what else is stored of it.
local function store_job(K, id, args, now, deadline, state, group, worker)
  local runs = worker and 1 or 0
  local fields = { 's', state, 't', args[2], 'l', args[3], 'm', args[4], 'f', runs, 'a', runs, 'c', 0, 'w', args[7],
    'b', #args[5], 'd', deadline, 'ct', now }
  local function set(name, value)
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  if worker then
    set('st', now)
    set('by', worker)
  end
  if group then
    set('g', group)
    set('fo', 1)
  end
  if args[10] ~= '' then set('ch', args[10]) end
  if args[12] ~= '' then
    set('k', args[12])
    set('kt', args[14])
  end
  if args[11] ~= '' then
    set('u', 1)
    redis.call('SET', K .. 'u:' .. id, args[11])
  end
  if args[16] ~= '' then
    set('ik', 1)
    redis.call('SET', K .. 'idem:' .. args[16], id .. args[17], 'PX', REPLAY_TIME)
  end
  if args[23] ~= '' then
    set('ev', 1)
    set('sm', args[23])
  end
  if args[6] ~= '' then
    redis.call('SET', K .. 'm:' .. id, args[6])
  else
    set('nm', 1)
  end
  redis.call('HSET', K .. 'j:' .. id, unpack(fields))
  redis.call('SET', K .. 'p:' .. id, args[5])
end

-- Puts the job where it goes.
local function place(K, id, args, now, state, group)
  local tenant = args[2]
  if state == 'running' then
    redis.call('ZADD', K .. 'lease', now + tonumber(args[24]), id)
    redis.call('HINCRBY', K .. 'running', tenant, 1)
  elseif group then
    -- Microseconds, so that no two came at the same time.
    redis.call('ZADD', K .. 'f:' .. group, now_us(), id)
    count(K, 'coalesced')
  else
    if state == 'scheduled' then
      redis.call('ZADD', K .. 'scheduled', now + tonumber(args[9]), id)
    else
      enqueue(K, id, args[3], tenant, false)
    end
    -- Of a job that waits for its time an idle worker learns when that is.
    wake(K)
  end
end

-- Takes in a job that nothing speaks against. Returns '1' when it follows another's call.
local function take_in(K, id, args, open, now)
  local tenant, deadline = args[2], now + tonumber(args[9]) + tonumber(args[8])
  local state, group, worker = choose_place(K, id, args, now)
  store_job(K, id, args, now, deadline, state, group, worker)
  redis.call('ZADD', K .. 'deadlines', deadline, id)
  redis.call('ZADD', K .. 'jobs:' .. tenant, 0, id)
  add_open(K, tenant, open, 1, #args[5])
  place(K, id, args, now, state, group)
  if args[23] ~= '' then
    if worker then add_event(K, id, 'status', 'queued 0 -') end
    add_status(K, id)
  end
  return group and '1' or '0'
end

step('admit', {}, function(K, args)
  local id, cache_key = args[1], args[12]
  local now_in_us = now_us()
  local now = math.floor(now_in_us / 1000)
  if args[16] ~= '' then
    local known = replayed(K, args[16], args[17])
    if known then return known end
  end
  if cache_key ~= '' and args[13] == 'use' and args[9] == '0' then
    local source, answer = cached_answer(K, cache_key)
    if source then
      if args[15] == '1' or args[16] ~= '' then
        store_hit(K, id, args, answer, tonumber(args[18]), now)
      end
      local report = peek_limits(K, args, FIRST_LIMIT, now_in_us)
      return { 'hit', source, answer, now, report[1], report[2], report[3] }
    end
  end
  local report, writes, refusal = check_limits(K, args, FIRST_LIMIT, now_in_us)
  if refusal then return { 'limited', refusal, report[1], report[2], report[3] } end
  local open = read_open(K, args[2])
  local full = full_bound(K, open, #args[5], args)
  if full then return { 'full', full } end
  take_limits(writes)
  local follows = take_in(K, id, args, open, now)
  return { 'admitted', now, follows, report[1], report[2], report[3] }
end)
