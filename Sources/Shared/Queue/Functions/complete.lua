-- complete: records a job's answer, its usage and its cache entry, frees what it held, tells who waits. Once.
--   KEYS[1] base
--   ARGV  1 id  2 fence  3 result  4 keep (ms)  5 '1' when the result may be cached  6 the cache's cap (bytes)
--         7 provider  8 model  9 prompt tokens  10 completion tokens  11 cost (micro-dollars)
--        12 the worker's offer or '', or nothing
--   returns 2: recorded, and the job's slot was offered, because nothing is queued; 1: recorded;
--           0: stale, nothing was changed
--   O((1 + followers) log jobs + log workers)
step('complete', { 'allow-oom' }, function(K, args)
  local id, result, now = args[1], args[3], now_ms()
  local job = job_to_end(K, id, args[2])
  if not job then return 0 end
  if args[5] == '1' and job.k then
    store_cached(K, job.k, id, result, tonumber(job.kt), tonumber(args[6]), now)
  end
  local usage = { args[7], args[8], args[9], args[10], args[11] }
  finish(K, id, 'succeeded', result, tonumber(args[4]), now, usage, job)
  local offer = args[12] or ''
  if offer == '' or redis.call('EXISTS', K .. 'lanes') == 1 then return 1 end
  -- Not one that has been withdrawn.
  return redis.call('ZADD', K .. 'offers', 'XX', 'INCR', 1, offer) and 2 or 1
end)

-- fail: records that a job failed for good. It is kept among the dead letters with its request.
--   KEYS[1] base   ARGV 1 id  2 fence  3 failure  4 keep (ms)
--   returns 1: recorded, 0: stale, nothing was changed   O(log jobs)
step('fail', { 'allow-oom' }, function(K, args)
  local job = job_to_end(K, args[1], args[2])
  if not job then return 0 end
  finish(K, args[1], 'failed', args[3], tonumber(args[4]), now_ms(), nil, job)
  return 1
end)

-- cancel: ends a job at its tenant's wish, whatever it is doing. A worker that runs it is told on the channel
-- `<base>:cancelled`; should the message be lost, its next renewal tells it.
--   KEYS[1] base   ARGV 1 id  2 tenant  3 keep (ms)
--   returns {'cancelled'}, {'absent'} (also another tenant's), or {'ended', state}   O(log jobs)
step('cancel', { 'allow-oom' }, function(K, args)
  local id = args[1]
  local job = redis.call('HMGET', K .. 'j:' .. id, 't', 's', 'ft')
  if job[1] ~= args[2] then return { 'absent' } end
  if job[3] then return { 'ended', job[2] } end
  finish(K, id, 'cancelled', '', tonumber(args[3]), now_ms())
  if job[2] == 'running' then redis.call('PUBLISH', K .. 'cancelled', id) end
  return { 'cancelled' }
end)
