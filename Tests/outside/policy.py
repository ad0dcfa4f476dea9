"""Section 5.1: what a meeting's policy is made of: levels, settings, floors and protection."""

import itertools

import flows
from configuration import run_check
from flows import arrive, ask, host, knock, meeting, member
from harness import *
from meetings import absent

NAMES = ("general", "education", "health", "public")
NOTHING = {"audio": False, "video": False, "screen": False}
CELLS = {   # the table of section 5.1
    "open_to": ("link", "members", "invited", "link"),
    "passcode": ("guests", "guests", "off", "guests"),
    "waiting_room": ("guests", "everyone", "everyone", "off"),
    "sign_in": ("optional",) * 4,
    "host_second_factor": (True,) * 4,
    "before_host": ("wait",) * 4,
    "host_arrival": ("hold", "hold", "hold", "admit_all"),
    "host_absence": ("lock_after:300", "end_after:60", "end_after:60", "continue"),
    "when_locked": ("wait", "refuse", "refuse", "refuse"),
    "auto_lock": (None, 600, None, None),
    "capacity": (100, 60, 8, 1000),
    "denials": (2,) * 4,
    "removed_may_return": (False,) * 4,
    "passcode_failures": (20, 10, 10, 20),
    "passcode_rotation": ("manual", "occurrence", "occurrence", "manual"),
    "early_join": (900, 300, 300, 900),
    "publish_on_entry": (NOTHING,) * 4,
    "attendance": (False,) * 4,
    "names": ("unconfusable", "given", "unconfusable", "unconfusable"),
    "phones": ("wait", "refuse", "refuse", "as_guest"),
    "bots": ("wait", "refuse", "refuse", "wait"),
    "step_up": (900, 300, 300, 900),
    "notices": ([],) * 4,
    "rejoin_seconds": (300, 120, 120, 300),
    "grant_seconds": (60,) * 4,
    "ticket_seconds": (3600,) * 4,
}
WORDS = {   # open → strict
    "open_to": ("link", "members", "invited"), "passcode": ("off", "guests", "everyone"),
    "waiting_room": ("off", "guests", "uninvited", "everyone"), "sign_in": ("optional", "required", "second_factor"),
    "before_host": ("allow", "wait"), "host_arrival": ("admit_all", "admit_invited", "hold"), "when_locked": ("wait", "refuse"),
    "passcode_rotation": ("manual", "occurrence"), "names": ("free", "unconfusable", "given"),
    "phones": ("as_guest", "wait", "refuse"), "bots": ("wait", "refuse"),
}
FLAGS = {"host_second_factor": (False, True), "removed_may_return": (True, False), "attendance": (True, False)}
NUMBERS = {"capacity": (1, 100_000), "denials": (1, 10), "passcode_failures": (1, 100), "early_join": (0, 3600),
           "rejoin_seconds": (0, 3600), "grant_seconds": (10, 120), "ticket_seconds": (60, 86_400)}
NOTICE = {"id": "recording", "version": 1, "purpose": "minutes", "text": "This is recorded.", "consent": True}
LEVELS = ("site", "profile", "host", "meeting")
TIGHTER = {   # what is tightened → the policy, and what else the join was made with
    "open_to: members": ({"open_to": "members"}, {}),
    "open_to: invited": ({"open_to": "invited"}, {}),
    "sign_in: required": ({"sign_in": "required"}, {}),
    "notices: one to agree to": ({"notices": [NOTICE]}, {}),
    "names: given": ({"names": "given"}, {}),
    "phones: refuse": ({"phones": "refuse"}, {"client": {"kind": "phone"}}),
    "bots: refuse": ({"bots": "refuse"}, {"client": {"kind": "bot"}}),
}
STILL = {"before_host": "allow", "host_absence": "continue"}


