"""Section 5: meetings' lives: what is taken back, put off, handed on, held again and begun by a calendar."""

import time

import flows
from events import soon, state_of
from flows import OPEN, admit, arrive, ask, host, inside, knock, meeting, member, present, watch
from harness import *
from regressions import claims_of

FREE = {**OPEN, "host_absence": "continue"}


def change(room, body, expect=200, token=None, **more):
    return room.daemon.web.patch(room.path, body, token=token or room.owner.token, expect=expect, **more)


def stamp(daemon, seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(daemon.now() + seconds))


def audited(daemon, subject, event):
    items = daemon.admin.get(f"/v1/audit?subject={subject}&limit=200", expect=200).json["items"]
    return [item["detail"] for item in items if item["event"] == event]


@test()
def null_takes_a_setting_back_to_the_levels_above_and_clears_title_and_times():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, title="Board", profile="education", policy={"capacity": 20, "auto_lock": 60, "denials": 1},
                       opens_at=stamp(daemon, 3600), closes_at=stamp(daemon, 7200))
        shown = change(room, {"title": None, "policy": {"capacity": None, "auto_lock": None}}).json["meeting"]
        equal((shown["policy"]["capacity"], shown["provenance"]["capacity"]), (60, "profile"), "what was taken back")
        equal((shown["policy"]["auto_lock"], shown["provenance"]["auto_lock"]), (None, "meeting"), "a setting whose value null is")
        equal((shown["policy"]["denials"], shown.get("title")), (1, None), "what was not named, and the title")
        shown = change(room, {"closes_at": None}).json["meeting"]
        equal((shown["state"], shown.get("closes_at")), ("scheduled", None), "without an end")
        shown = change(room, {"opens_at": None}).json["meeting"]
        equal((shown["state"], shown.get("opens_at")), ("open", None), "without a time to wait for it opens")
        for bad in ({"policy": None}, {"cohosts": None}, {"host": None}, {"policy": {"publish_on_entry": {"audio": None}}}, {"policy": {"nosuch": None}}):
            equal(change(room, bad, expect=None).code, "invalid-field", f"PATCH {bad}")
        parts = audited(daemon, room.id, "meeting.changed")
        check(any(item.get("policy.capacity") == "20 -> 60" for item in parts), f"old and new in the audit: {parts}")
        check("Board" not in json.dumps(parts), "a title in the audit")


@test()
def a_passcode_comes_with_the_policy_that_asks_for_it_and_goes_with_it():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**FREE, "waiting_room": "guests"})
        old = room.passcode
        answer = change(room, {"policy": {"passcode": "off"}})
        equal((answer.json["meeting"]["passcode"]["kind"], answer.json.get("passcode")), (None, None), "without a passcode")
        equal(ask(daemon, room).status, 201, "a join with none")
        among(daemon.web.post(room.path + "/passcode", {}, token=ada.token).code, ("state-conflict",), "rotation of none")
        answer = change(room, {"policy": {"passcode": "everyone"}})
        fresh = answer.json["passcode"]
        check(fresh != old, "the old passcode again")
        check(fresh not in json.dumps(change(room, {"title": "x"}).json), "the passcode is shown again")
        equal(ask(daemon, room, passcode=old).code, "join-refused", "the passcode of before")
        equal(ask(daemon, room, passcode=fresh).status, 201, "the new one")


