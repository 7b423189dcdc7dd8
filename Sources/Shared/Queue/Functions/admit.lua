-- admit: takes jobs in, one after the other, or says why not. Refused means that nothing was written of it.
--   KEYS[1] base
--   ARGV  1 keep (ms): how long an ended job stays  2 cache time (ms)  3 most jobs waiting  4 most bytes waiting
--         5 most open jobs of a tenant  6 most open bytes of a tenant
--         7 lease (ms), for jobs that are handed to a worker at once
--         8 how long (ms) an answer stays whose waiting caller has it
--         9… of each job, an order: id, tenant, lane, model, request, metadata or '', weight (estimated tokens),
--           expires in (ms), delay (ms), channel of the waiting caller or '', callback URL or '', cache key or '',
--           cache mode (use, refresh), '1' when a cached answer shall become a job of its own, digest of the
--           idempotency key or '', fingerprint of the body, how its events are written ('' for none, 'deltas', or
--           'restart' when an answer that broke off may begin anew), its demand or '': its amounts and its shape, which is
--           MessagePack of the epochs of tenant and key by which it was judged, until when the key is good (ms, 0 without an
--           end), the key's id or '', the user or '', limits of requests (limits.lua), and lists of what it holds until it
--           ends, or 0 (held.lua); what is kept of a response, '' for what is none, or '-' for one of which nothing is
--           to stay (kept.lua)
--   returns for each job, where `limits…` are limit, remaining, reset (ms) of the tightest limit of requests and the same of
--   tokens, nil for what is not limited, or nothing at all
--           `admitted <created (ms)> <1: it follows another's call, 2: put off, or 0> <limits…>`: words, of which what is not limited
--           has `-`, since each element of a reply costs both sides as much as all of them in one
--           {`hit <id of the job that made the answer> <created (ms)> <limits…>`, answer}
--           {'replayed', id of the job that has this idempotency key}
--           {'conflict'}: the idempotency key was used with another body
--           {'limited', retry after (ms), 'requests' or 'tokens', number of the limit in its list, limits…}
--           {'full', 'queue', 'tenant', or the number of a bound of `queued`}
--           {'over', number of the hard budget}: what is spent and the most that the job can cost are over it
--           {'conversation', 'absent', 'full', or 'locked'}: the one that the response is asked in (said.lua)
--           {'stale', now (ms)}: records of tenant or key are others, the key has expired, or a budget's period is over
--   O(jobs (log tenants + log jobs) + log workers)
-- A cached answer takes, and is refused by, limits of requests only; so does what follows another's call. What was asked
-- before (replayed) takes nothing. What is over `running`, or over a hard budget with what others have reserved, waits at
-- a gate (gates.lua); what is over a hard budget by what was spent, and may wait, is put off to the end of the period.

-- A block: room.lua says why.
do

local FIRST_ORDER = 9

-- The order that begins at `first` of the arguments, and where the next begins.
local function read_order(args, first)
  local id, tenant, lane, model, request, metadata, weight, expires_in, delay, channel, callback, cache_key,
    cache_mode, records_hit, digest, fingerprint, events, demand, ask = unpack(args, first, first + 18)
  local shape = demand ~= '' and held.shape(demand) or nil
  -- Rather none than one that nobody counts.
  if demand ~= '' and not shape then error('a demand that nobody can read') end
  local order = {
    id = id, tenant = tenant, lane = lane, model = model, request = request, metadata = metadata, weight = weight,
    expires_in = expires_in, delay = tonumber(delay), channel = channel, callback = callback,
    cache_key = cache_key, cache_mode = cache_mode, records_hit = records_hit == '1', digest = digest,
    fingerprint = fingerprint, events = events,
    -- All that it stores until it ends.
    bytes = #request,
    -- What it takes of limits and budgets, if anything.
    demand = demand, shape = shape, lists = shape and held.lists(shape, demand),
    ask = ask ~= '' and ask ~= kept.NOTHING and kept.read(ask), leaves_nothing = ask == kept.NOTHING,
  }
  if order.ask then
    order.bytes, order.leaves_nothing = order.bytes + #order.ask.asked, not order.ask.is_kept
  end
  return order, first + 19
