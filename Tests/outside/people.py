"""Sections 5.1 and 6: people's names, what they are told and agree to, what is kept of them, and what is no person."""

import copy, hashlib, subprocess, time

import flows, harness
from events import soon
from flows import OPEN, admit, arrive, ask, change, host, inside, invite, knock, meeting, member, present, row
from harness import *
from meetings import guess
from regressions import claims_of

HELD = {"before_host": "allow"}
FREE = {**HELD, "names": "free"}
ALIKE = [("Mark", "Mаrk", "a Cyrillic а"), ("Mark", "Mark", "the same"), ("Mark", "Ｍａｒｋ", "fullwidth letters"),
         ("paypal", "раураl", "five Cyrillic letters"), ("Bill", "BiIl", "a capital I"), ("Bill", "Bi1l", "a one"),
         ("Comer", "Corner", "rn for m"), ("Zoë", "Zoe\u0308", "another normal form"), ("Olga", "0lga", "a zero"),
         ("Ada", "Ꭺda", "a Cherokee letter")]
NOTICE = {"id": "recording", "version": 3, "purpose": "minutes", "text": "This meeting is recorded.", "consent": True}
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def same_shape(answer):
    """A joiner's answer without what differs between any two: ids, ticket, times, name."""
    value = copy.deepcopy(answer.json)
    for key in ("ticket",):
        value.pop(key, None)
    join = flows.join_in(value)
    for key in ("id", "display_name", "created_at", "expires_at"):
        join.pop(key, None)
    for holder in (value, join):
        if holder.get("waiting"):
            holder["waiting"].pop("since", None)
    return answer.status, sorted(key.lower() for key, _ in answer.headers), value


def told(join):
    """All that a joiner can read of its join."""
    answers = [join.look(), join.client.get("/v1/joins/self/record", token=join.ticket),
               ask(join.daemon, join.where, ticket=join.ticket)]
    with flows.own(join) as stream:
        answers.append(Answer(200, [], json.dumps(stream.snapshot().data, ensure_ascii=False).encode()))
    return answers


def wait_as(daemon, room, name, **fields):
    """A knock and its answer, as two values."""
    answer = ask(daemon, room, name, expect=201, **{"passcode": room.passcode, **fields})
    join = flows.Join(daemon, answer.json, daemon.web)
    join.where = room
    return join, answer


# --- names ---------------------------------------------------------------------------------------------

@test(answers="45")
def line_45_Element_and_Mumble_a_look_alike_waits_the_host_sees_of_whom_and_it_is_never_told():
    with Daemon() as daemon:
        ada, cleo = host(daemon, display_name="Grace Moss"), member(daemon, display_name="Member Cleo")
        for name, alike, what in ALIKE:
            for where in ("present", "waiting"):
                room = meeting(daemon, ada, policy=HELD)
                first = (inside if where == "present" else knock)(daemon, room, name)
                plain, usual = wait_as(daemon, room, "Xenia")
                join, answer = wait_as(daemon, room, alike)
                equal(same_shape(answer), same_shape(usual), f"{what}: its answer and that of any who waits")
                equal(join.state, "waiting", f"{what}, beside one who is {where}")
                shown = row(room, join)
                check(shown.get("confusable_with"), f"{what}: the host is not shown that {alike} is like {name}: {shown}")
                among(json.dumps(shown["confusable_with"], ensure_ascii=False).count(first.id) +
                      json.dumps(shown["confusable_with"], ensure_ascii=False).count(name), (1, 2), "with whom")
                check(not row(room, plain).get("confusable_with"), "somebody who is like nobody is marked")
                check(not row(room, first).get("confusable_with") or where == "waiting", "who was there first is marked")
                if name != "Mark":
                    break   # the places are tried once with each of the first names
                for heard in told(join):
                    check(b"confus" not in heard.bytes.lower() and first.id.encode() not in heard.bytes, f"it is told: {heard}")
                said = room.act("admit-waiting").json
                check(join.id in {item["join"] for item in said["skipped"]}, f"admit-waiting lets a look-alike in: {said}")
                admit(room, join)   # by name, by a host who looked
        room = meeting(daemon, ada, policy=HELD)
        for name in ("Grace Moss", "Grаce Moss"):   # hosting, though not there
            check(row(room, wait_as(daemon, room, name)[0]).get("confusable_with"), "a name like the host's")
        for name, other in (("Mark", "Marc"), ("Mark", "Mark Two"), ("Ann", "Anna")):
            room = meeting(daemon, ada, policy=HELD)
            knock(daemon, room, name)
            check(not row(room, wait_as(daemon, room, other)[0]).get("confusable_with"), f"{other} is like {name}")
        # Whoever would pass the waiting room waits as well; the host is never shut out.
        room = meeting(daemon, ada, policy=HELD)
        knock(daemon, room, "Member Cleо")
        theirs = flows.Join(daemon, ask(daemon, room, "Member Cleo", token=cleo.token, expect=201).json, daemon.web)
        equal(theirs.state, "waiting", "a member whose name is like that of one who waits")
        knock(daemon, room, "Ida")
        equal(invite(room, bypass_waiting_room=True).use("Idа").state, "waiting", "an invitee who bypasses and looks alike")
        knock(daemon, room, "Hosea")
        equal(arrive(daemon, room).state, "admitted", "the host, whatever others are called")
        room = meeting(daemon, ada, policy=FREE)
        knock(daemon, room, "Mark")
        check(not row(room, wait_as(daemon, room, "Mаrk")[0]).get("confusable_with"), "names: free")


