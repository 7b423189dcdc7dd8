-- Dead letters: jobs and deliveries that failed for good, kept for an operator.
--
-- dead_letters: the newest first.
--   KEYS[1] base   ARGV 1 most  2 id before which to go on, or ''
--   returns {id to go on before or '' at the end, {view of the job, callback URL or nil}…}   O(log dead + most)
step('dead_letters', { 'allow-oom' }, function(K, args)
  local most, start = tonumber(args[1]), 0
  if args[2] ~= '' then
    local rank = redis.call('ZREVRANK', K .. 'dead', args[2])
    if not rank then return { '' } end
    start = rank + 1
  end
  local page = { '' }
  local ids = redis.call('ZRANGE', K .. 'dead', start, start + most - 1, 'REV')
  for _, id in ipairs(ids) do
    local job = view(K, id)
    if job then
      page[#page + 1] = { job, redis.call('HGET', K .. 'j:' .. id, 'of') }
    else
      redis.call('ZREM', K .. 'dead', id)
    end
  end
  if #ids == most then page[1] = ids[#ids] end
  return page
end)

-- requeue: a dead letter gets a new life: new attempts, new crashes, as much time as it had at first.
--   KEYS[1] base   ARGV 1 id
--   returns 1: queued, 0: no such dead letter, 2: its budget does not pay for it, and it stays as it is   O(log jobs)
step('requeue', {}, function(K, args)
  local id, now = args[1], now_ms()
  local key = K .. 'j:' .. id
  local job = redis.pcall('HMGET', key, 's', 't', 'l', 'd', 'ct', 'b', 'of', 'fe', 'z', 'lz', 'h')
  if not job[2] and redis.call('ZREM', K .. 'dead', id) == 1 then bury(K, 'dead', id) end
  if job[1] ~= 'failed' or not redis.call('ZSCORE', K .. 'dead', id) then return 0 end
  local lists = held.unpack(job[11])
  local over, good = held.over(K, new_changes(), lists, now)
  if over and not good then return 2 end
  redis.call('ZREM', K .. 'dead', id)
  held.note_change(K, id, job[2])
  local deadline = now + tonumber(job[4]) - tonumber(job[5])
  traces.leave(K, id)
  -- Nobody waits for it any more.
  redis.call('HDEL', key, 'ft', 'st', 'g', 'co', 'ev', 'sm', 'dl', 'eb', 'lz', 'z', 'fe', 'qt', 'ua', 'gt', 'fo',
    'pu', 'ra')
  redis.call('HSET', key, 's', 'queued', 'a', 0, 'c', 0, 'd', deadline, 'rt', text(now))
  redis.call('HINCRBY', key, 'n', 1)
  for _, part in ipairs({ 'j:', 'p:', 'm:', 'u:', kept.PREFIX }) do redis.call('PERSIST', K .. part .. id) end
  redis.call('DEL', K .. 'r:' .. id, K .. 'events:' .. id)
  local changes = new_changes()
  note_added(changes, 'deadlines', deadline, id)
  if not job[7] then
    note_removed(changes, 'ended', id .. ' ' .. job[2])
    if job[9] then leave_finished(K, id, { z = job[9], t = job[2] }, job[8] and FETCHED or { 'unfetched', 'kept' }) end
    forget_log(K, id, job[10])
    note_open(changes, job[2], 1, job[6])
  end
  write_changes(K, changes)
  -- Of its own: it may end the job at once.
  changes = new_changes()
  held.take_queued(K, changes, lists)
  held.take_tokens(K, changes, lists, now_us())
  held.place(K, changes, id, { t = job[2], l = job[3] }, lists, now, 1000 * now, false)
  write_changes(K, changes)
  count(K, 'requeued')
  wake(K)
  return 1
end)

-- discard: an operator has seen a dead letter. The job stays readable for its tenant, its request does not.
--   KEYS[1] base   ARGV 1 id   returns 1: discarded, 0: no such dead letter   O(log dead)
step('discard', { 'allow-oom' }, function(K, args)
  if redis.call('ZREM', K .. 'dead', args[1]) == 0 then return 0 end
  redis.call('DEL', K .. 'p:' .. args[1])
  count(K, 'discarded')
  return 1
end)

-- delivery: what a worker needs to tell of a job's end.
--   KEYS[1] base   ARGV 1 id of the job that ended
--   returns {callback URL, view of the job}, or {} when either is gone   O(1)
step('delivery', { 'allow-oom' }, function(K, args)
  local url, job = string_at(K .. 'u:' .. args[1]), view(K, args[1])
  if not url or not job then return {} end
  return { url, job }
end)

-- usage: what has been used, the oldest record first.
--   KEYS[1] base   ARGV 1 record after which to begin, or '0'  2 most
--   returns what XRANGE returns   O(log records + most)
step('usage', { 'no-writes' }, function(K, args)
  return redis.call('XRANGE', K .. 'usage', args[1] == '0' and '-' or '(' .. args[1], '+', 'COUNT', args[2])
end)