end

-- What an idempotency key stands for already, if anything, and whether its job is lost: else it does not outlive that.
local function known(K, digest, fingerprint)
  local stored = string_at(K .. 'idem:' .. digest)
  if not stored then return nil end
  if redis.pcall('HEXISTS', K .. 'j:' .. stored:sub(1, 40), 't') ~= 1 then return nil, true end
  if stored:sub(41) ~= fingerprint then return { 'conflict' } end
  return { 'replayed', stored:sub(1, 40) }
end

local function replayed(K, digest, fingerprint)
  local found, is_orphan = known(K, digest, fingerprint)
  if is_orphan then return count_orphan(K, 'idem') end
  return found
end

-- Whose a request is that limits or budgets refuse (notices.lua).
local function order_owner(order) return { t = order.tenant, user = order.shape.user } end

local check_limits, take_limits, peek_limits = held.check_limits, held.take_limits, held.peek_limits
-- The TATs of limits that are looked at, until they are taken or the next order's are.
local looked_at_requests, looked_at_tokens = {}, {}

-- Looks at the limits of an order, of tokens only if it `pays`. Notes the states to report and returns, when it is not
-- admitted, its outcome.
local function look_at_limits(K, intake, order, pays)
  local shape = order.shape
  if not shape then return nil end
  local requests, tokens, changes, now = shape.requests, shape.lists[1], intake.changes, intake.now_us
  local most, left, reset, wait, number
    = check_limits(K, changes, shape.requests_plan, false, now, nil, looked_at_requests)
  local most_tokens, tokens_left, tokens_reset, token_wait, token_number
  if pays then
    most_tokens, tokens_left, tokens_reset, token_wait, token_number
      = check_limits(K, changes, shape.tokens_plan, true, now, order.lists[5], looked_at_tokens)
  else
    most_tokens, tokens_left, tokens_reset = peek_limits(K, changes, tokens, true, now)
  end
  order.most, order.left, order.reset = most, left, reset
  order.most_tokens, order.tokens_left, order.tokens_reset = most_tokens, tokens_left, tokens_reset
  local kind, limits = 'requests', requests
  if token_wait and token_wait >= (wait or 0) then wait, number, kind, limits = token_wait, token_number, 'tokens', tokens end
  if not wait or intake.is_forced then return nil end
  local subject, bound, grain = unpack(limits, 4 * number - 3, 4 * number - 1)
  notices.limited(K, order_owner(order), {
    subject = subject:match(':(.*)$'), most = bound, window = kind == 'tokens' and grain or bound * grain, wait = wait,
  }, intake.now)
  intake.is_idle = nil
  return { 'limited', wait, kind, number, held.refused_states(K, changes, requests, tokens, kind, number, now) }
end

-- Takes of the limits that were looked at.
local function take(K, intake, order, pays)
  local shape = order.shape
  if not shape then return end
  take_limits(K, intake.changes, shape.requests_plan, looked_at_requests)
  if pays then take_limits(K, intake.changes, shape.tokens_plan, looked_at_tokens) end
end

-- The outcome of an order that its budgets or its bounds of waiting jobs refuse, or nil. One that may wait for its budgets'
-- next period is put off.
local function look_at_bounds(K, intake, order)
  local lists, changes, now = order.lists, intake.changes, intake.now
  local budgets = lists[4]
  local over, good = held.over(K, changes, lists, now)
  if over then
    notices.refused(K, order_owner(order), budgets, over, held.spent_of(K, changes, budgets, over, now))
    -- What is told is queued.
    intake.is_idle = nil
    if not good then return { 'over', (over + 6) / 7 } end
    order.delay, order.is_put_off = math.max(order.delay, good - now), true
    count(K, 'put_off')
  end
  if intake.is_forced then return nil end
  local full = held.full(K, changes, lists)
  if not full then return nil end
  notices.limited(K, order_owner(order), { subject = lists[2][3 * full - 2], most = lists[2][3 * full - 1] }, now)
  intake.is_idle = nil
  return { 'full', full }
