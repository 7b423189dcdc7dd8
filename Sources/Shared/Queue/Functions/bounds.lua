-- Bounds that are changed: what a job that has not passed its gates is judged by stands in the job, as it was when that was taken
-- in. Where an administrator changes budgets, those that wait for one learn it: jobs that were put off to its next period, and
-- those at its gate. They come to their gates again by the next claim.
--   rebound  zset  `<tenant> <key id, or nothing>` of records whose budgets have changed, by their epochs: until all who wait
--                  were looked at

-- A block: room.lua says why.
do

local LOOKED_AT = 250

-- The budget of a record that a subject is counted by: of each user it is one.
local function name_of(subject) return (subject:gsub('^(u:[^:]+:)%x+:', '%1:')) end

-- What a job holds, with other bounds; nil where they are the same. A budget that is gone refuses nothing.
local function rebound(packed, prefixes, bounds)
  local first = 2 + 8 * (packed:byte() or 0)
  local is_done, parts = pcall(cmsgpack.unpack, packed:sub(first))
  if not is_done or type(parts) ~= 'table' or type(parts[7]) ~= 'table' then return nil end
  local budgets, is_changed = parts[7][4], false
  for index = 1, #budgets, 7 do
    local subject = budgets[index]
    for _, prefix in ipairs(prefixes) do
      if subject:sub(1, #prefix) == prefix then
        local bound = bounds[name_of(subject)] or { 0, budgets[index + 2] }
        is_changed = is_changed or budgets[index + 1] ~= bound[1] or budgets[index + 2] ~= bound[2]
        budgets[index + 1], budgets[index + 2] = bound[1], bound[2]
      end
    end
  end
  return is_changed and packed:sub(1, first - 1) .. cmsgpack.pack(parts) or nil
end

-- A job that waits comes to its gates again. One that was put off has as long from then on as it had.
local function call_back(K, id, packed, gate, deadline, due, now)
  local key = K .. 'j:' .. id
  redis.call('HSET', key, 'h', packed)
  if gate == '-' and due > now then
    deadline = deadline - (due - now)
    redis.call('HSET', key, 'd', text(deadline))
    write_index('ZADD', K .. 'deadlines', text(deadline), id)
  end
  write_index('ZADD', K .. 'scheduled', text(math.min(due, now)), id)
end

-- reconsider: budgets of a tenant and its users, or of a key, are others now: some of those that wait are looked at.
--   KEYS[1] base
--   ARGV  1 tenant  2 key id, or '' where the tenant's are meant  3 cursor, 0 at the start  4… name, 1 for hard or 0 for soft, most
--           of each budget; that of each user has no user in its name
--   returns {cursor to go on with, '0' at the end, how many come to their gates again}   O(looked at), of which there are 250
step('reconsider', { 'allow-oom' }, function(K, args)
  local tenant, now, bounds, come = args[1], now_ms(), {}, 0
  for index = 4, #args, 3 do bounds[args[index]] = { tonumber(args[index + 1]), tonumber(args[index + 2]) } end
  local prefixes = args[2] ~= '' and { 'k:' .. args[2] .. ':' } or { 't:' .. tenant .. ':', 'u:' .. tenant .. ':' }
  local found = redis.pcall('ZSCAN', K .. 'scheduled', args[3], 'COUNT', text(LOOKED_AT))
  if found.err then return { '0', 0 } end
  for index = 1, #found[2], 2 do
    local id, due = found[2][index], tonumber(found[2][index + 1])
    local job = redis.pcall('HMGET', K .. 'j:' .. id, 't', 'gt', 'h', 'd')
    local packed = job[1] == tenant and job[2] and job[3] and rebound(job[3], prefixes, bounds)
    if packed then
      call_back(K, id, packed, job[2], tonumber(job[4]) or now, due, now)
      come = come + 1
    end
  end
  if come > 0 then wake(K) end
  return { found[1], come }
end)

-- reconsidered: all were looked at, unless the budgets have changed since.
--   KEYS[1] base   ARGV 1 member of `rebound`  2 its score   returns 1   O(log members)
step('reconsidered', { 'allow-oom' }, function(K, args)
  local score = plain(redis.pcall('ZSCORE', K .. 'rebound', args[1]))
  if score and tonumber(score) == tonumber(args[2]) then write_index('ZREM', K .. 'rebound', args[1]) end
  return 1
end)

end
