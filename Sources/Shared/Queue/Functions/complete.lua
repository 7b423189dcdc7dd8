-- complete: records jobs' answers, their usage and their cache entries, frees what they held, tells who waits. Each
-- once.
--   KEYS[1] base
--   ARGV  1 keep (ms)  2 the cache's cap (bytes)  3 the worker's offer or ''  4 worker
--         5… of each job: id, fence, result, '1' when the result may be cached, provider, model, prompt tokens,
--           completion tokens, cost (nano-dollars), kinds of tokens (ends.lua), how long ago (ms) the answer began to
--           come, or ''
--   returns for each job what it was (told_of): recorded, 1: recorded before, 0: stale, nothing was changed
--   The slots of jobs that were recorded are offered for the next, unless something is queued.
--   O((jobs + followers) log jobs + log workers)
local ARGUMENTS_OF_COMPLETION = 11

-- Offers so many slots more, unless something is queued or the offer was withdrawn.
local function offer_more(K, offer, slots)
  if offer == '' or slots == 0 or redis.call('EXISTS', K .. 'lanes') == 1 then return end
  redis.call('ZADD', K .. 'offers', 'XX', 'INCR', text(slots), offer)
end

-- Ends the jobs of the arguments. Notes what has become of each, and the answers to keep.
local function complete_all(K, changes, args, keep, now, settled, answers)
  for first = 5, #args, ARGUMENTS_OF_COMPLETION do
    local id, fence, result, is_cacheable = unpack(args, first, first + 3)
    local job, was_recorded = job_to_end(K, id, fence, args[4], 'succeeded')
    if job then
      job.is_reported = true
      if is_cacheable == '1' and job.k then
        answers[#answers + 1] = { key = job.k, id = id, body = result, ttl = tonumber(job.kt) }
      end
      finish_into(K, changes, id, job, 'succeeded', result, keep, now, { unpack(args, first + 4, first + 10) })
      settled.recorded = settled.recorded + 1
    elseif not was_recorded then
      list_in(settled, 'late')[#list_in(settled, 'late') + 1] = first
    end
    settled[#settled + 1] = job and told_of(job) or was_recorded and 1 or 0
  end
end

local function complete(K, args)
  local now, answers, settled = now_ms(), {}, { recorded = 0 }
  settle_changes(K, new_changes(), complete_all, args, tonumber(args[1]), now, settled, answers)
  -- Those of which the client wanted nothing any more were bought all the same.
  for _, first in ipairs(settled.late or {}) do
    held.settle_late(K, args[first], args[first + 1], args[4], { unpack(args, first + 4, first + 10) }, tonumber(args[1]))
  end
  store_answers(K, answers, tonumber(args[2]), now)
  offer_more(K, args[3], settled.recorded)
  return settled
end

step('complete', { 'allow-oom' }, complete)

-- fail: records that a job failed for good. A dead letter is kept with its request for an operator; of another, whose
-- client was told what to mend, the request goes.
--   KEYS[1] base   ARGV 1 id  2 fence  3 worker  4 failure  5 keep (ms)  6 '1' for a dead letter
--         7 what was bought all the same (bought.lua), or ''
--   returns what the job was (told_of): recorded, 1: recorded before, 0: stale, nothing was changed   O(log jobs)
local function fail(K, args)
  local job, was_recorded = job_to_end(K, args[1], args[2], args[3], 'failed')
  if not job then
    if was_recorded and string_at(K .. 'r:' .. args[1]) == args[4] then return 1 end
    if was_recorded then count(K, 'stale') end
    held.settle_late(K, args[1], args[2], args[3], held.usage_of(args[7]), tonumber(args[5]))
    return 0
  end
  job.is_told, job.is_reported = args[6] ~= '1', true
  finish(K, args[1], 'failed', args[4], tonumber(args[5]), now_ms(), job, held.usage_of(args[7]))
  return told_of(job)
end

step('fail', { 'allow-oom' }, fail)

-- cancel: ends a job at its tenant's wish, whatever it is doing. A worker that runs it is told on the channel
-- `<base>:cancelled`; should the message be lost, its next renewal tells it.
--   KEYS[1] base   ARGV 1 id  2 tenant  3 keep (ms)
--   returns {'cancelled'}, {'absent'} (also another tenant's), or {'ended', state}   O(log jobs)
step('cancel', { 'allow-oom' }, function(K, args)
  local id = args[1]
  local job = redis.pcall('HMGET', K .. 'j:' .. id, 't', 's', 'ft', 'ua')
  if job[1] ~= args[2] then return { 'absent' } end
  if job[3] and job[2] == 'cancelled' and untold and job[4] then
    -- It comes again because its first time was not acknowledged.
    untold.are_others_waiting = true
    return { 'cancelled' }
  end
  if job[3] then return { 'ended', job[2] } end
  local fields = fields_of(K, id)
  -- What it has bought its worker says, which is told now.
  fields.owes = job[2] == 'running' and not fields.of
  finish(K, id, 'cancelled', '', tonumber(args[3]), now_ms(), fields)
  if job[2] == 'running' then tell(K, K .. 'cancelled', id) end
  return { 'cancelled' }
end)
