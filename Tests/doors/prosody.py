"""A real Prosody with Anteroom at its door, and people with a real XMPP client (slixmpp)."""

import asyncio, collections, glob, os, pwd, queue, re, shutil, signal, socket, subprocess, threading, time
import xml.etree.ElementTree as ET

import slixmpp

import harness
from harness import PATIENCE, Daemon, Failure, Skip, die_with_parent

MODULES = os.path.join(os.path.dirname(os.path.dirname(harness.HERE)), "Config/frontends/prosody")
PEOPLE, GUESTS, ROOMS, PLAIN = "example.org", "guests.example.org", "rooms.example.org", "plain.example.org"
MUC, MUC_USER = "{http://jabber.org/protocol/muc}", "{http://jabber.org/protocol/muc#user}"
ERRORS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"

# The tests run the configuration that is shipped, but for where it is and what crosses no network here.
CHANGES = [
    (r'plugin_paths = .*',
        'plugin_paths = {{ "{modules}" }}\ndata_path = "{data}"\nc2s_interfaces = {{ "127.0.0.1" }}\n'
                           'c2s_ports = {{ {port} }}\nc2s_direct_tls_ports = {{ }}\nallow_unencrypted_plain_auth = true'),
    (r'-- anteroom_socket = .*', 'anteroom_socket = "{socket}"'),
    (r'pidfile = .*', 'pidfile = "{data}/prosody.pid"'),
    (r'log = .*', 'log = {{ {{ levels = {{ min = "{level}" }}, to = "file", filename = "{log}" }} }}'),
    (r'"tls"; ', ''), (r'"limits"; ', ''),
    (r'c2s_require_encryption = true', 'c2s_require_encryption = false'),
    (r'ssl = .*', ''),
]
# Beside it, rooms with a password of their own, to compare with.
PLAIN_ROOMS = f"""
Component "{PLAIN}" "muc"
	muc_room_locking = false
	muc_room_default_history_length = 0
"""


def configuration(**values):
    with open(MODULES + "/prosody.cfg.lua") as file:
        text = file.read()
    for pattern, replacement in CHANGES:
        text, count = re.subn(pattern, lambda _: replacement.format(**values), text)
        if count != 1:
            raise Failure(f"the shipped prosody.cfg.lua has {count} of {pattern}")
    return text + PLAIN_ROOMS


def prosody_user():
    """Who Prosody runs as: never root. Where the tests are not root, whoever runs them."""
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    try:
        entry = pwd.getpwnam("prosody")
    except KeyError:
        raise Skip("Prosody is not installed: scripts/install-dependencies doors")
    return entry.pw_uid, entry.pw_gid


def daemon(**more):
    """A daemon with two front ends: `web`, where hosts sit, and Prosody's own, which may do only what it needs."""
    uid, _ = prosody_user()
    door = dict(name="prosody", uid=uid, permissions=["sessions", "joins", "grants", "events"], audiences=["xmpp"],
                source=True)
    web = dict(name="web", uid=os.getuid(), permissions=harness.ALL_PERMISSIONS + ["events"], audiences=["media"],
               source=True)
    if uid == os.getuid():
        web["audiences"] = ["xmpp", "media"]
    return Daemon(frontends=[web] if uid == os.getuid() else [web, door], **more)


