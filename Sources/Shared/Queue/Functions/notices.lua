-- What operators and tenants are told of limits and budgets: entries of the stream `notices`, each written by the step in
-- which it becomes true, and once a period.
--   tenant, subject, kind, percent of the budget that is spent, period: its start (ms), or since when it is refused
--   kind    spent: 50, 80 or 100 percent of a budget, the highest that was reached
--           refused: the first request that a hard budget has refused in its period, unless 100 percent were told
--           limited: a limit has refused requests for more than a minute; once an hour
--   refused:<subject>  string  `<first> <last>` refusal (ms) of a limit, and 0 for first once that was told

local tell_spent, tell_refused, tell_limited

do

local MOST_NOTICES = '10000'
local THRESHOLDS = { { 100, 4 }, { 80, 2 }, { 50, 1 } }
-- Refusals further apart (ms) are not one.
local APART, LONG, ONCE_IN = 60000, 60000, 3600000
-- How exactly (ms) the last refusal is known: not each is written down.
local GRAIN = 5000

local function append(K, tenant, subject, kind, percent, period)
  local key, reply = K .. 'notices', nil
  reply = redis.pcall('XADD', key, 'MAXLEN', '~', MOST_NOTICES, '*', 'tenant', tenant, 'subject', subject, 'kind', kind,
    'percent', text(percent), 'period', text(period))
  if type(reply) == 'table' and reply.err then
    if not reply.err:find('WRONGTYPE', 1, true) then raise(reply) end
    drop_stranger(key)
  end
end

local function has_told(entry, bit) return math.floor(entry.told / bit) % 2 == 1 end

-- Tells that more was spent of the budget at `index`, when that has crossed a threshold.
function tell_spent(K, tenant, budgets, index, entry)
  local percent = math.floor(entry.spent * 100 / budgets[index + 2])
  for place, threshold in ipairs(THRESHOLDS) do
    if percent >= threshold[1] then
      if has_told(entry, threshold[2]) then return end
      for lower = place, #THRESHOLDS do
        local bit = THRESHOLDS[lower][2]
        if not has_told(entry, bit) then entry.told = entry.told + bit end
      end
      entry.is_changed = true
      return append(K, tenant, budgets[index], 'spent', threshold[1], entry.start)
    end
  end
end

-- Tells that the budget at `index` has refused a request. All below 100 percent is told by that, too.
function tell_refused(K, tenant, budgets, index, entry)
  if has_told(entry, 4) then return end
  entry.told, entry.is_changed = 7, true
  append(K, tenant, budgets[index], 'refused', math.floor(entry.spent * 100 / budgets[index + 2]), entry.start)
end

-- Tells that a limit has refused requests for long.
function tell_limited(K, tenant, subject, now)
  local key = K .. 'refused:' .. subject
  local first, last = (string_at(key) or ''):match('^(%d+) (%d+)$')
  first, last = tonumber(first), tonumber(last)
  if first == 0 or (first and now >= last and now - last < GRAIN and now - first <= LONG) then return end
  if not first or now - last > APART or now < last then first = now end
  if now - first > LONG then
    append(K, tenant, subject, 'limited', 100, first)
    redis.call('SET', key, '0 ' .. text(now), 'PX', text(ONCE_IN))
  else
    redis.call('SET', key, text(first) .. ' ' .. text(now), 'PX', text(APART + GRAIN))
  end
end

-- notices: the oldest first.
--   KEYS[1] base   ARGV 1 notice after which to begin, or '0'  2 most
--   returns what XRANGE returns   O(log notices + most)
step('notices', { 'no-writes' }, function(K, args)
  local found = redis.pcall('XRANGE', K .. 'notices', args[1] == '0' and '-' or '(' .. args[1], '+', 'COUNT', args[2])
  return found.err and {} or found
end)

end
