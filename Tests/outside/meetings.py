"""Sections 5, 6 and 6.2: meetings, joins, grants, and what those outside may learn."""

import base64, glob, hashlib, re, secrets, threading, time

import jwt   # Debian: python3-jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

import flows
from flows import OPEN, admit, arrive, ask, host, knock, member, meeting, present
from harness import *

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def guess():
    """A well-formed passcode of the generated kind (section 6.1)."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(10))


def absent():
    """A meeting id of the generated form that names none."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(3))


# --- meetings ------------------------------------------------------------------------------------------

@test(answers="03")
def line_03_Zoom_war_dialling_a_meeting_has_an_id_of_74_bits_and_protective_defaults():
    with Daemon() as daemon:
        ada = host(daemon)
        made = daemon.web.post("/v1/meetings", {"title": "Board"}, token=ada.token, expect=201)
        shown, passcode = made.json["meeting"], made.json["passcode"]
        check(re.fullmatch(r"([abcdefghjkmnpqrstuvwxyz2-9]{5}-){2}[abcdefghjkmnpqrstuvwxyz2-9]{5}", shown["id"]), shown["id"])
        check(re.fullmatch(r"[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{10}", passcode.replace("-", "")), f"passcode {passcode!r} (6.1)")
        for key, value in {"profile": "general", "title": "Board", "kind": "once", "locked": False}.items():
            equal(shown[key], value, f"meeting.{key} (section 10)")
        for key, value in {"open_to": "link", "passcode": "guests", "waiting_room": "guests", "before_host": "wait",
                           "when_locked": "wait", "capacity": 100, "passcode_failures": 20, "grant_seconds": 60,
                           "ticket_seconds": 3600}.items():
            equal(shown["policy"][key], value, f"policy.{key} of the profile general (section 5.1)")
            check(key in shown["provenance"], f"where {key} comes from is not said")
        equal(shown["host"]["id"], ada.id, "host")
        check(isinstance(shown["epoch"], int) and isinstance(shown["occurrence"], int), "epoch and occurrence")
        equal(shown["passcode"]["failures"], 0, "passcode.failures")
        check(passcode not in json.dumps(shown), "the passcode stands in the meeting itself")
        again = daemon.web.get("/v1/meetings/" + shown["id"], token=ada.token, expect=200)
        check(again.header("ETag"), "a meeting has no ETag (section 2)")
        check(passcode.encode() not in again.bytes, "the passcode is shown twice (section 5)")
        ids = {meeting(daemon, ada).id for _ in range(30)}
        equal(len(ids), 30, "thirty meetings, thirty ids")


@test()
def what_a_policy_may_say_and_what_not():
    with Daemon() as daemon:
        ada = host(daemon)
        for policy in ({"capacity": 1}, {"capacity": 100_000}, {"waiting_room": "everyone"}, {"open_to": "members"},
                       {"when_locked": "refuse"}, {"grant_seconds": 10}, {"ticket_seconds": 86_400}, {"passcode_failures": 1},
                       {"passcode": "off"}, OPEN, {"passcode": "everyone", "waiting_room": "off"},
                       {"open_to": "members", "passcode": "off", "waiting_room": "off"}):
            shown = meeting(daemon, ada, policy=policy).show()
            for key, value in policy.items():
                equal(shown["policy"][key], value, f"the effective {key}")
        for policy, pointer in (({"capacity": 0}, "capacity"), ({"capacity": 100_001}, "capacity"), ({"capacity": "10"}, "capacity"),
                                ({"capacity": 1.5}, "capacity"), ({"waiting_room": "sometimes"}, "waiting_room"),
                                ({"grant_seconds": 9}, "grant_seconds"), ({"grant_seconds": 121}, "grant_seconds"),
                                ({"ticket_seconds": 59}, "ticket_seconds"), ({"nosuch": 1}, "nosuch"),
                                ({"passcode_failures": 0}, "passcode_failures"), ({"open_to": None}, "open_to")):
            answer = daemon.web.post("/v1/meetings", {"policy": policy}, token=ada.token, expect="invalid-field")
            equal(answer.json.get("pointer"), "/policy/" + pointer, f"pointer of {policy}")
        daemon.web.post("/v1/meetings", {"policy": {"passcode": "off", "waiting_room": "off"}}, token=ada.token,
                        expect="unprotected")
        for body in ({"profile": "nosuch"}, {"title": 5}, {"kind": "twice"}, {"nosuch": 1}, {"policy": []}):
            among(daemon.web.post("/v1/meetings", body, token=ada.token).status, (422,), f"{body}")
        for value in ("1234567890", "aaaaaaaaaa", "1111111111", "passcode"):
            daemon.web.post("/v1/meetings", {"passcode": {"kind": "characters", "value": value}}, token=ada.token,
                            expect=("passcode-too-weak", "invalid-field"))


@test()
def an_id_is_chosen_or_generated_and_never_given_out_twice():
    with Daemon() as daemon:
        ada, bob = host(daemon), host(daemon)
        room = meeting(daemon, ada, id="weekly-standup")
        equal(room.id, "weekly-standup", "the chosen id")
        daemon.web.post("/v1/meetings", {"id": "weekly-standup"}, token=bob.token, expect="meeting-exists")
        room.act("end")
        daemon.web.post("/v1/meetings", {"id": "weekly-standup"}, token=ada.token, expect="meeting-exists")
        for bad in ("ab", "-abc", "Abc", "a_b", "a" * 64, "a b", "äbc", "../x", "abc/d", ""):
            daemon.web.post("/v1/meetings", {"id": bad}, token=ada.token, expect="invalid-field")
        meeting(daemon, ada, external="Räum/1")
        daemon.web.post("/v1/meetings", {"external": "Räum/1"}, token=ada.token, expect=(409,))   # unique per front end
        for bad in ("", "x" * 257, "ä" * 129):
            daemon.web.post("/v1/meetings", {"external": bad}, token=ada.token, expect="invalid-field")
        statuses = sorted(answer.status for answer in parallel(20, lambda _: daemon.web.post(
            "/v1/meetings", {"id": "one-only"}, token=ada.token)))
        equal(statuses, [201] + [409] * 19, "twenty who want the same id at once")


@test(answers="18")
def line_18_Jitsi_only_hosts_make_meetings_and_joining_an_unknown_id_makes_none():
    with Daemon() as daemon:
        ada, plain = host(daemon), member(daemon)
        room = meeting(daemon, ada, policy=OPEN)
        guest = knock(daemon, room)
        for token, statuses in ((None, (401,)), (guest.ticket, (401, 403)), (plain.token, (403,)), ("x", (401,))):
            among(daemon.web.post("/v1/meetings", {}, token=token).status, statuses, "POST /v1/meetings without the role")
        for name in (absent(), "never-made"):
            ask(daemon, name, passcode=guess(), expect="join-refused")
            ask(daemon, name, token=ada.token)
            among(daemon.web.get(f"/v1/meetings/{name}", token=ada.token).status, (403, 404), "a meeting made by a join")
            equal(daemon.admin.get(f"/v1/meetings/{name}").status, 404, "a meeting made by a join")


