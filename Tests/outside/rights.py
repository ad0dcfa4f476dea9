"""Sections 4 and 5: whose a meeting is, what a ticket may not, and what asks for a second factor shown lately."""

import flows
from events import opened, state_of
from flows import arrive, ask, host, inside, knock, meeting, member, present, watch
from gates import LONG, stamp
from harness import *
from occurrences import FREE, tag_of
from policy import STILL, change
from regressions import claims_of


def reauthenticate(daemon, body, token, expect=201):
    return daemon.web.post("/v1/sessions/reauthenticate", body, token=token, expect=expect)


# --- whose it is ---------------------------------------------------------------------------------------

@test()
def a_handed_over_meeting_is_the_new_host_s_and_no_longer_the_old_one_s():
    with Daemon() as daemon:
        ada, bob, cleo, plain = host(daemon), host(daemon), host(daemon), member(daemon)
        room = meeting(daemon, ada, policy=STILL, cohosts=[cleo.id])
        guest, owner, second = knock(daemon, room), present(room, arrive(daemon, room)), arrive(daemon, room, person=cleo)
        for who, token, statuses in (("a cohost", cleo.token, (403,)), ("the host's ticket", owner.ticket, (401, 403)), ("a cohost's ticket", second.ticket, (401, 403)),
                                     ("the one who would have it", bob.token, (403,)), ("a guest", guest.ticket, (401, 403)), ("nobody", None, (401,))):
            among(daemon.web.patch(room.path, {"host": bob.id}, token=token).status, statuses, f"a hand-over by {who}")
        for bad in ("acct_" + "0" * 26, "x", 5, [bob.id], plain.id):
            answer = change(room, {"host": bad}, expect=None)
            among(answer.status, (403, 409, 422), f"a hand-over to {bad!r}: {answer}")
        equal(room.show()["host"]["id"], ada.id, "whose it is after all that")
        streams = [watch(room), watch(room, token=owner.ticket)]
        for stream in streams:
            stream.snapshot()
        equal(change(room, {"host": bob.id}).json["meeting"]["host"]["id"], bob.id, "the answer")
        for stream in streams:
            stream.closes("the meeting was handed over")
        for target, token in ((room.path, ada.token), (room.path + "/joins", ada.token), (room.path + "/joins", owner.ticket), (room.path + "/events", ada.token)):
            among(opened(daemon.web, target, token).status if target.endswith("events") else daemon.web.get(target, token=token).status, (401, 403), f"{target}, to the old host")
        for verb, token in (("lock", ada.token), ("end", ada.token), ("lock", owner.ticket)):
            among(room.act(verb, token=token, expect=None).status, (401, 403), f"{verb} by the old host")
        among(daemon.web.patch(room.path, {"host": ada.id}, token=ada.token).status, (403,), "the old host takes it back")
        room.owner = bob
        equal((room.show()["locked"], room.show()["host"]["id"]), (False, bob.id), "to the new host")
        check(not any(item["role"] == "host" for item in room.joins() if item["id"] == owner.id), "the old host's join is a host's still")
        room.act("admit", guest)
        new = arrive(daemon, room)
        equal((new.state, claims_of(new.grant)["role"]), ("admitted", "host"), "the new host's join")
        among(room.act("remove", owner, expect=None).status, (200, 409), "nobody acts on the host, and it is none any more")
        check(state_of(room, owner) != "present", "the old host is in, though the new one put it out")
        handed = [item for item in daemon.admin.get(f"/v1/audit?subject={room.id}&limit=200").json["items"] if bob.id in json.dumps(item["detail"])]
        equal([item["actor"] for item in handed], [ada.id], "the hand-over in the audit, once, with who did it and to whom")
        daemon.admin.patch(room.path, {"host": cleo.id}, expect=200)
        equal(daemon.web.get(room.path, token=cleo.token, expect=200).json["meeting"]["host"]["id"], cleo.id, "by the operator")
        equal(daemon.web.get(room.path, token=bob.token).code, "not-host", "the host before")
        flows.verified(daemon)


