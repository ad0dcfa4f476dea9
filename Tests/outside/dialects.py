"""Grants in other servers' dialects, TURN credentials, and the keys behind them (section 6.2), seen as those servers do."""

import base64, contextlib, hashlib, hmac, json, os, random, re, signal, stat, subprocess, threading, time, urllib.parse

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

import flows
import harness
from flows import admit, arrive, ask, host, inside, knock, meeting, own, present, verified
from harness import ALL_PERMISSIONS, Daemon, OTHER_UID, Stream, check, equal, soon, test

OPEN = {**flows.OPEN, "names": "free"}   # without a suffix to each guest's name

JITSI = dict(name="jitsi", dialect="jitsi", domain="meet.example.org", issuer="app")
LIVEKIT = dict(name="livekit", dialect="livekit", api_key="APIkey")
GALENE = dict(name="galene", dialect="galene", location="https://galene.example.org:8443/")
ROOM = dict(name="room", dialect="anteroom")
SECRET = "river-stone-" + "0123456789abcdef" * 2


def front_ends(audiences, permissions=ALL_PERMISSIONS):
    entries = [dict(name="web", uid=os.getuid(), permissions=permissions, audiences=audiences, source=True)]
    if os.getuid() == 0:
        entries.append(dict(name="other", uid=OTHER_UID, permissions=ALL_PERMISSIONS, audiences=["elsewhere"], source=True))
    return entries


def daemon_with(*audiences, turn=None, permissions=ALL_PERMISSIONS, **more):
    """A daemon whose front end `web` has these audiences, the first one by default."""
    names = [audience["name"] for audience in audiences]
    tables = {"audience": list(audiences) + ([dict(name="elsewhere")] if os.getuid() == 0 else [])}
    start = more.pop("start", True)
    daemon = Daemon(config=tables, frontends=front_ends(names, permissions), start=False, **more)
    if turn is not None:
        daemon.tables["turn"] = dict(uris=["turn:turn.example.org:3478?transport=udp"],
                                     secret_file=written(daemon, "turn.secret", SECRET), **turn)
    return daemon.start() if start else daemon


def written(daemon, name, text, mode=0o600):
    path = daemon.inside(name)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def pem_of(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def kid_of(token):
    return jwt.get_unverified_header(token)["kid"]


def published(daemon, token):
    """The key that a token names, from the JWK set."""
    found = [key for key in daemon.web.get("/v1/keys", expect=200).json["keys"] if key["kid"] == kid_of(token)]
    equal(len(found), 1, f"keys with the kid {kid_of(token)}")
    check(not {"d", "p", "q", "k"} & set(found[0]), "a private key is published")
    return found[0]


def own_secret(daemon, audience):
    """The secret that the daemon made, as an operator finds it."""
    [path] = [key["file"] for key in daemon.admin.get("/v1/status").json["keys"] if audience in key["audiences"]]
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, f"mode of {path}")
    with open(path) as file:
        return file.read().strip()


def guest(daemon, audience, name="Ada", policy=OPEN, **fields):
    """Somebody admitted with a grant for this audience: (meeting, join)."""
    room = meeting(daemon, host(daemon), policy=policy, **fields)
    return room, knock(daemon, room, name=name, audience=audience)


def revived(token, key, algorithm, claims=None, **header):
    """A token with other claims or another header, signed."""
    old = jwt.get_unverified_header(token)
    said = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode({**said, **(claims or {})}, key, algorithm, headers={"kid": old["kid"], "typ": old["typ"], **header})


def refused(daemon, token, what):
    equal(daemon.web.post("/v1/grants/introspect", {"grant": token}, expect=200).json, {"active": False}, f"introspect: {what}")
    daemon.web.post("/v1/grants/redeem", {"grant": token}, expect="invalid-token")


def signs_from(daemon, audience):
    return [key for key in daemon.admin.get("/v1/status").json["keys"] if audience in key["audiences"]]


# --- what each server reads ----------------------------------------------------------------------------

