-- standing: how limits and budgets stand; takes nothing.
--   KEYS[1] base   ARGV 1 a demand as `admit` takes it, or ''
--   returns {{{limit, remaining, reset (ms)} of each limit of requests}, the same of tokens, {sum of each bound of what
--     waits}, {jobs of each bound of what runs}, {{spent, reserved} (nano-dollars) of each budget}}
--   O(limits + budgets)
step('standing', { 'allow-oom' }, function(K, args)
  local found = { {}, {}, {}, {}, {} }
  if args[1] == '' then return found end
  local parts, changes, fields, now = cmsgpack.unpack(args[1]), new_changes(), {}, now_us()
  local lists = held.unpack(args[1])
  held.add_fields(parts[6], lists, fields)
  held.know(K, changes, fields)
  for place, limits in ipairs({ parts[6], lists[1] }) do
    for index = 1, #limits, 4 do
      local tat = math.max(tat_of(K, changes, limits[index]), now)
      found[place][#found[place] + 1] = tighter({}, limits, index, place == 2, tat, now)
    end
  end
  for index = 1, #lists[2], 3 do found[3][#found[3] + 1] = held.sum_of(K, changes, 'q:' .. lists[2][index]) end
  for index = 1, #lists[3], 2 do found[4][#found[4] + 1] = held.sum_of(K, changes, 'n:' .. lists[3][index]) end
  for index = 1, #lists[4], 7 do
    local entry = held.spent_of(K, changes, lists[4], index, math.floor(now / 1000))
    found[5][#found[5] + 1] = { entry.spent, held.sum_of(K, changes, '$:' .. lists[4][index]) }
  end
  return found
end)
