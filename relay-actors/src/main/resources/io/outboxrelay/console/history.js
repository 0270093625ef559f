// The last actions of operators, as the audit trail has them.

import { authorization } from "./actions.js";
import { arrange, byId, el } from "./dom.js";

const TIME = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

export class History {
  constructor() {
    this.key = "";
    this.available = true;
    this.#note("not asked for yet");
  }

  #note(text) {
    arrange(byId("history"), [el("p", { class: "empty" }, text)]);
    this.key = text;
  }

  async look() {
    if (!this.available) return;
    let answer;
    try {
      answer = await fetch("history?limit=50", { headers: authorization() });
    } catch {
      return;
    }
    if (answer.status === 404) {
      this.available = false;
      this.#note("not available on this node");
      return;
    }
    if (!answer.ok) {
      this.#note(answer.status === 401 || answer.status === 403 ? "sign in to read it" : "could not be read");
      return;
    }
    const { history } = await answer.json();
    const key = JSON.stringify(history);
    if (key === this.key) return;
    if (history.length === 0) {
      this.#note("Nobody has changed anything yet.");
    } else {
      arrange(byId("history"), [el("ol", { class: "cards" }, ...history.map(entry))]);
    }
    this.key = key;
  }
}

function entry(one) {
  const shards = one.shards?.length ? ` ${one.shards.length === 1 ? "shard" : "shards"} ${one.shards.join(", ")}` : "";
  const events = one.events?.length ? ` ${one.events.join(", ")}` : "";
  return el("li", { class: "card" },
    el("div", { class: "head" }, el("strong", {}, `${one.action} ${one.outbox ?? ""}${shards}${events}`), el("span", { class: "push" }),
      el("time", { class: "dim", datetime: one.at }, TIME.format(new Date(one.at)))),
    el("p", {}, one.reason || "no reason given"),
    el("p", { class: "dim" }, `by ${one.by || "unknown"}`));
}
