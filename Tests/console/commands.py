"""The commands of a host beside the console, each by what the socket says afterwards."""

import csv, io, json, re, subprocess

import harness
from flows import ask, host, knock, meeting, present
from harness import PATIENCE, Daemon, Skip, check, equal, test
from terminal import signed_in

KNOCK = {"before_host": "allow"}


class Ctl:
    """The CLI as somebody who signed in uses it."""

    def __init__(self, daemon, person):
        self.daemon = daemon
        self.environment = {"PATH": "/usr/bin:/bin", **signed_in(daemon, person, daemon.admin_path)}

    def __call__(self, *arguments, code=0, stdin=""):
        done = subprocess.run([harness.CTL, "--socket", self.daemon.admin_path, *arguments], input=stdin, text=True,
                              capture_output=True, timeout=2 * PATIENCE, env=self.environment)
        equal(done.returncode, code, f"the exit code of {arguments} ({done.stdout}{done.stderr})")
        return done


def needs(daemon, path):
    """A command whose operation this daemon does not have yet is not judged by it."""
    if path not in daemon.admin.get("/v1/openapi.yaml", judge=False).body.decode():
        raise Skip(f"the daemon has no {path}")


@test()
def a_new_passcode_is_shown_once_and_opens_the_meeting():
    with Daemon() as d:
        owner = host(d)
        where, ctl = meeting(d, owner, policy=KNOCK), Ctl(d, owner)
        done = ctl("meeting", "passcode", where.id, "--kind", "words")
        passcode = re.fullmatch(r"passcode: +(\S+)\n", done.stdout)[1]
        ask(d, where, passcode=where.passcode, expect=403)
        ask(d, where, passcode=passcode, expect=201)
        own = "violet-harbour-lantern-71"
        equal(json.loads(ctl("--json", "meeting", "passcode", where.id, "--value-stdin", stdin=own).stdout),
              {"passcode": own}, "the answer")
        ask(d, where, passcode=own, expect=201)
        check("passcode-too-weak" in ctl("meeting", "passcode", where.id, "--value-stdin", stdin="11111111\n",
                                         code=1).stderr, "a weak passcode")


@test()
def bars_are_made_listed_and_lifted():
    with Daemon() as d:
        owner = host(d)
        where, ctl = meeting(d, owner, policy=KNOCK), Ctl(d, owner)
        eve = knock(d, where, "Eve")
        made = ctl("meeting", "ban", "add", where.id, "--join", eve.id, "--reason", "noise").stdout
        ban = re.search(r"^id: +(ban_\w+)$", made, re.M)[1]
        ctl("meeting", "ban", "add", where.id, "--account", owner.username, code=5)
        listed = ctl("meeting", "ban", "list", where.id).stdout
        check(re.search(rf"^{ban} +join +{eve.id} +- +{owner.id} +noise$", listed, re.M), listed)
        ctl("meeting", "ban", "lift", where.id, ban)
        equal(len(ctl("meeting", "ban", "list", where.id).stdout.splitlines()), 1, "lines with no ban left")
        ctl("meeting", "ban", "lift", where.id, ban, code=3)


@test()
def who_is_passed_over_is_said_with_name_and_reason():
    with Daemon() as d:
        owner = host(d)
        where, ctl = meeting(d, owner, policy=KNOCK), Ctl(d, owner)
        knock(d, where, "Ada")
        eve = knock(d, where, "Eve")
        where.act("admit", eve)
        where.act("send-back", eve)
        said = ctl("meeting", "admit", where.id, "--all").stdout
        check(re.search(r"^admitted: 1$", said, re.M), said)
        check(re.search(rf"^{eve.id} +\S+ +Eve$", said, re.M), said)


@test()
def a_meeting_is_edited_opened_again_and_deleted():
    with Daemon() as d:
        needs(d, "/v1/meetings/{meeting}/open")
        owner, other = host(d), host(d)
        ctl = Ctl(d, owner)
        made = ctl("meeting", "create", "--series", "--title", "First").stdout
        identity = re.search(r"^id: +(\S+)$", made, re.M)[1]
        ctl("meeting", "edit", identity, "--title", "Second", "--policy", "capacity=7", "--cohost", other.username)
        shown = json.loads(ctl("--json", "meeting", "show", identity).stdout)["meeting"]
        equal([shown["title"], shown["policy"]["capacity"], len(shown["cohosts"])], ["Second", 7, 1], "after edit")
        ctl("meeting", "edit", identity, "--no-cohosts")
        ctl("meeting", "open", identity)
        ctl("meeting", "end", identity)
        check(re.search(r"^state: +open$", ctl("meeting", "open", identity).stdout, re.M), "open after the end")
        ctl("meeting", "edit", identity, "--host", other.username)
        ctl("meeting", "edit", identity, "--title", "Mine", code=4)
        theirs = Ctl(d, other)
        theirs("meeting", "delete", identity)
        theirs("meeting", "show", identity, code=4)


