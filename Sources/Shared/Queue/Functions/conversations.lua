-- Conversations (said.lua), as their clients read and change them.

-- A block: room.lua says why.
do

local LOOKED_AT, FORGOTTEN_AT_ONCE, STRAYS_AT_ONCE = 1000, 500, 4

-- Of a tenant's conversations those that were used longest ago leave its list where they are not there any more: whoever has
-- taken their places in `kept` did not know of them.
local function drop_strays(K, tenant)
  local key = K .. said.OF_TENANT .. tenant
  for _, id in ipairs(members_of(key, redis.pcall('ZRANGE', key, '0', text(STRAYS_AT_ONCE - 1)))) do
    if not said.head(K, id, tenant) then write_index('ZREM', key, id) end
  end
end

-- conversation_create: a conversation, with its first items if there are any.
--   KEYS[1] base   ARGV 1 id  2 tenant  3 id of the key that makes it, or ''  4 metadata or ''  5 items (JSON) or ''
--         6 how long (ms) it stays
--   returns when (ms) it was created   O(log conversations)
step('conversation_create', {}, function(K, args)
  local id, tenant, stays, now = args[1], args[2], tonumber(args[6]), now_ms()
  local head = { t = tenant, z = text(said.BYTES + #args[4]), v = 0, n = 0 }
  redis.call('HSET', K .. said.PREFIX .. id, 't', tenant, 'ct', text(now), 'md', args[4], 'z', head.z, 'v', '0', 'n', '0')
  if args[3] ~= '' then redis.call('HSET', K .. said.PREFIX .. id, 'ke', args[3]) end
  drop_strays(K, tenant)
  if args[5] == '' then
    said.use(K, id, head, 0, stays, now)
  else
    said.add(K, id, head, 'i - ' .. args[5], stays, now)
  end
  return now
end)

-- The id of the response that was added last, where its end is yet to be acknowledged by replicas; else ''.
local function untold_job(K, head)
  return head.dn and plain(redis.pcall('HGET', K .. 'j:' .. head.dn, 'ua')) and head.dn or ''
end

-- conversation: a conversation, and a page of its entries, the oldest first.
--   KEYS[1] base   ARGV 1 id  2 tenant  3 number of the entry behind which to begin
--         4 bytes after which a page ends; 0 for no entries
--   returns {} when the tenant has none of that id, or
--     {created (ms), metadata or '', id of the key that made it or '', how often it was changed, number to go on behind or '' at
--      the end, id of a response in it of whose end nobody may be told yet or '', bytes that it takes, number, entry, …}
--   O(entries), of which it looks at 1,000; a page may be empty before the end
step('conversation', { 'no-writes' }, function(K, args)
  local id, last, left = args[1], tonumber(args[3]), tonumber(args[4])
  local head = said.head(K, id, args[2])
  if not head then return {} end
  local page = { head.ct, head.md, head.ke or '', text(head.v), '', untold_job(K, head), head.z }
  -- One by one: what stands behind the page's end may be as large as all of it.
  local most = math.min(head.n, last + LOOKED_AT)
  while left > 0 and last < most do
    last = last + 1
    local entry = plain(redis.pcall('HGET', K .. said.PREFIX .. id, text(last)))
    if entry then
      page[#page + 1], page[#page + 2] = text(last), entry
      left = left - #entry
    end
  end
  if last < head.n then page[5] = text(last) end
  return page
end)

-- conversation_describe: its metadata are others.
--   KEYS[1] base   ARGV 1 id  2 tenant  3 metadata or ''  4 how long (ms) it stays
--   returns 1, or 0 when the tenant has none of that id   O(log conversations)
step('conversation_describe', {}, function(K, args)
  local head = said.head(K, args[1], args[2])
  if not head then return 0 end
  redis.call('HSET', K .. said.PREFIX .. args[1], 'md', args[3])
  said.use(K, args[1], head, #args[3] - #head.md, tonumber(args[4]), now_ms())
  return 1
end)

-- conversation_add: items are said by its client.
--   KEYS[1] base   ARGV 1 id  2 tenant  3 items (JSON)  4 most bytes that it may take  5 how long (ms) it stays
--   returns 'done', 'absent', 'locked' while a response in it is being made, or 'full'   O(log conversations)
step('conversation_add', {}, function(K, args)
  local id, items = args[1], args[3]
  local head = said.head(K, id, args[2])
  if not head then return 'absent' end
  if said.is_busy(K, head) then return 'locked' end
  if head.n >= said.MOST_ENTRIES or tonumber(head.z) + #items > tonumber(args[4]) then return 'full' end
  said.add(K, id, head, 'i - ' .. items, tonumber(args[5]), now_ms())
  return 'done'
end)

-- conversation_replace: entries are others, or gone.
--   KEYS[1] base   ARGV 1 id  2 tenant  3 how often it was changed when they were read, or '' where they say the same in another
--         form: of those only what nobody has read before is replaced  4 how long (ms) it stays  5… number, entry or ''
--   returns 'done', 'absent', or 'moved' when it was changed since   O(entries + log conversations)
step('conversation_replace', { 'allow-oom' }, function(K, args)
  local id, key, grown = args[1], K .. said.PREFIX .. args[1], 0
  local head = said.head(K, id, args[2])
  if not head then return 'absent' end
  local is_change = args[3] ~= ''
  if is_change and head.v ~= tonumber(args[3]) then return 'moved' end
  for index = 5, #args, 2 do
    local number, entry = args[index], args[index + 1]
    local old = plain(redis.pcall('HGET', key, number))
    if old and (is_change or old:sub(1, 1) == 'r') then
      if entry == '' then redis.call('HDEL', key, number) else redis.call('HSET', key, number, entry) end
      grown = grown + #entry - #old - (entry == '' and said.ENTRY_BYTES or 0)
    end
  end
  if is_change then redis.call('HSET', key, 'v', text(head.v + 1)) end
  said.use(K, id, head, grown, tonumber(args[4]), now_ms())
  return 'done'
end)

-- conversation_forget: it goes. The responses in it stay.
--   KEYS[1] base   ARGV 1 id  2 tenant   returns 1, or 0 when the tenant has none of that id   O(log conversations)
step('conversation_forget', { 'allow-oom' }, function(K, args)
  local head = said.head(K, args[1], args[2])
  if not head then return 0 end
  said.forget(K, args[1], head)
  return 1
end)

-- What is left of one that is not there goes.
local function forget_any(K, id, tenant)
  said.forget(K, id, said.head(K, id, tenant) or { t = tenant, z = '0' })
end

-- retain_conversations: those of a tenant go that were not used for so long.
--   KEYS[1] base   ARGV 1 tenant  2 how long (ms) they stay
--   returns {'1' when more are to be looked at, how many are gone}   O(conversations gone, of which there are 500 at most)
step('retain_conversations', { 'allow-oom' }, function(K, args)
  local key, most = K .. said.OF_TENANT .. args[1], FORGOTTEN_AT_ONCE
  local old = members_of(key, redis.pcall('ZRANGE', key, '-inf', text(now_ms() - tonumber(args[2])), 'BYSCORE', 'LIMIT', '0', text(most)))
  for _, id in ipairs(old) do forget_any(K, id, args[1]) end
  return { #old == most and '1' or '0', #old }
end)

-- user_forget_conversations: those go in which a response names a user.
--   KEYS[1] base   ARGV 1 tenant  2 user  3 cursor, 0 at the start
--   returns {cursor to go on with, '0' at the end, how many are gone}   O(conversations looked at)
step('user_forget_conversations', { 'allow-oom' }, function(K, args)
  local found = redis.pcall('ZSCAN', K .. said.OF_TENANT .. args[1], args[3], 'COUNT', text(FORGOTTEN_AT_ONCE))
  if found.err then return { '0', 0 } end
  local gone, ids = 0, found[2]
  for index = 1, #ids, 2 do
    if redis.pcall('HEXISTS', K .. said.PREFIX .. ids[index], 'u:' .. args[2]) == 1 then
      forget_any(K, ids[index], args[1])
      gone = gone + 1
    end
  end
  return { found[1], gone }
end)

end
