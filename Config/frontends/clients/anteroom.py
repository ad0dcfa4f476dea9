#!/usr/bin/env python3
"""A client of Anteroom in one file: Python 3.11 or later, standard library only. Use it as it is, or copy from it.

    anteroom = Anteroom("/run/anteroom/frontend.sock")

    join = anteroom.join("kq3vm-8tzpa-w2hfd", "Grace", passcode=typed)      # somebody who wants in
    if join.wait() == "admitted":
        hand_to_the_media_server(join.grant)

    session = anteroom.sign_in("ada", password, second_factor=ask)          # the host
    meeting = anteroom.meeting("kq3vm-8tzpa-w2hfd", session.token)
    for waiting in meeting.joins(state="waiting"):
        meeting.admit(waiting["id"])

    for event in anteroom.follow(put_out, inside):                          # the front end itself
        ...

anteroom.mjs is the same in JavaScript, word for word. As a command: anteroom.py --help.
"""

import codecs, contextlib, getpass, http.client, json, re, socket, sys, threading, time
from collections import namedtuple
from urllib.parse import quote, urlencode

FINAL = {"denied", "withdrawn", "expired", "removed"}   # nothing comes after these
SILENCE = 45       # seconds; a stream says something every 15, so one that is silent for so long is dead
LONG_POLL = 30     # seconds; the longest that the daemon holds a question
PAUSES = 0.1, 3.0  # seconds before asking again: the first, doubled each time up to the last

Event = namedtuple("Event", "id name data")                  # `data` is read from its JSON
Session = namedtuple("Session", "token session known_device")


class Problem(Exception):
    """The daemon said no, and why (RFC 9457). Branch on `code`; `detail` is for people and may change."""

    def __init__(self, status, problem, retry_after=None):
        self.status, self.code = status, problem.get("code", "unknown")
        self.detail = problem.get("detail", "")
        self.pointer = problem.get("pointer")            # what in the body was wrong, as a JSON pointer
        self.required = problem.get("required", [])      # all that is still missing to get in
        self.retry_after = problem.get("retry_after", retry_after)   # seconds
        super().__init__(f"{self.status} {self.code}: {self.detail}")


class Unreachable(Exception):
    """No answer came. `asked` says whether the daemon may have got the request, and done what it asks."""

    def __init__(self, reason, asked):
        self.asked = asked
        super().__init__(f"no answer from Anteroom: {reason}")


@contextlib.contextmanager
def reaching(asked=True):
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(repr(error), asked) from error


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class EventParser:
    """Server-Sent Events out of bytes, cut anywhere, by the rules of the WHATWG's HTML standard."""

    def __init__(self, last_id=""):
        self.last_id = self._id = last_id
        self._text = codecs.getincrementaldecoder("utf-8-sig")("replace")   # a character may be cut by a chunk's border
        self._line, self._after_cr = "", False
        self._name, self._data = "", []

    def feed(self, chunk):
        """The events (id, name, text) that these bytes complete. What no empty line ended is never one."""
        text = self._text.decode(chunk)
        if self._after_cr and text:                      # CR and LF are one line end, also in two chunks
            text, self._after_cr = text.removeprefix("\n"), False
        if text:
            self._after_cr = text.endswith("\r")
        *lines, self._line = re.split("\r\n|\r|\n", self._line + text)
        return [event for event in map(self._take, lines) if event]

    def _take(self, line):
        if line == "":                                   # the end of an event
            # Not before: an event that was cut off must be asked for again.
            self.last_id, name, data = self._id, self._name, self._data
            self._name, self._data = "", []
            return (self.last_id, name or "message", "\n".join(data)) if data else None
        field, _, value = line.partition(":")            # a comment is a field without a name
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        elif field == "id" and "\0" not in value:
            self._id = value


