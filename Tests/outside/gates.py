"""Section 6: what each gate makes of a join, what those outside may learn of it, and `simulate`."""

import secrets, time

import flows
from events import soon, state_of
from flows import OPEN, admit, arrive, ask, host, knock, meeting, member, present
from harness import *
from meetings import absent, guess
from policy import LEVELS, NOTICE, STILL, TIGHTER, come, joined, level_of

GATES = ["throttle", "exists", "ended", "ban", "proof", "lock", "window", "capacity", "sign_in", "client", "name", "notices",
         "waiting_room", "role"]
FREE = {**OPEN, "host_absence": "continue"}
LONG = {"sessions": {"idle_seconds": 86_400}}


def stamp(daemon, seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(daemon.now() + seconds))


def decided(answer):
    """A join's answer in the words of a trace."""
    if answer.status >= 400:
        return "refuse"
    return {"admitted": "admit", "waiting": "wait"}[answer.json["join"]["state"]]


def waits_for(join):
    """What the joiner is told that it waits for, or None."""
    waiting = flows.waiting_in(join.look().json)
    return waiting["for"] if waiting else None


def self_made(daemon):
    """An account that a front end made: signed in, but not vouched (section 1)."""
    person = flows.Person(daemon, "self-" + secrets.token_hex(5), flows.good_password())
    made = daemon.web.post("/v1/accounts", {"username": person.username, "password": person.password}, expect=201).json
    equal(made["account"]["vouched"], False, "an account that a front end made")
    person.id = made["account"]["id"]
    person.sign_in()
    return person


# --- one gate at a time --------------------------------------------------------------------------------

@test()
def sign_in_asks_everybody_but_the_hosts_for_an_account_and_where_it_says_so_for_two_factors():
    with Daemon() as daemon:
        ada, made, one, two = host(daemon), self_made(daemon), member(daemon), member(daemon).enrol()
        asked = ("sign-in-required", "second-factor-required")
        for value, outcomes in {"optional": ("admit",) * 4, "required": (asked[:1], "admit", "admit", "admit"),
                                "second_factor": (asked, asked[1:], asked[1:], "admit")}.items():
            room = meeting(daemon, ada, policy={**FREE, "sign_in": value})
            for who, token, expected in zip(("a guest", "an account nobody vouched for", "a member", "a member with two factors"),
                                            (None, made.token, one.token, two.token), outcomes):
                answer = ask(daemon, room, token=token, passcode=room.passcode)
                if expected == "admit":
                    equal(decided(answer), "admit", f"{who} where sign_in is {value}: {answer}")
                else:
                    equal(answer.status, 403, f"{who} where sign_in is {value}: {answer}")
                    among(answer.code, expected, f"{who} where sign_in is {value}")
                    check(answer.json.get("required"), f"{who}: what is missing is not said: {answer}")
                equal(ask(daemon, room, token=made.token, passcode=guess()).code, "join-refused", f"a guess with a session ({value})")
                equal(ask(daemon, room, token=made.token).code, "passcode-required", f"a session of nobody vouched for, alone ({value})")
            equal(arrive(daemon, room).state, "admitted", f"the host where sign_in is {value}")
            equal(room.show()["passcode"]["failures"], 4, "only the wrong passcodes have counted")


