"""Sections 3 and 4: credentials, second factor, sessions and the budgets that guard them."""

import base64, contextlib, glob, random, re, secrets, sqlite3, subprocess, time

import flows, harness, odds
from flows import account, fresh_ip, host, invited, member, redeem_setup, source
from harness import *
from load import hashing_seconds

UNIFORM = "invalid-credentials"


def sign_in_as(daemon, username, password, ip=None, expect=None, client=None, **more):
    return (client or daemon.web).post("/v1/sessions", {"username": username, "password": password,
                                                        "source": source(ip, **more)}, expect=expect)


def active(daemon, token):
    return daemon.web.post("/v1/sessions/introspect", {"token": token}, expect=200).json["active"]


# --- accounts and passwords ----------------------------------------------------------------------------

@test()
def an_account_starts_with_a_setup_code_that_works_once():
    with Daemon() as daemon:
        ada = invited(daemon, username="ada", roles=["host"], display_name="Ada Lovelace")
        check(re.fullmatch(r"acct_[a-z0-9]{26,}", ada.id), f"id of an account: {ada.id} (section 2)")
        shown = daemon.admin.get(f"/v1/accounts/{ada.id}", expect=200).json
        shown = shown.get("account", shown)
        for key, value in {"username": "ada", "display_name": "Ada Lovelace", "roles": ["host"], "vouched": True,
                           "disabled": False, "second_factor": None}.items():   # section 10
            equal(shown[key], value, f"account.{key}")
        sign_in_as(daemon, "ada", ada.password, expect=UNIFORM)
        check(len(redeem_setup(ada).json["known_device"]) >= 43, "known_device has 256 bits (section 3.1)")
        again = redeem_setup(ada, expect=UNIFORM, password=flows.good_password())
        unknown = redeem_setup(flows.Person(daemon, "nobody", "x"), expect=UNIFORM, code=ada.setup_code,
                               password=flows.good_password())
        equal(again.comparable(), unknown.comparable(), "a spent code and an unknown name (section 3: uniformly)")
        ada.sign_in()


@test()
def a_setup_code_is_proved_before_the_new_password_is_judged_and_not_spent_by_a_bad_one():
    with Daemon() as daemon:
        ada = invited(daemon)
        wrong = redeem_setup(ada, code="0" * len(ada.setup_code), password="short", expect=UNIFORM)
        check("password" not in wrong.json["code"], "a stranger without the code was told about the password")
        for password, code in (("fourteen chars", "password-too-short"), ("x" * 257, "password-too-long"),
                               ("é" * 600, "password-too-long"), ("password1234567", "password-blocked")):
            answer = redeem_setup(ada, password=password, expect=None)
            among(answer.status, (422,), f"{password[:20]!r} as a new password")
            if code != "password-blocked":   # which words are listed is the operator's
                equal(answer.code, code, f"{password[:20]!r} as a new password (section 3.1)")
        blocked = redeem_setup(ada, password=ada.username + ada.username + ada.username, expect=None)
        among(blocked.status, (200, 422), "a variant of the username")
        if blocked.status == 422:
            redeem_setup(ada)


@test()
def the_length_of_a_password_is_counted_in_code_points_and_its_form_is_OpaqueString():
    with Daemon() as daemon:
        ada = account(daemon, password="\u00e9" * 7 + " lädt ein")            # 16 code points, composed
        decomposed = "e\u0301" * 7 + " la\u0308dt ein"
        sign_in_as(daemon, ada.username, decomposed, expect=201)
        sign_in_as(daemon, ada.username, ada.password.replace(" ", "\u2003"), expect=201)   # RFC 8265: spaces are mapped
        sign_in_as(daemon, ada.username, ada.password.upper(), expect=UNIFORM)              # and case is not
        sign_in_as(daemon, ada.username, ada.password + " ", expect=UNIFORM)
        fourteen = invited(daemon)
        redeem_setup(fourteen, password="\U0001f511" * 14, expect="password-too-short")   # 56 bytes, 14 code points
        redeem_setup(fourteen, password="🗝🔑🔐🔒🔓🗝🔑🔐🔒🔓🗝🔑🔐🔒🔓")
        long = account(daemon, password="".join(chr(0x4E00 + index) for index in range(256)))   # 768 bytes
        sign_in_as(daemon, long.username, long.password, expect=201)
        sign_in_as(daemon, long.username, long.password[:-1], expect=UNIFORM)   # never truncated


@test()
def usernames_are_case_mapped_and_never_twice():
    with Daemon() as daemon:
        ada = account(daemon, username="Ada.Lovelace")
        equal(daemon.admin.get(f"/v1/accounts/{ada.id}").json.get("username", "ada.lovelace"), "ada.lovelace", "username")
        for name in ("ada.lovelace", "ADA.LOVELACE", "\uff21da.lovelace"):   # fullwidth A: RFC 8265, width mapping
            daemon.admin.post("/v1/accounts", {"username": name}, expect="username-taken")
        sign_in_as(daemon, "ADA.lovelace", ada.password, expect=201)
        for name in ("", " ", "a b", "a\u200bb", "a\u202eb", "a\u0007b", "x" * 65, "a\ue000b", "a\u0378b", "a\nb"):
            among(daemon.admin.post("/v1/accounts", {"username": name}).code, ("username-not-allowed", "invalid-field"),
                  f"the username {name!r} (section 3.1)")
        for name, word in {"a b": "a space", "a\u202eb": "cannot be seen", "a\u0378b": "not assigned", "a\U0001f600": "a symbol",
                           "a\u05d0": "read from the left", "x" * 65: "longer than 64"}.items():
            answer = daemon.admin.post("/v1/accounts", {"username": name}, expect="username-not-allowed")
            check(word in answer.json["detail"], f"why {name!r} is refused: {answer.json}")
            result = daemon.admin.post("/v1/accounts/import", {"accounts": [{"username": name}]}, expect=200).json["results"][0]
            equal((result["code"], result["detail"]), ("username-not-allowed", answer.json["detail"]), f"{name!r}, imported")
        daemon.admin.post("/v1/accounts", {"username": "x" * 64}, expect=201)
        for name in ("a\u0007b", "a\u202eb", "a\u200bb", "\ue000", "x" * 65):
            among(daemon.admin.post("/v1/accounts", {"username": "fine" + secrets.token_hex(3), "display_name": name}).code,
                  ("name-not-allowed", "invalid-field"), f"the display name {name!r}")


