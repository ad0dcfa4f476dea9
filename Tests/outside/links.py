"""Section 5, invites from the side: whom their links, lists and limits tell what, and what revoking leaves."""

import time, urllib.parse

import flows
from flows import OPEN, ask, host, meeting, member, present, report
from harness import *

LINK = "https://meet.example.org/{meeting}"


def invite(room, expect=201, token=None, client=None, headers=None, **fields):
    answer = (client or room.daemon.web).post(room.path + "/invites", fields, token=token or room.owner.token,
                                              expect=expect, headers=headers or {})
    return answer.json if answer.status == 201 else answer


def revoke(room, made, expect=204):
    return room.daemon.web.delete(f"{room.path}/invites/{made['invite']['id']}", token=room.owner.token, expect=expect)


def used(room, made):
    items = room.daemon.web.pages(room.path + "/invites", 200, token=room.owner.token)
    return next(item["used"] for item in items if item["id"] == made["invite"]["id"])


def join(room, **fields):
    return flows.Join(room.daemon, ask(room.daemon, room, expect=201, **fields).json, room.daemon.web)


def later(daemon, seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(daemon.now() + seconds)) + ".000Z"


def listed(daemon, person, query="", client=None):
    return [item["id"] for item in (client or daemon.web).pages("/v1/meetings" + query, 2, token=person.token)]


# --- links ---------------------------------------------------------------------------------------------

@test()
def a_link_has_an_invite_s_code_behind_the_hash_or_where_the_template_wants_it_and_the_passcode_only_if_asked():
    whole = "https://m.example/{meeting}?i={invite}#p={passcode}"
    for template, by_code, plain, with_passcode in (
            (LINK, LINK + "#invite={invite}", LINK, LINK), (whole, "https://m.example/{meeting}?i={invite}",
             "https://m.example/{meeting}", "https://m.example/{meeting}#p={passcode}")):
        with Daemon(frontends=[dict(name="web", uid=os.getuid(), permissions=ALL_PERMISSIONS, audiences=["media"],
                                    source=True, link=template)]) as daemon:
            ada = host(daemon)
            made = daemon.web.post("/v1/meetings", {"passcode": {"kind": "words"}}, token=ada.token, expect=201).json
            room = flows.Meeting(daemon, ada, made)
            def url(text, **values):
                return text.format(meeting=room.id, **{key: urllib.parse.quote(value, safe="") for key, value in values.items()})
            equal(made["url"], url(with_passcode, passcode=made["passcode"]), "the meeting's link, when it is made")
            fresh = room.act("passcode").json
            equal(fresh["url"], url(with_passcode, passcode=fresh["passcode"]), "and with another passcode")
            one = invite(room, headers={"Idempotency-Key": "k"})
            equal(one["url"], url(by_code, invite=one["code"]), "an invite's link, by code")
            again = invite(room, headers={"Idempotency-Key": "k"})
            check(one["code"] not in json.dumps(again) and "url" not in again, f"a code in a repeated answer: {again}")
            equal(invite(room, account=member(daemon).id)["url"], url(plain), "by account: there is no code")


# --- whom it is for ------------------------------------------------------------------------------------

@test()
def a_host_does_not_learn_by_inviting_which_accounts_there_are():
    with Daemon() as daemon:
        ada, bob, known = host(daemon), host(daemon), member(daemon)
        room = meeting(daemon, ada, cohosts=[bob.id])
        there, nowhere = (invite(room, account=one) for one in (known.id, "acct_" + known.id[5:][::-1]))
        equal({key for key in there["invite"]}, {key for key in nowhere["invite"]}, "an account that is and one that is not")
        for one in (there, nowhere):
            equal((one["invite"]["uses"], "code" in one), (None, False), "no code, and as often as the account likes")
            invite(room, expect="state-conflict", account=one["invite"]["account"])
        for text in ("nobody", known.username, "acct_", known.id.upper()):
            invite(room, expect="invalid-field", account=text)
        # A cohost may make its like, and nobody a host.
        equal(invite(room, token=bob.token, role="cohost")["invite"]["role"], "cohost", "a cohost's invite for a cohost")
        invite(room, expect="invalid-field", role="host")
        invite(room, expect="name-not-allowed", display_name="Host")
        limited = invite(meeting(daemon, ada), account=known.id, uses=2)
        equal(limited["invite"]["uses"], 2, "unless the host says how often")
        # Erased or never there: no session shows it.
        ask(daemon, room, token=known.token, expect=201)


