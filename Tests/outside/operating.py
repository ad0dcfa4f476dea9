"""Section 7: the command line as an operator meets it, from the first account to the last; and its manual pages."""

import os, re, signal, subprocess, time

import flows
import harness
from harness import *

PASSWORD = "a long walk along the quiet river"


def next_command(said, what):
    """Every refusal says what happened, why, and what to run next; nothing of it goes to standard output."""
    lines = said.stderr.decode().splitlines()
    check(lines and lines[0].startswith("anteroomctl: "), f"{what} does not say what happened: {lines}")
    check(any(line.startswith("  next: ") or "--help" in line for line in lines), f"{what} names no next command: {lines}")
    return "\n".join(lines)


@test()
def a_noun_without_its_verb_is_wrong_usage_and_shows_the_verbs():
    with Daemon() as daemon:
        for nouns in ([], ["account"], ["account", "totp"], ["meeting"], ["keys"], ["audit"], ["lockouts"], ["policy"]):
            said = daemon.ctl(*nouns)
            equal((said.returncode, said.stdout), (64, b""), f"anteroomctl {nouns}")
            check(b"SUBCOMMANDS" in said.stderr, f"the verbs of {nouns}: {said.stderr}")
            equal(daemon.ctl(*nouns, "--help").returncode, 0, "asking for help is no mistake")


@test()
def every_refusal_names_the_next_command():
    with Daemon() as daemon:
        ada = flows.account(daemon)
        nowhere = daemon.inside("run/nosuch.sock")
        for arguments, code in (
                (["account", "show", "nobody"], 3), (["account", "add", ada.username], 5), (["account", "add", "a b"], 1),
                (["account", "totp-reset", ada.username], 5), (["account", "edit", ada.username, "--role", "king"], 1),
                (["account", "edit", ada.username, "--profile", "nosuch"], 1), (["account", "passwd"], 4),
                (["account", "sessions", ada.username, "--revoke", "sess_nosuch"], 3), (["account", "list", "--limit", "0"], 64),
                (["account", "list", "--cursor", "x"], 1), (["account", "import", nowhere], 64),
                (["account", "erase", ada.username], 64), (["login"], 10), (["setup"], 10), (["frob"], 64),
                (["meeting", "show", "nosuch"], 3), (["meeting", "create", "--host", ada.username], 1),
                (["meeting", "create"], 64), (["meeting", "lock", "nosuch"], 4), (["keys", "show", "nosuch"], 3),
                (["keys", "rotate", "nosuch"], 3), (["lockouts", "clear", "lock_nosuch"], 3), (["lockouts", "clear"], 64),
                (["audit", "tail", "--account", "nobody"], 3), (["api", "GET", "/v1/nosuch"], 3),
                (["api", "GET", "v1/health"], 64), (["api", "FROB", "/v1/health"], 1)):
            said = daemon.ctl(*arguments)
            equal(said.returncode, code, f"anteroomctl {' '.join(arguments)} (section 7): {said.stderr}")
            next_command(said, " ".join(arguments))
        next_command(daemon.ctl("status", socket_path=nowhere), "no daemon at the socket")
        for verb in ("login", "setup"):
            said = subprocess.run([harness.CTL, "--socket", daemon.admin_path, verb], stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=60, env={"HOME": daemon.inside("home")})
            equal(said.returncode, 64, f"{verb} with nobody to ask: {said}")
            next_command(said, f"{verb} with nobody to ask")


@test()
def a_code_that_could_not_be_written_is_not_lost_in_silence():
    with Daemon() as daemon:
        with open("/dev/full", "w") as full:
            said = subprocess.run([harness.CTL, "--socket", daemon.admin_path, "account", "add", "ada"], stdout=full,
                                  stderr=subprocess.PIPE, timeout=60)
        equal(said.returncode, 1, f"{said}")
        check("No space left" in next_command(said, "a full disk"), f"{said}")
        reader, writer = os.pipe()
        os.close(reader)
        said = subprocess.run([harness.CTL, "--socket", daemon.admin_path, "account", "list"], stdout=writer,
                              stderr=subprocess.PIPE, timeout=60)
        os.close(writer)
        equal((said.returncode, said.stderr), (1, b""), "whoever stopped reading is told nothing")


