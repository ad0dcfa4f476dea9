"""Section 3.1 and 3: what the budgets bar, who sees it and opens it, and that nobody walks round them."""

import re

import flows
from acts import *
from flows import account, fresh_ip, good_password, host, invited, knock, meeting, member, redeem_setup

FEW = {"limits": {"source_failures": 8, "account_failures": 5}}


def exhaust(daemon, send, tries=80):
    """Wrong attempts until one is 429; the answers."""
    answers = []
    for _ in range(tries):
        answers.append(send())
        if answers[-1].status == 429:
            return answers
    raise Failure(f"{tries} wrong attempts, and none was 429: {sorted({answer.status for answer in answers})}")


def clear_all(daemon):
    for item in lockouts(daemon):
        if "id" in item:   # a disabled authenticator is not a budget: clearing it would be a way around the second factor
            daemon.admin.delete(f"/v1/lockouts/{item['id']}", expect=(200, 204))


# --- seen and opened -----------------------------------------------------------------------------------

@test()
def what_is_barred_is_listed_with_why_and_until_when_and_clearing_opens_it():
    with Daemon(config=FEW) as daemon:
        ada = account(daemon)
        equal(lockouts(daemon), [], "lockouts of a quiet house")
        ada.start(expect=201)
        sign_in_as(daemon, ada.username, WRONG)
        equal([item for item in lockouts(daemon) if "id" not in item], [], "items without an id")
        exhaust(daemon, lambda: sign_in_as(daemon, ada.username, WRONG))
        equal(ada.start().status, 429, "a spent budget")
        listed = lockouts(daemon)
        check(listed, "a spent budget is not listed (section 3)")
        for item in listed:
            stamps = [value for key, value in item.items() if isinstance(value, str) and TIME.match(value)]
            check(stamps, f"a lockout that does not say until when: {item}")
            check(len(item) >= 3, f"a lockout that does not say why: {item}")
        for page in (1, 2):
            equal(sorted(item["id"] for item in daemon.admin.pages("/v1/lockouts", page)), sorted(item["id"] for item in listed), f"by pages of {page}")
        daemon.restart()
        equal({item["id"] for item in lockouts(daemon)}, {item["id"] for item in listed}, "after a restart")
        equal(ada.start().status, 429, "after a restart")
        for item in listed:
            daemon.admin.delete(f"/v1/lockouts/{item['id']}", expect=(200, 204))
            among(daemon.admin.delete(f"/v1/lockouts/{item['id']}").status, (204, 404), "cleared twice")
        equal(lockouts(daemon), [], "after clearing")
        ada.start(expect=201)
        for bad in ("nonsense", "x" * 300, "..%2f..", "%00"):
            among(daemon.admin.delete("/v1/lockouts/" + bad).status, (204, 400, 404, 422), f"the id {bad}")
        check(any("lockout" in item["event"] or "budget" in item["event"] for item in daemon.admin.get("/v1/audit?limit=200").json["items"]), "clearing is in no audit record")
        flows.verified(daemon)


@test()
def only_an_operator_lists_and_clears_and_names_and_addresses_are_not_in_the_list():
    with Daemon(config=FEW) as daemon:
        ada = host(daemon, username="konstantina.alexandrou")
        exhaust(daemon, lambda: sign_in_as(daemon, ada.username, WRONG, ip="203.0.113.77"))
        exhaust(daemon, lambda: sign_in_as(daemon, "nobody-" + secrets.token_hex(4), WRONG, ip="203.0.113.78"))
        [one, *_] = listed = lockouts(daemon)
        for token in (None, ada.token):
            for method, target in (("GET", "/v1/lockouts"), ("DELETE", f"/v1/lockouts/{one['id']}")):
                among(daemon.web.call(method, target, token=token).code, ("permission-denied", "not-found"), f"{method} {target} of a front end")
        equal(len(lockouts(daemon)), len(listed), "after that")
        check("203.0.113.7" not in json.dumps(listed), "an address is in the list: it is kept as a keyed digest (section 3.1)")
        daemon.stop()
        for name in os.listdir(daemon.inside("state")):
            with open(daemon.inside("state/" + name), "rb") as file:
                check(b"203.0.113.7" not in file.read(), f"an address is in {name}")


