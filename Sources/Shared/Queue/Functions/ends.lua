-- How jobs end: the one place where a job becomes terminal, and all that goes with it in the same step.

-- Tells everyone who waits for a job how it ended: `<id> <state> <result or failure>`, or without a large one
-- `<id> ended <state>`, which an API process of before reads as nothing, and finds out by looking. A message may be
-- lost: waiting readers look again.
local function announce(K, id, state, body, channel, watched)
  if untold then
    untold[#untold + 1] = id
    redis.call('HSET', K .. 'j:' .. id, 'ua', '1')
    write_index('ZADD', K .. 'untold', text(now_ms()), id)
    if watched then redis.call('PEXPIRE', K .. 'w:' .. id, text(DAY)) end
    return
  end
  local message = #body <= LARGEST_TOLD and id .. ' ' .. state .. ' ' .. body or id .. ' ended ' .. state
  if channel and channel ~= '' then tell(K, channel, message) end
  if watched then
    for _, watcher in ipairs(watchers_of(K, id)) do
      if watcher ~= channel then tell(K, watcher, message) end
    end
    redis.call('DEL', K .. 'w:' .. id)
  end
end

-- Queues the delivery of a job's end to the client's URL, as a job of its own kind. The job's own id, with a
-- last character that differs for each requeueing, makes the delivery's.
local function queue_delivery(K, id, tenant, requeued, now)
  local digit = (tonumber(requeued or 0) % 32) + 1
  local delivery = 'whk_' .. id:sub(5, 39) .. ('0123456789ABCDEFGHJKMNPQRSTVWXYZ'):sub(digit, digit)
  deliveries.queue(K, delivery, tenant, id, now)
  traces.hand_on(K, id, delivery)
end

-- Takes a job out of wherever it is. An id in its lane's list stays there and is passed over later.
local function leave_sets(K, changes, id, job)
  if job.s == 'running' then
    note_removed(changes, 'lease', id)
    add_to(changes.running, job.t, -1)
  elseif job.s == 'scheduled' then
    note_removed(changes, 'scheduled', id)
  elseif job.fo and job.g then
    note_removed(changes, 'f:' .. job.g, id)
  elseif job.gt and job.gt ~= '-' then
    note_removed(changes, 'gate:' .. job.gt, id)
    note_removed(changes, 'scheduled', id)
    held.change_waiting(K, changes, job.gt, -1)
    changes.freed[job.gt] = true
  end
  note_removed(changes, 'deadlines', id)
end

-- The record of a job's end, which `roll` adds up (roll.lua). `usage` holds what `complete` takes of it: provider, model,
-- prompt tokens, completion tokens, cost (nano-dollars), kinds of tokens, how long ago (ms) the answer began to come. The
-- record tells the cost in whole micro-dollars, too, rounded up: that is what processes of older versions and programs of
-- operators read. Where the provider has several keys, the place of the one that answered stands behind its name and a '#'.
-- Each record has all fields, in one order: Redis then keeps their names once for many.
--   how    'hit': from the cache, 'coalesced': by the call of another
--   kinds  of tokens, such as `c12 r40`: c had by the provider's cache, w and W written to it (for an hour), r thoughts,
--          a and i sounds and images of the prompt, A and I of the answer; u1 when no price was known
--   ms     until its first start, until its answer began to come, in all; '-' for what is not known
--   tags   the client's metadata (JSON)
local function record_usage(K, id, state, job, usage, now)
  local nanos = usage[5] or '0'
  local provider, key = (usage[1] or ''):match('^([^#]*)#?(.*)$')
  local created = not job.n and tonumber(job.ct)
  local waited = created and job.st and text(job.st - created) or '-'
  local began = created and usage[7] and usage[7] ~= '' and text(math.max(0, now - created - usage[7])) or '-'
  job.ms = waited .. ' ' .. began .. ' ' .. (created and text(now - created) or '-')
  redis.call('XADD', K .. 'usage', '*', 'job', id, 'tenant', job.t,
    'state', state, 'provider', provider, 'model', usage[2] or '', 'prompt', usage[3] or '0',
    'completion', usage[4] or '0', 'cost', text(math.ceil(tonumber(nanos) / 1000)), 'nanos', nanos, 'attempts', job.a or '0', 'requeued', job.n or '0',
    'provider_key', key, 'key', job.ke or '', 'user', job.us or '', 'route', job.m or '', 'lane', job.l or '',
    'how', job.hit and 'hit' or job.co and 'coalesced' or '', 'kinds', usage[6] or '',
    'ms', job.ms, 'tags', job.tags or '')
end

-- What the worker is told that has ended a job: whose it was, and how long it took, as its record says.
--   <tenant> <lane> <id of its key, or -> <ms until its first start> <ms until its answer began> <ms in all> <user>
-- 1 for a delivery, which is nobody's.
local function told_of(job)
  if not job.ms then return 1 end
  return job.t .. ' ' .. (job.l or '') .. ' ' .. (job.ke or '-') .. ' ' .. job.ms .. ' ' .. (job.us or '')
end

-- All fields of a job, and its id: to read them all takes half as long as to look for those that a step may need.
local function fields_of(K, id)
  local stored, job = redis.pcall('HGETALL', K .. 'j:' .. id), { id = id }
  for index = 1, #stored, 2 do job[stored[index]] = stored[index + 1] end
  return job
end

-- The fields of a job that a worker may end who holds it under `fence`; nil when it does no more, which is counted. Of a
-- step that is taken again because its first time was not acknowledged, true is returned, too, when the job has ended as
-- `state` by this very lease.
local function job_to_end(K, id, fence, worker, state)
  local job = fields_of(K, id)
  local is_own = job.f == fence and is_by(job.by, worker)
  if is_own and job.s == 'running' then return job end
  if is_own and untold and job.s == state then
    -- And those who followed its call.
    untold.are_others_waiting = true
    return nil, true
  end
  count(K, 'stale')
end

-- Makes a job terminal and frees what it held, itself only. `keep` is how long it stays readable. One that failed is a
-- dead letter, unless `job.is_told` says that its client knows what to do. With `job.is_reported`, who takes the step knows of
-- the end, and exports its span.
local function finish_one(K, changes, id, job, state, body, keep, now, usage)
  local key, is_dead = K .. 'j:' .. id, state == 'failed' and not job.is_told and not job.fl
  local received = is_received(changes, job, body)
  if job.h then held.note_change(K, id, job.t) end
  if job.owes then
    -- Not even its caller lets it go before it is settled.
    held.owe(K, changes, id, now)
    received, keep = false, math.max(keep, held.OWED_STAYS)
  elseif job.h and not job.fo then
    changes.keep = changes.keep or keep
    held.settle(K, changes, job, usage, now)
  end
  -- What the caller has goes sooner, but for what an operator may requeue.
  if received and not is_dead then keep = tonumber(job.qt) end
  -- A delivery or a replay may want to read it for a day. A delivery that has come to its end nobody reads.
  if job.u or job.ik then keep = math.max(keep, DAY + 3600000) end
  if job.of and state == 'succeeded' then keep = math.min(keep, deliveries.KNOWN_FOR) end
  local log_keep, index, asked, terms = keep, nil, 0, kept.terms(job.rp)
  if job.fl and not job.ik then
    log_keep = math.min(keep, kept.stays_on(job, received))
    keep = job.owes and math.max(log_keep, held.OWED_STAYS) or log_keep
  end
  if terms then
    if terms.conversation and state == 'succeeded' then
      terms.asked = string_at(K .. kept.PREFIX .. id) or '{}'
      said.note_response(K, terms, id, job.t, job.ct, body, now)
    end
    if terms.is_kept then keep, index, asked = math.max(keep, terms.stays), 'kept', terms.bytes end
    if terms.is_kept or is_dead then
      redis.call('PEXPIRE', K .. kept.PREFIX .. id, text(keep))
    else
      note_deleted(changes, K .. kept.PREFIX .. id)
    end
  end
  local time_kept = text(keep)
  -- What a dead letter keeps has what was asked in it; a job of a build before has it not.
  local stored = is_dead and math.max(asked, tonumber(job.b) or 0) or asked
  local bytes = text(FINISHED_BYTES + #body + stored + (job.h and HELD_BYTES + #job.h or 0))
  if received then
    -- A dead letter may need its cache key again. The channel has been read, and is needed only by who is told later.
    local cache_key, channel = is_dead and job.k or '', untold and job.ch or ''
    redis.call('HSET', key, 's', state, 'ft', text(now), 'z', bytes, 'fe', '1', 'ch', channel, 'k', cache_key)
  else
    redis.call('HSET', key, 's', state, 'ft', text(now), 'z', bytes)
  end
  redis.call('PEXPIRE', key, time_kept)
  if body ~= '' then redis.call('SET', K .. 'r:' .. id, body, 'PX', time_kept) end
  if not job.nm then redis.call('PEXPIRE', K .. 'm:' .. id, time_kept) end
  leave_sets(K, changes, id, job)
  if is_dead then
    -- A dead letter: the request stays, so that an operator can requeue it.
    redis.call('PEXPIRE', K .. 'p:' .. id, time_kept)
    redis.call('ZREMRANGEBYSCORE', K .. 'dead', '-inf', now - log_keep)
    redis.call('ZADD', K .. 'dead', now, id)
    add_to(changes.counts, 'dead:' .. (body:match('^{"code":"([%l_]+)"') or 'other'), 1)
  else
    note_deleted(changes, K .. 'p:' .. id)
  end
  if job.of then
    -- The calls that a notice comes to count, it does not.
    if job.of == deliveries.NOTICE and state == 'succeeded' then return end
    if job.of ~= deliveries.CALL and state == 'succeeded' then note_fetched(K, job.of, finished_fields(K, job.of), true) end
    return add_to(changes.counts, 'delivery:' .. state, 1)
  end
  if not job.is_reported then traces.ended(K, id, job, state, body, now) end
  note_open(changes, job.t, -1, -(tonumber(job.b) or 0))
  note_finished(changes, id, job.t, bytes, now, keep, received, job.qt, index)
  if not job.nm then job.tags = string_at(K .. 'm:' .. id) end
  if not job.owes then record_usage(K, id, state, job, job.pu and held.in_all(job.pu, usage) or usage, now) end
  add_to(changes.counts, 'ended:' .. state, 1)
  if job.u then
    redis.call('PEXPIRE', K .. 'u:' .. id, time_kept)
    queue_delivery(K, id, job.t, job.n, now)
  end
  if terms and terms.is_background then kept.tell(K, id, job, now) end
  if job.ev then end_events(K, id, job.dl, state, body, log_keep) end
  announce(K, id, state, body, job.ch, job.wt)
end

-- Whether a job waits for the answer of the call that its group shares. `job` is what `job_of` says of it with its fields
-- fo, g and ft.
local function follows(job, group)
  return job and job[3] == 'queued' and job[4] and job[5] == group and not job[6]
end

-- The follower of a group that came first, and what `job_of` says of it; it follows no more. Nil without one.
local function next_heir(K, group)
  local key = K .. 'f:' .. group
  while true do
    local heir = members_of(key, redis.pcall('ZPOPMIN', key))[1]
    if not heir then return nil end
    local job = job_of(K, heir, 'fo', 'g', 'ft', 'h')
    if follows(job, group) then return heir, job end
    if job then count_orphan(K, 'followers') else bury(K, 'followers', heir) end
  end
end

-- So many heirs come to their gates in a step: where a budget is spent, it refuses one after the other.
local MOST_HEIRS = 8

-- The follower that came first makes the call instead; the others follow it. It takes now what a call takes of limits and
-- budgets, and what the first call gave back in this step is there for it.
local function promote_follower(K, changes, group, cache_key)
  local heir, job = next_heir(K, group)
  if not heir then
    redis.call('HDEL', K .. 'heirs', group)
    return
  end
  held.note_change(K, heir, job[1])
  redis.call('HDEL', K .. 'j:' .. heir, 'fo')
  redis.call('HSET', K .. 'heirs', group, heir)
  redis.call('SET', K .. 'leader:' .. cache_key, heir)
  local lists, now = held.unpack(job[7]), now_ms()
  held.take_queued(K, changes, lists)
  held.take_tokens(K, changes, lists, now_us())
  -- One that its budget refuses has an heir, too: the next one comes to its gates by a step of its own.
  changes.heirs = (changes.heirs or 0) + 1
  if changes.heirs > MOST_HEIRS and (#lists[3] > 0 or #lists[4] > 0) then return held.come_later(K, heir, now) end
  held.place(K, changes, heir, { t = job[1], l = job[2] }, lists, now, 1000 * now, true)
end

-- Those who follow a group's call have its answer, or its quarantine.
local function finish_followers(K, changes, group, leader, state, body, keep, now, usage)
  local key = K .. 'f:' .. group
  for _, follower in ipairs(members_of(key, redis.pcall('ZRANGE', key, 0, -1))) do
    local job = fields_of(K, follower)
    if job.t and job.fo and job.g == group and job.s == 'queued' then
      redis.call('HSET', K .. 'j:' .. follower, 'co', 1)
      job.co, job.led_by = true, leader
      finish_one(K, changes, follower, job, state, body, keep, now, { usage[1], usage[2] })
    else
      redis.call('ZREM', key, follower)
      if job.t then count_orphan(K, 'followers') else bury(K, 'followers', follower) end
    end
  end
end

-- Ends a job, and with its answer those that follow its call. Followers of a call that failed or was cancelled
-- make their own; only a request that is quarantined takes its equals with it, or it would go on killing workers.
-- `job` is what `fields_of` says of it. O(log jobs) for the job and for each follower, of which a call has at most
-- 1,000.
local function finish_into(K, changes, id, job, state, body, keep, now, usage)
  finish_one(K, changes, id, job, state, body, keep, now, usage)
  if job.fo or not job.k or job.k == '' then return end
  local leader = K .. 'leader:' .. job.k
  local leads = string_at(leader) == id
  if state ~= 'succeeded' and not body:find('^{"code":"quarantined"') then
    -- At once, because the heir leads from now on.
    if leads then redis.call('DEL', leader) end
    if job.g then promote_follower(K, changes, job.g, job.k) end
    return
  end
  if leads then note_deleted(changes, leader) end
  if not job.g then return end
  if job.g ~= id then redis.call('HDEL', K .. 'heirs', job.g) end
  finish_followers(K, changes, job.g, id, state, body, keep, now, usage)
end

-- The same for a step that ends one job.
local function finish(K, id, state, body, keep, now, job, usage)
  local changes = new_changes()
  settle_changes(K, changes, finish_into, id, job or fields_of(K, id), state, body, keep, now, usage or {})
end
