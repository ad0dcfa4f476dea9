"""Section 2, line by line: what the sockets take, what they refuse, and what every answer has."""

import calendar, contextlib, os, re, socket, stat, time

import flows
from harness import *

INTROSPECT = "/v1/sessions/introspect"   # takes {"token": text}, asks no bearer, costs nothing


def head(method="POST", target=INTROSPECT, extra=(), length=None, version="1.1"):
    lines = [f"{method} {target} HTTP/{version}", "Host: localhost"]
    if method != "GET":
        lines.append("Content-Type: application/json")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines + list(extra)) + "\r\n\r\n").encode()


def post(body, extra=(), target=INTROSPECT):
    return head("POST", target, extra, len(body)) + body


GOOD = b'{"token":"x"}'


def alive(daemon, what):
    equal(daemon.web.post(INTROSPECT, {"token": "x"}).json, {"active": False}, f"after {what} an honest request")


def nested(depth):
    """A document of that many levels, the outer object counted."""
    return b'{"token":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


MALFORMED_JSON = {   # section 2, strict input: 400 malformed-json
    "an empty body": b"", "a torn object": b'{"token":"x"', "text after the object": b'{"token":"x"} x',
    "two objects": b'{"token":"x"}{"token":"x"}', "a trailing comma": b'{"token":"x",}',
    "single quotes": b"{'token':'x'}", "a comment": b'{"token":"x"/* */}', "a bare word": b'{"token":NaN}',
    "a leading zero": b'{"token":01}', "a lone plus": b'{"token":+1}', "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"), "a key without quotes": b'{token:"x"}',
    "a duplicate key": b'{"token":"x","token":"x"}',
    "a duplicate key under an escape": b'{"token":"x","\\u0074oken":"x"}',
    "a duplicate key inside": b'{"token":{"a":1,"a":2}}',
    "a stray continuation byte": b'{"token":"\x80"}', "a truncated sequence": b'{"token":"\xe2\x82"}',
    "an overlong slash": b'{"token":"\xc0\xaf"}', "a surrogate in UTF-8": b'{"token":"\xed\xa0\x80"}',
    "a code point beyond the last": b'{"token":"\xf5\x80\x80\x80"}', "broken UTF-8 in a key": b'{"\xff":"x"}',
    "a raw NUL": b'{"token":"\x00"}', "a raw control character": b'{"token":"\x1f"}', "NUL after the text": GOOD + b"\x00",
    "a lone high surrogate": b'{"token":"\\ud800"}', "a lone low surrogate": b'{"token":"\\udc00"}',
    "surrogates in the wrong order": b'{"token":"\\udc00\\ud800"}', "a torn escape": b'{"token":"\\u12"}',
    "an unknown escape": b'{"token":"\\x41"}', "17 levels": nested(17), "32,000 levels": nested(32_000),
    "32,000 levels without an end": b"[" * 32_000,
}

INVALID_FIELDS = {   # section 2: 422 invalid-field with a JSON pointer
    "a number for text": (b'{"token":5}', "/token"), "null for text": (b'{"token":null}', "/token"),
    "a list for text": (b'{"token":["x"]}', "/token"), "an object for text": (b'{"token":{}}', "/token"),
    "truth for text": (b'{"token":true}', "/token"), "16 levels": (nested(16), "/token"),
    "an unknown member": (b'{"token":"x","nosuch":1}', "/nosuch"),
    "an unknown member with a slash and a tilde": (b'{"token":"x","a/b~c":1}', "/a~1b~0c"),
    "the member in another case": (b'{"Token":"x"}', None), "a missing member": (b"{}", None),
    "a list for the object": (b'["x"]', None), "text for the object": (b'"x"', None),
}


@test()
def malformed_json_is_400_and_says_so():
    with Daemon() as daemon:
        for what, body in MALFORMED_JSON.items():
            answer, _ = single(daemon.frontend_path, post(body), what, until=1)
            check(answer is not None, f"{what}: closed without an answer")
            equal((answer.status, answer.code), (400, "malformed-json"), what)
        alive(daemon, "malformed JSON")


@test()
def a_NUL_by_escape_is_refused():
    with Daemon() as daemon:
        answer = daemon.web.call("POST", INTROSPECT, b'{"token":"\\u0000"}')
        among(answer.code, ("malformed-json", "invalid-field"), "NUL as \\u0000 (section 2)")


