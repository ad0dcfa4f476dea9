"""Section 5, invites: what one shows, what it opens, when it is spent, given back and revoked."""

import math, secrets, time

import flows
from events import soon
from flows import OPEN, admit, arrive, ask, host, inside, invite, invites, knock, meeting, member, over
from flows import present, row, withdraw
from harness import *
from meetings import absent, guess
from regressions import claims_of

HELD = {"before_host": "allow"}                               # guests wait for a host's word alone
EVERYONE = {"before_host": "allow", "waiting_room": "everyone"}   # and so does everybody else
OF_AN_INVITE = {"id", "role", "uses", "used", "bypass_waiting_room", "created_at"}
MAYBE = {"label", "account", "expires_at", "display_name"}


def later(daemon, seconds):
    """A time from now, as section 2 writes it."""
    at = daemon.now() + seconds
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".000Z"


def wrong():
    """A code that nobody was given, as long as the real ones."""
    return secrets.token_urlsafe(16)


def bits(codes):
    """How much chance a code can hold at most: the places that differ, times the alphabet seen at them."""
    places = [set(letters) for letters in zip(*codes) if len(set(letters)) > 1]
    return len(places) * math.log2(len(set().union(*places)))


# --- what the host gets --------------------------------------------------------------------------------

@test()
def a_code_has_128_bits_and_is_shown_once():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon))
        made = [invite(room, label=f"Guest {number}") for number in range(40)]
        equal(len({one.code for one in made}), 40, "forty invites, forty codes")
        check(bits([one.code for one in made]) >= 127, f"a code like {made[0].code} has not 128 bits (section 5)")
        shown = made[0].shown
        check(OF_AN_INVITE <= set(shown) <= OF_AN_INVITE | MAYBE, f"members of an invite (section 10): {shown}")
        for key, value in dict(role="participant", uses=1, used=0, bypass_waiting_room=False, label="Guest 0").items():
            equal(shown[key], value, f"invite.{key}")
        check(re.fullmatch(r"inv_[0-9a-z]{26,}", shown["id"]), f"an invite's id (section 2): {shown['id']}")
        listed = daemon.web.pages(room.path + "/invites", 7, token=room.owner.token)
        equal([item["id"] for item in listed], [one.id for one in made], "the list, by pages")
        made[0].use()
        seen = [daemon.web.get(room.path + path, token=room.owner.token) for path in ("", "/invites", "/joins")]
        seen += [daemon.admin.get(path) for path in (room.path, room.path + "/joins", "/v1/audit?limit=200")]
        for answer in seen:
            for one in made[:3]:
                check(one.code.encode() not in answer.bytes, f"a code is shown twice: {answer}")
        check(made[0].code.encode() not in daemon.log(), "a code in the log")


@test()
def what_an_invite_may_say_and_what_not():
    with Daemon() as daemon:
        ada, known = host(daemon), member(daemon)
        room = meeting(daemon, ada)
        for fields in ({}, {"uses": 1000}, {"role": "viewer"}, {"role": "cohost"}, {"bypass_waiting_room": True},
                       {"expires_at": later(daemon, 600)}, {"display_name": "Ida Ω"}, {"label": "Board; item <1>"},
                       {"account": known.id}):
            one = invite(room, **fields)
            for key, value in fields.items():
                equal(one.shown[key], value, f"an invite made with {fields}")
            equal(one.code is None, "account" in fields, f"a code with {fields}: an account's session is its proof")
            equal(one.listed(), one.shown, "the same in the list")
        for fields in ({"role": "host"}, {"role": "nosuch"}, {"uses": 0}, {"uses": -1}, {"uses": 1.5}, {"uses": "1"},
                       {"uses": True}, {"bypass_waiting_room": "yes"}, {"expires_at": "soon"}, {"expires_at": 5},
                       {"label": 5}, {"display_name": "a\u202eb"}, {"display_name": "a\u0007b"}, {"display_name": ""},
                       {"label": "a\0b"}, {"label": "x" * 5000}, {"code": "x" * 26}, {"nosuch": 1}):
            answer = daemon.web.post(room.path + "/invites", fields, token=ada.token)
            among(answer.status, (400, 422), f"an invite with {str(fields)[:60]}: {answer}")
        for account in ("nobody", known.username):
            answer = daemon.web.post(room.path + "/invites", {"account": account}, token=ada.token)
            among(answer.status, (404, 422), f"an invite for {account}")
        # Whether there is such an account is not the host's to learn: it is answered like one that there is.
        equal(invite(room, account="acct_" + "0" * 26).code, None, "an account that there is not")
        equal(len(invites(room)), 10, "what the refused ones left")


