-- Who answered a conversation last, for routes that keep it where its beginning is cached. KEYS[1] is the base
-- `sluice:{providers}`.
--   thread:<digest>  string  target   there for an hour after the conversation went on

-- A block: room.lua says why.
do

-- Providers keep the beginning of a prompt for five minutes to an hour after it was last used.
local THREAD_KEPT = '3600000'

-- thread_target: who answered last; the conversation goes on, so it is kept.
--   ARGV 1 digest   returns the target, nil where nobody did   O(1)
step('thread_target', { 'allow-oom' }, function(K, args)
  local target = redis.call('GET', K .. 'thread:' .. args[1])
  if target then redis.call('PEXPIRE', K .. 'thread:' .. args[1], THREAD_KEPT) end
  return target
end)

-- note_thread: a target has answered. Refused while Redis is full: a cache is missed then, and nothing else.
--   ARGV 1 digest  2 target   returns 1   O(1)
step('note_thread', {}, function(K, args)
  redis.call('SET', K .. 'thread:' .. args[1], args[2], 'PX', THREAD_KEPT)
  return 1
end)

end
