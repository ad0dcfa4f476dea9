"""What a rule that is made stricter does to those whom an older one let in: sessions, tickets, roles, codes, delegates."""

import json, re

import flows
from acts import GENEROUS, active, change_password, notices, start_reset
from apart import SECOND, allow, daemon_with, entry
from federated import Issuer, daemon_with as daemon_with_issuer, refused, show
from flows import OPEN, admit, arrive, ask, ban, host, knock, meeting, member, present, redeem_setup
from harness import *
from policy import change
from regressions import hang_up, seconds_of

SECOND_FACTOR = "second-factor-required"
STEERING = (("GET", "/joins", None), ("POST", "/joins/{guest}/admit", None), ("POST", "/admit-waiting", None),
            ("POST", "/joins/{guest}/message", {"text": "hello"}), ("POST", "/message", {"text": "hello"}),
            ("POST", "/lock", None), ("POST", "/joins/{guest}/deny", None), ("POST", "/joins/{guest}/remove", None), ("POST", "/suspend", None))


def steers(daemon, room, token, guest):
    """What each of a host's acts by a ticket is answered."""
    return {f"{method} {path}": daemon.web.call(method, room.path + path.format(guest=guest.id), body, token=token).code
            for method, path, body in STEERING}


def refuses_all(said, code, what):
    equal({path: answer for path, answer in said.items() if answer != code}, {}, f"{what}: what is not refused with {code}")


def lists(daemon, room, token):
    return daemon.web.get(room.path + "/joins", token=token)


# --- a second factor for hosts -------------------------------------------------------------------------

@test()
def a_second_factor_asked_of_hosts_takes_the_steering_from_tickets_of_before():
    for how in ("restart", "SIGHUP", "profile", "meeting"):
        with Daemon(config={"policy": {"host_second_factor": False}}) as daemon:
            ada, cohost = member(daemon, roles=["host"]), member(daemon)
            room = meeting(daemon, ada, policy={"host_absence": "continue"}, cohosts=[cohost.id])
            guest, inside, second = knock(daemon, room), present(room, arrive(daemon, room)), arrive(daemon, room, cohost)
            late = knock(daemon, room)
            for ticket in (inside.ticket, second.ticket):
                equal(lists(daemon, room, ticket).status, 200, f"{how}: before")
            fresh = second.grant
            check(fresh, "the cohost's grant")
            if how == "meeting":
                change(room, {"policy": {"host_second_factor": True}})
            elif how == "profile":
                daemon.tables["profiles.strict"] = {"host_second_factor": True}
                hang_up(daemon, daemon.tables, rb"configuration read again")
                daemon.admin.patch(f"/v1/accounts/{ada.id}", {"profile": "strict"}, expect=200)
            else:
                daemon.tables["policy"]["host_second_factor"] = True
                if how == "restart":
                    daemon.restart()
                else:
                    hang_up(daemon, daemon.tables, rb"configuration read again")
            for who, join, person in (("the host", inside, ada), ("a cohost", second, cohost)):
                equal(daemon.web.post(room.path + "/lock", token=person.token).code, SECOND_FACTOR, f"{how}: {who}'s session")
                refuses_all(steers(daemon, room, join.ticket, guest), SECOND_FACTOR, f"{how}: {who}'s ticket")
                stream = daemon.web.get(room.path + "/events?wait=0", token=join.ticket)
                equal(stream.code, SECOND_FACTOR, f"{how}: {who}'s stream by ticket")
                join.look()
                equal(join.grant, None, f"{how}: {who}'s fresh grant")
            check(daemon.web.post("/v1/grants/redeem", {"grant": fresh}).status in (403, 409), f"{how}: a cohost's grant of before")
            equal(inside.state, "present", f"{how}: who is inside stays")
            for join in (guest, late):
                join.look()
                equal(join.state, "waiting", f"{how}: who waited")
            # Whoever shows the factor goes on, with the ticket of before.
            ada.enrol()
            equal(lists(daemon, room, inside.ticket).status, 200, f"{how}: the host's ticket, with two factors")
            admit(room, guest)
            daemon.web.post(f"{room.path}/joins/{late.id}/deny", token=inside.ticket, expect=200)
            flows.verified(daemon)


