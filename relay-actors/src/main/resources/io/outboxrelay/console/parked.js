// Rows that were put aside, and what is decided about them.

import { act, authorization } from "./actions.js";
import { age, arrange, byId, el, plural } from "./dom.js";

const MOST = 50;
const WORDS = {
  refused: "waits for a decision", passed: "passed by, waits for a decision", waits: "waits behind another",
  held: "waits for its topic", released: "is tried again",
};

export class Parked {
  constructor() {
    this.key = "";
    this.note("Nothing is put aside.");
  }

  note(text) {
    arrange(byId("parked"), [el("p", { class: "empty" }, text)]);
    this.key = "";
  }

  /** Asks for the rows of every outbox that has some; only when the page is seen. */
  async look(model) {
    const counts = new Map();
    for (const shard of model.shards) {
      counts.set(shard.outbox, (counts.get(shard.outbox) ?? 0) + Math.max(0, shard.parkedRows));
    }
    const outboxes = [...counts].filter(([, count]) => count > 0).map(([name]) => name);
    const pages = await Promise.all(outboxes.map(page));
    const known = pages.flat();
    if (known.length === 0) {
      this.note(pages.some((rows) => rows.failed) ? "What is put aside could not be read." : "Nothing is put aside.");
      return;
    }
    const key = JSON.stringify(known.map(({ outbox, row }) => [outbox, row.event, row.state, row.attempts]));
    if (key === this.key) return;
    this.key = key;
    const list = el("ul", { class: "cards" }, ...known.map(({ outbox, row }) => card(outbox, row)));
    const most = el("p", { class: "dim" }, known.length >= MOST ? `The first ${MOST} of each outbox.` : plural(known.length, "event"));
    arrange(byId("parked"), [list, most]);
  }
}

async function page(outbox) {
  try {
    const answer = await fetch(`outbox/${encodeURIComponent(outbox)}/parked?limit=${MOST}`, { headers: authorization() });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()).parked.map((row) => ({ outbox, row }));
  } catch {
    return Object.assign([], { failed: true });
  }
}

function card(outbox, row) {
  const decide = (verb) => act({
    title: `${verb === "release" ? "Release" : "Skip"} event ${row.event}`,
    text: verb === "release" ? "It is tried again, and whatever waits for it follows in order."
      : "It is never published. What waits for it goes on.",
    go: verb === "release" ? "Release" : "Skip for good",
    paths: [`outbox/${encodeURIComponent(outbox)}/parked/${encodeURIComponent(row.event)}/${verb}`],
    done: `Event ${row.event} ${verb === "release" ? "is tried again" : "is skipped"}.`,
  });
  const open = ["refused", "passed"].includes(row.state);
  return el("li", { class: "card", "data-state": row.state },
    el("div", { class: "head" },
      el("strong", {}, `${row.aggregateType ?? "?"} ${row.aggregateId ?? "without a key"}`),
      el("span", { class: "chip" }, WORDS[row.state] ?? row.state), el("span", { class: "push" }),
      open || row.state === "held" ? button("Release", `release event ${row.event}`, () => decide("release")) : null,
      open ? button("Skip", `skip event ${row.event}`, () => decide("skip")) : null),
    el("p", {}, row.reason),
    el("p", { class: "dim" }, `${outbox} · ${row.type ?? "no type"} · ${row.event} · ${plural(row.attempts, "attempt")} · first ${
      age((Date.now() - Date.parse(row.firstAt)) / 1000)} ago${row.payloadBytes < 0 ? "" : ` · ${plural(row.payloadBytes, "byte")}`}`));
}

function button(text, label, press) {
  return el("button", { type: "button", class: "small", "aria-label": label, onclick: press }, text);
}