def as_prosody(daemon, token, domain, room, issuer="app", audience="jitsi", secret=None):
    """Jitsi's plug-ins: the key by the SHA-256 of `kid`, or the app's secret; issuer, audience, room, context."""
    header = jwt.get_unverified_header(token)
    equal(header["typ"], "JWT", "typ, which the library asks for")
    key, algorithm = secret, "HS256"
    if secret is None:
        name = hashlib.sha256(header["kid"].encode()).hexdigest()
        key, algorithm = daemon.web.get(f"/v1/keys/{name}.pem", expect=200).body.decode(), "RS256"
    claims = jwt.decode(token, key, algorithms=[algorithm], audience=audience, issuer=issuer,
                        options={"require": ["iss", "aud", "sub", "exp", "nbf"]})
    check(isinstance(claims["aud"], str), "aud is a string")
    equal(claims["sub"], domain, "sub")
    equal(claims["room"], room, "room")
    equal(claims["room"], claims["room"].lower(), "room is lower case")
    return claims


def as_galene(keys, token, group, host="galene.example.org:8443"):
    """Galene's own check: the key by `kid` and `alg`, `exp` required, `aud` the group's address."""
    header = jwt.get_unverified_header(token)
    [key] = [key for key in keys if key["alg"] == header["alg"] and key.get("kid") == header["kid"]]
    equal((key["kty"], key["crv"], key["alg"]), ("EC", "P-256", "ES256"), "the kinds of key that Galene reads")
    claims = jwt.decode(token, jwt.PyJWK(key).key, algorithms=[key["alg"]], leeway=5,
                        options={"require": ["exp"], "verify_aud": False})
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    check(any(url.netloc == host and urllib.parse.unquote(url.path) == f"/group/{group}/"
              for url in map(urllib.parse.urlparse, audiences)), f"a token for the group {group}: {audiences}")
    check("include-subgroups" not in claims, "a token for the groups above as well")
    check(all(isinstance(item, str) for item in claims["permissions"]), "permissions")
    return claims["sub"], claims["permissions"]


@test()
def jitsi_s_checks_take_a_grant_under_RS256_and_know_who_moderates():
    with daemon_with(JITSI, ROOM) as daemon:
        room, ada = guest(daemon, "jitsi")
        claims = as_prosody(daemon, ada.grant, "meet.example.org", room.id)
        key = published(daemon, ada.grant)
        equal((key["kty"], key["alg"], key["use"]), ("RSA", "RS256", "sig"), "the JWK")
        jwt.decode(ada.grant, jwt.PyJWK(key).key, algorithms=["RS256"], audience="jitsi")
        user = claims["context"]["user"]
        equal((user["id"], user["name"], user["affiliation"], user["moderator"]), (ada.id, "Ada", "member", False), "the guest")
        check(not any(claims["context"]["features"].values()), f"a guest may nothing besides: {claims['context']['features']}")
        check(0 < claims["exp"] - time.time() <= 60 and claims["nbf"] == claims["iat"] - 5, "times")
        owner = arrive(daemon, room, audience="jitsi")
        context = as_prosody(daemon, owner.grant, "meet.example.org", room.id)["context"]
        equal((context["user"]["affiliation"], context["user"]["moderator"]), ("owner", True), "the host")
        equal(context["features"]["recording"], True, "the host's features")


@test()
def jitsi_s_checks_take_a_grant_under_HS256_with_the_app_s_secret():
    with daemon_with(JITSI, start=False) as daemon:
        path = written(daemon, "app.secret", SECRET + "\n")
        daemon.tables["audience"][0] = dict(JITSI, algorithm="HS256", key_file=path, key_id="app-1", aud="conference")
        daemon.start()
        room, ada = guest(daemon, "jitsi", external="team-7")
        equal(kid_of(ada.grant), "app-1", "kid, as key_id says")
        as_prosody(daemon, ada.grant, "meet.example.org", "team-7", audience="conference", secret=SECRET)
        equal([key for key in daemon.web.get("/v1/keys").json["keys"] if key["kid"] == "app-1"], [], "a secret is not published")
        present(room, ada)


