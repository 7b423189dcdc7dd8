-- Room: finished work is forgotten in time, kept within its bounds, and gives way before anything is refused.
--
-- What gives way, in this order: the cache and event logs of jobs that have ended, the first to be forgotten first; answers
-- whose callers have them, those of the oldest jobs first; last of all kept responses and conversations, the first to be
-- forgotten first (responses.lua). What is queued or running, whose answer nobody has fetched, and
-- whose end is yet to be delivered, is not touched; usage records go only once they are added up (outbox.lua), beyond their
-- own bound or when they are old.
--
-- Further fields of `memory`: used and limit, what Redis said last of its own memory; usage, the bytes of usage records;
-- full, when (ms) there was no room left to be made, until there is some again; dropped_until, when (ms) the newest job was created whose answer gave
-- way.

-- A block, because Lua has room for 200 names in a file, and all files are one.
do

-- What Redis takes for a cache entry beside its bytes, about.
local CACHE_ENTRY_BYTES = 300
-- An answer under an idempotency key stays so long (ms) in any case: its caller may have been cut off, and ask again.
local REPLAY_GRACE = 60000
-- How many pages of answers one step looks through for some that may go.
local PAGES_AT_ONCE = 8
-- The fields of a job that say nothing once its answer is gone.
local OF_ANSWERS = { 'by', 'ch', 'k', 'kt', 'w', 'd', 'b', 'z', 'fe', 'qt', 'lz', 'eb', 'dl', 'g', 'nm', 'h', 'gt', 'pu', 'rt', 'ra' }

-- Some members of an index; none of what is of another type, which goes.
local function some_of(key, ...)
  return members_of(key, redis.pcall('ZRANGE', key, ...))
end

