-- reserved: what a job has reserved of hard budgets. Workers ask before they buy a second answer for one job.
--   KEYS[1] base   ARGV 1 id
--   returns nano-dollars, or -1 where no hard budget counts the job, or it is gone   O(budgets)
step('reserved', { 'no-writes' }, function(K, args)
  local lists = held.unpack(plain(redis.pcall('HGET', K .. 'j:' .. args[1], 'h')))
  local budgets, amounts, most = lists[4], lists[5], -1
  for index = 1, #budgets, 7 do
    if budgets[index + 1] == 1 then most = math.max(most, amounts[budgets[index + 3]]) end
  end
  return most
end)