@test()
def a_room_of_jitsi_is_the_external_name_only_where_nobody_else_can_mean_it():
    with daemon_with(JITSI) as daemon:
        owner = host(daemon)
        # `*` would be every room of the server, and names that differ in case alone are one room to it.
        for external, taken in (("team", True), ("Team", False), ("*", False), ("täm", False), ("t am", False)):
            room = meeting(daemon, owner, policy=OPEN, external=external)
            ada = knock(daemon, room)
            as_prosody(daemon, ada.grant, "meet.example.org", external if taken else room.id)
            present(room, ada)


@test()
def livekit_s_checks_take_a_grant_that_says_every_permission():
    with daemon_with(LIVEKIT) as daemon:
        room, ada = guest(daemon, "livekit", external="Team 7")
        secret = own_secret(daemon, "livekit")
        check(len(secret) >= 43, f"a secret of {len(secret)} characters")
        claims = jwt.decode(ada.grant, secret, algorithms=["HS256"], issuer="APIkey",
                            options={"require": ["iss", "sub", "nbf", "exp"]})
        equal((claims["sub"], claims["name"]), (ada.id, "Ada"), "identity and name")
        video = claims["video"]
        equal((video["room"], video["roomJoin"], video["canSubscribe"], video["hidden"]), ("Team 7", True, True, False), "video")
        equal((video["canPublish"], video["canPublishSources"]), (False, []), "publish_on_entry is nothing")
        check(not any(video[name] for name in ("roomAdmin", "roomCreate", "roomList", "roomRecord", "recorder",
                                               "canUpdateOwnMetadata")), f"power over the room: {video}")
        room.act("publish", ada, body={"audio": True, "screen": True})
        ada.look()
        video = jwt.decode(ada.grant, secret, algorithms=["HS256"])["video"]
        equal(video["canPublishSources"], ["microphone", "screen_share", "screen_share_audio"], "what a host allowed")
        equal(video["canPublish"], True, "canPublish")
        room.act("role", ada, body={"role": "viewer"})
        ada.look()
        video = jwt.decode(ada.grant, secret, algorithms=["HS256"])["video"]
        equal((video["canPublish"], video["canPublishSources"], video["canPublishData"]), (False, [], False), "a viewer")
        check("APIkey" in jwt.decode(arrive(daemon, room, audience="livekit").grant, secret, algorithms=["HS256"])["iss"], "host")


@test()
def galene_s_checks_take_a_grant_for_its_group_alone():
    with daemon_with(GALENE, LIVEKIT, ROOM) as daemon:
        for external in (None, "team/7", "a b?c#d", "täm"):
            room, ada = guest(daemon, "galene", **({"external": external} if external else {}))
            keys = [published(daemon, ada.grant)]
            equal(as_galene(keys, ada.grant, external or room.id), ("Ada", ["message"]), f"a guest of {external}")
            with contextlib.suppress(harness.Failure):
                as_galene(keys, ada.grant, "other")
                raise AssertionError("a token for another group")
            owner = arrive(daemon, room, audience="galene")
            equal(as_galene(keys, owner.grant, external or room.id)[1], ["op", "present", "message"], "the host")
            room.act("publish", ada, body={"video": True})
            ada.look()
            equal(as_galene(keys, ada.grant, external or room.id)[1], ["present", "message"], "a guest who may send")


# --- under all the rules that our own obeys ------------------------------------------------------------

