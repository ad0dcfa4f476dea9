"""The harness of the black-box tests: it starts a real daemon, speaks to its real sockets, and cleans up.

Nothing here knows how the daemon is made; what is asserted is the contract, and the sections named in
comments are its sections. Every answer that passes through `Client` is held to section 2 on the way.
"""

import base64, contextlib, ctypes, glob, hashlib, hmac, http.client, io, json, os, re, shutil, signal, socket
import struct, subprocess, sys, threading, time, traceback

DAEMON = CTL = ROOT = None   # set by `run`: the two programs, and this test's own directory
TESTS = []
HERE = os.path.dirname(os.path.abspath(__file__))
OTHER_UID, STRANGER_UID = 60001, 60009   # played by root in forked children; no account needs to exist
PATIENCE = 120   # seconds for what must come and of which nobody promised when: a slow machine is no fault of the daemon


class Failure(AssertionError):
    """The daemon broke the contract."""


class Skip(Exception):
    """This machine cannot show it (not root, no libfaketime)."""


def check(condition, what):
    if not condition:
        raise Failure(what)


def equal(actual, expected, what):
    if actual != expected:
        raise Failure(f"{what}: expected {expected!r}, got {actual!r}")


def among(actual, allowed, what):
    if actual not in allowed:
        raise Failure(f"{what}: expected one of {sorted(map(str, allowed))}, got {actual!r}")


def test(exclusive=False, seconds=180, root=False, answers=()):
    """Registers a test. Its function's name is its sentence; `answers` are lines of the list of incidents.

    `exclusive` runs it with no other test beside it (times and memory are measured); `root` needs uid 0,
    to play a front end of another uid.
    """
    def register(function):
        function.exclusive, function.seconds, function.root = exclusive, seconds, root
        function.answers = [answers] if isinstance(answers, str) else list(answers)
        function.sentence = function.__name__.replace("_", " ")
        TESTS.append(function)
        return function
    return register


# --- time ----------------------------------------------------------------------------------------------

class Pulse:
    """A thread that does next to nothing at an even pace, with a write to the disk in it, and counts how late it was:
    what the machine, or this test's own process, held everybody up by."""
    beat, usual, started = 0.02, 0.005, None

    @classmethod
    def running(cls):
        if cls.started is None or cls.started.pid != os.getpid():
            cls.started = cls()
        return cls.started

    def __init__(self):
        self.pid, self.late, self.due = os.getpid(), 0.0, time.monotonic() + self.beat
        self.file = os.open(os.path.join(ROOT or "/tmp", "pulse-%d" % self.pid), os.O_WRONLY | os.O_CREAT, 0o600)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            self.due = time.monotonic() + self.beat + self.usual
            time.sleep(self.beat)
            os.pwrite(self.file, b".", 0)
            os.fdatasync(self.file)
            self.late += max(0.0, time.monotonic() - self.due)

    def until_now(self):
        return self.late + max(0.0, time.monotonic() - self.due)


class Stopwatch:
    """Time as the daemon has it: without what the machine was late by.

    Taken off are how late the pulse was, and what the threads of the daemons and of this test stood ready for and were not
    run (the kernel counts it). An act goes from one thread to the next, so all of them count, but for those that hash:
    they are there to wait. A daemon that sleeps, or works, is not forgiven a moment; on a machine that is free, nobody is.
    """

    def __init__(self):
        self.pulse = Pulse.running()
        self.began, self.late, self.queued = time.monotonic(), self.pulse.until_now(), self.standing()

    @staticmethod
    def standing():
        """Seconds that each thread stood ready and was not run."""
        found = {}
        for pid in [os.getpid(), *(daemon.pid for daemon in list(Daemon.running))]:
            for task in tasks_of(pid):
                with contextlib.suppress(OSError, ValueError, IndexError):
                    if not is_for_hashing(pid, task):
                        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                            found[pid, task] = int(file.read().split()[1]) / 1e9
        return found

    @property
    def held_up(self):
        queued = [seconds - self.queued.get(task, 0) for task, seconds in self.standing().items()]
        return self.pulse.until_now() - self.late + sum(queued)

    @property
    def wall(self):
        return time.monotonic() - self.began

    @property
    def seconds(self):
        wall = self.wall   # first: asking takes time, too
        return max(0.0, wall - self.held_up)

    def __str__(self):
        return f"{self.seconds:.2f} s (and {self.held_up:.2f} s for the machine)"


