-- Prosody with Anteroom at the door: a whole /etc/prosody/prosody.cfg.lua. Put your own domain for example.org.
-- What concerns Anteroom is marked; the rest is Prosody as usual.

-- Anteroom: where its modules are.
plugin_paths = { "/usr/local/lib/prosody/anteroom" }

-- Anteroom: these are the defaults.
-- anteroom_socket = "/run/anteroom/frontend.sock"
-- anteroom_timeout = 5            -- seconds for an answer; a sign-in may take 25
-- anteroom_connections = 16       -- kept open to anteroomd, for each of the two modules
-- anteroom_session_check = 120    -- seconds until a sign-in that was ended elsewhere ends the connection, too

-- Prosody begins to look for garbage anew as soon as its memory has grown by 5 %, which is half of what a join costs
-- it. A few megabytes more let it look at every doubling.
gc = { mode = "incremental"; threshold = 200 }

admins = { }
pidfile = "/run/prosody/prosody.pid"
log = { info = "*syslog" }

modules_enabled = { "roster"; "saslauth"; "tls"; "disco"; "ping"; "limits"; "posix" }
-- Anteroom: people of other servers are not let in, so there is no need to speak to other servers.
modules_disabled = { "s2s" }

limits = { c2s = { rate = "10kb/s" } }

-- A password crosses this connection, and so does a passcode: never without TLS.
c2s_require_encryption = true
ssl = { certificate = "/etc/prosody/certs/example.org.crt"; key = "/etc/prosody/certs/example.org.key" }

-- Anteroom: people with an account there, by its password. An account with a second factor cannot sign in here.
VirtualHost "example.org"
	authentication = "anteroom"

-- Guests: they need no account, only what the meeting asks for.
VirtualHost "guests.example.org"
	authentication = "anonymous"

-- Anteroom: every room is the meeting whose id it has for a name. "muc_anteroom" stands where "muc" would; it loads
-- "muc" itself, so that there are no rooms where it is missing.
Component "rooms.example.org" "muc_anteroom"
	-- Both are asked for: nobody owns a room, neither who comes first nor an admin of Prosody.
	muc_room_locking = false
	component_admins_as_room_owners = false
	-- Whoever comes later, or was waiting meanwhile, does not read what was said before.
	muc_room_default_history_length = 0
	-- More rooms than that at once are put aside to disk.
	muc_room_cache_size = 10000
