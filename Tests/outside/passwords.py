"""Sections 3 and 3.1: passwords that are changed, judged and looked up, and the lane that hashes them."""

import hashlib, os, secrets, select, signal, sqlite3, subprocess, time

import flows, harness
from flows import account, fresh_ip, host, member, source
from harness import *
from load import hashing_seconds


def change(person, new, current=None, token=None, expect=None, account="me"):
    return person.daemon.web.put(f"/v1/accounts/{account}/password", {
        "current_password": current or person.password, "new_password": new}, token=token or person.token,
        expect=expect)


def assess(daemon, password, token=None, **more):
    return daemon.web.post("/v1/password-check", {"password": password, **more}, token=token, expect=200).json


def active(daemon, token):
    return daemon.web.post("/v1/sessions/introspect", {"token": token}, expect=200).json["active"]


# --- changing ------------------------------------------------------------------------------------------

@test(answers="70")
def line_70_owncloud_a_changed_password_ends_all_that_the_old_one_opened_but_for_the_session_that_changed_it():
    with Daemon() as daemon:
        where = flows.meeting(daemon, host(daemon), policy=flows.OPEN)
        ada = member(daemon)
        other = ada.token
        theirs = flows.arrive(daemon, where, ada)
        ada.sign_in()
        mine = flows.present(where, flows.arrive(daemon, where, ada))
        half = host(daemon)
        challenge = half.start(expect=200).json["challenge"]
        code = daemon.admin.post(f"/v1/accounts/{ada.id}/password-reset", expect=201).json["reset_code"]
        new = flows.good_password()
        equal(change(ada, new, expect=204).body, b"", "the body of 204")
        # What goes on.
        check(active(daemon, ada.token), "the session that changed the password was ended")
        mine.look()
        equal(mine.state, "present", "a join of the session that goes on")
        # What ends.
        check(not active(daemon, other), "another session outlived the password (section 3)")
        among(theirs.redeem(expect=None).status, (401, 403, 409), "a grant of a session that has ended")
        ada.start(expect="invalid-credentials")
        daemon.web.post("/v1/password-resets", {"username": ada.username, "reset_code": code, "source": source(),
                                                "new_password": flows.good_password()}, expect="invalid-credentials")
        old, ada.password = ada.password, new
        ada.start(expect=201)
        change(ada, flows.good_password(), current=old, expect="invalid-credentials")
        # A sign-in that stood between its two steps is over, and so is the known device.
        change(half, flows.good_password(), expect=204)
        half.finish(challenge, half.authenticator.code(), expect="invalid-credentials")
        with sqlite3.connect(f"file:{daemon.database()}?mode=ro", uri=True) as store:
            equal(store.execute("SELECT count(*) FROM known_devices WHERE account = ?", (half.id,)).fetchone()[0], 0,
                  "known devices after the change")
        records = daemon.admin.get(f"/v1/audit?subject={ada.id}&event=account.password_changed", expect=200).json
        equal(len(records["items"]), 1, "audit records of the change")


@test()
def the_new_password_is_judged_after_the_current_one_is_proved_and_what_is_too_long_before_any_work():
    with Daemon() as daemon:
        ada = member(daemon, username="hollyhock", display_name="Greta Sommerfeld")
        change(ada, "short", current="wrong " + flows.good_password(), expect="invalid-credentials")
        for new, code, reason in (
                ("fourteen chars", "password-too-short", None), ("x" * 257, "password-too-long", None),
                ("é" * 600, "password-too-long", None), ("passwordpassword", "password-blocked", "common"),
                ("Hollyhock-Hollyhock", "password-blocked", "context-word"),
                ("gretasommerfeld2024", "password-blocked", "context-word"),
                ("web-web-web-web-web", "password-blocked", None), ("abcabcabcabcabcabc", "password-blocked", "repetition"),
                ("qwertyuiopasdfghjkl", "password-blocked", "sequence"), ("\u200b" * 20, "invalid-field", None)):
            answer = change(ada, new, expect=code)
            equal(answer.json["pointer"], "/new_password", "pointer")
            if reason:
                equal(answer.json.get("reasons"), [reason], f"why {new!r} is blocked")
        watch = Stopwatch()
        change(ada, "y" * 60000, current="z" * 100, expect="password-too-long")
        check(watch.seconds < 0.5, f"a password of 60 kB cost work: {watch}")
        ada.start(expect=201)