@test(answers="05")
def line_05_Zoom_only_hosts_invite_list_and_revoke_and_theirs_and_none_are_answered_alike():
    with Daemon() as daemon:
        ada, bob, known = host(daemon), host(daemon), member(daemon)
        room = meeting(daemon, ada, policy=HELD, cohosts=[bob.id])
        eve = host(daemon)
        one = invite(room)
        guest, owner = inside(daemon, room), arrive(daemon, room)
        verbs = (("GET", "/invites", None), ("POST", "/invites", {}), ("DELETE", f"/invites/{one.id}", None))
        for method, path, body in verbs:
            there = daemon.web.call(method, room.path + path, body, token=eve.token)
            nowhere = daemon.web.call(method, f"/v1/meetings/{absent()}{path}", body, token=eve.token)
            equal(there.code, "not-host", f"{method} {path} by another host")
            equal(nowhere.comparable(), there.comparable(), f"{method} {path}: theirs and none")
            among(daemon.web.call(method, room.path + path, body, token=guest.ticket).status, (401, 403), "a guest's ticket")
            among(daemon.web.call(method, room.path + path, body, token=owner.ticket).status, (401, 403),
                  f"{method} {path} by a host's ticket: not among what a ticket may (section 5)")
            equal(daemon.web.call(method, room.path + path, body, token=known.token).status, 403, "a member")
            equal(daemon.web.call(method, room.path + path, body).status, 401, "nobody")
        second = invite(room, token=bob.token)
        equal({item["id"] for item in invites(room)}, {one.id, second.id}, "a cohost invites")
        one.revoke(token=bob.token)
        elsewhere = meeting(daemon, ada)
        daemon.web.delete(f"{elsewhere.path}/invites/{second.id}", token=ada.token, expect="not-found")
        check(second.listed(), "an invite revoked through another meeting")


@test()
def a_repeated_creation_makes_one_invite_and_shows_its_code_once():
    with Daemon() as daemon:
        ada = host(daemon)
        room, other = meeting(daemon, ada), meeting(daemon, ada)
        def post(where, body, key="k"):
            return daemon.web.post(where.path + "/invites", body, token=ada.token, headers={"Idempotency-Key": key})
        first, again = post(room, {"label": "x"}), post(room, {"label": "x"})
        equal(first.status, 201, "the first")
        equal((again.json["invite"]["id"], again.json.get("replayed")), (first.json["invite"]["id"], True), "the second")
        check(first.json["code"].encode() not in again.bytes and "code" not in again.json, "a code in a replay (section 2)")
        equal(post(room, {"label": "y"}).code, "idempotency-conflict", "another body")
        check(post(other, {"label": "x"}).json["invite"]["id"] != first.json["invite"]["id"], "another meeting's scope")
        equal(len(invites(room)), 1, "invites made")
        daemon.restart()
        equal(post(room, {"label": "x"}).json["invite"]["id"], first.json["invite"]["id"], "after a restart")


# --- what it opens -------------------------------------------------------------------------------------