class Anteroom:
    """One daemon. May be shared by threads: connections are kept alive and each is used by one at a time."""

    def __init__(self, path="/run/anteroom/frontend.sock", patience=10):
        self.path, self.patience = path, patience        # seconds that a request is tried again for
        self._idle, self._lock = [], threading.Lock()

    # --- asking -------------------------------------------------------------------------------------

    def request(self, method, path, body=None, bearer=None, safe=None, timeout=30):
        """The answer's JSON, or None where there is none. Raises Problem or Unreachable.

        A request is asked again, within `patience` and not before Retry-After, only where that is safe:
        - always, if it did not reach the daemon, or was refused at the door (`busy`, `shutting-down`);
        - on 429, 503 and lost connections, if it is `safe`: done twice it is as if done once. That is reading,
          the roster, and the acts that the daemon answers alike when they are done already.
        Never asked again are sign-in, second factor, join and redeem: nobody knows whether the lost one counted, a
        password shown again is one more guess, a one-time code and a grant are good once. Waiting out a 429 there
        is for the person to decide.
        """
        safe = method in ("GET", "PUT") if safe is None else safe
        until, pause = None, PAUSES[0]
        while True:
            try:
                return self._ask_once(method, path, body, bearer, timeout)
            except Problem as problem:
                if problem.code not in ("busy", "shutting-down") and not (safe and problem.status in (429, 503)):
                    raise
                failed, pause = problem, max(pause, problem.retry_after or 0)
            except Unreachable as lost:
                if lost.asked and not safe:
                    raise
                failed = lost
            until = until or time.monotonic() + self.patience   # of the trying again; a long poll may have been long
            if time.monotonic() + pause > until:
                raise failed
            time.sleep(pause)
            pause = min(2 * pause, PAUSES[1])

    def _ask_once(self, method, path, body, bearer, timeout):
        connection = self._connection(timeout)
        try:
            response = self._send(connection, method, path, body, bearer)
            with reaching():
                content = response.read()
        except Unreachable:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        return self._read(response, content)

    def _send(self, connection, method, path, body=None, bearer=None, headers=()):
        headers = dict(headers)
        if body is not None:
            body = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        if bearer is not None:
            headers["Authorization"] = "Bearer " + bearer
        with reaching(asked=False):
            if connection.sock is None:
                connection.connect()
        with reaching():
            connection.request(method, path, body, headers)
            return connection.getresponse()

    @staticmethod
    def _read(response, content):
        is_json = "json" in response.headers.get("Content-Type", "")
        answer = json.loads(content) if content and is_json else None
        if response.status < 400:
            return answer
        after = response.headers.get("Retry-After", "")
        raise Problem(response.status, answer or {}, int(after) if after.isdigit() else None)

    def _connection(self, timeout):
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                # The daemon says nothing unasked: readable means closed. Asking on it would leave open
                # whether the request arrived, and it could not be asked again.
                connection.sock.setblocking(False)
                try:
                    connection.sock.recv(1, socket.MSG_PEEK)
                except BlockingIOError:
                    connection.sock.settimeout(timeout)
                    return connection
                except OSError:
                    pass
                connection.close()
        return UnixConnection(self.path, timeout)

    # --- watching -----------------------------------------------------------------------------------

    def events(self, path="/v1/events", *, bearer=None, last=None, poll=False, opened=None, done=lambda: False):
        """What happens, from now on (first a `snapshot`) or after the number `last`, for as long as it is asked for.

        Connections come and go; nothing is lost between them and nothing comes twice, because each new one
        says which number was last. Ends where `done()`, raises Problem once the right to watch has ended
        (401, 403). `opened()` is called each time the daemon answered and before what it then tells.
        `poll` asks again and again instead: for where no stream gets through.
        """
        pause = PAUSES[0]
        while True:
            try:
                source = self._polled if poll else self._streamed
                for number, name, data in source(path, bearer, last, opened, done):
                    if last and name != "snapshot" and int(number) <= int(last):
                        continue
                    last, pause = number, PAUSES[0]
                    yield Event(number, name, data)
                ended = True   # as it should, and not cut off
            except Unreachable:
                ended = False
            except Problem as problem:
                if problem.status == 401 and done():     # its ticket went with it
                    return
                if problem.status not in (429, 503):
                    raise
                ended, pause = False, max(pause, problem.retry_after or 0)
            if ended and done():
                return
            time.sleep(pause)
            pause = min(2 * pause, PAUSES[1])

    def _streamed(self, path, bearer, last, opened, done):
        headers = {"Accept": "text/event-stream"}
        if last:
            headers["Last-Event-ID"] = last.encode()
        connection, parser = UnixConnection(self.path, SILENCE), EventParser(last or "")
        try:
            response = self._send(connection, "GET", path, bearer=bearer, headers=headers)
            if response.status != 200:
                self._read(response, response.read())
            if opened:
                opened()
            while True:
                with reaching():
                    chunk = response.read1(65536)
                if not chunk:
                    return
                for number, name, data in parser.feed(chunk):
                    yield number, name, json.loads(data)
        finally:
            connection.close()

    def _polled(self, path, bearer, last, opened, done):
        while True:
            query = urlencode({**({"after": last} if last else {}), "wait": LONG_POLL})
            answer = self._ask_once("GET", f"{path}?{query}", None, bearer, LONG_POLL + 30)
            if opened:
                opened = opened()   # and not again: between one question and the next nothing is lost
            for event in answer["events"]:
                yield event["id"], event["event"], event["data"]
            last = answer["after"]
            if not answer["events"] and done():
                return

    # --- people -------------------------------------------------------------------------------------

    def sign_in(self, username, password, *, second_factor=None, source=None):
        """A Session. `second_factor(methods)` asks the person and gives ("totp" or "recovery_code", code)."""
        more = {"source": source} if source else {}
        answer = self.request("POST", "/v1/sessions", {"username": username, "password": password, **more})
        if "challenge" in answer:
            method, code = second_factor(answer["methods"])
            answer = self.request("POST", "/v1/sessions/second-factor", {
                "challenge": answer["challenge"], "method": method, "code": code, **more})
        return Session(answer["token"], answer["session"], answer.get("known_device"))

    def sign_out(self, token):
        self.request("DELETE", "/v1/sessions/current", bearer=token)

    def join(self, meeting, display_name, *, bearer=None, ticket=None, **fields):
        """Asks to come in: a Join. `bearer` is the person's session; fields are passcode, invite, audience, source …

        After a reload show the `ticket`: it is the same join again, and not a second knock.
        """
        body = {"display_name": display_name, "ticket": ticket, **fields}
        body = {name: value for name, value in body.items() if value is not None}
        answer = self.request("POST", f"/v1/meetings/{quote(meeting, safe='')}/joins", body, bearer)
        return Join(self, answer.get("ticket", ticket), answer)

    def meeting(self, meeting, bearer):
        """The host's side. `bearer` is a session of the host or a cohost, or the ticket of their own join."""
        return Meeting(self, meeting, bearer)

    # --- the front end itself -----------------------------------------------------------------------

    def redeem(self, grant):
        """A grant was shown at the media server: lets it in, once. Redeemed, the join is `present`."""
        return self.request("POST", "/v1/grants/redeem", {"grant": grant})

    def introspect(self, grant):
        return self.request("POST", "/v1/grants/introspect", {"grant": grant}, safe=True)

    def present(self, join):
        """The media server checked the grant by itself and let this join in. On a 409 it must be put out."""
        return self.request("POST", f"/v1/joins/{quote(join, safe='')}/present", safe=True)["join"]

    def left(self, join):
        """The media server lost this join. Not its will: it may come back without knocking, for a while."""
        return self.request("POST", f"/v1/joins/{quote(join, safe='')}/left", safe=True)["join"]

    def roster(self, meeting, joins):
        """The whole truth of who is inside. Gives the ids of those who may not be: put them out."""
        answer = self.request("PUT", f"/v1/meetings/{quote(meeting, safe='')}/roster", {"joins": list(joins)})
        return answer["barred"]

    def acknowledge(self, revocation):
        """The person was put out. Unacknowledged for 5 s, the daemon raises an alarm."""
        self.request("POST", f"/v1/revocations/{quote(revocation, safe='')}/ack", safe=True)

    def follow(self, put_out, inside, *, last=None, poll=False):
        """All that happens to this front end's joins, with what a media server owes the daemon done on the way.

        `inside()` gives {meeting: [join, …]} of who is in now. It is told at the start and after each loss of the
        stream, once the new one stands: so what happens meanwhile is in the stream, and nobody slips through.
        `put_out(meeting, join)` throws somebody out, also if they are gone already; only when it came back is the
        revocation acknowledged. If it raises, it is not, and the daemon's alarm tells the operator.
        """
        owed = []

        def acknowledge():
            while owed:
                self.acknowledge(owed[0])
                owed.pop(0)

        def opened():
            for meeting, joins in inside().items():
                try:
                    barred = self.roster(meeting, joins)
                except Problem as problem:
                    if problem.status != 404:
                        raise
                    barred = joins   # there is no such meeting any more: nobody may be in it
                for join in barred:
                    put_out(meeting, join)
            acknowledge()

        for event in self.events("/v1/events", last=last, poll=poll, opened=opened):
            if event.name == "revocation":
                put_out(event.data["meeting"], event.data["join"])
                owed.append(event.data["revocation"])
                with contextlib.suppress(Unreachable):   # then the stream is lost too, and it is done with the next
                    acknowledge()
            yield event


