"""Section 4: a sign-in with an identity token from elsewhere, made here by an independent library (PyJWT), and every way to forge one."""

import base64, hashlib, hmac, json, os, random, signal

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

import flows
from acts import *
from configuration import run_check
from flows import account, fresh_ip, host, member

ISSUER, AUDIENCE = "https://id.example.org/realms/house", "anteroom-web"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Issuer:
    """An identity provider with a key of each kind."""
    keys = None

    def __init__(self, daemon):
        if Issuer.keys is None:
            Issuer.keys = {"es": ("ES256", ec.generate_private_key(ec.SECP256R1())), "rs": ("RS256", rsa.generate_private_key(65537, 2048)),
                           "ed": ("EdDSA", ed25519.Ed25519PrivateKey.generate()), "ps": ("PS256", rsa.generate_private_key(65537, 2048))}
        self.daemon = daemon

    def jwk(self, kid, **more):
        algorithm, key = self.keys[kid]
        maker = {"ES256": jwt.algorithms.ECAlgorithm, "EdDSA": jwt.algorithms.OKPAlgorithm}.get(algorithm, jwt.algorithms.RSAAlgorithm)
        made = jwk_of_ec(key.public_key()) if algorithm == "ES256" else json.loads(maker.to_jwk(key.public_key()))
        made.pop("key_ops", None)
        return {**made, "kid": kid, "alg": algorithm, "use": "sig", **more}

    def jwks(self):
        return {"keys": [self.jwk(kid) for kid in self.keys]}

    def claims(self, **more):
        now = int(self.daemon.now())
        made = {"iss": ISSUER, "aud": AUDIENCE, "sub": "sub-" + secrets.token_hex(6), "iat": now, "exp": now + 300,
                "jti": secrets.token_hex(8), "preferred_username": "person-" + secrets.token_hex(5), "email": "somebody@example.org", **more}
        return {key: value for key, value in made.items() if value is not ...}

    def token(self, kid="es", headers=None, **claims):
        algorithm, key = self.keys[kid]
        return jwt.encode(self.claims(**claims), key, algorithm, headers={"kid": kid, **(headers or {})})

    def raw(self, header, payload, kid="es"):
        """Signed rightly, whatever stands in it: header and payload are bytes."""
        algorithm, key = self.keys[kid]
        text = f"{b64(header)}.{b64(payload)}"
        return f"{text}.{b64(self.sign(kid, text.encode()))}"

    def sign(self, kid, data):
        algorithm, key = self.keys[kid]
        if algorithm == "ES256":
            r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        if algorithm == "EdDSA":
            return key.sign(data)
        way = padding.PKCS1v15() if algorithm == "RS256" else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return key.sign(data, way, hashes.SHA256())

    def public_pem(self, kid):
        return self.keys[kid][1].public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def jwk_of_ec(public):
    numbers = public.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}


def daemon_with(clock=False, jwks=None, start=True, config=None, **settings):
    daemon = Daemon(clock=clock, start=False, config={**GENEROUS, **(config or {})})
    issuer = Issuer(daemon)
    path = daemon.inside("jwks.json")
    with open(path, "w") as file:
        json.dump(jwks if jwks is not None else issuer.jwks(), file)
    daemon.tables["issuer"] = [dict(dict(name="house", iss=ISSUER, audience=AUDIENCE, jwks_file=path, username_claim="preferred_username", provision=True,
                                         vouched=True, second_factor_amr=["mfa", "otp", "hwk"]), **settings)]
    return (daemon.start() if start else daemon), issuer


def show(daemon, token, expect=None, ip=None):
    return daemon.web.post("/v1/sessions/federated", {"id_token": token, "source": flows.source(ip)}, expect=expect)


def refused(daemon, token, what):
    answer = show(daemon, token)
    check((answer.status, answer.code) == (401, UNIFORM), f"{what}: {answer} (section 4)")
    return answer


# --- what is right -------------------------------------------------------------------------------------

@test()
def each_kind_of_signature_is_taken_and_the_account_is_the_same_at_every_sign_in():
    with daemon_with()[0] as daemon:
        issuer = Issuer(daemon)
        for kid in issuer.keys:
            sub, name = f"sub of {kid}", f"person.{kid}"
            said = show(daemon, issuer.token(kid, sub=sub, preferred_username=name), expect=201).json
            check({"session", "token", "known_device"} <= set(said), f"{kid}: the answer, as of POST /v1/sessions: {set(said)} (section 4)")
            equal((said["session"]["factors"], said["session"]["account"]["username"]), (1, name), f"{kid}: the session")
            check(active(daemon, said["token"]), f"{kid}: the token")
            again = show(daemon, issuer.token(kid, sub=sub, preferred_username="another.name", email="other@example.org"), expect=201).json
            equal(again["session"]["account"]["id"], said["session"]["account"]["id"], f"{kid}: by issuer and sub, whatever the name says")
            other = show(daemon, issuer.token(kid, sub=sub + "2", preferred_username=name + "2"), expect=201).json
            check(other["session"]["account"]["id"] != said["session"]["account"]["id"], "another sub, the same account")
        factor = show(daemon, issuer.token(amr=["pwd", "otp"]), expect=201).json
        equal(factor["session"]["factors"], 2, "factors, with a second one that the issuer vouches for (second_factor_amr)")
        for amr in (["pwd"], [], ["OTP"], ["otpx"], "otp", None, [["otp"]], ...):
            answer = show(daemon, issuer.token(amr=amr))
            check(answer.status == 401 or answer.json["session"]["factors"] == 1, f"amr {amr!r}: {answer}")
        one = daemon.admin.get("/v1/accounts?username=person.es", expect=200).json["items"][0]
        equal((one["vouched"], one["roles"], one["disabled"]), (True, [], False), "the account that was made")
        sign_in_as(daemon, "person.es", WRONG, expect=UNIFORM)   # it has no password
        sign_in_as(daemon, "person.es", "", expect=(401, 422))
        flows.verified(daemon)