@test()
def a_cohost_that_is_taken_off_loses_session_ticket_and_streams_within_a_second():
    with Daemon() as daemon:
        ada, cleo, dora, plain = host(daemon), host(daemon), host(daemon), member(daemon)
        room = meeting(daemon, ada, policy=STILL, cohosts=[cleo.id])
        guest = knock(daemon, room)
        for bad in (["x"], ["acct_" + "0" * 26], [5], "x", {}, [dora.id] * 51):
            among(change(room, {"cohosts": bad}, expect=None).status, (200, 422) if len(bad) == 51 else (422,), f"cohosts: {str(bad)[:40]}")
        change(room, {"cohosts": [cleo.id, dora.id]})
        first = present(room, arrive(daemon, room, person=cleo))
        second = flows.Join(daemon, ask(daemon, room, "Dora", token=dora.token, expect=201).json, daemon.web)
        equal([claims_of(join.grant)["role"] for join in (second,)], ["cohost"], "a cohost's grant")
        grant = second.grant
        streams = [watch(room, token=token) for token in (cleo.token, first.ticket, dora.token, second.ticket)]
        with watch(room) as own_stream:
            own_stream.snapshot()
            for stream in streams:
                stream.snapshot()
            equal(change(room, {"cohosts": []}).json["meeting"]["cohosts"], [], "the answer")
            for stream in streams:
                stream.closes("the cohost was taken off")
            room.act("message", guest, body={"text": "still"})
            own_stream.until("join.message")
        for person, join in ((cleo, first), (dora, second)):
            for token in (person.token, join.ticket):
                for verb in ("lock", "admit"):
                    answer = room.act(verb, guest if verb == "admit" else None, token=token, expect=None)
                    among(answer.status, (401, 403), f"{verb} by who was a cohost: {answer}")
                among(daemon.web.get(room.path + "/joins", token=token).status, (401, 403), "the list, to who was a cohost")
            among(daemon.web.get(room.path, token=person.token).status, (403,), "the meeting, to who was a cohost")
        equal((state_of(room, guest), room.show()["locked"]), ("waiting", False), "after all that")
        daemon.web.post("/v1/grants/redeem", {"grant": grant})
        roles = {item["id"]: item["role"] for item in room.joins()}
        check("cohost" not in roles.values(), f"roles of those who were cohosts: {roles}")
        for join in (first, second):
            answer = join.look(expect=(200, 401, 403))
            check(not (answer.status == 200 and join.grant) or claims_of(join.grant)["role"] != "cohost", "a fresh grant of a cohost's")
        records = [item for item in daemon.admin.get(f"/v1/audit?subject={room.id}&limit=200").json["items"] if "cohost" in json.dumps(item["detail"])]
        check(records and {item["actor"] for item in records} == {ada.id}, f"cohosts in the audit: {records}")
        for token in (plain.token, dora.token, guest.ticket):
            among(daemon.web.patch(room.path, {"cohosts": [plain.id]}, token=token).status, (401, 403), "somebody makes a cohost")


@test()
def everybody_finds_in_the_list_what_is_theirs_and_sees_of_it_what_is_theirs_to_see():
    with Daemon() as daemon:
        ada, bob, guest = host(daemon, display_name="Ada Canary"), host(daemon), member(daemon)
        times = [{"opens_at": stamp(daemon, hours * 3600), "closes_at": stamp(daemon, hours * 3600 + 1800)} for hours in (24, 48)]
        soon_, later = (meeting(daemon, ada, title="Board", external=f"room-{index}", policy={"waiting_room": "everyone"}, **pair) for index, pair in enumerate(times))
        over, shared = meeting(daemon, ada), meeting(daemon, bob, cohosts=[ada.id])
        over.act("end")
        daemon.web.post(soon_.path + "/invites", {"account": guest.id}, token=ada.token, expect=201)
        rooms = {soon_.id: "soon", later.id: "later", over.id: "over", shared.id: "shared"}
        def listed(person, query):
            return sorted(rooms[item["id"]] for item in daemon.web.pages("/v1/meetings" + query, 2, token=person.token))
        for person, query, expected in (
                (ada, "", ["later", "over", "shared", "soon"]), (ada, "?role=host", ["later", "over", "soon"]), (ada, "?role=cohost", ["shared"]),
                (ada, "?role=invited", []), (guest, "?role=invited", ["soon"]), (guest, "", ["soon"]), (guest, "?role=host", []), (bob, "", ["shared"]),
                (ada, "?external=room-1", ["later"]), (bob, "?external=room-1", []), (ada, "?state=ended", ["over"]), (ada, "?state=scheduled", ["later", "soon"]),
                (ada, f"?role=host&from={stamp(daemon, 36 * 3600)}&to={stamp(daemon, 60 * 3600)}", ["later"]), (ada, "?role=cohost&state=open", ["shared"])):
            equal(listed(person, query), expected, f"the list {query}")
        for bad in ("?role=owner", "?state=locked", "?from=now", "?to=5", "?nosuch=1"):
            among(daemon.web.get("/v1/meetings" + bad, token=ada.token).status, (400, 422), bad)
        for shown in (flows.meeting_in(daemon.web.get(soon_.path, token=guest.token, expect=200).json), daemon.web.get("/v1/meetings", token=guest.token).json["items"][0]):
            equal((shown["id"], shown["title"], shown["opens_at"], shown["host"]["display_name"]), (soon_.id, "Board", times[0]["opens_at"], "Ada Canary"), "what an invitee sees")
            check(set(shown) <= {"id", "title", "opens_at", "closes_at", "host"}, f"and nothing more (section 5): {set(shown)}")
        for method, part, body in (("PATCH", "", {"title": "x"}), ("DELETE", "", None), ("GET", "/joins", None), ("GET", "/bans", None), ("GET", "/invites", None), ("POST", "/open", None)):
            equal(daemon.web.call(method, soon_.path + part, body, token=guest.token).code, "not-host", f"{method} {part} by an invitee")


