"""What people meet at Prosody's door: a row of the table for everything that is expected and what happened."""

import os, re, secrets, signal, time

import flows
from flows import OPEN, host, member, meeting
from harness import PATIENCE, Failure, Stopwatch, check, parallel, test
from prosody import ROOMS, Person, Prosody, daemon

FREE = {**OPEN, "names": "free"}      # in with the passcode alone, under the name that was typed
KNOCK = {"before_host": "allow"}     # in when a host says so


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
    """The states of a meeting's joins, once they are as wanted or nobody has patience left."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = sorted(join["state"] for join in where.joins())
        if found == sorted(wanted) or time.monotonic() > deadline:
            return ", ".join(found) or "none"
        time.sleep(0.02)


def act(where, verb, join=None, **body):
    """What a host does, through Anteroom's own interface and never through Prosody."""
    target = f"{where.path}/joins/{join['id']}/{verb}" if join else f"{where.path}/{verb}"
    return where.daemon.web.post(target, body or None, token=where.owner.token, expect=200)


def named(where, name):
    return next(join for join in where.joins() if join["display_name"] == name and join["state"] != "left")


def within(seconds, spent, watch):
    """What was spent; what the machine was late by since then, as the watch has it, is not Anteroom's."""
    own = max(0.0, spent - watch.held_up)
    print(f"measured: {spent * 1000:.0f} ms, {own * 1000:.0f} of them not the machine's")
    return f"within {seconds} s" if own <= seconds else f"{own:.2f} s"


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
        row("an id that is none, with a passcode", "refused: not-authorized",
            eve.join("nosuchroom", "Eve", "0000000000").next())
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
        where = meeting(d, host(d), policy=KNOCK)
        ada = Person(prosody)
        row("she knocks", WAITS, ada.join(where, "Ada", where.passcode).next())
        row("the host sees her", "waiting", states(where, "waiting"))
        row("nothing more comes by itself", "nothing", ada.next(0.5))
        (knock,) = where.joins("waiting")
        started, watch = time.monotonic(), Stopwatch()
        act(where, "admit", knock)
        came = row("the host admits her", "in as participant", ada.next())
        row("from the host's act to inside", "within 1 s", within(1, came.at - started, watch))
        row("Anteroom has her", "present", states(where, "present"))


@test()
def whoever_waits_can_be_denied_or_go_away():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy=KNOCK)
        ada, bob, eve = Person(prosody), Person(prosody), Person(prosody)
        row("Ada knocks", WAITS, ada.join(where, "Ada", where.passcode).next())
        (knock,) = where.joins("waiting")
        act(where, "deny", knock, message="Not today.")
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
        row("an account that is none", "refused: not-authorized",
            Person(prosody, "nobody-" + secrets.token_hex(4), "not the password").outcome)
        row("the right password of an account with a second factor", "refused: not-authorized",
            Person(prosody, grace.username, grace.password).outcome)
        bare = flows.account(d, roles=["host"])
        row("the right password of an account that needs one", "refused: not-authorized",
            Person(prosody, bare.username, bare.password).outcome)


@test()
def whoever_is_removed_is_out_within_a_second_and_stays_out_under_another_name():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy=FREE)
        ada, eve = Person(prosody), Person(prosody)
        row("Ada comes in", "in as participant", ada.join(where, "Ada", where.passcode).next())
        row("Eve comes in", "in as participant", eve.join(where, "Eve", where.passcode).next())
        row("Ada sees her", "saw Eve come", ada.next(but=()))
        started, watch = time.monotonic(), Stopwatch()
        act(where, "remove", named(where, "Eve"), message="Enough.")
        out = row("the host removes Eve", "out (307): You were removed from the meeting.", eve.next())
        row("from the host's act to out, at her client", "within 1 s", within(1, out.at - started, watch))
        row("she reads why", "told: Enough.", eve.next())
        row("Ada sees it", "saw Eve go", ada.next(but=()))
        row("under another name", "refused: not-authorized", eve.join(where, "Mallory", where.passcode).next())
        row("as another guest, she waits to be looked at", WAITS,
            Person(prosody).join(where, "Mallory", where.passcode).next())
        ada.say(where, "go on")
        row("Ada is still in", "heard: go on", ada.next())
        row("the door has confirmed it", "1", confirmed(d))