@test()
def an_account_is_made_where_the_configuration_says_and_vouched_where_it_says():
    with daemon_with(vouched=False)[0] as daemon:
        said = show(daemon, Issuer(daemon).token(preferred_username="ada"), expect=201).json
        equal(daemon.admin.get(f"/v1/accounts/{said['session']['account']['id']}").json["account"]["vouched"], False, "vouched = false")
    with daemon_with(provision=False)[0] as daemon:
        issuer, ada = Issuer(daemon), account(daemon, username="ada")
        unknown = refused(daemon, issuer.token(preferred_username="nobody"), "an unknown sub without provision")
        taken = refused(daemon, issuer.token(preferred_username="ada"), "an unknown sub with a name that exists")
        bad = refused(daemon, issuer.token(preferred_username="ada")[:-4] + "AAAA", "a bad signature")
        equal(unknown.comparable(), taken.comparable(), "unknown and taken")
        equal(unknown.comparable(), bad.comparable(), "unknown and a bad signature (section 2: uniform)")
        equal(len(daemon.admin.pages("/v1/accounts", 200)), 1, "accounts that were made")
        ada.start(expect=201)
    with Daemon() as daemon:
        among(show(daemon, "x.y.z").status, (401, 404), "with no issuer configured")


@test()
def an_issuer_s_name_that_claims_to_be_the_host_is_not_taken_over():
    with daemon_with()[0] as daemon:
        issuer = Issuer(daemon)
        for name in ("Host", "The Moderator", "\uff33upport"):
            said = show(daemon, issuer.token(name=name, preferred_username="mallory-" + secrets.token_hex(3)), expect=201).json
            equal(said["session"]["account"]["display_name"], said["session"]["account"]["username"], f"the display name, where the issuer says {name!r}")
        said = show(daemon, issuer.token(name="Mallory", preferred_username="mallory"), expect=201).json
        equal(said["session"]["account"]["display_name"], "Mallory", "another name")
        for name in ("host", "admin"):
            answer = show(daemon, issuer.token(name="Mallory", preferred_username=name))
            equal((answer.status, answer.code), (422, "username-not-allowed"), f"a newcomer with the username {name!r}")


@test()
def a_name_or_an_address_that_is_taken_takes_no_account_over():
    with daemon_with()[0] as daemon:
        issuer, ada = Issuer(daemon), host(daemon, username="ada")
        before = shown(daemon, ada)
        for name in ("ada", "ADA", "\uff21da", "a\u200bda"):
            answer = show(daemon, issuer.token(preferred_username=name, email="ada@example.org", email_verified=True))
            if answer.status == 201:
                check(answer.json["session"]["account"]["id"] != ada.id, f"{name!r} took the account over (section 4: never by name)")
                check(answer.json["session"]["account"]["username"] != "ada", f"{name!r} has the same username")
        for sub in ("ada", ada.id, ada.session["id"]):
            answer = show(daemon, issuer.token(sub=sub, preferred_username="mallory-" + secrets.token_hex(3)))
            check(answer.status == 401 or answer.json["session"]["account"]["id"] != ada.id, f"the sub {sub} took the account over")
        after = shown(daemon, ada)
        for key in ("id", "username", "second_factor", "vouched", "roles"):
            equal(after[key], before[key], f"account.{key} afterwards")
        check(active(daemon, ada.token), "her session")
        equal(len([item for item in daemon.admin.pages("/v1/accounts", 200) if item["username"] == "ada"]), 1, "accounts of that name")
        for name in ("", " ", "x" * 65, "a b", 5, None, ["ada"], {"a": 1}, "\u202eada", ...):   # no name that is none becomes one
            answer = show(daemon, issuer.token(preferred_username=name))
            if answer.status == 201:
                made = answer.json["session"]["account"]["username"]
                check(made not in ("", " ", "a b") and len(made) <= 64 and "\u202e" not in made, f"the username_claim {name!r} made {made!r}")
            else:
                among(answer.status, (401, 422), f"the username_claim {name!r}")


