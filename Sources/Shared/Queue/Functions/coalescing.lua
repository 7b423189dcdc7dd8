-- Equal requests at the same time are one call: who follows whose.

local coalescing = {}

-- A block: room.lua says why.
do

local MOST_FOLLOWERS = 1000
local URGENCY = { interactive = 1, standard = 2, batch = 3 }

-- Whether a job makes a call that an order can share: not one that waits for a retry, nor one that stands in a less urgent
-- lane. `job` is its fields s, l, g and t.
local function is_shareable(K, job, leader, order)
  if not job[4] then return false end
  local is_near = job[1] == 'running' or (job[1] == 'queued' and URGENCY[job[2]] <= URGENCY[order.lane])
  return is_near and (plain(redis.pcall('ZCARD', K .. 'f:' .. (job[3] or leader))) or 0) < MOST_FOLLOWERS
end

-- Whether an order will follow another's call.
function coalescing.will_follow(K, order)
  if order.delay > 0 or order.cache_key == '' or order.cache_mode ~= 'use' or order.events ~= '' then return false end
  local leader = string_at(K .. 'leader:' .. order.cache_key)
  return leader and is_shareable(K, redis.pcall('HMGET', K .. 'j:' .. leader, 's', 'l', 'g', 't'), leader, order)
end

-- The group of a call under way that this order can share. Without such a call the job leads one.
function coalescing.group_to_follow(K, order)
  local leader_key = K .. 'leader:' .. order.cache_key
  local leader = redis.pcall('SET', leader_key, order.id, 'NX', 'GET')
  if not leader then return nil end
  leader = plain(leader) or ''
  local job = redis.pcall('HMGET', K .. 'j:' .. leader, 's', 'l', 'g', 't')
  if not job[4] then count_orphan(K, 'leader') end
  local group = job[3] or leader
  if not is_shareable(K, job, leader, order) then
    redis.call('SET', leader_key, order.id)
    return nil
  end
  if not job[3] then redis.call('HSET', K .. 'j:' .. leader, 'g', leader) end
  return group
end

end