@test()
def a_grant_of_any_dialect_is_redeemed_once_and_dies_with_its_epoch():
    with daemon_with(JITSI, LIVEKIT, GALENE) as daemon:
        for audience in ("jitsi", "livekit", "galene"):
            room, ada = guest(daemon, audience)
            said = daemon.web.post("/v1/grants/introspect", {"grant": ada.grant}, expect=200).json
            equal((said["active"], said["join"]["id"], said["meeting"]["id"], said["redeemed"]),
                  (True, ada.id, room.id, False), f"introspection of {audience}")
            if os.getuid() == 0:
                daemon.other.post("/v1/grants/redeem", {"grant": ada.grant}, expect="invalid-token")
                equal(daemon.other.post("/v1/grants/introspect", {"grant": ada.grant}).json, {"active": False}, "elsewhere")
            present(room, ada)
            first = ada.grant
            ada.grant = jwt_of(first, ada)
            daemon.web.post("/v1/grants/redeem", {"grant": first}, expect=200)   # the one that present() fetched anew
            daemon.web.post("/v1/grants/redeem", {"grant": first}, expect="grant-already-used")
            bob = knock(daemon, room, name="Bob", audience=audience)
            room.act("remove", bob)
            ada.look()
            daemon.web.post("/v1/grants/redeem", {"grant": first}, expect=("grant-already-used", "grant-outdated"))
            daemon.web.post("/v1/grants/redeem", {"grant": bob.grant}, expect=("join-refused", "grant-outdated"))
            equal(daemon.web.post("/v1/grants/introspect", {"grant": bob.grant}).json, {"active": False}, "a removed one's")
            stale = ada.grant
            room.act("lock")
            daemon.web.post("/v1/grants/redeem", {"grant": stale}, expect="grant-outdated")
        verified(daemon)


def jwt_of(grant, join):
    """The grant's claims are one join's."""
    equal(jwt.decode(grant, options={"verify_signature": False})["anteroom"]["sub"], join.id, "our own claims")
    return grant


@test()
def a_grant_of_a_dialect_lives_no_longer_than_it_says():
    with daemon_with(JITSI, LIVEKIT, GALENE, clock=True) as daemon:
        room, _ = guest(daemon, "jitsi", policy={**OPEN, "grant_seconds": 10})
        joins = [knock(daemon, room, audience=audience) for audience in ("jitsi", "livekit", "galene")]
        daemon.clock.advance(11)
        for join in joins:
            refused(daemon, join.grant, "an expired grant")


@test(answers="67")
def line_67_jose_swift_no_dialect_lets_a_token_choose_how_it_is_checked():
    with daemon_with(JITSI, LIVEKIT, GALENE, ROOM) as daemon:
        encode = lambda part: base64.urlsafe_b64encode(part).rstrip(b"=").decode()   # noqa: E731
        pems = [daemon.web.get(key["public"]).body for key in daemon.admin.get("/v1/status").json["keys"] if "public" in key]
        equal(len(pems), 3 + (os.getuid() == 0) * 0, "public keys")
        own_rsa, own_ec = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
        for audience in ("jitsi", "livekit", "galene", "room"):
            room, ada = guest(daemon, audience)
            header = jwt.get_unverified_header(ada.grant)
            head, payload, signature = ada.grant.split(".")
            for alg in ("none", "None", "nOnE", "NONE", "", None, "HS256", "RS256", "ES256", "HS512", "RS512"):
                forged = encode(json.dumps({**header, "alg": alg}, separators=(",", ":")).encode())
                refused(daemon, f"{forged}.{payload}.", f"{audience}: alg {alg!r} without a signature")
                if alg != header["alg"]:
                    refused(daemon, f"{forged}.{payload}.{signature}", f"{audience}: alg {alg!r} with the old signature")
                for secret in pems + [b"", b"secret", header["kid"].encode()]:
                    code = hmac.new(secret, f"{forged}.{payload}".encode(), "sha256").digest()
                    refused(daemon, f"{forged}.{payload}.{encode(code)}", f"{audience}: alg {alg!r} by a known secret")
            refused(daemon, f"{head}.{payload}", f"{audience}: two parts")
            for what, token in {
                "another RSA key": revived(ada.grant, own_rsa, "RS256"), "another EC key": revived(ada.grant, own_ec, "ES256"),
                "another secret": revived(ada.grant, SECRET, "HS256"),
                "an unknown kid": revived(ada.grant, SECRET, "HS256", kid="x"),
                "a kid that is a path": revived(ada.grant, SECRET, "HS256", kid="../../root.key"),
                "another type": revived(ada.grant, SECRET, "HS256", typ="at+jwt"),
            }.items():
                refused(daemon, token, f"{audience}: {what}")
            claims = jwt.decode(ada.grant, options={"verify_signature": False})
            changed = encode(json.dumps({**claims, "room": "other", "exp": 4102444800}).encode())
            refused(daemon, f"{head}.{changed}.{signature}", f"{audience}: changed claims")
            present(room, ada)


