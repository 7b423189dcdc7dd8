-- read: a job as its tenant may see it; with a channel, also asks to be told of its end.
--   KEYS[1] base
--   ARGV  1 id  2 tenant  3 channel or ''  4… rate limits to report: subject, emission interval (us), burst
--   returns {job or nil, limit, remaining, reset (ms)}
--     job  {state, lane, model, attempts, created, started or nil, finished or nil, metadata or nil,
--           result or failure or nil, 1 when it came from the cache else nil}
--   A job of another tenant is as absent as one that never was.   O(1)
step('read', { 'allow-oom' }, function(K, args)
  local id, channel = args[1], args[3]
  local report = peek_limits(K, args, 4, now_us())
  local job = redis.call('HMGET', K .. 'j:' .. id, 't', 's', 'l', 'm', 'a', 'ct', 'st', 'ft', 'hit')
  if job[1] ~= args[2] then return { false, report[1], report[2], report[3] } end
  if channel ~= '' and not job[8] then
    redis.call('SADD', K .. 'w:' .. id, channel)
    redis.call('HSET', K .. 'j:' .. id, 'wt', 1)
  end
  local body = job[8] and redis.call('GET', K .. 'r:' .. id)
  local view = { job[2], job[3], job[4], job[5], job[6], job[7], job[8], redis.call('GET', K .. 'm:' .. id),
    body, job[9] }
  return { view, report[1], report[2], report[3] }
end)

-- ended: which of these jobs have ended, and how: for readers whose message may have been lost.
--   KEYS[1] base   ARGV ids
--   returns {id, state, result or failure or ''} for each that has ended; state is 'gone' when nothing is left
--   O(ids)
step('ended', { 'no-writes' }, function(K, args)
  local ended = {}
  for _, id in ipairs(args) do
    local job = redis.call('HMGET', K .. 'j:' .. id, 's', 'ft')
    if not job[1] then
      ended[#ended + 1] = { id, 'gone', '' }
    elseif job[2] then
      ended[#ended + 1] = { id, job[1], redis.call('GET', K .. 'r:' .. id) or '' }
    end
  end
  return ended
end)

-- statistics: how full the shard is.
--   KEYS[1] base   ARGV 1 silence after which a worker counts as gone (ms)
--   returns {open jobs, open bytes, running, scheduled, dead, workers alive}   O(log workers)
step('statistics', { 'no-writes' }, function(K, args)
  local open = redis.call('HMGET', K .. 'open', 'jobs', 'bytes')
  return {
    tonumber(open[1] or 0), tonumber(open[2] or 0), redis.call('ZCARD', K .. 'lease'),
    redis.call('ZCARD', K .. 'scheduled'), redis.call('ZCARD', K .. 'dead'),
    redis.call('ZCOUNT', K .. 'workers', now_ms() - tonumber(args[1]), '+inf'),
  }
end)
