"""Sections 3 and 4: sessions. Listed, ended, renewed; how long they last; and what their owner is told."""

import contextlib, re, sqlite3

import flows
from acts import *
from configuration import run_check
from flows import account, arrive, fresh_ip, good_password, host, knock, meeting, member, redeem_setup

DAY = 86_400
LONG = {**GENEROUS, "sessions": {"idle_seconds": DAY}}
OBJECT = {"id", "account", "factors", "methods", "created_at", "authenticated_at", "expires_at", "idle_expires_at"}


def session_of(daemon, token):
    return daemon.web.post("/v1/sessions/introspect", {"token": token}, expect=200).json["session"]


def seconds_of(stamp):
    return time.mktime(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


# --- listing and ending --------------------------------------------------------------------------------

@test()
def a_person_sees_the_own_sessions_and_no_token_and_an_operator_sees_them_too():
    with Daemon(clock="still") as daemon:
        ada, bob = host(daemon), member(daemon)
        tokens = [ada.token] + [another_session(ada) for _ in range(4)]
        ids = {session_of(daemon, token)["id"] for token in tokens}
        for listed in (sessions(ada), daemon.web.pages("/v1/accounts/me/sessions", 2, token=ada.token),
                       daemon.admin.pages(f"/v1/accounts/{ada.id}/sessions", 2)):
            equal({item["id"] for item in listed}, ids, "the sessions that are listed (section 3)")
            equal(len(listed), 5, "each once")
            for item in listed:
                check(OBJECT <= set(item), f"a listed session lacks {OBJECT - set(item)} (section 10)")
                check(re.fullmatch(r"sess_[a-z0-9]{26,}", item["id"]), item["id"])
                check(not any(token[-20:] in json.dumps(item) for token in tokens), "a list repeats a token")
        equal([item["id"] for item in sessions(bob)], [bob.session["id"]], "somebody else's list")
        for target in (f"/v1/accounts/{bob.id}/sessions", "/v1/accounts/acct_" + "0" * 26 + "/sessions"):
            among(daemon.web.get(target, token=ada.token).status, (401, 403, 404), f"{target} with a session")
            among(daemon.web.delete(target, token=ada.token).status, (401, 403, 404), f"DELETE {target} with a session")
        check(active(daemon, bob.token), "somebody else's session was ended")
        for token in (None, "x"):
            equal(daemon.web.get("/v1/accounts/me/sessions", token=token).code, "invalid-token", "without a session")
        equal(daemon.admin.get("/v1/accounts/acct_" + "0" * 26 + "/sessions").code, "not-found", "of nobody, to the operator")
        daemon.web.delete("/v1/sessions/current", token=tokens[2], expect=204)
        equal(len(sessions(ada)), 4, "after one signed out")


@test()
def who_is_made_a_host_can_do_nothing_but_enrol_at_once_and_hosts_no_more_when_it_is_taken():
    with Daemon() as daemon:
        ada, role = member(daemon), lambda *roles: daemon.admin.patch(f"/v1/accounts/{ada.id}", {"roles": list(roles)}, expect=200)
        daemon.web.post("/v1/meetings", {}, token=ada.token, expect="not-host")
        role("host")
        for method, target, body in (("GET", "/v1/accounts/me", None), ("GET", "/v1/accounts/me/sessions", None), ("GET", "/v1/accounts/me/export", None),
                                     ("POST", "/v1/meetings", {}), ("PATCH", "/v1/accounts/me", {"display_name": "Eve"}), ("DELETE", "/v1/accounts/me", None),
                                     ("PUT", "/v1/accounts/me/password", {"current_password": ada.password, "new_password": good_password()}),
                                     ("POST", "/v1/sessions/reauthenticate", {"password": ada.password})):
            daemon.web.call(method, target, body, token=ada.token, expect="second-factor-required")
        ada.enrol()
        daemon.web.post("/v1/meetings", {}, token=ada.token, expect=201)
        role()
        daemon.web.post("/v1/meetings", {}, token=ada.token, expect="not-host")


@test(answers="70")
def line_70_a_revoked_session_is_dead_at_once_with_its_tickets_grants_and_streams():
    with Daemon(clock="still") as daemon:
        ada, bob = host(daemon), member(daemon)
        room = meeting(daemon, ada)
        for client, who in ((daemon.web, "me"), (daemon.admin, ada.id)):
            other, bystander = another_session(ada), another_session(ada)
            join = flows.Join(daemon, flows.ask(daemon, room, "Host", token=other, expect=201).json, daemon.web)
            stream = Stream(daemon.web, room.path + "/events", token=other)
            stream.snapshot()
            target = f"/v1/accounts/{who}/sessions/{session_of(daemon, other)['id']}"
            token = ada.token if who == "me" else None
            for path in (f"/v1/accounts/me/sessions/{bob.session['id']}", f"/v1/accounts/me/sessions/sess_{'0' * 26}", "/v1/accounts/me/sessions/nonsense"):
                among(daemon.web.delete(path, token=ada.token).status, (204, 403, 404, 422), path)
            check(active(daemon, bob.token), "somebody else's session was ended")
            among(daemon.web.delete(target, token=bob.token).status, (204, 403, 404), "by somebody else")
            check(active(daemon, other), "somebody else ended it")
            client.delete(target, token=token, expect=204)
            check(not active(daemon, other), "a revoked session is active")
            equal(daemon.web.get("/v1/accounts/me", token=other).code, "invalid-token", "its token")
            stream.closes("the session was revoked")
            soon("the grant of a revoked session is dead", lambda: join.redeem(expect=None).status >= 400)
            check(active(daemon, bystander) and active(daemon, ada.token), "revoking one ended another")
            among(client.delete(target, token=token).status, (204, 404), "again")
        daemon.restart()
        check(not active(daemon, other), "a revoked session is active again after a restart")
        flows.verified(daemon)


@test()
def all_sessions_end_at_once_and_a_sign_in_that_had_begun_is_no_way_round():
    with Daemon(clock="still") as daemon:
        ada, bob = host(daemon), member(daemon)
        others = [another_session(ada) for _ in range(3)]
        answer = daemon.web.delete("/v1/accounts/me/sessions", token=ada.token, expect=(200, 204))
        for token in others:
            check(not active(daemon, token), "revoking all left one (section 3)")
        check(active(daemon, bob.token), "somebody else's session")
        ada.sign_in()
        kept = [ada.token] + [another_session(ada) for _ in range(3)]
        daemon.admin.delete(f"/v1/accounts/{ada.id}/sessions", expect=(200, 204))
        for token in kept:
            check(not active(daemon, token), "the operator's revoking left one")
        check(active(daemon, bob.token), "somebody else's session, the second time")
        ada.sign_in()
        among(answer.status, (200, 204), "the answer")
        daemon.admin.delete("/v1/accounts/acct_" + "0" * 26 + "/sessions", expect="not-found")


@test()
def who_revokes_while_signing_in_many_times_leaves_no_session_that_is_not_listed():
    with Daemon(config=GENEROUS) as daemon:
        ada = member(daemon)
        def one(index):
            if index % 4 == 0:
                return daemon.admin.delete(f"/v1/accounts/{ada.id}/sessions")
            return ada.start()
        answers = parallel(24, one)
        tokens = [answer.json["token"] for answer in answers if answer.status == 201]
        living = {session_of(daemon, token)["id"] for token in tokens if active(daemon, token)}
        listed = {item["id"] for item in daemon.admin.pages(f"/v1/accounts/{ada.id}/sessions", 200)}
        equal(living, listed, "sessions that live, and sessions that are listed")


# --- how long ------------------------------------------------------------------------------------------

@test()
def a_session_is_idle_for_an_hour_at_most_and_lives_for_a_day_with_one_factor_or_two():
    with Daemon(clock="still", config=GENEROUS) as daemon:
        one, two = member(daemon), host(daemon)
        for person in (one, two):
            said = session_of(daemon, person.token)
            lives, idle = seconds_of(said["expires_at"]) - daemon.now(), seconds_of(said["idle_expires_at"]) - daemon.now()
            check(DAY - 120 <= lives <= DAY + 2, f"lives for {lives:.0f} s (section 3.1: at most 24 h)")
            check(3480 <= idle <= 3602, f"idle for {idle:.0f} s (section 3.1: 1 h)")
        quiet = another_session(two)
        daemon.clock.advance(3500)
        daemon.web.get("/v1/accounts/me", token=two.token, expect=200)
        check(active(daemon, quiet), "idle for less than an hour")
        daemon.clock.advance(200)
        for what in ("introspection", "use"):
            check(not active(daemon, quiet), "idle for more than an hour")
            equal(daemon.web.get("/v1/accounts/me", token=quiet).code, "invalid-token", f"{what} of an idle session")
        daemon.web.get("/v1/accounts/me", token=two.token, expect=200)   # use put the end off
        # To ask after a session is no use of it.
        watched = another_session(two)
        for _ in range(8):
            daemon.clock.advance(600)
            daemon.web.post("/v1/sessions/introspect", {"token": watched}, expect=200)
            daemon.web.get("/v1/accounts/me", token=two.token, expect=200)
        check(not active(daemon, watched), "introspection kept a session alive")


@test()
def a_longer_life_is_for_sessions_with_one_factor_and_not_beyond_30_days():
    with Daemon(start=False) as daemon:
        for values, good in (((60, 60), True), ((DAY, 30 * DAY), True), ((3600, 30 * DAY), True), ((3600, 30 * DAY + 1), False), ((30 * DAY + 1, 30 * DAY + 1), False),
                             ((0, DAY), False), ((3600, 0), False), ((-1, DAY), False), ((7200, 3600), None)):
            daemon.tables["sessions"] = dict(idle_seconds=values[0], max_seconds=values[1])
            code = run_check(daemon, toml(daemon.tables)).returncode
            check(good is None or code == (0 if good else 10), f"idle {values[0]}, at most {values[1]}: exit code {code} (section 3.1)")
    with Daemon(clock="still", config={**GENEROUS, "sessions": {"idle_seconds": DAY, "max_seconds": 30 * DAY}}) as daemon:
        one, two, both = member(daemon), host(daemon), member(daemon)
        both.enrol()
        later = account(daemon)
        later.sign_in()
        for day in range(1, 32):
            for _ in range(2):
                daemon.clock.advance(DAY // 2 - 30)
                daemon.web.get("/v1/accounts/me", token=one.token)
                daemon.web.get("/v1/accounts/me", token=two.token)
                daemon.web.get("/v1/accounts/me", token=both.token)
            if day == 2:
                check(not active(daemon, two.token) and not active(daemon, both.token), "a session with two factors lives longer than 24 h (section 3.1)")
            if day == 28:
                check(active(daemon, one.token), "a session with one factor, configured to 30 days, is over after 28")
        check(not active(daemon, one.token), "a session outlived 30 days")
    with Daemon(clock="still", config={**GENEROUS, "sessions": {"idle_seconds": 60, "max_seconds": 120}}) as daemon:
        ada = member(daemon)
        for _ in range(2):
            daemon.clock.advance(50)
            daemon.web.get("/v1/accounts/me", token=ada.token, expect=200)
        daemon.clock.advance(30)
        check(not active(daemon, ada.token), "a session outlived the 120 s that are configured")


@test()
def what_renews_a_session_does_not_put_off_its_last_hour():
    with Daemon(clock="still", config={**GENEROUS, "sessions": {"idle_seconds": DAY}}) as daemon:
        ada = member(daemon)
        ends = ada.session["expires_at"]
        for _ in range(5):
            daemon.clock.advance(4 * 3600)
            said = reauthenticate(ada, password=ada.password).json["session"]
            check(said["expires_at"] <= ends or seconds_of(said["expires_at"]) - daemon.now() <= DAY + 2, f"{said}")
        lives = seconds_of(ada.session["expires_at"]) - daemon.now()
        check(lives <= DAY + 2, f"lives for {lives:.0f} s more")


@test()
def an_account_with_one_factor_shows_its_password_again_under_a_budget_no_stranger_spends():
    with Daemon(clock="still", config={"limits": {"source_failures": 100, "account_failures": 5}}) as daemon:
        ada, bob = member(daemon), member(daemon)
        for _ in range(20):
            sign_in_as(daemon, ada.username, WRONG)
        equal(ada.start().status, 429, "a stranger, on a spent budget")
        old = ada.token
        said = reauthenticate(ada, password=ada.password).json   # section 4: not on the strangers' budget
        check(not active(daemon, old) and active(daemon, ada.token), "the old token dies and the new one lives")
        equal(said["session"]["factors"], 1, "factors")
        equal(said["session"]["id"], session_of(daemon, ada.token)["id"], "which session")
        reauthenticate(ada, expect=UNIFORM, password=bob.password)
        among(reauthenticate(ada, expect=None, code="123456").status, (401, 403, 422), "a code, of an account without")
        equal(reauthenticate(ada, expect=None).status, 422, "nothing")
        check(active(daemon, ada.token), "a refusal ended the session")
        answers = parallel(20, lambda _: reauthenticate(ada, expect=None, token=ada.token, password=ada.password))
        statuses = sorted(answer.status for answer in answers)
        equal(statuses.count(201), 1, f"one token twenty times at once: {statuses}")


@test(answers="60")
def line_60_no_handle_that_somebody_planted_becomes_a_session():
    with Daemon() as daemon:
        ada = host(daemon)
        planted = challenge(ada)
        for known in (planted, ada.token, "A" * 43):
            said = daemon.web.post("/v1/sessions", {"username": ada.username, "password": ada.password, "source": flows.source(known_device=known)}, expect=200).json
            check(said["challenge"] not in (planted, known), "a challenge is given twice")
        for body in ({"username": ada.username, "password": ada.password, "token": planted}, {"username": ada.username, "password": ada.password, "challenge": planted}):
            equal(daemon.web.post("/v1/sessions", body).status, 422, "a handle in the body")
        bob = host(daemon)
        theirs = challenge(bob)
        equal(daemon.web.post("/v1/sessions/second-factor", {"challenge": theirs, "method": "totp", "code": ada.authenticator.code()}).code, UNIFORM, "one's code on another's challenge")
        for method in ("sms", "", "TOTP", None, 5):
            among(bob.finish(theirs, bob.authenticator.wrong(), method=method).status, (401, 422), f"the method {method!r}")
        done = bob.finish(theirs, bob.authenticator.code(), expect=201).json
        for handle in (theirs, done["known_device"], done["session"]["id"]):
            equal(daemon.web.get("/v1/accounts/me", token=handle).code, "invalid-token", "a handle that is no session token")


@test()
def a_challenge_expires_and_dies_with_what_it_was_begun_for():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = member(daemon).enrol()
        begun = ada.start(expect=200).json
        ends = seconds_of(begun["expires_at"]) - daemon.now()
        check(0 < ends <= 900, f"a challenge lives for {ends:.0f} s")
        daemon.clock.advance(int(ends) + 2)
        ada.finish(begun["challenge"], ada.authenticator.code(), expect=UNIFORM)
        for what in ("disabled", "password"):
            half = challenge(ada)
            if what == "disabled":
                daemon.admin.patch(f"/v1/accounts/{ada.id}", {"disabled": True}, expect=200)
                ada.finish(half, ada.authenticator.code(), expect=UNIFORM)
                daemon.admin.patch(f"/v1/accounts/{ada.id}", {"disabled": False}, expect=200)
            else:
                code, ada.password = start_reset(ada), good_password()
                redeem_setup(ada, code=code)
            ada.finish(half, ada.authenticator.code(), expect=UNIFORM)
        ada.sign_in()


# --- what the owner is told ----------------------------------------------------------------------------

@test(answers="46")
def the_owner_is_told_what_happened_to_the_account():
    with Daemon(clock="still", config=LONG) as daemon:
        ada, bob = member(daemon), member(daemon)
        for _ in range(3):
            sign_in_as(daemon, ada.username, WRONG)
        ada.sign_in()
        for what in ("sign-in", "failures"):
            check(told(ada, what), f"nothing is told of {what} (section 3): {words(ada)}")
        ada.enrol()
        check(told(ada, "second factor on"), f"nothing is told of the second factor: {words(ada)}")
        daemon.clock.advance(60)
        code = ada.authenticator.code()
        ada.finish(challenge(ada), code, expect=201)
        ada.finish(challenge(ada), code, expect=UNIFORM)
        check(told(ada, "replay"), f"nothing is told of a replayed code: {words(ada)}")
        old, ada.password = ada.password, good_password()
        change_password(ada, ada.password, current=old)
        check(told(ada, "password"), f"nothing is told of the password: {words(ada)}")
        start_reset(ada)
        check(told(ada, "reset"), f"nothing is told of a reset that an operator began: {words(ada)}")
        daemon.clock.advance(60)
        drop_factor(ada, ada.authenticator.code())
        check(told(ada, "second factor off"), f"nothing is told of its removal: {words(ada)}")
        said = notices(ada)
        check(not any(secret in json.dumps(said) for secret in (ada.password, old, code, ada.token, WRONG)), "a notification holds a secret")
        theirs = words(bob)
        check(not any(re.search(TOLD[what], word) for word in theirs for what in ("replay", "second factor on")), f"somebody else is told: {theirs}")
        for item in said:
            times = [value for value in item.values() if isinstance(value, str) and TIME.match(value)]
            check(times, f"a notification without its time: {item}")
        daemon.restart()
        equal(notices(ada), said, "notifications after a restart")


@test()
def notifications_come_by_pages_and_to_whoever_waits():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = member(daemon)
        for _ in range(5):
            another_session(ada)
        everything = notices(ada)
        check(len(everything) >= 6, f"six sign-ins, and {len(everything)} notifications")
        for limit in (1, 2, 200):
            equal(daemon.web.pages("/v1/accounts/me/notifications", limit, token=ada.token), everything, f"by pages of {limit}")
        for bad in ("?limit=0", "?limit=201", "?limit=x", "?cursor=nonsense!", "?nosuch=1", "?wait=x", "?wait=-1", "?wait=100000"):
            among(daemon.web.get("/v1/accounts/me/notifications" + bad, token=ada.token).status, (400, 422), bad)
        for token in (None, "x"):
            equal(daemon.web.get("/v1/accounts/me/notifications", token=token).code, "invalid-token", "without a session")
        among(daemon.web.get(f"/v1/accounts/{ada.id}/notifications", token=ada.token).status, (200, 401, 403, 404, 405), "by one's own id")


@test()
def whoever_waits_for_a_notification_gets_it_when_it_happens():
    with Daemon(config=GENEROUS) as daemon:
        ada = member(daemon)
        said = daemon.web.get("/v1/accounts/me/notifications?limit=200", token=ada.token, expect=200).json
        last = after_of(said)
        watch = Stopwatch()
        empty = daemon.web.get(f"/v1/accounts/me/notifications?after={last}&wait=1", token=ada.token, expect=200).json
        check(0.8 <= watch.wall and watch.seconds < 5, f"a wait of 1 s took {watch}")
        equal(empty["items"], [], "nothing happened")
        got = []
        thread = threading.Thread(target=lambda: got.append(daemon.web.get(
            f"/v1/accounts/me/notifications?after={last}&wait=20", token=ada.token)), daemon=True)
        watch = Stopwatch()
        thread.start()
        time.sleep(0.5)
        another_session(ada)
        thread.join(PATIENCE)
        check(got and got[0].status == 200, f"what the waiting one got: {got}")
        check(watch.seconds < 10, f"it was told after {watch}")
        equal(len(got[0].json["items"]), 1, "new notifications")
        check(re.search(TOLD["sign-in"], word_of(got[0].json["items"][0])), f"of a sign-in: {got[0].json}")


def after_of(page):
    """Where to go on from, as the answer itself says: of the page, or of its newest item."""
    for key in ("after", "last", "latest"):
        if page.get(key) is not None:
            return page[key]
    numbers = [item.get("number", item.get("id", item.get("index"))) for item in page["items"]]
    check(numbers and all(number is not None for number in numbers), f"nothing to go on from: {page}")
    return max(numbers, key=lambda value: int(value) if str(value).isdigit() else 0)


@test()
def a_storm_of_failures_pushes_nothing_that_matters_off_the_list():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = member(daemon).enrol()
        for index in range(rounds(40, 3000)):
            sign_in_as(daemon, ada.username, WRONG)
            if index % 10 == 0:
                daemon.clock.advance(3600)
        ada.sign_in()
        everything = [word_of(item) for item in daemon.web.pages("/v1/accounts/me/notifications", 200, token=ada.token)]
        check(any(re.search(TOLD["second factor on"], word) for word in everything), "the second factor that was bound is off the list")
        check(len(everything) < 60, f"strangers made {len(everything)} notifications")


@test()
def who_signs_in_again_and_again_pushes_nothing_that_matters_off_the_list_and_keeps_no_more_than_a_few_sessions():
    with Daemon(config=GENEROUS) as daemon:
        ada = flows.member(daemon)
        change_password(ada, new := flows.good_password())
        ada.password = new
        first = ada.sign_in()
        for _ in range(205):
            sign_in_as(daemon, ada.username, ada.password, expect=201)
        told = daemon.web.pages("/v1/accounts/me/notifications", 200, token=(last := ada.sign_in()))
        check("password_changed" in {note["event"] for note in told}, "the change of the password is off the list")
        check(sum(note["event"] == "sign_in" for note in told) <= 50, "more than fifty sign-ins are told of")
        equal(len(daemon.web.pages("/v1/accounts/me/sessions", 200, token=last)), 200, "sessions")
        check(not active(daemon, first) and active(daemon, last), "the oldest stands, or the newest does not")
        daemon.kill()
        with contextlib.closing(sqlite3.connect(daemon.database())) as database:
            equal(database.execute("SELECT count(*) FROM known_devices").fetchone()[0], 50, "known devices")


@test()
def who_is_in_a_meeting_by_a_ticket_uses_the_session_that_it_was_made_with():
    """A host who steers by the ticket alone must not fall out after an hour; a ticket that nobody uses keeps nothing alive."""
    with Daemon(clock="still", config=GENEROUS) as daemon:
        owner, idle = host(daemon), host(daemon)
        room, other = meeting(daemon, owner), meeting(daemon, idle)
        mine, theirs = arrive(daemon, room), arrive(daemon, other)
        for _ in range(5):
            daemon.clock.advance(1200)
            daemon.web.get("/v1/joins/self", token=mine.ticket, expect=200)
        daemon.web.get(room.path + "/joins", token=mine.ticket, expect=200)
        check(active(daemon, owner.token), "the session of who was there all the time by ticket")
        check(not active(daemon, idle.token), "the session of who was not")
        equal(daemon.web.get("/v1/joins/self", token=theirs.ticket).status, 401, "the ticket made with it")
        # Not beyond its end, however busily.
        for _ in range(70):
            daemon.clock.advance(1200)
            daemon.web.get("/v1/joins/self", token=mine.ticket)
        check(not active(daemon, owner.token), "a session a day after it began")