@test()
def a_series_that_ended_is_put_on_the_calendar_again_and_whoever_comes_early_is_of_the_next_occurrence():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, kind="series", policy={**FREE, "passcode_rotation": "occurrence", "early_join": 3600})
        old = room.passcode
        ended = flows.meeting_in(room.act("end").json)
        answer = change(room, {"opens_at": stamp(daemon, 600), "closes_at": stamp(daemon, 4000)})
        shown = answer.json["meeting"]
        equal((shown["state"], shown["occurrence"]), ("scheduled", ended["occurrence"] + 1), "the next occurrence")
        check(shown["epoch"] > ended["epoch"], "its epoch")
        equal(ask(daemon, room, passcode=old).code, "join-refused", "the last occurrence's passcode")
        room.passcode = answer.json["passcode"]
        early = knock(daemon, room)
        equal(early.state, "waiting", "who comes early")
        again = room.act("open").json
        equal((again["meeting"]["occurrence"], again.get("passcode")), (shown["occurrence"], None), "opened, it is the same occurrence")
        soon("who came early", lambda: state_of(room, early) == "admitted")
        early.look()
        equal(claims_of(early.grant)["occurrence"], shown["occurrence"], "in the grant")
        room.act("end")
        once = meeting(daemon, ada, policy=FREE)
        once.act("end")
        for body in ({"opens_at": stamp(daemon, 600)}, {"title": "x"}):
            equal(change(once, body, expect=None).code, "state-conflict", f"PATCH {body} of what is over for good")
        put_off = meeting(daemon, ada, policy=FREE)
        equal(change(put_off, {"opens_at": stamp(daemon, 600)}).json["meeting"]["state"], "scheduled", "an empty meeting is put off")
        busy = meeting(daemon, ada, policy=FREE)
        present(busy, knock(daemon, busy))
        equal(change(busy, {"opens_at": stamp(daemon, 600)}).json["meeting"]["state"], "open", "one with somebody inside is not")


@test()
def a_series_does_not_take_back_a_foreign_name_that_is_another_room_s_by_now():
    with Daemon() as daemon:
        ada = host(daemon)
        first = meeting(daemon, ada, kind="series", external="Team Room", policy=FREE)
        first.act("end")
        second = meeting(daemon, ada, external="Team Room", policy=FREE)
        equal(first.act("open", expect=None).code, "state-conflict", "open")
        equal(change(first, {"opens_at": stamp(daemon, 600)}, expect=None).code, "state-conflict", "a new time")
        second.act("end")
        equal(first.act("open").json["meeting"]["state"], "open", "once the name is free")
        daemon.web.delete(first.path, token=ada.token, expect=204)
        for body in ({"id": first.id}, {"external": first.id}):
            equal(daemon.web.post("/v1/meetings", body, token=ada.token).code, "meeting-exists", f"{body} of what was deleted")


@test()
def a_hand_over_follows_the_new_host_s_profile_and_shows_no_event_of_before():
    with Daemon() as daemon:
        ada, bob, cleo = host(daemon), host(daemon), host(daemon)
        daemon.admin.patch(f"/v1/accounts/{bob.id}", {"profile": "health"}, expect=200)
        room = meeting(daemon, ada, policy={"capacity": 50, "before_host": "allow"})
        equal(change(room, {"host": bob.id}, expect=None).code, "policy-floor", "looser than the new host may be")
        equal(room.show()["host"]["id"], ada.id, "whose it is after that")
        room = meeting(daemon, ada)
        waits, seat = knock(daemon, room), present(room, arrive(daemon, room))
        for number in range(3):
            room.act("message", waits, body={"text": f"before {number}"})
        change(room, {"cohosts": [cleo.id]})
        shown = change(room, {"host": bob.id}).json["meeting"]
        equal((shown["policy"]["open_to"], shown["provenance"]["open_to"]), ("invited", "host"), "the new host's profile")
        room.owner = bob
        room.act("message", waits, body={"text": "after"})
        for person in (bob, cleo):
            told = page(daemon.web, room.path + "/events", after=0, token=person.token)[0]
            check(told and not any(event.name in ("join.waiting", "join.present") for event in told), f"events of before: {told}")
        told = [event for event in page(daemon.web, room.path + "/events", after=0, token=bob.token)[0] if event.name == "join.message"]
        equal(len(told), 1, "messages that the new host is told of")
        listed = {item["id"]: item for item in room.joins()}
        equal((listed[seat.id]["role"], listed[seat.id]["publish"]["audio"], listed[seat.id]["identity"]["class"]), ("participant", False, "member"), "the old host's join")
        daemon.admin.patch(f"/v1/accounts/{bob.id}", {"profile": None}, expect=200)
        equal(room.show()["policy"]["open_to"], "link", "an account's meetings follow its profile")