@test()
def who_comes_by_an_invite_is_an_invitee_and_the_host_sees_by_which():
    with Daemon() as daemon:
        ada, known = host(daemon), member(daemon)
        room = meeting(daemon, ada, policy={"before_host": "allow", "open_to": "invited"})
        one = invite(room, label="Board", bypass_waiting_room=True)
        guest = one.use()   # no passcode: the invite is the proof (section 6)
        equal(guest.state, "admitted", "who bypasses the waiting room")
        shown = row(room, guest)
        equal((shown["identity"]["class"], shown["identity"].get("invite")), ("invitee", one.id), "identity, to the host")
        equal((shown["verified"], shown["role"]), (False, "participant"), "a code verifies nobody")
        claims = claims_of(guest.grant)
        check(claims.get("person") and one.id not in json.dumps(claims), "a pseudonym, not the invite's id (section 6.2)")
        check(one.code not in json.dumps(claims), "the code in a grant")
        # By account: its session, and nobody else's.
        ask(daemon, room, token=known.token, passcode=room.passcode, expect="invite-required")
        mine = invite(room, account=known.id, bypass_waiting_room=True)
        join = flows.Join(daemon, ask(daemon, room, token=known.token, expect=201).json, daemon.web)
        equal((join.state, row(room, join)["identity"]["class"]), ("admitted", "invitee"), "the account invited")
        equal(row(room, join)["identity"]["account"], known.id, "whose account")
        equal(row(room, join)["verified"], True, "a vouched account that is invited")
        for bearer in (None, member(daemon).token):
            for text in (mine.id, known.id, known.username, known.token):
                answer = ask(daemon, room, token=bearer, invite=text)
                among(answer.code, ("join-refused", "invalid-field"), f"an account's invite shown as {text[:8]}")
        records = [item for item in daemon.admin.pages("/v1/audit", 200) if "invite" in item["event"]]
        check(any(one.id in json.dumps(item) for item in records), f"no record names the invite: {records}")


@test()
def a_role_by_invite_is_the_join_s_and_a_viewer_never_publishes():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**OPEN, "publish_on_entry": {"audio": True, "video": True, "screen": True}})
        plain, viewer = invite(room).use("Pat"), invite(room, role="viewer").use("Vic")
        helper = invite(room, role="cohost").use("Coco")
        every, none = dict(audio=True, video=True, screen=True), dict(audio=False, video=False, screen=False)
        for join, role, publish in ((plain, "participant", every), (viewer, "viewer", none), (helper, "cohost", every)):
            equal((row(room, join)["role"], row(room, join)["publish"]), (role, publish), f"an invite as {role}")
            equal((claims_of(join.grant)["role"], claims_of(join.grant)["publish"]), (role, publish), f"a {role}'s grant")
            present(room, join)
        answer = room.act("publish", viewer, body=every, expect=None)
        among(answer.status, (200, 403, 409, 422), "a viewer is to publish")
        viewer.look()
        equal(row(room, viewer)["publish"], none, "a viewer never publishes (section 10)")
        check(not viewer.grant or claims_of(viewer.grant)["publish"] == none, "a viewer's fresh grant publishes")
        room.act("lock", token=plain.ticket, expect="not-host")
        equal(len(room.joins(token=helper.ticket)), 3, "a cohost by invite lists by ticket")
        room.act("send-back", plain, token=helper.ticket)
        among(daemon.web.get(room.path + "/invites", token=helper.ticket).status, (401, 403), "and invites nobody by ticket")


@test()
def an_invite_s_name_is_given_where_names_are_given():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**HELD, "names": "given"})
        join = invite(room, display_name="Ida Given").use("The Principal")
        equal(row(room, join)["display_name"], "Ida Given", "another name was typed (names: given)")
        join = flows.Join(daemon, invite(room, display_name="Ivo Given").show(None, expect=201).json, daemon.web)
        equal(row(room, join)["display_name"], "Ivo Given", "no name was typed")


