-- Responses that are kept: jobs whose clients come back for them by their ids, or go on from them (responses.lua). Such a
-- job stays for longer than others, with what was asked as its client sent it. Nothing but its own bound makes it give way.
--   kept      zset    as `fetched`: `<id> <bytes> <tenant>` of those that have ended
--   ask:<id>  string  what was asked (JSON)
--   fields of the job: rp `<how long (ms) it stays> <bytes of what was asked>`, rb 1 when its client does not wait,
--   pv the id of the job from which it goes on

-- Lua has room for 200 names in a file, and all files are one.
local kept = {
  PREFIX = 'ask:', FIELDS = { 'rp', 'rb', 'pv' },
}

-- Reads what an order says of it: `<how long (ms)> <'b' when its client does not wait, or '-'> <id of the job from which it
-- goes on, or '-'> <what was asked>`.
function kept.read(words)
  local stays, how, before, asked = words:match('^(%d+) (%S) (%S+) (.*)$')
  if not stays then error('what is to be kept that nobody can read') end
  return { stays = stays, is_background = how == 'b', before = before ~= '-' and before, asked = asked }
end

-- Notes the fields of the job by `set`, and stores what was asked for so long (ms), or until the job has ended.
function kept.store(K, id, ask, set, stays)
  set('rp', ask.stays .. ' ' .. text(#ask.asked))
  if ask.is_background then set('rb', '1') end
  if ask.before then set('pv', ask.before) end
  if stays then
    redis.call('SET', K .. kept.PREFIX .. id, ask.asked, 'PX', text(stays))
  else
    redis.call('SET', K .. kept.PREFIX .. id, ask.asked)
  end
end

-- How long (ms) the job stays whose field rp that is, and the bytes of what was asked.
function kept.terms(words)
  local stays, bytes = words:match('^(%d+) (%d+)$')
  return tonumber(stays) or 0, tonumber(bytes) or 0
end

-- It is an ordinary job from now on.
function kept.leave(K, id)
  redis.call('HDEL', K .. 'j:' .. id, unpack(kept.FIELDS))
  redis.call('DEL', K .. kept.PREFIX .. id)
end