end

-- Takes a new job through its gates if they are open. Returns the one that is closed, and when its period ends.
local function pass_gates(K, intake, order)
  local lists, changes = order.lists, intake.changes
  local gate, finish, is_only_behind = held.closed_gate(K, changes, lists, intake.now)
  if not gate then
    held.take_gates(K, changes, lists)
  elseif is_only_behind then
    changes.freed[gate] = true
  end
  return gate, finish
end

-- The words of an outcome, with the states of limits that were looked at.
local function with_states(order, words)
  local most, most_tokens = order.most, order.most_tokens
  if not (most or most_tokens) then return words end
  local requests = most and string.format(' %d %d %d', most, order.left, order.reset) or ' - - -'
  local tokens = most_tokens and string.format(' %d %d %d', most_tokens, order.tokens_left, order.tokens_reset) or ' - - -'
  return words .. requests .. tokens
end

local function admitted(intake, order, follows)
  return with_states(order, 'admitted ' .. intake.now_text .. ' ' .. follows)
end

-- The outcome of an order that the cache answers, or nil.
local function answer_from_cache(K, intake, order)
  if order.cache_key == '' or order.cache_mode ~= 'use' or order.delay > 0 then return nil end
  local source, answer = cached_answer(K, order.cache_key)
  if not source then return nil end
  local refusal = look_at_limits(K, intake, order, false)
  if refusal then return refusal end
  take(K, intake, order, false)
  if order.records_hit or order.digest ~= '' then hits.store(K, intake, order, answer) end
  hits.record(K, intake, order)
  return { with_states(order, 'hit ' .. source .. ' ' .. intake.now_text), answer }
end

-- Decides where a new job goes, and tells the worker that it is handed to: a state, and the group that the job follows
-- or what its field `by` says. Notes at which gate it stands.
local function choose_place(K, intake, order)
  local has_gates = order.shape and order.shape.has_gates
  if order.delay > 0 then
    if has_gates then order.gate = '-' end
    return 'scheduled'
  end
  if order.cache_key ~= '' then
    -- A follower has its answer in one piece, so who wants it bit by bit makes a call of its own.
    local may_follow = order.cache_mode == 'use' and order.events == ''
    if not may_follow then redis.call('SET', K .. 'leader:' .. order.cache_key, order.id) end
    local group = may_follow and coalescing.group_to_follow(K, order)
    if group then return 'queued', group end
  end
  if has_gates and order.fits then
    held.pass_fitting(order)
  elseif has_gates then
    order.gate, order.gate_finish = pass_gates(K, intake, order)
    if order.gate then return 'queued' end
  end
  local worker = hand_over(K, intake, order)
  if worker then return 'running', nil, worker end
  return 'queued'
end