@test()
def a_reset_by_id_says_the_command_with_the_name_in_it():
    with Daemon() as daemon:
        person = account(daemon, username="ada.l")
        for named in ("ada.l", person.id):
            done = daemon.ctl("account", "reset", named)
            equal(done.returncode, 0, f"account reset {named}: {done.stderr.decode()}")
            check(done.stderr.decode().rstrip().endswith(" account set-password ada.l"), f"{named}: {done.stderr.decode()}")


@test()
def only_who_can_do_nothing_else_is_told_at_login_to_bind_a_second_factor():
    for required in (True, False):
        with Daemon(config={"policy": {"host_second_factor": required}}) as daemon:
            for roles in ([], ["host"]):
                person = account(daemon, roles=roles)
                done = subprocess.run([harness.CTL, "--socket", daemon.admin_path, "login", "--credentials-stdin"], capture_output=True,
                                      input=f"{person.username}\n{person.password}\n".encode(), timeout=2 * PATIENCE,
                                      env={"PATH": "/usr/bin:/bin", "HOME": daemon.inside("home")})
                equal(done.returncode, 0, f"login: {done.stderr.decode()}")
                equal(b"second factor" in done.stderr, required and bool(roles), f"{roles}, required {required}: {done.stderr.decode()}")


@test()
def whoever_shows_nothing_again_is_told_what_there_is_to_show():
    with Daemon() as daemon:
        person = account(daemon)
        person.token = sign_in_as(daemon, person.username, person.password, expect=201).json["token"]
        said = daemon.web.post("/v1/sessions/reauthenticate", {}, token=person.token, expect="invalid-field").json
        equal(said["pointer"], "/password", f"{said}")
        check("is missing" in said["detail"] and "`code`" in said["detail"], f"{said}")


@test(answers="59")
def line_59_Authelia_and_Django_unknown_disabled_password_less_and_wrong_are_answered_alike():
    with Daemon() as daemon:
        ada, gone, empty = account(daemon), account(daemon), invited(daemon)
        second = host(daemon)
        daemon.admin.patch(f"/v1/accounts/{gone.id}", {"disabled": True}, expect=200)
        cases = {"wrong password": (ada.username, flows.good_password()), "unknown": ("nobody-here", ada.password),
                 "disabled, right password": (gone.username, gone.password), "disabled, wrong": (gone.username, "w" * 20),
                 "without a password": (empty.username, empty.password), "second factor, wrong": (second.username, "w" * 20),
                 "a name that cannot be": ("no\u200bbody", "w" * 20), "a name of 5,000": ("x" * 5000, "w" * 20),
                 "a password of 300": (ada.username, "w" * 300), "an empty password": (ada.username, ""),
                 "the setup code": (empty.username, empty.setup_code)}
        answers = {what: sign_in_as(daemon, *pair) for what, pair in cases.items()}
        expected = answers["wrong password"]
        equal((expected.status, expected.code), (401, UNIFORM), "a wrong password")
        for what, answer in answers.items():
            if what.startswith("a name") or what in ("a password of 300", "an empty password"):
                # What no account can have may be refused by its form (422), if for known and unknown alike.
                among(answer.status, (401, 422), what)
                continue
            equal(answer.comparable(), expected.comparable(), f"{what}, against a wrong password (section 2)")
        for password in ("w" * 300, ""):
            equal(sign_in_as(daemon, "nobody-here", password).comparable(),
                  sign_in_as(daemon, ada.username, password).comparable(), f"{len(password)} characters, known or not")
        daemon.admin.patch(f"/v1/accounts/{gone.id}", {"disabled": False}, expect=200)
        gone.sign_in()


@test(exclusive=True, answers="59")
def line_59_timing_unknown_disabled_password_less_and_wrong_cost_the_same():
    rounds = 60
    with Daemon(config={"limits": {"source_failures": 1000, "account_failures": 100}}) as daemon:
        ada, gone, empty = account(daemon), account(daemon), invited(daemon)
        daemon.admin.patch(f"/v1/accounts/{gone.id}", {"disabled": True}, expect=200)
        cases = {"wrong": lambda n: ada.username, "unknown": lambda n: f"nobody-{n}", "disabled": lambda n: gone.username,
                 "password-less": lambda n: empty.username}
        times, hashed, order = {what: [] for what in cases}, dict.fromkeys(cases, 0), list(cases)
        for round in range(rounds):
            random.shuffle(order)   # none always comes first
            for what in order:
                before, began = hashing_seconds(daemon), time.perf_counter()
                answer = sign_in_as(daemon, cases[what](round), "wrong horse battery staple")
                times[what].append(time.perf_counter() - began)
                equal(answer.status, 401, what)
                if before is not None:
                    hashed[what] += hashing_seconds(daemon) - before
        lines, complaints = odds.told_apart(times)
        print("\n".join(lines))
        check(not complaints, "told apart by time: " + "; ".join(complaints))
        # Asked of the kernel, too: what was computed, however long it had to wait for a processor.
        for what, value in hashed.items():
            check(not hashed["wrong"] or 0.5 < value / hashed["wrong"] < 2, f"{rounds} hashes for {what} took {value:.2f} s of a "
                  f"processor, for wrong {hashed['wrong']:.2f} s")


@test()
def a_password_reset_is_started_by_the_operator_and_ended_by_the_owner():
    with Daemon() as daemon:
        ada = member(daemon)
        given = daemon.admin.post(f"/v1/accounts/{ada.id}/password-reset", expect=201).json
        check({"reset_code", "expires_at"} <= set(given), f"the reset: {set(given)}")
        old, token = ada.password, ada.token
        ada.password = flows.good_password()
        redeem_setup(ada, code=given["reset_code"])
        check(not active(daemon, token), "a session outlived a new password (section 3.1)")
        sign_in_as(daemon, ada.username, old, expect=UNIFORM)
        ada.sign_in()
        first = daemon.admin.post(f"/v1/accounts/{ada.id}/password-reset", expect=201).json["reset_code"]
        daemon.admin.post(f"/v1/accounts/{ada.id}/password-reset", expect=201)
        redeem_setup(ada, code=first, password=flows.good_password(), expect=UNIFORM)   # a newer code replaces it
        daemon.admin.post("/v1/accounts/acct_" + "0" * 26 + "/password-reset", expect="not-found")


