-- What jobs hold of their owners' limits and budgets until they end, and what has been spent.
--
-- A job that holds something has it in its field `h`, as its admission brought it (admit.lua): a byte that counts amounts,
-- so many numbers of eight bytes, and the demand's shape. That is MessagePack of what the request was judged by and of four
-- flat lists, in which an amount is its place among the numbers,
--   tokens   name, most, window (us), place of what is reserved           limits.lua
--   queued   subject, most, place of the amount          jobs or bytes that have not ended
--   running  subject, most                               jobs past their gates that have not ended
--   budgets  subject, 1 for hard or 0 for soft, most, place of what is reserved, start and end of the period (ms), 1 when it
--            waits
-- Requests of one client differ in their amounts, seldom in their shape: that is read once (`held.shape`). What `held.unpack`
-- returns has the amounts as its fifth list, and then the names of the fields of running and of budgets at the subjects' places.
-- Its field `gt` says at which gate it waits (gates.lua), or `-` before it has been at any: of running and budgets it
-- holds nothing then. A follower (fo) holds nothing at all.
--
-- Fields of the hash `held`, which is one so that an admission reads and writes it by one command each:
--   q:<subject>  of queued         n:<subject>  of running         $:<subject>  reserved nano-dollars of a hard budget
--   w:<subject>  jobs that wait at its gate                        l:<subject>  a limit's TAT
--   s:<subject>  `<start of the period (ms)> <nano-dollars spent> <nano-dollars told; notices.lua> <end of the period, or 0>`
--   c            how far the janitor has come
--   -            a text too long for the form in which Redis stores small hashes, and looks through all fields for one
-- A sum lost with its jobs is set right by the janitor (mend.lua), since each reservation stands in its job; it also drops
-- TATs and periods that are over.
--
-- All that others use of this file and of gates.lua stands in the table `held` (orphans.lua).
do

-- How long (ms) an amount is known whose period nobody has told the end of.
local UNTOLD_PERIOD = 35 * DAY
-- How long (ms) is waited for the next period, when it is not known when that begins.
local UNTOLD_WAIT = 3600000
-- No period ends so late (ms): it is for life.
local FOR_LIFE = 1e15
-- As long as no hash-max-listpack-value that anybody would set.
local LONG = ('-'):rep(256)

local tat_of, set_tat, write_tat = held.tat_of, held.set_tat, held.write_tat

local names_of, remember = held.names, held.remember
local NOTHING = {}
local spents = held.new_memory()

-- The tables of a step that has written its changes: to empty them is less work than to grow new ones. Of a step that read
-- more fields than so many they are not kept, since to empty a large table takes as long as it is large.
local MOST_SPARED = 100
local spare = nil

-- The tables that changes need of all this: fields of `held` as they are stored, or false, and what sums of it change by;
-- TATs that were changed; what was spent, by subject; subjects of which something was given back.
function held.begin(changes)
  local tables = spare or { {}, {}, {}, {}, {} }
  spare = nil
  changes.known, changes.held, changes.taken, changes.spents, changes.freed = unpack(tables)
  changes.tables, changes.fields_read = tables, 0
  return changes
end

local function give_back(changes)
  local tables = changes.tables
  if not tables or changes.fields_read > MOST_SPARED then return end
  for place = 1, 5 do
    local entries = tables[place]
    for name in next, entries do entries[name] = nil end
  end
  spare, changes.tables = tables, nil
end

-- As many as Lua has room for among a call's arguments, and more than one step asks for.
local FIELDS_AT_ONCE = 4000

local function read_fields(K, changes, wanted, first, last)
  local known, found = changes.known, false
  local stored = redis.pcall('HMGET', K .. 'held', unpack(wanted, first, last))
  if stored.err then
    drop_stranger(K .. 'held')
    stored = {}
  end
  for index = first, last do
    -- Sums stay texts until they are reckoned with, which makes numbers of them.
    local value = stored[index - first + 1] or false
    known[wanted[index]], found = value, found or value
  end
  if not found then changes.is_new = true end
end

