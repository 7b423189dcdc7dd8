-- Retention: what a tenant wants kept for less long than all others goes sooner. The janitor sees to it once a minute, so that
-- no step that ends a job has to ask.
--   keeps   hash  tenant -> seconds of results, events and usage, 0 for what is kept as long as all others'; access.lua
--   keptat  hash  `<tenant>` -> the place in the outbox of usage up to which its records were looked at; `<tenant>:jobs` -> the
--                 job up to which its jobs were, of those that were not at once; `:next` -> the tenant behind whom to go on

-- A block: room.lua says why.
do

local LOOKED_AT = 500

-- keeps: which tenants want something kept for less long, of some tenants behind those that were looked after last.
--   KEYS[1] base   ARGV 1 tenant behind whom to begin, or '' where the last turn has ended
--   returns {tenant behind whom to go on, or '' at the end, tenant, `<results> <events> <usage>` (s), …}
--   O(log tenants + looked at), of which there are 500
step('keeps', { 'allow-oom' }, function(K, args)
  local behind = args[1] ~= '' and args[1] or plain(redis.pcall('HGET', K .. 'keptat', ':next')) or ''
  local key, from = K .. 'tenants', behind == '' and '-' or '(' .. behind
  local ids = members_of(key, redis.pcall('ZRANGE', key, from, '+', 'BYLEX', 'LIMIT', '0', text(LOOKED_AT)))
  local page = { #ids < LOOKED_AT and '' or ids[#ids] }
  if #ids == 0 then return page end
  for place, times in ipairs(redis.pcall('HMGET', K .. 'keeps', unpack(ids))) do
    if times then page[#page + 1], page[#page + 2] = ids[place], times end
  end
  return page
end)

-- kept: a turn is over.
--   KEYS[1] base   ARGV 1 tenant behind whom to go on, or '' to begin again   returns 1   O(1)
step('kept', { 'allow-oom' }, function(K, args)
  if args[1] == '' then
    write_index('HDEL', K .. 'keptat', ':next')
  else
    write_index('HSET', K .. 'keptat', ':next', args[1])
  end
  return 1
end)

-- The event log of a job that has ended goes.
function forgetting.events(K, id, job)
  forget_log(K, id, job.lz)
  redis.call('DEL', K .. 'events:' .. id)
  redis.call('HDEL', K .. 'j:' .. id, 'lz')
  redis.call('HSET', K .. 'j:' .. id, 'ev', 'gone')
end

-- retain_jobs: what is older goes of a tenant's jobs that have ended: the job with its answer, or its events. What is yet to be
-- acknowledged or delivered stays. Goes on where it ended the last time, until it has looked at all.
--   KEYS[1] base   ARGV 1 tenant  2 id up to which to look  3 how long (ms) results stay, or 0  4 the same of events
--   returns {'1' when more are to be looked at, jobs gone, logs gone}   O(jobs looked at)
step('retain_jobs', { 'allow-oom' }, function(K, args)
  local place = args[1] .. ':jobs'
  local behind, now = plain(redis.pcall('HGET', K .. 'keptat', place)), now_ms()
  local key, from = K .. 'jobs:' .. args[1], behind and '(' .. behind or '-'
  local ids = members_of(key, redis.pcall('ZRANGE', key, from, '[' .. args[2], 'BYLEX', 'LIMIT', '0', text(LOOKED_AT)))
  local results, events, jobs, logs, newest = tonumber(args[3]), tonumber(args[4]), 0, 0, 0
  for _, id in ipairs(ids) do
    local job = finished_fields(K, id)
    local age = job.ft and not job.ua and (job.z or job.lz) and (not job.u or job.fe) and now - job.ft or 0
    if results > 0 and age >= results then
      forgetting.job(K, id, job, now)
      jobs, newest = jobs + 1, math.max(newest, tonumber(job.ct) or 0)
    elseif events > 0 and age >= events and job.lz then
      forgetting.events(K, id, job)
      logs = logs + 1
    end
  end
  forgetting.note(K, newest)
  if #ids < LOOKED_AT then
    if behind then write_index('HDEL', K .. 'keptat', place) end
    return { '0', jobs, logs }
  end
  write_index('HSET', K .. 'keptat', place, ids[#ids])
  return { '1', jobs, logs }
end)

-- retain_usage: a tenant's records of usage go that are older and that were added to sums.
--   KEYS[1] base   ARGV 1 tenant  2 how long (ms) they stay   returns {'1' when more are to be looked at, how many are gone}
--   O(records looked at)
step('retain_usage', { 'allow-oom' }, function(K, args)
  local last, old = outbox.rolled_until(K), now_ms() - tonumber(args[2])
  if not last or old <= 0 then return { '0', 0 } end
  local from = plain(redis.pcall('HGET', K .. 'keptat', args[1]))
  if tonumber(last:match('^%d+')) > old then last = text(old) end
  local entries = redis.pcall('XRANGE', K .. 'usage', from and '(' .. from or '-', last, 'COUNT', text(LOOKED_AT))
  if entries.err or #entries == 0 then return { '0', 0 } end
  local gone = {}
  for _, entry in ipairs(entries) do
    for index = 1, #entry[2], 2 do
      if entry[2][index] == 'tenant' and entry[2][index + 1] == args[1] then gone[#gone + 1] = entry[1] end
    end
  end
  call_with_many('XDEL', K .. 'usage', gone)
  write_index('HSET', K .. 'keptat', args[1], entries[#entries][1])
  return { #entries < LOOKED_AT and '0' or '1', #gone }
end)

end
