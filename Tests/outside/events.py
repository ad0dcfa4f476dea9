"""Sections 5, 6.2 and 6.3: who is told what and when, who is really in, and what hosts do about it."""

import collections, queue, random, signal, socket, statistics, threading, time

import flows
from flows import OPEN, admit, arrive, ask, front, host, inside, knock, meeting, member, own, present, report, roster, watch
from harness import *
from meetings import absent, guess
from regressions import claims_of, seconds_of

HELD = {"before_host": "allow"}   # guests wait for a host's word alone
STAYS = {**HELD, "host_absence": "continue"}
STREAMS = "join", "host", "front end"


def audited(daemon, *names):
    """The audit's records of these events, oldest first."""
    return [item for item in daemon.admin.pages("/v1/audit", 200) if item["event"] in names]


def rising(events, what):
    numbers = [event.number for event in events]
    check(all(one < other for one, other in zip(numbers, numbers[1:])), f"{what}: numbers do not rise: {numbers}")


def names(events):
    return sorted(event.name for event in events)


def soon(what, condition, seconds=5):
    """Waits until something is so; its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise Failure(f"not within {seconds} s: {what}")


def state_of(room, join):
    return next(item for item in room.joins() if item["id"] == join.id)["state"]


# --- what is told --------------------------------------------------------------------------------------

def shape(kind, event, again=False):
    """Holds one event to what its reader may know: nothing more and, where it is not told again, nothing less."""
    data, members = event.data, set(event.data)
    if event.name == "snapshot":
        return equal(members - {"grant"}, {"join": {"join"}, "host": {"meeting", "joins"}, "front end": {"joins"}}[kind],
                     f"members of a {kind}'s snapshot")
    of_join = event.name.startswith("join.")
    if kind == "join":
        check(of_join, f"a joiner was told of {event}")
        check({"meeting", "join", "state", "role"} <= members, f"a joiner's event lacks something: {event}")
        extra = members - {"meeting", "join", "state", "role", "message"}
        in_it = data["state"] in ("admitted", "present")
        away = data["state"] == "left"   # by a drop: the grant to come back with
        allowed = {"epoch", "grant"} if in_it or away else set()
        check(extra <= allowed if again or away else extra == allowed,
              f"a joiner that is {data['state']} was told {sorted(extra)}")
    elif event.name == "revocation":
        equal((kind, members), ("front end", {"revocation", "meeting", "join", "epoch", "expires_at"}), f"{kind}: {event}")
        equal(data["revocation"], event.id, "the number of a revocation")
        check(TIME.match(data["expires_at"]), f"expires_at of {event}")
    else:
        expected = {"meeting", "epoch"} | ({"join", "state", "role"} if of_join else set())
        expected |= {"by"} if kind == "host" else set()
        equal(members, expected, f"members of a {kind}'s {event.name}")


@test(answers=["16", "23"], seconds=120)
def each_act_is_told_to_joiner_host_and_front_end_and_nothing_more_than_each_may_know():
    with Daemon() as daemon:
        ada = host(daemon, username="canary-host", display_name="Canary Host")
        room = meeting(daemon, ada, policy={**STAYS, "passcode_failures": 1}, title="Canary Title")
        eva = knock(daemon, room, name="Canary Eva")
        heard = {"join": b"", "host": b"", "front end": b""}
        streams = {"join": own(eva), "host": watch(room), "front end": front(daemon.web)}
        last = {}

        def told(what, expected_own, expected_host, expected_front=None):
            """What each stream has to say of an act; the order within one act is the daemon's."""
            for kind, expected in (("join", expected_own), ("host", expected_host),
                                   ("front end", expected_host if expected_front is None else expected_front)):
                events = []
                for _ in expected:
                    try:
                        events.append(streams[kind].next(5))
                    except (TimeoutError, Ended) as end:
                        raise Failure(f"{what}: the {kind}'s stream says {names(events)} of {sorted(expected)} ({end!r})")
                equal(names(events), sorted(expected), f"{what}: the {kind}'s stream")
                for event in events:
                    check(event.number > last.get(kind, 0), f"{what}: the {kind}'s numbers do not rise: {event}")
                    last[kind] = event.number
                    shape(kind, event)
                    heard[kind] += json.dumps(event.data).encode()
                    if event.name != "snapshot":
                        equal(event.data["meeting"], room.id, f"{what}: the meeting of {event}")
                    if kind == "join" and event.name != "snapshot":
                        equal(event.data["join"], eva.id, f"{what}: whose event")
            return events

        told("at the beginning", ["snapshot"], ["snapshot"])
        revoked = ["meeting.epoch", "join.sent_back", "revocation"]
        room.act("message", eva, body={"text": "in a moment"})
        told("message", ["join.message"], ["join.message"])
        admit(room, eva)
        told("admit", ["join.admitted"], ["join.admitted"])
        eva.redeem()
        told("redeem", ["join.present"], ["join.present"])
        room.act("publish", eva, body={"audio": True})
        told("publish", ["join.publish"], ["join.publish"])
        room.act("role", eva, body={"role": "viewer"})
        told("role", ["join.role"], ["join.role"])
        report(eva, "left")
        told("a drop", ["join.left"], ["join.left"])
        report(eva, "present")
        told("a rejoin", ["join.rejoined"], ["join.rejoined"])
        room.act("send-back", eva)
        told("send-back", ["join.sent_back"], revoked[:2], revoked)
        room.act("lock")
        told("lock", [], ["meeting.epoch", "meeting.locked"])
        present(room, admit(room, eva))
        told("admitted by name while locked", ["join.admitted", "join.present"], ["join.admitted", "join.present"])
        room.act("unlock")
        told("unlock", [], ["meeting.unlocked"])
        room.act("suspend")
        told("suspend", ["join.sent_back"], revoked[:2] + ["meeting.suspended"], revoked + ["meeting.suspended"])
        room.act("unlock")
        told("unlock", [], ["meeting.unlocked"])
        others = {}
        for name in ("denied", "withdrawn", "left", "expired"):
            others[name] = knock(daemon, room, name=f"Canary {name}")
            told(f"a knock of another", [], ["join.waiting"])
        room.act("deny", others["denied"])
        told("deny of another", [], ["join.denied"])
        daemon.web.post("/v1/joins/self/withdraw", token=others["withdrawn"].ticket, expect=(200, 204))
        told("another withdraws", [], ["join.withdrawn"])
        present(room, admit(room, others["left"]))
        told("another is admitted and comes in", [], ["join.admitted", "join.present"])
        daemon.web.post("/v1/joins/self/leave", token=others["left"].ticket, expect=(200, 204))
        told("another leaves", [], ["join.left"])
        ask(daemon, room, passcode=guess(), expect="join-refused")
        told("the last wrong passcode that is compared", [], ["meeting.at_risk"])
        present(room, admit(room, eva))
        told("admitted again", ["join.admitted", "join.present"], ["join.admitted", "join.present"])
        room.act("remove", eva, body={"message": "goodbye", "reason": "canary reason"})
        epoch = ["meeting.epoch", "join.removed"]
        told("remove", ["join.removed"], epoch, epoch + ["revocation"])
        streams["join"].closes("the join is over (section 6.3)")
        room.act("end")
        told("end", [], ["join.expired", "meeting.epoch", "meeting.ended"])
        for kind in ("host", "front end"):
            equal(streams[kind].quiet(0.3), [], f"what the {kind} was told besides")
        secrets = [room.passcode, eva.ticket, others["left"].ticket]
        for kind, forbidden in (("join", ["Canary Host", "canary-host", ada.id, "Canary Title", "canary reason", room.passcode,
                                          eva.ticket, '"by"'] + [other.id for other in others.values()]),
                                ("front end", ["Canary", "canary", ada.id, "eyJ", '"by"', '"message"'] + secrets),
                                ("host", ["eyJ", "198.18."] + secrets)):
            for text in forbidden:
                check(text.encode() not in heard[kind], f"the {kind}'s stream tells {text!r}")
        flows.verified(daemon)