def confirmed(d):
    """How many revocations the door has acknowledged, in the audit log's words."""
    deadline = time.monotonic() + PATIENCE
    while True:
        records = d.admin.pages("/v1/audit", 200)
        count = sum("acknowledged" in str(record.get("event")) for record in records)
        if count or time.monotonic() > deadline:
            return str(count)
        time.sleep(0.05)


@test()
def an_account_that_was_removed_is_known_again():
    with daemon() as d, Prosody(d) as prosody:
        where, mark = meeting(d, host(d), policy=FREE), member(d)
        first = Person(prosody, mark.username, mark.password)
        row("Mark signs in and comes in", "in as participant", first.join(where, "Mark", where.passcode).next())
        act(where, "remove", named(where, "Mark"))
        row("the host removes him", "out (307): You were removed from the meeting.", first.next())
        first.go_away()
        again = Person(prosody, mark.username, mark.password)
        row("connected anew, under another name", "refused: not-authorized",
            again.join(where, "Marcus", where.passcode).next())


@test()
def whoever_is_sent_back_waits_and_comes_in_again_by_itself():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy=FREE)
        ada = Person(prosody)
        row("she comes in", "in as participant", ada.join(where, "Ada", where.passcode).next())
        act(where, "send-back", named(where, "Ada"))
        row("the host sends her back", "out (307): You were sent back to wait.", ada.next())
        row("she is told", WAITS, ada.next())
        row("Anteroom has her", "waiting", states(where, "waiting"))
        act(where, "message", named(where, "Ada"), text="Two minutes.")
        row("the host says something", "told: Two minutes.", ada.next())
        act(where, "admit", named(where, "Ada"))
        row("and lets her in", "in as participant", ada.next())


@test()
def a_suspension_sends_everybody_to_wait():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy=FREE)
        people = [Person(prosody) for _ in range(3)]
        for index, person in enumerate(people):
            row(f"guest {index} comes in", "in as participant", person.join(where, f"guest {index}", where.passcode).next())
        act(where, "suspend")
        for index, person in enumerate(people):
            row(f"the host suspends: guest {index}", "out (307): You were sent back to wait.", person.next())
            row("and waits", WAITS, person.next())
        act(where, "admit", named(where, "guest 1"))
        row("one is let in by name", "in as participant", people[1].next())
        row("the others wait", "nothing", people[0].next(0.3))
        people[0].send(f"<iq type='get' id='p' to='{where.id}@{ROOMS}/guest 0'><ping xmlns='urn:xmpp:ping'/></iq>")
        row("and learn so when they ping themselves", "iq refused: not-acceptable", people[0].next())


@test()
def a_locked_meeting_lets_nobody_in_and_nobody_out():
    with daemon() as d, Prosody(d) as prosody:
        ada = host(d)
        for policy, expected in (({**FREE, "when_locked": "refuse"}, "refused: not-allowed"), (FREE, WAITS)):
            where = meeting(d, ada, policy=policy)
            bob, eve = Person(prosody), Person(prosody)
            row("Bob comes in", "in as participant", bob.join(where, "Bob", where.passcode).next())
            act(where, "lock")
            row(f"Eve knocks at the lock ({policy.get('when_locked', 'wait')})", expected,
                eve.join(where, "Eve", where.passcode).next())
            bob.say(where, "still here")
            row("Bob is still in", "heard: still here", bob.next())


@test()
def a_full_meeting_says_so():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy={**FREE, "capacity": 1})
        ada, bob = Person(prosody), Person(prosody)
        row("the first", "in as participant", ada.join(where, "Ada", where.passcode).next())
        row("the second", "refused: service-unavailable", bob.join(where, "Bob", where.passcode).next())
        ada.leave(where)
        row("the first leaves", "out", ada.next())
        states(where, "left")
        row("the second tries again", "in as participant", bob.join(where, "Bob", where.passcode).next())


def with_a_cohost(d, policy):
    """A meeting whose cohost signs in by password alone: hosts with a second factor cannot, by XMPP."""
    cohost = member(d)
    return meeting(d, host(d), policy={**policy, "host_second_factor": False}, cohosts=[cohost.id]), cohost


