-- Gates: where a job waits for which only others leave no room, those that run (`running`) or what they have reserved (hard
-- budgets). It is queued, but stands in no lane: in `gate:<subject>` of the first of its gates that is closed.
--   gate:<subject>  zset  ids of jobs that wait, by the time at which they came to their gates (us)
--
-- The step that ends a job opens its gates: who has waited longest goes first, to its lane when all of its gates are open, or
-- on to the gate that is closed. Nobody passes an older one that waits at the same gate, so none starves; who waits at
-- another gate is in nobody's way. One that the budget does not pay for any more, whatever others give back, ends.
--
-- A step looks at so many; the first of those that are left stands in `scheduled` then, too, and the next claim goes on. The
-- same for who waits at a budget: its period's end.

do

local LOOKED_AT, PAGE = 64, 8
local FOR_LIFE = 1e15
local OWNERS = { t = 'tenant', u = 'user', k = 'key' }
local PERIODS = { d = 'day', w = 'week', m = 'month' }

-- Nano-dollars as people write them.
local function dollars(nanos) return (string.format('%.9f', nanos / 1e9):gsub('0+$', ''):gsub('%.$', '')) end

-- Why a budget that let a job in does not pay for it any more. `job` says what it has bought itself (pu), and at which gate it
-- waited (gt).
local function reason_of(job, most, cost)
  if cost > most then return 'the budget was more when it was taken in.' end
  local bought = held.read_bought(job.pu)
  if bought and bought.nanos > 0 then return 'the rest was spent by its attempts before, or by others meanwhile.' end
  if job.gt and job.gt ~= '-' then
    return 'the rest was spent while it waited for others to give back what they had reserved.'
  end
  return 'the rest was spent since it was taken in.'
end

-- The failure of a job that the budget at `index` does not pay for any more: whose budget it is, and which, as those are told
-- that are refused at once.
local function spent_failure(job, lists, index)
  local budgets, amounts = lists[4], lists[5]
  local owner, name, code, model = budgets[index]:match('^(%a):([^:@]*)[^@]*:(%a%a)@?(.*)$')
  local scope, period = OWNERS[owner] or 'tenant', PERIODS[code and code:sub(2)]
  if owner == 'u' then name = job.us or 'unknown' end
  local most, cost = dollars(budgets[index + 2]), dollars(amounts[budgets[index + 3]])
  local message = scope:sub(1, 1):upper() .. scope:sub(2) .. ' ' .. (name or '') .. ' may spend ' .. most .. ' USD '
    .. (period and 'a ' .. period or 'for life') .. (model and model ~= '' and ' on ' .. model or '')
    .. ', and what is left does not pay for this request, which may cost up to ' .. cost
    .. ' USD: ' .. reason_of(job, budgets[index + 2], amounts[budgets[index + 3]])
  return '{"code":"budget_exceeded","message":' .. cjson.encode(message) .. ',"cascade_path":[],"limit":"'
    .. most .. '/' .. (period or 'life') .. '","scope":"' .. scope .. '"}'
end

-- Whether another of those who wait at a gate came before; `score` is nil for who comes now.
local function is_behind(K, subject, score, id)
  if not score then return true end
  local key = K .. 'gate:' .. subject
  local first = members_of(key, redis.pcall('ZRANGE', key, '0', '0', 'WITHSCORES'))
  if not first[1] or first[1] == id then return false end
  local other = tonumber(first[2])
  return other < score or (other == score and first[1] < id)
end