@test(answers="15")
def line_15_Teams_phones_and_bots_are_taken_as_their_settings_say_and_never_for_members():
    with Daemon() as daemon:
        ada, known = host(daemon), member(daemon)
        for kind, setting, value, expected in (("phone", "phones", "as_guest", "admit"), ("endpoint", "phones", "as_guest", "admit"),
                                               ("phone", "phones", "wait", "wait"), ("phone", "phones", "refuse", "refuse"),
                                               ("endpoint", "phones", "refuse", "refuse"), ("bot", "bots", "wait", "wait"),
                                               ("bot", "bots", "refuse", "refuse"), ("person", "bots", "refuse", "admit")):
            what = f"a {kind} where {setting} is {value}"
            room = meeting(daemon, ada, policy={**FREE, setting: value})
            client = {"kind": kind}
            flows.inside(daemon, room, name="First")   # a phone is never the first
            answer = come(room, client=client)
            equal(decided(answer), expected, f"{what}: {answer}")
            if expected == "refuse":
                equal(answer.status, 403, what)
            elif kind != "person":
                shown = next(item for item in room.joins() if item["id"] == answer.json["join"]["id"])
                equal((shown["client"]["kind"], answer.json["join"]["client"]["kind"]), (kind, kind), f"{what}: shown as what it is")
            equal(come(room, passcode=guess(), client=client).code, "join-refused", f"{what}, with a guess")
        for kind in ("phone", "endpoint"):
            room = meeting(daemon, ada, policy={**FREE, "phones": "as_guest"})
            without = come(room, token=known.token, passcode=None, client={"kind": kind})
            equal(without.code, "passcode-required", f"a {kind} with a member's session is a guest")
            answer = come(room, token=known.token, client={"kind": kind})
            check(decided(answer) != "admit", f"a {kind} is the first to open: {answer}")
            if answer.status == 201:
                equal(answer.json["join"]["identity"]["class"], "guest", f"class of a {kind} with a member's session")
        room = meeting(daemon, ada, policy={"waiting_room": "off", "before_host": "wait", "host_arrival": "admit_all"})
        bots = [joined(room, client={"kind": "bot"}) for _ in range(2)]
        person = knock(daemon, room)
        present(room, arrive(daemon, room))
        soon("the person is let in by the host's arrival", lambda: state_of(room, person) == "admitted")
        skipped = {item["join"] for item in room.act("admit-waiting").json["skipped"]}
        equal(skipped, {bot.id for bot in bots}, "bots are not admitted unseen: admit-waiting skips them")
        equal([state_of(room, bot) for bot in bots], ["waiting"] * 2, "after the host's arrival and admit-waiting")
        admit(room, bots[0])


@test()
def names_given_are_the_account_s_and_whoever_has_none_is_told_what_is_missing():
    with Daemon() as daemon:
        ada, known = host(daemon), member(daemon, display_name="Grace Hopper")
        room = meeting(daemon, ada, policy={**FREE, "names": "given"})
        joined = ask(daemon, room, name="Somebody Else", token=known.token, expect=201).json["join"]
        equal((joined["state"], joined["display_name"]), ("admitted", "Grace Hopper"), "a member's name")
        answer = ask(daemon, room, name="Grace Hopper", passcode=room.passcode)
        check(decided(answer) != "admit", f"a guest under a name that nobody gave: {answer}")
        if answer.status >= 400:
            among(answer.code, ("name-required", "sign-in-required", "invite-required"), "why")
        equal(ask(daemon, room, name="Grace Hopper", passcode=guess()).code, "join-refused", "and with a guess")
        free = meeting(daemon, ada, policy={**FREE, "names": "free"})
        equal(ask(daemon, free, name="Grace Hopper", passcode=free.passcode, expect=201).json["join"]["display_name"], "Grace Hopper", "where names are free")


@test()
def a_refusal_to_the_proven_lists_all_that_is_missing_and_spends_nothing():
    with Daemon() as daemon:
        ada, known = host(daemon), member(daemon)
        room = meeting(daemon, ada, policy={**FREE, "sign_in": "required", "notices": [NOTICE]})
        answer = come(room, display_name=None, expect=403)
        among(answer.code, ("sign-in-required", "name-required", "notice-required"), "the first that is missing")
        text = json.dumps(answer.json["required"])
        for wanted in ("sign", "name", "notice"):
            check(wanted in text, f"{wanted} is missing and not said: {answer.json['required']}")
        with_name = come(room, expect="sign-in-required").json["required"]
        check("name" not in json.dumps(with_name) and "notice" in json.dumps(with_name), f"with a name: {with_name}")
        signed = ask(daemon, room, token=known.token, expect="notice-required")
        check("sign" not in json.dumps(signed.json["required"]), f"with a session: {signed}")
        equal([item["id"] for item in signed.json["notices"]], ["recording"], "the notices themselves (section 2)")
        strict = meeting(daemon, ada, policy={**FREE, "passcode": "everyone", "open_to": "members", "sign_in": "second_factor"})
        answer = ask(daemon, strict, passcode=strict.passcode, expect=403)
        among(answer.code, ("sign-in-required", "second-factor-required"), "a guest with the right passcode where members may")
        for passcode in (None, guess()):
            outside = come(room, display_name=None, passcode=passcode)
            check(set(outside.json.get("required") or []) <= {"passcode-required"}, f"an outsider is told what is missing: {outside}")
        equal((len(room.joins()), room.show()["counts"]), (0, {"waiting": 0, "admitted": 0, "present": 0}), "what refusals leave")


