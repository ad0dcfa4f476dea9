"""Section 3.1: sign-ins at ten times what can be hashed, and those who have nothing to do with them meanwhile.

`flood` prints the whole measure; the tests here hold small ones of it to bounds that a busy machine keeps.
"""

import select, socket, threading

import flows
from flows import OPEN, host, meeting
from harness import *
from load import FULL, Line, Table, hashing_seconds, many_descriptors, memory_kib, people, percentile, request, sign_in
from load import statuses, volley

COST = dict(memory_kib=65536, iterations=3, parallelism=1)   # the default
FIGURES = {"limits": {"connections_per_peer": 4000, "source_failures": 1000, "account_failures": 100,
                      "waiting_per_meeting": 20_000}, "log": {"level": "info"}}
WRONG = "wrong horse battery staple"
REFUSALS, SHARE, SLOWER, ROOM_KIB = 0.050, 0.9, 3, 40 * 1024   # what is wanted


class Joiner:
    """Knocks at an even pace in a process of its own, so that sending a flood takes nothing from what is measured."""

    def __init__(self, daemon, room, pace=25):
        self.near, far = socket.socketpair()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                die_with_parent()
                self.near.close()
                self.serve(daemon, room, pace, far)
                code = 0
            finally:
                os._exit(code)
        far.close()

    def serve(self, daemon, room, pace, far):
        """For each number of seconds asked for: the times of the knocks in them."""
        far, line, number = far.makefile("rw"), Line(daemon.web), 0
        for asked in far:
            seconds, began = [], time.monotonic()
            while (due := began + len(seconds) / pace) < began + float(asked):
                time.sleep(max(0, due - time.monotonic()))
                number += 1
                data = request("POST", room.path + "/joins", {
                    "display_name": f"Guest {number:06}", "passcode": room.passcode,
                    "source": {"ip": f"2001:db8:{number >> 16:x}:{number & 0xffff:x}::1"}})
                reply = line.ask(data)
                seconds.append((reply.seconds, reply.status))
            far.write(json.dumps(seconds) + "\n")
            far.flush()

    def begin(self, seconds):
        self.near.sendall(f"{seconds}\n".encode())
        return self

    def result(self):
        with self.near.makefile() as file:
            found = json.loads(file.readline())
        equal({status for _, status in found}, {201}, "answers to knocks with the right passcode")
        return [took for took, _ in found]


class Others:
    """What processes that have nothing to do with the measure took of the processors meanwhile: beside a figure that is
    missed it says how much that means."""

    def __init__(self, *processes):
        self.processes = processes
        self.began, self.used = time.monotonic(), self.now()

    def now(self):
        with open("/proc/stat") as file:
            user, nice, system, _, _, interrupts, soft, stolen, *_ = map(int, file.readline().split()[1:])
        own = 0
        for process in ("self", *self.processes):
            with open(f"/proc/{process}/stat") as file:
                own += sum(map(int, file.read().rpartition(")")[2].split()[11:13]))
        return user + nice + system + interrupts + soft + stolen - own

    @property
    def share(self):
        """Of all processors, from the start to now."""
        return (self.now() - self.used) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - self.began) / os.cpu_count()

    def __str__(self):
        return f"other processes took {100 * self.share:.0f} % of the processors meanwhile"


