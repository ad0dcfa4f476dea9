"""Section 9, and FAILURES 13: secrets are sent through every operation, right and wrong, where they belong and where not.

None of them may stand in the database's files, the log, an answer that is no, or a core, nor, where SECURITY.md says that
they are overwritten, in the memory of the living daemon: there they are counted by kind.
"""

import base64, collections, contextlib, fcntl, glob, hashlib, resource, secrets, struct, termios

import yaml   # Debian: python3-yaml

import federated, flows
from flows import admit, fresh_ip, host, invite, invited, knock, meeting, member, redeem_setup
from harness import *

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MARK = "CNRY7"


def letters(count):
    return "".join(secrets.choice(CROCKFORD) for _ in range(count))


def token(prefix):
    return f"{prefix}_{letters(26).lower()}_{MARK}{letters(38)}"


# Members that hold a secret, and how a canary in one of them looks. What is a secret by its name alone is found by it
# in every operation, those that do not exist yet among them.
SECRETS = {
    "password": lambda: f"{MARK} a password {letters(12)}", "new_password": lambda: f"{MARK} a new one {letters(12)}",
    "current_password": lambda: f"{MARK} the old one {letters(12)}",
    "reset_code": lambda: MARK + letters(21), "code": lambda: f"{secrets.randbelow(10 ** 6):06}",
    "challenge": lambda: token("arc"), "token": lambda: token("ars"), "known_device": lambda: token("ard"),
    "ticket": lambda: token("art"), "passcode": lambda: MARK + letters(5), "invite": lambda: MARK + letters(21),
    "grant": lambda: ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in (
        '{"alg":"ES256","typ":"anteroom-grant+jwt","kid":"0000"}', f'{{"jti":"{MARK}{letters(12)}"}}', letters(64))),
    "id_token": lambda: ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in (
        '{"alg":"ES256","typ":"JWT","kid":"0000"}', f'{{"sub":"{MARK}{letters(12)}"}}', letters(64))),
    "value": lambda: MARK + letters(9), "password_hash": lambda: "{SHA}" + base64.b64encode(secrets.token_bytes(20)).decode(),
}
ANSWERS = {"setup_code", "reset_code", "secret", "recovery_codes", "token", "known_device", "challenge", "ticket", "grant",
           "code", "passcode", "credential"}
# What is one-time or short and only a word among others: found where it stands alone.
SHORT = re.compile(r"\d{6}\Z")


class Book:
    """Every secret that passed, by kind: where it was, and which member it was in."""

    def __init__(self):
        self.kinds = collections.defaultdict(set)
        self.sent_to = {}   # by text, the first operation that had it

    def note(self, where, member, text):
        if isinstance(text, str) and len(text) >= 6:
            self.kinds[where, member].add(text)
        return text

    def new(self, where, member):
        return self.note(where, member, SECRETS[member]())

    def scan(self, where, value, names, member=None):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key not in ("policy", "provenance"):   # where `passcode` says whether there is one
                    self.scan(where, inner, names, key)
        elif isinstance(value, list):
            for inner in value:
                self.scan(where, inner, names, member)
        elif member in names:
            self.note(where, member, value)

    @property
    def needles(self):
        """By text: the kinds that it is of."""
        found = collections.defaultdict(set)
        for kind, texts in self.kinds.items():
            for text in texts:
                found[text].add(kind)
        return found


class Recorder(Client):
    """A client whose secrets go into the book as they pass, both ways; what is refused may repeat none of them."""

    def __init__(self, client, book):
        super().__init__(client.path, client.uid)
        self.book = book

    def call(self, method, target, body=None, token=None, **more):
        sent = Book()
        if isinstance(body, dict):
            sent.scan("a body", body, SECRETS)
        if token:
            sent.note("Authorization", "token", token)
        answer = super().call(method, target, body, token, **more)
        if answer.status >= 400:
            repeats(answer, {text for texts in sent.kinds.values() for text in texts}, f"{method} {target}")
        elif answer.body and (answer.header("Content-Type") or "").startswith("application/json"):
            self.book.scan("an answer", answer.json, ANSWERS)
        for kind, texts in sent.kinds.items():
            self.book.kinds[kind] |= texts
            for text in texts:
                self.book.sent_to.setdefault(text, f"{method} {target}, answered {answer.status}")
        return answer


