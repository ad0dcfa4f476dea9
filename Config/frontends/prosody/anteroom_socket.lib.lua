-- HTTP/1.1 as a client on anteroomd's Unix socket, without waiting. Prosody's own net.http knows no Unix sockets,
-- and its connections pay for what a local socket does not need (timers, a turn of the poller before each write).
--
-- Prosody's garbage collector follows close behind: what is allocated here costs more than what is computed. So an
-- answer stays the one string that it came as, and whoever wants something out of it looks there.

local watchfd = require "net.server".watchfd;
local unix_socket = require "socket.unix";

local find, match, sub = string.find, string.match, string.sub;
local path = module:get_option_string("anteroom_socket", "/run/anteroom/frontend.sock");

local READ_BYTES = 65536;
-- anteroomd's answers are small, but for the first snapshot of an event stream.
local LONGEST = 64 * 1024 * 1024;

-- The value of a header between the start of an answer and the end of its head.
local function header(text, pattern, finish)
	local start, _, value = find(text, pattern);
	return start and start < finish and (value or true) or nil;
end

-- A chunk's start and length, and where the next one starts; nil where it is not there yet.
local function chunk_at(text, at)
	local digits, start = match(text, "^(%x+)[^\r\n]*\r\n()", at);
	if not digits then return nil; end
	local length = tonumber(digits, 16);
	if length > LONGEST then error("a chunk too long"); end
	if #text < start + length + 1 then return nil; end
	return start, length, start + length + 2;
end

-- A function that takes bytes as they come and calls on_answer with each {status, text, from, close}, whose body is
-- text from the position `from` on; or, while an event stream lasts, with {status, chunk}.
local function reader(on_answer)
	local rest, streaming = "", nil;

	local function read_chunked(status, at, streamed)
		local pieces = {};
		while true do
			local start, length, after = chunk_at(rest, at);
			if not start then
				if streamed then rest = sub(rest, at); end
				return nil;
			end
			if length == 0 then
				rest = sub(rest, after);
				return { status = status; text = table.concat(pieces); from = 1; close = streamed };
			end
			local chunk = sub(rest, start, start + length - 1);
			if streamed then on_answer({ status = status; chunk = chunk }); else pieces[#pieces + 1] = chunk; end
			at = after;
		end
	end

	local function read_one()
		if streaming then return read_chunked(streaming, 1, true); end
		local finish, last = find(rest, "\r\n\r\n", 1, true);
		if not finish then return nil; end
		local status = tonumber(match(rest, "^HTTP/1%.[01] (%d%d%d)")) or error("no answer of HTTP");
		if header(rest, "\r\n[Tt]ransfer%-[Ee]ncoding: *chunked", finish) then
			local streamed = header(rest, "\r\n[Cc]ontent%-[Tt]ype: *text/event%-stream", finish);
			if streamed then
				streaming, rest, last = status, sub(rest, last + 1), 0;
				on_answer({ status = status; chunk = "" }); -- It is open, though nothing may come for long.
			end
			return read_chunked(status, last + 1, streamed);
		end
		local length = tonumber(header(rest, "\r\n[Cc]ontent%-[Ll]ength: *(%d+)", finish) or "0");
		if #rest < last + length then return nil; end
		local answer = {
			status = status; text = rest; from = last + 1;
			close = header(rest, "\r\n[Cc]onnection: *close", finish);
		};
		-- One request at a time: nothing comes after its answer.
		if #rest > last + length then error("more than was asked for"); end
		rest = "";
		return answer;
	end

	return function (bytes)
		rest = rest == "" and bytes or rest .. bytes;
		if #rest > LONGEST then error("an answer too long"); end
		local answer = read_one();
		if answer then on_answer(answer); end
	end
end

local function head(method, target, bearer, body, more)
	return method .. " " .. target .. " HTTP/1.1\r\nHost: localhost\r\n"
		.. (bearer and "Authorization: Bearer " or "") .. (bearer or "") .. (bearer and "\r\n" or "")
		.. (body and "Content-Type: application/json\r\n" or "")
		.. (method == "GET" and "" or "Content-Length: ") .. (method == "GET" and "" or #(body or ""))
		.. (method == "GET" and "" or "\r\n") .. (more or "") .. "\r\n" .. (body or "");
end

-- A connection, or nil and why not. on_answer(connection, answer) gets what reader makes; on_closed(connection)
-- comes once, for whatever reason. With `rest_seconds` it reads no more often than that: what comes in a trickle is
-- then read by the handful.
local function connect(on_answer, on_closed, rest_seconds)
	local socket = (unix_socket.stream or unix_socket)();
	-- connect(2) on a Unix socket is done or refused at once, unless the backlog is full: that is a refusal too.
	socket:settimeout(0);
	local ok, fault = socket:connect(path);
	if not ok then
		socket:close();
		return nil, fault;
	end
	local connection, handle, unsent = { closed = false }, nil, "";
	local read = reader(function (answer) on_answer(connection, answer); end);

	function connection.close()
		if connection.closed then return; end
		connection.closed = true;
		handle:close();
		socket:close();
		on_closed(connection);
	end

	local function on_readable()
		local bytes, trouble, partial = socket:receive(READ_BYTES);
		bytes = bytes or partial;
		if bytes ~= "" then
			local ok, unreadable = pcall(read, bytes);
			if not ok then
				module:log("warn", "anteroomd's answer cannot be read: %s", unreadable);
				return connection.close();
			end
		end
		if trouble and trouble ~= "timeout" then return connection.close(); end
		if rest_seconds and not connection.closed then
			handle:set(false, unsent ~= "");
			module:add_timer(rest_seconds, function ()
				if not connection.closed then handle:set(true, unsent ~= ""); end
			end);
		end
	end

	local function on_writable()
		local sent, trouble, partial = socket:send(unsent);
		if not sent and trouble ~= "timeout" then return connection.close(); end
		unsent = sub(unsent, (sent or partial) + 1);
		handle:set(true, unsent ~= "");
	end

	function connection.write(bytes)
		if connection.closed then return; end
		local sent, trouble, partial = nil, nil, 0;
		if unsent == "" then
			sent, trouble, partial = socket:send(bytes);
			-- Closed by the other side: whoever waits for the answer hears of it by on_readable, not within this call.
			if sent or trouble ~= "timeout" then return; end
		end
		unsent = unsent .. sub(bytes, partial + 1);
		handle:set(true, true);
	end

	handle = watchfd(socket, on_readable, on_writable);
	handle:set(true, false);
	return connection;
end

return { connect = connect; head = head; path = path };
