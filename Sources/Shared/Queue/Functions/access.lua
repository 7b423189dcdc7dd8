-- Records of tenants and keys, and the log of all that administrators change. Records are text to these steps; what reads
-- them is Sources/Shared/Tenants.
--   tenant:<id>    string  a tenant's record
--   tenants        zset    ids of tenants, all with score 0
--   key:<id>       string  a key's record; never the key
--   keys           zset    ids of keys, all with score 0: they sort by the time at which they were made
--   keys:<tenant>  zset    the same of one tenant's; of `*`, keys of all tenants
--   epochs         hash    t:<tenant>, k:<key id> -> which version of the record it is: an admission that was judged by another
--                          is judged anew (admit.lua), and a record has it as its ETag. Greater than all before it, and the time
--                          (us): where a Redis takes over that lacks the last changes, none gets a number that they had.
--                          `floor` is the greatest of those that are gone with their records
--   leaving        zset    ids of tenants that are deleted, and whose keys are about to go; access_sweep
--   keeps          hash    tenant -> for how long (s) its results, events and usage are kept; retention.lua
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

-- Epochs of records that are gone. Who was judged by one is judged anew, since there is none; one of a record of the same name
-- that comes later is greater than all of these.
local function forget_epochs(K, fields)
  local floor = epoch_of(K, 'floor')
  for _, epoch in ipairs(redis.pcall('HMGET', K .. 'epochs', unpack(fields))) do
    floor = math.max(floor, tonumber(epoch) or 0)
  end
  write_index('HSET', K .. 'epochs', 'floor', text(floor))
  call_with_many('HDEL', K .. 'epochs', fields)
end

-- A record is another from now on. Returns its epoch.
local function next_epoch(K, field)
  local epoch = next_fence(math.max(epoch_of(K, field), epoch_of(K, 'floor')), now_us())
  write_index('HSET', K .. 'epochs', field, text(epoch))
  return epoch
end

-- How many of a tenant's keys one step takes away.
local KEYS_AT_ONCE = 250

-- Takes keys of a tenant that is deleted away. Returns how many.
local function sweep(K, tenant)
  local index, keys, fields = K .. 'keys:' .. tenant, {}, {}
  local ids = members_of(index, redis.pcall('ZRANGE', index, '0', text(KEYS_AT_ONCE - 1)))
  for place, id in ipairs(ids) do keys[place], fields[place] = K .. 'key:' .. id, 'k:' .. id end
  delete_all(keys)
  if #ids > 0 then forget_epochs(K, fields) end
  call_with_many('HDEL', K .. 'keyused', ids)
  call_with_many('ZREM', K .. 'keys', ids)
  call_with_many('ZREM', index, ids)
  if #ids < KEYS_AT_ONCE then
    write_index('ZREM', K .. 'leaving', tenant)
  else
    write_index('ZADD', K .. 'leaving', '0', tenant)
  end
  return #ids
end

-- Notes how long things of a tenant are kept, where its record says so.
local function note_retention(K, id, record)
  local is_read, members = pcall(cjson.decode, record or '')
  local retention = is_read and type(members) == 'table' and members.retention or {}
  local function seconds(name) return tonumber(type(retention) == 'table' and retention[name]) or 0 end
  local results, events, usage = seconds('results'), seconds('events'), seconds('usage')
  if results + events + usage == 0 then return write_index('HDEL', K .. 'keeps', id) end
  write_index('HSET', K .. 'keeps', id, string.format('%d %d %d', results, events, usage))
end

-- Takes a record away. A tenant's keys are good for nothing from then on; few go with it, many by steps of their own.
local function remove(K, kind, id, tenant)
  local key, indexes, field = places(K, kind, id, tenant)
  redis.call('DEL', key)
  for _, index in ipairs(indexes) do write_index('ZREM', index, id) end
  forget_epochs(K, { field })
  if kind ~= 'tenant' then
    return write_index('HDEL', K .. 'keyused', id)
  end
  write_index('HDEL', K .. 'keeps', id)
  write_index('HDEL', K .. 'keptat', id, id .. ':jobs')
  sweep(K, id)
end

-- Writes a record. Returns its epoch.
local function store(K, kind, id, tenant, record)
  local key, indexes, field = places(K, kind, id, tenant)
  redis.call('SET', key, record)
  for _, index in ipairs(indexes) do write_index('ZADD', index, '0', id) end
  if kind == 'tenant' then note_retention(K, id, record) end
  return next_epoch(K, field)
end

