"""What a hostile review found once, each shown from outside, so that it is not lost again."""

import calendar, glob, json, secrets, signal, threading, time

import jwt   # Debian: python3-jwt

import flows
from flows import OPEN, admit, arrive, ask, host, knock, meeting, member, present
from harness import *
from meetings import guess

SECOND = "second-factor-required"


def claims_of(grant):
    check(grant, "there is no grant")
    return jwt.decode(grant, options={"verify_signature": False})


def front_end(**more):
    """One front end of the tests' uid that is not believed on where its people come from."""
    return [dict(name="web", uid=os.getuid(), permissions=ALL_PERMISSIONS, audiences=["media"], **more)]


def events(daemon, event, subject=None):
    """The audit's records of one event, oldest first."""
    items = daemon.admin.pages("/v1/audit", 200)
    return [item for item in items if item["event"] == event and subject in (None, item["subject"])]


def account_shown(daemon, person):
    shown = daemon.admin.get(f"/v1/accounts/{person.id}", expect=200).json
    return shown.get("account", shown)


def seconds_of(text):
    """Seconds since 1970 of a time as section 2 writes it."""
    whole, milliseconds = text[:-1].split(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + int(milliseconds) / 1000


# --- names of rooms ------------------------------------------------------------------------------------

@test()
def no_meeting_takes_a_name_that_another_one_goes_by():
    with Daemon() as daemon:
        ada, eve = host(daemon), host(daemon)
        room = meeting(daemon, ada, id="board-room")
        meeting(daemon, ada, external="council-room")
        generated = meeting(daemon, ada)
        for body in ({"external": room.id}, {"external": generated.id}, {"id": "council-room"},
                     {"id": "harmless", "external": room.id}, {"id": "council-room", "external": "harmless"}):
            daemon.web.post("/v1/meetings", body, token=eve.token, expect="meeting-exists")
        room.act("end")
        daemon.web.post("/v1/meetings", {"external": room.id}, token=eve.token, expect="meeting-exists")   # never again
        equal(daemon.web.get("/v1/meetings", token=eve.token, expect=200).json["items"], [], "what the refused ones left")
        meeting(daemon, eve, id="harmless", external="innocent")


@test(root=True)
def a_foreign_name_is_in_the_grants_of_the_front_end_that_gave_it_and_in_no_others():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy=OPEN, external="council-room")
        equal(claims_of(knock(daemon, room).grant)["room"], "council-room", "room, through the front end that named it")
        elsewhere = knock(daemon, room, client=daemon.other)
        equal(claims_of(elsewhere.grant)["room"], room.id, "room, through another front end")
        equal(claims_of(arrive(daemon, room).grant)["room"], "council-room", "room, for the host")
        # Another front end may not name a meeting after one of these either.
        daemon.other.post("/v1/meetings", {"external": room.id}, token=ada.token, expect="meeting-exists")
        daemon.other.post("/v1/meetings", {"id": "council-room"}, token=ada.token, expect="meeting-exists")


@test()
def an_ended_meeting_s_foreign_name_can_be_given_again():
    with Daemon() as daemon:
        ada = host(daemon)
        first = meeting(daemon, ada, external="Räum/1")
        daemon.web.post("/v1/meetings", {"external": "Räum/1"}, token=ada.token, expect="meeting-exists")
        first.act("end")
        second = meeting(daemon, ada, external="Räum/1", policy=OPEN)
        check(second.id != first.id, "an id was given out twice (section 2)")
        equal(claims_of(knock(daemon, second).grant)["room"], "Räum/1", "room of the new meeting's grants")
        ask(daemon, first, passcode=first.passcode, expect="meeting-ended")
        daemon.web.post("/v1/meetings", {"external": "Räum/1"}, token=ada.token, expect="meeting-exists")


# --- passcodes -----------------------------------------------------------------------------------------

@test(seconds=240)
def a_flood_of_unproven_joins_does_not_take_the_places_of_the_proven():
    with Daemon(config={"limits": {"waiting_per_meeting": 30}}) as daemon:
        room, known = meeting(daemon, host(daemon)), member(daemon)
        proven = knock(daemon, room, name="Early")
        for _ in range(20):
            ask(daemon, room, passcode=guess(), expect="join-refused")
        flood = parallel(50, lambda _: ask(daemon, room, passcode=guess())) + [
            ask(daemon, room, passcode=guess()) for _ in range(50)]
        equal({answer.status for answer in flood} - {201, 403, 429}, set(), "answers to a flood")
        waiting = room.joins("waiting")
        unproven = [item for item in waiting if item["unproven"]]
        check(1 <= len(unproven) <= 3, f"{len(unproven)} unproven joins wait where 30 may (section 6.1)")
        check(proven.id in [item["id"] for item in waiting], "a proven join was displaced")
        vouched = flows.Join(daemon, ask(daemon, room, token=known.token, expect=201).json, daemon.web)
        among(vouched.state, ("waiting", "admitted"), "a vouched member after the flood")
        late = knock(daemon, room, name="Late")
        equal(late.state, "waiting", "the right passcode after the flood")
        admit(room, late)
        equal(room.show()["counts"]["waiting"], len(room.joins("waiting")), "the count of those who wait")