@test()
def an_invited_account_sees_when_and_where_for_as_long_as_its_invite_stands():
    with Daemon(clock="still") as daemon:
        ada, eve, guest = host(daemon, display_name="Ada Host"), host(daemon), member(daemon)
        times = {"opens_at": later(daemon, 3600), "closes_at": later(daemon, 7200)}
        room = meeting(daemon, ada, title="Board", **times)
        path = room.path
        def look(person=guest):
            return daemon.web.get(path, token=person.token)
        nothing = look()
        equal(nothing.code, "not-host", "before")
        one = invite(room, account=guest.id, label="Canary", expires_at=later(daemon, 1800))
        shown = look()
        equal(shown.json["meeting"], {"id": room.id, "title": "Board", "host": {"display_name": "Ada Host"}, **times},
              "what an invitee sees (section 5)")
        check(not shown.header("etag"), "how often it changed")
        equal(listed(daemon, guest), [room.id], "the list")
        equal(listed(daemon, guest, "?role=invited"), [room.id], "the list of invitations")
        equal(listed(daemon, guest, "?role=host") + listed(daemon, ada, "?role=invited") + listed(daemon, eve), [], "others")
        equal(look(eve).comparable(), nothing.comparable(), "another host, and who was not invited")
        def gone(what):
            equal((look().comparable(), listed(daemon, guest)), (nothing.comparable(), []), what)
        bar = daemon.web.post(path + "/bans", {"account": guest.id}, token=ada.token, expect=201).json["ban"]
        gone("barred")
        daemon.web.delete(f"{path}/bans/{bar['id']}", token=ada.token, expect=204)
        equal(look().status, 200, "and no more")
        revoke(room, one)
        gone("revoked")
        one = invite(room, account=guest.id, expires_at=later(daemon, 1800))
        equal(look().status, 200, "another invite")
        daemon.clock.advance(1801)
        guest.sign_in(), ada.sign_in()
        gone("expired")
        revoke(room, one)
        invite(room, account=guest.id)
        equal(look().status, 200, "a third")
        room.act("end")
        gone("what was to happen once is over")
        invite(room, expect="state-conflict")


@test(root=True)
def a_list_is_narrowed_by_time_and_by_the_asking_front_end_s_own_names():
    with Daemon() as daemon:
        ada = host(daemon)
        soon, late = (meeting(daemon, ada, opens_at=later(daemon, hours * 3600)) for hours in (24, 48))
        now, named = meeting(daemon, ada), meeting(daemon, ada, external="Räum 1")
        elsewhere = daemon.other.post("/v1/meetings", {"external": "Räum 1"}, token=ada.token, expect=201).json
        rooms = [soon.id, late.id, now.id, named.id, elsewhere["meeting"]["id"]]
        made = rooms[2:]
        def between(start=None, end=None):
            times = (("from", start), ("to", end))
            return "?" + "&".join(f"{key}={later(daemon, hours * 3600)}" for key, hours in times if hours is not None)
        for query, expected in ((between(12, 36), [soon.id]), (between(12), [soon.id, late.id]), (between(None, 12), made),
                                (between(-1, 1), made), (between(60), []), (between(36, 12), [])):
            equal(listed(daemon, ada, query), expected, query)
        name = "?external=" + urllib.parse.quote("Räum 1")
        equal(listed(daemon, ada, name), [named.id], "by name, through the front end that gave it")
        equal(listed(daemon, ada, name, client=daemon.other), [elsewhere["meeting"]["id"]], "and through the other")
        items = daemon.admin.get("/v1/meetings" + name, expect=200).json["items"]
        equal([item["id"] for item in items], [named.id, elsewhere["meeting"]["id"]], "an operator finds both")
        for bad in ("?from=now", "?to=5", "?from=2026-13-01T00:00:00Z", "?role=owner"):
            daemon.web.get("/v1/meetings" + bad, token=ada.token, expect="invalid-field")


