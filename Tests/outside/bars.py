"""Sections 5.1, 6 and 6.1: who stays out, how often one may try, what hosts hear of it, and what trying tells."""

import collections, os, secrets, threading, time

import flows, odds
from events import audited
from flows import OPEN, arrive, ask, ban, bans, host, inside, invite, knock, lift, meeting, member, over, present, row
from harness import *
from invites import later, wrong
from meetings import absent, guess
from regressions import front_end

HELD = {"before_host": "allow"}
STAYS = {"host_absence": "continue"}
FULL = bool(os.environ.get("ANTEROOM_FULL"))   # the whole sizes, minutes instead of seconds
ROOT_ONLY = os.getuid() == 0


def shape(answer):
    """What a knock led to, in one word."""
    if answer.status >= 400:
        return answer.code
    return flows.join_in(answer.json)["state"]


def marked(room, answer):
    return row(room, flows.Join(room.daemon, answer.json, None)).get("unproven") is True


# --- who was put out -----------------------------------------------------------------------------------

@test(answers=["09", "16"], seconds=120)
def line_09_Webex_and_line_16_Jitsi_whoever_was_removed_is_outside_or_waits_marked_until_unbanned():
    """Everything that somebody could try, for each way to have come in (section 6, Removal)."""
    with Daemon() as daemon:
        ada = host(daemon)
        for came in ("by passcode", "by account", "by a single-use invite", "by an account's invite", "by a shared invite"):
            room, eve = meeting(daemon, ada, policy={**OPEN, **STAYS}), member(daemon, display_name="Eve")
            one = {"by a single-use invite": lambda: invite(room), "by a shared invite": lambda: invite(room, uses=50),
                   "by an account's invite": lambda: invite(room, account=eve.id)}.get(came, lambda: None)()
            code = {"invite": one.code} if one and one.code else {}
            token = eve.token if "account" in came else None
            proof = code or {"passcode": room.passcode}
            ip = flows.fresh_ip()
            join = present(room, flows.Join(daemon, ask(daemon, room, "Eve", token=token, ip=ip, expect=201, **proof).json, daemon.web))
            room.act("remove", join)
            right = {"passcode": room.passcode}
            tries = {"the same ticket": dict(ticket=join.ticket), "its ticket and the passcode": dict(ticket=join.ticket, **right),
                     "its ticket under a new name": dict(name="Nobody", ticket=join.ticket, **right),
                     "everything at once": dict(ticket=join.ticket, token=token, **right, **code)}
            loose = {"the passcode": right, "a new name": dict(name="Mallory", **right),
                     "a look-alike name": dict(name="Еve", **right), "the same source": dict(ip=ip, **right)}
            if token:
                tries["its session"] = dict(token=token, **right)
                tries["its session under a new name"] = dict(name="Mallory", token=token, **right)
                eve.sign_in()
                tries["a fresh session"] = dict(token=eve.token, **right)
            if came == "by a single-use invite":
                tries["its invite"] = code
                tries["its invite under a new name"] = dict(name="Mallory", **code)
            for client in [daemon.web] + ([daemon.other] if ROOT_ONLY else []):
                for what, fields in tries.items():
                    if client is daemon.other and "ticket" in fields:
                        continue   # of another front end a ticket is unknown: what is left is the passcode, below
                    answer = ask(daemon, room, **{"name": "Eve", **fields}, client=client)
                    among(shape(answer), ("join-refused", "passcode-required"), f"{came}: {what} (section 6)")
                for what, fields in loose.items():
                    answer = ask(daemon, room, **{"name": "Eve", **fields}, client=client)
                    if code:
                        continue   # who held an invite was never shown the passcode: the text marks the others only
                    among(shape(answer), ("waiting", "join-refused"), f"{came}: {what}, without its bearer")
                    check(answer.status == 403 or marked(room, answer), f"{came}: {what}: it waits and is not marked")
            check(room.act("admit-waiting").json["admitted"] == 0, f"{came}: admit-waiting lets it in unseen")
            if came == "by account":
                daemon.restart()
                equal(shape(ask(daemon, room, token=eve.token, **right)), "join-refused", f"{came}: after a restart")
            for bar in bans(room):
                lift(room, bar)
            equal(bans(room), [], "bars after lifting them")
            if token:
                equal(shape(ask(daemon, room, token=eve.token)), "admitted", f"{came}: unbanned")
            fresh = room.act("passcode").json["passcode"]
            equal(shape(ask(daemon, room, passcode=fresh)), "admitted", f"{came}: guests after the rotation")
            equal(arrive(daemon, room).state, "admitted", "the host is never shut out")
        flows.verified(daemon)