-- The first gate that is closed to a job, the end of its period, and whether only others before it are in the way.
function held.closed_gate(K, changes, lists, now, score, id)
  local running, budgets, amounts, value_of = lists[3], lists[4], lists[5], held.value
  for index = 1, #running, 2 do
    local names, subject = lists[6][index], running[index]
    if value_of(K, changes, names.field, names.n) + 1 > running[index + 1] then return subject end
    if value_of(K, changes, names.field, names.w) > 0 and is_behind(K, subject, score, id) then return subject, nil, true end
  end
  for index = 1, #budgets, 7 do
    if budgets[index + 1] == 1 then
      local names, subject, entry = lists[7][index], budgets[index], held.spent_of(K, changes, budgets, index, now)
      local sum = entry.spent + value_of(K, changes, names.field, names.r) + amounts[budgets[index + 3]]
      if sum > budgets[index + 2] then return subject, entry.finish end
      if value_of(K, changes, names.field, names.w) > 0 and is_behind(K, subject, score, id) then return subject, entry.finish, true end
    end
  end
end

-- A job stands at a gate from now on.
function held.stand(K, changes, id, subject, score, finish)
  write_index('ZADD', K .. 'gate:' .. subject, text(score), id)
  held.change_waiting(K, changes, subject, 1)
  if finish and finish < FOR_LIFE then redis.call('ZADD', K .. 'scheduled', text(finish), id) end
end

local function leave(K, changes, id, subject)
  if not subject or subject == '-' then return end
  redis.pcall('ZREM', K .. 'gate:' .. subject, id)
  redis.call('ZREM', K .. 'scheduled', id)
  held.change_waiting(K, changes, subject, -1)
end

-- Ends a job that its budget at `index` does not pay for any more.
local function refuse(K, changes, id, lists, index, now)
  local job = fields_of(K, id)
  -- One that an operator has requeued is his again.
  job.is_told = not job.n
  -- At once, or it would be met again before the step's changes are written.
  if job.gt then redis.pcall('ZREM', K .. 'gate:' .. job.gt, id) end
  notices.refused(K, job, lists[4], index, held.spent_of(K, changes, lists[4], index, now))
  finish_into(K, changes, id, job, 'failed', spent_failure(job, lists, index), changes.keep or DAY, now, {})
end

-- Puts a job off to a time at which it comes to its gates again; it has as long from then on as it had. Those who follow its
-- call do not wait with it.
local function put_off(K, changes, id, gate, good, now)
  leave(K, changes, id, gate)
  local key = K .. 'j:' .. id
  local job = redis.pcall('HMGET', key, 'd', 'k', 'g', 'ev')
  local deadline = (tonumber(job[1]) or now) + good - now
  redis.call('HSET', key, 's', 'scheduled', 'gt', '-', 'd', text(deadline))
  redis.call('HDEL', key, 'g')
  write_index('ZADD', K .. 'deadlines', text(deadline), id)
  write_index('ZADD', K .. 'scheduled', text(good), id)
  if job[4] then add_status(K, id) end
  count(K, 'put_off')
  -- Idle workers learn when it is due.
  wake(K)
  if not job[2] or job[2] == '' then return end
  if string_at(K .. 'leader:' .. job[2]) == id then redis.call('DEL', K .. 'leader:' .. job[2]) end
  if job[3] then promote_follower(K, changes, job[3], job[2]) end
end

-- Puts a queued job that holds nothing of its gates into its lane, or to the gate that is closed, or puts it off to the next
-- period of its budgets, or ends it. `job` has its fields t and l, and gt. Returns the gate at which it stands now, or nil.
function held.place(K, changes, id, job, lists, now, score, front)
  held.note_change(K, id, job.t)
  local over, good = held.over(K, changes, lists, now)
  if good then
    notices.refused(K, { id = id, t = job.t }, lists[4], over, held.spent_of(K, changes, lists[4], over, now))
    return put_off(K, changes, id, job.gt, good, now)
  end
  if over then
    if not job.gt then redis.call('HSET', K .. 'j:' .. id, 'gt', '-') end
    return refuse(K, changes, id, lists, over, now)
  end
  local subject, finish, is_only_behind = held.closed_gate(K, changes, lists, now, score, id)
  if subject and subject == job.gt then return subject end
  leave(K, changes, id, job.gt)
  if subject then
    redis.call('HSET', K .. 'j:' .. id, 'gt', subject)
    held.stand(K, changes, id, subject, score, finish)
    if is_only_behind then changes.freed[subject] = true end
    return subject
  end
  if job.gt then redis.call('HDEL', K .. 'j:' .. id, 'gt') end
  held.take_gates(K, changes, lists)
  enqueue(K, id, job.l, job.t, front)
  wake(K)