def rank(setting, value):
    """Where a value stands in its order: the greater, the stricter."""
    if setting in WORDS:
        return WORDS[setting].index(value)
    if setting in FLAGS:
        return FLAGS[setting].index(value)
    if setting == "host_absence":
        kind, _, seconds = value.partition(":")
        return ("continue", "lock_after", "end_after").index(kind), -int(seconds or 0)
    if setting in ("auto_lock", "step_up"):
        return (0, 0) if value in (None, "never") else (1, -value)
    return -value


def level_of(room, setting):
    """The level that decided a setting; a floor is of the level that fixed it."""
    said = json.dumps(room["provenance"].get(setting))
    found = [level for level in LEVELS if level in said]
    check(found, f"the provenance of {setting} names no level: {said}")
    return min(found, key=said.index)


def change(room, body, expect=200, token=None, **more):
    return room.daemon.web.patch(room.path, body, token=token or room.owner.token, expect=expect, **more)


def come(room, expect=None, token=None, **fields):
    """`POST …/joins` with the right passcode and these members; one that is None is left out."""
    body = {"display_name": "Ada", "passcode": room.passcode, "source": flows.source(), **fields}
    body = {name: value for name, value in body.items() if value is not None}
    return room.daemon.web.post(room.path + "/joins", body, token=token, expect=expect)


def joined(room, **fields):
    return flows.Join(room.daemon, come(room, expect=201, **fields).json, room.daemon.web)


def floored(answer, setting, floor, level):
    """422 `policy-floor` names the setting, its floor and who fixed it (section 2)."""
    equal((answer.status, answer.code), (422, "policy-floor"), f"a looser {setting} than the {level} allows")
    for part in (setting, str(floor), level):
        check(part in json.dumps(answer.json), f"policy-floor of {setting} does not say {part}: {answer.json}")


# --- the lattice ---------------------------------------------------------------------------------------

@test()
def each_cell_of_the_table_of_profiles_is_as_the_contract_says():
    with Daemon() as daemon:
        ada, faults = host(daemon), []
        for index, name in enumerate(NAMES):
            made = daemon.web.post("/v1/meetings", {"profile": name}, token=ada.token)
            if made.status != 201:
                faults.append(f"{name}: {made}")
                continue
            shown = made.json["meeting"]
            equal(shown["profile"], name, "the profile that the meeting names")
            for setting, row in CELLS.items():
                actual = shown["policy"].get(setting, "missing")
                if actual != row[index] or type(actual) is not type(row[index]):
                    faults.append(f"{name}.{setting}: {row[index]!r} expected, got {actual!r}")
                elif level_of(shown, setting) != "profile":
                    faults.append(f"{name}.{setting}: decided by {shown['provenance'][setting]}")
            faults += [f"{name}: an unknown setting {extra}" for extra in set(shown["policy"]) - set(CELLS)]
            if (made.json.get("passcode") is None) != (CELLS["passcode"][index] == "off"):
                faults.append(f"{name}: the passcode in the answer where the policy says {CELLS['passcode'][index]}")
            own = flows.meeting(daemon, ada, profile=name, policy={"capacity": 3}).show()
            equal((own["policy"]["capacity"], level_of(own, "capacity"), level_of(own, "denials")), (3, "meeting", "profile"),
                  f"{name} with a capacity of its own")
        check(not faults, "\n".join(faults))


def acceptable():
    for setting, words in (WORDS | FLAGS).items():
        yield from ((setting, word) for word in words)
    for setting, bounds in NUMBERS.items():
        yield from ((setting, number) for number in bounds)
    for setting, values in {
        "host_absence": ("continue", "lock_after:1", "end_after:300"), "auto_lock": (None, 0, 86_400), "step_up": ("never", 60, 3600),
        "publish_on_entry": ({"audio": True, "video": True, "screen": True}, NOTHING), "notices": ([], [NOTICE], [{**NOTICE, "consent": False}]),
    }.items():
        yield from ((setting, value) for value in values)


