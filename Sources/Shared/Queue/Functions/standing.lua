-- standing: how limits and budgets stand; takes nothing.
--   KEYS[1] base   ARGV 1 a demand as `admit` takes it, or ''
--   returns {{{limit, remaining, reset (ms)} of each limit of requests}, the same of tokens, {sum of each bound of what
--     waits}, {jobs of each bound of what runs}, {{spent, reserved} (nano-dollars) of each budget}}
--   O(limits + budgets)
step('standing', { 'allow-oom' }, function(K, args)
  local found = { {}, {}, {}, {}, {} }
  if args[1] == '' then return found end
  local changes, now, shape = new_changes(), now_us(), held.shape(args[1])
  local lists = shape.lists
  held.know(K, changes, shape.fields, shape.owners)
  local function count_of(subject, kind)
    local names = held.names(subject)
    return held.value(K, changes, names.field, names[kind])
  end
  for place, limits in ipairs({ shape.requests, lists[1] }) do
    for index = 1, #limits, 4 do
      found[place][#found[place] + 1] = { held.state_of(K, changes, limits, index, place == 2, now) }
    end
  end
  for index = 1, #lists[2], 3 do found[3][#found[3] + 1] = count_of(lists[2][index], 'q') end
  for index = 1, #lists[3], 2 do found[4][#found[4] + 1] = count_of(lists[3][index], 'n') end
  for index = 1, #lists[4], 7 do
    local entry = held.spent_of(K, changes, lists[4], index, math.floor(now / 1000))
    found[5][#found[5] + 1] = { entry.spent, count_of(lists[4][index], 'r') }
  end
  return found
end)
