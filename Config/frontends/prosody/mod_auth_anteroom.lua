-- Sign-in by Anteroom: SASL PLAIN becomes POST /v1/sessions. Prosody keeps no password, and the session's token
-- stays beside the connection that it was made for: in no log, in no stanza, ended with the connection.

local async = require "util.async";
local new_sasl = require "util.sasl".new;
local http = module:require "anteroom_http";
local json = module:require "anteroom_json";

-- A password is hashed, in line behind others: longer than anything else may take.
local SIGN_IN_SECONDS = 25;
local UNBOUND_SECONDS = 60;
local check_seconds = module:get_option_number("anteroom_session_check", 120);

local tokens = {};   -- of each XMPP session that signed in

local function forget(session)
	local token = tokens[session];
	tokens[session] = nil;
	if token then http.call("DELETE", "/v1/sessions/current", token, nil, function () end); end
end

local function close(session, text)
	if not session.destroyed and session.close then session:close({ condition = "not-authorized", text = text }); end
	forget(session);
end

-- Whether the session may do more than enrol a second factor: true, false, or nil where nobody knows.
local function stands(token, callback)
	http.call("GET", "/v1/accounts/me", token, nil, function (answer)
		local said;
		if answer and answer.status == 200 then said = true; end
		if answer and (answer.status == 401 or answer.status == 403) then said = false; end
		callback(said);
	end);
end

-- Being connected is use, and keeps the session from idling out; and a session that was ended elsewhere
-- (a new password, an account disabled) takes its connection along.
local function watch(session)
	module:add_timer(check_seconds, function ()
		local token = tokens[session];
		if not token then return; end
		stands(token, function (still)
			if still == false then close(session, "Your sign-in has ended. Please sign in again."); end
		end);
		return check_seconds;
	end);
	module:add_timer(UNBOUND_SECONDS, function ()
		if tokens[session] and not session.full_jid then close(session, "No resource was bound."); end
	end);
end

local function ask(request)
	local answer, fault;
	local wait, done = async.waiter();
	request(function (...)
		answer, fault = ...;
		done();
	end);
	wait();
	return answer, fault;
end

-- The person hears only that it was a no, as for a wrong password; whoever runs this has to know why.
local function log_second_factor(username)
	module:log("info", "%s has or needs a second factor, and cannot sign in here", username);
end

-- The session's token; or false where the answer is no; or nil where there is none to be had.
local function sign_in(session, username, password)
	local answer = ask(function (callback)
		http.call("POST", "/v1/sessions", nil, json.object {
			{ "username", username }; { "password", password };
			{ "source", nil, session.ip and json.object { { "ip", session.ip } } };
		}, callback, SIGN_IN_SECONDS);
	end);
	if not answer or answer.status >= 500 then return nil; end
	-- 403 is about this front end and not about the password.
	if answer.status == 403 then
		module:log("error", "anteroomd refuses to be asked for a sign-in: %s. Is there a [[frontend]] whose `user` is"
			.. " Prosody's, with the permission `sessions`?", http.decode(answer).code or "no reason");
		return nil;
	end
	-- 200 is a challenge: there is a second factor, which PLAIN cannot show.
	if answer.status == 200 then log_second_factor(username); end
	if answer.status ~= 201 then return false; end
	local made = http.decode(answer);
	local account = made.session and made.session.account or {};
	local allowed = ask(function (callback) stands(made.token, callback); end);
	-- The address is the account's name and nobody else's, whatever two preparations make of one spelling.
	if allowed and account.username == username and not session.destroyed then return made.token; end
	tokens[session] = made.token;
	forget(session);
	if allowed == nil then return nil; end
	if allowed == false then log_second_factor(username); end
	return false;
end

local function handler_for(session)
	local away = false;
	local handler = new_sasl(module.host, {
		plain_test = function (_, username, password)
			local token = sign_in(session, username, password);
			away = token == nil;
			if not token then return nil; end
			tokens[session], session.anteroom_token = token, token;
			watch(session);
			return true, true;
		end;
	});
	-- A client that is told `not-authorized` throws a good password away.
	local process = handler.process;
	function handler:process(message)
		local status, condition, text = process(self, message);
		if status == "failure" and away then
			return "failure", "temporary-auth-failure", "Nobody can sign in at the moment.";
		end
		return status, condition, text;
	end
	function handler.clean_clone() return handler_for(session); end
	return handler;
end

module:hook("resource-unbind", function (event) forget(event.session); end, -100);

-- Without the tokens nothing could be checked or ended any more.
function module.unload()
	for session in pairs(tokens) do close(session, "The server is being changed."); end
end

local function unsupported() return nil, "Accounts are Anteroom's."; end

module:provides("auth", {
	get_sasl_handler = handler_for;
	-- Whether an account exists is nobody's business; who is here, is.
	user_exists = function (username) return prosody.hosts[module.host].sessions[username] ~= nil; end;
	test_password = unsupported; get_password = unsupported; set_password = unsupported;
	create_user = unsupported; delete_user = unsupported;
	users = function () return next, prosody.hosts[module.host].sessions, nil; end;
});