@test(answers=["12", "40"])
def line_12_Webex_and_line_40_Nextcloud_others_learn_nothing_of_a_meeting():
    with Daemon() as daemon:
        ada, bob = host(daemon, display_name="Ada Canary"), host(daemon)
        room = meeting(daemon, ada, title="Canary Title", external="Canary External")
        outsider = daemon.web.get(room.path, token=bob.token)
        equal((outsider.status, outsider.code), (403, "not-host"), "another host's view (section 2)")
        equal(daemon.web.get(f"/v1/meetings/{absent()}", token=bob.token).comparable(), outsider.comparable(),
              "a meeting of somebody else and one that is none")
        for method, path in (("POST", "/lock"), ("POST", "/unlock"), ("POST", "/end"), ("GET", "/joins"),
                             ("POST", "/joins/join_" + "0" * 26 + "/admit")):
            there = daemon.web.call(method, room.path + path, token=bob.token)
            nowhere = daemon.web.call(method, f"/v1/meetings/{absent()}{path}", token=bob.token)
            equal((there.status, there.code), (403, "not-host"), f"{method} {path} by somebody else")
            equal(nowhere.comparable(), there.comparable(), f"{method} {path}: theirs and none")
            check(b"Canary" not in there.bytes, f"{method} {path} tells: {there}")
        equal(daemon.web.get("/v1/meetings", token=bob.token, expect=200).json["items"], [], "another host's list")
        answer = daemon.web.post("/v1/meetings", {"id": room.id}, token=bob.token, expect="meeting-exists")
        check(b"Canary" not in answer.bytes, "a taken id tells whose it is")
        equal(len(daemon.web.get("/v1/meetings", token=ada.token).json["items"]), 1, "one's own list")


@test()
def meetings_and_joins_are_listed_by_cursors():
    with Daemon() as daemon:
        ada = host(daemon)
        rooms = [meeting(daemon, ada) for _ in range(5)]
        equal({item["id"] for item in daemon.web.pages("/v1/meetings", 2, token=ada.token)}, {room.id for room in rooms}, "pages")
        guests = [knock(daemon, rooms[0], name=f"Guest {index}") for index in range(7)]
        items = daemon.web.pages(rooms[0].path + "/joins", 3, token=ada.token)
        equal(sorted(item["id"] for item in items), sorted(guest.id for guest in guests), "joins by pages")
        rooms[0].act("admit", guests[0])
        equal([item["id"] for item in rooms[0].joins("admitted")], [guests[0].id], "joins by state")
        equal(len(rooms[0].joins("waiting")), 6, "joins that wait")
        equal(rooms[0].show()["counts"], {"waiting": 6, "admitted": 1, "present": 0}, "counts (section 10)")
        text = json.dumps(items)
        check("198.18." not in text and "ticket" not in text, "the host's list has an address or a ticket (section 5)")
        daemon.web.get(rooms[0].path + "/joins?state=nonsense", token=ada.token, expect=(400, 422))
        equal(len(daemon.admin.pages("/v1/meetings", 200)), 5, "the operator sees all")


@test()
def an_idempotency_key_makes_one_meeting_and_shows_its_passcode_once():
    with Daemon() as daemon:
        ada, bob = host(daemon), host(daemon)
        key = {"Idempotency-Key": "once"}
        first = daemon.web.post("/v1/meetings", {"title": "x"}, token=ada.token, headers=key, expect=201).json
        again = daemon.web.post("/v1/meetings", {"title": "x"}, token=ada.token, headers=key, expect=(200, 201)).json
        equal((again["meeting"]["id"], again.get("replayed"), again.get("passcode")), (first["meeting"]["id"], True, None),
              "the second time")
        daemon.web.post("/v1/meetings", {"title": "y"}, token=ada.token, headers=key, expect="idempotency-conflict")
        other = daemon.web.post("/v1/meetings", {"title": "x"}, token=bob.token, headers=key, expect=201).json
        check(other["meeting"]["id"] != first["meeting"]["id"], "a key reaches into another bearer's scope")


@test()
def lock_honours_If_Match():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        tag = daemon.web.get(room.path, token=room.owner.token).header("ETag")
        room.act("lock", headers={"If-Match": tag})
        room.act("unlock", headers={"If-Match": tag}, expect="stale")
        equal(room.show()["locked"], True, "after a stale unlock")


# --- proof ---------------------------------------------------------------------------------------------

@test()
def unknown_ended_and_wrongly_guessed_meetings_answer_alike_and_a_missing_passcode_differs():
    with Daemon() as daemon:
        ada = host(daemon)
        room, ended, locked = (meeting(daemon, ada, title="Canary") for _ in range(3))
        ended.act("end")
        locked.act("lock")
        refused = ask(daemon, room, passcode=guess(), expect=403)
        equal(refused.code, "join-refused", "a wrong passcode (section 6)")
        missing = ask(daemon, room, expect=403)
        equal(missing.code, "passcode-required", "no passcode (section 6)")
        for what, where in (("unknown", absent()), ("unknown, chosen form", "no-such-room"), ("ended", ended), ("locked", locked)):
            equal(ask(daemon, where, passcode=guess()).comparable(), refused.comparable(), f"{what}: a guessed passcode (section 2)")
            equal(ask(daemon, where).comparable(), missing.comparable(), f"{what}: no passcode")
            equal(ask(daemon, where, passcode=None).status in (403, 422), True, f"{what}: null as passcode")
        # An id that cannot be one tells nothing about those that can.
        for odd in ("A", "x" * 200, "%00", "a%2fb", "-x-"):
            among(ask(daemon, odd, passcode=guess()).status, (400, 403, 404, 422), f"the id {odd!r}")
        stranger = member(daemon)   # a signed-in stranger learns no more: the passcode is asked of members as `guests` says
        equal(ask(daemon, absent(), passcode=guess(), token=stranger.token).code, "join-refused", "unknown, with a session")
        # Once proof stands, a refusal says why.
        answer = ask(daemon, ended, passcode=ended.passcode, expect="meeting-ended")
        check(b"Canary" not in answer.bytes, "an ended meeting tells its title")


@test(answers="06")
def line_06_Webex_no_way_in_without_the_right_passcode():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=OPEN)
        for what, fields in {"none": {}, "empty": {"passcode": ""}, "null": {"passcode": None}, "wrong": {"passcode": guess()},
                             "a space": {"passcode": " "}, "zero": {"passcode": "0"}, "a number": {"passcode": 0},
                             "truth": {"passcode": True}, "a list": {"passcode": [room.passcode]},
                             "an object": {"passcode": {"value": room.passcode}}, "shortened": {"passcode": room.passcode[:-1]},
                             "lengthened": {"passcode": room.passcode + "0"}, "the id": {"passcode": room.id},
                             "an invite": {"invite": guess()}, "a ticket": {"ticket": "x" * 60},
                             "a role": {"role": "host"}, "a NUL behind": {"passcode": room.passcode + "\0"}}.items():
            answer = ask(daemon, room, **fields)
            among(answer.status, (400, 403, 422), f"a join with {what}")
            check(b'"ticket"' not in answer.body and b'"grant"' not in answer.body, f"a join with {what} was let in: {answer}")
        for method in ("GET", "PUT"):
            equal(daemon.web.call(method, room.path + "/joins", {} if method == "PUT" else None).status, 401 if method == "GET" else 405,
                  f"{method} …/joins without a bearer")
        # What a person types is read as meant (section 6.1: Crockford base32).
        knock(daemon, room, passcode=room.passcode.lower())
        knock(daemon, room, passcode=room.passcode[:5] + "-" + room.passcode[5:])


