"""Sections 3 and 3.1: the second factor. Bound, replaced, dropped, disabled, and what recovery codes open."""

import random, re, sqlite3

import flows
from acts import *
from credentials import parallel_until_killed
from flows import account, good_password, host, knock, meeting, member, redeem_setup

LATER = 1000   # seconds after which a factor was not shown lately, whatever is meant by it
LONG = {**GENEROUS, "sessions": {"idle_seconds": 86_400}}


def once_ever(answers, what, good=201):
    statuses = sorted(answer.status for answer in answers if answer is not None)
    check(set(statuses) <= {good, 401, 403, 409, 429, 503}, f"{what}: answers {statuses}")
    return statuses.count(good)


# --- replacing it --------------------------------------------------------------------------------------

@test(answers="70")
def line_70_owncloud_a_replaced_authenticator_is_dead_and_the_other_sessions_with_it():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada)
        old, codes = ada.authenticator, list(ada.recovery_codes)
        other = another_session(ada)
        elsewhere = flows.Join(daemon, flows.ask(daemon, room, "Host", token=other, expect=201).json, daemon.web)
        daemon.clock.advance(LATER)
        offer(ada, expect="reauthentication-required")   # another one, long after both factors were shown
        reauthenticate(ada, password=ada.password, code=old.code())
        offer(ada, password=WRONG, expect=UNIFORM)
        new = offer(ada)
        check(new.secret != old.secret, "the same secret again")
        ada.finish(challenge(ada), old.code(), expect=201)   # the old one works until the new one is confirmed
        ada.finish(challenge(ada), new.code(), expect=UNIFORM)   # and the new one does not
        equal(shown(daemon, ada)["second_factor"], "totp", "meanwhile")
        check(active(daemon, other), "an offer alone ended another session")
        confirm(ada, new.wrong(), expect=(401,))
        confirm(ada, old.code(), expect=(401,))
        daemon.clock.advance(60)
        token = ada.token
        said = bind(ada, new)
        equal((len(said["recovery_codes"]), said["session"]["factors"]), (10, 2), "new recovery codes, and two factors still")
        check(not set(codes) & set(ada.recovery_codes), "an old recovery code is among the new ones")
        check(not active(daemon, token) and active(daemon, ada.token), "the session goes on under a new token")
        check(not active(daemon, other), "another session outlived the new authenticator (section 3.1)")
        soon("a grant of the old sessions is dead", lambda: elsewhere.redeem(expect=None).status >= 400)
        daemon.clock.advance(90)
        ada.finish(challenge(ada), old.code(), expect=UNIFORM)
        for code in codes[:2]:
            ada.finish(challenge(ada), code, method="recovery_code", expect=UNIFORM)
        equal(ada.finish(challenge(ada), new.at(new.last), expect=None).status, 401, "the confirming code as a sign-in")
        ada.finish(challenge(ada), new.code(), expect=201)
        ada.finish(challenge(ada), ada.recovery_codes.pop(), method="recovery_code", expect=201)
        flows.verified(daemon)


@test()
def an_offer_is_bound_to_its_account_and_the_last_one_counts():
    with Daemon(clock="still", config=LONG) as daemon:
        ada, bob = member(daemon), member(daemon)
        first, mine, theirs = offer(ada), offer(ada), offer(bob)
        confirm(ada, theirs.code(), expect=401)
        confirm(ada, first.code(), expect=401)
        for bad in ({}, {"code": 123456}, {"code": None}, {"code": "123456", "nosuch": 1}, {"code": ["1"]}):
            equal(daemon.web.post("/v1/accounts/me/totp/confirm", bad, token=ada.token).status, 422, f"the body {bad}")
        for typed in ("", "12345", "1234567", "abcdef", "１２３４５６", " " * 6, "-12345", "+12345", "1e5000", "x" * 5000):
            among(confirm(ada, typed, expect=None).status, (401, 422, 429), f"the code {typed[:12]!r}")
        again = offer(ada)
        bind(ada, again)
        daemon.clock.advance(60)
        bind(bob, theirs)
        equal([shown(daemon, person)["second_factor"] for person in (ada, bob)], ["totp", "totp"], "after both")
        confirm(ada, again.code(), expect=(401, 403, 409))   # nothing is pending any more