@test()
def a_host_s_join_that_waits_or_was_a_guest_s_comes_in_with_the_record():
    with Daemon() as daemon:
        ada, bob = host(daemon), host(daemon)
        room = meeting(daemon, ada, policy={"waiting_room": "everyone"})
        guest = flows.Join(daemon, ask(daemon, room, token=bob.token, passcode=room.passcode, expect=201).json, daemon.web)
        equal(guest.state, "waiting", "before")
        change(room, {"cohosts": [bob.id]})
        guest.look()
        equal((guest.state, claims_of(guest.grant)["role"]), ("admitted", "cohost"), "a cohost is not kept waiting")
        guest.redeem()
        epoch = room.show()["epoch"]
        change(room, {"cohosts": []})
        check(room.show()["epoch"] > epoch, "no new epoch where a cohost is none any more")
        equal(state_of(room, guest), "present", "who is inside stays")


@test()
def whoever_was_admitted_and_may_not_come_any_more_goes_back_or_is_denied_and_the_front_end_is_told():
    with Daemon() as daemon:
        ada = host(daemon)
        for when, state in (("wait", "waiting"), ("refuse", "denied")):
            room = meeting(daemon, ada, policy={**FREE, "when_locked": when})
            inner, ready = inside(daemon, room), knock(daemon, room)
            equal(ready.state, "admitted", "before")
            epoch = room.show()["epoch"]
            with flows.front(daemon.web) as stream:
                stream.snapshot()
                change(room, {"policy": {"open_to": "members"}})
                stream.until("revocation", join=ready.id)
            equal((state_of(room, ready), state_of(room, inner)), (state, "present"), "who was on the way in, and who is in")
            check(room.show()["epoch"] > epoch, "no new epoch")
            among(daemon.web.post("/v1/grants/redeem", {"grant": ready.grant}).status, (403, 409), "the grant of before")
        room = meeting(daemon, ada, policy=FREE)
        guest = knock(daemon, room)
        epoch = room.show()["epoch"]
        change(room, {"policy": {"capacity": 50}, "title": "x"})
        equal((room.show()["epoch"], state_of(room, guest)), (epoch, "admitted"), "a change that bars nobody")


@test()
def whoever_was_let_in_goes_back_where_the_host_s_account_is_bound_to_a_stricter_profile():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy=FREE)
        inner, ready = inside(daemon, room), knock(daemon, room)
        among(daemon.admin.post("/v1/accounts", {"username": "eve-1", "profile": "nosuch"}).code, ("invalid-field",), "a profile that is none")
        daemon.admin.patch(f"/v1/accounts/{ada.id}", {"profile": "health"}, expect=200)
        equal((state_of(room, ready), state_of(room, inner)), ("denied", "present"), "who was on the way in, and who is in")
        made = daemon.admin.post("/v1/accounts", {"username": "eve-2", "profile": "education"}, expect=201).json["account"]
        equal(made["profile"], "education", "an account that starts bound")


@test()
def an_account_without_a_second_factor_shows_its_password_again():
    with Daemon(clock="still", config={"sessions": {"idle_seconds": 86_400}, "policy": {"host_second_factor": False}}) as daemon:
        cleo = member(daemon, roles=flows.PERMISSIONS_OF_HOST)
        room = meeting(daemon, cleo, policy=FREE)
        daemon.clock.advance(1000)
        change(room, {"policy": {"capacity": 101}}, expect="reauthentication-required")
        said = daemon.web.post("/v1/sessions/reauthenticate", {"password": cleo.password}, token=cleo.token, expect=201).json
        cleo.token = said["token"]
        equal(said["session"]["factors"], 1, "factors")
        change(room, {"policy": {"capacity": 101}})