@test()
def a_wrong_type_or_an_unknown_member_is_422_with_a_JSON_pointer():
    with Daemon() as daemon:
        for what, (body, pointer) in INVALID_FIELDS.items():
            answer = daemon.web.call("POST", INTROSPECT, body)
            equal((answer.status, answer.code), (422, "invalid-field"), what)
            if pointer is not None:
                equal(answer.json.get("pointer"), pointer, f"{what}: pointer")


@test()
def an_unknown_query_parameter_is_refused_everywhere():
    with Daemon() as daemon:
        for target in ("/v1/health?x=1", "/v1/keys?limit=1", "/v1/openapi.yaml?a"):
            among(daemon.web.get(target).status, (400, 422), target)
        for target in ("/v1/accounts?nosuch=1", "/v1/audit?x=", "/v1/status?verbose=1", "/v1/accounts?limit=1&limit=2"):
            among(daemon.admin.get(target).status, (400, 422), target)
        for target in ("/v1/accounts?limit=0", "/v1/accounts?limit=201", "/v1/accounts?limit=x",
                       "/v1/accounts?limit=%2B5", "/v1/accounts?limit=-1", "/v1/accounts?cursor=nonsense"):
            among(daemon.admin.get(target).status, (400, 422), target)
        among(daemon.web.post(INTROSPECT + "?token=x", {"token": "x"}).status, (400, 422), "a query on a POST")


@test()
def a_body_may_have_64_KiB_and_not_a_byte_more():
    with Daemon() as daemon:
        padding = b" " * (65536 - len(GOOD))
        equal(daemon.web.call("POST", INTROSPECT, padding + GOOD).status, 200, "65,536 bytes")
        for what, size in (("65,537 bytes", 65537), ("200 kB", 200_000), ("10 MB", 10_000_000)):
            watch = Stopwatch()
            body = b'{"token":"' + b"x" * (size - 12) + b'"}'
            answer, closed = single(daemon.frontend_path, post(body), what)
            check(closed, f"{what}: the connection stays open")
            if answer:
                equal((answer.status, answer.code), (413, "body-too-large"), what)
            check(watch.seconds < 5, f"{what}: took {watch}, longer than reading it")
        answer, _ = single(daemon.frontend_path, head(length=200_000), "200 kB announced and not sent", until=1)
        check(answer and answer.status == 413, f"what is announced too large is refused unread: {answer}")
        answer, _ = single(daemon.frontend_path, head(length=10 ** 30), "an absurd length")
        check(answer is None or answer.status in (400, 413), f"an absurd length: {answer}")
        chunks = b"".join(b"1000\r\n" + b"x" * 4096 + b"\r\n" for _ in range(20)) + b"0\r\n\r\n"
        answer, _ = single(daemon.frontend_path, head(extra=["Transfer-Encoding: chunked"]) + chunks, "80 kB in chunks")
        check(answer is None or answer.status == 413, f"80 kB in chunks: {answer}")
        alive(daemon, "large bodies")


@test(answers="69")
def line_69_Kanidm_nesting_100000_deep_is_refused_and_nothing_falls():
    with Daemon() as daemon:
        for what, body in {"objects": b'{"a":' * 13_000, "lists": b"[" * 65_000, "closed lists": b"[" * 32_000 + b"]" * 32_000,
                           "inside text": b'{"token":' + b'{"":' * 15_000}.items():
            answer, _ = single(daemon.frontend_path, post(body), what, until=1)
            equal((answer.status, answer.code), (400, "malformed-json"), what)
        # 100,000 levels do not fit into 64 KiB: too large, whatever they mean.
        answer, _ = single(daemon.frontend_path, post(b"[" * 100_000), "100,000 lists")
        check(answer is None or answer.status == 413, f"100,000 lists: {answer}")
        alive(daemon, "deep nesting")