@test()
def of_20_parallel_confirmations_one_gives_codes_and_these_work():
    with Daemon(clock="still", config=LONG) as daemon:
        for _ in range(rounds(3, 30)):
            ada = member(daemon)
            app = offer(ada)
            code = app.code()
            answers = parallel(20, lambda _: confirm(ada, code, expect=None))
            equal(once_ever(answers, "20 confirmations", good=200), 1, "confirmations that succeeded")
            said = next(answer.json for answer in answers if answer.status == 200)
            ada.authenticator, ada.recovery_codes = app, said["recovery_codes"]
            ada.take(said)
            ada.finish(challenge(ada), ada.recovery_codes[0], method="recovery_code", expect=201)


# --- dropping it ---------------------------------------------------------------------------------------

@test(answers="70")
def a_second_factor_is_dropped_by_password_and_code_and_not_while_the_password_is_short():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = member(daemon).enrol()
        spent = ada.authenticator.at(ada.authenticator.last)
        other = another_session(ada)
        long = ada.password
        ada.password = "short 12"
        change_password(ada, ada.password, current=long)
        other = another_session(ada)
        drop_factor(ada, ada.authenticator.code(), expect="password-too-short")
        equal(shown(daemon, ada)["second_factor"], "totp", "after the refusal (section 3)")
        check(active(daemon, other), "a refusal ended a session")
        short, ada.password = ada.password, long
        change_password(ada, long, current=short)
        other = another_session(ada)
        drop_factor(ada, ada.authenticator.code(), password=WRONG, expect=UNIFORM)
        drop_factor(ada, ada.authenticator.wrong(), expect=UNIFORM)
        drop_factor(ada, ada.recovery_codes[0], expect=UNIFORM)
        drop_factor(ada, spent, expect=UNIFORM)   # a replay
        for bad in ({}, {"password": long}, {"code": "123456"}, {"password": long, "code": "123456", "nosuch": 1}):
            equal(daemon.web.delete("/v1/accounts/me/totp", body=bad, token=ada.token).status, 422, f"the body {set(bad)}")
        daemon.web.delete("/v1/accounts/me/totp", token=ada.token, expect=(400, 415, 422))
        equal(shown(daemon, ada)["second_factor"], "totp", "after all these refusals")
        daemon.clock.advance(60)
        drop_factor(ada, ada.authenticator.code())
        equal(shown(daemon, ada)["second_factor"], None, "afterwards")
        check(not active(daemon, other), "another session outlived the change (section 3.1)")
        said = ada.start(expect=201).json
        equal(said["session"]["factors"], 1, "factors of a sign-in afterwards")
        ada.take(said)
        old = list(ada.recovery_codes)
        ada.enrol()
        for code in old[:2]:
            ada.finish(challenge(ada), code, method="recovery_code", expect=UNIFORM)
        flows.verified(daemon)


@test()
def a_host_without_its_second_factor_is_half_again():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada)
        daemon.clock.advance(60)
        drop_factor(ada, ada.authenticator.code())
        for token in (ada.token, ada.start(expect=201).json["token"]):
            answer = daemon.web.post("/v1/meetings", {}, token=token)
            among((answer.status, answer.code), ((403, "second-factor-required"), (401, "invalid-token")), "a host with one factor (section 3.1)")
            among(daemon.web.post(room.path + "/unlock", token=token).status, (401, 403), "its own meeting")


@test()
def the_operator_s_removal_voids_the_password_and_ends_everything():
    with Daemon(clock="still", config={"limits": {"source_failures": 100, "account_failures": 5}}) as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada)
        other, half, device, old = another_session(ada), challenge(ada), ada.known_device, ada.password
        elsewhere = flows.Join(daemon, flows.ask(daemon, room, "Host", token=other, expect=201).json, daemon.web)
        for client, token in ((daemon.web, ada.token), (daemon.web, None)):
            among(client.delete(f"/v1/accounts/{ada.id}/totp", token=token).status, (400, 401, 403, 404, 415, 422), "the operator's removal on the other socket")
        check(active(daemon, ada.token), "a front end removed it")
        said = operator_drops_factor(ada).json
        check("reset_code" in said, f"the answer has no reset code (section 3): {set(said)}")
        for token in (ada.token, other):
            check(not active(daemon, token), "a session outlived the operator's removal (section 3)")
        soon("a grant is dead", lambda: elsewhere.redeem(expect=None).status >= 400)
        equal(ada.finish(half, ada.authenticator.code(), expect=None).status, 401, "a sign-in that had begun")
        shown_now = shown(daemon, ada)
        equal(shown_now["second_factor"], None, "the account")
        sign_in_as(daemon, ada.username, old, expect=UNIFORM)
        ada.password = good_password()
        redeem_setup(ada, code=said["reset_code"], password="short 12", expect="password-too-short")   # 8 no longer do
        redeem_setup(ada, code=said["reset_code"])
        equal(ada.start(expect=201).json["session"]["factors"], 1, "factors")
        for _ in range(12):
            sign_in_as(daemon, ada.username, WRONG)
        equal(ada.start(known_device=device).status, 429, "a known device of before")
        daemon.admin.delete("/v1/accounts/acct_" + "0" * 26 + "/totp", expect="not-found")
        plain = member(daemon)
        among(daemon.admin.delete(f"/v1/accounts/{plain.id}/totp").status, (200, 201, 204, 404, 409), "of an account without one")
        flows.verified(daemon)


