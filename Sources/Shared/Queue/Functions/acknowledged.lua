-- Ends of which nobody is told before replicas have acknowledged them (REDIS_ACK_REPLICAS). A step cannot wait for that, so
-- its worker does, and then has it told (`tell_ends`). Until then the job has the field ua: whoever reads of its end asks
-- the replicas himself before he tells of it.

do

-- Takes a step that tells nobody. Returns its reply, and the ids of the jobs that are to be told of.
local function without_telling(body, K, args)
  untold = {}
  local is_done, reply = pcall(body, K, args)
  local ids = untold
  untold = nil
  if not is_done then raise(reply) end
  return reply, ids
end

-- complete_untold: `complete`, but nobody is told. May be taken again by the same leases, which changes nothing.
--   KEYS, ARGV as complete
--   returns for each job 1: recorded, now or before by this lease, 0: stale; then {id of a job to tell of, …}
step('complete_untold', { 'allow-oom' }, function(K, args)
  local settled, ids = without_telling(complete, K, args)
  settled[#settled + 1] = ids
  return settled
end)

-- fail_untold: `fail`, in the same way.
--   KEYS, ARGV as fail   returns {1: recorded, now or before by this lease, 0: stale, {id of a job to tell of, …}}
step('fail_untold', { 'allow-oom' }, function(K, args)
  local settled, ids = without_telling(fail, K, args)
  return { settled, ids }
end)

-- Tells of a log's last event, without its content: who reads the log looks at it.
local function tell_last_event(K, id, channel, watched)
  local message = id .. ' event ' .. redis.call('XLEN', K .. 'events:' .. id) .. ' large '
  if channel and channel ~= '' then tell(K, channel, message) end
  if not watched then return end
  for _, watcher in ipairs(watchers_of(K, id)) do
    if watcher ~= channel then tell(K, watcher, message) end
  end
end

-- tell_ends: tells those who wait how jobs have ended, of which nobody was told yet.
--   KEYS[1] base   ARGV ids   returns 1   O(jobs)
step('tell_ends', { 'allow-oom' }, function(K, args)
  for _, id in ipairs(args) do
    local key = K .. 'j:' .. id
    local job = redis.pcall('HMGET', key, 's', 'ch', 'wt', 'ev', 'fe', 'ua', 'ft')
    -- One that was requeued since has not ended.
    if job[6] and job[7] then
      redis.call('HDEL', key, 'ua')
      if job[5] then redis.call('HSET', key, 'ch', '') end
      if job[4] == '1' then tell_last_event(K, id, job[2], job[3]) end
      announce(K, id, job[1], string_at(K .. 'r:' .. id) or '', job[2], job[3])
    end
  end
  return 1
end)

end