@test()
def the_same_sub_of_another_issuer_is_another_person():
    daemon, issuer = daemon_with(start=False)
    other_key = ec.generate_private_key(ec.SECP256R1())
    with open(daemon.inside("other.json"), "w") as file:
        json.dump({"keys": [{**jwk_of_ec(other_key.public_key()), "kid": "es", "alg": "ES256", "use": "sig"}]}, file)
    daemon.tables["issuer"].append(dict(name="other", iss="https://other.example.org", audience=AUDIENCE, jwks_file=daemon.inside("other.json"),
                                        username_claim="nickname", provision=True, vouched=False))
    with daemon.start():
        mine = show(daemon, issuer.token(sub="7"), expect=201).json["session"]["account"]["id"]
        claims = issuer.claims(sub="7", iss="https://other.example.org", nickname="seven")
        theirs = show(daemon, jwt.encode(claims, other_key, "ES256", headers={"kid": "es"}), expect=201).json["session"]["account"]["id"]
        check(mine != theirs, "one sub of two issuers is one account")
        refused(daemon, jwt.encode(issuer.claims(sub="7"), other_key, "ES256", headers={"kid": "es"}), "one issuer's name under the other's key")
        refused(daemon, issuer.token(sub="7", iss="https://other.example.org"), "the other's name under this one's key")
        for iss in (ISSUER + "/", ISSUER.upper(), ISSUER.replace("https", "http"), ISSUER + "\u0000", [ISSUER], None, ..., "", ISSUER[:-1], "house"):
            refused(daemon, issuer.token(iss=iss) if not isinstance(iss, list) else issuer.raw(b'{"alg":"ES256","kid":"es"}', json.dumps(issuer.claims(iss=iss)).encode()), f"the issuer {iss!r}")


@test()
def an_account_with_a_second_factor_here_or_a_disabled_one_is_not_let_in_by_the_issuer_alone():
    with daemon_with(clock="still")[0] as daemon:
        issuer = Issuer(daemon)
        said = show(daemon, issuer.token(sub="s1", preferred_username="ada"), expect=201).json
        path = f"/v1/accounts/{said['session']['account']['id']}"
        daemon.admin.patch(path, {"disabled": True}, expect=200)
        check(not active(daemon, said["token"]), "the session of a disabled account")
        gone = refused(daemon, issuer.token(sub="s1"), "a disabled account")
        equal(gone.comparable(), refused(daemon, issuer.token(sub="s1")[:-4] + "AAAA", "a bad one").comparable(), "disabled, against a bad signature")
        daemon.admin.patch(path, {"disabled": False}, expect=200)
        code = daemon.admin.post(path + "/password-reset", expect=201).json["reset_code"]
        ada = flows.Person(daemon, "ada", flows.good_password())
        ada.id = said["session"]["account"]["id"]
        redeemed = flows.redeem_setup(ada, code=code, expect=None)
        if redeemed.status == 200:   # an operator may give such an account a password, too
            ada.sign_in()
            ada.enrol()
            begun = show(daemon, issuer.token(sub="s1"), expect=200).json
            check("challenge" in begun and "token" not in begun, "a confirmed second factor was passed over (sections 3.1 and 4)")
            daemon.clock.advance(60)
            done = ada.finish(begun["challenge"], ada.authenticator.code(), expect=201).json
            equal(done["session"]["factors"], 2, "factors")
            change_password(ada, flows.good_password())
        daemon.admin.delete(path, expect=(200, 204))
        answer = show(daemon, issuer.token(sub="s1", preferred_username="ada"))
        among(answer.status, (201, 401, 409), "a sign-in of who was erased")   # the username is not free again
        check(answer.status != 201 or answer.json["session"]["account"]["id"] != ada.id, "an erased account lives again")
        flows.verified(daemon)


# --- what is forged ------------------------------------------------------------------------------------

