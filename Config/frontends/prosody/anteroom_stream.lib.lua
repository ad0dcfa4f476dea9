-- One event stream (Server-Sent Events) from anteroomd, taken up again with Last-Event-ID whenever it breaks.
--
-- on.event(name, data) gets each event, data being its JSON text; on.open(resumed) comes before the first one of a
-- connection, on.lost() after its last.

local new_parser = require "net.http.parser".new;
local now = require "util.time".monotonic;

local AGAIN_SECONDS = 0.25;
-- Where the daemon says no (the permission is missing), asking four times a second helps nobody.
local REFUSED_SECONDS = 5;
-- anteroomd says at least a comment every 15 seconds.
local SILENCE_SECONDS = 40;
-- The snapshot holds every open join of this front end in one event.
local LONGEST_EVENT = 64 * 1024 * 1024;

-- Takes the bytes of a stream and calls on(id, name, data) at each event's end.
local function event_reader(on)
	local rest, id, name, data = "", nil, nil, nil;
	local fields = {
		id = function (value) id = value; end;
		event = function (value) name = value; end;
		data = function (value) data = data and (data .. "\n" .. value) or value; end;
	};
	local function take(text)
		if text == "" then
			if data then on(id, name or "message", data); end
			id, name, data = nil, nil, nil;
			return;
		end
		local field, value = text:match("^([^:]+): ?(.*)$");
		if fields[field] then fields[field](value); end
	end
	return function (bytes)
		rest = rest .. bytes;
		local start = 1;
		while true do
			local finish = rest:find("\n", start, true);
			if not finish then break; end
			take((rest:sub(start, finish - 1):gsub("\r$", "")));
			start = finish + 1;
		end
		rest = rest:sub(start);
		return #rest < LONGEST_EVENT;
	end
end

return function (http, target, on)
	local stream = { open = false };
	local handle, heard, last_id;
	local listener = {};
	local connect;

	local function again(seconds)
		if not stream.closed then module:add_timer(seconds, function () connect(); end); end
	end

	local function begin(packet)
		if packet.code ~= 200 then return; end
		local read = event_reader(function (id, name, data)
			if id then last_id = id; end
			on.event(name, data);
		end);
		packet.body_sink = { write = function (_, bytes) return read(bytes); end };
		stream.open = true;
		on.open(last_id ~= nil);
	end

	function listener.onincoming(connection, bytes)
		heard = now();
		connection.parser:feed(bytes);
	end

	function listener.ondisconnect(connection)
		if connection ~= handle then return; end
		handle = nil;
		local refused = connection.refused;
		if stream.open then
			stream.open = false;
			on.lost();
		end
		again(refused and REFUSED_SECONDS or AGAIN_SECONDS);
	end

	function connect()
		if handle or stream.closed then return; end
		local connection = http.connect(listener);
		if not connection then return again(AGAIN_SECONDS); end
		handle, heard = connection, now();
		connection.parser = new_parser(function (packet)
			if packet.partial then
				if not packet.body_sink then begin(packet); end
				return;
			end
			-- A stream that ended, or an answer that is none.
			if packet.code ~= 200 then
				connection.refused = true;
				module:log("error", "anteroomd refuses the event stream with %d; nobody can come in until it is there."
					.. " Has this front end the permission `events`?", packet.code);
			end
			connection:close();
		end, function (trouble)
			module:log("warn", "The event stream cannot be read: %s", trouble);
			connection:close();
		end, "client");
		-- A number that the daemon does not hold any more is answered with a new snapshot.
		connection:write(http.head("GET", target, nil, nil, "Accept: text/event-stream\r\n"
			.. (last_id and ("Last-Event-ID: " .. last_id .. "\r\n") or "")));
	end

	module:add_timer(5, function ()
		if handle and now() - heard > SILENCE_SECONDS then handle:close(); end
		return not stream.closed and 5 or nil;
	end);

	function stream.close()
		stream.closed = true;
		if handle then handle:close(); end
	end

	connect();
	return stream;
end