@test(answers=["01", "34"], seconds=240)
def line_01_Zoom_and_line_34_Talk_after_20_wrong_passcodes_none_is_compared_any_more():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy=OPEN)
        equal(knock(daemon, room).state, "admitted", "the right passcode before the storm")
        ips = [f"192.0.2.{index}" for index in range(200)]
        outcomes = []
        for round in range(5):
            answers = parallel(40, lambda index: ask(daemon, room, passcode=guess(), ip=ips[(round * 40 + index) % 200]))
            outcomes += [(answer.status, answer.code if answer.status >= 400 else answer.json["join"]["state"]) for answer in answers]
        compared = outcomes.count((403, "join-refused"))
        check(compared <= 20, f"{compared} wrong passcodes were compared; the policy says 20 (section 6.1)")
        check(set(outcomes) <= {(403, "join-refused"), (201, "waiting"), (429, "too-many-attempts")}, f"{set(outcomes)}")
        late = ask(daemon, room, passcode=room.passcode, expect=201).json
        equal(late["join"]["state"], "waiting", "the right passcode, after the 20")
        check("grant" not in late, "a grant for an unproven join")
        mine = [item for item in room.joins() if item["id"] == late["join"]["id"]]
        equal(mine[0].get("unproven"), True, "the host sees that it is unproven")
        waiting = len(room.joins("waiting"))
        check(waiting <= 200, f"{waiting} wait")
        equal(arrive(daemon, room).state, "admitted", "the host all the same")
        check(room.show()["passcode"]["failures"] >= 20, "the failures are not shown to the host")
        daemon.restart()
        equal(ask(daemon, room, passcode=room.passcode, expect=201).json["join"]["state"], "waiting", "and after a restart")


@test()
def guesses_from_one_source_are_throttled_alike_for_meetings_that_exist_and_those_that_do_not():
    with Daemon(config={"limits": {"join_failures": 10}}) as daemon:
        room = meeting(daemon, host(daemon), policy={"passcode_failures": 100})
        def refusals(where, ip):
            return [ask(daemon, where, passcode=guess(), ip=ip) for _ in range(14)]
        there, nowhere = refusals(room, "203.0.113.1"), refusals(absent(), "203.0.113.2")
        equal([answer.status for answer in there], [answer.status for answer in nowhere], "14 guesses each")
        equal([answer.status for answer in there], [403] * 10 + [429] * 4, "10 guesses in 10 minutes (section 6)")
        equal(ask(daemon, room, passcode=room.passcode, ip="203.0.113.1").status, 429, "the right one, too late")
        equal(knock(daemon, room, ip="203.0.113.3").state, "waiting", "from elsewhere")
        knock(daemon, meeting(daemon, room.owner), ip="203.0.113.1")   # another meeting's pair is another
        statuses = [ask(daemon, absent(), passcode=guess(), ip="203.0.113.4").status for _ in range(80)]
        check(429 in statuses, "80 different meetings guessed from one source (section 6: 50 over all)")
        check(statuses.count(403) <= 50, f"{statuses.count(403)} guesses over all ids")


@test(answers="41")
def line_41_Talk_missing_and_right_passcodes_never_count():
    with Daemon(config={"limits": {"join_failures": 5}}) as daemon:
        room = meeting(daemon, host(daemon))
        for _ in range(20):
            ask(daemon, room, ip="203.0.113.1", expect="passcode-required")
        for _ in range(20):
            knock(daemon, room, ip="203.0.113.1")
        equal(room.show()["passcode"]["failures"], 0, "failures after missing and right ones (section 6.1)")
        statuses = {answer.status for answer in parallel(30, lambda _: ask(daemon, room, passcode=room.passcode, ip="203.0.113.1"))}
        equal(statuses, {201}, "thirty right ones at once from one source")


@test(answers="33", root=True)
def line_33_Moodle_a_front_end_without_grants_gets_none():
    entries = [dict(name="web", uid=0, permissions=ALL_PERMISSIONS, audiences=["media"], source=True),
               dict(name="other", uid=OTHER_UID, permissions=["joins"], audiences=["elsewhere"], source=True)]
    with Daemon(frontends=entries) as daemon:
        room = meeting(daemon, host(daemon), policy=OPEN)
        grant = knock(daemon, room).grant
        for verb in ("redeem", "introspect"):
            daemon.other.post("/v1/grants/" + verb, {"grant": grant}, expect="permission-denied")
        answer = ask(daemon, room, client=daemon.other, passcode=room.passcode)
        check(b"eyJ" not in answer.bytes, f"a front end without `grants` was given one: {answer}")


# --- waiting -------------------------------------------------------------------------------------------

@test(answers=["02", "05", "10", "23"], seconds=90)
def line_02_Zoom_and_line_10_Webex_all_bytes_of_a_waiting_guest_hold_nothing_of_the_meeting():
    with Daemon() as daemon:
        ada = host(daemon, username="canary-host-name", display_name="Canary Host")
        room = meeting(daemon, ada, title="Canary Title")
        other = knock(daemon, room, name="Canary Neighbour")
        inside = present(room, admit(room, knock(daemon, room, name="Canary Insider")))
        heard = []
        joined = ask(daemon, room, name="Eve", passcode=room.passcode, expect=201)
        heard.append(joined)
        eve = flows.Join(daemon, joined.json, daemon.web)
        equal(eve.state, "waiting", "a guest of the profile general")
        waiting = flows.waiting_in(eve.look().json)
        among(waiting["for"], ("host", "admission", "opening"), "what for")
        check("since" in waiting, "since when")
        verbs = [("POST", f"{room.path}/{verb}") for verb in ("lock", "unlock", "end", "open", "suspend", "admit-waiting")]
        verbs += [("POST", f"{room.path}/joins/{who.id}/{verb}") for who in (eve, other, inside) for verb in ("admit", "deny")]
        verbs += [("GET", room.path), ("GET", room.path + "/joins"), ("GET", "/v1/meetings"), ("GET", "/v1/accounts/me"),
                  ("POST", "/v1/meetings"), ("DELETE", "/v1/sessions/current"), ("GET", "/v1/accounts"), ("GET", "/v1/audit"),
                  ("GET", "/v1/status"), ("GET", "/v1/joins/self?wait=1"), ("GET", "/v1/joins/self?wait=0"), ("GET", "/v1/joins/self"),
                  ("POST", "/v1/joins/self/leave"), ("GET", f"/v1/accounts/{ada.id}"), ("POST", "/v1/accounts/me/totp")]
        for method, target in verbs:
            answer = daemon.web.call(method, target, {} if method == "POST" and target.endswith(("meetings", "totp")) else None,
                                     token=eve.ticket)
            heard.append(answer)
            if target.startswith(room.path + "/") and not target.endswith(("/open", "/suspend", "/admit-waiting")):
                equal(answer.status, 403, f"{method} {target} with a waiting ticket (line 05)")
            elif not target.startswith("/v1/joins/self"):
                check(answer.status >= 400, f"{method} {target} with a waiting ticket: {answer}")
        heard.append(ask(daemon, room, name="Eve", ticket=eve.ticket))
        for grant in (eve.ticket, eve.id, room.passcode):
            heard.append(daemon.web.post("/v1/grants/redeem", {"grant": grant}))
            heard.append(daemon.web.post("/v1/grants/introspect", {"grant": grant}))
        heard.append(daemon.web.post("/v1/sessions/introspect", {"token": eve.ticket}))
        heard.append(daemon.web.post("/v1/joins/self/withdraw", token=eve.ticket))
        heard.append(eve.look(expect=None))
        forbidden = {"title": b"Canary Title", "host's name": b"Canary Host", "host's username": b"canary-host-name",
                     "host's id": ada.id.encode(), "neighbour": b"Canary Neighbour", "insider": b"Canary Insider",
                     "neighbour's join": other.id.encode(), "insider's join": inside.id.encode(), "passcode": room.passcode.encode(),
                     "grant": b"eyJ", "insider's grant": inside.grant.encode() if inside.grant else b"eyJ"}
        for answer in heard:
            for what, bytes in forbidden.items():
                check(bytes not in answer.bytes, f"a waiting guest was told the {what}: {answer}")
            member = answer.status < 400 and re.search(rb'"(grant|roster|joins|counts|host|title|kid|epoch)":(?!null)', answer.body)
            check(not member, f"a waiting guest's answer has a member that it may not have: {answer}")
        equal(room.show()["locked"], False, "the meeting after all that")
        items = daemon.admin.pages("/v1/audit", 200)
        check(not any(item.get("subject") == other.id and "admit" in item["event"] for item in items), "the neighbour was admitted")


