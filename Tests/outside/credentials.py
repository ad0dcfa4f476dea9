"""Sections 3 and 3.1: passwords. How they are changed, checked, refused, and started anew."""

import hashlib, random, subprocess, unicodedata

import flows
from acts import *
from configuration import run_check
from flows import account, good_password, host, invited, knock, meeting, member, redeem_setup

DEVICE_BUDGET = {"limits": {"source_failures": 100, "account_failures": 5}}


# --- changing it ---------------------------------------------------------------------------------------

@test(answers="70")
def line_70_owncloud_a_changed_password_ends_the_other_sessions_devices_and_grants():
    with Daemon(clock="still", config=DEVICE_BUDGET) as daemon:
        ada, bob = host(daemon), member(daemon)
        room = meeting(daemon, ada)
        other = another_session(ada)
        half = challenge(ada)
        elsewhere = flows.Join(daemon, flows.ask(daemon, room, "Host", token=other, expect=201).json, daemon.web)
        held = knock(daemon, room, name="Guest")
        device, old = ada.known_device, ada.password
        stream = Stream(daemon.web, room.path + "/events", token=other)
        stream.snapshot()
        ada.password = good_password()
        change_password(ada, ada.password, current=old)
        stream.closes("the password was changed")
        check(not active(daemon, other), "another session outlived a change of the password (section 3)")
        check(active(daemon, ada.token), "the session that changed it ended too, and not the others alone (section 3)")
        check(active(daemon, bob.token), "somebody else's session ended")
        soon("the grant of an ended session is dead", lambda: elsewhere.redeem(expect=None).status >= 400)
        check(flows.over(elsewhere, "expired", "removed", "left", "denied"), f"a ticket outlived its session: {elsewhere.state} (section 5)")
        equal(held.look().status, 200, "a guest of the meeting")
        among(ada.finish(half, ada.authenticator.code(), expect=None).status, (401,), "a sign-in that was begun with the old password")
        sign_in_as(daemon, ada.username, old, expect=UNIFORM)
        for _ in range(12):
            sign_in_as(daemon, ada.username, WRONG)
        equal(ada.start(known_device=device).status, 429, "a known device of before the change, on a spent budget")
        flows.verified(daemon)


@test()
def a_password_is_changed_by_whoever_has_session_and_password_and_by_nobody_else():
    with Daemon(clock="still", config=GENEROUS) as daemon:
        ada, bob = member(daemon), member(daemon)
        new = good_password()
        change_password(ada, new, current=WRONG, expect=UNIFORM)
        change_password(ada, new, current=bob.password, expect=UNIFORM)
        change_password(ada, new, current=ada.password + " ", expect=UNIFORM)
        change_password(ada, new, current=ada.password.upper(), expect=UNIFORM)
        body = {"current_password": ada.password, "new_password": new}
        for token in (None, "x", ada.token[:-1], ada.known_device):
            equal(daemon.web.put("/v1/accounts/me/password", body, token=token).code, "invalid-token", "without a session")
        among(daemon.web.put(f"/v1/accounts/{bob.id}/password", body, token=ada.token).status, (401, 403, 404, 405, 422), "somebody else's password")
        for chosen in ({"new_password": new}, body):   # an operator can start a reset, never choose a password
            among(daemon.admin.put(f"/v1/accounts/{ada.id}/password", chosen).status, (401, 403, 404, 405, 422), "the operator chooses")
        among(daemon.admin.patch(f"/v1/accounts/{ada.id}", {"password": new}).status, (422,), "the operator chooses by a change")
        for bad in ({}, {"new_password": new}, {"current_password": ada.password}, {**body, "nosuch": 1}, {**body, "new_password": None},
                    {**body, "new_password": 15 * 10 ** 14}, {**body, "new_password": ["x" * 20]}):
            equal(daemon.web.put("/v1/accounts/me/password", bad, token=ada.token).status, 422, f"the body {set(bad)}")
        sign_in_as(daemon, ada.username, new, expect=UNIFORM)
        sign_in_as(daemon, ada.username, ada.password, expect=201)
        ada.sign_in()
        change_password(ada, new)
        sign_in_as(daemon, ada.username, new, expect=201)
        sign_in_as(daemon, bob.username, bob.password, expect=201)