-- Forgets what is over by now in an index of finished jobs; their keys have ended by themselves. Returns how many.
local function sweep_index(K, index, now, most)
  local gone = some_of(K .. index, '-inf', text(now), 'BYSCORE', 'LIMIT', '0', text(most))
  if #gone == 0 then return 0 end
  local bytes, ids_of = 0, {}
  for _, member in ipairs(gone) do
    local id, size, tenant = parts_of(member)
    bytes = bytes + size
    if tenant ~= '' then
      local ids = list_in(ids_of, (said.is_id(id) and said.OF_TENANT or 'jobs:') .. tenant)
      ids[#ids + 1] = id
    end
  end
  for list, ids in pairs(ids_of) do call_with_many('ZREM', K .. list, ids) end
  call_with_many('ZREM', K .. index, gone)
  add_bytes(K, index, -bytes)
  return #gone
end

-- Counts what gave way, by the words of `memory` as metrics have them.
local function count_dropped(K, part, number)
  if number > 0 then redis.call('HINCRBY', K .. 'counts', 'dropped:' .. part, text(number)) end
end

-- Each of these frees up to `bytes` with up to `most` of its kind. Returns the bytes that it has freed, about, and how many
-- of its kind it has dropped.

local function drop_cached(K, bytes, most)
  local freed, dropped = 0, 0
  for _, key in ipairs(some_of(K .. 'cached', '0', text(most - 1))) do
    if freed >= bytes then break end
    freed = freed + CACHE_ENTRY_BYTES + tonumber(redis.call('HGET', K .. 'cachesize', key) or 0)
    forget_cached(K, key)
    dropped = dropped + 1
  end
  count_dropped(K, 'cache', dropped)
  return freed, dropped
end

local function drop_logs(K, bytes, most)
  local freed, dropped = 0, 0
  for _, member in ipairs(some_of(K .. 'logs', '0', text(most - 1))) do
    if freed >= bytes then break end
    local id, size = parts_of(member)
    local job = finished_fields(K, id)
    if not job.ua then
      write_index('ZREM', K .. 'logs', member)
      if not job.t or (job.ft and tonumber(job.lz) == size) then
        redis.call('DEL', K .. 'events:' .. id)
        if job.t then
          redis.call('HDEL', K .. 'j:' .. id, 'lz')
          redis.call('HSET', K .. 'j:' .. id, 'ev', 'gone')
        end
      end
      freed, dropped = freed + size, dropped + 1
    end
  end
  if freed > 0 then add_bytes(K, 'logs', -freed) end
  count_dropped(K, 'event_logs', dropped)
  return freed, dropped
end

-- The answer of a job goes; the job stands for its idempotency key still.
local function make_stub(K, id, tenant, forgotten)
  redis.call('DEL', K .. 'r:' .. id, K .. 'events:' .. id)
  redis.call('HDEL', K .. 'j:' .. id, unpack(OF_ANSWERS))
  redis.call('HSET', K .. 'j:' .. id, 'go', '1')
  if redis.call('HEXISTS', K .. 'j:' .. id, 'ev') == 1 then redis.call('HSET', K .. 'j:' .. id, 'ev', 'gone') end
  write_index('ZADD', K .. 'stubs', forgotten, finished_member(id, text(STUB_BYTES), tenant))
  add_bytes(K, 'stubs', STUB_BYTES)
end

-- A job whose caller has its answer goes: its keys and its id are added to `going`, for a page of jobs at once. Returns what
-- that frees.
local function drop_job(K, going, id, tenant, job, size, forgotten)
  forget_log(K, id, job.lz)
  if job.s == 'failed' then
    redis.call('DEL', K .. 'p:' .. id)
    redis.call('ZREM', K .. 'dead', id)
  end
  if job.ik then
    make_stub(K, id, tenant, forgotten)
    return size - STUB_BYTES
  end
  local keys, is_gone = going.keys, not job.t
  keys[#keys + 1], keys[#keys + 2] = K .. 'j:' .. id, K .. 'r:' .. id
  -- Each key that is named takes its time, there or not.
  if is_gone or not job.nm then keys[#keys + 1] = K .. 'm:' .. id end
  if is_gone or job.u then keys[#keys + 1] = K .. 'u:' .. id end
  if is_gone or job.lz then keys[#keys + 1] = K .. 'events:' .. id end
  local ids = list_in(going.ids_of, tenant)
  ids[#ids + 1] = id
  return size
end

-- Whether a job has ended as its place in an index says. It has not when a process of before, which does not know the
-- index, has requeued it since: then it is no more than the place that may go.
local function has_ended_so(job, size) return job.ft and job.fe and tonumber(job.z) == size end

-- Whether an answer may go now: replicas have it, and its caller has had time to ask again under his key.
local function may_go(job, now) return not job.ua and (not job.ik or now - tonumber(job.ft) >= REPLAY_GRACE) end

-- Some answers whose callers have them, from these ranks of their indexes on: of each its index's number, its member and
-- when it is forgotten. The oldest jobs come first: ids sort by time.
local function oldest_fetched(K, ranks, most)
  local found, at, oldest = {}, {}, {}
  for number, index in ipairs(FETCHED) do
    found[number] = some_of(K .. index, text(ranks[number]), text(ranks[number] + most - 1), 'WITHSCORES')
    at[number] = 1
  end
  while #oldest < most do
    local soon, late = found[1][at[1]], found[2][at[2]]
    local number = (soon and (not late or soon < late)) and 1 or 2
    local member = found[number][at[number]]
    if not member then break end
    oldest[#oldest + 1] = { number = number, member = member, forgotten = found[number][at[number] + 1] }
    at[number] = at[number] + 2
  end
  return oldest
end

-- Those that are gone leave their indexes.
local function leave_fetched(K, gone, sizes)
  for number, index in ipairs(FETCHED) do
    call_with_many('ZREM', K .. index, gone[number])
    if sizes[number] > 0 then add_bytes(K, index, -sizes[number]) end
  end
end

-- Drops the oldest answers from these ranks on; those that stay are passed over. Returns what that frees, how many are
-- gone, when (ms) the newest of their jobs was created, and whether there were any.
local function drop_page(K, ranks, bytes, most, now)
  local freed, dropped, newest, gone, sizes = 0, 0, 0, { {}, {} }, { 0, 0 }
  local going, page = { keys = {}, ids_of = {} }, oldest_fetched(K, ranks, most)
  for _, next in ipairs(page) do
    if freed >= bytes then break end
    local number, id, size, tenant = next.number, parts_of(next.member)
    local job = finished_fields(K, id)
    local is_stale = job.t and not has_ended_so(job, size)
    if is_stale or not job.t or may_go(job, now) then
      if not is_stale then
        freed = freed + drop_job(K, going, id, tenant, job, size, next.forgotten)
        newest = math.max(newest, tonumber(job.ct) or 0)
      end
      sizes[number], dropped = sizes[number] + size, dropped + 1
      gone[number][#gone[number] + 1] = next.member
    else
      ranks[number] = ranks[number] + 1
    end
  end
  delete_all(going.keys)
  for of, ids in pairs(going.ids_of) do call_with_many('ZREM', K .. 'jobs:' .. of, ids) end
  leave_fetched(K, gone, sizes)
  return freed, dropped, newest, #page > 0
end

-- Whoever finds that a job is not there knows by this that its answer may have given way: it is not lost.
local function note_dropped_until(K, created)
  local before = tonumber(plain(redis.pcall('HGET', K .. 'memory', 'dropped_until')) or 0)
  if created > before then write_index('HSET', K .. 'memory', 'dropped_until', text(created)) end
end

local function drop_fetched(K, bytes, most, now)
  local freed, dropped, newest, ranks = 0, 0, 0, { 0, 0 }
  for _ = 1, PAGES_AT_ONCE do
    local more, gone, created, found = drop_page(K, ranks, bytes - freed, most - dropped, now)
    freed, dropped, newest = freed + more, dropped + gone, math.max(newest, created)
    if freed >= bytes or dropped >= most or not found then break end
  end
  note_dropped_until(K, newest)
  count_dropped(K, 'fetched', dropped)
  return freed, dropped
end

-- make_room: drops what gives way.
--   KEYS[1] base
--   ARGV  1 bytes  2 most things to drop in this step  3 who asks: while one makes room, others are told to wait
--         4 '1' for the last step of who asks  5 '1' when Redis has refused a step
--   returns {bytes freed, about, things dropped}, or {-1} while another makes room
--   O(things log jobs)
local GIVING_WAY = { drop_cached, drop_logs, drop_fetched, function(...) return kept.drop(...) end }

-- Whether who asks makes room now, and no other.
local function is_alone(K, who, is_last)
  local other = redis.call('SET', K .. 'room', who, 'NX', 'GET', 'PX', 100)
  if other and other ~= who then return false end
  if is_last then redis.call('DEL', K .. 'room') elseif other then redis.call('PEXPIRE', K .. 'room', 100) end
  return true
end

step('make_room', { 'allow-oom' }, function(K, args)
  local bytes, most, now = tonumber(args[1]), tonumber(args[2]), now_ms()
  if not is_alone(K, args[3], args[4] == '1') then return { -1 } end
  local freed, dropped = 0, 0
  for _, drop in ipairs(GIVING_WAY) do
    if freed >= bytes or dropped >= most then break end
    local more, things = drop(K, bytes - freed, most - dropped, now)
    freed, dropped = freed + more, dropped + things
  end
  if bytes > 0 and dropped == 0 and args[5] == '1' then write_index('HSET', K .. 'memory', 'full', text(now)) end
  return { math.max(0, freed), dropped }
end)

-- How many members of an index tell how large all of them are, and how often (ms) they are asked.
local SAMPLE, RECOUNT_EVERY = 500, 60000

-- Sets a sum right that has nothing to do any more with what it counts: keys were lost. By a sample where there are many.
local function recount(K, index)
  local key, sum = K .. index, tonumber(plain(redis.pcall('HGET', K .. 'memory', index)) or 0)
  local sample, bytes = some_of(key, '0', text(SAMPLE)), 0
  local few = #sample <= SAMPLE
  local members = few and #sample or redis.call('ZCARD', key)
  if not few then sample = redis.call('ZRANDMEMBER', key, SAMPLE) end
  for _, member in ipairs(sample) do bytes = bytes + select(2, parts_of(member)) end
  if not few then
    bytes = math.floor(bytes / #sample * members)
    if sum > bytes / 2 and sum < bytes * 2 then return end
  end
  if sum == bytes then return end
  write_index('HSET', K .. 'memory', index, text(bytes))
  count(K, 'repaired:memory')
end

-- How much (bytes) is free at least, or a twentieth, once a Redis that was full counts as full no more.
local FREE_AGAIN = 67108864

local INDEXES = { 'fetched', 'fetched_jobs', 'unfetched', 'stubs', 'logs', 'kept' }

-- tidy: forgets finished work whose time has come, and keeps the rest within its bounds. One process does it at a time.
--   KEYS[1] base
--   ARGV  1 who asks  2 how long (ms) the duty stays his  3 most bytes of answers whose callers have them and of event
--         logs  4 most bytes of usage records  5 what Redis uses  6 its limit, 0 without one  (bytes; both '' when that
--         is not known)  7 most things of each kind in this step  8 how long (ms) usage records stay
--   returns 1: more is to be done at once, 0: nothing is, -1: another is on duty
--   O(things log jobs)
step('tidy', { 'allow-oom' }, function(K, args)
  local other = redis.call('SET', K .. 'tidying', args[1], 'NX', 'GET', 'PX', args[2])
  if other and other ~= args[1] then return -1 end
  if other then redis.call('PEXPIRE', K .. 'tidying', args[2]) end
  local now, most, more = now_ms(), tonumber(args[7]), false
  if redis.call('SET', K .. 'recounted', '1', 'NX', 'PX', text(RECOUNT_EVERY)) then
    for _, index in ipairs(INDEXES) do recount(K, index) end
  end
  for _, index in ipairs(INDEXES) do
    if sweep_index(K, index, now, most) == most then more = true end
  end
  local sums = redis.pcall('HMGET', K .. 'memory', 'logs', unpack(FETCHED))
  local beyond = tonumber(sums[1] or 0) + tonumber(sums[2] or 0) + tonumber(sums[3] or 0) - tonumber(args[3])
  if beyond > 0 then
    local freed, dropped = drop_logs(K, beyond, most)
    if freed < beyond and dropped < most then
      local _, answers = drop_fetched(K, beyond - freed, most - dropped, now)
      dropped = dropped + answers
    end
    if dropped == most then more = true end
  end
  if outbox.trim(K, tonumber(args[4]), now - tonumber(args[8])) then more = true end
  if args[5] ~= '' then
    local used, limit = tonumber(args[5]), tonumber(args[6])
    write_index('HSET', K .. 'memory', 'used', args[5], 'limit', args[6])
    if limit == 0 or used < limit - math.min(limit / 20, FREE_AGAIN) then write_index('HDEL', K .. 'memory', 'full') end
  end
  return more and 1 or 0
end)

end
