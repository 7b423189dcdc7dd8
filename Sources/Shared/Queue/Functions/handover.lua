-- Handing over: while nothing is queued, a job goes to a worker with a free slot in the step that admits it, and not
-- through a lane, a wake-up and a claim. Workers offer slots as part of `claim` and `complete`.
--
-- An offer is `<most running jobs of a tenant, 0 for no cap> <worker> <channel>`. The channel is a new one for each
-- subscription, so that an offer whose listener has gone finds no receiver, and nothing is counted twice.
-- What is told on the channel:
--   <id> <fence> <attempts> <ms until the deadline> <how its events are written, or -> <request>
--   an empty message: the offer has ended, no job comes after it

-- Longer than a worker's sign of life takes to come again (5 s).
local SILENCE = 7500
-- Larger requests are fetched by a claim: Redis cuts off a listener that lets 8 MB of messages pile up.
local LARGEST_HANDED = 65536
-- Offers that have lapsed are removed when they are met, so many in one step at most.
local LAPSED_AT_ONCE = 8

local function offered_slots(K, offer)
  return tonumber(redis.call('ZSCORE', K .. 'offers', offer) or 0)
end

-- Ends an offer. Returns whether anybody listened.
local function end_offer(K, offer)
  redis.call('ZREM', K .. 'offers', offer)
  return redis.call('PUBLISH', offer:match('%S+$'), '')
end

-- When a worker was last heard of (ms).
local function last_seen(K, worker)
  return tonumber(redis.call('ZSCORE', K .. 'workers', worker) or 0)
end

local function runs_too_many(K, tenant, cap)
  return cap > 0 and tonumber(redis.call('HGET', K .. 'running', tenant) or 0) >= cap
end

-- Tells the worker that offers most of a new job, which is its own from then on; the caller writes that down in the
-- same step. Returns that worker's name, or nil when the job must queue. O(log workers)
local function hand_over(K, id, tenant, mode, request, left, now)
  if #request > LARGEST_HANDED or redis.call('EXISTS', K .. 'lanes') == 1 then return nil end
  for _ = 1, LAPSED_AT_ONCE do
    local best = redis.call('ZRANGE', K .. 'offers', 0, 0, 'REV', 'WITHSCORES')
    local offer = best[1]
    if not offer or best[2] == '0' then return nil end
    local cap, worker, channel = offer:match('^(%d+) (%S+) (%S+)$')
    if runs_too_many(K, tenant, tonumber(cap)) then return nil end
    if now - last_seen(K, worker) > SILENCE then
      end_offer(K, offer)
    elseif redis.call('PUBLISH', channel, id .. ' 1 1 ' .. left .. ' ' .. (mode == '' and '-' or mode) .. ' '
        .. request) == 0 then
      redis.call('ZREM', K .. 'offers', offer)
    else
      redis.call('ZINCRBY', K .. 'offers', -1, offer)
      return worker
    end
  end
end

-- withdraw: a worker takes back what it offers. The empty message on its channel comes after the last job.
--   KEYS[1] base   ARGV 1 offer   returns how many heard that, 0 or 1   O(log workers)
step('withdraw', { 'allow-oom' }, function(K, args)
  return end_offer(K, args[1])
end)
