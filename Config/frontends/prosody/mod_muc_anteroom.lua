-- Rooms whose door is Anteroom's. Every presence that would enter is held here until anteroomd has said yes, and is
-- then let through; whoever loses the right to be inside is put out. Prosody's own mod_muc keeps the room.
--
-- This is the component's module, and loads mod_muc itself: where it fails to load, there are no rooms.

assert(module:get_host_type() == "component",
	"Use it as a component: Component \"rooms.example.org\" \"muc_anteroom\"");
assert(module:get_option_boolean("component_admins_as_room_owners") == false,
	"Set component_admins_as_room_owners = false: an admin of Prosody is no host of a meeting");
assert(module:get_option_boolean("muc_room_locking") == false,
	"Set muc_room_locking = false: a room has nobody who could unlock it");

local st = require "util.stanza";
local jid = require "util.jid";
local resourceprep = require "util.encodings".stringprep.resourceprep;
local http = module:require "anteroom_http";
local json = module:require "anteroom_json";
local words = module:require "anteroom_words";
local open_stream = module:require "anteroom_stream";
local guard_rooms = module:require "anteroom_room";

-- What took the right to be inside away comes right after the revocation, and says why.
local REASON_SECONDS = 0.05;
local MUC, MUC_USER = "http://jabber.org/protocol/muc", "http://jabber.org/protocol/muc#user";

-- One for each XMPP session and room, kept in the session as `anteroom_joins`:
--   origin, jid, room, meeting     who and where
--   presence, nick                 what was sent, without the passcode; what it asked to be called
--   state                          asking · waiting · told (a final answer is being fetched) · inside ·
--                                  revoked (put out; Anteroom may have it wait again) · out
--   join, ticket, role, occupant   what Anteroom said; the address inside
-- The ticket outlives the join: who was put out and comes again shows it, under whatever name.
local by_join = {};      -- those whose state Anteroom may still change
local by_occupant = {};  -- those inside
local early, earlier = {}, {};  -- events of joins whose own answer is still on its way
local passing;           -- the one that is being let in, during that call alone
local stream;
local muc;

local function entry_of(origin, room) return origin.anteroom_joins and origin.anteroom_joins[room]; end

local function settle(entry, state)
	if entry.occupant and by_occupant[entry.occupant] == entry then by_occupant[entry.occupant] = nil; end
	entry.state = state;
	if state == "out" then
		if entry.join and by_join[entry.join] == entry then by_join[entry.join] = nil; end
		if entry.origin.destroyed then entry.presence = nil; end
	elseif state == "inside" then
		by_occupant[entry.occupant] = entry;
	end
end

-- --- what the person is told ----------------------------------------------------------------------------

local function tell(entry, text)
	if entry.origin.destroyed then return; end
	module:send(st.message({ from = entry.room; to = entry.jid }, text)
		:tag("x", { xmlns = MUC_USER }):up());
end

local function refuse(entry, reason, text)
	settle(entry, "out");
	if entry.origin.destroyed then return; end
	entry.origin.send(st.error_reply(entry.presence, reason[1], reason[2], text or reason[3], entry.room));
end

-- --- what Anteroom is told ------------------------------------------------------------------------------