@test()
def who_has_a_server_s_secret_makes_no_grant_of_ours():
    """A media server that was taken over has the secret: it can let in whom it likes, and change nothing here."""
    with daemon_with(LIVEKIT, ROOM) as daemon:
        room, ada = guest(daemon, "livekit")
        secret = own_secret(daemon, "livekit")
        claims = jwt.decode(ada.grant, secret, algorithms=["HS256"])
        for what, other in {
            "more power": {"video": {**claims["video"], "roomAdmin": True}},
            "another room": {"video": {**claims["video"], "room": "other"}},
            "another audience": {"anteroom": {**claims["anteroom"], "aud": "room"}},
            "another name beside ours": {"name": "Eve"}, "a later end": {"exp": claims["exp"] + 60},
        }.items():
            refused(daemon, revived(ada.grant, secret, "HS256", other), what)
        refused(daemon, jwt.encode(claims["anteroom"], secret, "HS256", headers={
            "kid": kid_of(ada.grant), "typ": "anteroom-grant+jwt"}), "our dialect under that secret")
        present(room, ada)


# --- TURN ----------------------------------------------------------------------------------------------

def turn_in(answer, now):
    turn = answer["turn"]
    equal(set(turn), {"uris", "username", "credential", "expires_at"}, "members of turn (section 6.2)")
    code = base64.b64encode(hmac.new(SECRET.encode(), turn["username"].encode(), "sha1").digest()).decode()
    equal(turn["credential"], code, "the credential, by coturn's scheme")
    end, join = turn["username"].split(":", 1)
    equal(join, answer["join"]["id"] if isinstance(answer["join"], dict) else answer["join"], "whose it is")
    check(0 < int(end) - now <= 600, f"{int(end) - now} s of TURN")
    equal(turn["expires_at"][:19], time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(end))), "expires_at")
    return turn


@test()
def turn_comes_with_each_grant_and_never_to_who_waits():
    with daemon_with(ROOM, LIVEKIT, turn={"seconds": 300}, clock=True) as daemon:
        room = meeting(daemon, host(daemon))
        waiting = ask(daemon, room, passcode=room.passcode, expect=201)
        check(b"turn" not in waiting.body, f"a waiting join is told of TURN: {waiting.body}")
        ada = knock(daemon, room)
        check(b"turn" not in ada.look().body, "a waiting join is told of TURN")
        with own(ada) as stream:
            check("turn" not in stream.snapshot().data, "a waiting join's snapshot")
            room.act("admit", ada)
            turn_in(stream.expect("join.admitted").data, daemon.now())
        first = turn_in(ada.look().json, daemon.now())
        daemon.clock.advance(2)
        check(turn_in(ada.look().json, daemon.now())["username"] != first["username"], "not renewed through the ticket")
        with own(ada) as stream:
            turn_in(stream.snapshot().data, daemon.now())
        present(room, ada)
        turn_in(ada.look().json, daemon.now())
        turn_in(ask(daemon, room, token=room.owner.token, audience="livekit", expect=201).json, daemon.now())
        room.act("send-back", ada)
        check(b"turn" not in ada.look().body, "sent back and told of TURN")
        room.act("deny", ada)
        check(b"turn" not in ada.look().body, "denied and told of TURN")
        check(SECRET.encode() not in daemon.log(), "the secret is in the log")


@test()
def a_front_end_without_grants_is_not_told_of_turn():
    permissions = [name for name in ALL_PERMISSIONS if name != "grants"]
    with daemon_with(ROOM, turn={}, permissions=permissions) as daemon:
        room = meeting(daemon, host(daemon), policy=OPEN)
        answer = ask(daemon, room, passcode=room.passcode, expect=201)
        check(b"turn" not in answer.body and b"grant" not in answer.body, f"{answer.body}")


@test()
def no_turn_where_none_is_configured():
    with daemon_with(ROOM) as daemon:
        room = meeting(daemon, host(daemon), policy=OPEN)
        check(b"turn" not in ask(daemon, room, passcode=room.passcode, expect=201).body, "turn without a server")


