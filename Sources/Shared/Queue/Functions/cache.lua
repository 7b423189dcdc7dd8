-- The answer cache. It shares Redis with the queue, so it has a cap of its own and gives way, the entry
-- that ends first going first. The tenant is part of every key.

local function cached_answer(K, key)
  local entry = redis.call('GET', K .. 'cache:' .. key)
  if entry then return entry:sub(1, 40), entry:sub(41) end
end

local function forget_cached(K, key)
  local size = redis.call('HGET', K .. 'cachesize', key)
  if size then
    redis.call('HDEL', K .. 'cachesize', key)
    redis.call('HINCRBY', K .. 'cachesize', 'total', -tonumber(size))
    redis.call('ZREM', K .. 'cached', key)
  end
  redis.call('DEL', K .. 'cache:' .. key)
end

-- The bytes of all entries but one.
local function cached_beside(K, key)
  local sizes = redis.call('HMGET', K .. 'cachesize', key, 'total')
  return tonumber(sizes[2] or 0) - tonumber(sizes[1] or 0)
end

-- Stores an answer for `ttl` ms and drops what has ended or what the cap has no room for. O(log entries);
-- at most 16 entries are dropped for each one stored, so one call stays short.
local function store_cached(K, key, id, body, ttl, cap, now)
  local size = #key + 40 + #body
  if size > cap then return end
  for _, ended in ipairs(redis.call('ZRANGE', K .. 'cached', '-inf', now, 'BYSCORE', 'LIMIT', 0, 8)) do
    forget_cached(K, ended)
  end
  local others = cached_beside(K, key)
  local dropped = 0
  while others + size > cap and dropped < 16 do
    local oldest = redis.call('ZRANGE', K .. 'cached', 0, 0)[1]
    if not oldest then break end
    forget_cached(K, oldest)
    others = cached_beside(K, key)
    dropped = dropped + 1
  end
  if others + size > cap then return forget_cached(K, key) end
  redis.call('SET', K .. 'cache:' .. key, id .. body, 'PX', ttl)
  redis.call('HSET', K .. 'cachesize', key, size, 'total', others + size)
  redis.call('ZADD', K .. 'cached', now + ttl, key)
end