@test()
def who_comes_from_the_source_of_somebody_removed_is_never_refused_for_it():
    with Daemon() as daemon:
        ada, cleo = host(daemon), member(daemon)
        room, ip = meeting(daemon, ada, policy={**OPEN, **STAYS}), flows.fresh_ip()
        one = invite(room, bypass_waiting_room=True)
        room.act("remove", inside(daemon, room, "Eve", ip=ip))
        for what, fields in (("a guest", {"passcode": room.passcode}), ("a member", {"token": cleo.token}), ("an invitee", {"invite": one.code})):
            among(shape(ask(daemon, room, what, ip=ip, **fields)), ("waiting", "admitted"), f"{what} of the same source (section 6)")


@test()
def bars_are_by_account_invite_or_join_with_reason_and_end_and_can_be_lifted():
    with Daemon(clock="still") as daemon:
        ada, eve = host(daemon), member(daemon, display_name="Eve")
        room = meeting(daemon, ada, policy={**OPEN, **STAYS})
        one, other = invite(room, uses=50), invite(room, uses=50)
        joins = [one.use("Ina"), one.use("Ivo")]
        present(room, joins[0])
        epoch, dead = room.show()["epoch"], joins[1].grant
        bar = ban(room, invite=one.id, reason="shared in public")
        equal({key: bar.get(key) for key in ("on", "reason", "by")}, {"on": "invite", "reason": "shared in public", "by": ada.id}, "the bar")
        for join in joins:
            check(over(join, "removed", "denied"), f"a join by an invite that is barred is {join.state}")
        check(room.show()["epoch"] > epoch, "the epoch (section 1: a ban)")
        check(daemon.web.post("/v1/grants/redeem", {"grant": dead}).status in (403, 409), "its grant")
        equal(one.show().comparable(), ask(daemon, room, "Ida", invite=wrong()).comparable(), "a barred invite and a wrong one")
        equal(other.use().state, "admitted", "another invite")
        equal([item["id"] for item in bans(room)], [bar["id"]], "the bars in force")
        lift(room, bar)
        among(lift(room, bar, expect=None).status, (204, 404), "lifting it again")
        equal(one.use("Iva").state, "admitted", "the invite when its bar is lifted")
        # By account and by join, for a time.
        guest = flows.Join(daemon, other.show("Gus").json, daemon.web)
        for fields, knocks in (({"account": eve.id}, {"token": eve.token}),
                               ({"join": guest.id}, {"ticket": guest.ticket, "invite": other.code})):
            bar = ban(room, reason="noise", expires_at=later(daemon, 300), **fields)
            equal(bar["on"], next(iter(fields)), "what it is on")
            ask(daemon, room, expect="join-refused", **knocks)
            check(b"noise" not in guest.look(expect=None).bytes, "the reason is for hosts and the audit")
            daemon.clock.advance(310)
            # Whose waiting the bar denied is looked at once more.
            among(shape(ask(daemon, room, **knocks)), ("admitted", "waiting") if "join" in fields else ("admitted",),
                  f"after the end of a bar on {fields}")
            equal([item for item in bans(room) if item["id"] == bar["id"]], [], "a bar that is over")
        for fields in ({}, {"account": eve.id, "invite": one.id}, {"invite": "inv_" + "0" * 26}, {"invite": "x"}, {"account": 5},
                       {"join": "join_" + "0" * 26}, {"invite": one.id, "expires_at": "soon"}, {"invite": one.id, "nosuch": 1},
                       {"invite": invite(meeting(daemon, ada)).id}):
            among(ban(room, expect=None, **fields).status, (404, 422), f"a bar on {fields}")
        among(ban(room, expect=None, account=ada.id).status, (403, 409), "a bar on the host: nobody acts on the host")
        flows.verified(daemon)


