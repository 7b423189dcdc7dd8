-- What every step of the queue shares. The files of this folder are joined behind this one into one
-- Redis Function library; LIBRARY, its versioned name, is defined above this line when it is loaded.
--
-- KEYS[1] of every step is the shard's base, such as `sluice:{0}`. All other keys derive from it and share
-- its hash tag, so a step works on Redis Cluster too:
--   j:<id>            hash    the job; fields below
--   p:<id>            string  its request, until it succeeds; of a job in a trace, lines before it: traces.lua
--   r:<id>            string  its result or failure, once it has ended
--   m:<id>            string  its client's metadata (JSON), when there is any
--   u:<id>            string  the URL to call once it has ended, when there is one
--   w:<id>            set     channels of API processes that wait for it beside its own
--   events:<id>       stream  what has happened to it, for those who watch; events.lua
--   f:<group>         zset    jobs that follow the call of another, by the time of their coming
--   jobs:<tenant>     zset    ids of a tenant's jobs, all with score 0: ids sort by time
--   q:<lane>:<tenant> list    ids in the order in which they are taken
--   ready:<lane>      zset    tenants with queued jobs, by virtual time
--   vt:<lane>         hash    virtual time of tenants that ran out of jobs while others had some
--   parked            hash    lane:tenant -> virtual time, of tenants that run as many jobs as they may
--   running           hash    how many jobs each tenant runs
--   lanes             zset    lanes with queued jobs, by virtual time
--   clock             hash    virtual time of `lanes` and of each lane
--   deadlines         zset    every job that has not ended, by its deadline
--   lease             zset    running jobs by the time at which their lease ends
--   scheduled         zset    jobs that wait for a time, by that time
--   owed              zset    jobs that have ended and are not settled; bought.lua
--   dead              zset    failed jobs that an operator can do something about, by the time of their end
--   unfetched, fetched, fetched_jobs, stubs, logs, memory   what finished jobs take; finished.lua
--   kept, ask:<id>    responses that are kept; kept.lua
--   conv:<id>, convs:<tenant>   conversations; said.lua
--   ended             zset    `<id> <tenant>` of jobs that ended by steps of before, by the time at which they are forgotten
--   tidying, room     string  who looks after memory now; recounted, there for a minute after sums were; room.lua
--   wake              zset    one member while there may be work: what idle workers block on
--   open              hash    bytes: of requests of jobs that have not ended; jobs:<tenant>, bytes:<tenant>
--   workers           zset    workers by the time of their last sign of life
--   offers            zset    what workers offer (handover.lua), by how many jobs may be handed to each
--   handed            hash    how many jobs were handed over by each offer
--   grace             string  there for a moment after Redis was away: leases are not taken back yet
--   limit:<subject>   string  RATE_LIMIT's theoretical arrival time of a subject, in microseconds
--   held              hash    what jobs hold of limits and budgets, limits' arrival times, what was spent; held.lua, owners.lua
--   gate:<subject>    zset    jobs that wait for others to give back what they hold; gates.lua
--   refused:<subject> string  since when a limit has refused; notices.lua
--   notices           stream  what tenants are told of limits and budgets; notices.lua
--   epochs, tenant:<id>, key:<id>, tenants, keys, keys:<tenant>, keyused, audit, auditlast, leaving   access.lua
--   rebound   bounds.lua
--   users:<tenant>, userseen, keeps, keptat   users.lua, retention.lua
--   idem:<digest>     string  of a tenant's idempotency key: the id of its job, then the body's fingerprint
--   leader:<key>      string  the job whose call requests with this cache key may share
--   cache:<key>       string  the id of the job that made an answer, then the answer
--   cached            zset    cache keys by the time at which they end
--   cachesize         hash    bytes by cache key, and their sum under `total`
--   traced            list    ends of jobs whose spans are to be exported; traces.lua
--   usage             stream  one record for each job that ended, and for each answer of the cache; ends.lua, room.lua
--   rolled, use:h:<hour>, use:d:<day>, use:u:<day>  hash  sums of them; roll.lua
--   counts            hash    what has happened since the shard was new, by name
--   heirs             hash    of a group whose first call failed, the job that makes the call now
--   here              string  which founding of the shard this is; here.lua
--   untold            zset    jobs that have ended and of which nobody was told yet, by the time of that; acknowledged.lua
--
-- Fields of j:<id>, short because there are many jobs:
--   s state  t tenant  l lane  m model  f fence (next_fence)  a attempts  c crashes  w weight  b bytes of the request, and of what is kept of it (kept.lua)
--   d deadline  ct created  st started  ft finished  k cache key  kt cache time  ch channel of its caller
--   rt since when it could be begun, where that is later: it was delayed, put aside or requeued
--   ra after how many attempts it was last put aside for another
--   wt 1 when w:<id> exists  by its worker, and the channel on which it was handed over
--   hit 1 when the cache answered it
--   g its group, of jobs that share a call  fo 1 while it follows  co 1 when another's call answered it
--   nm 1 when it has no metadata  u 1 when u:<id> exists  ik 1 when it has an idempotency key
--   n how often an operator requeued it
--   of what a delivery tells of: a job that has ended, else see deliveries.lua
--   ev 1 when events:<id> exists, gone when it is  sm dl eb lz see events.lua
--   qt how long (ms) its answer stays once its caller has it, while one waits  z bytes that it takes once it has ended
--   fe 1 when its caller has the answer  go 1 when the answer is gone  rp pv of a response that is kept; kept.lua
--   fl 1 when nothing is to stay of what was asked and answered; kept.lua
--   h what it holds of limits and budgets  gt the gate at which it waits; held.lua  ke the id of its key  us its user
--   pu what attempts before the present one have bought  ow 1 when it has ended and is not settled yet; bought.lua
--   ua 1 when it has ended and nobody was told yet: replicas are to acknowledge that first
-- Times are milliseconds of Redis' own clock; no process's clock matters.