def tasks_of(pid):
    with contextlib.suppress(OSError):
        return os.listdir(f"/proc/{pid}/task")
    return []


def is_for_hashing(pid, task):
    """Whether it is one of the threads for hashing, which have that name."""
    with open(f"/proc/{pid}/task/{task}/comm") as file:
        return file.read().strip() == "hashing"


def soon(what, condition, seconds=PATIENCE):
    """Waits until something is so; its value. So many seconds are the daemon's, the machine's come on top."""
    watch = Stopwatch()
    while not (value := condition()):
        check(watch.seconds <= seconds, f"not within {seconds} s: {what}; {watch}")
        time.sleep(0.02)
    return value


# --- processes -----------------------------------------------------------------------------------------

def die_with_parent():
    """PR_SET_PDEATHSIG: a test that is killed takes its daemon along."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


class Clock:
    """Moves the daemon's wall clock while it runs, through libfaketime; monotonic time stays real.

    One that stands `still` moves by `advance` alone: what is told by steps of 30 s or waits of one does not change
    because the machine was slow.
    """

    # libfaketime takes its offset off timers of clocks, too, that it does not move: they are due at once, for ever, and one
    # thread of the daemon does nothing but ask for them. In front of it, these go to the kernel as they are.
    timers, source = None, """
        #define _GNU_SOURCE
        #include <sys/syscall.h>
        #include <sys/timerfd.h>
        #include <unistd.h>
        int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old) {
          return syscall(SYS_timerfd_settime, fd, flags, value, old);
        }
        int timerfd_gettime(int fd, struct itimerspec *value) { return syscall(SYS_timerfd_gettime, fd, value); }
        """

    @classmethod
    def prepare(cls, directory):
        """Builds them where there is a compiler; without, a clock that was moved costs a processor."""
        path, compiler = os.path.join(directory, "timers.so"), shutil.which("cc") or shutil.which("clang")
        if compiler and subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-x", "c", "-", "-o", path],
                                       input=cls.source.encode(), capture_output=True).returncode == 0:
            os.chmod(path, 0o755)
            cls.timers = path
        else:
            cls.timers = ""

    def __init__(self, path, still=False):
        found = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") + glob.glob("/usr/lib/faketime/*MT.so.1"))
        if not found:
            raise Skip("libfaketime is not installed")
        if self.timers is None:
            self.prepare(ROOT)
        self.library, self.path, self.offset = f"{self.timers} {found[0]}".strip(), path, 0
        self.stands_at = int(time.time()) if still else None
        self.advance(0)

    def now(self):
        return (time.time() if self.stands_at is None else self.stands_at) + self.offset

    def advance(self, seconds):
        self.offset += seconds
        with open(self.path + ".new", "w") as file:
            file.write(f"+{self.offset}\n" if self.stands_at is None else
                       time.strftime("%Y-%m-%d %H:%M:%S\n", time.gmtime(self.now())))
        os.chmod(self.path + ".new", 0o644)
        os.rename(self.path + ".new", self.path)

    def environment(self):
        return {"LD_PRELOAD": self.library, "FAKETIME_TIMESTAMP_FILE": self.path, "FAKETIME_NO_CACHE": "1",
                "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
                "FAKETIME_DONT_RESET": "1"}


def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return str(value) if isinstance(value, int) else json.dumps(value)


def toml(tables):
    """A configuration as text: {"table": {key: value}, "array": [{…}, …]}."""
    lines = []
    for name, content in tables.items():
        for entry in content if isinstance(content, list) else [content]:
            lines.append(f"[[{name}]]" if isinstance(content, list) else f"[{name}]")
            lines += [f"{key} = {toml_value(value)}" for key, value in entry.items()]
            lines.append("")
    return "\n".join(lines)


ALL_PERMISSIONS = ["sessions", "accounts", "meetings", "joins", "grants", "events"]


class Daemon:
    """One installation: a directory, a configuration, and the process that serves it. `clock` is True for one that can
    be moved, "still" for one that only moves so.

    `web` is a front end of the tests' own uid; as root there is a second one, `other`, of OTHER_UID.
    """
    count, running = 0, set()

    def __init__(self, config=None, frontends=None, clock=False, start=True):
        Daemon.count += 1
        self.root = os.path.join(ROOT, f"d{Daemon.count}")
        for part in ("", "run", "state"):
            os.makedirs(os.path.join(self.root, part))
            os.chmod(os.path.join(self.root, part), 0o755 if part != "state" else 0o700)
        self.frontend_path, self.admin_path = self.inside("run/frontend.sock"), self.inside("run/admin.sock")
        self.log_path, self.config_path = self.inside("daemon.log"), self.inside("anteroom.toml")
        self.clock = Clock(self.inside("clock"), clock == "still") if clock else None
        self.process = None
        self.tables = self.default_tables(frontends)
        for table, entries in (config or {}).items():
            if isinstance(entries, list):
                self.tables[table] = entries
            else:
                self.tables.setdefault(table, {}).update(entries)
        self.web = Client(self.frontend_path)
        self.admin = Client(self.admin_path)
        self.other = Client(self.frontend_path, uid=OTHER_UID)
        if start:
            self.start()

    def inside(self, path):
        return os.path.join(self.root, path)

    def default_tables(self, frontends):
        if frontends is None:
            frontends = [dict(name="web", uid=os.getuid(), permissions=ALL_PERMISSIONS, audiences=["media"],
                              source=True)]
            if os.getuid() == 0:
                frontends.append(dict(name="other", uid=OTHER_UID, permissions=["sessions", "meetings", "joins",
                                      "grants", "events"], audiences=["elsewhere"], source=True))
        return {
            "sockets": dict(frontend=self.frontend_path, admin=self.admin_path),
            "store": dict(url="sqlite:" + self.inside("state/anteroom.db")),
            "keys": dict(directory=self.inside("keys")),
            # The floor of section 3.1: the tests are about behaviour, not about the cost of a hash.
            "passwords": dict(memory_kib=19456, iterations=2, parallelism=1, queue=256, queue_seconds=120),
            "limits": dict(connections_per_peer=512, waiting_per_meeting=500),
            "frontend": frontends,
            "audience": [dict(name=name, dialect="anteroom")
                         for name in sorted({name for entry in frontends for name in entry["audiences"]})],
            "log": dict(level="debug", format="text"),
        }

    def environment(self):
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "SWIFT_BACKTRACE": "enable=no",
                       "TMPDIR": self.root}
        if self.clock:
            environment.update(self.clock.environment())
        return environment

    def start(self, ready=True, seconds=PATIENCE):
        with open(self.config_path, "w") as file:
            file.write(toml(self.tables))
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen([DAEMON, "--config", self.config_path], stdin=subprocess.DEVNULL, stdout=log,
                                        stderr=log, env=self.environment(), preexec_fn=die_with_parent)
        log.close()
        Daemon.running.add(self)
        if ready:
            self.wait_until_ready(seconds)
        return self

    def wait_until_ready(self, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure(f"the daemon ended with {self.process.returncode} at its start")
            try:
                for path in (self.admin_path, self.frontend_path):
                    if Client(path).get("/v1/health", judge=False).status != 200:
                        raise OSError
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
        raise Failure(f"the daemon was not ready within {seconds} s")

    @property
    def pid(self):
        return self.process.pid

    def stop(self, seconds=10):
        """SIGTERM; section 9: it drains within 5 s and exits with 0."""
        watch = Stopwatch()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure("SIGTERM did not end the daemon (section 9)")
        finally:
            Daemon.running.discard(self)
        check(watch.seconds <= seconds, f"SIGTERM ended the daemon after {watch}, not within 5 s (section 9)")
        equal(code, 0, "exit code after SIGTERM (section 9)")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        Daemon.running.discard(self)

    def restart(self):
        self.stop()
        return self.start()

    def now(self):
        return self.clock.now() if self.clock else time.time()

    def pass_time(self, seconds):
        """Moves the clock where the daemon runs under one, and otherwise really waits."""
        if self.clock:
            self.clock.advance(seconds)
        else:
            time.sleep(seconds)

    def ctl(self, *arguments, socket_path=None, stdin=b""):
        return subprocess.run([CTL, "--socket", socket_path or self.admin_path, *arguments], input=stdin,
                              capture_output=True, timeout=2 * PATIENCE, env={"PATH": "/usr/bin:/bin", "NO_COLOR": "1"})

    def log(self):
        with open(self.log_path, "rb") as file:
            return file.read()

    def resident_kib(self):
        with open(f"/proc/{self.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def database(self):
        """The store's file, for a test that plays who can write it. Only while the daemon is stopped."""
        return self.inside("state/anteroom.db")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


