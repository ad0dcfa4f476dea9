"""What people meet at Prosody's door: a row of the table for everything that is expected and what happened."""

import re, secrets, time

import flows
from flows import OPEN, host, member, meeting
from harness import Failure, check, equal, parallel, test
from prosody import GUESTS, PEOPLE, ROOMS, Person, Prosody, daemon

FREE = {**OPEN}


def row(what, expected, happened):
    """Prints a row, and fails where the two differ. `expected` may be a pattern between slashes."""
    text = happened.text if hasattr(happened, "text") else str(happened)
    fits = re.fullmatch(expected[1:-1], text, re.S) if expected.startswith("/") else text == expected
    shown = expected[1:-1] if expected.startswith("/") else expected
    print(f"| {what} | {shown} | {text} |{'' if fits else ' <- differs'}", flush=True)
    if not fits:
        raise Failure(f"{what}: expected {shown!r}, got {text!r}")
    return happened


WAITS = "/told: You are waiting.*/"


def states(where, *wanted):
    """The states of a meeting's joins, once they are as wanted or after 3 seconds."""
    deadline = time.monotonic() + 3
    while True:
        found = sorted(join["state"] for join in where.joins())
        if found == sorted(wanted) or time.monotonic() > deadline:
            return ", ".join(found) or "none"
        time.sleep(0.02)


@test()
def a_guest_comes_in_with_the_right_passcode_alone():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy=FREE)
        ada, eve = Person(prosody), Person(prosody)
        row("a guest connects", "signed in", ada.outcome)
        row("no passcode", "refused: not-authorized", eve.join(where, "Eve").next())
        row("a wrong passcode", "refused: not-authorized", eve.join(where, "Eve", "0000000000").next())
        row("the right passcode", "in as participant", ada.join(where, "Ada", where.passcode).next())
        row("Anteroom has her", "present", states(where, "present"))
        row("the right passcode, after a wrong one", "in as participant", eve.join(where, "Eve", where.passcode).next())
        row("the other sees it", "saw Eve come", ada.next(but=()))
        ada.say(where, "hello")
        row("they can talk", "heard: hello", eve.next())
        ada.leave(where)
        row("she leaves", "out", ada.next(but=("saw ", "heard")))
        row("her seat is free", "left, present", states(where, "left", "present"))


@test()
def a_passcode_is_in_nothing_that_others_see():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy=FREE)
        ada, bob = Person(prosody), Person(prosody)
        row("Ada comes in", "in as participant", ada.join(where, "Ada", where.passcode).next())
        row("Bob comes in", "in as participant", bob.join(where, "Bob", where.passcode).next())
        row("Ada joins again, to see who is there", "in as participant", ada.join(where, "Ada", where.passcode).next())
        ada.say(where, "all said")
        row("everything is through", "heard: all said", bob.next())
        for what, text in (("what Ada received", "".join(ada.stream)), ("what Bob received", "".join(bob.stream)),
                           ("Prosody's log", prosody.log()), ("the daemon's log", d.log().decode(errors="replace"))):
            row(f"the passcode in {what}", "absent", "present" if where.passcode in text else "absent")


@test()
def a_room_of_an_unknown_id_is_refused_and_leaves_nothing():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy=FREE)
        eve = Person(prosody)
        row("an id that is none, with a passcode", "refused: not-authorized", eve.join("nosuchroom", "Eve", "0000000000").next())
        row("no passcode", "refused: not-authorized", eve.join("nosuchroom", "Eve").next())
        for name, target in (("a room that was never there", "nosuchroom"), ("a meeting that is", where.id)):
            eve.send(f"<iq type='get' id='i' to='{target}@{ROOMS}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
            row(f"asking about {name}", "iq refused: item-not-found", eve.next())
            eve.send(f"<presence to='{target}@{ROOMS}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
            row(f"a presence to {name}, without a name", "refused: item-not-found", eve.next())
        ada = Person(prosody)
        row("the meeting's room opens for Ada", "in as participant", ada.join(where, "Ada", where.passcode).next())
        eve.send(f"<iq type='get' id='i' to='{where.id}@{ROOMS}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
        row("asking about it from outside", "iq refused: item-not-found", eve.next())
        eve.send(f"<message type='groupchat' to='{where.id}@{ROOMS}'><body>boo</body></message>")
        row("speaking from outside", "message refused: item-not-found", eve.next())
        eve.send(f"<iq type='get' id='i' to='{ROOMS}'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>")
        time.sleep(0.3)
        listed = [text for text in eve.stream if "disco#items" in text]
        row("rooms in the public list", "0", str(listed[-1].count("<item ") if listed else "no answer"))


@test()
def whoever_waits_is_let_in_without_doing_anything():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy={"before_host": "allow"})
        ada = Person(prosody)
        row("she knocks", WAITS, ada.join(where, "Ada", where.passcode).next())
        row("the host sees her", "waiting", states(where, "waiting"))
        row("nothing more comes by itself", "nothing", ada.next(0.5))
        (knock,) = where.joins("waiting")
        started = time.monotonic()
        d.web.post(f"{where.path}/joins/{knock['id']}/admit", token=where.owner.token, expect=200)
        came = row("the host admits her", "in as participant", ada.next())
        row("from the host's act to inside", "within 1 s", f"within 1 s" if came.at - started < 1 else f"{came.at - started:.2f} s")
        row("Anteroom has her", "present", states(where, "present"))


@test()
def whoever_waits_can_be_denied_or_go_away():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy={"before_host": "allow"})
        ada, bob, eve = Person(prosody), Person(prosody), Person(prosody)
        row("Ada knocks", WAITS, ada.join(where, "Ada", where.passcode).next())
        (knock,) = where.joins("waiting")
        d.web.post(f"{where.path}/joins/{knock['id']}/deny", {"message": "Not today."}, token=where.owner.token, expect=200)
        row("the host denies her", "refused: forbidden", ada.next())
        check(any("Not today." in text for text in ada.stream), "the host's message did not come")
        row("Bob knocks", WAITS, bob.join(where, "Bob", where.passcode).next())
        bob.leave(where)
        row("Eve knocks", WAITS, eve.join(where, "Eve", where.passcode).next())
        row("Bob gave up", "denied, waiting, withdrawn", states(where, "denied", "waiting", "withdrawn"))
        eve.break_off()
        row("Eve's connection broke", "denied, withdrawn, withdrawn", states(where, "denied", "withdrawn", "withdrawn"))


@test()
def a_sign_in_is_by_password_and_a_second_factor_cannot_be_left_out():
    with daemon() as d, Prosody(d) as prosody:
        ada, grace = member(d), host(d)
        row("the right password", "signed in", Person(prosody, ada.username, ada.password).outcome)
        row("a wrong password", "refused: not-authorized", Person(prosody, ada.username, "not the password").outcome)
        row("an account that is none", "refused: not-authorized", Person(prosody, "nobody-" + secrets.token_hex(4), "not the password").outcome)
        row("the right password of an account with a second factor", "refused: not-authorized",
            Person(prosody, grace.username, grace.password).outcome)
        bare = flows.account(d, roles=["host"])
        row("the right password of an account that needs one", "refused: not-authorized",
            Person(prosody, bare.username, bare.password).outcome)