@test()
def a_malformed_passcode_counts_like_a_wrong_one_and_shuts_no_member_out():
    with Daemon(frontends=front_end(), config={"limits": {"join_failures": 5}}) as daemon:
        room, known = meeting(daemon, host(daemon), policy={"passcode_failures": 10}), member(daemon)
        for number in range(10):
            equal(room.show()["passcode"]["must_rotate"], False, f"must_rotate after {number} of 10")
            ask(daemon, room, passcode=("---", " - ", "x" * 129)[number % 3], expect="join-refused")
            equal(room.show()["passcode"]["failures"], number + 1, "failures (section 6.1)")
        equal(room.show()["passcode"]["must_rotate"], True, "must_rotate after 10 of 10")
        for _ in range(60):   # however long the stranger goes on
            among(ask(daemon, room, passcode="---").status, (403, 429), "a malformed passcode, later")
        joined = ask(daemon, room, token=known.token, expect=201).json
        among(joined["join"]["state"], ("waiting", "admitted"), "a vouched member through the same front end")
        equal(joined["join"]["identity"]["class"], "member", "class")
        equal(arrive(daemon, room).state, "admitted", "the host through the same front end")


@test()
def a_chosen_passcode_is_judged_as_it_is_compared():
    with Daemon() as daemon:
        ada = host(daemon)
        for kind, value in (("digits", "19840523"), ("digits", "23051984"), ("digits", "05231984"), ("digits", "1984-05-23"),
                            ("characters", "19840523"), ("characters", "p-a-s-s-w-o-r-d-1"), ("characters", "PASS-WORD-1"),
                            ("characters", "p a s s w o r d 1")):
            daemon.web.post("/v1/meetings", {"passcode": {"kind": kind, "value": value}}, token=ada.token,
                            expect="passcode-too-weak")
        for kind, value in (("digits", "83610472"), ("characters", "t7-kq3vm-8zpa")):
            daemon.web.post("/v1/meetings", {"passcode": {"kind": kind, "value": value}}, token=ada.token, expect=201)


@test()
def wrong_passcodes_from_a_shared_address_do_not_refuse_the_right_one_from_there():
    school = "203.0.113.7"
    with Daemon(config={"limits": {"shared_sources": [school], "join_failures": 10}}) as daemon:
        room = meeting(daemon, host(daemon))
        statuses = [ask(daemon, room, passcode=guess(), ip=school).status for _ in range(12)]
        equal(statuses, [403] * 12, "twelve wrong ones from a shared address")
        equal(knock(daemon, room, ip=school).state, "waiting", "the right one from there")
        statuses = [ask(daemon, meeting(daemon, room.owner), passcode=guess(), ip="203.0.113.8").status]
        statuses += [ask(daemon, "no-such-room", passcode=guess(), ip="203.0.113.8").status for _ in range(12)]
        equal(statuses, [403] * 11 + [429] * 2, "an address of one's own is budgeted as ever")


# --- seats, epochs and grants --------------------------------------------------------------------------

@test()
def a_host_that_was_admitted_and_did_not_redeem_keeps_its_seat_and_its_say():
    with Daemon(clock="still") as daemon:
        room = meeting(daemon, host(daemon), policy={"grant_seconds": 10})
        owner = arrive(daemon, room)
        guest = knock(daemon, room)
        daemon.clock.advance(60)
        owner.look()
        equal(owner.state, "admitted", "the host's join after six times grant_seconds")
        room.act("admit", guest, token=owner.ticket)
        guest.look()
        equal(guest.state, "admitted", "whom the host's ticket admitted")
        present(room, owner)


@test()
def denying_an_admitted_join_raises_the_epoch_and_kills_its_grant():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest, waits = admit(room, knock(daemon, room)), knock(daemon, room)
        epoch = room.show()["epoch"]
        room.act("deny", waits)
        equal(room.show()["epoch"], epoch, "the epoch after denying who only waited")
        room.act("deny", guest)
        check(room.show()["epoch"] > epoch, "the epoch did not rise (section 1)")
        among(daemon.web.post("/v1/grants/redeem", {"grant": guest.grant}).status, (403, 409), "the dead grant")
        equal(daemon.web.post("/v1/grants/introspect", {"grant": guest.grant}, expect=200).json, {"active": False},
              "introspection of the dead grant")