# --- disabled ------------------------------------------------------------------------------------------

@test(answers=["46", "49", "52"], seconds=300)
def line_46_AuthQuake_line_49_listmonk_and_line_52_keycloak_wrong_codes_count_together_wherever_they_are_shown():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = host(daemon)
        held = [another_session(ada) for _ in range(2)]
        ways = [lambda code: ada.finish(challenge(ada), code), lambda code: reauthenticate(ada, expect=None, code=code),
                lambda code: reauthenticate(ada, expect=None, code=code, token=held[0]),
                lambda code: drop_factor(ada, code, token=held[0], expect=None), lambda code: new_codes(ada, code, expect=None)]
        turns = iter(range(10_000))
        def wrong():
            turn = next(turns)
            if turn == 11:
                daemon.restart()
            return ways[turn % len(ways)](ada.authenticator.wrong())
        use_up(daemon, wrong, tries=19)
        daemon.clock.advance(60)
        reauthenticate(ada, code=ada.authenticator.code())   # 19 are not 20, and a right one begins anew
        daemon.clock.advance(60)
        held[0] = another_session(ada)   # ten in a row end a session: the guesses are spread over some
        use_up(daemon, wrong, tries=20)
        daemon.clock.advance(60)
        for what, way in zip(("sign-in", "reauthentication", "another session's", "removal", "new recovery codes"), ways):
            answer = way(ada.authenticator.code())
            check(answer.status in (401, 403, 409), f"{what}: the right code is answered {answer} after 20 wrong ones (section 3.1)")
        equal(shown(daemon, ada)["second_factor"], "totp", "a disabled one counts (section 3.1)")
        check(told(ada, "lock", held[1]), f"the owner is not told: {words(ada, held[1])}")
        begun = ada.start(expect=200).json
        check("token" not in begun, "the password alone signs in")
        offered = offer(ada, token=held[1], expect=None)
        check(isinstance(offered, Answer) and offered.status in (403, 409), f"a disabled authenticator is replaced by a session alone: {offered}")
        operator_drops_factor(ada)
        check(not active(daemon, held[1]), "a session outlived the operator's removal")


@test(seconds=240)
def a_recovery_code_opens_a_disabled_authenticator_s_account_to_bind_another_and_nothing_else():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = host(daemon)
        old = ada.authenticator
        use_up(daemon, lambda: ada.finish(challenge(ada), old.wrong()))
        daemon.restart()
        daemon.clock.advance(60)
        ada.finish(challenge(ada), old.code(), expect=UNIFORM)
        recover(ada)
        equal(ada.session["factors"], 1, "factors of a recovery session")
        equal(daemon.web.post("/v1/meetings", {}, token=ada.token).status, 403, "a meeting by it")
        new = offer(ada)
        ada.finish(challenge(ada), old.code(), expect=UNIFORM)
        bind(ada, new)
        equal(ada.session["factors"], 2, "factors after the new one")
        daemon.web.post("/v1/meetings", {}, token=ada.token, expect=201)
        daemon.clock.advance(60)
        ada.finish(challenge(ada), old.code(), expect=UNIFORM)
        ada.finish(challenge(ada), new.code(), expect=201)


@test()
def no_success_of_another_kind_and_no_stranger_resets_the_count_or_disables():
    with Daemon(clock="still", config=LONG) as daemon:
        ada, eve = member(daemon).enrol(), member(daemon)
        for _ in range(25):   # without the password nobody comes near the count
            among(ada.finish("x" * 43, ada.authenticator.wrong()).status, (401, 429), "no challenge")
            sign_in_as(daemon, ada.username, WRONG)
        daemon.clock.advance(86_400)
        ada.finish(challenge(ada), ada.authenticator.code(), expect=201)
        use_up(daemon, lambda: ada.finish(challenge(ada), ada.authenticator.wrong()), tries=19)
        recover(ada)   # a right recovery code is no right code of the authenticator
        equal(ada.finish(challenge(ada), ada.authenticator.wrong(), expect=None).status, 401, "the twentieth")
        daemon.clock.advance(60)
        ada.finish(challenge(ada), ada.authenticator.code(), expect=UNIFORM)
        eve.start(expect=201)