@test()
def a_setup_code_expires():
    with Daemon(clock="still") as daemon:
        ada = invited(daemon)
        daemon.clock.advance(60 * 86400)   # however long it lives: two months are too long
        redeem_setup(ada, expect=UNIFORM)


@test(answers="58")
def line_58_recovery_code_TOCTOU_of_50_parallel_redemptions_of_a_setup_code_one_succeeds():
    with Daemon(config={"limits": {"source_failures": 100, "account_failures": 100}}) as daemon:
        for _ in range(4):
            ada = invited(daemon)
            chosen = [flows.good_password() for _ in range(50)]
            answers = parallel(50, lambda index: redeem_setup(ada, expect=None, password=chosen[index]))
            good = [index for index, answer in enumerate(answers) if answer.status == 200]
            equal(len(good), 1, f"redemptions that succeeded, of {sorted(answer.status for answer in answers)}")
            sign_in_as(daemon, ada.username, chosen[good[0]], expect=201)


@test()
def guesses_of_a_setup_code_have_a_budget_of_their_own():
    with Daemon() as daemon:
        ada = invited(daemon)
        statuses = [redeem_setup(ada, code="0" * len(ada.setup_code), expect=None, password=flows.good_password()).status
                    for _ in range(150)]
        check(set(statuses) <= {401, 429}, f"guesses of a setup code: {set(statuses)}")
        check(429 in statuses, "150 guesses of a setup code were all evaluated (section 3.1)")


@test()
def the_list_of_accounts_is_found_by_name_and_paged():
    with Daemon() as daemon:
        people = [invited(daemon, username=f"user{index:02}") for index in range(7)]
        listed = daemon.admin.pages("/v1/accounts", 3)
        equal({item["id"] for item in listed}, {person.id for person in people}, "accounts by pages of three")
        equal(len(listed), 7, "an account comes once")
        found = daemon.admin.get("/v1/accounts?username=USER03", expect=200).json["items"]
        equal([item["id"] for item in found], [people[3].id], "by name")
        equal(daemon.admin.get("/v1/accounts?username=nobody", expect=200).json["items"], [], "an unknown name")
        daemon.admin.get("/v1/accounts/acct_" + "0" * 26, expect="not-found")
        daemon.admin.get("/v1/accounts/nonsense", expect=(404, 422))
        for item in listed:
            check(not set(item) & {"password", "password_hash", "hash", "totp", "secret", "setup_code"}, f"{set(item)}")


@test()
def a_change_honours_If_Match():
    with Daemon() as daemon:
        ada = member(daemon)
        path = f"/v1/accounts/{ada.id}"
        tag = daemon.admin.get(path, expect=200).header("ETag")
        check(tag, "an account has no ETag (section 2)")
        changed = daemon.admin.patch(path, {"display_name": "Ada"}, headers={"If-Match": tag}, expect=200)
        daemon.admin.patch(path, {"display_name": "Eve"}, headers={"If-Match": tag}, expect="stale")
        body = changed.json.get("account", changed.json)
        equal(body["display_name"], "Ada", "display name after the change")
        new = daemon.admin.get(path).header("ETag")
        check(new != tag, "the ETag did not change")
        daemon.admin.patch(path, {"display_name": "Ada L"}, headers={"If-Match": "*"}, expect=200)
        daemon.web.patch("/v1/accounts/me", {"display_name": "Countess"}, token=ada.token, expect=200)
        got = daemon.web.get("/v1/accounts/me", token=ada.token, expect=200).json
        equal(got.get("account", got)["display_name"], "Countess", "one's own display name")
        races = parallel(10, lambda index: daemon.admin.patch(path, {"display_name": f"N{index}"}, headers={
            "If-Match": daemon_tag}).status) if (daemon_tag := daemon.admin.get(path).header("ETag")) else []
        equal(sorted(races), [200] + [412] * 9, "ten changes that all read the same state")
        # RFC 9110, section 13.1.1: a list, of which any may be the current one.
        now = daemon.admin.get(path).header("ETag")
        daemon.admin.patch(path, {"display_name": "Ada"}, headers={"If-Match": f'"other" , {now}, "v0"'}, expect=200)
        daemon.admin.patch(path, {"display_name": "Eve"}, headers={"If-Match": f'"other",{now}'}, expect="stale")
        for client, target, token in ((daemon.admin, path, None), (daemon.web, "/v1/accounts/me", ada.token)):
            client.delete(target, token=token, headers={"If-Match": now}, expect="stale")
        new_password = flows.good_password()
        daemon.web.put("/v1/accounts/me/password", {"current_password": ada.password, "new_password": new_password},
                       token=ada.token, headers={"If-Match": now}, expect="stale")
        ada.start(expect=201)
        daemon.admin.delete(path, headers={"If-Match": daemon.admin.get(path).header("ETag")}, expect=204)


@test()
def an_idempotency_key_makes_one_account_and_shows_its_secret_once():
    with Daemon() as daemon:
        key = {"Idempotency-Key": "k-" + secrets.token_hex(8)}
        first = daemon.admin.post("/v1/accounts", {"username": "ada"}, headers=key, expect=201).json
        again = daemon.admin.post("/v1/accounts", {"username": "ada"}, headers=key, expect=(200, 201)).json
        equal(again["account"]["id"], first["account"]["id"], "the same account")
        equal(again.get("replayed"), True, "replayed (section 2)")
        check("setup_code" not in again, "the setup code was shown twice")
        check(first["setup_code"].encode() not in json.dumps(again).encode(), "the setup code was shown twice")
        daemon.admin.post("/v1/accounts", {"username": "bob"}, headers=key, expect="idempotency-conflict")
        daemon.restart()
        daemon.admin.post("/v1/accounts", {"username": "bob"}, headers=key, expect="idempotency-conflict")
        daemon.web.post("/v1/accounts", {"username": "bob"}, headers=key, expect=201)   # another front end's scope
        for bad in ("", "x" * 65, "a b", "\u00e9"):
            among(daemon.admin.post("/v1/accounts", {"username": "carol"}, headers={"Idempotency-Key": bad}).status,
                  (400, 422), f"the key {bad!r}")
        many = parallel(20, lambda _: daemon.admin.post("/v1/accounts", {"username": "dora"}, headers={
            "Idempotency-Key": "together"}, expect=(200, 201)).json)
        equal(len({answer["account"]["id"] for answer in many}), 1, "accounts of 20 parallel repetitions")
        equal(sum("setup_code" in answer for answer in many), 1, "who was shown the code")


