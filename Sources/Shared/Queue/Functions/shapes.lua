-- Shapes of demands, and what else is worked out of texts that come again and again (held.lua).
do

local NOTHING = { {}, {}, {}, {}, {}, {}, {} }

-- What has been worked out of a text is remembered from step to step, up to so much: it depends on nothing else, and nobody
-- changes it.
local MOST_REMEMBERED = 1000

local function remember(memory, text, worked_out)
  if memory.count >= MOST_REMEMBERED then memory.of, memory.count = {}, 0 end
  memory.of[text], memory.count = worked_out, memory.count + 1
  return worked_out
end

function held.new_memory() return { of = {}, count = 0 } end

local names, shapes = held.new_memory(), held.new_memory()

held.remember = remember

-- The fields of a subject: q, n, w, s, and r for what is reserved.
local function names_of(subject)
  return names.of[subject] or remember(names, subject, {
    q = 'q:' .. subject, n = 'n:' .. subject, w = 'w:' .. subject, s = 's:' .. subject, r = '$:' .. subject,
  })
end

held.names = names_of

local function is_shape(parts)
  if type(parts) ~= 'table' or type(parts[6]) ~= 'table' then return false end
  if type(parts[7]) ~= 'table' then return parts[7] == 0 end
  for index = 1, 4 do
    if type(parts[7][index]) ~= 'table' then return false end
  end
  return true
end

-- Adds to a list the fields that a shape asks for.
local function add_fields(requests, lists, fields)
  for _, limits in ipairs({ requests, lists[1] }) do
    for index = 1, #limits, 4 do
      if held.is_field(limits[index]) then fields[#fields + 1] = limits[index] end
    end
  end
  for index = 1, #lists[2], 3 do fields[#fields + 1] = names_of(lists[2][index]).q end
  for index = 1, #lists[3], 2 do
    local fields_of = names_of(lists[3][index])
    fields[#fields + 1], fields[#fields + 2] = fields_of.n, fields_of.w
  end
  for index = 1, #lists[4], 7 do
    local fields_of = names_of(lists[4][index])
    fields[#fields + 1] = fields_of.s
    if lists[4][index + 1] == 1 then fields[#fields + 1], fields[#fields + 2] = fields_of.r, fields_of.w end
  end
  return fields
end

-- How many amounts the lists speak of.
local function count_amounts(lists)
  local count = 0
  for index = 4, #lists[1], 4 do count = math.max(count, lists[1][index]) end
  for index = 3, #lists[2], 3 do count = math.max(count, lists[2][index]) end
  for index = 4, #lists[4], 7 do count = math.max(count, lists[4][index]) end
  return count
end

local function has_gates(lists)
  if #lists[3] > 0 then return true end
  for index = 2, #lists[4], 7 do
    if lists[4][index] == 1 then return true end
  end
  return false
end

-- The fields of the subjects in a list of so many values each.
local function names_in(list, stride)
  local found = {}
  for index = 1, #list, stride do found[index] = names_of(list[index]) end
  return found
end

-- What a shape says, by its MessagePack; nil for what is damaged.
local function read_shape(packed)
  local is_done, parts = pcall(cmsgpack.unpack, packed)
  if not is_done or not is_shape(parts) then return nil end
  local holds = parts[7] ~= 0
  local lists = holds and parts[7] or NOTHING
  if holds then lists[5], lists[6], lists[7] = {}, names_in(lists[3], 2), names_in(lists[4], 7) end
  local shape = {
    tenant_epoch = parts[1], key_epoch = parts[2], key = parts[4] ~= '' and parts[4] or nil, user = parts[5],
    requests = parts[6], requests_plan = held.plan(parts[6], false), tokens_plan = held.plan(lists[1], true), holds = holds,
    record = parts[4] ~= '' and 'k:' .. parts[4] or nil, lists = lists, amounts = count_amounts(lists), has_gates = has_gates(lists),
    -- When the key is good and the periods are these (ms).
    good_from = 0, good_until = parts[3] > 0 and parts[3] or math.huge,
    fields = add_fields(parts[6], lists, {}), fields_held = add_fields({}, lists, {}),
  }
  for index = 1, #lists[4], 7 do
    shape.good_from = math.max(shape.good_from, lists[4][index + 4])
    shape.good_until = math.min(shape.good_until, lists[4][index + 5])
  end
  return remember(shapes, packed, shape)
end

-- How one amount or more are written.
local FORMATS = { '>i8', '>i8i8', '>i8i8i8' }

-- The shape of a demand, or nil for what is damaged.
function held.shape(packed)
  local shape = packed:sub(2 + 8 * (packed:byte() or 0))
  return shapes.of[shape] or read_shape(shape)
end

-- The lists of a shape that a demand has, and its amounts.
function held.lists(shape, packed)
  local lists, count = shape.lists, packed:byte()
  if count == 0 then return lists end
  local amounts = { struct.unpack(FORMATS[count] or '>' .. ('i8'):rep(count), packed, 2) }
  return { lists[1], lists[2], lists[3], lists[4], amounts, lists[6], lists[7] }
end

-- The four lists that a job's field `h` has, and the amounts; nothing for what is damaged. Also its shape.
function held.unpack(packed)
  local shape = packed and packed ~= '' and held.shape(packed)
  if not shape or packed:byte() < shape.amounts or #packed <= 8 * packed:byte() then return NOTHING, nil end
  return held.lists(shape, packed), shape
end

end
