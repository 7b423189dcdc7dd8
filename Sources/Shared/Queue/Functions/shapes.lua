-- Shapes of demands, and what else is worked out of texts that come again and again (held.lua).
do

local NOTHING = { {}, {}, {}, {}, {}, {}, {} }

local remember, names_of = held.remember, held.names
local shapes = held.new_memory()

local function is_shape(parts)
  if type(parts) ~= 'table' or type(parts[6]) ~= 'table' then return false end
  if type(parts[7]) ~= 'table' then return parts[7] == 0 end
  for index = 1, 4 do
    if type(parts[7][index]) ~= 'table' then return false end
  end
  return true
end

-- The fields that a shape asks for, those of owners before others, and how many those are.
local function fields_of_shape(requests, lists)
  local owners, seen, others = {}, {}, {}
  local function add_owner(field)
    if field and not seen[field] then seen[field], owners[#owners + 1] = true, field end
  end
  for _, limits in ipairs({ requests, lists[1] }) do
    for index = 1, #limits, 4 do add_owner(held.home_of(limits[index]).field) end
  end
  for index = 1, #lists[2], 3 do add_owner(names_of(lists[2][index]).field) end
  for index = 1, #lists[3], 2 do add_owner(names_of(lists[3][index]).field) end
  for index = 1, #lists[4], 7 do
    local names = names_of(lists[4][index])
    others[#others + 1] = names.s
    if lists[4][index + 1] == 1 then add_owner(names.field) end
  end
  local count = #owners
  for _, field in ipairs(others) do owners[#owners + 1] = field end
  return owners, count
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

-- Where the subjects of a list of so many values each are counted.
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
  }
  shape.fields, shape.owners = fields_of_shape(parts[6], lists)
  shape.fields_held, shape.owners_held = fields_of_shape({}, lists)
  shape.places = held.places_of(shape)
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
