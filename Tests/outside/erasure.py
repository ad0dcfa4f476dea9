"""Section 3: what is held about a person, given out and erased."""

import re, sqlite3

import flows
from acts import *
from flows import account, arrive, good_password, host, inside, invited, knock, meeting, member, redeem_setup

LONG = {**GENEROUS, "sessions": {"idle_seconds": 86_400}}


def files_with(daemon, needles):
    """Which needle stands in which file of the store."""
    found = []
    for name in os.listdir(daemon.inside("state")):
        path = daemon.inside("state/" + name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                content = file.read()
            found += [f"{what} in {name}" for what, needle in needles.items() if needle.encode() in content]
    return found


def erase(person, token=None, expect=(200, 204)):
    return person.daemon.web.delete("/v1/accounts/me", token=token or person.token, expect=expect)


def canary(daemon, **more):
    return host(daemon, username="canary.konstantina", display_name="Canary Konstantina Display", **more)


# --- erasing -------------------------------------------------------------------------------------------

@test(seconds=240)
def an_erased_person_is_gone_within_a_second_from_sessions_grants_and_the_store():
    for by in ("oneself", "the operator"):
        with Daemon(clock="still", config=GENEROUS) as daemon:
            ada, bob = canary(daemon), host(daemon)
            hers, his = meeting(daemon, ada, title="Board"), meeting(daemon, bob, policy=flows.OPEN)
            own = arrive(daemon, hers)
            there = flows.Join(daemon, flows.ask(daemon, his, "Canary Joins As", token=ada.token, expect=201).json, daemon.web)
            guest = inside(daemon, his, name="Somebody Else")
            other, half = another_session(ada), challenge(ada)
            stream = Stream(daemon.web, hers.path + "/events", token=other)
            stream.snapshot()
            before = flows.verified(daemon)["size"]
            size = {"username": ada.username, "display name": "Canary Konstantina", "name of a join": "Canary Joins As"}
            check(any(found.startswith("username") for found in files_with(daemon, size)), "the bytes that are looked for were never there")
            erase(ada) if by == "oneself" else daemon.admin.delete(f"/v1/accounts/{ada.id}", expect=(200, 204))
            stream.closes("the person was erased")
            for token in (ada.token, other):
                check(not active(daemon, token), f"{by}: a session outlived the erasure (section 3)")
                equal(daemon.web.get("/v1/accounts/me", token=token).code, "invalid-token", "a session")
            for what, join in (("in the own meeting", own), ("in another's", there)):
                soon(f"{by}: a grant {what} is dead", lambda: join.redeem(expect=None).status >= 400)
                among(join.look(expect=(200, 401, 403)).status if not flows.over(join, "expired", "removed", "denied", "left") else 401, (401,), f"{by}: the ticket {what}")
            equal(ada.finish(half, ada.authenticator.code(), expect=None).status, 401, "a sign-in that had begun")
            equal(sign_in_as(daemon, ada.username, ada.password).comparable(), sign_in_as(daemon, "nobody-here", ada.password).comparable(), "a sign-in, against nobody's")
            for name in (ada.username, ada.username.upper()):
                daemon.admin.post("/v1/accounts", {"username": name}, expect="username-taken")   # not free again
            equal(daemon.admin.get(f"/v1/accounts/{ada.id}").status, 404, "the account, to the operator")
            equal(daemon.admin.get(f"/v1/accounts?username={ada.username}").json["items"], [], "by name")
            check(ada.username not in json.dumps(daemon.admin.pages("/v1/accounts", 200)), "the list")
            among(daemon.admin.post(f"/v1/accounts/{ada.id}/password-reset").status, (404,), "a reset")
            among(daemon.admin.delete(f"/v1/accounts/{ada.id}").status, (204, 404), "again")
            equal(guest.look().json and guest.state, "present", "somebody else, in another's meeting")
            check(active(daemon, bob.token), "somebody else's session")
            said = flows.verified(daemon)
            check(said["size"] > before, "the erasure is in no audit record")
            audit = json.dumps(daemon.admin.pages("/v1/audit", 200))
            check(not any(text in audit for text in size.values()), f"the audit tells: {[what for what, text in size.items() if text in audit]}")
            seen = json.dumps([his.joins(), bob and daemon.web.get(his.path, token=bob.token).json])
            check(not any(text in seen for text in size.values()), f"another host still sees: {[what for what, text in size.items() if text in seen]}")
            soon(f"{by}: no personal field in the store's bytes: {files_with(daemon, size)}", lambda: not files_with(daemon, size))
            daemon.restart()
            flows.verified(daemon)
            daemon.admin.post("/v1/accounts", {"username": ada.username}, expect="username-taken")
            check(not active(daemon, ada.token), "after a restart")
            daemon.stop()
            found = files_with(daemon, size)
            check(not found, f"after the erasure by {by} there stands: {found} (section 3: personal fields go)")


@test()
def one_erases_oneself_only_within_5_minutes_of_showing_every_factor_one_has():
    with Daemon(clock="still", config=LONG) as daemon:
        one, two, bob = member(daemon), member(daemon).enrol(), member(daemon)
        among(daemon.web.delete(f"/v1/accounts/{bob.id}", token=one.token).status, (401, 403, 404), "somebody else, by a session")
        for token in (None, "x", one.known_device):
            equal(daemon.web.delete("/v1/accounts/me", token=token).code, "invalid-token", "without a session")
        among(daemon.web.delete(f"/v1/accounts/{bob.id}").status, (401, 403, 404), "by a front end alone")
        daemon.clock.advance(302)
        for person in (one, two):
            erase(person, expect="reauthentication-required")
            daemon.web.get("/v1/accounts/me/export", token=person.token, expect="reauthentication-required")
        reauthenticate(two, code=two.authenticator.code())
        among(erase(two, expect=None).status, (403,), "a code alone: the password is a factor too (section 3: every factor one has)")
        reauthenticate(one, password=one.password)
        daemon.web.get("/v1/accounts/me/export", token=one.token, expect=200)
        daemon.clock.advance(295)
        erase(one)
        daemon.clock.advance(60)
        reauthenticate(two, password=two.password, code=two.authenticator.code())
        daemon.web.get("/v1/accounts/me/export", token=two.token, expect=200)
        recovered = member(daemon).enrol()
        recover(recovered)
        among(erase(recovered, expect=None).status, (403,), "a session from a recovery code")
        among(daemon.web.get("/v1/accounts/me/export", token=recovered.token).status, (403,), "the export to a session from a recovery code")
        erase(two)
        equal(daemon.web.get("/v1/accounts/me", token=bob.token).status, 200, "somebody else")
        for person in (one, two):
            equal(daemon.admin.get(f"/v1/accounts/{person.id}").status, 404, "an erased account")


@test(answers="77")
def an_erasure_that_was_answered_outlives_a_kill_and_a_race_makes_nobody_live_again():
    with Daemon(clock="still", config=GENEROUS) as daemon:
        for round in range(rounds(3, 20)):
            ada = host(daemon)
            room = meeting(daemon, ada)
            code = start_reset(ada)
            work = [lambda: daemon.admin.delete(f"/v1/accounts/{ada.id}"), lambda: ada.start(), lambda: flows.ask(daemon, room, "Host", token=ada.token),
                    lambda: redeem_setup(ada, code=code, password=good_password(), expect=None), lambda: daemon.admin.patch(f"/v1/accounts/{ada.id}", {"display_name": "Back"}),
                    lambda: daemon.web.post("/v1/meetings", {}, token=ada.token), lambda: offer(ada, expect=None), lambda: daemon.admin.post(f"/v1/accounts/{ada.id}/password-reset")]
            answers = parallel(len(work), lambda index: work[index]())
            among(answers[0].status, (200, 204), "the erasure")
            if round % 2:
                daemon.kill()
                daemon.start()
            equal(daemon.admin.get(f"/v1/accounts/{ada.id}").status, 404, "the account afterwards")
            check(not active(daemon, ada.token), "its session")
            if answers[1].status == 200:
                equal(ada.finish(answers[1].json["challenge"], ada.authenticator.code(), expect=None).status, 401, "a sign-in that raced it")
            equal(ada.start().status, 401, "a sign-in")
            daemon.admin.post("/v1/accounts", {"username": ada.username}, expect="username-taken")
        flows.verified(daemon)


# --- giving out ----------------------------------------------------------------------------------------

@test()
def an_export_has_all_that_is_held_and_no_secret():
    with Daemon(clock="still", config=GENEROUS) as daemon:
        ada, bob = canary(daemon), host(daemon, username="other.person", display_name="Other Canary Person")
        room, his = meeting(daemon, ada, title="Canary Title Of Hers"), meeting(daemon, bob, title="Canary Title Of His", policy=flows.OPEN)
        guest = knock(daemon, room, name="Canary Guest Elsewhere")
        mine = flows.Join(daemon, flows.ask(daemon, his, "Canary Joins As", token=ada.token, expect=201).json, daemon.web)
        other = another_session(ada)
        sign_in_as(daemon, ada.username, WRONG)
        for what, answer in (("oneself", daemon.web.get("/v1/accounts/me/export", token=ada.token)), ("the operator", daemon.admin.get(f"/v1/accounts/{ada.id}/export"))):
            equal(answer.status, 200, f"the export for {what}")
            text = json.dumps(answer.json, ensure_ascii=False)
            for needed, value in {"id": ada.id, "username": ada.username, "display name": "Canary Konstantina Display", "a session": ada.session["id"], "its meeting": room.id, "its join": mine.id,
                                  "the second factor": "totp"}.items():
                check(value in text, f"the export for {what} lacks {needed} (section 3: everything held)")
            for secret, value in {"password": ada.password, "token": ada.token, "another token": other, "TOTP secret": ada.authenticator.secret, "ticket": mine.ticket, "passcode": room.passcode,
                                  "known device": ada.known_device, "hash": "$argon2id$", **{f"recovery code {index}": code for index, code in enumerate(ada.recovery_codes)}}.items():
                check(value not in text, f"the export for {what} discloses a secret: {secret}")
            for foreign, value in {"somebody's name": "Other Canary Person", "somebody's username": "other.person", "a guest's name": "Canary Guest Elsewhere"}.items():
                check(value not in text, f"the export for {what} tells of others: {foreign}")
        for target in (f"/v1/accounts/{bob.id}/export", "/v1/accounts/acct_" + "0" * 26 + "/export"):
            among(daemon.web.get(target, token=ada.token).status, (401, 403, 404), f"{target} with a session")
            among(daemon.web.get(target).status, (401, 403, 404), f"{target} with none")
        daemon.admin.get("/v1/accounts/acct_" + "0" * 26 + "/export", expect="not-found")
        equal(guest.look().status, 200, "the guest")
        records = daemon.admin.get(f"/v1/audit?subject={ada.id}&limit=200", expect=200).json["items"]
        check(any("export" in item["event"] for item in records), "an export is in no audit record")