def repeats(answer, texts, what):
    """It does not: the answer, which is a no, has none of these in it."""
    said = Text(answer.bytes.replace((answer.header("Request-Id") or "\0").encode(), b""))
    for text in texts:
        check(not said.holds(text), f"{what} is refused and repeats the secret {text!r}: {answer}")


class Text:
    """Bytes to look for secrets in."""

    def __init__(self, content):
        self.content = content
        self.alone = set(re.findall(rb"(?<![0-9A-Za-z.:+-])\d{6}(?![0-9A-Za-z.:])", content))

    def holds(self, text, form=None):
        return text.encode() in self.alone if SHORT.match(text) else (form or text.encode()) in self.content


# --- every operation -----------------------------------------------------------------------------------

class Operations:
    """What openapi.yaml says there is, as bodies that have a canary in each secret member."""

    def __init__(self, daemon):
        # As the daemon serves it: what it can do, and not what some file says.
        self.text = yaml.safe_load(daemon.admin.get("/v1/openapi.yaml", expect=200).body)
        self.schemas = self.text["components"]["schemas"]

    def __iter__(self):
        """(method, path, schema of the body or None), streams left out."""
        for path, methods in self.text["paths"].items():
            for method, operation in methods.items():
                if method not in ("get", "post", "put", "patch", "delete"):
                    continue
                if any("text/event-stream" in answer.get("content", {}) for answer in operation["responses"].values()):
                    continue
                body = operation.get("requestBody")
                yield method.upper(), path, body and next(iter(body["content"].values()))["schema"]

    def has(self, method, path):
        return method.lower() in self.text["paths"].get(path, {})

    def plain(self, schema):
        while "$ref" in schema:
            schema = {**self.schemas[schema["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in schema.items() if k != "$ref"}}
        for choice in ("oneOf", "anyOf", "allOf"):
            if choice in schema:
                return self.plain(schema[choice][0])
        return schema

    def secret_members(self, schema):
        schema = self.plain(schema)
        for name, inner in schema.get("properties", {}).items():
            inner = self.plain(inner)
            if name in SECRETS and inner.get("type") == "string" and "enum" not in inner and "const" not in inner:
                yield name
            yield from self.secret_members(inner)
        if schema.get("type") == "array":
            yield from self.secret_members(schema["items"])

    def body(self, schema, canary, name=None):
        """The smallest that is well formed, and every secret member with it."""
        schema = self.plain(schema)
        if "enum" in schema:
            return secrets.choice([value for value in schema["enum"] if value is not None])
        if "const" in schema:
            return schema["const"]
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object" or "properties" in schema:
            wanted = set(schema.get("required", [])) | {
                key for key, inner in schema.get("properties", {}).items() if key in SECRETS or list(self.secret_members(inner))}
            return {key: self.body(inner, canary, key) for key, inner in schema.get("properties", {}).items() if key in wanted}
        if name in SECRETS and kind == "string":
            return canary(name)
        if name == "ip":
            return fresh_ip()
        if kind == "array":
            return [self.body(schema["items"], canary)] if schema.get("minItems") or list(self.secret_members(schema)) else []
        if kind in ("integer", "number"):
            return schema.get("minimum", 1)
        if kind == "boolean":
            return False
        return {"^acct_": "acct_" + "0" * 26, "^join_": "join_" + "0" * 26}.get(schema.get("pattern", "")[:6], "nobody-" + secrets.token_hex(6))


def concrete(path, room):
    """A path's parameters: one meeting is real, what else is named is not there, and nothing is spoilt."""
    return (path.replace("{meeting}", room).replace("{account}", "acct_" + "0" * 26).replace("{join}", "join_" + "0" * 26)
            .replace("{session}", "sess_" + "0" * 26).replace("{invite}", "inv_" + "0" * 26).replace("{ban}", "ban_" + "0" * 26)
            .replace("{frontend}", "nowhere").replace("{revocation}", "1").replace("{file}", "x.pem").replace("{id}", "0"))


HARMLESS = re.compile(r"/(end|lock|unlock|open|suspend|admit-waiting|passcode|roster|rotate|reload|backup|purge)$")


def well_formed(daemon, operations, book, room):
    """Each operation with a secret member, wrong in each and well formed: by nobody, by somebody, with a wrong token."""
    reached = collections.Counter()
    for method, path, schema in operations:
        names = set(operations.secret_members(schema)) if schema else set()
        if not names and HARMLESS.search(path):
            continue
        bearers = [None, book.new("Authorization", "token"), book.new("Authorization", "ticket")]
        if "/me" in path or "reauthenticate" in path:
            bearers.append(member(daemon).token)   # somebody of its own each time: budgets are spent here
        for bearer in bearers:
            for client in (daemon.web, daemon.admin):
                fields = {} if schema is None else {"body": operations.body(schema, lambda name: book.new("a body", name))}
                answer = client.call(method, concrete(path, room.id), token=bearer, **fields)
                check(answer.status != 400, f"{method} {path} with {fields}: {answer}")
                reached[answer.code or answer.status] += bool(names)
    check(reached["invalid-credentials"] >= 5, f"what the secrets came to: {reached}; the bodies are no longer as they should be")


def misplaced(daemon, operations, book, room):
    """Each operation with a body, the secret where it does not belong. The answer is no, and repeats nothing."""
    for method, path, schema in operations:
        target = concrete(path, room.id)
        if HARMLESS.search(target):
            continue
        body = operations.body(schema, lambda name: book.new("a body", name)) if schema else {}
        def send(what, data, query="", headers=(), secret=None, name_is_told=False, target=target, method=method):
            # As bytes: what stands where is noted here.
            data = json.dumps(data).encode() if isinstance(data, dict) else data
            answer = daemon.web.call(method, target + query, data, headers=dict(headers))
            # A pointer to an unknown member names it: that is what section 2 asks for, and only the sender reads it.
            if answer.status >= 400 and not name_is_told:
                repeats(answer, {secret}, f"{method} {path}, {what}")
        def canary(where, member="password"):
            return book.new(where, member)
        for segment in re.findall("{[a-z]+}", path):
            one = canary("a path", "reset_code")
            send("in the path", body or None, target=concrete(path.replace(segment, one), room.id), secret=one)
        one = canary("a path that is none", "reset_code")
        send("as a path", body or None, target=target + "/" + one, secret=one)
        one = canary("a method", "reset_code")
        send("as a method", body or None, method=one, secret=one)
        one = canary("a query's value")
        send("in the query", body or None, query="?password=" + one.replace(" ", "%20"), secret=one)
        one = canary("a query's name", "reset_code")
        send("as a query's name", body or None, query=f"?{one}=1", secret=one, name_is_told=True)
        one = canary("a header", "reset_code")
        send("as a name and password", body or None, headers={"Authorization": "Basic " + base64.b64encode(one.encode()).decode()},
             secret=one)
        one = canary("a header", "token")
        send("in a cookie", body or None, headers={"Cookie": "session=" + one}, secret=one)
        if schema is None or method == "GET":
            continue
        one = canary("an unknown member's value")
        send("in an unknown member", {**body, "passwort": one}, secret=one)
        one = canary("an unknown member's name")
        send("as an unknown member's name", {**body, one: "x"}, secret=one, name_is_told=True)
        one = canary("a value of another type")
        for key in body:
            send(f"in a list in {key}", {**body, key: [one]}, secret=one)
            send(f"in an object in {key}", {**body, key: {"x": one}}, secret=one)
        one = canary("broken JSON")
        whole = json.dumps({**body, "password": one}).encode()
        for what, data in (("cut off", whole[:-2]), ("with more after it", whole + b"}"), ("a key twice", b'{"password":"x",' + whole[1:]),
                           ("a NUL", whole.replace(b" ", b"\\u0000 ", 1)), ("no UTF-8", whole.replace(MARK.encode(), MARK.encode() + b"\xff"))):
            send("broken JSON, " + what, data, secret=one)
        one = canary("a body of another kind")
        send("as a form", f"password={one}".encode(), headers={"Content-Type": "application/x-www-form-urlencoded"}, secret=one)
        one = canary("a body that is too long")
        send("too long", json.dumps({**body, "password": one + "x" * 70_000}).encode(), secret=one)
        one = canary("a password that is too long")
        send("a long password", {**body, "password": one + "x" * 2000}, secret=one)


def as_names(daemon, book):
    """Who types the password where the name belongs, or the code where the password does."""
    for member in ("password", "reset_code", "token"):
        for _ in range(4):
            one = book.new("a username", member)
            answers = [daemon.web.post("/v1/sessions", {"username": one, "password": "wrong horse battery", "source": flows.source()}),
                       daemon.web.post("/v1/password-resets", {"username": one, "reset_code": letters(26), "source": flows.source(),
                                                               "new_password": "wrong horse battery"}),
                       daemon.web.post("/v1/sessions", {"username": "nobody-here", "password": one, "source": flows.source()})]
            for answer in answers:
                repeats(answer, {one}, "a secret as a name")


def from_elsewhere(daemon, issuer, book):
    """Who comes with another program's hash, and who with an identity token."""
    for _ in range(3):
        ida = flows.Person(daemon, "ida-" + secrets.token_hex(5), flows.good_password())
        hashed = "{SHA}" + base64.b64encode(hashlib.sha1(ida.password.encode()).digest()).decode()
        daemon.admin.post("/v1/accounts/import", {"accounts": [{"username": ida.username, "password_hash": hashed}]}, expect=200)
        ida.start(expect=201)
        token = issuer.token()
        federated.show(daemon, token, expect=201)
        federated.show(daemon, token, expect=401)   # once
        parts = token.split(".")
        federated.show(daemon, book.note("a body", "id_token", ".".join([*parts[:2], parts[2][::-1]])), expect=401)


def right(daemon, operations, book):
    """The secrets that are right, through all that they are for."""
    def has(method, path):
        return operations.has(method, path)
    for _ in range(3):
        ada = invited(daemon, roles=["host"])
        redeem_setup(ada)
        ada.sign_in()
        ada.enrol()
        for _ in range(2):
            ada.sign_in()
        web = daemon.web
        if has("post", "/v1/sessions/second-factor"):
            challenge = ada.start(expect=200).json["challenge"]
            ada.finish(challenge, book.new("a body", "code"), expect=401)
        ada.take(web.post("/v1/sessions/reauthenticate", {"password": ada.password, "code": ada.authenticator.code()},
                          token=ada.token, expect=201).json)
        if has("post", "/v1/accounts/me/recovery-codes"):
            ada.recovery_codes = web.post("/v1/accounts/me/recovery-codes", {
                "password": ada.password, "code": ada.authenticator.code()}, token=ada.token, expect=200).json["recovery_codes"]
        if has("put", "/v1/accounts/me/password"):
            old, ada.password = ada.password, flows.good_password()
            web.put("/v1/accounts/me/password", {"current_password": old, "new_password": ada.password}, token=ada.token,
                    expect=204)
            ada.sign_in()
        if has("post", "/v1/password-check"):
            for password in (ada.password, book.new("a body", "password")):
                web.post("/v1/password-check", {"password": password, "username": ada.username}, expect=200)
                web.post("/v1/password-check", {"password": password}, token=ada.token, expect=200)
        room = meeting(daemon, ada)
        for kind, value in (("characters", letters(14)), ("words", None), ("digits", None)):
            chosen = {"kind": kind, **({"value": book.note("a body", "passcode", value)} if value else {})}
            web.post(room.path + "/passcode", chosen, token=ada.token, expect=200)
        shown = web.post(room.path + "/passcode", {"kind": "characters"}, token=ada.token, expect=200).json
        room.passcode = shown["passcode"]
        guest = knock(daemon, room)
        book.note("a body", "passcode", room.passcode)
        flows.ask(daemon, room, passcode=book.new("a body", "passcode"), expect="join-refused")
        flows.ask(daemon, room, passcode=room.passcode, ticket=guest.ticket, expect=200)
        admit(room, guest)
        guest.redeem()
        web.post("/v1/grants/introspect", {"grant": guest.grant}, expect=200)
        one = invite(room, bypass_waiting_room=True)
        one.use()
        web.post("/v1/sessions/introspect", {"token": ada.token}, expect=200)
        reset = daemon.admin.post(f"/v1/accounts/{ada.id}/password-reset", expect=201).json["reset_code"]
        ada.password = flows.good_password()
        redeem_setup(ada, code=reset)
        ada.sign_in()
        begun = ada.start(expect=200).json
        if "recovery_code" in begun["methods"]:
            ada.finish(begun["challenge"], book.note("a body", "recovery code", ada.recovery_codes[0]), method="recovery_code")
            ada.sign_in()
        if has("delete", "/v1/accounts/{account}/totp"):
            web.delete("/v1/accounts/me/totp", body={"password": ada.password, "code": ada.authenticator.code()}, token=ada.token)


def everything(daemon, issuer, book):
    """All of it on one daemon."""
    daemon.web, daemon.admin = Recorder(daemon.web, book), Recorder(daemon.admin, book)
    operations = Operations(daemon)
    ada = host(daemon)
    room = meeting(daemon, ada)
    well_formed(daemon, operations, book, room)
    misplaced(daemon, operations, book, room)
    as_names(daemon, book)
    right(daemon, operations, book)
    from_elsewhere(daemon, issuer, book)
    planted = sum(MARK in text or SHORT.match(text) is not None for text in book.needles)
    check(planted >= 200, f"only {planted} canaries were sent")


# --- where they may not stand --------------------------------------------------------------------------

def text_in(content):
    """All that could be read in bytes, each once: a log of pages has the same ones over and over. UTF-16 as UTF-8."""
    return Text(b"\n".join({*re.findall(rb"[\x20-\x7e]{6,}", content),
                       *(piece.replace(b"\0", b"") for piece in re.findall(rb"(?:[\x20-\x7e]\0){6,}", content))}))


def forms(text):
    """How a secret could have been written: as it is, in another case, without hyphens, in hex or base64."""
    plain = text.encode()
    yield "", plain
    if SHORT.match(text):
        return
    bare = text.replace("-", "").encode()
    for what, form in (("lower", plain.lower()), ("upper", plain.upper()), ("without hyphens", bare), ("without, upper", bare.upper()),
                       ("hex", plain.hex().encode()), ("base64", base64.b64encode(plain).rstrip(b"=")),
                       ("the end of it", plain[-16:])):
        if form != plain:
            yield what, form


def found_in_files(daemon, book):
    found = []
    for path in sorted(glob.glob(daemon.root + "/**", recursive=True)):
        # The configuration and the keys are where secrets belong.
        if not os.path.isfile(path) or path == daemon.config_path or path.startswith(daemon.inside("keys") + "/"):
            continue
        with open(path, "rb") as file:
            content = text_in(file.read())
        for text, kinds in book.needles.items():
            for form, needle in forms(text):
                if content.holds(text, needle):
                    found.append(f"{text!r} {form} ({', '.join(f'{member} in {where}' for where, member in sorted(kinds))}) "
                                 f"in {os.path.relpath(path, daemon.root)}")
    return found


# --- cores ---------------------------------------------------------------------------------------------

def cores_below(directory):
    return [path for path in glob.glob(directory + "/**", recursive=True) if os.path.isfile(path) and "core" in os.path.basename(path)]


@test(answers="13")
def line_13_Webex_a_daemon_that_dies_of_a_signal_leaves_no_core_and_prints_no_memory():
    with open("/proc/sys/kernel/core_pattern") as file:
        pattern = file.read().strip()
    if pattern.startswith(("|", "/")):
        raise Skip(f"cores go elsewhere here ({pattern})")
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    if most == 0:
        raise Skip("no core may be written here")
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    book = Book()
    for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGQUIT, signal.SIGBUS):
        signal.signal(number, signal.SIG_DFL)   # a shell has what it runs in the background ignore some
        with Daemon(start=False) as daemon:
            os.chdir(daemon.root)
            child = subprocess.Popen(["sleep", "60"])
            child.send_signal(number)
            child.wait()
            check(cores_below(daemon.root), f"a control: sleep leaves no core here, with {pattern}, after {number.name}")
            for path in cores_below(daemon.root):
                os.remove(path)
            daemon.start()
            daemon.web = Recorder(daemon.web, book)
            ada = host(daemon)
            ada.start(password=book.new("a body", "password"), expect=401)
            daemon.process.send_signal(number)
            daemon.process.wait(PATIENCE)
            equal(cores_below(daemon.root), [], f"cores after {number.name}")
            found = found_in_files(daemon, book)
            check(not found, f"secrets after {number.name}: {found}")


# --- memory --------------------------------------------------------------------------------------------

# What SECURITY.md says is overwritten: of these none may be found where it was sent as it belongs.
WIPED = {("a body", name) for name in ("password", "new_password", "current_password", "reset_code", "code", "passcode")}


def memory_of(pid):
    """What the process could write to and has: its heap, its stacks, its arenas."""
    size = os.sysconf("SC_PAGE_SIZE")
    empty = bytes(size)
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory, \
            open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap:
        for line in maps:
            span, access, *_ = line.split()
            if not access.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            pagemap.seek(start // size * 8)
            flags = pagemap.read((end - start) // size * 8)
            pages = []
            for number, (flag,) in enumerate(struct.iter_unpack("<Q", flags[:len(flags) // 8 * 8])):
                if flag >> 62:   # in memory or swapped out; reading others would only make them
                    memory.seek(start + number * size)
                    if (page := memory.read(size)) != empty:
                        pages.append(page)
            yield b"".join(pages)


def lingering(daemon, book):
    """By kind: which secrets of it stand in the daemon's memory, as UTF-8 or UTF-16."""
    content = Text(b"\n".join(text_in(region).content for region in memory_of(daemon.pid)))
    check(len(content.content) > 10_000, "the daemon's memory has no text in it: the test must learn to read it")
    found = collections.defaultdict(set)
    for text, kinds in book.needles.items():
        if content.holds(text):
            for kind in kinds:
                found[kind].add(text)
    return found


@test(seconds=600, answers="13")
def line_13_Webex_of_200_canaries_through_every_operation_none_is_in_a_file_a_refusal_or_left_in_memory():
    daemon, issuer = federated.daemon_with(clock="still")   # a clock, so that nobody waits for the next code
    with daemon:
        book = Book()
        everything(daemon, issuer, book)
        found = found_in_files(daemon, book)
        check(os.path.exists(daemon.database() + "-wal"), "there is no write-ahead log to look in: the test must learn the store")
        if os.getuid() == 0:   # nobody else may read it
            look_into_memory(daemon, book)
        daemon.kill()
        found += found_in_files(daemon, book)   # as a crash leaves it
        daemon.start()
        daemon.stop()
        found += found_in_files(daemon, book)
        check(not found, f"{len(found)} secrets at rest: " + "; ".join(sorted(set(found))[:40]))


def unread(connection):
    """Bytes that the other end has not taken from the socket yet."""
    return struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4)))[0]


def look_into_memory(daemon, book):
    member(daemon)   # something else is done since
    watch = Stopwatch()
    soon("a second of the daemon's own", lambda: watch.seconds >= 1)
    with contextlib.closing(connect(daemon.frontend_path)) as half:   # a control: what is on its way is there
        under_way = book.new("a body on its way", "password")
        half.sendall(b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
                     + json.dumps({"username": "nobody-here", "password": under_way}).encode())
        soon("the daemon has read it", lambda: unread(half) == 0)
        found = lingering(daemon, book)
    check(found["a body on its way", "password"], "what is being read is not found: the test must learn to read memory")
    # What the daemon gave out stands in its answers too, which are not overwritten; what was sent where it does not
    # belong besides was no secret to it there.
    elsewhere = {text for kind, texts in book.kinds.items() if kind not in WIPED for text in texts}
    given = {text for kind, texts in book.kinds.items() if kind[0] == "an answer" for text in texts}
    print(f"{'member':18}{'where it was':34}{'passed':>8}{'found':>7}{'and never given out':>21}")
    for (where, name), texts in sorted(book.kinds.items(), key=lambda kind: (kind[0][1], kind[0][0])):
        print(f"{name:18}{where:34}{len(texts):8}{len(found[where, name]):7}{len(found[where, name] - given):21}")
    left = {kind: texts - elsewhere for kind, texts in found.items() if kind in WIPED and texts - elsewhere}
    check(not left, "in memory, though SECURITY.md says overwritten: " + "; ".join(
        f"{len(texts)} of {len(book.kinds[kind])} of {kind[1]}: " + ", ".join(f"{text!r} ({book.sent_to.get(text)})" for text in sorted(texts)[:5])
        for kind, texts in sorted(left.items())))
