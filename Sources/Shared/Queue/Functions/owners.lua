-- What is counted of an owner: a tenant, a user, a key, and of each of these a model that has bounds of its own. All of it
-- stands in one field of the hash `held`, so that an admission reads and writes one for each owner, and not one for each bound:
--   o:<owner>[@<model>]  the names of the counts, with spaces between, a zero byte, and their values in that order, of eight
--                        bytes each: numbers as Lua has them (doubles, the lowest byte first), whole up to 2^53
-- A count's name is its kind and the code that its subject ends in, so `t:search:rm@gpt` is counted by `lrm` in `o:t:search@gpt`:
--   l a limit's TAT (us)      q what waits           n what runs       $ reserved nano-dollars of a hard budget
--   w jobs that wait at its gate
-- What a field does not name is 0. A field in which all is 0 or over is none.
--
-- What has been read of a field is remembered from step to step together with its text, and holds as long as the field has that
-- text: most steps find what the last one has written, and read nothing out of it again.
do

-- MARK: What is worked out of a text once

-- So much is remembered of a kind, and of what each shape has several of: it depends on nothing else than its text, and nobody
-- changes it.
local MOST_REMEMBERED, MOST_OF_SHAPES = 1000, 3000
local MOST = 1e300

local function remember(memory, text, worked_out)
  if memory.count >= memory.most then memory.of, memory.count = {}, 0 end
  memory.of[text], memory.count = worked_out, memory.count + 1
  return worked_out
end

function held.new_memory(most) return { of = {}, count = 0, most = most or MOST_REMEMBERED } end

held.remember = remember
-- What was spent of budgets, by its text (held.lua).
held.spents = held.new_memory(MOST_OF_SHAPES)

local names, homes = held.new_memory(MOST_OF_SHAPES), held.new_memory(MOST_OF_SHAPES)
local records, layouts = held.new_memory(MOST_OF_SHAPES), held.new_memory()

-- The field and the code of a subject, which says owner, code and model.
local function parts_of(subject)
  local owner, code, model = subject:match('^([^@]*):([^:@]*)(.*)$')
  if not owner then return 'o:' .. subject, '' end
  return 'o:' .. owner .. model, code
end

-- Where a subject is counted: its field, the names of its counts q, n, w, and r for what is reserved; and s, the field of what
-- was spent (held.lua).
function held.names(subject)
  local known = names.of[subject]
  if known then return known end
  local field, code = parts_of(subject)
  return remember(names, subject, {
    field = field, q = 'q' .. code, n = 'n' .. code, w = 'w' .. code, r = '$' .. code, s = 's:' .. subject,
  })
end

-- The same of a limit, by its name (limits.lua): its field and name, or nothing for a key of its own.
function held.home_of(limit)
  local known = homes.of[limit]
  if known then return known end
  if limit:sub(1, 2) ~= 'l:' then return remember(homes, limit, {}) end
  local field, code = parts_of(limit:sub(3))
  return remember(homes, limit, { field = field, name = 'l' .. code })
end

-- What a count is called for people: `n:t:search:n@gpt` for `nn` in `o:t:search@gpt`.
function held.title(field, name)
  local owner, model = field:match('^o:([^@]*)(.*)$')
  local code = name:sub(2)
  return name:sub(1, 1) .. ':' .. owner .. (code ~= '' and ':' .. code or '') .. model
end

-- Where something so called is counted: field and name.
function held.place_of(title)
  local field, code = parts_of(title:sub(3))
  return field, title:sub(1, 1) .. code
end