@test()
def guesses_of_the_current_password_are_slowed_and_strangers_cannot_spend_that_budget():
    with Daemon(clock="still", config=DEVICE_BUDGET) as daemon:
        ada = member(daemon)
        for _ in range(30):
            sign_in_as(daemon, ada.username, WRONG)
        equal(ada.start().status, 429, "a stranger's budget, spent")
        old, ada.password = ada.password, good_password()
        change_password(ada, ada.password, current=old)   # and its owner goes on all the same
        ada = member(daemon)
        answers = [change_password(ada, good_password(), current=WRONG, expect=None) for _ in range(40)]
        codes = [answer.code for answer in answers]
        check(set(codes) <= {UNIFORM, "too-many-attempts", "invalid-token"} and 1 <= codes.count(UNIFORM) <= 10, f"40 guesses in a row: {codes} (section 3.1)")
        check(not active(daemon, ada.token), "the session that guesses goes on")
        ada.sign_in()   # nor does what it failed shut its owner out: at the door, or from changing the password
        daemon.clock.advance(16)
        change_password(ada, good_password())


@test()
def of_20_parallel_changes_one_succeeds_and_its_password_stands():
    with Daemon(config=GENEROUS) as daemon:
        ada = member(daemon)
        chosen = [good_password() for _ in range(20)]
        answers = parallel(20, lambda index: change_password(ada, chosen[index], expect=None))
        statuses = sorted(answer.status for answer in answers)
        equal(statuses.count(204), 1, f"changes from the same old password, of {statuses}")
        check(set(statuses) <= {204, 401, 429, 503}, f"answers: {statuses}")
        good = chosen[[answer.status for answer in answers].index(204)]
        for password in chosen + [ada.password]:
            sign_in_as(daemon, ada.username, password, expect=201 if password == good else UNIFORM)


@test()
def a_new_password_is_held_to_15_code_points_or_8_beside_a_second_factor_on_every_path():
    with Daemon(clock="still", config=GENEROUS) as daemon:
        plain, two = member(daemon), host(daemon)
        for person, least in ((plain, 15), (two, 8)):
            base = "".join(random.Random(least).sample("abcdefghijkmnpqrstuvwxyz", least))
            said = change_password(person, base[:-1], expect="password-too-short")
            check(str(least) in said.json["detail"], f"the refusal does not say {least}: {said}")
            change_password(person, "\U0001f511" * (least - 1), expect=422)          # more bytes, too few code points
            change_password(person, "e\u0301" * (least - 1), expect="password-too-short")   # 2 × (least − 1) before NFC
            change_password(person, base)
            person.password = base
            code = start_reset(person)
            redeem_setup(person, code=code, password=base[1:], expect="password-too-short")
            person.password = base[::-1]
            redeem_setup(person, code=code)
            person.sign_in()
        for password, code in (("x1" * 129, "password-too-long"), ("é" * 600, "password-too-long"), ("\U0001f511ab" * 86, "password-too-long"),
                               ("", None), ("   ", None)):
            answer = change_password(plain, password, expect=422)
            check(code is None or answer.code == code, f"{len(password)} code points: {answer}")
        daemon.web.post("/v1/accounts", {"username": "front-end-made", "password": "violet harbo 1"}, expect="password-too-short")
        longest = "".join(chr(0x4E00 + index) for index in range(256))   # 768 bytes
        change_password(plain, longest)
        sign_in_as(daemon, plain.username, longest, expect=201)
        wide = "".join(chr(0x1F300 + index) for index in range(256))     # 1,024 bytes
        change_password(plain, wide, current=longest)
        sign_in_as(daemon, plain.username, wide, expect=201)
        sign_in_as(daemon, plain.username, wide[:-1], expect=UNIFORM)


@test()
def what_guessers_try_first_is_blocked_whole_and_letter_case_aside():
    with Daemon(clock="still", config=GENEROUS) as daemon:
        ada = member(daemon, username="konstantina.alexandrou")
        two = host(daemon, username="bartholomew")
        for person, password in ((ada, "konstantina.alexandrou"), (ada, "Konstantina.Alexandrou"), (ada, "KONSTANTINA.ALEXANDROU"),
                                 (ada, "konstantina.alexandrou1"), (ada, "konstantina.alexandrou2024"), (ada, "anteroomanteroom"),
                                 (ada, "123456789012345"), (ada, "passwordpassword"), (ada, "aaaaaaaaaaaaaaa"), (ada, "qwertyuiopasdfghjkl"),
                                 (two, "password"), (two, "PassWord"), (two, "12345678"), (two, "iloveyou"), (two, "bartholomew"), (two, "Bartholomew1"),
                                 (two, "anteroom"), (two, "Anteroom1"), (two, "wemolohtrab"), (two, "password1"), (two, "sunshine")):
            answer = change_password(person, password, expect=None)
            equal((answer.status, answer.code), (422, "password-blocked"), f"{password!r} as a password of {person.username} (section 3.1)")
            check(len(answer.json["detail"]) > 20, f"a refusal says why: {answer}")
        for password in ("password harbour 9", "my password is long", "konstantina.alexandrou likes tea", "bartholomew's 9 cats"):   # whole, not in part
            change_password(ada, password)
            ada.password = password
        flows.verified(daemon)


