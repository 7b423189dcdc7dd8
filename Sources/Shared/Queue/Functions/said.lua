-- Conversations: what was said in responses, one behind the other, and what clients have put between. A client reads and changes
-- them by the steps of conversations.lua; a response that is asked in one is added to it by the very step that ends its job.
--   conv:<id>        hash  a conversation; fields below
--   convs:<tenant>   zset  ids of a tenant's conversations by when (ms) they were used last
--   kept             zset  `<id> <bytes> <tenant>` of them, too: they share the bound of kept responses (kept.lua)
-- Fields of conv:<id>:
--   t tenant  ke id of the key that made it  ct created  md its client's metadata (JSON)  z bytes that it takes
--   v how often it was changed  n number of its last entry  jb the job that was asked in it last  dn the one that was added last
--   u:<name> 1 of each user whom a response in it names
--   <number> an entry, as it came: `i <id of the job that said it, or -> <items (JSON)>`, or until somebody has read it
--     `r <id of its job> <when (ms) it was asked> <bytes of what was asked> <what was asked, as in ask:<id>><its answer>`
-- A conversation that is gone, evicted or deleted while a response is made is not made anew by it.

local said = {
  PREFIX = 'conv:', OF_TENANT = 'convs:',
  -- What it takes beside its entries and an entry beside its content, about: a hash, its places in two sets; a field.
  BYTES = 800, ENTRY_BYTES = 60,
  -- As many entries were ever in one at most.
  MOST_ENTRIES = 10000,
}

function said.is_id(id) return id:sub(1, 4) == 'cnv_' end

-- What is known of a tenant's conversation beside its entries; nil where it has none of that id.
function said.head(K, id, tenant)
  local head = redis.pcall('HMGET', K .. said.PREFIX .. id, 't', 'z', 'v', 'n', 'jb', 'dn', 'ct', 'md', 'ke')
  if head[1] ~= tenant then return nil end
  return {
    t = head[1], z = head[2] or '0', v = tonumber(head[3]) or 0, n = tonumber(head[4]) or 0, jb = head[5], dn = head[6],
    ct = head[7] or '0', md = head[8] or '', ke = head[9],
  }
end

-- Whether the response that was asked in it last is being made. One that failed and is tried again by an operator is, too.
function said.is_busy(K, head)
  if not head.jb or head.jb == head.dn then return false end
  local job = redis.pcall('HMGET', K .. 'j:' .. head.jb, 's', 'ft')
  return (job[1] and not job[2]) and true or false
end

-- It takes `bytes` more, or less, and stays for `stays` (ms) from now on.
function said.use(K, id, head, bytes, stays, now)
  if write_index('ZREM', K .. 'kept', finished_member(id, head.z, head.t)) == 1 then add_bytes(K, 'kept', -head.z) end
  head.z = text(tonumber(head.z) + bytes)
  write_index('ZADD', K .. 'kept', text(now + stays), finished_member(id, head.z, head.t))
  add_bytes(K, 'kept', head.z)
  write_index('ZADD', K .. said.OF_TENANT .. head.t, text(now), id)
  redis.call('HSET', K .. said.PREFIX .. id, 'z', head.z)
  redis.call('PEXPIRE', K .. said.PREFIX .. id, text(stays))
end

function said.add(K, id, head, entry, stays, now)
  head.n, head.v = head.n + 1, head.v + 1
  redis.call('HSET', K .. said.PREFIX .. id, 'n', text(head.n), 'v', text(head.v), text(head.n), entry)
  said.use(K, id, head, #entry + said.ENTRY_BYTES, stays, now)
end

function said.forget(K, id, head)
  redis.call('DEL', K .. said.PREFIX .. id)
  write_index('ZREM', K .. said.OF_TENANT .. head.t, id)
  if write_index('ZREM', K .. 'kept', finished_member(id, head.z, head.t)) == 1 then add_bytes(K, 'kept', -head.z) end
end

-- The outcome of an order whose conversation refuses it, or nil: it is not there, has as many entries as it may, or is not
-- as it was when it was read, or about to be another.
function said.refusal(K, order)
  local ask = order.ask
  if not ask or not ask.conversation then return nil end
  local head = said.head(K, ask.conversation, order.tenant)
  if not head then return { 'conversation', 'absent' } end
  if head.n >= said.MOST_ENTRIES then return { 'conversation', 'full' } end
  if head.v ~= ask.version or said.is_busy(K, head) then return { 'conversation', 'locked' } end
end

-- An order is taken in: until its job has ended, the conversation in which it asks is busy.
function said.begin(K, order, now)
  local ask, shape = order.ask, order.shape
  local head = ask and ask.conversation and said.head(K, ask.conversation, order.tenant)
  if not head then return end
  -- One that a failover has lost, and that is taken in anew, does not take the place of a response that was asked since.
  if said.is_busy(K, head) then return end
  local key, named = K .. said.PREFIX .. ask.conversation, 0
  redis.call('HSET', key, 'jb', order.id)
  if shape and shape.user ~= '' and redis.call('HSET', key, 'u:' .. shape.user, '1') == 1 then
    named = #shape.user + said.ENTRY_BYTES
  end
  said.use(K, ask.conversation, head, named, ask.stays, now)
end

-- A response has its answer: what it was asked and answered is said, once, in the conversation in which it was asked last, if
-- in any.
function said.note_response(K, ask, job, tenant, created, answer, now)
  local head = ask and ask.conversation and said.head(K, ask.conversation, tenant)
  if not head or head.jb ~= job or head.dn == job then return end
  redis.call('HSET', K .. said.PREFIX .. ask.conversation, 'dn', job)
  local entry = 'r ' .. job .. ' ' .. created .. ' ' .. text(#ask.asked) .. ' ' .. ask.asked .. answer
  said.add(K, ask.conversation, head, entry, ask.stays, now)
end