@test()
def a_host_s_ticket_may_do_what_is_listed_and_nothing_else():
    with Daemon() as daemon:
        ada, plain = host(daemon), member(daemon)
        room = meeting(daemon, ada, kind="series", policy={**STILL, "attendance": True})
        guest, waits, owner = inside(daemon, room), knock(daemon, room), arrive(daemon, room)
        made = daemon.web.post(room.path + "/bans", {"account": plain.id}, token=ada.token, expect=201).json["ban"]
        invite = daemon.web.post(room.path + "/invites", {"label": "x"}, token=ada.token, expect=201).json["invite"]
        before = (room.show(), [daemon.web.get(room.path + part, token=ada.token).json for part in ("/bans", "/invites")], tag_of(room))
        for method, part, body in (("PATCH", "", {"title": "x"}), ("PATCH", "", {"policy": {"capacity": 5}}), ("PATCH", "", {"cohosts": [plain.id]}),
                                   ("PATCH", "", {"host": plain.id}), ("DELETE", "", None), ("POST", "/unlock", None), ("POST", "/end", None), ("POST", "/open", None),
                                   ("POST", "/passcode", {}), ("POST", "/invites", {"label": "y"}), ("GET", "/invites", None), ("DELETE", f"/invites/{invite['id']}", None),
                                   ("POST", "/bans", {"join": guest.id}), ("GET", "/bans", None), ("DELETE", f"/bans/{made['id']}", None), ("GET", "/attendance", None),
                                   ("POST", "/simulate", {"passcode": "right"}), ("POST", f"/joins/{guest.id}/role", {"role": "viewer"}),
                                   ("POST", f"/joins/{guest.id}/publish", {"audio": True})):
            answer = daemon.web.call(method, room.path + part, body, token=owner.ticket)
            among((answer.status, answer.code), ((403, "not-host"), (401, "invalid-token")), f"{method} {part or 'the meeting'} by the host's ticket: {answer}")
        after = (room.show(), [daemon.web.get(room.path + part, token=ada.token).json for part in ("/bans", "/invites")], tag_of(room))
        equal(after, before, "the meeting after all that")
        equal(len(room.joins(token=owner.ticket)), 3, "list")
        for verb, join, body in (("message", waits, {"text": "soon"}), ("admit", waits, None), ("send-back", guest, None), ("deny", guest, {"ban": False}),
                                 ("remove", waits, {"ban": False}), ("message", None, {"text": "all"}), ("lock", None, None), ("suspend", None, None)):
            room.act(verb, join, token=owner.ticket, body=body)


# --- step-up -------------------------------------------------------------------------------------------