@test()
def hosts_are_told_who_did_it_and_the_epoch_it_left():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STAYS)
        with watch(room) as stream:
            stream.snapshot()
            owner, guest = arrive(daemon, room), knock(daemon, room)
            room.act("admit", guest, token=owner.ticket)
            guest.look()
            guest.redeem()
            room.act("lock")
            daemon.web.post("/v1/joins/self/leave", token=guest.ticket, expect=(200, 204))
            events = stream.until("join.left")
            actors = {(event.name, event.data.get("join")): event.data["by"] for event in events}
            check(owner.id in actors["join.admitted", guest.id] or room.owner.id in actors["join.admitted", guest.id], f"{actors}")
            equal(actors["meeting.locked", None], room.owner.id, "by whom it was locked")
            equal(actors["join.left", guest.id], guest.id, "who left by itself")
            equal(events[-1].data["epoch"], room.show()["epoch"], "the epoch in the last event")
            epochs = [event.data["epoch"] for event in events]
            equal(epochs, sorted(epochs), "epochs never fall (section 1)")


@test()
def a_snapshot_holds_for_its_number():
    with Daemon() as daemon:
        room, other = meeting(daemon, host(daemon), policy=STAYS), meeting(daemon, host(daemon), policy=STAYS)
        people = [inside(daemon, room), admit(room, knock(daemon, room)), knock(daemon, room)]
        gone = knock(daemon, room)
        room.act("deny", gone)
        elsewhere = knock(daemon, other)
        with watch(room) as stream, front(daemon.web) as all, own(people[0]) as mine:
            said = stream.snapshot()
            equal(set(said.data), {"meeting", "joins"}, "members of a host's snapshot")
            equal(said.data["meeting"], room.show(), "the meeting in the snapshot")
            listed = {item["id"]: item for item in room.joins() if item["state"] in ("waiting", "admitted", "present")}
            equal({item["id"]: item for item in said.data["joins"]}, listed, "the joins in the snapshot")
            equal(set(listed), {join.id for join in people}, "whom it holds")
            hers = all.snapshot()
            equal({item["join"]: item["state"] for item in hers.data["joins"]},
                  {people[0].id: "present", people[1].id: "admitted", people[2].id: "waiting", elsewhere.id: "waiting"},
                  "a front end's snapshot: all its open joins")
            for item in hers.data["joins"]:
                equal(set(item), {"join", "meeting", "state", "role", "epoch"}, "members of its joins")
            answer = mine.snapshot().data
            equal(answer["join"], flows.join_in(people[0].look().json), "a joiner's snapshot")
            check(claims_of(answer["grant"])["sub"] == people[0].id, "its grant")
            room.act("admit", people[2])
            for what, reader in (("host", stream), ("front end", all)):
                event = reader.expect("join.admitted", join=people[2].id)
                check(event.number > (said if what == "host" else hers).number, f"the first number after a {what}'s snapshot")


