"""The manual pages say what is true: each command, each option and each key has its entry, and no entry is of more."""

import glob, os, re, shutil, signal, subprocess, time

import harness
from harness import *

PAGES = os.path.join(os.path.dirname(os.path.dirname(HERE)), "docs", "man")
SHIPPED = os.path.join(os.path.dirname(os.path.dirname(HERE)), "Config", "anteroom.toml")
EVERYWHERE = {"socket", "json", "version", "help"}


def page(name):
    with open(os.path.join(PAGES, name)) as file:
        return file.read()


def ask_help(program, *words):
    said = subprocess.run([program, *words, "--help"], capture_output=True, text=True, timeout=60,
                          env={"PATH": "/usr/bin:/bin"})
    equal(said.returncode, 0, f"{words} --help: {said.stderr}")
    return said.stdout


def options(help_text):
    return set(re.findall(r"^  (?:-\w, )?--([a-z-]+)", help_text, re.M))


def commands(program, *words):
    """Each command that is no noun, with its options."""
    text = ask_help(program, *words)
    verbs = re.search(r"^SUBCOMMANDS:\n(.*?)\n\n", text, re.M | re.S)
    if not verbs:
        return {" ".join(words): options(text) - EVERYWHERE}
    return {name: found for verb in re.findall(r"^  ([a-z-]+)", verbs[1], re.M)
            for name, found in commands(program, *words, verb).items()}


@test()
def every_command_and_every_option_stands_in_its_page():
    text = page("anteroomctl.1")
    body = text[text.index(".Sh COMMANDS"):text.index(".Sh ENVIRONMENT")]
    told = {entry.split("\n", 1)[0]: set(re.findall(r"^\.It (?:Fl \w , )?Fl -([a-z-]+)", entry, re.M))
            for entry in body.split(".It Xo\n.Ic ")[1:]}
    equal(told, commands(harness.CTL), "what anteroomctl(1) tells of")
    for option in EVERYWHERE:
        check(re.search(rf"^\.It .*Fl -{option}\b", text[:text.index(".Sh COMMANDS")], re.M), f"--{option} is not told of")
    said = " ".join(ask_help(harness.CTL).split())
    codes = re.findall(r"(\d+) [a-z]", re.search(r"Exit codes: (.*?)\.", said)[1])
    equal(re.findall(r"^\.It (\d+)$", text, re.M), codes, "the exit codes of anteroomctl(1)")


@test()
def every_option_of_the_daemon_stands_in_its_page():
    text = page("anteroomd.8")
    told = set(re.findall(r"^\.It (?:Fl \w , )?Fl -([a-z-]+)", text, re.M))
    equal(told, options(ask_help(harness.DAEMON)), "what anteroomd(8) tells of")


@test()
def the_pages_are_right_mdoc():
    if not shutil.which("mandoc"):
        raise Skip("mandoc is not installed")
    for path in sorted(glob.glob(os.path.join(PAGES, "*"))):
        said = subprocess.run(["mandoc", "-Tlint", "-Wwarning", path], capture_output=True, text=True, timeout=60)
        equal((said.returncode, said.stdout), (0, ""), f"{os.path.basename(path)}: {said.stderr}")


# --- keys ----------------------------------------------------------------------------------------------

class Key:
    def __init__(self, table, name, facts, text):
        self.table, self.name = table, name
        facts = facts.replace(r"\(dq", '"').split("; ")
        self.kind, self.default, self.when = facts[0], facts[1], facts[2]
        # `Of jitsi:` begins what is told of a key that only one dialect has.
        only = re.match(r"Of\n\.Li (\w+) :", text)
        self.dialect = only[1] if only else None

    @property
    def bounds(self):
        found = re.search(r"whole number, (\d+) to (\d+)", self.kind)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def words(self):
        listed = self.kind.removeprefix("list of ")
        return listed.split(", ") if re.fullmatch(r"[\w:]+(, [\w:]+)+", listed) else None

    def written(self, value):
        """A file with this key alone, or with what it does not go without."""
        needed = {"dialect": f'"{self.dialect}"'} if self.dialect else {}
        if self.table == "[[policy.notices]]":
            needed = {"id": '"a"', "version": 1, "purpose": '"a"', "text": '"a"', "consent": "true"}
        if self.table == "[turn]":
            needed = {"uris": '["turn:turn.example.org"]', "secret_file": '"/nowhere"'}
        return f"{self.table}\n" + "".join(f"{name} = {it}\n" for name, it in {**needed, self.name: value}.items())

    def __str__(self):
        return f"{self.name} in {self.table}"