# --- connections ---------------------------------------------------------------------------------------

class Broker:
    """A forked child of another uid that connects for us and hands the descriptor over.

    SO_PEERCRED is what it was at connect(2), so the daemon sees the child's uid for good. The child has
    group 0, as members of the front ends' group would have the socket's group.
    """
    brokers, lock = {}, threading.Lock()

    def __init__(self, uid):
        if os.getuid() != 0:
            raise Skip("only root can play a front end of another uid")
        self.near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            try:
                die_with_parent()
                self.near.close()
                os.setgroups([0])
                os.setgid(0)
                os.setuid(uid)
                die_with_parent()   # a change of uid clears it
                self.serve(far)
            finally:
                os._exit(0)
        far.close()

    @staticmethod
    def serve(far):
        while path := far.recv(512):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path.decode())
                socket.send_fds(far, [b"+"], [connection.fileno()])
            except OSError as error:
                far.send(str(error.errno).encode())
            connection.close()

    @classmethod
    def connect(cls, uid, path):
        with cls.lock:
            broker = cls.brokers.get(uid) or cls.brokers.setdefault(uid, cls(uid))
            broker.near.send(path.encode())
            said, descriptors, _, _ = socket.recv_fds(broker.near, 64, 1)
            if not descriptors:
                raise OSError(int(said), os.strerror(int(said)))
            return socket.socket(fileno=descriptors[0])