@test()
def only_its_owner_changes_a_password_and_with_all_factors_that_the_account_has():
    with Daemon() as daemon:
        ada, ben = member(daemon), member(daemon)
        change(ada, flows.good_password(), account=ben.id, expect="permission-denied")
        equal(daemon.admin.put(f"/v1/accounts/{ada.id}/password", {
            "current_password": ada.password, "new_password": flows.good_password()}).code, "permission-denied",
            "an operator chose a password")
        daemon.web.put("/v1/accounts/me/password", {
            "current_password": ada.password, "new_password": flows.good_password()}, expect="invalid-token")
        new = flows.good_password()
        change(ada, new, account=ada.id, expect=204)
        # A host with one factor may enrol and nothing else; one that came in by a recovery code neither.
        vera = account(daemon, roles=["host"])
        vera.sign_in()
        change(vera, flows.good_password(), expect="second-factor-required")
        vera.enrol()
        short = "vy7 " + secrets.token_hex(3)
        change(vera, short, expect=204)
        vera.password = short
        challenge = vera.start(expect=200).json["challenge"]
        rescued = vera.finish(challenge, vera.recovery_codes[0], method="recovery_code", expect=201).json["token"]
        change(vera, flows.good_password(), token=rescued, expect="second-factor-required")


@test()
def of_two_changes_at_once_one_is_made():
    with Daemon() as daemon:
        ada = member(daemon)
        wanted = [flows.good_password() for _ in range(8)]
        answers = parallel(8, lambda index: change(ada, wanted[index]))
        made = [index for index, answer in enumerate(answers) if answer.status == 204]
        check(made, f"none of them: {answers}")
        equal(len(made), 1, "changes by the same current password")
        for answer in answers:
            among(answer.status, (204, 401, 429, 503), "an answer")
        ada.password = wanted[made[0]]
        ada.start(expect=(201, 429))


# --- judging -------------------------------------------------------------------------------------------

@test()
def a_check_judges_as_setting_would_and_keeps_nothing():
    with Daemon() as daemon:
        ada = host(daemon, username="hollyhock")
        good = flows.good_password()
        answer = assess(daemon, good)
        equal((answer["acceptable"], answer["reasons"]), (True, []), "a good password")
        check(answer["score"] == 4 and answer["guesses_log10"] >= 10, f"its estimate: {answer}")
        for password, reasons in (("x9 kq", ["password-too-short"]), ("a" * 300, ["password-too-long"]), ("", ["password-too-short"]),
                                  ("passwordpassword", ["password-blocked", "common"]),
                                  ("letmein", ["password-too-short", "password-blocked", "common"]),
                                  ("hollyhock1", ["password-too-short"]), ("tab\there and elsewhere", ["invalid-field"])):
            answer = assess(daemon, password)
            equal((answer["acceptable"], answer["reasons"]), (False, reasons), f"{password[:20]!r}")
        equal(assess(daemon, "hollyhock-2024-2024", username="hollyhock")["reasons"],
              ["password-blocked", "context-word"], "with the username given")
        # With a session: its account's username, and 8 characters beside a second factor.
        short = "vy7 bq9 x"
        equal(assess(daemon, short)["reasons"], ["password-too-short"], "without a bearer 15 holds")
        equal(assess(daemon, short, username="hollyhock")["reasons"], ["password-too-short"], "a username tells nothing")
        equal(assess(daemon, short, token=ada.token)["acceptable"], True, "with a second factor 8 holds")
        equal(assess(daemon, "hollyhock1", token=ada.token)["reasons"], ["password-blocked", "context-word"], "own name")
        equal(daemon.web.post("/v1/password-check", {"password": good}, token="ases_" + "0" * 69).code, "invalid-token",
              "a bearer that is none")
        size = daemon.admin.get("/v1/status", expect=200).json["audit"]["size"]
        for _ in range(200):
            assess(daemon, "letmein")
        equal(daemon.admin.get("/v1/status", expect=200).json["audit"]["size"], size, "audit records of checks")