@test()
def an_idempotency_key_is_kept_for_a_day():
    with Daemon(clock=True) as daemon:
        make = lambda **more: daemon.admin.post("/v1/accounts", {"username": "ada"}, headers={"Idempotency-Key": "k"}, **more)   # noqa: E731
        first = make(expect=201).json
        daemon.clock.advance(86_400 - 60)
        equal(make(expect=201).json["account"]["id"], first["account"]["id"], "a minute before the day is over")
        daemon.clock.advance(120)
        make(expect="username-taken")


@test()
def a_source_has_a_budget_of_registrations_whatever_comes_of_them_and_a_school_and_an_operator_have_none():
    school = "203.0.113.50"
    with Daemon(clock=True, config={"limits": {"shared_sources": [school]}}) as daemon:
        def register(ip, name=None, password=None):
            return daemon.web.post("/v1/accounts", {"username": name or "p-" + secrets.token_hex(6), "source": source(ip),
                                                    "password": password or flows.good_password()})
        invited(daemon, username="taken")
        waits = {}
        for what, more in {"new": {}, "taken": {"name": "TAKEN"}, "weak": {"password": "passwordpassword"}}.items():
            ip = fresh_ip()
            answers = [register(ip, **more) for _ in range(40)]
            good = [answer for answer in answers if answer.status != 429]
            among(len(good), range(1, 31), f"of 40 registrations ({what}) from one source so many were looked at (section 3)")
            check(all(answer.status == 429 for answer in answers[len(good):]), f"{what}: 429 and then something else")
            waits[ip] = int(answers[-1].header("Retry-After"))
            equal(register(fresh_ip()).status, 201, "another source")
        check(any(item["kind"] == "registration" for item in daemon.admin.get("/v1/lockouts", expect=200).json["items"]), "it is in no list")
        equal({register(school).status for _ in range(40)}, {201}, "a school's")
        for number in range(40):
            daemon.admin.post("/v1/accounts", {"username": f"op{number}"}, expect=201)
        daemon.clock.advance(max(waits.values()))
        for ip in waits:
            equal(register(ip).status, 201, "after the wait that Retry-After gave")


# --- second factor -------------------------------------------------------------------------------------

@test(answers="60")
def line_60_Authelia_the_token_changes_at_each_factor_and_the_old_ones_are_dead():
    with Daemon() as daemon:
        ada = account(daemon, roles=["host"])
        half = ada.sign_in()
        session = daemon.web.post("/v1/sessions/introspect", {"token": half}, expect=200).json["session"]
        equal(session["factors"], 1, "factors after the password (section 10)")
        equal(session["account"]["id"], ada.id, "whose session")
        ada.enrol()
        full = ada.token
        check(half != full, "the token did not change at the second factor")
        check(not active(daemon, half) and active(daemon, full), "the old token lives or the new one does not")
        equal(ada.session["factors"], 2, "factors after the confirmation")
        equal(len(ada.recovery_codes), 10, "recovery codes")
        equal(len(set(ada.recovery_codes)), 10, "different recovery codes")
        check(all(re.fullmatch(r"[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{16}", code.replace("-", ""))
                  for code in ada.recovery_codes), f"recovery codes are 16 of Crockford base32: {ada.recovery_codes[0]}")
        challenge = ada.start(expect=200).json
        check({"challenge", "methods", "expires_at"} <= set(challenge), f"the challenge: {set(challenge)} (section 4)")
        check("totp" in challenge["methods"], f"methods: {challenge['methods']}")
        done = ada.finish(challenge["challenge"], ada.authenticator.code(), expect=201).json
        equal(len({challenge["challenge"], done["token"], half, full}), 4, "four handles, four values")
        check(len(done["token"]) >= 43, "a token has 256 bits (section 3.1)")
        check(not active(daemon, challenge["challenge"]), "a challenge is a session")
        ada.finish(challenge["challenge"], ada.authenticator.code(), expect=(401,))   # the challenge is spent
        daemon.web.delete("/v1/sessions/current", token=done["token"], expect=204)
        check(not active(daemon, done["token"]), "a session outlived its sign-out")
        daemon.web.delete("/v1/sessions/current", token=done["token"], expect="invalid-token")
        check(active(daemon, full), "signing out ended another session")


@test(answers="70")
def line_70_owncloud_enabling_a_factor_ends_the_other_sessions():
    with Daemon() as daemon:
        ada = account(daemon)
        others = [ada.sign_in() for _ in range(3)]
        ada.sign_in()
        ada.enrol()
        for token in others:
            check(not active(daemon, token), "a session with one factor outlived the enrolment (section 3.1)")
        check(active(daemon, ada.token), "the confirming session did not go on")


@test()
def enrolling_asks_the_password_and_stays_pending_until_a_code_confirms_it():
    with Daemon() as daemon:
        ada = member(daemon)
        daemon.web.post("/v1/accounts/me/totp", {"password": "wrong " * 4}, token=ada.token, expect=UNIFORM)
        offered = daemon.web.post("/v1/accounts/me/totp", {"password": ada.password}, token=ada.token, expect=201).json
        check(len(base64.b32decode(offered["secret"] + "=" * (-len(offered["secret"]) % 8))) == 20, "160 bits (3.1)")
        check(offered["otpauth_uri"].startswith("otpauth://totp/"), offered["otpauth_uri"])
        ada.sign_in()   # not confirmed: the password alone still signs in, with no challenge
        app = Authenticator(daemon, offered["secret"])
        daemon.web.post("/v1/accounts/me/totp/confirm", {"code": app.wrong()}, token=ada.token, expect=(401, 409))
        fresh = daemon.web.post("/v1/accounts/me/totp", {"password": ada.password}, token=ada.token, expect=201).json
        check(fresh["secret"] != offered["secret"], "a second enrolment gives the same secret")
        daemon.web.post("/v1/accounts/me/totp/confirm", {"code": app.code()}, token=ada.token, expect=401)
        ada.authenticator = Authenticator(daemon, fresh["secret"])
        done = daemon.web.post("/v1/accounts/me/totp/confirm", {"code": ada.authenticator.code()}, token=ada.token,
                               expect=200).json
        # Another one may take its place, by who has just shown it; until it is confirmed the first goes on alone.
        daemon.web.post("/v1/accounts/me/totp", {"password": ada.password}, token=done["token"], expect=201)
        equal(ada.start(expect=200).json.get("token"), None, "password alone after the confirmation")