def connect(path, uid=None, timeout=2 * PATIENCE):
    if uid is not None and uid != os.getuid():
        connection = Broker.connect(uid, path)
    else:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
    connection.settimeout(timeout)
    return connection


class UnixHTTPConnection(http.client.HTTPConnection):
    def __init__(self, path, uid=None, timeout=2 * PATIENCE):
        super().__init__("localhost", timeout=timeout)
        self.path, self.uid = path, uid

    def connect(self):
        self.sock = connect(self.path, self.uid, self.timeout)


# --- answers -------------------------------------------------------------------------------------------

# Section 2's table, and the three that HTTP itself asks for (404 to anybody for a path that is none, 405, 408).
CODES = {code: status for status, codes in {
    400: "malformed-json malformed-request browser-request",
    401: "invalid-credentials invalid-token",
    403: "peer-not-allowed permission-denied not-host second-factor-required reauthentication-required join-refused "
         "passcode-required invite-required sign-in-required meeting-ended meeting-locked meeting-full not-open-yet "
         "notice-required name-required name-not-allowed client-too-old",
    404: "not-found", 405: "method-not-allowed", 408: "request-timeout",
    409: "username-taken meeting-exists state-conflict idempotency-conflict grant-already-used grant-outdated "
         "participant-action-required",
    412: "stale", 413: "body-too-large", 415: "unsupported-media-type", 431: "headers-too-large",
    422: "invalid-field password-too-short password-too-long password-blocked passcode-too-weak "
         "username-not-allowed policy-floor unprotected",
    429: "too-many-attempts", 503: "busy shutting-down storage-unavailable", 507: "storage-full",
}.items() for code in codes.split()}

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")


class Answer:
    def __init__(self, status, headers, body, version=11):
        self.status, self.headers, self.body, self.version = status, list(headers), body, version

    def header(self, name):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[0] if values else None

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Failure(f"the answer {self} is not JSON")

    @property
    def code(self):
        return self.json.get("code") if self.status >= 400 and self.body else None

    @property
    def bytes(self):
        """All that a client could read of it."""
        return "".join(f"{key}: {value}\n" for key, value in self.headers).encode() + self.body

    def comparable(self):
        """What must be alike where answers are uniform: all but the request's id and the date."""
        request = (self.header("Request-Id") or "\0").encode()
        return (self.status, sorted((key.lower(), value) for key, value in self.headers
                                    if key.lower() not in ("request-id", "date")), self.body.replace(request, b"ID"))

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


