"""Section 9: what was answered 2xx is on disk; section 7: a touched audit is found out."""

import ctypes, random, sqlite3, subprocess, time

import flows, odds
from flows import OPEN, account, admit, ask, host, invited, knock, meeting, redeem_setup
from harness import *
from meetings import absent, guess

GONE = (OSError, http.client.HTTPException)   # what a client sees of a daemon that was killed


class Load:
    """People who come, sign in, are admitted and redeem their grants until the daemon is killed under them.

    Each list holds what was answered 2xx, and nothing else.
    """

    def __init__(self, daemon, room, guarded, people):
        self.daemon, self.room, self.guarded, self.people = daemon, room, guarded, people
        self.refused = 0
        self.begin()

    def begin(self):
        self.joins, self.admitted, self.redeemed, self.tokens, self.accounts, self.faults = [], [], [], [], [], []
        self.tried_to_redeem = set()

    def come(self):
        self.joins.append(knock(self.daemon, self.room))

    def sign_in(self):
        answer = random.choice(self.people).start()
        if answer.status == 201:
            self.tokens.append(answer.json["token"])

    def admit(self):
        join = random.choice(self.joins) if self.joins else None
        if join and join not in self.admitted:
            if self.room.act("admit", join, expect=(200, 409)).status == 200:
                self.admitted.append(join)

    def redeem(self):
        join = random.choice(self.admitted) if self.admitted else None
        if join and join.id not in self.tried_to_redeem:
            self.tried_to_redeem.add(join.id)
            join.look()
            if join.grant and self.daemon.web.post("/v1/grants/redeem", {"grant": join.grant}).status == 200:
                self.redeemed.append(join)

    def guess(self):
        if ask(self.daemon, self.guarded, passcode=guess()).code == "join-refused":
            self.refused += 1

    def register(self):
        self.accounts.append(invited(self.daemon))

    def run(self, seconds):
        """Ends when the daemon is killed."""
        def work(step):
            try:
                while True:
                    step()
            except GONE:
                pass
            except BaseException as fault:   # noqa: shown by the main thread
                self.faults.append(fault)
        steps = [self.come, self.come, self.sign_in, self.admit, self.redeem, self.register]
        threads = [threading.Thread(target=work, args=(step,), daemon=True) for step in steps]
        threads.append(threading.Thread(target=lambda: self.guess_slowly(), daemon=True))
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.daemon.kill()
        for thread in threads:
            thread.join(PATIENCE)
        if self.faults:
            raise self.faults[0]

    def guess_slowly(self):
        try:
            while True:
                self.guess()
                time.sleep(0.05)
        except GONE:
            pass
        except BaseException as fault:   # noqa
            self.faults.append(fault)

    def check_all(self):
        for join in self.joins[-60:]:
            answer = join.look(expect=None)
            equal(answer.status, 200, f"the ticket of {join.id}, which was answered 201")
        redeemed = {join.id for join in self.redeemed}
        for join in self.admitted:
            join.look()
            allowed = ("present",) if join.id in redeemed else ("admitted", "present")
            among(join.state, allowed, f"{join.id}, whose {'redemption' if join.id in redeemed else 'admission'} was answered 200")
        for token in self.tokens[-60:]:
            equal(self.daemon.web.post("/v1/sessions/introspect", {"token": token}).json["active"], True, "a session answered 201")
        for person in self.accounts[-20:]:
            equal(self.daemon.admin.get(f"/v1/accounts/{person.id}").status, 200, "an account answered 201")
        for join in self.admitted[-5:]:
            items = self.daemon.admin.get(f"/v1/audit?subject={join.id}&limit=200", expect=200).json["items"]
            check(any("admit" in item["event"] for item in items), f"an admission without its audit record: {items}")
        shown = self.guarded.show()["passcode"]["failures"]
        check(shown >= min(self.refused, 100), f"{self.refused} wrong passcodes were refused and {shown} are counted")


@test(answers="77", seconds=420)
def line_77_crash_safety_what_was_answered_2xx_is_there_after_20_kills_under_load():
    limits = {"limits": {"waiting_per_meeting": 10_000, "source_failures": 100, "account_failures": 100}}
    with Daemon(config=limits) as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={"capacity": 100_000, "grant_seconds": 120, "ticket_seconds": 86_400})
        guarded = meeting(daemon, ada, policy={"passcode_failures": 100})
        load = Load(daemon, room, guarded, [account(daemon) for _ in range(4)])
        total, size, chance = 0, 0, random.Random(20)
        round = 0
        while round < 20 or total <= 100:   # on a slow machine it takes more rounds to show something
            round += 1
            load.begin()
            load.run(chance.uniform(0.05, 1.2))
            daemon.start()
            load.check_all()
            said = flows.verified(daemon)
            check(said["size"] >= size, f"the audit shrank from {size} to {said['size']}")
            size = said["size"]
            total += len(load.joins) + len(load.admitted) + len(load.redeemed) + len(load.tokens)


