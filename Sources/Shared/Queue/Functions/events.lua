-- What happens to a job, as a log for those who watch it: events:<id>, whose entries `1-0`, `2-0`… are never
-- dropped before the job itself is, so a reader can go on anywhere. Only jobs that stream, or that somebody
-- watches, have one (field ev); others pay nothing.
--   kind      payload
--   status    `<state> <attempts> <started or ->`
--   delta     a piece of the answer, as the worker wrote it
--   whole     empty: the answer came in one piece, and is the job's result
--   restart   empty: the answer was broken off and begins anew
--   error     the failure
--   done      empty: the job has ended
-- Fields of the job: sm how it streams (deltas, restart), dl how many deltas this attempt has written, eb the bytes of
-- all of them, lz those of the log once the job has ended.

local BROKEN_OFF = '{"code":"stream_interrupted","message":"The answer broke off after its first words had been '
  .. 'sent; ask again.","cascade_path":[]}'

-- Adds to a log. Returns the event's number. A log that takes no more (it has lost entries, or is none) begins anew.
local function log_event(K, key, kind, payload)
  local number = redis.pcall('XLEN', key)
  number = type(number) == 'number' and number + 1 or 1
  local added = redis.pcall('XADD', key, number .. '-0', 'k', kind, 'v', payload)
  if type(added) ~= 'table' then return number end
  redis.call('DEL', key)
  count_orphan(K, 'events')
  redis.call('XADD', key, '1-0', 'k', kind, 'v', payload)
  return 1
end

-- Channels of those who wait for a job beside its caller.
local function watchers_of(K, id)
  local key = K .. 'w:' .. id
  return members_of(key, redis.pcall('SMEMBERS', key))
end

-- Tells who listens of an event: `<id> event <number> <kind> <payload>`. One with a large payload is told as of the kind
-- `large`, without it; an API process of before does not know that kind, and looks. A message may be lost: readers look
-- again.
local function tell_event(K, id, number, kind, payload)
  local job = redis.call('HMGET', K .. 'j:' .. id, 'ch', 'wt')
  local what = #payload <= LARGEST_TOLD and kind .. ' ' .. payload or 'large '
  local message = id .. ' event ' .. number .. ' ' .. what
  if job[1] then tell(K, job[1], message) end
  if not job[2] then return end
  for _, watcher in ipairs(watchers_of(K, id)) do
    if watcher ~= job[1] then tell(K, watcher, message) end
  end
end

-- Writes an event and tells who listens. In a step that tells nobody readers find it by looking, once replicas have it.
local function add_event(K, id, kind, payload)
  local number = log_event(K, K .. 'events:' .. id, kind, payload)
  if not untold then tell_event(K, id, number, kind, payload) end
end

-- Tells of a job's new state.
local function add_status(K, id)
  local job = redis.call('HMGET', K .. 'j:' .. id, 's', 'a', 'st')
  add_event(K, id, 'status', job[1] .. ' ' .. job[2] .. ' ' .. (job[3] or '-'))
end

-- Begins a job's log with its present state.
local function begin_events(K, id, mode)
  redis.call('HSET', K .. 'j:' .. id, 'ev', 1, 'sm', mode)
  add_status(K, id)
end

-- A job that streams lost its worker or its provider. Whether it may be tried again: not once words have been
-- sent, unless its client takes a second beginning.
local function may_begin_anew(K, id)
  local job = redis.call('HMGET', K .. 'j:' .. id, 'ev', 'sm', 'dl')
  if not job[1] or not job[3] then return true end
  if job[2] ~= 'restart' then return false end
  redis.call('HDEL', K .. 'j:' .. id, 'dl')
  add_event(K, id, 'restart', '')
  return true
end

-- The last events of a job that has ended.
local function end_events(K, id, has_deltas, state, body, keep)
  if state == 'succeeded' and not has_deltas then add_event(K, id, 'whole', '') end
  if state == 'failed' then add_event(K, id, 'error', body) end
  add_event(K, id, 'done', '')
  redis.call('PEXPIRE', K .. 'events:' .. id, keep)
  note_log(K, id, state == 'failed' and #body or 0, keep, now_ms())
end

-- append: adds a piece of the answer to a job's events.
--   KEYS[1] base
--   ARGV  1 id  2 fence  3 worker  4 number of the piece in this attempt, from 1  5 piece
--   returns 1: it is there (also when it was before), 0: stale, nothing was changed   O(1)
step('append', { 'allow-oom' }, function(K, args)
  local id, number = args[1], tonumber(args[4])
  if not may_settle(K, id, args[2], args[3]) then return 0 end
  local written = redis.call('HMGET', K .. 'j:' .. id, 'dl', 'eb')
  if tonumber(written[1] or 0) >= number then return 1 end
  redis.call('HSET', K .. 'j:' .. id, 'dl', number, 'eb', text((written[2] or 0) + #args[5]))
  add_event(K, id, 'delta', args[5])
  return 1
end)

-- event_counts: how many events jobs have, for readers whose messages may have been lost.
--   KEYS[1] base   ARGV ids   returns a number for each   O(ids)
step('event_counts', { 'no-writes' }, function(K, args)
  local counts = {}
  for index, id in ipairs(args) do counts[index] = plain(redis.pcall('XLEN', K .. 'events:' .. id)) or 0 end
  return counts
end)