def unacceptable():
    anything = (None, [], {}, 1.5, "nosuch", "")
    for setting, words in WORDS.items():
        yield from ((setting, bad) for bad in (*anything, True, 1, words[0].upper(), words[0] + " "))
    for setting in FLAGS:
        yield from ((setting, bad) for bad in (*anything, 0, 1, "true"))
    for setting, (least, most) in NUMBERS.items():
        yield from ((setting, bad) for bad in (*anything, True, least - 1, most + 1, str(least), -1, 10 ** 30))
    for setting, values in {
        "host_absence": (*anything, True, 60, "lock_after", "lock_after:", "lock_after:-1", "end_after:1.5", "lock_after: 5", "continue:5"),
        "auto_lock": (-1, 86_401, "600", True, 1.5, [], "never"), "step_up": (*anything, 59, 3601, 0, True, "900", "Never"),
        "publish_on_entry": (None, True, [], "all", {"audio": 1}, {"audio": None}, {"nosuch": True}),
        "notices": (None, {}, "x", [1], [{"id": "x"}], [{**NOTICE, "consent": "yes"}], [{**NOTICE, "nosuch": 1}], [{**NOTICE, "version": "1"}],
                    [NOTICE, NOTICE]),
        "nosuch": (1, None),
    }.items():
        yield from ((setting, value) for value in values)


@test()
def every_setting_takes_its_values_to_the_bounds_and_refuses_all_else_by_name():
    with Daemon() as daemon:
        ada, faults = host(daemon), []
        room = meeting(daemon, ada)
        tag = daemon.web.get(room.path, token=ada.token).header("ETag")
        for setting, value in unacceptable():
            for what, answer in (("POST", daemon.web.post("/v1/meetings", {"policy": {setting: value}}, token=ada.token)),
                                 ("PATCH", change(room, {"policy": {setting: value}}, expect=None))):
                if what == "PATCH" and value is None:
                    continue   # takes the setting back to what the levels above say (RFC 7396)
                if answer.code != "invalid-field" or not (answer.json.get("pointer") or "").startswith("/policy/" + setting):
                    faults.append(f"{what} {setting} = {value!r}: {answer}")
        for what, body in (("an empty body that is a list", []), ("a profile", {"profile": "public"}), ("an unknown member", {"nosuch": 1}),
                           ("a policy that is none", {"policy": []}), ("a title that is none", {"title": 5}), ("state", {"state": "open"})):
            if change(room, body, expect=None).status not in (400, 422):
                faults.append(f"PATCH with {what} was taken")
        if daemon.web.get(room.path, token=ada.token).header("ETag") != tag:
            faults.append("a refused PATCH changed the meeting")
        for setting, value in acceptable():
            for what, answer in (("POST", daemon.web.post("/v1/meetings", {"policy": {setting: value}}, token=ada.token)),
                                 ("PATCH", change(room, {"policy": {setting: value}}, expect=None))):
                if answer.status not in (200, 201):
                    faults.append(f"{what} {setting} = {value!r}: {answer}")
                    continue
                shown = answer.json["meeting"]["policy"][setting]
                alike = [item["id"] for item in shown] == [item["id"] for item in value] if setting == "notices" else shown == value
                if not alike or level_of(answer.json["meeting"], setting) != "meeting":
                    faults.append(f"{what} {setting} = {value!r} is in effect as {shown!r}, {answer.json['meeting']['provenance'][setting]}")
        partial = meeting(daemon, ada, policy={"publish_on_entry": {"audio": True}}).show()["policy"]["publish_on_entry"]
        equal(partial, {**NOTHING, "audio": True}, "publish_on_entry, part by part")
        check(not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:40]))


SITE = {
    "policy": {"grant_seconds": 30}, "policy.floor": {"capacity": 50, "waiting_room": "guests"},
    "profiles.school": {"capacity": 40, "names": "given"}, "profiles.school.floor": {"open_to": "members"},
}