@test()
def an_invite_passes_the_waiting_room_only_where_it_may():
    with Daemon() as daemon:
        ada, known = host(daemon), member(daemon)
        for waiting_room, role, bypass, states in (
                ("off", "participant", False, {"admitted"}), ("guests", "participant", True, {"admitted"}),
                ("guests", "participant", False, {"admitted", "waiting"}),   # the contract does not say
                ("uninvited", "participant", True, {"admitted"}), ("everyone", "participant", True, {"waiting"}),
                ("everyone", "participant", False, {"waiting"}), ("everyone", "cohost", True, {"waiting"})):
            room = meeting(daemon, ada, policy={"before_host": "allow", "waiting_room": waiting_room})
            for what, join in (("by code", invite(room, role=role, bypass_waiting_room=bypass).use()),
                               ("by account", invite(room, role=role, bypass_waiting_room=bypass, account=known.id)
                                and flows.Join(daemon, ask(daemon, room, token=known.token, expect=201).json, daemon.web))):
                among(join.state, states, f"{what}, a {role}, waiting_room {waiting_room}, bypass {bypass}")
                check(bool(join.grant) == (join.state == "admitted"), "a grant for whoever is admitted and nobody else")
        room = meeting(daemon, ada, policy={"host_arrival": "admit_invited"})
        invited, guest = invite(room, bypass_waiting_room=True).use("Ida"), knock(daemon, room, name="Gus")
        equal((invited.state, guest.state), ("waiting", "waiting"), "nobody is in before the host (before_host: wait)")
        present(room, arrive(daemon, room))
        invited.look(), guest.look()
        equal((invited.state, guest.state), ("admitted", "waiting"), "when the host arrives (host_arrival: admit_invited)")
        locked = meeting(daemon, ada, policy=OPEN)
        locked.act("lock")
        equal(invite(locked, bypass_waiting_room=True).use().state, "waiting", "no invite opens a lock")


@test(answers="06")
def line_06_Webex_an_invite_is_not_the_passcode_where_everyone_shows_it():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**OPEN, "passcode": "everyone"})
        one = invite(room, role="cohost", bypass_waiting_room=True)
        for what, fields, codes in (("the invite alone", {}, ("passcode-required",)),
                                    ("with an empty passcode", {"passcode": ""}, ("passcode-required", "invalid-field")),
                                    ("with a wrong passcode", {"passcode": guess()}, ("join-refused",))):
            answer = one.show(**fields)
            among(answer.code, codes, f"{what}: {answer}")
            equal(one.used, 0, f"{what}: nothing is spent by a refusal (section 6)")
        equal(one.show(passcode=room.passcode, expect=201).json["join"]["state"], "admitted", "with both")
        equal(one.used, 1, "uses of it")
        # The proven are told all that is missing, and spend nothing.
        asked = {"id": "recording", "version": 1, "purpose": "minutes", "text": "This is recorded.", "consent": True}
        room = meeting(daemon, ada, policy={**OPEN, "sign_in": "required", "notices": [asked]})
        one = invite(room)
        missing = [str(item) for item in one.show(expect=403).json.get("required", [])]
        for word in ("sign", "notice"):
            check(any(item.startswith(word) for item in missing), f"`required` lacks {word} (section 6): {missing}")
        equal(one.used, 0, "uses after that refusal")


# --- spent, given back ---------------------------------------------------------------------------------