-- How a field with these names is written.
local function layout_of(header)
  local known = layouts.of[header]
  if known then return known end
  local places, list, are_times = {}, {}, {}
  for name in header:gmatch('[^ ]+') do
    list[#list + 1] = name
    places[name], are_times[#list] = #list, name:byte() == 108
  end
  local values = ('d'):rep(#list)
  return remember(layouts, header, {
    header = header, names = list, places = places, are_times = are_times, count = #list,
    values = '<' .. values, all = '<s' .. values,
  })
end

-- MARK: Records

-- What a field says: its values by their places, `places` by name, and `text`, what is stored: false for nothing, nil from the
-- first change until it is written. Of what is damaged nothing is left.
local function read_record(stored)
  local stop = stored and stored:find('\0', 1, true)
  local layout = layout_of(stop and stored:sub(1, stop - 1) or '')
  if not stop or #stored ~= stop + 8 * layout.count then layout = layout_of('') end
  local record = layout.count > 0 and { struct.unpack(layout.values, stored, stop + 1) } or {}
  for place = 1, layout.count do
    -- Nor of what is no number.
    if not (record[place] >= 0 and record[place] < 1e18) then record[place] = 0 end
  end
  record.layout, record.places, record.text = layout, layout.places, stored
  return record
end

-- The record of a field that was read.
function held.recall(field, stored)
  local record = records.of[field]
  if record and record.text == stored then return record end
  local fresh = read_record(stored)
  if record then
    records.of[field] = fresh
    return fresh
  end
  return remember(records, field, fresh)
end

local function widen(record, name)
  local before = record.layout
  local layout = layout_of(before.count > 0 and before.header .. ' ' .. name or name)
  record[layout.count], record.layout, record.places = 0, layout, layout.places
  return layout.count
end

-- Where a record has a count, which it has from now on.
function held.place_in(record, name) return record.places[name] or widen(record, name) end

local function record_of(K, changes, field)
  local record = changes.records[field]
  if record then return record end
  held.know(K, changes, { field }, 1)
  return changes.records[field]
end

-- A count, with what the step has changed.
function held.value(K, changes, field, name)
  local record = changes.records[field] or record_of(K, changes, field)
  local place = record.places[name]
  return place and record[place] or 0
end

-- Sets a count; nothing is below 0.
local function set(K, changes, field, name, value)
  local record = changes.records[field] or record_of(K, changes, field)
  local place = record.places[name]
  if not place then
    if value <= 0 then return end
    place = widen(record, name)
  end
  if record.text ~= nil then record.text, changes.taken[field] = nil, record end
  record[place] = value > 0 and value or 0
end

held.set = set

-- Adds to a count.
function held.add(K, changes, field, name, amount)
  local record = changes.records[field] or record_of(K, changes, field)
  local place = record.places[name]
  if not place then return set(K, changes, field, name, amount) end
  if record.text ~= nil then record.text, changes.taken[field] = nil, record end
  local value = record[place] + amount
  record[place] = value > 0 and value or 0
end

-- Whether anything of a record is neither 0 nor over.
local function is_alive(record, changes)
  local are_times = record.layout.are_times
  for place = 1, record.layout.count do
    local value = record[place]
    if value > 0 then
      if not are_times[place] then return true end
      changes.now_us = changes.now_us or now_us()
      if value > changes.now_us then return true end
    end
  end
  return false
end

-- Adds the fields of the records that a step has changed to a list of fields and values, or to one of those that are none any
-- more.
function held.pack_records(changes, left, gone)
  local count, now = #left, changes.now_us or MOST
  for field, record in pairs(changes.taken) do
    -- The first is a limit's, mostly.
    if (record[1] or 0) > now or is_alive(record, changes) then
      local layout = record.layout
      left[count + 1], left[count + 2] = field, struct.pack(layout.all, layout.header, unpack(record, 1, layout.count))
      count = count + 2
    else
      gone[#gone + 1] = field
    end
  end
end

-- They are written.
function held.note_written(changes, left, gone)
  local taken, of = changes.taken, records.of
  for index = 1, #left, 2 do
    local record = taken[left[index]]
    if record then record.text = left[index + 1] end
  end
  for index = 1, #gone do of[gone[index]] = nil end
end

-- The names of a record's counts that are sums of what jobs hold.
function held.sums_in(changes, field)
  local layout, found = changes.records[field].layout, {}
  for place = 1, layout.count do
    if not layout.are_times[place] then found[#found + 1] = layout.names[place] end
  end
  return found
end

-- What is 0 or over need not be named. The record is another from then on, since places in it are.
function held.tidy(changes, field, now)
  local record = changes.records[field]
  local layout, names_left, values = record.layout, {}, {}
  for place = 1, layout.count do
    if record[place] > (layout.are_times[place] and now or 0) then
      names_left[#names_left + 1], values[#values + 1] = layout.names[place], record[place]
    end
  end
  if #values == layout.count and layout.count > 0 then return end
  layout = layout_of(table.concat(names_left, ' '))
  values.layout, values.places = layout, layout.places
  changes.records[field], changes.taken[field] = values, values
  if records.of[field] then records.of[field] = values end
end

end
