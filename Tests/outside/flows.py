"""What people do, in one line each: an account, a host, a meeting, a knock, an admission.

Shapes that the contract leaves open are read here and nowhere else.
"""

import itertools, secrets

from harness import Authenticator, Stream, check, equal

PERMISSIONS_OF_HOST = ["host"]
numbers = itertools.count(1)


def fresh_ip():
    """A source of its own for everybody: budgets per source must not meet by accident (section 3.1)."""
    number = next(numbers)
    return f"198.{18 + number // 62500 % 2}.{number // 250 % 250}.{number % 250 + 1}"


def source(ip=None, known_device=None):
    return {"ip": ip or fresh_ip(), **({"known_device": known_device} if known_device else {})}


def good_password():
    return "violet harbour " + secrets.token_hex(8)


class Person:
    """An account as its owner knows it."""

    def __init__(self, daemon, username, password):
        self.daemon, self.username, self.password = daemon, username, password
        self.id = self.setup_code = self.token = self.session = self.known_device = self.authenticator = None
        self.recovery_codes = []

    def start(self, password=None, ip=None, known_device=None, client=None, expect=None):
        """The password step (section 4)."""
        return (client or self.daemon.web).post("/v1/sessions", {
            "username": self.username, "password": password or self.password, "source": source(ip, known_device),
        }, expect=expect)

    def finish(self, challenge, code, ip=None, expect=None, method="totp"):
        """The second factor."""
        return self.daemon.web.post("/v1/sessions/second-factor", {
            "challenge": challenge, "method": method, "code": code, "source": source(ip)}, expect=expect)

    def sign_in(self):
        """All factors; a new session's token."""
        answer = self.start(expect=(200, 201))
        if answer.status == 200:
            check("token" not in answer.json, "a token before the second factor")
            answer = self.finish(answer.json["challenge"], self.authenticator.code(), expect=201)
        self.take(answer.json)
        return self.token

    def take(self, answer):
        self.token, self.session = answer["token"], answer["session"]
        self.known_device = answer.get("known_device", self.known_device)

    def enrol(self):
        """TOTP from this session on; the session goes on with two factors under a new token (section 3)."""
        offered = self.daemon.web.post("/v1/accounts/me/totp", {"password": self.password}, token=self.token,
                                       expect=201).json
        check(offered["secret"] in offered["otpauth_uri"], "the otpauth URI does not carry the secret")
        self.authenticator = Authenticator(self.daemon, offered["secret"])
        confirmed = self.daemon.web.post("/v1/accounts/me/totp/confirm", {"code": self.authenticator.code()},
                                         token=self.token, expect=200).json
        self.recovery_codes = confirmed["recovery_codes"]
        self.take(confirmed)
        return self


def invited(daemon, username=None, roles=(), display_name=None, password=None):
    """An account without a password yet, and its setup code."""
    username = username or "user-" + secrets.token_hex(5)
    person = Person(daemon, username, password or good_password())
    body = {"username": username}
    if roles:
        body["roles"] = list(roles)
    if display_name:
        body["display_name"] = display_name
    made = daemon.admin.post("/v1/accounts", body, expect=201).json
    person.id, person.setup_code = made["account"]["id"], made["setup_code"]
    return person


def redeem_setup(person, expect=200, password=None, code=None):
    return person.daemon.web.post("/v1/password-resets", {
        "username": person.username, "reset_code": code or person.setup_code,
        "new_password": password or person.password}, expect=expect)


def account(daemon, **more):
    """An account with a password, not signed in."""
    person = invited(daemon, **more)
    person.known_device = redeem_setup(person).json["known_device"]
    return person


def member(daemon, **more):
    """A vouched account, signed in with one factor."""
    person = account(daemon, **more)
    person.sign_in()
    return person


def host(daemon, **more):
    """An account with the role `host`, signed in with two factors."""
    return member(daemon, roles=PERMISSIONS_OF_HOST, **more).enrol()