class Prosody:
    def __init__(self, daemon, level="debug"):
        self.root = daemon.inside("prosody")
        self.log_path = daemon.inside("prosody.log")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        modules = self.root + "/modules"
        os.makedirs(modules)
        for file in glob.glob(MODULES + "/*.lua"):
            if not file.endswith(".cfg.lua"):
                shutil.copy(file, modules)
        self.config = self.root + "/prosody.cfg.lua"
        with open(self.config, "w") as file:
            file.write(configuration(modules=modules, data=self.root, log=self.log_path, port=self.port,
                                     socket=daemon.frontend_path, level=level))
        open(self.log_path, "w").close()
        uid, gid = prosody_user()
        for path in [self.root, self.log_path, *glob.glob(self.root + "/**", recursive=True)]:
            os.chown(path, uid, gid)
        self.start()

    def become_prosody(self):
        uid, gid = prosody_user()
        if os.getuid() == 0:
            os.setgroups([0])   # the group that the front ends' socket has in these tests
            os.setgid(gid)
            os.setuid(uid)
        die_with_parent()

    def start(self):
        program = shutil.which("prosody") or "/usr/bin/prosody"
        if not os.path.exists(program):
            raise Skip("Prosody is not installed: scripts/install-dependencies doors")
        log = open(self.log_path, "a")
        self.process = subprocess.Popen([program, "-F", "--config", self.config], stdin=subprocess.DEVNULL,
                                        stdout=log, stderr=log, preexec_fn=self.become_prosody, cwd="/",
                                        env={"PATH": "/usr/bin:/bin", "HOME": self.root})
        log.close()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure(f"Prosody ended with {self.process.returncode} at its start")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise Failure("Prosody does not listen")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def cpu(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.process.pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e9

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class Loop:
    """slixmpp's own thread. Tests stay plain functions."""
    loop, lock = None, threading.Lock()

    @classmethod
    def start(cls):
        with cls.lock:
            if cls.loop is None:
                cls.loop = asyncio.new_event_loop()
                threading.Thread(target=cls.run, daemon=True).start()
            return cls.loop

    @classmethod
    def run(cls):
        asyncio.set_event_loop(cls.loop)
        cls.loop.run_forever()

    @classmethod
    def call(cls, function, *arguments):
        done = queue.Queue()
        cls.start().call_soon_threadsafe(lambda: done.put(function(*arguments)))
        return done.get(timeout=PATIENCE)


Happening = collections.namedtuple("Happening", "text at")


class Person:
    """Somebody with an XMPP client: a guest, or an account with its password.

    What the rooms say to it is read as a row of happenings: `in as participant`, `refused: not-authorized`,
    `told: …`, `out (307): …`, `saw Ada come`.
    """

    def __init__(self, prosody, username=None, password=None):
        self.prosody, self.happenings, self.stream, self.nicks = prosody, queue.Queue(), [], {}
        self.signed_in = queue.Queue()
        Loop.call(self.make, username, password)
        try:
            self.outcome = self.signed_in.get(timeout=PATIENCE)
        except queue.Empty:
            self.outcome = "no answer"

    def make(self, username, password):
        address = f"{username}@{PEOPLE}/phone" if username else GUESTS
        client = slixmpp.ClientXMPP(address, password or "", sasl_mech="PLAIN" if username else "ANONYMOUS")
        client.loop = Loop.loop
        client["feature_mechanisms"].unencrypted_plain = True
        client.add_event_handler("session_start", self.started)
        client.add_event_handler("failed_auth", lambda failure: self.signed_in.put("refused: " + failure["condition"]))
        client.add_event_handler("disconnected", lambda _: self.happenings.put(Happening("disconnected", time.monotonic())))
        client.add_filter("in", self.heard)
        self.client = client
        client.connect(("127.0.0.1", self.prosody.port), disable_starttls=True, force_starttls=False)

    def started(self, _):
        self.client.send_presence()
        self.signed_in.put("signed in")

    def heard(self, stanza):
        at, element = time.monotonic(), stanza.xml
        self.stream.append(ET.tostring(element, encoding="unicode"))
        text = self.read(element)
        if text:
            self.happenings.put(Happening(text, at))
        return stanza

    def read(self, element):
        kind, sender = element.get("type"), element.get("from") or ""
        name = element.tag.split("}")[1]
        if "@" + ROOMS not in sender and "@" + PLAIN not in sender:
            return None
        if kind == "error":
            error = element.find("{*}error")
            condition = next((child.tag.split("}")[1] for child in error if child.tag.startswith(ERRORS)
                              and not child.tag.endswith("}text")), "?")
            return ("refused: " if name == "presence" else f"{name} refused: ") + condition
        if name == "message" and kind in (None, "normal") and element.find("{*}body") is not None:
            return "told: " + element.find("{*}body").text
        if name == "message" and kind == "groupchat" and element.find("{*}body") is not None:
            return "heard: " + element.find("{*}body").text
        x = element.find(MUC_USER + "x")
        if name != "presence" or x is None:
            return None
        codes, item = {status.get("code") for status in x.findall(MUC_USER + "status")}, x.find(MUC_USER + "item")
        if "110" in codes and kind is None:
            return "in as " + item.get("role")
        if "110" in codes:
            reason = item.findtext(MUC_USER + "reason")
            return "out" + (" (307)" if "307" in codes else "") + (f": {reason}" if reason else "")
        return f"saw {sender.split('/', 1)[1]} {'come' if kind is None else 'go'}"

    # --- what it does

    def send(self, text):
        Loop.call(self.client.send_raw, text)

    def join(self, where, nick, passcode=None, host=ROOMS):
        room = where if isinstance(where, str) else where.id
        self.nicks[room] = nick
        secret = f"<password>{passcode}</password>" if passcode else ""
        self.send(f"<presence to='{room}@{host}/{nick}'><x xmlns='{MUC[1:-1]}'>{secret}</x></presence>")
        return self

    def leave(self, where):
        self.send(f"<presence type='unavailable' to='{where.id}@{ROOMS}/{self.nicks[where.id]}'/>")

    def say(self, where, text):
        self.send(f"<message type='groupchat' to='{where.id}@{ROOMS}'><body>{text}</body></message>")

    def break_off(self):
        """The connection is gone, without a word."""
        Loop.call(lambda: self.client.transport.abort())

    def go_away(self):
        Loop.call(lambda: self.client.disconnect(wait=0.5))

    def next(self, seconds=PATIENCE, but=("saw ",)):
        """The next happening, those that begin with one of `but` aside; `nothing` after so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                happening = self.happenings.get(timeout=max(0.001, deadline - time.monotonic()))
            except queue.Empty:
                return Happening("nothing", time.monotonic())
            if not happening.text.startswith(tuple(but)) or not but:
                return happening
