#!/usr/bin/env node
/* A client of Anteroom in one file: Node 18 or later, no packages. Use it as it is, or copy from it.

    const anteroom = new Anteroom("/run/anteroom/frontend.sock");

    const join = await anteroom.join("kq3vm-8tzpa-w2hfd", "Grace", { passcode: typed });     // somebody who wants in
    if (await join.wait() === "admitted") handToTheMediaServer(join.grant);

    const session = await anteroom.signIn("ada", password, { secondFactor: ask });           // the host
    const meeting = anteroom.meeting("kq3vm-8tzpa-w2hfd", session.token);
    for await (const waiting of meeting.joins({ state: "waiting" })) await meeting.admit(waiting.id);

    for await (const event of anteroom.follow(putOut, inside)) { … }                         // the front end itself

anteroom.py is the same in Python, word for word. As a command: anteroom.mjs --help. */

import { readFileSync, realpathSync } from "node:fs";
import http from "node:http";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const FINAL = new Set(["denied", "withdrawn", "expired", "removed"]);   // nothing comes after these
const SILENCE = 45;            // seconds; a stream says something every 15, so one that is silent for so long is dead
const LONG_POLL = 30;          // seconds; the longest that the daemon holds a question
const PAUSES = [0.1, 3];       // seconds before asking again: the first, doubled each time up to the last

/** The daemon said no, and why (RFC 9457). Branch on `code`; `detail` is for people and may change. */
export class Problem extends Error {
  constructor(status, problem, retryAfter) {
    super(`${status} ${problem.code}: ${problem.detail ?? ""}`);
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.detail = problem.detail ?? "";
    this.pointer = problem.pointer;              // what in the body was wrong, as a JSON pointer
    this.required = problem.required ?? [];      // all that is still missing to get in
    this.retryAfter = problem.retry_after ?? retryAfter;   // seconds
  }
}

/** No answer came. `asked` says whether the daemon may have got the request, and done what it asks. */
export class Unreachable extends Error {
  constructor(reason, asked) {
    super(`no answer from Anteroom: ${reason}`);
    this.asked = asked;
  }
}

/** Server-Sent Events out of bytes, cut anywhere, by the rules of the WHATWG's HTML standard. */
export class EventParser {
  #text = new TextDecoder("utf-8");   // keeps the bytes of a character that is cut by a chunk's border
  #line = "";
  #afterCR = false;
  #name = "";
  #data = [];
  #id;

  constructor(lastId = "") {
    this.lastId = this.#id = lastId;
  }