@test()
def a_reader_that_was_away_gets_what_it_missed_once_and_in_order():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STAYS)
        guest = knock(daemon, room)

        def readers(after):
            return {"join": own(guest, after=after["join"]), "host": watch(room, after=after["host"]),
                    "front end": front(daemon.web, after=after["front end"])}
        start = {kind: None for kind in STREAMS}
        whole, seen = readers(start), {kind: [] for kind in STREAMS}
        last = {kind: stream.snapshot().id for kind, stream in whole.items()}
        first = dict(last)
        for round in range(4):
            admit(room, guest)
            guest.redeem()
            room.act("message", guest, body={"text": f"round {round}"})
            {0: lambda: None, 1: daemon.restart, 2: lambda: (daemon.kill(), daemon.start()), 3: lambda: None}[round]()
            room.act("send-back", guest)
            for kind, stream in readers(last).items():
                events = stream.until("join.sent_back")
                events += stream.quiet(0.2)
                check(all(event.name != "snapshot" for event in events), f"{kind}: a snapshot though it had a number")
                seen[kind] += events
                last[kind] = events[-1].id
                stream.close()
        for kind, stream in readers(first).items():
            again = stream.quiet(0.4)
            if kind == "join":   # its grants and messages are those of now
                equal([(event.id, event.name, event.data["state"]) for event in again],
                      [(event.id, event.name, event.data["state"]) for event in seen[kind]], "a joiner's events, all at once")
                equal([event.number for event in again], list(range(int(first[kind]) + 1, int(first[kind]) + 1 + len(again))),
                      "a joiner's numbers have no gap")
            else:
                equal(again, seen[kind], f"{kind}: all at once and piece by piece")
            rising(again, kind)
            for event in again:
                shape(kind, event, again=True)
        for kind, (target, client, token) in {"join": ("/v1/joins/self/events", daemon.web, guest.ticket), "front end": ("/v1/events", daemon.web, None),
                                              "host": (room.path + "/events", daemon.web, room.owner.token)}.items():
            events, after, place = [], None, first[kind]
            while not events or page_events:
                page_events, place = page(client, target, token=token, after=place)
                events += page_events
            equal([(event.id, event.name) for event in events], [(event.id, event.name) for event in seen[kind]],
                  f"{kind}: the long poll and the stream (section 6.3)")
            equal(place, page(client, target, token=token, after=place)[1], f"{kind}: where nothing is new")
            if kind != "join":
                equal(events, seen[kind], f"{kind}: the long poll and the stream")
            snapshot = page(client, target, token=token)[0]
            equal([event.name for event in snapshot], ["snapshot"], f"{kind}: a long poll without `after`")


