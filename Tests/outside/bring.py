"""Bring your users: accounts of other programs, with the passwords their owners have (section 7, `account import`).

The hashes are made by the tools that make them elsewhere. Where one is not installed, its test is skipped.
"""

import base64, csv, glob, hashlib, hmac, io, os, resource, shutil, sqlite3, subprocess, tempfile, time

from flows import Person, good_password, invited, redeem_setup
import harness
from harness import *

ROW = "SELECT password_hash, password_pepper, password_is_short FROM accounts WHERE username = ?"


def tool(*arguments, stdin=None):
    program = shutil.which(arguments[0])
    if not program:
        raise Skip(f"{arguments[0]} is not installed: scripts/install-dependencies test")
    done = subprocess.run([program, *arguments[1:]], input=stdin, capture_output=True, check=True)
    return done.stdout.decode().strip()


def htpasswd(password, kind):
    return tool("htpasswd", "-nbi" + kind, "x", stdin=password.encode()).partition(":")[2]


def openssl(password, kind):
    return tool("openssl", "passwd", kind, "-stdin", stdin=password.encode() + b"\n")


def argon2(password, kind="-id", passes=4, memory=65536):
    return tool("argon2", secrets_text(), kind, "-t", str(passes), "-k", str(memory), "-p", "1", "-l", "32", "-e",
                stdin=password.encode())


def secrets_text(count=16):
    return base64.b32encode(os.urandom(count)).decode()[:count].lower()


def lua(password, iterations=10000):
    """As Prosody 0.12 keeps it: the salt is the text of a UUID, as it is."""
    salt = f"{secrets_text(8)}-{secrets_text(4)}-4{secrets_text(3)}"
    salted = hashlib.pbkdf2_hmac("sha1", password.encode(), salt.encode(), iterations)
    client = hmac.new(salted, b"Client Key", "sha1").digest()
    server = hmac.new(salted, b"Server Key", "sha1").hexdigest()
    return (f'return {{\n\t["iteration_count"] = {iterations};\n\t["server_key"] = "{server}";\n'
            f'\t["stored_key"] = "{hashlib.sha1(client).hexdigest()}";\n\t["salt"] = "{salt}";\n}};\n')