def hibp(words, others=3000):
    """A list as Have I Been Pwned has it, with these words in it."""
    lines = {hashlib.sha1(word.encode()).hexdigest().upper() for word in words}
    lines |= {hashlib.sha1(str(number).encode()).hexdigest().upper() for number in range(others)}
    return "".join(f"{line}:{len(line)}\r\n" for line in sorted(lines)).encode()


def put(path, data):
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.chmod(path + ".new", 0o644)
    os.rename(path + ".new", path)


@test()
def the_operators_list_of_breached_passwords_is_looked_up_and_what_cannot_be_judged_is_not_set():
    with Daemon(start=False) as daemon:
        path = daemon.inside("breached.txt")
        daemon.tables["passwords"]["breached_file"] = path
        put(path, hibp(["violet harbour seven", "tulip carousel 88"]))
        daemon.start()
        ada = member(daemon)
        for word in ("violet harbour seven", "Tulip Carousel 88"):
            answer = change(ada, word, expect="password-blocked")
            equal(answer.json["reasons"], ["breached"], f"why {word!r} is blocked")
            equal(assess(daemon, word)["reasons"], ["password-blocked", "breached"], f"{word!r}")
        # Written to in place: nothing is judged by it any more, and nobody is kept from signing in.
        os.truncate(path, 1000)
        change(ada, flows.good_password(), expect="storage-unavailable")
        equal(daemon.web.post("/v1/password-check", {"password": "violet harbour eight"}).code, "storage-unavailable",
              "a check by a list that is broken")
        ada.start(expect=201)
        # A reload takes a sound one, and keeps it where the next is none.
        for data, word, code in ((hibp(["marble orchard nine"]), "marble orchard nine", "password-blocked"),
                                 (b"no such list\n", "marble orchard nine", "password-blocked")):
            put(path, data)
            logged = len(daemon.log())
            os.kill(daemon.pid, signal.SIGHUP)
            soon("the reload in the log", lambda: b"configuration" in daemon.log()[logged:])
            change(ada, word, expect=code)
        daemon.stop()
        for data in (b"", b"no such list\n", hibp([])[:-30], hibp([])[45:] + hibp([])[:45]):
            put(path, data)
            daemon.start(ready=False)
            equal(daemon.process.wait(PATIENCE), 10, f"exit code with {data[:20]!r}… as the list")
            said = daemon.log().decode().strip().splitlines()[-1]
            check("breached_file" in said and path in said and "SHA1:COUNT" in said, f"the start says: {said}")


# --- the lane ------------------------------------------------------------------------------------------