@test(answers="53")
def line_53_Nextcloud_bypass_of_2FA_a_half_authenticated_token_can_do_nothing_but_enrol():
    with Daemon() as daemon:
        full = host(daemon)
        room = flows.meeting(daemon, full)
        guest = flows.knock(daemon, room)
        half = account(daemon, roles=["host"])
        half.sign_in()
        challenge = full.start(expect=200).json["challenge"]
        operations = [("GET", "/v1/accounts/me", None), ("PATCH", "/v1/accounts/me", {"display_name": "x"}),
                      ("GET", f"/v1/accounts/{half.id}", None), ("PATCH", f"/v1/accounts/{full.id}", {"display_name": "x"}),
                      ("POST", "/v1/meetings", {}), ("GET", "/v1/meetings", None), ("GET", room.path, None),
                      ("POST", room.path + "/lock", None), ("POST", room.path + "/unlock", None),
                      ("POST", room.path + "/end", None), ("GET", room.path + "/joins", None),
                      ("POST", f"{room.path}/joins/{guest.id}/admit", None),
                      ("POST", f"{room.path}/joins/{guest.id}/deny", None),
                      ("GET", "/v1/joins/self", None), ("POST", "/v1/joins/self/withdraw", None),
                      ("POST", "/v1/joins/self/leave", None)]
        for method, target, body in operations:
            answer = daemon.web.call(method, target, body, token=half.token)
            if "joins/self" in target or "/accounts/acct_" in target:   # no ticket; the operator's by another id
                among(answer.status, (401, 403), f"{method} {target} with a half-authenticated session")
            else:
                equal((answer.status, answer.code), (403, "second-factor-required"),
                      f"{method} {target} with a half-authenticated session (section 3.1)")
            equal(daemon.web.call(method, target, body, token=challenge).status, 401, f"{method} {target}, a challenge")
        for token in (half.token, challenge):   # nor does it open a door as somebody known
            answer = flows.ask(daemon, room, token=token)
            among(answer.status, (401, 403), f"a join with a half-authenticated token: {answer}")
        equal(flows.meeting_in(room.show())["locked"], False, "the meeting after all that")
        among(guest.look().json and guest.state, ("waiting",), "the guest after all that")
        half.enrol()   # the one thing it can do
        daemon.web.get("/v1/meetings", token=half.token, expect=200)


@test(answers=["47", "48"])
def line_47_devise_two_factor_and_line_48_Rodauth_each_time_step_is_taken_once_ever():
    with Daemon(clock="still") as daemon:
        ada = account(daemon)
        ada.sign_in()
        ada.enrol()
        app = ada.authenticator
        enrolment = app.at(app.last)
        challenge = ada.start(expect=200).json["challenge"]
        ada.finish(challenge, enrolment, expect=UNIFORM)   # the confirming code counts as used
        daemon.clock.advance(90)
        step = app.step()
        code = app.at(step)
        challenges = [ada.start(expect=200).json["challenge"] for _ in range(30)]
        answers = parallel(30, lambda index: ada.finish(challenges[index], code))
        good = [answer for answer in answers if answer.status == 201]
        equal(len(good), 1, f"one code 30 times at once: {sorted(answer.status for answer in answers)}")
        check(all(answer.status in (201, 401, 429) for answer in answers), "another answer than yes, no or later")
        token = good[0].json["token"]
        for wait in (0, 29, 2, 28):   # +0, +29, +31, +59 s
            daemon.clock.advance(wait)
            answer = ada.start(ip=fresh_ip())
            if answer.status == 200:
                check(ada.finish(answer.json["challenge"], code).status in (401, 429), f"replayed after another {wait} s")
        daemon.restart()
        answer = ada.start(ip=fresh_ip())
        if answer.status == 200:
            check(ada.finish(answer.json["challenge"], code).status in (401, 429), "replayed after a restart")
        check(active(daemon, token), "the one session that was given")


@test()
def an_earlier_step_is_dead_once_a_later_one_was_used():
    with Daemon(clock="still") as daemon:
        ada = member(daemon)
        ada.enrol()
        daemon.clock.advance(120)
        now = int(daemon.now()) // 30
        ada.finish(ada.start(expect=200).json["challenge"], ada.authenticator.at(now + 1), expect=201)
        answer = ada.finish(ada.start(expect=200).json["challenge"], ada.authenticator.at(now - 3))
        equal(answer.status, 401, "a step outside the window")
        ada.finish(ada.start(expect=200).json["challenge"], ada.authenticator.at(now + 9), expect=401)


@test()
def a_code_is_taken_across_a_kill_once():
    with Daemon() as daemon:
        ada = member(daemon)
        ada.enrol()
        step = ada.authenticator.step()
        ada.finish(ada.start(expect=200).json["challenge"], ada.authenticator.at(step), expect=201)
        daemon.kill()
        daemon.start()
        ada.finish(ada.start(expect=200).json["challenge"], ada.authenticator.at(step), expect=401)


@test(answers=["46", "49", "52"], seconds=300)
def line_46_AuthQuake_and_line_49_listmonk_20_wrong_codes_disable_whatever_is_done_between():
    with Daemon(clock="still", config={"limits": {"source_failures": 100, "account_failures": 100}}) as daemon:
        ada = member(daemon)
        ada.enrol()
        evaluated = rounds = 0
        while evaluated < 20 and rounds < 400:   # every try with a new password login, another source, later
            rounds += 1
            daemon.clock.advance(20)
            begun = ada.start()
            if begun.status == 429:
                daemon.clock.advance(int(begun.header("Retry-After")))
                continue
            equal(begun.status, 200, "the password step while codes are guessed")
            answer = ada.finish(begun.json["challenge"], ada.authenticator.wrong())
            among(answer.status, (401, 429), "a wrong code")
            evaluated += answer.status == 401
            if rounds == 10:
                daemon.restart()   # no restart resets the count
        equal(evaluated, 20, "wrong codes evaluated")
        daemon.clock.advance(120)
        begun = ada.start()
        if begun.status == 200:
            check("token" not in begun.json, "a disabled authenticator let the password alone in (section 3.1)")
            equal(ada.finish(begun.json["challenge"], ada.authenticator.code()).status, 401, "the right code, too late")
        else:
            equal(begun.status, 401, "the password step with a disabled authenticator")