def write(daemon, name, text):
    path = daemon.inside(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return path


def table(daemon, name, *rows):
    path = daemon.inside(name)
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def bring(daemon, *arguments, code=0):
    """What `account import` printed to be seen to, by username or place."""
    done = daemon.ctl("account", "import", *arguments)
    equal(done.returncode, code, f"account import {arguments}: {done.stdout.decode()}{done.stderr.decode()}")
    rows = {}
    for row in csv.DictReader(io.StringIO(done.stdout.decode())):
        rows[row["username"] or row["place"]] = row
    return rows


def stored(daemon, username):
    base = sqlite3.connect(f"file:{daemon.database()}?mode=ro", uri=True)
    try:
        return base.execute(ROW, (username,)).fetchone()
    finally:
        base.close()


def moves_in(daemon, username, password, short=False):
    """A wrong password does not get in; the old one does, and is ours from then on."""
    check(stored(daemon, username)[1] == "imported", f"{username} has no imported hash")
    person = Person(daemon, username, password)
    person.start(password=password + "!", expect=401)
    equal(stored(daemon, username)[1], "imported", f"{username}: a wrong password changed what is stored")
    person.start(expect=201)
    hash, pepper, is_short = stored(daemon, username)
    check(hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$") or hash.startswith("$argon2id$v=19$m=65536,"),
          f"{username}: not ours after a sign-in: {hash[:30]}")
    check(pepper != "imported" and bool(is_short) == short, f"{username}: {pepper}, short {is_short}")
    person.start(expect=201)
    person.start(password=password + "!", expect=401)
    person.start(password=password[:-1], expect=401)


@test()
def people_of_htpasswd_go_on_with_the_passwords_they_have():
    with Daemon() as daemon:
        made = {"bcrypt": lambda word: htpasswd(word, "BC5"), "sha": lambda word: htpasswd(word, "s"),
                "apr1": lambda word: htpasswd(word, "m"), "apr1 of OpenSSL": lambda word: openssl(word, "-apr1"),
                "md5": lambda word: openssl(word, "-1"), "sha256": lambda word: openssl(word, "-5"),
                "sha512": lambda word: openssl(word, "-6")}
        people = {f"user{number}": (good_password() + (" Grüße" if number % 2 else ""), make)
                  for number, make in enumerate(made.values())}
        people["short"] = ("Tr0ub4d&r", lambda word: openssl(word, "-6"))
        hashes = {name: make(word) for name, (word, make) in people.items()}
        path = write(daemon, "people", "# ours\n\n" + "".join(f"{name}:{hashes[name]}\n" for name in people))
        equal(bring(daemon, "--format", "htpasswd", path), {}, "nobody needs anything")
        for name, (word, _) in people.items():
            moves_in(daemon, name, word, short=name == "short")
        shown = daemon.admin.get("/v1/accounts?username=user0", expect=200).json["items"][0]
        check(shown["vouched"] and not shown["roles"] and shown["second_factor"] is None, f"as imported: {shown}")
        daemon.stop()
        files = b"".join(open(path, "rb").read() for path in glob.glob(daemon.database() + "*"))
        log = open(daemon.log_path, "rb").read()
        for name, hash in hashes.items():
            check(hash.encode() not in files, f"{name}'s hash lies in the database")
            check(hash.encode() not in log, f"{name}'s hash lies in the log")


@test()
def whoever_brings_a_short_or_common_password_gets_in_and_is_told():
    with Daemon() as daemon:
        words = {"ada": ("Tr0ub4d&r", "password-too-short"), "bob": ("passwordpassword", "password-blocked"),
                 "carol": (good_password(), None)}
        path = write(daemon, "people", "".join(f"{name}:{openssl(word, '-6')}\n" for name, (word, _) in words.items()))
        bring(daemon, "--format", "htpasswd", path)
        for name, (word, objection) in words.items():
            person = Person(daemon, name, word)
            for _ in range(2):
                person.sign_in()
            told = daemon.web.get("/v1/accounts/me/notifications", token=person.token, expect=200).json["items"]
            told = [item["detail"] for item in told if item["event"] == "password_imported"]
            equal(told, [{"objection": objection} if objection else {}], f"{name} is told once")


@test()
def a_copied_database_holds_no_hash_of_another_program_that_could_be_guessed_at():
    with Daemon() as daemon:
        word = good_password()
        hash = openssl(word, "-apr1")
        bring(daemon, "--format", "htpasswd", write(daemon, "people", f"ada:{hash}\n"))
        daemon.stop()
        files = b"".join(open(path, "rb").read() for path in glob.glob(daemon.database() + "*"))
        for part in (hash, hash.split("$")[-1], "apr1$" + hash.split("$")[2]):
            check(part.encode() not in files, f"{part} lies in the database")


@test()
def people_of_Nextcloud_go_on_with_the_passwords_they_have():
    with Daemon(config={"passwords": {"memory_kib": 65536}}) as daemon:
        words = [good_password() for _ in range(3)]
        path = table(daemon, "oc_users.csv", ["uid", "displayname", "password", "uid_lower"],
                     ["Ada", "Ada Lovelace", "3|" + argon2(words[0]), "ada"],
                     ["bob", "", "2|" + argon2(words[1], "-i", 3, 1024), "bob"],
                     ["carol", "NULL", "1|" + htpasswd(words[2], "BC10"), "carol"], ["dave", "", "", "dave"])
        rows = bring(daemon, "--format", "nextcloud", path)
        equal(list(rows), ["dave"], "who needs a setup code")
        for name, word in zip(["ada", "bob", "carol"], words):
            moves_in(daemon, name, word)
        dave = Person(daemon, "dave", good_password())
        dave.start(expect=401)
        dave.setup_code = rows["dave"]["setup_code"]
        redeem_setup(dave)
        dave.start(expect=201)
        equal(daemon.admin.get("/v1/accounts?username=ada").json["items"][0]["display_name"], "Ada Lovelace", "name")


@test()
def a_hash_of_more_memory_than_was_laid_out_is_refused_with_what_to_do():
    with Daemon() as daemon:
        path = table(daemon, "oc_users.csv", ["uid", "displayname", "password"],
                     ["ada", "", "3|" + argon2(good_password())])
        rows = bring(daemon, "--format", "nextcloud", path, code=1)
        check("memory_kib, which is 19456" in rows["ada"]["reason"], f"{rows}")
        equal(daemon.admin.get("/v1/accounts?username=ada").json["items"], [], "accounts")


@test()
def people_of_Greenlight_sign_in_by_their_address():
    with Daemon() as daemon:
        words = [good_password() for _ in range(2)]
        hashes = [htpasswd(word, "BC12").replace("$2y$", "$2a$") for word in words]
        path = table(daemon, "users.csv", ["id", "name", "email", "password_digest", "status"],
                     ["1", "Ada", "Ada@Example.org", hashes[0], "active"],
                     ["2", "Bob", "bob@example.org", hashes[1], "banned"])
        rows = bring(daemon, "--format", "greenlight", path, "--host", code=1)
        check("not active" in rows["bob@example.org"]["reason"], f"{rows}")
        moves_in(daemon, "ada@example.org", words[0])
        equal(daemon.admin.get("/v1/accounts?username=ada@example.org").json["items"][0]["roles"], ["host"], "roles")
        equal(daemon.admin.get("/v1/accounts?username=bob@example.org").json["items"], [], "who was banned there")


@test()
def people_of_Prosody_go_on_with_the_passwords_they_have():
    with Daemon() as daemon:
        people = {"ada": good_password(), "b.ob": good_password() + " Grüße", "c o": good_password()}
        for name, word in people.items():
            file = "".join(c if c.isalnum() else f"%{ord(c):02x}" for c in name)
            write(daemon, f"prosody/example%2eorg/accounts/{file}.dat", lua(word))
        write(daemon, "prosody/example%2eorg/accounts/plain.dat", 'return {\n\t["password"] = "in the clear, alas";\n};\n')
        write(daemon, "prosody/example%2eorg/accounts/gone.dat", 'return { ["disabled"] = true; };\n')
        write(daemon, "prosody/example%2eorg/roster/ada.dat", "return { };\n")
        done = daemon.ctl("account", "import", daemon.inside("prosody"))
        check(done.returncode == 64 and b"example%2eorg" in done.stderr, f"which host? {done}")
        rows = bring(daemon, daemon.inside("prosody/example%2eorg"), code=1)
        equal(sorted(rows), ["c o", "gone", "plain"], "whom somebody has to see to")
        check(rows["plain"]["setup_code"] and not rows["c o"]["setup_code"], f"{rows}")
        check("in the clear" in rows["plain"]["reason"], f"why a setup code: {rows}")
        for name in ("ada", "b.ob"):
            moves_in(daemon, name, people[name])


@test()
def people_of_a_real_Prosody_go_on_with_the_passwords_they_have():
    ctl = shutil.which("prosodyctl")
    if not ctl or os.getuid() != 0:
        raise Skip("Prosody is not installed: scripts/install-dependencies doors")
    import pwd
    with Daemon() as daemon:
        state = daemon.inside("prosody")
        config = write(daemon, "prosody.cfg.lua", f'data_path = "{state}"\npidfile = "{state}/pid"\n'
                       'authentication = "internal_hashed"\nlog = {}\nVirtualHost "example.org"\n')
        os.mkdir(state)
        entry = pwd.getpwnam("prosody")
        os.chown(state, entry.pw_uid, entry.pw_gid)
        people = {"ada": good_password(), "b.ob-2": good_password() + " Grüße"}
        for name, word in people.items():
            subprocess.run([ctl, "--config", config, "register", name, "example.org", word], check=True,
                           capture_output=True, stdin=subprocess.DEVNULL)
        equal(bring(daemon, f"{state}/example%2eorg"), {}, "nobody needs anything")
        for name, word in people.items():
            moves_in(daemon, name, word)


@test()
def a_trial_says_what_would_become_of_each_and_writes_nothing():
    with Daemon() as daemon:
        taken = invited(daemon).username
        rows = [["username", "password_hash", "roles"], ["ada", openssl("x", "-6"), "host"], ["bob", "", ""],
                [taken, "", ""], ["Ada", openssl("y", "-6"), ""], ["no name", "", ""], ["eve", "$2y$31$" + "a" * 53, ""]]
        path = table(daemon, "people.csv", *rows)
        before = daemon.admin.get("/v1/accounts", expect=200).body, daemon.admin.get("/v1/audit?limit=200").body
        said = bring(daemon, "--dry-run", path, code=1)
        after = daemon.admin.get("/v1/accounts", expect=200).body, daemon.admin.get("/v1/audit?limit=200").body
        check(before == after, "a trial changed something")
        equal({name: row["outcome"] for name, row in said.items()},
              {"bob": "would be imported", taken: "refused", "ada": "refused", "no name": "refused", "eve": "refused"}, "outcomes")
        check(not any(row["setup_code"] for row in said.values()), "a trial gave out a setup code")
        check("twice" in said["ada"]["reason"] and "4 to 14" in said["eve"]["reason"], f"{said}")


@test()
def what_is_there_from_the_same_list_is_done_and_what_is_of_another_is_taken():
    with Daemon() as daemon:
        words = good_password(), good_password()
        one, other = openssl(words[0], "-6"), openssl(words[1], "-6")
        first = table(daemon, "first.csv", ["username", "password_hash"], ["ada", one], ["bob", ""])
        code = bring(daemon, first)["bob"]["setup_code"]
        for when in ("before", "after"):
            again = bring(daemon, first)
            equal(list(again), ["bob"], f"who has no password yet, {when} a sign-in")
            check(again["bob"]["outcome"] == "exists" and not again["bob"]["setup_code"], f"{again}")
            check(again["bob"]["reason"].endswith("account reset bob"), f"what gives a code: {again}")
            if when == "before":
                moves_in(daemon, "ada", words[0])
        # Another list with her name is about somebody else, and must not change her password.
        for rows in ([["ada", other]], [["ADA", ""]], [["bob", other]]):
            said = bring(daemon, table(daemon, "second.csv", ["username", "password_hash"], *rows), code=5)
            check("another account" in said[rows[0][0].lower()]["reason"], f"{said}")
        Person(daemon, "ada", words[1]).start(expect=401)
        Person(daemon, "ada", words[0]).start(expect=201)
        bob = Person(daemon, "bob", good_password())
        bob.setup_code = code
        redeem_setup(bob)
        equal(bring(daemon, first), {}, "the same again, when everybody has a password")


@test(seconds=300)
def whoever_lost_a_setup_code_with_a_killed_import_is_named_with_what_gives_another():
    with Daemon() as daemon:
        path = table(daemon, "people.csv", ["username"], *([f"user{index}"] for index in range(600)))
        command = [harness.CTL, "--socket", daemon.admin_path, "account", "import", path]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        soon("the first accounts are there", lambda: daemon.admin.get("/v1/accounts?limit=1").json["items"])
        process.kill()
        # What it printed before is thrown away, as an operator's closed terminal does.
        process.communicate(timeout=5 * PATIENCE)
        made = {item["username"] for item in daemon.admin.pages("/v1/accounts", 200)}
        check(0 < len(made) < 600, f"killed too late, or too early: {len(made)} are there")
        done = daemon.ctl("account", "import", path)
        equal(done.returncode, 0, f"the second run: {done.stderr.decode()}")
        check(f"{len(made)} of them without a password" in done.stderr.decode(), f"the sum: {done.stderr.decode()}")
        rows = {row["username"]: row for row in csv.DictReader(io.StringIO(done.stdout.decode()))}
        equal(sorted(rows), sorted(f"user{index}" for index in range(600)), "everybody is named in one run or the other")
        for name, row in rows.items():
            check(bool(row["setup_code"]) == (name not in made), f"a code for each who is new: {row}")
            check((row["outcome"] == "exists") == (name in made), f"{row}")
        name = sorted(made)[0]
        reset = rows[name]["reason"].rpartition(": ")[2]
        equal(reset, f"anteroomctl --socket {daemon.admin_path} account reset {name}", "what gives another code")
        answer = daemon.ctl("--json", *reset.split()[3:])
        person = Person(daemon, name, good_password())
        person.setup_code = json.loads(answer.stdout)["reset_code"]
        redeem_setup(person)
        person.start(expect=201)


@test(seconds=300)
def an_import_that_is_killed_goes_on_where_it_ended():
    with Daemon() as daemon:
        number, word = 3000 if os.environ.get("ANTEROOM_FULL") else 1000, good_password()
        hash = openssl(word, "-6")
        path = table(daemon, "people.csv", ["username", "password_hash"],
                     *([f"user{index}", hash if index % 10 else ""] for index in range(number)))
        command = [harness.CTL, "--socket", daemon.admin_path, "account", "import", path]
        codes, kills = {}, 0
        for _ in range(40):
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            if kills < 4:
                time.sleep(0.02 + 0.03 * kills)
                process.kill() if kills % 2 == 0 else daemon.process.kill()
            out, _ = process.communicate(timeout=5 * PATIENCE)
            codes.update((row["username"], row["setup_code"]) for row in csv.DictReader(io.StringIO(out.decode()))
                         if row.get("setup_code"))
            if kills < 4:
                kills += 1
                if daemon.process.poll() is not None or kills % 2 == 0:
                    daemon.process.wait()
                    daemon.start()
                continue
            if process.returncode == 0:
                break
        equal(process.returncode, 0, "the last run")
        there = daemon.admin.pages("/v1/accounts", 200)
        equal(sorted(item["username"] for item in there), sorted(f"user{index}" for index in range(number)), "accounts")
        told = sum(1 for _ in audit(daemon, "account.imported"))
        equal(told, number, "audit records of imports")
        check(daemon.admin.post("/v1/audit/verify", expect=200).json.get("first_broken") is None, "the audit is broken")
        Person(daemon, f"user{number - 1}", word).start(expect=201)


def audit(daemon, event):
    after = None
    while True:
        page = daemon.admin.get(f"/v1/audit?event={event}&limit=200" + (f"&after={after}" if after is not None else ""),
                                expect=200).json
        yield from page["items"]
        after = page["next_cursor"]
        if after is None:
            return


@test(seconds=120)
def a_hostile_file_is_refused_in_bounded_memory_and_time():
    with Daemon() as daemon:
        def big(name, head, byte):
            path = write(daemon, name, head)
            with open(path, "ab") as file:
                for _ in range(48):
                    file.write(byte * (1 << 20))
            return path

        cases = {
            "an endless htpasswd": ("htpasswd", "/dev/zero"),
            "an endless csv": ("csv", "/dev/zero"),
            "a quote that is not closed": ("csv", big("a", b"username\nada\n\"", b"\n")),
            "a header of commas": ("csv", big("b", b"", b",")),
            "a line of 48 MiB": ("htpasswd", big("c", b"ada:", b"x")),
            "no text": ("csv", write(daemon, "d", os.urandom(1 << 20))),
            "a directory": ("csv", daemon.inside("state")),
            "nothing": ("csv", write(daemon, "e", b"")),
            "not there": ("htpasswd", daemon.inside("missing")),
        }
        _, usual = measured(daemon, "--help")
        for what, (kind, path) in cases.items():
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            done, peak = measured(daemon, "--format", kind, path)
            # Wrong usage is what was named wrongly; what goes wrong half-way failed.
            halfway = what in ("an endless htpasswd", "a quote that is not closed", "a line of 48 MiB")
            equal(done.returncode, 1 if halfway else 64, f"{what}: {done}")
            check(b"  next: " in done.stderr, f"{what}: no way on: {done.stderr.decode()}")
            check(done.stderr.startswith(b"anteroomctl: ") or b"anteroomctl: " in done.stderr, f"{what}: {done}")
            now = resource.getrusage(resource.RUSAGE_CHILDREN)
            took = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
            check(took < 20, f"{what} took {took:.0f} s of a processor")
            check(peak < usual + (16 << 10), f"{what} took {peak} KiB, and the help {usual}")
        equal([item["username"] for item in daemon.admin.pages("/v1/accounts", 200)], ["ada"],
              "what was imported before a quote that is not closed")


@test()
def a_hostile_directory_is_neither_followed_nor_run():
    with Daemon() as daemon:
        base = "prosody/example%2eorg/accounts/"
        write(daemon, base + "run.dat", 'return os.execute("touch /tmp/never")')
        write(daemon, base + "deep.dat", "return " + "{" * 60000)
        write(daemon, base + "large.dat", b"return {" + b" " * 70000 + b"}")
        write(daemon, base + "%00.dat", "return { };")
        write(daemon, base + "%2e%2e%2f.dat", "return { };")
        write(daemon, base + "slow.dat", lua("x", iterations=4096).replace("4096", "4294967295"))
        write(daemon, base + "cheap.dat", lua("x", iterations=1))
        os.mkfifo(daemon.inside(base + "pipe.dat"))
        os.symlink("/etc/passwd", daemon.inside(base + "link.dat"))
        os.mkdir(daemon.inside(base + "folder.dat"))
        word = good_password()
        write(daemon, base + "zoe.dat", lua(word))
        rows = bring(daemon, daemon.inside("prosody/example%2eorg"), code=1)
        check(all(row["outcome"] == "refused" for name, row in rows.items() if name != "../"), f"{rows}")
        for name in ("run", "deep", "large", "pipe", "link", "folder"):
            check(rows.get(name, {}).get("place") == name + ".dat", f"{name} was not said to be refused: {sorted(rows)}")
        check(any(row["place"] == "%00.dat" for row in rows.values()), f"%00.dat was not said to be refused: {sorted(rows)}")
        check("1,000 to 500,000" in rows["slow"]["reason"] and "1,000" in rows["cheap"]["reason"], f"{rows}")
        moves_in(daemon, "zoe", word)


def measured(daemon, *arguments):
    """The command's result and its peak memory in KiB."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.posix_spawn(harness.CTL, [harness.CTL, "--socket", daemon.admin_path, "account", "import",
                                             *arguments], {"PATH": "/usr/bin:/bin", "NO_COLOR": "1"},
                             file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1),
                                           (os.POSIX_SPAWN_DUP2, err.fileno(), 2)])
        _, status, usage = os.wait4(pid, 0)
        out.seek(0), err.seek(0)
        return subprocess.CompletedProcess(arguments, os.waitstatus_to_exitcode(status), out.read(), err.read()), \
            usage.ru_maxrss


HOSTILE = {
    "bcrypt of cost 31": "$2y$31$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y",
    "bcrypt that was cut": "$2y$05$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjR",
    "999,999,999 rounds": "$6$rounds=999999999$" + "a" * 16 + "$" + "a" * 86,
    "yescrypt of 1 GiB": "$y$jFT$Qdn.2osxIssatqVpieqvR1$" + "a" * 43,
    "yescrypt with t": "$y$j9T/.$Qdn.2osxIssatqVpieqvR1$" + "a" * 43,
    "argon2 of 4 TiB": "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "a" * 43,
    "argon2 without passes": "$argon2id$v=19$m=1024,t=0,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43,
    "argon2 without a tag": "$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$",
    "argon2 of a plus": "$argon2id$v=19$m=+16777216,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43,
    "SCRAM of 2^32": "SCRAM-SHA-1$4294967296:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
}


@test()
def a_hash_that_asks_for_too_much_is_refused_before_anything_is_computed():
    with Daemon() as daemon:
        accounts = [{"username": f"user{index}", "password_hash": hash} for index, hash in enumerate(HOSTILE.values())]
        watch = Stopwatch()
        results = daemon.admin.post("/v1/accounts/import", {"accounts": accounts}, expect=200).json["results"]
        check(watch.seconds < 1, f"something was computed, for {watch}")
        for what, result in zip(HOSTILE, results):
            among(result.get("code"), ["hash-cost", "hash-malformed"], what)
            check(result["outcome"] == "refused" and "account" not in result, f"{what}: {result}")
            check(HOSTILE[what] not in json.dumps(result), f"{what}: the answer repeats the hash")
        equal(daemon.admin.get("/v1/accounts").json["items"], [], "accounts")


@test()
def DES_and_what_is_unknown_give_a_setup_code_and_no_way_in():
    with Daemon() as daemon:
        hashes = {"des": "X.O/hXMSE4HOA", "plain": "correct horse battery", "locked": "!$6$x$y", "star": "*",
                  "ssha": "{SSHA}bm90IGtub3duIGhlcmUgYXQgYWxs"}
        accounts = [{"username": name, "password_hash": hash} for name, hash in hashes.items()]
        results = daemon.admin.post("/v1/accounts/import", {"accounts": accounts}, expect=200).json["results"]
        for result in results:
            check(result["outcome"] == "imported" and result["setup_code"] and "scheme" not in result, f"{result}")
            for word in ("correct horse battery", "correct ", hashes[result["username"]]):
                Person(daemon, result["username"], word).start(expect=401)
        equal([result.get("code") for result in results],
              ["hash-truncates", "hash-unknown", None, None, "hash-unknown"], "why")
        bob = Person(daemon, "plain", good_password())
        bob.setup_code = results[1]["setup_code"]
        redeem_setup(bob)
        bob.start(expect=201)


@test()
def bcrypt_never_lets_anybody_in_by_the_first_72_bytes():
    with Daemon() as daemon:
        word = (good_password() * 4)[:72]
        bring(daemon, "--format", "htpasswd", write(daemon, "people", f"ada:{htpasswd(word, 'BC5')}\n"))
        ada = Person(daemon, "ada", word)
        ada.start(password=word + "x", expect=401)
        ada.start(expect=201)


@test()
def only_operators_import_and_only_within_limits():
    with Daemon() as daemon:
        one = {"username": "ada"}
        daemon.web.post("/v1/accounts/import", {"accounts": [one]}, expect="permission-denied")
        for body in ({}, {"accounts": []}, {"accounts": [one] * 51}, {"accounts": one}, {"accounts": [1]},
                     {"accounts": [{"username": 5}]}, {"accounts": [{}]}, {"accounts": [{**one, "password": "x"}]},
                     {"accounts": [{**one, "password_hash": None}]}, {"accounts": [{**one, "password_hash": [1]}]},
                     {"accounts": [{**one, "roles": ["operator"]}]}, {"accounts": [one], "resume": True}):
            daemon.admin.post("/v1/accounts/import", body, expect="invalid-field")
        daemon.admin.post("/v1/accounts/import", {"accounts": [{**one, "password_hash": "x" * 70000}]},
                          expect="body-too-large")
        equal(daemon.admin.get("/v1/accounts").json["items"], [], "accounts")
        results = daemon.admin.post("/v1/accounts/import", {"accounts": [one, one, {"username": "x", "profile": "none"}]},
                                    expect=200).json["results"]
        equal([result.get("code") for result in results], [None, "named-twice", "profile-unknown"], "codes")


@test()
def guesses_at_an_imported_password_are_budgeted_as_any_other():
    with Daemon(config={"limits": {"account_failures": 10}}) as daemon:
        word = good_password()
        bring(daemon, "--format", "htpasswd", write(daemon, "people", f"ada:{openssl(word, '-apr1')}\n"))
        ada, answers = Person(daemon, "ada", word), []
        for _ in range(14):
            answers.append(ada.start(password="wrong " + good_password()).status)
        equal(answers, [401] * 10 + [429] * 4, "ten are evaluated, from a source of its own each")
        ada.start(expect=429)