def times_in(value, key=""):
    """Every (key, text) that claims to be a time."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from times_in(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from times_in(inner, key)
    elif value is not None and (key.endswith("_at") or key in ("time", "since", "waiting_since")):
        yield key, value


def judge(answer, what, asked_head=False):
    """Holds one answer to what section 2 says of every answer."""
    check(answer.header("Cache-Control") == "no-store", f"{what}: Cache-Control is not no-store: {answer.headers}")
    check(answer.header("X-Content-Type-Options") == "nosniff", f"{what}: nosniff is missing: {answer.headers}")
    ids = [value for key, value in answer.headers if key.lower() == "request-id"]
    check(len(ids) == 1 and ids[0], f"{what}: not one Request-Id: {answer.headers}")
    if answer.status >= 500:
        among(answer.status, (503, 507), f"{what}: {answer}")
    if answer.status in (429, 503):
        check((answer.header("Retry-After") or "").isdigit(), f"{what}: {answer.status} without Retry-After")
        check(int(answer.header("Retry-After")) >= 1, f"{what}: Retry-After says now")
    if answer.status == 401:
        check((answer.header("WWW-Authenticate") or "").startswith("Bearer"), f"{what}: 401 without WWW-Authenticate")
    if answer.status == 405:
        check(answer.header("Allow"), f"{what}: 405 without Allow")
    if asked_head or answer.status == 204:
        return equal(answer.body, b"", f"{what}: a body where none may be")
    kind = (answer.header("Content-Type") or "").split(";")[0].strip()
    if answer.status >= 400:
        equal(kind, "application/problem+json", f"{what}: content type of {answer}")
        problem = answer.json
        for member in ("type", "title", "status", "code", "detail"):
            check(member in problem, f"{what}: the problem lacks {member}: {problem}")
        equal(problem["type"], "urn:anteroom:problem:" + problem["code"], f"{what}: problem type")
        equal(problem["status"], answer.status, f"{what}: problem status")
        equal(CODES.get(problem["code"]), answer.status, f"{what}: status of the code {problem['code']}")
        if "retry_after" in problem:
            equal(str(problem["retry_after"]), answer.header("Retry-After"), f"{what}: retry_after and Retry-After")
    elif kind == "application/json":
        for key, value in times_in(answer.json):
            check(isinstance(value, str) and TIME.match(value), f"{what}: {key} is no RFC 3339 with ms: {value!r}")


class Client:
    """A well-behaved front end or operator. `expect` is a status, a code, or a tuple of either."""

    def __init__(self, path, uid=None):
        self.path, self.uid = path, uid

    def call(self, method, target, body=None, token=None, headers=None, expect=None, judge=True, timeout=2 * PATIENCE,
             connection=None):
        fields = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
        if token is not None:
            fields["Authorization"] = "Bearer " + token
        own = connection is None
        connection = connection or UnixHTTPConnection(self.path, self.uid, timeout)
        try:
            connection.request(method, target, body=body, headers=fields)
            response = connection.getresponse()
            answer = Answer(response.status, response.getheaders(), response.read(), response.version)
        finally:
            if own:
                connection.close()
        if judge:
            globals()["judge"](answer, f"{method} {target}", method == "HEAD")
        if expect is not None:
            allowed = expect if isinstance(expect, tuple) else (expect,)
            check(answer.status in allowed or (answer.status >= 400 and answer.code in allowed),
                  f"{method} {target}: expected {expect}, got {answer}")
        return answer

    def get(self, target, **more):
        return self.call("GET", target, **more)

    def post(self, target, body=None, **more):
        return self.call("POST", target, body, **more)

    def patch(self, target, body=None, **more):
        return self.call("PATCH", target, body, **more)

    def put(self, target, body=None, **more):
        return self.call("PUT", target, body, **more)

    def delete(self, target, **more):
        return self.call("DELETE", target, **more)

    def pages(self, target, limit, **more):
        """All items of a list, by its cursors; no page may be longer than asked, no item may come twice."""
        items, cursor, separator = [], None, "&" if "?" in target else "?"
        for _ in range(1000):
            base = target + f"{separator}limit={limit}"
            page = self.get(base + (f"&cursor={cursor}" if cursor is not None else ""), **more)
            if page.status >= 400 and cursor is not None and "/audit" in target:
                page = self.get(base + f"&after={cursor}", **more)   # section 7 names it `after`
            equal(page.status, 200, f"a page of {target}: {page}")
            page = page.json
            check(len(page["items"]) <= limit, f"{target}: a page of {len(page['items'])} where {limit} were asked")
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items
        raise Failure(f"{target}: the cursors never end")


# --- streams -------------------------------------------------------------------------------------------

class Ended(Exception):
    """The stream is over; `how` is "told" where the daemon closed it as HTTP says, else "cut"."""

    def __init__(self, how):
        super().__init__(how)
        self.how = how


class Event:
    """One event as a reader gets it, from a stream or from a page of the long poll."""

    def __init__(self, id, name, data):
        self.id, self.name, self.data = id, name, data

    @property
    def number(self):
        return int(self.id)

    def __eq__(self, other):
        return (self.id, self.name, self.data) == (other.id, other.name, other.data)

    def __repr__(self):
        return f"{self.id} {self.name} {json.dumps(self.data)[:300]}"


class Stream:
    """Server-Sent Events over a connection of its own (section 6.3), read strictly.

    Without `after` it begins at a snapshot. `uid` and path are the client's; `lines` are more header lines.
    """

    def __init__(self, client, target, token=None, after=None, version="1.1", lines="", half_close=False, timeout=PATIENCE):
        self.what = f"the stream {target}"
        self.connection = connect(client.path, client.uid, timeout)
        self.buffer = self.text = b""
        self.comments, self.ended, self.chunked = 0, None, False
        head = f"GET {target} HTTP/{version}\r\nHost: localhost\r\nAccept: text/event-stream\r\n{lines}"
        if token is not None:
            head += f"Authorization: Bearer {token}\r\n"
        if after is not None:
            head += f"Last-Event-ID: {after}\r\n"
        self.connection.sendall(head.encode() + b"\r\n")
        if half_close:
            self.connection.shutdown(socket.SHUT_WR)
        self.read_head()

    def read_head(self):
        deadline = time.monotonic() + PATIENCE
        while b"\r\n\r\n" not in self.buffer:
            self.fill(deadline, raw=True)
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *fields = head.decode("latin-1").split("\r\n")
        self.version, status = first.split(" ")[:2]
        self.status, headers = int(status), [tuple(field.split(": ", 1)) for field in fields]
        self.answer = Answer(self.status, headers, b"")
        if self.status != 200:
            length = int(self.answer.header("Content-Length") or 0)
            while len(self.buffer) < length:
                self.fill(deadline, raw=True)
            self.answer.body = self.buffer[:length]
            judge(self.answer, self.what)
            return self.close()
        judge(self.answer, self.what)
        equal(self.answer.header("Content-Type"), "text/event-stream", f"{self.what}: content type")
        equal(self.answer.header("Content-Length"), None, f"{self.what}: length")
        self.chunked = (self.answer.header("Transfer-Encoding") or "").lower() == "chunked"
        self.unchunk()

    def fill(self, deadline, raw=False):
        """One read of the socket; TimeoutError where nothing came in time."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.connection.settimeout(left)
        try:
            piece = self.connection.recv(262144)
        except ConnectionError:
            piece = b""
        if not piece:
            self.ended = self.ended or ("told" if not self.chunked and not raw else "cut")
            raise Ended(self.ended)
        self.buffer += piece
        if not raw:
            self.unchunk()

    def unchunk(self):
        """Takes the framing off what has come; it must be right to the byte."""
        if not self.chunked:
            self.text, self.buffer = self.text + self.buffer, b""
            return
        while b"\r\n" in self.buffer and not self.ended:
            size, rest = self.buffer.split(b"\r\n", 1)
            check(re.fullmatch(rb"[0-9a-fA-F]+", size), f"{self.what}: no size of a chunk: {size[:80]!r}")
            length = int(size, 16)
            if len(rest) < length + 2:
                return
            equal(rest[length:length + 2], b"\r\n", f"{self.what}: what ends a chunk")
            if length == 0:
                self.ended = "told"
            self.text, self.buffer = self.text + rest[:length], rest[length + 2:]

    def next(self, seconds=PATIENCE):
        """The next event; TimeoutError where none comes, Ended where none will."""
        deadline = time.monotonic() + seconds
        while True:
            while b"\n\n" in self.text:
                frame, self.text = self.text.split(b"\n\n", 1)
                if frame == b":":
                    self.comments += 1
                    continue
                found = re.fullmatch(rb"id: ([0-9]+)\nevent: ([a-z._]+)\ndata: ([^\r\n]*)", frame)
                check(found, f"{self.what}: a frame that is none of section 6.3: {frame[:300]!r}")
                return Event(found[1].decode(), found[2].decode(), json.loads(found[3]))
            if self.ended:
                raise Ended(self.ended)
            self.fill(deadline)

    def expect(self, name, seconds=PATIENCE, **data):
        """The next event, which has this name and at least these fields. Of the seconds, the daemon's own count."""
        watch = Stopwatch()
        try:
            event = self.next(PATIENCE)
        except TimeoutError:
            raise Failure(f"{self.what}: no {name} within {PATIENCE} s")
        except Ended as ended:
            raise Failure(f"{self.what}: over ({ended.how}) where {name} was due")
        equal(event.name, name, f"{self.what}: the name of {event}")
        for key, value in data.items():
            equal(event.data.get(key), value, f"{self.what}: {key} of {event}")
        check(watch.seconds <= seconds, f"{self.what}: {name} came after {watch}, not within {seconds} s")
        return event

    def snapshot(self, **more):
        return self.expect("snapshot", **more)

    def until(self, name, seconds=PATIENCE, **data):
        """All events up to the first with this name and these fields. Of the seconds, the daemon's own count."""
        watch, seen = Stopwatch(), []
        while True:
            try:
                seen.append(self.next(max(0.01, PATIENCE - watch.wall)))
            except (TimeoutError, Ended) as end:
                raise Failure(f"{self.what}: {end!r} before {name} {data}; there were {seen[-8:]}")
            if seen[-1].name == name and all(seen[-1].data.get(key) == value for key, value in data.items()):
                check(watch.seconds <= seconds, f"{self.what}: {name} came after {watch}, not within {seconds} s")
                return seen

    def quiet(self, seconds=0.4):
        """What comes until nothing came for so long, or the stream is over."""
        seen, watch = [], Stopwatch()
        while True:
            try:
                seen.append(self.next(seconds))
                watch = Stopwatch()
            except TimeoutError:
                if watch.seconds >= 0.9 * seconds:   # with the machine held up, nothing came because nothing could
                    return seen
            except Ended:
                return seen

    def closes(self, why, seconds=1.0):
        """It is closed within so long, as HTTP closes; what came before."""
        watch, seen = Stopwatch(), []
        while True:
            try:
                seen.append(self.next(max(0.01, PATIENCE - watch.wall)))
            except TimeoutError:
                raise Failure(f"{self.what}: still open after {PATIENCE} s: {why} (section 6.3)")
            except Ended as ended:
                check(watch.seconds <= seconds + 0.5, f"{self.what}: closed after {watch}: {why} (section 6.3: within 1 s)")
                equal(ended.how, "told", f"{self.what}: how it ended: {why}")
                return seen

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def page(client, target, token=None, after=None, wait=0, expect=200):
    """The long-polling twin (section 6.3): (events, where to go on)."""
    query = "&".join([f"wait={wait}"] + ([f"after={after}"] if after is not None else []))
    said = client.get(f"{target}?{query}", token=token, expect=expect, timeout=wait + PATIENCE).json
    equal(set(said), {"events", "after"}, f"members of a page of {target}")
    for item in said["events"]:
        equal(set(item), {"id", "event", "data"}, f"members of an event of {target}")
    return [Event(item["id"], item["event"], item["data"]) for item in said["events"]], said["after"]