@test(answers="67", seconds=240)
def line_67_jose_swift_no_algorithm_no_key_and_no_header_makes_an_identity():
    with daemon_with()[0] as daemon:
        issuer = Issuer(daemon)
        good = issuer.token()
        head, payload, signature = good.split(".")
        for name in ("none", "None", "NONE", "nOnE", "", "HS256", "ES384", "ES512", "RS1", "RS384", "PS512", "es256", "ES256K", "Ed25519", "dir", "A128GCM", "ES256 ", None, 5, ["ES256"], {}):
            header = b64(json.dumps({"alg": name, "kid": "es", "typ": "JWT"}).encode())
            for tail in ("", signature, b64(b"\0" * 64)):
                refused(daemon, f"{header}.{payload}.{tail}", f"alg {name!r} with a signature of {len(tail)}")
        refused(daemon, f"{b64(json.dumps({'kid': 'es'}).encode())}.{payload}.{signature}", "no alg at all")
        # The public key as a secret, in every form that somebody might have.
        for kid in issuer.keys:
            public = issuer.keys[kid][1].public_key()
            jwk = issuer.jwk(kid)
            forms = {"PEM": issuer.public_pem(kid), "PEM without its end": issuer.public_pem(kid).rstrip(), "JWK": json.dumps(jwk).encode(),
                     "DER": public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
                     **{member: value.encode() for member, value in jwk.items() if member in ("n", "x", "y", "kid")},
                     **{member + " decoded": unb64(value) for member, value in jwk.items() if member in ("n", "x", "y")}, "empty": b""}
            for what, secret in forms.items():
                for name, kind in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
                    text = b64(json.dumps({"alg": name, "kid": kid}).encode()) + "." + b64(json.dumps(issuer.claims()).encode())
                    refused(daemon, f"{text}.{b64(hmac.new(secret, text.encode(), kind).digest())}", f"{name} under {kid}'s public key as {what}")
        # A right signature of a wrong key, or of a right key under another one's name.
        for kid in ("rs", "ed", "ps", "nosuch", "", "../../etc/passwd", "/dev/null", "es' OR '1'='1", "es\u0000", "ES", "es ", "x" * 10_000, None, 5, ["es"], {"kid": "es"}):
            text = b64(json.dumps({"alg": "ES256", "kid": kid}).encode()) + "." + b64(json.dumps(issuer.claims()).encode())
            refused(daemon, f"{text}.{b64(issuer.sign('es', text.encode()))}", f"kid {str(kid)[:30]!r}")
        for algorithm, kid, signer in (("RS256", "ps", "ps"), ("PS256", "rs", "rs"), ("RS256", "ps", "rs"), ("PS256", "ps", "rs"), ("EdDSA", "es", "es"), ("ES256", "ed", "ed"), ("PS256", "rs", "ps")):
            text = b64(json.dumps({"alg": algorithm, "kid": kid}).encode()) + "." + b64(json.dumps(issuer.claims()).encode())
            refused(daemon, f"{text}.{b64(issuer.sign(signer, text.encode()))}", f"{algorithm} under the key {kid} (its JWK says otherwise)")
        mine = ec.generate_private_key(ec.SECP256R1())
        own = {**jwk_of_ec(mine.public_key()), "kid": "es", "alg": "ES256", "use": "sig"}
        for more in ({"jwk": own}, {"jku": "https://evil.example.org/jwks.json"}, {"jku": "file://" + daemon.inside("jwks.json")}, {"x5u": "https://evil.example.org/x"},
                     {"x5c": [b64(b"x" * 500)]}, {"x5t": "x"}, {"jwk": own, "kid": "mine"}, {"crit": ["exp"]}, {"crit": []}, {"crit": ["b64"], "b64": False}, {"b64": False}, {"zip": "DEF"}, {"enc": "A128GCM"}):
            refused(daemon, jwt.encode(issuer.claims(), mine, "ES256", headers={"kid": "es", **more}), f"a key of one's own and {set(more)}")
        signed = lambda more, **claims: issuer.raw(json.dumps({"alg": "ES256", "kid": "es", **more}).encode(), json.dumps(issuer.claims(**claims)).encode())   # noqa: E731
        for more in ({"crit": ["exp"]}, {"crit": []}, {"crit": ["b64"], "b64": False}, {"crit": "exp"}, {"crit": ["exp", "exp"]}, {"typ": 5}):
            refused(daemon, signed(more), f"signed rightly, with {more}")
        # What the same issuer signs for the same audience, and is no ID token (RFC 8725, 3.11 and 3.12).
        for typ in ("anteroom-grant+jwt", "at+jwt", "application/at+jwt", "AT+JWT", "logout+jwt", "secevent+jwt", "dpop+jwt", "token-introspection+jwt"):
            refused(daemon, signed({"typ": typ}), f"signed rightly, of the type {typ}")
        logout = {"http://schemas.openid.net/event/backchannel-logout": {}}
        refused(daemon, signed({"typ": "logout+jwt"}, events=logout), "a logout token, shown as an ID token")
        for more in ({}, {"typ": "JWT"}, {"typ": "jwt"}, {"x5t": "x"}, {"jku": "https://id.example.org/jwks"}, {"cty": "JWT"}):   # the issuer's own, and not followed
            among(show(daemon, signed(more)).status, (201, 401), f"signed rightly, with {more}")
        show(daemon, good, expect=201)   # after all that the right one is still right


@test(answers="67")
def line_67_no_changed_cut_padded_or_re_encoded_signature_is_taken():
    with daemon_with()[0] as daemon:
        issuer = Issuer(daemon)
        for kid in issuer.keys:
            token = issuer.token(kid)
            head, payload, signature = token.split(".")
            raw = unb64(signature)
            changed = json.loads(unb64(payload))
            variants = {
                "no signature": f"{head}.{payload}.", "two parts": f"{head}.{payload}", "four parts": token + ".x", "one part": head, "nothing": "", "dots": "..",
                "half of it": f"{head}.{payload}.{b64(raw[:len(raw) // 2])}", "one byte less": f"{head}.{payload}.{b64(raw[:-1])}", "one byte more": f"{head}.{payload}.{b64(raw + bytes(1))}",
                "zeros": f"{head}.{payload}.{b64(bytes(len(raw)))}", "ones": f"{head}.{payload}.{b64(bytes([255]) * len(raw))}",
                "a bit of it": f"{head}.{payload}.{b64(bytes([raw[0] ^ 1]) + raw[1:])}", "its last bit": f"{head}.{payload}.{b64(raw[:-1] + bytes([raw[-1] ^ 1]))}",
                "another sub": f"{head}.{b64(json.dumps({**changed, 'sub': 'root'}).encode())}.{signature}", "padding": token + "=", "more padding": f"{head}==.{payload}.{signature}",
                "blanks": f" {token}", "a line end": token + "\n", "a header of plus and slash": f"{head}.{payload}.{signature.replace('-', '+').replace('_', '/')}" if set(signature) & set("-_") else token + "=",
                "the payload twice": f"{head}.{payload}{payload}.{signature}", "header and payload swapped": f"{payload}.{head}.{signature}",
                "the signature of another token": f"{head}.{payload}.{issuer.token(kid).split('.')[2]}", "Bearer": "Bearer " + token, "JSON": json.dumps({"payload": payload, "protected": head, "signature": signature}),
            }
            if kid == "es":
                r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
                variants["DER"] = f"{head}.{payload}.{b64(encode_dss_signature(r, s))}"
                for what, (one, two) in {"r and s of nought": (0, 0), "r of nought": (0, s), "s of the order": (r, P256_ORDER), "r and s of the order": (P256_ORDER, P256_ORDER), "r of one": (1, 1)}.items():
                    variants[what] = f"{head}.{payload}.{b64(one.to_bytes(32, 'big') + two.to_bytes(32, 'big'))}"
            last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            spare = {0: 0, 2: 4, 3: 2}[len(signature) % 4]
            if spare:   # bits that decode to nothing: another text of the same signature
                variants["spare bits"] = f"{head}.{payload}.{signature[:-1]}{last[last.index(signature[-1]) | 1]}" if not last.index(signature[-1]) & 1 else token + "="
            for what, text in variants.items():
                among(show(daemon, text).status, (401, 422) if not text or len(text) < 10 else (401,), f"{kid}: {what}")
            show(daemon, token, expect=201)


