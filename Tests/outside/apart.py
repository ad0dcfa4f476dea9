"""Sections 2, 3 and 5: what each front end may, what it learns of the others, delegates, links, kinds of client."""

import itertools, os, re, signal

import flows
from events import soon, write_config
from flows import OPEN, ask, ban, bans, host, knock, meeting, member, present, row
from harness import *
from invites import later
from regressions import claims_of

EVERY = ALL_PERMISSIONS + ["schedule", "doors"]
SECOND, THIRD = OTHER_UID, OTHER_UID + 1
LINK = "https://meet.example.org/{meeting}"

# What the contract's words say of each permission. {m} is a meeting, {j} a join of it.
OPERATIONS = {
    "sessions": [("POST", "/v1/sessions", {"username": "x", "password": "y"}), ("DELETE", "/v1/sessions/current", None),
                 ("POST", "/v1/sessions/introspect", {"token": "x"}),
                 ("POST", "/v1/sessions/second-factor", {"challenge": "x", "method": "totp", "code": "123456"})],
    "accounts": [("POST", "/v1/accounts", {"username": "new-one", "password": "violet harbour 12345678"})],
    "meetings": [("POST", "/v1/meetings", {}), ("GET", "/v1/meetings", None), ("GET", "/v1/meetings/{m}", None),
                 ("PATCH", "/v1/meetings/{m}", {"title": "x"}), ("POST", "/v1/meetings/{m}/lock", None),
                 ("POST", "/v1/meetings/{m}/unlock", None), ("POST", "/v1/meetings/{m}/passcode", {}),
                 ("POST", "/v1/meetings/{m}/invites", {}), ("GET", "/v1/meetings/{m}/invites", None),
                 ("GET", "/v1/meetings/{m}/bans", None), ("POST", "/v1/meetings/{m}/suspend", None)],
    "joins": [("POST", "/v1/meetings/{m}/joins", {"display_name": "Ada"}), ("GET", "/v1/meetings/{m}/joins", None),
              ("POST", "/v1/meetings/{m}/joins/{j}/admit", None), ("POST", "/v1/meetings/{m}/admit-waiting", None),
              ("GET", "/v1/joins/self", None), ("POST", "/v1/joins/self/leave", None), ("GET", "/v1/joins/self/record", None),
              ("POST", "/v1/joins/self/consents", {"id": "x", "version": 1, "agreed": True})],
    "grants": [("POST", "/v1/grants/redeem", {"grant": "x"}), ("POST", "/v1/grants/introspect", {"grant": "x"}),
               ("POST", "/v1/joins/{j}/present", None), ("POST", "/v1/joins/{j}/left", None),
               ("PUT", "/v1/meetings/{m}/roster", {"joins": []})],
    "events": [("GET", "/v1/events?wait=0", None), ("POST", "/v1/revocations/{r}/ack", None)],
}


def entry(name, uid, permissions=EVERY, audiences=(), **more):
    return dict(name=name, uid=uid, permissions=list(permissions), audiences=list(audiences), source=True, **more)


def daemon_with(*frontends, **more):
    """A daemon whose front ends are these, and a client for each of them."""
    daemon = Daemon(frontends=list(frontends), **more)
    return daemon, {one["name"]: Client(daemon.frontend_path, uid=one["uid"]) for one in frontends}


# --- permissions ---------------------------------------------------------------------------------------