@test()
def what_was_told_before_is_told_as_it_was():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STAYS)
        guest = knock(daemon, room)
        room.act("message", guest, body={"text": "wait a moment"})
        admit(room, guest)
        with own(guest, after=0) as stream:
            for event in (stream.expect("join.waiting"), stream.expect("join.message"), stream.expect("join.admitted")):
                shape("join", event, again=True)   # a grant stands in no event of somebody outside
        room.act("send-back", guest)
        with own(guest, after=0) as stream:
            for event in stream.until("join.sent_back"):
                check("grant" not in event.data, f"a grant for somebody who waits: {event}")


@test()
def a_number_that_is_not_kept_not_reached_or_none_begins_with_a_snapshot():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STAYS)
        guest = knock(daemon, room)
        for after in ("999999999", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "-1", "+1", "1.5", "x",
                      "0x1", "١", "", " ", "1 2", "null"):
            for what, stream in (("join", lambda: own(guest, after=after.encode().decode("latin-1") if after.isascii() else "x\u00e9")),
                                 ("host", lambda: watch(room, after=after if after.isascii() else "x")),
                                 ("front end", lambda: front(daemon.web, after=after if after.isascii() else "x"))):
                with stream() as opened:
                    equal(opened.status, 200, f"{what} after {after!r}")
                    opened.snapshot()
        for target, token in (("/v1/joins/self/events", guest.ticket), (room.path + "/events", room.owner.token), ("/v1/events", None)):
            events, place = page(daemon.web, target, token=token, after=999_999_999)
            equal([event.name for event in events], ["snapshot"], f"{target}?after= newer than the last")
            equal(events[0].id, place, "where to go on")
            for bad in ("-1", "x", "1.5", "+1", "", "99999999999999999999999"):
                answer = daemon.web.get(f"{target}?after={bad}&wait=0", token=token)
                among(answer.status, (400, 422) if bad != "99999999999999999999999" else (200, 400, 422), f"{target}?after={bad}")
            for bad in ("-1", "31", "x", ""):
                among(daemon.web.get(f"{target}?wait={bad}", token=token).status, (400, 422), f"{target}?wait={bad}")
            among(daemon.web.get(f"{target}?wait=0&nosuch=1", token=token).status, (400, 422), "an unknown parameter (section 2)")


