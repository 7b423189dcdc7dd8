-- Turns: which jobs are next. The jobs that one claim takes are chosen in a round: lanes and tenants are read once,
-- take their turns in memory, and are written once at the round's end.

-- All that others use of this file; the rest is a block (room.lua says why).
local take_round

do

-- The lanes with queued jobs, those that are furthest behind first.
local function read_lanes(K)
  local stored, lanes = redis.call('ZRANGE', K .. 'lanes', '0', '-1', 'WITHSCORES'), {}
  for index = 1, #stored, 2 do
    if LANE_COST[stored[index]] then
      lanes[#lanes + 1] = { name = stored[index], time = tonumber(stored[index + 1]) }
    else
      drop_stray(K, 'lanes', stored[index])
    end
  end
  return lanes
end

-- Reads how many jobs of these tenants may be taken, when they may run `cap` at once (0: no cap). Their jobs of all
-- lanes count together.
local function read_rooms(K, round, names, cap)
  if cap == 0 or #names == 0 then return end
  for index, running in ipairs(redis.call('HMGET', K .. 'running', unpack(names))) do
    local name = names[index]
    round.rooms[name] = round.rooms[name] or cap - tonumber(running or 0)
  end
end

-- Reads those of a lane's tenants that a round of `most` turns can come to; one more than that, so that a tenant
-- whose turn has been is compared with one whose has not.
local function read_tenants(K, round, lane, cap, most)
  local key, names = K .. 'ready:' .. lane.name, {}
  local stored = members_of(key, redis.pcall('ZRANGE', key, '0', text(most), 'WITHSCORES'))
  if #stored == 0 then count_orphan(K, 'lanes') end
  lane.tenants, lane.served = {}, {}
  for index = 1, #stored, 2 do
    lane.tenants[#lane.tenants + 1] = { name = stored[index], time = tonumber(stored[index + 1]) }
    names[#names + 1] = stored[index]
  end
  read_rooms(K, round, names, cap)
end

-- Whether a lane or tenant comes before another: by time, then by name, as in a zset.
local function is_before(one, other)
  return one.time < other.time or (one.time == other.time and one.name < other.name)
end

local function insert_by_time(list, item)
  local index = #list
  while index > 0 and is_before(item, list[index]) do index = index - 1 end
  table.insert(list, index + 1, item)
end

-- Takes jobs off a tenant's list. What has ended since (cancelled, say) is passed over and costs the tenant nothing;
-- so is the second place of a job that ended while it was queued and was requeued, and waits now at a gate, say. One that has not ended and is not there
-- is lost.
-- Returns how many are taken, and how many ids were there.
local function pop_jobs(K, round, lane, tenant, most)
  local list = K .. 'q:' .. lane.name .. ':' .. tenant.name
  local ids = members_of(list, redis.pcall('LPOP', list, text(most)))
  local taken, before = round.taken, #round.taken
  for _, id in ipairs(ids) do
    local job = redis.pcall('HMGET', K .. 'j:' .. id, 's', 'f', 'a', 'd', 'st', 'w', 't', 'of', 'sm', 'gt', 'fo', 'ct', 'ra')
    if not job[7] then
      if redis.call('ZREM', K .. 'deadlines', id) == 1 then bury(K, 'queue', id) end
    elseif job[1] == 'queued' and not (job[10] or job[11]) and not round.is_taken[id] then
      taken[#taken + 1], round.is_taken[id] = { id, job }, true
      tenant.began, tenant.time = tenant.time, tenant.time + tonumber(job[6])
    end
  end
  return #taken - before, #ids
end

-- The turn of the tenant at a lane's front: one job, or up to `most` where nobody else waits.
-- Returns how many jobs it took, and how many ids were there.
local function take_turn(K, round, lane, most)
  local tenant = table.remove(lane.tenants, 1)
  local is_alone = #round.lanes == 0 and #lane.tenants == 0
  local room, jobs, popped = round.rooms[tenant.name] or math.huge, 0, 0
  local is_first = not lane.served[tenant.name]
  lane.served[tenant.name], tenant.began = tenant, tenant.time
  if room > 0 then
    jobs, popped = pop_jobs(K, round, lane, tenant, math.min(room, is_alone and most or 1))
    room = room - jobs
    round.rooms[tenant.name] = room
    if popped == 0 and is_first then count_orphan(K, 'ready') end
  end
  tenant.is_held = room <= 0
  if popped > 0 and not tenant.is_held then insert_by_time(lane.tenants, tenant) end
  lane.began, lane.ended = tenant.began, tenant.time
  return jobs, popped
end

-- The turn of the lane at the front, likewise.
local function take_lane(K, round, cap, most)
  local lane = table.remove(round.lanes, 1)
  if not lane.tenants then
    read_tenants(K, round, lane, cap, most)
    round.visited[#round.visited + 1] = lane
  end
  local jobs, popped = 0, 0
  if #lane.tenants > 0 then jobs, popped = take_turn(K, round, lane, most - #round.taken) end
  local cost = LANE_COST[lane.name]
  round.began, lane.time = lane.time + math.max(jobs - 1, 0) * cost, lane.time + jobs * cost
  if #lane.tenants > 0 then insert_by_time(round.lanes, lane) end
  return jobs, popped
end

-- Sorts the tenants that had a turn: names with times of those that stay, names of those that leave, and of these
-- with times those that left because they have no jobs, and because they run as many as they may.
local function sort_served(K, lane)
  local stay, leave, idle, parked, lists = {}, {}, {}, {}, {}
  for name in pairs(lane.served) do lists[#lists + 1] = K .. 'q:' .. lane.name .. ':' .. name end
  local all_wait = #lists == 0 or redis.call('EXISTS', unpack(lists)) == #lists
  for name, tenant in pairs(lane.served) do
    local waits = all_wait or redis.call('EXISTS', K .. 'q:' .. lane.name .. ':' .. name) == 1
    if waits and not tenant.is_held then
      stay[#stay + 1], stay[#stay + 2] = text(tenant.time), name
    else
      local left = waits and parked or idle
      left[#left + 1], left[#left + 2] = waits and lane.name .. ':' .. name or name, text(tenant.time)
      leave[#leave + 1] = name
    end
  end
  return stay, leave, idle, parked
end

-- Writes how far a lane and its tenants have come. The lane goes with its last tenant, and time moves to its end.
local function write_lane(K, lane, clock)
  local stay, leave, idle, parked = sort_served(K, lane)
  local ready = K .. 'ready:' .. lane.name
  call_with_many('ZADD', ready, stay)
  call_with_many('ZREM', ready, leave)
  call_with_many('HSET', K .. 'parked', parked)
  if #stay == 0 and redis.call('EXISTS', ready) == 0 then
    redis.call('DEL', K .. 'vt:' .. lane.name)
    redis.call('ZREM', K .. 'lanes', lane.name)
    lane.began = lane.ended
  else
    -- Others wait: what a tenant has used is remembered, or coming back would be a way to the front.
    call_with_many('HSET', K .. 'vt:' .. lane.name, idle)
    redis.call('ZADD', K .. 'lanes', lane.time, lane.name)
  end
  if lane.began then clock[#clock + 1], clock[#clock + 2] = lane.name, text(lane.began) end
end

-- Takes the next jobs, `most` at most: each of the lane that is furthest behind, of its tenant that is furthest
-- behind. A tenant that runs `cap` jobs (0: no cap) is parked until one of them ends.
--   returns nil when nothing is left, or what was taken {id, job fields s f a d st w t of sm gt fo ct}…, and how many ids
--   were passed over, at least 1 when nothing was taken; there may be more then
--   O(most log tenants)
function take_round(K, cap, most)
  local round = { lanes = read_lanes(K), visited = {}, rooms = {}, taken = {}, is_taken = {} }
  if #round.lanes == 0 then return nil end
  local passed = 0
  for _ = 1, most do
    if #round.taken == most or #round.lanes == 0 then break end
    local jobs, popped = take_lane(K, round, cap, most)
    passed = passed + (jobs > 0 and popped - jobs or math.max(popped, 1))
  end
  local clock = { 'lanes', round.began }
  for _, lane in ipairs(round.visited) do write_lane(K, lane, clock) end
  redis.call('HSET', K .. 'clock', unpack(clock))
  return round.taken, passed
end

end