local DAY = 86400000

-- The most bytes of an answer, or of a piece of one, that a message carries: what is larger is announced without its
-- content, and who waits for it reads its key. Redis cuts off a listener that lets 8 MB of messages pile up for a
-- minute, or 32 MB at all (client-output-buffer-limit pubsub), and with it all who wait in that process.
local LARGEST_TOLD = 65536

-- What each step does, by its name.
local BODIES = {}

local function step(name, flags, callback)
  BODIES[name] = callback
  redis.register_function{
    function_name = LIBRARY .. '_' .. name,
    callback = function(keys, args) return callback(keys[1] .. ':', args) end,
    flags = flags,
  }
end

-- A whole number as an argument of a command. A number that a script gives it Redis writes out with seventeen digits,
-- which takes longer than many a command.
local function text(number)
  return string.format('%d', number)
end

local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function now_ms()
  return math.floor(now_us() / 1000)
end

-- Adds to a number of a hash; what has come to nothing leaves no field behind.
local function add(K, hash, field, amount)
  if redis.call('HINCRBY', K .. hash, field, text(amount)) == 0 then redis.call('HDEL', K .. hash, field) end
end

-- The same for many, by field.
local function add_all(K, hash, amounts)
  local fields, left, gone = {}, {}, {}
  for field in pairs(amounts) do fields[#fields + 1] = field end
  if #fields < 2 then return fields[1] and add(K, hash, fields[1], amounts[fields[1]]) end
  for index, stored in ipairs(redis.call('HMGET', K .. hash, unpack(fields))) do
    local field = fields[index]
    local sum = tonumber(stored or 0) + amounts[field]
    if sum == 0 then
      gone[#gone + 1] = field
    else
      left[#left + 1], left[#left + 2] = field, text(sum)
    end
  end
  if #left > 0 then redis.call('HSET', K .. hash, unpack(left)) end
  if #gone > 0 then redis.call('HDEL', K .. hash, unpack(gone)) end
end

local function count(K, what)
  redis.call('HINCRBY', K .. 'counts', what, '1')
end

-- Tells one idle worker that there may be work. The marker is no work itself: losing it loses nothing.
local function wake(K)
  redis.call('ZADD', K .. 'wake', '0', 'work')
end

-- The fence of a new holder: greater than all before it, and the time. A counter alone repeats where a Redis takes over that
-- lacks the last claims: it gives another worker the number that the lost claim had given. By then it is later, so the time
-- does not; where its clock is behind, or the job's fence was ahead, the counter grows.
local function next_fence(previous, now_us)
  return math.max((tonumber(previous) or 0) + 1, now_us)
end

-- Whether `by`, a field of a job, names this worker: alone, or before the channel on which the job was handed over.
local function is_by(by, worker)
  return by == worker or (by and by:sub(1, #worker + 1) == worker .. ' ')
end

-- Whether a worker still holds the job under this fence: running, and not claimed by another since.
local function holds(K, id, fence, worker)
  local job = redis.pcall('HMGET', K .. 'j:' .. id, 's', 'f', 'by')
  return job[1] == 'running' and job[2] == fence and is_by(job[3], worker)
end

-- The same for a step that would change the job: a stale one is counted.
local function may_settle(K, id, fence, worker)
  if holds(K, id, fence, worker) then return true end
  count(K, 'stale')
  return false
end
