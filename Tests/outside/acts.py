"""What people and operators do with an account of theirs, in one line each; what sections 3 and 4 leave open is read here."""

import os, re, secrets

import flows, harness
from flows import fresh_ip, source
from harness import *

UNIFORM = "invalid-credentials"
FULL = "ANTEROOM_FULL" in os.environ
GENEROUS = {"limits": {"source_failures": 1000, "account_failures": 100}}   # the test is of another limit than these
WRONG = "wrong horse battery staple"


def rounds(few, many):
    return many if FULL else few


def sign_in_as(daemon, username, password, ip=None, expect=None, client=None, **more):
    return (client or daemon.web).post("/v1/sessions", {"username": username, "password": password,
                                                        "source": source(ip, **more)}, expect=expect)


def active(daemon, token):
    return daemon.web.post("/v1/sessions/introspect", {"token": token}, expect=200).json["active"]


def shown(daemon, person):
    """The account as its operator sees it (section 10)."""
    said = daemon.admin.get(f"/v1/accounts/{person.id}", expect=200).json
    return said.get("account", said)


def another_session(person):
    """One more session of the same person; the person keeps the one it had."""
    kept = person.token, person.session, person.known_device
    token = person.sign_in()
    person.token, person.session, person.known_device = kept
    return token


# --- passwords -----------------------------------------------------------------------------------------

def change_password(person, new, current=None, token=None, expect=204):
    return person.daemon.web.put("/v1/accounts/me/password", {"current_password": current or person.password, "new_password": new},
                                 token=token or person.token, expect=expect)


def check_password(daemon, password, username=None, token=None, expect=200):
    body = {"password": password, **({"username": username} if username is not None else {})}
    answer = daemon.web.post("/v1/password-check", body, token=token, expect=expect)
    return answer.json if answer.status == 200 else answer


def start_reset(person, expect=201):
    return person.daemon.admin.post(f"/v1/accounts/{person.id}/password-reset", expect=expect).json["reset_code"]


# --- second factor -------------------------------------------------------------------------------------

def offer(person, token=None, password=None, expect=201):
    """A pending authenticator, or the refusal."""
    answer = person.daemon.web.post("/v1/accounts/me/totp", {"password": password or person.password},
                                    token=token or person.token, expect=expect)
    return Authenticator(person.daemon, answer.json["secret"]) if answer.status == 201 else answer


def confirm(person, code, token=None, expect=200):
    return person.daemon.web.post("/v1/accounts/me/totp/confirm", {"code": code}, token=token or person.token, expect=expect)


def bind(person, app, token=None):
    """Confirms a pending authenticator: it is the person's from here on."""
    said = confirm(person, app.code(), token=token).json
    person.authenticator, person.recovery_codes = app, said["recovery_codes"]
    person.take(said)
    return said


def drop_factor(person, code, password=None, token=None, expect=(200, 204)):
    return person.daemon.web.delete("/v1/accounts/me/totp", body={"password": password or person.password, "code": code},
                                    token=token or person.token, expect=expect)


def operator_drops_factor(person, expect=(200, 201)):
    """By the operator: the answer has a reset code (section 3)."""
    return person.daemon.admin.delete(f"/v1/accounts/{person.id}/totp", expect=expect)


def new_codes(person, code, password=None, token=None, expect=200):
    return person.daemon.web.post("/v1/accounts/me/recovery-codes", {"password": password or person.password, "code": code},
                                  token=token or person.token, expect=expect)


def reauthenticate(person, expect=201, token=None, **body):
    answer = person.daemon.web.post("/v1/sessions/reauthenticate", body, token=token or person.token, expect=expect)
    if answer.status == 201 and token is None:
        person.token, person.session = answer.json["token"], answer.json["session"]
    return answer


def challenge(person, **more):
    return person.start(expect=200, **more).json["challenge"]


def recover(person, code=None, expect=201):
    """Password and recovery code; the person goes on with the session that this gives."""
    answer = person.finish(challenge(person), code or person.recovery_codes.pop(), method="recovery_code", expect=expect)
    if answer.status == 201:
        person.take(answer.json)
    return answer


def use_up(daemon, spend, tries=20, seconds=30):
    """Makes wrong attempts until so many were evaluated (401), waiting where they are slowed down."""
    evaluated = 0
    for _ in range(tries * 20):
        if evaluated >= tries:
            return evaluated
        answer = spend()
        among(answer.status, (401, 403, 429), "a wrong attempt")
        evaluated += answer.status != 429
        daemon.clock.advance(max(seconds, int(answer.header("Retry-After") or 0)))
    raise Failure(f"only {evaluated} of {tries} wrong attempts were evaluated")


# --- sessions, notices, lockouts -----------------------------------------------------------------------

def sessions(person, token=None):
    return person.daemon.web.pages("/v1/accounts/me/sessions", 200, token=token or person.token)


def notices(person, token=None, expect=200):
    """What happened to the account, by its own words."""
    answer = person.daemon.web.get("/v1/accounts/me/notifications?limit=200", token=token or person.token, expect=expect)
    return answer.json["items"] if answer.status == 200 else answer


def word_of(notice):
    for key in ("event", "kind", "type", "code", "what"):
        if isinstance(notice.get(key), str):
            return notice[key]
    raise Failure(f"a notification that does not say what happened: {notice}")


def words(person, token=None):
    return [word_of(notice) for notice in notices(person, token)]


TOLD = {   # what section 3 lists, and how a notification may name it
    "sign-in": r"sign_?in|signed_?in|session\.started|session_started", "failures": r"fail|refus|wrong|guess",
    "second factor on": r"(totp|factor|authenticator).*(confirm|enabl|added|set|bound|enrol)",
    "second factor off": r"(totp|factor|authenticator).*(remov|delet|drop|off|reset)", "lock": r"disabl|lock",
    "replay": r"replay", "recovery": r"recover", "password": r"password", "reset": r"reset"}


def told(person, what, token=None):
    return [word for word in words(person, token) if re.search(TOLD[what], word)]


def lockouts(daemon):
    return daemon.admin.pages("/v1/lockouts", 200)


def soon(what, condition, seconds=1.0):
    """It holds within so long of the daemon's time: a second, where nothing else is said."""
    harness.soon(what, condition, seconds)


def cpu_seconds(daemon):
    with open(f"/proc/{daemon.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