@test(answers="77")
def line_77_crash_safety_no_code_no_grant_and_no_budget_is_given_back_by_a_kill():
    with Daemon(config={"limits": {"account_failures": 5, "source_failures": 100}}) as daemon:
        ada, bob, eve = host(daemon), invited(daemon), account(daemon)
        room = meeting(daemon, ada)
        guest = admit(room, knock(daemon, room))
        guest.redeem()
        daemon.kill()
        daemon.start()
        daemon.web.post("/v1/grants/redeem", {"grant": guest.grant}, expect="grant-already-used")
        redeem_setup(bob)
        daemon.kill()
        daemon.start()
        redeem_setup(bob, expect="invalid-credentials", password=flows.good_password())
        for _ in range(30):
            if eve.start(password="wrong horse battery").status == 429:
                break
        daemon.kill()
        daemon.start()
        equal(eve.start().status, 429, "a spent budget after a kill")
        token = ada.token
        daemon.web.delete("/v1/sessions/current", token=token, expect=204)
        daemon.kill()
        daemon.start()
        equal(daemon.web.post("/v1/sessions/introspect", {"token": token}).json, {"active": False}, "a sign-out, after a kill")


@test()
def the_time_of_decisions_never_goes_back():
    with Daemon(clock=True) as daemon:
        daemon.clock.advance(3600)
        late = daemon.admin.post("/v1/accounts", {"username": "late"}, expect=201).json["account"]["created_at"]
        daemon.clock.advance(-3600)
        for _ in range(2):
            early = daemon.admin.post("/v1/accounts", {"username": f"early{_}"}, expect=201).json["account"]["created_at"]
            check(early >= late, f"made at {early}, after one made at {late} (section 9)")
            daemon.restart()


# --- tampering -----------------------------------------------------------------------------------------

