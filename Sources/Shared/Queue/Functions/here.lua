-- here: which founding of the shard this is. Who finds none founds it, so it is written once in the life of a deployment, and
-- anew after Redis has lost everything: a process that knew another one knows then that all jobs are gone.
--   KEYS[1] base   ARGV 1 a name for the founding, should there be none
--   returns the name of the founding   O(1)
step('here', { 'allow-oom' }, function(K, args)
  return write_index('SET', K .. 'here', args[1], 'NX', 'GET') or args[1]
end)
