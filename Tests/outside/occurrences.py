"""Section 5: a meeting's occurrences, its times, its end, and changes that meet."""

import flows
from events import audited, soon, state_of
from flows import OPEN, admit, arrive, ask, front, host, inside, knock, meeting, member, own, present, roster, watch
from gates import LONG, stamp, waits_for
from harness import *
from meetings import absent, guess
from policy import STILL, change
from regressions import claims_of

FREE = {**OPEN, "host_absence": "continue"}
GONE = (401, 403, 404, 409)
CLOSED = ("meeting-ended", "not-open-yet")   # what the proven may be told between two occurrences


def begin(room, **more):
    """`open`; the new passcode, where the answer shows one."""
    answer = room.act("open", **more)
    room.passcode = answer.json.get("passcode") or room.passcode
    return answer.json["meeting"]


def tag_of(room):
    return room.daemon.web.get(room.path, token=room.owner.token, expect=200).header("ETag")


# --- occurrences ---------------------------------------------------------------------------------------

@test()
def once_is_over_for_good_and_a_series_is_opened_again():
    with Daemon() as daemon:
        ada = host(daemon)
        for kind in ("once", "series"):
            room = meeting(daemon, ada, kind=kind, policy=FREE)
            equal((room.show()["kind"], room.show()["state"]), (kind, "open"), "a meeting without a time")
            first = room.show()
            among(room.act("open", expect=None).status, (200, 409), f"open of an open {kind}")
            equal(room.show()["occurrence"], first["occurrence"], "and nothing begins by it")
            room.act("lock")
            ended = flows.meeting_in(room.act("end").json)
            check(ended["state"] != "open" and ended["epoch"] > first["epoch"], f"{kind} after the end: {ended}")
            equal(ask(daemon, room, passcode=guess()).code, "join-refused", f"{kind}, ended, to a guess")
            told = ask(daemon, room, passcode=room.passcode)
            check(told.status == 403 and told.code in CLOSED[: 1 if kind == "once" else 2] or told.status == 201 and kind == "series" and
                  told.json["join"]["state"] == "waiting", f"{kind}, ended, to the proven: {told}")
            if kind == "once":
                equal(ended["state"], "ended", "a meeting that was held once")
                among(room.act("open", expect=None).code, ("state-conflict", "meeting-ended"), "open of what is over for good")
                daemon.restart()
                among(room.act("open", expect=None).code, ("state-conflict", "meeting-ended"), "and after a restart")
                equal(room.show()["state"], "ended", "what stays over")
                continue
            with watch(room) as stream:
                stream.snapshot()
                again = begin(room)
                event = stream.until("meeting.opened")[-1]
                equal((event.data["meeting"], event.data["epoch"], event.data.get("by")), (room.id, again["epoch"], ada.id), "meeting.opened")
            equal((again["state"], again["occurrence"]), ("open", first["occurrence"] + 1), "a new occurrence")
            check(again["epoch"] > ended["epoch"], f"no new epoch: {ended['epoch']}, then {again['epoch']}")
            equal([item["actor"] for item in audited(daemon, "meeting.opened") if item["subject"] == room.id], [ada.id], "who opened it, in the audit")
            if again["locked"]:
                room.act("unlock")
            guest = knock(daemon, room)
            equal((guest.state, claims_of(guest.grant)["occurrence"]), ("admitted", again["occurrence"]), "who comes to it")
            guest.redeem()