  /** The events [id, name, text] that these bytes complete. What no empty line ended is never one. */
  feed(chunk) {
    let text = this.#text.decode(chunk, { stream: true });
    if (this.#afterCR && text) {      // CR and LF are one line end, also in two chunks
      if (text[0] === "\n") text = text.slice(1);
      this.#afterCR = false;
    }
    if (text) this.#afterCR = text.endsWith("\r");
    const lines = (this.#line + text).split(/\r\n|\r|\n/);
    this.#line = lines.pop();
    return lines.map((line) => this.#take(line)).filter(Boolean);
  }

  #take(line) {
    if (line === "") {                // the end of an event
      // Not before: an event that was cut off must be asked for again.
      this.lastId = this.#id;
      const event = this.#data.length ? [this.lastId, this.#name || "message", this.#data.join("\n")] : null;
      this.#name = "";
      this.#data = [];
      return event;
    }
    const [, field, value = ""] = /^([^:]*)(?::\x20?([^]*))?$/.exec(line);   // a comment is a field without a name
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#name = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }
}

const part = encodeURIComponent;

/** One daemon. Connections are kept alive and shared. */
export class Anteroom {
  #agent = new http.Agent({ keepAlive: true });

  constructor(path = "/run/anteroom/frontend.sock", { patience = 10 } = {}) {
    this.path = path;
    this.patience = patience;        // seconds that a request is tried again for
  }

  // --- asking -------------------------------------------------------------------------------------

  /** The answer's JSON, or null where there is none. Throws Problem or Unreachable.

      A request is asked again, within `patience` and not before Retry-After, only where that is safe:
      - always, if it did not reach the daemon, or was refused at the door (`busy`, `shutting-down`);
      - on 429, 503 and lost connections, if it is `safe`: done twice it is as if done once. That is reading,
        the roster, and the acts that the daemon answers alike when they are done already.
      Never asked again are sign-in, second factor, join and redeem: nobody knows whether the lost one counted, a
      password shown again is one more guess, a one-time code and a grant are good once. Waiting out a 429 there
      is for the person to decide. */
  async request(method, path, { body, bearer, safe = method === "GET" || method === "PUT", timeout = 30 } = {}) {
    let until, pause = PAUSES[0];
    for (;;) {
      try {
        return await this.#askOnce(method, path, { body, bearer, timeout });
      } catch (failed) {
        if (failed instanceof Problem) {
          const refusedAtTheDoor = failed.code === "busy" || failed.code === "shutting-down";
          if (!refusedAtTheDoor && !(safe && isOverload(failed))) throw failed;
          pause = Math.max(pause, failed.retryAfter ?? 0);
        } else if (!(failed instanceof Unreachable) || (failed.asked && !safe)) throw failed;
        until ??= now() + this.patience;   // of the trying again; a long poll may have been long
        if (now() + pause > until) throw failed;
        await sleep(pause * 1000);
        pause = Math.min(2 * pause, PAUSES[1]);
      }
    }
  }

  async #askOnce(method, path, options) {
    const response = await this.#send(method, path, { ...options, agent: this.#agent });
    return this.#answer(response);
  }

  #send(method, path, { body, bearer, headers = {}, timeout, agent }) {
    headers = { ...headers };
    const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body));
    if (bytes) Object.assign(headers, { "Content-Type": "application/json", "Content-Length": bytes.length });
    if (bearer) headers.Authorization = `Bearer ${bearer}`;
    return new Promise((resolve, reject) => {
      let connected = false;
      const request = http.request({
        socketPath: this.path, host: "localhost", method, path, headers, agent, timeout: timeout * 1000 }, resolve);
      request.on("socket", (socket) => {
        // A kept connection that the daemon closed is gone from the agent by now, all but for the moment in
        // which both happen at once; that one counts as asked, because nobody can tell.
        if (socket.connecting) socket.once("connect", () => { connected = true; });
        else connected = true;
      });
      request.on("timeout", () => request.destroy(new Error("timed out")));
      request.on("error", (error) => reject(new Unreachable(error.message, connected)));
      request.end(bytes);
    });
  }

  async #answer(response) {
    const chunks = [];
    for await (const chunk of this.#chunks(response)) chunks.push(chunk);
    const isJSON = /json/.test(response.headers["content-type"]);
    const answer = chunks.length && isJSON ? JSON.parse(Buffer.concat(chunks)) : null;
    if (response.statusCode < 400) return answer;
    const after = response.headers["retry-after"] ?? "";
    throw new Problem(response.statusCode, answer ?? {}, /^[0-9]+$/.test(after) ? Number(after) : undefined);
  }

  async *#chunks(response) {
    const chunks = response[Symbol.asyncIterator]();
    for (;;) {
      let next;
      try {
        next = await chunks.next();
      } catch (error) {
        throw new Unreachable(error.message, true);   // cut off: the body did not end as HTTP ends it
      }
      if (next.done) return;
      yield next.value;
    }
  }

  // --- watching -----------------------------------------------------------------------------------

  /** What happens, from now on (first a `snapshot`) or after the number `last`, for as long as it is asked for.

      Connections come and go; nothing is lost between them and nothing comes twice, because each new one
      says which number was last. Ends where `done()`, throws Problem once the right to watch has ended
      (401, 403). `opened()` is called each time the daemon answered and before what it then tells.
      `poll` asks again and again instead: for where no stream gets through. */
  async *events(path = "/v1/events", { bearer, last, poll = false, opened, done = () => false } = {}) {
    let pause = PAUSES[0];
    for (;;) {
      let ended = false;   // as it should, and not cut off
      try {
        const what = { bearer, last, opened, done };
        const source = poll ? this.#polled(path, what) : this.#streamed(path, what);
        for await (const [id, name, data] of source) {
          if (last && name !== "snapshot" && Number(id) <= Number(last)) continue;
          last = id;
          pause = PAUSES[0];
          yield { id, name, data };
        }
        ended = true;
      } catch (failed) {
        if (failed instanceof Problem) {
          if (failed.status === 401 && done()) return;   // its ticket went with it
          if (!isOverload(failed)) throw failed;
          pause = Math.max(pause, failed.retryAfter ?? 0);
        } else if (!(failed instanceof Unreachable)) throw failed;
      }
      if (ended && done()) return;
      await sleep(pause * 1000);
      pause = Math.min(2 * pause, PAUSES[1]);
    }
  }

  async *#streamed(path, { bearer, last, opened }) {
    const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
    const response = await this.#send("GET", path, { bearer, headers, timeout: SILENCE });
    try {
      if (response.statusCode !== 200) await this.#answer(response);
      await opened?.();
      const parser = new EventParser(last);
      for await (const chunk of this.#chunks(response)) {
        for (const [id, name, text] of parser.feed(chunk)) yield [id, name, JSON.parse(text)];
      }
    } finally {
      response.destroy();
    }
  }

  async *#polled(path, { bearer, last, opened, done }) {
    for (;;) {
      const query = new URLSearchParams({ ...(last && { after: last }), wait: LONG_POLL });
      const answer = await this.#askOnce("GET", `${path}?${query}`, { bearer, timeout: LONG_POLL + 30 });
      await opened?.();
      opened = undefined;   // and not again: between one question and the next nothing is lost
      for (const event of answer.events) yield [event.id, event.event, event.data];
      last = answer.after;
      if (answer.events.length === 0 && done()) return;
    }
  }

  // --- people -------------------------------------------------------------------------------------

  /** {token, session, known_device}. `secondFactor(methods)` asks the person and gives
      ["totp" or "recovery_code", code]. */
  async signIn(username, password, { secondFactor, source } = {}) {
    let answer = await this.request("POST", "/v1/sessions", { body: { username, password, source } });
    if (answer.challenge) {
      const [method, code] = await secondFactor(answer.methods);
      const body = { challenge: answer.challenge, method, code, source };
      answer = await this.request("POST", "/v1/sessions/second-factor", { body });
    }
    return answer;
  }

  async signOut(token) {
    await this.request("DELETE", "/v1/sessions/current", { bearer: token });
  }

  /** Asks to come in: a Join. `bearer` is the person's session; fields are passcode, invite, audience, source …

      After a reload show the `ticket`: it is the same join again, and not a second knock. */
  async join(meeting, displayName, { bearer, ...fields } = {}) {
    const body = { display_name: displayName, ...fields };
    const answer = await this.request("POST", `/v1/meetings/${part(meeting)}/joins`, { body, bearer });
    return new Join(this, answer.ticket ?? fields.ticket, answer);
  }

  /** The host's side. `bearer` is a session of the host or a cohost, or the ticket of their own join. */
  meeting(meeting, bearer) {
    return new Meeting(this, meeting, bearer);
  }

  // --- the front end itself -----------------------------------------------------------------------

  /** A grant was shown at the media server: lets it in, once. Redeemed, the join is `present`. */
  redeem(grant) {
    return this.request("POST", "/v1/grants/redeem", { body: { grant } });
  }

  introspect(grant) {
    return this.request("POST", "/v1/grants/introspect", { body: { grant }, safe: true });
  }

  /** The media server checked the grant by itself and let this join in. On a 409 it must be put out. */
  async present(join) {
    return (await this.request("POST", `/v1/joins/${part(join)}/present`, { safe: true })).join;
  }

  /** The media server lost this join. Not its will: it may come back without knocking, for a while. */
  async left(join) {
    return (await this.request("POST", `/v1/joins/${part(join)}/left`, { safe: true })).join;
  }

  /** The whole truth of who is inside. Gives the ids of those who may not be: put them out. */
  async roster(meeting, joins) {
    return (await this.request("PUT", `/v1/meetings/${part(meeting)}/roster`, { body: { joins } })).barred;
  }

  /** The person was put out. Unacknowledged for 5 s, the daemon raises an alarm. */
  async acknowledge(revocation) {
    await this.request("POST", `/v1/revocations/${part(revocation)}/ack`, { safe: true });
  }

  /** All that happens to this front end's joins, with what a media server owes the daemon done on the way.

      `inside()` gives {meeting: [join, …]} of who is in now. It is told at the start and after each loss of the
      stream, once the new one stands: so what happens meanwhile is in the stream, and nobody slips through.
      `putOut(meeting, join)` throws somebody out, also if they are gone already; only when it came back is the
      revocation acknowledged. If it throws, it is not, and the daemon's alarm tells the operator. */
  async *follow(putOut, inside, { last, poll = false } = {}) {
    const owed = [];
    const acknowledge = async () => {
      while (owed.length) {
        await this.acknowledge(owed[0]);
        owed.shift();
      }
    };
    const opened = async () => {
      for (const [meeting, joins] of Object.entries(await inside())) {
        const barred = await this.roster(meeting, joins).catch((failed) => {
          if (failed.status === 404) return joins;   // there is no such meeting any more: nobody may be in it
          throw failed;
        });
        for (const join of barred) await putOut(meeting, join);
      }
      await acknowledge();
    };
    for await (const event of this.events("/v1/events", { last, poll, opened })) {
      if (event.name === "revocation") {
        await putOut(event.data.meeting, event.data.join);
        owed.push(event.data.revocation);
        await acknowledge().catch((failed) => {
          if (!(failed instanceof Unreachable)) throw failed;   // then the stream is lost too: done with the next
        });
      }
      yield event;
    }
  }
}