@test()
def who_was_denied_as_often_as_the_policy_says_is_barred_for_the_occurrence():
    with Daemon() as daemon:
        ada = host(daemon)
        for limit in (1, 2, 3):
            eve = member(daemon)
            room = meeting(daemon, ada, kind="series", policy={**HELD, "waiting_room": "everyone", "denials": limit})
            one = invite(room, uses=20)
            ways = {"an account": lambda last: dict(token=eve.token, passcode=room.passcode),
                    "a ticket's kin": lambda last: dict(passcode=room.passcode, **({"ticket": last.ticket} if last else {})),
                    "an invite's kin": lambda last: dict(invite=one.code, **({"ticket": last.ticket} if last else {}))}
            for what, proof in ways.items():
                last = None
                for count in range(limit):
                    last = flows.Join(daemon, ask(daemon, room, expect=201, **proof(last)).json, daemon.web)
                    equal((last.state, row(room, last)["denials"]), ("waiting", count), f"{what}, denied {count} times")
                    if count:
                        said = room.act("admit-waiting").json
                        check(last.id in {item["join"] for item in said["skipped"]}, f"admit-waiting and a once denied: {said}")
                    room.act("deny", last, body={"reason": "Canary reason"})
                    check(b"Canary" not in last.look(expect=None).bytes, "a reason is for hosts (section 5)")
                answer = ask(daemon, room, **proof(last))
                equal(shape(answer), "join-refused", f"{what}, denied {limit} times of {limit} (denials)")
                equal(answer.comparable(), ask(daemon, absent(), passcode=guess()).comparable(), "answered like any other refusal")
            stranger = ask(daemon, room, "Stranger", passcode=room.passcode, expect=201)
            check(marked(room, stranger), "a guest was barred: passcode-only joins wait marked until the rotation (section 6)")
            room.act("end")
            room.act("open")
            equal(shape(ask(daemon, room, token=eve.token, passcode=room.passcode)), "waiting", "in the next occurrence denials are forgotten")


# --- guessing ------------------------------------------------------------------------------------------

def in_threads(count, threads, work):
    """work(connection, 0…count-1) over a few connections that stay; the results in order."""
    results = [None] * count
    def one(worker):
        connection = UnixHTTPConnection(work.path)
        for index in range(worker, count, threads):
            results[index] = work(connection, index)
        connection.close()
    parallel(threads, one)
    return results


def storm(daemon, room, count, sources, proof):
    """So many knocks from so many claimed sources; what each led to."""
    def work(connection, index):
        body = {"display_name": "Ada", "source": {"ip": f"100.{64 + index % sources // 250}.{index % sources % 250}.7"}, **proof(index)}
        return shape(daemon.web.post(room.path + "/joins", body, connection=connection))
    work.path = daemon.frontend_path
    return collections.Counter(in_threads(count, 8, work))