@test()
def what_dies_with_an_occurrence_and_what_lives_on():
    with Daemon() as daemon:
        ada, barred, denied, invited = host(daemon), member(daemon), member(daemon), member(daemon)
        room = meeting(daemon, ada, kind="series", policy={**STILL, "denials": 1, "waiting_room": "everyone"})
        inner, between, waits = inside(daemon, room, name="In"), admit(room, knock(daemon, room, name="Between")), knock(daemon, room, name="Waits")
        owner = arrive(daemon, room)
        grants = [between.grant, owner.grant]
        daemon.web.post(room.path + "/bans", {"account": barred.id}, token=ada.token, expect=201)
        equal(ask(daemon, room, token=barred.token).code, "join-refused", "somebody barred")
        room.act("deny", flows.Join(daemon, ask(daemon, room, token=denied.token, expect=201).json, daemon.web), body={"ban": False})
        equal(ask(daemon, room, token=denied.token).code, "join-refused", "somebody denied as often as the policy says")
        made = [daemon.web.post(room.path + "/invites", body, token=ada.token, expect=201).json
                for body in ({"label": "press", "uses": 2}, {"account": invited.id, "uses": 5})]
        used = flows.Join(daemon, ask(daemon, room, invite=made[0]["code"], expect=201).json, daemon.web)
        equal(used.state, "waiting", "an invitee where everyone waits")
        for _ in range(3):
            ask(daemon, room, passcode=guess())
        before = room.show()
        room.act("end")
        begin(room)
        for what, join in (("present", inner), ("admitted", between), ("waiting", waits), ("the host", owner), ("an invitee", used)):
            answer = join.look(expect=(200, 401))
            check(answer.status == 401 or join.state in ("left", "expired") and not join.grant, f"{what} in the next occurrence: {join.state}")
            again = ask(daemon, room, ticket=join.ticket)   # a ticket of before is no proof
            check(again.status in (401, 403) or again.json["join"]["id"] == join.id and again.json["join"]["state"] in ("left", "expired"), f"{what}: its ticket: {again}")
            among(room.act("admit", join, expect=None).status, GONE, f"{what} is admitted to the next occurrence")
            among(daemon.web.post(f"/v1/joins/{join.id}/present").status, GONE, f"{what} is reported present in it")
        for grant in grants:
            among(daemon.web.post("/v1/grants/redeem", {"grant": grant}).status, (401, 403, 409), "a grant of before")
            equal(daemon.web.post("/v1/grants/introspect", {"grant": grant}).json.get("active"), False, "introspection of it")
        check({inner.id} <= set(roster(daemon, room, [inner])), "who was inside before is on the roster, and not barred from it")
        equal(room.show()["counts"], {"waiting": 0, "admitted": 0, "present": 0}, "counts of the new occurrence")
        equal(room.show()["passcode"], before["passcode"], "the passcode's failures, which only rotation clears (section 6.1)")
        equal(room.show()["policy"], before["policy"], "the policy")
        equal(ask(daemon, room, token=barred.token).code, "join-refused", "a ban is kept")
        equal(ask(daemon, room, token=denied.token, expect=201).json["join"]["state"], "waiting", "a denial is forgotten")
        ask(daemon, room, passcode=room.passcode, expect=201)   # passcode_rotation: manual
        again = ask(daemon, room, invite=made[0]["code"], expect=201).json["join"]
        equal(again["identity"]["class"], "invitee", "a series' invite is kept")
        equal(ask(daemon, room, token=invited.token, expect=201).json["join"]["identity"]["class"], "invitee", "and an account's")
        listed = {item["id"]: item["used"] for item in daemon.web.get(room.path + "/invites", token=ada.token, expect=200).json["items"]}
        check(made[0]["invite"]["id"] in listed, "the invite is not in the list any more")
        flows.verified(daemon)


@test()
def the_epoch_and_the_occurrence_only_rise_however_often_a_series_is_held():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), kind="series", policy=FREE)
        seen = [(room.show()["occurrence"], room.show()["epoch"])]
        for number in range(8):
            present(room, knock(daemon, room))
            for verb in (("lock",), ("suspend",), ("lock", "unlock"), ())[number % 4]:
                room.act(verb)
                seen.append((room.show()["occurrence"], room.show()["epoch"]))
            room.act("end")
            seen.append((room.show()["occurrence"], room.show()["epoch"]))
            if number == 4:
                daemon.restart()
            shown = begin(room)
            check(shown["epoch"] > seen[-1][1] and shown["occurrence"] == seen[-1][0] + 1, f"open: {seen[-1]}, then {shown['occurrence'], shown['epoch']}")
            seen.append((shown["occurrence"], shown["epoch"]))
            if shown["locked"]:
                room.act("unlock")
        check(all(one <= other and before <= after for (one, before), (other, after) in zip(seen, seen[1:])), f"occurrence or epoch fell: {seen}")
        room.act("end")
        statuses = [answer.status for answer in parallel(20, lambda _: room.act("open", expect=None))]
        check(200 in statuses and set(statuses) <= {200, 409}, f"20 who open at once: {statuses}")
        equal(room.show()["occurrence"], seen[-1][0] + 1, "20 who open at once begin one occurrence")


