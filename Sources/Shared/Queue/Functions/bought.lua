-- What was bought for a job beside its answer: by attempts that broke off, were put aside or given up, or whose worker was
-- lost.
--
-- A worker tells it as a text, and a job keeps the sum of all in its field `pu`: what was bought before its present attempt.
--   <prompt tokens> <completion tokens> <nano-dollars> <lost> <1 when a price was not known> <when (ms)> <provider> <model>
-- `lost` is how many attempts are in it whose worker was lost. What those have bought nobody knows; they count as what they
-- had reserved, so that no hard budget is overspent: their tokens, and the most that they could cost. A worker that lives
-- has lost nothing (reclaim_one).
--
-- What was bought counts in limits and budgets at once, and in the record of usage when the job ends. The next attempt keeps
-- what is reserved; where money was spent of a hard budget it comes to its gates anew, since what is left may not pay for it.
--
-- A running job that is cancelled has ended before its worker can say what it bought. It has the field `ow` until then, which
-- says how many tokens are reserved for its answer, and what it holds, and stands in `owed`: its worker settles it
-- (`settle_job`, or its own step that comes too late), or who finds that none has. Its record of usage is written then, once.
--   owed  zset  jobs that have ended and are not settled, by the time (ms) at which somebody looks after them
do

-- How long (ms) a worker has to say what a cancelled job has bought; how much longer while it lives, and how often is looked.
local OWED_FOR, LIVING_OWE_FOR, LOOK_AGAIN = 20000, 60000, 5000
local SETTLED_AT_ONCE = 32
-- A job stays so long (ms) at least that is not settled.
held.OWED_STAYS = 600000
local MOST_TOKENS = 1e8
-- As admissions reckon where the client bounds no answer.
local USUAL_ANSWER = 1024
-- So many bytes of a request are looked through at its beginning and at its end.
local LOOKED_THROUGH = 65536

-- The parts of such a text; nil for anything else.
local function read(bought)
  local prompt, completion, nanos, lost, unpriced, provider, model =
    (bought or ''):match('^(%d+) (%d+) (%d+) (%d+) ([01]) %d+ (%S*) ?(.*)$')
  if not prompt then return nil end
  return {
    prompt = tonumber(prompt), completion = tonumber(completion), nanos = tonumber(nanos), lost = tonumber(lost),
    is_unpriced = unpriced == '1', provider = provider, model = model,
  }
end

held.read_bought = read

local function sum_of(before, bought)
  if not before then return bought end
  local last = bought.provider ~= '' and bought or before
  return {
    prompt = before.prompt + bought.prompt, completion = before.completion + bought.completion,
    nanos = before.nanos + bought.nanos, lost = before.lost + bought.lost,
    is_unpriced = before.is_unpriced or bought.is_unpriced, provider = last.provider, model = last.model,
  }
end

local function write(bought, now)
  return string.format('%d %d %d %d %d %d %s %s', bought.prompt, bought.completion, bought.nanos, bought.lost,
    bought.is_unpriced and 1 or 0, now, bought.provider, bought.model)
end

