-- Handing over: while nothing is queued, a job goes to a worker with a free slot in the step that admits it, and not
-- through a lane, a wake-up and a claim.
--
-- Workers offer slots as part of `claim`, which says how many are offered from then on, and of `complete`, which adds
-- the slots of the jobs that ended. A claim does not trust what was offered before: it counts the worker's free slots,
-- less the jobs that are on their way, so an answer that was lost is made up for by the next claim.
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
-- Offers that have lapsed are removed when they are met, so many for one job at most.
local LAPSED_AT_ONCE = 8

-- Ends an offer. Returns how many heard that.
local function end_offer(K, offer)
  redis.call('ZREM', K .. 'offers', offer)
  redis.call('HDEL', K .. 'handed', offer)
  return tell(K, offer:match('%S*$'), '') or 0
end

-- How many jobs were handed over that the worker, which has heard of `heard`, does not know of yet.
local function on_their_way(K, offer, heard)
  local handed = redis.call('HGET', K .. 'handed', offer)
  if handed then return math.max(0, handed - heard) end
  redis.call('HSET', K .. 'handed', offer, heard)
  return 0
end

-- When a worker was last heard of (ms). `worker` is its name, or the field `by` of a job.
local function last_seen(K, worker)
  worker = worker:match('^%S+')
  return tonumber(redis.call('ZSCORE', K .. 'workers', worker) or 0)
end

-- Takes what was used of the intake's offer away from it.
local function close_offer(K, intake)
  local offer = intake.offer
  if offer and offer.used > 0 then
    redis.call('ZINCRBY', K .. 'offers', text(-offer.used), offer.member)
    intake.closed[#intake.closed + 1] = offer
  end
  intake.offer = nil
end

-- Writes down how many jobs each worker is about to hear of.
local function count_handed(K, intake)
  for _, offer in ipairs(intake.closed) do redis.call('HINCRBY', K .. 'handed', offer.member, text(offer.used)) end
end

-- Whether somebody listens to a worker's channel, and the worker was heard of lately. What PUBLISH returns would count
-- those, too, who listen to whatever is said on this Redis.
local function is_listening(K, worker, channel, now)
  local listeners = redis.pcall('PUBSUB', 'NUMSUB', channel)[2]
  return listeners and listeners > 0 and now - last_seen(K, worker) <= SILENCE
end

-- The offer that the intake uses: the same until its slots are used up, then that of the worker that offers most.
-- Nil without one. Offers of workers that do not listen end. O(log workers)
local function open_offer(K, intake)
  if intake.offer and intake.offer.used < intake.offer.slots then return intake.offer end
  close_offer(K, intake)
  for _ = 1, LAPSED_AT_ONCE do
    local best = redis.call('ZRANGE', K .. 'offers', '0', '0', 'REV', 'WITHSCORES')
    local member, slots = best[1], tonumber(best[2] or 0)
    if slots <= 0 then return nil end
    local cap, worker, channel = member:match('^(%d+) (%S+) (%S+)$')
    if not channel then
      drop_stray(K, 'offers', member)
    elseif is_listening(K, worker, channel, intake.now) then
      intake.offer = {
        member = member, slots = slots, used = 0, cap = tonumber(cap), worker = worker, channel = channel,
      }
      return intake.offer
    else
      end_offer(K, member)
    end
  end
end

-- How many jobs a tenant runs, those among them that this step has handed over.
local function running_of(K, intake, tenant)
  return tonumber(redis.call('HGET', K .. 'running', tenant) or 0) + (intake.changes.running[tenant] or 0)
end

-- Whether nothing is queued, so that nobody is overtaken.
local function is_idle(K, intake)
  if intake.is_idle == nil then intake.is_idle = redis.call('EXISTS', K .. 'lanes') == 0 end
  return intake.is_idle
end

-- Hands an order to a worker, whose own it is from then on; the caller writes that down in the same step, and then calls
-- `tell_handed`. Returns what the job's field `by` says of that, or nil when the job must queue.
local function hand_over(K, intake, order)
  if #order.request > LARGEST_HANDED or not is_idle(K, intake) then return nil end
  local offer = open_offer(K, intake)
  if not offer or (offer.cap > 0 and running_of(K, intake, order.tenant) >= offer.cap) then return nil end
  intake.handed[#intake.handed + 1] = { order = order, offer = offer }
  offer.used = offer.used + 1
  return offer.worker .. ' ' .. offer.channel
end

-- One of whom its worker may not be told queues. Its lease is given up last: where a step of this is refused, that runs out.
local function take_from(K, offer, order)
  local key = K .. 'j:' .. order.id
  enqueue(K, order.id, order.lane, order.tenant, true)
  redis.call('HSET', key, 's', 'queued', 'a', '0')
  redis.call('HDEL', key, 'st', 'by')
  redis.call('HINCRBY', K .. 'handed', offer.member, '-1')
  change_running(K, { [order.tenant] = -1 })
  if order.events ~= '' then add_status(K, order.id) end
  wake(K)
  redis.call('ZREM', K .. 'lease', order.id)
end

-- Tells workers what was handed to them. Last of all, when nothing can be refused any more: what a worker was told of runs,
-- whatever its client is told.
local function tell_handed(K, intake)
  local refused = {}
  for _, handed in ipairs(intake.handed) do
    local order, offer = handed.order, handed.offer
    local heard = tell(K, offer.channel, order.id .. ' ' .. intake.fence .. ' 1 ' .. order.expires_in .. ' '
      .. (order.events == '' and '-' or order.events) .. ' ' .. order.request)
    if not heard then refused[#refused + 1] = handed end
  end
  -- Each goes to the front.
  for index = #refused, 1, -1 do pcall(take_from, K, refused[index].offer, refused[index].order) end
end

-- withdraw: a worker takes back what it offers. The empty message on its channel comes after the last job.
--   KEYS[1] base   ARGV 1 offer   returns how many heard that, 0 or 1   O(log workers)
step('withdraw', { 'allow-oom' }, function(K, args)
  return end_offer(K, args[1])
end)
