-- complete: records a job's answer and its cache entry, frees what it held, tells who waits. Once.
--   KEYS[1] base
--   ARGV  1 id  2 fence  3 result  4 keep (ms)  5 '1' when the result may be cached  6 the cache's cap (bytes)
--   returns 1: recorded, 0: stale, nothing was changed   O(log jobs)
step('complete', { 'allow-oom' }, function(K, args)
  local id, result, now = args[1], args[3], now_ms()
  if not holds(K, id, args[2]) then return 0 end
  local cache = redis.call('HMGET', K .. 'j:' .. id, 'k', 'kt')
  if args[5] == '1' and cache[1] ~= '' then
    store_cached(K, cache[1], id, result, tonumber(cache[2]), tonumber(args[6]), now)
  end
  finish(K, id, 'succeeded', result, tonumber(args[4]), now)
  return 1
end)

-- fail: records that a job failed for good. It is kept among the dead letters with its request.
--   KEYS[1] base   ARGV 1 id  2 fence  3 failure  4 keep (ms)
--   returns 1: recorded, 0: stale, nothing was changed   O(log jobs)
step('fail', { 'allow-oom' }, function(K, args)
  if not holds(K, args[1], args[2]) then return 0 end
  finish(K, args[1], 'failed', args[3], tonumber(args[4]), now_ms())
  return 1
end)