# --- recovery codes ------------------------------------------------------------------------------------

@test()
def recovery_codes_are_ten_of_80_bits_used_once_and_nothing_without_the_password():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = member(daemon).enrol()
        codes = ada.recovery_codes
        equal((len(codes), len(set(codes))), (10, 10), "recovery codes")
        for code in codes:
            symbols = code.replace("-", "").replace(" ", "")
            check(re.fullmatch(r"[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{16}", symbols), f"{code}: 16 of Crockford base32 (section 3.1)")
        sign_in_as(daemon, ada.username, codes[0], expect=UNIFORM)                                # as a password
        redeem_setup(ada, code=codes[0], password=good_password(), expect=UNIFORM)                # as a reset code
        reauthenticate(ada, expect=(401,), code=codes[0])                                         # as a code
        ada.finish(challenge(ada), codes[0], method="totp", expect=UNIFORM)
        ada.finish(challenge(ada), ada.authenticator.code(), method="recovery_code", expect=UNIFORM)
        ada.finish("x" * 43, codes[0], method="recovery_code", expect=UNIFORM)
        for bad in ("", "0" * 16, codes[0][:-1], codes[0] + codes[1], codes[0] + "0", "x" * 5000, codes[0].replace(codes[0][0], "é", 1)):
            among(ada.finish(challenge(ada), bad, method="recovery_code").status, (401, 422), f"the recovery code {bad[:20]!r}")
        bob = member(daemon).enrol()
        ada.finish(challenge(ada), bob.recovery_codes[0], method="recovery_code", expect=UNIFORM)
        plain = codes[0].replace("-", "").replace(" ", "")
        first = ada.finish(challenge(ada), plain.lower(), method="recovery_code", expect=201).json   # as people type
        check("recovery_codes" not in first and not any(code in str(first) for code in codes), f"a replacement is in the answer to a use: {set(first)}")
        for typed in (codes[0], plain.lower(), plain.upper(), "-".join(plain)):
            ada.finish(challenge(ada), typed, method="recovery_code", expect=UNIFORM)
        daemon.restart()
        ada.finish(challenge(ada), codes[0], method="recovery_code", expect=UNIFORM)
        for code in codes[1:]:
            ada.finish(challenge(ada), code, method="recovery_code", expect=201)
        for code in codes:
            ada.finish(challenge(ada), code, method="recovery_code", expect=UNIFORM)
        equal(shown(daemon, ada)["second_factor"], "totp", "after the last one")


@test()
def a_recovery_code_is_read_as_Crockford_reads_one_off_paper():
    with Daemon(config=GENEROUS) as daemon:
        for zero, one, between in (("O", "I", "-"), ("o", "l", " "), ("0", "i", ""), ("o", "L", "-")):
            found = []
            while not found:   # nearly always ten codes have one with a symbol that can be misread
                ada = member(daemon).enrol()
                found = [code for code in ada.recovery_codes if set(code) & set("01")]
            typed = found[0].replace("0", zero).replace("1", one).replace("-", between)
            said = ada.finish(challenge(ada), typed, method="recovery_code", expect=201).json
            equal((said["session"]["factors"], "known_device" in said), (1, False), f"what {typed} gives (section 3.1)")
            ada.finish(challenge(ada), found[0], method="recovery_code", expect=UNIFORM)


@test(answers="52", seconds=240)
def line_52_keycloak_recovery_codes_have_a_limit_of_20_of_their_own():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = member(daemon).enrol()
        wrong = lambda: ada.finish(challenge(ada), "0" * 16, method="recovery_code")   # noqa: E731
        use_up(daemon, wrong, tries=19)
        use_up(daemon, lambda: ada.finish(challenge(ada), ada.authenticator.wrong()), tries=19)
        daemon.clock.advance(60)
        ada.finish(challenge(ada), ada.authenticator.code(), expect=201)      # 19 and 19 are not 20
        use_up(daemon, wrong, tries=1)
        daemon.restart()
        daemon.clock.advance(86_400)
        for code in ada.recovery_codes[:2]:
            equal(ada.finish(challenge(ada), code, method="recovery_code").status, 401, "a right recovery code after 20 wrong ones")
        ada.finish(challenge(ada), ada.authenticator.code(), expect=201)      # apart: the authenticator still works
        ada.sign_in()
        fresh = new_codes(ada, ada.authenticator.code()).json["recovery_codes"]   # and with new codes so does recovery
        ada.finish(challenge(ada), fresh[0], method="recovery_code", expect=201)