@test()
def lockouts_are_found_and_cleared_by_name_however_written_and_by_address():
    with Daemon(config=FEW) as daemon:
        flows.account(daemon, username="konstantina")
        for name, ip in (("konstantina", "203.0.113.7"), ("ghost", "203.0.113.8")):
            exhaust(daemon, lambda: sign_in_as(daemon, name, WRONG, ip=ip))
        found = lambda query: [item["id"] for item in daemon.admin.get("/v1/lockouts?" + query, expect=200).json["items"]]   # noqa: E731
        mine, ghosts = found("username=konstantina"), found("username=ghost")
        check(mine and ghosts and not set(mine) & set(ghosts), f"by name: {mine} and {ghosts}")
        for query, expected in {"username=KONSTANTINA": mine, "username=Ghost": ghosts, "username=nobody": [], "source=198.51.100.1": []}.items():
            equal(sorted(found(query)), sorted(expected), query)
        check(found("source=203.0.113.8") and not set(found("source=203.0.113.8")) & set(mine), "by address")
        daemon.admin.get("/v1/lockouts?source=nonsense", expect="invalid-field")
        equal(daemon.ctl("lockouts", "clear", "--username", "GHOST").returncode, 0, "lockouts clear --username")
        equal((found("username=ghost"), found("username=konstantina")), ([], mine), "what is left")
        equal(daemon.ctl("lockouts", "clear").returncode, 64, "lockouts clear of nothing")
        equal(daemon.ctl("lockouts", "clear", "lock_" + "a" * 26).returncode, 3, "lockouts clear of what is none")