# --- raw bytes -----------------------------------------------------------------------------------------

class Replay:
    """Bytes that were received, as http.client reads a socket."""
    def __init__(self, data):
        self.stream = io.BytesIO(data)
        self.stream.close = lambda: None

    def makefile(self, *_, **__):
        return self.stream


def answers_in(data):
    """Every answer in the bytes; interim ones (100) are passed over."""
    replay, found = Replay(data), []
    while replay.stream.tell() < len(data):
        response = http.client.HTTPResponse(replay)
        try:
            response.begin()
            found.append(Answer(response.status, response.getheaders(), response.read(), response.version))
        except http.client.HTTPException as error:
            raise Failure(f"the daemon sent what is no HTTP: {data[:300]!r} ({error!r})")
    return found


def raw(path, data, half_close=False, seconds=PATIENCE, uid=None, until=None):
    """Sends bytes as they are (bytes, or an iterable of bytes and of seconds to pause) and reads what comes.

    Returns (bytes received, whether the daemon closed). Stops at `until` answers where that is given.
    """
    connection, received, closed = connect(path, uid, 0.05), b"", False
    deadline = time.monotonic() + seconds
    try:
        for piece in [data] if isinstance(data, bytes) else data:
            if isinstance(piece, (int, float)):
                time.sleep(piece)
                with contextlib.suppress(socket.timeout):
                    chunk = connection.recv(65536)
                    received, closed = received + chunk, chunk == b""
            else:
                connection.settimeout(PATIENCE)
                connection.sendall(piece)
                connection.settimeout(0.05)
            if closed:
                return received, True
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        while time.monotonic() < deadline:
            with contextlib.suppress(socket.timeout):
                chunk = connection.recv(65536)
                if not chunk:
                    return received, True
                received += chunk
            if until and complete(received) >= until:
                return received, False
        return received, False
    except (BrokenPipeError, ConnectionResetError):
        with contextlib.suppress(OSError):
            connection.settimeout(1)
            while chunk := connection.recv(65536):
                received += chunk
        return received, True
    finally:
        connection.close()