-- Limits whose rate is another from now on, four values each: name, numerator and denominator by which the time changes in which
-- what was used grows back, and the most (us) that this may be. What was used stays as many requests or tokens; it would be read
-- by the new rate.
local function rescale(K, limits)
  local changes, now = new_changes(), now_us()
  changes.now_us = now
  for index = 1, #limits, 4 do
    local name = limits[index]
    local used = held.tat_of(K, changes, name) - now
    if used > 0 then
      -- Less than a microsecond is a product that is no whole number any more.
      used = math.ceil(used * tonumber(limits[index + 1]) / tonumber(limits[index + 2]) - 0.001)
      held.set_tat(K, changes, name, now + math.min(used, tonumber(limits[index + 3])))
    end
  end
  write_changes(K, changes)
end

-- What speaks against a change, or nil.
local function objection(K, verb, kind, id, tenant, expected)
  local key, _, field = places(K, kind, id, tenant)
  local is_there = redis.call('EXISTS', key) == 1
  if verb == 'create' and is_there then return { 'exists' } end
  -- Keys that are about to go would come back to life.
  if verb == 'create' and kind == 'tenant' and plain(redis.pcall('ZSCORE', K .. 'leaving', id)) then return { 'leaving' } end
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
  if verb == 'delete' and kind == 'tenant' then
    local jobs = tonumber(plain(redis.pcall('HGET', K .. 'open', 'jobs:' .. id)) or 0)
    if jobs > 0 then return { 'open', jobs } end
  end
end

-- Writes an entry of the audit log that was made behind the one of the digest `previous`. `body` does what it tells of, and
-- nothing where that is not done. Returns {'moved', digest of the last} where another has written since, and nothing is done.
local function with_entry(K, previous, entry, digest, body)
  local last = string_at(K .. 'auditlast') or ''
  if last ~= previous then return { 'moved', last } end
  local is_done, reply = body()
  if not is_done then return reply end
  write_index('XADD', K .. 'audit', '*', 'entry', entry, 'digest', digest)
  redis.call('SET', K .. 'auditlast', digest)
  return reply
end

-- access_change: one change of an administrator, and its entry of the audit log, or neither.
--   KEYS[1] base
--   ARGV  1 create, update, delete, or note: of something else, only the entry is written  2 tenant or key  3 id
--         4 tenant of a key  5 record  6 epoch that it must have, or ''
--         7 '1' where budgets of the record are others: jobs that wait for one are to be looked at (bounds.lua)
--         8 digest of the entry before, '' for the first  9 entry  10 its digest
--         11… limits of the record whose rate is another (rescale): name, numerator, denominator, most (us)
--   returns {'done', epoch, 0 where the record is gone}; of a tenant with many keys access_sweep takes the rest away
--           {'moved', digest of the last entry}: another has written since; the entry is to be made anew
--           {'exists'}, {'absent'}, {'no-tenant'}, {'leaving'}, {'conflict', epoch}, {'open', jobs that have not ended}
--   O(log records + 250 keys)
step('access_change', {}, function(K, args)
  local verb, kind, id, tenant = args[1], args[2], args[3], args[4]
  local refusal = verb ~= 'note' and objection(K, verb, kind, id, tenant, args[6])
  if refusal then return refusal end
  return with_entry(K, args[8], args[9], args[10], function()
    local epoch = 0
    if verb == 'delete' then
      remove(K, kind, id, tenant)
    elseif verb ~= 'note' then
      epoch = store(K, kind, id, tenant, args[5])
      if args[11] then rescale(K, { unpack(args, 11) }) end
      if args[7] == '1' then
        write_index('ZADD', K .. 'rebound', text(epoch), tenant .. ' ' .. (kind == 'key' and id or ''))
      end
    end
    return true, { 'done', epoch }
  end)
end)

-- access_noted: a step of another file that an administrator takes, and its entry of the audit log, or neither: where the step
-- does not return 1 nothing was done, and nothing is written.
--   KEYS[1] base   ARGV 1 step  2 digest of the entry before  3 entry  4 its digest  5… arguments of the step
--   returns {'done', what the step returns} or {'moved', digest of the last entry}
step('access_noted', {}, function(K, args)
  return with_entry(K, args[2], args[3], args[4], function()
    local result = BODIES[args[1]](K, { unpack(args, 5) })
    return result == 1, { 'done', result }
  end)
end)

-- access_sweep: takes further keys of a tenant that is deleted away. The janitor goes on where a process did not.
--   KEYS[1] base   ARGV 1 tenant, or '' for any
--   returns how many keys are gone, or -1 where no such tenant is about to go   O(log records + 250 keys)
step('access_sweep', { 'allow-oom' }, function(K, args)
  local key = K .. 'leaving'
  local tenant = args[1] ~= '' and args[1] or members_of(key, redis.pcall('ZRANGE', key, '0', '0'))[1]
  if not tenant or not plain(redis.pcall('ZSCORE', key, tenant)) then return -1 end
  return sweep(K, tenant)
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