@test()
def a_number_older_than_what_is_kept_gets_a_new_snapshot():
    with Daemon(clock=True) as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**STAYS, "ticket_seconds": 86_400})
        guest = knock(daemon, room)
        with front(daemon.web) as stream:
            old = stream.snapshot().id
        room.act("message", guest, body={"text": "old"})
        daemon.clock.advance(7 * 86_400)
        fresh = soon("a snapshot for a number of a week ago", lambda: (lambda events: events if [
            event.name for event in events] == ["snapshot"] else None)(page(daemon.web, "/v1/events", after=old)[0]), 75)
        check(fresh[0].number >= int(old), "the number of the new snapshot")


@test()
def the_long_poll_waits_is_woken_and_ends_in_time():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STAYS)
        guest = knock(daemon, room)
        for target, token in (("/v1/joins/self/events", guest.ticket), (room.path + "/events", room.owner.token), ("/v1/events", None)):
            place = page(daemon.web, target, token=token)[1]
            began = time.monotonic()
            equal(page(daemon.web, target, token=token, after=place, wait=1), ([], place), f"{target}: nothing new")
            check(0.8 <= time.monotonic() - began < 3, f"{target}: wait=1 took {time.monotonic() - began:.1f} s")
            woken = {}

            def poll():
                woken["events"] = page(daemon.web, target, token=token, after=place, wait=30)[0]
                woken["at"] = time.monotonic()
            thread = threading.Thread(target=poll, daemon=True)
            thread.start()
            time.sleep(0.3)
            acted = time.monotonic()
            room.act("message", guest, body={"text": "now"})
            thread.join(5)
            check("at" in woken, f"{target}: not woken")
            check(woken["at"] - acted < 1, f"{target}: woken after {woken['at'] - acted:.2f} s")
            equal([event.name for event in woken["events"]], ["join.message"], f"{target}: what it was woken with")
        # A poll that waits while the daemon is told to stop does not hold it up.
        place = page(daemon.web, "/v1/events")[1]
        thread = threading.Thread(target=lambda: daemon.web.get(f"/v1/events?after={place}&wait=30", timeout=40, judge=False), daemon=True)
        thread.start()
        with front(daemon.web) as stream:
            stream.snapshot()
            daemon.stop()
            equal([event.name for event in stream.quiet(2)], [], "what a stream was told at the stop")
            equal(stream.ended, "told", "how the daemon's stop closes a stream")
        daemon.start()


# --- transport -----------------------------------------------------------------------------------------

@test(seconds=60)
def a_quiet_stream_has_a_comment_every_15_seconds():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STAYS)
        guest = knock(daemon, room)
        streams = [own(guest), watch(room), front(daemon.web)]
        for stream in streams:
            stream.snapshot()
        began = time.monotonic()
        def comment(index):
            while not streams[index].comments:
                try:
                    raise Failure(f"an event where nothing happened: {streams[index].next(0.5)}")
                except TimeoutError:
                    check(time.monotonic() - began < 18, f"{STREAMS[index]}: no comment after 18 s")
            return time.monotonic() - began
        for kind, seconds in zip(STREAMS, parallel(3, comment)):
            check(13.5 < seconds < 17, f"{kind}: the first comment after {seconds:.1f} s (section 6.3: every 15 s)")
        room.act("message", guest, body={"text": "after the comment"})
        for stream in streams:
            stream.expect("join.message")