def keys():
    body = page("anteroom.toml.5").replace("\\&", "")
    found = []
    for section in re.split(r"^\.Ss ", body, flags=re.M)[1:]:
        table = section.split("\n", 1)[0]
        for name, facts, text in re.findall(r"^\.It Ic (\w+) Pq (.*)\n((?:.*\n)*?)(?=^\.It|^\.El)", section, re.M):
            found.append(Key(table, name, facts, text))
    return found


def checked(text):
    """What `--check-config` says of a file."""
    path = os.path.join(harness.ROOT, "checked.toml")
    with open(path, "w") as file:
        file.write(text)
    return subprocess.run([harness.DAEMON, "--check-config", "--config", path], capture_output=True, text=True, timeout=30,
                          env={"PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"}).stderr


def known(text):
    line = next(line for line in checked(text).splitlines() if "`zzz`" in line)
    return line.split("write one of: ")[1].split(", ")


@test()
def every_key_of_every_table_stands_in_its_page():
    told = {}
    for key in keys():
        told.setdefault(key.table, set()).add(key.name)
    body = page("anteroom.toml.5").replace("\\&", "")
    sections = set(re.findall(r"\[+[\w.]+\]+", " ".join(re.findall(r"^\.Ss (.*)$", body, re.M))))
    tables = known("zzz = 1\n")
    equal(sections - set(tables), {"[[policy.notices]]", "[policy.floor]", "[profiles.NAME.floor]"}, "tables in tables")
    equal(set(tables) - sections, set(), "tables without a section")
    for table in set(tables) - {"[profiles.NAME]"} | {"[[policy.notices]]"}:
        dialects = ["anteroom", "jitsi", "livekit", "galene"] if table == "[[audience]]" else [None]
        read = {name for dialect in dialects
                for name in known(f"{table}\n" + (f'dialect = "{dialect}"\n' if dialect else "") + "zzz = 1\n")}
        # Tables of their own, with sections of their own.
        equal(told[table], read - ({"floor", "notices"} if table == "[policy]" else set()), f"the keys of {table}")
    floor = set(known("[policy.floor]\nzzz = 1\n"))
    equal(floor - {"notices"}, told["[policy]"], "a floor has the keys of [policy]")


def judged(texts):
    """What is said of each of many files, in one start: each is a file of `conf.d` by itself."""
    folder = os.path.join(harness.ROOT, "judged")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "conf.d"), mode=0o755)
    for index, text in enumerate(texts):
        with open(os.path.join(folder, "conf.d", f"{index:04}.toml"), "w") as file:
            file.write(text)
    with open(os.path.join(folder, "anteroom.toml"), "w"):
        pass
    said = subprocess.run([harness.DAEMON, "--check-config", "--config", os.path.join(folder, "anteroom.toml")], text=True,
                          capture_output=True, timeout=60, env={"SWIFT_BACKTRACE": "enable=no"}).stderr.splitlines()
    return [[line for line in said if f"conf.d/{index:04}.toml" in line] for index in range(len(texts))]