@test()
def when_the_host_leaves_the_meeting_ends_as_its_policy_says():
    with daemon() as d, Prosody(d) as prosody:
        where, grace = with_a_cohost(d, {**FREE, "host_absence": "end_after:2"})
        leader, ada, bob = Person(prosody, grace.username, grace.password), Person(prosody), Person(prosody)
        row("the cohost comes in", "in as moderator", leader.join(where, "Grace").next())
        row("Ada comes in", "in as participant", ada.join(where, "Ada", where.passcode).next())
        leader.leave(where)
        row("the cohost leaves", "out", leader.next())
        row("a while later Ada is put out", "out (307): The meeting is over.", ada.next(10))
        row("and Bob finds it over", "refused: item-not-found", bob.join(where, "Bob", where.passcode).next())


@test()
def a_role_is_given_in_anteroom_and_never_in_the_room():
    with daemon() as d, Prosody(d) as prosody:
        where, grace = with_a_cohost(d, FREE)
        leader, eve = Person(prosody, grace.username, grace.password), Person(prosody)
        row("the cohost comes in", "in as moderator", leader.join(where, "Grace").next())
        row("Eve comes in", "in as participant", eve.join(where, "Eve", where.passcode).next())
        iq = "<iq type='{kind}' id='i' to='{room}@" + ROOMS + "'><query xmlns='http://jabber.org/protocol/muc#{what}'>{item}</query></iq>"
        for who, person in (("the moderator", leader), ("a participant", eve)):
            for what, kind, space, item in (
                    ("kicks", "set", "admin", "<item nick='Eve' role='none'/>"),
                    ("bans", "set", "admin", "<item jid='someone@example.org' affiliation='outcast'/>"),
                    ("makes an owner", "set", "admin", f"<item jid='{grace.username}@example.org' affiliation='owner'/>"),
                    ("configures", "get", "owner", ""),
                    ("sets a password", "set", "owner", "<x xmlns='jabber:x:data' type='submit'/>"),
                    ("destroys", "set", "owner", "<destroy/>")):
                person.send(iq.format(kind=kind, room=where.id, what=space, item=item))
                row(f"{who} {what}", "iq refused: not-allowed", person.next())
        eve.send(f"<presence to='{where.id}@{ROOMS}/Grace Hopper'/>")
        row("a participant takes another name", "refused: not-allowed", eve.next())
        other = Person(prosody)
        row("somebody comes under a name that is taken", "refused: conflict",
            other.join(where, "Eve", where.passcode).next())
        act(where, "role", named(where, "Eve"), role="viewer")
        row("the host makes Eve a viewer", "in as visitor", eve.next())
        eve.say(where, "may I?")
        row("who may not speak", "message refused: forbidden", eve.next())
        act(where, "role", named(where, "Eve"), role="participant")
        row("and again a participant", "in as participant", eve.next())


@test()
def while_the_daemon_is_away_those_inside_stay_and_nobody_comes_in():
    with daemon() as d, Prosody(d) as prosody:
        where, mark = meeting(d, host(d), policy=FREE), member(d)
        knocking = meeting(d, where.owner, policy=KNOCK)
        ada, bob, eve = Person(prosody), Person(prosody), Person(prosody)
        row("Ada comes in", "in as participant", ada.join(where, "Ada", where.passcode).next())
        row("Eve waits elsewhere", WAITS, eve.join(knocking, "Eve", knocking.passcode).next())
        d.kill()
        row("the daemon is killed: Bob knocks", "refused: remote-server-timeout",
            bob.join(where, "Bob", where.passcode).next())
        row("Mark signs in", "refused: temporary-auth-failure", Person(prosody, mark.username, mark.password).outcome)
        ada.say(where, "anybody?")
        row("Ada is still in", "heard: anybody?", ada.next())
        row("Eve still waits", "nothing", eve.next(0.3))
        d.start()
        time.sleep(1)
        row("the daemon is back: Anteroom has Ada", "present", states(where, "present"))
        row("Bob comes in", "in as participant", bob.join(where, "Bob", where.passcode).next())
        act(knocking, "admit", named(knocking, "Eve"))
        row("the host admits Eve", "in as participant", eve.next())
        act(where, "remove", named(where, "Bob"))
        row("the host removes Bob", "out (307): You were removed from the meeting.", bob.next())