@test(seconds=90)
def acts_that_open_a_meeting_up_ask_for_a_second_factor_shown_lately_and_no_others_do():
    with Daemon(clock="still", config=LONG) as daemon:
        ada, bob, plain, another = host(daemon), host(daemon), member(daemon), member(daemon)
        room = meeting(daemon, ada, kind="series", policy={**STILL, "step_up": 60, "attendance": True, "capacity": 50})
        ban = daemon.web.post(room.path + "/bans", {"account": plain.id}, token=ada.token, expect=201).json["ban"]
        guest, waits = inside(daemon, room), knock(daemon, room)
        room.act("lock")
        opening = {   # what → method, path, body
            **{f"looser: {policy}": ("PATCH", "", {"policy": policy}) for policy in
               ({"capacity": 51}, {"waiting_room": "off"}, {"step_up": "never"}, {"step_up": 120}, {"when_locked": "wait", "names": "free"}, {"phones": "as_guest"},
                {"publish_on_entry": {"audio": True}}, {"capacity": 5, "host_arrival": "admit_all"}, {"removed_may_return": True}, {"denials": 10})},
            "no passcode": ("PATCH", "", {"policy": {"passcode": "off", "waiting_room": "guests"}}), "a weaker passcode": ("POST", "/passcode", {"kind": "digits"}),
            "a cohost": ("PATCH", "", {"cohosts": [bob.id]}), "another host": ("PATCH", "", {"host": bob.id}), "unban": ("DELETE", f"/bans/{ban['id']}", None),
            "a cohost's invite": ("POST", "/invites", {"role": "cohost"}), "an invite past the waiting room": ("POST", "/invites", {"bypass_waiting_room": True}),
            "a role": ("POST", f"/joins/{guest.id}/role", {"role": "cohost"}), "unlock": ("POST", "/unlock", None), "attendance": ("GET", "/attendance", None),
        }
        others = {
            "a stricter policy": ("PATCH", "", {"policy": {"capacity": 20, "open_to": "link"}}), "a title": ("PATCH", "", {"title": "Board"}), "lock": ("POST", "/lock", None),
            "a new passcode": ("POST", "/passcode", {"kind": "characters"}), "a ban": ("POST", "/bans", {"account": another.id}), "an invite": ("POST", "/invites", {"label": "x"}),
            "a viewer's invite": ("POST", "/invites", {"role": "viewer"}), "a message": ("POST", "/message", {"text": "x"}), "admit": ("POST", f"/joins/{waits.id}/admit", None),
            "simulate": ("POST", "/simulate", {"passcode": "right"}), "send-back": ("POST", f"/joins/{guest.id}/send-back", None),
            "deny": ("POST", f"/joins/{guest.id}/deny", {"ban": False}), "suspend": ("POST", "/suspend", None), "the list": ("GET", "/joins", None),
        }
        daemon.clock.advance(62)
        before, faults = tag_of(room), []
        for what, (method, part, body) in opening.items():
            answer = daemon.web.call(method, room.path + part, body, token=ada.token)
            if (answer.status, answer.code) != (403, "reauthentication-required"):
                faults.append(f"{what}, 62 s after the second factor: {answer}")
            if daemon.web.call(method, room.path + part, body, token=bob.token).code != "not-host":
                faults.append(f"{what}, by another host: not `not-host`")
        equal((tag_of(room), room.show()["locked"]), (before, True), f"the meeting after refusals; {faults}")
        for what, (method, part, body) in others.items():
            answer = daemon.web.call(method, room.path + part, body, token=ada.token)
            if answer.status not in (200, 201):
                faults.append(f"{what} asks for it too: {answer}")
        check(not faults, "\n".join(faults))
        old = ada.token
        answer = reauthenticate(daemon, {"code": ada.authenticator.code()}, old).json
        ada.token = answer["token"]
        guest = knock(daemon, room, passcode=daemon.web.post(room.path + "/passcode", {}, token=ada.token, expect=200).json["passcode"])
        room.act("admit", guest)
        opening["a role"] = ("POST", f"/joins/{guest.id}/role", {"role": "cohost"})
        for what in sorted(opening, key=lambda what: what in ("no passcode", "another host")):
            method, part, body = opening[what]
            answer = daemon.web.call(method, room.path + part, body, token=ada.token)
            if answer.status not in (200, 201, 204):
                faults.append(f"{what}, with the second factor just shown: {answer}")
        check(not faults, "\n".join(faults))
        never = meeting(daemon, bob, policy={"step_up": "never"})
        daemon.clock.advance(4000)
        change(never, {"policy": {"waiting_room": "off"}})
        daemon.admin.patch(meeting(daemon, bob).path, {"policy": {"waiting_room": "off"}}, expect=200)   # the operator's socket is its own proof