@test(root=True, answers="33", seconds=120)
def line_33_Moodle_each_operation_takes_its_own_permission_and_no_other_makes_good_for_it():
    names = sorted(OPERATIONS)
    daemon, clients = daemon_with(entry("web", os.getuid(), audiences=["media"]), *(
        one for index, name in enumerate(names) for one in (
            entry("only-" + name, SECOND + 10 + index, [name], ["only-" + name]),
            entry("but-" + name, SECOND + 30 + index, [other for other in EVERY if other != name], ["but-" + name]))))
    with daemon:
        ada = host(daemon)
        room = meeting(daemon, ada)
        guest = knock(daemon, room)
        for name, operations in OPERATIONS.items():
            for method, path, body in operations:
                path = path.format(m=room.id, j=guest.id, r="rev_" + "0" * 26)
                bearer = None if path in ("/v1/accounts", "/v1/sessions/current") else guest.ticket if "/self" in path else ada.token
                for client, allowed in ((clients["but-" + name], False),) + tuple(
                        (clients["only-" + other], other == name) for other in names):
                    answer = client.call(method, path, body, token=bearer)
                    equal(answer.code == "permission-denied", not allowed, f"{method} {path} with "
                          f"{'it' if allowed else 'everything or one thing but'} {name}: {answer}")
        # All that the daemon itself lists, too: none of it answers a front end that lacks what it says.
        listed = re.findall(r"^  (/v1/\S+):$|^    (get|post|put|patch|delete):$|x-anteroom-access: \{ ?(.*?) ?\}",
                            daemon.web.get("/v1/openapi.yaml", expect=200).body.decode(), re.M)
        path = method = None
        tried = 0
        for one, verb, access in listed:
            path, method = one or path, verb or method
            said = dict(item.split(": ") for item in access.split(", ")) if access else {}
            if said.get("socket") != "both" or said.get("permission", "none") not in names:
                continue
            target = re.sub(r"\{.*?\}", lambda found: {"{meeting}": room.id, "{join}": guest.id}.get(found[0], "x"), path)
            answer = clients["but-" + said["permission"]].call(method.upper(), target, {} if method in ("post", "put", "patch") else None,
                                                               token=ada.token)
            equal(answer.code, "permission-denied", f"{method} {target} without {said['permission']}")
            tried += 1
        check(tried > 25, f"only {tried} operations are listed with a permission")
        Client(daemon.frontend_path, uid=STRANGER_UID).get("/v1/meetings", token=ada.token, expect="peer-not-allowed")


@test(root=True)
def with_no_entry_the_socket_s_group_may_all_but_accounts_and_schedule():
    daemon = Daemon(frontends=[], config={"audience": [dict(name="media", dialect="anteroom")]})
    with daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy=OPEN)
        equal(knock(daemon, room).state, "admitted", "a join without any entry")
        daemon.web.post("/v1/accounts", {"username": "new-one", "password": flows.good_password()}, expect="permission-denied")
        among(daemon.web.post("/v1/meetings", {"host": ada.id}).status, (401, 403), "a schedule without any entry")


# --- joins, tickets, grants ----------------------------------------------------------------------------

@test(root=True, answers="35")
def line_35_Talk_another_front_end_knows_neither_join_nor_ticket_nor_grant_of_ours_whatever_it_asks():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**OPEN, "host_absence": "continue"})
        guest, none = knock(daemon, room), "join_" + "0" * 26
        strange = guest.ticket[:-6] + ("aaaaaa" if not guest.ticket.endswith("aaaaaa") else "bbbbbb")
        consent = {"id": "x", "version": 1, "agreed": True}
        for method, path, body in (("GET", "/v1/joins/self", None), ("GET", "/v1/joins/self/record", None),
                                   ("GET", "/v1/joins/self/events", None), ("POST", "/v1/joins/self/consents", consent),
                                   ("POST", "/v1/joins/self/withdraw", None), ("POST", "/v1/joins/self/leave", None),
                                   ("GET", room.path + "/joins", None)):
            theirs = daemon.other.call(method, path, body, token=guest.ticket)
            equal(theirs.comparable(), daemon.other.call(method, path, body, token=strange).comparable(), f"{method} {path}: ours and none")
            check(theirs.status in (401, 403), f"{method} {path}: {theirs}")
        for verb in ("present", "left"):
            equal(daemon.other.post(f"/v1/joins/{guest.id}/{verb}").comparable(), daemon.other.post(f"/v1/joins/{none}/{verb}").comparable(),
                  f"a report that it is {verb}")
        grant = guest.grant
        head, payload, signature = grant.split(".")
        for verb in ("redeem", "introspect"):
            equal(daemon.other.post("/v1/grants/" + verb, {"grant": grant}).comparable(),
                  daemon.other.post("/v1/grants/" + verb, {"grant": ".".join((head, payload, signature[::-1]))}).comparable(), verb)
        answer = ask(daemon, room, "Eve", ticket=guest.ticket, client=daemon.other)   # no proof: as if it had none
        equal(answer.comparable(), ask(daemon, room, "Eve", ticket=strange, client=daemon.other).comparable(), "a join with our ticket")
        equal(page(daemon.other, "/v1/events")[0][0].data["joins"], [], "its stream")
        guest.redeem()
        flows.roster(daemon, room, [], client=daemon.other)   # its whole truth is about its own joins
        guest.look()
        equal(guest.state, "present", "after all that")
        mine = knock(daemon, room, "Mine", client=daemon.other)
        equal(claims_of(mine.grant)["aud"], "elsewhere", "its own audience")