@test(seconds=240)
def every_claim_is_needed_and_every_one_that_is_wrong_is_refused():
    with daemon_with(clock="still")[0] as daemon:
        issuer = Issuer(daemon)
        now = lambda: int(daemon.now())   # noqa: E731
        wrong = {
            "aud of another": {"aud": "another"}, "no aud": {"aud": ...}, "aud null": {"aud": None}, "an empty aud": {"aud": ""}, "no audience in a list": {"aud": []},
            "a list of others": {"aud": ["another", "third"]}, "aud in another case": {"aud": AUDIENCE.upper()}, "a prefix of aud": {"aud": AUDIENCE[:-1]}, "aud and more": {"aud": AUDIENCE + "x"},
            "an object as aud": {"aud": {AUDIENCE: 1}}, "a list in a list": {"aud": [[AUDIENCE]]}, "many audiences and azp of another": {"aud": [AUDIENCE, "another"], "azp": "another"},
            "azp of another": {"azp": "another"}, "azp of another case": {"azp": AUDIENCE.upper()}, "azp of no text": {"azp": 5},
            "no sub": {"sub": ...}, "sub null": {"sub": None}, "an empty sub": {"sub": ""}, "a number as sub": {"sub": 7}, "a list as sub": {"sub": ["x"]}, "a sub of 5,000": {"sub": "x" * 5000},
            "no exp": {"exp": ...}, "exp null": {"exp": None}, "exp as text": {"exp": str(now() + 300)}, "exp of nought": {"exp": 0}, "exp before": {"exp": now() - 1}, "exp long ago": {"exp": now() - 3600},
            "exp below nought": {"exp": -1}, "exp of no end": {"exp": 1e308}, "exp of 2^64": {"exp": 2 ** 64 + 300}, "exp true": {"exp": True},
            "no iat": {"iat": ...}, "iat null": {"iat": None}, "iat as text": {"iat": str(now())}, "iat 70 s ago": {"iat": now() - 70}, "iat an hour ago": {"iat": now() - 3600},
            "iat in two minutes": {"iat": now() + 120, "exp": now() + 600}, "iat in a year": {"iat": now() + 31_536_000, "exp": now() + 31_540_000}, "iat of nought": {"iat": 0}, "iat below nought": {"iat": -1},
            "iat true": {"iat": True}, "nbf in two minutes": {"nbf": now() + 120}, "nbf as text": {"nbf": "x"},
        }
        for what, claims in wrong.items():
            refused(daemon, issuer.raw(b'{"alg":"ES256","kid":"es"}', json.dumps(issuer.claims(**claims)).encode()), what)
        for what, claims in {"iat 50 s ago": {"iat": now() - 50}, "nbf of now": {"nbf": now()}, "azp of ours": {"azp": AUDIENCE}, "unknown claims": {"groups": ["admin"], "roles": ["host"], "nosuch": {"a": [1]}}}.items():
            said = show(daemon, issuer.token(**claims))
            equal(said.status, 201, f"{what}: {said}")
            equal(said.json["session"]["account"]["roles"], [], "no claim gives a role")
        listed = show(daemon, issuer.token(aud=[AUDIENCE]))
        among(listed.status, (201, 401), "a list of us alone")
        fresh = issuer.token()
        daemon.clock.advance(62)
        refused(daemon, fresh, "a token of 62 s ago")
        slow = issuer.token(exp=now() + 20)
        daemon.clock.advance(22)
        refused(daemon, slow, "a token that expired 2 s ago")