@test()
def the_operator_s_own_list_of_blocked_passwords_is_compared_whole():
    listed = ["correct horse battery", "Tr0ub4dor and three", "größe überall 15", "last line of the list"]
    for ending, last in (("\n", ""), ("\r\n", "\r\n")):
        with Daemon(start=False) as daemon:
            path = daemon.inside("blocked.txt")
            with open(path, "w", newline="") as file:
                file.write(ending.join(listed) + last)
            daemon.tables["passwords"]["blocklist_file"] = path
            daemon.start()
            for password in listed + ["CORRECT horse BATTERY", "TR0UB4DOR AND THREE", unicodedata.normalize("NFD", listed[2]), "GRÖSSE überall 15".replace("SS", "ß")]:
                said = check_password(daemon, password)
                equal(said["acceptable"], False, f"{password!r}, on the operator's list")
                redeem = redeem_setup(invited(daemon), password=password, expect=None)
                equal(redeem.code, "password-blocked", f"{password!r}, set")
            for password in ("correct horse batteries", "a correct horse battery", "correct horse"):
                blocked = [reason for reason in check_password(daemon, password)["reasons"] if "block" in reason or "common" in reason]
                check(not blocked, f"{password!r} is not on the list: {blocked}")
    with Daemon(start=False) as daemon:
        daemon.tables["passwords"]["blocklist_file"] = daemon.inside("nosuch.txt")
        daemon.start(ready=False)
        equal(daemon.process.wait(PATIENCE), 10, "a list that is not there")


# --- asking first --------------------------------------------------------------------------------------

@test()
def a_password_check_says_what_setting_it_would_say_and_stores_nothing():
    with Daemon(clock="still", config=GENEROUS) as daemon:
        plain, two = member(daemon, username="konstantina.alexandrou"), host(daemon)
        words = ["violet harbour 77 tin", "short 1", "tiny 123", "violet harbo 1", "passwordpassword", "konstantina.alexandrou", "aaaaaaaaaaaaaaaaaa",
                 "x" * 257, "é" * 600, "canary of the password check 91", "\U0001f511\u00e9\u4e00" * 5, ""]
        before = daemon.admin.get("/v1/audit?limit=200", expect=200).json["items"]
        for password in words:
            results = {}
            for who, token, person in (("nobody", None, None), ("one factor", plain.token, plain), ("two factors", two.token, two)):
                said = check_password(daemon, password, token=token, expect=(200, 422))
                if isinstance(said, Answer):
                    check(len(password.encode()) > 1024 or len(password) > 256 or not password, f"{password[:20]!r} is refused by its form: {said}")
                    continue
                equal(set(said), {"acceptable", "score", "reasons", "guesses_log10"}, f"members of a check of {password[:20]!r} (section 3)")
                check(isinstance(said["acceptable"], bool) and said["score"] in (0, 1, 2, 3, 4) and isinstance(said["reasons"], list)
                      and isinstance(said["guesses_log10"], (int, float)), f"a check of {password[:20]!r}: {said}")
                check(said["acceptable"] or said["reasons"], f"not acceptable, and no reason: {said}")
                check(all(re.fullmatch(r"[a-z0-9][a-z0-9_.-]{2,60}", reason) for reason in said["reasons"]), f"reasons are codes: {said}")
                check(password not in said["reasons"], "the answer repeats the password")
                results[who] = said
                if person:
                    answer = change_password(person, password, expect=(204, 422))
                    equal(said["acceptable"], answer.status == 204, f"{password[:20]!r}, {who}: the check, against setting it ({answer.body[:120]})")
                    if answer.status == 204:
                        person.password = password
            if len(password) in range(8, 15) and "nobody" in results:
                equal(results["nobody"]["acceptable"], False, "without a bearer 15 is what counts (section 3)")
        records = daemon.admin.get("/v1/audit?limit=200", expect=200).json["items"]
        check(not any("check" in item["event"] for item in records) and len(before), "a check is in the audit")
        daemon.stop()
        for name in os.listdir(daemon.inside("state")):
            with open(daemon.inside("state/" + name), "rb") as file:
                check(b"canary of the password check" not in file.read(), f"what was checked is in {name}")
        check(b"canary of the password check" not in daemon.log(), "what was checked is in the log")


