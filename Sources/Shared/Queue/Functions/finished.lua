-- What finished jobs leave behind: indexes by the time at which each is forgotten, and sums of their bytes. Room is made
-- by them (room.lua), and they say what fills Redis.
--   unfetched  zset  `<id> <bytes> <tenant>` of jobs whose answers nobody has fetched
--   fetched    zset  the same of jobs whose callers waited and have them: forgotten soon, and the first to go with
--   fetched_jobs  zset  the same of jobs whose callers have them, and that are kept long all the same: they were fetched
--                    later, or stand for an idempotency key
--   stubs      zset  the same of jobs whose answers are gone, and that stand for an idempotency key still
--   logs       zset  `<id> <bytes>` of event logs of jobs that have ended
--   memory     hash  bytes: of each of these, by its name; the rest in room.lua
--
-- "Its caller has it" is known without a message of its own: a job whose caller waits (field qt) has been received when
-- the channel of its caller has a listener at its end and the answer is told whole. Who waits no longer, or has an answer
-- by another way, says so afterwards (`told`). A job that is read once it has ended is fetched, too.

-- What a finished job takes beside its answer, about: its hash, two keys, its places in two sets. Measured on Redis 7.0;
-- docs/redis.md.
local FINISHED_BYTES, STUB_BYTES = 950, 900
-- What the hash of a job takes more that says what it holds: beyond 64 bytes of a field, Redis keeps it in another way.
local HELD_BYTES = 1000
-- A stream has pages of 4 KiB, the first of which is there at once.
local LOG_BYTES, LOG_ENTRY_BYTES, LOG_PAGE, LOG_PAGE_BYTES = 600, 30, 4096, 4200

-- The member of an index for a job.
local function finished_member(id, bytes, tenant) return id .. ' ' .. bytes .. ' ' .. tenant end

local function parts_of(member)
  local bytes, tenant = member:match('^(%d+) ?(.*)$', 42)
  return member:sub(1, 40), tonumber(bytes) or 0, tenant or ''
end

-- Counts bytes in, or with a negative number out.
local function add_bytes(K, index, bytes)
  write_index('HINCRBY', K .. 'memory', index, text(bytes))
end

-- Whether somebody listens to a channel: asked once for each step.
local function is_heard(changes, channel)
  local heard = changes.heard[channel]
  if heard == nil then
    local listeners = redis.pcall('PUBSUB', 'NUMSUB', channel)
    heard = (listeners[2] or 0) > 0
    changes.heard[channel] = heard
  end
  return heard
end

-- Whether the caller of a job that ends now is told its answer, and will not come back for it. Who streams reads it once
-- more at the stream's end, and whose callback is called has it when that was delivered.
local function is_received(changes, job, body)
  return job.qt and not job.ev and not job.u and #body <= LARGEST_TOLD and job.ch and is_heard(changes, job.ch)
end

-- The indexes of answers whose callers have them. Two, so that in each the first to be forgotten are the oldest.
local FETCHED = { 'fetched', 'fetched_jobs' }

-- Writes down a job that has ended: how long (ms) it stays, and how much it takes until then. `answer_time` is how long an
-- answer stays whose caller waited for it, and `own_index` where it stands whoever has it.
local function note_finished(changes, id, tenant, bytes, now, keep, is_fetched, answer_time, own_index)
  local index = own_index or not is_fetched and 'unfetched' or keep == tonumber(answer_time) and 'fetched' or 'fetched_jobs'
  note_added(changes, index, text(now + keep), finished_member(id, bytes, tenant))
  add_to(changes.memory, index, bytes)
end

-- The same for an event log, at once: of jobs that stream, there are few.
local function note_log(K, id, own_bytes, keep, now)
  local log = K .. 'events:' .. id
  local content = tonumber(redis.call('HGET', K .. 'j:' .. id, 'eb') or 0) + own_bytes
    + LOG_ENTRY_BYTES * (plain(redis.pcall('XLEN', log)) or 0)
  local bytes = LOG_BYTES + LOG_PAGE_BYTES * math.ceil(content / LOG_PAGE)
  redis.call('HSET', K .. 'j:' .. id, 'lz', bytes)
  local is_new = write_index('ZADD', K .. 'logs', text(now + keep), id .. ' ' .. text(bytes))
  if is_new == 1 then add_bytes(K, 'logs', bytes) end
