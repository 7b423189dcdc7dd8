-- What operators and tenants are told of limits and budgets, each written by the step in which it becomes true, and once
-- a period. It stands in the stream `notices`, and is a job of its own kind, `whk_…`: the worker that takes it says it in
-- its log and queues a call for each of the tenant's webhooks (notify.lua). The request of such a job is the notice, as
-- JSON of texts:
--   id       the job's; the same whenever the same is told, so that a receiver knows what it has heard before
--   at       when it became true (ms)
--   tenant, subject, and user where the subject is one
--   kind     spent: 50, 80 or 100 percent of a budget, the highest that was reached
--            refused: the first request that a hard budget has refused or put off in its period, unless 100 percent were
--              told
--            limited: a limit has refused requests for more than five minutes
--   percent  of the budget that is spent
--   period   its start (ms), or since when the limit refuses; finish: its end (ms), where it has one and the step knows it
--   soft     1 for a soft budget
--   most, spent   of a budget (nano-dollars); most of a limit, and window (us) of one that has one
--
-- A limit refuses for long when no minute of more than five has passed without a refusal; the time for which a refusal told
-- the client to wait does not count. Only refused requests are looked at, and only some of these write.
--   refused:<subject>  string  `<first> <last> <good>`: refusals (ms), and when the next request would have been admitted;
--                              0 for first once that was told, for an hour

local notices = {}

do

local MOST_NOTICES = '10000'
-- Percent of a budget.
local THRESHOLDS = { 100, 80, 50 }
-- Refusals further apart (ms) are not one.
local APART, LONG, ONCE_IN = 60000, 300000, 3600000
-- How exactly (ms) the last refusal is known: not each is written down.
local GRAIN = 5000
-- No period ends so late (ms): it is for life.
local FOR_LIFE = 1e15
local ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

-- The id of a job that tells of something that became true at `time`: of the form of all ids, and the same for the same.
local function id_of(time, ...)
  local letters = {}
  for place = 10, 1, -1 do
    local digit = time % 32
    letters[place] = ALPHABET:sub(digit + 1, digit + 1)
    time = math.floor(time / 32)
  end
  return 'whk_' .. table.concat(letters) .. redis.sha1hex(table.concat({ ... }, ' ')):upper():sub(1, 26)
end

-- `owner` is whose the request is: t, its tenant, and user, or id of the job where it is not known whether it has one.
local function append(K, owner, notice)
  notice.tenant, notice.at = owner.t, text(now_ms())
  notice.id = id_of(tonumber(notice.period), notice.subject, notice.kind, notice.percent, notice.period, notice.most)
  if notice.subject:sub(1, 2) == 'u:' then
    notice.user = owner.user or owner.id and plain(redis.pcall('HGET', K .. 'j:' .. owner.id, 'us')) or nil
  end
  local fields, key = {}, K .. 'notices'
  for name, value in pairs(notice) do fields[#fields + 1], fields[#fields + 2] = name, value end
  local reply = redis.pcall('XADD', key, 'MAXLEN', '~', MOST_NOTICES, '*', unpack(fields))
  if type(reply) == 'table' and reply.err then
    if not reply.err:find('WRONGTYPE', 1, true) then raise(reply) end
    drop_stranger(key)
  end
  count(K, 'notice:' .. notice.kind)
  deliveries.queue_once(K, notice.id, owner.t, deliveries.NOTICE, cjson.encode(notice))
end

local function notice_of(budgets, index, entry, kind, percent)
  local finish = entry.finish and entry.finish < FOR_LIFE and text(entry.finish) or nil
  return {
    subject = budgets[index], kind = kind, percent = text(percent), period = text(entry.start), finish = finish,
    most = text(budgets[index + 2]), spent = text(entry.spent), soft = budgets[index + 1] == 0 and '1' or nil,
  }
end

-- What was told of a budget stands as the most (nano-dollars) that was told to be spent: so one that is raised is told of
-- anew, and jobs that were admitted before do not make it told once more.
local function tell_of(K, owner, entry, told, notice)
  entry.told, entry.is_changed = told, true
  append(K, owner, notice)
end

-- Tells that more was spent of the budget at `index`, when that has crossed a threshold.
function notices.spent(K, owner, budgets, index, entry)
  for _, percent in ipairs(THRESHOLDS) do
    local threshold = math.ceil(budgets[index + 2] * percent / 100)
    if entry.spent >= threshold then
      if threshold <= entry.told then return end
      return tell_of(K, owner, entry, threshold, notice_of(budgets, index, entry, 'spent', percent))
    end
  end
end

-- Tells that the budget at `index` has refused a request. All below 100 percent is told by that, too.
function notices.refused(K, owner, budgets, index, entry)
  local most = budgets[index + 2]
  if most <= entry.told then return end
  local percent = math.floor(entry.spent * 100 / most)
  tell_of(K, owner, entry, most, notice_of(budgets, index, entry, 'refused', percent))
end

-- Tells that a limit has refused requests for long. `limit` has its subject, most, window (us) if any, and after how many ms
-- the request may come again.
function notices.limited(K, owner, limit, now)
  -- Of RATE_LIMIT, those of addresses are nobody's.
  if limit.subject:find('^ip:') or limit.subject:find('^key:.*:ip:') then return end
  local key = K .. 'refused:' .. limit.subject
  local first, last, good = (string_at(key) or ''):match('^(%d+) (%d+) (%d+)$')
  first, last, good = tonumber(first), tonumber(last), tonumber(good)
  if first == 0 then return end
  local next_good = now + math.ceil(limit.wait or 0)
  if not first or now < last or now - math.max(last, good) > APART then
    first = now
  elseif now - first > LONG then
    append(K, owner, {
      subject = limit.subject, kind = 'limited', percent = '100', period = text(first), most = text(limit.most),
      window = limit.window and text(limit.window) or nil,
    })
    redis.call('SET', key, '0 0 0', 'PX', text(ONCE_IN))
    return
  elseif now - last < GRAIN and next_good <= good + GRAIN then
    return
  end
  redis.call('SET', key, text(first) .. ' ' .. text(now) .. ' ' .. text(next_good), 'PX',
    text(next_good - now + APART + GRAIN))
end

-- notices: the oldest first.
--   KEYS[1] base   ARGV 1 notice after which to begin, or '0'  2 most
--   returns what XRANGE returns   O(log notices + most)
step('notices', { 'no-writes' }, function(K, args)
  local found = redis.pcall('XRANGE', K .. 'notices', args[1] == '0' and '-' or '(' .. args[1], '+', 'COUNT', args[2])
  return found.err and {} or found
end)

end