/** One person's attempt to get in. Keep `ticket` where only that person can get at it: with it a process that
    knows nothing else can make the same Join again, and `last` lets it go on where another left off. */
export class Join {
  #anteroom;

  constructor(anteroom, ticket, answer) {
    this.#anteroom = anteroom;
    Object.assign(this, { ticket, last: null, id: null, state: null, role: null, grant: null, message: null });
    if (answer) this.#learn(answer);
  }

  /** From an answer or a snapshot {join: {…}, grant?}, or from an event {join: id, state, …}. */
  #learn(answer) {
    const join = typeof answer.join === "object" ? answer.join : { ...answer, id: answer.join };
    this.id = join.id;
    this.state = join.state;
    this.role = join.role ?? this.role;
    this.grant = answer.grant ?? null;
    this.message = answer.message ?? join.waiting?.message ?? this.message;
    return this.state;
  }

  async #ask(method, path, more) {
    return this.#learn(await this.#anteroom.request(method, path, { bearer: this.ticket, ...more }));
  }

  /** The state now, or as soon as it changes within `wait` seconds; and a fresh grant, if there is a right to one. */
  look({ wait = 0 } = {}) {
    return this.#ask("GET", `/v1/joins/self?wait=${wait}`, { timeout: Number(wait) + 30 });
  }

  /** What happens to this join, until it is over. */
  async *events({ last = this.last, poll = false } = {}) {
    const done = () => FINAL.has(this.state) || this.state === "left";
    const what = { bearer: this.ticket, last, poll, done };
    for await (const event of this.#anteroom.events("/v1/joins/self/events", what)) {
      this.last = event.id;
      this.#learn(event.data);
      yield event;
      if (FINAL.has(this.state)) return;
    }
  }

  /** Returns the state as soon as it is decided, whatever happens to the daemon meanwhile. */
  async wait({ poll = false } = {}) {
    if (!poll) {
      for await (const _ of this.events()) if (this.state !== "waiting") break;
      return this.state;
    }
    while (this.state === null || this.state === "waiting") {
      try {
        await this.look({ wait: LONG_POLL });
      } catch (failed) {
        if (!(failed instanceof Unreachable)) throw failed;
        await sleep(PAUSES[1] * 1000);   // `request` lost its patience; a person who waits has more
      }
    }
    return this.state;
  }

  /** Was inside, and goes: gives the seat back, and with it the right to come back without knocking. */
  leave() {
    return this.#ask("POST", "/v1/joins/self/leave", { safe: true });
  }

  /** No longer wants in. */
  withdraw() {
    return this.#ask("POST", "/v1/joins/self/withdraw", { safe: true });
  }
}