BAD_FRAMING = {   # section 2: both length headers, a repeated length, bare CR or LF: 400 and closed
    "both length headers": head(extra=["Transfer-Encoding: chunked"], length=13) + GOOD,
    "both, the encoding first": b"POST /v1/sessions/introspect HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "a repeated length": head(extra=["Content-Length: 13"], length=13) + GOOD,
    "two different lengths": head(extra=["Content-Length: 5"], length=13) + GOOD,
    "a list of lengths": head(length="13, 13") + GOOD, "a signed length": head(length="+13") + GOOD,
    "a negative length": head(length="-1") + GOOD, "a hexadecimal length": head(length="0xd") + GOOD,
    "an empty length": head(length="") + GOOD, "a length with a space": head(length="1 3") + GOOD,
    "a bare LF after the request line": b"GET /v1/health HTTP/1.1\nHost: a\r\n\r\n",
    "bare LF throughout": b"GET /v1/health HTTP/1.1\nHost: a\n\n",
    "a bare LF between headers": b"GET /v1/health HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
    "a bare CR in a header": b"GET /v1/health HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
    "a bare CR in the target": b"GET /v1/he\ralth HTTP/1.1\r\nHost: a\r\n\r\n",
    "a NUL in a header": b"GET /v1/health HTTP/1.1\r\nHost: a\x00b\r\n\r\n",
    "a space before the colon": b"GET /v1/health HTTP/1.1\r\nHost : a\r\n\r\n",
    "a folded header": b"GET /v1/health HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
    "a header without a colon": b"GET /v1/health HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
    "no version": b"GET /v1/health\r\n\r\n", "an unknown version": b"GET /v1/health HTTP/9.9\r\nHost: a\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "an unknown encoding": head(extra=["Transfer-Encoding: gzip, chunked"]) + b"0\r\n\r\n",
    "chunked twice": head(extra=["Transfer-Encoding: chunked, chunked"]) + b"0\r\n\r\n",
    "a chunk size that overflows": head(extra=["Transfer-Encoding: chunked"]) + b"FFFFFFFFFFFFFFFF1\r\nx\r\n0\r\n\r\n",
    "a chunk size that is no number": head(extra=["Transfer-Encoding: chunked"]) + b"xyz\r\nx\r\n0\r\n\r\n",
    "a chunk longer than its size": head(extra=["Transfer-Encoding: chunked"]) + b"1\r\nxyz\r\n0\r\n\r\n",
}


@test()
def bad_framing_is_400_and_the_connection_closed():
    with Daemon() as daemon:
        for what, data in BAD_FRAMING.items():
            # A second request behind it must never be answered: that is how requests are smuggled.
            received, closed = raw(daemon.frontend_path, data + b"GET /v1/health HTTP/1.1\r\nHost: smuggled\r\n\r\n",
                                   seconds=60)
            found = answers_in(received)
            check(len(found) <= 1, f"{what}: the rest of the bytes was answered: {received[:400]!r}")
            check(closed, f"{what}: the connection stays open after {received[:200]!r}")
            for answer in found:
                judge(answer, what)
                equal(answer.status, 400, what)
        alive(daemon, "bad framing")


@test()
def headers_are_at_most_64_and_8_KiB_in_all():
    with Daemon() as daemon:
        def extra(count, size=1):
            return [f"X-{index}: " + "a" * size for index in range(count)]
        # `head` brings Host itself: 63 more make 64.
        answer, _ = single(daemon.frontend_path, head("GET", "/v1/health", extra(63)), "64 headers", until=1)
        equal(answer.status, 200, "64 headers")
        answer, _ = single(daemon.frontend_path, head("GET", "/v1/health", extra(1, 7800)), "7.8 KiB", until=1)
        equal(answer.status, 200, "headers just under 8 KiB")
        for what, data in {"65 headers": extra(64), "1,000 headers": extra(1000), "9 KiB in one": extra(1, 9216),
                           "9 KiB in twenty": extra(20, 460)}.items():
            answer, closed = single(daemon.frontend_path, head("GET", "/v1/health", data), what)
            check(answer and answer.status == 431, f"{what}: {answer}")
            equal(answer.code, "headers-too-large", what)
            check(closed, f"{what}: the connection stays open")
        answer, _ = single(daemon.frontend_path, head("GET", "/" + "a" * 70_000), "a target of 70 kB")
        check(answer is None or answer.status in (400, 404, 431), f"a target of 70 kB: {answer}")
        alive(daemon, "large headers")


@test(answers="32")
def line_32_BigBlueButton_a_User_Agent_of_64_KiB_is_431_at_once():
    with Daemon() as daemon:
        watch = Stopwatch()
        answer, closed = single(daemon.frontend_path, head("GET", "/v1/health", ["User-Agent: " + "(" * 65536]), "UA")
        check(answer and answer.status == 431 and closed, f"64 KiB of User-Agent: {answer}")
        check(watch.seconds < 1, f"a long User-Agent was pondered for {watch}")


def trickle(data, seconds):
    for index in range(seconds):
        yield data[index:index + 1]
        yield 1.0