@test()
def a_stream_is_framed_rightly_for_every_kind_of_client():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STAYS)
        guest = knock(daemon, room, name="Grüße <b> \U0001F600")
        for kind, open_stream in (("join", lambda **more: own(guest, **more)), ("host", lambda **more: watch(room, **more)),
                                  ("front end", lambda **more: front(daemon.web, **more))):
            with open_stream() as new, open_stream(version="1.0") as old, open_stream(half_close=True) as half, \
                    open_stream(lines="Connection: close\r\n") as closing:
                equal(new.answer.header("Transfer-Encoding"), "chunked", f"{kind}: HTTP/1.1")
                equal(old.answer.header("Transfer-Encoding"), None, f"{kind}: HTTP/1.0 knows no chunks")
                for stream in (new, old, half, closing):
                    stream.snapshot()
                room.act("message", guest, body={"text": f"to {kind}"})
                for stream in (new, old, half, closing):
                    stream.expect("join.message")
            head = daemon.web.call("HEAD", new.what.split(" ")[-1], token={"join": guest.ticket, "host": room.owner.token}.get(kind), timeout=5)
            among(head.status, (200, 405), f"{kind}: HEAD")
            equal(head.body, b"", f"{kind}: HEAD")
            for method in ("POST", "PUT", "DELETE"):
                equal(daemon.web.call(method, new.what.split(" ")[-1], token=guest.ticket).status, 405, f"{kind}: {method}")
            for where, both in (("query first", "?wait=0"), ("and a number", "?after=0")):
                path = new.what.split(" ")[-1] + both
                stream_answer = daemon.web.get(path, token={"join": guest.ticket, "host": room.owner.token}.get(kind), headers={"Last-Event-ID": "0"})
                equal(stream_answer.header("Content-Type").split(";")[0], "application/json", f"{kind}: {path}")
        # A stream's end leaves the connection usable or closed, as HTTP says; what is sent on it meanwhile is not lost silently.
        other = knock(daemon, room)
        with own(other) as stream:
            stream.snapshot()
            room.act("deny", other)
            stream.until("join.denied")
            stream.closes("denied")


# --- authority -----------------------------------------------------------------------------------------

@test(answers="23")
def who_may_watch_what_and_everybody_else_is_answered_alike():
    with Daemon() as daemon:
        ada, bob, plain = host(daemon), host(daemon), member(daemon)
        room, other = meeting(daemon, ada, policy=STAYS), meeting(daemon, bob, policy=STAYS)
        waits, guest = knock(daemon, room), inside(daemon, room)
        owner, theirs = present(room, arrive(daemon, room)), arrive(daemon, other)
        over = knock(daemon, room)
        daemon.web.post("/v1/joins/self/withdraw", token=over.ticket)
        made_up = guest.ticket[:-6] + ("aaaaaa" if not guest.ticket.endswith("aaaaaa") else "bbbbbb")
        rows = [("the host's session", ada.token, 200, 401), ("the host's ticket", owner.ticket, 200, 200),
                ("another host's session", bob.token, 403, 401), ("another host's ticket", theirs.ticket, 403, 200),
                ("a member's session", plain.token, 403, 401), ("a guest's ticket", guest.ticket, 403, 200),
                ("a waiting ticket", waits.ticket, 403, 200), ("no bearer", None, 401, 401),
                ("a ticket that is none", made_up, 401, 401)]
        uniform = {}
        for who, token, hosts, joiners in rows:
            for poll in ("", "?wait=0"):
                for where in (room.path, f"/v1/meetings/{absent()}"):
                    expected = hosts if where == room.path or hosts == 401 else 403
                    answer = opened(daemon.web, f"{where}/events{poll}", token)
                    equal(answer.status, expected, f"{who}: {where}/events{poll}")
                    if expected == 403:
                        equal(answer.code, "not-host", f"{who}: {where}/events{poll}")
                    if expected != 200:
                        equal(uniform.setdefault((expected, token is None, poll), answer.comparable()), answer.comparable(),
                              f"{who}: {where}/events{poll} is answered alike (section 2)")
                equal(opened(daemon.web, f"/v1/joins/self/events{poll}", token).status, joiners, f"{who}: a joiner's stream{poll}")
        equal(Stream(daemon.admin, room.path + "/events").snapshot().name, "snapshot", "the operator watches without a bearer")


def opened(client, target, token=None):
    """The answer's head: a stream's is not waited out."""
    if "?" in target:
        return client.get(target, token=token)
    with Stream(client, target, token=token) as stream:
        return stream.answer


