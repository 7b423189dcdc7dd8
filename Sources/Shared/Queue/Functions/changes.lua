-- Changes: what a step does to the sets and counters that jobs share, written once at the step's end. A call of a
-- command costs Redis more than what the command does, and each write goes to the append-only file.

-- As many arguments as a command is given at most; even, because of scores and members.
local ARGUMENTS_AT_ONCE = 500

local function new_changes()
  return held.begin({
    removed = {}, added = {}, deleted = {}, open = {}, counts = {}, running = {}, memory = {},
    -- Which channels somebody listens to, as far as the step has asked.
    heard = {},
    -- How long (ms) an ended job stays, for those that the step ends by opening gates.
    keep = nil,
    -- The time (us), where the step has asked for it.
    now_us = nil,
  })
end

local function list_in(lists, name)
  local list = lists[name] or {}
  lists[name] = list
  return list
end

local function add_to(sums, name, amount)
  sums[name] = (sums[name] or 0) + amount
end

-- A member leaves a zset.
local function note_removed(changes, set, member)
  local members = list_in(changes.removed, set)
  members[#members + 1] = member
end

local function note_added(changes, set, score, member)
  local members = list_in(changes.added, set)
  members[#members + 1] = score
  members[#members + 1] = member
end

local function note_deleted(changes, key)
  changes.deleted[#changes.deleted + 1] = key
end

-- `jobs` of together `bytes` are counted in, or with negative numbers out.
local function note_open(changes, tenant, jobs, bytes)
  add_to(changes.open, 'bytes', bytes)
  add_to(changes.open, 'jobs:' .. tenant, jobs)
  add_to(changes.open, 'bytes:' .. tenant, bytes)
end

-- Calls `command` on a key with many members, or scores and members, or fields and values; not at all without any.
local function call_with_many(command, key, members)
  for first = 1, #members, ARGUMENTS_AT_ONCE do
    write_index(command, key, unpack(members, first, math.min(#members, first + ARGUMENTS_AT_ONCE - 1)))
  end
end

local function delete_all(keys)
  for first = 1, #keys, ARGUMENTS_AT_ONCE do
    redis.call('DEL', unpack(keys, first, math.min(#keys, first + ARGUMENTS_AT_ONCE - 1)))
  end
end

-- O(log jobs) for each job that the step changed.
local function write_changes(K, changes)
  for set, members in pairs(changes.removed) do call_with_many('ZREM', K .. set, members) end
  for set, members in pairs(changes.added) do call_with_many('ZADD', K .. set, members) end
  delete_all(changes.deleted)
  add_all(K, 'open', changes.open)
  for what, times in pairs(changes.counts) do redis.call('HINCRBY', K .. 'counts', what, text(times)) end
  for what, bytes in pairs(changes.memory) do write_index('HINCRBY', K .. 'memory', what, text(bytes)) end
  change_running(K, changes.running)
  local gates = held.write(K, changes)
  if gates and not changes.opens_gates then held.open(K, gates, changes.keep) end
end

-- Calls `body`, which notes changes, and writes these. Also those of a body that was refused half-way (by Redis' rules for
-- commands, say): what it has settled until then is settled wholly.
local function settle_changes(K, changes, body, ...)
  local is_done, problem = pcall(body, K, changes, ...)
  write_changes(K, changes)
  if not is_done then raise(problem) end
end