@test()
def what_is_no_JSON_or_says_a_thing_twice_is_refused_though_it_is_signed():
    with daemon_with()[0] as daemon:
        issuer = Issuer(daemon)
        claims = issuer.claims()
        text = json.dumps(claims)
        head = b'{"alg":"ES256","kid":"es"}'
        payloads = {
            "sub twice": text[:-1] + ', "sub": "root"}', "aud twice": '{"aud": "another", ' + text[1:], "iss twice": text[:-1] + f', "iss": "{ISSUER}"}}', "exp twice": text[:-1] + ', "exp": 99999999999}',
            "an escaped twin": text[:-1] + ', "s\\u0075b": "root"}', "a list": "[" + text + "]", "text": json.dumps(text), "nothing": "", "null": "null", "after it": text + "{}", "a comment": text + "//", "a comma": text[:-1] + ",}",
            "single quotes": text.replace('"', "'"), "NaN": text[:-1] + ', "x": NaN}', "a lone surrogate": text[:-1] + ', "x": "\\ud800"}', "NUL": text[:-1] + ', "x": "\\u0000"}',
            "a byte order mark": "\ufeff" + text, "deep": text[:-1] + ', "x": ' + "[" * 5000 + "]" * 5000 + "}",
        }
        for what, payload in payloads.items():
            refused(daemon, issuer.raw(head, payload.encode("utf-8", "surrogatepass")), f"claims: {what}")
        refused(daemon, issuer.raw(head, text[:-1].encode() + b', "x": "\xff\xfe"}'), "claims: no UTF-8")
        for what, header in {"alg twice": b'{"alg":"none","alg":"ES256","kid":"es"}', "alg twice, the other way": b'{"alg":"ES256","alg":"none","kid":"es"}', "kid twice": b'{"alg":"ES256","kid":"x","kid":"es"}',
                             "an escaped twin": b'{"alg":"ES256","kid":"es","a\\u006cg":"none"}', "a list": b'["ES256"]', "no JSON": b"ES256", "deep": b'{"alg":"ES256","kid":"es","x":' + b"[" * 5000 + b"]" * 5000 + b"}"}.items():
            refused(daemon, issuer.raw(header, json.dumps(issuer.claims()).encode()), f"header: {what}")
        for bad in (5, None, [], {}, True):
            equal(daemon.web.post("/v1/sessions/federated", {"id_token": bad}).status, 422, f"id_token {bad!r}")
        for body in ({}, {"id_token": "x", "username": "ada"}, {"id_token": "x", "issuer": "house"}):
            equal(daemon.web.post("/v1/sessions/federated", body).status, 422, f"the body {body}")


@test()
def a_huge_token_costs_nothing_and_is_refused():
    with daemon_with()[0] as daemon:
        issuer = Issuer(daemon)
        for what, token in {"60,000 of sub": issuer.token(sub="x" * 40_000), "60,000 of padding": issuer.token(x="y" * 40_000), "dots": "." * 60_000, "letters": "A" * 60_000,
                            "a signature of 60,000": issuer.token() + "A" * 55_000, "20,000 claims": issuer.raw(b'{"alg":"ES256","kid":"es"}', json.dumps({**issuer.claims(), **{f"c{i}": i for i in range(2500)}}).encode())}.items():
            before = cpu_seconds(daemon)
            answers = [show(daemon, token) for _ in range(5)]
            among({answer.status for answer in answers} <= {401, 413, 422} or what in ("60,000 of padding", "20,000 claims"), (True,), f"{what}: {answers[0]}")
            check((cpu_seconds(daemon) - before) / 5 < 0.25, f"{what}: {(cpu_seconds(daemon) - before) / 5:.2f} s of CPU each")
        equal(daemon.web.post("/v1/sessions/federated", {"id_token": "A" * 70_000}).status, 413, "beyond 64 KiB")
        show(daemon, issuer.token(), expect=201)


# --- once ----------------------------------------------------------------------------------------------

@test(answers=["77"], seconds=600)
def a_token_is_accepted_once_by_50_in_parallel_after_a_restart_a_kill_and_in_another_writing():
    with daemon_with(clock="still")[0] as daemon:
        issuer = Issuer(daemon)
        for round in range(rounds(3, 50)):
            kid = list(issuer.keys)[round % 4]
            token = issuer.token(kid)
            answers = parallel(50, lambda _: show(daemon, token))
            statuses = sorted(answer.status for answer in answers)
            equal(statuses.count(201), 1, f"50 uses of one token: {statuses} (section 4: accepted once)")
            check(set(statuses) <= {201, 401, 429, 503}, f"{statuses}")
        refused(daemon, token, "again")
        claims = issuer.claims()
        first = jwt.encode(claims, issuer.keys["es"][1], "ES256", headers={"kid": "es"})
        show(daemon, first, expect=201)
        head, payload, signature = first.split(".")
        raw = unb64(signature)
        r, s = raw[:32], int.from_bytes(raw[32:], "big")
        twin = f"{head}.{payload}.{b64(r + (P256_ORDER - s).to_bytes(32, 'big'))}"   # as good a signature of the same text
        refused(daemon, twin, "the signature's twin (r, n − s)")
        refused(daemon, f"{head}.{payload}.{b64(issuer.sign('es', f'{head}.{payload}'.encode()))}", "the same text, signed anew")
        daemon.restart()
        refused(daemon, first, "after a restart")
        second = issuer.token("rs")
        show(daemon, second, expect=201)
        daemon.kill()
        daemon.start()
        refused(daemon, second, "after a kill")
        late = issuer.token("ed", exp=int(daemon.now()) + 86_400)
        show(daemon, late, expect=201)
        daemon.admin.post("/v1/privacy/purge")
        daemon.clock.advance(3600)
        refused(daemon, late, "an hour later, with a long life")
        daemon.clock.advance(-3600)
        refused(daemon, late, "with the clock put back")


