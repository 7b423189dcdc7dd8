-- renew: a worker's sign of life. Extends the leases of what it still holds and tells it what it has lost.
-- Ends jobs past their deadline, too, so that this happens also while all workers are busy, and settles cancelled ones of
-- lost workers (bought.lua).
--   KEYS[1] base
--   ARGV  1 worker  2 lease (ms)  3 silence after which a worker counts as gone (ms)  4 keep (ms)
--         5… id, fence of each job
--   returns for each job 1: held, 0: lost (also when the job itself is), 2: let go of, because it has ended or was put aside under this very lease
--     (by the worker's own step a moment ago, or cancelled): nothing is wrong, but it is not to be worked on
--   O(jobs log jobs)
step('renew', { 'allow-oom' }, function(K, args)
  local now = now_ms()
  show_life(K, args[1], now)
  redis.call('ZREMRANGEBYSCORE', K .. 'workers', '-inf', now - tonumber(args[3]))
  local states = {}
  for index = 5, #args, 2 do
    local id = args[index]
    local job = redis.pcall('HMGET', K .. 'j:' .. id, 's', 'f', 'ft', 'by')
    local is_ours = job[2] == args[index + 1] and is_by(job[4], args[1])
    if is_ours and job[1] == 'running' then
      redis.call('ZADD', K .. 'lease', text(now + tonumber(args[2])), id)
      states[#states + 1] = 1
    else
      states[#states + 1] = is_ours and (job[3] or job[1] == 'scheduled') and 2 or 0
    end
  end
  expire_due(K, tonumber(args[4]), now)
  held.settle_all_overdue(K, tonumber(args[4]), now)
  sweep(K, now)
  return states
end)

-- leave: a worker says goodbye, so that it is not counted as alive.
--   KEYS[1] base   ARGV 1 worker   returns 1   O(log workers)
step('leave', { 'allow-oom' }, function(K, args)
  redis.call('ZREM', K .. 'workers', args[1])
  return 1
end)