@test()
def whoever_was_removed_while_prosody_heard_nothing_is_put_out_when_it_does():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy=FREE)
        ada, eve = Person(prosody), Person(prosody)
        row("Ada comes in", "in as participant", ada.join(where, "Ada", where.passcode).next())
        row("Eve comes in", "in as participant", eve.join(where, "Eve", where.passcode).next())
        states(where, "present", "present")
        os.kill(prosody.process.pid, signal.SIGSTOP)
        d.kill()
        d.start()
        act(where, "remove", named(where, "Eve"))
        os.kill(prosody.process.pid, signal.SIGCONT)
        row("Eve is put out", "/out \\(307\\): You .+/", eve.next())
        ada.say(where, "better")
        row("Ada stays", "heard: better", ada.next())
        row("Anteroom knows", "present, removed", states(where, "present", "removed"))


@test()
def after_prosody_was_killed_nobody_is_believed_inside():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy=FREE)
        ada, bob = Person(prosody), Person(prosody)
        row("Ada comes in", "in as participant", ada.join(where, "Ada", where.passcode).next())
        row("Bob comes in", "in as participant", bob.join(where, "Bob", where.passcode).next())
        states(where, "present", "present")
        prosody.kill()
        row("Prosody is killed: Anteroom still has them", "present, present", states(where, "present", "present"))
        prosody.start()
        row("Prosody is back", "left, left", states(where, "left", "left"))
        row("Ada comes again", "in as participant", Person(prosody).join(where, "Ada", where.passcode).next())
        row("and is there", "left, left, present", states(where, "left", "left", "present"))


@test()
def a_broken_connection_keeps_the_seat_and_leaving_does_not():
    with daemon() as d, Prosody(d) as prosody:
        where = meeting(d, host(d), policy={**FREE, "capacity": 1})
        ada = Person(prosody)
        row("Ada comes in", "in as participant", ada.join(where, "Ada", where.passcode).next())
        states(where, "present")
        ada.break_off()
        row("her connection breaks", "left", states(where, "left"))
        row("her seat is kept", "refused: service-unavailable",
            Person(prosody).join(where, "Bob", where.passcode).next())


@test(seconds=240)
def thirty_two_come_at_once():
    with daemon() as d, Prosody(d, level="info") as prosody:
        free, knocking = meeting(d, host(d), policy=FREE), None
        people = parallel(32, lambda _: Person(prosody))
        started = time.monotonic()
        came = parallel(32, lambda index: people[index].join(free, f"guest {index}", free.passcode).next().text)
        row("32 guests with the right passcode", "32 in as participant", counted(came))
        print(f"measured: 32 in {1000 * (time.monotonic() - started):.0f} ms")
        row("Anteroom has them", "32 present", counted(states(free, *["present"] * 32).split(", ")))
        knocking = meeting(d, free.owner, policy=KNOCK)
        told = parallel(32, lambda index: people[index].join(knocking, f"guest {index}", knocking.passcode).next().text[:4])
        row("32 wait elsewhere", "32 told", counted(told))
        act(knocking, "admit-waiting")
        came = parallel(32, lambda index: people[index].next().text)
        row("the host admits all", "32 in as participant", counted(came))
        row("Anteroom has them", "32 present", counted(states(knocking, *["present"] * 32).split(", ")))


def counted(texts):
    return ", ".join(f"{texts.count(text)} {text}" for text in sorted(set(texts)))


@test(seconds=240)
def nobody_is_lost_when_the_daemon_is_killed_while_the_host_admits():
    with daemon() as d, Prosody(d, level="info") as prosody:
        where = meeting(d, host(d), policy=KNOCK)
        people = parallel(24, lambda _: Person(prosody))
        told = parallel(24, lambda index: people[index].join(where, f"guest {index}", where.passcode).next().text[:4])
        row("24 wait", "24 told", counted(told))
        waiting = where.joins("waiting")
        for index, knock in enumerate(waiting):
            act(where, "admit", knock)
            if index % 6 == 3:
                d.kill()
                d.start()
        restarted, watch = time.monotonic(), Stopwatch()
        came = parallel(24, lambda index: people[index].next())
        row("the daemon was killed four times: the host admitted all", "24 in as participant",
            counted([one.text for one in came]))
        row("the last, after the last restart", "within 2 s", within(2, max(one.at for one in came) - restarted, watch))
        row("Anteroom has them", "24 present", counted(states(where, *["present"] * 24).split(", ")))