@test()
def a_password_check_without_a_bearer_reads_no_account_and_with_a_bad_one_is_refused():
    with Daemon() as daemon:
        two, plain = host(daemon, username="bartholomew.fitzgerald"), member(daemon)
        for username in (two.username, "nobody.fitzgerald-jones", plain.username, None):
            said = check_password(daemon, "tiny 123", username=username)
            equal(said["acceptable"], False, f"8 code points without a bearer, for {username}")
            again = check_password(daemon, "violet harbour 9 tin", username=username)
            equal(again["acceptable"], True, f"a good one for {username}")
        for name in ("bartholomew.fitzgerald", "nobody.at-all.here"):   # by the text alone, known or not
            for variant in (name, name.upper(), name + "1"):
                equal(check_password(daemon, variant, username=name)["acceptable"], False, f"{variant} for {name}")
            equal(check_password(daemon, name, username="somebody-else")["acceptable"], True, f"{name} for another name")
        equal(check_password(daemon, "tiny 123", token=two.token)["acceptable"], True, "8 code points, for an account with a second factor")
        equal(check_password(daemon, "tiny 123", token=plain.token)["acceptable"], False, "8 code points, for one without")
        for token in ("x", two.token[:-1], two.known_device):
            equal(check_password(daemon, "violet harbour 9", token=token, expect=None).code, "invalid-token", "a bad bearer")
        daemon.web.delete("/v1/sessions/current", token=two.token, expect=204)
        equal(check_password(daemon, "violet harbour 9", token=two.token, expect=None).code, "invalid-token", "a session that ended")
        for bad in ({}, {"password": 5}, {"password": "x" * 20, "username": 5}, {"password": "x" * 20, "nosuch": 1}):
            equal(daemon.web.post("/v1/password-check", bad).status, 422, f"the body {bad}")
        among(daemon.web.post("/v1/password-check", {"password": "violet harbour 9 tin", "username": "a\u202eb"}).status, (200, 422), "a name that cannot be")


@test()
def the_strength_that_is_told_rises_with_the_guesses_it_takes():
    with Daemon() as daemon:
        order = ["aaaaaaaaaaaaaaa", "password password 1", "tuesday monday friday", "violet harbour tin 58 lemon", "kq3vm8tzpaw2hfdx9yb4cg7"]
        said = [check_password(daemon, password) for password in order]
        scores, guesses = [one["score"] for one in said], [one["guesses_log10"] for one in said]
        check(scores[0] <= 1 and scores[-1] == 4 and scores == sorted(scores), f"scores: {scores}")
        check(guesses == sorted(guesses) and guesses[0] < guesses[-1], f"guesses: {guesses}")
        for password in ("a" * 256, "ab" * 128, "\U0001f511" * 256, "1" * 256, ("qwerty" * 43)[:256]):   # what makes an estimator slow
            watch = Stopwatch()
            check_password(daemon, password)
            check(watch.seconds < 2, f"a check of {password[:8]}… took {watch}")


# --- the operator's list of breached passwords ---------------------------------------------------------

def breached_line(password, count=3):
    return hashlib.sha1(password.encode()).hexdigest().upper() + f":{count}"


def breached_file(path, passwords, others=500, ending="\r\n", last="\r\n", seed=1):
    chance = random.Random(seed)
    lines = [f"{chance.getrandbits(160):040X}:{chance.randrange(1, 10 ** chance.randrange(1, 8))}" for _ in range(others)]
    lines = sorted(lines + [breached_line(password) for password in passwords])
    with open(path, "w", newline="") as file:
        file.write(ending.join(lines) + last)
    return lines


