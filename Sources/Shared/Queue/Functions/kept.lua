-- Responses that are kept: jobs whose clients come back for them by their ids, or go on from them (responses.lua). Such a
-- job stays for longer than others, with what was asked as its client sent it. It gives way to its own
-- bound, and to new work last of all (room.lua).
--   kept      zset    as `fetched`: `<id> <bytes> <tenant>` of those that have ended
--   ask:<id>  string  what was asked (JSON)
--   fields of the job: rp `<how long (ms) it stays> <bytes of what was asked> <how: b when its client does not wait, - when it
--   does, n when it is no more than an ordinary job, whose conversation wants it> <id of its conversation, if it is in one>`,
--   pv the id of the job from which it goes on

-- Lua has room for 200 names in a file, and all files are one.
local kept = {
  PREFIX = 'ask:', FIELDS = { 'rp', 'pv' },
  -- What an order says whose client wants nothing kept of it (field fl), and how long (ms) its answer stays once he has it, or is
  -- not there.
  NOTHING = '-', SOON_GONE = 60000,
}

-- For how long (ms) what was said stays of a job that ends now and of which nothing is kept: longer where its caller may be cut off
-- for a while, or is not told before replicas have it.
function kept.stays_on(job, received)
  if untold then return math.max(tonumber(job.qt) or 0, held.OWED_STAYS) end
  if received or job.owes or not job.qt then return kept.SOON_GONE end
  return math.max(kept.SOON_GONE, tonumber(job.qt))
end

-- Reads what an order says of it: `<how long (ms)> <how> <id of the job from which it goes on, '<id>.<how often it was changed>'
-- of its conversation (said.lua), or '-'> <what was asked>`.
function kept.read(words)
  local stays, how, before, asked = words:match('^(%d+) (%S) (%S+) (.*)$')
  if not stays then error('what is to be kept that nobody can read') end
  local conversation, version = before:match('^(cnv_%w+)%.(%d+)$')
  return {
    stays = tonumber(stays), how = how, is_kept = how ~= 'n', before = not conversation and before ~= '-' and before,
    conversation = conversation, version = tonumber(version), asked = asked,
  }
end

-- Notes the fields of the job by `set`, and stores what was asked for so long (ms): that is set anew when the job ends, unless a
-- process ends it that does not know of this.
function kept.store(K, id, ask, set, stays)
  local where = ask.conversation and ' ' .. ask.conversation or ''
  set('rp', text(ask.stays) .. ' ' .. text(#ask.asked) .. ' ' .. ask.how .. where)
  if ask.before then set('pv', ask.before) end
  redis.call('SET', K .. kept.PREFIX .. id, ask.asked, 'PX', text(stays))
end

-- What the field rp of a job says; nil of a job that has none.
function kept.terms(words)
  if not words then return nil end
  local stays, bytes, how, conversation = words:match('^(%d+) (%d+) (%S) ?(%S*)$')
  return {
    stays = tonumber(stays) or 0, bytes = tonumber(bytes) or 0, is_background = how == 'b', is_kept = how ~= 'n',
    conversation = conversation ~= '' and conversation or nil,
  }
end

-- Queues that the tenant is told of the end of a response for which nobody waits, if a webhook of its asks for such events.
-- The id is made of the job and of how often it was requeued, so the same told again is the same.
function kept.tell(K, id, job, now)
  local record = string_at(K .. 'tenant:' .. job.t)
  if not record or not record:find('"response.', 1, true) then return end
  local delivery = 'whk_' .. id:sub(5, 14) .. redis.sha1hex(id .. ' response ' .. (job.n or '0')):upper():sub(1, 26)
  deliveries.queue_once(K, delivery, job.t, deliveries.NOTICE,
    cjson.encode({ response = id, tenant = job.t, at = text(now) }))
end

-- It is an ordinary job from now on.
function kept.leave(K, id)
  redis.call('HDEL', K .. 'j:' .. id, unpack(kept.FIELDS))
  redis.call('DEL', K .. kept.PREFIX .. id)
end
