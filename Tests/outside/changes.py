"""Sections 5.1 and 6: what a change of policy does to those who wait, were admitted, or come beside it."""

import signal, time

import flows
from events import soon, state_of, write_config
from flows import OPEN, admit, arrive, ask, host, knock, meeting, watch
from harness import *
from policy import STILL, TIGHTER, change, floored, joined, level_of

FREE = {**OPEN, "host_absence": "continue"}


@test(answers="14")
def line_14_Cisco_a_tighter_policy_is_asked_again_at_admission_at_each_grant_and_at_redemption():
    with Daemon() as daemon:
        ada, cases = host(daemon), []
        for what, (policy, fields) in TIGHTER.items():
            room = meeting(daemon, ada, policy={**STILL, "phones": "as_guest"})
            cases.append((what, policy, room, joined(room, display_name="Waits", **fields), admit(room, joined(room, display_name="Admitted", **fields))))
        for what, policy, room, waits, admitted in cases:
            change(room, {"policy": policy})
            answer = room.act("admit", waits, expect=None)
            among(answer.status, (403, 404, 409), f"{what}: the host admits who may not come any more: {answer}")
            room.act("admit-waiting")
            check(state_of(room, waits) != "admitted", f"{what}: who waited was admitted all the same")
            old = admitted.grant
            redeemed = daemon.web.post("/v1/grants/redeem", {"grant": old})
            among(redeemed.status, (403, 409), f"{what}: a grant of before: {redeemed}")
            equal(daemon.web.post("/v1/grants/introspect", {"grant": old}).json.get("active"), False, f"{what}: introspection of it")
            answer = admitted.look(expect=(200, 401, 403))
            check(b"eyJ" not in answer.body, f"{what}: a fresh grant: {answer}")
            check(b"eyJ" not in ask(daemon, room, ticket=admitted.ticket).body, f"{what}: a fresh grant by a reload")
            equal(room.show()["counts"]["present"], 0, f"{what}: who is in")
            equal(arrive(daemon, room).state, "admitted", f"{what}: the host")
        small = meeting(daemon, ada, policy=STILL)
        inner, waits = [flows.inside(daemon, small, name=f"In {number}") for number in range(2)], knock(daemon, small, name="Waits")
        change(small, {"policy": {"capacity": 1}})
        among(small.act("admit", waits, expect=None).code, ("meeting-full", "state-conflict"), "an admission beyond fewer seats")
        equal([state_of(small, join) for join in inner], ["present"] * 2, "fewer seats put nobody out")
        flows.verified(daemon)


@test()
def a_looser_policy_decides_nobody_who_waits_and_a_host_still_may():
    with Daemon() as daemon:
        ada = host(daemon)
        for what, strict, loose in (("waiting_room", {}, {"waiting_room": "off"}), ("before_host", {"waiting_room": "off", "before_host": "wait"}, {"before_host": "allow"}),
                                    ("both", {"before_host": "wait"}, {"waiting_room": "off", "before_host": "allow"}),
                                    ("phones", {"waiting_room": "off", "phones": "wait"}, {"phones": "as_guest"})):
            room = meeting(daemon, ada, policy={**STILL, **strict})
            if what == "phones":
                flows.inside(daemon, room)   # a phone is never the first
            fields = {"client": {"kind": "phone"}} if what == "phones" else {}
            guest = joined(room, **fields)
            equal(guest.state, "waiting", f"{what}: before")
            with watch(room) as stream:
                stream.snapshot()
                change(room, {"policy": loose})
                equal([event for event in stream.quiet(1.3) if event.name.startswith("join.")], [], f"{what}: what a looser policy did by itself")
            guest.look()
            equal((guest.state, guest.grant), ("waiting", None), f"{what}: after (section 5.1)")
            equal(ask(daemon, room, ticket=guest.ticket, expect=200).json["join"]["state"], "waiting", f"{what}: a reload is no second knock")
            equal(joined(room, display_name="Late", **fields).state, "admitted", f"{what}: who comes after it")
            admit(room, guest)


@test()
def a_floor_raised_in_the_configuration_reaches_meetings_that_stand():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy={**OPEN, "host_absence": "continue"})
        guest = knock(daemon, room)
        equal(guest.state, "admitted", "before")
        daemon.tables["policy.floor"] = {"waiting_room": "everyone", "sign_in": "required", "capacity": 7}
        write_config(daemon)
        daemon.process.send_signal(signal.SIGHUP)
        soon("the floor in the policy", lambda: room.show()["policy"]["waiting_room"] == "everyone")
        shown = room.show()
        equal((shown["policy"]["capacity"], level_of(shown, "waiting_room"), level_of(shown, "capacity")), (7, "site", "site"), "the floors and whose they are")
        ask(daemon, room, passcode=room.passcode, expect="sign-in-required")
        among(daemon.web.post("/v1/grants/redeem", {"grant": guest.grant}).status, (403, 409), "a grant of before")
        check(b"eyJ" not in guest.look(expect=(200, 401, 403)).body, "a fresh grant under the new floor")
        floored(change(room, {"policy": {"waiting_room": "guests"}}, expect=None), "waiting_room", "everyone", "site")
        change(room, {"title": "still to be changed"})
        del daemon.tables["policy.floor"]
        write_config(daemon)
        daemon.process.send_signal(signal.SIGHUP)
        soon("what the meeting asked for, without the floor", lambda: room.show()["policy"]["waiting_room"] == "off")
        daemon.restart()
        equal((room.show()["policy"]["capacity"], room.show()["policy"]["before_host"]), (100, "allow"), "after a restart")


@test(answers="31", seconds=120)
def line_31_BigBlueButton_after_a_tighter_policy_is_answered_nobody_gets_in_by_what_it_forbids():
    with Daemon() as daemon:
        ada = host(daemon)
        for number in range(4):
            room = meeting(daemon, ada, policy={**FREE, "waiting_room": "off" if number % 2 else "guests"})
            waits = [knock(daemon, room, name=f"Waits {index}") for index in range(8)]
            ready = [join if join.state == "admitted" else admit(room, join) for join in (knock(daemon, room, name=f"Ready {index}") for index in range(8))]
            done = {}
            def one(index):
                if index == 0:
                    time.sleep(0.01)
                    change(room, {"policy": {"open_to": "members"}})
                    done["at"] = time.monotonic()
                    return []
                entries = []
                for join in (ready if index % 2 else waits)[index // 2::4]:
                    for _ in range(3):
                        began = time.monotonic()
                        if index % 2 or index % 4 and join.state == "admitted":
                            answer = daemon.web.post("/v1/grants/redeem", {"grant": join.grant})
                        elif index % 4:
                            answer = room.act("admit", join, expect=None)
                        else:
                            answer = ask(daemon, room, name=f"New {index}", passcode=room.passcode)
                        entries.append((began, answer))
                        if answer.status == 200:
                            break   # an act told again is no second act
                return entries
            for entries in parallel(9, one):
                for began, answer in entries:
                    among(answer.status, (200, 201, 403, 404, 409), f"beside the change: {answer}")
                    if began > done["at"]:
                        check(answer.status >= 400 or answer.json["join"]["state"] == "waiting", f"after the change was answered: {answer}")
            inside_now = room.show()["counts"]["present"]
            for join in ready + waits:
                answer = join.look(expect=(200, 401, 403))
                if answer.status == 200 and join.state == "admitted":
                    check(not join.grant, f"a grant after the change: {answer}")
            equal(room.show()["counts"]["present"], inside_now, "who is in")
        flows.verified(daemon)
