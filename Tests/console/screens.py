"""`anteroomctl meeting watch` as a host sees it."""

import json, os, re, signal, subprocess, time

import flows
import harness
from flows import ask, host, inside, knock, meeting, present, report
from harness import PATIENCE, Daemon, Skip, check, equal, test
from terminal import Terminal, signed_in

KNOCK = {"before_host": "allow"}   # a guest waits for admission, whether the host is there or not


def state_of(where, join, wanted, seconds=PATIENCE):
    """The join's state over the socket, once it is as wanted."""
    deadline = time.monotonic() + seconds
    while True:
        found = next(item["state"] for item in where.joins() if item["id"] == join.id)
        if found == wanted or time.monotonic() > deadline:
            return equal(found, wanted, f"the state of {join.id}")
        time.sleep(0.03)


def watching(daemon, owner, where, columns=80, rows=24, **environment):
    terminal = Terminal(daemon, columns, rows, **signed_in(daemon, owner), **environment)
    terminal.run("meeting", "watch", where.id)
    terminal.wait(r"WAITING \d")
    return terminal


@test()
def a_host_sees_who_waits_and_who_is_in_and_admits_by_a_key():
    with Daemon() as d:
        owner = host(d, display_name="Hannah")
        where = meeting(d, owner, policy=KNOCK, title="Standup")
        ada = knock(d, where, "Ada")
        with watching(d, owner, where) as terminal:
            screen = terminal.wait(r"^> Ada +guest +no +admission +\d+:\d\d")
            equal([len(screen), max(map(len, screen)) <= 80], [24, True], "the size of the screen")
            check(re.search(r"^Standup +open$|^Standup +scheduled$", screen[0]), f"the first line: {screen[0]!r}")
            check("1 waiting" in screen[1] and where.id in screen[1], f"the second line: {screen[1]!r}")
            grace = knock(d, where, "Grace")
            terminal.wait(r"^  Grace +guest +no +admission")
            terminal.wait(r"^> Ada .* (0:0[1-9]|0:[1-5]\d|[1-9]\d*:\d\d)")   # the clock runs without an event
            terminal.press("a")
            terminal.wait(r"Ada is admitted")
            state_of(where, ada, "admitted")
            terminal.wait(r"^  Ada +guest +no +admitted")
            ada.look()
            present(where, ada)
            terminal.wait(r"^  Ada +guest +no +present")
            # The selection ended with the wait: no second key can meet who stands there now.
            terminal.press("a")
            terminal.wait(r"Nobody is selected")
            state_of(where, grace, "waiting")
            terminal.press_until("j", r"^> Grace")
            terminal.press("m")
            terminal.type("Two minutes, please")
            terminal.press("Enter")
            terminal.wait(r"Grace is told")
            equal(flows.waiting_in(grace.look().json).get("message"), "Two minutes, please", "what Grace is told")
            terminal.press("d")
            terminal.wait(r"Grace is turned away")
            state_of(where, grace, "denied")
            terminal.wait(r"^  nobody waits")
            terminal.press("q")
            terminal.expect_restored("after q", 0)


@test()
def what_shuts_somebody_out_or_harms_everybody_asks_first():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK)
        ada, bob = inside(d, where, "Ada"), inside(d, where, "Bob")
        with watching(d, owner, where) as terminal:
            terminal.wait(r"^  Bob .*present")
            terminal.press_until("j", r"^> Ada")
            terminal.press("r")
            terminal.wait(r"Remove Ada and keep them out\? y: yes")
            terminal.press("n")
            terminal.wait(r"Nothing was done")
            state_of(where, ada, "present")
            terminal.press("r", "y")
            terminal.wait(r"Ada is removed and barred")
            state_of(where, ada, "removed")
            equal(len(d.web.get(where.path + "/bans", token=owner.token, expect=200).json["items"]), 1, "bars")
            terminal.press_until("j", r"^> Bob")
            terminal.press("b")
            terminal.wait(r"Bob waits again")
            state_of(where, bob, "waiting")
            terminal.press("l")
            terminal.wait(r"LOCKED$")
            check(where.show()["locked"], "locked on the screen alone")
            terminal.press_until("l", r"The meeting is unlocked")
            terminal.press("s")
            terminal.wait(r"Send everyone but the hosts back to waiting, and lock\?")
            terminal.press("y")
            terminal.wait(r"LOCKED$")
            terminal.press("e", "y")
            terminal.wait(r"ended · LOCKED$|ended$")
            equal(where.show()["state"], "ended", "the meeting's state")