/** What a host does. Every act may be done again without harm; one that is impossible is a 409. */
export class Meeting {
  #anteroom;
  #bearer;
  #path;

  constructor(anteroom, meeting, bearer) {
    this.#anteroom = anteroom;
    this.#bearer = bearer;
    this.#path = `/v1/meetings/${part(meeting)}`;
  }

  /** All of them, or those `waiting`, `present`, … page by page. */
  async *joins({ state } = {}) {
    for (let cursor = {}; cursor;) {
      const query = new URLSearchParams({ limit: 200, ...(state && { state }), ...cursor });
      const page = await this.#anteroom.request("GET", `${this.#path}/joins?${query}`, { bearer: this.#bearer });
      yield* page.items;
      cursor = page.next_cursor && { cursor: page.next_cursor };
    }
  }

  events({ last, poll = false } = {}) {
    return this.#anteroom.events(`${this.#path}/events`, { bearer: this.#bearer, last, poll });
  }

  #act(verb, join, body, safe = true) {
    const path = join ? `${this.#path}/joins/${part(join)}/${verb}` : `${this.#path}/${verb}`;
    const said = body && Object.values(body).some((value) => value !== undefined) ? body : undefined;
    return this.#anteroom.request("POST", path, { body: said, bearer: this.#bearer, safe });
  }

  async admit(join) { return (await this.#act("admit", join)).join; }

  /** `reason` is for hosts and the audit, `message` for the person. */
  async deny(join, { reason, message, ban } = {}) {
    return (await this.#act("deny", join, { reason, message, ban })).join;
  }

  /** Puts somebody out who is inside. They stay out, unless `ban` is false. */
  async remove(join, { reason, message, ban } = {}) {
    return (await this.#act("remove", join, { reason, message, ban })).join;
  }

  async sendBack(join) { return (await this.#act("send-back", join)).join; }   // to the waiting room

  /** These, or all who wait and that nothing speaks against: {admitted, skipped}. */
  admitWaiting({ joins } = {}) { return this.#act("admit-waiting", null, { joins }); }

  /** To one join, or to all who wait. Not safe to repeat: they would read it twice. */
  message(text, { join } = {}) { return this.#act("message", join, { text }, false); }

  async lock() { return (await this.#act("lock")).meeting; }
  async unlock() { return (await this.#act("unlock")).meeting; }
  async suspend() { return (await this.#act("suspend")).meeting; }   // everybody but the hosts waits, and it is locked
  async end() { return (await this.#act("end")).meeting; }
}

const now = () => performance.now() / 1000;
const isOverload = (problem) => problem.status === 429 || problem.status === 503;

// --- as a command, and for the conformance script ---------------------------------------------------------

const USAGE = `usage: anteroom.mjs [--socket PATH] [--meeting ID] [--bearer FILE] DO [WORD ...] [OPTION=VALUE ...]

  sign_in USERNAME | join MEETING NAME | redeem | introspect
  present JOIN | left JOIN | roster MEETING JOIN... | follow
  with --bearer FILE, what \`join\` printed: look | wait | events | leave | withdraw
  with --meeting and --bearer FILE, what \`sign_in\` printed: joins [state=waiting] | admit JOIN
    deny JOIN [message=TEXT] | remove JOIN [message=TEXT] | send_back JOIN | admit_waiting
    message TEXT [join=JOIN] | lock | unlock | suspend | end | events [last=NUMBER]

Password, code, passcode and grant are lines of standard input: arguments can be seen by everybody.`;

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const input = () => createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** A line of standard input; typed at a terminal it is not shown. */
async function ask(name) {
  if (!process.stdin.isTTY) return (await (ask.lines ??= input()).next()).value;
  process.stderr.write(`${name}: `);
  const unseen = new Writable({ write: (_, __, done) => done() });
  const reader = createInterface({ input: process.stdin, output: unseen, terminal: true });
  const typed = await new Promise((resolve) => reader.question("", resolve));
  reader.close();
  process.stderr.write("\n");
  return typed;
}

/** Does what a command says, with the object that it belongs to; gives what can be printed, or an iterator of it. */
async function call(anteroom, { do: name, words = [], options = {}, meeting, bearer }, asked) {
  words = [...words];
  options = { ...options };
  const target = meeting ? anteroom.meeting(meeting, bearer) : bearer ? new Join(anteroom, bearer) : anteroom;
  if (name === "sign_in") {
    words.push(await asked("password"));
    options.secondFactor = async () => ["totp", await asked("code")];
  } else if (name === "join" && !options.ticket && !options.bearer) options.passcode = await asked("passcode");
  else if (name === "redeem" || name === "introspect") words.push(await asked("grant"));
  else if (name === "roster") words = [words[0], words.slice(1)];
  else if (name === "follow") {   // whoever runs it plays the media server: who is put out is printed
    const inside = options.inside ?? {};
    words = [(meeting, join) => console.error(`put out ${join} of ${meeting}`), () => inside];
  }
  if (typeof target[camel(name)] !== "function") throw new TypeError(`no such thing to do: ${name}`);
  const result = target[camel(name)](...words, options);
  if (result[Symbol.asyncIterator]) return result;
  const answer = await result;
  return (target instanceof Join ? target : answer) ?? null;
}

/** One command a line, as JSON; a line for each event, if it has any, until the one named `until`; one at the end. */
async function drive(anteroom) {
  for await (const line of { [Symbol.asyncIterator]: input }) {
    const { secrets = {}, until, ...command } = JSON.parse(line);
    let answer;
    try {
      let result;
      if (command.do === "parse") {
        const parser = new EventParser();
        result = command.chunks.flatMap((chunk) => parser.feed(Buffer.from(chunk, "hex")));
      } else result = await call(anteroom, command, (name) => secrets[name]);
      answer = result?.[Symbol.asyncIterator] ? { ended: true } : { result };
      for await (const item of answer.ended ? result : []) {
        console.log(JSON.stringify({ event: item }));
        if (until && item.name === until) break;
      }
    } catch (failed) {
      const { status, code, detail, pointer = null, required, retryAfter = null } = failed;
      const problem = { status, code, detail, pointer, required, retry_after: retryAfter };
      if (failed instanceof Problem) answer = { problem };
      else if (failed instanceof Unreachable) answer = { unreachable: failed.message, asked: failed.asked };
      else throw failed;
    }
    console.log(JSON.stringify(answer));
  }
}

async function main(words) {
  const named = { socket: "/run/anteroom/frontend.sock" };
  while (["--socket", "--meeting", "--bearer", "--drive"].includes(words[0])) {
    const name = words.shift().slice(2);
    named[name] = name === "drive" || words.shift();
  }
  const anteroom = new Anteroom(named.socket);
  if (named.drive) return drive(anteroom);
  if (!words.length || words[0].startsWith("-")) throw new TypeError("");
  const command = { do: words.shift(), words: [], options: {}, meeting: named.meeting };
  for (const word of words) {
    const [, name, value] = /^([a-z_]+)=([^]*)$/.exec(word) ?? [];
    if (name) command.options[name] = value;
    else command.words.push(word);
  }
  if (named.bearer) {
    const kept = JSON.parse(readFileSync(named.bearer, "utf8"));
    command.bearer = kept.token ?? kept.ticket;
  }
  const result = await call(anteroom, command, ask);
  for await (const item of result?.[Symbol.asyncIterator] ? result : [result]) console.log(JSON.stringify(item));
  process.stdin.destroy();
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((failed) => {
    const wrongUsage = failed instanceof TypeError;
    console.error(wrongUsage ? `${failed.message}\n${USAGE}`.trim() : `anteroom.mjs: ${failed.message}`);
    process.exit(1);
  });
}
