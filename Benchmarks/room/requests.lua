-- Sends a number of requests, each with another prompt, waits for the answer of each, and ends wrk. For one thread of wrk.
-- wrk's arguments after `--`: how many; each how manieth is a POST /jobs instead of a POST /query (0: none); a file for
-- the ids of jobs that were accepted and not answered (202); a file for some bodies of other answers than 200 and 202.
-- At the end it prints one line of JSON.

local BODIES_OF_A_STATUS = 3
local total, jobs_every, ids, bodies
-- wrk asks for one request more, which it does not send, to see how many are in one.
local sent = -1
local statuses, hits = {}, 0
answered = 0

function init(args)
  total, jobs_every = tonumber(args[1]), tonumber(args[2])
  ids, bodies = assert(io.open(args[3], "w")), assert(io.open(args[4], "w"))
end

function request()
  -- Nothing: the connection rests until the last answer is there.
  if sent == total then return "" end
  sent = sent + 1
  local path = jobs_every > 0 and sent % jobs_every == 0 and "/jobs" or "/query"
  local body = '{"prompt":"What does request number ' .. sent .. ' cost us in the end?","max_tokens":64}'
  return wrk.format("POST", path, nil, body)
end

local function report()
  local parts = {}
  for status, count in pairs(statuses) do parts[#parts + 1] = string.format('"%d":%d', status, count) end
  return string.format('{"answered":%d,"hits":%d,"statuses":{%s}}\n', answered, hits, table.concat(parts, ","))
end

function response(status, headers, body)
  answered = answered + 1
  local count = (statuses[status] or 0) + 1
  statuses[status] = count
  if status == 202 then
    ids:write(body:match('"id" ?: ?"([^"]+)"') or "?", "\n")
  elseif status ~= 200 then
    if count <= BODIES_OF_A_STATUS then bodies:write(status, " ", (body:gsub("%s+", " ")), "\n") end
  elseif body:find('"cached": ?true') then
    hits = hits + 1
  end
  if answered == total then
    ids:close()
    bodies:close()
    io.write(report())
    io.flush()
    -- Stopping the thread would leave wrk asleep until its time is over.
    os.exit(0)
  end
end

local thread

function setup(own) thread = own end

-- Only when the time is over first.
function done(summary)
  local errors = summary.errors
  io.write(string.format(
    "%d answers came in time; of the connections %d could not be made, %d broke\n",
    thread:get("answered"), errors.connect, errors.read + errors.write))
end