@test()
def new_recovery_codes_ask_for_password_and_code_and_the_old_ones_die():
    with Daemon(clock="still", config=LONG) as daemon:
        ada, plain = member(daemon).enrol(), member(daemon)
        old, spent = ada.recovery_codes, ada.authenticator.at(ada.authenticator.last)
        among(new_codes(plain, "123456", expect=None).status, (401, 403, 409), "of an account without a second factor")
        new_codes(ada, ada.authenticator.code(), password=WRONG, expect=UNIFORM)
        new_codes(ada, ada.authenticator.wrong(), expect=UNIFORM)
        new_codes(ada, old[0], expect=UNIFORM)
        new_codes(ada, spent, expect=UNIFORM)
        for token in ("none", plain.known_device):
            equal(new_codes(ada, "123456", token=token, expect=None).code, "invalid-token", "without a session")
        daemon.clock.advance(60)
        code = ada.authenticator.code()
        answers = parallel(10, lambda _: new_codes(ada, code, expect=None))
        equal(once_ever(answers, "ten askings with one code", good=200), 1, "who got codes")
        said = next(answer.json for answer in answers if answer.status == 200)
        fresh = said["recovery_codes"]
        equal((len(set(fresh)), set(fresh) & set(old)), (10, set()), "the new ones")
        ada.finish(challenge(ada), code, expect=UNIFORM)          # the step is spent
        for dead in old[:3]:
            ada.finish(challenge(ada), dead, method="recovery_code", expect=UNIFORM)
        ada.finish(challenge(ada), fresh[3], method="recovery_code", expect=201)


# What a session from a recovery code asks for: a body that would be right. {m}, {j}, {a} are a meeting, a join, an account.
BODIES = {
    "PATCH /v1/accounts/{account}": {"display_name": "x"}, "PUT /v1/accounts/me/password": {"current_password": "P", "new_password": "violet harbour 9 tin"},
    "DELETE /v1/accounts/me/totp": {"password": "P", "code": "123456"}, "POST /v1/accounts/me/recovery-codes": {"password": "P", "code": "123456"},
    "POST /v1/sessions/reauthenticate": {"password": "P"}, "PATCH /v1/meetings/{meeting}": {"title": "x"},
    "POST /v1/meetings/{meeting}/bans": {"join": "{j}"}, "POST /v1/meetings/{meeting}/message": {"text": "x"},
    "POST /v1/meetings/{meeting}/joins/{join}/message": {"text": "x"}, "POST /v1/meetings/{meeting}/joins/{join}/role": {"role": "viewer"},
    "POST /v1/meetings/{meeting}/joins/{join}/publish": {"audio": True}, "POST /v1/meetings/{meeting}/simulate": {"passcode": "right"},
    "PUT /v1/meetings/{meeting}/roster": {"joins": []}, "POST /v1/joins/self/consents": {"id": "x", "version": 1, "agreed": True},
}
ALLOWED_TO_RECOVERY = {"POST /v1/accounts/me/totp", "POST /v1/accounts/me/totp/confirm", "DELETE /v1/sessions/current",
                       "GET /v1/accounts/me/notifications"}


def operations_with_a_bearer(daemon):
    """(operation, who the bearer is) of all that the daemon lists for its front ends."""
    text = daemon.web.get("/v1/openapi.yaml", expect=200).body.decode()
    path = method = None
    for one, verb, access in re.findall(r"^  (/v1/\S+):$|^    (get|post|put|patch|delete):$|x-anteroom-access: \{ ?(.*?) ?\}", text, re.M):
        path, method = one or path, verb or method
        if access:
            said = dict(item.split(": ") for item in access.split(", "))
            if said.get("socket") == "both" and said.get("bearer") not in ("none", "operator", "ticket", "session-optional", None):
                yield f"{method.upper()} {path}", said["bearer"]