@test()
def a_use_is_spent_with_the_join_and_given_back_only_by_withdrawal_or_expiry_before_admission():
    with Daemon(clock="still") as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**EVERYONE, "ticket_seconds": 60, "denials": 10, "rejoin_seconds": 0,
                                            "removed_may_return": True})
        def leaves(join):
            present(room, admit(room, join))
            daemon.web.post("/v1/joins/self/leave", token=join.ticket, expect=(200, 204))
        acts = {"nothing": (lambda join: None, 1), "withdrawal": (withdraw, 0),
                "expiry": (lambda join: daemon.clock.advance(65), 0),
                "admission": (lambda join: admit(room, join), 1), "denial": (lambda join: room.act("deny", join), 1),
                "leaving": (leaves, 1),
                "removal": (lambda join: (admit(room, join), room.act("remove", join, body={"ban": False})), 1)}
        for what, (act, used) in acts.items():
            one = invite(room)
            equal(one.used, 0, "before the join")
            join = one.use()
            equal(one.used, 1, "spent with the join, in its transaction")
            ask(daemon, room, ticket=join.ticket, invite=one.code, expect=200)   # a reload is no second use
            act(join)
            if what == "expiry":
                check(over(join, "expired"), f"the join is {join.state} after its time")
            soon(f"uses after {what} are {used}", lambda: one.used == used)
            again = one.show("Ivy")
            equal((again.status, again.code), (201, None) if used == 0 else (403, "join-refused"), f"again, after {what}")
            if used:
                equal(again.comparable(), ask(daemon, room, "Ivy", invite=wrong()).comparable(), "a spent one and a wrong one")
        one = invite(room, expires_at=later(daemon, 600), uses=2)
        one.use()
        daemon.clock.advance(700)
        one.show(expect="join-refused")
        # What is refused though proof stands spends nothing.
        for policy, lock, code in (({"when_locked": "refuse"}, True, "meeting-locked"), ({"capacity": 1}, False, "meeting-full")):
            strict = meeting(daemon, ada, policy={**OPEN, **policy})
            knock(daemon, strict)
            if lock:
                strict.act("lock")
            one = invite(strict)
            one.show(expect=code)
            equal(one.used, 0, f"uses after {code}")


@test(answers="74")
def line_74_invites_of_50_parallel_redemptions_as_many_succeed_as_there_are_uses():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=OPEN)
        for uses in (1, 5):
            one = invite(room, uses=uses)
            answers = parallel(50, lambda index: one.show(f"Guest {index}"))
            equal(sorted(answer.status for answer in answers), [201] * uses + [403] * (50 - uses), f"50 for {uses}")
            check(all(answer.code == "join-refused" for answer in answers if answer.status == 403), "the others' answers")
            equal(one.used, uses, "uses")
            daemon.restart()
            one.show(expect="join-refused")
        one = invite(room)
        answers = parallel(20, lambda index: one.revoke(expect=None) if index == 10 else one.show(f"Late {index}"))
        for join in (item for item in room.joins() if item["identity"].get("invite") == one.id):
            among(join["state"], ("denied",), "a join that raced its invite's revocation (section 5)")
        check(sum(answer.status == 201 for answer in answers) <= 1, "a single-use invite was used twice beside its revocation")


# --- wrong ones ----------------------------------------------------------------------------------------