@test(answers="45")
def line_45_without_a_waiting_room_every_guest_gets_a_suffix_and_nobody_is_marked_by_it():
    with Daemon() as daemon:
        ada, cleo = host(daemon), member(daemon, display_name="Cleo")
        room = meeting(daemon, ada, policy=OPEN)
        joins = [(name, *wait_as(daemon, room, name)) for name in ("Mark", "Mаrk", "Xenia", "Mark")]
        names = [row(room, join)["display_name"] for _, join, _ in joins]
        for (typed, join, answer), shown in zip(joins, names):
            equal(join.state, "admitted", f"{typed}, without a waiting room")
            check(shown.startswith(typed) and len(shown) > len(typed), f"no suffix: {shown!r} for {typed!r} (section 6)")
            equal(claims_of(join.grant)["name"], shown, "the name in the grant")
            check(b"confus" not in answer.bytes.lower(), "a joiner is told of likeness")
        equal(len(set(names)), 4, f"names that nobody can take for one another: {names}")
        suffixes = [shown[len(typed):] for (typed, _, _), shown in zip(joins, names)]
        equal(len({(len(text), re.sub(r"[0-9a-zA-Z]", "x", text)) for text in suffixes}), 1, f"suffixes of one form: {suffixes}")
        equal(len(set(suffixes)), 4, f"suffixes: {suffixes}")
        theirs = flows.Join(daemon, ask(daemon, room, "Cleo", token=cleo.token, expect=201).json, daemon.web)
        equal(row(room, theirs)["display_name"], "Cleo", "a member is no guest")


@test()
def names_are_given_where_the_policy_says_so_and_verified_comes_from_the_account_alone():
    with Daemon() as daemon:
        ada, cleo = host(daemon), member(daemon, display_name="Cleo Given")
        room = meeting(daemon, ada, policy={**HELD, "names": "given"})
        theirs = flows.Join(daemon, ask(daemon, room, "The Principal", token=cleo.token, expect=201).json, daemon.web)
        equal(row(room, theirs)["display_name"], "Cleo Given", "names: given")
        equal(claims_of(theirs.grant)["name"], "Cleo Given", "and in the grant")
        room = meeting(daemon, ada, policy=FREE)
        renamed = flows.Join(daemon, ask(daemon, room, "Cleo Free", token=cleo.token, expect=201).json, daemon.web)
        equal(row(room, renamed)["display_name"], "Cleo Free", "names: free")
        known = invite(room, display_name="Cleo Given")
        for what, join, verified in (("an account", renamed, True), ("a guest with a tick", knock(daemon, room, "Ada ✓"), False),
                                     ("a guest who says so", knock(daemon, room, "Ada (verified)"), False),
                                     ("a guest named like an account", knock(daemon, room, "Cleo Given"), False),
                                     ("an invitee by code, named by the host", known.use(), False)):
            equal(row(room, join)["verified"], verified, f"verified: {what}")
            if join.state == "waiting":
                admit(room, join)
            equal(claims_of(join.grant)["verified"], verified, f"verified in the grant: {what}")
        # One that a front end made is not vouched for, and so is no member (section 1).
        person = flows.Person(daemon, "sign-up", flows.good_password())
        daemon.web.post("/v1/accounts", {"username": person.username, "password": person.password}, expect=201)
        person.sign_in()
        join, _ = wait_as(daemon, room, "Una", token=person.token)
        equal((row(room, join)["identity"]["class"], row(room, join)["verified"]), ("guest", False), "not vouched for")