OPEN = {"waiting_room": "off", "before_host": "allow"}   # the passcode still stands, so this is not `unprotected`


class Meeting:
    def __init__(self, daemon, owner, answer):
        self.daemon, self.owner = daemon, owner
        self.id, self.passcode = answer["meeting"]["id"], answer.get("passcode")

    @property
    def path(self):
        return "/v1/meetings/" + self.id

    def show(self):
        return meeting_in(self.daemon.web.get(self.path, token=self.owner.token, expect=200).json)

    def act(self, verb, join=None, token=None, expect=200, **more):
        """`lock`, `end`, … on the meeting; `admit`, `deny` on one join."""
        path = f"{self.path}/joins/{join.id}/{verb}" if join else f"{self.path}/{verb}"
        return self.daemon.web.post(path, more.pop("body", None), token=token or self.owner.token, expect=expect,
                                    **more)

    def joins(self, state=None, token=None):
        return self.daemon.web.get(self.path + "/joins?limit=200" + (f"&state={state}" if state else ""),
                                   token=token or self.owner.token, expect=200).json["items"]


def meeting_in(answer):
    return answer.get("meeting", answer)


def meeting(daemon, owner, policy=None, **fields):
    body = dict(fields)
    if policy:
        body["policy"] = policy
    made = daemon.web.post("/v1/meetings", body, token=owner.token, expect=201).json
    return Meeting(daemon, owner, made)


class Join:
    """A joiner's handle: its ticket, and what its last answer said."""

    def __init__(self, daemon, answer, client):
        self.daemon, self.client = daemon, client
        self.id, self.ticket = answer["join"]["id"], answer.get("ticket")
        self.state, self.grant = answer["join"]["state"], answer.get("grant")

    def look(self, wait=0, expect=200):
        """`GET /v1/joins/self` (section 6)."""
        answer = self.client.get(f"/v1/joins/self?wait={wait}", token=self.ticket, expect=expect)
        if answer.status == 200:
            body = answer.json
            self.state, self.grant = join_in(body)["state"], body.get("grant")
        return answer

    def redeem(self, expect=200):
        return self.client.post("/v1/grants/redeem", {"grant": self.grant}, expect=expect)


def join_in(answer):
    return answer["join"] if isinstance(answer.get("join"), dict) else answer


def waiting_in(answer):
    return answer.get("waiting") or join_in(answer).get("waiting")


def ask(daemon, where, name="Ada", client=None, token=None, ip=None, expect=None, **fields):
    """`POST …/joins` as it is; `where` is a meeting or an id; without a name none is sent."""
    target = where if isinstance(where, str) else where.id
    body = {**({} if name is None else {"display_name": name}), "source": source(ip), **fields}
    return (client or daemon.web).post(f"/v1/meetings/{target}/joins", body, token=token, expect=expect)


def knock(daemon, where, name="Ada", client=None, **fields):
    """A guest with the right passcode."""
    fields.setdefault("passcode", where.passcode)
    return Join(daemon, ask(daemon, where, name, client, expect=201, **fields).json, client or daemon.web)


def arrive(daemon, where, person=None, **fields):
    """The host (or another account) by session, without a passcode."""
    person = person or where.owner
    name = "Host" if person is where.owner else "Pat Known"   # nobody else may claim to be one
    return Join(daemon, ask(daemon, where, name, token=person.token, expect=201, **fields).json, daemon.web)


def admit(where, join):
    where.act("admit", join)
    join.look()
    equal(join.state, "admitted", "state after the admission (section 6)")
    check(join.grant, "no grant after the admission (section 6)")
    return join


def present(where, join):
    join.redeem()
    join.look()
    equal(join.state, "present", "state after the redemption (section 6.2)")
    return join


def verified(daemon):
    """The audit holds (section 7)."""
    said = daemon.admin.post("/v1/audit/verify", expect=200).json
    check(said["ok"] is True, f"the audit does not verify: {said}")
    return said