@test()
def an_admission_wakes_the_long_poll_within_a_second():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest = knock(daemon, room)
        said = {}
        def poll():
            said["answer"] = daemon.web.get("/v1/joins/self?wait=30", token=guest.ticket)
            said["after"] = said["watch"].seconds if "watch" in said else 0
        thread = threading.Thread(target=poll, daemon=True)
        thread.start()
        time.sleep(0.7)
        check("after" not in said, f"a long poll did not wait: {said}")
        said["watch"] = Stopwatch()
        room.act("admit", guest)
        thread.join(PATIENCE)
        check("after" in said, "an admission did not wake the long poll")
        check(said["after"] < 1, f"woken after {said['after']:.2f} s")
        equal(flows.join_in(said["answer"].json)["state"], "admitted", "what the long poll says")
        check(said["answer"].json.get("grant"), "no grant in the long poll's answer")
        watch = Stopwatch()
        equal(daemon.web.get("/v1/joins/self?wait=1", token=knock(daemon, room).ticket).status, 200, "a poll that ends by its time")
        check(0.8 <= watch.wall and watch.seconds < 3, f"wait=1 waited {watch}")
        for bad in ("-1", "31", "x", "", "1.5"):
            among(daemon.web.get(f"/v1/joins/self?wait={bad}", token=guest.ticket).status, (400, 422), f"wait={bad}")


@test()
def fifty_long_polls_are_all_woken_by_the_end():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guests = [knock(daemon, room) for _ in range(50)]
        ended = {}
        def poll(index):
            if index == 50:
                time.sleep(1.5)
                ended["watch"] = Stopwatch()
                room.act("end")
                return None
            answer = daemon.web.get("/v1/joins/self?wait=30", token=guests[index].ticket)
            return answer.status, "watch" in ended, ended["watch"].seconds if "watch" in ended else 0
        for status, was_ended, after in parallel(51, poll)[:50]:
            among(status, (200, 401), "a long poll at the end")
            check(was_ended and after < 2, f"a long poll slept through the end, or did not wait for it: {after:.1f} s")


@test(answers="22")
def line_22_Greenlight_waiting_guests_stay_waiting_when_the_host_arrives_and_after_a_restart():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest = knock(daemon, room)
        equal(guest.state, "waiting", "before the host")
        present(room, arrive(daemon, room))
        guest.look()
        equal((guest.state, guest.grant), ("waiting", None), "when the host arrives (host_arrival: hold)")
        daemon.restart()
        guest.look()
        equal((guest.state, guest.grant), ("waiting", None), "after a restart")
        admit(room, guest)


@test()
def a_waiting_room_and_the_host_s_absence_make_the_right_people_wait():
    with Daemon() as daemon:
        ada, known = host(daemon), member(daemon)
        for policy, guest, account in (({}, "waiting", "waiting"), (OPEN, "admitted", "admitted"),
                                       ({"waiting_room": "guests", "before_host": "allow"}, "waiting", "admitted"),
                                       ({"waiting_room": "uninvited", "before_host": "allow"}, "waiting", "waiting"),
                                       ({"waiting_room": "everyone", "before_host": "allow"}, "waiting", "waiting"),
                                       ({"waiting_room": "off", "before_host": "wait"}, "waiting", "waiting")):
            room = meeting(daemon, ada, policy=policy)
            equal(knock(daemon, room).state, guest, f"a guest with {policy} (section 5.1)")
            answer = ask(daemon, room, name="Mila Member", token=known.token, expect=201).json   # members show no passcode where it says `guests`
            equal(answer["join"]["state"], account, f"a member with {policy}")
            equal(answer["join"]["identity"]["class"], "member", "class of a vouched account")
            equal(arrive(daemon, room).state, "admitted", f"the host with {policy}: never shut out")
        closed = meeting(daemon, ada, policy={"open_to": "members", "before_host": "allow", "waiting_room": "off"})
        ask(daemon, closed, passcode=closed.passcode, expect=("sign-in-required", "invite-required"))
        equal(ask(daemon, closed, token=known.token, expect=201).json["join"]["state"], "admitted", "a member where members may")
        strict = meeting(daemon, ada, policy={"passcode": "everyone", **OPEN, "waiting_room": "off"})
        ask(daemon, strict, token=known.token, expect="passcode-required")
        ask(daemon, strict, token=known.token, passcode=strict.passcode, expect=201)


# --- admission, lock, end ------------------------------------------------------------------------------

def public_key(daemon, kid):
    keys = [key for key in daemon.web.get("/v1/keys", expect=200).json["keys"] if key["kid"] == kid]
    equal(len(keys), 1, f"keys with the kid {kid}")
    check("d" not in keys[0], "the private key is published")
    return jwt.PyJWK(keys[0]).key


@test()
def a_grant_is_verified_by_a_program_that_knows_nothing_of_Anteroom():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy={"grant_seconds": 60})
        guest = admit(room, knock(daemon, room, name="Ada <Guest>"))
        header = jwt.get_unverified_header(guest.grant)
        equal((header["alg"], header["typ"]), ("ES256", "anteroom-grant+jwt"), "header (section 6.2)")
        key = public_key(daemon, header["kid"])
        check(isinstance(key.curve, ec.SECP256R1), "P-256")
        claims = jwt.decode(guest.grant, key, algorithms=["ES256"], audience="media",
                            options={"require": ["iss", "aud", "sub", "jti", "iat", "nbf", "exp"]})
        equal(claims["sub"], guest.id, "sub")
        equal(claims["room"], room.id, "room")
        equal(claims["role"], "participant", "role")
        equal(claims["name"], "Ada <Guest>", "name: text, as it was given")
        equal(claims["verified"], False, "verified")
        equal(claims["nbf"], claims["iat"] - 5, "nbf lies 5 s before iat")
        check(0 < claims["exp"] - claims["iat"] <= 60, f"lifetime of {claims['exp'] - claims['iat']} s")
        equal(claims["publish"], {"audio": False, "video": False, "screen": False}, "publish, of publish_on_entry")
        shown = room.show()
        equal((claims["epoch"], claims["occurrence"]), (shown["epoch"], shown["occurrence"]), "epoch and occurrence")
        check("person" not in claims, "a guest without an account has no pseudonym")
        check(room.passcode not in json.dumps(claims) and guest.ticket not in json.dumps(claims), "a secret in the grant")
        name = hashlib.sha256(header["kid"].encode()).hexdigest()
        pem = load_pem_public_key(daemon.web.get(f"/v1/keys/{name}.pem", expect=200).body)
        equal(pem.public_numbers(), key.public_numbers(), "the PEM and the JWK")
        owner = arrive(daemon, room)
        claims = jwt.decode(owner.grant, key, algorithms=["ES256"], audience="media")
        equal((claims["role"], claims["verified"]), ("host", True), "the host's grant")
        check(claims.get("person") and room.owner.id not in json.dumps(claims), "a pseudonym, not the account's id")
        check({"auth_time", "amr"} <= set(claims), "how and when the host authenticated")
        outside = meeting(daemon, room.owner, policy=OPEN, external="Foreign Room")
        equal(jwt.decode(knock(daemon, outside).grant, key, algorithms=["ES256"], audience="media")["room"], "Foreign Room",
              "room is the external name where there is one")