@test()
def disabling_an_account_ends_its_present_join_and_raises_the_epoch():
    with Daemon() as daemon:
        room, known = meeting(daemon, host(daemon), policy=OPEN), member(daemon)
        guest = present(room, knock(daemon, room))
        inside = present(room, arrive(daemon, room, person=known))
        before = room.show()
        equal(before["counts"]["present"], 2, "present before")
        daemon.admin.patch(f"/v1/accounts/{known.id}", {"disabled": True}, expect=200)
        after = room.show()
        equal(after["counts"]["present"], 1, "present after")
        check(after["epoch"] > before["epoch"], "the epoch did not rise (section 1)")
        equal([item["id"] for item in room.joins("present")], [guest.id], "who is still inside")
        inside.look(expect="invalid-token")
        equal(daemon.web.post("/v1/grants/introspect", {"grant": inside.grant}, expect=200).json, {"active": False}, "its grant")
        guest.look()
        equal(guest.state, "present", "the other guest")


@test()
def signing_out_frees_the_seat():
    with Daemon() as daemon:
        room, known = meeting(daemon, host(daemon), policy={**OPEN, "capacity": 1}), member(daemon)
        present(room, arrive(daemon, room, person=known))
        ask(daemon, room, passcode=room.passcode, expect="meeting-full")
        epoch = room.show()["epoch"]
        daemon.web.delete("/v1/sessions/current", token=known.token, expect=204)
        equal(room.show()["counts"], {"waiting": 0, "admitted": 0, "present": 0}, "counts after the sign-out")
        check(room.show()["epoch"] > epoch, "the epoch did not rise (section 1)")
        present(room, knock(daemon, room))


@test()
def a_grant_fetched_late_does_not_outlive_its_seat():
    with Daemon(clock="still") as daemon:
        room = meeting(daemon, host(daemon), policy={"grant_seconds": 60})
        guest = admit(room, knock(daemon, room))
        claims = claims_of(guest.grant)
        equal(claims["exp"] - claims["iat"], 60, "a grant's life where the seat lasts longer")
        daemon.clock.advance(100)
        said = flows.join_in(guest.look().json)
        equal(guest.state, "admitted", "the seat after 100 of 120 s")
        until = seconds_of(said["expires_at"])
        exp = claims_of(guest.grant)["exp"]
        check(exp <= until, f"the grant ends at {exp}, the seat at {until}")
        check(exp > until - 1, f"the grant ends at {exp}, more than a second before the seat at {until}")
        guest.redeem()


@test()
def each_redemption_is_in_the_audit():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        guest = present(room, admit(room, knock(daemon, room)))
        equal(len(events(daemon, "join.present", guest.id)), 1, "join.present after the first redemption")
        equal(events(daemon, "grant.redeemed", guest.id), [], "grant.redeemed after the first")
        for count in (1, 2):
            guest.look()
            second = claims_of(guest.grant)["jti"]
            guest.redeem()
            found = events(daemon, "grant.redeemed", guest.id)
            equal(len(found), count, "grant.redeemed after one more")
            check(second in json.dumps(found[-1]["detail"]), f"the record does not name the grant: {found[-1]}")
        guest.redeem(expect="grant-already-used")
        equal(len(events(daemon, "grant.redeemed", guest.id)), 2, "grant.redeemed after a refused one")
        equal(len(events(daemon, "join.present", guest.id)), 1, "join.present in all")
        flows.verified(daemon)


@test()
def a_ticket_with_somebody_else_s_session_is_a_new_join_and_a_guest_s_grant_has_no_amr():
    with Daemon() as daemon:
        room, known = meeting(daemon, host(daemon), policy=OPEN), member(daemon)
        guest = knock(daemon, room, name="Guest")
        claims = claims_of(guest.grant)
        check(not {"amr", "auth_time", "person"} & set(claims), f"a guest's grant says who signed in: {claims}")
        other = ask(daemon, room, name="Known", ticket=guest.ticket, token=known.token, expect=201).json
        check(other["join"]["id"] != guest.id, "somebody else's session went on with the guest's join")
        equal(other["join"]["identity"].get("account"), known.id, "whose join it is")
        equal(claims_of(other["grant"])["amr"], ["pwd"], "amr of a member's own grant")
        again = ask(daemon, room, ticket=guest.ticket, expect=200).json
        equal((again["join"]["id"], again["join"]["identity"]), (guest.id, {"class": "guest"}), "the guest's own reload")
        check(not {"amr", "auth_time", "person"} & set(claims_of(again["grant"])), "a reload gave a guest's grant an amr")
        # And the other way about: a member's ticket beside another account's session.
        answer = ask(daemon, room, ticket=other["ticket"], token=room.owner.token, expect=201).json
        check(answer["join"]["id"] != other["join"]["id"], "the host went on with a member's join")
        equal(answer["join"]["role"], "host", "role of the host's own join")