@test()
def a_passcode_is_rotated_with_each_occurrence_where_the_policy_says_so():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, kind="series", policy={**FREE, "passcode_rotation": "occurrence"})
        old = room.passcode
        ask(daemon, room, passcode=guess())
        equal(knock(daemon, room).state, "admitted", "by the first passcode")
        room.act("end")
        answer = room.act("open")
        equal(ask(daemon, room, passcode=old).code, "join-refused", "the passcode of the last occurrence")
        fresh = answer.json.get("passcode")
        if fresh is None:   # not shown by `open`: the host makes one
            fresh = daemon.web.post(room.path + "/passcode", {}, token=ada.token, expect=200).json["passcode"]
        check(fresh != old, "the same passcode again")
        room.passcode = fresh
        if answer.json["meeting"]["locked"]:
            room.act("unlock")
        equal(knock(daemon, room).state, "admitted", "by the new passcode")
        check(room.show()["passcode"]["failures"] <= 1, f"the failures of the old passcode: {room.show()['passcode']}")
        for heard in (daemon.web.get(room.path, token=ada.token), daemon.web.get("/v1/meetings", token=ada.token), daemon.admin.get(room.path),
                      daemon.admin.get("/v1/audit?limit=200"), room.act("open", expect=None)):
            check(fresh.encode() not in heard.bytes, f"the new passcode is shown again: {heard}")
        check(fresh.encode() not in json.dumps([event.data for event in page(daemon.web, "/v1/events", after=0)[0]]).encode(), "the passcode in an event")
        health = meeting(daemon, ada, kind="series", profile="health")   # it rotates, and has no passcode to rotate
        health.act("end")
        equal(health.act("open").json.get("passcode"), None, "a passcode where the policy has none")


@test()
def a_scheduled_meeting_opens_by_a_host_s_act_by_time_or_by_the_host_s_arrival():
    with Daemon(clock="still", config=LONG) as daemon:
        ada = host(daemon)
        times = {"opens_at": stamp(daemon, 3600)}
        by_act, by_host, by_time, moved = (meeting(daemon, ada, policy={**FREE, "early_join": 3600, "ticket_seconds": 86_400}, **times) for _ in range(4))
        early = {room.id: knock(daemon, room) for room in (by_act, by_host, by_time, moved)}
        equal({room.show()["state"] for room in (by_act, by_host, by_time, moved)}, {"scheduled"}, "before their time")
        equal({waits_for(guest) for guest in early.values()}, {"opening"}, "what those who are early wait for")
        begin(by_act)
        equal((by_act.show()["state"], state_of(by_act, early[by_act.id])), ("open", "admitted"), "by a host's act")
        present(by_host, arrive(daemon, by_host))
        soon("by the host's arrival", lambda: by_host.show()["state"] == "open")
        soon("who waited for that", lambda: state_of(by_host, early[by_host.id]) == "admitted")
        change(moved, {"opens_at": stamp(daemon, 9000)})
        daemon.clock.advance(3605)
        soon("by time", lambda: by_time.show()["state"] == "open")
        soon("who waited for that", lambda: state_of(by_time, early[by_time.id]) == "admitted")
        equal(moved.show()["state"], "scheduled", "a meeting that was put off")
        records = {item["subject"]: item["actor"] for item in audited(daemon, "meeting.opened")}
        equal((records.get(by_act.id), records.get(by_time.id)), (ada.id, "system"), "who opened them, in the audit")
        check(by_host.id in records, "an opening by the host's arrival is not in the audit")