@test(answers="73")
def line_73_races_a_grant_is_redeemed_once_by_50_in_parallel():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest = admit(room, knock(daemon, room))
        answers = parallel(50, lambda _: daemon.web.post("/v1/grants/redeem", {"grant": guest.grant}))
        equal(sorted(answer.status for answer in answers), [200] + [409] * 49, "50 redemptions at once")
        check(all(answer.code == "grant-already-used" for answer in answers if answer.status == 409), "why not")
        said = next(answer.json for answer in answers if answer.status == 200)
        equal(said["meeting"]["id"], room.id, "redeem names the meeting")
        check({"id", "epoch", "state"} <= set(said["meeting"]), f"redeem: {said['meeting']}")
        guest.look()
        equal(guest.state, "present", "after the redemption")
        again = daemon.web.post("/v1/grants/introspect", {"grant": guest.grant}, expect=200).json
        check(isinstance(again["active"], bool), "introspection of a used grant")
        daemon.restart()
        daemon.web.post("/v1/grants/redeem", {"grant": knock(daemon, room).ticket}, expect=(401, 403, 422))


@test(answers="73")
def line_73_races_50_parallel_admissions_of_one_join_give_one_seat():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest = knock(daemon, room)
        answers = parallel(50, lambda _: daemon.web.post(f"{room.path}/joins/{guest.id}/admit", token=room.owner.token))
        equal({answer.status for answer in answers}, {200}, "admit is idempotent (section 5)")
        equal(room.show()["counts"], {"waiting": 0, "admitted": 1, "present": 0}, "counts")
        events = [item for item in daemon.admin.pages("/v1/audit", 200) if item.get("subject") == guest.id and "admit" in item["event"]]
        equal(len(events), 1, "audit records of one admission")


@test(answers="73", seconds=120)
def line_73_races_50_parallel_admissions_fill_10_seats_and_not_one_more():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy={"capacity": 10})
        guests = [knock(daemon, room, name=f"Guest {index}") for index in range(50)]
        answers = parallel(50, lambda index: daemon.web.post(f"{room.path}/joins/{guests[index].id}/admit", token=room.owner.token))
        statuses = [answer.status for answer in answers]
        equal(statuses.count(200), 10, f"admissions that succeeded: {sorted(statuses)}")
        for answer in answers:
            if answer.status != 200:
                among(answer.code, ("meeting-full", "state-conflict"), "why not")
        states = []
        for guest in guests:
            guest.look()
            states.append(guest.state)
            check(bool(guest.grant) == (guest.state == "admitted"), f"a {guest.state} join and its grant")
        equal((states.count("admitted"), states.count("waiting")), (10, 40), "states of the joins")
        equal(arrive(daemon, room).state, "admitted", "the host has a seat always (section 5.1)")
        open_room = meeting(daemon, room.owner, policy={**OPEN, "capacity": 10})
        outcomes = [answer.json.get("code", "in") for answer in parallel(50, lambda _: ask(daemon, open_room, passcode=open_room.passcode))]
        equal((outcomes.count("in"), outcomes.count("meeting-full")), (10, 40), "50 who come at once to 10 open seats")


@test()
def a_lock_sends_back_who_was_admitted_and_not_yet_present_and_kills_their_grants():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        inside = present(room, admit(room, knock(daemon, room)))
        between = admit(room, knock(daemon, room))
        owner = arrive(daemon, room)
        epoch = room.show()["epoch"]
        shown = flows.meeting_in(room.act("lock").json)
        equal(shown["locked"], True, "locked")
        check(shown["epoch"] > epoch, "the epoch rises at lock (section 1)")
        dead = between.grant
        daemon.web.post("/v1/grants/redeem", {"grant": dead}, expect="grant-outdated")
        equal(daemon.web.post("/v1/grants/introspect", {"grant": dead}, expect=200).json, {"active": False}, "a dead grant")
        between.look()
        equal((between.state, between.grant), ("waiting", None), "who was on the way in (section 6)")
        inside.look()
        equal(inside.state, "present", "who was inside")
        owner.look()
        equal(owner.state, "admitted", "the host")
        owner.redeem()   # its fresh grant is of the new epoch
        late = knock(daemon, room)
        equal(late.state, "waiting", "who comes to a locked meeting (when_locked: wait)")
        admit(room, late)   # by name, by the host
        room.act("unlock")
        equal(room.show()["locked"], False, "unlocked")
        room.act("lock")
        equal(room.act("lock").status, 200, "lock is idempotent")


@test()
def when_locked_refuse_denies_those_on_their_way_and_tells_newcomers_with_proof():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy={**OPEN, "when_locked": "refuse"})
        between = knock(daemon, room)
        room.act("lock")
        answer = between.look(expect=(200, 401))
        check(answer.status == 401 or between.state == "denied", f"who was on the way in: {between.state}")
        ask(daemon, room, passcode=room.passcode, expect="meeting-locked")
        ask(daemon, room, passcode=guess(), expect="join-refused")
        equal(arrive(daemon, room).state, "admitted", "the host comes in all the same")


@test(answers="31", seconds=120)
def line_31_BigBlueButton_after_the_lock_is_answered_nobody_gets_in():
    with Daemon() as daemon:
        ada = host(daemon)
        for _ in range(5):
            room = meeting(daemon, ada, policy={**OPEN, "when_locked": "refuse"})
            locked = {}
            def one(index):
                if index == 0:
                    time.sleep(0.02)
                    room.act("lock")
                    locked["at"] = time.monotonic()
                    return []
                entries = []
                for _ in range(6):
                    began = time.monotonic()
                    answer = ask(daemon, room, passcode=room.passcode)
                    entries.append((began, answer))
                return entries
            for entries in parallel(8, one):
                for began, answer in entries:
                    if began > locked["at"]:
                        equal(answer.code, "meeting-locked", "a join that began after the lock was answered")
                    if answer.status == 201:   # whatever got in before: its grant died with the lock, or it is redeemed never
                        grant = answer.json["grant"]
                        daemon.web.post("/v1/grants/redeem", {"grant": grant}, expect=(403, 409))