@test()
def auto_lock_locks_so_long_after_the_first_admission_and_once():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = host(daemon)
        later, at_once = (meeting(daemon, ada, policy={**FREE, "auto_lock": seconds}) for seconds in (60, 0))
        quiet = meeting(daemon, ada, policy={**FREE, "auto_lock": 60})
        guest = present(later, knock(daemon, later))
        knock(daemon, at_once)
        soon("auto_lock 0", lambda: at_once.show()["locked"])
        daemon.clock.advance(50)
        time.sleep(1.2)
        equal(later.show()["locked"], False, "50 s after the first admission")
        epoch = later.show()["epoch"]
        daemon.clock.advance(12)
        soon("auto_lock 60", lambda: later.show()["locked"])
        check(later.show()["epoch"] > epoch, "the epoch rises at lock (section 1)")
        equal(state_of(later, guest), "present", "who is inside stays")
        equal(knock(daemon, later).state, "waiting", "who comes then (when_locked: wait)")
        records = [item for item in daemon.admin.pages("/v1/audit", 200) if item["event"] == "meeting.locked" and item["subject"] == later.id]
        equal([item["actor"] for item in records], ["system"], "who locked it, in the audit")
        equal(quiet.show()["locked"], False, "a meeting that nobody entered")
        later.act("unlock")
        daemon.clock.advance(120)
        time.sleep(1.2)
        equal(later.show()["locked"], False, "a host's unlock holds")


@test()
def a_seat_that_comes_free_goes_to_who_has_waited_longest_for_one():
    with Daemon() as daemon:
        ada, people = host(daemon), [member(daemon) for _ in range(5)]
        room = meeting(daemon, ada, policy={**STILL, "capacity": 1})
        join = lambda person: joined(room, token=person.token, passcode=None, display_name=person.username)   # noqa: E731
        first = join(people[0])
        equal(first.state, "admitted", "a member, where only guests wait")
        present(room, first)
        unknown = knock(daemon, room, name="Unknown")
        second, third, fourth = (join(person) for person in people[1:4])
        equal([waits_for(each) for each in (second, third, fourth)], ["seat"] * 3, "what members wait for in a full meeting")
        among(room.act("admit", unknown, expect=None).code, ("meeting-full", "state-conflict"), "an admission beyond the seats")
        equal(present(room, arrive(daemon, room)).state, "present", "the host has a seat always")
        seats = lambda: [state_of(room, each) for each in (second, third, fourth, unknown)]   # noqa: E731
        daemon.web.post("/v1/joins/self/leave", token=first.ticket, expect=(200, 204))
        late = join(people[4])
        soon("the seat is given on", lambda: state_of(room, second) == "admitted")
        equal((seats(), late.state), (["admitted", "waiting", "waiting", "waiting"], "waiting"), "the longest waiting, and nobody overtakes")
        second.look()
        daemon.web.post("/v1/joins/self/withdraw", token=third.ticket, expect=(200, 204))
        room.act("remove", present(room, second), body={"ban": False})
        soon("the seat is given on", lambda: state_of(room, fourth) == "admitted")
        equal((state_of(room, unknown), state_of(room, late)), ("waiting", "waiting"), "who waits for a host's word, and the last")
        room.act("lock")   # who was on the way in goes back; a seat is free, but a locked meeting lets nobody in by itself
        time.sleep(1.2)
        equal(state_of(room, late), "waiting", "a seat in a locked meeting")
        full = meeting(daemon, ada, policy={**FREE, "capacity": 1})
        knock(daemon, full)
        answer = ask(daemon, full, passcode=full.passcode, expect="meeting-full")
        equal(len(full.joins()), 1, f"a refusal leaves no join: {answer}")