class Flood:
    """A house at the default cost, and clients who want to sign in to it. Idle is measured before anybody did."""

    def __init__(self, accounts=40, **passwords):
        many_descriptors()
        self.daemon = Daemon(config={**FIGURES, "passwords": {**COST, **passwords}}, start=False)
        self.daemon.tables["passwords"].pop("queue", None)           # the queue's own defaults
        self.daemon.tables["passwords"].pop("queue_seconds", None)
        self.daemon.tables["passwords"].update(passwords)
        self.daemon.start()
        self.people = people(self.daemon, accounts)
        self.owner = host(self.daemon)
        self.room = meeting(self.daemon, self.owner, policy={**OPEN, "capacity": 100_000})
        self.daemon.restart()
        self.idle = memory_kib(self.daemon)
        hashing = self.daemon.admin.get("/v1/status", expect=200).json["hashing"]
        self.threads, self.arena = hashing["threads"], hashing["memory_kib_per_thread"]
        self.number = 0

    def requests(self, count):
        """Of ten sign-ins nine are right, each from its own source; over many accounts, so that no budget is spent."""
        made = []
        for _ in range(count):
            self.number += 1
            person = self.people[self.number % len(self.people)]
            ip = f"2001:db8:ffff:{self.number & 0xffff:x}::1"
            made.append(sign_in(person.username, person.password, ip) if self.number % 10 else
                        sign_in(f"nobody-{self.number}", WRONG, ip))
        return made

    def at_once(self, count):
        """All in one moment; the replies, and the most memory that was resident up to now, in KiB."""
        replies = volley(self.daemon.web, self.requests(count), seconds=300)
        return replies, memory_kib(self.daemon, "VmHWM")

    @property
    def ceiling(self):
        """What the resident memory is to stay under, in KiB."""
        return self.idle + self.threads * self.arena + ROOM_KIB

    def capacity(self, seconds):
        """Sign-ins a second where each client waits for its answer, and no thread for hashing for a client."""
        lines = [Line(self.daemon.web) for _ in range(2 * self.threads)]
        counted, last = self.closed_loop(lines, seconds)
        for line in lines:
            line.close()
        return counted / last

    def closed_loop(self, lines, seconds):
        began, counted, waiting = time.monotonic(), 0, select.poll()
        by_number = {line.socket.fileno(): line for line in lines}
        for number, line in by_number.items():
            waiting.register(number, select.POLLIN)
            line.send(self.requests(1)[0])
        busy, now = len(lines), began
        while busy:
            for number, _ in waiting.poll(60_000):
                if (reply := by_number[number].take()) is None:
                    continue
                among(reply.status, (201, 401), "a sign-in that nobody disputes the place of")
                counted, now = counted + 1, time.monotonic()
                if now - began < seconds:
                    by_number[number].send(self.requests(1)[0])
                else:
                    busy -= 1
        return counted, now - began

    def overload(self, rate, seconds):
        """So many sign-ins a second whatever comes of them: (the replies to those sent in the time, how long the hashing
        of them could last). Whoever was refused goes away; each client has a connection of its own."""
        requests, replies, lines, free = self.requests(int(rate * seconds)), [], {}, []
        waiting, began, sent, served_in_time = select.epoll(), time.monotonic(), 0, 0
        while sent < len(requests) or lines:
            now = time.monotonic()
            check(now < began + seconds + 600, f"{len(lines)} sign-ins without an answer ten minutes after the flood")
            while sent < len(requests) and began + sent / rate <= now:
                line = free.pop() if free else Line(self.daemon.web)
                lines[line.socket.fileno()] = line
                line.send(requests[sent])
                waiting.register(line.socket.fileno(), select.EPOLLIN)
                sent += 1
            pause = max(0.0, began + sent / rate - now) if sent < len(requests) else 1
            for number, _ in waiting.poll(pause):
                if (reply := lines[number].take()) is None:
                    continue
                replies.append(reply)
                served_in_time += reply.status in (201, 401) and time.monotonic() < began + seconds
                waiting.unregister(number)
                free.append(lines.pop(number))
        for line in free:
            line.close()
        return replies, served_in_time

    def close(self):
        self.daemon.kill()


def measure(capacity_seconds=20, flood_seconds=60, clients=1000, alone_seconds=30):
    """The whole measure, told beside what is wanted of it; judges nothing."""
    flood, table = Flood(), Table()
    try:
        print(f"Sign-ins at the default cost ({COST['memory_kib']} KiB, {COST['iterations']} passes); {os.cpu_count()} processors, "
              f"{flood.threads} threads for hashing; the store is on disk")
        joiner = Joiner(flood.daemon, flood.room)
        others = Others(flood.daemon.pid, joiner.pid)
        alone = joiner.begin(alone_seconds).result()
        capacity = flood.capacity(capacity_seconds)
        print(f"capacity: {capacity:.1f} sign-ins a second, each client waiting for its answer; {others}")

        print(f"\n{clients} sign-ins at once\n" + "-" * 21)
        replies, most = flood.at_once(clients)
        print(f"answers: {statuses(replies)}")
        served = [reply.seconds for reply in replies if reply.status in (201, 401)]
        print(f"served: {len(served)}, the last after {max(served):.1f} s")
        told_kib("resident memory, the most of it", most, flood.ceiling)
        print(f"     {flood.idle / 1024:.1f} MiB idle, {flood.threads} x {flood.arena / 1024:.0f} MiB for hashing, 40 MiB besides")

        rate = 10 * capacity
        print(f"\n{rate:.0f} sign-ins a second for {flood_seconds} s\n" + "-" * 38)
        others = Others(flood.daemon.pid, joiner.pid)
        joiner.begin(flood_seconds)
        replies, in_time = flood.overload(rate, flood_seconds)
        meanwhile = joiner.result()
        print(f"answers: {statuses(replies)}; {others}")
        share = in_time / flood_seconds / capacity
        print(f"  -> served a second: {in_time / flood_seconds:.1f}, {share:.2f} of capacity, wanted: {SHARE} or more: "
              + ("met" if share >= SHARE else "missed"))
        refused = [reply.seconds for reply in replies if reply.status in (429, 503)]
        table.title("Who is refused, and who knocks")
        table.row("a refusal", refused, REFUSALS)
        late = sum(seconds > 1 for seconds in refused)
        print(f"     {late} of {len(refused)} refusals came after more than a second in the queue")
        table.row("a knock, with nobody signing in", alone)
        table.row("a knock in the flood", meanwhile)
        slower = percentile(meanwhile, 99) / percentile(alone, 99)
        print(f"  -> p99 of a knock: {slower:.1f} times, wanted: at most {SLOWER} times: " + ("met" if slower <= SLOWER else "missed"))
        told_kib("resident memory, the most of it", memory_kib(flood.daemon, "VmHWM"), flood.ceiling)
    finally:
        flood.close()