@test(root=True)
def another_front_end_sees_hears_and_acknowledges_nothing_of_ours():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy=STAYS)
        with front(daemon.other) as theirs, front(daemon.web) as ours:
            equal(theirs.snapshot().data, {"joins": []}, "another front end's snapshot")
            ours.snapshot()
            guest = inside(daemon, room)
            for target in ("/v1/joins/self/events", "/v1/joins/self/events?wait=0"):
                equal(opened(daemon.other, target, guest.ticket).status, 401, f"our ticket elsewhere: {target}")
            owner = present(room, arrive(daemon, room))
            equal(opened(daemon.other, room.path + "/events", owner.ticket).status, 401, "our host's ticket elsewhere")
            for verb in ("present", "left"):
                there = report(guest, verb, client=daemon.other, expect=404)
                nowhere = daemon.other.post(f"/v1/joins/join_{'0' * 26}/{verb}", expect=404)
                equal(there.comparable(), nowhere.comparable(), f"{verb}: theirs and none")
            equal(roster(daemon, room, [guest], client=daemon.other), [guest.id], "our join on another's roster")
            equal(roster(daemon, room, [], client=daemon.other), [], "another's empty roster")
            equal(room.show()["counts"]["present"], 2, "who is in after another front end's empty roster")
            room.act("remove", guest)
            revocation = ours.until("revocation")[-1].data["revocation"]
            room.act("lock")
            ours.until("meeting.locked")
            equal(theirs.quiet(0.5), [], "what another front end heard")
            for number in (revocation, "0", "999999", "x", "-1", "99999999999999999999"):
                daemon.other.post(f"/v1/revocations/{number}/ack", expect=404)
            daemon.web.post(f"/v1/revocations/{revocation}/ack", expect=204)
            daemon.web.post(f"/v1/revocations/{revocation}/ack", expect=204)
            daemon.web.post("/v1/revocations/999999/ack", expect=404)
            stranger = knock(daemon, meeting(daemon, ada, policy=OPEN), client=daemon.other)
            events = theirs.until("join.admitted")
            equal({event.data["join"] for event in events}, {stranger.id}, "its own join")
            equal([event for event in ours.quiet(0.4) if event.data.get("join") == stranger.id], [], "we hear nothing of theirs")


@test()
def a_stream_whose_bearer_loses_its_right_is_closed_within_a_second():
    with Daemon(config={"sessions": {"idle_seconds": 600, "max_seconds": 900}}, clock=True) as daemon:
        def case(what, make, end, after=(401,)):
            stream, target, token = make()
            stream.snapshot()
            end()
            seen = stream.closes(what)
            check(all("grant" not in event.data for event in seen), f"{what}: a grant at the end: {seen}")
            among(opened(daemon.web, target, token).status, after, f"{what}: a new attempt")
            return seen

        ada = host(daemon)
        def hosts(person):
            def make():
                room = meeting(daemon, person, policy=STAYS)
                return watch(room), room.path + "/events", person.token
            return make
        case("signed out", hosts(ada), lambda: daemon.web.delete("/v1/sessions/current", token=ada.token, expect=204))
        bob = host(daemon)
        case("disabled", hosts(bob), lambda: daemon.admin.patch(f"/v1/accounts/{bob.id}", {"disabled": True}, expect=200))
        cleo = host(daemon)
        case("the session's time is over", hosts(cleo), lambda: daemon.clock.advance(901))

        dora = host(daemon)
        room = meeting(daemon, dora, policy=STAYS)
        def by_ticket(role=None):
            def make():
                join = inside(daemon, room)
                if role:
                    room.act("role", join, body={"role": role})
                made.append(join)
                return watch(room, token=join.ticket), room.path + "/events", join.ticket
            return make
        made = []
        case("a cohost's join removed", by_ticket("cohost"), lambda: room.act("remove", made[-1]), (401, 403))
        room = meeting(daemon, dora, policy=STAYS)
        case("a cohost's role taken back", by_ticket("cohost"), lambda: room.act("role", made[-1], body={"role": "participant"}), (403,))
        case("a cohost left", by_ticket("cohost"), lambda: daemon.web.post("/v1/joins/self/leave", token=made[-1].ticket), (401, 403))

        known = member(daemon)
        def joiners():
            join = flows.Join(daemon, ask(daemon, room, token=known.token, passcode=room.passcode, expect=201).json, daemon.web)
            made.append(join)
            return own(join), "/v1/joins/self/events", join.ticket
        case("a joiner whose session is signed out", joiners, lambda: daemon.web.delete("/v1/sessions/current", token=known.token))
        guest = inside(daemon, room)
        with own(guest) as stream:
            stream.snapshot()
            report(guest, "left")
            stream.expect("join.left")
            daemon.clock.advance(301)
            stream.closes("the time to come back (rejoin_seconds) is over", seconds=2)
        equal(opened(daemon.web, "/v1/joins/self/events", guest.ticket).status, 401, "its ticket then")