@test(answers=["27", "29"])
def line_27_and_line_29_BigBlueButton_names_of_invites_are_data_and_hold_no_control_characters():
    with Daemon() as daemon:
        room = meeting(daemon, host(daemon), policy=FREE)
        bad = ["a\u0000b", "a\u0007b", "a\nb", "a\u007fb", "a\u0085b", "a\u202eb", "a\u2066b", "a\u200bb", "a\u200fb", "\ufeffab",
               "a\ue000b", "a\U000e0041b", "x" * 65, "", "  "]
        for text in bad:
            for answer in (ask(daemon, room, text, passcode=room.passcode),
                           daemon.web.post(room.path + "/invites", {"display_name": text}, token=room.owner.token)):
                among(answer.status, (400, 422, 403) if text.strip() == "" else (400, 422), f"the name {text!r}: {answer}")
                among(answer.code, ("invalid-field", "malformed-json", "name-required"), f"the name {text!r}")
        html = "<img src=x onerror=alert(1)>"
        one = invite(room, display_name=html, label=html)
        join = one.use(html)
        equal(row(room, join)["display_name"], html, "a name is text")
        equal(one.listed()["label"], html, "and so is a label")


RESERVED = [("policy", "reserved_names"), ("policy", "reserved_words"), ("names", "reserved"), ("names", "reserved_words"),
            ("limits", "reserved_names"), ("limits", "reserved_words")]


def reserving(words):
    """A daemon with reserved words. The contract does not name the key, so the likely ones are asked."""
    daemon = Daemon(start=False)
    for table, key in RESERVED:
        daemon.tables.setdefault(table, {})[key] = words
        with open(daemon.config_path, "w") as file:
            file.write(toml(daemon.tables))
        said = subprocess.run([harness.DAEMON, "--check-config", "--config", daemon.config_path], capture_output=True,
                              env=daemon.environment(), timeout=30)
        if said.returncode == 0:
            return daemon.start()
        del daemon.tables[table][key]
        if not daemon.tables[table]:
            del daemon.tables[table]
    raise Failure(f"no key of the configuration takes reserved words; tried {RESERVED}")


@test()
def reserved_words_are_refused_whoever_is_there_and_whatever_they_are_dressed_in():
    with reserving(["support", "moderator"]) as daemon:
        ada, cleo = host(daemon, display_name="Ada"), member(daemon, display_name="Cleo")
        for room in (meeting(daemon, ada, policy=HELD), meeting(daemon, ada, policy=OPEN)):
            for name in ("support", "Support", "SUPPORT", "ѕupport", " support ", "ｓｕｐｐｏｒｔ", "Moderator"):
                ask(daemon, room, name, passcode=room.passcode, expect="name-not-allowed")
            one = invite(room)
            one.show("Support", expect="name-not-allowed")
            equal(one.used, 0, "a refusal after proof spends nothing")
            ask(daemon, room, "Support", expect="passcode-required")   # before proof nothing is said of names
            ask(daemon, room, "Support", passcode=guess(), expect="join-refused")
            knock(daemon, room, "Sup Porter")
            ask(daemon, room, "Cleo", token=cleo.token, expect=201)


# --- notices -------------------------------------------------------------------------------------------

def agreed(notice=NOTICE, **more):
    return [{"id": notice["id"], "version": notice["version"], "agreed": True, **more}]


def consent(join, notice=NOTICE, agreed=True, expect=(200, 204), **more):
    return join.client.post("/v1/joins/self/consents", {"id": notice["id"], "version": notice["version"], "agreed": agreed,
                                                        **more}, token=join.ticket, expect=expect)