@test(root=True)
def whoever_may_not_use_the_socket_is_told_what_would_help():
    with Daemon() as daemon:
        program = daemon.inside("anteroomctl")
        subprocess.run(["install", "-m", "0755", harness.CTL, program], check=True)
        said = subprocess.run([program, "--socket", daemon.admin_path, "status"], capture_output=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin"}, user=STRANGER_UID, group=STRANGER_UID, extra_groups=[])
        equal(said.returncode, 4, f"{said}")
        next_command(said, "a stranger")


def enrolled(daemon, environment, username):
    """The first steps, driven as the help of `setup` says it."""
    setup = subprocess.Popen([harness.CTL, "--socket", daemon.admin_path, "setup", "--scripted", "--username", username],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=environment)
    setup.stdin.write(PASSWORD + "\n")
    setup.stdin.flush()
    said = {}
    for line in setup.stdout:
        key, value = line.rstrip("\n").split(": ", 1)
        said.setdefault(key, []).append(value)
        if key == "totp_secret":
            setup.stdin.write(totp(value, int(time.time())) + "\n")
            setup.stdin.flush()
    equal(setup.wait(30), 0, f"setup: {setup.stderr.read()}")
    equal((said["done"], len(said["recovery_code"])), (["yes"], 10), "what setup wrote")
    return said


@test()
def the_first_steps_end_with_a_meeting():
    with Daemon() as daemon:
        environment = {"PATH": "/usr/bin:/bin", "HOME": daemon.inside("home")}
        os.mkdir(environment["HOME"], 0o700)

        def ctl(*arguments, code=0, stdin=""):
            said = subprocess.run([harness.CTL, "--socket", daemon.admin_path, *arguments], input=stdin, text=True,
                                  capture_output=True, timeout=60, env=environment)
            equal(said.returncode, code, f"anteroomctl {' '.join(arguments)}: {said.stdout}{said.stderr}")
            return said
        check("setup" in ctl("account", "list").stderr, "an empty installation does not name its first step")
        recovery = enrolled(daemon, environment, "hannah")["recovery_code"][0]
        again = ctl("setup", "--scripted", "--username", "hannah", code=5, stdin="x\n").stderr
        check("account reset hannah" in again, f"how a setup that was given up goes on: {again}")
        made = ctl("meeting", "create", "--title", "First")
        identity = re.search(r"^id: +(\S+)$", made.stdout, re.M)[1]
        check(re.search(r"^passcode: +\S+$", made.stdout, re.M), "the passcode")
        check(f"meeting watch {identity}" in made.stderr, f"no next command: {made.stderr}")
        check(re.search(r"^waiting_room +guests +profile$", ctl("meeting", "show", identity).stdout, re.M), "the policy")
        said = ctl("login", "--credentials-stdin", stdin=f"hannah\n{PASSWORD}\n{recovery}\n").stderr
        check("recovery code" in said and "account totp enrol" in said, f"what is left to do after a recovery code: {said}")
        code = re.search(r"setup_code: +(\S+)", ctl("account", "add", "ida").stdout)[1]
        ctl("account", "set-password", "ida", "--code-stdin", "--password-stdin", stdin=f"{code}\n{PASSWORD}\n")
        ctl("logout")
        said = ctl("login", "--credentials-stdin", stdin=f"ida\n{PASSWORD}\n")
        check("second factor" not in said.stderr, f"who is no host needs none: {said.stderr}")
        check("account edit" in ctl("meeting", "create", code=4).stderr, "how one becomes a host")
        said = ctl("account", "edit", "ida", "--role", "host", "--profile", "education").stdout
        check(re.search(r"^roles: +host$", said, re.M) and re.search(r"^profile: +education$", said, re.M), said)
        check("account totp enrol" in ctl("login", "--credentials-stdin", stdin=f"ida\n{PASSWORD}\n").stderr, "a host does")
        said = ctl("account", "edit", "ida", "--no-role", "--profile", "none").stdout
        check(re.search(r"^roles: +-$", said, re.M) and "profile" not in said, said)
        records = ctl("audit", "tail", "--account", "ida").stdout
        check("account.created" in records and "hannah" not in records, f"the records about one account: {records}")


@test()
def a_session_that_cannot_be_kept_is_not_begun():
    with Daemon() as daemon:
        ada = flows.account(daemon)
        said = daemon.ctl("login", "--credentials-stdin", stdin=f"{ada.username}\n{ada.password}\n".encode())
        equal(said.returncode, 10, f"no place for a session: {said}")
        next_command(said, "no place for a session")
        identity = daemon.admin.get(f"/v1/accounts?username={ada.username}").json["items"][0]["id"]
        equal(daemon.admin.get(f"/v1/accounts/{identity}/sessions").json["items"], [], "sessions of nobody's")


@test()
def what_takes_a_person_to_mend_ends_with_10_and_the_check_says_it_before():
    for table, key, value, is_checked in (("passwords", "blocklist_file", "/nowhere/list.txt", True),
                                          ("passwords", "breached_file", "/etc/passwd", True),
                                          ("sockets", "admin_group", "nosuchgroup", False),
                                          ("sockets", "frontend", "/etc/passwd", False)):
        with Daemon(start=False) as daemon:
            daemon.tables[table][key] = value
            daemon.start(ready=False)
            equal(daemon.process.wait(20), 10, f"{key} = {value}: systemd starts it again and again otherwise")
            said = daemon.log().decode()
            check(value in said and ("; " in said), f"what is wrong and what to do: {said}")
            checked = subprocess.run([harness.DAEMON, "--check-config", "--config", daemon.config_path], timeout=60,
                                     capture_output=True, env={"SWIFT_BACKTRACE": "enable=no"})
            equal(checked.returncode, 10 if is_checked else 0, f"--check-config with {key} = {value}: {checked}")


@test()
def a_reload_says_what_waits_for_the_next_start():
    with Daemon() as daemon:
        with open(daemon.config_path) as file:
            before = file.read()

        def reload(text):
            with open(daemon.config_path, "w") as file:
                file.write(text)
            seen = len(daemon.log())
            os.kill(daemon.pid, signal.SIGHUP)
            deadline = time.monotonic() + 5
            while b"configuration read again" not in daemon.log()[seen:]:
                check(time.monotonic() < deadline, "no reload")
                time.sleep(0.02)
            return daemon.log()[seen:].decode()
        check("next start" not in reload(before), "a reload without a change")
        said = reload(before + "\n[names]\nreserved = [\"teacher\"]\n")
        check("next start" in said and "[names]" in said, said)