@test(seconds=90)
def one_byte_a_second_is_cut_off_after_5_s_in_the_header_and_10_s_in_the_body():
    with Daemon() as daemon:
        def slow(index):
            prefix, deadline = [(b"", 5), (head(length=1000), 10), (b"GET /v1/health HTTP/1.1\r\n", 5)][index]
            filler = b"X-Filler: " + b"a" * 60 if index != 1 else b"x" * 60
            watch = Stopwatch()
            received, closed = raw(daemon.frontend_path, ([prefix] if prefix else []) + list(trickle(filler, 20)))
            return received, closed, watch.wall, watch.seconds, deadline
        for received, closed, took, own, deadline in parallel(3, slow):
            check(closed, f"after {took:.1f} s the connection of one byte a second is still open")
            check(deadline - 1.5 <= took and own <= deadline + 3, f"cut off after {took:.1f} s, {own:.1f} of them the daemon's, "
                  f"where {deadline} s are promised")
            for answer in answers_in(received):
                judge(answer, "too slow")
                equal((answer.status, answer.code), (408, "request-timeout"), "too slow")
        alive(daemon, "slow clients")


@test(seconds=60)
def a_silent_connection_does_not_hold_the_daemon():
    with Daemon(config={"limits": {"connections_per_peer": 64}}) as daemon:
        held = [connect(daemon.frontend_path) for _ in range(40)]
        alive(daemon, "40 silent connections")
        held[0].settimeout(60)
        try:
            said = held[0].recv(4096)   # closed, or told that it was too slow
            check(said == b"" or said.startswith(b"HTTP/1.1 408"), f"a silent client was told {said[:80]!r}")
        except socket.timeout:   # or kept, as an idle one may be, and then it must still be good for a request
            held[0].sendall(head("GET", "/v1/health"))
            check(held[0].recv(4096).startswith(b"HTTP/1.1 200"), "a connection was kept and not served")
        for connection in held:
            connection.close()


@test()
def a_client_that_half_closes_after_its_request_gets_its_one_answer():
    with Daemon() as daemon:
        for what, data in {"GET": head("GET", "/v1/health"), "POST": post(GOOD),
                           "without Host": b"GET /v1/health HTTP/1.1\r\nConnection: close\r\n\r\n"}.items():
            answer, closed = single(daemon.frontend_path, data, what, half_close=True)
            check(answer and answer.status == 200, f"{what} with a half-close: {answer}")
            check(closed, f"{what}: after a half-close the connection stays open")
        answer, closed = single(daemon.frontend_path, b"GET /v1/he", "half a request", half_close=True)
        check(closed and (answer is None or answer.status in (400, 408)), f"half a request: {answer}")
        answer, closed = single(daemon.frontend_path, head(length=50) + b"{", "half a body", half_close=True)
        check(closed and (answer is None or answer.status in (400, 408)), f"half a body: {answer}")


@test()
def chunked_bodies_Expect_pipelining_keep_alive_and_HTTP_1_0_work():
    with Daemon() as daemon:
        chunked = head(extra=["Transfer-Encoding: chunked"]) + b"5\r\n{\"tok\r\n8;a=b\r\nen\":\"x\"}\r\n0\r\n\r\n"
        answer, _ = single(daemon.frontend_path, chunked, "chunked", until=1)
        equal((answer.status, answer.json), (200, {"active": False}), "a chunked body")
        received, _ = raw(daemon.frontend_path, [head(extra=["Expect: 100-continue"], length=len(GOOD)), 0.4, GOOD], until=1)
        check(received.startswith(b"HTTP/1.1 100"), f"Expect: 100-continue was answered by {received[:80]!r}")
        equal([answer.status for answer in answers_in(received)], [200], "after 100 Continue")
        received, _ = raw(daemon.frontend_path, head(extra=["Expect: 100-continue"], length=200_000), until=1)
        check(b" 100 " not in received.split(b"\r\n")[0], "a body that is too large was asked for")
        equal([answer.status for answer in answers_in(received)], [413], "Expect with 200 kB announced")
        pipelined = post(GOOD) + head("GET", "/v1/health") + head("GET", "/v1/nosuch") + head("GET", "/v1/health")
        received, _ = raw(daemon.frontend_path, pipelined, until=4)
        found = answers_in(received)
        equal([answer.status for answer in found], [200, 200, 404, 200], "four requests in one write")
        equal(len({answer.header("Request-Id") for answer in found}), 4, "request ids of four requests")
        connection = UnixHTTPConnection(daemon.frontend_path)
        for _ in range(20):
            equal(daemon.web.get("/v1/health", connection=connection).status, 200, "keep-alive")
        connection.close()
        for extra in ([], ["Connection: keep-alive"]):
            answer, _ = single(daemon.frontend_path, head("GET", "/v1/health", extra, version="1.0"), "1.0", until=1)
            equal(answer.status, 200, "HTTP/1.0")
        _, closed = single(daemon.frontend_path, head("GET", "/v1/health", version="1.0"), "HTTP/1.0", seconds=60)
        check(closed, "HTTP/1.0 without keep-alive stays open")
        _, closed = single(daemon.frontend_path, head("GET", "/v1/health", ["Connection: close"]), "close", seconds=60)
        check(closed, "Connection: close stays open")


