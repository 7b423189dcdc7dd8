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
-- returns has the amounts as its fifth list, and then where running and budgets are counted at the subjects' places.
-- Its field `gt` says at which gate it waits (gates.lua), or `-` before it has been at any: of running and budgets it
-- holds nothing then. A follower (fo) holds nothing at all.
--
-- Fields of the hash `held`, which is one so that an admission reads and writes it by one command each:
--   o:<owner>    sums of what jobs hold, and limits' TATs; owners.lua
--   s:<subject>  `<start of the period (ms)> <nano-dollars spent> <nano-dollars told; notices.lua> <end of the period, or 0>`
--   c            how far the janitor has come
--   l:, q:, n:, $:, w: and a subject  what `o:` counts, as processes of before count it beside; recount.lua
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

local names_of, remember, spents = held.names, held.remember, held.spents

-- The tables of a step that has written its changes: to empty them is less work than to grow new ones. Of a step that read
-- more fields than so many they are not kept, since to empty a large table takes as long as it is large.
local MOST_SPARED = 100
local spare = nil

-- The tables that changes need of all this: what was read of `held` besides owners' records, or false; these records, and those
-- that were changed, by field; what was spent, by subject; subjects of which something was given back.
function held.begin(changes)
  local tables = spare or { {}, {}, {}, {}, {} }
  spare = nil
  changes.known, changes.records, changes.taken, changes.spents, changes.freed = unpack(tables)
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

-- Reads fields, of which those up to `owners` are of records.
local function read_fields(K, changes, wanted, owners, first, last)
  local known, records, recall, found = changes.known, changes.records, held.recall, false
  local stored = redis.pcall('HMGET', K .. 'held', unpack(wanted, first, last))
  if stored.err then
    drop_stranger(K .. 'held')
    stored = {}
  end
  local before = first - 1
  for index = first, last < owners and last or owners do
    local field, value = wanted[index], stored[index - before] or false
    records[field], found = recall(field, value), found or value
  end
  for index = first > owners and first or owners + 1, last do
    local value = stored[index - before] or false
    known[wanted[index]], found = value, found or value
  end
  if not found then changes.is_new = true end
end

local function read_all(K, changes, wanted, owners)
  local count = #wanted
  changes.fields_read = (changes.fields_read or 0) + count
  for first = 1, count, FIELDS_AT_ONCE do
    read_fields(K, changes, wanted, owners, first, math.min(count, first + FIELDS_AT_ONCE - 1))
  end
end

-- Adds fields from `first` to `last` that are not known to a list.
local function add_unknown(known, wanted, fields, first, last)
  local count = #wanted
  for index = first, last do
    local field = fields[index]
    if known[field] == nil then
      count = count + 1
      -- Known from now on.
      known[field], wanted[count] = false, field
    end
  end
end