@test(root=True)
def a_permission_taken_away_by_a_reload_closes_its_streams_within_a_second():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STAYS)
        guest = knock(daemon, room)
        streams = {"join": own(guest), "host": watch(room), "front end": front(daemon.web)}
        for stream in streams.values():
            stream.snapshot()
        place = page(daemon.web, "/v1/events")[1]
        answers = []
        poll = threading.Thread(target=lambda: answers.append(daemon.web.get(f"/v1/events?after={place}&wait=20", timeout=30)), daemon=True)
        poll.start()
        time.sleep(0.2)
        entry = daemon.tables["frontend"][0]
        entry["permissions"] = [name for name in ALL_PERMISSIONS if name != "events"]
        write_config(daemon)
        daemon.process.send_signal(signal.SIGHUP)
        for kind in ("host", "front end"):
            streams[kind].closes("the permission `events` is gone")
        poll.join(3)
        check(answers and answers[0].status == 403, f"a long poll whose permission went: {answers}")
        for target, token in ((room.path + "/events", room.owner.token), ("/v1/events", None)):
            equal(opened(daemon.web, target, token).code, "permission-denied", f"{target} afterwards")
        room.act("message", guest, body={"text": "still"})
        streams["join"].expect("join.message")   # it stands on `joins`
        entry["permissions"] = ["sessions", "events"]
        write_config(daemon)
        daemon.process.send_signal(signal.SIGHUP)
        streams["join"].closes("the permission `joins` is gone")
        entry["permissions"] = ALL_PERMISSIONS
        entry["uid"] = OTHER_UID + 1
        with front(daemon.web) as stream:
            stream.snapshot()
            write_config(daemon)
            daemon.process.send_signal(signal.SIGHUP)
            stream.closes("the front end is not configured any more")


def write_config(daemon):
    with open(daemon.config_path, "w") as file:
        file.write(toml(daemon.tables))


@test()
def nobody_reads_back_to_before_it_had_the_right():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STAYS)
        early = knock(daemon, room)
        room.act("message", early, body={"text": "before"})
        room.act("deny", early)
        late = inside(daemon, room)
        room.act("role", late, body={"role": "cohost"})
        second = knock(daemon, room)
        for after in (0, 1):
            with watch(room, token=late.ticket, after=after) as stream:
                events = stream.until("join.waiting")
                events += stream.quiet(0.2)
                equal([event for event in events if event.data.get("join") == early.id], [], f"what was before its role, after {after}")
                equal([event.data["join"] for event in events if event.name == "join.waiting"], [second.id], "what came since")
            told, _ = page(daemon.web, room.path + "/events", token=late.ticket, after=after)
            equal([event for event in told if event.data.get("join") == early.id], [], f"the long poll after {after}")
        room.act("role", late, body={"role": "participant"})
        secret = knock(daemon, room)
        room.act("deny", secret)
        room.act("role", late, body={"role": "cohost"})
        third = knock(daemon, room)
        with watch(room, token=late.ticket, after=events[-1].id) as stream:
            events = stream.until("join.waiting", join=third.id)
            equal([event for event in events if event.data.get("join") == secret.id], [], "what was while it had no role")
        owner = arrive(daemon, room)
        with watch(room, token=owner.ticket, after=0) as stream:
            events = stream.quiet(0.4)
            equal([event for event in events if event.data.get("join") in (early.id, secret.id)], [],
                  "what was before the host's ticket was made")
