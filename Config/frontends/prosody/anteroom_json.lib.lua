-- JSON as it passes between this door and anteroomd. Prosody's util.json is made for more, goes through strings
-- character by character, and would be the larger part of what a join costs.

local byte, find, match, sub = string.byte, string.find, string.match, string.sub;

local json = {};

local function escaped(character) return ("\\u%04x"):format(byte(character)); end

function json.quote(text)
	return '"' .. text:gsub('[%c"\\\127]', escaped) .. '"';
end

-- An object of texts and of what is JSON already: {{name, text}, {name, nil, json}, …}; what is nil is left out.
function json.object(members)
	local parts = {};
	for _, member in ipairs(members) do
		local value = member[2] and json.quote(member[2]) or member[3];
		if value then parts[#parts + 1] = '"' .. member[1] .. '":' .. value; end
	end
	return "{" .. table.concat(parts, ",") .. "}";
end

function json.array(texts)
	local parts = {};
	for index, text in ipairs(texts) do parts[index] = json.quote(text); end
	return "[" .. table.concat(parts, ",") .. "]";
end

local plain = { b = "\b"; f = "\f"; n = "\n"; r = "\r"; t = "\t"; ['"'] = '"'; ["\\"] = "\\"; ["/"] = "/" };
local words = { ["true"] = true; ["false"] = false };
local DEEPEST = 32;

local function skip(text, at)
	local next_byte = byte(text, at);
	if next_byte and next_byte > 32 then return at; end
	return find(text, "[^ \t\r\n]", at) or error("ends too early");
end

local function read_string(text, at)
	local stop = find(text, '["\\]', at + 1) or error("string without end");
	if byte(text, stop) == 34 then return sub(text, at + 1, stop - 1), stop + 1; end
	local parts, start = {}, at + 1;
	while byte(text, stop) == 92 do
		parts[#parts + 1] = sub(text, start, stop - 1);
		local hex = match(text, "^u(%x%x%x%x)", stop + 1);
		if hex then
			local code, low = tonumber(hex, 16), match(text, "^\\u([dD][c-fC-F]%x%x)", stop + 6);
			start = stop + 6;
			if code >= 0xD800 and code < 0xDC00 and low then
				code, start = 0x10000 + (code - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00, stop + 12;
			end
			parts[#parts + 1] = utf8.char(code);
		else
			parts[#parts + 1] = plain[sub(text, stop + 1, stop + 1)] or error("no such escape");
			start = stop + 2;
		end
		stop = find(text, '["\\]', start) or error("string without end");
	end
	parts[#parts + 1] = sub(text, start, stop - 1);
	return table.concat(parts), stop + 1;
end

-- The value at a position, and the position after it. null is nil: nobody here tells it from nothing.
local function read(text, at, depth)
	at = skip(text, at);
	local first = byte(text, at);
	if first == 34 then return read_string(text, at); end
	if first ~= 123 and first ~= 91 then
		local number = match(text, "^%-?%d[%d.eE+-]*", at);
		if number then return tonumber(number), at + #number; end
		local word = match(text, "^%l+", at) or error("no value");
		if word ~= "null" and words[word] == nil then error("no value"); end
		return words[word], at + #word;
	end
	if depth > DEEPEST then error("too deep"); end
	local value, closing, count = {}, first + 2, 0;
	at = skip(text, at + 1);
	if byte(text, at) == closing then return value, at + 1; end
	while true do
		local key;
		if first == 123 then
			key, at = read_string(text, skip(text, at));
			at = skip(text, at);
			if byte(text, at) ~= 58 then error("no colon"); end
			at = at + 1;
		else
			count = count + 1;
			key = count;
		end
		value[key], at = read(text, at, depth + 1);
		at = skip(text, at);
		local after = byte(text, at);
		at = at + 1;
		if after == closing then return value, at; end
		if after ~= 44 then error("no comma"); end
	end
end

-- The object or list that a text is from a position on, or an empty one where it is none.
function json.decode(text, from)
	local ok, value = pcall(read, text, from or 1, 1);
	return ok and type(value) == "table" and value or {};
end

return json;