-- Reads fields, those of records first, in one command.
function held.know(K, changes, fields, owners)
  if not next(changes.known) and not next(changes.records) then return read_all(K, changes, fields, owners) end
  local wanted = {}
  add_unknown(changes.records, wanted, fields, 1, owners)
  local count = #wanted
  add_unknown(changes.known, wanted, fields, owners + 1, #fields)
  if #wanted > 0 then read_all(K, changes, wanted, count) end
end

-- Reads what shapes ask for, each field once.
function held.know_all(K, changes, shapes)
  local wanted = {}
  for index = 1, #shapes do add_unknown(changes.records, wanted, shapes[index].fields, 1, shapes[index].owners) end
  local owners = #wanted
  for index = 1, #shapes do
    local fields = shapes[index].fields
    add_unknown(changes.known, wanted, fields, shapes[index].owners + 1, #fields)
  end
  if #wanted > 0 then read_all(K, changes, wanted, owners) end
end

-- A field that is no record, as it is stored, or false.
function held.read(K, changes, field)
  local value = changes.known[field]
  if value ~= nil then return value end
  held.know(K, changes, { field }, 0)
  return changes.known[field]
end

local value_of, add_to_count = held.value, held.add

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
    local names = names_of(queued[index])
    if value_of(K, changes, names.field, names.q) + amounts[queued[index + 2]] > queued[index + 1] then return (index + 2) / 3 end
  end
end

-- Counts in what a job holds from its admission on, before its gates, or with a sign of -1 out.
local function count_queued(K, changes, lists, sign)
  local queued, amounts = lists[2], lists[5]
  for index = 1, #queued, 3 do
    local names = names_of(queued[index])
    add_to_count(K, changes, names.field, names.q, sign * amounts[queued[index + 2]])
  end
end

function held.take_queued(K, changes, lists) count_queued(K, changes, lists, 1) end

-- Takes its tokens whether there are so many or not.
function held.take_tokens(K, changes, lists, now)
  local tokens = lists[1]
  for index = 1, #tokens, 4 do
    local name = tokens[index]
    local cost = math.ceil(lists[5][tokens[index + 3]] * tokens[index + 2] / tokens[index + 1])
    set_tat(K, changes, name, math.max(tat_of(K, changes, name), now) + cost)
  end
end

-- Counts in what a job holds behind its gates.
function held.take_gates(K, changes, lists)
  local running, budgets, amounts, running_names, budget_names = lists[3], lists[4], lists[5], lists[6], lists[7]
  for index = 1, #running, 2 do
    local names = running_names[index]
    add_to_count(K, changes, names.field, names.n, 1)
  end
  for index = 1, #budgets, 7 do
    if budgets[index + 1] == 1 then
      local names = budget_names[index]
      add_to_count(K, changes, names.field, names.r, amounts[budgets[index + 3]])
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
      set_tat(K, changes, name, math.max(tat, now) + change)
    elseif change < 0 and tat > now and taken + window > now then
      set_tat(K, changes, name, math.max(now, tat - math.min(-change, taken + window - now)))
    end
  end
end

-- Gives back what a job holds behind its gates.
function held.give_back_gates(K, changes, lists)
  local freed, running, budgets, amounts = changes.freed, lists[3], lists[4], lists[5]
  for index = 1, #running, 2 do
    local names = lists[6][index]
    add_to_count(K, changes, names.field, names.n, -1)
    freed[running[index]] = true
  end
  for index = 1, #budgets, 7 do
    if budgets[index + 1] == 1 then
      local names = lists[7][index]
      add_to_count(K, changes, names.field, names.r, -amounts[budgets[index + 3]])
      freed[budgets[index]] = true
    end
  end
end

-- So many more jobs wait at a subject's gate.
function held.change_waiting(K, changes, subject, jobs)
  local names = names_of(subject)
  add_to_count(K, changes, names.field, names.w, jobs)
end

-- How many wait there.
function held.waiting(K, changes, subject)
  local names = names_of(subject)
  return value_of(K, changes, names.field, names.w)
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
  local tokens, amounts = lists[1], lists[5]
  held.know(K, changes, shape.fields_held, shape.owners_held)
  if #tokens > 0 then
    changes.now_us = changes.now_us or now_us()
    local used, taken = (tonumber(usage[3]) or 0) + (tonumber(usage[4]) or 0), (tonumber(job.ct) or now) * 1000
    settle_tokens(K, changes, tokens, amounts, used, taken, changes.now_us)
  end
  count_queued(K, changes, lists, -1)
  if not job.gt then held.give_back_gates(K, changes, lists) end
  held.spend(K, changes, job, lists, tonumber(usage[5]) or 0, now)
end

-- The fields that a step has changed and their values, and those that have come to nothing.
local function changed_fields(changes)
  local left, count, gone = {}, 0, {}
  for subject, entry in pairs(changes.spents) do
    if entry.is_changed then
      left[count + 1], left[count + 2] = names_of(subject).s, write_spent(entry)
      count = count + 2
    end
  end
  held.pack_records(changes, left, gone)
  return left, gone
end

local function write_apart(K, changes)
  local now = changes.now_us or now_us()
  for name, tat in pairs(changes.taken_apart) do write_tat(K, name, tat, now) end
end

local function write(K, changes)
  if changes.taken_apart then write_apart(K, changes) end
  if not (next(changes.taken) or next(changes.spents) or next(changes.freed)) then return nil end
  local left, gone = changed_fields(changes)
  local count, gates = #left, nil
  -- Perhaps not only to the step.
  if changes.is_new and count > 0 then left[count + 1], left[count + 2] = '-', LONG end
  call_with_many('HSET', K .. 'held', left)
  if #gone > 0 then call_with_many('HDEL', K .. 'held', gone) end
  held.note_written(changes, left, gone)
  for subject in pairs(changes.freed) do
    if held.waiting(K, changes, subject) > 0 then
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