@test()
def a_role_that_a_host_gave_is_the_host_s_word_and_asks_for_no_factors_of_its_own():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest, late = admit(room, knock(daemon, room)), knock(daemon, room, name="Late")
        room.act("role", guest, body={"role": "cohost"})
        equal(lists(daemon, room, guest.ticket).status, 200, "a guest that a host made a cohost")
        daemon.web.post(f"{room.path}/joins/{late.id}/admit", token=guest.ticket, expect=200)


@test()
def a_session_that_may_only_enrol_by_now_gets_no_grant_for_a_join_of_before():
    with Daemon(config={"policy": {"host_second_factor": False}}) as daemon:
        room = meeting(daemon, host(daemon), policy={**OPEN, "open_to": "members"})
        other = member(daemon, roles=["host"])   # somebody who hosts, elsewhere
        ready, inside = arrive(daemon, room, other), present(room, arrive(daemon, room, other))
        grant = ready.grant
        daemon.tables["policy"]["host_second_factor"] = True
        hang_up(daemon, daemon.tables, rb"configuration read again")
        equal(daemon.web.post("/v1/sessions/introspect", {"token": other.token}, expect=200).json["reach"], "enrolment", "its reach")
        equal(ask(daemon, room, token=other.token).code, SECOND_FACTOR, "a join anew")
        for join in (ready, inside):
            join.look()
            equal(join.grant, None, f"a fresh grant, {join.state}")
        among(daemon.web.post("/v1/grants/redeem", {"grant": grant}).status, (403, 409), "the grant of before")
        other.enrol()
        ready.look()
        check(ready.grant, "no grant with two factors")


@test()
def a_reload_takes_up_all_of_host_second_factor_and_a_profile_asks_for_it_as_well():
    with Daemon(config={"policy": {"host_second_factor": False}, "profiles.ward": {"host_second_factor": True}}) as daemon:
        ada, ward = member(daemon, roles=["host"]), member(daemon, roles=["host"])
        daemon.admin.patch(f"/v1/accounts/{ward.id}", {"profile": "ward"}, expect=200)

        def reach(person):
            return daemon.web.post("/v1/sessions/introspect", {"token": person.token}, expect=200).json["reach"]

        equal((reach(ada), reach(ward)), ("everything", "enrolment"), "before")
        daemon.web.post("/v1/meetings", {}, token=ward.token, expect=SECOND_FACTOR)
        meeting(daemon, ada)
        for asked in (True, False, True):
            daemon.tables["policy"]["host_second_factor"] = asked
            hang_up(daemon, daemon.tables, rb"configuration read again")
            equal(reach(ada), "enrolment" if asked else "everything", f"with {asked}")
            for method, path, body in (("POST", "/v1/meetings", {}), ("GET", "/v1/accounts/me/sessions", None), ("GET", "/v1/accounts/me", None), ("GET", "/v1/accounts/me/export", None)):
                equal(daemon.web.call(method, path, body, token=ada.token).code, SECOND_FACTOR if asked else None, f"{method} {path} with {asked}")
            equal(reach(ward), "enrolment", f"a stricter profile with {asked}")


# --- what a reload takes up ----------------------------------------------------------------------------