@test()
def reauthentication_gives_a_new_token_ends_the_old_one_and_takes_each_code_once():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy=FREE)
        seat, old, before = present(room, arrive(daemon, room)), ada.token, ada.session
        daemon.clock.advance(1000)
        change(room, {"policy": {"capacity": 101}}, expect="reauthentication-required")
        for what, body, allowed in (("nothing", {}, (422,)), ("a wrong code", {"code": ada.authenticator.wrong()}, (401,)), ("a wrong password", {"password": "x" * 16}, (401,)),
                                    ("an unknown member", {"code": "123456", "nosuch": 1}, (422,)), ("a number", {"code": 123456}, (422,)),
                                    ("the right password and a wrong code", {"password": ada.password, "code": ada.authenticator.wrong()}, (401,)),
                                    ("a wrong password and the right code", {"password": "x" * 16, "code": ada.authenticator.code()}, (401,))):
            answer = reauthenticate(daemon, body, old, expect=None)
            among(answer.status, allowed, f"{what}: {answer}")
            check(answer.status == 422 or answer.code == "invalid-credentials", f"{what}: {answer}")
            equal(daemon.web.get(room.path, token=old).status, 200, f"the session after {what}")
            daemon.clock.advance(20)   # failures are slowed down (section 3.1)
        for token in (None, "x", seat.ticket):
            among(daemon.web.post("/v1/sessions/reauthenticate", {"code": "123456"}, token=token).status, (401, 403), "without a session")
        change(room, {"policy": {"capacity": 101}}, expect="reauthentication-required")
        with watch(room, token=old) as stream:
            stream.snapshot()
            code = ada.authenticator.code()
            answers = parallel(20, lambda _: reauthenticate(daemon, {"code": code}, old, expect=None))
            statuses = sorted(answer.status for answer in answers)
            check(statuses[0] == 201 and set(statuses[1:]) <= {401, 429}, f"one code twenty times at once: {statuses}")
            stream.closes("the token that it was opened with is dead")
        said = next(answer.json for answer in answers if answer.status == 201)
        ada.token = said["token"]
        check(said["token"] != old and set(said) >= {"session", "token"}, f"the answer: {set(said)}")
        equal(said["session"]["factors"], 2, "factors")
        check(said["session"]["authenticated_at"] > before["authenticated_at"], "authenticated_at is the old one")
        check(said["session"]["expires_at"] <= stamp(daemon, 86_402), f"it lives for more than a day: {said['session']}")
        equal(daemon.web.get(room.path, token=old).code, "invalid-token", "the old token")
        equal(daemon.web.post("/v1/sessions/introspect", {"token": old}, expect=200).json, {"active": False}, "introspection of the old token")
        daemon.clock.advance(20)
        equal(reauthenticate(daemon, {"code": code}, ada.token, expect=None).code, "invalid-credentials", "the code again")
        equal(seat.look(expect=(200, 401)).status, 200, "the host's join, which the host is still in")
        change(room, {"policy": {"capacity": 101}})
        daemon.clock.advance(1000)
        answer = reauthenticate(daemon, {"password": ada.password}, ada.token, expect=None)
        among(answer.status, (201, 401, 403, 422), f"the password alone: {answer}")
        ada.token = answer.json["token"] if answer.status == 201 else ada.token
        change(room, {"policy": {"capacity": 102}}, expect="reauthentication-required")   # a password is no second factor
        daemon.clock.advance(20)
        both = reauthenticate(daemon, {"password": ada.password, "code": ada.authenticator.code()}, ada.token).json
        ada.token = both["token"]
        change(room, {"policy": {"capacity": 102}})
        tried = []
        for _ in range(25):   # line 49's count, by this way too
            tried.append(reauthenticate(daemon, {"code": ada.authenticator.wrong()}, ada.token, expect=None).status)
            daemon.clock.advance(30)
        check(set(tried) <= {401, 403, 429} and reauthenticate(daemon, {"code": ada.authenticator.code()}, ada.token, expect=None).status != 201,
              f"after 25 wrong codes the right one is taken: {tried}")
        flows.verified(daemon)