-- What concerns one person in one room is said in order, each after the answer to the last: leaving and coming again
-- on two connections could arrive the other way round.
local function say(entry, method, target, bearer, body, callback)
	local lane = entry.lane;
	if lane.busy then
		lane[#lane + 1] = function () say(entry, method, target, bearer, body, callback); end;
		return;
	end
	lane.busy = true;
	http.call(method, target, bearer, body, function (answer)
		lane.busy = false;
		if callback then callback(answer); end
		if not lane.busy and lane[1] then table.remove(lane, 1)(); end
	end);
end

local function report_drop(entry)
	say(entry, "POST", "/v1/joins/" .. http.segment(entry.join) .. "/left");
end

-- Of one's own will: the right to come back without knocking goes.
local function report_leave(entry)
	say(entry, "POST", "/v1/joins/self/leave", entry.ticket, nil, function (answer)
		-- A ticket dies with the session that it was made with, which may have ended first.
		if answer and answer.status == 401 then report_drop(entry); end
	end);
end

-- Not to be let in after all. An admission cannot be given back, only taken up and left.
local function report_withdrawal(entry, state)
	if state == "waiting" then
		return say(entry, "POST", "/v1/joins/self/withdraw", entry.ticket);
	end
	say(entry, "POST", "/v1/joins/" .. http.segment(entry.join) .. "/present");
	report_leave(entry);
end

-- --- in and out -----------------------------------------------------------------------------------------

local function put_out(entry, reason)
	if entry.state ~= "inside" then return; end
	local room, occupant = muc.get_room_from_jid(entry.room), entry.occupant;
	settle(entry, "revoked");
	-- 307, and 110 to the person: as a kick by nobody in the room.
	if room then room:set_role(true, occupant, nil, reason); end
end

local function report_presence(entry)
	say(entry, "POST", "/v1/joins/" .. http.segment(entry.join) .. "/present", nil, nil, function (answer)
		if not answer or answer.status == 200 then return; end
		if answer.status == 409 or answer.status == 404 then
			put_out(entry, words.barred);
		else
			module:log("error", "anteroomd does not take it that somebody is in: %d (%s)", answer.status,
				http.decode(answer).code or "no reason");
			-- Not for now, but until the configuration is another: whom Anteroom does not know to be in is not to stay.
			if answer.status == 403 then
				module:log("error", "Has this front end the permission `grants`?");
				put_out(entry, words.away[3]);
			end
		end
	end);
end

local function let_in(entry)
	if entry.origin.destroyed then
		report_withdrawal(entry);
		return settle(entry, "out");
	end
	local name = resourceprep(entry.nick, true);
	local occupant = name and (entry.room .. "/" .. name);
	local room = muc.get_room_from_jid(entry.room);
	if not occupant or by_occupant[occupant] or (room and room:get_occupant_by_nick(occupant)) then
		report_withdrawal(entry);
		return refuse(entry, { "cancel"; "conflict"; "Somebody with this name is already there." });
	end
	local presence = entry.presence;
	presence.attr.to = occupant;
	passing = entry;
	local ok, trouble = xpcall(module.fire_event, debug.traceback, module, "presence/full",
		{ origin = entry.origin; stanza = presence });
	passing = nil;
	if not ok then module:log("error", "Could not let somebody in: %s", trouble); end
	room = muc.get_room_from_jid(entry.room);
	if not (ok and room and room:get_occupant_by_real_jid(entry.jid)) then
		report_withdrawal(entry); -- The room would not have it, and has said so.
		return settle(entry, "out");
	end
	entry.occupant = occupant;
	settle(entry, "inside");
	report_presence(entry);
end

module:hook("muc-occupant-pre-join", function (event)
	if passing then event.occupant.role = words.roles[passing.role]; end
end, -50);

-- Only those who went by themselves or broke off are still `inside` here: put_out settles before it puts out.
module:hook("muc-occupant-left", function (event)
	local entry = by_occupant[event.nick];
	if not entry then return; end
	if event.stanza and not entry.origin.destroyed then report_leave(entry); else report_drop(entry); end
	settle(entry, "out");
end, 1000);

-- --- waiting --------------------------------------------------------------------------------------------

-- What only the person's own view of the join has: why it waits, and the host's words.
local function own_view(entry, callback)
	http.call("GET", "/v1/joins/self", entry.ticket, nil, function (answer)
		local view = http.decode(answer);
		local join = view.join or {};
		callback(answer, join, join.waiting or view.waiting or {}, view.message or join.message);
	end);
end

local function tell_waiting(entry)
	own_view(entry, function (_, join, waiting, message)
		if entry.state ~= "waiting" or join.state ~= "waiting" then return; end
		tell(entry, words.waiting(waiting));
		if waiting.message or message then tell(entry, waiting.message or message); end
	end);
end

local function hold(entry, waiting)
	by_join[entry.join] = entry;
	settle(entry, "waiting");
	if waiting then tell(entry, words.waiting(waiting)); else tell_waiting(entry); end
end

local refused_by_state = {
	denied = words.denied; removed = words.removed; expired = words.expired; withdrawn = words.expired;
};

-- Puts a join's state, wherever it was heard of, into effect.
local function apply(entry, state, role)
	entry.role = role or entry.role;
	if state == "admitted" or state == "present" then
		if entry.state == "waiting" then let_in(entry); end
	elseif state == "waiting" then
		put_out(entry, words.sent_back);
		if entry.state == "revoked" then hold(entry); end
	elseif refused_by_state[state] then
		if entry.state == "waiting" then
			entry.state = "told";
			own_view(entry, function (_, _, _, message)
				if entry.state ~= "told" then return; end
				refuse(entry, { "auth"; "forbidden"; refused_by_state[state] }, message);
			end);
		else
			-- First out, and then whatever the host had to say.
			put_out(entry, refused_by_state[state]);
			settle(entry, "out");
			own_view(entry, function (_, _, _, message) if message then tell(entry, message); end end);
		end
	end
end

-- --- asking ---------------------------------------------------------------------------------------------

local function admit(entry, join)
	if join.state == "waiting" then return hold(entry, join.waiting); end
	-- `left`: broken off a while ago, and still with the right to come back.
	if join.state ~= "admitted" and join.state ~= "present" and join.state ~= "left" then
		return refuse(entry, words.away);
	end
	by_join[entry.join] = entry;
	let_in(entry);
end

-- The members of an answer that every join has. By patterns, which no name can imitate (a quote inside a text comes
-- escaped), because decoding the rest would be a good part of what a join costs; where one is missing, by decoding.
local function read_join(entry, answer)
	local join = {
		id = http.find(answer, '"id":"(join_%w+)"'); state = http.find(answer, '"state":"(%a+)"');
		role = http.find(answer, '"role":"(%a+)"'); display_name = entry.nick;
	};
	local ticket = http.find(answer, '"ticket":"([%w_%-]+)"');
	local same_name = answer.text:find('"display_name":' .. json.quote(entry.nick), answer.from, true);
	if join.id and join.state == "admitted" and join.role and same_name and ticket then return join, ticket; end
	local said = http.decode(answer);
	return said.join, said.ticket;
end

local function refused(entry, answer)
	local code = http.decode(answer).code;
	if code == "permission-denied" or code == "peer-not-allowed" then
		module:log("error", "anteroomd refuses to be asked for a join: %s", code);
	end
	refuse(entry, words.refusal(code));
end

local function answered(entry, answer)
	if not answer or answer.status > 201 then return refused(entry, answer); end
	local join, ticket = read_join(entry, answer);
	if not join then return refused(entry, answer); end
	entry.join, entry.ticket, entry.role = join.id, ticket or entry.ticket, join.role;
	entry.nick = join.display_name or entry.nick;
	local changed = early[join.id] or earlier[join.id];
	if entry.gone or entry.origin.destroyed then
		report_withdrawal(entry, changed and changed.state or join.state);
		settle(entry, "out");
	elseif changed and changed.state ~= "waiting" then
		by_join[join.id], entry.state = entry, "waiting";
		apply(entry, changed.state, changed.role);
	else
		admit(entry, join);
	end
end

local function ask(entry, passcode)
	if not stream.open then return refuse(entry, words.away); end
	entry.state = "asking";
	local ip = entry.origin.ip;
	say(entry, "POST", "/v1/meetings/" .. http.segment(entry.meeting) .. "/joins", entry.origin.anteroom_token,
		'{"display_name":' .. json.quote(entry.nick)
			.. (passcode and ',"passcode":' .. json.quote(passcode) or "")
			.. (entry.ticket and ',"ticket":' .. json.quote(entry.ticket) or "")
			.. (ip and ',"source":{"ip":' .. json.quote(ip) .. "}" or "")
			.. ',"client":{"kind":"person","name":"xmpp"}}',
		function (answer) answered(entry, answer); end);
end

-- Takes the passcode out of the stanza, so that nothing behind this door ever has it.
local function take_passcode(presence)
	local passcode = presence:get_child("x", MUC):get_child_text("password");
	presence:maptags(function (tag)
		if tag.name == "x" and tag.attr.xmlns == MUC then
			tag:maptags(function (child) return child.name ~= "password" and child or nil; end);
		end
		return tag;
	end);
	return passcode ~= "" and passcode or nil;
end

local function enter(origin, stanza)
	local room = jid.bare(stanza.attr.to);
	local meeting, _, nick = jid.split(stanza.attr.to);
	local passcode = take_passcode(stanza);
	local before = entry_of(origin, room);
	if not meeting or origin.type ~= "c2s" then
		-- Nobody vouches for where the people of another server come from.
		origin.send(st.error_reply(stanza, "cancel", "not-allowed",
			"Only people who are connected to this server can come in.", room));
		return;
	end
	if before and before.state == "revoked" then settle(before, "out"); end
	if before and before.state ~= "out" then
		if before.asked ~= nick then
			origin.send(st.error_reply(stanza, "cancel", "not-allowed",
				"You asked to come in under another name. Leave first.", room));
		elseif before.state == "waiting" then
			before.presence = stanza;
			tell_waiting(before);
		end
		return;
	end
	local entry = {
		origin = origin; jid = stanza.attr.from; room = room; meeting = meeting; asked = nick; nick = nick;
		presence = stanza; state = "out"; ticket = before and before.ticket; lane = before and before.lane or {};
	};
	origin.anteroom_joins = origin.anteroom_joins or {};
	origin.anteroom_joins[room] = entry;
	ask(entry, passcode);
end

local function go(entry)
	if entry.state == "waiting" then
		report_withdrawal(entry, "waiting");
		settle(entry, "out");
	elseif entry.state == "asking" then
		entry.gone = true;
	else
		settle(entry, "out");
	end
end

module:hook("presence/full", function (event)
	local origin, stanza = event.origin, event.stanza;
	if passing and passing.presence == stanza then return; end
	local entry = entry_of(origin, jid.bare(stanza.attr.to));
	local inside = entry and entry.state == "inside";
	local kind = stanza.attr.type;
	if kind == "unavailable" and entry and not inside then
		go(entry);
		return true;
	elseif kind == nil and stanza:get_child("x", MUC) and not inside then
		enter(origin, stanza);
		return true;
	elseif kind == nil and inside then
		if stanza:get_child("x", MUC) then take_passcode(stanza); end
	elseif not inside and kind ~= "error" and kind ~= "unavailable" then
		origin.send(st.error_reply(stanza, "cancel", "item-not-found", nil, jid.bare(stanza.attr.to)));
		return true;
	end
end, 1000);

-- --- what Anteroom says by itself -----------------------------------------------------------------------

local events = {};

local function of_join(data) return data.join and by_join[data.join]; end

local function change_of_state(data)
	local entry = of_join(data);
	if entry and entry.state ~= "asking" then
		apply(entry, data.state, data.role);
	elseif data.join then
		early[data.join] = data;
	end
end
-- No answer is waited for as long as that.
module:add_timer(10, function ()
	if next(early) or next(earlier) then early, earlier = {}, early; end
	return 10;
end);
for _, name in ipairs { "admitted"; "waiting"; "denied"; "removed"; "sent_back"; "expired"; "withdrawn" } do
	events["join." .. name] = change_of_state;
end

events["join.role"] = function (data)
	local entry = of_join(data);
	if not entry or not data.role then return; end
	entry.role = data.role;
	local room = entry.state == "inside" and muc.get_room_from_jid(entry.room);
	if room then room:set_role(true, entry.occupant, words.roles[data.role]); end
end

events["join.message"] = function (data)
	local entry = of_join(data);
	if not entry then return; end
	own_view(entry, function (_, join, waiting, message)
		local text = waiting.message or message or join.message;
		if text then tell(entry, text); end
	end);
end

events["meeting.ended"] = function (data)
	local over = {};
	for _, entry in pairs(by_join) do
		if entry.meeting == data.meeting then over[#over + 1] = entry; end
	end
	for _, entry in ipairs(over) do
		put_out(entry, words.ended);
		if entry.state == "waiting" then refuse(entry, words.refusal("meeting-ended")); else settle(entry, "out"); end
	end
end

events["revocation"] = function (data)
	module:add_timer(REASON_SECONDS, function ()
		local entry = of_join(data);
		if entry then put_out(entry, words.barred); end
		http.call("POST", "/v1/revocations/" .. http.segment(tostring(data.revocation)) .. "/ack", nil, nil, function () end);
	end);
end

-- The whole truth of who is inside, for one meeting; and out with those who may not be any more.
local function send_roster(meeting, joins)
	http.call("PUT", "/v1/meetings/" .. http.segment(meeting) .. "/roster", nil,
		json.object { { "joins", nil, json.array(joins) } }, function (answer)
			if not answer or answer.status ~= 200 then
				module:log("warn", "The roster was not taken (%s)", answer and answer.status or "no answer");
				return;
			end
			for _, id in ipairs(http.decode(answer).barred or {}) do
				if by_join[id] then put_out(by_join[id], words.barred); end
			end
		end);
end

local function send_rosters(meetings)
	for _, entry in pairs(by_occupant) do
		local joins = meetings[entry.meeting] or {};
		meetings[entry.meeting] = joins;
		joins[#joins + 1] = entry.join;
	end
	for meeting, joins in pairs(meetings) do send_roster(meeting, joins); end
end

-- Joins that Anteroom believes in and nobody here knows: Prosody was restarted.
events["snapshot"] = function (data)
	local known, meetings = {}, {};
	for _, join in ipairs(data.joins or {}) do
		known[join.join] = join;
		if join.state == "present" then meetings[join.meeting] = meetings[join.meeting] or {}; end
	end
	send_rosters(meetings);
	local held = {};
	for id, entry in pairs(by_join) do held[id] = entry; end
	for id, entry in pairs(held) do
		local join = known[id];
		if join then
			apply(entry, join.state, join.role);
		elseif entry.state == "waiting" then
			own_view(entry, function (_, own) if own.state then apply(entry, own.state, own.role); end end);
		end
	end
end

local function on_event(name, text)
	-- Most admissions are known from the answer to the join.
	local known = name == "join.admitted" and by_join[text:match('"join":"(join_%w+)"')];
	if known and known.state == "inside" then return; end
	local ok, trouble = xpcall(events[name], debug.traceback, json.decode(text));
	if not ok then module:log("error", "After the event %s: %s", name, trouble); end
end

local function is_inside(address, room)
	local session = prosody.full_sessions[address];
	local entry = session and entry_of(session, room);
	return entry ~= nil and entry.state == "inside";
end

guard_rooms(is_inside, function () return passing and passing.presence; end, function (occupant)
	return by_occupant[occupant] ~= nil;
end);

stream = open_stream("/v1/events", {
	events = events; event = on_event;
	open = function (resumed)
		module:log("info", "anteroomd is there");
		if resumed then send_rosters({}); end
	end;
	lost = function () module:log("warn", "anteroomd is away: those inside stay, nobody new comes in"); end;
});

-- Last: there are no rooms before everything above is in place.
muc = module:depends "muc";

-- Without this module nobody watches the rooms: they close.
function module.unload()
	stream.close();
	for room in muc.live_rooms() do room:clear(); end
	require "core.modulemanager".unload(module.host, "muc");
end