def told_kib(what, kib, wanted):
    print(f"  -> {what}: {kib / 1024:.1f} MiB, wanted: under {wanted / 1024:.1f} MiB: " + ("met" if kib < wanted else "missed"))


# --- small ones ----------------------------------------------------------------------------------------

# What a flood may do to others is measured beside what others do to the machine: a measure is taken again, so many times,
# until it is good; that none was is the daemon's doing where these took little of it.
ATTEMPTS, QUIET = 4, 0.15


@test(exclusive=True, seconds=300)
def ten_times_as_many_sign_ins_as_can_be_hashed_are_refused_at_once_and_take_nothing_from_those_who_can():
    flood = Flood(accounts=20, queue_seconds=2)
    try:
        joiner = Joiner(flood.daemon, flood.room)
        replies, most = flood.at_once(300)
        said = statuses(replies)
        check(set(said) <= {201, 401, 429, 503} and said.get(201, 0) > 0, f"300 sign-ins at once: {said} (section 3.1)")
        check(most < flood.ceiling, f"{most} KiB were resident, where {flood.ceiling} are the most (section 3.1)")
        quiet = []
        for attempt in range(ATTEMPTS):
            others = Others(flood.daemon.pid, joiner.pid)
            complaints = overloaded(flood, joiner)
            print(f"{'; '.join(complaints) or 'good'}; {others}")
            if not complaints:
                break
            quiet += complaints if others.share <= QUIET else []
        else:
            check(not quiet, f"{ATTEMPTS} floods, and each did harm: {quiet}")
        check(memory_kib(flood.daemon, "VmHWM") < flood.ceiling, "the memory after the flood")
    finally:
        flood.close()


def overloaded(flood, joiner):
    """Ten times capacity for a while: what is wrong with the times, which the machine has a part in. What it has none in
    fails."""
    alone, before = joiner.begin(3).result(), hashing_seconds(flood.daemon)
    lines = [Line(flood.daemon.web) for _ in range(2 * flood.threads)]
    counted, took = flood.closed_loop(lines, 3)
    for line in lines:
        line.close()
    capacity, cost = counted / took, before and (hashing_seconds(flood.daemon) - before) / counted
    before = hashing_seconds(flood.daemon)
    joiner.begin(6)
    replies, in_time = flood.overload(10 * capacity, 6)
    meanwhile, said = joiner.result(), statuses(replies)
    check(set(said) <= {201, 401, 429, 503} and said.get(503, 0) > 0, f"ten times capacity: {said}")
    if cost:   # nothing is computed for those who are refused
        served, hashed = said.get(201, 0) + said.get(401, 0), hashing_seconds(flood.daemon) - before
        check(hashed < 2 * cost * (served + flood.threads), f"{hashed:.1f} s of hashing for {served} who were served, at {cost:.3f} s")
    refused = [reply.seconds for reply in replies if reply.status == 503]
    # These bounds are what a busy machine keeps; `flood` tells the figures that are wanted.
    bounds = {f"{in_time / 6:.1f} a second were served, of {capacity:.1f} (wanted: 0.9 of it)": in_time / 6 >= 0.6 * capacity,
              f"a refusal took {percentile(refused, 50):.3f} s, the 50th of 100": percentile(refused, 50) < 0.25,
              f"a knock took {percentile(meanwhile, 90):.4f} s in the flood and {percentile(alone, 90):.4f} s alone, the 90th of 100":
              percentile(meanwhile, 90) < 5 * percentile(alone, 90) + 0.05}
    return [what for what, kept in bounds.items() if not kept]