@test(answers=["01", "34"], seconds=600 if FULL else 120)
def line_01_Zoom_and_line_34_Talk_a_storm_of_wrong_passcodes_opens_nothing_and_shuts_out_nobody_who_is_invited():
    count, sources = (10_000, 500) if FULL else (1_200, 60)
    with Daemon(config={"limits": {"waiting_per_meeting": 300}}) as daemon:
        ada, cleo = host(daemon), member(daemon)
        room = meeting(daemon, ada, policy={**OPEN, **STAYS})
        one = invite(room, uses=200, bypass_waiting_room=True)
        first = inside(daemon, room, "First")
        done, came = threading.Event(), []
        def come_and_go():
            while not done.is_set():
                for fields in ({"invite": one.code}, {"token": cleo.token}):
                    join = flows.Join(daemon, ask(daemon, room, expect=201, **fields).json, daemon.web)
                    came.append(join.state)
                    present(room, join)
                    daemon.web.post("/v1/joins/self/leave", token=join.ticket, expect=(200, 204))
                time.sleep(0.1)
        place = page(daemon.web, room.path + "/events", token=ada.token)[1]
        friends = threading.Thread(target=come_and_go, daemon=True)
        friends.start()
        outcomes = storm(daemon, room, count, sources, lambda _: {"passcode": guess()})
        done.set()
        friends.join(PATIENCE)
        check(len(came) > 3 and set(came) == {"admitted"}, f"invitees and members during the storm: {collections.Counter(came)}")
        check(outcomes["join-refused"] <= 20, f"{outcomes['join-refused']} were compared; the policy says 20: {outcomes}")
        equal(outcomes["admitted"], 0, f"admitted by a guess: {outcomes}")
        check(set(outcomes) <= {"join-refused", "waiting", "too-many-attempts", "meeting-full", "busy"}, f"{outcomes}")
        waiting = room.show()["counts"]["waiting"]
        check(waiting <= 300, f"{waiting} wait (section 6.1: a ceiling per meeting)")
        equal(len(audited(daemon, "meeting.at_risk")), 1, "alarms: one, for the host")
        heard = page(daemon.web, room.path + "/events", token=ada.token, after=place)[0]
        check([event.name for event in heard].count("meeting.at_risk") <= 1, "what the host's stream has of it")
        # The right one is not compared any more either, wherever it comes from.
        late = ask(daemon, room, "Late", passcode=room.passcode)
        among(shape(late), ("waiting", "too-many-attempts", "meeting-full"), "the right passcode after the storm")
        if late.status == 201:
            check(marked(room, late) and "grant" not in late.json, "it waits, marked, without a grant")
        among(shape(ask(daemon, room, "Bad", passcode=guess())), (shape(late),), "a wrong one, alike")
        first.look()
        equal(first.state, "present", "who was inside before")
        fresh = room.act("passcode").json["passcode"]
        equal(room.show()["passcode"]["failures"], 0, "rotation is the host's act and clears them")
        equal(shape(ask(daemon, room, passcode=fresh)), "admitted", "the new passcode")
        flows.verified(daemon)


@test(seconds=120)
def unproven_joins_have_a_ceiling_for_each_source_and_for_each_meeting():
    with Daemon(config={"limits": {"waiting_per_meeting": 1000}}) as daemon:
        ada, cleo = host(daemon), member(daemon)
        room = meeting(daemon, ada, policy={**OPEN, **STAYS, "passcode_failures": 1})
        one = invite(room, uses=50, bypass_waiting_room=True)
        ask(daemon, room, passcode=guess(), expect="join-refused")
        def flood(count, ip):
            """How many more wait after so many knocks; whether they were refused or displace each other is open."""
            before = room.show()["counts"]["waiting"]
            answers = parallel_few(count, lambda index: shape(ask(daemon, room, passcode=guess(), ip=ip(index))))
            check(set(answers) <= {"waiting", "too-many-attempts", "meeting-full", "busy"}, f"{collections.Counter(answers)}")
            return room.show()["counts"]["waiting"] - before
        one_source = flood(150, lambda _: "203.0.113.1")
        check(0 < one_source < 75, f"{one_source} unproven joins of one source wait (section 6.1: a ceiling)")
        one_network = flood(150, lambda index: f"2001:db8:7:7::{index:x}")
        check(0 < one_network <= one_source, f"addresses of one /64 are one source: {one_network}, {one_source}")
        late = flows.Join(daemon, ask(daemon, room, "Late", passcode=guess(), ip="203.0.113.2", expect=201).json, daemon.web)
        flood(50, lambda _: "203.0.113.1")
        equal(late.look() and late.state, "waiting", "who waits from elsewhere, when that source goes on")
        flood(600, lambda index: f"100.64.{index // 200}.{index % 200}")
        check(room.show()["counts"]["waiting"] < 600, f"{room.show()['counts']} wait (section 6.1: a ceiling per meeting)")
        for what, fields in (("an invitee", {"invite": one.code}), ("a member", {"token": cleo.token})):
            equal(shape(ask(daemon, room, **fields)), "admitted", f"{what}, before a full waiting room (section 6.1: untouched)")
        equal(arrive(daemon, room).state, "admitted", "the host")