@test()
def times_are_read_strictly_and_in_their_order():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, opens_at=stamp(daemon, 3600), closes_at=stamp(daemon, 7200))
        for field in ("opens_at", "closes_at"):
            for bad in ("tomorrow", 5, True, [], "2030-01-01", "2030-13-01T00:00:00.000Z", "2030-01-01T00:00:00", ""):
                for what, answer in (("POST", daemon.web.post("/v1/meetings", {field: bad}, token=ada.token)), ("PATCH", change(room, {field: bad}, expect=None))):
                    equal((answer.code, answer.json.get("pointer")), ("invalid-field", "/" + field), f"{what} {field} = {bad!r}")
        for what, answer in (("POST", daemon.web.post("/v1/meetings", {"opens_at": stamp(daemon, 7200), "closes_at": stamp(daemon, 3600)}, token=ada.token)),
                             ("PATCH closes_at", change(room, {"closes_at": stamp(daemon, 1800)}, expect=None)),
                             ("PATCH opens_at", change(room, {"opens_at": stamp(daemon, 9000)}, expect=None))):
            equal(answer.code, "invalid-field", f"{what}: a meeting that closes before it opens: {answer}")
        shown = change(room, {"opens_at": stamp(daemon, 60), "closes_at": stamp(daemon, 120)}).json["meeting"]
        check(shown["opens_at"] < shown["closes_at"] and shown["state"] == "scheduled", f"after a right change: {shown}")


# --- the end of it -------------------------------------------------------------------------------------

@test()
def a_deleted_meeting_is_as_if_it_had_never_been_but_its_id_stays_taken_and_the_revocation_is_told():
    with Daemon() as daemon:
        ada, cleo, bob = host(daemon), host(daemon), host(daemon)
        room = meeting(daemon, ada, id="soon-gone", title="Canary Title", policy=STILL, cohosts=[cleo.id], kind="series")
        inner, waits, owner = inside(daemon, room), knock(daemon, room), arrive(daemon, room)
        tag, grant = tag_of(room), owner.grant
        for who, token, statuses in (("another host", bob.token, (403,)), ("the host's ticket", owner.ticket, (401, 403)),
                                     ("a guest", waits.ticket, (401, 403)), ("nobody", None, (401,))):
            among(daemon.web.delete(room.path, token=token).status, statuses, f"DELETE by {who}")
        equal(daemon.web.delete(room.path, token=bob.token).comparable(), daemon.web.delete(f"/v1/meetings/{absent()}", token=bob.token).comparable(), "theirs and none")
        room.act("message", waits, body={"text": "x"})
        change(room, {"title": "Canary Council"})
        daemon.web.delete(room.path, token=ada.token, headers={"If-Match": tag}, expect="stale")
        with front(daemon.web) as ours, watch(room) as theirs, own(inner) as joiner:
            for stream in (ours, theirs, joiner):
                stream.snapshot()
            among(daemon.web.delete(room.path, token=ada.token).status, (200, 204), "DELETE by the host")
            revoked = ours.until("revocation", join=inner.id)[-1]
            theirs.closes("the meeting is deleted")
            joiner.closes("the meeting is deleted")
        daemon.web.post(f"/v1/revocations/{revoked.data['revocation']}/ack", expect=204)
        for join in (inner, waits, owner):
            answer = join.look(expect=(200, 401))
            check(answer.status == 401 or join.state in ("left", "expired") and not join.grant, f"a join of a deleted meeting: {answer}")
            among(daemon.web.post(f"/v1/joins/{join.id}/present").status, GONE, "somebody is reported present in it")
        among(daemon.web.post("/v1/grants/redeem", {"grant": grant}).status, GONE, "a grant of it")
        equal(daemon.web.post("/v1/grants/introspect", {"grant": grant}).json.get("active"), False, "introspection of it")
        for restarted in (False, True):
            for person in (ada, cleo, bob):
                equal(daemon.web.get(room.path, token=person.token).code, "not-host", "GET of it")
                equal(daemon.web.get("/v1/meetings", token=person.token).json["items"], [], "in a list")
            equal(daemon.admin.get(room.path).code, "not-found", "GET of it by the operator")
            equal(daemon.admin.get("/v1/meetings").json["items"], [], "in the operator's list")
            for fields in ({"passcode": room.passcode}, {"passcode": guess()}, {}):
                equal(ask(daemon, room, **fields).comparable(), ask(daemon, absent(), **({"passcode": guess()} if fields else {})).comparable(), "a join, to it and to none")
            among(room.act("open", expect=None).status, (403, 404), "open of it")
            among(daemon.web.delete(room.path, token=ada.token).status, (403, 404), "DELETE of it, again")
            for person in (ada, bob):
                answer = daemon.web.post("/v1/meetings", {"id": room.id}, token=person.token, expect="meeting-exists")
                check(b"Canary" not in answer.bytes, f"a taken id tells of what was: {answer}")
            if not restarted:
                daemon.restart()
        check(any(item["subject"] == room.id and "delet" in item["event"] for item in daemon.admin.pages("/v1/audit", 200)), "the audit does not say that it was deleted")
        second = meeting(daemon, bob)
        among(daemon.admin.delete(second.path).status, (200, 204), "DELETE by the operator")
        flows.verified(daemon)