# --- what it leaves ------------------------------------------------------------------------------------

@test()
def who_is_in_when_the_invite_is_revoked_stays_and_does_not_come_back():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**OPEN, "host_absence": "continue"})
        one, other = invite(room, uses=9, bypass_waiting_room=True), invite(room, bypass_waiting_room=True)
        stays, dropped, coming = (join(room, name=name, invite=one["code"]) for name in ("Sia", "Dan", "Cara"))
        apart = join(room, name="Ann", invite=other["code"])
        present(room, stays), present(room, dropped), present(room, apart)
        report(dropped, "left"), report(apart, "left")
        dead = coming.grant
        revoke(room, one)
        revoke(room, one, expect="not-found")
        equal([item.state for item in (stays, coming) if item.look()], ["present", "denied"], "who is in, who is on the way")
        equal(daemon.web.post("/v1/grants/redeem", {"grant": dead}).code in ("grant-outdated", "join-refused", "invalid-token"),
              True, "the grant of who was on the way")
        report(stays, "left")
        for item, what in ((stays, "dropped after the revocation"), (dropped, "dropped before it")):
            answer = ask(daemon, room, ticket=item.ticket)
            equal(answer.code, "passcode-required", f"{what}: back by its ticket: {answer}")
            report(item, "present", expect=(404, 409))
        equal(ask(daemon, room, ticket=apart.ticket, expect=200).json["join"]["id"], apart.id, "by another invite")
        counts = room.show()["counts"]
        equal((counts["admitted"], counts["present"]), (0, 0), "seats that the revoked ones keep")


@test()
def a_seat_that_a_revocation_frees_goes_to_who_waits_for_one():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={"before_host": "allow", "waiting_room": "guests", "capacity": 1,
                                            "host_absence": "continue"})
        one, other = (invite(room, bypass_waiting_room=True) for _ in range(2))
        first = join(room, invite=one["code"])
        present(room, first)
        second = join(room, name="Wen", invite=other["code"])
        equal(second.state, "waiting", "the room is full")
        report(first, "left")
        second.look()
        equal(second.state, "waiting", "a dropped one keeps its seat")
        revoke(room, one)
        second.look()
        equal(second.state, "admitted", "whose way back is gone has no seat")


@test()
def a_use_is_there_again_the_moment_its_holder_s_time_is_over():
    with Daemon(clock="still") as daemon:
        room = meeting(daemon, host(daemon), policy={"before_host": "allow", "waiting_room": "everyone", "ticket_seconds": 60})
        one = invite(room)
        first = join(room, invite=one["code"])
        ask(daemon, room, invite=one["code"], expect="join-refused")
        daemon.clock.advance(61)
        second = join(room, name="Ivy", invite=one["code"])   # before anybody swept
        equal((second.state, used(room, one)), ("waiting", 1), "the next one, with the same use")
        daemon.web.post("/v1/joins/self/withdraw", token=second.ticket, expect=(200, 204))
        equal(used(room, one), 0, "after the withdrawal")


@test(seconds=120)
def a_meeting_has_a_thousand_open_invites_and_not_one_more():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy={"before_host": "allow", "waiting_room": "everyone"})
        made = [invite(room, uses=1) for _ in range(1000)]
        refused = invite(room, expect="state-conflict")
        check("1000" in refused.json["detail"], f"says why: {refused}")
        join(room, invite=made[0]["code"])
        made.append(invite(room))   # a used up one is open no more
        invite(room, expect="state-conflict")
        revoke(room, made[1])
        invite(room)


@test()
def an_invite_that_opens_a_meeting_up_takes_factors_shown_lately():
    with Daemon(clock="still") as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={"step_up": 300})
        for fields in ({"role": "cohost"}, {"bypass_waiting_room": True}):
            invite(room, **fields)
        daemon.clock.advance(301)
        for fields in ({"role": "cohost"}, {"bypass_waiting_room": True}, {"role": "cohost", "account": member(daemon).id}):
            invite(room, expect="reauthentication-required", **fields)
        for fields in ({}, {"role": "viewer"}):
            invite(room, **fields)