@test()
def a_reload_names_every_section_that_only_a_restart_takes_up():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada)
        waits = rb"next start on.*"
        for table, more in (("sessions", {"idle_seconds": 900}), ("limits", {"join_failures": 3}), ("passwords", {"iterations": 3}),
                            ("store", {"url": "sqlite:" + daemon.inside("state/other.db")}), ("keys", {"directory": daemon.inside("other")}),
                            ("names", {"reserved": ["headmaster"]}), ("log", {"format": "json"})):
            tables = {**daemon.tables, table: {**daemon.tables.get(table, {}), **more}}
            hang_up(daemon, tables, waits + rb"\[%s\]" % table.encode())
            line = [text for text in daemon.log().splitlines() if b"next start on" in text][-1]
            equal(re.findall(rb"\[([a-z]+)\]", line.split(b"next start on")[1]), [table.encode()], "the sections that are named")
        knock(daemon, room, name="The Headmaster")   # what it said is true
        said = daemon.log().count(b"next start on")
        hang_up(daemon, {**daemon.tables, "policy": {"capacity": 7}, "log": {**daemon.tables["log"], "level": "info"}}, rb"configuration read again")
        equal((room.show()["policy"]["capacity"], daemon.log().count(b"next start on")), (7, said), "what is taken up is not named")
        both = {**daemon.tables, "sessions": {"max_seconds": 7200}, "limits": {**daemon.tables["limits"], "source_failures": 9}}
        hang_up(daemon, both, waits + rb"\[sessions\].*\[limits\]")


@test()
def a_reload_takes_up_issuers_that_come_change_and_go():
    daemon, issuer = daemon_with_issuer()
    with daemon:
        known = show(daemon, issuer.token(sub="ada"), expect=201).json
        entries = daemon.tables["issuer"]
        hang_up(daemon, {**daemon.tables, "issuer": []}, rb"configuration read again")
        refused(daemon, issuer.token(sub="ada"), "an issuer that is taken out")
        check(active(daemon, known["token"]), "the session that it began: its end is an operator's, or its own")
        hang_up(daemon, {**daemon.tables, "issuer": [{**entries[0], "audience": "another"}]}, rb"configuration read again")
        refused(daemon, issuer.token(sub="ada"), "the audience of before")
        show(daemon, issuer.token(sub="ada", aud="another"), expect=201)
        with open(daemon.inside("jwks.json"), "w") as file:
            json.dump({"keys": [issuer.jwk("rs")]}, file)
        hang_up(daemon, {**daemon.tables, "issuer": entries}, rb"configuration read again")
        refused(daemon, issuer.token("es", sub="ada"), "a key that is not in the file any more")
        equal(show(daemon, issuer.token("rs", sub="ada"), expect=201).json["session"]["account"]["id"], known["session"]["account"]["id"], "whose it is")
        # A mistake changes nothing: neither the keys nor what the issuer's word is worth.
        hang_up(daemon, {**daemon.tables, "issuer": [{**entries[0], "jwks_file": daemon.inside("none.json"), "provision": False}]}, rb"the running one stays")
        show(daemon, issuer.token("rs"), expect=201)
        hang_up(daemon, {**daemon.tables, "issuer": [{**entries[0], "provision": False, "second_factor_amr": []}]}, rb"configuration read again")
        refused(daemon, issuer.token("rs"), "a new account, where none is made any more")
        equal(show(daemon, issuer.token("rs", sub="ada", amr=["mfa"]), expect=201).json["session"]["factors"], 1, "factors by a word that counts no more")


# --- how long a session lasts --------------------------------------------------------------------------