@test()
def a_question_about_somebody_who_goes_is_taken_back():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK)
        ada, eve = knock(d, where, "Ada"), knock(d, where, "Eve")
        with watching(d, owner, where) as terminal:
            terminal.wait(r"^> Ada")
            terminal.press("D")
            terminal.wait(r"Turn Ada away and keep them out\?")
            d.web.post("/v1/joins/self/withdraw", token=ada.ticket, expect=(200, 204))
            terminal.wait(r"Ada is gone: nothing was done")
            terminal.press("y")
            terminal.wait(r"y is no key here")
            state_of(where, eve, "waiting")
            check(not any(line.startswith(">") for line in terminal.lines()), "somebody else is selected")


@test()
def an_act_that_fails_says_why_and_what_to_do():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy={**KNOCK, "capacity": 1})
        inside(d, where, "Ada")
        bob = knock(d, where, "Bob")
        with watching(d, owner, where) as terminal:
            terminal.wait(r"^> Bob +guest +no +seat|^> Bob +guest +no +admission")
            terminal.press("a")
            terminal.wait(r"Could not admit Bob: Every seat is taken")
            terminal.wait(r"look again")
            state_of(where, bob, "waiting")


@test()
def forty_columns_are_enough_and_a_new_size_is_drawn_at_once():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK, title="A meeting whose title is longer than forty columns are")
        for name in ("Ada", "李小龍", "Zoë", "🙂 Eve", "Bjo\u0308rn"):
            knock(d, where, name)
        with watching(d, owner, where) as terminal:
            wide = terminal.wait(r"Björn|Bjo\u0308rn")
            # tmux judges the width of letters by itself: where the class begins must be one column.
            starts = {columns(line[:line.index("guest")]) for line in wide if " guest " in line}
            equal(len(starts), 1, f"columns where the class begins, in {wide}")
            terminal.resize(40, 16)
            narrow = terminal.wait(r"^    guest, admission")
            check(all(columns(line) <= 40 for line in narrow), f"wider than 40 columns: {narrow}")
            terminal.wait(r"^> Ada +\d+:\d\d$")
            terminal.wait(r"\? help  q quit")
            terminal.press("G")
            terminal.wait(r"^> Bj")
            terminal.resize(120, 40)
            terminal.wait(r"^> Bj\S+ +guest")
            terminal.press("?")
            terminal.wait(r"admit whoever is selected")
            terminal.press("?", "q")
            terminal.expect_restored("after another size")


def columns(text):
    """Columns of the letters used here."""
    import unicodedata
    return sum(0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
               for letter in text)


@test()
def without_colour_everything_is_told_by_words():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK)
        knock(d, where, "Ada")
        for environment, wanted in (({}, True), ({"NO_COLOR": "1"}, False)):
            with watching(d, owner, where, **environment) as terminal:
                terminal.wait(r"^> Ada")
                found = any("\x1b[" in line for line in terminal.lines(colours=True))
                equal(found, wanted, f"colour with {environment}")
        with Terminal(d, 200, **signed_in(d, owner)) as terminal:
            terminal.type("TERM=dumb ")
            terminal.run("meeting", "watch", where.id)
            terminal.wait(r"this terminal cannot be drawn on")
            terminal.wait(r"meeting waiting")


@test()
def a_daemon_that_restarts_is_waited_for():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK)
        knock(d, where, "Ada")
        with watching(d, owner, where) as terminal:
            terminal.wait(r"^> Ada")
            d.kill()
            terminal.wait(r"! Reconnecting \(try \d+\)")
            terminal.press("a")
            terminal.wait(r"Not connected: nothing was done")
            d.start()
            terminal.wait(r"! Reconnecting", gone=True)
            grace = knock(d, where, "Grace")
            terminal.wait(r"^  Grace")
            terminal.press("j", "a")
            terminal.wait(r"Grace is admitted")
            state_of(where, grace, "admitted")


@test()
def the_terminal_is_as_before_in_every_way_out():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK)
        knock(d, where, "Ada")
        with Terminal(d, **signed_in(d, owner)) as terminal:
            def opened():
                terminal.run("meeting", "watch", where.id)
                terminal.wait(r"^> Ada")
                equal(terminal.ask("alternate_on"), "1", "the alternate screen while watching")

            opened()
            terminal.press("C-c")
            terminal.expect_restored("after Ctrl-C", 128 + signal.SIGINT)
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGTRAP):
                opened()
                os.kill(terminal.process(), number)
                terminal.expect_restored(f"after {number.name}", 128 + number)
            opened()
            terminal.press("C-z")
            terminal.expect_restored("while stopped")
            terminal.type("fg")
            terminal.press("Enter")
            terminal.wait(r"^> Ada")
            equal(terminal.ask("alternate_on"), "1", "the alternate screen after fg")
            terminal.press("q")
            terminal.expect_restored("after fg and q")
            opened()
            d.web.delete("/v1/sessions/current", token=owner.token, expect=204)
            terminal.wait(r"could not watch the meeting")
            terminal.wait(r"next: anteroomctl .*login")
            terminal.expect_restored("after the session's end", 4)


