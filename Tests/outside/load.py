"""Many requests at once from one thread: a load that takes little from the daemon that it is put on.

Threads would wait for one another, and it is not them that are measured. Requests are bytes, made before their
time is taken.
"""

import json, os, re, resource, secrets, select, time
from typing import NamedTuple

import flows, harness

FULL = bool(os.environ.get("ANTEROOM_FULL"))   # the whole sizes, minutes instead of seconds


def request(method, target, body=None, token=None):
    """The bytes of a request."""
    data = json.dumps(body).encode() if body is not None else b""
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    return head.encode() + b"\r\n" + data


class Reply(NamedTuple):
    seconds: float
    status: int
    body: bytes
    head: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def answer(self):
        """As the harness has it."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return harness.Answer(self.status, [tuple(line.split(": ", 1)) for line in lines], self.body)

    @property
    def retry_after(self):
        return int(self.answer.header("Retry-After"))


class Line:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, client):
        self.client, self.received = client, b""
        self.socket, self.opened = harness.connect(client.path, client.uid), time.monotonic()

    def send(self, data):
        if self.opened and time.monotonic() - self.opened > 2:   # the daemon waits 5 s for a first request
            fresh = harness.connect(self.client.path, self.client.uid)
            os.dup2(fresh.fileno(), self.socket.fileno())   # who polls it knows it by its number
            fresh.close()
        self.opened = None
        self.started = time.monotonic()
        self.socket.sendall(data)

    def take(self):
        """One read: the reply when it is whole, else None."""
        piece = self.socket.recv(1 << 20)
        now = time.monotonic()
        harness.check(piece, "the daemon closed a connection in the middle of an answer")
        self.received += piece
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return None
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0)
        if len(body) < length:
            return None
        self.received = b""
        return Reply(now - self.started, int(head[9:12]), body, head)

    def ask(self, data):
        self.send(data)
        while (reply := self.take()) is None:
            pass
        return reply

    def close(self):
        self.socket.close()


def volley(client, requests, connections=None, seconds=240):
    """Sends all at once, each on a connection of its own (or, of so many, each its next when it has its answer).

    The replies in the order of the requests, each held to section 2. `seconds` may pass without any.
    """
    lines = [Line(client) for _ in range(min(connections or len(requests), len(requests)))]
    replies, pending, waiting, under_way = [None] * len(requests), iter(enumerate(requests)), select.poll(), {}

    def next_on(line):
        number, data = next(pending, (None, None))
        if data is None:
            return waiting.unregister(line.socket.fileno())
        under_way[line.socket.fileno()] = number, line
        line.send(data)
    for line in lines:
        waiting.register(line.socket.fileno(), select.POLLIN)
    for line in lines:
        next_on(line)
    while under_way:
        ready = waiting.poll(seconds * 1000)
        harness.check(ready, f"{len(under_way)} of {len(requests)} requests without an answer, and none for {seconds} s")
        for descriptor, _ in ready:
            number, line = under_way[descriptor]
            if (reply := line.take()) is not None:
                replies[number] = reply
                del under_way[descriptor]
                next_on(line)
    for line in lines:
        line.close()
    for data, reply in zip(requests, replies):
        harness.judge(reply.answer, data.partition(b" HTTP")[0].decode())
    return replies


def statuses(replies):
    """How many there are of each."""
    counts = {}
    for reply in replies:
        counts[reply.status] = counts.get(reply.status, 0) + 1
    return dict(sorted(counts.items()))


def sign_in(username, password, ip, known_device=None):
    """The bytes of a password step (section 4); without an address no source is named."""
    source = {"ip": ip, **({"known_device": known_device} if known_device else {})}
    return request("POST", "/v1/sessions", {"username": username, "password": password,
                                            **({"source": source} if ip else {})})


def people(daemon, count, with_passwords=True):
    """So many accounts, made quickly: two operators' requests at a time would take longer than what is measured."""
    made = [flows.Person(daemon, f"user-{index}-{secrets.token_hex(4)}", flows.good_password()) for index in range(count)]
    created = volley(daemon.admin, [request("POST", "/v1/accounts", {"username": person.username}) for person in made], 4)
    for person, reply in zip(made, created):
        harness.equal(reply.status, 201, "an account")
        person.id, person.setup_code = reply.json["account"]["id"], reply.json["setup_code"]
    if with_passwords:
        redeemed = volley(daemon.web, [request("POST", "/v1/password-resets", {
            "username": person.username, "reset_code": person.setup_code, "new_password": person.password,
        }) for person in made], 4)
        for person, reply in zip(made, redeemed):
            harness.equal(reply.status, 200, "a first password")
            person.known_device = reply.json["known_device"]
    return made


def hashing_seconds(daemon):
    """What the daemon's threads for hashing have computed so far, as the kernel counts it."""
    total, found = 0, False
    for task in os.listdir(f"/proc/{daemon.pid}/task"):
        try:
            for_hashing = harness.is_for_hashing(daemon.pid, task)
            with open(f"/proc/{daemon.pid}/task/{task}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:   # it ended meanwhile
            continue
        if for_hashing:
            found, total = True, total + int(fields[11]) + int(fields[12])
    harness.check(found, "no thread of the daemon's is named `hashing`: what it hashes cannot be counted")
    return total / os.sysconf("SC_CLK_TCK")


def memory_kib(daemon, field="VmRSS"):
    with open(f"/proc/{daemon.pid}/status") as file:
        return int(re.search(field + r":\s+(\d+)", file.read()).group(1))


def many_descriptors():
    """A thousand clients and a daemon that answers them need more than some shells allow."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def percentile(values, share):
    """The smallest of the values that `share` of 100 of them are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered), max(1, -(-len(ordered) * share // 100))) - 1]


# --- what is told --------------------------------------------------------------------------------------

class Table:
    """At most 100 columns, as the benchmark's."""

    def __init__(self, reference=None):
        self.reference = reference

    @staticmethod
    def short(value):
        return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"

    @staticmethod
    def title(text):
        print(f"\n{text}\n{'-' * len(text)}")
        print(f"{'':46}" + "".join(f"{name:>9}" for name in ("count", "p50 ms", "p90 ms", "p99 ms", "max ms", "ratio")))

    def row(self, name, seconds, wanted=None, is_reference=False):
        """`wanted` is a bound of the 99th of 100; the ratio is that of the medians to the bare answer's."""
        figures = [1000 * percentile(seconds, share) for share in (50, 90, 99, 100)]
        if is_reference:
            self.reference = figures[0]
        ratio = self.short(figures[0] / self.reference) if self.reference else ""
        print(f"{name:46}{len(seconds):9}" + "".join(f"{self.short(figure):>9}" for figure in figures) + f"{ratio:>9}")
        if wanted:
            self.verdict("p99", figures[2] / 1000, wanted)

    @classmethod
    def verdict(cls, what, seconds, wanted):
        unit, scale = ("ms", 1000) if wanted < 1 else ("s", 1)
        print(f"  -> {what}: {cls.short(seconds * scale)} {unit}, wanted: under {wanted * scale:g} {unit}: "
              + ("met" if seconds < wanted else "missed"))