@test()
def shorter_limits_hold_for_sessions_that_stand():
    month = 30 * 86_400
    with Daemon(clock=True, config={"sessions": {"max_seconds": month, "idle_seconds": month}}) as daemon:
        ada, bob = member(daemon), member(daemon)
        room = meeting(daemon, host(daemon), policy={**OPEN, "open_to": "members"})
        seat = arrive(daemon, room, ada)
        daemon.clock.advance(500)
        daemon.web.get("/v1/accounts/me", token=bob.token, expect=200)   # in use, 500 s later
        ask(daemon, room, token=bob.token, expect=201)
        daemon.tables["sessions"] = {"max_seconds": 3600, "idle_seconds": 600}
        daemon.restart()
        for person in (ada, bob):
            said = daemon.web.post("/v1/sessions/introspect", {"token": person.token}, expect=200).json
            check(said["active"], "within both limits, and ended")
            made = said["session"]["created_at"]
            ends = seconds_of(said["session"]["expires_at"]) - seconds_of(made)
            idle = seconds_of(said["session"]["idle_expires_at"]) - seconds_of(made)
            equal(round(ends), 3600, "its end, from its beginning")
            check(abs(idle - (600 if person is ada else 1100)) < 30, f"its idle end, from its last use: {idle}")
        daemon.clock.advance(150)
        equal((active(daemon, ada.token), active(daemon, bob.token)), (False, True), "after 650 s, of which bob's was used 150 s ago")
        equal(daemon.web.get("/v1/accounts/me/sessions", token=ada.token).code, "invalid-token", "the one that was left alone")
        equal(seat.look(expect=(200, 401)).status, 401, "the ticket that was made with it")
        equal([item["id"] for item in daemon.admin.get(f"/v1/accounts/{ada.id}/sessions", expect=200).json["items"]], [], "in the list")
        items = daemon.web.get("/v1/accounts/me/sessions", token=bob.token, expect=200).json["items"]
        equal([round(seconds_of(item["expires_at"]) - seconds_of(item["created_at"])) for item in items], [3600], "its end in the list")
        for _ in range(8):
            daemon.clock.advance(350)
            daemon.web.post("/v1/meetings/no-such-room/joins", {"display_name": "Bob"}, token=bob.token)   # used all the time
        daemon.clock.advance(200)
        equal(active(daemon, bob.token), False, "an hour after its beginning, whatever is done with it")
        daemon.tables["sessions"] = {"max_seconds": month, "idle_seconds": month}
        daemon.restart()
        equal(daemon.web.post("/v1/sessions/introspect", {"token": member(daemon).token}, expect=200).json["active"], True, "a new one")


# --- a role that is taken back -------------------------------------------------------------------------

