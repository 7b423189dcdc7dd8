-- Recounting what jobs hold: the janitor's sums of it, compared with those in `held`.
--
-- Up to a thousand open jobs are counted in one step. More are counted in a round of many steps: all lists of jobs, page by
-- page, tenant after tenant. Steps between these may change what jobs hold, so whoever does says so before (`note_change`):
-- of a job that was counted already, what it held is taken out of the round's sums, and it is counted anew later. A job that
-- was not come to yet will be. So a round's sums, once it has come to all and nothing is left to be counted anew, are true
-- at that moment, and stay so while they are compared. A sum is set right when two rounds in a row find it wrong: steps of
-- another version of this library, which runs beside it during an upgrade, say nothing to this one.
--
-- A round is kept in memory only: one that a restart or a failover ends begins anew.
do

-- A sum is told by its title, such as `n:t:search:n` (owners.lua). Processes of before keep each in a field of that name.
local IS_SUM = { ['q:'] = true, ['n:'] = true, ['$:'] = true, ['w:'] = true }
-- How many jobs or fields a round's step looks at; more changed jobs than so many end it.
local LOOKED_AT, MOST_CHANGED = 500, 100000
-- How long (ms) after a round that has found nothing wrong the next begins.
local REST = 600000

-- By shard: the round under way, what the last one found wrong, and when the next may begin.
local rounds, suspects, rests = {}, {}, {}

-- What a job holds, by title; nil for nothing. `job` is what `job_of` says of it with the fields h, fo, gt, ft and ow.
local function held_by(job)
  if not job or not job[4] or job[5] or (job[7] and not job[8]) then return nil end
  local lists, sums = held.unpack(job[4]), {}
  local queued, running, budgets, amounts = lists[2], lists[3], lists[4], lists[5]
  for index = 1, #queued, 3 do add_to(sums, 'q:' .. queued[index], amounts[queued[index + 2]]) end
  if job[6] then
    if job[6] ~= '-' then add_to(sums, 'w:' .. job[6], 1) end
    return sums
  end
  for index = 1, #running, 2 do add_to(sums, 'n:' .. running[index], 1) end
  for index = 1, #budgets, 7 do
    if budgets[index + 1] == 1 then add_to(sums, '$:' .. budgets[index], amounts[budgets[index + 3]]) end
  end
  return sums
end

local function job_with_hold(K, id) return job_of(K, id, 'h', 'fo', 'gt', 'ft', 'ow') end

-- What `held` should say, of so few jobs that one step counts them all.
local function true_held(K)
  local sums = {}
  local function add_job(id, is_owed)
    local job = job_with_hold(K, id)
    if not job or (is_owed and not job[8]) then return end
    for field, amount in pairs(held_by(job) or {}) do add_to(sums, field, amount) end
  end
  for _, id in ipairs(redis.call('ZRANGE', K .. 'deadlines', 0, -1)) do add_job(id, false) end
  -- Those that have ended and are not settled.
  for _, id in ipairs(members_of(K .. 'owed', redis.pcall('ZRANGE', K .. 'owed', 0, -1))) do add_job(id, true) end
  return sums
end

-- MARK: Rounds