@test(exclusive=True)
def nothing_is_hashed_for_a_client_that_left():
    with Daemon(config={**FIGURES, "passwords": {**COST, "iterations": 12, "concurrency": 1, "queue": 256, "queue_seconds": 120}}) as daemon:
        ada = people(daemon, 1)[0]
        before = hashing_seconds(daemon)
        volley(daemon.web, [sign_in(ada.username, ada.password, "203.0.113.1")])
        one = 0 if before is None else hashing_seconds(daemon) - before
        before = hashing_seconds(daemon)
        lines = [Line(daemon.web) for _ in range(80)]
        for index, line in enumerate(lines):
            line.send(sign_in(f"nobody-{index}", WRONG, f"203.0.113.{index}"))
        def hashing():
            return daemon.admin.get("/v1/status", expect=200).json["hashing"]
        soon("sign-ins stand in the queue", lambda: hashing()["waiting"] >= 60)
        for line in lines:
            line.close()
        soon("all who left are out of the queue", lambda: hashing()["waiting"] == 0, 2)
        ran = hashing_seconds(daemon) - before
        check(ran <= 0.5 * 80 * one, f"{ran:.1f} s were spent on hashing for those who left, where {one:.2f} s is one of them")
        before = hashing_seconds(daemon)
        equal(volley(daemon.web, [sign_in(ada.username, ada.password, "203.0.113.1")])[0].status, 201, "who comes then")
        ran = hashing_seconds(daemon) - before
        check(ran <= 3 * one, f"before who comes then {ran:.2f} s were hashed, where {one:.2f} s are one hash")


@test(exclusive=True)
def who_floods_the_queue_from_one_source_waits_behind_themselves():
    with Daemon(config={**FIGURES, "passwords": {**COST, "iterations": 12, "concurrency": 1, "queue": 100, "queue_seconds": 120}}) as daemon:
        ada = people(daemon, 1)[0]
        lines = [Line(daemon.web) for _ in range(150)]
        for index, line in enumerate(lines):
            line.send(sign_in(f"nobody-{index}", WRONG, "203.0.113.9"))
        soon("the sign-ins stand in the queue", lambda: daemon.admin.get("/v1/status", expect=200).json["hashing"]["waiting"] >= 60)
        replies = volley(daemon.web, [sign_in(ada.username, ada.password, f"198.51.100.{index}") for index in range(3)])
        equal(statuses(replies), {201: 3}, "three from elsewhere, while one source has filled the queue")
        waiting = daemon.admin.get("/v1/status", expect=200).json["hashing"]["waiting"]
        check(waiting > 50, f"only {waiting} of the flood are still waiting: nothing was shown")
        for line in lines:
            line.close()


@test(exclusive=True)
def beside_a_program_that_takes_all_processors_sign_ins_are_served():
    """Hashing makes way for every other thread, joins above all. Beside a video bridge that takes whole processors it
    would get three thousandths of one, and each sign-in would be refused until the bridge rests."""
    with Daemon(config={"passwords": {"memory_kib": 19456, "iterations": 2, "queue_seconds": 10}}) as daemon:
        [ada] = people(daemon, 1)
        # All on one processor: no idle one is found for whom nobody gives way to.
        one = {min(os.sched_getaffinity(0))}
        for task in os.listdir(f"/proc/{daemon.pid}/task"):
            os.sched_setaffinity(int(task), one)
        hogs = []
        try:
            for _ in range(2):
                hogs.append(subprocess.Popen([sys.executable, "-c", "while True: pass"], preexec_fn=die_with_parent))
                os.sched_setaffinity(hogs[-1].pid, one)
            time.sleep(0.5)
            slowest = 0
            for _ in range(5):
                reply = volley(daemon.web, [sign_in(ada.username, ada.password, "203.0.113.1")])[0]
                equal(reply.status, 201, "a sign-in beside busy processors")
                slowest = max(slowest, reply.seconds)
            # Without relief it is twelve seconds; where the threads may not compete again they are nice, and take one.
            check(slowest < 5, f"a sign-in took {slowest:.1f} s beside {len(hogs)} busy loops")
        finally:
            for hog in hogs:
                hog.kill()
                hog.wait()