@test()
def what_a_browser_sends_is_400_browser_request_and_names_the_header():
    with Daemon() as daemon:
        for name, value in (("Origin", "https://example.org"), ("Origin", "null"), ("Referer", "https://example.org/x"),
                            ("Cookie", "a=b"), ("origin", "http://localhost")):
            for client in (daemon.web, daemon.admin):
                answer = client.post(INTROSPECT, {"token": "x"}, headers={name: value}, expect="browser-request")
                check(name.lower() in answer.json["detail"].lower(), f"the refusal does not name {name}: {answer}")
            daemon.web.get("/v1/health", headers={name: value}, expect="browser-request")


@test()
def an_unknown_path_is_404_and_a_wrong_method_405_with_Allow():
    with Daemon() as daemon:
        for target in ("/", "/v1", "/v2/health", "/v1/nosuch", "/v1/health/", "//v1/health", "/v1/../v1/health",
                       "/v1/health/x", "/V1/health", "/v1/keys/xyz.pem", "/v1/keys/" + "0" * 64 + ".pem"):
            equal(daemon.web.get(target).status, 404, f"GET {target}")
        for method, target, allow in (("DELETE", "/v1/health", "GET"), ("PUT", INTROSPECT, "POST"),
                                      ("GET", INTROSPECT, "POST"), ("GET", "/v1/sessions", "POST"),
                                      ("POST", "/v1/keys", "GET"), ("PATCH", "/v1/sessions/current", "DELETE"),
                                      ("PATCH", "/v1/joins/self", "GET")):
            answer = daemon.web.call(method, target, {} if method in ("POST", "PUT", "PATCH") else None)
            equal(answer.status, 405, f"{method} {target}")
            check(allow in re.split(r",\s*", answer.header("Allow")), f"{method} {target}: Allow {answer.header('Allow')}")


@test()
def a_body_must_say_that_it_is_JSON():
    with Daemon() as daemon:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=x",
                     "application/json-patch+json", "nonsense"):
            daemon.web.call("POST", INTROSPECT, GOOD, headers={"Content-Type": kind}, expect="unsupported-media-type")
        for kind in ("application/json", "application/json; charset=utf-8", "Application/JSON"):
            daemon.web.call("POST", INTROSPECT, GOOD, headers={"Content-Type": kind}, expect=200)


@test()
def every_answer_has_the_fixed_headers_and_a_request_id_that_the_audit_has():
    with Daemon() as daemon:
        seen = set()
        for client in (daemon.web, daemon.admin):   # `Client` judges each answer
            for method, target in (("GET", "/v1/health"), ("GET", "/v1/openapi.yaml"), ("GET", "/v1/keys"), ("GET", "/nosuch"),
                                   ("DELETE", "/v1/health"), ("DELETE", "/v1/sessions/current"), ("GET", "/v1/joins/self")):
                seen.add(client.call(method, target).header("Request-Id"))
        equal(len(seen), 14, "different request ids")
        made = daemon.admin.post("/v1/accounts", {"username": "audited"}, headers={"Request-Id": "chosen"}, expect=201)
        request = made.header("Request-Id")
        check(request != "chosen", "a client chose its request id")
        items = daemon.admin.pages("/v1/audit", 200)
        check(any(item["request_id"] == request for item in items), f"the audit does not know {request} (section 2)")


