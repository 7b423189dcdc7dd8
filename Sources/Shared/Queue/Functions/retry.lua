-- retry: puts a job that met passing faults aside for a while.
--   KEYS[1] base
--   ARGV  1 id  2 fence  3 worker  4 delay (ms)  5 '1' when an attempt was used up  6 what was bought (bought.lua), or ''
--   returns 1: scheduled, or where something was bought what the job was (told_of), without times; 0: stale, nothing was
--   changed   O(log jobs)
-- An answer that had begun to be sent begins anew; whether its client takes that, the worker knows.
step('retry', { 'allow-oom' }, function(K, args)
  local id, told = args[1], 1
  local bought = held.read_bought(args[6])
  if not may_settle(K, id, args[2], args[3]) then
    held.settle_late(K, id, args[2], args[3], held.usage_of(args[6]))
    return 0
  end
  if bought then
    local job = fields_of(K, id)
    held.put_aside(K, job, bought, now_ms())
    job.ms = '- - -'
    told = told_of(job)
  end
  if args[5] == '1' then
    redis.call('HSET', K .. 'j:' .. id, 'ra', redis.call('HGET', K .. 'j:' .. id, 'a'))
  else
    redis.call('HINCRBY', K .. 'j:' .. id, 'a', -1)
  end
  redis.call('HSET', K .. 'j:' .. id, 's', 'scheduled')
  redis.call('ZREM', K .. 'lease', id)
  change_running(K, { [redis.call('HGET', K .. 'j:' .. id, 't')] = -1 })
  redis.call('ZADD', K .. 'scheduled', now_ms() + tonumber(args[4]), id)
  if redis.call('HGET', K .. 'j:' .. id, 'ev') then
    may_begin_anew(K, id)
    add_status(K, id)
  end
  -- An idle worker wakes, finds nothing to do yet, and learns when there will be.
  wake(K)
  return told
end)

-- Gives a running job back to the front of its lane, no attempt used up. One whose answer had begun to be sent fails,
-- unless it may begin anew. `bought` is what its worker has bought for it (bought.lua), if anything. Returns 1 when it was
-- given back, else 0.
local function give_back(K, id, keep, bought)
  if not may_begin_anew(K, id) then
    finish(K, id, 'failed', BROKEN_OFF, keep, now_ms(), nil, held.usage_of(bought))
    return 0
  end
  local purchase = held.read_bought(bought)
  if purchase then
    redis.call('HINCRBY', K .. 'j:' .. id, 'a', -1)
    held.begin_anew(K, fields_of(K, id), purchase, keep, now_ms())
    return 1
  end
  local job = redis.call('HMGET', K .. 'j:' .. id, 'l', 't', 'ev')
  redis.call('HINCRBY', K .. 'j:' .. id, 'a', -1)
  return_to_lane(K, id, job[1], job[2], job[3])
  return 1
end

-- release: a worker that stops gives its jobs back.
--   KEYS[1] base   ARGV 1 keep (ms)  2 worker  3… id, fence, what was bought (bought.lua) or '' of each job
--   returns how many were given back   O(jobs log jobs)
step('release', { 'allow-oom' }, function(K, args)
  local released = 0
  for index = #args - 2, 3, -3 do
    local id, fence, bought, keep = args[index], args[index + 1], args[index + 2], tonumber(args[1])
    if holds(K, id, fence, args[2]) then
      released = released + give_back(K, id, keep, bought)
    else
      held.settle_late(K, id, fence, args[2], held.usage_of(bought), keep)
    end
  end
  if released > 0 then wake(K) end
  return released
end)

-- recall: a worker that heard no more of its offer gives back what it was handed and has not heard of.
--   KEYS[1] base   ARGV 1 keep (ms)  2 offer  3… ids of the jobs that it holds
--   returns how many were given back   O(running jobs), of which it looks at the 4,096 whose leases end last
step('recall', { 'allow-oom' }, function(K, args)
  end_offer(K, args[2])
  local known, handed_by, recalled = {}, args[2]:match('^%d+ (.*)$'), 0
  for index = 3, #args do known[args[index]] = true end
  for _, id in ipairs(redis.call('ZRANGE', K .. 'lease', 0, 4095, 'REV')) do
    local job = redis.pcall('HMGET', K .. 'j:' .. id, 'by', 's')
    if not known[id] and job[1] == handed_by and job[2] == 'running' then
      recalled = recalled + give_back(K, id, tonumber(args[1]))
    end
  end
  if recalled > 0 then wake(K) end
  return recalled
end)
