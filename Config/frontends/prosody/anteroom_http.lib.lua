-- Requests to anteroomd over its Unix socket: a few connections, kept alive, one request on each at a time, the
-- rest in line. Nothing here waits: what depends on an answer goes on in a callback.
--
-- A request is never sent twice. A connection that broke may have been heard, and a join or a sign-in that is made
-- twice counts twice; so connections are given up before the daemon would close them, and a break is a failure.

local server = require "net.server";
local unix_socket = require "socket.unix";
local new_parser = require "net.http.parser".new;
local new_queue = require "util.queue".new;
local json = require "util.json";
local now = require "util.time".monotonic;

local path = module:get_option_string("anteroom_socket", "/run/anteroom/frontend.sock");
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

function http.head(method, target, bearer, body, more)
	return method .. " " .. target .. " HTTP/1.1\r\nHost: localhost\r\n"
		.. (bearer and ("Authorization: Bearer " .. bearer .. "\r\n") or "")
		.. (body and "Content-Type: application/json\r\n" or "")
		.. (method ~= "GET" and ("Content-Length: " .. #(body or "") .. "\r\n") or "")
		.. (more or "") .. "\r\n";
end

-- A connection, or nil and why not. connect(2) on a Unix socket is done or refused at once.
function http.connect(listener)
	local socket = (unix_socket.stream or unix_socket)();
	socket:settimeout(0);
	local ok, fault = socket:connect(path);
	if not ok then
		socket:close();
		return nil, fault;
	end
	return server.wrapclient(socket, path, 0, listener);
end

local function finish(request, answer, fault)
	local ok, trouble = xpcall(request.callback, debug.traceback, answer, fault);
	if not ok then module:log("error", "After %s %s: %s", request.method, request.name, trouble); end
end

local function send(connection, request)
	connection.request, busy[connection] = request, true;
	request.deadline = now() + request.seconds;
	connection.handle:write(request.bytes);
end

-- The connection is free again before the callback runs: what that asks next finds it warm.
local function answered(connection, packet)
	local request = connection.request;
	connection.request, busy[connection] = nil, nil;
	if packet.headers.connection == "close" then
		connection.handle:close();
	elseif line:count() > 0 then
		send(connection, line:pop());
	else
		connection.since = now();
		idle[#idle + 1] = connection;
	end
	finish(request, { status = packet.code, body = packet.body or "" });
end

local pump;
local listener = {};

function listener.onincoming(handle, data)
	local connection = handle.anteroom;
	if connection.request then
		connection.parser:feed(data);
	else
		handle:close(); -- Nobody asked.
	end
end

function listener.ondisconnect(handle)
	local connection = handle.anteroom;
	if not connection or connection.closed then return; end
	connection.closed, busy[connection] = true, nil;
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
	local handle, fault = http.connect(listener);
	if not handle then return nil, fault; end
	local connection = { handle = handle };
	connection.parser = new_parser(function (packet)
		if not packet.partial then answered(connection, packet); end
	end, function (trouble)
		module:log("warn", "anteroomd's answer cannot be read: %s", trouble);
		handle:close();
	end, "client");
	handle.anteroom = connection;
	open = open + 1;
	return connection;
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
			module:log("warn", "anteroomd did not answer %s %s in time", request.method, request.name);
			connection.handle:close();
		end
	end
	for index = #idle, 1, -1 do
		local connection = idle[index];
		if connection and time - connection.since > IDLE_SECONDS then connection.handle:close(); end
	end
	while line:count() > 0 and line:peek().deadline < time do finish(line:pop(), nil, "timeout"); end
	return 1;
end);

-- Asks. callback(answer) gets {status, body}, or callback(nil, fault). Options: bearer, body (a table), seconds to
-- wait, and name, which stands in the log for a target that it should not hold.
function http.call(method, target, options, callback)
	local body = options.body and json.encode(options.body);
	local seconds = options.seconds or patience;
	local request = {
		method = method; name = options.name or target; callback = callback; seconds = seconds;
		deadline = now() + seconds; bytes = http.head(method, target, options.bearer, body) .. (body or "");
	};
	if not line:push(request) then
		finish(request, nil, "the line is full");
		return;
	end
	pump();
end

-- The answer's object; an empty one where there is none.
function http.decode(answer)
	local value = answer and json.decode(answer.body);
	return type(value) == "table" and value or {};
end

return http;