@test()
def health_status_keys_and_openapi_say_what_section_7_promises():
    with Daemon() as daemon:
        for client in (daemon.web, daemon.admin):
            health = client.get("/v1/health", expect=200).json
            equal(health["status"], "ok", "health")
            check({"time", "version", "api"} <= set(health), f"health lacks a member: {health}")
            text = client.get("/v1/openapi.yaml", expect=200)
            check(text.body.lstrip().startswith(b"openapi:"), f"no OpenAPI: {text.body[:80]!r}")
            check((text.header("Content-Type") or "").startswith(("application/yaml", "application/openapi+yaml",
                                                                  "application/vnd.oai.openapi", "text/yaml")),
                  f"content type of the OpenAPI text: {text.header('Content-Type')}")
        spec = daemon.web.get("/v1/openapi.yaml").body.decode()
        for path in ("/v1/health", "/v1/status", "/v1/keys", "/v1/accounts", "/v1/password-resets", "/v1/sessions",
                     "/v1/sessions/second-factor", "/v1/sessions/introspect", "/v1/sessions/current", "/v1/meetings",
                     "/v1/joins/self", "/v1/joins/self/withdraw", "/v1/joins/self/leave", "/v1/grants/redeem",
                     "/v1/grants/introspect", "/v1/audit", "/v1/audit/checkpoint", "/v1/audit/verify"):
            check(re.search(rf"^\s*['\"]?{re.escape(path)}['\"]?:", spec, re.M), f"openapi.yaml lacks {path} (contract, head)")
        status = daemon.admin.get("/v1/status", expect=200).json
        check({"version", "store", "keys", "sessions", "meetings"} <= set(status), f"status lacks a member: {status}")
        daemon.web.get("/v1/status", expect="permission-denied")


ADMIN_ONLY = [("GET", "/v1/status"), ("GET", "/v1/accounts"), ("GET", "/v1/accounts?username=ada"), ("GET", "/v1/audit"),
              ("GET", "/v1/audit/checkpoint"), ("POST", "/v1/audit/verify")]


@test()
def operator_actions_are_refused_on_the_front_end_socket():
    with Daemon() as daemon:
        ada = flows.host(daemon, username="ada", display_name="Ada Canary Lovelace")
        routes = ADMIN_ONLY + [("POST", f"/v1/accounts/{ada.id}/password-reset"), ("GET", f"/v1/accounts/{ada.id}"),
                               ("PATCH", f"/v1/accounts/{ada.id}")]
        for method, target in routes:
            for token in (None, ada.token):
                if token and target.endswith(ada.id) and method == "GET":
                    continue   # one's own account by its id is for the implementation to say
                answer = daemon.web.call(method, target, {"disabled": True} if method == "PATCH" else None, token=token)
                among(answer.status, (401, 403, 404), f"{method} {target} on the front-end socket (section 2)")
                check(b"Canary" not in answer.body, f"{method} {target} told: {answer}")
        # A front end may register people; roles and vouching are not its to give (section 3).
        answer = daemon.web.post("/v1/accounts", {"username": "mallory", "roles": ["host"]})
        among(answer.status, (403, 422), "roles given by a front end")
        made = daemon.web.post("/v1/accounts", {"username": "bob"}, expect=201).json["account"]
        equal((made["roles"], made["vouched"]), ([], False), "an account that a front end made")
        for change in ({"disabled": True}, {"roles": ["host"]}, {"vouched": True}):
            among(daemon.web.patch("/v1/accounts/me", change, token=ada.token).status, (403, 422), f"{change} by oneself")
        equal(daemon.admin.get(f"/v1/accounts/{ada.id}").json["account"]["disabled"], False, "after all that, disabled")


@test()
def the_sockets_have_their_modes_and_the_key_directory_its_own():
    with Daemon() as daemon:
        for path, mode in ((daemon.frontend_path, 0o660), (daemon.admin_path, 0o600)):
            state = os.stat(path)
            check(stat.S_ISSOCK(state.st_mode), f"{path} is no socket")
            equal(oct(stat.S_IMODE(state.st_mode)), oct(mode), f"mode of {os.path.basename(path)} (section 2)")
        equal(oct(stat.S_IMODE(os.stat(daemon.inside("keys")).st_mode)), oct(0o700), "mode of the key directory (section 8)")
        for folder in ("keys", "state"):
            for name in os.listdir(daemon.inside(folder)):
                mode = stat.S_IMODE(os.stat(daemon.inside(f"{folder}/{name}")).st_mode)
                check(mode & 0o077 == 0, f"{folder}/{name} is open to others: {oct(mode)}")
        daemon.restart()
        equal(oct(stat.S_IMODE(os.stat(daemon.admin_path).st_mode)), oct(0o600), "mode of the admin socket after a restart")