@test(answers=["46"], seconds=240)
def line_46_AuthQuake_200_sessions_in_parallel_have_at_most_20_codes_evaluated():
    with Daemon(clock="still", config={"limits": {"source_failures": 100, "account_failures": 100}}) as daemon:
        ada = member(daemon)
        ada.enrol()
        challenges = [answer.json["challenge"] for answer in parallel(60, lambda _: ada.start()) if answer.status == 200]
        check(len(challenges) > 20, f"only {len(challenges)} sign-ins begun in parallel")
        wrong, said_no = ada.authenticator.wrong(), 0
        for _ in range(4):
            statuses = [answer.status for answer in parallel(len(challenges), lambda index: ada.finish(challenges[index], wrong))]
            check(set(statuses) <= {401, 429}, f"answers to wrong codes: {set(statuses)}")
            said_no += statuses.count(401)
        daemon.clock.advance(600)
        begun = ada.start()
        right = ada.finish(begun.json["challenge"], ada.authenticator.code()).status if begun.status == 200 else begun.status
        # 240 guesses: either the authenticator is disabled by now, or fewer than 20 of them were evaluated at all.
        check(right in (401, 429) or said_no < 20, f"the right code is answered {right} after {said_no} wrong ones were judged")


# --- sessions ------------------------------------------------------------------------------------------

@test()
def a_session_ends_when_idle_and_after_a_day_however_busy():
    with Daemon(clock="still") as daemon:
        ada = member(daemon)
        idle, busy = ada.token, ada.sign_in()
        for _ in range(3):
            daemon.clock.advance(50 * 60)
            daemon.web.get("/v1/accounts/me", token=busy, expect=200)
        check(not active(daemon, idle), "a session idle for 150 minutes lives (section 3.1: one hour)")
        for _ in range(27):
            daemon.clock.advance(50 * 60)
            daemon.web.get("/v1/accounts/me", token=busy)
        check(not active(daemon, busy), "a session outlived 24 hours (section 3.1)")
        daemon.web.get("/v1/accounts/me", token=busy, expect="invalid-token")


@test()
def introspection_tells_nothing_of_what_is_no_session():
    with Daemon() as daemon:
        ada = member(daemon)
        full = daemon.web.post("/v1/sessions/introspect", {"token": ada.token}, expect=200).json
        for key in ("id", "account", "factors", "methods", "created_at", "authenticated_at", "expires_at", "idle_expires_at"):
            check(key in full["session"], f"session.{key} is missing (section 10)")
        check(ada.token not in json.dumps(full), "introspection repeats the token")
        for token in ("", "x", ada.token[:-1], ada.token + "x", ada.token.upper(), ada.token[:-1] + "\u0000", "a" * 5000,
                      ada.known_device, ada.id, full["session"]["id"]):
            answer = daemon.web.post("/v1/sessions/introspect", {"token": token})
            if answer.status == 200:
                equal(answer.json, {"active": False}, f"introspection of {token[:12]!r}")
            else:
                among(answer.status, (400, 422), f"introspection of {token[:12]!r}")
        daemon.admin.patch(f"/v1/accounts/{ada.id}", {"disabled": True}, expect=200)
        check(not active(daemon, ada.token), "the session of a disabled account is active")
        daemon.web.get("/v1/accounts/me", token=ada.token, expect="invalid-token")


# --- budgets -------------------------------------------------------------------------------------------

@test()
def of_60_parallel_wrong_guesses_on_a_budget_of_10_at_most_10_are_evaluated():
    with Daemon(config={"limits": {"source_failures": 10, "account_failures": 10}}) as daemon:
        ada = account(daemon)
        for what, name, ip in (("known", ada.username, lambda: "203.0.113.9"), ("unknown", "nobody", lambda: "203.0.113.10"),
                               ("from 60 sources", account(daemon).username, fresh_ip)):
            answers = parallel(60, lambda _: sign_in_as(daemon, name, "wrong horse battery", ip=ip()))
            statuses = [answer.status for answer in answers]
            check(statuses.count(401) <= 10, f"{what}: {statuses.count(401)} evaluated (section 3.1)")
            check(statuses.count(401) >= 1, f"{what}: none was evaluated")
            equal(set(statuses), {401, 429}, f"{what}: answers to 60 wrong guesses")


@test()
def of_30_parallel_right_sign_ins_none_is_429():
    with Daemon(config={"limits": {"source_failures": 10, "account_failures": 10}}) as daemon:
        ada = account(daemon)
        for ip in (lambda: "203.0.113.9", fresh_ip):
            statuses = sorted(answer.status for answer in parallel(30, lambda _: ada.start(ip=ip())))
            check(set(statuses) <= {201, 503}, f"30 right sign-ins at once: {statuses} (section 3.1)")
            check(statuses.count(201) >= 25, f"with a queue of 256 and 30 s: {statuses}")
        ada.start(ip="203.0.113.9", expect=201)


@test(answers="41")
def line_41_Talk_right_sign_ins_never_count_against_anybody():
    with Daemon(config={"limits": {"source_failures": 10, "account_failures": 10}}) as daemon:
        ada, bob = account(daemon), account(daemon)
        for _ in range(40):
            ada.start(ip="203.0.113.7", expect=201)
        for _ in range(3):
            sign_in_as(daemon, bob.username, "wrong horse battery", ip="203.0.113.7")
        ada.start(ip="203.0.113.7", expect=201)   # one person's mistakes do not lock the house


@test()
def Retry_After_is_honest():
    with Daemon(clock="still", config={"limits": {"source_failures": 100, "account_failures": 100}}) as daemon:
        ada = account(daemon)
        refused = None
        for _ in range(12):
            answer = sign_in_as(daemon, ada.username, "wrong horse battery", ip="203.0.113.9")
            if answer.status == 429:
                refused = answer
                break
        check(refused, "12 failures of one account from one source in a row and no delay (section 3.1)")
        wait = int(refused.header("Retry-After"))
        check(1 <= wait <= 15, f"the delay of account with source is {wait} s where 1 to 15 are promised")
        if wait >= 4:
            daemon.clock.advance(wait - 3)
            equal(ada.start(ip="203.0.113.9").status, 429, "three seconds early")
            daemon.clock.advance(3)
        else:
            daemon.clock.advance(wait)
        # The attempt made while barred did not prolong it; after the wait the right password is right.
        equal(ada.start(ip="203.0.113.9").status, 201, f"after the {wait} s that Retry-After named")


