-- Sends the requests of a file in turn and counts what comes back. Arguments: the file, and "repeat" or "once".
--
-- The file holds, for each request, its length in bytes on a line of its own and then its bytes. What it prints is read
-- by load.ts.

local ffi = require('ffi')
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } wall_time;
  int clock_gettime(int clock, wall_time *time);
]]
local monotonic = 1

local function now()
  local time = ffi.new('wall_time')
  ffi.C.clock_gettime(monotonic, time)
  return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

local requests, nextIndex, isRepeated = {}, 0, false
-- Asked for when every request was sent once, until the others are answered too; not counted.
local idle = 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'

-- Globals, so that `done` can read them from the thread.
startedAt, endedAt, answers, statuses, bodies = 0, 0, 0, {}, {}

local worker
function setup(thread)
  worker = thread
end

function init(arguments)
  local file = assert(io.open(arguments[1], 'rb'))
  isRepeated = arguments[2] == 'repeat'
  for length in function() return file:read('*l') end do
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  if nextIndex == 0 then startedAt = now() end
  nextIndex = nextIndex + 1
  if nextIndex > #requests then
    if not isRepeated then
      if endedAt == 0 then endedAt = now() end
      wrk.thread:stop()
      return idle
    end
    nextIndex = 1
  end
  return requests[nextIndex]
end

function response(status, headers, body)
  if endedAt > 0 then return end
  answers = answers + 1
  statuses[status] = (statuses[status] or 0) + 1
  local start = body:sub(1, 16)
  bodies[start] = (bodies[start] or 0) + 1
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(character) return string.format('\\u%04x', character:byte()) end) .. '"'
end

local function object(counts)
  local pairsOfIt = {}
  for key, count in pairs(counts) do
    pairsOfIt[#pairsOfIt + 1] = quoted(tostring(key)) .. ':' .. count
  end
  return '{' .. table.concat(pairsOfIt, ',') .. '}'
end

function done(summary, latency)
  local started, ended = worker:get('startedAt'), worker:get('endedAt')
  local seconds = ended > 0 and ended - started or summary.duration / 1e6
  print(string.format(
    'RESULT {"answers":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f,"statuses":%s,"bodies":%s}',
    worker:get('answers'), seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    object(worker:get('statuses')), object(worker:get('bodies'))
  ))
end