# --- records -------------------------------------------------------------------------------------------

@test()
def a_ticket_that_tries_a_host_s_act_in_a_loop_leaves_few_records():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        waits, denied = knock(daemon, room), knock(daemon, room)
        for _ in range(100):
            daemon.web.post(room.path + "/lock", token=waits.ticket, expect="not-host")
        found = events(daemon, "act.refused")
        check(1 <= len(found) <= 2, f"100 refused acts left {len(found)} records (one a minute)")
        equal(found[0]["actor"], waits.id, "who tried")
        room.act("deny", denied)
        for verb in ("lock", "unlock", "end"):
            daemon.web.post(f"{room.path}/{verb}", token=denied.ticket, expect="invalid-token")
        daemon.web.get(room.path + "/joins", token=denied.ticket, expect="invalid-token")
        equal(room.show()["locked"], False, "the meeting after all that")


@test()
def why_a_meeting_is_unprotected_is_sealed_at_rest_and_readable_in_the_audit():
    planted = "Canary reason: the mayor's surgery"
    with Daemon() as daemon:
        ada = host(daemon)
        policy = {"passcode": "off", "waiting_room": "off"}
        made = meeting(daemon, ada, policy=policy, unprotected={"reason": planted})
        record = events(daemon, "meeting.created", made.id)[0]
        check(planted in json.dumps(record.get("personal")), f"the operator cannot read why: {record}")
        check(planted not in json.dumps(record["detail"]), "the reason stands in the record's detail")
        for _ in range(2):
            for path in glob.glob(daemon.root + "/**", recursive=True):
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        check(b"Canary reason" not in file.read(), f"the reason is in the clear in {os.path.basename(path)}")
            if daemon.process.poll() is None:
                daemon.stop()   # and what is only written at the end


# --- accounts and sessions -----------------------------------------------------------------------------

@test()
def registrations_of_a_taken_name_stop_no_other_name_s():
    with Daemon(frontends=front_end()) as daemon:
        register = lambda name, **more: daemon.web.post("/v1/accounts", {   # noqa: E731
            "username": name, "password": "violet harbour at noon"}, **more)
        register("ada", expect=201)
        statuses = [register("ada").status for _ in range(12)]
        check(set(statuses) <= {409, 429} and 409 in statuses, f"12 attempts on a taken name: {statuses}")
        register("bob", expect=201)


@test()
def a_repeated_registration_costs_nothing():
    with Daemon(frontends=front_end()) as daemon:
        body, key = {"username": "carol", "password": "violet harbour at noon"}, {"Idempotency-Key": "once-only"}
        first = daemon.web.post("/v1/accounts", body, headers=key, expect=201).json
        for number in range(15):
            again = daemon.web.post("/v1/accounts", body, headers=key)
            equal((again.status, again.json.get("replayed")), (201, True), f"repetition {number + 1}")
            equal(again.json["account"]["id"], first["account"]["id"], "whose account")
        daemon.web.post("/v1/accounts", {"username": "dora", "password": body["password"]}, expect=201)


@test()
def a_creation_with_an_empty_body_is_repeated_safely_too():
    with Daemon() as daemon:
        ada = host(daemon)
        key = {"Idempotency-Key": "empty"}
        first = daemon.web.post("/v1/meetings", None, token=ada.token, headers=key, expect=201).json
        check(first.get("passcode") and "replayed" not in first, f"the first answer: {sorted(first)}")
        for _ in range(3):
            again = daemon.web.post("/v1/meetings", None, token=ada.token, headers=key, expect=(200, 201)).json
            equal((again["meeting"]["id"], again.get("replayed"), again.get("passcode")), (first["meeting"]["id"], True, None),
                  "the same request again")
        daemon.web.post("/v1/meetings", {"title": "x"}, token=ada.token, headers=key, expect="idempotency-conflict")
        equal(len(daemon.web.get("/v1/meetings", token=ada.token, expect=200).json["items"]), 1, "meetings made")


