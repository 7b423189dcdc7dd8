-- How much stands in a lane. Looked at when somebody asks, a part of its tenants at a time: nothing is counted for it while
-- jobs come and go, and no job is read but the few that may be the oldest.

-- A block: room.lua says why.
do

-- What a read returned; nothing of a key of another type, which whoever works with it finds.
local function list_or_nothing(reply) return reply.err and {} or reply end

-- Jobs that are looked at for the one that waits longest, at most, some of which may have been put aside for long and not
-- wait since they came; and those beside them that have ended while they stood in a list.
local CANDIDATES, ENDED = 64, 256

-- The tenants of a lane that are held back for running as many jobs as they may.
local function parked_in(K, lane)
  local names = {}
  for _, field in ipairs(list_or_nothing(redis.pcall('HKEYS', K .. 'parked'))) do
    if field:sub(1, #lane + 1) == lane .. ':' then names[#names + 1] = field:sub(#lane + 2) end
  end
  return names
end

-- Puts the job that stands behind the one at `index` in its list in the place that its id has among the heads.
local function move_on(heads, lists, ranks, index)
  local list = lists[heads[index]]
  ranks[list] = (ranks[list] or 0) + 1
  local behind = redis.pcall('LINDEX', list, text(ranks[list]))
  if type(behind) ~= 'string' then return end
  lists[behind] = list
  local at = index + 1
  while heads[at] and heads[at] < behind do at = at + 1 end
  table.insert(heads, at, behind)
end

-- Since when (ms) the job waits that could be begun for longest; nil without one. None waits since before it came, and ids
-- are in the order in which jobs came: mostly two are read. `lists` says where a head stands.
local function waits_since(K, heads, lists)
  local longest, ranks, index, ended = nil, {}, 1, 0
  table.sort(heads)
  while heads[index] and index - ended <= CANDIDATES and ended < ENDED do
    local job = redis.pcall('HMGET', K .. 'j:' .. heads[index], 's', 'ct', 'gt', 'fo', 'rt')
    local came = tonumber(job[2])
    if job[1] == 'queued' and came and not (job[3] or job[4]) then
      if longest and came >= longest then break end
      local ready = tonumber(job[5]) or came
      if not longest or ready < longest then longest = ready end
    else
      ended = ended + 1
      move_on(heads, lists, ranks, index)
    end
    index = index + 1
  end
  return longest
end

-- depth: a part of a lane.
--   KEYS[1] base   ARGV 1 lane  2 rank of the tenant to begin with  3 most tenants
--   returns {ids in their lists (one that has ended stays until its turn), how long (ms) the job waits that could be begun
--     for longest, or -1, rank to go on from, or -1 at the end}
--   O(tenants looked at), and those that are held back, in the first part
step('depth', { 'no-writes' }, function(K, args)
  local lane, first, most = args[1], tonumber(args[2]), tonumber(args[3])
  local key = K .. 'ready:' .. lane
  local names = list_or_nothing(redis.pcall('ZRANGE', key, text(first), text(first + most - 1)))
  local next = #names == most and first + most or -1
  if first == 0 then
    for _, name in ipairs(parked_in(K, lane)) do names[#names + 1] = name end
  end
  local depth, heads, lists = 0, {}, {}
  for _, name in ipairs(names) do
    local list = K .. 'q:' .. lane .. ':' .. name
    local length = redis.pcall('LLEN', list)
    if type(length) == 'number' and length > 0 then
      local head = redis.call('LINDEX', list, '0')
      depth = depth + length
      heads[#heads + 1], lists[head] = head, list
    end
  end
  local since = waits_since(K, heads, lists)
  return { depth, since and math.max(0, now_ms() - since) or -1, next }
end)

end
