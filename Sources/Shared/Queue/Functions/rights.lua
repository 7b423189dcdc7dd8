-- What is asked of Redis before it is believed to be able to hold a queue. Neither step changes anything.

-- A block: room.lua says why.
do

-- ready: whether steps that write are taken: a replica refuses this one, and so does a Redis whose disk fails, or that
-- misses the replicas that it must have.
--   KEYS[1] base   returns 1   O(1)
step('ready', { 'allow-oom' }, function() return 1 end)

-- Every command of the steps and of the processes, once, with arguments that could be meant: K is a key, C a channel.
local COMMANDS = {
  'DEL K', 'EXISTS K', 'GET K', 'GETRANGE K 0 1', 'HDEL K f', 'HEXISTS K f', 'HGET K f', 'HGETALL K', 'HINCRBY K f 1', 'HKEYS K',
  'HLEN K', 'HMGET K f', 'HSCAN K 0', 'HSET K f v', 'LINDEX K 0', 'LLEN K', 'LPOP K', 'LPOS K v', 'LPUSH K v', 'MGET K', 'PERSIST K',
  'PEXPIRE K 1', 'PTTL K', 'PUBLISH C m', 'PUBSUB NUMSUB C', 'RPUSH K v', 'SADD K v', 'SET K v', 'SMEMBERS K',
  'STRLEN K', 'TIME', 'XADD K * f v', 'XDEL K 1-1', 'XLEN K', 'XRANGE K - +', 'XREVRANGE K + -', 'XTRIM K MINID 1', 'ZADD K 1 m', 'ZCARD K',
  'ZCOUNT K 1 2', 'ZINCRBY K 1 m', 'ZPOPMIN K', 'ZRANDMEMBER K 1', 'ZRANGE K 0 1', 'ZREM K m', 'ZREMRANGEBYSCORE K 1 2',
  'ZREVRANK K m', 'ZSCAN K 0', 'ZSCORE K m',
  -- Of the processes.
  'BZPOPMIN K 1', 'PING', 'SCAN 0', 'SUBSCRIBE C',
}

-- Those whose first argument has rights of its own.
local HAS_SUBCOMMANDS = { PUBSUB = true }

-- The right that a refused command misses, as ACL SETUSER takes it. Redis refuses the command before it looks at its
-- keys and channels; asking for it once more changes nothing, since it is refused. What scripts may not do at all is
-- refused without a reason: where others miss the right to the same key or channel, so does it.
local function missing_right(K, words, seen)
  local refusal = redis.pcall(unpack(words))
  local message = type(refusal) == 'table' and refusal.err or ''
  local prefix = string.match(K, '^[^:]*') .. ':*'
  -- As Redis 7.0 says it, as later ones do, who name the key or channel, and as Valkey does.
  local function says(...)
    for _, words in ipairs({ ... }) do
      if string.find(message, words, 1, true) then return true end
    end
  end
  local kind = says('of the keys', "' key", 'access a key') and '~'
    or says('the channel', "' channel", 'access a channel') and '&'
  if kind then return kind .. prefix end
  local unsaid = words[1] == 'BZPOPMIN' and '~' or words[1] == 'SUBSCRIBE' and '&'
  if unsaid and seen[unsaid .. prefix] then return unsaid .. prefix end
  local name = string.lower(words[1])
  return '+' .. (HAS_SUBCOMMANDS[words[1]] and name .. '|' .. string.lower(words[2]) or name)
end

-- rights: what the user who asks may not do, and Sluice must.
--   KEYS[1] base   returns {right as ACL SETUSER takes it, or `-` and the name of a command that this Redis does not have, …}
--   O(commands)
step('rights', { 'allow-oom' }, function(K)
  local missing, seen = {}, {}
  for _, command in ipairs(COMMANDS) do
    local words = {}
    for word in string.gmatch(command, '%S+') do
      words[#words + 1] = word == 'K' and K .. 'rights' or word == 'C' and K .. 'rights' or word
    end
    -- A command that was renamed, or taken away, is an error here.
    local is_known, is_allowed = pcall(redis.acl_check_cmd, unpack(words))
    local right = not is_known and '-' .. words[1] or not is_allowed and missing_right(K, words, seen)
    if right and not seen[right] then
      seen[right] = true
      missing[#missing + 1] = right
    end
  end
  return missing
end)

end