@test()
def a_recovery_code_s_session_can_bind_a_new_authenticator_and_nothing_else():
    with Daemon() as daemon:
        ada, plain = host(daemon), member(daemon).enrol()
        room = meeting(daemon, ada)
        for person in (ada, plain):
            old = person.authenticator
            challenge = person.start(expect=200).json["challenge"]
            answer = person.finish(challenge, person.recovery_codes[0], method="recovery_code", expect=201).json
            check(answer.get("known_device") is None, "a recovery code made a known device")
            person.token = answer["token"]
            said = daemon.web.post("/v1/sessions/introspect", {"token": person.token}, expect=200).json
            equal((said["active"], said["session"]["factors"]), (True, 1), "active and factors (section 3.1)")
            for method, path, body in (("GET", "/v1/accounts/me", None), ("PATCH", "/v1/accounts/me", {"display_name": "Eve"}),
                                       ("GET", "/v1/meetings", None), ("POST", "/v1/meetings", {}), ("GET", room.path, None),
                                       ("GET", room.path + "/joins", None), ("POST", room.path + "/lock", None),
                                       ("POST", room.path + "/end", None),
                                       ("POST", room.path + "/joins", {"display_name": "Eve", "passcode": room.passcode})):
                refused = daemon.web.call(method, path, body, token=person.token)
                equal((refused.status, refused.code), (403, SECOND), f"{method} {path} after a recovery code")
            person.enrol()
            check(person.authenticator.secret != old.secret, "the new authenticator has the old one's secret")
            equal(account_shown(daemon, person)["second_factor"], "totp", "second_factor after it")
            said = daemon.web.post("/v1/sessions/introspect", {"token": person.token}, expect=200).json
            equal(said["session"]["factors"], 2, "factors after the confirmation")
            daemon.web.get("/v1/accounts/me", token=person.token, expect=200)
            challenge = person.start(expect=200).json["challenge"]
            person.finish(challenge, Authenticator(daemon, old.secret).code(), expect="invalid-credentials")
        equal(room.act("lock").status, 200, "the host's own act with the new authenticator")


@test()
def two_If_Match_headers_change_nothing():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        tag = daemon.web.get(room.path, token=room.owner.token).header("ETag")
        before = room.show()
        for pair in ((tag, '"stale"'), ('"stale"', tag), (tag, tag), (tag, "*"), ("*", tag), ("*", '"stale"')):
            request = f"POST {room.path}/lock HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {room.owner.token}\r\n"
            request += "".join(f"If-Match: {value}\r\n" for value in pair) + "Content-Length: 0\r\n\r\n"
            answer, _ = single(daemon.frontend_path, request.encode(), f"If-Match {pair}", until=1)
            among(answer.status, (400, 412), f"If-Match {pair}")
            equal(room.show(), before, f"the meeting after If-Match {pair}")
        room.act("lock", headers={"If-Match": tag})


# --- configuration -------------------------------------------------------------------------------------

def hang_up(daemon, tables, pattern):
    """SIGHUP with another configuration, until the log has more lines of the pattern than before."""
    known = len(re.findall(pattern, daemon.log()))
    with open(daemon.config_path, "w") as file:
        file.write(toml(tables))
    daemon.process.send_signal(signal.SIGHUP)
    soon(f"SIGHUP: something like {pattern} in the log", lambda: len(re.findall(pattern, daemon.log())) > known)


@test()
def SIGHUP_with_other_sockets_changes_nothing_and_says_so():
    with Daemon() as daemon:
        ada = host(daemon)
        right = daemon.tables["frontend"]
        moved = dict(daemon.tables["sockets"], admin=daemon.inside("run/moved.sock"))
        fewer = [dict(right[0], permissions=["sessions"])] + right[1:]
        hang_up(daemon, dict(daemon.tables, sockets=moved, frontend=fewer), rb"\[sockets\] differs.*restart")
        meeting(daemon, ada)   # who may speak is as it was
        equal(daemon.admin.get("/v1/health").status, 200, "the operator's socket")
        check(not os.path.exists(moved["admin"]), "a socket was made at SIGHUP")
        # With the same sockets the same change is taken up: the reload itself works.
        hang_up(daemon, dict(daemon.tables, frontend=fewer), rb"configuration read again")
        daemon.web.post("/v1/meetings", {}, token=ada.token, expect="permission-denied")


@test()
def the_stricter_kind_of_client_wins():
    # Strictness: person, phone, endpoint, bot. A client's own word only makes it stricter.
    for configured, claimed, expected in (("phone", "bot", "bot"), ("phone", "person", "phone"), ("phone", None, "phone"),
                                          ("bot", "person", "bot"), ("person", "phone", "phone"), (None, "bot", "bot"),
                                          (None, None, "person")):
        frontends = front_end(source=True, **({"client_kind": configured} if configured else {}))
        with Daemon(frontends=frontends) as daemon:
            room = meeting(daemon, host(daemon))
            body = {"display_name": "Ada", "passcode": room.passcode, "source": flows.source()}
            if claimed:
                body["client"] = {"kind": claimed}
            joined = daemon.web.post(room.path + "/joins", body, expect=201).json
            equal(joined["join"]["client"]["kind"], expected, f"configured {configured}, claimed {claimed}")
            equal([item["client"]["kind"] for item in room.joins()], [expected], "what the host sees")