def complete(data):
    try:
        return len(answers_in(data)) if data else 0
    except (Failure, http.client.HTTPException):
        return 0


def single(path, data, what, **more):
    """One answer, held to section 2, or None where the daemon only closed; anything else fails."""
    received, closed = raw(path, data, **more)
    found = answers_in(received)
    check(len(found) <= 1, f"{what}: more than one answer: {received[:300]!r}")
    if not found and more.get("until"):
        raise Failure(f"{what}: no answer{' and the connection closed' if closed else ''}")
    if not found:
        check(closed, f"{what}: neither an answer nor a closed connection")
        return None, closed
    judge(found[0], what)
    return found[0], closed


# --- many at once --------------------------------------------------------------------------------------

def parallel(count, work):
    """Runs work(0…count-1), each in a thread, started together; the results in order; the first fault is raised."""
    results, faults, gate = [None] * count, [], threading.Barrier(count)

    def one(index):
        try:
            gate.wait(PATIENCE)
            results[index] = work(index)
        except BaseException as fault:   # noqa: whatever it was, it belongs to the caller
            faults.append(fault)
    threads = [threading.Thread(target=one, args=(index,), daemon=True) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return results


# --- one-time codes ------------------------------------------------------------------------------------

def totp(secret, at):
    """RFC 6238 with SHA-1, 6 digits and 30 s; `secret` in base32."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    start = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000)


class Authenticator:
    """A person's app. Gives out each time step once, as the daemon takes each once (section 3.1)."""

    def __init__(self, daemon, secret):
        self.daemon, self.secret, self.last = daemon, secret, 0
        if tool := shutil.which("oathtool"):
            at = int(daemon.now())
            said = subprocess.run([tool, "--totp", "-b", "-N", f"@{at}", secret], capture_output=True, text=True)
            equal(totp(secret, at), said.stdout.strip(), f"our TOTP and oathtool's {said.stderr}")

    @property
    def stands_still(self):
        return self.daemon.clock is not None and self.daemon.clock.stands_at is not None

    def at(self, step):
        return totp(self.secret, step * 30)

    def step(self):
        """The lowest step that is inside the window and later than any given out."""
        while True:
            now = self.daemon.now()
            current, left = int(now) // 30, 30 - now % 30
            # A step that is soon over is not given out: it might be late when it is shown.
            for step in ([current - 1] if left > 15 or self.stands_still else []) + [current, current + 1]:
                if step > self.last:
                    self.last = step
                    return step
            self.daemon.pass_time(30 if self.daemon.clock else left + 0.2)

    def code(self):
        return self.at(self.step())

    def wrong(self):
        """A code that no step near by has."""
        near = {self.at(int(self.daemon.now()) // 30 + delta) for delta in range(-4, 5)}
        return next(code for code in ("%06d" % number for number in range(100_000, 1_000_000)) if code not in near)


# --- the runner ----------------------------------------------------------------------------------------

def run_one(function):
    """In the test's own process: 0 passed, 1 failed, 77 skipped."""
    try:
        if function.root and os.getuid() != 0:
            raise Skip("only root can play a front end of another uid")
        function()
        return 0
    except Skip as reason:
        print(reason)
        return 77
    except Failure as failure:
        frames = [frame for frame in traceback.extract_tb(failure.__traceback__) if frame.filename != __file__]
        where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
        print(f"{where}: {failure}")
    except BaseException:
        traceback.print_exc(file=sys.stdout)
    return 1