-- The fields of the job's hash.
local function fields_to_store(K, intake, order, deadline, state, group, worker)
  local runs, fence = worker and '1' or '0', worker and intake.fence or '0'
  local fields = { 's', state, 't', order.tenant, 'l', order.lane, 'm', order.model, 'f', fence, 'a', runs, 'c', '0',
    'w', order.weight, 'b', text(order.bytes), 'd', deadline, 'ct', intake.now_text }
  local function set(name, value)
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  if worker then
    set('st', intake.now_text)
    set('by', worker)
  end
  if group then
    set('g', group)
    set('fo', '1')
  end
  if order.channel ~= '' then
    set('ch', order.channel)
    -- What is kept stays, whoever has it.
    if not (order.ask and order.ask.is_kept) then set('qt', intake.answer_time) end
  end
  if order.cache_key ~= '' then
    set('k', order.cache_key)
    set('kt', intake.cache_time)
  end
  if order.callback ~= '' then set('u', '1') end
  if order.digest ~= '' then set('ik', '1') end
  if order.leaves_nothing then set('fl', '1') end
  if order.metadata == '' then set('nm', '1') end
  if order.events ~= '' then
    set('ev', '1')
    set('sm', order.events)
  end
  if order.ask then
    local waits = order.delay + tonumber(order.expires_in)
    kept.store(K, order.id, order.ask, set, order.ask.stays + waits + DAY)
  end
  local shape = order.shape
  if shape then
    if shape.key then set('ke', shape.key) end
    if shape.user ~= '' then set('us', shape.user) end
    if shape.holds then set('h', order.demand) end
    if order.gate then set('gt', order.gate) end
  end
  return fields
end

local function store_job(K, intake, order, deadline, state, group, worker)
  local id = order.id
  if order.shape and order.shape.holds then held.note_change(K, id, order.tenant) end
  redis.call('HSET', K .. 'j:' .. id, unpack(fields_to_store(K, intake, order, deadline, state, group, worker)))
  redis.call('SET', K .. 'p:' .. id, order.request)
  if order.metadata ~= '' then redis.call('SET', K .. 'm:' .. id, order.metadata) end
  if order.callback ~= '' then redis.call('SET', K .. 'u:' .. id, order.callback) end
  if order.digest ~= '' then
    redis.call('SET', K .. 'idem:' .. order.digest, id .. order.fingerprint, 'PX', hits.REPLAY_TIME)
  end
  note_added(intake.changes, 'deadlines', deadline, id)
  note_added(intake.changes, 'jobs:' .. order.tenant, '0', id)
  count_in(K, intake, order.tenant, order.bytes)
end

-- Puts the job where it goes.
local function place(K, intake, order, state, group)
  local id, tenant = order.id, order.tenant
  if state == 'running' then
    note_added(intake.changes, 'lease', intake.lease_end, id)
    add_to(intake.changes.running, tenant, 1)
    if intake.running then intake.running = intake.running + 1 end
  elseif group then
    -- Microseconds, so that no two came at the same time.
    write_index('ZADD', K .. 'f:' .. group, now_us(), id)
    count(K, 'coalesced')
  elseif order.gate and order.gate ~= '-' then
    held.stand(K, intake.changes, id, order.gate, intake.now_us, order.gate_finish)
    count(K, 'gated')
    intake.must_wake = intake.must_wake or order.gate_finish ~= nil
  else
    if state == 'scheduled' then
      redis.call('ZADD', K .. 'scheduled', intake.now + order.delay, id)
    else
      enqueue(K, id, order.lane, tenant, false)
      intake.is_idle = nil
    end
    -- Of a job that waits for its time an idle worker learns when that is.
    intake.must_wake = true
  end
end

-- Takes in a job that nothing speaks against. Returns '1' when it follows another's call, '2' when its budgets put it off.
local function take_in(K, intake, order)
  local deadline = text(intake.now + order.delay + order.expires_in)
  local state, group, worker = choose_place(K, intake, order)
  order.group = group
  store_job(K, intake, order, deadline, state, group, worker)
  place(K, intake, order, state, group)
  said.begin(K, order, intake.now)
  if order.events ~= '' then
    if worker then add_event(K, order.id, 'status', 'queued 0 -') end
    add_status(K, order.id)
  end
  return group and '1' or order.is_put_off and '2' or '0'
end

