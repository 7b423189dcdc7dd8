-- The fields of a job as its readers see it, in the order of `view`.
local VIEW = { 's', 'l', 'm', 'a', 'ct', 'st', 'ft', 'hit', 'co', 't', 'go', 'ev', 'ua', 'ke' }

-- A job as its readers see it; nil when there is none of that id.
--   {id, state, lane, model, attempts, created, started or nil, finished or nil, 1 when it came from the cache,
--    1 when another's call answered it, tenant, metadata or nil, result or failure or nil, 1 when its answer is gone,
--    'gone' when its event log is, '1' when it has ended and replicas are to acknowledge that first,
--    id of the key that made it or nil}
-- The result is nil `without_body` in any case.
local function view(K, id, without_body)
  local job = redis.pcall('HMGET', K .. 'j:' .. id, unpack(VIEW))
  if not job[1] or not job[10] then return nil end
  local body = job[7] and not without_body and string_at(K .. 'r:' .. id)
  return { id, job[1], job[2], job[3], job[4], job[5], job[6], job[7], job[8], job[9], job[10],
    string_at(K .. 'm:' .. id), body, job[11], job[12], job[13], job[14] }
end

-- Ends a job that waits past its deadline before it is shown, also while there is no worker to do so.
local function expire_if_late(K, id, keep)
  local job, now = redis.call('HMGET', K .. 'j:' .. id, 's', 'd', 'a'), now_ms()
  if (job[1] == 'queued' or job[1] == 'scheduled') and tonumber(job[2]) <= now then
    expire(K, id, job[3], keep, now)
  end
end

-- read: a job as its tenant may see it; with a channel, also asks to be told of its end. One that has ended is fetched
-- from then on.
--   KEYS[1] base
--   ARGV  1 id  2 tenant  3 channel or ''  4 keep (ms)
--         5 rate limits to report (as `limits` takes them) or ''
--   returns {view of the job or nil, what `limits` returns}
--   A job of another tenant is as absent as one that never was.   O(1)
step('read', { 'allow-oom' }, function(K, args)
  local id, channel = args[1], args[3]
  local report = held.report_limits(K, args[5])
  if redis.pcall('HGET', K .. 'j:' .. id, 't') ~= args[2] then
    return { false, report }
  end
  expire_if_late(K, id, tonumber(args[4]))
  local job = view(K, id)
  -- Of an end that replicas have not acknowledged it is not known yet whether the reader is told.
  if job[8] and not job[16] then note_fetched(K, id, finished_fields(K, id)) end
  if channel ~= '' and not job[8] then
    write_index('SADD', K .. 'w:' .. id, channel)
    redis.call('HSET', K .. 'j:' .. id, 'wt', 1)
  end
  return { job, report }
end)

-- As many events as are read at once: one of them may have 32 MiB.
local EVENTS_AT_ONCE = 16

