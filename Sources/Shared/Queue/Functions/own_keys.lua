-- own_keys: which secrets a job's tenant brings for its providers. Workers that have tenants' secrets ask before they
-- ask a provider, so a change holds from the next job on.
--   KEYS[1] base   ARGV 1 id
--   returns {provider, name of the secret, …}; empty where the tenant brings none, or the job is gone; an error where the
--     tenant is gone: which keys were its own is not known any more   O(providers)
step('own_keys', { 'no-writes' }, function(K, args)
  local tenant = redis.pcall('HGET', K .. 'j:' .. args[1], 't')
  local record = type(tenant) == 'string' and redis.call('GET', K .. 'tenant:' .. tenant)
  -- Of the tenant `default` there need not be a record.
  if type(tenant) == 'string' and not record and tenant ~= 'default' then
    error('the tenant of the job is gone')
  end
  if not record then return {} end
  local names = {}
  for provider, name in pairs(cjson.decode(record).provider_keys or {}) do
    names[#names + 1], names[#names + 2] = provider, name
  end
  return names
end)