@test()
def a_host_s_arrival_lets_nobody_in_who_came_by_a_passcode_that_is_not_believed():
    """With the waiting room off and admit_all, what waits for the host must not carry the unproven along."""
    with Daemon() as daemon:
        owner = flows.host(daemon)
        where = flows.meeting(daemon, owner, policy={
            "waiting_room": "off", "host_arrival": "admit_all", "passcode_failures": 1})
        honest = flows.ask(daemon, where, "Ada", passcode=where.passcode, expect=201).json
        flows.ask(daemon, where, "Eve", passcode="wrong-wrong", expect=403)
        guess = flows.ask(daemon, where, "Eve", passcode="another guess", expect=201).json
        seat = flows.arrive(daemon, where, owner)
        flows.present(where, seat)
        states = {join["id"]: join["state"] for join in where.joins()}
        equal(states[honest["join"]["id"]], "admitted", "who knew the passcode")
        equal(states[guess["join"]["id"]], "waiting", "who did not")


@test()
def a_suspension_takes_cohosts_out_whom_a_host_made():
    with Daemon() as daemon:
        owner = flows.host(daemon)
        where = flows.meeting(daemon, owner)
        guest = flows.knock(daemon, where, "Gus")
        where.act("lock")
        flows.admit(where, guest)
        where.act("role", guest, body={"role": "cohost"})
        where.act("suspend")
        equal(guest.look().json["join"]["state"], "waiting", "the cohost by a host's hand")


@test()
def a_long_poll_is_not_blinded_by_what_happens_elsewhere():
    """More events of others than one look takes in, and then one of ours: it is told at once."""
    with Daemon(config={"limits": dict(waiting_per_meeting=2000)}) as daemon:
        owner = flows.host(daemon)
        elsewhere, ours = flows.meeting(daemon, owner), flows.meeting(daemon, owner)
        guest = flows.knock(daemon, ours, "Gus")
        after = daemon.web.get(f"{ours.path}/events?wait=0", token=owner.token, expect=200).json["after"]
        for number in range(450):
            daemon.web.post(f"/v1/meetings/{elsewhere.id}/{'lock' if number % 2 == 0 else 'unlock'}",
                            token=owner.token, expect=200)
        timer = threading.Timer(0.5, lambda: flows.admit(ours, guest))
        timer.start()
        watch = Stopwatch()
        answer = daemon.web.get(f"{ours.path}/events?after={after}&wait=20", token=owner.token, expect=200).json
        timer.join()
        equal([event["event"] for event in answer["events"]], ["join.admitted"], "what was told")
        check(watch.seconds < 5, f"it waited for its time to run out: {watch}")


@test()
def who_was_sent_back_does_not_come_in_by_knocking_anew():
    """A member is let straight in; one that a host sent back or denied waits, by account and by ticket."""
    with Daemon() as daemon:
        owner = flows.host(daemon)
        for verb in ("send-back", "deny"):
            where = flows.meeting(daemon, owner, policy={"before_host": "allow"})
            person = flows.member(daemon)
            first = flows.ask(daemon, where, "Max", token=person.token, passcode=where.passcode, expect=201).json
            equal(first["join"]["state"], "admitted", "a member at first")
            daemon.web.post(f"{where.path}/joins/{first['join']['id']}/{verb}", token=owner.token, expect=200)
            again = flows.ask(daemon, where, "Moritz", token=person.token, passcode=where.passcode, expect=201).json
            equal(again["join"]["state"], "waiting", f"the same account after {verb}")
            equal(daemon.web.post(where.path + "/admit-waiting", token=owner.token, expect=200).json["admitted"], 0,
                  f"let in unseen after {verb}")
            daemon.web.post(f"{where.path}/joins/{again['join']['id']}/admit", token=owner.token, expect=200)
        where = flows.meeting(daemon, owner, policy={"waiting_room": "off", "before_host": "allow"})
        guest = flows.ask(daemon, where, "Gus", passcode=where.passcode, expect=201).json
        daemon.web.post(f"{where.path}/joins/{guest['join']['id']}/send-back", token=owner.token, expect=200)
        daemon.web.post("/v1/joins/self/withdraw", token=guest["ticket"], expect=200)
        again = flows.ask(daemon, where, "Gustav", passcode=where.passcode, ticket=guest["ticket"], expect=201).json
        equal(again["join"]["state"], "waiting", "by the ticket of a join that was sent back")


@test()
def a_removal_marks_those_who_wait_already():
    with Daemon() as daemon:
        owner = flows.host(daemon)
        where = flows.meeting(daemon, owner)
        first, second = flows.knock(daemon, where, "Mallory"), flows.knock(daemon, where, "Somebody else")
        flows.admit(where, first)
        where.act("remove", first)
        answer = daemon.web.post(where.path + "/admit-waiting", token=owner.token, expect=200).json
        equal(answer, {"admitted": 0, "skipped": [{"join": second.id, "code": "unproven"}]}, "who knocked before the removal")


# --- what is guessed by who is signed in ---------------------------------------------------------------