@test()
def a_floor_of_the_site_or_a_profile_holds_for_all_below_it_and_says_who_fixed_it():
    with Daemon(config=SITE) as daemon:
        ada = host(daemon)
        shown = meeting(daemon, ada, profile="school").show()
        for setting, value, level in (("capacity", 40, "profile"), ("names", "given", "profile"), ("grant_seconds", 30, "site"),
                                      ("open_to", "members", "profile")):
            equal((shown["policy"][setting], level_of(shown, setting)), (value, level), f"{setting} of the operator's own profile")
        equal(set(shown["policy"]), set(CELLS), "settings in effect where the profile says little")
        wide = meeting(daemon, ada, profile="public").show()
        for setting, value in (("capacity", 50), ("waiting_room", "guests")):
            equal((wide["policy"][setting], level_of(wide, setting)), (value, "site"), f"{setting} of public under the site's floor")
        equal(wide["policy"]["when_locked"], "refuse", "a setting of public without a floor")
        room, school = meeting(daemon, ada), meeting(daemon, ada, profile="school")
        before = room.show()
        for what, ask_for in (("POST", lambda body: daemon.web.post("/v1/meetings", body, token=ada.token)),
                              ("PATCH", lambda body: change(school if body.pop("profile", None) else room, body, expect=None))):
            floored(ask_for({"policy": {"capacity": 51}}), "capacity", 50, "site")
            floored(ask_for({"policy": {"waiting_room": "off"}}), "waiting_room", "guests", "site")
            floored(ask_for({"profile": "school", "policy": {"open_to": "link"}}), "open_to", "members", "profile")
            floored(ask_for({"policy": {"denials": 1, "capacity": 60}}), "capacity", 50, "site")
            answer = ask_for({"policy": {"capacity": 50, "waiting_room": "everyone"}})
            among(answer.status, (200, 201), f"{what} at the floor and above it")
            equal(level_of(answer.json["meeting"], "waiting_room"), "meeting", f"{what}: who decided what is stricter than the floor")
        equal((room.show()["policy"]["denials"], room.show()["epoch"]), (before["policy"]["denials"], before["epoch"]), "a refused change, in part")
        bare = daemon.web.post("/v1/meetings", {"policy": {"passcode": "off", "waiting_room": "off"}, "unprotected": {"reason": "a fair"}},
                               token=ada.token)
        floored(bare, "waiting_room", "guests", "site")


@test()
def a_mistake_in_the_site_s_policy_or_profiles_stops_the_start_and_is_named():
    with Daemon(start=False) as daemon:
        faults = []
        right = run_check(daemon, toml(daemon.tables | SITE))
        equal(right.returncode, 0, f"a right policy: {right.stdout}{right.stderr}")
        for table, entries, word in (("policy", {"colour": "red"}, "colour"), ("policy", {"capacity": 0}, "capacity"),
                                     ("policy", {"waiting_room": "sometimes"}, "waiting_room"), ("policy.floor", {"capacity": "many"}, "capacity"),
                                     ("policy.floor", {"nosuch": 1}, "nosuch"), ("policy.floor", {"step_up": 10}, "step_up"),
                                     ("profiles.school", {"open_to": "all"}, "open_to"), ("profiles.school", {"host_absence": "stop"}, "host_absence"),
                                     ("profiles.school.floor", {"attendance": "no"}, "attendance")):
            said = run_check(daemon, toml(daemon.tables | {table: entries}))
            message = said.stdout + said.stderr
            if said.returncode != 10 or word not in message or daemon.config_path not in message:
                faults.append(f"[{table}] {entries}: exit code {said.returncode}: {message.strip()}")
        check(not faults, "\n".join(faults))