end

-- An event log leaves the index. `bytes` is the job's field lz.
local function forget_log(K, id, bytes)
  if bytes and write_index('ZREM', K .. 'logs', id .. ' ' .. bytes) == 1 then add_bytes(K, 'logs', -bytes) end
end

-- A finished job leaves the first of these indexes that it is in. Returns whether it was in one.
local function leave_finished(K, id, job, indexes)
  local member = finished_member(id, job.z, job.t)
  for _, index in ipairs(indexes) do
    if write_index('ZREM', K .. index, member) == 1 then
      add_bytes(K, index, -job.z)
      return true
    end
  end
  return false
end

local function enter_finished(K, id, job, index, forgotten)
  write_index('ZADD', K .. index, text(forgotten), finished_member(id, job.z, job.t))
  add_bytes(K, index, job.z)
end

-- How long a finished job stays from now on (ms), with all that belongs to it.
local function keep_finished(K, id, job, keep, now)
  for _, part in ipairs({ 'j:', 'r:', 'm:', 'events:' }) do redis.call('PEXPIRE', K .. part .. id, text(keep)) end
  if job.lz then write_index('ZADD', K .. 'logs', 'XX', text(now + keep), id .. ' ' .. job.lz) end
end

local function finished_fields(K, id)
  local values = redis.pcall('HMGET', K .. 'j:' .. id, 't', 'z', 'fe', 'qt', 'ik', 'u', 'lz', 'ft', 's', 'ua', 'nm',
    'ct', 'ow', 'fl')
  return {
    t = values[1], z = values[2], fe = values[3], qt = values[4], ik = values[5], u = values[6], lz = values[7],
    ft = values[8], s = values[9],
    -- What is not settled stays, as what is not acknowledged.
    ua = values[10] or values[13], nm = values[11], ct = values[12], fl = values[14],
  }
end

-- The caller of a finished job has its answer. One whose end is yet to be delivered stays as it is until then.
local function note_fetched(K, id, job, is_delivered)
  if not job.z or job.fe or not job.ft or (job.u and not is_delivered) then return end
  local forgotten = plain(redis.pcall('ZSCORE', K .. 'unfetched', finished_member(id, job.z, job.t)))
  local now = now_ms()
  if not forgotten then return end
  forgotten = tonumber(forgotten)
  local index = 'fetched_jobs'
  -- A dead letter stays as long as an operator may want it.
  local stays = job.fl and kept.SOON_GONE or tonumber(job.qt)
  if stays and not job.ik and (job.s ~= 'failed' or job.fl) and now + stays < forgotten then
    index, forgotten = job.fl and index or 'fetched', now + stays
    keep_finished(K, id, job, stays, now)
  end
  redis.call('HSET', K .. 'j:' .. id, 'fe', '1')
  if leave_finished(K, id, job, { 'unfetched' }) then enter_finished(K, id, job, index, forgotten) end
end

-- The caller has left without the answer, which stays as if nobody had waited.
local function note_missed(K, id, job, keep)
  if not job.ft then return redis.call('HDEL', K .. 'j:' .. id, 'ch', 'qt') end
  if not job.z or not job.fe then return end
  local now = now_ms()
  redis.call('HDEL', K .. 'j:' .. id, 'fe', 'qt')
  if job.fl then keep = kept.SOON_GONE end
  if job.ik then keep = math.max(keep, DAY + 3600000) end
  if leave_finished(K, id, job, FETCHED) then
    enter_finished(K, id, job, 'unfetched', now + keep)
    keep_finished(K, id, job, keep, now)
  end
end

-- told: what became of callers who waited, where that is not known from the way in which their jobs ended.
--   KEYS[1] base   ARGV 1 keep (ms)  2… id, '1' when the caller has the answer and '0' when it left without, of each
--   returns 1   O(jobs log jobs)
step('told', { 'allow-oom' }, function(K, args)
  for index = 2, #args, 2 do
    local id = args[index]
    local job = finished_fields(K, id)
    if job.t then
      if args[index + 1] == '1' then note_fetched(K, id, job) else note_missed(K, id, job, tonumber(args[1])) end
    end
  end
  return 1
end)
