"""A terminal that can be looked at: a shell in tmux, with the CLI in it."""

import contextlib, os, re, shlex, subprocess, time

import harness
from harness import PATIENCE, Failure, check, die_with_parent, soon


def signed_in(daemon, person, socket_path=None):
    """The environment of a user who ran `anteroomctl login`: the session's file as the CLI keeps it."""
    home = daemon.inside("home-" + person.username)
    folder = os.path.join(home, ".local/state/anteroom")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    name = "session" + (socket_path or daemon.frontend_path).replace("/", "+")
    with open(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(person.token)
    return {"HOME": home}


class Terminal:
    """One tmux server with one shell, which goes when the test does."""
    count = 0

    def __init__(self, daemon, columns=80, rows=24, **environment):
        Terminal.count += 1
        self.checks = 0
        self.daemon, self.path = daemon, daemon.inside(f"tmux{Terminal.count}")
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TERM": "screen",
                            "HOME": daemon.root, "SWIFT_BACKTRACE": "enable=no", "PS1": "$ ", "SHELL": "/bin/sh",
                            **environment}
        # In the foreground, so that it is the test's own child.
        self.server = subprocess.Popen(["tmux", "-u", "-S", self.path, "-f", "/dev/null", "-D"], env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       preexec_fn=die_with_parent)
        soon("tmux has its socket", lambda: os.path.exists(self.path))
        shell = "exec env " + " ".join(f"{key}={shlex.quote(value)}" for key, value in self.environment.items())
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), shell + " /bin/sh -i")
        self.wait(r"^\$ ?$")

    def tmux(self, *arguments, check_it=True):
        done = subprocess.run(["tmux", "-u", "-S", self.path, *arguments], capture_output=True, timeout=PATIENCE,
                              env=self.environment)
        if check_it and done.returncode:
            raise Failure(f"tmux {arguments}: {done.stderr.decode()}")
        return done.stdout.decode()

    def run(self, *arguments, socket_path=None):
        """Types a command of the CLI."""
        command = [harness.CTL, "--socket", socket_path or self.daemon.frontend_path, *arguments]
        self.type(" ".join(map(shlex.quote, command)))
        self.press("Enter")

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def lines(self, colours=False):
        return self.tmux("capture-pane", "-p", *(["-e"] if colours else [])).rstrip("\n").split("\n")

    def ask(self, what):
        """One of tmux's own formats, for instance `alternate_on`."""
        return self.tmux("display-message", "-p", "#{" + what + "}").strip()

    def wait(self, pattern, seconds=PATIENCE, gone=False):
        """The screen, once a line of it fits; or, with `gone`, once none does."""
        deadline = time.monotonic() + seconds
        while True:
            lines = self.lines()
            if any(re.search(pattern, line) for line in lines) != gone:
                return lines
            if time.monotonic() > deadline:
                shown = "\n".join(lines)
                raise Failure(f"{'still' if gone else 'no'} {pattern!r} after {seconds} s on\n{shown}")
            time.sleep(0.03)

    def press_until(self, key, pattern):
        """Presses a key until the screen shows what it is for. A list that was on its way when something changed may come
        after the news of it, and for that moment the key meets how things were; who sees that presses again."""
        for _ in range(9):
            self.press(key)
            with contextlib.suppress(Failure):
                return self.wait(pattern, seconds=10)
        self.press(key)
        return self.wait(pattern)

    def line(self, pattern, seconds=PATIENCE):
        return next(line for line in self.wait(pattern, seconds) if re.search(pattern, line))

    def process(self):
        """The CLI's process, which is the shell's child."""
        shell = self.ask("pane_pid")
        with open(f"/proc/{shell}/task/{shell}/children") as file:
            found = file.read().split()
        check(found, "nothing runs in the terminal")
        return int(found[0])

    def expect_restored(self, what, status=None):
        """Back at the shell, on the usual screen, with echo, cursor and wrapping; and how it ended."""
        self.wait(r"^\$ ?$")
        for name, wanted in (("alternate_on", "0"), ("cursor_flag", "1"), ("wrap_flag", "1")):
            check(self.ask(name) == wanted, f"{what}: {name} is {self.ask(name)}")
        self.checks += 1
        sane = "stty -a | tr ' ' '\\n' | grep -cE '^(echo|icanon|isig|opost)$'"
        self.type(f'echo "was=$? sane=$({sane}) check={self.checks}"')
        self.press("Enter")
        said = self.line(rf"^was=\d+ .*check={self.checks}$")
        check("sane=4" in said, f"{what}: echo, lines or signals are off")
        if status is not None:
            check(f"was={status} " in said, f"{what}: the exit status is not {status}: {said}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server", check_it=False)
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
