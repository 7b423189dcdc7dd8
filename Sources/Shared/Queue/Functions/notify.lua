-- Whom a notice (notices.lua) goes to. Its job is claimed as any other; the worker queues a call for each webhook that
-- wants it and ends the job in one step, so that none is lost with the worker, and none is made twice.

-- A block: room.lua says why.
do

-- webhooks: whom a tenant wants called.
--   KEYS[1] base   ARGV 1 tenant
--   returns {{URL, event, …}, …}: without events it wants all; empty where there is no such tenant   O(webhooks)
step('webhooks', { 'no-writes' }, function(K, args)
  local record, webhooks = string_at(K .. 'tenant:' .. args[1]), {}
  local listed = record and cjson.decode(record).webhooks
  if type(listed) ~= 'table' then return webhooks end
  for _, webhook in ipairs(listed) do
    local events = webhook.events
    webhooks[#webhooks + 1] = { webhook.url, unpack(type(events) == 'table' and events or {}) }
  end
  return webhooks
end)

-- notify: queues the calls that a notice comes to, and ends its job.
--   KEYS[1] base   ARGV 1 id  2 fence  3 worker  4 keep (ms)  5… of each call: URL, request
--   returns 1: recorded, 0: stale, nothing was changed   O(calls log jobs)
step('notify', { 'allow-oom' }, function(K, args)
  local id = args[1]
  local job = job_to_end(K, id, args[2], args[3], 'succeeded')
  if not job then return 0 end
  for index = 5, #args, 2 do
    -- Of the notice and the URL, so that the same call is the same job.
    local call = 'whk_' .. id:sub(5, 14) .. redis.sha1hex(id .. ' ' .. args[index]):upper():sub(1, 26)
    deliveries.queue_once(K, call, job.t, deliveries.CALL, args[index + 1])
  end
  finish(K, id, 'succeeded', '', tonumber(args[4]), now_ms(), job)
  return 1
end)

end