# --- changes that meet ---------------------------------------------------------------------------------

@test()
def If_Match_is_honoured_by_every_change_and_an_idempotency_key_by_every_creation():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, kind="series", policy=FREE)
        for what, act in (("PATCH title", lambda **more: change(room, {"title": flows.secrets.token_hex(4)}, **more)),
                          ("PATCH policy", lambda **more: change(room, {"policy": {"capacity": next(flows.numbers) % 50 + 1}}, **more)),
                          ("PATCH cohosts", lambda **more: change(room, {"cohosts": []}, **more)), ("end", lambda **more: room.act("end", **more)),
                          ("open", lambda **more: room.act("open", **more))):
            stale = tag_of(room)
            change(room, {"title": flows.secrets.token_hex(4)})
            check(tag_of(room) != stale, "the ETag does not change with the title")
            shown = room.show()
            act(headers={"If-Match": stale}, expect="stale")
            equal(room.show(), shown, f"after a stale {what}")
            act(headers={"If-Match": tag_of(room)}, expect=200)
        tag = tag_of(room)
        statuses = sorted(answer.status for answer in parallel(20, lambda index: change(room, {"title": f"T{index}"}, headers={"If-Match": tag}, expect=None)))
        equal(statuses, [200] + [412] * 19, "twenty changes of one version")
        for bad in ("v1", 'W/"x', '"unfinished'):
            among(change(room, {"title": "x"}, headers={"If-Match": bad}, expect=None).status, (400, 412), f"If-Match {bad!r}")
        key, body = {"Idempotency-Key": "series"}, {"profile": "education", "policy": {"capacity": 7}, "kind": "series", "opens_at": stamp(daemon, 3600)}
        daemon.web.post("/v1/meetings", {**body, "policy": {"capacity": 0}}, token=ada.token, headers=key, expect="invalid-field")   # nothing came of it
        first = daemon.web.post("/v1/meetings", body, token=ada.token, headers=key, expect=201).json
        again = daemon.web.post("/v1/meetings", body, token=ada.token, headers=key, expect=(200, 201)).json
        equal((again["meeting"]["id"], again.get("replayed"), again.get("passcode")), (first["meeting"]["id"], True, None), "the same again")
        for other in ({**body, "profile": "general"}, {**body, "policy": {"capacity": 8}}, {**body, "kind": "once"}, {**body, "opens_at": stamp(daemon, 7200)}):
            daemon.web.post("/v1/meetings", other, token=ada.token, headers=key, expect="idempotency-conflict")
        target, key = f"/v1/meetings/{first['meeting']['id']}/invites", {"Idempotency-Key": "invite"}
        made = parallel(10, lambda _: daemon.web.post(target, {"label": "press"}, token=ada.token, headers=key, expect=(200, 201)).json)
        equal(len({item["invite"]["id"] for item in made}), 1, "ten at once with one key make one invite")
        equal([bool(item.get("code")) for item in made].count(True), 1, "and its code is shown once")
        daemon.web.post(target, {"label": "staff"}, token=ada.token, headers=key, expect="idempotency-conflict")