@test()
def an_account_bound_to_a_profile_starts_from_it_and_cannot_be_looser():
    with Daemon() as daemon:
        ada, free = host(daemon), host(daemon)
        among(daemon.web.patch(f"/v1/accounts/{ada.id}", {"profile": "public"}, token=ada.token).status, (403,), "one's own binding")
        daemon.admin.patch(f"/v1/accounts/{ada.id}", {"profile": "nosuch"}, expect="invalid-field")
        bound = daemon.admin.patch(f"/v1/accounts/{ada.id}", {"profile": "education"}, expect=200).json
        equal(bound.get("account", bound)["profile"], "education", "account.profile (section 10)")
        room = meeting(daemon, ada)
        shown, column = room.show(), NAMES.index("education")
        equal((shown["profile"], shown["policy"]), ("education", {name: row[column] for name, row in CELLS.items()}), "a meeting without more")
        among(level_of(shown, "waiting_room"), ("host", "profile"), "who decided it")
        faults = []
        for setting, value in {"open_to": "link", "waiting_room": "guests", "capacity": 61, "when_locked": "wait", "auto_lock": None,
                               "host_absence": "lock_after:60", "names": "free", "bots": "wait", "phones": "as_guest", "step_up": "never",
                               "attendance": True, "publish_on_entry": {"audio": True}, "passcode_rotation": "manual"}.items():
            for what, answer in (("POST", daemon.web.post("/v1/meetings", {"policy": {setting: value}}, token=ada.token)),
                                 ("PATCH", change(room, {"policy": {setting: value}}, expect=None))):
                if answer.code != "policy-floor" or setting not in json.dumps(answer.json):
                    faults.append(f"{what} {setting} = {value!r}: {answer}")
        for name in NAMES:   # another profile makes it stricter at most
            answer = daemon.web.post("/v1/meetings", {"profile": name}, token=ada.token)
            if answer.status != 201:
                among(answer.status, (403, 422), f"the profile {name}: {answer}")
                continue
            for setting in set(CELLS) - {"publish_on_entry", "notices"}:
                value = answer.json["meeting"]["policy"][setting]
                if rank(setting, value) < rank(setting, CELLS[setting][column]):
                    faults.append(f"the profile {name} loosens {setting} to {value!r}")
        check(not faults, "\n".join(faults))
        change(room, {"policy": {"capacity": 5, "open_to": "invited", "sign_in": "required"}})
        equal(meeting(daemon, free).show()["profile"], "general", "a host who is bound to none")
        operated = daemon.admin.post("/v1/meetings", {"host": ada.id}, expect=201).json["meeting"]
        equal(operated["profile"], "education", "a meeting that an operator makes for the account")


def strings_in(value):
    if isinstance(value, dict):
        return set(value).union(*map(strings_in, value.values()))
    return set().union(*map(strings_in, value)) if isinstance(value, list) else {value if isinstance(value, str) else json.dumps(value)}


@test()
def the_policy_page_gives_settings_values_order_profiles_and_floors_in_force():
    with Daemon(config=SITE) as daemon:
        ada = host(daemon)
        said = daemon.web.get("/v1/policy", token=ada.token, expect=200)
        daemon.admin.get("/v1/policy", expect=200)
        text = strings_in(said.json)
        for wanted in (*CELLS, *itertools.chain(*WORDS.values()), *NAMES, "school", "link", "50"):
            check(wanted in text, f"GET /v1/policy does not say {wanted!r} (section 5.1)")
        for setting, words in WORDS.items():   # in their order, wherever they stand together
            places = [json.dumps(said.json).find(json.dumps(list(words))), json.dumps(said.json).find(json.dumps(list(words[::-1])))]
            check(places[0] >= 0 or places[1] < 0, f"the values of {setting} stand in the wrong order")
        check(said.json.get("profiles"), "the profiles")
        profiles = said.json["profiles"]
        if isinstance(profiles, list):
            profiles = {item.get("name", item.get("id")): item for item in profiles}
        equal(set(profiles), {*NAMES, "school"}, "profiles (GET /v1/policy)")
        check("8" in strings_in(profiles["health"]) and "60" in strings_in(profiles["education"]), "a profile's cells")