@test()
def deny_withdraw_leave_and_end_are_final():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        denied, gone, left, waits, taken = (knock(daemon, room, name=f"G{index}") for index in range(5))
        room.act("deny", denied)
        room.act("deny", denied)   # idempotent
        room.act("admit", denied, expect="state-conflict")
        answer = denied.look(expect=(200, 401))
        check(answer.status == 401 or denied.state == "denied", "the denied one's own view")
        daemon.web.post("/v1/joins/self/withdraw", token=gone.ticket, expect=(200, 204))
        room.act("admit", gone, expect="state-conflict")
        present(room, admit(room, left))
        daemon.web.post("/v1/joins/self/leave", token=left.ticket, expect=(200, 204))
        check(all(item["state"] == "left" for item in room.joins() if item["id"] == left.id), "who left")
        equal(room.show()["counts"]["present"], 0, "seats after leaving")
        admit(room, taken)
        epoch = room.show()["epoch"]
        ended = flows.meeting_in(room.act("end").json)
        equal(ended["state"], "ended", "state (section 10)")
        check(ended["epoch"] > epoch, "the epoch rises at the end (section 1)")
        for guest in (waits, taken):
            answer = guest.look(expect=(200, 401))
            check(answer.status == 401 or (guest.state, guest.grant) == ("expired", None), f"after the end: {guest.state}")
        check(daemon.web.post("/v1/grants/redeem", {"grant": taken.grant or "x"}).status >= 400, "a grant outlived the end")
        for verb in ("lock", "unlock"):
            among(room.act(verb, expect=None).status, (403, 409), f"{verb} of an ended meeting")
        among(room.act("admit", waits, expect=None).status, (403, 409), "an admission after the end")
        again = room.act("end", expect=None)
        among(again.status, (200, 409), "the end, again")
        ask(daemon, room, passcode=room.passcode, expect="meeting-ended")


@test()
def a_grant_died_with_the_end_and_with_the_denial():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada)
        first, second = admit(room, knock(daemon, room)), admit(room, knock(daemon, room))
        room.act("deny", first)
        check(daemon.web.post("/v1/grants/redeem", {"grant": first.grant}).status in (403, 409), "a denied join's grant")
        room.act("end")
        for verb, statuses in (("redeem", (403, 409)), ("introspect", (200,))):
            answer = daemon.web.post("/v1/grants/" + verb, {"grant": second.grant})
            among(answer.status, statuses, f"{verb} after the end")
            if answer.status == 200:
                equal(answer.json, {"active": False}, "introspection after the end")


@test()
def an_admission_not_taken_up_gives_its_seat_back():
    with Daemon(clock="still") as daemon:
        room = meeting(daemon, host(daemon), policy={"capacity": 1, "grant_seconds": 10})
        first, second = knock(daemon, room), knock(daemon, room)
        admit(room, first)
        room.act("admit", second, expect=("meeting-full", "state-conflict"))
        daemon.clock.advance(11)
        among(daemon.web.post("/v1/grants/redeem", {"grant": first.grant}).status, (401, 403, 409), "an expired grant")
        first.look()
        check(first.grant, "a fresh grant for an admitted join whose last one ran out (section 6)")
        daemon.clock.advance(30)   # more than twice grant_seconds
        admit(room, second)
        first.look()
        equal((first.state, first.grant), ("waiting", None), "who did not come")


@test()
def a_ticket_ends_with_ticket_seconds_while_waiting():
    with Daemon(clock="still") as daemon:
        room = meeting(daemon, host(daemon), policy={"ticket_seconds": 60})
        guest = knock(daemon, room)
        daemon.clock.advance(50)
        equal(guest.look().status, 200, "ten seconds before")
        daemon.clock.advance(15)
        answer = guest.look(expect=(200, 401))
        check(answer.status == 401 or guest.state == "expired", f"after its time the join is {guest.state}")
        among(room.act("admit", guest, expect=None).status, (404, 409), "an admission of an expired join")


@test()
def a_ticket_shown_again_is_the_same_join_and_counts_nothing():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest = knock(daemon, room)
        before = room.show()
        for _ in range(15):
            again = ask(daemon, room, ticket=guest.ticket, expect=200).json   # no passcode: the ticket says it
            equal(again["join"]["id"], guest.id, "the same join (section 6)")
        equal((room.show()["counts"], room.show()["passcode"]), (before["counts"], before["passcode"]), "counts after 15 reloads")
        check(len({answer.json["join"]["id"] for answer in parallel(30, lambda _: ask(daemon, room, ticket=guest.ticket))}) == 1, "30 reloads at once made another join")
        elsewhere = meeting(daemon, room.owner)
        answer = ask(daemon, elsewhere, ticket=guest.ticket)
        among(answer.status, (401, 403), f"a ticket of another meeting: {answer}")
        admit(room, guest)
        equal(ask(daemon, room, ticket=guest.ticket, expect=200).json["join"]["state"], "admitted", "after the admission")


@test(root=True, answers="35")
def line_35_Talk_a_ticket_or_a_grant_in_another_front_end_s_hands_is_unknown():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest = admit(room, knock(daemon, room))
        def unknown(method, target, body=None, token=None, made_up=None):
            answer = daemon.other.call(method, target, body, token=token)
            expected = daemon.other.call(method, target, made_up[0], token=made_up[1])
            equal(answer.comparable(), expected.comparable(), f"{method} {target} from another front end (section 2)")
            return answer
        strange = guest.ticket[:-6] + ("aaaaaa" if not guest.ticket.endswith("aaaaaa") else "bbbbbb")
        for method, target in (("GET", "/v1/joins/self"), ("POST", "/v1/joins/self/withdraw"), ("POST", "/v1/joins/self/leave")):
            equal(unknown(method, target, token=guest.ticket, made_up=(None, strange)).status, 401, target)
        head, payload, signature = guest.grant.split(".")
        forged = ".".join((head, payload, signature[::-1]))
        answer = unknown("POST", "/v1/grants/redeem", {"grant": guest.grant}, made_up=({"grant": forged}, None))
        check(answer.status in (401, 403, 404, 422), f"a grant of another audience: {answer}")
        equal(unknown("POST", "/v1/grants/introspect", {"grant": guest.grant}, made_up=({"grant": forged}, None)).json,
              {"active": False}, "introspection from another front end")
        guest.redeem()   # nothing was spent
        mine = knock(daemon, room, client=daemon.other)
        daemon.web.get("/v1/joins/self", token=mine.ticket, expect="invalid-token")


@test(answers="05")
def line_05_Zoom_a_participant_s_ticket_is_no_host_s():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest = present(room, admit(room, knock(daemon, room)))
        waits = knock(daemon, room)
        for path in ("/lock", "/unlock", "/end", f"/joins/{waits.id}/admit", f"/joins/{waits.id}/deny", f"/joins/{guest.id}/admit"):
            daemon.web.post(room.path + path, token=guest.ticket, expect="not-host")
        daemon.web.get(room.path + "/joins", token=guest.ticket, expect="not-host")
        waits.look()
        equal(waits.state, "waiting", "who waits")
        owner = arrive(daemon, room)   # a host's ticket may list, admit, deny and lock, and no more (section 5)
        equal(len(room.joins(token=owner.ticket)), 3, "the host's ticket lists")
        room.act("admit", waits, token=owner.ticket)
        room.act("lock", token=owner.ticket)
        for verb in ("unlock", "end"):
            among(room.act(verb, token=owner.ticket, expect=None).status, (401, 403), f"{verb} by a host's ticket")


@test()
def a_ticket_made_with_a_session_dies_with_it():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        owner = arrive(daemon, room)
        equal(owner.look().status, 200, "the host's ticket")
        daemon.web.delete("/v1/sessions/current", token=room.owner.token, expect=204)
        owner.look(expect="invalid-token")
        among(daemon.web.post("/v1/grants/redeem", {"grant": owner.grant}).status, (401, 403, 409), "its grant")