def notified(person):
    return [(item["event"], item["detail"]) for item in
            person.daemon.web.get("/v1/accounts/me/notifications?limit=200", token=person.token, expect=200).json["items"]]


def guess_on(daemon, send, most=130):
    """Wrong confirmations, each after the wait that it is told, until one is refused otherwise: (evaluated, what came then)."""
    for evaluated in range(most):
        answer = send(evaluated)
        if answer.status == 429 and int(answer.header("Retry-After")) <= 15:
            daemon.clock.advance(int(answer.header("Retry-After")))
            answer = send(evaluated)
        if answer.code != "invalid-credentials":
            return evaluated, answer
    raise Failure(f"{most} wrong confirmations by one session were evaluated")


@test()
def a_stolen_session_that_guesses_ends_and_keeps_its_owner_from_nothing():
    ways = {
        "reauthenticate": lambda web, n, token: web.post("/v1/sessions/reauthenticate", {"password": f"guess guess guess {n}"}, token=token),
        "password": lambda web, n, token: web.put("/v1/accounts/me/password", {
            "current_password": f"guess guess guess {n}", "new_password": flows.good_password()}, token=token),
        "totp": lambda web, n, token: web.post("/v1/accounts/me/totp", {"password": f"guess guess guess {n}"}, token=token),
    }
    with Daemon(clock=True) as daemon:
        room = meeting(daemon, host(daemon), policy=OPEN)
        for what, way in ways.items():
            ada = member(daemon)
            stolen = ada.token
            seat = flows.knock(daemon, room, name="Pat Known", token=stolen)
            evaluated, then = guess_on(daemon, lambda n: way(daemon.web, n, stolen))
            equal(evaluated, 10, f"{what}: wrong passwords in a row that a session may show")
            equal(then.code, "invalid-token", f"{what}: the eleventh")
            among(seat.look(expect=None).status, (401, 403, 404), f"{what}: a ticket that was made with it")
            ada.sign_in()
            told = [detail for event, detail in notified(ada) if event == "sessions_revoked"]
            check([detail.get("reason") for detail in told] == ["wrong-confirmations"], f"{what}: the owner is told {notified(ada)}")
            [ended] = [item for item in events(daemon, "session.ended", ada.id)]
            check("wrong-confirmations" in json.dumps(ended), f"{what}: the audit says why: {ended}")
            # Every remedy, after the ordinary delay at most.
            daemon.clock.advance(15)
            new = flows.good_password()
            daemon.web.put("/v1/accounts/me/password", {"current_password": ada.password, "new_password": new}, token=ada.token, expect=204)
            ada.password = new
            ada.enrol()


@test()
def of_many_sessions_of_one_account_no_more_than_a_day_s_guesses_are_evaluated():
    with Daemon(clock=True) as daemon:
        ada = member(daemon)
        stolen = [ada.token] + [ada.sign_in() for _ in range(12)]
        evaluated = 0
        for token in stolen:
            each, then = guess_on(daemon, lambda n: daemon.web.post("/v1/sessions/reauthenticate", {"password": f"guess guess guess {n}"}, token=token))
            evaluated += each
        equal(evaluated, 100, "wrong passwords by thirteen sessions in a day")
        equal(then.status, 429, "and then")
        daemon.clock.advance(25 * 3600)
        ada.sign_in()
        daemon.web.post("/v1/sessions/reauthenticate", {"password": ada.password}, token=ada.token, expect=201)


@test()
def a_right_confirmation_begins_anew_and_codes_count_with_passwords():
    with Daemon(clock=True, config={"sessions": {"idle_seconds": 86_400}}) as daemon:
        ada = member(daemon)
        wrong = lambda n: daemon.web.post("/v1/sessions/reauthenticate", {"password": f"guess guess guess {n}"}, token=ada.token)   # noqa: E731
        for _ in range(3):   # somebody who cannot type
            for n in range(9):
                daemon.clock.advance(16)
                equal(wrong(n).code, "invalid-credentials", "nine wrong ones")
            daemon.clock.advance(16)
            ada.take({**daemon.web.post("/v1/sessions/reauthenticate", {"password": ada.password}, token=ada.token, expect=201).json})
        ada.enrol()
        # One session does not disable the authenticator: of its codes and passwords ten are looked at.
        turns = [lambda n: daemon.web.post("/v1/sessions/reauthenticate", {"code": ada.authenticator.wrong()}, token=ada.token),
                 lambda n: daemon.web.delete("/v1/accounts/me/totp", body={"password": ada.password, "code": ada.authenticator.wrong()}, token=ada.token),
                 wrong]
        daemon.clock.advance(60)
        evaluated, then = guess_on(daemon, lambda n: turns[n % 3](n))
        equal((evaluated, then.code), (10, "invalid-token"), "codes and passwords in turns, a right password among them")
        daemon.clock.advance(60)
        ada.sign_in()
        equal(account_shown(daemon, ada)["second_factor"], "totp", "the second factor")