local function begin_round(K)
  local tenants, places = { 'default' }, { default = 1 }
  local function add_tenant(name)
    if places[name] then return end
    tenants[#tenants + 1], places[name] = name, #tenants + 1
  end
  for _, field in ipairs(redis.call('HKEYS', K .. 'open')) do
    if field:sub(1, 5) == 'jobs:' then add_tenant(field:sub(6)) end
  end
  for _, name in ipairs(members_of(K .. 'tenants', redis.pcall('ZRANGE', K .. 'tenants', '0', '-1'))) do add_tenant(name) end
  return {
    tenants = tenants, places = places,
    -- The list that it looks at, and the last job of it that it has come to.
    at = 1, last = '',
    sums = {}, names = {},
    -- Jobs to be counted anew.
    changed = {}, order = {},
    -- How far it has compared: of the fields of `held`, then of its own sums.
    cursor = '0', has_scanned = false, compared = 0, wrong = {}, has_wrong = false,
  }
end

local function count_job(K, round, id, sign)
  for field, amount in pairs(held_by(job_with_hold(K, id)) or {}) do
    local sum = round.sums[field]
    if not sum then round.names[#round.names + 1] = field end
    round.sums[field] = (sum or 0) + sign * amount
  end
end

local function count_out(K, round, id, tenant)
  local place = round.places[tenant]
  -- Who is not come to yet will be. Of a tenant that the round does not know all jobs are new.
  if place and (place > round.at or (place == round.at and id > round.last)) then return end
  if #round.order >= MOST_CHANGED then
    rounds[K] = nil
    return
  end
  count_job(K, round, id, -1)
  round.changed[id], round.order[#round.order + 1] = true, id
end

-- What a job holds is about to change, by a step of its tenant's.
function held.note_change(K, id, tenant)
  local round = rounds[K]
  if round and not round.changed[id] then count_out(K, round, id, tenant) end
end

-- Goes on in a round with so many jobs. Returns how many more it may look at.
local function count_more(K, round, left)
  while left > 0 and #round.order > 0 do
    local id = table.remove(round.order)
    round.changed[id] = nil
    count_job(K, round, id, 1)
    left = left - 1
  end
  while left > 0 and round.at <= #round.tenants do
    local key, from = K .. 'jobs:' .. round.tenants[round.at], round.last == '' and '-' or '(' .. round.last
    local ids = members_of(key, redis.pcall('ZRANGE', key, from, '+', 'BYLEX', 'LIMIT', '0', text(left)))
    for _, id in ipairs(ids) do count_job(K, round, id, 1) end
    if #ids < left then
      round.at, round.last = round.at + 1, ''
    else
      round.last = ids[#ids]
    end
    -- A list without jobs costs a look, too.
    left = left - math.max(1, #ids)
  end
  return left
end

-- Compares a sum, and sets it right when the round before has found it wrong, too.
local function compare(K, changes, round, title, field, name, note)
  local value, own = held.value(K, changes, field, name), round.sums[title] or 0
  if value == own then return end
  if not (suspects[K] or {})[title] then
    round.wrong[title], round.has_wrong = true, true
    return
  end
  held.set(K, changes, field, name, own)
  note('counter-held', title)
end

-- Compares what a page of `held` counts and no job holds.
local function compare_page(K, changes, round, page, note)
  changes.fields_read = #page
  for index = 1, #page, 2 do
    local field = page[index]
    if field:sub(1, 2) == 'o:' then
      changes.records[field] = held.recall(field, page[index + 1])
      for _, name in ipairs(held.sums_in(changes, field)) do
        local title = held.title(field, name)
        if not round.sums[title] then compare(K, changes, round, title, field, name, note) end
      end
    end
  end
end

-- Compares what jobs hold, from the place `first` to `last` of the round's titles.
local function compare_titles(K, changes, round, first, last, note)
  local fields = {}
  for place = first, last do fields[#fields + 1] = held.place_of(round.names[place]) end
  held.know(K, changes, fields, #fields)
  for place = first, last do
    local title = round.names[place]
    local field, name = held.place_of(title)
    compare(K, changes, round, title, field, name, note)
  end
end

-- Compares some sums. Returns whether there are more.
local function compare_more(K, round, note)
  local changes = new_changes()
  if not round.has_scanned then
    local page = redis.call('HSCAN', K .. 'held', round.cursor, 'COUNT', text(LOOKED_AT))
    compare_page(K, changes, round, page[2], note)
    write_changes(K, changes)
    round.cursor, round.has_scanned = page[1], page[1] == '0'
    return true
  end
  local last = math.min(#round.names, round.compared + LOOKED_AT)
  if last > round.compared then
    compare_titles(K, changes, round, round.compared + 1, last, note)
    write_changes(K, changes)
    round.compared = last
  end
  return last < #round.names
end

-- Takes a round's next step, or begins one. Returns whether it is to go on at once.
local function go_round(K, note)
  local now = now_ms()
  local round = rounds[K]
  if not round then
    if now < (rests[K] or 0) and now + REST >= rests[K] then return false end
    round = begin_round(K)
    rounds[K] = round
  end
  if count_more(K, round, LOOKED_AT) <= 0 then return true end
  if compare_more(K, round, note) then return true end
  rounds[K], suspects[K] = nil, round.wrong
  rests[K] = round.has_wrong and 0 or now + REST
  return round.has_wrong
end

-- MARK: The step

-- Sets a sum right.
local function mend_sum(K, changes, title, field, name, wanted, note)
  if held.value(K, changes, field, name) == (wanted[title] or 0) then return end
  held.set(K, changes, field, name, wanted[title] or 0)
  note('counter-held', title)
end

-- Compares what a field of an owner counts with what the jobs hold, and forgets what is over of it.
local function mend_owner(K, changes, field, stored, wanted, note, now)
  changes.records[field] = held.recall(field, stored)
  for _, name in ipairs(wanted and held.sums_in(changes, field) or {}) do
    mend_sum(K, changes, held.title(field, name), field, name, wanted, note)
  end
  held.tidy(changes, field, 1000 * now)
end

-- Whether a field of `held` that is no owner's is over: what was spent in a period of the past; what processes of before count
-- in a field of its own, when no job holds anything of it.
local function is_field_over(field, value, wanted, now)
  if IS_SUM[field:sub(1, 2)] then return not tonumber(value) or (wanted and not wanted[field]) end
  return held.is_over(field, value, now)
end

-- Goes on through `held`, where each user and key that ever asked may have fields: what is over goes, and sums are
-- compared with what the jobs hold, `wanted`, unless these are too many. Returns whether there is more to go through.
local function mend_held(K, wanted, note)
  local cursor = redis.pcall('HGET', K .. 'held', 'c')
  members_of(K .. 'held', type(cursor) == 'table' and cursor or {})
  local page, now, over = redis.call('HSCAN', K .. 'held', plain(cursor) or '0', 'COUNT', text(MOST_COUNTED)), now_ms(), {}
  local changes, fields = new_changes(), {}
  changes.fields_read = #page[2]
  for index = 1, #page[2], 2 do
    local field, value = page[2][index], page[2][index + 1]
    if field:sub(1, 2) == 'o:' then
      mend_owner(K, changes, field, value, wanted, note, now)
    elseif is_field_over(field, value, wanted, now) then
      over[#over + 1] = field
    end
  end
  for title in pairs(wanted or {}) do fields[#fields + 1] = held.place_of(title) end
  held.know(K, changes, fields, #fields)
  for title in pairs(wanted or {}) do
    local field, name = held.place_of(title)
    mend_sum(K, changes, title, field, name, wanted, note)
  end
  write_changes(K, changes)
  if page[1] == '0' then
    over[#over + 1] = 'c'
  else
    redis.call('HSET', K .. 'held', 'c', page[1])
  end
  call_with_many('HDEL', K .. 'held', over)
  -- Should nobody have opened a gate.
  local gates = {}
  for title in pairs(wanted or {}) do
    if title:sub(1, 2) == 'w:' then gates[#gates + 1] = title:sub(3) end
  end
  if #gates > 0 then held.open(K, gates) end
  return page[1] ~= '0'
end

-- mend_held: sets right what jobs hold of limits and budgets; what is over goes.
--   KEYS[1] base   returns {'1' when there is more to look at, '0' otherwise, kind, name, …}   O(jobs, to 1,000)
step('mend_held', { 'allow-oom' }, function(K, args)
  local repaired, note = repairs_of(K)
  local are_few = redis.call('ZCARD', K .. 'deadlines') + (plain(redis.pcall('ZCARD', K .. 'owed')) or 0) <= MOST_COUNTED
  if are_few then rounds[K], suspects[K], rests[K] = nil, nil, nil end
  local has_more = mend_held(K, are_few and true_held(K), note)
  if not are_few and go_round(K, note) then has_more = true end
  table.insert(repaired, 1, has_more and '1' or '0')
  return repaired
end)

end
