-- Records of tenants and keys, and the log of all that administrators change. Records are text to these steps; what reads
-- them is Sources/Shared/Tenants.
--   tenant:<id>    string  a tenant's record
--   tenants        zset    ids of tenants, all with score 0
--   key:<id>       string  a key's record; never the key
--   keys           zset    ids of keys, all with score 0: they sort by the time at which they were made
--   keys:<tenant>  zset    the same of one tenant's; of `*`, keys of all tenants
--   epochs         hash    t:<tenant>, k:<key id> -> how often the record was changed, also by its end: an admission that was
--                          judged by another is judged anew (admit.lua), and a record has it as its ETag
--   keyused        hash    key id -> when (ms) it was used last, coarsely
--   audit          stream  what was changed, each entry with the digest of the one before; nothing takes any of it away
--   auditlast      string  the digest of the last
-- Which key has which digest stands apart from all shards, and never changes: `sluice:{keys}:<digest>`.

-- A block: room.lua says why.
do

-- The places of a record: its key, its indexes and its field of `epochs`. `kind` is tenant or key.
local function places(K, kind, id, tenant)
  if kind == 'tenant' then return K .. 'tenant:' .. id, { K .. 'tenants' }, 't:' .. id end
  return K .. 'key:' .. id, { K .. 'keys', K .. 'keys:' .. tenant }, 'k:' .. id
end

local function epoch_of(K, field)
  return tonumber(plain(redis.pcall('HGET', K .. 'epochs', field)) or 0)
end

-- access: the records by which a request is judged.
--   KEYS[1] base   ARGV 1 tenant or ''  2 key id or ''
--   returns {tenant's record or '', its epoch, key's record or '', its epoch}   O(1)
step('access', { 'no-writes' }, function(K, args)
  return {
    args[1] ~= '' and string_at(K .. 'tenant:' .. args[1]) or '', epoch_of(K, 't:' .. args[1]),
    args[2] ~= '' and string_at(K .. 'key:' .. args[2]) or '', epoch_of(K, 'k:' .. args[2]),
  }
end)

