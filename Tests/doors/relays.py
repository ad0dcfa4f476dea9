"""Servers that check by themselves what Anteroom gives out: a real coturn, and LiveKit's own library."""

import json, os, re, shutil, socket, subprocess, time

import jwt

import harness
from flows import OPEN, admit, arrive, host, knock, meeting, present
from harness import PATIENCE, Clock, Daemon, Failure, Skip, check, die_with_parent, equal, test

ROOT = os.path.dirname(os.path.dirname(harness.HERE))
SECRET = "river-stone-" + "0123456789abcdef" * 2
# The tests run the configuration that is shipped, but for where it is and what crosses no network here.
CHANGES = [
    (r"^static-auth-secret=.*", "static-auth-secret={secret}"),
    (r"^listening-port=.*",
        "listening-port={port}\nlistening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nno-tls\nno-dtls\nallow-loopback-peers\n"
        "min-port=41000\nmax-port=41999\npidfile={directory}/pid\nlog-file=stdout\nuserdb={directory}/db"),
    (r"^tls-listening-port=.*\n", ""), (r"^cert=.*\n", ""), (r"^pkey=.*\n", ""), (r"^denied-peer-ip=127.*\n", ""),
]


class Relay:
    """coturn on loopback; with `ahead`, its clock is so many seconds ahead."""

    def __init__(self, daemon, ahead=0):
        program = shutil.which("turnserver")
        if not program or not shutil.which("turnutils_uclient"):
            raise Skip("coturn is not installed: scripts/install-dependencies doors")
        directory = daemon.inside(f"coturn-{ahead}")
        os.makedirs(directory)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(os.path.join(ROOT, "Config/frontends/coturn/turnserver.conf")) as file:
            text = file.read()
        for pattern, replacement in CHANGES:
            text, count = re.subn(pattern, lambda _: replacement.format(
                secret=SECRET, port=self.port, directory=directory), text, flags=re.M)
            equal(count, 1, f"the shipped turnserver.conf has {pattern}")
        with open(directory + "/turnserver.conf", "w") as file:
            file.write(text)
        environment = {"PATH": "/usr/bin:/bin"}
        if ahead:
            clock = Clock(directory + "/clock")
            clock.advance(ahead)
            environment.update(clock.environment())
        self.log_path = directory + "/log"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([program, "-c", directory + "/turnserver.conf"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env=environment, preexec_fn=die_with_parent, cwd=directory)

    def __enter__(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure(f"coturn ended with {self.process.returncode} at its start: {self.log()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise Failure("coturn does not listen")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def relays(self, username, credential):
        """Whether two clients with this credential reach each other through it."""
        said = subprocess.run(
            ["timeout", str(PATIENCE), "turnutils_uclient", "-y", "-c", "-n", "2", "-m", "1", "-u", username, "-w", credential,
             "-p", str(self.port), "127.0.0.1"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        found = re.search(r"tot_recv_msgs=(\d+)", said.stdout)
        counts = [int(number) for number in re.findall(r"tot_recv_msgs=(\d+)", said.stdout)]
        return bool(found) and max(counts) > 0, said.stdout + said.stderr


def daemon_with(audience, **tables):
    daemon = Daemon(start=False, frontends=[dict(name="web", uid=os.getuid(), permissions=harness.ALL_PERMISSIONS,
                                                 audiences=[audience["name"]], source=True)])
    daemon.tables["audience"] = [audience]
    daemon.tables.update(tables)
    return daemon


def written(daemon, name, text):
    path = daemon.inside(name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(text)
    return path


@test()
def a_real_coturn_takes_a_fresh_credential_and_no_other():
    with daemon_with(dict(name="room")) as daemon:
        daemon.tables["turn"] = dict(uris=["turn:127.0.0.1"], secret_file=written(daemon, "turn.secret", SECRET), seconds=600)
        daemon.start()
        room = meeting(daemon, host(daemon))
        ada = knock(daemon, room)
        admit(room, ada)
        turn = ada.look().json["turn"]
        with Relay(daemon) as relay, Relay(daemon, ahead=700) as later:
            rows = [("a fresh one", relay, turn["username"], turn["credential"], True),
                    ("the same, 700 s later", later, turn["username"], turn["credential"], False),
                    ("another end, the same code", relay, re.sub(r"^\d+", "4102444800", turn["username"]), turn["credential"], False),
                    ("another join, the same code", relay, turn["username"][:-1] + "x", turn["credential"], False),
                    ("another code", relay, turn["username"], "A" * 27 + "=", False),
                    ("a name alone", relay, "ada", "ada", False)]
            for what, server, username, credential, taken in rows:
                passed, said = server.relays(username, credential)
                print(f"| {what} | {'relayed' if passed else 'refused'} |")
                equal(passed, taken, f"coturn and {what}: {said[-600:]} {server.log()[-1500:]}")


VERIFIER = """
import dataclasses, json, sys
from livekit import api
asked = json.load(sys.stdin)
try:
    claims = api.TokenVerifier(asked["key"], asked["secret"]).verify(asked["token"])
    print(json.dumps({"identity": claims.identity, "name": claims.name, "video": dataclasses.asdict(claims.video)}))
except Exception as error:
    print(json.dumps({"refused": type(error).__name__}))
"""


def as_livekit(token, secret, key="APIkey"):
    """What LiveKit's own library makes of it; the secret goes through standard input."""
    program = os.path.join(ROOT, ".build/doors-venv/bin/python")
    if not os.path.exists(program):
        raise Skip("livekit-api is not installed: scripts/install-dependencies doors")
    said = subprocess.run([program, "-c", VERIFIER], input=json.dumps({"key": key, "secret": secret, "token": token}),
                          capture_output=True, text=True, timeout=PATIENCE)
    equal(said.returncode, 0, f"the verifier: {said.stderr[-1000:]}")
    return json.loads(said.stdout)


@test()
def livekit_s_own_library_takes_a_grant_as_it_is():
    with daemon_with(dict(name="livekit", dialect="livekit", api_key="APIkey")) as daemon:
        daemon.tables["audience"][0]["key_file"] = written(daemon, "livekit.secret", SECRET)
        daemon.start()
        room = meeting(daemon, host(daemon), policy={**OPEN, "names": "free"})
        ada = knock(daemon, room, name="Ada 🙂")
        for what, token, secret, key in (("another secret", ada.grant, SECRET + "x", "APIkey"),
                                         ("another key", ada.grant, SECRET, "APIother"),
                                         ("changed claims", ada.grant[:-60] + "AAAA" + ada.grant[-56:], SECRET, "APIkey")):
            said = as_livekit(token, secret, key)
            print(f"| {what} | {said} |")
            check("refused" in said, f"{what}: {said}")
        said = as_livekit(ada.grant, SECRET)
        print(f"| a guest | {json.dumps(said)} |")
        equal((said["identity"], said["name"]), (ada.id, "Ada 🙂"), "who")
        video = said["video"]
        equal((video["room"], video["room_join"], video["can_subscribe"], video["hidden"]), (room.id, True, True, False), "video")
        equal((video["can_publish"], video["can_publish_sources"]), (False, []), "a guest of publish_on_entry")
        for power in ("room_admin", "room_create", "room_list", "room_record", "can_update_own_metadata", "recorder",
                      "ingress_admin", "agent", "can_manage_agent_session", "can_subscribe_metrics"):
            equal(video[power], False, power)
        owner = as_livekit(arrive(daemon, room).grant, SECRET)["video"]
        equal((owner["can_publish"], owner["room_admin"]), (True, False), "the host")
        equal(owner["can_publish_sources"], ["camera", "microphone", "screen_share", "screen_share_audio"], "the host's sources")
        present(room, ada)