@test(answers="34")
def line_34_Talk_wrong_codes_count_in_the_throttle_like_wrong_passcodes():
    with Daemon(config={"limits": {"join_failures": 10}}) as daemon:
        ada = host(daemon)
        room, other = meeting(daemon, ada, policy=HELD), meeting(daemon, ada)
        one, foreign = invite(room), invite(other)
        sources = (f"203.0.113.{number}" for number in range(1, 99))
        refused = ask(daemon, room, passcode=guess())
        for what, where, fields in (("a random code", room, {"invite": wrong()}), ("an id", room, {"invite": one.id}),
                                    ("of another meeting", room, {"invite": foreign.code}),
                                    ("at a meeting that is none", absent(), {"invite": one.code}),
                                    ("a code and a passcode, both wrong", room, {"invite": wrong(), "passcode": guess()}),
                                    ("cut", room, {"invite": one.code[:-1]}), ("longer", room, {"invite": one.code + "a"})):
            ip = next(sources)
            answers = [ask(daemon, where, ip=ip, **fields) for _ in range(12)]
            equal([answer.status for answer in answers], [403] * 10 + [429] * 2, f"{what}: statuses (section 6: 10 failures)")
            equal(answers[0].comparable(), refused.comparable(), f"{what} and a wrong passcode are answered alike")
            if where is room:
                one.show(ip=ip, expect=429)   # too late, and nothing is compared any more
                equal(one.used, 0, f"{what}: uses")
        ip = next(sources)
        answers = [ask(daemon, room, ip=ip, **({"invite": wrong()} if number % 2 else {"passcode": guess()})) for number in range(11)]
        equal([answer.status for answer in answers], [403] * 10 + [429], "passcodes and codes count together")
        equal(foreign.used, 0, "another meeting's invite after all that")
        foreign.show(ip=next(sources), expect=201)
        for what, body in (("null", None), ("a number", 5), ("a list", [one.code]), ("truth", True)):
            answer = ask(daemon, room, invite=body)
            among(answer.status, (403, 422), f"{what} as an invite: {answer}")
        # Neither proof makes good for the other unseen: a guest by passcode stays a guest.
        answer = ask(daemon, room, invite=wrong(), passcode=room.passcode)
        if answer.status == 201:
            equal(answer.json["join"]["identity"]["class"], "guest", "the right passcode beside a wrong code")


# --- revoked, kept -------------------------------------------------------------------------------------

@test()
def revoking_denies_who_waits_or_is_on_the_way_and_leaves_who_is_present():
    with Daemon() as daemon:
        ada, known = host(daemon), member(daemon)
        room = meeting(daemon, ada, policy={**EVERYONE, "host_absence": "continue"})
        one, other = invite(room, uses=10), invite(room, uses=10)
        waits, coming, inside_, away, theirs = (which.use(name) for which, name in (
            (one, "Wen"), (one, "Cara"), (one, "Pia"), (one, "Ali"), (other, "Theo")))
        admit(room, coming), present(room, admit(room, inside_)), present(room, admit(room, away))
        flows.report(away, "left")
        epoch, dead = room.show()["epoch"], coming.grant
        with flows.own(waits) as stream, flows.watch(room) as hosts:
            stream.snapshot(), hosts.snapshot()
            one.revoke()
            stream.expect("join.denied", seconds=2)
            stream.closes("denied")
            equal({event.data["join"] for event in hosts.until("join.denied") + hosts.quiet() if event.name == "join.denied"} -
                  {away.id}, {waits.id, coming.id}, "whom the host sees denied")
        equal([row(room, join)["state"] for join in (waits, coming, inside_, theirs)],
              ["denied", "denied", "present", "waiting"], "waiting, admitted, present, of another invite")
        check(daemon.web.post("/v1/grants/redeem", {"grant": dead}).status in (403, 409), "a denied join's grant")
        check(room.show()["epoch"] > epoch, "somebody lost the right to be inside: the epoch rises (section 1)")
        answer = ask(daemon, room, ticket=away.ticket)
        check(not answer.json.get("grant"), f"revocation destroys the way back of who had dropped (section 6): {answer}")
        equal(one.show().comparable(), ask(daemon, room, invite=wrong()).comparable(), "a revoked one and a wrong one")
        other.use("Tom")
        among(one.revoke(expect=None).status, (200, 204, 404), "revoking again")
        mine = invite(room, account=known.id)
        join = flows.Join(daemon, ask(daemon, room, token=known.token, expect=201).json, daemon.web)
        mine.revoke()
        check(over(join, "denied"), "the account's waiting join")
        records = [item["event"] for item in daemon.admin.pages("/v1/audit", 200)
                   if one.id in json.dumps(item) and re.match(r"invite.*(revo|delet|withdr)", item["event"])]
        equal(len(records), 1, f"records of the one revocation: {records}")
        flows.verified(daemon)