@test(answers="39")
def line_39_Nextcloud_a_budget_answers_alike_for_all_names_survives_a_restart_and_cannot_be_talked_away():
    with Daemon(config={"limits": {"source_failures": 100, "account_failures": 5}}) as daemon:
        ada = account(daemon)
        def exhaust(name):
            for _ in range(60):
                answer = sign_in_as(daemon, name, "wrong horse battery")   # every time from another source
                if answer.status == 429:
                    return answer
            raise Failure(f"{name}: 60 failures from 60 sources on a budget of 5 (section 3.1)")
        known, unknown = exhaust(ada.username), exhaust("nobody-here")
        def without_time(answer):
            status, headers, _ = answer.comparable()
            return status, [name for name, _ in headers], answer.code
        equal(without_time(known), without_time(unknown), "429 for a name that exists and one that does not")
        equal(ada.start().status, 429, "a stranger's right password on an exhausted budget")
        daemon.restart()
        equal(ada.start().status, 429, "the same after a restart")
        equal(ada.start(known_device="A" * 43).status, 429, "with a made-up known device")
        equal(ada.start(known_device=ada.known_device).status, 201, "with the account's own known device")


@test()
def a_known_device_lifts_its_own_account_s_budget_and_is_never_a_factor():
    with Daemon(config={"limits": {"source_failures": 100, "account_failures": 5}}) as daemon:
        ada, bob = account(daemon), account(daemon)
        ada.sign_in()
        bob.sign_in()
        check(ada.known_device, "a complete session brings no known_device (section 4)")
        for _ in range(12):
            sign_in_as(daemon, ada.username, "wrong horse battery")
        equal(ada.start().status, 429, "a stranger")
        equal(ada.start(known_device=bob.known_device).status, 429, "somebody else's device")
        again = ada.start(known_device=ada.known_device, expect=201).json
        check(again["known_device"] != ada.known_device, "the known device is not renewed (section 3.1)")
        sign_in_as(daemon, ada.username, "wrong horse battery", known_device=again["known_device"], expect=401)


@test(root=True, answers="39")
def line_39_a_source_that_an_unbelieved_front_end_names_is_ignored():
    entries = [dict(name="web", uid=0, permissions=ALL_PERMISSIONS, audiences=["media"], source=True),
               dict(name="other", uid=OTHER_UID, permissions=["sessions"], audiences=["elsewhere"])]
    with Daemon(frontends=entries, config={"limits": {"source_failures": 10, "account_failures": 100}}) as daemon:
        ada = account(daemon)
        statuses = [sign_in_as(daemon, ada.username, "wrong horse battery", client=daemon.other).status for _ in range(40)]
        check(statuses.count(401) <= 10, f"40 claimed sources had {statuses.count(401)} guesses evaluated (section 2)")
        # The bucket is (front end, username): another name there, and this name elsewhere, are untouched.
        bob = account(daemon)
        equal(bob.start(client=daemon.other).status, 201, "another account through the same front end")
        equal(ada.start().status, 201, "the same account through another front end")


@test(exclusive=True, answers="65")
def line_65_Django_a_password_that_is_too_long_is_never_hashed():
    with Daemon() as daemon:
        ada = account(daemon)
        single(daemon.frontend_path, b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
               b"Content-Length: 10000000\r\n\r\n" + b"x" * 100_000, "10 MB")
        watch, hashed = Stopwatch(), hashing_seconds(daemon)
        for _ in range(10):
            answer = sign_in_as(daemon, ada.username, "w" * 60_000)
            among(answer.status, (401, 413, 422, 429), "60,000 characters")
        check(watch.seconds < 2, f"ten overlong passwords took {watch}")
        if hashed is not None:
            check(hashing_seconds(daemon) - hashed < 0.02, "something was hashed")
        answer = daemon.web.post("/v1/password-resets", {"username": ada.username, "reset_code": "x" * 26,
                                                         "new_password": "w" * 60_000})
        among(answer.status, (401, 422, 429), "an overlong new password")


@test()
def when_the_hashing_queue_is_full_the_surplus_gets_503_and_loses_nothing():
    settings = {"passwords": dict(memory_kib=65536, iterations=3, parallelism=1, queue=2, queue_seconds=1, concurrency=1)}
    with Daemon(config=settings) as daemon:
        ada = account(daemon)
        answers = parallel(30, lambda _: ada.start())
        statuses = [answer.status for answer in answers]
        check(set(statuses) <= {201, 503}, f"30 right sign-ins on a queue of 2: {sorted(statuses)} (section 3.1)")
        check(503 in statuses, "a queue of two held thirty")
        check(all(answer.code == "busy" for answer in answers if answer.status == 503), "503 is not `busy`")
        time.sleep(2)
        ada.start(expect=201)


# --- secrets at rest -----------------------------------------------------------------------------------

def files_with(daemon, needles):
    """Which needle stands in which file of the installation (the configuration and the keys' directory aside)."""
    found = []
    for path in glob.glob(daemon.root + "/**", recursive=True):
        if os.path.isfile(path) and path != daemon.config_path:
            with open(path, "rb") as file:
                content = file.read()
            for name, needle in needles.items():
                if needle and needle in content:
                    found.append(f"{name} in {os.path.relpath(path, daemon.root)}")
    return found


@test(answers="13")
def line_13_Webex_no_password_code_token_or_passcode_is_ever_written_down():
    with Daemon() as daemon:
        ada = invited(daemon, roles=["host"], password="canary password of ada 77")
        wrong = "canary guess that is wrong"
        sign_in_as(daemon, ada.username, wrong, expect=401)
        sign_in_as(daemon, "nobody-canary-name", wrong, expect=401)
        redeem_setup(ada)
        half = ada.sign_in()
        device = ada.known_device
        ada.enrol()
        app, codes = ada.authenticator, ada.recovery_codes
        challenge = ada.start(expect=200).json["challenge"]
        done = ada.finish(challenge, app.code(), expect=201).json
        room = flows.meeting(daemon, ada)
        chosen = "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(14))
        flows.meeting(daemon, ada, passcode={"kind": "characters", "value": chosen})
        guest = flows.knock(daemon, room, name="Canary Guest Name")
        flows.ask(daemon, room, passcode="CANARYWRNG", expect="join-refused")
        flows.admit(room, guest)
        guest.redeem()
        reset = daemon.admin.post(f"/v1/accounts/{ada.id}/password-reset", expect=201).json["reset_code"]
        key = base64.b32decode(app.secret + "=" * (-len(app.secret) % 8))
        needles = {"password": ada.password, "wrong password": wrong, "setup code": ada.setup_code, "reset code": reset,
                   "first token": half, "second token": ada.token, "third token": done["token"], "known device": device,
                   "challenge": challenge, "TOTP secret": app.secret, "TOTP secret, lower": app.secret.lower(),
                   "TOTP secret, hex": key.hex(), "passcode": room.passcode, "chosen passcode": chosen,
                   "wrong passcode": "CANARYWRNG", "ticket": guest.ticket, "grant": guest.grant,
                   "unknown username": "nobody-canary-name"}   # section 9: only as a keyed digest
        needles = {name: text.encode() for name, text in needles.items() if text}
        needles["TOTP secret, raw"] = key
        for index, code in enumerate(codes):
            needles[f"recovery code {index}"] = code.encode()
        for name in ("second token", "ticket", "known device", "third token"):   # the secret part alone, too
            needles[name + ", its tail"] = needles[name][-32:]
        found = files_with(daemon, needles)
        daemon.stop()
        found += files_with(daemon, needles)
        check(not found, "secrets at rest: " + "; ".join(sorted(set(found))))
        log = daemon.log()
        check(b"Canary Guest Name" not in log, "a display name is in the log")