@test(answers="53")
def line_53_Nextcloud_a_session_from_a_recovery_code_binds_a_factor_signs_out_and_reads_notices():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada)
        guest = knock(daemon, room)
        recover(ada)
        token, tried, faults, seen = ada.token, 0, [], set()
        for operation, bearer in operations_with_a_bearer(daemon):
            method, path = operation.split(" ")
            seen.add(operation)
            if operation in ALLOWED_TO_RECOVERY:
                continue
            target = path.replace("{meeting}", room.id).replace("{join}", guest.id)
            for account_id in (["me", ada.id] if "{account}" in path else [""]):
                body = BODIES.get(operation, {} if method in ("POST", "PUT", "PATCH") else None)
                if body is not None:
                    body = {key: ada.password if value == "P" else guest.id if value == "{j}" else value for key, value in body.items()}
                answer = daemon.web.call(method, re.sub(r"\{.*?\}", "x", target.replace("{account}", account_id)), body, token=token)
                tried += 1
                # 401 where a ticket is asked for; 404 and 422 name what stands in the path, and tell nothing else.
                if not (answer.status in (401, 403) or answer.status in (404, 422) and "{" in path.replace("{meeting}", "").replace("{join}", "").replace("{account}", "")):
                    faults.append(f"{operation} as {account_id or bearer}: {answer.status} {answer.code if answer.status >= 400 else ''}")
        check(ALLOWED_TO_RECOVERY <= seen, f"not listed: {ALLOWED_TO_RECOVERY - seen}")
        check(tried > 25, f"only {tried} operations were tried")
        check(not faults, "a session from a recovery code (section 3.1):\n" + "\n".join(faults))
        equal(room.daemon.admin.get(room.path).json["meeting"]["locked"], False, "the meeting after all that")
        answer = flows.ask(daemon, room, token=token)
        among(answer.status, (401, 403), f"a join with it: {answer}")
        check(told(ada, "recovery"), f"a use notifies (section 3.1): {words(ada)}")
        bind(ada, offer(ada))
        daemon.web.get("/v1/meetings", token=ada.token, expect=200)
        check(not active(daemon, token), "the restricted token lives on")
        recover(ada)
        daemon.web.delete("/v1/sessions/current", token=ada.token, expect=204)


# --- one step, once, ever ------------------------------------------------------------------------------

@test(answers=["47", "48"])
def line_48_Rodauth_and_Hanko_a_step_is_spent_for_every_operation_that_takes_a_code():
    with Daemon(clock="still", config=LONG) as daemon:
        uses = {
            "sign-in": lambda person, code: person.finish(challenge(person), code),
            "reauthenticate": lambda person, code: reauthenticate(person, expect=None, code=code),
            "recovery codes": lambda person, code: new_codes(person, code, expect=None),
            "removal": lambda person, code: drop_factor(person, code, expect=None),
        }
        for spend in ("sign-in", "reauthenticate", "recovery codes"):
            ada = member(daemon).enrol()
            daemon.clock.advance(90)
            now = int(daemon.now()) // 30
            code = ada.authenticator.at(now)
            answer = uses[spend](ada, code)
            among(answer.status, (200, 201), f"{spend} with a fresh code")
            for what in uses:
                for older in (now, now - 1):   # no step before it, either
                    answer = uses[what](ada, ada.authenticator.at(older))
                    among(answer.status, (401, 429), f"{what} with a code that {spend} took, {now - older} steps older")
            daemon.restart()
            among(uses["sign-in"](ada, code).status, (401, 429), "after a restart")
        check(told(ada, "replay", ada.token), f"a replayed code is told to the owner: {words(ada)}")