@test(root=True)
def a_peer_of_another_uid_is_refused():
    with Daemon() as daemon:
        stranger = Client(daemon.frontend_path, uid=STRANGER_UID)
        for method, target in (("GET", "/v1/keys"), ("POST", INTROSPECT), ("POST", "/v1/sessions"), ("GET", "/nosuch")):
            stranger.call(method, target, {"token": "x"} if method == "POST" else None, expect="peer-not-allowed")
        equal(stranger.get("/v1/health").status, 200, "health is for any peer that reaches the socket (section 7)")
        equal(daemon.other.post(INTROSPECT, {"token": "x"}).status, 200, "the second front end")
        daemon.other.post("/v1/accounts", {"username": "eve"}, expect="permission-denied")   # has no `accounts`
        with contextlib.closing(socket.socket(socket.AF_UNIX)):
            try:
                Client(daemon.admin_path, uid=STRANGER_UID).get("/v1/health")
            except PermissionError:
                pass
            else:
                raise Failure("a stranger reached the admin socket")


@test(root=True)
def each_permission_opens_its_own_operations_and_no_others():
    def only(*permissions):
        return [dict(name="web", uid=0, permissions=ALL_PERMISSIONS, audiences=["media"], source=True),
                dict(name="narrow", uid=OTHER_UID, permissions=list(permissions), audiences=["elsewhere"])]
    probes = {"sessions": ("POST", "/v1/sessions/introspect", {"token": "x"}),
              "accounts": ("POST", "/v1/accounts", {"username": "probe"}),
              "meetings": ("GET", "/v1/meetings", None),
              "joins": ("POST", "/v1/meetings/no-such-meeting/joins", {"display_name": "x"}),
              "grants": ("POST", "/v1/grants/introspect", {"grant": "x"})}
    for held in probes:
        with Daemon(frontends=only(held)) as daemon:
            for needed, (method, target, body) in probes.items():
                answer = daemon.other.call(method, target, body)
                refused = answer.status == 403 and answer.code == "permission-denied"
                equal(refused, needed != held, f"with {held} alone, {method} {target} is refused: {answer}")


@test(root=True, answers="62")
def line_62_polkit_a_peer_whose_process_is_gone_is_still_known_by_its_uid():
    with Daemon() as daemon:
        # The broker is killed after connecting: there is no /proc entry to ask any more.
        connection = UnixHTTPConnection(daemon.frontend_path, uid=STRANGER_UID)
        connection.connect()
        Broker.brokers.pop(STRANGER_UID).near.close()
        time.sleep(0.3)
        daemon.web.get("/v1/keys", expect=200)
        Client(daemon.frontend_path).get("/v1/keys", connection=connection, expect="peer-not-allowed")


@test()
def a_peer_has_only_so_many_connections_and_gets_them_back():
    with Daemon(config={"limits": {"connections_per_peer": 8}}) as daemon:
        held = [connect(daemon.frontend_path) for _ in range(8)]
        time.sleep(0.3)
        answer, closed = single(daemon.frontend_path, head("GET", "/v1/health"), "the ninth connection")
        check(closed and (answer is None or answer.status == 503), f"the ninth connection: {answer}")
        equal(daemon.admin.get("/v1/health").status, 200, "the operator's socket meanwhile")
        for connection in held:
            connection.close()
        soon("they are given back", lambda: single(daemon.frontend_path, head("GET", "/v1/health", ["Connection: close"]), "one more")[0])
        alive(daemon, "too many connections")


HOSTILE = [post(b"x" * 3000), post(nested(3000)), post(b'{"token":"\xff"}'), post(b'{"a":1,"a":2}'), post(b"[" * 60_000),
           head(length=13) + b"{", head(length=200_000) + b"x" * 1000, b"GET /v1/health HTTP/1.1\r\nHost: a", b"\x00" * 500,
           head("GET", "/v1/health", [f"X-{index}: a" for index in range(200)]), head("GET", "/v1/health", ["A: " + "a" * 20_000]),
           BAD_FRAMING["both length headers"], BAD_FRAMING["a chunk size that overflows"], BAD_FRAMING["bare LF throughout"],
           b"", head("GET", "/v1/health") * 30, head("GET", "/v1/joins/self?wait=30"), post(b'{"token":"' + b"y" * 60_000 + b'"}')]