@test()
def a_series_keeps_its_invites_and_what_is_once_ends_with_them():
    with Daemon() as daemon:
        ada = host(daemon)
        for kind in ("series", "once"):
            room = meeting(daemon, ada, policy=EVERYONE, kind=kind)
            one, spent = invite(room, uses=5), invite(room)
            waits, came = one.use("Wen"), present(room, admit(room, spent.use("Sam")))
            room.act("end")
            check(over(waits, "expired") and over(came, "left"), "the joins after the end")
            equal((one.used, spent.used), (0, 1), "an end before the admission gives the use back; after it, not")
            one.show(expect="meeting-ended")
            if kind == "once":
                among(room.act("open", expect=None).status, (403, 409), "a meeting of kind once is over for good")
                continue
            room.act("open")
            equal({item["id"] for item in invites(room)}, {one.id, spent.id}, "invites of a series in the next occurrence")
            equal(one.use("Wen").state, "waiting", "an invite of before")
            spent.show(expect="join-refused")


# --- told nothing --------------------------------------------------------------------------------------

@test(answers=["07", "16"])
def line_07_Webex_and_line_16_Jitsi_an_invitee_is_told_neither_passcode_nor_code_nor_who_else_is_invited():
    with Daemon(frontends=[dict(name="web", uid=os.getuid(), permissions=ALL_PERMISSIONS, audiences=["media"], source=True,
                                link="https://meet.example.org/{meeting}")]) as daemon:
        ada, known = host(daemon, username="canary-host", display_name="Grace Host"), member(daemon)
        room = meeting(daemon, ada, title="Board", policy=EVERYONE)
        other = invite(room, label="Canary Label", display_name="Canary Other")
        one, mine = invite(room, label="Canary Own Label"), invite(room, account=known.id, label="Canary Account Label")
        for made in (one, other):
            check(made.url and room.id in made.url, f"no `url` where the front end has a link template: {made.url}")
            check(room.passcode not in made.url, "an invite's url has the passcode in it (line 07)")
        shown = flows.meeting_in(daemon.web.get(room.path, token=known.token, expect=200).json)
        equal((shown["id"], shown["title"]), (room.id, "Board"), "an invitee's view of a meeting (section 5)")
        check("Grace Host" in json.dumps(shown["host"]), f"an invitee sees the host's name (section 5): {shown}")
        for secret in ("policy", "passcode", "counts", "provenance", "cohosts", "epoch"):
            check(secret not in shown, f"an invitee's view of a meeting has {secret} (section 5): {shown}")
        listed = daemon.web.get("/v1/meetings?role=invited", token=known.token, expect=200).json["items"]
        equal([item["id"] for item in listed], [room.id], "the meetings that one is invited to")
        heard = [one.show(), ask(daemon, room, token=known.token)]
        for answer, token in zip(list(heard), (None, known.token)):
            join = flows.Join(daemon, answer.json, daemon.web)
            heard += [join.look(), daemon.web.get("/v1/joins/self/record", token=join.ticket)]
            present(room, admit(room, join))
            heard += [join.look(), ask(daemon, room, ticket=join.ticket), daemon.web.get(room.path, token=token),
                      daemon.web.get("/v1/meetings?role=invited", token=token), daemon.web.get(room.path + "/invites", token=token),
                      daemon.web.get(room.path + "/joins", token=join.ticket), one.show(), ask(daemon, room, invite=wrong())]
            with flows.own(join) as stream:
                heard.append(Answer(200, [], json.dumps(stream.snapshot().data).encode()))
            room.act("remove", join)
            heard += [join.look(expect=None), one.show(), ask(daemon, room, token=token, ticket=join.ticket)]
            check(heard[-1].status == 403 and heard[-2].status == 403, f"back after the removal: {heard[-2:]}")
        for answer in heard:
            for text in (room.passcode, room.passcode.lower(), "Canary", other.code, other.id, ada.username):
                check(text.encode() not in answer.bytes, f"an invitee was told {text}: {answer}")
