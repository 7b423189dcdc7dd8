-- What every step of the queue shares. The files of this folder are joined behind this one into one
-- Redis Function library; LIBRARY, its versioned name, is defined above this line when it is loaded.
--
-- KEYS[1] of every step is the shard's base, such as `sluice:{0}`. All other keys derive from it and share
-- its hash tag, so a step works on Redis Cluster too:
--   j:<id>            hash    the job; fields below
--   p:<id>            string  its request, until it succeeds
--   r:<id>            string  its result or failure, once it has ended
--   m:<id>            string  its client's metadata (JSON), when there is any
--   w:<id>            set     channels of API processes that wait for it beside its own
--   q:<lane>:<tenant> list    ids in the order in which they are taken
--   ready:<lane>      zset    tenants with queued jobs, by virtual time
--   vt:<lane>         hash    virtual time of tenants that ran out of jobs while others had some
--   lanes             zset    lanes with queued jobs, by virtual time
--   clock             hash    virtual time of `lanes` and of each lane
--   lease             zset    running jobs by the time at which their lease ends
--   scheduled         zset    jobs that wait for a time, by that time
--   dead              zset    failed jobs by the time of their end
--   wake              zset    one member while there may be work: what idle workers block on
--   open              hash    jobs: how many have not ended; bytes: of their requests
--   workers           zset    workers by the time of their last sign of life
--   limit:<subject>   string  a rate limit's theoretical arrival time in microseconds
--   cache:<key>       string  the id of the job that made an answer, then the answer
--   cached            zset    cache keys by the time at which they end
--   cachesize         hash    bytes by cache key, and their sum under `total`
--
-- Fields of j:<id>, short because there are many jobs:
--   s state  t tenant  l lane  m model  f fence  a attempts  c crashes  w weight  b bytes of the request
--   d deadline  ct created  st started  ft finished  k cache key  kt cache time  ch channel of its caller
--   wt 1 when w:<id> exists
-- Times are milliseconds of Redis' own clock; no process's clock matters.

local function step(name, flags, callback)
  redis.register_function{
    function_name = LIBRARY .. '_' .. name,
    callback = function(keys, args) return callback(keys[1] .. ':', args) end,
    flags = flags,
  }
end

local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function now_ms()
  return math.floor(now_us() / 1000)
end

-- Tells one idle worker that there may be work. The marker is no work itself: losing it loses nothing.
local function wake(K)
  redis.call('ZADD', K .. 'wake', 0, 'work')
end

-- Weight in the virtual time of lanes: while all are busy, of 21 jobs 16 are interactive, 4 standard, 1 batch.
local LANE_COST = { interactive = 1 / 16, standard = 1 / 4, batch = 1 }

-- Puts a job into its lane, at the back or (for work that was begun) at the front. O(log tenants).
-- A tenant or lane that was idle starts at the present virtual time: idling earns no credit.
local function enqueue(K, id, lane, tenant, front)
  redis.call(front and 'LPUSH' or 'RPUSH', K .. 'q:' .. lane .. ':' .. tenant, id)
  local ready = K .. 'ready:' .. lane
  if not redis.call('ZSCORE', ready, tenant) then
    local clock = redis.call('HMGET', K .. 'clock', lane, 'lanes')
    local present = tonumber(clock[1]) or 0
    local own = tonumber(redis.call('HGET', K .. 'vt:' .. lane, tenant) or 0)
    redis.call('ZADD', ready, math.max(present, own), tenant)
    redis.call('ZADD', K .. 'lanes', 'NX', tonumber(clock[2]) or 0, lane)
  end
end

-- Tells everyone who waits for a job how it ended. A message may be lost: waiting readers look again.
local function announce(K, id, state, body, channel, watched)
  local message = id .. ' ' .. state .. ' ' .. body
  if channel and channel ~= '' then
    redis.call('PUBLISH', channel, message)
  end
  if watched then
    for _, watcher in ipairs(redis.call('SMEMBERS', K .. 'w:' .. id)) do
      if watcher ~= channel then redis.call('PUBLISH', watcher, message) end
    end
    redis.call('DEL', K .. 'w:' .. id)
  end
end

-- Ends a job: the one place where a job becomes terminal. `keep` is how long it stays readable.
local function finish(K, id, state, body, keep, now)
  local job = redis.call('HMGET', K .. 'j:' .. id, 'ch', 'wt', 'b')
  redis.call('HSET', K .. 'j:' .. id, 's', state, 'ft', now)
  redis.call('PEXPIRE', K .. 'j:' .. id, keep)
  if body ~= '' then
    redis.call('SET', K .. 'r:' .. id, body, 'PX', keep)
  end
  redis.call('PEXPIRE', K .. 'm:' .. id, keep)
  redis.call('ZREM', K .. 'lease', id)
  if state == 'failed' then
    -- The request stays, so that an operator can requeue it.
    redis.call('PEXPIRE', K .. 'p:' .. id, keep)
    redis.call('ZREMRANGEBYSCORE', K .. 'dead', '-inf', now - keep)
    redis.call('ZADD', K .. 'dead', now, id)
  else
    redis.call('DEL', K .. 'p:' .. id)
  end
  redis.call('HINCRBY', K .. 'open', 'jobs', -1)
  redis.call('HINCRBY', K .. 'open', 'bytes', -tonumber(job[3] or 0))
  announce(K, id, state, body, job[1], job[2])
end

-- Whether a worker that holds `fence` still holds the job: running, and not claimed by another since.
local function holds(K, id, fence)
  local job = redis.call('HMGET', K .. 'j:' .. id, 's', 'f')
  return job[1] == 'running' and job[2] == fence
end