@test()
def a_copied_database_without_its_keys_is_useless():
    with Daemon() as daemon:
        ada = account(daemon)
        token = ada.sign_in()
        daemon.stop()
        os.rename(daemon.inside("keys"), daemon.inside("keys.kept"))
        daemon.start(ready=False)
        try:
            daemon.wait_until_ready(10)
        except Failure:
            daemon.kill()   # it refused: as good, if it says why
            check(b"key" in daemon.log(), "the refusal does not speak of keys")
        else:
            check(ada.start().status in (401, 429), "signed in on a copied database")
            check(not active(daemon, token), "a session lives on a copied database")
            daemon.stop()
        shutil.rmtree(daemon.inside("keys"), ignore_errors=True)
        os.rename(daemon.inside("keys.kept"), daemon.inside("keys"))
        daemon.start()
        ada.start(expect=201)


MUTATIONS = {   # FAILURES 64: each must fail closed, quickly, and for that account alone
    "no tag": lambda text: text.rsplit("$", 1)[0] + "$", "a short tag": lambda text: text[:-20],
    "no passes": lambda text: re.sub(r"t=\d+", "t=0", text), "no lanes": lambda text: re.sub(r"p=\d+", "p=0", text),
    "256 lanes": lambda text: re.sub(r"p=\d+", "p=256", text),
    "all memory": lambda text: re.sub(r"m=\d+", "m=4294967295", text),
    "a plus": lambda text: re.sub(r"m=", "m=+", text), "a leading zero": lambda text: re.sub(r"t=", "t=0", text),
    "another order": lambda text: re.sub(r"m=(\d+),t=(\d+)", r"t=\2,m=\1", text),
    "no version": lambda text: text.replace("v=19$", ""), "an old version": lambda text: text.replace("v=19", "v=16"),
    "argon2i": lambda text: text.replace("argon2id", "argon2i"), "argon2d": lambda text: text.replace("argon2id", "argon2d"),
    "an extra field": lambda text: text.replace("$v", "$$v"), "bad base64": lambda text: text[:-3] + "!!!",
    "nothing": lambda text: "$argon2id$", "text after it": lambda text: text + "\n",
    "a plus that hides the number": lambda text: re.sub(r"m=\d+", "m=+16777216", text), "no salt": lambda text: re.sub(r"\$[^$]+\$([^$]+)$", r"$$\1", text),
    "a short salt": lambda text: re.sub(r"\$([^$]{4})[^$]*\$([^$]+)$", r"$\1$\2", text), "a parameter twice": lambda text: text.replace("t=", "t=2,t="),
    "a longer tag": lambda text: text + "AAAA", "a minus": lambda text: re.sub(r"t=\d+", "t=-1", text), "passes without end": lambda text: re.sub(r"t=\d+", "t=4294967295", text),
    "memory below what can be": lambda text: re.sub(r"m=\d+", "m=1", text), "padding": lambda text: text + "=", "spare bits": lambda text: text[:-1] + ("B" if text[-1] == "A" else "/"),
}


@test(answers="64")
def line_64_phc_winner_argon2_and_Bun_a_mangled_hash_fails_closed_at_once():
    with Daemon(config={"limits": {"source_failures": 100, "account_failures": 100}}) as daemon:
        people = {what: account(daemon) for what in MUTATIONS}
        sound = account(daemon)
        daemon.stop()
        base = sqlite3.connect(daemon.database())
        base.execute("PRAGMA ignore_check_constraints = ON")
        for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{table}"')
        places = []
        for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for column in base.execute(f'PRAGMA table_info("{table}")').fetchall():
                with contextlib.suppress(sqlite3.OperationalError):   # a table without rowid holds no hashes
                    rows = base.execute(f'SELECT rowid, "{column[1]}", * FROM "{table}"').fetchall()
                    places += [(table, column[1], row) for row in rows
                               if str(row[1]).lstrip("b'").startswith("$argon2id$")]
        check(places, "no PHC string of Argon2id is in the store (section 3.1)")
        for what, person in people.items():
            mine = [place for place in places if person.id in [cell.decode("latin-1") if isinstance(cell, bytes) else cell
                                                               for cell in place[2]]]
            check(mine, f"whose hash is {person.id}'s? The test must learn the schema")
            table, column, row = mine[0]
            text = row[1] if isinstance(row[1], str) else row[1].decode()
            changed = MUTATIONS[what](text)
            check(changed != text, f"{what}: changes nothing in {text}")
            base.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?',
                         (changed if isinstance(row[1], str) else changed.encode(), row[0]))
        base.commit()
        base.close()
        daemon.start()
        for what, person in people.items():
            watch = Stopwatch()
            equal((person.start().status), 401, f"a hash with {what}")
            check(watch.seconds < 1, f"a hash with {what} took {watch}")
            events = [item["event"] for item in daemon.admin.get(f"/v1/audit?subject={person.id}&limit=200").json["items"]]
            check(any("corrupt" in event for event in events), f"a hash with {what} is in no audit record: {events}")
        sound.start(expect=201)
        person.password = flows.good_password()   # and its owner is helped as anybody is
        redeem_setup(person, code=daemon.admin.post(f"/v1/accounts/{person.id}/password-reset", expect=201).json["reset_code"])
        person.start(expect=201)