@test(answers=["47", "48", "58", "77"], seconds=1200)
def line_47_of_50_parallel_uses_of_one_code_in_sessions_and_operations_one_succeeds_also_across_a_kill():
    with Daemon(clock="still", config=LONG) as daemon:
        for round in range(rounds(4, 50)):
            ada = member(daemon).enrol()
            held = [another_session(ada)]
            challenges = [challenge(ada) for _ in range(6)]
            daemon.clock.advance(60)
            code = ada.authenticator.code()
            def use(index):
                if index % 5 == 4:
                    return reauthenticate(ada, expect=None, code=code, token=(held + [ada.token])[index // 5 % 2])
                return ada.finish(challenges[index % 6], code)
            answers = parallel_until_killed(daemon, 50, use, round)
            good = once_ever(answers, "50 uses of one code")
            check(good <= 1, f"{good} of 50 uses of one code succeeded (section 3.1)")
            check(good == 1 or round % 2, "none of 50 uses succeeded")
            again = [use(4), ada.finish(challenges[0], code), ada.finish(challenge(ada), code)]
            check(good + once_ever(again, "after the restart") <= 1, "a code was taken again after a restart")


@test(answers=["41", "47", "58"], seconds=240)
def a_code_that_was_right_once_is_no_guess_however_often_it_comes():
    """A front end that sends a request fifty times must not take anybody's second factor away."""
    with Daemon(config=LONG, clock="still") as daemon:
        ada = member(daemon).enrol()
        for round in range(3):
            challenges = [challenge(ada) for _ in range(5)]
            code = ada.authenticator.code()
            answers = parallel(50, lambda index: ada.finish(challenges[index % 5], code))
            equal(once_ever(answers, f"50 uses of one code, round {round}"), 1, "sign-ins")
        ada.sign_in()
        for round in range(3):
            challenges = [challenge(ada) for _ in range(5)]
            answers = parallel(50, lambda index: ada.finish(challenges[index % 5], ada.recovery_codes[round], method="recovery_code"))
            equal(once_ever(answers, f"50 uses of one recovery code, round {round}"), 1, "sign-ins")
        person = account(daemon)
        for round in range(5):
            code = daemon.admin.post(f"/v1/accounts/{person.id}/password-reset", {}, expect=201).json["reset_code"]
            password = flows.good_password()
            answers = parallel(50, lambda index: flows.redeem_setup(person, code=code, password=password, expect=None))
            among({answer.status for answer in answers}, ({200, 401}, {200, 401, 503}), f"50 uses of one reset code, round {round}")
            equal(sum(answer.status == 200 for answer in answers), 1, f"resets by one code, round {round}")
        # Guesses count as before.
        wrong = [ada.finish(challenge(ada), "000000") for _ in range(3)]
        check(all(answer.status == 401 for answer in wrong), f"wrong codes: {wrong}")
        ada.sign_in()


@test(answers=["58", "77"], seconds=1200)
def line_58_of_50_parallel_uses_of_one_recovery_code_one_succeeds_also_across_a_kill():
    with Daemon(config=GENEROUS) as daemon:
        for round in range(rounds(4, 50)):
            ada = member(daemon).enrol()
            code = ada.recovery_codes[4]
            challenges = [challenge(ada) for _ in range(6)]
            use = lambda index: ada.finish(challenges[index % 6], code, method="recovery_code")   # noqa: E731
            answers = parallel_until_killed(daemon, 50, use, round)
            good = once_ever(answers, "50 uses of one recovery code")
            check(good <= 1, f"{good} of 50 uses of one recovery code succeeded (section 3.1)")
            check(good == 1 or round % 2, "none of 50 uses succeeded")
            again = [use(0), ada.finish(challenge(ada), code, method="recovery_code")]
            check(good + once_ever(again, "after the restart") <= 1, "a recovery code was taken again after a restart")


@test()
def a_time_that_goes_back_opens_no_spent_step():
    with Daemon(clock="still", config=LONG) as daemon:
        ada, grace = member(daemon).enrol(), member(daemon).enrol()
        daemon.clock.advance(600)
        ada.sign_in()
        spent = ada.authenticator.last
        daemon.clock.advance(-600)
        # Somebody else's code of a time that is over was looked at then, and never used.
        among(grace.finish(challenge(grace), grace.authenticator.at(int(daemon.now()) // 30 + 2)).status, (401, 429),
              "a code that was never shown, of a time below the latest decision")
        for step in (spent, spent - 20, int(daemon.now()) // 30):
            among(ada.finish(challenge(ada), ada.authenticator.at(step)).status, (401, 429), "a code, with the clock put back")
        daemon.restart()
        among(ada.finish(challenge(ada), ada.authenticator.at(int(daemon.now()) // 30)).status, (401, 429), "the same after a restart")
        daemon.clock.advance(660)
        ada.authenticator.last = spent
        ada.finish(challenge(ada), ada.authenticator.code(), expect=201)


# --- what races what -----------------------------------------------------------------------------------

@test(answers=["53", "70"], seconds=300)
def line_53_no_sign_in_that_races_the_binding_of_a_factor_gets_by_with_the_password():
    with Daemon(clock="still", config=LONG) as daemon:
        for round in range(rounds(4, 40)):
            ada = member(daemon)
            app = offer(ada)
            code = app.code()
            def one(index):
                if index == 5:
                    time.sleep(0.01 * (round % 7))
                    return confirm(ada, code)
                return ada.start()
            answers = parallel(12, one)
            tokens = [answer.json["token"] for index, answer in enumerate(answers) if index != 5 and answer.status == 201]
            left = [token for token in tokens if active(daemon, token)]
            check(not left, f"{len(left)} sessions with one factor outlived the binding of a second that they raced (section 3.1)")
            equal(sorted(item["factors"] for item in daemon.admin.pages(f"/v1/accounts/{ada.id}/sessions", 200)), [2], "sessions afterwards")


@test(seconds=300)
def a_short_password_and_no_second_factor_never_meet():
    with Daemon(clock="still", config=LONG) as daemon:
        for round in range(rounds(5, 40)):
            ada = member(daemon).enrol()
            long, short = ada.password, "tin %05d" % round
            other, code = another_session(ada), start_reset(ada)
            daemon.clock.advance(60)
            step = ada.authenticator.code()
            set_short = (lambda: change_password(ada, short, current=long, token=other, expect=None)) if round % 2 else (
                lambda: redeem_setup(ada, code=code, password=short, expect=None))
            def one(index):
                time.sleep(0.012 * (round // 2 % 4) * (index if round % 3 else 1 - index))
                return set_short() if index else drop_factor(ada, step, expect=None)
            removed, changed = parallel(2, one)
            factor = shown(daemon, ada)["second_factor"]
            is_short = sign_in_as(daemon, ada.username, short).status in (200, 201)
            check(not (is_short and factor is None), f"a password of 8 code points stands alone: removal {removed}, change {changed} (section 3.1)")
            check(is_short or sign_in_as(daemon, ada.username, long).status in (200, 201), f"neither password signs in: {removed}, {changed}")


@test(answers=["47"], seconds=300)
def line_47_an_old_authenticator_that_races_its_replacement_gives_no_session_that_lasts():
    with Daemon(clock="still", config=LONG) as daemon:
        for round in range(rounds(3, 30)):
            ada = member(daemon).enrol()
            new = offer(ada)
            daemon.clock.advance(60)
            half = [challenge(ada) for _ in range(6)]
            old_code, new_code = ada.authenticator.code(), new.code()
            token = ada.token
            ways = [lambda: confirm(ada, new_code, token=token, expect=None), *(lambda index=index: ada.finish(half[index], old_code) for index in range(6)),
                    lambda: reauthenticate(ada, expect=None, code=old_code, token=token)]
            answers = parallel(len(ways), lambda index: ways[index]())
            if answers[0].status == 200:
                for answer in answers[1:]:
                    check(answer.status != 201 or not active(daemon, answer.json["token"]), f"a session by the old authenticator outlived the new one: {answers[0]}")
                check(active(daemon, answers[0].json["token"]), "the session that confirmed")
            else:
                check(shown(daemon, ada)["second_factor"] == "totp", "neither")


# --- the store in somebody else's hands ----------------------------------------------------------------

def sealed_secrets(base):
    """Where a person's sealed secret lies: (table, column, key column)."""
    for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = [row[1] for row in base.execute(f'PRAGMA table_info("{table}")').fetchall()]
        if "secret" in columns and "account" in columns:
            return table, "secret", "account"
    raise Failure("no table holds sealed secrets by account: the test must learn the schema")


@test()
def a_sealed_secret_that_was_moved_or_mangled_opens_for_nobody():
    with Daemon(clock="still", config=GENEROUS) as daemon:
        ada, bob, cleo, dora = (member(daemon).enrol() for _ in range(4))
        daemon.stop()
        base = sqlite3.connect(daemon.database())
        table, column, key = sealed_secrets(base)
        kept = dict(base.execute(f'SELECT "{key}", "{column}" FROM "{table}"').fetchall())
        check(all(app.secret.encode() not in kept[person.id] for person in (ada, bob) for app in [person.authenticator]), "a secret lies open")
        mangled = bytearray(kept[cleo.id])
        mangled[len(mangled) // 2] ^= 1
        for person, value in ((ada, kept[bob.id]), (bob, kept[ada.id]), (cleo, bytes(mangled))):
            base.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE "{key}" = ?', (value, person.id))
        base.commit()
        base.close()
        daemon.start()
        for person in (ada, bob, cleo):
            for app in (ada.authenticator, bob.authenticator, person.authenticator):
                among(person.finish(challenge(person), app.code()).status, (401, 503), "a code of a secret that was moved or mangled")
        dora.finish(challenge(dora), dora.authenticator.code(), expect=201)   # that sign-in alone fails
        recover(ada)


@test()
def a_host_who_takes_the_factor_off_acts_by_no_ticket_that_was_made_with_it():
    with Daemon(clock="still") as daemon:
        ada = flows.host(daemon)
        room = flows.meeting(daemon, ada, flows.OPEN)
        join = flows.arrive(daemon, room)
        daemon.web.post(f"{room.path}/lock", token=join.ticket, expect=200)
        daemon.clock.advance(60)
        daemon.web.call("DELETE", "/v1/accounts/me/totp", {"password": ada.password, "code": ada.authenticator.code()}, token=ada.token,
                        expect=204)
        equal(daemon.web.post(f"{room.path}/unlock", token=ada.token).code, "second-factor-required", "the session")
        equal(daemon.web.post(f"{room.path}/suspend", token=join.ticket).status, 401, "the ticket")
        said = daemon.web.post("/v1/sessions/introspect", {"token": ada.token}, expect=200).json
        equal((said["active"], said["reach"]), (True, "enrolment"), "what the session is good for")
