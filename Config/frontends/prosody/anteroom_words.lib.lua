-- What Anteroom answers, in the words of XEP-0045.

local words = {};

-- Anteroom's role of a join → the role in the room. A role that is not here may listen and nothing else.
words.roles = { host = "moderator"; cohost = "moderator"; participant = "participant"; viewer = "visitor" };
setmetatable(words.roles, { __index = function () return "visitor"; end });

local away = { "wait"; "remote-server-timeout";
	"Nobody can be let in at the moment. Please try again in a little while." };
local later = { "wait"; "resource-constraint"; "Too many attempts, or too much to do. Please try again later." };
local nameless = { "modify"; "not-acceptable"; "This name cannot be used here. Please choose another one." };

local refusals = {
	["passcode-required"] = { "auth"; "not-authorized"; "This meeting asks for a passcode." };
	["join-refused"] = { "auth"; "not-authorized";
		"There is no such meeting, or the passcode is not right, or you may not join it." };
	["invalid-token"] = { "auth"; "not-authorized"; "Your sign-in has ended. Please sign in again." };
	["invite-required"] = { "auth"; "registration-required"; "This meeting is for those who were invited." };
	["sign-in-required"] = { "auth"; "registration-required"; "This meeting is for those who are signed in." };
	["second-factor-required"] = { "auth"; "registration-required";
		"This needs a sign-in with a second factor, which is not possible here." };
	["meeting-full"] = { "wait"; "service-unavailable"; "The meeting is full." };
	["meeting-locked"] = { "cancel"; "not-allowed"; "The meeting is locked." };
	["meeting-ended"] = { "cancel"; "item-not-found"; "The meeting is over." };
	["not-open-yet"] = { "cancel"; "not-allowed"; "The meeting is not open yet." };
	["notice-required"] = { "cancel"; "not-acceptable"; "The meeting asks for consent, which cannot be given here." };
	["client-too-old"] = { "cancel"; "not-acceptable"; "This kind of client is not let in." };
	["name-required"] = nameless; ["name-not-allowed"] = nameless; ["invalid-field"] = nameless;
	["too-many-attempts"] = later; ["busy"] = later; ["shutting-down"] = away; ["storage-full"] = later;
	["storage-unavailable"] = later;
};

words.away = away;

-- type, condition and text for a refusal's code; away for what is no word to the person (a missing permission).
function words.refusal(code)
	return refusals[code] or away;
end

local reasons = {
	opening = "You are waiting for the meeting to open.";
	host = "You are waiting for the host to come.";
	admission = "You are waiting to be let in by the host.";
	seat = "The meeting is full. You are waiting for a seat.";
};

function words.waiting(waiting)
	return (reasons[waiting and waiting["for"]] or "You are waiting to be let in.")
		.. " You need not do anything: you come in as soon as you are let in.";
end

words.denied = "You were not let in.";
words.removed = "You were removed from the meeting.";
words.sent_back = "You were sent back to wait.";
words.ended = "The meeting is over.";
words.expired = "You waited for too long. Please try again.";
words.barred = "You may not be in this meeting any more.";

return words;
