-- The answer cache. It shares Redis with the queue, so it has a cap of its own and gives way, the entry
-- that ends first going first. The tenant is part of every key.

local function cached_answer(K, key)
  local entry = string_at(K .. 'cache:' .. key)
  if entry then return entry:sub(1, 40), entry:sub(41) end
end

local function forget_cached(K, key)
  local size = redis.call('HGET', K .. 'cachesize', key)
  local was_listed = redis.call('ZREM', K .. 'cached', key) == 1
  if size then
    redis.call('HDEL', K .. 'cachesize', key)
    redis.call('HINCRBY', K .. 'cachesize', 'total', -tonumber(size))
  elseif was_listed then
    count_orphan(K, 'cached')
  end
  redis.call('DEL', K .. 'cache:' .. key)
end

-- The bytes of all entries but one.
local function cached_beside(K, key)
  local sizes = redis.call('HMGET', K .. 'cachesize', key, 'total')
  return tonumber(sizes[2] or 0) - tonumber(sizes[1] or 0)
end

-- Drops up to `most` entries that have ended from the index.
local function drop_ended(K, now, most)
  for _, ended in ipairs(redis.call('ZRANGE', K .. 'cached', '-inf', text(now), 'BYSCORE', 'LIMIT', '0', text(most))) do
    forget_cached(K, ended)
  end
end

local function size_of(answer) return #answer.key + 40 + #answer.body end

-- Stores an answer {key, id of its job, body, ttl in ms} and drops what the cap has no room for. O(log entries);
-- at most 16 entries are dropped for each one stored, so one call stays short.
local function store_answer(K, answer, cap, now)
  local key, size = answer.key, size_of(answer)
  if size > cap then return end
  local others = cached_beside(K, key)
  local dropped = 0
  while others + size > cap and dropped < 16 do
    local oldest = redis.call('ZRANGE', K .. 'cached', 0, 0)[1]
    if not oldest then
      -- What the sizes tell of is in no index, so nothing of it could ever be dropped: they begin anew. The entries end
      -- by themselves.
      redis.call('DEL', K .. 'cachesize')
      count_orphan(K, 'cached')
      others = 0
      break
    end
    forget_cached(K, oldest)
    others = cached_beside(K, key)
    dropped = dropped + 1
  end
  if others + size > cap then return forget_cached(K, key) end
  redis.call('SET', K .. 'cache:' .. key, answer.id .. answer.body, 'PX', text(answer.ttl))
  redis.call('HSET', K .. 'cachesize', key, size, 'total', others + size)
  redis.call('ZADD', K .. 'cached', now + answer.ttl, key)
end

-- What the entries are now that answers of different keys will take the place of, and all of them: bytes. Nil where
-- two have the same key.
local function sizes_before(K, answers)
  local keys, seen = { 'total' }, {}
  for index, answer in ipairs(answers) do
    if seen[answer.key] then return nil end
    seen[answer.key] = true
    keys[index + 1] = answer.key
  end
  local replaced, sizes = 0, redis.call('HMGET', K .. 'cachesize', unpack(keys))
  for index = 2, #keys do replaced = replaced + tonumber(sizes[index] or 0) end
  return tonumber(sizes[1] or 0), replaced
end

-- Stores answers with one write of the index where there is room for all of them.
local function store_answers(K, answers, cap, now)
  if #answers == 0 then return end
  drop_ended(K, now, 8 * #answers)
  local total, replaced = sizes_before(K, answers)
  local sizes, ends, added = {}, {}, 0
  for _, answer in ipairs(answers) do
    added = added + size_of(answer)
    sizes[#sizes + 1], sizes[#sizes + 2] = answer.key, text(size_of(answer))
    ends[#ends + 1], ends[#ends + 2] = text(now + answer.ttl), answer.key
  end
  if not total or total - replaced + added > cap then
    for _, answer in ipairs(answers) do store_answer(K, answer, cap, now) end
    return
  end
  for _, answer in ipairs(answers) do
    redis.call('SET', K .. 'cache:' .. answer.key, answer.id .. answer.body, 'PX', text(answer.ttl))
  end
  redis.call('HSET', K .. 'cachesize', 'total', text(total - replaced + added), unpack(sizes))
  redis.call('ZADD', K .. 'cached', unpack(ends))
end