-- Adds to a page the events of a job behind number `last`: `most` of them, or less when they have so many bytes, but one
-- at least. Returns 1 when more are there, else 0.
local function add_events(K, id, page, last, most, bytes)
  local key, left = K .. 'events:' .. id, most
  while left > 0 and bytes > 0 do
    local found = members_of(key,
      redis.pcall('XRANGE', key, '(' .. text(last) .. '-0', '+', 'COUNT', text(math.min(left, EVENTS_AT_ONCE))))
    if #found == 0 then break end
    for _, event in ipairs(found) do
      last = tonumber(event[1]:match('^%d+'))
      page[#page + 1] = { last, event[2][2], event[2][4] }
      left, bytes = left - 1, bytes - #event[2][4]
      if bytes <= 0 then break end
    end
  end
  return redis.call('XLEN', key) > last and 1 or 0
end

-- events: what has happened to a job since an event; begins its log when it has none, and with a channel asks
-- to be told of what comes.
--   KEYS[1] base
--   ARGV  1 id  2 tenant  3 number of the event after which to begin  4 most events  5 channel or ''  6 keep (ms)
--         7 bytes after which a page ends
--   returns {} when the tenant has no such job, {view of the job without its body} when its log is gone, or {view of the job without its body, 1 when more events are there,
--     event…}
--     event  {number, kind, payload}
--   O(log events + most)
step('events', { 'allow-oom' }, function(K, args)
  local id, channel = args[1], args[5]
  local key = K .. 'j:' .. id
  if redis.pcall('HGET', key, 't') ~= args[2] then return {} end
  expire_if_late(K, id, tonumber(args[6]))
  local job = redis.call('HMGET', key, 's', 'ft', 'ev', 'rp')
  if job[3] == 'gone' then return { view(K, id, true) } end
  local is_lost = job[2] and (plain(redis.pcall('XLEN', K .. 'events:' .. id)) or 0) == 0
  -- A kept response outlives its log; one that is made of its answer would have other events.
  if is_lost and job[3] and job[4] then
    redis.call('HSET', key, 'ev', 'gone')
    return { view(K, id, true) }
  end
  if not job[3] or is_lost then
    if job[2] then
      redis.call('HSET', key, 'ev', 1)
      end_events(K, id, false, job[1], string_at(K .. 'r:' .. id) or '', redis.call('PTTL', key))
    else
      begin_events(K, id, 'deltas')
    end
  end
  if channel ~= '' and not job[2] then
    write_index('SADD', K .. 'w:' .. id, channel)
    redis.call('HSET', key, 'wt', 1)
  end
  local page = { view(K, id, true), 0 }
  page[2] = add_events(K, id, page, tonumber(args[3]), tonumber(args[4]), tonumber(args[7]))
  return page
end)

-- The bytes of results after which a page of jobs ends.
local BYTES_OF_A_PAGE = 4194304

-- A job that is not there leaves its tenant's list. Returns whether it is lost: else it had ended, and its time was over.
local function unlist(K, tenant, id)
  redis.call('ZREM', K .. 'jobs:' .. tenant, id)
  if not redis.call('ZSCORE', K .. 'deadlines', id) then return false end
  bury(K, 'jobs', id)
  return true
end

-- list: a tenant's jobs, the newest first.
--   KEYS[1] base
--   ARGV  1 tenant  2 most jobs  3 state or ''  4 id before which to go on, or ''
--   returns {id to go on before or '' at the end, view…}; may be short of `most` when few are of that state, or when
--   their results are large
--   O(log jobs + looked at), of which there are at most 1,000
--   What is lost goes from the list.
step('list', { 'allow-oom' }, function(K, args)
  local most, state = tonumber(args[2]), args[3]
  local before = args[4] == '' and '+' or '(' .. args[4]
  local looked_at = state == '' and most or 1000
  local key = K .. 'jobs:' .. args[1]
  local ids = members_of(key, redis.pcall('ZRANGE', key, before, '-', 'BYLEX', 'REV', 'LIMIT', 0, looked_at))
  local page, last, bytes = { '' }, nil, 0
  for _, id in ipairs(ids) do
    last = id
    local is_wanted = state == '' or redis.pcall('HGET', K .. 'j:' .. id, 's')
    if is_wanted == true or is_wanted == state then
      local job = view(K, id)
      if job then page[#page + 1] = job else unlist(K, args[1], id) end
      bytes = bytes + #(job and job[13] or '')
    end
    if #page > most or bytes >= BYTES_OF_A_PAGE then break end
  end
  if last and (last ~= ids[#ids] or #ids == looked_at) then page[1] = last end
  return page
end)

-- ended: which of these jobs have ended, and how: for readers whose message may have been lost.
--   KEYS[1] base   ARGV 1 most bytes of all results and failures together  2… ids
--   returns {id, state, result or failure or '', or nil when there was no room for it, '1' when replicas are to acknowledge
--     it first} for each that has ended, and {id} for each that is not there (its caller listens before it is admitted), or whose
--     answer is gone; when there is such a one, last until when (ms) jobs were created whose answers gave way: it may be one of them
--   O(ids)
step('ended', { 'no-writes' }, function(K, args)
  local ended, room, is_one_absent = {}, tonumber(args[1]), false
  for index = 2, #args do
    local id = args[index]
    local job = redis.pcall('HMGET', K .. 'j:' .. id, 's', 'ft', 'ua', 'go')
    -- A stub has no answer to tell.
    if not job[1] or job[4] then
      ended[#ended + 1] = { id }
      is_one_absent = true
    elseif job[2] then
      local size = plain(redis.pcall('STRLEN', K .. 'r:' .. id)) or 0
      local fits = size <= room
      if fits then room = room - size end
      ended[#ended + 1] = { id, job[1], fits and (string_at(K .. 'r:' .. id) or ''), job[3] }
    end
  end
  if is_one_absent then
    ended[#ended + 1] = tonumber(plain(redis.pcall('HGET', K .. 'memory', 'dropped_until')) or 0)
  end
  return ended
end)

-- A hash as name, value, …; nothing of what is of another type.
local function members_of_hash(key)
  local found = redis.pcall('HGETALL', key)
  return found.err and {} or found
end

-- How long (ms) a shard counts as full after it had no room.
local FULL_FOR = 10000

-- statistics: how full the shard is.
--   KEYS[1] base   ARGV 1 silence after which a worker counts as gone (ms)
--   returns {open jobs, open bytes, running, scheduled, dead, workers alive, counts as name, value, …, bytes of the
--     cache, what finished jobs take as name, value, …, 1 when there was no room to be made a moment ago, else 0}
--   O(log workers)
step('statistics', { 'no-writes' }, function(K, args)
  local full = now_ms() - tonumber(plain(redis.pcall('HGET', K .. 'memory', 'full')) or 0) < FULL_FOR
  return {
    redis.call('ZCARD', K .. 'deadlines'), tonumber(redis.call('HGET', K .. 'open', 'bytes') or 0),
    redis.call('ZCARD', K .. 'lease'), redis.call('ZCARD', K .. 'scheduled'), redis.call('ZCARD', K .. 'dead'),
    redis.call('ZCOUNT', K .. 'workers', now_ms() - tonumber(args[1]), '+inf'),
    redis.call('HGETALL', K .. 'counts'), tonumber(redis.call('HGET', K .. 'cachesize', 'total') or 0),
    members_of_hash(K .. 'memory'), full and 1 or 0,
  }
end)