def parallel_few(count, work):
    """work(0…count-1) over eight threads; the results in order."""
    results = [None] * count
    def one(worker):
        for index in range(worker, count, 8):
            results[index] = work(index)
    parallel(8, one)
    return results


@test(answers=["39", "41"])
def line_39_Nextcloud_and_line_41_Talk_throttles_are_per_pair_and_per_source_over_all_ids_and_hit_nobody_else():
    with Daemon(config={"limits": {"join_failures": 10}}) as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**HELD, "passcode_failures": 100})
        one = invite(room, uses=10)
        def guesses(count, ip, where=None, **fields):
            return [ask(daemon, where or absent(), ip=ip, **(fields or {"passcode": guess()})).status for _ in range(count)]
        for ip, same in (("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")):
            statuses = guesses(60, ip)
            equal((statuses.count(403), statuses[-1]), (50, 429), f"60 ids guessed from {ip} (section 6: 50 over all ids)")
            answer = ask(daemon, room, passcode=room.passcode, ip=same)
            equal(answer.status, 429, f"the right passcode of a real one, from {same}")
            equal(answer.comparable()[0], ask(daemon, absent(), passcode=guess(), ip=same).status, "and of one that is none")
        equal(guesses(11, "203.0.113.10", room, invite=wrong())[-1], 429, "codes at one meeting")
        equal(guesses(1, "203.0.113.10", passcode=guess()), [403], "the same source at another id")
        ada.start(ip="203.0.113.9", expect=(200, 201))   # one meeting's abuse does not lock sign-in
        equal(arrive(daemon, room, ip="203.0.113.9").state, "admitted", "the host from that source")
        one.use(ip="203.0.113.11")
        for _ in range(20):   # right ones never count
            withdrawn = knock(daemon, room, ip="203.0.113.12")
            flows.withdraw(withdrawn)
        knock(daemon, room, ip="203.0.113.12")
    with Daemon(config={"limits": {"join_failures": 10}}, frontends=front_end()) as daemon:   # not believed
        host(daemon)
        where = absent()
        statuses = [ask(daemon, where, passcode=guess()).status for _ in range(120)]
        check(429 in statuses, "rotating a source that is not believed is no way around the throttle of an id")


@test(seconds=120)
def hosts_are_told_of_bursts_and_of_an_invite_that_many_sources_use():
    with Daemon() as daemon:
        ada = host(daemon)
        cases = {"failed knocks": lambda room: {"passcode": guess()}, "unknown invites": lambda room: {"invite": wrong()}}
        for what, proof in cases.items():
            room = meeting(daemon, ada, policy={**OPEN, **STAYS, "passcode_failures": 100})
            with flows.watch(room) as stream:
                stream.snapshot()
                storm(daemon, room, 90, 90, lambda _: proof(room))
                stream.until("meeting.at_risk")
                check(not [event for event in stream.quiet() if event.name == "meeting.at_risk"], f"more than one alarm of {what}")
        room = meeting(daemon, ada, policy={**OPEN, **STAYS})
        one, calm = invite(room, uses=200), meeting(daemon, ada, policy={**OPEN, **STAYS})
        with flows.watch(room) as stream, flows.watch(calm) as other:
            stream.snapshot(), other.snapshot()
            storm(daemon, room, 80, 80, lambda _: {"invite": one.code})
            event = stream.until("meeting.at_risk")[-1]
            check(one.code not in json.dumps(event.data) and "100.64" not in json.dumps(event.data), f"a secret in {event}")
            for _ in range(15):   # the same use from one place is none, and neither are right passcodes
                knock(daemon, calm, ip="203.0.113.1")
            check(not [event for event in other.quiet() if event.name == "meeting.at_risk"], "an alarm of nothing")


# --- looking for meetings ------------------------------------------------------------------------------