@test()
def a_bar_is_not_prolonged_by_attempts_during_it_and_ends_when_it_says():
    with Daemon(clock="still", config={"limits": {"source_failures": 5, "account_failures": 100}}) as daemon:
        ada, ip = account(daemon), "203.0.113.9"
        answers = exhaust(daemon, lambda: sign_in_as(daemon, "nobody-" + secrets.token_hex(4), WRONG, ip=ip))
        wait = int(answers[-1].header("Retry-After"))
        check(1 <= wait <= 86_400, f"the wait is {wait} s")
        before = [item for item in lockouts(daemon)]
        for part in range(4):
            daemon.clock.advance(wait // 5)
            for _ in range(5):
                equal(ada.start(ip=ip).status, 429, "an attempt during the bar")
        equal({item["id"] for item in lockouts(daemon)}, {item["id"] for item in before}, "which bars there are")
        daemon.restart()
        daemon.clock.advance(wait - 4 * (wait // 5) + 1)
        ada.start(ip=ip, expect=201)
        daemon.clock.advance(-wait)   # a clock that is put back bars nobody anew, and frees nobody
        ada.start(ip=ip, expect=201)


@test()
def a_kill_loses_no_failure_and_leaves_the_bar():
    with Daemon(config=FEW) as daemon:
        ada, said_no = account(daemon), 0
        for _ in range(12):
            said_no += sign_in_as(daemon, ada.username, WRONG).status == 401
            daemon.kill()
            daemon.start()
        check(said_no <= 5, f"{said_no} guesses were evaluated on a budget of 5, with a kill after each")
        equal(ada.start().status, 429, "afterwards")


@test()
def a_known_device_is_void_after_10_failures_in_a_row_and_is_nobody_s_second_chance():
    with Daemon(clock="still", config={"limits": {"source_failures": 1000, "account_failures": 5}}) as daemon:
        ada = account(daemon)
        device = ada.start(expect=201).json["known_device"]
        exhaust(daemon, lambda: sign_in_as(daemon, ada.username, WRONG))
        use_up(daemon, lambda: sign_in_as(daemon, ada.username, WRONG, known_device=device), tries=9, seconds=20)
        daemon.clock.advance(60)
        device = ada.start(known_device=device, expect=201).json["known_device"]   # nine are not ten; and a right one begins anew
        use_up(daemon, lambda: sign_in_as(daemon, ada.username, WRONG, known_device=device), tries=9, seconds=20)
        daemon.restart()
        daemon.clock.advance(60)
        among(sign_in_as(daemon, ada.username, WRONG, known_device=device).status, (401, 429), "the tenth")
        daemon.clock.advance(60)
        exhaust(daemon, lambda: sign_in_as(daemon, ada.username, WRONG))
        equal(ada.start(known_device=device).status, 429, "the right password with a device that is void, on a spent budget (section 3.1)")



@test(answers="46", seconds=120)
def line_46_clearing_every_lockout_opens_no_disabled_second_factor():
    with Daemon(clock="still", config={**GENEROUS, "sessions": {"idle_seconds": 86_400}}) as daemon:
        ada = member(daemon).enrol()
        use_up(daemon, lambda: ada.finish(challenge(ada), ada.authenticator.wrong()))
        use_up(daemon, lambda: ada.finish(challenge(ada), "0" * 16, method="recovery_code"))
        clear_all(daemon)
        for target in ("authenticator", ada.id, "authenticator-" + ada.id):
            among(daemon.admin.delete(f"/v1/lockouts/{target}").status, (204, 400, 404, 422), target)
        daemon.clock.advance(60)
        ada.finish(challenge(ada), ada.authenticator.code(), expect=UNIFORM)
        ada.finish(challenge(ada), ada.recovery_codes[0], method="recovery_code", expect=UNIFORM)


# --- walking round -------------------------------------------------------------------------------------

@test(answers="39")
def line_39_Nextcloud_one_source_has_one_bucket_however_its_address_is_written():
    spellings = {
        "IPv4": (["203.0.113.9"], ["::ffff:203.0.113.9", "::FFFF:203.0.113.9", "::ffff:cb00:7109", "0:0:0:0:0:ffff:cb00:7109"]),
        "IPv6 /64": (["2001:db8:1:2::1"], [f"2001:db8:1:2:{index:x}::{index:x}" for index in range(1, 9)] + ["2001:DB8:1:2::5", "2001:0db8:0001:0002:0:0:0:1"]),
    }
    for what, (first, others) in spellings.items():
        with Daemon(config={"limits": {"source_failures": 6, "account_failures": 100}}) as daemon:
            turns = iter(first * 2 + others * 8)
            answers = exhaust(daemon, lambda: sign_in_as(daemon, "nobody-" + secrets.token_hex(4), WRONG, ip=next(turns)), tries=20)
            check(len([answer for answer in answers if answer.status == 401]) <= 6, f"{what}: {len(answers)} guesses from one source on a budget of 6")
            for ip in first + others:
                among(sign_in_as(daemon, "nobody-" + secrets.token_hex(4), WRONG, ip=ip).status, (422, 429), f"{what}: the spelling {ip}")
            for ip in ("203.0.113.10", "2001:db8:1:3::1", "198.51.100.1"):
                equal(sign_in_as(daemon, "nobody", WRONG, ip=ip).status, 401, f"the neighbour {ip}")
    with Daemon(config=FEW) as daemon:
        for bad in ("203.0.113.009", "203.0.113", "0xcb.0.0.1", "203.0.113.9 ", "203.0.113.9,198.51.100.1", "203.0.113.9\n", "::1%eth0", "[::1]", "localhost", "", "1" * 300, 5, None, ["203.0.113.9"]):
            body = {"username": "nobody", "password": WRONG, "source": {"ip": bad}}
            among(daemon.web.post("/v1/sessions", body).status, (400, 422), f"the address {bad!r}")


@test(answers="39")
def line_39_without_a_source_the_bucket_is_of_front_end_and_name_and_never_one_for_all():
    with Daemon(config=FEW) as daemon:
        ada, bob = account(daemon), account(daemon)
        post = lambda name, password: daemon.web.post("/v1/sessions", {"username": name, "password": password})   # noqa: E731
        exhaust(daemon, lambda: post(ada.username, WRONG))
        equal(post(ada.username, ada.password).status, 429, "the guessed-at name")
        equal(post(bob.username, bob.password).status, 201, "another name through the same front end (section 3.1)")
        for _ in range(60):
            post("nobody-" + secrets.token_hex(4), WRONG)
        equal(post(bob.username, bob.password).status, 201, "after 60 failures of other names")


@test(answers="41")
def line_41_Talk_no_right_flow_of_two_factors_retries_or_recovery_counts_against_anybody():
    with Daemon(clock="still", config={"limits": {"source_failures": 4, "account_failures": 4}}) as daemon:
        ip, ada, bob = "203.0.113.7", host(daemon), account(daemon)
        for _ in range(15):
            begun = ada.start(ip=ip, expect=200).json
            ada.start(ip=ip, expect=200)                       # given up, and begun again: a reload
            daemon.clock.advance(31)
            ada.take(ada.finish(begun["challenge"], ada.authenticator.code(), ip=ip, expect=201).json)
            bob.start(ip=ip, expect=201)
        for _ in range(10):
            daemon.clock.advance(31)
            reauthenticate(ada, code=ada.authenticator.code())
            daemon.web.get("/v1/accounts/me", token=ada.token, expect=200)
        for code in list(ada.recovery_codes):
            ada.finish(challenge(ada, ip=ip), code, ip=ip, method="recovery_code", expect=201)
        for _ in range(15):
            code, bob.password = start_reset(bob), good_password()
            redeem_setup(bob, code=code)
            daemon.web.post("/v1/password-check", {"password": "short"}, expect=200)
        bob.start(ip=ip, expect=201)
        equal(lockouts(daemon), [], "after nothing but right flows")


@test(answers="41")
def line_41_Talk_one_meeting_s_abuse_and_old_tokens_lock_no_sign_in():
    with Daemon(config={"limits": {"source_failures": 4, "account_failures": 4, "join_failures": 5}}) as daemon:
        ada, bob, ip = host(daemon), account(daemon), "203.0.113.7"
        room, other = meeting(daemon, ada), meeting(daemon, ada)
        for _ in range(30):
            flows.ask(daemon, room, passcode="WR0NGWR0NG", ip=ip)
        for _ in range(30):   # reconnect storms with what has expired
            daemon.web.get("/v1/accounts/me", token="x" * 43)
            daemon.web.get("/v1/joins/self", token=ada.token[:-1] + "A")
            daemon.web.post("/v1/sessions/introspect", {"token": "x" * 43}, expect=200)
            daemon.web.post("/v1/grants/redeem", {"grant": "x.y.z"})
        bob.start(ip=ip, expect=201)
        begun = ada.start(ip=ip, expect=200).json
        ada.finish(begun["challenge"], ada.authenticator.code(), ip=ip, expect=201)
        knock(daemon, other, ip=fresh_ip())


# --- every operation that tests a secret ---------------------------------------------------------------

def tested_secrets(daemon):
    """operation → the kinds of secret it tests, of all that the daemon lists."""
    text = daemon.web.get("/v1/openapi.yaml", expect=200).body.decode()
    found, path, method = {}, None, None
    for one, verb, kind in re.findall(r"^  (/v1/\S+):$|^    (get|post|put|patch|delete):$|^      x-anteroom-tests-secret: (.+)$", text, re.M):
        path, method = one or path, verb or method
        if kind:
            found[f"{method.upper()} {path}"] = set(re.findall(r"[a-z-]+", kind))
    return found


def guesses(daemon):
    """operation → what makes one wrong guess there, by people of this operation's own."""
    def own(way):
        def begin():
            ada, two = member(daemon), member(daemon).enrol()
            return lambda: way(ada, two, two.authenticator.wrong())
        return begin
    def pending():
        person = member(daemon)
        app = offer(person)
        return lambda: confirm(person, app.wrong(), expect=None)
    def begun(ada, two, code):
        said = two.start()
        return two.finish(said.json["challenge"], code) if said.status == 200 else said
    def knocking():
        room = meeting(daemon, host(daemon))
        return lambda: flows.ask(daemon, room, passcode="WR0NGWR0NG", ip="203.0.113.50")
    change = own(lambda ada, two, code: change_password(ada, good_password(), current=WRONG, expect=None))
    drop = own(lambda ada, two, code: drop_factor(two, code, expect=None))
    return {
        "POST /v1/sessions": own(lambda ada, two, code: sign_in_as(daemon, ada.username, WRONG, ip="203.0.113.51")),
        "POST /v1/sessions/second-factor": own(begun),
        "POST /v1/sessions/reauthenticate": own(lambda ada, two, code: reauthenticate(ada, expect=None, password=WRONG)),
        "POST /v1/password-resets": own(lambda ada, two, code: redeem_setup(ada, code="0" * 26, password=good_password(), expect=None)),
        "PUT /v1/accounts/me/password": change, "PUT /v1/accounts/{account}/password": change,
        "POST /v1/accounts/me/totp": own(lambda ada, two, code: offer(ada, password=WRONG, expect=None)),
        "POST /v1/accounts/me/totp/confirm": pending,
        "DELETE /v1/accounts/me/totp": drop, "DELETE /v1/accounts/{account}/totp": drop,
        "POST /v1/accounts/me/recovery-codes": own(lambda ada, two, code: new_codes(two, code, expect=None)),
        "POST /v1/meetings/{meeting}/joins": knocking,
    }


@test(answers=["42"], seconds=300)
def line_42_Nextcloud_every_operation_that_tests_a_secret_stops_a_guesser():
    with Daemon(clock="still", config=FEW) as daemon:
        kinds, ways = tested_secrets(daemon), guesses(daemon)
        for operation, kind in kinds.items():
            if kind <= {"none", "token", "grant", "identity"}:   # 256 bits and signatures: nobody guesses them
                continue
            check(operation in ways, f"{operation} tests {kind}: this test must learn to guess it")
            guess = ways[operation]()
            answers = [guess() for _ in range(40)]
            codes = [answer.code for answer in answers]
            # A session that guesses ends, after so many in a row that it cannot spend its account's day.
            if "invalid-token" in codes:
                check(codes.index("invalid-token") >= 2 and "invalid-token" == codes[-1], f"{operation}: the session ended at once: {codes}")
            judged = sum(code in (UNIFORM, "join-refused") for code in codes)
            late = set(codes[25:])
            check(judged >= 1, f"{operation}: no guess was evaluated: {codes}")
            # Refused by a budget, or by an authenticator that is disabled by then, which says no more than a wrong code does.
            check(judged <= 20 or kind & {"one-time-code", "recovery-code"} and late <= {UNIFORM, "too-many-attempts", "state-conflict", "invalid-token"},
                  f"{operation}: {judged} of 40 guesses in a row were evaluated (section 2: the one limiter): {codes}")
        for operation in ("POST /v1/sessions", "POST /v1/password-resets", "PUT /v1/accounts/{account}/password"):
            alias = operation.replace("{account}", "me")
            check(kinds.get(operation, kinds.get(alias, {"none"})) != {"none"}, f"{operation} says that it tests no secret")


# --- alike ---------------------------------------------------------------------------------------------

@test(answers="59")
def line_59_Authelia_and_Symfony_429_and_503_and_401_are_alike_for_names_that_exist_and_those_that_do_not():
    with Daemon(config=FEW) as daemon:
        ada, gone, empty, two = account(daemon), account(daemon), invited(daemon), host(daemon)
        daemon.admin.patch(f"/v1/accounts/{gone.id}", {"disabled": True}, expect=200)
        names = {"known": ada.username, "disabled": gone.username, "without a password": empty.username, "two factors": two.username, "unknown": "nobody-here"}
        spent = {}
        for what, name in names.items():
            answers = exhaust(daemon, lambda: sign_in_as(daemon, name, WRONG))
            spent[what] = ([answer.status for answer in answers], answers[0].comparable())
        for what, value in spent.items():
            equal(value, spent["unknown"], f"guesses at {what}, against unknown (section 2)")
        coded = {what: [redeem_setup(flows.Person(daemon, name, "x"), code="0" * 26, password=good_password(), expect=None) for _ in range(14)] for what, name in names.items()}
        for what, answers in coded.items():
            equal([answer.status for answer in answers], [answer.status for answer in coded["unknown"]], f"guesses of reset codes at {what}")
            equal(answers[0].comparable(), coded["unknown"][0].comparable(), f"the first of them, at {what}")
        two.start(known_device=two.known_device, expect=200)
