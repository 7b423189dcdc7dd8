-- admit: takes a job in, or says why not. Refused means that nothing was written.
--   KEYS[1] base
--   ARGV  1 id  2 tenant  3 lane  4 model  5 request  6 metadata or ''  7 weight (estimated tokens)
--         8 expires in (ms)  9 channel of the waiting caller or ''
--        10 cache key or ''  11 cache mode: use, refresh  12 cache time (ms)
--        13 keep (ms): how long an ended job stays  14 most jobs waiting  15 most bytes waiting
--        16 '1' when a cached answer shall become a job of its own
--        17… rate limits: subject, emission interval (us), burst
--   returns {'admitted', created (ms), limit, remaining, reset (ms)}
--           {'hit', id of the job that made the answer, answer, created (ms), limit, remaining, reset (ms)}
--           {'limited', retry after (ms), limit, remaining, reset (ms)}
--           {'full', 'jobs' or 'bytes'}
--   O(log tenants)
-- Later steps have their place here: idempotency before the cache, coalescing after the limits.
step('admit', {}, function(K, args)
  local id, tenant, lane, request, cache_key = args[1], args[2], args[3], args[5], args[10]
  local now_in_us = now_us()
  local now = math.floor(now_in_us / 1000)
  local keep = tonumber(args[13])

  if cache_key ~= '' and args[11] == 'use' then
    local source, answer = cached_answer(K, cache_key)
    if source then
      if args[16] == '1' then
        redis.call('HSET', K .. 'j:' .. id, 's', 'succeeded', 't', tenant, 'l', lane, 'm', args[4], 'f', 0,
          'a', 0, 'c', 0, 'ct', now, 'ft', now, 'hit', 1)
        redis.call('PEXPIRE', K .. 'j:' .. id, keep)
        redis.call('SET', K .. 'r:' .. id, answer, 'PX', keep)
        if args[6] ~= '' then redis.call('SET', K .. 'm:' .. id, args[6], 'PX', keep) end
      end
      local report = peek_limits(K, args, 17, now_in_us)
      return { 'hit', source, answer, now, report[1], report[2], report[3] }
    end
  end

  local report, writes, refusal = check_limits(K, args, 17, now_in_us)
  if refusal then return { 'limited', refusal, report[1], report[2], report[3] } end

  local open = redis.call('HMGET', K .. 'open', 'jobs', 'bytes')
  local waiting = tonumber(open[1] or 0) - redis.call('ZCARD', K .. 'lease')
  if waiting >= tonumber(args[14]) then return { 'full', 'jobs' } end
  if tonumber(open[2] or 0) + #request > tonumber(args[15]) then return { 'full', 'bytes' } end

  take_limits(writes)
  redis.call('HSET', K .. 'j:' .. id, 's', 'queued', 't', tenant, 'l', lane, 'm', args[4], 'f', 0, 'a', 0,
    'c', 0, 'w', args[7], 'b', #request, 'd', now + tonumber(args[8]), 'ct', now, 'k', cache_key,
    'kt', args[12], 'ch', args[9])
  redis.call('SET', K .. 'p:' .. id, request)
  if args[6] ~= '' then redis.call('SET', K .. 'm:' .. id, args[6]) end
  redis.call('HINCRBY', K .. 'open', 'jobs', 1)
  redis.call('HINCRBY', K .. 'open', 'bytes', #request)
  enqueue(K, id, lane, tenant, false)
  wake(K)
  return { 'admitted', now, report[1], report[2], report[3] }
end)