def adjacent(name):
    """An id that differs in one place."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    place = secrets.choice([index for index, letter in enumerate(name) if letter != "-"])
    return name[:place] + secrets.choice(alphabet.replace(name[place], "")) + name[place + 1:]


TRIES = {"nothing": lambda: {}, "a wrong passcode": lambda: {"passcode": guess()}, "a wrong invite": lambda: {"invite": wrong()},
         "a ticket that is none": lambda: {"ticket": secrets.token_urlsafe(32)}}


def rooms_of_all_kinds(daemon):
    ada, eve = host(daemon), member(daemon)
    rooms = {what: meeting(daemon, ada, title="Canary", policy={"passcode_failures": 100, **policy}) for what, policy in (
        ("open", OPEN), ("waiting", {}), ("members", {"open_to": "members"}), ("invited", {"open_to": "invited"}),
        ("full", {**OPEN, "capacity": 1}), ("locked", {}), ("refusing", {"when_locked": "refuse"}), ("ended", {}), ("barred", OPEN))}
    knock(daemon, rooms["full"])
    for what, verb in (("locked", "lock"), ("refusing", "lock"), ("ended", "end")):
        rooms[what].act(verb)
    ban(rooms["barred"], account=eve.id)
    return rooms, eve


@test(answers=["03", "12"], seconds=120)
def line_03_Zoom_war_dialling_and_line_12_Webex_random_and_adjacent_ids_answer_as_real_ones_do():
    with Daemon() as daemon:
        rooms, eve = rooms_of_all_kinds(daemon)
        for what, proof in TRIES.items():
            expected = ask(daemon, absent(), expect=403, **proof()).comparable()
            for kind, room in rooms.items():
                equal(ask(daemon, room, **proof()).comparable(), expected, f"{what}, at a meeting that is {kind}")
                for index in range(8):
                    equal(ask(daemon, adjacent(room.id), **proof()).comparable(), expected, f"{what}, beside one that is {kind}")
            for _ in range(40):
                equal(ask(daemon, absent(), **proof()).comparable(), expected, f"{what}, at random")
        equal(ask(daemon, rooms["barred"], token=eve.token).comparable(), ask(daemon, absent(), token=eve.token, passcode=guess()).comparable(),
              "somebody barred, and an id that is none")


@test(exclusive=True, answers="03", seconds=900)
def line_03_Zoom_war_dialling_10000_ids_are_not_told_from_real_ones_by_their_times():
    if not FULL:
        raise Skip("measured in whole where ANTEROOM_FULL is set")
    with Daemon(config={"limits": {"join_failures": 100}}) as daemon:
        ada = host(daemon)
        rooms = [meeting(daemon, ada, policy={"passcode_failures": 100}) for _ in range(600)]
        connection, times = UnixHTTPConnection(daemon.frontend_path), collections.defaultdict(list)
        def timed(where, fields):
            body = {"display_name": "Ada", "source": flows.source(), **fields}
            began = time.perf_counter()
            answer = daemon.web.post(f"/v1/meetings/{where}/joins", body, connection=connection)
            took = time.perf_counter() - began
            check(answer.status == 403, f"a try: {answer}")
            return took
        for index in range(10_000 * len(TRIES)):
            what = list(TRIES)[index % len(TRIES)]
            real = rooms[index // len(TRIES) % 600].id
            pair = [("real", real), ("none", adjacent(real) if secrets.randbits(1) else absent())]
            secrets.SystemRandom().shuffle(pair)   # neither always comes first
            for kind, where in pair:
                times[what, kind].append(timed(where, TRIES[what]()))
        for what in TRIES:
            lines, complaints = odds.told_apart({f"{what}, at a meeting": times[what, "real"], f"{what}, at none": times[what, "none"]})
            print("\n".join(lines))
            check(not complaints, f"real ids are told from others by time: {complaints}")


@test()
def whoever_was_removed_waits_under_another_name_with_the_code_that_others_hold_too():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy={**OPEN, **STAYS})
        code = invite(room, uses=50, bypass_waiting_room=True)
        removed = code.use("Ina")
        present(room, removed)
        room.act("remove", removed)
        again = code.use("Somebody Else")
        equal(again.state, "waiting", "the same code, another name, no ticket")
        check(row(room, again)["unproven"], "the host does not see that it may be whoever was removed")
        equal(invite(room, uses=50).use("Ivo").state, "admitted", "another invite")
        for bar in bans(room):
            lift(room, bar)
        equal(code.use("Iva").state, "admitted", "the code when the bar is lifted")
