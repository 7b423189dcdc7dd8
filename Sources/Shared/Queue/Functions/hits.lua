-- What the cache answers of what `admit` takes in.

-- Lua has room for 200 names in a file, and all files are one.
local hits = {
  -- How long (ms) an idempotency key is remembered.
  REPLAY_TIME = DAY,
}

-- An answer from the cache becomes a job that has succeeded.
function hits.store(K, intake, order, answer)
  local id, tenant, now = order.id, order.tenant, intake.now
  -- Its caller has the answer by this very step, unless it is to be delivered.
  local has_key, keep, fetched = order.digest ~= '', intake.keep, order.callback == ''
  local ask = order.ask
  local is_kept = ask and ask.is_kept
  if order.channel ~= '' and not is_kept then keep = tonumber(intake.answer_time) end
  if order.leaves_nothing then keep = math.min(keep, kept.SOON_GONE) end
  if has_key then keep = math.max(keep, DAY + 3600000) end
  local key = K .. 'j:' .. id
  redis.call('HSET', key, 's', 'succeeded', 't', tenant, 'l', order.lane, 'm', order.model, 'f', 0, 'a', 0, 'c', 0,
    'ct', now, 'ft', now, 'hit', 1)
  if has_key then redis.call('HSET', key, 'ik', 1) end
  local shape = order.shape
  if shape and shape.key then redis.call('HSET', key, 'ke', shape.key) end
  if shape and shape.user ~= '' then redis.call('HSET', key, 'us', shape.user) end
  if fetched then redis.call('HSET', key, 'fe', 1) end
  if order.callback ~= '' then keep = math.max(keep, DAY + 3600000) end
  local log_keep, index, size = keep, nil, 0
  if is_kept then
    keep, index, size = math.max(keep, ask.stays), 'kept', #ask.asked
    redis.call('HDEL', key, 'fe')
    kept.store(K, id, ask, function(name, value) redis.call('HSET', key, name, value) end, keep)
  end
  said.begin(K, order, now)
  said.note_response(K, ask, id, tenant, text(now), answer, now)
  redis.call('PEXPIRE', key, text(keep))
  redis.call('SET', K .. 'r:' .. id, answer, 'PX', text(keep))
  if order.metadata ~= '' then redis.call('SET', K .. 'm:' .. id, order.metadata, 'PX', text(keep)) end
  if has_key then redis.call('SET', K .. 'idem:' .. order.digest, id .. order.fingerprint, 'PX', hits.REPLAY_TIME) end
  write_index('ZADD', K .. 'jobs:' .. tenant, 0, id)
  local bytes = text(FINISHED_BYTES + #answer + size)
  redis.call('HSET', key, 'z', bytes)
  note_finished(intake.changes, id, tenant, bytes, now, keep, fetched, intake.answer_time, index)
  count(K, 'ended:succeeded')
  if order.events ~= '' then
    redis.call('HSET', key, 'ev', 1, 'sm', order.events)
    end_events(K, id, false, 'succeeded', answer, log_keep)
  end
  if order.callback ~= '' then
    redis.call('HSET', key, 'u', 1)
    redis.call('SET', K .. 'u:' .. id, order.callback, 'PX', DAY + 3600000)
    queue_delivery(K, id, tenant, 0, now)
    intake.is_idle = nil
  end
  if ask and ask.how == 'b' then
    kept.tell(K, id, { t = tenant }, now)
    intake.is_idle = nil
  end
end

-- What the cache answers is used, too, also where it becomes no job.
function hits.record(K, intake, order)
  local shape, now = order.shape or {}, intake.now
  record_usage(K, order.id, 'succeeded', { t = order.tenant, l = order.lane, m = order.model, ke = shape.key,
    us = shape.user, ct = now, hit = true, tags = order.metadata }, {}, now)
end