@test(root=True)
def an_audience_is_one_of_the_front_end_s_own_and_a_grant_is_redeemed_there_alone():
    daemon, clients = daemon_with(entry("web", os.getuid(), audiences=["media", "screen"]), entry("other", SECOND, audiences=["elsewhere"]))
    with daemon:
        room = meeting(daemon, host(daemon), policy={**OPEN, "host_absence": "continue"})
        for name, audience in (("web", "media"), ("web", "screen"), ("other", "elsewhere")):
            join = knock(daemon, room, client=clients[name], audience=audience)
            equal(claims_of(join.grant)["aud"], audience, f"the grant of {name}")
            for another in clients:
                if another != name:
                    equal(clients[another].post("/v1/grants/introspect", {"grant": join.grant}, expect=200).json, {"active": False},
                          f"{another} asks of {name}'s grant")
            present(room, join)
        for name, audience in (("web", "elsewhere"), ("other", "media"), ("web", "nosuch"), ("web", ""), ("other", 5)):
            answer = ask(daemon, room, client=clients[name], passcode=room.passcode, audience=audience)
            among(answer.status, (403, 422), f"{name} asks for {audience!r}")
        equal(ask(daemon, room, client=clients["web"], passcode=room.passcode, audience="elsewhere").comparable(),
              ask(daemon, room, client=clients["web"], passcode=room.passcode, audience="elsewhen").comparable(), "another's and none")
        equal(claims_of(knock(daemon, room, client=clients["other"]).grant)["aud"], "elsewhere", "the only one by default")
    entries = [entry("web", os.getuid(), audiences=["media"]), entry("other", SECOND, audiences=["media"])]
    with Daemon(frontends=entries, start=False) as daemon:
        daemon.start(ready=False)
        check(daemon.process.wait(PATIENCE) != 0, "an audience of two front ends does not stop the start (section 1: one)")


@test(root=True)
def a_room_s_foreign_name_is_each_front_end_s_own():
    with Daemon() as daemon:
        ada, bob = host(daemon), host(daemon)
        made = {}
        for name, client, owner in (("web", daemon.web, ada), ("other", daemon.other, bob)):
            answer = client.post("/v1/meetings", {"external": "Team Räum", "policy": OPEN}, token=owner.token, expect=201)
            made[name] = flows.Meeting(daemon, owner, answer.json)
        check(made["web"].id != made["other"].id, "two front ends, two rooms")
        for name, client, owner in (("web", daemon.web, ada), ("other", daemon.other, bob)):
            found = client.get("/v1/meetings?external=Team%20R%C3%A4um", token=owner.token, expect=200).json["items"]
            equal([item["id"] for item in found], [made[name].id], f"{name} finds its own")
            equal(claims_of(knock(daemon, made[name], client=client).grant)["room"], "Team Räum", "the name in its grants")
            client.post("/v1/meetings", {"external": "Team Räum"}, token=owner.token, expect="meeting-exists")
        equal(daemon.other.get("/v1/meetings?external=Team%20R%C3%A4um", token=ada.token, expect=200).json["items"], [],
              "ada's room, by a name of another front end")


# --- the calendar --------------------------------------------------------------------------------------