# --- who is called what --------------------------------------------------------------------------------

@test()
def nobody_names_themselves_with_a_reserved_word_and_an_operator_may():
    with Daemon() as daemon:
        ada, bob = host(daemon), member(daemon)
        rooms = [meeting(daemon, ada, policy={"waiting_room": "guests", "before_host": "allow", "names": names}) for names in ("unconfusable", "given")]
        for name in ("Host", "Moderator", "cohost", "The Host", "\uff28ost"):
            daemon.web.patch("/v1/accounts/me", {"display_name": name}, token=bob.token, expect="name-not-allowed")
            for username, display_name in (("somebody-" + secrets.token_hex(4), name),):
                daemon.web.post("/v1/accounts", {"username": username, "display_name": display_name}, expect="name-not-allowed")
        for username in ("host", "moderator", "admin"):
            daemon.web.post("/v1/accounts", {"username": username, "display_name": "Somebody"}, expect="username-not-allowed")
        equal(account_shown(daemon, bob)["display_name"], bob.username, "the name that was there before")
        # An operator gives it, knowingly, and then it is shown.
        daemon.admin.patch(f"/v1/accounts/{bob.id}", {"display_name": "Support"}, expect=200)
        daemon.web.patch("/v1/accounts/me", {"display_name": "Support"}, token=bob.token, expect=200)   # which it is
        for room in rooms:
            join = ask(daemon, room, None, token=bob.token, expect=201).json["join"]
            equal((join["display_name"], join["verified"]), ("Support", True), "whom an operator named")
        daemon.web.patch("/v1/accounts/me", {"display_name": "Bob"}, token=bob.token, expect=200)
        daemon.web.patch("/v1/accounts/me", {"display_name": "Support"}, token=bob.token, expect="name-not-allowed")
        # What was reserved later, or came in by a list, is refused at the door until an operator gives it.
        daemon.admin.post("/v1/accounts/import", {"accounts": [{"username": "moderator"}]}, expect=200)
        [late] = daemon.admin.get("/v1/accounts?username=moderator", expect=200).json["items"]
        code = daemon.admin.post(f"/v1/accounts/{late['id']}/password-reset", expect=201).json["reset_code"]
        eve = flows.Person(daemon, "moderator", flows.good_password())
        flows.redeem_setup(eve, code=code)
        eve.sign_in()
        for room in rooms:
            ask(daemon, room, None, token=eve.token, expect="name-not-allowed")
        daemon.admin.patch(f"/v1/accounts/{late['id']}", {"display_name": "moderator"}, expect=200)
        for room in rooms:
            ask(daemon, room, None, token=eve.token, expect=201)


# --- what fills the disk -------------------------------------------------------------------------------

@test()
def a_session_makes_no_more_records_of_its_own_account_than_sixty_a_minute():
    with Daemon(clock=True) as daemon:
        ada, bob = member(daemon), member(daemon)
        for minute in range(2):
            answers = [daemon.web.patch("/v1/accounts/me", {"display_name": f"Ada {minute} {n}"}, token=ada.token) for n in range(80)]
            equal(sorted({answer.status for answer in answers}), [200, 429], "renames")
            equal(sum(answer.status == 200 for answer in answers), 60, "renames in a minute")
            check(1 <= int(answers[-1].header("Retry-After")) <= 60, f"{answers[-1]}")
            daemon.web.patch("/v1/accounts/me", {"display_name": f"Bob {minute}"}, token=bob.token, expect=200)
            daemon.web.patch("/v1/accounts/me", {"display_name": account_shown(daemon, ada)["display_name"]}, token=ada.token, expect=200)   # no change
            daemon.admin.patch(f"/v1/accounts/{ada.id}", {"display_name": f"Operator {minute}"}, expect=200)
            daemon.clock.advance(61)
        equal(len(events(daemon, "account.changed", ada.id)), 122, "records of it")


@test()
def a_list_that_cannot_be_read_is_written_to_the_log_once_a_minute():
    with Daemon(start=False) as daemon:
        path = daemon.inside("breached.txt")
        with open(path, "w") as file:
            file.writelines(f"{n:040X}:1\r\n" for n in range(1, 200))
        daemon.tables["passwords"]["breached_file"] = path
        daemon.start()
        with open(path, "a") as file:
            file.write("0" * 40)
        statuses = {daemon.web.post("/v1/password-check", {"password": f"another password {n}"}).status for n in range(60)}
        equal(statuses, {503}, "checks against a list that was written to")
        lines = daemon.log().count(b"a request was not answered")
        check(1 <= lines <= 3, f"{lines} lines of the log for 60 checks")
