-- Deliveries: jobs of their own kind that tell somebody outside of something, in the lane `callback`. Their field `of`
-- says of what: the id of a job that has ended, or one of the names below.

-- Lua has room for 200 names in a file, and all files are one.
local deliveries = {
  -- A notice that nobody was told of yet (notices.lua), and the call of one webhook about it: what they tell is their
  -- request.
  NOTICE = 'notice', CALL = 'call',
  -- How long (ms) a delivery is tried, and how long one that was made is known to the worker that made it.
  TRIED_FOR = DAY, KNOWN_FOR = 60000,
}

-- Queues a delivery. O(log jobs)
function deliveries.queue(K, id, tenant, of, now)
  write_index('HSET', K .. 'j:' .. id, 's', 'queued', 't', tenant, 'l', 'callback', 'm', '', 'f', 0,
    'a', 0, 'c', 0, 'w', 1, 'd', now + deliveries.TRIED_FOR, 'ct', now, 'of', of)
  redis.call('ZADD', K .. 'deadlines', now + deliveries.TRIED_FOR, id)
  enqueue(K, id, 'callback', tenant, false)
  wake(K)
end

-- The same for one with a request, unless it is there already.
function deliveries.queue_once(K, id, tenant, of, request)
  if redis.call('EXISTS', K .. 'j:' .. id) == 1 then return end
  redis.call('SET', K .. 'p:' .. id, request)
  deliveries.queue(K, id, tenant, of, now_ms())
end