class Join:
    """One person's attempt to get in. Keep `ticket` where only that person can get at it: with it a process that
    knows nothing else can make the same Join again, and `last` lets it go on where another left off."""

    def __init__(self, anteroom, ticket, answer=None):
        self.anteroom, self.ticket, self.last = anteroom, ticket, None
        self.id = self.state = self.role = self.grant = self.message = None
        if answer:
            self._learn(answer)

    def _learn(self, answer):
        """From an answer or a snapshot {join: {…}, grant?}, or from an event {join: id, state, …}."""
        join = answer["join"] if isinstance(answer["join"], dict) else {**answer, "id": answer["join"]}
        self.id, self.state, self.role = join["id"], join["state"], join.get("role", self.role)
        self.grant = answer.get("grant")
        self.message = answer.get("message") or (join.get("waiting") or {}).get("message") or self.message
        return self.state

    def _ask(self, method, path, **more):
        return self._learn(self.anteroom.request(method, path, bearer=self.ticket, **more))

    def look(self, *, wait=0):
        """The state now, or as soon as it changes within `wait` seconds; and a fresh grant, where there is a right."""
        return self._ask("GET", f"/v1/joins/self?wait={wait}", timeout=int(wait) + 30)

    def events(self, *, last=None, poll=False):
        """What happens to this join, until it is over."""
        done = lambda: self.state in FINAL | {"left"}   # noqa: E731
        path, last = "/v1/joins/self/events", last or self.last
        for event in self.anteroom.events(path, bearer=self.ticket, last=last, poll=poll, done=done):
            self.last = event.id
            self._learn(event.data)
            yield event
            if self.state in FINAL:
                return

    def wait(self, *, poll=False):
        """Returns the state as soon as it is decided, whatever happens to the daemon meanwhile."""
        if poll:
            while self.state in (None, "waiting"):
                try:
                    self.look(wait=LONG_POLL)
                except Unreachable:
                    time.sleep(PAUSES[1])   # `request` lost its patience; a person who waits has more
        else:
            for _ in self.events():
                if self.state != "waiting":
                    break
        return self.state

    def leave(self):
        """Was inside, and goes: gives the seat back, and with it the right to come back without knocking."""
        return self._ask("POST", "/v1/joins/self/leave", safe=True)

    def withdraw(self):
        """No longer wants in."""
        return self._ask("POST", "/v1/joins/self/withdraw", safe=True)


