-- What Prosody's rooms would allow by themselves, and must not: everything that decides who is in and who may do
-- what. The rooms themselves stay Prosody's.

local st = require "util.stanza";
local jid = require "util.jid";

local BY_ANTEROOM = "Who may be here is decided by Anteroom: use its own interface for that.";

-- Refuses on this component. is_inside(full address, room) says who is in, is_occupied(address in the room) the same
-- from the other side; passing() is the presence being let in.
return function (is_inside, passing, is_occupied)
	local function refuse(event, kind, condition, text)
		local room = jid.bare(event.stanza.attr.to);
		event.origin.send(st.error_reply(event.stanza, kind, condition, text, room));
		return true;
	end

	-- The last line of defence: whichever way a presence took, no room comes to be and nobody comes in by it.
	local function only_let_in(event)
		if passing() ~= event.stanza then
			module:log("warn", "A way in past Anteroom was tried by %s", event.stanza.attr.from);
			return refuse(event, "cancel", "not-allowed", BY_ANTEROOM);
		end
	end
	module:hook("muc-room-pre-create", only_let_in, 1000000);
	module:hook("muc-occupant-pre-join", only_let_in, 1000000);

	-- A name was judged when its owner came in.
	module:hook("muc-occupant-pre-change", function (event)
		if event.orig_occupant.nick ~= event.dest_occupant.nick then
			return refuse(event, "cancel", "not-allowed",
				"Names cannot be changed here. Leave, and join under the other name.");
		end
	end, 1000000);

	-- Nobody owns a room, also not who came first; nobody is barred or made more by another occupant.
	module:hook("muc-pre-set-affiliation", function (event) event.allowed = false; end, 1000000);
	module:hook("muc-pre-set-role", function (event)
		event.allowed, event.error, event.condition = false, "cancel", "not-allowed";
	end, 1000000);

	local function make_plain(room)
		room:set_public(false);
		room:set_persistent(false);
		room:set_password(nil);
		room:set_members_only(false);
	end
	-- After the defaults were set, whatever the configuration says of them.
	module:hook("muc-room-pre-create", function (event) make_plain(event.room); end, -900);

	-- A room from storage: made before there was Anteroom, or put aside because there were so many.
	module:hook("muc-room-restored", function (event)
		local room = event.room;
		make_plain(room);
		room._affiliations, room._affiliation_data = {}, {};
		for nick, occupant in room:each_occupant() do
			if not is_occupied(nick) then
				occupant.role = nil;
				room:save_occupant(occupant);
			end
		end
	end, 1000000);

	-- 201 says that a room was made, and asks its owner to configure it.
	module:hook("muc-broadcast-presence", function (event)
		event.x:maptags(function (tag)
			if tag.name == "status" and tag.attr.code == "201" then return nil; end
			return tag;
		end);
	end, 1000000);

	-- A room that is there and one that is not answer alike to whoever is not inside.
	local function insiders_only(event)
		local kind = event.stanza.attr.type;
		if kind == "error" or kind == "result" or kind == "unavailable" then return; end
		if not is_inside(event.stanza.attr.from, jid.bare(event.stanza.attr.to)) then
			-- By this word a client that pings itself in a room learns that it is not there (XEP-0410).
			local pings = event.stanza.name == "iq" and jid.resource(event.stanza.attr.to);
			return refuse(event, "cancel", pings and "not-acceptable" or "item-not-found");
		end
	end
	for _, name in ipairs {
		"presence/bare"; "presence/host"; "message/bare"; "message/full"; "message/host"; "iq/bare"; "iq/full";
	} do
		module:hook(name, insiders_only, 1001);
	end

	local function by_anteroom(event) return refuse(event, "cancel", "not-allowed", BY_ANTEROOM); end
	for _, name in ipairs {
		"iq-set/bare/http://jabber.org/protocol/muc#admin:query";
		"iq-get/bare/http://jabber.org/protocol/muc#owner:query"; "iq-set/bare/http://jabber.org/protocol/muc#owner:query";
		"iq-set/host/http://jabber.org/protocol/muc#admin:query";
		"iq-get/host/http://jabber.org/protocol/muc#owner:query"; "iq-set/host/http://jabber.org/protocol/muc#owner:query";
		"iq/bare/jabber:iq:register:query";
	} do
		module:hook(name, by_anteroom, 1000);
	end

	-- Asking the moderators for a voice: a role is given in Anteroom.
	module:hook("message/bare", function (event)
		local form = event.stanza:get_child("x", "jabber:x:data");
		local kind = require "util.dataforms".get_type(form);
		if form and kind == "http://jabber.org/protocol/muc#request" then return by_anteroom(event); end
	end, 1000);
end