class AuditFile:
    """The store as one sees it who can write the file and has no key. Knows no schema: it looks for it."""

    def __init__(self, path, size):
        self.base = sqlite3.connect(path)
        self.base.execute("PRAGMA ignore_check_constraints = ON")
        self.base.execute("PRAGMA foreign_keys = OFF")
        for (name,) in self.base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self.base.execute(f'DROP TRIGGER "{name}"')   # no trigger stops this attacker
        self.tables = {}   # name → column of the index
        tables = self.base.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%audit%'").fetchall()
        for (name,) in tables:
            if self.count(name) == size:
                column = self.index_column(name, size)
                if column:
                    self.tables[name] = column
        check(self.tables, f"no table named like audit has {size} rows with an index: the test must learn the schema ({tables})")
        self.records = max(self.tables, key=self.weight)
        self.index = self.tables[self.records]

    def count(self, table):
        return self.base.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]

    def columns(self, table):
        return [row[1] for row in self.base.execute(f'PRAGMA table_info("{table}")').fetchall()]

    def index_column(self, table, size):
        for column in self.columns(table):
            values = [row[0] for row in self.base.execute(f'SELECT "{column}" FROM "{table}"').fetchall()]
            if all(isinstance(value, int) for value in values) and len(set(values)) == size and max(values) - min(values) == size - 1:
                return column
        return None

    def weight(self, table):
        return sum(len(str(cell)) for row in self.base.execute(f'SELECT * FROM "{table}"').fetchall() for cell in row)

    def key(self, position, table=None):
        """The stored index of the record at a position, counted from 0."""
        table = table or self.records
        return self.base.execute(f'SELECT min("{self.tables[table]}") FROM "{table}"').fetchone()[0] + position

    def other_columns(self):
        return [column for column in self.columns(self.records) if column != self.index]

    def change(self, column, position):
        """One bit of one cell; False where the cell is empty."""
        key = self.key(position)
        value = self.base.execute(f'SELECT "{column}" FROM "{self.records}" WHERE "{self.index}" = ?', (key,)).fetchone()[0]
        if value is None or value in ("", b""):
            return False
        if isinstance(value, int):
            changed = value + 1
        elif isinstance(value, bytes):
            middle = len(value) // 2
            changed = value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1:]
        else:
            letters = [index for index, letter in enumerate(value) if letter.isalnum()] or [0]
            middle = letters[len(letters) // 2]
            changed = value[:middle] + ("b" if value[middle] == "a" else "a") + value[middle + 1:]
        self.base.execute(f'UPDATE "{self.records}" SET "{column}" = ? WHERE "{self.index}" = ?', (changed, key))
        return True

    def delete(self, positions, everywhere=False):
        for table in self.tables if everywhere else [self.records]:
            keys = [self.key(position, table) for position in positions]
            self.base.executemany(f'DELETE FROM "{table}" WHERE "{self.tables[table]}" = ?', [(key,) for key in keys])

    def swap(self, one, other, everywhere=False):
        for table in self.tables if everywhere else [self.records]:
            column, first, second = self.tables[table], self.key(one, table), self.key(other, table)
            for old, new in ((first, 2 ** 40), (second, first), (2 ** 40, second)):
                self.base.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?', (new, old))

    def close(self):
        self.base.commit()
        self.base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.base.close()


class Tampered:
    """A house with some history, stopped; each tampering starts from the same copy of it."""

    def __init__(self, daemon):
        self.daemon = daemon
        ada = host(daemon)
        room = meeting(daemon, ada, title="Board")
        for index in range(6):
            admit(room, knock(daemon, room, name=f"Guest {index}")).redeem()
        room.act("lock")
        said = daemon.ctl("audit", "verify")
        equal(said.returncode, 0, f"audit verify of an untouched store: {said.stdout + said.stderr}")
        daemon.stop()
        daemon.start()   # what a start or a stop records is in the copy, too
        self.first = min(item["index"] for item in daemon.admin.pages("/v1/audit", 200))
        self.size = flows.verified(daemon)["size"]
        daemon.stop()
        shutil.copytree(daemon.inside("state"), daemon.inside("kept"))

    def try_one(self, what, tamper, expected):
        """`tamper` gets the file; `expected` are the positions that may be named as the first bad one."""
        shutil.rmtree(self.daemon.inside("state"))
        shutil.copytree(self.daemon.inside("kept"), self.daemon.inside("state"))
        size = self.stored_size()
        file = AuditFile(self.daemon.database(), size)
        applies = tamper(file)
        file.close()
        if applies is False:
            return False
        self.daemon.start()
        plain, machine = self.daemon.ctl("audit", "verify"), self.daemon.ctl("--json", "audit", "verify")
        self.daemon.kill()
        text = (plain.stdout + plain.stderr).decode()
        equal((plain.returncode, machine.returncode), (9, 9), f"{what}: exit codes of audit verify (section 7): {text}")
        allowed = [self.first + position for position in expected(size)]
        said = json.loads(machine.stdout)
        equal(said["ok"], False, f"{what}: ok")
        among(said["first_bad_index"], allowed, f"{what}: first bad index of {size}: {said}")
        check(re.search(rf"(?<!\d){said['first_bad_index']}(?!\d)", text), f"{what}: the index is not named: {text}")
        return True

    def stored_size(self):
        base = sqlite3.connect(self.daemon.database())
        names = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%audit%'")]
        counts = [base.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names]
        base.close()
        near = [count for count in counts if abs(count - self.size) <= 4]
        check(near, f"no audit table has about {self.size} rows: {dict(zip(names, counts))}")
        return max(near)


@test(answers="75", seconds=240)
def line_75_audit_tampering_a_flipped_byte_in_any_column_is_named():
    with Daemon() as daemon:
        house, tried = Tampered(daemon), 0
        columns = []
        house.try_one("a look at the columns", lambda file: columns.extend(file.other_columns()) or False, lambda size: [])
        for column in columns:
            for position in (4, 0):   # one in the middle; the very first
                tried += house.try_one(f"one bit of {column} at {position}", lambda file: file.change(column, position),
                                       lambda size: [position])
        check(tried >= 2, f"nothing could be changed in {columns}")


@test(answers="75", seconds=240)
def line_75_audit_tampering_deleted_swapped_and_truncated_records_are_named():
    with Daemon() as daemon:
        house = Tampered(daemon)
        house.try_one("a deleted record", lambda file: file.delete([5]), lambda size: [5])
        house.try_one("a record deleted with its leaf", lambda file: file.delete([5], everywhere=True), lambda size: [5])
        house.try_one("two swapped records", lambda file: file.swap(3, 7), lambda size: [3])
        house.try_one("two records swapped with their leaves", lambda file: file.swap(3, 7, everywhere=True), lambda size: [3])
        tail = lambda size: range(size - 3, size + 1)   # noqa: E731
        house.try_one("a truncated tail", lambda file: file.delete(range(file.count(file.records) - 3, file.count(file.records))), tail)
        house.try_one("a tail truncated with its leaves", lambda file: file.delete(
            range(file.count(file.records) - 3, file.count(file.records)), everywhere=True), tail)
        house.try_one("the first record", lambda file: file.delete([0], everywhere=True), lambda size: [0])


# --- a full disk ---------------------------------------------------------------------------------------

def private_disk(path, mebibytes):
    """A small tmpfs in a mount namespace of this test's own: it is gone with the test."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x00020000) != 0:   # CLONE_NEWNS
        raise Skip("no mount namespace may be made here")
    subprocess.run(["mount", "--make-rprivate", "/"], capture_output=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0700", "tmpfs", path], capture_output=True).returncode:
        raise Skip("no tmpfs may be mounted here")


@test(root=True, answers="78")
def line_78_disk_full_it_reads_and_refuses_and_recovers():
    with Daemon(start=False) as daemon:
        private_disk(daemon.inside("state"), 96)
        daemon.start()
        ada = host(daemon)
        room = meeting(daemon, ada, policy=OPEN)
        guest = knock(daemon, room)
        waits = knock(daemon, meeting(daemon, ada))
        filler = daemon.inside("state/filler")
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 65536)
            except OSError:
                pass
        made, refused = [], None
        for _ in range(3000):
            answer = daemon.web.post("/v1/meetings", {"title": "x" * 200}, token=ada.token)
            if answer.status != 201:
                refused = answer
                break
            made.append(answer.json["meeting"]["id"])
        check(refused, "3,000 meetings were made on a full disk")
        among(refused.code, ("storage-full", "storage-unavailable"), "a change on a full disk (section 9)")
        if daemon.process.poll() is not None:   # after a failed sync it stops: also right
            os.remove(filler)
            daemon.start()
        else:
            among(waits.look(expect=None).status, (200, 503, 507), "reading on a full disk")
            answer = ask(daemon, room, passcode=room.passcode)
            check(answer.status in (503, 507) and b"grant" not in answer.body, f"an admission on a full disk: {answer}")
            daemon.web.get("/v1/health", expect=(200, 503))
            os.remove(filler)
        soon("with room again it recovers", lambda: daemon.web.post("/v1/meetings", {}, token=ada.token).status == 201)
        equal(guest.look().status, 200, "what was answered before")
        for name in made[-10:]:
            equal(daemon.admin.get(f"/v1/meetings/{name}").status, 200, "a meeting answered 201 on the full disk")
        flows.verified(daemon)


@test(exclusive=True, answers="03")
def line_03_Zoom_war_dialling_the_time_of_an_answer_tells_nothing():
    with Daemon(config={"limits": {"join_failures": 100}}) as daemon:
        ada = host(daemon)
        rooms = [meeting(daemon, ada, policy={"passcode_failures": 100}) for _ in range(20)]
        ended = [meeting(daemon, ada) for _ in range(20)]
        for room in ended:
            room.act("end")
        connection = UnixHTTPConnection(daemon.frontend_path)
        def timed(where):
            target = where if isinstance(where, str) else where.id
            body = {"display_name": "Ada", "passcode": guess(), "source": flows.source()}
            began = time.perf_counter()
            answer = daemon.web.post(f"/v1/meetings/{target}/joins", body, connection=connection)
            took = time.perf_counter() - began
            equal(answer.code, "join-refused", "a guess")
            return took
        for _ in range(20):
            timed(absent())
        times, order = {"real": [], "ended": [], "absent": []}, ["real", "ended", "absent"]
        for index in range(1500):
            random.shuffle(order)   # none always comes first
            for what in order:
                times[what].append(timed({"real": rooms, "ended": ended}[what][index % 20] if what != "absent" else absent()))
        connection.close()
        lines, complaints = odds.told_apart(times, allowed=0.12)   # 0.05 in `bars`, where ANTEROOM_FULL is set
        print("\n".join(lines))
        check(not complaints, "told apart by time: " + "; ".join(complaints))


@test()
def a_clock_that_is_put_back_leaves_grants_good_until_they_expire_and_tells_the_operator():
    with Daemon(clock=True) as daemon:
        owner = host(daemon)
        room = meeting(daemon, owner, policy=OPEN)
        old = knock(daemon, room)
        daemon.clock.advance(7200)
        knock(daemon, room).redeem(expect=200)
        daemon.clock.advance(-7200)
        knock(daemon, room).redeem(expect=200)
        check(old.redeem(expect=None).status in (401, 403, 409), "a grant that had expired two hours on was taken, with the clock put back")
        daemon.restart()
        knock(daemon, room).redeem(expect=200)
        warnings = daemon.admin.get("/v1/status", expect=200).json["warnings"]
        check(any("clock" in warning for warning in warnings), f"nothing says that the clock is behind: {warnings}")
        check(b"clock is behind" in daemon.log(), "the log does not say that the clock is behind")
        daemon.clock.advance(7300)
        equal(daemon.admin.get("/v1/status", expect=200).json["warnings"], [], "warnings once it has caught up")