-- Reads fields, in one command.
function held.know(K, changes, fields)
  local known, wanted = changes.known, fields
  if next(known) then
    wanted = {}
    for index = 1, #fields do
      if known[fields[index]] == nil then wanted[#wanted + 1] = fields[index] end
    end
  end
  changes.fields_read = (changes.fields_read or 0) + #wanted
  for first = 1, #wanted, FIELDS_AT_ONCE do
    read_fields(K, changes, wanted, first, math.min(#wanted, first + FIELDS_AT_ONCE - 1))
  end
end

-- Reads what shapes ask for, each field once.
function held.know_all(K, changes, shapes)
  local known, wanted, count = changes.known, {}, 0
  for _, shape in ipairs(shapes) do
    local fields = shape.fields
    for index = 1, #fields do
      local field = fields[index]
      if known[field] == nil then
        count = count + 1
        known[field], wanted[count] = false, field
      end
    end
  end
  changes.fields_read = count
  for first = 1, count, FIELDS_AT_ONCE do
    read_fields(K, changes, wanted, first, math.min(count, first + FIELDS_AT_ONCE - 1))
  end
end

-- A field as it is stored, or false.
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
  return (stored or 0) + (changes.held[field] or 0)
end

held.sum_of = sum_of

local function parse_spent(stored)
  local start, spent, told, finish = stored:match('^(%d+) (%d+) (%d+) (%d+)$')
  finish = tonumber(finish)
  return remember(spents, stored, {
    start = tonumber(start), spent = tonumber(spent) or 0, told = tonumber(told) or 0,
    finish = finish and finish > 0 and finish or nil,
  })
end

-- The parts of a field `s:`, to be changed.
function held.read_spent(stored)
  if not stored then return { spent = 0, told = 0 } end
  local entry = spents.of[stored] or parse_spent(tostring(stored))
  return { start = entry.start, spent = entry.spent, told = entry.told, finish = entry.finish }
end

local function write_spent(entry)
  local finish = entry.finish and math.min(entry.finish, FOR_LIFE)
  local stored = string.format('%d %d %d %d', entry.start, entry.spent, entry.told, finish or 0)
  remember(spents, stored, { start = entry.start, spent = entry.spent, told = entry.told, finish = finish })
  return stored
end

-- What was spent of the budget at `index` in the period that is current. Who was admitted in a period before does not
-- know when the current one began: now at the latest.
local function spent_of(K, changes, budgets, index, now)
  local subject, start, finish = budgets[index], budgets[index + 4], budgets[index + 5]
  local entry = changes.spents[subject]
  if not entry then
    entry = held.read_spent(held.read(K, changes, names_of(subject).s))
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
  local budgets, amounts, first, good = lists[4], lists[5], nil, nil
  for index = 1, #budgets, 7 do
    if budgets[index + 1] == 1 then
      local entry, most, amount = spent_of(K, changes, budgets, index, now), budgets[index + 2], amounts[budgets[index + 3]]
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
  local queued, amounts = lists[2], lists[5]
  for index = 1, #queued, 3 do
    if sum_of(K, changes, names_of(queued[index]).q) + amounts[queued[index + 2]] > queued[index + 1] then return (index + 2) / 3 end
  end
end

-- Counts in what a job holds from its admission on, before its gates.
function held.take_queued(changes, lists)
  for index = 1, #lists[2], 3 do add_to(changes.held, names_of(lists[2][index]).q, lists[5][lists[2][index + 2]]) end
end

-- Takes its tokens whether there are so many or not.
function held.take_tokens(K, changes, lists, now)
  local tokens = lists[1]
  for index = 1, #tokens, 4 do
    local name = tokens[index]
    local cost = math.ceil(lists[5][tokens[index + 3]] * tokens[index + 2] / tokens[index + 1])
    set_tat(changes, name, math.max(tat_of(K, changes, name), now) + cost)
  end
end

-- Counts in what a job holds behind its gates.
function held.take_gates(changes, lists)
  local sums, budgets, amounts, running_names, budget_names = changes.held, lists[4], lists[5], lists[6], lists[7]
  for index = 1, #lists[3], 2 do
    local field = running_names[index].n
    sums[field] = (sums[field] or 0) + 1
  end
  for index = 1, #budgets, 7 do
    if budgets[index + 1] == 1 then
      local field = budget_names[index].r
      sums[field] = (sums[field] or 0) + amounts[budgets[index + 3]]
    end
  end
end

-- Puts what was used in the place of the tokens that were reserved at `taken` (us), or later. What was reserved grows back
-- within its window: only what has not yet is given back, or it would be there twice.
local function settle_tokens(K, changes, tokens, amounts, used, taken, now)
  for index = 1, #tokens, 4 do
    local name, most, window = tokens[index], tokens[index + 1], tokens[index + 2]
    local change = math.ceil(used * window / most) - math.ceil(amounts[tokens[index + 3]] * window / most)
    local tat = tat_of(K, changes, name)
    if change > 0 then
      set_tat(changes, name, math.max(tat, now) + change)
    elseif change < 0 and tat > now and taken + window > now then
      set_tat(changes, name, math.max(now, tat - math.min(-change, taken + window - now)))
    end
  end
end

-- Gives back what a job holds behind its gates.
function held.give_back_gates(changes, lists)
  local sums, freed, running, budgets, amounts = changes.held, changes.freed, lists[3], lists[4], lists[5]
  for index = 1, #running, 2 do
    add_to(sums, lists[6][index].n, -1)
    freed[running[index]] = true
  end
  for index = 1, #budgets, 7 do
    if budgets[index + 1] == 1 then
      add_to(sums, lists[7][index].r, -amounts[budgets[index + 3]])
      freed[budgets[index]] = true
    end
  end
end

-- Counts so many nano-dollars in a job's budgets. `job` is told of in notices: its tenant t, and id.
function held.spend(K, changes, job, lists, cost, now)
  if cost <= 0 then return end
  local budgets = lists[4]
  for index = 1, #budgets, 7 do
    local entry = spent_of(K, changes, budgets, index, now)
    entry.spent, entry.is_changed = entry.spent + cost, true
    notices.spent(K, job, budgets, index, entry)
  end
end

-- Gives back what a job holds, and counts what it used and cost. `job` is what `fields_of` says of it.
function held.settle(K, changes, job, usage, now)
  local lists, shape = held.unpack(job.h)
  if not shape then return end
  local tokens, queued, amounts = lists[1], lists[2], lists[5]
  held.know(K, changes, shape.fields_held)
  if #tokens > 0 then
    changes.now_us = changes.now_us or now_us()
    local used, taken = (tonumber(usage[3]) or 0) + (tonumber(usage[4]) or 0), (tonumber(job.ct) or now) * 1000
    settle_tokens(K, changes, tokens, amounts, used, taken, changes.now_us)
  end
  for index = 1, #queued, 3 do add_to(changes.held, names_of(queued[index]).q, -amounts[queued[index + 2]]) end
  if not job.gt then held.give_back_gates(changes, lists) end
  held.spend(K, changes, job, lists, tonumber(usage[5]) or 0, now)
end

-- The fields that a step has changed and their values, and those that have come to nothing.
local function changed_fields(K, changes)
  local left, count, gone, now = {}, 0, {}, changes.now_us
  for name, tat in pairs(changes.taken) do
    now = now or now_us()
    if tat > now then
      left[count + 1], left[count + 2] = name, text(tat)
      count = count + 2
    else
      gone[#gone + 1] = name
    end
  end
  for name, tat in pairs(changes.taken_apart or NOTHING) do write_tat(K, name, tat, now or now_us()) end
  for subject, entry in pairs(changes.spents) do
    if entry.is_changed then
      left[count + 1], left[count + 2] = names_of(subject).s, write_spent(entry)
      count = count + 2
    end
  end
  for field in pairs(changes.held) do
    local sum = sum_of(K, changes, field)
    if sum > 0 then
      left[count + 1], left[count + 2] = field, text(sum)
      count = count + 2
    else
      gone[#gone + 1] = field
    end
  end
  return left, gone
end

local function write(K, changes)
  if not (next(changes.held) or next(changes.taken) or next(changes.spents) or next(changes.freed)
      or changes.taken_apart) then return nil end
  local fields, gates = {}, nil
  for field in pairs(changes.held) do
    if changes.known[field] == nil then fields[#fields + 1] = field end
  end
  for subject in pairs(changes.freed) do fields[#fields + 1] = names_of(subject).w end
  held.know(K, changes, fields)
  local left, gone = changed_fields(K, changes)
  -- Perhaps not only to the step.
  if changes.is_new and #left > 0 then left[#left + 1], left[#left + 2] = '-', LONG end
  call_with_many('HSET', K .. 'held', left)
  call_with_many('HDEL', K .. 'held', gone)
  for subject in pairs(changes.freed) do
    if sum_of(K, changes, names_of(subject).w) > 0 then
      gates = gates or {}
      gates[#gates + 1] = subject
    end
  end
  return gates
end

-- Writes what a step has changed of all this, which is over with that. Returns the gates at which jobs wait that may pass now.
function held.write(K, changes)
  local gates = write(K, changes)
  give_back(changes)
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