@test(exclusive=True, seconds=240)
def two_thousand_hostile_connections_leave_no_5xx_no_memory_and_no_descriptors_behind():
    with Daemon() as daemon:
        def assault(count, offset):
            def one(worker):
                for index in range(worker, count, 8):
                    data = HOSTILE[(index + offset) % len(HOSTILE)]
                    connection = connect(daemon.frontend_path, timeout=0.3)
                    with contextlib.suppress(OSError):
                        connection.sendall(data)
                        if index % 3:
                            received = connection.recv(1 << 20)
                            for line in re.findall(rb"^HTTP/1\.[01] (\d+)", received, re.M):
                                check(line[:1] != b"5" or line == b"503", f"a {line.decode()} to {data[:100]!r}")
                    connection.close()
            parallel(8, one)

        def settled():
            alive(daemon, "hostile connections")
            for _ in range(600):
                count = daemon.descriptors()
                time.sleep(0.1)
                if daemon.descriptors() <= count <= baseline + 8:
                    break
            return daemon.resident_kib(), daemon.descriptors()
        baseline = daemon.descriptors()
        assault(600, 0)   # what is laid out once is laid out now
        before, _ = settled()
        assault(2000, 5)
        after, descriptors = settled()
        check(descriptors <= baseline + 8, f"descriptors rose from {baseline} to {descriptors}")
        check(after - before <= 24 * 1024, f"resident memory rose from {before} to {after} KiB")
        check(daemon.process.poll() is None, "the daemon is gone")


@test()
def an_internal_name_or_a_path_is_never_in_an_error():
    with Daemon() as daemon:
        for method, target, body in (("GET", "/v1/nosuch", None), ("POST", INTROSPECT, b"{"), ("GET", "/v1/joins/self", None),
                                     ("POST", "/v1/grants/redeem", b'{"grant":"x"}'), ("GET", "/v1/accounts/me", None)):
            text = daemon.web.call(method, target, body).body.decode()
            for leak in (daemon.root, "sqlite", "SQLite", ".swift", "Swift.", "GRDB", "NIO"):
                check(leak not in text, f"{method} {target} leaks {leak}: {text}")


@test()
def a_missing_or_malformed_bearer_is_401_invalid_token():
    with Daemon() as daemon:
        for target in ("/v1/accounts/me", "/v1/joins/self", "/v1/meetings"):
            for value in (None, "", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer  x y", "Bearer " + "a" * 2000,
                          "Bearer \u00e9"):
                answer = daemon.web.get(target, headers={"Authorization": value} if value is not None else None)
                among(answer.status, (400, 401), f"GET {target} with {value!r}")
                if answer.status == 401:
                    equal(answer.code, "invalid-token", f"GET {target} with {value!r}")
        for headers in (["Authorization: Bearer x", "Authorization: Bearer y"],):
            answer, _ = single(daemon.frontend_path, head("GET", "/v1/accounts/me", headers), "two bearers", until=1)
            among(answer.status, (400, 401), "two Authorization headers")


@test()
def SIGTERM_answers_what_is_under_way_and_ends_within_5_s():
    with Daemon() as daemon:
        ada = flows.host(daemon)
        room = flows.meeting(daemon, ada)
        guest = flows.knock(daemon, room)
        connection = UnixHTTPConnection(daemon.frontend_path)
        connection.request("GET", "/v1/joins/self?wait=30", headers={"Authorization": "Bearer " + guest.ticket})
        time.sleep(0.3)
        watch = Stopwatch()
        daemon.stop()
        check(watch.seconds < 6, f"the drain took {watch}, longer than 5 s (section 9)")
        with contextlib.suppress(OSError, http.client.HTTPException):
            among(connection.getresponse().status, (200, 503), "a long poll when the daemon stops")
        connection.close()
        daemon.start()
        equal(guest.look().status, 200, "the ticket after the restart")


@test()
def the_clock_of_these_tests_moves_the_daemon_s_time():
    with Daemon(clock=True) as daemon:
        def told():
            text = daemon.web.get("/v1/health", expect=200).json["time"]
            return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
        before = told()
        daemon.clock.advance(7200)
        check(7195 < told() - before < 7260, "libfaketime does not reach the daemon: the tests of time show nothing")


@test()
def SIGHUP_does_not_end_the_daemon():
    with Daemon() as daemon:
        daemon.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        check(daemon.process.poll() is None, "SIGHUP ended the daemon (section 9: it reloads)")
        alive(daemon, "SIGHUP")


@test()
def the_daemon_opens_no_network_socket():
    with Daemon() as daemon:
        inodes = set()
        for name in os.listdir(f"/proc/{daemon.pid}/fd"):
            with contextlib.suppress(OSError):
                inodes.add(os.readlink(f"/proc/{daemon.pid}/fd/{name}"))
        for table in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
            with open(f"/proc/net/{table}") as file:
                for line in file.readlines()[1:]:
                    check(f"socket:[{line.split()[9]}]" not in inodes, f"a {table} socket is open (section 9)")