@test()
def a_notice_is_shown_to_the_proven_and_agreed_to_before_anything_is_granted():
    with Daemon() as daemon:
        ada = host(daemon)
        shown_only = {"id": "house", "version": 1, "purpose": "order", "text": "Be kind.", "consent": False}
        for policy, state in ((HELD, "waiting"), (OPEN, "admitted")):
            room = meeting(daemon, ada, policy={**policy, "notices": [NOTICE, shown_only]})
            equal([item["id"] for item in room.show()["policy"]["notices"]], ["recording", "house"], "the effective notices")
            refused = ask(daemon, room, passcode=room.passcode, expect="notice-required").json
            listed = {item["id"]: item for item in refused["notices"]}
            equal({key: listed["recording"][key] for key in NOTICE}, NOTICE, "the problem shows the notice whole (section 2)")
            check("grant" not in refused and "ticket" not in refused, f"a refusal with a ticket: {refused}")
            for what, notices in (("none", []), ("not agreed", agreed(agreed=False)), ("an older version", agreed(version=2)),
                                  ("a newer version", agreed(version=4)), ("another", agreed(id="other"))):
                answer = ask(daemon, room, passcode=room.passcode, notices=notices)
                among(answer.code, ("notice-required", "invalid-field"), f"{what}: {answer}")
            for notices in ("recording", [5], [{"id": "recording"}], [{**agreed()[0], "agreed": "yes"}], [{**agreed()[0], "x": 1}]):
                ask(daemon, room, passcode=room.passcode, notices=notices, expect="invalid-field")
            one = invite(room, bypass_waiting_room=True)
            one.show(expect="notice-required")
            equal(one.used, 0, "a refusal after proof spends nothing")
            for fields, code in (({}, "passcode-required"), ({"passcode": guess()}, "join-refused")):
                answer = ask(daemon, room, notices=agreed(), expect=code, **fields)
                check(b"recorded" not in answer.bytes, "the unproven are shown the notices")
            join, answer = wait_as(daemon, room, "Ada", notices=agreed())
            equal(join.state, state, f"who agreed, {policy}")
            check("house" in json.dumps(answer.json.get("notices", [])), f"a notice without consent is shown as well: {answer}")
            equal(one.use(notices=agreed()).state, "admitted", "an invitee who agreed")
        for bad in ([{}], "x", [{**NOTICE, "consent": "yes"}], [{**NOTICE, "version": "3"}],
                    [{key: NOTICE[key] for key in ("id", "version")}]):
            daemon.web.post("/v1/meetings", {"policy": {"notices": bad}}, token=ada.token, expect="invalid-field")


@test()
def a_new_version_is_asked_before_the_next_grant_and_nobody_agrees_for_somebody_else():
    with Daemon(clock="still") as daemon:
        ada = host(daemon)
        policy = {**HELD, "notices": [NOTICE], "grant_seconds": 10}
        room = meeting(daemon, ada, policy=policy)
        waits, on_the_way = (wait_as(daemon, room, name, notices=agreed())[0] for name in ("Wen", "Cara"))
        admit(room, on_the_way)
        newer = {**NOTICE, "version": 4, "text": "This meeting is recorded and kept for a year."}
        change(room, policy={**policy, "notices": [newer]})
        equal(room.show()["policy"]["notices"][0]["version"], 4, "the notice in force")
        room.act("admit", waits, expect="participant-action-required")
        equal(row(room, waits)["state"], "waiting", "who was not asked yet")
        said = room.act("admit-waiting", body={"joins": [waits.id]}).json
        equal((said["admitted"], [item["code"] for item in said["skipped"]]), (0, ["participant-action-required"]), "in a group")
        shown = waits.look().json
        check("kept for a year" in json.dumps(shown), f"the joiner is not shown what to agree to: {shown}")
        for what, fields in (("the old version", {"version": 3}), ("one that is none", {"version": 5}),
                             ("another notice", {"id": "other"}), ("a word", {"agreed": "yes"})):
            answer = consent(waits, newer, expect=None, **fields)
            among(answer.status, (409, 422, 404, 200, 204) if what == "the old version" else (404, 409, 422), f"{what}: {answer}")
            room.act("admit", waits, expect="participant-action-required")
        among(daemon.web.post("/v1/joins/self/consents", agreed(newer)[0]).status, (401,), "without a ticket")
        among(daemon.web.post("/v1/joins/self/consents", agreed(newer)[0], token=ada.token).status, (401, 403), "by the host")
        consent(waits, newer)
        consent(waits, newer)   # idempotent
        admit(room, waits)
        daemon.clock.advance(11)   # the grant of before runs out, and the next waits for consent
        on_the_way.look()
        equal(on_the_way.grant, None, "a fresh grant without the new consent")
        consent(on_the_way, newer)
        on_the_way.look()
        check(on_the_way.state != "admitted" or on_the_way.grant, "no grant after the consent")
        # The agreement is bound to the text: the same version cannot come to say something else unasked.
        answer = change(room, expect=None, policy={**policy, "notices": [{**newer, "text": "All is sold."}]})
        among(answer.status, (200, 409, 422), f"another text under the same version: {answer}")
        if answer.status == 200:
            waits.look()
            equal(waits.grant, None, "a grant under a text that nobody agreed to")