local function admit(K, intake, order)
  intake.begun[#intake.begun + 1] = order
  -- Before all else: a key that is revoked is told nothing, not even what it asked before.
  if not intake.is_forced and is_stale(intake, order) then return { 'stale', intake.now } end
  local known = order.digest ~= '' and replayed(K, order.digest, order.fingerprint)
  if known then return known end
  local refused = not intake.is_forced and said.refusal(K, order)
  if refused then return refused end
  local hit = answer_from_cache(K, intake, order)
  if hit then return hit end
  local pays = order.shape and order.shape.holds and not coalescing.will_follow(K, order)
  -- What holds nothing takes of its requests only, whatever it comes to.
  local is_judged = pays or (order.shape and not order.shape.holds)
  order.fits = is_judged and held.fits(intake.changes, order, intake.now_us)
  if not order.fits then
    local outcome = pays and look_at_bounds(K, intake, order)
    if outcome then return outcome end
    local refusal = look_at_limits(K, intake, order, pays)
    if refusal then return refusal end
  end
  local full = full_bound(K, intake, order.tenant, order.bytes)
  if full then return { 'full', full } end
  if order.fits then
    held.take_fitting(intake.changes, order)
  else
    take(K, intake, order, pays)
    if pays then held.take_queued(K, intake.changes, order.lists) end
  end
  local follows = take_in(K, intake, order)
  return admitted(intake, order, follows)
end

-- The same for one whose job was lost, if it was.
local function admit_again(K, intake, order)
  if redis.pcall('HEXISTS', K .. 'j:' .. order.id, 't') == 1 then return { 'replayed', order.id } end
  return admit(K, intake, order)
end

-- Takes the orders of the arguments in, and notes an outcome for each, as `admit_one` gives it.
local function admit_all(K, intake, args, outcomes, admit_one)
  local orders, next = {}, FIRST_ORDER
  while next <= #args do
    orders[#orders + 1], next = read_order(args, next)
  end
  foresee(K, intake, orders)
  for _, order in ipairs(orders) do outcomes[#outcomes + 1] = admit_one(K, intake, order) end
  write_intake(K, intake)
end

local function take_all_in(K, args, admit_one, is_forced)
  local intake, outcomes = new_intake(args), {}
  intake.is_forced, intake.changes.keep, intake.changes.now_us = is_forced, intake.keep, intake.now_us
  local is_done, problem = pcall(admit_all, K, intake, args, outcomes, admit_one)
  if not is_done then take_all_back(K, intake, problem) end
  tell_handed(K, intake)
  return outcomes
end

step('admit', {}, function(K, args) return take_all_in(K, args, admit) end)

-- readmit: takes in jobs anew, under their ids, that a failover has lost. One that is there after all is as it was.
--   As admit; {'replayed', its own id} for one that is there. What was judged stays so, and limits do not refuse what they
--   have let in: they, too, have lost what it took. Budgets do.
step('readmit', {}, function(K, args) return take_all_in(K, args, admit_again, true) end)

-- count_request: counts a request that becomes no job in its limits of requests.
--   KEYS[1] base   ARGV 1 tenant  2 its demand, as `admit` takes it
--   returns what `admit` does for a job: `admitted …`, {'limited', …} or {'stale', …}   O(limits)
step('count_request', { 'allow-oom' }, function(K, args)
  local shape = held.shape(args[2])
  if not shape then error('a demand that nobody can read') end
  local order = { tenant = args[1], demand = args[2], shape = shape, lists = held.lists(shape, args[2]) }
  local intake = new_intake({ '0', '0', '0', '0', '0', '0', '0', '0' })
  foresee(K, intake, { order })
  local outcome = is_stale(intake, order) and { 'stale', intake.now } or look_at_limits(K, intake, order, false)
  if not outcome then
    take(K, intake, order, false)
    outcome = admitted(intake, order, '0')
  end
  write_intake(K, intake)
  return outcome
end)

-- known: what an idempotency key stands for already, for who would read much to ask again.
--   KEYS[1] base   ARGV 1 digest of the key  2 fingerprint of the body
--   returns what `admit` does: {'replayed', id} or {'conflict'}; {} for a key that stands for nothing   O(1)
step('known', { 'no-writes' }, function(K, args) return known(K, args[1], args[2]) or {} end)

end
