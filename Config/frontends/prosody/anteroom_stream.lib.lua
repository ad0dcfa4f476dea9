-- One event stream (Server-Sent Events) from anteroomd, taken up again with Last-Event-ID whenever it breaks.
--
-- on.event(name, data) gets each event that is named in on.events, data being its JSON text; on.open(resumed) comes
-- before the first one of a connection, on.lost() after its last.

local now = require "util.time".monotonic;
local json = module:require "anteroom_json";
local socket = module:require "anteroom_socket";

local AGAIN_SECONDS = 0.25;
-- Where the daemon says no (the permission is missing), asking four times a second helps nobody.
local REFUSED_SECONDS = 5;
-- anteroomd says at least a comment every 15 seconds.
local SILENCE_SECONDS = 40;
-- Every join makes several events. Waking for each would cost more than reading it, and nobody sees this delay.
local REST_SECONDS = 0.05;
-- What is to be done about it, in the words of connect(2).
local remedies = {
	["permission denied"] = "Is Prosody's user in the group of that socket, and was Prosody restarted since?";
	["no such file or directory"] = "Does anteroomd-frontend.socket run, and is `anteroom_socket` its path?";
	["connection refused"] = "Do anteroomd-frontend.socket and anteroomd run?";
};

-- A function that takes the bytes of a stream and calls on(id, name, data) for each event whose name is wanted, and
-- on(id) for the others: most tell this door what it did itself, and are not read.
local function event_reader(wanted, on)
	local rest = "";
	return function (bytes)
		if bytes:find("\r", 1, true) then bytes = bytes:gsub("\r\n", "\n"); end
		rest = rest == "" and bytes or rest .. bytes;
		local start = 1;
		while true do
			local finish = rest:find("\n\n", start, true);
			if not finish then break; end
			-- As anteroomd writes them, and without a copy of what is not wanted; then in any order.
			local id, name = rest:match("^id: (%d+)\nevent: ([%w._]+)\n", start);
			if not id or wanted[name] then
				local text, data = "\n" .. rest:sub(start, finish), nil;
				id, name = text:match("\nid: ?([^\n]*)"), text:match("\nevent: ?([^\n]*)");
				if wanted[name] then
					for line in text:gmatch("\ndata: ?([^\n]*)") do data = data and (data .. "\n" .. line) or line; end
				end
				on(id, name, data);
			else
				on(id, name);
			end
			start = finish + 2;
		end
		rest = rest:sub(start);
	end
end

return function (target, on)
	local stream = { open = false };
	local connection, heard, last_id, complaint;
	local connect;

	-- Once for each reason, and again after it was well: it is tried four times a second.
	local function complain(fault)
		if fault == complaint then return; end
		complaint = fault;
		module:log("error", "anteroomd cannot be reached at %s: %s; nobody can come in. %s", socket.path, fault,
			remedies[fault:lower()] or "See what anteroomd logs itself.");
	end

	local function again(seconds)
		if not stream.closed then module:add_timer(seconds, function () connect(); end); end
	end

	local function closed(which)
		if which ~= connection then return; end
		connection = nil;
		if stream.open then
			stream.open = false;
			on.lost();
		elseif not which.refused and not stream.closed then
			complain("closed without an answer");
		end
		again(which.refused and REFUSED_SECONDS or AGAIN_SECONDS);
	end

	local function heard_from(which, answer)
		heard = now();
		if answer.status == 200 and answer.chunk then
			if not stream.open then
				stream.open, complaint = true, nil;
				on.open(last_id ~= nil);
			end
			which.read(answer.chunk);
			return;
		end
		-- A stream that ended, or an answer that is none.
		if answer.status ~= 200 then
			which.refused = true;
			local code = answer.text and json.decode(answer.text, answer.from).code;
			module:log("error", "anteroomd refuses the event stream with %d (%s); nobody can come in until it is there."
				.. " Is there a [[frontend]] whose `user` is Prosody's, with the permission `events`?",
				answer.status, code or "no reason");
		end
		which.close();
	end

	function connect()
		if connection or stream.closed then return; end
		local fault;
		connection, fault = socket.connect(heard_from, closed, REST_SECONDS);
		if not connection then
			complain(fault);
			return again(AGAIN_SECONDS);
		end
		heard = now();
		connection.read = event_reader(on.events, function (id, name, data)
			if id then last_id = id; end
			if data then on.event(name, data); end
		end);
		-- A number that the daemon does not hold any more is answered with a new snapshot.
		connection.write(socket.head("GET", target, nil, nil, "Accept: text/event-stream\r\n"
			.. (last_id and ("Last-Event-ID: " .. last_id .. "\r\n") or "")));
	end

	module:add_timer(5, function ()
		if connection and now() - heard > SILENCE_SECONDS then connection.close(); end
		return not stream.closed and 5 or nil;
	end);

	function stream.close()
		stream.closed = true;
		if connection then connection.close(); end
	end

	connect();
	return stream;
end