end

-- Looks at one that waits. Returns whether those behind it may be looked at.
local function look_at(K, changes, subject, id, score, now)
  local job = job_of(K, id, 'h', 'gt', 'ft')
  if job and job[3] == 'queued' and job[5] == subject and not job[6] then
    local lists = held.unpack(job[4])
    return held.place(K, changes, id, { t = job[1], l = job[2], gt = subject }, lists, now, score, false) ~= subject
  end
  redis.call('ZREM', K .. 'gate:' .. subject, id)
  held.change_waiting(K, changes, subject, -1)
  if job then count_orphan(K, 'gate') else bury(K, 'gate', id) end
  return true
end

-- Opens a gate as far as `left` looks reach. Returns how many are left, and who is to be looked at next.
local function open_one(K, changes, subject, now, left)
  local key = K .. 'gate:' .. subject
  while true do
    local page = members_of(key, redis.pcall('ZRANGE', key, '0', text(PAGE - 1), 'WITHSCORES'))
    if #page == 0 then
      -- Nobody stands there, whatever the sum says.
      held.change_waiting(K, changes, subject, -held.waiting(K, changes, subject))
      return left
    end
    for index = 1, #page, 2 do
      local id = page[index]
      if left == 0 then return 0, id end
      left = left - 1
      local is_done, goes_on = pcall(look_at, K, changes, subject, id, tonumber(page[index + 1]), now)
      if is_done and not goes_on then return left end
      if not is_done then
        redis.log(redis.LOG_WARNING, 'sluice: gate of ' .. id .. ': '
          .. tostring(type(goes_on) == 'table' and goes_on.err or goes_on))
        -- The janitor finds it.
        redis.call('ZREM', key, id)
        held.change_waiting(K, changes, subject, -1)
        count_orphan(K, 'gate')
      end
    end
  end
end

-- Opens gates at which jobs wait. O(64 log jobs)
function held.open(K, gates, keep)
  local changes, now, left, next_one = new_changes(), now_ms(), LOOKED_AT, nil
  changes.keep, changes.opens_gates = keep, true
  while #gates > 0 do
    local subject = table.remove(gates, 1)
    left, next_one = open_one(K, changes, subject, now, left)
    -- Somebody who has ended, or gone on, makes room elsewhere.
    for freed in pairs(changes.freed) do
      if freed ~= subject and held.waiting(K, changes, freed) > 0 then gates[#gates + 1] = freed end
    end
    changes.freed = {}
    if next_one then redis.call('ZADD', K .. 'scheduled', text(now), next_one) end
    if next_one then break end
  end
  -- Those that were not come to.
  for _, subject in ipairs(gates) do
    local key = K .. 'gate:' .. subject
    local first = members_of(key, redis.pcall('ZRANGE', key, '0', '0'))[1]
    if first then redis.call('ZADD', K .. 'scheduled', text(now), first) end
  end
  write_changes(K, changes)
end

-- A queued job that holds nothing of its gates comes to them with the next claim.
function held.come_later(K, id, now)
  redis.call('HSET', K .. 'j:' .. id, 's', 'scheduled', 'gt', '-')
  write_index('ZADD', K .. 'scheduled', text(now), id)
  wake(K)
end

-- A job that stood in `scheduled` goes on: what opens its gate again, or lets it come to its gates.
function held.promote(K, id, job, keep, now)
  if job.gt ~= '-' then return held.open(K, { job.gt }, keep) end
  local changes = new_changes()
  changes.keep = keep
  held.place(K, changes, id, job, held.unpack(job.h), now, 1000 * now, false)
  write_changes(K, changes)
end

end