@test()
def a_list_of_names_becomes_invites_and_none_of_them_twice():
    with Daemon() as d:
        needs(d, "/v1/meetings/{meeting}/invites")
        owner = host(d)
        where, ctl = meeting(d, owner, policy={**KNOCK, "open_to": "invited"}), Ctl(d, owner)
        names = d.inside("names.csv")
        with open(names, "w") as file:
            file.write("display_name,label,uses\nAda,math,1\n\"Hopper, Grace\",navy,2\nBob,,many\n")
        first = ctl("meeting", "invite", where.id, "--from", names, code=1)
        check("line 4: could not invite: uses is no number: many" in first.stderr, first.stderr)
        rows = list(csv.DictReader(io.StringIO(first.stdout)))
        equal([row["name"] for row in rows], ["Ada", "Hopper, Grace"], "who is invited")
        equal([bool(row["code"]) for row in rows], [True, True], "codes")
        with open(names, "w") as file:
            file.write("display_name,label,uses\nBob,,1\nAda,math,1\n\"Hopper, Grace\",navy,2\n")
        again = ctl("meeting", "invite", where.id, "--from", names)
        new = list(csv.DictReader(io.StringIO(again.stdout)))
        equal([(row["name"], bool(row["code"])) for row in new],
              [("Bob", True), ("Ada", False), ("Hopper, Grace", False)], "the second run")
        check("Ada was invited before (inv_" in again.stderr, again.stderr)
        listed = ctl("meeting", "invite", where.id, "--list").stdout
        equal(len(listed.splitlines()), 4, f"invites: {listed}")
        ask(d, where, name="Ada", invite=rows[0]["code"], passcode=where.passcode, expect=201)
        ctl("meeting", "invite", where.id, "--revoke", rows[1]["invite"])
        ask(d, where, name="Grace", invite=rows[1]["code"], passcode=where.passcode, expect=403)
        one = ctl("meeting", "invite", where.id, "--label", "one", "--uses", "3", "--role", "viewer").stdout
        check(re.search(r"^code: +\S+$", one, re.M) and re.search(r"^role: +viewer$", one, re.M), one)


@test()
def a_join_is_simulated_and_the_trace_is_a_table():
    with Daemon() as d:
        needs(d, "/v1/meetings/{meeting}/simulate")
        owner = host(d)
        where, ctl = meeting(d, owner, policy=KNOCK), Ctl(d, owner)
        said = ctl("meeting", "simulate", where.id, "--passcode", "right").stdout
        check(re.search(r"^outcome: +waiting$", said, re.M) and re.search(r"^waiting_room +wait", said, re.M), said)
        said = ctl("meeting", "simulate", where.id, "--passcode", "wrong").stdout
        check(re.search(r"^outcome: +refused$", said, re.M), said)
        said = ctl("meeting", "simulate", where.id, "--account", owner.username).stdout
        check(re.search(r"^outcome: +admitted$", said, re.M), said)
        equal(where.show()["passcode"]["failures"], 0, "what was simulated counted")


@test()
def who_was_in_is_listed_without_a_formula():
    with Daemon() as d:
        needs(d, "/v1/meetings/{meeting}/attendance")
        owner = host(d)
        where, ctl = meeting(d, owner, policy={**KNOCK, "attendance": True}), Ctl(d, owner)
        guest = knock(d, where, "=1+1")
        where.act("admit", guest)
        guest.look()
        present(where, guest)
        rows = list(csv.reader(io.StringIO(ctl("meeting", "attendance", where.id, "--csv").stdout)))
        check(any("'=1+1" in row for row in rows), rows)
        check("=1+1" in ctl("meeting", "attendance", where.id).stdout, "the table")


@test()
def the_policy_is_shown():
    with Daemon() as d:
        needs(d, "/v1/policy:")
        said = subprocess.run([harness.CTL, "--socket", d.admin_path, "policy", "show"], text=True, capture_output=True,
                              env={"PATH": "/usr/bin:/bin"})
        equal(said.returncode, 0, f"the exit code ({said.stderr})")
        check("waiting_room" in said.stdout, said.stdout)
