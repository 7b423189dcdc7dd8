-- retry: puts a job that met passing faults aside for a while.
--   KEYS[1] base
--   ARGV  1 id  2 fence  3 delay (ms)  4 '1' when an attempt was used up
--   returns 1: scheduled, 0: stale, nothing was changed   O(log jobs)
-- An answer that had begun to be sent begins anew; whether its client takes that, the worker knows.
step('retry', { 'allow-oom' }, function(K, args)
  local id = args[1]
  if not may_settle(K, id, args[2]) then return 0 end
  if args[4] ~= '1' then redis.call('HINCRBY', K .. 'j:' .. id, 'a', -1) end
  redis.call('HSET', K .. 'j:' .. id, 's', 'scheduled')
  redis.call('ZREM', K .. 'lease', id)
  change_running(K, redis.call('HGET', K .. 'j:' .. id, 't'), -1)
  redis.call('ZADD', K .. 'scheduled', now_ms() + tonumber(args[3]), id)
  if redis.call('HGET', K .. 'j:' .. id, 'ev') then
    may_begin_anew(K, id)
    add_status(K, id)
  end
  -- An idle worker wakes, finds nothing to do yet, and learns when there will be.
  wake(K)
  return 1
end)

-- release: a worker that stops gives its jobs back to the front of their lanes; no attempt is used up.
--   KEYS[1] base   ARGV 1 keep (ms)  2… id, fence of each job
--   returns how many were given back; one whose answer had begun to be sent fails, unless it may begin anew
--   O(jobs log jobs)
step('release', { 'allow-oom' }, function(K, args)
  local released = 0
  for index = #args - 1, 2, -2 do
    local id = args[index]
    if holds(K, id, args[index + 1]) and not may_begin_anew(K, id) then
      finish(K, id, 'failed', BROKEN_OFF, tonumber(args[1]), now_ms())
    elseif holds(K, id, args[index + 1]) then
      local job = redis.call('HMGET', K .. 'j:' .. id, 'l', 't', 'ev')
      redis.call('HINCRBY', K .. 'j:' .. id, 'a', -1)
      redis.call('HSET', K .. 'j:' .. id, 's', 'queued')
      redis.call('ZREM', K .. 'lease', id)
      change_running(K, job[2], -1)
      enqueue(K, id, job[1], job[2], true)
      if job[3] then add_status(K, id) end
      released = released + 1
    end
  end
  if released > 0 then wake(K) end
  return released
end)