def ends_of_a_list(count=400):
    """Passwords whose digests are the first, one of the middle and the last of a list."""
    found = sorted((hashlib.sha1(word.encode()).hexdigest(), word) for word in (f"breached password {index}" for index in range(count)))
    return [found[0][1], found[count // 2][1], found[-1][1]]


@test(seconds=240)
def a_breached_password_is_found_on_the_first_the_middle_and_the_last_line():
    ends = ends_of_a_list()
    digests = [int(hashlib.sha1(word.encode()).hexdigest(), 16) for word in ends]
    for others, ending, last in ((0, "\r\n", "\r\n"), (0, "\r\n", ""), (300, "\r\n", "\r\n"), (300, "\n", ""), (rounds(20_000, 2_000_000), "\r\n", "\r\n")):
        with Daemon(start=False) as daemon:
            path = daemon.inside("breached.txt")
            breached_file(path, ends, 0, ending, last)
            chance = random.Random(others)
            span = digests[2] - digests[0]
            lines = sorted([breached_line(word) for word in ends] +
                           [f"{digests[0] + 1 + chance.randrange(span - 1):040X}:{chance.randrange(1, 10 ** 7)}" for _ in range(others)])
            with open(path, "w", newline="") as file:   # the three stay first, inside, last
                file.write(ending.join(lines) + last)
            daemon.tables["passwords"]["breached_file"] = path
            daemon.start()
            for word in ends:
                equal(check_password(daemon, word)["acceptable"], False, f"{word!r} of {others + 3} lines ending in {ending!r} (section 3.1)")
                equal(redeem_setup(invited(daemon), password=word, expect=None).code, "password-blocked", f"{word!r}, set")
            equal(check_password(daemon, ends[1].upper())["acceptable"], False, "letter case aside (section 3.1)")
            for index in range(20):
                equal(check_password(daemon, f"absent password {index} {others}")["acceptable"], True, "one that is not listed")
            equal(check_password(daemon, ends[1] + " ")["acceptable"], True, "compared whole")


@test()
def a_breached_file_that_is_none_stops_the_start_and_says_so():
    good = sorted(breached_line(f"password {index}") for index in range(200))
    files = {
        "empty lines": "\r\n" * 500, "text": "correct horse battery staple\r\n" * 200, "zeros": "\0" * 4096,
        "hashes of another kind": "\r\n".join(sorted(hashlib.md5(b"%d" % index).hexdigest().upper() + ":1" for index in range(200))),
        "NTLM": "\r\n".join(sorted(hashlib.sha256(b"%d" % index).hexdigest().upper() + ":1" for index in range(200))),
        "no counts": "\r\n".join(line.split(":")[0] for line in good), "the other way round": "\r\n".join(reversed(good)),
        "by count, not by hash": "\r\n".join(random.Random(5).sample(good, 200)), "one long line": "A" * 100_000,
    }
    for what, text in files.items():
        with Daemon(start=False) as daemon:
            path = daemon.inside("breached.txt")
            with open(path, "w", newline="") as file:
                file.write(text)
            daemon.tables["passwords"]["breached_file"] = path
            said = run_check(daemon, toml(daemon.tables))
            daemon.start(ready=False)
            try:
                code = daemon.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                raise Failure(f"a breached file of {what}: it starts, and would let every password through")
            equal(code, 10, f"a start with a breached file of {what} (section 8)")
            check(b"breached" in daemon.log(), f"{what}: the mistake is not named: {daemon.log()[-300:]}")
            check(said.returncode in (0, 10), f"--check-config: {said.returncode}")
    with Daemon(start=False) as daemon:
        for what, path in (("a missing one", daemon.inside("nosuch")), ("a directory", daemon.inside("run")), ("a relative path", "breached.txt")):
            daemon.tables["passwords"]["breached_file"] = path
            daemon.start(ready=False)
            equal(daemon.process.wait(PATIENCE), 10, f"a breached file that is {what}")
        path = daemon.inside("sparse")
        with open(path, "wb") as file:
            file.truncate(30 * 10 ** 9)   # a hole as long as the real list
        daemon.tables["passwords"]["breached_file"] = path
        watch = Stopwatch()
        daemon.start(ready=False)
        equal(daemon.process.wait(PATIENCE), 10, "a breached file that is one hole")
        check(watch.seconds < 10, f"it read the hole through: {watch}")


@test()
def a_breached_file_that_changes_under_the_daemon_stops_nothing_and_is_never_loaded():
    with Daemon(start=False) as daemon:
        path = daemon.inside("breached.txt")
        breached_file(path, ["breached password 7"], rounds(100_000, 2_000_000))
        daemon.tables["passwords"]["breached_file"] = path
        daemon.start()
        size = os.path.getsize(path) // 1024
        before = daemon.resident_kib()
        used = cpu_seconds(daemon)
        for index in range(100):
            check_password(daemon, f"absent password {index}")
        used = cpu_seconds(daemon) - used
        check(used < 3, f"100 checks against {size} KiB took {used:.1f} s of a processor")
        check(daemon.resident_kib() - before < 16_384 + size // 4, f"{daemon.resident_kib() - before} KiB more for a file of {size} KiB (issue: never loaded)")
        equal(check_password(daemon, "breached password 7")["acceptable"], False, "before")
        for what in ("cut short", "emptied", "filled with zeros", "taken away"):
            if what == "taken away":
                os.remove(path)
            else:
                with open(path, "r+b") as file:   # in place: what is mapped loses its pages
                    file.truncate(1000 if what == "cut short" else 0)
                    if what == "filled with zeros":
                        file.truncate(10 ** 6)
            for index in range(5):
                among(daemon.web.post("/v1/password-check", {"password": f"another password {index}"}).status, (200, 503), f"a check after the file was {what}")
                among(redeem_setup(invited(daemon), expect=None).status, (200, 503), f"a new password after the file was {what}")
            check(daemon.process.poll() is None, f"the daemon fell when its breached file was {what}")


# --- forms of text -------------------------------------------------------------------------------------

@test()
def usernames_have_one_form_however_they_are_typed():
    with Daemon(config=GENEROUS) as daemon:
        for name, others in (("Grüße", ("gru\u0308ße", "GRÜßE", "ｇｒüße")), ("ΣΊΣΥΦΟΣ".lower(), ("ΣΊΣΥΦΟΣ",)), ("ｆｕｌｌｗｉｄｔｈ", ("fullwidth", "FULLWIDTH")),
                             ("ﾊﾝｶｸ", ("ハンカク",)), ("straße", ()), ("José", ("jose\u0301", "JOSÉ")), ("мария", ("МАРИЯ",)), ("a.b-c_d@example", ("A.B-C_D@EXAMPLE",))):
            person = account(daemon, username=name)
            for other in (name,) + others:
                equal(sign_in_as(daemon, other, person.password).status, 201, f"{name!r} typed as {other!r} (RFC 8265)")
                if other != name:
                    daemon.admin.post("/v1/accounts", {"username": other}, expect="username-taken")
        equal(daemon.admin.post("/v1/accounts", {"username": "strasse"}).status, 201, "ß is a letter of its own")
        for name in ("ﬁona", "Ⅳ-user", "x²", "½", "a b", "a\u00a0b", "a\u3000b", "\u200dab", "a\u00adb", "a\ufeffb", "a\u2060b", "a\u0000b", "a\u007fb", "a\u0085b",
                     "a\u2028b", "\ud7b0\u1161", "\u1100\u1161", "a\U000e0041b", "a\ufdd0b", "a\uffffb", "א" + "1a", "a\u0640b", "a😀", "a★b", "", "x" * 65, "\u0301a", "a\u200cb"):
            answer = daemon.admin.post("/v1/accounts", {"username": name})
            among(answer.status, (400, 422), f"the username {name!r} (RFC 8265, IdentifierClass)")
            among(sign_in_as(daemon, name, WRONG).status, (400, 401, 422), f"a sign-in as {name!r}")
        equal(daemon.admin.post("/v1/accounts", {"username": "\U00020000" * 64}).status, 201, "64 code points beyond the first plane")


@test()
def passwords_have_one_form_of_their_spaces_and_accents_and_keep_width_and_case():
    with Daemon(config=GENEROUS) as daemon:
        ada = account(daemon, password="Größe\u00a0und\u2003Maß 9 ｗｉｄｅ")
        for typed, status in (("Größe und Maß 9 ｗｉｄｅ", 201), (unicodedata.normalize("NFD", ada.password), 201), ("Größe\u3000und\u1680Maß\u202f9 ｗｉｄｅ", 201),
                              ("Größe und Maß 9 wide", 401), ("größe und maß 9 ｗｉｄｅ", 401), (" Größe und Maß 9 ｗｉｄｅ", 401), ("Größe und Maß 9 ｗｉｄｅ ", 401),
                              ("Größe  und Maß 9 ｗｉｄｅ", 401), ("Grösse und Mass 9 ｗｉｄｅ", 401), ("Größe und Maß 9 ｗｉｄｅ\n", 401), ("Größe und Maß 9 ｗｉｄｅ\u200b", 401)):
            among(sign_in_as(daemon, ada.username, typed).status, (status,) + ((422,) if status == 401 else ()), f"typed as {typed!r} (RFC 8265, OpaqueString)")
        for bad in ("a\u0007", "a\n", "a\t", "\u007f", "\u0085", "\u200b", "\u00ad", "\u2028", "\ue000", "\u0378", "\ufdd0", "\U0010ffff", "\U000e0001", "\u1100\u1161", "\u202e"):
            answer = redeem_setup(invited(daemon), password="violet harbour " + bad + " 12345", expect=None)
            equal(answer.status, 422, f"a new password with {bad!r}")
            check(answer.code != "password-too-short", f"a new password with {bad!r}: {answer}")
        for good in ("ﬁ ligature Ⅳ ½ x² fine", "смешанный text עברית 9", "\U0001f469 astronaut 12345", "日本語のパスワードは十五文字以上"):
            person = account(daemon, password=good)
            person.start(expect=201)
        sign_in_as(daemon, ada.username, ada.password, expect=201)


# --- too long, on every path ---------------------------------------------------------------------------

def paths_that_take_a_password(daemon, plain, two):
    """Each: its name, and what sends a password there. A route that is not here is found by line 42."""
    return {
        "sign-in": lambda text: sign_in_as(daemon, plain.username, text),
        "sign-in of nobody": lambda text: sign_in_as(daemon, "nobody-at-all", text),
        "setup": lambda text: redeem_setup(plain, code="0" * 26, password=text, expect=None),
        "reset code": lambda text: redeem_setup(plain, code=text, password=WRONG, expect=None),
        "change, current": lambda text: change_password(plain, WRONG, current=text, expect=None),
        "change, new": lambda text: change_password(plain, text, expect=None),
        "check": lambda text: daemon.web.post("/v1/password-check", {"password": text}),
        "check, signed in": lambda text: daemon.web.post("/v1/password-check", {"password": text}, token=two.token),
        "enrol": lambda text: offer(plain, password=text, expect=None),
        "remove the second factor": lambda text: drop_factor(two, "123456", password=text, expect=None),
        "recovery codes": lambda text: new_codes(two, "123456", password=text, expect=None),
        "reauthenticate": lambda text: reauthenticate(plain, password=text, expect=None),
        "a new account": lambda text: daemon.web.post("/v1/accounts", {"username": "made-" + secrets.token_hex(6), "password": text, "source": flows.source()}),
        "second factor": lambda text: two.finish("x" * 40, text, expect=None),
    }


@test(exclusive=True, answers="65", seconds=240)
def line_65_Django_and_schautrack_what_is_too_long_costs_nothing_on_any_path():
    with Daemon(config=GENEROUS) as daemon:
        plain, two = member(daemon), host(daemon)
        for _ in range(3):
            plain.start(expect=201)
        before = cpu_seconds(daemon)
        for _ in range(20):
            plain.start(expect=201)
        one = (cpu_seconds(daemon) - before) / 20
        for what, send in paths_that_take_a_password(daemon, plain, two).items():
            for text in ("w1" * 129, "é" * 513, "\U0001f511" * 257, "w" * 60_000):
                before, count = cpu_seconds(daemon), 10
                answers = [send(text) for _ in range(count)]
                cost = (cpu_seconds(daemon) - before) / count
                statuses = {answer.status for answer in answers}
                check(statuses <= {401, 413, 422, 429} or statuses == {200} and what.startswith("check"), f"{what}, {len(text)} code points: {statuses}")
                check(cost < max(0.5 * one, 0.012), f"{what}, {len(text)} code points: {cost * 1e3:.1f} ms of CPU each, a sign-in costs {one * 1e3:.1f} (section 3.1: before any work)")
        for target in ("/v1/password-resets", "/v1/accounts/me/password", "/v1/sessions/reauthenticate", "/v1/password-check"):
            method = b"PUT" if target.endswith("/password") else b"POST"
            head = method + b" " + target.encode() + b" HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + plain.token.encode()
            answer, _ = single(daemon.frontend_path, head + b"\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 70_000, "10 MB")
            check(answer is None or answer.status == 413, f"10 MB to {target}: {answer}")


# --- started anew --------------------------------------------------------------------------------------

@test()
def a_reset_keeps_the_second_factor_and_is_refused_alike_whatever_is_wrong():
    with Daemon(config=GENEROUS) as daemon:
        two, gone, plain = host(daemon), account(daemon), member(daemon)
        code, theirs = start_reset(two), start_reset(gone)
        old, two.password = two.password, good_password()
        daemon.admin.patch(f"/v1/accounts/{gone.id}", {"disabled": True}, expect=200)
        spent = start_reset(plain)
        plain.password = good_password()
        redeem_setup(plain, code=spent)
        cases = {"wrong": (two, "0" * len(code)), "somebody else's": (two, theirs), "of a disabled account": (gone, theirs), "spent": (plain, spent),
                 "of nobody": (flows.Person(daemon, "nobody-here", "x"), code), "empty": (two, ""), "cut": (two, code[:-1]), "doubled": (two, code + code),
                 "a name that cannot be": (flows.Person(daemon, "no\u200bbody", "x"), code), "the old password": (two, old), "of a recovery code": (two, two.recovery_codes[0])}
        answers = {what: redeem_setup(person, code=text, password=good_password(), expect=None) for what, (person, text) in cases.items()}
        for what, answer in answers.items():
            equal(answer.comparable(), answers["wrong"].comparable(), f"a reset code that is {what} (section 3: uniformly)")
        equal(answers["wrong"].code, UNIFORM, "a wrong reset code")
        for password in ("short", "passwordpassword", two.username * 3):
            among(redeem_setup(two, code=code, password=password, expect=None).status, (422,), "a refused password")
        token = two.token
        said = redeem_setup(two, code=code).json
        check(set(said) == {"known_device"}, f"the answer has more than a known device: {set(said)}")
        check(not active(daemon, token), "a session outlived the reset")
        begun = two.start(expect=200).json
        check("token" not in begun and "totp" in begun["methods"], "a reset took the second factor away")
        two.finish(begun["challenge"], two.authenticator.code(), expect=201)


@test()
def a_reset_code_is_as_long_as_it_says_and_expires():
    with Daemon(clock="still") as daemon:
        ada = account(daemon)
        said = daemon.admin.post(f"/v1/accounts/{ada.id}/password-reset", expect=201).json
        symbols = said["reset_code"].replace("-", "").replace(" ", "")
        check(len(symbols) * 5 >= 128, f"a reset code of {len(symbols)} symbols has no 128 bits (section 3)")
        ends = time.mktime(time.strptime(said["expires_at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        check(0 < ends - daemon.now() <= 7 * 86_400, "a reset code that is good for more than a week")
        daemon.clock.advance(int(ends - daemon.now()) + 2)
        redeem_setup(ada, code=said["reset_code"], password=good_password(), expect=UNIFORM)
        ada.start(expect=201)
        typed = start_reset(ada)
        ada.password = good_password()
        redeem_setup(ada, code=typed.replace("-", "").lower())   # as people type


@test()
def a_later_reset_code_voids_the_earlier_and_the_password_stands_until_one_is_used():
    with Daemon() as daemon:
        ada = member(daemon)
        first, second = start_reset(ada), start_reset(ada)
        ada.start(expect=201)
        check(active(daemon, ada.token), "a reset that was only begun ended a session")
        old, ada.password = ada.password, good_password()
        redeem_setup(ada, code=first, expect=UNIFORM)
        redeem_setup(ada, code=second)
        check(not active(daemon, ada.token), "a session outlived the reset")
        sign_in_as(daemon, ada.username, old, expect=UNIFORM)
        ada.start(expect=201)


@test(answers=["58", "77"], seconds=900)
def line_58_and_line_77_of_50_parallel_uses_of_a_reset_code_one_succeeds_also_across_a_kill():
    with Daemon(config=GENEROUS) as daemon:
        for round in range(rounds(3, 50)):
            ada = account(daemon)
            code, chosen = start_reset(ada), [good_password() for _ in range(50)]
            answers = parallel_until_killed(daemon, 50, lambda index: redeem_setup(ada, code=code, expect=None, password=chosen[index]), round)
            good = [index for index, answer in enumerate(answers) if answer is not None and answer.status == 200]
            seen = sorted(answer.status for answer in answers if answer is not None)
            check(len(good) <= 1, f"{len(good)} of 50 uses of one code succeeded: {seen}")
            check(set(seen) <= {200, 401, 429, 503}, f"answers: {seen}")
            if round % 2 == 0:
                equal(len(good), 1, f"without a kill, of {seen}")
            after = redeem_setup(ada, code=code, expect=None, password=good_password())
            check(not (good and after.status == 200), "the code was taken again after the restart")
            if good:
                sign_in_as(daemon, ada.username, chosen[good[0]], expect=201)


def parallel_until_killed(daemon, count, work, round):
    """`count` at once; in every other round the daemon is killed while they are on their way, and started again."""
    def one(index):
        try:
            return work(index)
        except (OSError, http.client.HTTPException):
            return None
    if round % 2 == 0:
        answers = parallel(count, one)
        daemon.kill()
        daemon.start()
        return answers
    threads, answers = [], [None] * count
    def run():
        answers[:] = parallel(count, one)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    time.sleep(0.02 + random.Random(round).random() * 0.3)
    daemon.kill()
    thread.join(PATIENCE)
    daemon.start()
    return answers


# --- what races what -----------------------------------------------------------------------------------

@test(answers="70", seconds=300)
def line_70_no_sign_in_that_races_a_change_of_credentials_outlives_it():
    with Daemon(config=GENEROUS) as daemon:
        for round in range(rounds(4, 40)):
            ada = member(daemon)
            old, new = ada.password, good_password()
            code = start_reset(ada)
            change = {0: lambda: change_password(ada, new, current=old), 1: lambda: redeem_setup(ada, code=code, password=new),
                      2: lambda: daemon.admin.patch(f"/v1/accounts/{ada.id}", {"disabled": True}, expect=200),
                      3: lambda: daemon.admin.delete(f"/v1/accounts/{ada.id}", expect=(200, 204))}[round % 4]
            def one(index):
                if index == 5:
                    time.sleep(0.01 * (round % 7))
                    return change()
                return ada.start(password=old)
            answers = parallel(12, one)
            tokens = [answer.json["token"] for index, answer in enumerate(answers) if index != 5 and answer.status == 201]
            left = [token for token in tokens if active(daemon, token)]
            check(not left, f"{len(left)} sessions with the old password outlived change {round % 4} that they raced")
            for index, answer in enumerate(answers):   # nor does a half-finished one
                if index != 5 and answer.status == 200:
                    equal(ada.finish(answer.json["challenge"], ada.authenticator.code(), expect=None).status, 401, "a challenge that raced a change")