@test(answers=["07", "16"])
def line_07_Webex_and_line_16_Jitsi_nobody_inside_is_ever_told_the_passcode():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada)
        heard = []
        joined = ask(daemon, room, passcode=room.passcode, expect=201)
        guest = flows.Join(daemon, joined.json, daemon.web)
        heard += [joined, room.act("admit", guest), guest.look(), ask(daemon, room, ticket=guest.ticket)]
        heard += [guest.redeem(), guest.look(), daemon.web.get(room.path, token=ada.token), daemon.web.get("/v1/meetings", token=ada.token),
                  daemon.web.get(room.path + "/joins", token=ada.token), daemon.admin.get(room.path), daemon.admin.get("/v1/audit?limit=200"),
                  room.act("lock"), room.act("unlock"), room.act("end")]
        for answer in heard:
            for form in (room.passcode, room.passcode.replace("-", ""), room.passcode.lower()):
                check(form.encode() not in answer.bytes, f"the passcode is in {answer}")
            for part in re.findall(rb"eyJ[\w-]+\.([\w-]+)\.", answer.body):
                check(room.passcode.encode() not in base64.urlsafe_b64decode(part + b"=="), "the passcode is in a grant")


@test(answers=["27", "29"])
def line_27_and_line_29_BigBlueButton_names_are_data_and_control_characters_are_refused():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        for name in ("<img src=x onerror=alert(1)>", "Robert'); DROP TABLE joins;--", "{{7*7}}", "👩‍👩‍👧".replace("\u200d", "")):
            knock(daemon, room, name=name)
            shown = [item["display_name"] for item in room.joins()]
            check(name in shown, f"{name!r} came back as {shown} (as text, unchanged)")
        for character in ("\u0007", "\u001b", "\u007f", "\u0085", "\u202e", "\u2066", "\u200b", "\ufeff", "\ue000", "\u0378", "\n", "\u2028"):
            answer = ask(daemon, room, name=f"Ada{character}Lovelace", passcode=room.passcode)
            among(answer.status, (403, 422), f"U+{ord(character):04X} in a display name (section 3.1)")
            among(answer.code, ("name-not-allowed", "invalid-field"), f"U+{ord(character):04X}")
        for name in ("", "   ", "x" * 65):
            among(ask(daemon, room, name=name, passcode=room.passcode).status, (403, 422), f"the display name {name[:5]!r}")
        knock(daemon, room, name="x" * 64)


def unsigned(header, payload, signature=""):
    encode = lambda part: base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()   # noqa: E731
    return f"{encode(header)}.{encode(payload)}.{signature}"


@test(answers="67")
def line_67_jose_swift_no_algorithm_no_key_and_no_trick_makes_a_grant():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest = admit(room, knock(daemon, room))
        header, claims = jwt.get_unverified_header(guest.grant), jwt.decode(guest.grant, options={"verify_signature": False})
        head, payload, signature = guest.grant.split(".")
        pem = daemon.web.get(f"/v1/keys/{hashlib.sha256(header['kid'].encode()).hexdigest()}.pem").body
        own = ec.generate_private_key(ec.SECP256R1())
        forged = {f"alg {alg!r}": unsigned({**header, "alg": alg}, claims, signature if alg == "ES256 " else "")
                  for alg in ("none", "None", "nOnE", "NONE", "", None, "ES256 ", "HS256")}
        forged |= {
            "no signature": f"{head}.{payload}.", "two parts": f"{head}.{payload}", "four parts": guest.grant + ".x",
            "signed by another key": jwt.encode(claims, own, "ES256", headers={"kid": header["kid"], "typ": header["typ"]}),
            "an unknown kid": jwt.encode(claims, own, "ES256", headers={"kid": "x", "typ": header["typ"]}),
            "a kid that is a path": jwt.encode(claims, own, "ES256", headers={"kid": "../../etc/passwd", "typ": header["typ"]}),
            "a kid that is SQL": jwt.encode(claims, own, "ES256", headers={"kid": "' OR 1=1 --", "typ": header["typ"]}),
            "its own jwk": jwt.encode(claims, own, "ES256", headers={"typ": header["typ"], "jwk": {"kty": "EC"}}),
            "HS256 with the public key": unsigned({**header, "alg": "HS256"}, claims, base64.urlsafe_b64encode(
                hmac.new(pem, unsigned({**header, "alg": "HS256"}, claims).rstrip(".").encode(), "sha256").digest()).rstrip(b"=").decode()),
            "another role, the old signature": f"{head}.{unsigned({}, {**claims, 'role': 'host'}).split('.')[1]}.{signature}",
            "padding": guest.grant + "=", "a space": guest.grant + " ", "a zero signature": f"{head}.{payload}.{'A' * 86}",
            "the other half of s": f"{head}.{payload}.{'A' * 43}{signature[43:]}", "nothing": "", "a ticket": guest.ticket,
            "100 kB of dots": "." * 60_000,
        }
        for what, token in forged.items():
            equal(daemon.web.post("/v1/grants/introspect", {"grant": token}).json.get("active", False), False, f"introspect: {what}")
            check(daemon.web.post("/v1/grants/redeem", {"grant": token}).status >= 400, f"redeem: {what} was taken")
        guest.redeem()


@test()
def the_operator_sees_all_meetings_and_the_audit_says_who_did_what():
    with Daemon() as daemon:
        ada = host(daemon, username="ada-canary-user")
        room = meeting(daemon, ada, title="Canary Title")
        guest = admit(room, knock(daemon, room, name="Canary Guest"))
        lock = room.act("lock")
        items = daemon.admin.pages("/v1/audit", 7)
        for item in items:
            check({"index", "time", "event", "actor", "subject", "request_id", "detail"} <= set(item), f"an audit item: {set(item)}")
        equal([item["index"] for item in items], list(range(items[0]["index"], items[0]["index"] + len(items))), "no gap in the index")
        check(any(item["request_id"] == lock.header("Request-Id") for item in items), "the lock's request id")
        check(any(item["subject"] == guest.id for item in items), "the guest's join as subject")
        only = daemon.admin.get(f"/v1/audit?subject={guest.id}&limit=200", expect=200).json["items"]
        check(only and all(item["subject"] == guest.id for item in only), "by subject")
        some = items[0]["event"]
        check(all(item["event"] == some for item in daemon.admin.get(f"/v1/audit?event={some}", expect=200).json["items"]), "by event")
        said = flows.verified(daemon)
        among(said["size"], (len(items), len(items) + 1), "size of the tree")
        note = daemon.admin.get("/v1/audit/checkpoint", expect=200)
        check(note.body, "a checkpoint")


# --- rotation of the passcode (sections 5 and 6.1) -----------------------------------------------------

@test()
def a_new_passcode_forgets_the_old_one_s_failures_and_marks_who_waits_on_it():
    with Daemon() as daemon:
        owner = flows.host(daemon)
        where = flows.meeting(daemon, owner, policy={"passcode_failures": 3})
        waiting = flows.knock(daemon, where, "Ada")
        for _ in range(3):
            flows.ask(daemon, where, "Eve", passcode="wrong-wrong", expect=403)
        unproven = flows.knock(daemon, where, "Bob", passcode="what ever 1")
        check(where.show()["passcode"]["must_rotate"], "the cap was not reached")
        epoch = where.show()["epoch"]
        old = where.passcode
        answer = daemon.web.post(where.path + "/passcode", {}, token=owner.token, expect=200).json
        where.passcode = answer["passcode"]
        check(where.passcode != old, "the passcode is the old one")
        shown = where.show()
        equal(shown["passcode"], {"kind": "characters", "failures": 0, "must_rotate": False}, "the passcode's state")
        check(shown["epoch"] > epoch, "the epoch did not rise")
        marks = {join["id"]: join["unproven"] for join in where.joins("waiting")}
        equal(marks, {waiting.id: True, unproven.id: True}, "who waits on the old one is marked")
        equal(flows.ask(daemon, where, "Old", passcode=old).code, "join-refused", "the old passcode")
        fresh = flows.knock(daemon, where, "Cleo")
        equal({join["id"]: join["unproven"] for join in where.joins("waiting")}[fresh.id], False, "the new passcode")