-- access_epochs: whether records are still the same, and the time.
--   KEYS[1] base   ARGV fields of `epochs`   returns {now (ms), epoch, …}   O(fields)
step('access_epochs', { 'no-writes' }, function(K, args)
  local epochs = { now_ms() }
  for _, field in ipairs(args) do epochs[#epochs + 1] = epoch_of(K, field) end
  return epochs
end)

-- A page ends behind the record or entry with which it is so large, however many were asked for: a step is short, and its
-- answer is held in memory three times.
local LARGEST_PAGE = 2 * 1024 * 1024

-- Adds the records of a page. Returns whether any is left out, because the page is large enough.
local function add_records(K, page, index, ids, most)
  local is_of_tenants, bytes = index == 'tenants', 0
  for place = 1, math.min(#ids, most) do
    if bytes >= LARGEST_PAGE then return true end
    local id = ids[place]
    local record = string_at(K .. (is_of_tenants and 'tenant:' or 'key:') .. id)
    if record then
      bytes = bytes + #record
      page[#page + 1] = {
        id, record, epoch_of(K, (is_of_tenants and 't:' or 'k:') .. id),
        not is_of_tenants and plain(redis.pcall('HGET', K .. 'keyused', id)) or '',
      }
    else
      redis.call('ZREM', K .. index, id)
      count_orphan(K, index:match('^%a+'))
    end
  end
  return #ids > most
end

-- access_list: records in the order of their ids.
--   KEYS[1] base   ARGV 1 tenants, keys or keys:<tenant>  2 id behind which to begin, or ''  3 most
--   returns {'1' when there are more, {id, record, epoch, when it was used last (ms) or ''}, …}, fewer where they are large
--   O(log records + most)
step('access_list', { 'allow-oom' }, function(K, args)
  local index, most, page, has_more = args[1], tonumber(args[3]), { '0' }, nil
  local from = args[2] == '' and '-' or '(' .. args[2]
  -- Who goes on behind the last of a page needs one: ids without their records are out of the index by then.
  repeat
    local ids = members_of(K .. index, redis.pcall('ZRANGE', K .. index, from, '+', 'BYLEX', 'LIMIT', '0', text(most + 1)))
    has_more = add_records(K, page, index, ids, most)
  until #page > 1 or not has_more
  page[1] = has_more and '1' or '0'
  return page
end)

-- Takes a tenant's keys away with it. O(keys)
local function delete_keys(K, tenant)
  local index = K .. 'keys:' .. tenant
  for _, id in ipairs(members_of(index, redis.pcall('ZRANGE', index, '0', '-1'))) do
    redis.call('DEL', K .. 'key:' .. id)
    write_index('ZREM', K .. 'keys', id)
    write_index('HDEL', K .. 'keyused', id)
    write_index('HINCRBY', K .. 'epochs', 'k:' .. id, '1')
  end
  redis.call('DEL', index)
end

-- Writes a record, or takes it away. Returns its epoch.
local function change(K, verb, kind, id, tenant, record)
  local key, indexes, field = places(K, kind, id, tenant)
  if verb == 'delete' then
    redis.call('DEL', key)
    for _, index in ipairs(indexes) do write_index('ZREM', index, id) end
    if kind == 'tenant' then delete_keys(K, id) else write_index('HDEL', K .. 'keyused', id) end
  else
    redis.call('SET', key, record)
    for _, index in ipairs(indexes) do write_index('ZADD', index, '0', id) end
  end
  return write_index('HINCRBY', K .. 'epochs', field, '1')
end

-- What speaks against a change, or nil.
local function objection(K, verb, kind, id, tenant, expected, is_forced)
  local key, _, field = places(K, kind, id, tenant)
  local is_there = redis.call('EXISTS', key) == 1
  if verb == 'create' and is_there then return { 'exists' } end
  -- A key for a tenant that another has just deleted.
  if verb == 'create' and kind == 'key' and tenant ~= '*' and tenant ~= 'default'
    and redis.call('EXISTS', K .. 'tenant:' .. tenant) == 0 then
    return { 'no-tenant' }
  end
  -- One that is there always may have no record yet.
  if (verb == 'update' or verb == 'delete') and not is_there and not (verb == 'update' and kind == 'tenant' and id == 'default') then
    return { 'absent' }
  end
  if expected ~= '' and epoch_of(K, field) ~= tonumber(expected) then return { 'conflict', epoch_of(K, field) } end
  if verb == 'delete' and kind == 'tenant' and not is_forced then
    local jobs = tonumber(plain(redis.pcall('HGET', K .. 'open', 'jobs:' .. id)) or 0)
    if jobs > 0 then return { 'open', jobs } end
  end
end

-- access_change: one change of an administrator, and its entry of the audit log, or neither.
--   KEYS[1] base
--   ARGV  1 create, update, delete, or note: of something else, only the entry is written  2 tenant or key  3 id
--         4 tenant of a key  5 record  6 epoch that it must have, or ''  7 '1': a tenant with open jobs, too
--         8 digest of the entry before, '' for the first  9 entry  10 its digest
--   returns {'done', epoch}
--           {'moved', digest of the last entry}: another has written since; the entry is to be made anew
--           {'exists'}, {'absent'}, {'no-tenant'}, {'conflict', epoch}, {'open', jobs that have not ended}
--   O(log records + keys of a tenant that goes)
step('access_change', {}, function(K, args)
  local verb, kind, id, tenant = args[1], args[2], args[3], args[4]
  local refusal = verb ~= 'note' and objection(K, verb, kind, id, tenant, args[6], args[7] == '1')
  if refusal then return refusal end
  local last = string_at(K .. 'auditlast') or ''
  if last ~= args[8] then return { 'moved', last } end
  local epoch = verb == 'note' and 0 or change(K, verb, kind, id, tenant, args[5])
  write_index('XADD', K .. 'audit', '*', 'entry', args[9], 'digest', args[10])
  redis.call('SET', K .. 'auditlast', args[10])
  return { 'done', epoch }
end)

-- How many entries of the log are read at a time.
local ENTRIES_AT_ONCE = 16

-- audit: the log, newest first or oldest first.
--   KEYS[1] base   ARGV 1 place behind which to begin, or ''  2 most  3 '1' for the oldest first
--   returns {'1' when there are more, {place, entry, digest}, …}, fewer where they are large   O(log entries + most)
step('audit', { 'no-writes' }, function(K, args)
  local from, most, bytes, page = args[1], tonumber(args[2]), 0, { '0' }
  while true do
    local after, count = from ~= '' and '(' .. from, text(math.min(most - #page + 2, ENTRIES_AT_ONCE))
    local found
    if args[3] == '1' then
      found = redis.pcall('XRANGE', K .. 'audit', after or '-', '+', 'COUNT', count)
    else
      found = redis.pcall('XREVRANGE', K .. 'audit', after or '+', '-', 'COUNT', count)
    end
    if found.err or #found == 0 then return page end
    for _, entry in ipairs(found) do
      if #page > most or bytes >= LARGEST_PAGE then
        page[1] = '1'
        return page
      end
      page[#page + 1], bytes = { entry[1], entry[2][2], entry[2][4] }, bytes + #entry[2][2]
      from = entry[1]
    end
  end
end)

-- access_used: keys have been used.
--   KEYS[1] base   ARGV id of a key, when (ms), …   returns 1   O(keys)
step('access_used', {}, function(K, args)
  for index = 1, #args, 2 do
    if redis.call('EXISTS', K .. 'key:' .. args[index]) == 1 then
      write_index('HSET', K .. 'keyused', args[index], args[index + 1])
    end
  end
  return 1
end)

end
