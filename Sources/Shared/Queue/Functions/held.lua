-- What jobs hold of their owners' limits and budgets until they end, and what has been spent.
--
-- A job that holds something has it in its field `h`, as its admission brought it (admit.lua): MessagePack of what the request
-- was judged by, and of four flat lists,
--   tokens   name, most, window (us), reserved           limits.lua
--   queued   subject, most, amount                       jobs or bytes that have not ended
--   running  subject, most                               jobs past their gates that have not ended
--   budgets  subject, 1 for hard or 0 for soft, most, reserved, start and end of the period (ms), 1 when it waits
-- Its field `gt` says at which gate it waits (gates.lua), or `-` before it has been at any: of running and budgets it
-- holds nothing then. A follower (fo) holds nothing at all.
--
-- Fields of the hash `held`, which is one so that an admission reads and writes it by one command each:
--   q:<subject>  of queued         n:<subject>  of running         $:<subject>  reserved nano-dollars of a hard budget
--   w:<subject>  jobs that wait at its gate                        l:<subject>  a limit's TAT
--   s:<subject>  `<start of the period (ms)> <nano-dollars spent> <nano-dollars told; notices.lua> <end of the period, or 0>`
--   c            how far the janitor has come
-- A sum lost with its jobs is set right by the janitor (mend.lua), since each reservation stands in its job; it also drops
-- TATs and periods that are over.
--
-- All that others use of this file and of gates.lua stands in the table `held` (orphans.lua).
do

local NOTHING = { {}, {}, {}, {} }
-- How long (ms) an amount is known whose period nobody has told the end of.
local UNTOLD_PERIOD = 35 * DAY
-- How long (ms) is waited for the next period, when it is not known when that begins.
local UNTOLD_WAIT = 3600000
-- No period ends so late (ms): it is for life.
local FOR_LIFE = 1e15

-- What has been worked out of a text is remembered from step to step, up to so much: it depends on nothing else.
local MOST_REMEMBERED = 1000
local demands, demands_known = {}, 0
local names, names_known = {}, 0

-- What a demand says, or nil for what is damaged. Nobody changes it.
function held.parse(packed)
  local parts = demands[packed]
  if parts then return parts end
  local is_done
  is_done, parts = pcall(cmsgpack.unpack, packed)
  if not is_done or type(parts) ~= 'table' then return nil end
  if demands_known >= MOST_REMEMBERED then demands, demands_known = {}, 0 end
  demands[packed], demands_known = parts, demands_known + 1
  return parts
end

-- The fields of a subject: q, n, w, s, and r for what is reserved.
function held.names(subject)
  local known = names[subject]
  if known then return known end
  known = { q = 'q:' .. subject, n = 'n:' .. subject, w = 'w:' .. subject, s = 's:' .. subject, r = '$:' .. subject }
  if names_known >= MOST_REMEMBERED then names, names_known = {}, 0 end
  names[subject], names_known = known, names_known + 1
  return known
end

-- The four lists that a job's field `h` has; nothing for what is damaged.
function held.unpack(packed)
  if not packed or packed == '' then return NOTHING end
  local parts = held.parse(packed)
  local lists = parts and parts[7]
  if type(lists) ~= 'table' then return NOTHING end
  for index = 1, 4 do
    if type(lists[index]) ~= 'table' then return NOTHING end
  end
  return lists
end

-- Whether it must pass gates.
function held.has_gates(lists)
  if #lists[3] > 0 then return true end
  for index = 1, #lists[4], 7 do
    if lists[4][index + 1] == 1 then return true end
  end
  return false
end