@test()
def who_hosts_no_more_keeps_what_protects_and_opens_nothing():
    with Daemon() as daemon:
        ada, bob, cohost = host(daemon), host(daemon), member(daemon)
        cohost.enrol()
        room = meeting(daemon, ada, kind="series", cohosts=[cohost.id], policy={"attendance": True})
        seat, second = present(room, arrive(daemon, room)), arrive(daemon, room, cohost)
        guest, late, gone = (knock(daemon, room, name=name) for name in ("Guest", "Late", "Gone"))
        inside = present(room, admit(room, knock(daemon, room, name="Inside")))
        bar = ban(room, account=member(daemon).id)
        invite = daemon.web.post(room.path + "/invites", {}, token=ada.token, expect=201).json["invite"]
        daemon.admin.patch(f"/v1/accounts/{ada.id}", {"roles": []}, expect=200)
        opens = [("POST", f"/joins/{guest.id}/admit", None), ("POST", "/admit-waiting", None), ("POST", "/admit-waiting", {"joins": [guest.id]})]
        by_session = [("POST", "/unlock", None), ("POST", "/open", None), ("POST", "/passcode", None), ("POST", "/passcode", {"kind": "words"}),
                      ("POST", "/invites", {}), ("POST", "/invites", {"role": "cohost"}), ("DELETE", f"/bans/{bar['id']}", None),
                      ("POST", f"/joins/{inside.id}/role", {"role": "cohost"}), ("POST", f"/joins/{inside.id}/publish", {"audio": True}),
                      ("GET", "/attendance", None), ("DELETE", "", None)]
        by_session += [("PATCH", "", body) for body in ({"policy": {"waiting_room": "off"}}, {"policy": {"capacity": 99}}, {"title": "x"},
                                                        {"cohosts": [bob.id]}, {"host": bob.id}, {"opens_at": None})]
        for method, path, body in opens + by_session:
            equal(daemon.web.call(method, room.path + path, body, token=ada.token).code, "not-host", f"{method} {path} {body}")
        for method, path, body in opens:
            equal(daemon.web.call(method, room.path + path, body, token=seat.ticket).code, "not-host", f"{method} {path} by the ticket")
        equal(daemon.web.post("/v1/meetings", {}, token=ada.token).code, "not-host", "a meeting anew")
        for join in (guest, late, gone):
            join.look()
            equal(join.state, "waiting", "who waits")
        shown = daemon.web.get(room.path, token=ada.token, expect=200).json["meeting"]
        equal((shown["title"] if "title" in shown else None, shown["host"]["id"], shown["policy"]["capacity"]), (None, ada.id, 100), "the record")
        for token in (ada.token, seat.ticket):   # it looks on, and keeps people out
            equal(lists(daemon, room, token).status, 200, "the list")
        for method, path, token in (("POST", f"/joins/{late.id}/deny", seat.ticket), ("POST", f"/joins/{gone.id}/deny", ada.token),
                                    ("POST", f"/joins/{inside.id}/send-back", ada.token), ("POST", f"/joins/{inside.id}/remove", ada.token),
                                    ("POST", "/lock", seat.ticket), ("POST", "/suspend", ada.token)):
            among(daemon.web.call(method, room.path + path, None, token=token).status, (200, 409), f"{method} {path}")
        ban(room, account=member(daemon).id)
        daemon.web.delete(f"{room.path}/invites/{invite['id']}", token=ada.token, expect=204)
        # The meeting is not without a host: who was named while the role stood acts on, and an operator hands it over.
        daemon.web.post(f"{room.path}/joins/{guest.id}/admit", token=cohost.token, expect=200)
        again = arrive(daemon, room)
        equal(again.state, "admitted", "a host is never shut out")
        daemon.web.post(room.path + "/end", token=ada.token, expect=200)
        equal(daemon.web.post(room.path + "/open", token=ada.token).code, "not-host", "the next occurrence")
        daemon.admin.patch(room.path, {"host": bob.id}, expect=200)
        daemon.web.post(room.path + "/open", token=bob.token, expect=200)
        refusals = [item for item in daemon.admin.pages("/v1/audit", 200) if item["event"] == "act.refused" and item["actor"] == ada.id]
        check(refusals, "who tries is not in the audit")
        # Given back, it is as it was.
        mine = meeting(daemon, bob)
        daemon.admin.patch(f"/v1/accounts/{bob.id}", {"roles": []}, expect=200)
        equal(change(mine, {"title": "x"}, expect=None).code, "not-host", "without")
        daemon.admin.patch(f"/v1/accounts/{bob.id}", {"roles": ["host"]}, expect=200)
        change(mine, {"title": "x"})
        flows.verified(daemon)


@test()
def who_owns_a_meeting_is_asked_for_what_a_host_is_asked_for_role_or_not():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={"host_second_factor": False, "host_absence": "continue"})
        daemon.admin.patch(f"/v1/accounts/{ada.id}", {"roles": []}, expect=200)
        daemon.web.call("DELETE", "/v1/accounts/me/totp", {"password": ada.password, "code": ada.authenticator.code()}, token=ada.token, expect=(200, 204))
        kept = ada.token
        ada.authenticator = None
        ada.sign_in()
        equal(ada.session["factors"], 1, "factors")
        for token in (kept, ada.token):
            for method, path, body in (("POST", "/unlock", None), ("PATCH", "", {"policy": {"waiting_room": "off"}}), ("POST", "/passcode", None),
                                       ("POST", "/lock", None), ("POST", "/suspend", None), ("POST", "/end", None), ("GET", "/joins", None)):
                equal(daemon.web.call(method, room.path + path, body, token=token).code, SECOND_FACTOR, f"{method} {path} {body}")
        equal(ask(daemon, room, token=ada.token, name="Host").code, SECOND_FACTOR, "the owner's join, with one factor")
        ada.enrol()
        equal(arrive(daemon, room).state, "admitted", "with two")
        daemon.web.post(room.path + "/lock", token=ada.token, expect=200)
        # And one who was in with one factor, where none more was asked for.
        daemon.tables["policy"] = {"host_second_factor": False}
        hang_up(daemon, daemon.tables, rb"configuration read again")
        bob = member(daemon, roles=["host"])
        room = meeting(daemon, bob, policy={"host_second_factor": False, "host_absence": "continue"})
        ready, guest = arrive(daemon, room), knock(daemon, room)
        daemon.admin.patch(f"/v1/accounts/{bob.id}", {"roles": []}, expect=200)
        daemon.tables["policy"] = {"host_second_factor": True}
        hang_up(daemon, daemon.tables, rb"configuration read again")
        refuses_all(steers(daemon, room, bob.token, guest), SECOND_FACTOR, "the session")
        refuses_all(steers(daemon, room, ready.ticket, guest), SECOND_FACTOR, "the ticket")
        ready.look()
        equal(ready.grant, None, "a grant anew")