# --- keys ----------------------------------------------------------------------------------------------

def rotated(daemon, audience=None, expect=200, **more):
    body = {**({"audience": audience} if audience else {}), **more}
    return daemon.admin.post("/v1/keys/rotate", body or None, expect=expect).json


@test()
def a_rotation_overlaps_and_lasts_over_restarts_and_kills():
    with daemon_with(ROOM, JITSI, GALENE, clock=True) as daemon:
        rooms = {name: guest(daemon, name) for name in ("room", "jitsi", "galene")}
        before = {name: kid_of(join.grant) for name, (_, join) in rooms.items()}
        said = rotated(daemon)
        equal(said["skipped"], [], "nothing is skipped")
        equal(sorted(key["alg"] for key in said["keys"]), ["ES256", "ES256", "RS256"], "the new keys")
        check(all(key["state"] == "signing" for key in said["keys"]), f"they sign from now on: {said}")
        for round_ in range(3):
            for name, (room, join) in rooms.items():
                old, fresh = join.grant, json.loads(join.look().body)["grant"]
                if round_ == 0:
                    check(kid_of(fresh) != before[name], f"{name}: the old key still signs")
                    equal(daemon.web.post("/v1/grants/introspect", {"grant": old}).json["active"], True, f"{name}: the old grant")
                    published(daemon, old)
                published(daemon, fresh)
                equal(daemon.web.post("/v1/grants/introspect", {"grant": fresh}).json["active"], True, f"{name}: the new grant")
            if round_ == 0:
                daemon.kill()
                daemon.start()
            elif round_ == 1:
                daemon.restart()
        equal({kid_of(join.grant) for _, join in rooms.values()} & set(before.values()), set(), "after restarts")
        kids = {key["kid"] for key in daemon.web.get("/v1/keys").json["keys"]}
        check(set(before.values()) <= kids, "the old keys stay published")
        daemon.clock.advance(3601)
        kids = {key["kid"] for key in daemon.web.get("/v1/keys").json["keys"]}
        check(not set(before.values()) & kids, "the old keys are gone after an hour")
        daemon.restart()
        equal({key["kid"] for key in daemon.web.get("/v1/keys").json["keys"]}, kids, "and stay gone")
        keys = [name for name in os.listdir(daemon.inside("keys")) if name != "root.key"]
        equal(len(keys), 3, f"files of keys that are over stay: {keys}")
        for name in keys:
            equal(stat.S_IMODE(os.stat(daemon.inside("keys/" + name)).st_mode), 0o600, f"mode of {name}")
        records = daemon.admin.get("/v1/audit?event=key.rotated&limit=200").json["items"]
        equal({record["subject"] for record in records}, {key["kid"] for key in said["keys"]}, "audited, each")
        check(all(record["actor"] == f"operator:{os.getuid()}" for record in records), "by whom")
        verified(daemon)


@test(answers="77")
def line_77_crash_safety_no_key_signs_that_the_audit_does_not_know_of():
    with daemon_with(ROOM, GALENE) as daemon:
        first = {key["kid"] for key in daemon.admin.get("/v1/status").json["keys"]}
        answered = set()
        for round_ in range(12):
            def rotate():
                with contextlib.suppress(Exception):
                    answered.update(key["kid"] for key in rotated(daemon, "galene" if round_ % 2 else "room")["keys"])
            thread = threading.Thread(target=rotate)
            thread.start()
            time.sleep(random.random() * 0.012)
            daemon.kill()
            thread.join()
            daemon.start()
            kids = {key["kid"] for key in daemon.admin.get("/v1/status").json["keys"]}
            audited = {item["subject"] for item in daemon.admin.get("/v1/audit?event=key.rotated&limit=200").json["items"]}
            check(kids - first <= audited, f"keys that no record tells of: {kids - first - audited}")
            check(answered <= kids, f"a rotation that was answered is gone: {answered - kids}")
            for audience in ("room", "galene"):
                room, ada = guest(daemon, audience) if round_ == 11 else (None, None)
                if ada:
                    present(room, ada)
        left = [name for name in os.listdir(daemon.inside("keys")) if not re.fullmatch(r"root\.key|grants-\S+\.\d+\.pem", name)]
        equal(left, [], "what a crash left in the key directory")
        verified(daemon)