@test()
def an_operator_watches_and_does_not_act():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK)
        ada = knock(d, where, "Ada")
        with Terminal(d) as terminal:
            terminal.run("meeting", "watch", where.id, socket_path=d.admin_path)
            terminal.wait(r"^> Ada +guest")
            terminal.wait(r"watching only")
            terminal.press("a")
            terminal.wait(r"that is a host's act, and takes")
            state_of(where, ada, "waiting")
            terminal.press("q")
            terminal.expect_restored("after q", 0)
            terminal.run("meeting", "watch", where.id)
            terminal.wait(r"could not watch the meeting")


@test()
def an_attack_on_the_passcode_is_an_alarm():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy={**KNOCK, "passcode_failures": 3})
        with watching(d, owner, where) as terminal:
            for guess in range(3):
                ask(d, where, passcode=f"wrong-{guess}-code", expect=403)
            terminal.wait(r"^! This meeting is at risk")
            terminal.wait(r"^! The passcode takes nobody in any more")
            knock(d, where, "Ada")
            terminal.wait(r"^  Ada +guest .*unproven")
            terminal.press("x")
            terminal.wait(r"is at risk", gone=True)
            d.web.post(where.path + "/passcode", token=owner.token, expect=200)
            terminal.wait(r"takes nobody in", gone=True)


@test()
def who_looks_like_somebody_else_is_marked():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK)
        if "names" not in where.show()["policy"]:
            raise Skip("this daemon does not compare names")
        knock(d, where, "Ada")
        knock(d, where, "\u0410da")   # a Cyrillic A
        with watching(d, owner, where) as terminal:
            terminal.wait(r"^  \u0410da +guest .* looks like Ada")


@test()
def more_people_than_lines_are_scrolled_through():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK)
        joins = [knock(d, where, f"Guest {number:02}") for number in range(60)]
        with watching(d, owner, where) as terminal:
            terminal.wait(r"WAITING 60")
            terminal.wait(r"v more below")
            terminal.press("G")
            terminal.wait(r"^> Guest 59")
            terminal.wait(r"\^ more above")
            terminal.press("PPage")
            terminal.wait(r"^> Guest 43")
            terminal.press("g", "A")
            terminal.wait(r"Admit all who wait\?")
            terminal.press("y")
            terminal.wait(r"60 admitted")
            terminal.wait(r"WAITING 0")
            equal({join["state"] for join in where.joins()}, {"admitted"}, "states")
            check(len(joins) == 60, "the number of joins")


@test()
def without_a_terminal_each_event_is_a_line():
    with Daemon() as d:
        owner = host(d)
        where = meeting(d, owner, policy=KNOCK)
        knock(d, where, "Ada")
        environment = {"PATH": "/usr/bin:/bin", **signed_in(d, owner)}
        command = [harness.CTL, "--socket", d.frontend_path, "meeting", "watch", where.id]

        def opened(*more):
            return subprocess.Popen(command + list(more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, env=environment, text=True,
                                    preexec_fn=harness.die_with_parent)
        text, raw = opened(), opened("--json")
        check(re.search(r"Z  snapshot  \w+  unlocked  epoch=1  waiting=1", text.stdout.readline()), "the first line")
        first = json.loads(raw.stdout.readline())
        equal([first["event"], len(first["data"]["joins"])], ["snapshot", 1], "the first event")
        grace = knock(d, where, "Grace")
        line = text.stdout.readline()
        check(re.search(rf"  join.waiting  {grace.id}  guest, not verified  .*  name=Grace$", line), f"the line {line!r}")
        equal(json.loads(raw.stdout.readline())["data"]["join"], grace.id, "the event's join")
        d.restart()
        knock(d, where, "Eve")
        line = text.stdout.readline()
        check("  join.waiting  " in line and line.endswith("  name=Eve\n"), f"what came after a restart: {line!r}")
        equal(json.loads(raw.stdout.readline())["event"], "join.waiting", "what came after a restart")
        for process in (text, raw):
            process.send_signal(signal.SIGTERM)
            equal(process.wait(PATIENCE), -signal.SIGTERM, "how it ended")