@test()
def before_its_window_a_meeting_is_not_open_yet_and_in_it_the_opening_is_waited_for():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = host(daemon)
        times = {"opens_at": stamp(daemon, 3600), "closes_at": stamp(daemon, 7200)}
        rooms = [meeting(daemon, ada, policy={**FREE, "early_join": 600, **more}, **times) for more in ({}, {"waiting_room": "guests"}, {"before_host": "wait"})]
        free, guarded, hosted = rooms
        for room in rooms:
            equal((room.show()["state"], room.show()["opens_at"]), ("scheduled", times["opens_at"]), "before its time (section 10)")
            ask(daemon, room, passcode=room.passcode, expect="not-open-yet")
            equal(ask(daemon, room, passcode=guess()).comparable(), ask(daemon, absent(), passcode=guess()).comparable(), "and to a guess")
            equal(ask(daemon, room).comparable(), ask(daemon, absent()).comparable(), "and to nothing")
        daemon.clock.advance(2990)
        ask(daemon, free, passcode=free.passcode, expect="not-open-yet")
        daemon.clock.advance(20)
        early = [knock(daemon, room) for room in rooms]
        for room, guest in zip(rooms, early):
            equal((guest.state, waits_for(guest)), ("waiting", "opening"), "within early_join")
        daemon.clock.advance(595)
        soon("the opening by time", lambda: all(room.show()["state"] == "open" for room in rooms))
        soon("who waited for it is decided", lambda: state_of(free, early[0]) == "admitted")
        early[0].look()
        check(early[0].grant, "no grant after the opening")
        equal([waits_for(guest) for guest in early[1:]], ["admission", "host"], "what the opening leaves to wait for")
        equal(knock(daemon, free).state, "admitted", "who comes then")
        admit(guarded, early[1])
        daemon.clock.advance(3600)
        time.sleep(1.2)
        for room in rooms:
            answer = ask(daemon, room, passcode=room.passcode, expect=403)
            among(answer.code, ("meeting-ended", "not-open-yet"), "after closes_at")
            equal(ask(daemon, room, passcode=guess()).code, "join-refused", "after closes_at, with a guess")
        answer = hosted.act("admit", early[2], expect=None)
        among(answer.status, (403, 404, 409), f"an admission after closes_at: {answer}")


# --- what those outside learn --------------------------------------------------------------------------

@test()
def whatever_a_meeting_s_gates_say_to_an_outsider_it_is_as_if_there_were_none():
    with Daemon() as daemon:
        ada, stranger, known = host(daemon), self_made(daemon), member(daemon)
        rooms = {what: meeting(daemon, ada, title="Canary", policy={**FREE, **policy}) for what, (policy, _) in TIGHTER.items()}
        rooms |= {f"the profile {name}": meeting(daemon, ada, title="Canary", profile=name) for name in ("general", "education", "health", "public")}
        rooms |= {"not open yet": meeting(daemon, ada, policy=FREE, opens_at=stamp(daemon, 86_400)), "second factors": meeting(daemon, ada, policy={**FREE, "sign_in": "second_factor"}),
                  "ended": meeting(daemon, ada), "locked": meeting(daemon, ada, policy={"when_locked": "refuse"}), "full": meeting(daemon, ada, policy={**FREE, "capacity": 1}),
                  "an ended series": meeting(daemon, ada, kind="series"), "deleted": meeting(daemon, ada), "all must show it": meeting(daemon, ada, policy={"passcode": "everyone"})}
        for verb, what in (("end", "ended"), ("end", "an ended series"), ("lock", "locked")):
            rooms[what].act(verb)
        knock(daemon, rooms["full"])
        among(daemon.web.delete(rooms["deleted"].path, token=ada.token).status, (200, 204), "DELETE of a meeting")
        shown = {"nothing": {}, "a guess": {"passcode": guess()}, "a guess by phone": {"passcode": guess(), "client": {"kind": "phone"}},
                 "a bot with nothing": {"client": {"kind": "bot"}}, "an invite that is none": {"invite": "x" * 26}, "no name": {"passcode": guess(), "display_name": None},
                 "agreement": {"passcode": guess(), "notices": [{"id": "recording", "version": 1, "agreed": True}]}, "a ticket that is none": {"ticket": "x" * 60},
                 "a session": {"passcode": guess(), "token": stranger.token}}
        faults = []
        for how, fields in shown.items():
            def outside(where):
                body = {"display_name": "Eve", "source": flows.source(), **fields}
                token = body.pop("token", None)
                if body["display_name"] is None:
                    del body["display_name"]
                return daemon.web.post(f"/v1/meetings/{where}/joins", body, token=token)
            nowhere = outside(absent())
            among(nowhere.status, (401, 403, 422), f"no such meeting, {how}: {nowhere}")
            for what, room in rooms.items():
                answer = outside(room.id)
                if answer.comparable() != nowhere.comparable():
                    faults.append(f"{how}, {what}: {answer} and not {nowhere}")
        for what in ("open_to: invited", "the profile health"):   # where a member's session proves nothing
            for passcode in ({}, {"passcode": guess()}):
                answer, nowhere = (ask(daemon, where, token=known.token, **passcode) for where in (rooms[what].id, absent()))
                if answer.comparable() != nowhere.comparable():
                    faults.append(f"a member, {what}: {answer} and not {nowhere}")
        check(not faults, f"{len(faults)} differ:\n" + "\n".join(faults[:20]))