@test()
def a_new_account_is_made_once_for_20_first_sign_ins_at_once():
    with daemon_with()[0] as daemon:
        issuer = Issuer(daemon)
        for sub in ("first", "second"):
            tokens = [issuer.token("es", sub=sub, preferred_username="person." + sub) for _ in range(20)]
            answers = parallel(20, lambda index: show(daemon, tokens[index]))
            check({answer.status for answer in answers} <= {201, 503}, f"20 first sign-ins: {sorted(answer.status for answer in answers)}")
            equal(len({answer.json["session"]["account"]["id"] for answer in answers if answer.status == 201}), 1, "accounts of one sub")
        racing = [issuer.token("es", preferred_username="wanted") for _ in range(10)]
        answers = parallel(10, lambda index: show(daemon, racing[index]))
        names = [item["username"] for item in daemon.admin.pages("/v1/accounts", 200)]
        equal(names.count("wanted"), 1, "accounts of one name that ten wanted")
        check({answer.status for answer in answers} <= {201, 401, 409, 503}, f"ten who wanted it: {sorted(answer.status for answer in answers)}")


# --- the file of keys ----------------------------------------------------------------------------------

@test()
def keys_that_cannot_be_trusted_stop_the_start_or_verify_nothing():
    weak = rsa.generate_private_key(65537, 1024)
    secret = b"0123456789abcdef0123456789abcdef"
    made = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(weak.public_key()))
    made.pop("key_ops", None)
    maker = Issuer(None)
    bad = {"an RSA key of 1,024 bits": ({**made, "kid": "weak", "alg": "RS256", "use": "sig"}, lambda claims: jwt.encode(claims, weak, "RS256", headers={"kid": "weak"})),
           "a shared secret": ({"kty": "oct", "k": b64(secret), "kid": "oct", "alg": "HS256"}, lambda claims: jwt.encode(claims, secret, "HS256", headers={"kid": "oct"})),
           "a key for encryption": (maker.jwk("rs", use="enc"), lambda claims: jwt.encode(claims, maker.keys["rs"][1], "RS256", headers={"kid": "rs"})),
           "a point that is none": ({**maker.jwk("es"), "y": maker.jwk("es")["x"], "kid": "off"}, lambda claims: jwt.encode(claims, maker.keys["es"][1], "ES256", headers={"kid": "off"})),
           "two keys of one name": ({**maker.jwk("rs"), "kid": "es"}, None)}
    for what, (jwk, token) in bad.items():
        daemon, issuer = daemon_with(start=False, jwks={"keys": [maker.jwk("es"), jwk]})
        daemon.start(ready=False)
        try:
            daemon.wait_until_ready(10)
        except Failure:
            equal(daemon.process.poll(), 10, f"{what}: the end of the start")
            check(b"jwks" in daemon.log(), f"{what}: the mistake is not named")
            continue
        with daemon:
            if token:
                refused(daemon, token(issuer.claims()), what)
    for what, text in (("no JSON", "x"), ("no keys", '{"keys": []}'), ("a list", "[]"), ("private parts", None), ("empty", ""), ("huge", " " * 20_000_000)):
        daemon, issuer = daemon_with(start=False)
        with open(daemon.inside("jwks.json"), "w") as file:
            file.write(text if text is not None else json.dumps({"keys": [{**maker.jwk("es"), "d": b64(b"x" * 32)}]}))
        daemon.start(ready=False)
        with daemon:
            try:
                daemon.wait_until_ready(10)
                among(what, ("private parts", "no keys"), "a file of keys that was taken")
            except Failure:
                among(daemon.process.poll(), (10,), f"a file of keys of {what}")
    daemon, issuer = daemon_with(start=False)
    os.remove(daemon.inside("jwks.json"))
    daemon.start(ready=False)
    equal(daemon.process.wait(PATIENCE), 10, "a file of keys that is not there")


@test()
def a_mistake_in_an_issuer_stops_the_start():
    good = dict(name="house", iss=ISSUER, audience=AUDIENCE, username_claim="preferred_username", provision=True, vouched=True, second_factor_amr=["mfa"])
    for what, change in {"no name": {"name": ...}, "no iss": {"iss": ...}, "no audience": {"audience": ...}, "no keys": {"jwks_file": ...}, "an empty iss": {"iss": ""}, "an empty audience": {"audience": ""},
                         "an unknown key": {"allow_none": True}, "leeway": {"leeway": 3600}, "provision in quotes": {"provision": "yes"}, "amr that is no list": {"second_factor_amr": "mfa"},
                         "a relative file": {"jwks_file": "jwks.json"}, "an algorithm": {"algorithms": ["none"]}}.items():
        daemon, issuer = daemon_with(start=False)
        entry = {**good, "jwks_file": daemon.inside("jwks.json"), **change}
        daemon.tables["issuer"] = [{key: value for key, value in entry.items() if value is not ...}]
        equal(run_check(daemon, toml(daemon.tables)).returncode, 10, f"an issuer with {what}")
    daemon, issuer = daemon_with(start=False)
    one = {**good, "jwks_file": daemon.inside("jwks.json")}
    for twin in ({**one}, {**one, "iss": "https://else.example.org"}):
        daemon.tables["issuer"] = [one, twin]
        equal(run_check(daemon, toml(daemon.tables)).returncode, 10, f"two issuers of one name or one iss: {twin['iss']}")
    daemon.tables["issuer"] = [one]
    equal(run_check(daemon, toml(daemon.tables)).returncode, 0, "a right one")