@test()
def an_agreement_can_be_withdrawn_and_its_receipt_stands_in_the_joiner_s_record():
    with Daemon() as daemon:
        ada = host(daemon)
        room = meeting(daemon, ada, policy={**HELD, "notices": [NOTICE]}, title="Canary Title")
        other = knock(daemon, room, "Canary Neighbour", notices=agreed())
        join, _ = wait_as(daemon, room, "Wen", notices=agreed())
        record = daemon.web.get("/v1/joins/self/record", token=join.ticket, expect=200)
        text = json.dumps(record.json, ensure_ascii=False)
        check("Wen" in text, f"the record lacks the name: {text[:500]}")
        check(any(when > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(daemon.now() + 5)) for when in TIMES.findall(text)),
              f"the record does not say until when something is kept (section 6): {text[:500]}")
        receipt = next(receipts(record.json), None)
        check(receipt, f"no receipt of the agreement: {text[:800]}")
        equal((receipt["version"], receipt.get("agreed", True)), (3, True), "what was agreed to")
        check(TIMES.search(json.dumps(receipt)), f"when it was agreed to: {receipt}")
        digest = hashlib.sha256(NOTICE["text"].encode()).hexdigest()
        check(digest in json.dumps(receipt) or any("sha" in key or "hash" in key or "digest" in key for key in receipt),
              f"the receipt is not bound to the text: {receipt}")
        for secret in ("Canary", other.id, room.passcode, join.ticket, ada.id):
            check(secret.encode() not in record.bytes, f"the record tells {secret}")
        for token, status in ((None, 401), (ada.token, 401), (other.ticket[:-4] + "aaaa", 401)):
            among(daemon.web.get("/v1/joins/self/record", token=token).status, (status, 403), "another's bearer")
        before = len(daemon.admin.pages("/v1/audit", 200))
        consent(join, agreed=False)
        records = daemon.admin.pages("/v1/audit", 200)[before:]
        check(any(("consent" in item["event"] or "notice" in item["event"]) and item.get("subject") == join.id
                  for item in records), f"the withdrawal has no record of its own: {records}")
        room.act("admit", join, expect=("participant-action-required", "state-conflict"))
        join.look()
        equal(join.grant, None, "a grant after the withdrawal")
        after = list(receipts(daemon.web.get("/v1/joins/self/record", token=join.ticket, expect=200).json))
        check(any(item.get("agreed") is False or any("withdr" in key for key in item) for item in after),
              f"the record does not say that it was withdrawn: {after}")
        present(room, admit(room, other))
        consent(other, agreed=False)   # from inside as well; whether one may stay is the front end's to carry out
        other.look()
        equal(other.grant, None, "a fresh grant for who withdrew inside")
        flows.verified(daemon)


def receipts(value):
    """Every object in it that tells of the notice."""
    if isinstance(value, dict):
        if value.get("id", value.get("notice")) == "recording" and "version" in value:
            yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else []:
        yield from receipts(inner)


# --- what is kept --------------------------------------------------------------------------------------

@test()
def attendance_is_kept_where_the_policy_keeps_it_and_nowhere_else():
    with Daemon() as daemon:
        ada, eve = host(daemon), host(daemon)
        for kept in (True, False):
            room = meeting(daemon, ada, policy={**HELD, "names": "free", "attendance": kept})
            guest = inside(daemon, room, "Canary Guest")
            room.act("end")
            answer = daemon.web.get(room.path + "/attendance", token=ada.token)
            if kept:
                equal(answer.status, 200, "attendance, by the host")
                check(b"Canary Guest" in answer.bytes, f"who was there: {answer}")
                check(TIMES.search(answer.body.decode()), f"when: {answer}")
                check(guest.ticket.encode() not in answer.bytes and b"198.1" not in answer.bytes, "a ticket or an address")
            else:
                check(b"Canary Guest" not in answer.bytes, f"attendance that the policy does not keep: {answer}")
            for token, statuses in ((None, (401,)), (guest.ticket, (401, 403)), (eve.token, (403,))):
                other = daemon.web.get(room.path + "/attendance", token=token)
                among(other.status, statuses, "attendance, by another bearer")
                check(b"Canary" not in other.bytes, "attendance told to others")