def row(where, join):
    """One join as its host sees it."""
    items = where.daemon.web.pages(where.path + "/joins", 200, token=where.owner.token)
    found = [item for item in items if item["id"] == join.id]
    check(found, f"{join.id} is not in its host's list")
    return found[0]


def change(where, expect=200, token=None, client=None, **fields):
    """`PATCH` of a meeting (section 5)."""
    return (client or where.daemon.web).patch(where.path, fields, token=token or where.owner.token, expect=expect)


def ban(where, expect=201, **fields):
    answer = where.daemon.web.post(where.path + "/bans", fields, token=where.owner.token, expect=expect)
    return answer.json["ban"] if answer.status == 201 else answer


def bans(where):
    return where.daemon.web.pages(where.path + "/bans", 200, token=where.owner.token)


def lift(where, which, expect=204):
    return where.daemon.web.delete(f"{where.path}/bans/{which['id']}", token=where.owner.token, expect=expect)


def withdraw(join):
    return join.client.post("/v1/joins/self/withdraw", token=join.ticket, expect=(200, 204))


def over(join, *states):
    """Its ticket says that it is over, or says nothing any more."""
    answer = join.look(expect=(200, 401))
    return answer.status == 401 or join.state in states


# --- invites -------------------------------------------------------------------------------------------

class Invite:
    """An invite as the host got it (section 5)."""

    def __init__(self, where, answer):
        self.where, self.shown = where, answer["invite"]
        self.id, self.code, self.url = self.shown["id"], answer.get("code"), answer.get("url")

    def listed(self):
        """Its line in the host's list, or None."""
        return next((item for item in invites(self.where) if item["id"] == self.id), None)

    @property
    def used(self):
        return self.listed()["used"]

    def show(self, name="Ida", expect=None, **fields):
        """The answer to a knock with its code."""
        return ask(self.where.daemon, self.where, name, invite=self.code, expect=expect, **fields)

    def use(self, name="Ida", client=None, **fields):
        """A join made with its code."""
        return Join(self.where.daemon, self.show(name, client=client, expect=201, **fields).json,
                    client or self.where.daemon.web)

    def revoke(self, expect=(200, 204), token=None):
        return self.where.daemon.web.delete(f"{self.where.path}/invites/{self.id}", token=token or
                                            self.where.owner.token, expect=expect)


def invite(where, token=None, **fields):
    return Invite(where, where.daemon.web.post(where.path + "/invites", fields, token=token or where.owner.token,
                                               expect=201).json)


def invites(where):
    return where.daemon.web.pages(where.path + "/invites", 200, token=where.owner.token)


# --- watching ------------------------------------------------------------------------------------------

def own(join, **more):
    """A joiner's own stream (section 6)."""
    return Stream(join.client, "/v1/joins/self/events", token=join.ticket, **more)


def watch(where, token=None, **more):
    """A host's stream (section 5)."""
    return Stream(where.daemon.web, where.path + "/events", token=token or where.owner.token, **more)


def front(client, **more):
    """A front end's stream (section 6.3)."""
    return Stream(client, "/v1/events", **more)


def inside(daemon, where, name="Ada", **fields):
    """A guest who knocked, was admitted where that was needed, and is in."""
    join = knock(daemon, where, name, **fields)
    return present(where, join if join.state == "admitted" else admit(where, join))


def report(join, verb, expect=200, client=None):
    """What the media server saw: `present` or `left` (section 6.2)."""
    return (client or join.client).post(f"/v1/joins/{join.id}/{verb}", expect=expect)


def roster(daemon, where, joins, expect=200, client=None):
    """The whole truth of who is in; the ids that have to be put out (section 6.2)."""
    target = where if isinstance(where, str) else where.id
    answer = (client or daemon.web).put(f"/v1/meetings/{target}/roster", {"joins": [
        join if isinstance(join, str) else join.id for join in joins]}, expect=expect)
    return answer.json["barred"] if answer.status == 200 else answer