class Meeting:
    """What a host does. Every act may be done again without harm; one that is impossible is a 409."""

    def __init__(self, anteroom, meeting, bearer):
        self.anteroom, self.bearer, self.path = anteroom, bearer, f"/v1/meetings/{quote(meeting, safe='')}"

    def joins(self, *, state=None):
        """All of them, or those `waiting`, `present`, … page by page."""
        cursor = {}
        while cursor is not None:
            query = urlencode({"limit": 200, **({"state": state} if state else {}), **cursor})
            page = self.anteroom.request("GET", f"{self.path}/joins?{query}", bearer=self.bearer)
            yield from page["items"]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None

    def events(self, *, last=None, poll=False):
        return self.anteroom.events(f"{self.path}/events", bearer=self.bearer, last=last, poll=poll)

    def _act(self, verb, join=None, safe=True, **body):
        path = f"{self.path}/joins/{quote(join, safe='')}/{verb}" if join else f"{self.path}/{verb}"
        body = {key: value for key, value in body.items() if value is not None}
        return self.anteroom.request("POST", path, body or None, self.bearer, safe)

    def admit(self, join): return self._act("admit", join)["join"]

    def deny(self, join, *, reason=None, message=None, ban=None):
        """`reason` is for hosts and the audit, `message` for the person."""
        return self._act("deny", join, reason=reason, message=message, ban=ban)["join"]

    def remove(self, join, *, reason=None, message=None, ban=None):
        """Puts somebody out who is inside. They stay out, unless `ban` is False."""
        return self._act("remove", join, reason=reason, message=message, ban=ban)["join"]

    def send_back(self, join): return self._act("send-back", join)["join"]   # to the waiting room

    def admit_waiting(self, *, joins=None):
        """These, or all who wait and that nothing speaks against: {admitted, skipped}."""
        return self._act("admit-waiting", joins=joins)

    def message(self, text, *, join=None):
        """To one join, or to all who wait. Not safe to repeat: they would read it twice."""
        return self._act("message", join, safe=False, text=text)

    def lock(self): return self._act("lock")["meeting"]
    def unlock(self): return self._act("unlock")["meeting"]
    def suspend(self): return self._act("suspend")["meeting"]   # everybody but the hosts waits, and it is locked
    def end(self): return self._act("end")["meeting"]


# --- as a command, and for the conformance script ---------------------------------------------------------

