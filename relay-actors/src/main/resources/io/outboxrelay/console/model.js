// What a snapshot means, and what the last minute was like. Knows nothing of the page.

import { plural, whole } from "./dom.js";

export const SECONDS = 60;
const GONE_FOR_MILLIS = 120000;

/** In the order of how much they want a person. */
export const KINDS = ["stuck", "halted", "unknown", "retrying", "paused", "moving", "relaying"];
export const KIND_WORDS = {
  stuck: "stuck", halted: "halted", unknown: "no answer", retrying: "tries again",
  paused: "paused", moving: "on its way", relaying: "relaying",
};

export const keyOf = (shard) => `${shard.outbox}/${shard.shard}`;

export function kindOf(shard) {
  if (shard.stuck && shard.phase !== "paused") return "stuck";
  switch (shard.phase) {
    case "relaying": case "paused": case "retrying": case "halted": return shard.phase;
    case "waiting": case "claiming": case "draining": return "moving";
    default: return "unknown";
  }
}

export class Model {
  constructor() {
    this.snapshot = null;
    this.shards = [];
    this.members = [];
    this.lag = new Map();
    this.rates = [];
    this.waits = [];
    this.seen = new Map();
  }

  take(snapshot, now) {
    this.snapshot = snapshot;
    this.shards = snapshot.outboxes.flatMap((outbox) => outbox.statuses);
    for (const shard of this.shards) shard.kind = kindOf(shard);
    this.members = this.#withGone(snapshot.members, now);
    this.#remember();
  }

  /** A node that vanishes is shown for a while, or nobody would see that it did. */
  #withGone(members, now) {
    const here = new Set(members.map((member) => member.address));
    for (const member of members) this.seen.set(member.address, { ...member, at: now });
    for (const [address, member] of this.seen) {
      if (!here.has(address) && now - member.at > GONE_FOR_MILLIS) this.seen.delete(address);
    }
    const gone = [...this.seen.values()].filter((member) => !here.has(member.address)).map((member) => ({
      address: member.address, status: "gone", oldest: false, reachable: false, goneSeconds: (now - member.at) / 1000,
    }));
    return [...members, ...gone].sort((a, b) => a.address.localeCompare(b.address, "en", { numeric: true }));
  }

  #remember() {
    const keys = new Set();
    for (const shard of this.shards) {
      const key = keyOf(shard);
      keys.add(key);
      if (!this.lag.has(key)) this.lag.set(key, []);
      push(this.lag.get(key), Math.max(0, shard.rowsWaiting));
    }
    for (const key of this.lag.keys()) if (!keys.has(key)) this.lag.delete(key);
    push(this.rates, this.rate());
    push(this.waits, this.waiting());
  }

  rate() { return sum(this.shards, (shard) => shard.ratePerSecond); }
  waiting() { return sum(this.shards, (shard) => Math.max(0, shard.rowsWaiting)); }
  waitingIsMore() { return this.shards.some((shard) => shard.rowsWaitingCapped); }
  inFlight() { return sum(this.shards, (shard) => shard.rowsInFlight); }
  parked() { return sum(this.shards, (shard) => Math.max(0, shard.parkedRows)); }
  blocked() { return sum(this.shards, (shard) => Math.max(0, shard.blockedAggregates)); }
  oldest() { return Math.max(0, ...this.shards.map((shard) => shard.oldestWaitingSeconds)); }
  of(...kinds) { return this.shards.filter((shard) => kinds.includes(shard.kind)); }

  /** The state in words, worst first; `level` is bad, notice or good. */
  verdict() {
    const bad = [];
    const notice = [];
    const say = (list, count, words) => { if (count > 0) list.push(words(count)); };
    const lost = this.members.filter((member) => !member.reachable);
    if (!this.snapshot.started) notice.push("this node is starting");
    say(bad, this.of("stuck").length, (n) => `${plural(n, "shard")} stuck`);
    say(bad, this.of("halted").length, (n) => `${plural(n, "shard")} halted`);
    say(bad, this.of("unknown").length, (n) => `${plural(n, "shard")} without an answer`);
    say(bad, lost.filter((member) => member.status !== "gone").length, (n) => `${plural(n, "node")} unreachable`);
    if (this.snapshot.started && !this.snapshot.coordinator) bad.push("no coordinator answers");
    say(notice, lost.filter((member) => member.status === "gone").length, (n) => `${plural(n, "node")} gone`);
    say(notice, this.of("retrying").length, (n) => `${plural(n, "shard")} trying again`);
    say(notice, this.of("paused").length, (n) => `${plural(n, "shard")} paused`);
    say(notice, this.of("moving").length, (n) => `${plural(n, "shard")} on the way`);
    say(notice, this.blocked(), (n) => `${plural(n, "aggregate")} waiting for a decision`);
    for (const outbox of this.snapshot.outboxes) {
      if (outbox.shards === null) bad.push(`outbox ${outbox.name} is not known yet`);
      if (outbox.reshardingTo !== null) notice.push(`${outbox.name} is being dealt to ${outbox.reshardingTo} shards`);
    }
    const all = [...bad, ...notice];
    return { level: bad.length ? "bad" : all.length ? "notice" : "good", words: all[0] ?? "all well", more: all.slice(1) };
  }

  size() {
    const up = this.members.filter((member) => member.reachable).length;
    return `${plural(up, "node")} · ${plural(this.snapshot.outboxes.length, "outbox", "outboxes")} · `
      + `${plural(this.shards.length, "shard")} · seen from ${this.snapshot.node}`;
  }
}

/** Rows that wait, as people write it. */
export function lagWords(shard) {
  return shard.rowsWaiting < 0 ? "–" : whole(shard.rowsWaiting) + (shard.rowsWaitingCapped ? "+" : "");
}

function push(values, value) {
  values.push(value);
  if (values.length > SECONDS) values.shift();
}

function sum(list, value) {
  return list.reduce((total, one) => total + value(one), 0);
}
