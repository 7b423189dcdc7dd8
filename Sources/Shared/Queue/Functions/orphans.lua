-- Orphans: members of an index without what they stand for. No step leaves one; a key that was deleted by hand, a restore
-- that broke off, or a step that was refused half-way does. Whatever step meets one passes over it, removes it and counts
-- it as `orphan:<index>`, so that what was lost is one job and not the queue. The janitor looks for the others (mend.lua).
-- The same is done with what stands at a key of ours and is of another type: it is nobody's.

-- What jobs hold of limits and budgets: owners.lua, limits.lua, ordinary.lua, held.lua, gates.lua.
local held = {}

local function count_orphan(K, index)
  count(K, 'orphan:' .. index)
end

-- What a read returned, if it is a number or string; nil for nothing, and for a key of another type.
local function plain(reply)
  local kind = type(reply)
  if kind == 'string' or kind == 'number' then return reply end
end

-- The string at a key, or false.
local function string_at(key)
  return plain(redis.pcall('GET', key)) or false
end

-- {tenant, lane, state, of the job, and what else of its fields is asked for}; nil when there is no such job.
local function job_of(K, id, ...)
  local job = redis.pcall('HMGET', K .. 'j:' .. id, 't', 'l', 's', ...)
  if job.err or not (job[1] and job[2] and job[3]) then return nil end
  return job
end

-- A member leaves an index in which it should not be; its job, if there is one, is as it was. One that has left it in this
-- very step is no orphan.
local function drop_stray(K, index, member)
  if redis.call('ZREM', K .. index, member) == 1 then count_orphan(K, index) end
end

-- A job of which `index` knows is lost: what is left of it goes, too. What it counted in, the janitor sets right.
local function bury(K, index, id)
  for _, set in ipairs({ 'deadlines', 'lease', 'scheduled', 'dead' }) do redis.call('ZREM', K .. set, id) end
  redis.call('DEL', K .. 'j:' .. id, K .. 'p:' .. id, K .. 'm:' .. id, K .. 'u:' .. id, K .. 'w:' .. id,
    K .. 'events:' .. id, K .. 'ask:' .. id)
  count_orphan(K, index)
end

-- Raises again what `pcall` has caught, so that Redis replies it as if it had not been: a string in Redis 7.
local function raise(problem)
  if type(problem) == 'table' then error(problem) end
  error({ err = problem:find('^%u+ ') and problem or 'ERR ' .. problem })
end

-- Calls `settle` with a member of an index that is ordered by time. A job so damaged that this fails stops no other: it is
-- looked at again later.
local function settle_due(K, index, id, now, settle, ...)
  local is_done, problem = pcall(settle, K, id, ...)
  if is_done then return end
  redis.log(redis.LOG_WARNING, 'sluice: ' .. index .. ' of ' .. id .. ': '
    .. tostring(type(problem) == 'table' and problem.err or problem))
  redis.call('ZADD', K .. index, 'XX', text(now + 15000), id)
  count_orphan(K, index)
end

-- What is of another type than it should be goes.
local function drop_stranger(key)
  redis.call('DEL', key)
  count_orphan(key:match('^.-}:'), 'type')
end

-- A write to an index.
local function write_index(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) ~= 'table' or not reply.err then return reply end
  if not reply.err:find('WRONGTYPE', 1, true) then raise(reply) end
  drop_stranger(key)
  return redis.call(command, key, ...)
end

-- The members that a read of an index returned; none for what is of another type, which goes.
local function members_of(key, reply)
  if reply and not reply.err then return reply end
  if reply then drop_stranger(key) end
  return {}
end

-- In a step that tells no client of what it does: the ids of jobs that it has ended. Nil in one that tells by itself.
-- acknowledged.lua
local untold = nil

-- Tells whoever listens to a channel, and returns how many these are; nil where Redis' rules (ACL) forbid us the channel.
-- That stops no step: what it has recorded stands, and who waits looks again. It is counted, and the janitor says so.
local function tell(K, channel, message)
  local heard = plain(redis.pcall('PUBLISH', channel, message))
  if not heard then count(K, 'untold') end
  return heard
end

-- What a step repaired: a list to return, and a function that adds to it.
local function repairs_of(K)
  local repaired = {}
  return repaired, function(kind, name)
    count(K, 'repaired:' .. kind)
    repaired[#repaired + 1] = kind
    repaired[#repaired + 1] = name
  end
end