@test(root=True, seconds=120)
def a_delegate_makes_changes_and_ends_meetings_and_never_opens_one_up():
    daemon, clients = daemon_with(entry("web", os.getuid(), audiences=["media"]), entry("calendar", SECOND, ["schedule", "joins"],
                                  ["none"]), entry("second", THIRD, ["schedule", "meetings"], ["no"]))
    with daemon:
        ada, bob, plain = host(daemon), host(daemon), member(daemon)
        calendar, second = clients["calendar"], clients["second"]
        place = "/v1/accounts/me/delegates/calendar"
        before = calendar.post("/v1/meetings", {"host": ada.id, "title": "Weekly"})
        among(before.status, (401, 403), "without being allowed to")
        for token, status in ((None, 401), ("x", 401)):
            equal(daemon.web.put(place, token=token).status, status, "allowed by nobody")
        among(daemon.web.put("/v1/accounts/me/delegates/nosuch", token=ada.token).status, (404, 422), "a front end that is none")
        allow(daemon, ada)
        allow(daemon, ada)   # idempotent
        made = calendar.post("/v1/meetings", {"host": ada.id, "title": "Weekly", "kind": "series"}, expect=201).json
        room = flows.Meeting(daemon, ada, made)
        equal((room.show()["host"]["id"], room.show()["title"]), (ada.id, "Weekly"), "whose it is")
        equal(changed(calendar, room, {"title": "Monthly", "closes_at": later(daemon, 9000)}).status, 200, "a delegate's change")
        equal(room.show()["title"], "Monthly", "what it changed")
        equal(changed(calendar, room, {"policy": {"waiting_room": "everyone"}}).status, 200, "a stricter policy")
        for body in ({"policy": {"waiting_room": "off"}}, {"policy": {"waiting_room": "guests"}}, {"policy": {"passcode": "off"}},
                     {"policy": {"capacity": 101}}, {"policy": {"before_host": "allow"}}, {"policy": {"step_up": "never"}}):
            among(changed(calendar, room, body).status, (403, 422), f"a delegate loosens {body}")
        among(calendar.post("/v1/meetings", {"host": ada.id, "policy": OPEN}).status, (403, 422), "a meeting that is looser from the start")
        equal(room.show()["policy"]["waiting_room"], "everyone", "the policy after that")
        guest, eve = knock(daemon, room), member(daemon)
        bar = ban(room, account=eve.id)
        for method, path, body in (("POST", f"/joins/{guest.id}/admit", None), ("POST", "/admit-waiting", {"joins": [guest.id]}),
                                   ("DELETE", f"/bans/{bar['id']}", None), ("POST", f"/joins/{guest.id}/role", {"role": "cohost"}),
                                   ("POST", "/invites", {"bypass_waiting_room": True}), ("POST", "/invites", {"role": "cohost"}),
                                   ("GET", "/joins", None), ("GET", "/attendance", None)):
            among(calendar.call(method, room.path + path, body).status, (401, 403), f"a delegate: {method} {path}")
        equal((row(room, guest)["state"], len(bans(room))), ("waiting", 1), "who waits and who is barred")
        for body in ({"host": bob.id}, {"host": plain.id}, {"host": "acct_" + "0" * 26}):
            answer = calendar.post("/v1/meetings", body)
            equal((answer.status, answer.code), (before.status, before.code), f"for whom nobody allowed it: {answer}")
        among(changed(calendar, room, {"host": bob.id}).status, (401, 403, 422), "handing the meeting over is the host's")
        # Theirs and no others', and not through another front end.
        theirs = meeting(daemon, bob)
        among(changed(calendar, theirs, {"title": "x"}).status, (401, 403), "somebody else's meeting")
        among(second.post("/v1/meetings", {"host": ada.id}).status, (401, 403), "another front end with `schedule`")
        among(changed(second, room, {"title": "x"}).status, (401, 403), "another front end's change")
        calendar.post(room.path + "/end", expect=200)
        equal(room.show()["state"], "ended", "a delegate ends it")
        other = flows.Meeting(daemon, ada, calendar.post("/v1/meetings", {"host": ada.id}, expect=201).json)
        daemon.web.delete(place, token=ada.token, expect=(200, 204))
        for answer in (calendar.post("/v1/meetings", {"host": ada.id}), changed(calendar, other, {"title": "x"}),
                       calendar.post(other.path + "/end")):
            among(answer.status, (401, 403), f"after it was taken back: {answer}")
        equal(other.show()["state"] != "ended", True, "the meeting stands")
        records = [item for item in daemon.admin.pages("/v1/audit", 200) if "delegat" in item["event"]]
        check(len(records) >= 2, f"allowing and taking back have their records: {records}")
        flows.verified(daemon)


def allow(daemon, person, name="calendar"):
    return daemon.web.put(f"/v1/accounts/me/delegates/{name}", token=person.token, expect=(200, 201, 204))


def changed(client, room, body):
    return client.patch(room.path, body)


# --- kinds of client and links -------------------------------------------------------------------------