@test()
def only_a_session_of_the_host_rotates_and_a_weak_passcode_is_refused():
    with Daemon() as daemon:
        owner, other = flows.host(daemon), flows.host(daemon)
        where = flows.meeting(daemon, owner)
        seat = flows.arrive(daemon, where, owner)
        target = where.path + "/passcode"
        equal(daemon.web.post(target, {}, token=seat.ticket).code, "not-host", "a ticket")
        equal(daemon.web.post(target, {}, token=other.token).code, "not-host", "another host")
        equal(daemon.web.post(target, {"value": "aaaaaaaa"}, token=owner.token).code, "passcode-too-weak", "a weak one")
        equal(daemon.web.post(target, {"kind": "emoji"}, token=owner.token).code, "invalid-field", "an unknown kind")
        for kind, pattern in [("characters", r"[0-9a-z-]{10,13}"), ("words", r"([a-z]+[ -]){4}[a-z]+"), ("digits", r"[0-9]{8,}")]:
            code = daemon.web.post(target, {"kind": kind}, token=owner.token, expect=200).json["passcode"]
            check(re.fullmatch(pattern, code), f"{kind}: {code!r}")
            where.passcode = code
            flows.knock(daemon, where, f"with {kind}")


@test()
def after_a_guest_was_removed_only_a_new_passcode_lets_the_unknown_in_unmarked():
    with Daemon() as daemon:
        owner = flows.host(daemon)
        where = flows.meeting(daemon, owner, policy={"waiting_room": "off", "before_host": "allow"})
        guest = flows.ask(daemon, where, "Eve", passcode=where.passcode, expect=201).json
        equal(guest["join"]["state"], "admitted", "with the waiting room off")
        daemon.web.post(f"{where.path}/joins/{guest['join']['id']}/remove", token=owner.token, expect=200)
        again = flows.ask(daemon, where, "Someone else", passcode=where.passcode, expect=201).json
        equal(again["join"]["state"], "waiting", "by the passcode alone")
        check(where.joins("waiting")[0]["unproven"], "it waits unmarked")
        member = flows.member(daemon)
        equal(flows.ask(daemon, where, "Max", token=member.token, expect=201).json["join"]["state"], "admitted", "a member")
        where.passcode = daemon.web.post(where.path + "/passcode", {}, token=owner.token, expect=200).json["passcode"]
        fresh = flows.ask(daemon, where, "Cleo", passcode=where.passcode, expect=201).json
        equal(fresh["join"]["state"], "admitted", "by the new passcode")


# --- bars (sections 5 and 6) ---------------------------------------------------------------------------

@test()
def a_bar_shuts_out_an_account_s_every_join_until_it_is_lifted():
    with Daemon() as daemon:
        owner, person = flows.host(daemon), flows.member(daemon)
        where = flows.meeting(daemon, owner, policy={"waiting_room": "off", "before_host": "allow"})
        joins = [flows.ask(daemon, where, f"Max {n}", token=person.token, passcode=where.passcode, expect=201).json
                 for n in range(3)]
        daemon.web.post(f"/v1/joins/{joins[0]['join']['id']}/present", expect=200)
        epoch = where.show()["epoch"]
        made = daemon.web.post(where.path + "/bans", {"account": person.id, "reason": "shouted"}, token=owner.token,
                               expect=201).json["ban"]
        equal((made["on"], made["account"], made["reason"], made["by"]), ("account", person.id, "shouted", owner.id), "the bar")
        states = {join["id"]: join["state"] for join in where.joins()}
        equal([states[join["join"]["id"]] for join in joins], ["removed"] * 3, "what they had open")
        check(where.show()["epoch"] > epoch, "the epoch did not rise")
        refused = flows.ask(daemon, where, "Max", token=person.token, passcode=where.passcode)
        equal(refused.code, "join-refused", "the account again")
        refused = flows.ask(daemon, where, "Moritz", passcode=where.passcode, ticket=joins[1]["ticket"])
        equal(refused.code, "join-refused", "its ticket without the account")
        stranger = flows.ask(daemon, where, "Moritz", passcode=where.passcode, expect=201).json["join"]
        equal(stranger["state"], "waiting", "the passcode alone")
        listed = daemon.web.get(where.path + "/bans", token=owner.token, expect=200).json["items"]
        equal(listed, [made], "the list")
        for path in glob.glob(daemon.database() + "*"):
            with open(path, "rb") as file:
                check(b"shouted" not in file.read(), "the reason is readable in " + path)
        daemon.web.delete(f"{where.path}/bans/{made['id']}", token=owner.token, expect=204)
        equal(daemon.web.delete(f"{where.path}/bans/{made['id']}", token=owner.token).status, 404, "lifted twice")
        equal(flows.ask(daemon, where, "Max", token=person.token, passcode=where.passcode, expect=201).json["join"]["state"],
              "admitted", "after the bar was lifted")
        flows.verified(daemon)


@test()
def a_bar_ends_at_its_time_and_only_a_host_s_session_makes_one():
    with Daemon(clock="still") as daemon:
        owner, other, person = flows.host(daemon), flows.host(daemon), flows.member(daemon)
        where = flows.meeting(daemon, owner, policy={"waiting_room": "off", "before_host": "allow"})
        seat = flows.arrive(daemon, where, owner)
        guest = flows.ask(daemon, where, "Eve", passcode=where.passcode, expect=201).json
        target = where.path + "/bans"
        cases = [(seat.ticket, {"account": person.id}, "not-host"), (other.token, {"account": person.id}, "not-host"),
                 (guest["ticket"], {"account": person.id}, "not-host"), (owner.token, {}, "invalid-field"),
                 (owner.token, {"account": person.id, "join": guest["join"]["id"]}, "invalid-field"),
                 (owner.token, {"account": "acct_x"}, "invalid-field"), (owner.token, {"account": owner.id}, "state-conflict"),
                 (owner.token, {"join": "join_" + "0" * 26}, "not-found"),
                 (owner.token, {"account": person.id, "expires_at": "2001-01-01T00:00:00Z"}, "invalid-field"),
                 (owner.token, {"account": person.id, "expires_at": "tomorrow"}, "invalid-field")]
        for token, body, code in cases:
            equal(daemon.web.post(target, body, token=token).code, code, f"{body}")
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(daemon.now() + 60))
        daemon.web.post(target, {"account": person.id, "expires_at": until}, token=owner.token, expect=201)
        equal(flows.ask(daemon, where, "Max", token=person.token, passcode=where.passcode).code, "join-refused", "before")
        daemon.pass_time(61)
        flows.ask(daemon, where, "Max", token=person.token, passcode=where.passcode, expect=201)
        equal(daemon.web.get(target, token=owner.token, expect=200).json["items"], [], "the list after its time")
