-- Ends of which nobody is told before replicas have acknowledged them (REDIS_ACK_REPLICAS). A step cannot wait for that, so
-- its process does, and then has it told (`tell_ends`). Until then the job has the field ua, so that whoever reads of its
-- end asks the replicas himself before he tells of it, and stands in `untold`: who looks there (`untold_ends`) has told what
-- the process that ended it has not, because it was too early, or because the process is gone.

do

-- How many ends are told at once beside a step's own.
local MOST_OTHERS = 1024

-- Ends of which nobody was told yet, the oldest first.
local function ends_until(K, time)
  local key = K .. 'untold'
  return members_of(key,
    redis.pcall('ZRANGE', key, '-inf', time, 'BYSCORE', 'LIMIT', '0', text(MOST_OTHERS)))
end

-- Takes a step that tells nobody. Returns its reply, and the ids of the jobs that are to be told of once it is
-- acknowledged: a step that is taken again cannot know which others it had ended, so there it is all.
local function without_telling(body, K, args)
  untold = {}
  local is_done, reply = pcall(body, K, args)
  local ids = untold
  untold = nil
  if not is_done then raise(reply) end
  if ids.are_others_waiting then
    for _, id in ipairs(ends_until(K, '+inf')) do ids[#ids + 1] = id end
  end
  return reply, ids
end

-- complete_untold: `complete`, but nobody is told. May be taken again by the same leases, which changes nothing.
--   KEYS, ARGV as complete
--   returns for each job what `complete` does, where 1 is: recorded before by this lease; then {id of a job to tell of, …}
step('complete_untold', { 'allow-oom' }, function(K, args)
  local settled, ids = without_telling(BODIES.complete, K, args)
  settled[#settled + 1] = ids
  return settled
end)

-- fail_untold: `fail`, in the same way. cancel_untold: `cancel`; while nobody was told, it may be taken again.
--   KEYS, ARGV as fail, cancel   returns {what that returns, {id of a job to tell of, …}}
local function with_ids(name)
  step(name .. '_untold', { 'allow-oom' }, function(K, args)
    local reply, ids = without_telling(BODIES[name], K, args)
    return { reply, ids }
  end)
end

with_ids('fail')
with_ids('cancel')

-- Steps for which nobody waits until they are acknowledged: ends that they come upon (deadlines, lost workers) are told by
-- who looks for such, and what they add to event logs is found there.
--   KEYS, ARGV, returns as the steps of these names
local function silent(name)
  step(name .. '_untold', { 'allow-oom' }, function(K, args)
    local reply = without_telling(BODIES[name], K, args)
    return reply
  end)
end

silent('claim')
silent('renew')
silent('retry')
silent('release')
silent('recall')
silent('read')
silent('events')

-- append_untold: the same for `append`, of which is told afterwards (`tell_piece`). The same piece may be appended again,
-- which changes nothing.
silent('append')

-- tell_piece: tells of a log's last event, a piece of an answer that was appended.
--   KEYS[1] base   ARGV 1 id   returns 1   O(log events)
step('tell_piece', { 'allow-oom' }, function(K, args)
  local key = K .. 'events:' .. args[1]
  local number = plain(redis.pcall('XLEN', key)) or 0
  local last = number > 0 and redis.call('XRANGE', key, number .. '-0', number .. '-0')[1]
  -- Where it is not the last any more the job has ended: who reads the log looks at both.
  if not last or last[2][2] ~= 'delta' then return 1 end
  tell_event(K, args[1], number, 'delta', last[2][4])
  return 1
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
--   KEYS[1] base   ARGV ids   returns 1   O(jobs log untold)
step('tell_ends', { 'allow-oom' }, function(K, args)
  for _, id in ipairs(args) do
    local key = K .. 'j:' .. id
    local job = redis.pcall('HMGET', key, 's', 'ch', 'wt', 'ev', 'fe', 'ua', 'ft')
    write_index('ZREM', K .. 'untold', id)
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

-- untold_ends: jobs that have ended a while ago and of which nobody was told yet, the oldest first.
--   KEYS[1] base   ARGV 1 how long (ms) ago at least   returns ids, 1,024 at most   O(log untold + ids)
step('untold_ends', { 'allow-oom' }, function(K, args)
  return ends_until(K, text(now_ms() - tonumber(args[1])))
end)

end
