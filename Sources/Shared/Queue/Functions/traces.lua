-- Traces: a job that is in one has three lines before its request, in p:<id>, of which this file alone knows:
--   <traceparent at the job's span> <its parent> <nanoseconds of its admission> <lane>
--   <tracestate or nothing>
--   <baggage or nothing>
-- So they come and go with the request, and cost a job without them nothing. Who ends a job exports its span. Where that is no
-- worker that holds the job, its end is noted in `traced`, from which processes that export spans take it.

local traces = {}

-- A block: room.lua says why.
do

-- So many ends at most wait for an exporter, and for so long (ms): there may be none.
local MOST_NOTED, NOTED_FOR = 10000, 600000
-- The longest that the lines are (bytes).
local LONGEST = 16384

-- The first line of a job that is in a trace.
local function first_line(K, id)
  local text = plain(redis.pcall('GETRANGE', K .. 'p:' .. id, '0', '159'))
  -- A request begins with a brace.
  if not text or text:byte() ~= 48 then return nil end
  return text:match('^([^\n]+)\n')
end

local function is_sampled(line)
  local flags = tonumber(line:sub(54, 55), 16)
  return flags and flags % 2 == 1
end

-- Notes that a job has ended: `<first line> <id> <state> <code of its failure or -> <when (ms)> <attempts>
-- <traceparent of the job whose call answered it or -> <model>`. O(1)
function traces.ended(K, id, job, state, body, now)
  local line = first_line(K, id)
  if not line or not is_sampled(line) then return end
  local leader = job.led_by and first_line(K, job.led_by)
  local code = state == 'failed' and body:match('^{"code":"([%w_]+)"') or '-'
  local noted = write_index('RPUSH', K .. 'traced', table.concat({ line, id, state, code, text(now), job.a or '0',
    leader and leader:match('^%S+') or '-', job.m or '' }, ' '))
  if noted and noted > MOST_NOTED then redis.call('LPOP', K .. 'traced') end
  redis.call('PEXPIRE', K .. 'traced', text(NOTED_FOR))
end

-- The delivery of a job's end belongs to the job's trace.
function traces.hand_on(K, id, delivery)
  if not first_line(K, id) then return end
  local lines = redis.call('GETRANGE', K .. 'p:' .. id, '0', text(LONGEST)):match('^[^\n]*\n[^\n]*\n[^\n]*\n')
  if lines then redis.call('SET', K .. 'p:' .. delivery, lines) end
end

-- A job gets a new life, and its span has ended: what follows is in no trace.
function traces.leave(K, id)
  if not first_line(K, id) then return end
  local request = redis.call('GET', K .. 'p:' .. id):gsub('^[^\n]*\n[^\n]*\n[^\n]*\n', '', 1)
  redis.call('SET', K .. 'p:' .. id, request)
end

-- traced: takes what is noted of ends, the oldest first.
--   KEYS[1] base   ARGV 1 most   returns texts as above   O(most)
step('traced', { 'allow-oom' }, function(K, args)
  return redis.call('LPOP', K .. 'traced', args[1]) or {}
end)

end
