"""Section 8: a mistake stops the start with file, line and remedy; section 9: one daemon per store."""

import re, subprocess

import flows
from harness import *


def run_check(daemon, text):
    with open(daemon.config_path, "w") as file:
        file.write(text)
    return subprocess.run([DAEMON_PATH(), "--check-config", "--config", daemon.config_path], capture_output=True,
                          text=True, timeout=30, env={"PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"})


def DAEMON_PATH():
    import harness
    return harness.DAEMON


# Each is one edit of a right configuration: (pattern, replacement, a word that the message must have).
MISTAKES = {
    "an unknown key": (r"^level = .*$", 'level = "info"\ncolour = true', "colour"),
    "an unknown table": (r"^\[log\]$", "[logging]", "logging"),
    "an unknown key in a front end": (r'^name = "web"$', 'name = "web"\ntrusted = true', "trusted"),
    "text where a number belongs": (r"^memory_kib = .*$", 'memory_kib = "much"', "memory_kib"),
    "a number where text belongs": (r"^url = .*$", "url = 5", "url"),
    "memory below the floor": (r"^memory_kib = .*$", "memory_kib = 19455", "memory_kib"),
    "passes below the floor": (r"^iterations = .*$", "iterations = 1", "iterations"),
    "no lanes": (r"^parallelism = .*$", "parallelism = 0", "parallelism"),
    "more memory than can be": (r"^memory_kib = .*$", "memory_kib = 99999999999", "memory_kib"),
    "a queue of less than nothing": (r"^queue = .*$", "queue = -1", "queue"),
    "a fraction of a connection": (r"^connections_per_peer = .*$", "connections_per_peer = 1.5", "connections_per_peer"),
    "no connections": (r"^connections_per_peer = .*$", "connections_per_peer = 0", "connections_per_peer"),
    "another kind of store": (r"^url = .*$", 'url = "mysql://localhost/x"', "url"),
    "a store without a path": (r"^url = .*$", 'url = "sqlite:"', "url"),
    "a relative socket": (r"^frontend = .*$", 'frontend = "frontend.sock"', "frontend"),
    "an unknown permission": (r"^permissions = .*$", 'permissions = ["everything"]', "everything"),
    "a permission that is no list": (r"^permissions = .*$", 'permissions = "sessions"', "permissions"),
    "an audience that nobody defines": (r'^audiences = \["media"\]$', 'audiences = ["nowhere"]', "nowhere"),
    "an unknown dialect": (r"^dialect = .*$", 'dialect = "esperanto"', "esperanto"),
    "a negative uid": (r"^uid = .*$", "uid = -1", "uid"),
    "a uid in quotes": (r"^uid = .*$", 'uid = "root"', "uid"),
    "an unknown log format": (r"^format = .*$", 'format = "xml"', "xml"),
    "an unknown log level": (r"^level = .*$", 'level = "loud"', "loud"),
    "a key twice": (r"^level = .*$", 'level = "info"\nlevel = "debug"', "level"),
    "an unclosed string": (r"^level = .*$", 'level = "info', ""),
    "no TOML at all": (r"^\[log\]$", "this is not TOML", ""),
    "a switch for replay protection": (r"^\[log\]$", "[totp]\nallow_reuse = true\n\n[log]", "totp"),
    "a switch for rate limits": (r"^\[limits\]$", "[limits]\nenabled = false", "enabled"),
}


def line_of(text, wanted, before):
    """Where the edit stands: the first line that differs from the right configuration."""
    old = before.splitlines()
    for number, line in enumerate(text.splitlines(), 1):
        if number > len(old) or line != old[number - 1]:
            return number


@test()
def a_right_configuration_passes_the_check():
    with Daemon(start=False) as daemon:
        said = run_check(daemon, toml(daemon.tables))
        equal(said.returncode, 0, f"--check-config of a right file: {said.stdout}{said.stderr}")
        check(not os.path.exists(daemon.inside("keys")) and not os.path.exists(daemon.database()),
              "checking a configuration made files")


@test(answers="71")
def line_71_google_authenticator_every_mistake_and_every_switch_for_protection_stops_the_start():
    with Daemon(start=False) as daemon:
        right, faults = toml(daemon.tables), []
        for what, (pattern, replacement, word) in MISTAKES.items():
            text, count = re.subn(pattern, lambda _: replacement, right, count=1, flags=re.M)
            check(count == 1, f"{what}: the edit does not apply")
            said = run_check(daemon, text)
            message = said.stdout + said.stderr
            number = line_of(text, replacement, right)
            near = [number + delta for delta in range(0, 3)]   # the key, or the line after a torn one
            if said.returncode != 10:
                faults.append(f"{what}: exit code {said.returncode}, not 10: {message.strip()}")
            elif daemon.config_path not in message:
                faults.append(f"{what}: the file is not named: {message.strip()}")
            elif not any(re.search(rf"(:|line ){line}\b", message) for line in near):
                faults.append(f"{what}: line {number} is not named: {message.strip()}")
            elif word not in message:
                faults.append(f"{what}: {word} is not named: {message.strip()}")
            elif len(message.replace(daemon.config_path, "").split()) < 6:
                faults.append(f"{what}: no remedy in {message.strip()!r}")
        check(not faults, "\n".join(faults))


