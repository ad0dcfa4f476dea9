-- Requests to anteroomd over its Unix socket: a few connections, kept alive, one request on each at a time, the
-- rest in line. Nothing here waits: what depends on an answer goes on in a callback.
--
-- A request is never sent twice. A connection that broke may have been heard, and a join or a sign-in that is made
-- twice counts twice; so connections are given up before the daemon would close them, and a break is a failure.

local new_queue = require "util.queue".new;
local now = require "util.time".monotonic;
local json = module:require "anteroom_json";
local socket = module:require "anteroom_socket";

local patience = module:get_option_number("anteroom_timeout", 5);
local most_connections = module:get_option_number("anteroom_connections", 16);

local LINE = 4096;
-- anteroomd closes a connection that said nothing for 75 seconds.
local IDLE_SECONDS = 50;

local http = {};
local idle, busy, open = {}, {}, 0;
local line = new_queue(LINE);

-- What a room's or a person's name smuggles into a path stays one segment of it.
function http.segment(text)
	return (text:gsub("[^%w%-_]", function (character) return ("%%%02X"):format(character:byte()); end));
end

local function finish(request, answer, fault)
	local ok, trouble = xpcall(request.callback, debug.traceback, answer, fault);
	if not ok then module:log("error", "After %s %s: %s", request.method, request.target, trouble); end
end

local function send(connection, request)
	connection.request, busy[connection] = request, true;
	request.deadline = now() + request.seconds;
	connection.write(request.bytes);
end

-- The connection is free again before the callback runs: what that asks next finds it warm.
local function answered(connection, answer)
	local request = connection.request;
	connection.request, busy[connection] = nil, nil;
	if answer.close or not request then
		connection.close();
	elseif line:count() > 0 then
		send(connection, line:pop());
	else
		connection.since = now();
		idle[#idle + 1] = connection;
	end
	if request then finish(request, answer); end
end

local pump;

local function closed(connection)
	busy[connection] = nil;
	open = open - 1;
	for index, other in ipairs(idle) do
		if other == connection then table.remove(idle, index); break; end
	end
	local request = connection.request;
	connection.request = nil;
	if request then finish(request, nil, "closed"); end
	pump();
end

local function new_connection()
	local connection, fault = socket.connect(answered, closed);
	if connection then open = open + 1; end
	return connection, fault;
end

function pump()
	while line:count() > 0 do
		local connection, fault = table.remove(idle), nil;
		if not connection and open < most_connections then connection, fault = new_connection(); end
		if connection then
			send(connection, line:pop());
		elseif fault and open == 0 then
			finish(line:pop(), nil, fault);
		else
			return; -- Whichever connection is free first goes on.
		end
	end
end

-- One look around a second is cheaper than a timer for each request.
module:add_timer(1, function ()
	local time = now();
	for connection in pairs(busy) do
		local request = connection.request;
		if request.deadline < time then
			module:log("warn", "anteroomd did not answer %s %s in time", request.method, request.target);
			connection.close();
		end
	end
	for index = #idle, 1, -1 do
		local connection = idle[index];
		if connection and time - connection.since > IDLE_SECONDS then connection.close(); end
	end
	while line:count() > 0 and line:peek().deadline < time do finish(line:pop(), nil, "timeout"); end
	return 1;
end);

-- Asks, with the session's or the join's token and a body of JSON where there are any. callback(answer) gets
-- {status, …} as anteroom_socket reads it, or callback(nil, fault).
function http.call(method, target, bearer, body, callback, seconds)
	seconds = seconds or patience;
	local request = {
		method = method; target = target; callback = callback; seconds = seconds; deadline = now() + seconds;
		bytes = socket.head(method, target, bearer, body);
	};
	if not line:push(request) then return finish(request, nil, "the line is full"); end
	pump();
end

-- The answer's object; an empty one where there is none.
function http.decode(answer)
	return answer and json.decode(answer.text, answer.from) or {};
end

-- What a pattern finds in the answer's body.
function http.find(answer, pattern)
	return answer.text:match(pattern, answer.from);
end

return http;