@test()
def no_joiner_ever_reads_a_trace():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=STILL)
        guest = knock(daemon, room)
        heard = [ask(daemon, room), ask(daemon, room, passcode=guess()), guest.look(), ask(daemon, room, ticket=guest.ticket),
                 ask(daemon, meeting(daemon, room.owner, policy={"open_to": "members"}).id, passcode=room.passcode),
                 daemon.web.get("/v1/joins/self/record", token=guest.ticket)]
        admit(room, guest)
        heard += [guest.look(), guest.redeem(), guest.look()]
        for answer in heard:
            check(b'"trace"' not in answer.body and b'"gate"' not in answer.body and b'"verdict"' not in answer.body, f"a joiner reads a trace: {answer}")
        listed = [item["trace"] for item in room.joins() if "trace" in item]
        for trace in listed:
            well_formed(trace, "a trace in the host's list")


# --- simulate ------------------------------------------------------------------------------------------

def well_formed(trace, what, refused=False):
    """Section 10's trace entries, in the order of section 6."""
    check(isinstance(trace, list) and trace, f"{what}: no trace: {trace!r}")
    for entry in trace:
        check({"gate", "verdict"} <= set(entry) <= {"gate", "verdict", "setting", "level", "code"}, f"{what}: {entry}")
        among(entry["verdict"], ("pass", "wait", "refuse"), f"{what}: {entry}")
        check("level" not in entry or entry["level"] in LEVELS, f"{what}: {entry}")
    gates = [entry["gate"] for entry in trace]
    equal(gates, GATES[:len(gates)], f"{what}: the gates in their order")
    verdicts = [entry["verdict"] for entry in trace]
    equal(("refuse" in verdicts, "refuse" in verdicts[:-1]), (refused, False), f"{what}: a refusal is the last, in {trace}")
    check(refused or len(gates) == len(GATES), f"{what}: only {gates} were asked")


def simulate(room, fields, token=None, expect=200, client=None):
    body = {"display_name": "Ada", **fields}
    return (client or room.daemon.web).post(room.path + "/simulate", body, token=token if client or token else room.owner.token, expect=expect)


@test()
def simulate_says_what_the_join_then_gets_and_why():
    with Daemon() as daemon:
        ada, cleo, known = host(daemon), host(daemon), member(daemon)
        right, none, wrong = {"passcode": "right"}, {"passcode": None}, {"passcode": "wrong"}
        cases = {   # what → policy, what is simulated, what is shown, the gate and the setting that decide
            "a guest where all is open": (FREE, right, {}, None, None), "a guest who waits": ({}, right, {}, "waiting_room", "waiting_room"),
            "nothing": ({}, none, {}, "proof", None), "a wrong passcode": ({}, wrong, {}, "proof", None),
            "members only": ({**FREE, "open_to": "members"}, right, {}, "proof", "open_to"),
            "invited only": ({**FREE, "open_to": "invited"}, right, {}, "proof", "open_to"),
            "sign-in": ({**FREE, "sign_in": "required"}, right, {}, "sign_in", "sign_in"),
            "a notice": ({**FREE, "notices": [NOTICE]}, right, {}, "notices", "notices"),
            "a bot": ({**FREE, "bots": "refuse"}, right, {"client": {"kind": "bot"}}, "client", "bots"),
            "a bot that waits": (FREE, right, {"client": {"kind": "bot"}}, None, None),
            "before the host": ({**FREE, "before_host": "wait"}, right, {}, "waiting_room", "before_host"),
            "locked": ({**FREE, "when_locked": "refuse"}, right, {}, "lock", "when_locked"),
            "full": ({**FREE, "capacity": 1}, right, {}, "capacity", "capacity"), "ended": (FREE, right, {}, "ended", None),
            "not yet": (FREE, right, {}, "window", None),
        }
        for what, (policy, shape, fields, gate, setting) in cases.items():
            room = meeting(daemon, ada, policy=policy, **({"opens_at": stamp(daemon, 86_400)} if what == "not yet" else {}))
            if what == "full":
                knock(daemon, room)
            if what in ("locked", "ended"):
                room.act({"locked": "lock", "ended": "end"}[what])
            said = simulate(room, {**shape, **fields}).json
            shown = {"right": {"passcode": room.passcode}, "wrong": {"passcode": guess()}, None: {}}[shape["passcode"]]
            real = come(room, **{"passcode": None, **shown, **fields})
            equal(said["outcome"][:4], decided(real)[:4], f"{what}: simulated {said}, and then {real}")
            well_formed(said["trace"], what, refused=real.status >= 400)
            if real.status >= 400 and real.code != "join-refused":
                equal((said.get("code"), said["required"]), (real.code, real.json.get("required", said["required"])), f"{what}: code and what is missing")
            decisive = [entry for entry in said["trace"] if entry["verdict"] != "pass"]
            if gate:
                check(gate in [entry["gate"] for entry in decisive], f"{what}: {gate} did not decide: {decisive}")
                check(not setting or any(entry.get("setting") == setting for entry in decisive), f"{what}: {setting} is not named: {decisive}")
            for entry in decisive:
                if entry.get("setting") and entry.get("level"):
                    equal(entry["level"], level_of(room.show(), entry["setting"]), f"{what}: the level that decided {entry['setting']}")
        room = meeting(daemon, ada, policy={**FREE, "open_to": "members"}, cohosts=[cleo.id], closes_at=stamp(daemon, 7200))
        equal(simulate(room, {"account": cleo.id}).json["outcome"][:4], "admi", "a cohost's account")
        check(simulate(room, {"account": known.id}, expect=None).status in (403, 404, 422), "a host asks after an account that is neither cohost nor invited")
        equal(simulate(room, {"account": known.id}, client=daemon.admin).json["outcome"][:4], "admi", "the operator asks after a member")
        equal(simulate(room, {"account": known.id, "at": stamp(daemon, 9000)}, client=daemon.admin).json["outcome"][:4], "refu", "after closes_at")
        for bad in ({"passcode": "maybe"}, {"passcode": room.passcode}, {"at": "soon"}, {"account": "x"}, {"nosuch": 1}, {"ticket": "x"}, {"passcode": 1}):
            answer = simulate(room, bad, expect=None)
            among(answer.status, (403, 404, 422), f"simulate {bad}: {answer}")
            check(room.passcode not in answer.body.decode(), "simulate repeats a passcode")