USAGE = """usage: anteroom.py [--socket PATH] [--meeting ID] [--bearer FILE] DO [WORD ...] [OPTION=VALUE ...]

  sign_in USERNAME | join MEETING NAME | redeem | introspect
  present JOIN | left JOIN | roster MEETING JOIN... | follow
  with --bearer FILE, what `join` printed: look | wait | events | leave | withdraw
  with --meeting and --bearer FILE, what `sign_in` printed: joins [state=waiting] | admit JOIN
    deny JOIN [message=TEXT] | remove JOIN [message=TEXT] | send_back JOIN | admit_waiting
    message TEXT [join=JOIN] | lock | unlock | suspend | end | events [last=NUMBER]

Password, code, passcode and grant are asked for, or are lines of standard input: arguments can be seen by everybody."""


def ask(name):
    return getpass.getpass(name + ": ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def call(anteroom, do, words=(), options=None, meeting=None, bearer=None, asked=ask):
    """Does what a command says, with the object that it belongs to; gives what can be printed, or an iterator of it."""
    options, words = dict(options or {}), list(words)
    target = anteroom.meeting(meeting, bearer) if meeting else Join(anteroom, bearer) if bearer else anteroom
    if do == "sign_in":
        words.append(asked("password"))
        options["second_factor"] = lambda methods: ("totp", asked("code"))
    elif do == "join" and "ticket" not in options and "bearer" not in options:
        options["passcode"] = asked("passcode")
    elif do in ("redeem", "introspect"):
        words.append(asked("grant"))
    elif do == "roster":
        words[1:] = [words[1:]]
    elif do == "follow":   # whoever runs it plays the media server: nobody is inside, and who is put out is printed
        say = lambda meeting, join: print(f"put out {join} of {meeting}", file=sys.stderr, flush=True)   # noqa: E731
        words = [say, lambda inside=options.pop("inside", {}): inside]
    if do.startswith("_"):
        raise AttributeError(do)
    result = getattr(target, do)(*words, **options)
    if hasattr(result, "__next__"):
        return (plain(item) for item in result)
    return plain(target if isinstance(target, Join) else result)


def plain(value):
    if isinstance(value, Join):
        return {key: item for key, item in vars(value).items() if key != "anteroom"}
    return value._asdict() if isinstance(value, tuple) else value


def drive(anteroom):
    """One command a line, as JSON; a line for each event, if it has any, until the one named `until`; one at the end."""
    for line in sys.stdin:
        command = json.loads(line)
        secrets, until = command.pop("secrets", {}), command.pop("until", None)
        try:
            if command["do"] == "parse":
                parser = EventParser()
                result = [event for chunk in command["chunks"] for event in parser.feed(bytes.fromhex(chunk))]
            else:
                result = call(anteroom, **command, asked=secrets.get)
            answer = {"result": result} if not hasattr(result, "__next__") else {"ended": True}
            for item in result if "ended" in answer else []:
                print(json.dumps({"event": item}), flush=True)
                if until and item.get("name") == until:
                    break
            del result   # closes its stream
        except Problem as problem:
            answer = {"problem": vars(problem)}
        except Unreachable as lost:
            answer = {"unreachable": str(lost), "asked": lost.asked}
        print(json.dumps(answer), flush=True)


def main(arguments):
    options, words = {}, []
    while arguments and arguments[0] in ("--socket", "--meeting", "--bearer", "--drive"):
        name = arguments.pop(0)[2:]
        options[name] = name == "drive" or arguments.pop(0)
    anteroom = Anteroom(options.pop("socket", "/run/anteroom/frontend.sock"))
    if options.pop("drive", False):
        return drive(anteroom)
    if not arguments or arguments[0].startswith("-"):
        sys.exit(USAGE)
    do, given = arguments.pop(0), {}
    for word in arguments:
        name, equals, value = word.partition("=")
        if equals and name.isidentifier():
            given[name] = value
        else:
            words.append(word)
    if "bearer" in options:
        with open(options["bearer"]) as file:
            kept = json.load(file)
        options["bearer"] = kept.get("token") or kept["ticket"]
    try:
        result = call(anteroom, do, words, given, **options)
        for item in result if hasattr(result, "__next__") else [result]:
            print(json.dumps(item, ensure_ascii=False), flush=True)
    except (AttributeError, TypeError) as wrong:
        sys.exit(f"anteroom.py: {wrong}\n{USAGE}")
    except (Problem, Unreachable) as failed:
        sys.exit(f"anteroom.py: {failed}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