@test()
def a_key_is_published_before_it_signs_where_a_server_has_to_be_given_it():
    with daemon_with(GALENE, clock=True) as daemon:
        room, ada = guest(daemon, "galene")
        [key] = rotated(daemon, "galene", signs_in=600)["keys"]
        equal(key["state"], "next", "state")
        ada.look()
        check(kid_of(ada.grant) != key["kid"], "it signs already")
        check(key["kid"] in {key["kid"] for key in daemon.web.get("/v1/keys").json["keys"]}, "it is not published")
        daemon.clock.advance(601)
        room, ada = guest(daemon, "galene")
        equal(kid_of(ada.grant), key["kid"], "it does not sign")


@test()
def a_shared_secret_is_rotated_by_its_name_alone():
    with daemon_with(ROOM, LIVEKIT) as daemon:
        room, ada = guest(daemon, "livekit")
        secret = own_secret(daemon, "livekit")
        equal(rotated(daemon)["skipped"], [{"audience": "livekit", "reason": "shared-secret"}], "all but the secret")
        [key] = rotated(daemon, "livekit")["keys"]
        check("public" not in key and key["alg"] == "HS256", f"{key}")
        with open(key["file"]) as file:
            fresh = file.read().strip()
        check(fresh != secret, "the same secret")
        old = ada.grant
        ada.look()
        jwt.decode(ada.grant, fresh, algorithms=["HS256"])
        present(room, ada)
        equal(daemon.web.post("/v1/grants/introspect", {"grant": old}).json["active"], True, "a grant of before")
        check(fresh.encode() not in daemon.log() and secret.encode() not in daemon.log(), "a secret in the log")


@test()
def a_rotation_is_the_operator_s_and_says_why_it_is_refused():
    with daemon_with(GALENE, start=False) as daemon:
        path = written(daemon, "own.pem", pem_of(ec.generate_private_key(ec.SECP256R1())))
        daemon.tables["audience"].append(dict(name="given", key_file=path))
        daemon.start()
        daemon.web.post("/v1/keys/rotate", {}, expect="permission-denied")
        rotated(daemon, "nobody", expect="not-found")
        said = rotated(daemon, "given", expect="state-conflict")
        check(path in said["detail"] and "reload" in said["detail"], f"the advice: {said['detail']}")
        for body in ({"audience": 5}, {"signs_in": -1}, {"signs_in": 86401}, {"signs_in": "5"}, {"now": True}):
            daemon.admin.post("/v1/keys/rotate", body, expect="invalid-field")
        for _ in range(15):
            rotated(daemon, "galene")
        rotated(daemon, "galene", expect="state-conflict")
        codes = harness.parallel(8, lambda _: daemon.admin.post("/v1/keys/rotate", {"audience": "galene"}).status)
        equal(set(codes), {409}, "more than may be")


@test()
def a_given_key_is_changed_by_its_file_and_a_reload():
    with daemon_with(ROOM, start=False) as daemon:
        path = written(daemon, "own.pem", pem_of(ec.generate_private_key(ec.SECP256R1())))
        daemon.tables["audience"][0] = dict(ROOM, key_file=path, key_id="mine")
        daemon.start()
        room, ada = guest(daemon, "room")
        old = ada.grant
        equal(kid_of(old), "mine", "kid")
        jwt.decode(old, jwt.PyJWK(published(daemon, old)).key, algorithms=["ES256"], audience="room")

        def reload(word):
            seen = daemon.log().count(word)
            os.kill(daemon.pid, signal.SIGHUP)
            soon(f"{word} in the log after SIGHUP", lambda: daemon.log().count(word) > seen)

        written(daemon, "own.pem", "no key")
        reload(b"the running one stays")
        ada.look()
        equal(daemon.web.post("/v1/grants/introspect", {"grant": ada.grant}).json["active"], True, "after a mistake")
        key = ec.generate_private_key(ec.SECP256R1())
        written(daemon, "own.pem", pem_of(key))
        reload(b"configuration read again")
        ada.look()
        jwt.decode(ada.grant, key.public_key(), algorithms=["ES256"], audience="room")
        for token in (old, ada.grant):
            equal(daemon.web.post("/v1/grants/introspect", {"grant": token}).json["active"], True, "both keys are read")
        # An audience that was not there before, with a key that is made now.
        daemon.tables["audience"].append(GALENE)
        daemon.tables["frontend"][0]["audiences"].append("galene")
        with open(daemon.config_path, "w") as file:
            file.write(harness.toml(daemon.tables))
        reload(b"configuration read again")
        room, bob = guest(daemon, "galene")
        present(room, bob)