@test()
def a_key_that_was_taken_out_of_the_file_verifies_no_more():
    with daemon_with()[0] as daemon:
        issuer = Issuer(daemon)
        show(daemon, issuer.token("rs"), expect=201)
        with open(daemon.inside("jwks.json"), "w") as file:
            json.dump({"keys": [issuer.jwk("es")]}, file)
        daemon.restart()
        refused(daemon, issuer.token("rs"), "a key that is not in the file any more")
        show(daemon, issuer.token("es"), expect=201)


@test()
def an_issuer_s_word_takes_the_place_of_no_factor_that_is_kept_here():
    daemon, issuer = daemon_with()
    with daemon:
        ada = member(daemon).enrol()
        daemon.admin.put(f"/v1/accounts/{ada.id}/identities/house", {"sub": "ada"}, expect=(200, 204))
        ada.sign_in()
        known = show(daemon, issuer.token(sub="ada", amr=["mfa"]), expect=201).json
        equal(known["session"]["factors"], 2, "factors, by the issuer's word for both")
        answer = daemon.web.post("/v1/accounts/me/totp", {"password": ada.password}, token=known["token"])
        equal((answer.status, answer.code), (403, "second-factor-required"), "replacing the authenticator without showing it")
        answer = change_password(ada, flows.good_password(), token=known["token"], expect=None)
        equal((answer.status, answer.code), (403, "second-factor-required"), "changing the password without showing it")
        check("challenge" in show(daemon, issuer.token(sub="ada"), expect=200).json, "the issuer's word alone")
        # The operator takes factor and password off: whoever holds the issuer's account is not let in because of that.
        code = daemon.admin.delete(f"/v1/accounts/{ada.id}/totp", expect=200).json["reset_code"]
        refused(daemon, issuer.token(sub="ada"), "the issuer alone, after a reset")
        refused(daemon, issuer.token(sub="ada", amr=["mfa"]), "the issuer alone for both, after a reset")
        equal(flows.redeem_setup(ada, code=code, expect=None).status, 200, "the code of the reset")
        show(daemon, issuer.token(sub="ada"), expect=201)


@test()
def a_host_whom_only_an_issuer_knows_binds_changes_and_takes_off_a_factor_with_a_session_that_the_issuer_just_began():
    daemon, issuer = daemon_with(clock=True)
    with daemon:
        def begin():
            said = show(daemon, issuer.token(sub="ada", preferred_username="ada"), expect=(200, 201)).json
            if "challenge" in said:
                said = ada.finish(said["challenge"], ada.authenticator.code(), expect=201).json
            ada.take(said)
        def factor(method, path, body, expect):
            answer = daemon.web.call(method, "/v1/accounts/me/" + path, body, token=ada.token)
            equal((answer.status, answer.code), expect, f"{method} {path} with {sorted(body or {})}")
            return answer
        ada = flows.Person(daemon, "ada", None)
        begin()
        ada.id = ada.session["account"]["id"]
        daemon.admin.patch(f"/v1/accounts/{ada.id}", {"roles": ["host"]}, expect=200)
        begin()
        equal(daemon.web.post("/v1/meetings", {}, token=ada.token).code, "second-factor-required", "a host with one factor")
        factor("POST", "totp", {"password": flows.good_password()}, (401, UNIFORM))
        daemon.pass_time(301)
        factor("POST", "totp", {}, (403, "reauthentication-required"))
        begin()
        ada.authenticator = Authenticator(daemon, factor("POST", "totp", {}, (201, None)).json["secret"])
        confirmed = factor("POST", "totp/confirm", {"code": ada.authenticator.code()}, (200, None)).json
        ada.take(confirmed)
        daemon.web.post("/v1/meetings", {}, token=ada.token, expect=201)
        daemon.pass_time(301)
        factor("POST", "recovery-codes", {"code": ada.authenticator.code()}, (403, "reauthentication-required"))
        # Our own code says nothing new of what the issuer said.
        answer = daemon.web.post("/v1/sessions/reauthenticate", {"code": ada.authenticator.code()}, token=ada.token, expect=201)
        ada.take(answer.json)
        factor("POST", "recovery-codes", {"code": ada.authenticator.code()}, (403, "reauthentication-required"))
        factor("GET", "export", None, (403, "reauthentication-required"))
        begin()
        factor("GET", "export", None, (200, None))
        codes = factor("POST", "recovery-codes", {"code": ada.authenticator.code()}, (200, None)).json["recovery_codes"]
        check(not set(codes) & set(confirmed["recovery_codes"]), "a recovery code was given out twice")
        factor("DELETE", "totp", {"code": "000000"}, (401, UNIFORM))
        factor("DELETE", "totp", {"code": ada.authenticator.code()}, (204, None))
        equal(daemon.web.post("/v1/meetings", {}, token=ada.token).code, "second-factor-required", "a host who took it off")

        # Who has a password shows it, whoever began the session.
        grace = member(daemon)
        daemon.admin.put(f"/v1/accounts/{grace.id}/identities/house", {"sub": "grace"}, expect=(200, 204))
        for token in (grace.sign_in(), show(daemon, issuer.token(sub="grace"), expect=201).json["token"]):
            answer = daemon.web.post("/v1/accounts/me/totp", {}, token=token)
            equal((answer.status, answer.code, answer.json.get("pointer")), (422, "invalid-field", "/password"), "no password")