@test()
def simulate_counts_nothing_stores_nothing_and_is_for_hosts_and_operators_alone():
    with Daemon(config={"limits": {"join_failures": 5}}) as daemon:
        ada, cleo, bob, known = host(daemon), host(daemon), host(daemon), member(daemon)
        room = meeting(daemon, ada, policy={**STILL, "passcode_failures": 10}, cohosts=[cleo.id])
        guest, owner = knock(daemon, room), arrive(daemon, room)
        before = [flows.verified(daemon)["size"], room.show(), room.joins(), daemon.web.get(room.path, token=ada.token).header("ETag"), page(daemon.web, "/v1/events")]
        for shape in ({"passcode": "right"}, {"passcode": "wrong"}, {"passcode": None}, {"passcode": "wrong", "client": {"kind": "bot"}}, {"account": cleo.id}):
            for _ in range(12):
                simulate(room, shape)
        simulate(room, {"passcode": "right"}, token=cleo.token)
        simulate(room, {"passcode": "right"}, client=daemon.admin)
        after = [flows.verified(daemon)["size"], room.show(), room.joins(), daemon.web.get(room.path, token=ada.token).header("ETag"), page(daemon.web, "/v1/events")]
        equal(after, before, "audit, meeting, joins, ETag and events after 62 simulations")
        ip = flows.fresh_ip()
        equal([ask(daemon, room, passcode=guess(), ip=ip).status for _ in range(6)], [403] * 5 + [429], "the throttle of a source, after them")
        for who, token, statuses in (("a guest's ticket", guest.ticket, (401, 403)), ("the host's ticket", owner.ticket, (401, 403)), ("a member", known.token, (403,)),
                                     ("another host", bob.token, (403,)), ("nonsense", "x", (401,))):
            answer = simulate(room, {"passcode": "right"}, token=token, expect=None)
            among(answer.status, statuses, f"simulate by {who}: {answer}")
        equal(daemon.web.post(room.path + "/simulate", {"passcode": "right"}).status, 401, "simulate by nobody")
        nowhere = daemon.web.post(f"/v1/meetings/{absent()}/simulate", {"passcode": "right"}, token=bob.token)
        equal(simulate(room, {"passcode": "right"}, token=bob.token, expect=None).comparable(), nowhere.comparable(), "theirs and none, to another host")
        daemon.admin.post(f"/v1/meetings/{absent()}/simulate", {"passcode": "right"}, expect="not-found")