@test()
def a_key_that_others_could_read_stops_the_start():
    with daemon_with(LIVEKIT, start=False) as daemon:
        path = written(daemon, "secret", SECRET)
        daemon.tables["audience"][0] = dict(LIVEKIT, key_file=path)
        daemon.tables["turn"] = dict(uris=["turn:t.example.org"], secret_file=written(daemon, "turn", SECRET))
        with open(daemon.config_path, "w") as file:
            file.write(harness.toml(daemon.tables))

        def checked():
            return subprocess.run([harness.DAEMON, "--check-config", "--config", daemon.config_path], capture_output=True,
                                  text=True)
        equal(checked().returncode, 0, f"safe files: {checked().stderr}")
        for name, key in (("secret", "key_file"), ("turn", "secret_file")):
            for mode in (0o644, 0o604, 0o660, 0o666):
                os.chmod(daemon.inside(name), mode)
                said = checked()
                equal(said.returncode, 10, f"{name} with mode {mode:o}")
                with open(daemon.config_path) as file:
                    line = next(number for number, text in enumerate(file, 1) if text.startswith(key + " "))
                check(re.search(rf"{re.escape(daemon.config_path)}:{line}: .*{key}.*0{mode:o}.*chmod", said.stderr), said.stderr)
            os.chmod(daemon.inside(name), 0o600)
        check(SECRET not in checked().stderr, "a secret in a message")


@test()
def the_command_line_shows_keys_and_rotates_them():
    with daemon_with(JITSI, LIVEKIT, GALENE) as daemon:
        table = daemon.ctl("keys", "show").stdout.decode()
        for word in ("jitsi", "livekit", "galene", "RS256", "HS256", "ES256", "signing", daemon.inside("keys")):
            check(word in table, f"{word} is not in the list:\n{table}")
        room, ada = guest(daemon, "galene")
        jwk = json.loads(daemon.ctl("keys", "show", "galene").stdout)
        equal(jwk, published(daemon, ada.grant), "the JWK of an audience")
        equal(as_galene([jwk], ada.grant, room.id), ("Ada", ["message"]), "Galene with that JWK")
        room, bob = guest(daemon, "jitsi")
        pem = daemon.ctl("keys", "show", "jitsi", "--pem").stdout.decode()
        jwt.decode(bob.grant, pem, algorithms=["RS256"], audience="jitsi")
        said = daemon.ctl("keys", "show", "livekit")
        check(said.returncode != 0 and own_secret(daemon, "livekit").encode() not in said.stdout + said.stderr, "a secret is shown")
        check(b"grants-for-livekit" in said.stderr, f"where it is: {said.stderr}")
        equal(daemon.ctl("keys", "show", "nobody").returncode, 3, "an unknown audience")
        said = daemon.ctl("keys", "rotate", "jitsi", "--signs-in", "60")
        check(said.returncode == 0 and b"next" in said.stdout, f"{said.stdout}{said.stderr}")
        said = daemon.ctl("keys", "rotate")
        check(said.returncode == 0 and b"livekit keeps its key" in said.stderr, f"{said.stdout}{said.stderr}")
        equal(daemon.ctl("keys", "rotate", "--signs-in", "86401").returncode, 64, "wrong usage")
        equal(daemon.ctl("keys", "rotate", "nobody").returncode, 3, "an unknown audience")