# --- what is no person ---------------------------------------------------------------------------------

@test(answers="15")
def line_15_Teams_a_phone_is_no_member_never_the_first_and_waits_or_is_refused_as_the_policy_says():
    with Daemon() as daemon:
        ada, cleo = host(daemon), member(daemon)
        for kind in ("phone", "endpoint"):
            client = {"kind": kind}
            room = meeting(daemon, ada, policy={**OPEN, "phones": "as_guest"})
            first = knocking(daemon, room, "Phone 1", client)
            equal(first.state, "waiting", f"a {kind} is never the first to open (section 5.1)")
            present(room, arrive(daemon, room))
            equal(knocking(daemon, room, "Phone 2", client).state, "admitted", f"phones: as_guest, a {kind}")
            join = flows.Join(daemon, post(daemon, room, "Phone 3", client, token=cleo.token, passcode=room.passcode,
                                           expect=201).json, daemon.web)
            equal(row(room, join)["identity"]["class"], "guest", f"a member's {kind} is never a member")
            post(daemon, room, "Phone 4", client, token=cleo.token, expect="passcode-required")
            room = meeting(daemon, ada, policy={**OPEN, "phones": "wait"})
            present(room, arrive(daemon, room))
            join = knocking(daemon, room, "Phone 5", client)
            equal((join.state, row(room, join)["client"]["kind"]), ("waiting", kind), "phones: wait")
            admit(room, join)
            room = meeting(daemon, ada, policy={**OPEN, "phones": "refuse"})
            equal(post(daemon, room, "Phone 6", client, passcode=room.passcode).status, 403, "phones: refuse")
            equal(post(daemon, room, "Phone 6", client, passcode=guess()).code, "join-refused", "unproven: alike")
            equal(knock(daemon, room).state, "admitted", "a person where phones are refused")


@test()
def a_bot_is_never_admitted_unseen_and_is_shown_as_one_to_all():
    with Daemon() as daemon:
        ada, cleo, bot = host(daemon), member(daemon), {"kind": "bot", "name": "note-taker"}
        for policy in ({}, {"waiting_room": "off"}, OPEN, {**OPEN, "host_arrival": "admit_all"}, {"host_arrival": "admit_all"}):
            room = meeting(daemon, ada, policy={**policy, "bots": "wait"})
            one = invite(room, bypass_waiting_room=True)
            joins = [knocking(daemon, room, "Notes", bot),
                     flows.Join(daemon, post(daemon, room, "Notes 2", bot, token=cleo.token, passcode=room.passcode,
                                             expect=201).json, daemon.web),
                     flows.Join(daemon, post(daemon, room, "Notes 3", bot, invite=one.code, expect=201).json, daemon.web)]
            present(room, arrive(daemon, room))
            for join in joins:
                join.look()
                equal(join.state, "waiting", f"a bot with {policy}, after the host's arrival")
            said = room.act("admit-waiting").json
            equal((said["admitted"], len(said["skipped"])), (0, 3), f"admit-waiting and bots: {said}")
            admit(room, joins[0])
            seen = [row(room, joins[0]), flows.join_in(joins[0].look().json), flows.join_in(joins[0].redeem().json)]
            with flows.watch(room) as hosts:
                seen += [item for item in hosts.snapshot().data["joins"] if item["id"] == joins[0].id]
            for item in seen:
                equal(item["client"]["kind"], "bot", "shown as a bot")
        room = meeting(daemon, ada, policy={**OPEN, "bots": "refuse"})
        equal(post(daemon, room, "Notes", bot, passcode=room.passcode).status, 403, "bots: refuse")


def post(daemon, room, name, client, expect=None, **fields):
    """A knock whose body has a `client` (in `ask` that word is the front end)."""
    token = fields.pop("token", None)
    return daemon.web.post(room.path + "/joins", {"display_name": name, "client": client, "source": flows.source(), **fields},
                           token=token, expect=expect)


def knocking(daemon, room, name, client):
    return flows.Join(daemon, post(daemon, room, name, client, passcode=room.passcode, expect=201).json, daemon.web)
