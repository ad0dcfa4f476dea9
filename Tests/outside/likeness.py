"""Section 3.1: unknown, disabled and password-less accounts cost and answer like a wrong password.

What a stranger could tell them by: the bytes of the answers, and how long they take. Samples are spread over accounts
and believed sources, so that no budget is spent and each of them is evaluated.
"""

import itertools, random, secrets

import flows, odds
from flows import account, fresh_ip, host, source
from harness import *
from load import FULL, Line, people, request

WRONG = "wrong horse battery staple"
EACH = 60 if FULL else 20   # accounts of a kind; so many samples stay below what strangers may fail on one in a day


class House:
    """Accounts of each kind; by kind, a stranger's pairs of username and password."""

    def __init__(self, daemon, each=EACH):
        self.daemon = daemon
        known, disabled, without = people(daemon, each), people(daemon, each), people(daemon, each, with_passwords=False)
        for person in disabled:
            daemon.admin.patch(f"/v1/accounts/{person.id}", {"disabled": True}, expect=200)
        second = [host(daemon) for _ in range(each if FULL else 4)]
        self.kinds = {
            "known": [(person.username, WRONG) for person in known],
            "unknown": [(f"user-{index}-{secrets.token_hex(4)}", WRONG) for index in range(each)],
            "disabled": [(person.username, person.password) for person in disabled],   # the right one is of no use
            "password-less": [(person.username, person.setup_code) for person in without],
            "second factor": [(second[index % len(second)].username, WRONG) for index in range(each)],
        }
        self.people = dict(known=known, disabled=disabled, without=without, second=second)

    def asked(self, name, secret, ip):
        return request("POST", "/v1/sessions", {"username": name, "password": secret, "source": source(ip)})


def uniform(answers, what):
    """All of them are the same bytes, but for the request's id and the date."""
    first_name, first = next(iter(answers.items()))
    equal((first.status, first.code), (401, "invalid-credentials"), f"{what}: {first_name}")
    for name, answer in answers.items():
        equal(answer.comparable(), first.comparable(), f"{what}: {name} against {first_name}")


@test(exclusive=True, seconds=1800 if FULL else 120, answers="59")
def line_59_Authelia_and_Django_no_statistic_tells_known_unknown_disabled_and_password_less_accounts_apart():
    samples = 3000 if FULL else 120
    with Daemon() as daemon:
        house, line = House(daemon), Line(daemon.web)
        times = {kind: [] for kind in house.kinds}
        turns = {kind: itertools.cycle(pairs) for kind, pairs in house.kinds.items()}
        for pairs in house.kinds.values():   # the first of each finds no row of its own yet
            for name, secret in pairs:
                equal(line.ask(house.asked(name, secret, fresh_ip())).status, 401, "a first try")
        order = list(times)
        for index in range(samples):
            random.shuffle(order)   # none always comes first
            answers = {}
            for kind in order:
                reply = line.ask(house.asked(*next(turns[kind]), fresh_ip()))
                times[kind].append(reply.seconds)
                answers[kind] = reply.answer
            uniform(answers, f"round {index}")
        line.close()
        lines, complaints = odds.told_apart(times)
        print("\n".join(lines))
        check(not complaints, "told apart by time: " + "; ".join(complaints))


@test(answers="59")
def line_59_Authelia_every_operation_that_is_asked_by_a_stranger_answers_alike_for_all_accounts():
    with Daemon() as daemon:
        house, code = House(daemon), "0" * 26
        resets = {}
        for kind, pairs in house.kinds.items():
            name = pairs[0][0]
            resets[kind] = daemon.web.post("/v1/password-resets", {"username": name, "reset_code": code,
                                           "new_password": flows.good_password(), "source": source()})
            resets[kind + ", a password that is not taken"] = daemon.web.post("/v1/password-resets", {
                "username": name, "reset_code": code, "new_password": "short", "source": source()})
        uniform(resets, "a reset")
        ada, eve = house.people["second"][:2]
        challenges = {"a challenge that is none": "x" * 60, "nothing": "", "a session's token": ada.token,
                      "a known device": ada.known_device, "a wrong code": ada.start(expect=200).json["challenge"],
                      "another's code": eve.start(expect=200).json["challenge"]}
        for method, wrong in (("totp", ada.authenticator.wrong()), ("recovery_code", "0" * 16)):
            uniform({what: daemon.web.post("/v1/sessions/second-factor", {
                "challenge": challenge, "method": method, "source": source(),
                "code": ada.authenticator.code() if what == "another's code" and method == "totp" else wrong,
            }) for what, challenge in challenges.items()}, f"the second step, {method}")


@test(exclusive=True, seconds=600 if FULL else 120, answers="59")
def line_59_Django_no_statistic_tells_whose_name_stands_in_a_wrong_reset():
    samples = 3000 if FULL else 120
    with Daemon() as daemon:
        # Ten tries at one code are all there are: accounts in number, and a source of its own for each try.
        each = samples // 8 + 5
        house, line = House(daemon, each), Line(daemon.web)
        kinds = {"with a pending code": [person.username for person in house.people["without"]],
                 "with a password": [person.username for person in house.people["known"]],
                 "disabled": [person.username for person in house.people["disabled"]],
                 "unknown": [f"user-{index}-{secrets.token_hex(4)}" for index in range(each)]}
        times, order = {kind: [] for kind in kinds}, list(kinds)
        for index in range(-10, samples):
            random.shuffle(order)
            for kind in order:
                reply = line.ask(request("POST", "/v1/password-resets", {
                    "username": kinds[kind][index % each], "reset_code": secrets.token_hex(13).upper(),
                    "new_password": WRONG + " for a reset", "source": source(fresh_ip())}))
                equal(reply.status, 401, f"a wrong code, {kind}: {reply.body[:300]!r}")
                if index >= 0:
                    times[kind].append(reply.seconds)
        line.close()
        lines, complaints = odds.told_apart(times)
        print("\n".join(lines))
        check(not complaints, "a wrong reset: " + "; ".join(complaints))