@test(root=True)
def a_client_is_what_the_front_end_s_configuration_says_and_its_own_word_only_makes_it_stricter():
    uids = itertools.count(SECOND + 60)
    daemon, clients = daemon_with(entry("web", os.getuid(), audiences=["media"]), *(
        entry("gate-" + kind, next(uids), audiences=["a-" + kind], client_kind=kind) for kind in ("person", "phone", "endpoint", "bot")))
    with daemon:
        room = meeting(daemon, host(daemon))
        for name, said, kind in (("web", None, "person"), ("web", "person", "person"), ("web", "phone", "phone"), ("web", "bot", "bot"),
                                 ("web", "endpoint", "endpoint"), ("gate-person", None, "person"), ("gate-person", "bot", "bot"),
                                 ("gate-person", "phone", "phone"), ("gate-phone", None, "phone"), ("gate-phone", "person", "phone"),
                                 ("gate-endpoint", "person", "endpoint"), ("gate-bot", None, "bot"), ("gate-bot", "person", "bot"),
                                 ("gate-bot", "phone", "bot"), ("gate-phone", "bot", "bot")):
            answer = clients[name].post(room.path + "/joins", {"display_name": f"{name} {said}", "passcode": room.passcode,
                                        "source": flows.source(), **({"client": {"kind": said}} if said else {})}, expect=201)
            equal(flows.join_in(answer.json)["client"]["kind"], kind, f"{name} says {said}")
            equal(row(room, flows.Join(daemon, answer.json, clients[name]))["client"]["kind"], kind, "as the host sees it")
        for bad in ("robot", "", 5, None):
            answer = daemon.web.post(room.path + "/joins", {"display_name": "x", "passcode": room.passcode, "client": {"kind": bad}})
            equal(answer.status, 422, f"the kind {bad!r}")


@test(root=True)
def a_link_is_made_of_the_front_end_s_own_template_and_holds_no_passcode():
    daemon, clients = daemon_with(entry("web", os.getuid(), audiences=["media"], link=LINK),
                                  entry("other", SECOND, audiences=["elsewhere"], link="https://other.example/j/{meeting}?v=2"),
                                  entry("bare", THIRD, audiences=["bare"]))
    with daemon:
        ada = host(daemon)
        for name, template in (("web", LINK), ("other", "https://other.example/j/{meeting}?v=2"), ("bare", None)):
            made = clients[name].post("/v1/meetings", {}, token=ada.token, expect=201).json
            path, id = f"/v1/meetings/{made['meeting']['id']}", made["meeting"]["id"]
            invited = clients[name].post(path + "/invites", {}, token=ada.token, expect=201).json
            named = clients[name].post(path + "/invites", {"account": member(daemon).id}, token=ada.token, expect=201).json
            rotated = clients[name].post(path + "/passcode", {}, token=ada.token, expect=200).json
            if template is None:
                for what, answer in (("a meeting", made), ("an invite", invited), ("a rotation", rotated)):
                    check(not answer.get("url"), f"{what} has a url without a template: {answer}")
                continue
            url = template.format(meeting=id)
            equal(made.get("url"), url, f"{name}'s link (section 5: where the front end configures a link template)")
            equal(rotated.get("url"), url, "after a rotation")
            for what, answer in (("by code", invited), ("by account", named)):
                check((answer.get("url") or "").startswith(url.split("?")[0]), f"{name}'s link for an invite {what}: {answer.get('url')}")
                for secret in (made["passcode"], rotated["passcode"]):
                    check(secret.lower() not in answer["url"].lower(), f"the passcode in an invite's link: {answer['url']}")


@test(root=True)
def a_permission_or_a_front_end_that_a_reload_takes_away_is_gone_at_once():
    daemon, clients = daemon_with(entry("web", os.getuid(), audiences=["media"]), entry("other", SECOND, audiences=["elsewhere"]))
    with daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**OPEN, "host_absence": "continue"})
        other, join = clients["other"], knock(daemon, room, client=clients["other"])
        mine = daemon.tables["frontend"][1]
        mine["permissions"] = [name for name in mine["permissions"] if name != "grants"]
        write_config(daemon)
        daemon.process.send_signal(signal.SIGHUP)
        soon("no grants any more", lambda: other.post("/v1/grants/redeem", {"grant": join.grant}).code == "permission-denied")
        look = join.look()
        check("eyJ" not in look.body.decode(), f"a grant through a front end that may have none: {look}")
        mine["uid"] = SECOND + 99
        write_config(daemon)
        daemon.process.send_signal(signal.SIGHUP)
        soon("no front end any more", lambda: other.get("/v1/meetings", token=ada.token).code == "peer-not-allowed")
        among(row(room, join)["state"], ("admitted", "present"), "its join stands")