# --- codes and delegates -------------------------------------------------------------------------------

@test()
def a_code_that_was_given_out_ends_with_the_disabling_of_its_account():
    with Daemon(config=GENEROUS) as daemon:
        ada, fresh = member(daemon), flows.invited(daemon)
        code = start_reset(ada)
        for person in (ada, fresh):
            daemon.admin.patch(f"/v1/accounts/{person.id}", {"disabled": True}, expect=200)
            daemon.admin.patch(f"/v1/accounts/{person.id}", {"disabled": False}, expect=200)
        redeem_setup(ada, code=code, expect="invalid-credentials")
        redeem_setup(fresh, expect="invalid-credentials")
        ada.start(expect=201)   # the password is its owner's still
        redeem_setup(fresh, code=start_reset(fresh))
        flows.verified(daemon)


@test(root=True)
def whom_somebody_lets_schedule_is_told_to_the_owner_and_ends_with_a_reset_of_its_credentials():
    daemon, clients = daemon_with(entry("web", os.getuid(), audiences=["media"]), entry("calendar", SECOND, ["schedule", "meetings", "joins"], ["none"]),
                                  config=GENEROUS)
    with daemon:
        calendar = clients["calendar"]

        def schedules(person):
            return calendar.post("/v1/meetings", {"host": person.id}).status == 201

        def told(person, *events):
            return [item["event"] for item in notices(person) if item["event"] in events]

        ada, bob, cleo = host(daemon), host(daemon), host(daemon)
        for person in (ada, bob, cleo):
            allow(daemon, person)
            allow(daemon, person)   # once more is no news
            check(schedules(person), "a delegate")
            equal(told(person, "delegate_allowed"), ["delegate_allowed"], "what the owner is told")
            check("calendar" in json.dumps([item for item in notices(person) if item["event"] == "delegate_allowed"]), "whom it names")
        new = flows.good_password()
        change_password(cleo, new)
        check(schedules(cleo), "after a change of one's own password")
        code = start_reset(ada)
        check(schedules(ada), "a reset that was begun changes nothing yet")
        redeem_setup(ada, code=code)
        equal(schedules(ada), False, "after a reset")
        ada.sign_in()
        equal(told(ada, "delegate_ended"), ["delegate_ended"], "what the owner is told of its end")
        code = daemon.admin.delete(f"/v1/accounts/{bob.id}/totp", expect=200).json["reset_code"]
        equal(schedules(bob), False, "after an operator's reset of the second factor")
        redeem_setup(bob, code=code)
        bob.authenticator = None
        bob.sign_in()
        bob.enrol()
        equal((schedules(bob), told(bob, "delegate_ended")), (False, ["delegate_ended"]), "after the reset")
        allow(daemon, bob)
        check(schedules(bob), "allowed anew")
        daemon.web.delete("/v1/accounts/me/delegates/calendar", token=cleo.token, expect=(200, 204))
        equal(told(cleo, "delegate_ended"), ["delegate_ended"], "taken back by the owner")
        records = [item for item in daemon.admin.pages("/v1/audit", 200) if item["event"] == "delegate.ended"]
        equal(len(records), 3, "ends in the audit")
        flows.verified(daemon)
