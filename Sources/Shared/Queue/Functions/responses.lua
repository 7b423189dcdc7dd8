-- Responses that are kept (kept.lua), as their clients come back for them.

-- A block: room.lua says why.
do

-- A kept response of the tenant, or nil:
--   {view of the job, what was asked, '1' when its client does not wait, id of the job from which it goes on or '',
--    '1' when it is told while it comes, id of its conversation or ''}
local function response(K, id, tenant)
  local job = redis.pcall('HMGET', K .. 'j:' .. id, 't', 'rp', 'pv', 'sm')
  local terms = job[1] == tenant and kept.terms(job[2])
  if not terms or not terms.is_kept then return nil end
  local asked = string_at(K .. kept.PREFIX .. id)
  if not asked then return nil end
  return { view(K, id), asked, terms.is_background and '1' or '0', job[3] or '', job[4] and '1' or '0',
    terms.conversation or '' }
end

-- response: a kept response.
--   KEYS[1] base   ARGV 1 id  2 tenant
--   returns the response, or {} when the tenant has none of that id   O(1)
step('response', { 'no-writes' }, function(K, args) return response(K, args[1], args[2]) or {} end)

-- response_chain: a kept response and those from which it goes on, the newest first.
--   KEYS[1] base   ARGV 1 id  2 tenant  3 most responses  4 bytes after which a page ends
--   returns {id to go on with or '', '1' when that is not there, response…}; a page has one at least, or ends with one that
--   is not there
--   O(responses)
step('response_chain', { 'no-writes' }, function(K, args)
  local id, most, left = args[1], tonumber(args[3]), tonumber(args[4])
  local page = { '', '0' }
  while id ~= '' and #page - 2 < most and left > 0 do
    local found = response(K, id, args[2])
    if not found then
      page[1], page[2] = id, '1'
      return page
    end
    page[#page + 1] = found
    left = left - #found[2] - #(found[1][13] or '')
    id = found[4]
  end
  page[1] = id
  return page
end)

-- response_forget: a kept response that has ended goes, with its job, its answer and its events. Of one whose end is yet to be
-- acknowledged or settled only what was asked and its events go at once: it is an ordinary job from then on, for as long as
-- its settlement or its idempotency key may need it, and who reads its events is told that they are gone.
--   KEYS[1] base   ARGV 1 id  2 tenant  3 keep (ms)
--   returns {'gone'}, {'absent'}, or {'open'} when it has not ended, and nothing was changed   O(log jobs)
step('response_forget', { 'allow-oom' }, function(K, args)
  local id, keep, now = args[1], tonumber(args[3]), now_ms()
  local found = redis.pcall('HMGET', K .. 'j:' .. id, 't', 'rp', 'ft')
  local terms = found[1] == args[2] and kept.terms(found[2])
  if not terms or not terms.is_kept then return { 'absent' } end
  if not found[3] then return { 'open' } end
  local job = finished_fields(K, id)
  kept.leave(K, id)
  if job.ua then
    keep = math.max(keep, held.OWED_STAYS)
    if job.ik then keep = math.max(keep, DAY + 3600000) end
    if job.lz then forgetting.events(K, id, job) end
    job.lz = nil
    -- Nobody requeues it: its request is what was asked.
    if job.s == 'failed' then
      redis.call('DEL', K .. 'p:' .. id)
      redis.call('ZREM', K .. 'dead', id)
    end
    if leave_finished(K, id, job, { 'kept' }) then enter_finished(K, id, job, 'unfetched', now + keep) end
    keep_finished(K, id, job, keep, now)
    return { 'gone' }
  end
  forgetting.job(K, id, job, now)
  forgetting.note(K, tonumber(job.ct) or 0)
  return { 'gone' }
end)

-- Drops responses that have ended, and conversations, up to so many bytes and so many of them; the first to be forgotten go
-- first. Returns the bytes that this frees, about, and how many are gone.
function kept.drop(K, bytes, most, now)
  local freed, dropped, newest, key = 0, 0, 0, K .. 'kept'
  for _, member in ipairs(members_of(key, redis.pcall('ZRANGE', key, '0', text(most - 1)))) do
    if freed >= bytes then break end
    local id, size, tenant = parts_of(member)
    local head = said.is_id(id) and said.head(K, id, tenant)
    local job = head and {} or finished_fields(K, id)
    local is_there = job.ft and tonumber(job.z) == size
    -- What is to be acknowledged or settled yet waits for that.
    if not (is_there and job.ua) then
      if head and tonumber(head.z) == size then
        said.forget(K, id, head)
      elseif is_there then
        forgetting.job(K, id, job, now)
        newest = math.max(newest, tonumber(job.ct) or 0)
      elseif write_index('ZREM', key, member) == 1 then
        add_bytes(K, 'kept', -size)
        if said.is_id(id) and not head then write_index('ZREM', K .. said.OF_TENANT .. tenant, id) end
      end
      freed, dropped = freed + size, dropped + 1
    end
  end
  forgetting.note(K, newest)
  if dropped > 0 then redis.call('HINCRBY', K .. 'counts', 'dropped:responses', text(dropped)) end
  return freed, dropped
end

-- tidy_responses: keeps responses that have ended, and conversations, within their bound; the first to be forgotten go first.
--   KEYS[1] base   ARGV 1 most bytes of all  2 most responses to drop in this step
--   returns how many are gone   O(responses log jobs)
step('tidy_responses', { 'allow-oom' }, function(K, args)
  local beyond = tonumber(plain(redis.pcall('HGET', K .. 'memory', 'kept')) or 0) - tonumber(args[1])
  if beyond <= 0 then return 0 end
  local _, dropped = kept.drop(K, beyond, tonumber(args[2]), now_ms())
  return dropped
end)

end
