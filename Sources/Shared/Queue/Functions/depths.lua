-- How much stands in a lane. Looked at when somebody asks, a part of its tenants at a time: nothing is counted for it while
-- jobs come and go, and no job is read but the few that may be the oldest.

-- A block: room.lua says why.
do

-- What a read returned; nothing of a key of another type, which whoever works with it finds.
local function list_or_nothing(reply) return reply.err and {} or reply end

-- Heads of tenants' lists that are looked at for the oldest: some may have ended while they stood there.
local CANDIDATES = 8

-- The first ids in order, `most` of them, with one more.
local function insert_oldest(oldest, id)
  local index = #oldest
  while index > 0 and id < oldest[index] do index = index - 1 end
  if index >= CANDIDATES then return end
  table.insert(oldest, index + 1, id)
  oldest[CANDIDATES + 1] = nil
end

-- The tenants of a lane that are held back for running as many jobs as they may.
local function parked_in(K, lane)
  local names = {}
  for _, field in ipairs(list_or_nothing(redis.pcall('HKEYS', K .. 'parked'))) do
    if field:sub(1, #lane + 1) == lane .. ':' then names[#names + 1] = field:sub(#lane + 2) end
  end
  return names
end

-- When (ms) the oldest job that is still queued came; nil without one.
local function came_first(K, oldest)
  for _, id in ipairs(oldest) do
    local job = redis.pcall('HMGET', K .. 'j:' .. id, 's', 'ct', 'gt', 'fo')
    if job[1] == 'queued' and not (job[3] or job[4]) then return tonumber(job[2]) end
  end
end

-- depth: a part of a lane.
--   KEYS[1] base   ARGV 1 lane  2 rank of the tenant to begin with  3 most tenants
--   returns {ids in their lists (one that has ended stays until its turn), age (ms) of the oldest job found, or -1,
--     rank to go on from, or -1 at the end}
--   O(tenants looked at), and those that are held back, in the first part
step('depth', { 'no-writes' }, function(K, args)
  local lane, first, most = args[1], tonumber(args[2]), tonumber(args[3])
  local key = K .. 'ready:' .. lane
  local names = list_or_nothing(redis.pcall('ZRANGE', key, text(first), text(first + most - 1)))
  local next = #names == most and first + most or -1
  if first == 0 then
    for _, name in ipairs(parked_in(K, lane)) do names[#names + 1] = name end
  end
  local depth, oldest = 0, {}
  for _, name in ipairs(names) do
    local list = K .. 'q:' .. lane .. ':' .. name
    local length = redis.pcall('LLEN', list)
    if type(length) == 'number' and length > 0 then
      depth = depth + length
      insert_oldest(oldest, redis.call('LINDEX', list, '0'))
    end
  end
  local came = came_first(K, oldest)
  return { depth, came and math.max(0, now_ms() - came) or -1, next }
end)

end