@test(exclusive=True, seconds=300)
def nothing_is_hashed_for_a_client_that_left_and_it_owes_nothing():
    heavy = {"memory_kib": 131072, "iterations": 4, "concurrency": 1, "queue": 64, "queue_seconds": 120}
    with Daemon(config={"passwords": heavy, "limits": {"account_failures": 12}}) as daemon:
        ben = account(daemon)
        watch, before = Stopwatch(), hashing_seconds(daemon)
        ben.start(expect=201)
        one = watch.wall if before is None else hashing_seconds(daemon) - before

        def ask(person, password):
            body = json.dumps({"username": person.username, "password": password, "source": source()}).encode()
            link = connect(daemon.frontend_path)
            link.sendall(b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                         + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            return link

        def hashing():
            return daemon.admin.get("/v1/status", expect=200).json["hashing"]

        def answered(link):
            return bool(select.select([link], [], [], 0)[0])

        for attempt in range(20):   # until the one before them is still being hashed when the twelve have left
            ada, first = account(daemon), ask(ben, ben.password)
            soon("the first is being hashed", lambda: hashing()["running"] > 0 or answered(first))
            # As many wrong guesses as strangers have in a day, each from a source of its own.
            links = [ask(ada, "wrong " + flows.good_password()) for _ in range(12)]
            soon("guesses in the queue", lambda: hashing()["waiting"] == 12 or answered(first))
            for link in links:
                link.close()
            if not answered(first):
                soon("jobs of clients that left are not in the queue any more", lambda: hashing()["waiting"] == 0, 1)
                first.recv(16)
                break
            soon("nothing is hashed", lambda: hashing()["waiting"] + hashing()["running"] == 0)
        else:
            raise Failure("twelve requests take longer than a hash of 128 MiB, twenty times")
        # Had one of the twelve been counted, or stayed reserved, this would be refused or stand behind it.
        before = hashing_seconds(daemon)
        ada.start(expect=201)
        if before is not None:
            took = hashing_seconds(daemon) - before
            check(took < 4 * one, f"for a sign-in after them {took:.1f} s were hashed, for one alone {one:.1f} s")
        # A client that leaves while its hash runs is still judged: hanging up is no way to guess for nothing.
        link = ask(ada, "wrong " + flows.good_password())
        soon("it is being hashed", lambda: hashing()["running"] > 0 or answered(link))
        link.close()
        soon("it is hashed", lambda: hashing()["running"] == 0)
        counted = daemon.admin.get("/v1/audit?event=strangers.refused&limit=200", expect=200).json["items"]
        daemon.stop()
        with sqlite3.connect(daemon.database()) as store:
            failures = store.execute("SELECT sum(failures) FROM budgets").fetchone()[0]
        check((failures or 0) > 0, f"a guess whose client left was not counted: {counted}")


def stored(daemon, username):
    with sqlite3.connect(f"file:{daemon.database()}?mode=ro", uri=True) as store:
        return store.execute("SELECT password_hash, password_pepper FROM accounts WHERE username = ?",
                             (username,)).fetchone()


@test()
def another_cost_is_taken_up_by_each_password_at_its_owners_next_sign_in():
    with Daemon() as daemon:
        ada = account(daemon)
        check("$m=19456,t=2,p=1$" in stored(daemon, ada.username)[0], "the configured cost")
        daemon.stop()
        daemon.tables["passwords"].update(memory_kib=20480, iterations=3)
        daemon.start()
        ada.start(password="wrong " + flows.good_password(), expect="invalid-credentials")
        check("$m=19456,t=2,p=1$" in stored(daemon, ada.username)[0], "a wrong password rewrote the hash")
        ada.start(expect=201)
        after = stored(daemon, ada.username)[0]
        check("$m=20480,t=3,p=1$" in after, f"the hash after a sign-in: {after[:40]}")
        ada.start(expect=201)
        equal(stored(daemon, ada.username)[0], after, "a hash that was up to date")


@test()
def a_rotated_pepper_is_durable_and_takes_the_hashes_over_one_by_one():
    with Daemon() as daemon:
        ada, ben = account(daemon), account(daemon)
        before = stored(daemon, ada.username)[1]
        made = daemon.admin.post("/v1/keys/rotate", {"key": "pepper"}, expect=200).json
        equal((made["keys"], made["skipped"], made["pepper"]["generation"], made["pepper"]["state"]),
              ([], [], 2, "current"), "the answer")
        equal(daemon.admin.post("/v1/keys/rotate", {"key": "pepper", "signs_in": 5}).code, "invalid-field", "signs_in")
        equal(daemon.admin.post("/v1/keys/rotate", {"key": "salt"}).code, "invalid-field", "a key that is none")
        equal(daemon.web.post("/v1/keys/rotate", {"key": "pepper"}).code, "permission-denied", "a front end")
        equal(oct(os.stat(daemon.inside("keys/pepper.2")).st_mode & 0o777), "0o600", "the mode of its file")

        def peppers():
            status = daemon.admin.get("/v1/status", expect=200).json
            return [(item["generation"], item["state"], item["passwords"]) for item in status["peppers"]]

        equal(peppers(), [(1, "retiring", 2), (2, "current", 0)], "the peppers")
        ada.start(password="wrong " + flows.good_password(), expect="invalid-credentials")
        ada.start(expect=201)
        equal(peppers(), [(1, "retiring", 1), (2, "current", 1)], "the peppers after a sign-in")
        daemon.kill()
        daemon.start()
        equal(peppers(), [(1, "retiring", 1), (2, "current", 1)], "the peppers after a crash")
        ben.start(expect=201)
        equal(peppers(), [(2, "current", 2)], "the peppers in the end")
        check(stored(daemon, ada.username)[1] not in (before, None), "the hash names the pepper of before")
        records = daemon.admin.get("/v1/audit?event=key.rotated", expect=200).json["items"]
        check(any(record.get("detail", {}).get("key") == "pepper" for record in records), f"the audit: {records}")
        table = daemon.ctl("keys", "rotate", "--pepper")
        check(table.returncode == 0 and b"current" in table.stdout, f"keys rotate --pepper: {table}")
        check(b"retiring" in daemon.ctl("keys", "show").stdout, "keys show does not list the peppers")


# --- the command line ----------------------------------------------------------------------------------

@test()
def anteroomctl_changes_a_password_without_showing_it():
    with Daemon() as daemon:
        ada = account(daemon)
        environment = {"PATH": "/usr/bin:/bin", "NO_COLOR": "1", "XDG_STATE_HOME": daemon.inside("ctl")}

        def ctl(*words, stdin=""):
            return subprocess.run([harness.CTL, "--socket", daemon.frontend_path, *words], input=stdin.encode(),
                                  capture_output=True, timeout=2 * PATIENCE, env=environment)

        new = flows.good_password()
        equal(ctl("account", "passwd", "--passwords-stdin", stdin=f"{ada.password}\n{new}\n").returncode, 4, "nobody in")
        equal(ctl("login", "--credentials-stdin", stdin=f"{ada.username}\n{ada.password}\n").returncode, 0, "login")
        equal(ctl("account", "passwd", "--passwords-stdin", stdin=f"wrong {new}\n{new}\n").returncode, 4, "a wrong one")
        said = ctl("account", "passwd", "--passwords-stdin", stdin=f"{ada.password}\n{new}\n")
        equal((said.returncode, said.stdout), (0, b"password changed\n"), "account passwd")
        check(new.encode() not in said.stdout + said.stderr, "the password is shown")
        check(ctl("account", "passwd").returncode == 64, "without a terminal and without a flag")
        ada.password = new
        ada.start(expect=201)


@test(exclusive=True)
def calibrate_proposes_a_cost_that_the_configuration_takes():
    proposed = subprocess.run([harness.CTL, "--json", "calibrate", "--milliseconds", "60", "--memory-mib", "64",
                               "--concurrency", "1"], capture_output=True, timeout=5 * PATIENCE)
    equal(proposed.returncode, 0, f"calibrate: {proposed}")
    said = json.loads(proposed.stdout)
    check(said["memory_kib"] >= 19456 and said["iterations"] >= 2 and said["concurrency"] == 1, f"{said}")
    check(said["sign_ins_per_second"] > 0 and said["memory_mib"] <= 64, f"{said}")
    lines = subprocess.run([harness.CTL, "calibrate", "--milliseconds", "1", "--concurrency", "1"], capture_output=True,
                           timeout=5 * PATIENCE).stdout.decode()
    check("memory_kib = 19456\niterations = 2\nparallelism = 1\nconcurrency = 1" in lines, f"the floor: {lines}")
    with Daemon(start=False) as daemon:
        daemon.tables["passwords"] = {key: said[key] for key in ("memory_kib", "iterations", "parallelism", "concurrency")}
        daemon.start()
        account(daemon)
    few = subprocess.run([harness.CTL, "calibrate", "--memory-mib", "19", "--concurrency", "2"], capture_output=True, timeout=2 * PATIENCE)
    equal(few.returncode, 10, "less memory than the floor takes")