-- Reads fields, in one command.
function held.know(K, changes, fields)
  local known, wanted = changes.known, {}
  for _, field in ipairs(fields) do
    if known[field] == nil then
      wanted[#wanted + 1] = field
      known[field] = false
    end
  end
  if #wanted == 0 then return end
  local stored = redis.pcall('HMGET', K .. 'held', unpack(wanted))
  if stored.err then
    drop_stranger(K .. 'held')
    return
  end
  for index, field in ipairs(wanted) do
    local value = stored[index]
    known[field] = value and (tonumber(value) or value)
  end
end

-- A field as it is stored, a number where it is one, or false.
function held.read(K, changes, field)
  local value = changes.known[field]
  if value ~= nil then return value end
  held.know(K, changes, { field })
  return changes.known[field]
end

-- A sum, with what the step has changed.
local function sum_of(K, changes, field)
  local stored = changes.known[field]
  if stored == nil then stored = held.read(K, changes, field) end
  return (tonumber(stored) or 0) + (changes.held[field] or 0)
end

held.sum_of = sum_of

local function add_limits(limits, fields)
  for index = 1, #limits, 4 do
    if is_field(limits[index]) then fields[#fields + 1] = limits[index] end
  end
end

-- Adds to a list the fields that a demand asks for.
function held.add_fields(requests, lists, fields)
  add_limits(requests, fields)
  add_limits(lists[1], fields)
  for index = 1, #lists[2], 3 do fields[#fields + 1] = held.names(lists[2][index]).q end
  for index = 1, #lists[3], 2 do
    local subject = lists[3][index]
    fields[#fields + 1], fields[#fields + 2] = held.names(subject).n, held.names(subject).w
  end
  for index = 1, #lists[4], 7 do
    local subject = lists[4][index]
    fields[#fields + 1] = held.names(subject).s
    if lists[4][index + 1] == 1 then
      fields[#fields + 1], fields[#fields + 2] = held.names(subject).r, held.names(subject).w
    end
  end
end

-- The parts of a field `s:`.
function held.read_spent(stored)
  local start, spent, told, finish = tostring(stored):match('^(%d+) (%d+) (%d+) (%d+)$')
  finish = tonumber(finish)
  return {
    start = tonumber(start), spent = tonumber(spent) or 0, told = tonumber(told) or 0,
    finish = finish and finish > 0 and finish or nil,
  }
end

-- What was spent of the budget at `index` in the period that is current. Who was admitted in a period before does not
-- know when the current one began: now at the latest.
local function spent_of(K, changes, budgets, index, now)
  local subject, start, finish = budgets[index], budgets[index + 4], budgets[index + 5]
  local entry = changes.spents[subject]
  if not entry then
    entry = held.read_spent(held.read(K, changes, held.names(subject).s))
    changes.spents[subject] = entry
  end
  if not entry.start then
    entry.start, entry.spent, entry.told = now < finish and start or now, 0, 0
  elseif entry.start < finish then
    if now >= finish then
      entry.start, entry.spent, entry.told, entry.finish = now, 0, 0, nil
    elseif entry.start < start then
      entry.start, entry.spent, entry.told = start, 0, 0
    end
  elseif entry.finish and now >= entry.finish then
    -- Others were admitted in a later period, and that is over, too.
    entry.start, entry.spent, entry.told, entry.finish = entry.finish, 0, 0, nil
  end
  if now < finish then entry.finish = finish end
  return entry
end

held.spent_of = spent_of

-- The place of the first hard budget that the request is over whatever others give back, if any. Where it may wait for the
-- next period of all such, also when the last of these begins (ms).
function held.over(K, changes, lists, now)
  local budgets, first, good = lists[4], nil, nil
  for index = 1, #budgets, 7 do
    if budgets[index + 1] == 1 then
      local entry, most, amount = spent_of(K, changes, budgets, index, now), budgets[index + 2], budgets[index + 3]
      if entry.spent + amount > most then
        -- What is over it alone would wait for ever.
        if budgets[index + 6] ~= 1 or amount > most then return index end
        first, good = first or index, math.max(good or 0, entry.finish or now + UNTOLD_WAIT)
      end
    end
  end
  return first, good
end

-- The number of the first bound of waiting jobs or bytes that has no room, if any.
function held.full(K, changes, lists)
  local queued = lists[2]
  for index = 1, #queued, 3 do
    if sum_of(K, changes, held.names(queued[index]).q) + queued[index + 2] > queued[index + 1] then return (index + 2) / 3 end
  end
end

-- Counts in what a job holds from its admission on, before its gates.
function held.take_queued(changes, lists)
  for index = 1, #lists[2], 3 do add_to(changes.held, held.names(lists[2][index]).q, lists[2][index + 2]) end
end

-- Takes its tokens whether there are so many or not.
function held.take_tokens(K, changes, lists, now)
  local tokens = lists[1]
  for index = 1, #tokens, 4 do
    local name = tokens[index]
    local cost = token_cost(tokens[index + 1], tokens[index + 2], tokens[index + 3])
    set_tat(changes, name, math.max(tat_of(K, changes, name), now) + cost)
  end
end

-- Counts in what a job holds behind its gates.
function held.take_gates(changes, lists)
  for index = 1, #lists[3], 2 do add_to(changes.held, held.names(lists[3][index]).n, 1) end
  for index = 1, #lists[4], 7 do
    if lists[4][index + 1] == 1 then add_to(changes.held, held.names(lists[4][index]).r, lists[4][index + 3]) end
  end
end

-- Puts what was used in the place of the tokens that were reserved.
local function settle_tokens(K, changes, tokens, used, now)
  for index = 1, #tokens, 4 do
    local name, most, window = tokens[index], tokens[index + 1], tokens[index + 2]
    local change = token_cost(most, window, used) - token_cost(most, window, tokens[index + 3])
    local tat = tat_of(K, changes, name)
    if change > 0 then
      set_tat(changes, name, math.max(tat, now) + change)
    elseif change < 0 and tat > now then
      set_tat(changes, name, math.max(now, tat + change))
    end
  end
end

-- Gives back what a job holds, and counts what it used and cost. `job` is what `fields_of` says of it.
function held.settle(K, changes, job, usage, now)
  local lists, fields = held.unpack(job.h), {}
  local tokens, queued, running, budgets = lists[1], lists[2], lists[3], lists[4]
  held.add_fields(NOTHING[1], lists, fields)
  held.know(K, changes, fields)
  settle_tokens(K, changes, tokens, (tonumber(usage[3]) or 0) + (tonumber(usage[4]) or 0), now_us())
  for index = 1, #queued, 3 do add_to(changes.held, held.names(queued[index]).q, -queued[index + 2]) end
  if not job.gt then
    for index = 1, #running, 2 do
      add_to(changes.held, held.names(running[index]).n, -1)
      changes.freed[running[index]] = true
    end
  end
  local cost = math.max(tonumber(usage[5]) or 0, 0)
  for index = 1, #budgets, 7 do
    local subject = budgets[index]
    if budgets[index + 1] == 1 and not job.gt then
      add_to(changes.held, held.names(subject).r, -budgets[index + 3])
      changes.freed[subject] = true
    end
    if cost > 0 then
      local entry = spent_of(K, changes, budgets, index, now)
      entry.spent, entry.is_changed = entry.spent + cost, true
      notices.spent(K, job, budgets, index, entry)
    end
  end
end

-- The fields that a step has changed and their values, and those that have come to nothing.
local function changed_fields(K, changes)
  local left, gone, now = {}, {}, changes.now_us
  for name, tat in pairs(changes.taken) do
    now = now or now_us()
    if not is_field(name) then
      write_tat(K, name, tat, now)
    elseif tat > now then
      left[#left + 1], left[#left + 2] = name, text(tat)
    else
      gone[#gone + 1] = name
    end
  end
  for subject, entry in pairs(changes.spents) do
    if entry.is_changed then
      left[#left + 1], left[#left + 2] = held.names(subject).s, string.format('%d %d %d %d', entry.start, entry.spent, entry.told,
        entry.finish and math.min(entry.finish, FOR_LIFE) or 0)
    end
  end
  for field in pairs(changes.held) do
    local sum = sum_of(K, changes, field)
    if sum > 0 then
      left[#left + 1], left[#left + 2] = field, text(sum)
    else
      gone[#gone + 1] = field
    end
  end
  return left, gone
end

-- Writes what a step has changed of all this. Returns the gates at which jobs wait that may pass now.
function held.write(K, changes)
  if not (next(changes.held) or next(changes.taken) or next(changes.spents) or next(changes.freed)) then return nil end
  local fields, gates = {}, nil
  for field in pairs(changes.held) do
    if changes.known[field] == nil then fields[#fields + 1] = field end
  end
  for subject in pairs(changes.freed) do fields[#fields + 1] = held.names(subject).w end
  held.know(K, changes, fields)
  local left, gone = changed_fields(K, changes)
  call_with_many('HSET', K .. 'held', left)
  call_with_many('HDEL', K .. 'held', gone)
  for subject in pairs(changes.freed) do
    if sum_of(K, changes, held.names(subject).w) > 0 then
      gates = gates or {}
      gates[#gates + 1] = subject
    end
  end
  return gates
end

-- Whether a field is over by itself: no sum, but a TAT or a period of the past.
function held.is_over(field, value, now)
  local kind = field:sub(1, 2)
  if kind == 'l:' then return (tonumber(value) or 0) <= now * 1000 end
  if kind ~= 's:' then return false end
  local entry = held.read_spent(value)
  -- A little longer: the clock may be set back.
  return not entry.start or (entry.finish or entry.start + UNTOLD_PERIOD) + 3600000 < now
end

end
