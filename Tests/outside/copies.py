"""What a copy of the database is worth without its keys, by tools that are not ours; and a whole life by oathtool's codes."""

import base64, ctypes, glob, sqlite3, subprocess

import flows
from flows import account, host, member
from harness import *


def stored_cells(path):
    """Every cell of every table: (table, column, value)."""
    base = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        cursor = base.execute(f'SELECT * FROM "{table}"')
        for row in cursor.fetchall():
            for column, value in zip(cursor.description, row):
                yield table, column[0], value
    base.close()


def files_of(directory):
    for path in sorted(glob.glob(directory + "/**", recursive=True)):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                yield os.path.relpath(path, directory), file.read()


def argon2_library():
    """The reference library's own check of a PHC string: what somebody with a copy would try first."""
    for name in ("libargon2.so.1", "libargon2.so.0"):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.argon2id_verify.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
        return library
    raise Skip("libargon2 is not installed")


def unpadded(data):
    return base64.b64encode(data).rstrip(b"=")


@test()
def a_copied_database_verifies_no_password_offline():
    library = argon2_library()
    with Daemon() as daemon:
        ada = account(daemon)
        daemon.stop()
        strings = [value if isinstance(value, str) else value.decode() for _, _, value in stored_cells(daemon.database())
                   if str(value).lstrip("b'").startswith("$argon2id$")]
        check(strings, "no PHC string of Argon2id is in the store: the test must learn the schema (section 3.1)")
        control = subprocess.run(["argon2", "sixteen-bytes-of", "-id", "-t", "2", "-k", "19456", "-p", "1", "-l", "32", "-e"],
                                 input=ada.password.encode(), capture_output=True) if shutil.which("argon2") else None
        if control:   # the tool's own hash does verify, so what follows says something
            equal(library.argon2id_verify(control.stdout.strip(), ada.password.encode(), len(ada.password)), 0, "a control")
        for text in strings:
            parts = text.split("$")
            equal(parts[1:3], ["argon2id", "v=19"], f"kind and version of {text}")
            salt, tag = (base64.b64decode(part + "=" * (-len(part) % 4)) for part in parts[-2:])
            equal((len(salt), len(tag)), (16, 32), f"salt and tag of {text} (section 3.1)")
            figures = ",".join(part for part in parts[3].split(",") if part[:2] in ("m=", "t=", "p="))
            plain = "$".join(["", "argon2id", "v=19", figures, *parts[-2:]]).encode()
            said = library.argon2id_verify(plain, ada.password.encode(), len(ada.password))
            equal(said, -35, f"the right password without the pepper, on {plain} (-35: it does not match)")


@test()
def a_copied_database_opens_no_second_factor_and_no_daemon_with_other_keys_starts_on_it():
    with Daemon() as daemon, Daemon(start=False) as copy:
        ada = host(daemon)
        waiting = member(daemon)   # an authenticator that was offered and never confirmed is as secret
        offered = daemon.web.post("/v1/accounts/me/totp", {"password": waiting.password}, token=waiting.token, expect=201).json
        keys = [base64.b32decode(secret + "=" * (-len(secret) % 8)) for secret in (ada.authenticator.secret, offered["secret"])]
        def search(directory, moment):
            for name, content in files_of(directory):
                for key in keys:
                    text = base64.b32encode(key).rstrip(b"=")
                    for form, needle in (("raw", key), ("base32", text), ("base32, lower", text.lower()), ("hex", key.hex().encode()),
                                         ("HEX", key.hex().upper().encode()), ("base64", unpadded(key)),
                                         ("half of it, raw", key[:10]), ("half of it, raw", key[10:])):
                        check(needle not in content, f"a TOTP secret ({form}) is in {name}, {moment}")
        search(daemon.inside("state"), "while the daemon runs")
        daemon.stop()
        search(daemon.inside("state"), "at rest")
        shutil.rmtree(copy.inside("state"))
        shutil.copytree(daemon.inside("state"), copy.inside("state"))
        for moment in ("with a directory for keys that is empty", "a second time, with the keys that the first may have made"):
            copy.start(ready=False)
            try:
                code = copy.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                copy.kill()
                raise Failure(f"a daemon runs on a copied store {moment}")
            equal(code, 10, f"exit code on a copied store {moment} (section 7): {copy.log()[-600:]}")
            check(b"key" in copy.log(), "the refusal does not speak of keys")
        with Daemon() as elsewhere:   # keys of another house, well made
            elsewhere.stop()
            shutil.rmtree(copy.inside("keys"), ignore_errors=True)
            shutil.copytree(elsewhere.inside("keys"), copy.inside("keys"))
        copy.start(ready=False)
        equal(copy.process.wait(PATIENCE), 10, f"exit code with another house's keys (section 7): {copy.log()[-600:]}")
        daemon.start()   # and the house that was copied from is as it was
        ada.sign_in()


# --- a whole life by another's codes -------------------------------------------------------------------

def oathtool(secret, at):
    """One code, by the reference tool alone."""
    said = subprocess.run(["oathtool", "--totp", "-b", "-N", f"@{int(at)}", secret], capture_output=True, text=True)
    equal(said.returncode, 0, f"oathtool: {said.stderr}")
    return said.stdout.strip()


MOMENTS = {   # seconds since 1970: RFC 6238's own, where 31 and 32 bits end, and a far one
    "RFC 6238 in 2033": 2_000_000_000, "before 31 bits of seconds end": 2_147_483_640, "after them": 2_147_483_650,
    "after 32 bits of seconds": 4_294_967_300,
}


@test(seconds=120)
def enrolment_sign_in_and_step_up_hold_with_oathtool_s_codes_at_any_time():
    if not shutil.which("oathtool"):
        raise Skip("oathtool is not installed")
    with Daemon(clock="still") as daemon:
        for what, moment in {"now": None, **MOMENTS}.items():
            if moment:
                daemon.clock.advance(max(0, int(moment - daemon.now())))   # time never goes back
            ada = member(daemon)
            secret = daemon.web.post("/v1/accounts/me/totp", {"password": ada.password}, token=ada.token, expect=201).json["secret"]
            # From the middle of a step, so that no answer is late for its code.
            daemon.clock.advance((45 - int(daemon.now()) % 30) % 30)
            now = daemon.now()
            confirmed = daemon.web.post("/v1/accounts/me/totp/confirm", {"code": oathtool(secret, now)}, token=ada.token)
            equal(confirmed.status, 200, f"confirmation {what}: {confirmed}")
            ada.take(confirmed.json)
            def second(offset, expect):
                begun = ada.start(expect=200).json
                answer = ada.finish(begun["challenge"], oathtool(secret, daemon.now() + offset))
                equal(answer.status, expect, f"a code of {offset} s, {what}: {answer}")
            second(0, 401)      # the confirming one is used
            second(60, 401)     # two steps ahead
            second(30, 201)     # one ahead
            second(30, 401)     # once
            daemon.clock.advance(120)
            second(-60, 401)
            second(-30, 201)
            second(0, 201)
            daemon.clock.advance(60)
            again = daemon.web.post("/v1/sessions/reauthenticate", {"code": oathtool(secret, daemon.now())}, token=ada.token)
            equal(again.status, 201, f"a code shown again in a session, {what}: {again}")