-- Kinds of tokens (ends.lua), and that a price was not known, or how many attempts were lost.
local function kinds_with(kinds, bought)
  local words = { kinds ~= '' and kinds or nil }
  if bought.is_unpriced and not kinds:find('u1', 1, true) then words[#words + 1] = 'u1' end
  if bought.lost > 0 then words[#words + 1] = 'l' .. text(bought.lost) end
  return table.concat(words, ' ')
end

-- The same as ends take it (record_usage).
function held.usage_of(bought)
  bought = read(bought)
  if not bought then return {} end
  return { bought.provider, bought.model, text(bought.prompt), text(bought.completion), text(bought.nanos),
    kinds_with('', bought) }
end

-- What a job used in all: by its last attempt, and by those before.
function held.in_all(before, usage)
  before = read(before)
  if not before then return usage end
  local has_answer = usage[1] and usage[1] ~= ''
  return {
    has_answer and usage[1] or before.provider, has_answer and usage[2] or before.model,
    text((tonumber(usage[3]) or 0) + before.prompt), text((tonumber(usage[4]) or 0) + before.completion),
    text((tonumber(usage[5]) or 0) + before.nanos), kinds_with(usage[6] or '', before), usage[7],
  }
end

-- How many tokens are reserved for a job's answer, as its stored request says: what stands before and behind its words is
-- looked through, and what stands in them has its quotation marks escaped. Nought for what answers nothing, as embeddings.
local function longest_answer(K, id)
  local key = K .. 'p:' .. id
  local head = plain(redis.pcall('GETRANGE', key, '0', text(LOOKED_THROUGH - 1))) or ''
  local tail = #head == LOOKED_THROUGH and plain(redis.pcall('GETRANGE', key, text(-LOOKED_THROUGH), '-1')) or ''
  for _, part in ipairs({ tail, head }) do
    local most = part:match('[{,]"max_tokens":(%d+)') or part:match('[{,]"max_completion_tokens":(%d+)')
    if most then return tonumber(most) end
  end
  local has_words = head:find('"messages":[', 1, true) or head:find('"turns":[', 1, true) or head:find('"completion":{', 1, true)
  return has_words and USUAL_ANSWER or 0
end

-- What an attempt counts as whose worker was lost. `job` has its id and its fields h and w, and ow where it has ended.
function held.lost_attempt(K, job)
  local lists = held.unpack(job.h)
  local tokens, budgets, amounts = lists[1], lists[4], lists[5]
  local most = math.min(tokens[4] and amounts[tokens[4]] or tonumber(job.w) or 0, MOST_TOKENS)
  local completion = math.min(most, tonumber((job.ow or ''):match('^a(%d+)$')) or longest_answer(K, job.id))
  return {
    prompt = most - completion, completion = completion, nanos = budgets[4] and amounts[budgets[4]] or 0, lost = 1,
    is_unpriced = not budgets[4], provider = '', model = '',
  }
end

-- Counts what was bought for a job in its limits and budgets. `job` has its fields h, pu and t, and id.
function held.buy(K, changes, job, bought, now)
  redis.call('HSET', K .. 'j:' .. job.id, 'pu', write(sum_of(read(job.pu), bought), now))
  local lists, shape = held.unpack(job.h)
  if not shape then return end
  held.know(K, changes, shape.fields_held, shape.owners_held)
  local tokens, used = lists[1], bought.prompt + bought.completion
  if #tokens > 0 and used > 0 then
    changes.now_us = changes.now_us or now_us()
    for index = 1, #tokens, 4 do
      local name = tokens[index]
      local cost = math.ceil(used * tokens[index + 2] / tokens[index + 1])
      held.set_tat(K, changes, name, math.max(held.tat_of(K, changes, name), changes.now_us) + cost)
    end
  end
  held.spend(K, changes, job, lists, bought.nanos, now)
end

-- The same for a job that ends in this step.
function held.lose(K, job, bought, now)
  local changes = new_changes()
  held.buy(K, changes, job, bought, now)
  write_changes(K, changes)
end

-- Whether another attempt must come to its gates anew.
local function must_come_anew(lists, bought)
  if bought.nanos == 0 then return false end
  for index = 2, #lists[4], 7 do
    if lists[4][index] == 1 then return true end
  end
  return false
end

-- A running job is queued again, in front of who came later, after its last attempt has bought something. `job` has its
-- fields t, l, h, pu, ct and ev, and id.
function held.begin_anew(K, job, bought, keep, now)
  local changes, id, lists = new_changes(), job.id, held.unpack(job.h)
  changes.keep = keep
  held.note_change(K, id, job.t)
  held.buy(K, changes, job, bought, now)
  add_to(changes.running, job.t, -1)
  redis.call('ZREM', K .. 'lease', id)
  redis.call('HSET', K .. 'j:' .. id, 's', 'queued')
  if must_come_anew(lists, bought) then
    held.give_back_gates(K, changes, lists)
    held.place(K, changes, id, { t = job.t, l = job.l }, lists, now, 1000 * (tonumber(job.ct) or now), true)
  else
    enqueue(K, id, job.l, job.t, true)
  end
  write_changes(K, changes)
  if job.ev and job_of(K, id)[3] == 'queued' then add_status(K, id) end
end

-- The same for one that is put aside for a while: it comes to its gates when its time has come.
function held.put_aside(K, job, bought, now)
  local changes, lists = new_changes(), held.unpack(job.h)
  held.note_change(K, job.id, job.t)
  held.buy(K, changes, job, bought, now)
  if must_come_anew(lists, bought) then
    held.give_back_gates(K, changes, lists)
    redis.call('HSET', K .. 'j:' .. job.id, 'gt', '-')
  end
  write_changes(K, changes)
end

-- A job that has ended is to be settled once it is known what it has bought.
function held.owe(K, changes, id, now)
  -- Its request goes: what was reserved for the answer would be known no more.
  redis.call('HSET', K .. 'j:' .. id, 'ow', 'a' .. text(longest_answer(K, id)))
  note_added(changes, 'owed', text(now + OWED_FOR), id)
end

-- Settles a job that has ended before it was known what it used. Returns what it was (told_of).
local function pay(K, id, usage, keep)
  local key, now, changes = K .. 'j:' .. id, now_ms(), new_changes()
  local job = fields_of(K, id)
  changes.keep = keep
  held.note_change(K, id, job.t)
  redis.call('HDEL', key, 'ow')
  redis.call('ZREM', K .. 'owed', id)
  if job.h then held.settle(K, changes, job, usage, now) end
  if not job.nm then job.tags = string_at(K .. 'm:' .. id) end
  record_usage(K, id, job.s, job, held.in_all(job.pu, usage), tonumber(redis.call('HGET', key, 'ft')) or now)
  write_changes(K, changes)
  return told_of(job)
end

-- The same by who held it under `fence` when it was cancelled. Returns nothing where it was not to be settled.
function held.settle_late(K, id, fence, worker, usage, keep)
  local job = redis.pcall('HMGET', K .. 'j:' .. id, 'ow', 'f', 'by')
  if not job[1] or job[2] ~= fence or not is_by(job[3], worker) then return nil end
  return pay(K, id, usage, keep)
end

-- The same when its worker has not said so in time.
local function settle_overdue(K, id, keep, now)
  local job = redis.pcall('HMGET', K .. 'j:' .. id, 'ow', 'ft', 'by', 'h', 'w')
  if not job[1] then return redis.call('ZREM', K .. 'owed', id) end
  local is_alive = job[3] and now - last_seen(K, job[3]) <= SILENCE or redis.call('EXISTS', K .. 'grace') == 1
  if is_alive and now - (tonumber(job[2]) or 0) < LIVING_OWE_FOR then
    return redis.call('ZADD', K .. 'owed', text(now + LOOK_AGAIN), id)
  end
  pay(K, id, held.usage_of(write(held.lost_attempt(K, { id = id, h = job[4], w = job[5], ow = job[1] }), now)), keep)
end

function held.settle_all_overdue(K, keep, now)
  local due = members_of(K .. 'owed',
    redis.pcall('ZRANGE', K .. 'owed', '-inf', text(now), 'BYSCORE', 'LIMIT', '0', text(SETTLED_AT_ONCE)))
  for _, id in ipairs(due) do settle_due(K, 'owed', id, now, settle_overdue, keep, now) end
end

-- settle_job: a worker has given up a job, and says what it has bought for it. Where the job was cancelled that settles it.
--   KEYS[1] base   ARGV 1 id  2 fence  3 worker  4 what was bought, or ''  5 keep (ms)
--   returns what the job was (told_of): it is settled now, 0: it was not to be   O(log jobs)
step('settle_job', { 'allow-oom' }, function(K, args)
  return held.settle_late(K, args[1], args[2], args[3], held.usage_of(args[4]), tonumber(args[5])) or 0
end)

end