@test()
def a_mistake_stops_the_start_itself_with_10():
    with Daemon(start=False, config={"log": {"colour": "red"}}) as daemon:
        daemon.start(ready=False)
        equal(daemon.process.wait(PATIENCE), 10, "exit code of a start with a mistake (section 7)")
        check(b"colour" in daemon.log(), "the start does not name the mistake")


@test()
def a_missing_file_is_a_mistake_too():
    with Daemon(start=False) as daemon:
        missing = daemon.inside("nosuch.toml")
        said = subprocess.run([DAEMON_PATH(), "--check-config", "--config", missing], capture_output=True, text=True)
        equal(said.returncode, 10, f"--check-config of a missing file: {said.stderr}")
        check(missing in said.stdout + said.stderr, "the missing file is not named")


@test()
def two_front_ends_may_not_share_a_name_or_a_uid():
    for second in (dict(name="web", uid=4711), dict(name="twin", uid=os.getuid())):
        entries = [dict(name="web", uid=os.getuid(), permissions=["sessions"], audiences=["media"]),
                   dict(permissions=["sessions"], audiences=["elsewhere"], **second)]
        with Daemon(start=False, frontends=entries) as daemon:
            equal(run_check(daemon, toml(daemon.tables)).returncode, 10, f"a second front end with {second}")


@test()
def an_audience_belongs_to_one_front_end():
    entries = [dict(name="web", uid=os.getuid(), permissions=["grants"], audiences=["media"]),
               dict(name="twin", uid=4711, permissions=["grants"], audiences=["media"])]
    with Daemon(start=False, frontends=entries) as daemon:
        equal(run_check(daemon, toml(daemon.tables)).returncode, 10, "one audience of two front ends (section 1)")


@test()
def a_second_daemon_on_the_same_store_is_refused_and_names_the_first():
    with Daemon() as first:
        sockets = dict(frontend=first.inside("run/f2.sock"), admin=first.inside("run/a2.sock"))
        with Daemon(start=False, config={"sockets": sockets, "store": first.tables["store"],
                                         "keys": first.tables["keys"]}) as second:
            second.start(ready=False)
            code = second.process.wait(PATIENCE)
            check(code > 0, f"the second daemon ended with {code}")
            check(re.search(rb"\b%d\b" % first.pid, second.log()), f"the first ({first.pid}) is not named (section 9)")
        equal(first.web.get("/v1/health").status, 200, "the first daemon afterwards")
        # A third that wants the same sockets must not take them from under the first.
        with Daemon(start=False, config={"sockets": first.tables["sockets"]}) as third:
            third.start(ready=False)
            try:
                third.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                raise Failure("a daemon took the sockets of another one that runs")
        equal(first.web.get("/v1/health").status, 200, "the first daemon after a fight for its sockets")


@test()
def a_daemon_that_was_killed_leaves_nothing_that_stops_the_next():
    with Daemon() as daemon:
        for _ in range(3):
            daemon.kill()
            daemon.start()
            equal(daemon.web.get("/v1/health").status, 200, "after a kill")


@test()
def the_command_line_client_says_by_its_exit_code_what_happened():
    with Daemon() as daemon:
        flows.account(daemon, username="ada")
        for arguments, code in ((["status"], 0), (["account", "show", "ada"], 0), (["account", "show", "nobody"], 3),
                                (["account", "add", "ada"], 5), (["nonsense"], 64), (["audit", "verify"], 0),
                                (["api", "GET", "/v1/health"], 0), (["api", "GET", "/v1/nosuch"], 3)):
            said = daemon.ctl(*arguments)
            equal(said.returncode, code, f"anteroomctl {' '.join(arguments)} (section 7): {said.stdout + said.stderr}")
        equal(daemon.ctl("status", socket_path=daemon.inside("run/nosuch.sock")).returncode, 7, "no daemon at the socket")
        check(b"\x1b[" not in daemon.ctl("status").stdout, "colour without a terminal (section 7)")
        check(isinstance(json.loads(daemon.ctl("--json", "status").stdout), dict), "--json prints the API's answer")