@test()
def the_kind_the_bounds_and_the_words_of_every_key_are_those_of_its_page():
    bounded = [key for key in keys() if key.bounds]
    check(len(bounded) > 20, f"only {len(bounded)} keys with bounds")
    for place, step in ((0, -1), (1, 1)):
        for key, said in zip(bounded, judged([key.written(key.bounds[place] + step) for key in bounded])):
            check(any(f"from {key.bounds[0]} to {key.bounds[1]}" in line for line in said), f"{key}: {said}")
        for key, said in zip(bounded, judged([key.written(key.bounds[place]) for key in bounded])):
            check(not any(f"`{key.name}` in" in line for line in said), f"{key} at its bound: {said}")
    worded = [key for key in keys() if key.words]
    wrong = [key.written('["zzz"]' if key.kind.startswith("list") else '"zzz"') for key in worded]
    for key, said in zip(worded, judged(wrong)):
        remedy = next(line for line in said if "zzz" in line).split("; ")[-1]
        told = re.findall(r'"([^"]+)"', remedy) or remedy.split("some of: ")[1].split(", ")
        equal(told, key.words, f"{key}")
    kinds = {"path": ('"zzz"', "not an absolute path"), "truth": ('"zzz"', "true or false"), "list": ("5", "a list"),
             "text": ("5", "has to be text"), "group": ("5", "has to be text"), "table": ("5", "a table")}
    others = [key for key in keys() if not key.bounds and (key.kind.startswith("list") or not key.words)]
    for key, said in zip(others, judged([key.written(kinds[key.kind.split()[0]][0]) for key in others])):
        check(any(kinds[key.kind.split()[0]][1] in line for line in said), f"{key}: {said}")


@test()
def every_default_is_that_of_the_file_that_is_installed():
    shipped, table = {}, None
    with open(SHIPPED) as file:
        for line in file:
            if header := re.match(r"#?(\[+[\w.]+\]+)$", line):
                table = header[1]
            elif found := re.match(r"#(\w+) = (.*?)\s*(?:  # .*)?$", line):
                shipped.setdefault((table, found[1]), found[2].split("  #")[0].rstrip())
    compared = 0
    for key in keys():
        check((key.table, key.name) in shipped, f"{key.name} in {key.table} is not in the file")
        value = key.default.removeprefix("default ")
        if not key.default.startswith("default ") or key.table.startswith("[[") or " of cores" in value:
            continue
        equal(value, shipped[key.table, key.name], f"the default of {key.name} in {key.table}")
        compared += 1
    check(compared > 40, f"only {compared} defaults were compared")


def another(key, daemon):
    """A value that is not the default, nor what the daemon runs with here."""
    if key.words:
        word = next(word for word in reversed(key.words) if word not in key.default and word != "text")
        return f'"{word.replace("SECONDS", "7")}"'
    if key.bounds:
        # What is idle for longer than the most is a mistake.
        low, high = key.bounds
        return next(value for value in ((high - 1,) if key.name == "max_seconds" else (low + 6, low + 5))
                    if key.default != f"default {value}")
    if key.kind == "truth":
        return "true" if key.default == "default false" else "false"
    return {"publish_on_entry": "{ audio = true }", "reserved": '["teacher"]', "shared_sources": '["192.0.2.7"]',
            "url": '"sqlite:/nowhere/anteroom.db"', "frontend_group": '"nogroup"', "admin_group": '"nogroup"',
            "breached_file": f'"{daemon.inside("breached.txt")}"', "blocklist_file": '"/etc/passwd"'}.get(key.name, '"/nowhere/at-all"')


@test()
def every_key_is_taken_up_when_its_page_says_it_is():
    with Daemon() as daemon:
        with open(daemon.inside("breached.txt"), "w") as file:
            file.write("0" * 40 + ":1\r\n")
        os.mkdir(daemon.inside("conf.d"), 0o755)
        for key in keys():
            if key.table.startswith("[[") or key.table == "[turn]":
                continue   # of front ends, audiences, issuers and TURN it is seen by what they then may
            with open(daemon.inside("conf.d/one.toml"), "w") as file:
                file.write(key.written(another(key, daemon)))
            seen, deadline = len(daemon.log()), time.monotonic() + 5
            os.kill(daemon.pid, signal.SIGHUP)
            while not re.search(r"configuration read again|running (one|configuration) stays", daemon.log()[seen:].decode()):
                check(time.monotonic() < deadline, f"no reload with {key.name}")
                time.sleep(0.01)
            said = "\n".join(line for line in daemon.log()[seen:].decode().splitlines() if " debug " not in line)
            if key.table == "[sockets]":
                check("by a restart only" in said, f"{key.name} in {key.table}: {said}")
                continue
            check("stays" not in said, f"{key.name} in {key.table}: {said}")
            equal("next start" in said, key.when == "restart", f"whether {key.name} in {key.table} waits: {said}")
            check(key.when in ("reload", "restart"), f"{key.name} in {key.table} says {key.when}")