@test()
def turning_all_protection_off_takes_a_reason_and_is_audited_and_told():
    with Daemon() as daemon:
        ada = host(daemon)
        bare = {"passcode": "off", "waiting_room": "off"}
        room = meeting(daemon, ada)
        for reason in ({}, {"unprotected": {"reason": "an open day"}}):
            made = daemon.web.post("/v1/meetings", {"policy": bare, **reason}, token=ada.token)
            changed = change(room, {"policy": bare, **reason}, expect=None)
            if not reason:
                equal((made.code, changed.code), ("unprotected", "unprotected"), "without a reason")
                equal(room.show()["policy"]["waiting_room"], "guests", "after the refusal")
                continue
            for what, answer in (("POST", made), ("PATCH", changed)):
                among(answer.status, (200, 201), f"{what} with a reason: {answer}")
                check(what == "PATCH" or "discover" in answer.body.decode(), f"{what}: not told that it can be discovered: {answer}")
                subject = answer.json["meeting"]["id"]
                records = daemon.admin.get(f"/v1/audit?subject={subject}&limit=200").json["items"]
                check(any("unprotected" in json.dumps(record["detail"]) for record in records), f"{what}: the audit does not say so: {records}")
            equal(ask(daemon, made.json["meeting"]["id"], token=None).status, 201, "a join with nothing at all (section 6)")
        for bad in ({"reason": ""}, {}, {"reason": 5}, "because", True):
            answer = daemon.web.post("/v1/meetings", {"policy": bare, "unprotected": bad}, token=ada.token)
            among(answer.code, ("invalid-field", "unprotected"), f"unprotected: {bad!r}")
        for narrow in ({"open_to": "members"}, {"open_to": "invited"}):
            daemon.web.post("/v1/meetings", {"policy": {**bare, **narrow}}, token=ada.token, expect=201)


@test()
def a_change_of_policy_is_a_host_s_touches_what_it_names_and_is_audited():
    with Daemon() as daemon:
        ada, cleo, other, plain = host(daemon), host(daemon), host(daemon), member(daemon)
        room = meeting(daemon, ada, title="Board", cohosts=[cleo.id], policy={"capacity": 20, "before_host": "allow"})
        before, tag = room.show(), daemon.web.get(room.path, token=ada.token).header("ETag")
        guest, owner = knock(daemon, room), arrive(daemon, room)
        for who, token, statuses in (("a guest", guest.ticket, (401, 403)), ("the host's ticket", owner.ticket, (401, 403)), ("a member", plain.token, (403,)),
                                     ("another host", other.token, (403,)), ("nonsense", "x", (401,))):
            for target in (room.path, f"/v1/meetings/{absent()}"):
                answer = daemon.web.patch(target, {"policy": {"capacity": 5}}, token=token)
                among(answer.status, statuses, f"PATCH by {who}")
        equal(daemon.web.patch(room.path, {"title": "x"}).status, 401, "PATCH by nobody")
        equal(daemon.web.patch(room.path, {"title": "x"}, token=other.token).comparable(),
              daemon.web.patch(f"/v1/meetings/{absent()}", {"title": "x"}, token=other.token).comparable(), "theirs and none (section 2)")
        answer = change(room, {"policy": {"capacity": 5}})
        shown = answer.json["meeting"]
        check(answer.header("ETag") not in (None, tag), f"the ETag after a change: {answer.headers}")
        expected = {**before["policy"], "capacity": 5}
        equal((shown["policy"], shown["title"], shown["passcode"]), (expected, "Board", before["passcode"]), "all else")
        equal(change(room, {"title": "Council"}).json["meeting"]["title"], "Council", "the title")
        equal(change(room, {"policy": {"capacity": 50}}, token=cleo.token).json["meeting"]["policy"]["capacity"], 50, "a cohost's session")
        equal(daemon.admin.patch(room.path, {"policy": {"capacity": 6}}, expect=200).json["meeting"]["policy"]["capacity"], 6, "the operator")
        daemon.admin.patch(f"/v1/meetings/{absent()}", {"title": "x"}, expect="not-found")
        records = daemon.admin.get(f"/v1/audit?subject={room.id}&limit=200").json["items"]
        for who in (ada.id, cleo.id):
            check(any(record["actor"] == who and "capacity" in json.dumps(record["detail"]) for record in records), f"{who}'s change in the audit: {records}")
        check("Council" not in json.dumps([record["detail"] for record in records]), "a title in the clear in the audit")
