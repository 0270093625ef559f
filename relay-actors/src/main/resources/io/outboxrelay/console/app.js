// Puts the page together: every snapshot is taken in by the model, then shown by each part.

import { authorization, change, rights, signing } from "./actions.js";
import { age, arrange, byId, el, mark, setData, setHidden, setText, sparkline, whole } from "./dom.js";
import { Feed } from "./feed.js";
import { History } from "./history.js";
import { KIND_WORDS, keyOf, Model, SECONDS } from "./model.js";
import { Nodes } from "./nodes.js";
import { Parked } from "./parked.js";
import { Table } from "./table.js";

const SLOW_MILLIS = 5000;
const LISTED = 12;
const MARK = { good: "good", notice: "paused", bad: "stuck", waiting: "unknown" };

const model = new Model();
const table = new Table();
const nodes = new Nodes((key) => table.filter(key));
const parked = new Parked();
const history = new History();
const figures = newFigures();
const items = new Map();
let restartAsked = false;

function show() {
  const verdict = model.verdict();
  summary(verdict.level, verdict.words, [...verdict.more, model.size()].join(" · "));
  document.title = verdict.level === "good" ? "outbox-relay" : `${verdict.words} · outbox-relay`;
  showFigures();
  showTrouble();
  nodes.show(model);
  table.show(model);
}

function summary(level, words, detail) {
  const place = byId("summary");
  if (place.dataset.level !== level || byId("mark").childElementCount === 0) {
    place.dataset.level = level;
    byId("mark").replaceChildren(mark(MARK[level]));
  }
  setText(byId("words"), words);
  setText(byId("detail"), detail);
  setText(byId("announce"), level === "bad" ? words : "");
}

function newFigures() {
  const named = ["Rows a second", "Rows waiting", "Oldest waiting", "In flight", "Put aside"].map((name, n) => {
    const value = el("span", { class: "value" }, "–");
    const spark = n < 2 ? sparkline(110, 30) : null;
    byId("figures").append(el("div", {}, el("dt", {}, name), el("dd", {}, value, spark)));
    return { value, spark };
  });
  return named;
}

function showFigures() {
  const [rate, waiting, oldest, flight, aside] = figures;
  setText(rate.value, whole(model.rate()));
  rate.spark.update(model.rates, SECONDS);
  setText(waiting.value, whole(model.waiting()) + (model.waitingIsMore() ? "+" : ""));
  waiting.spark.update(model.waits, SECONDS);
  setText(oldest.value, model.waiting() > 0 ? age(model.oldest()) : "–");
  setText(flight.value, whole(model.inFlight()));
  setText(aside.value, whole(model.parked()));
}

/** What wants a person, in words, worst first. */
function showTrouble() {
  const shards = [...model.of("stuck"), ...model.of("halted"), ...model.of("unknown"), ...model.of("retrying"), ...model.of("paused")];
  const list = shards.slice(0, LISTED).map(item);
  if (shards.length > LISTED) list.push(rest(shards.length - LISTED));
  arrange(byId("trouble-list"), list);
  setHidden(byId("trouble"), list.length === 0);
  const known = new Set(shards.map(keyOf));
  for (const key of items.keys()) if (key !== "" && !known.has(key)) items.delete(key);
}

function item(shard) {
  const key = keyOf(shard);
  let one = items.get(key);
  if (!one) {
    const sign = el("span", { class: "badge" });
    const why = el("span", { class: "why" });
    const since = el("span", { class: "dim since" });
    const turn = el("button", { type: "button", class: "small",
      onclick: () => change(one.shard.phase === "paused" ? "resume" : "pause", [one.shard]) });
    one = el("li", {}, sign, el("button", { type: "button", class: "link", onclick: () => table.filter(key) }, key), why, since, turn);
    Object.assign(one, { sign, why, since, turn });
    items.set(key, one);
  }
  one.shard = shard;
  if (one.sign.dataset.kind !== shard.kind) {
    one.sign.dataset.kind = shard.kind;
    one.sign.replaceChildren(mark(shard.kind), KIND_WORDS[shard.kind]);
  }
  setText(one.why, shard.reason ?? shard.lastError ?? (shard.kind === "paused" ? "an operator wants it so" : "no reason is known yet"));
  setText(one.since, shard.rowsWaiting < 0 ? "rows not known"
    : shard.rowsWaiting > 0 ? `oldest row ${age(shard.oldestWaitingSeconds)}` : "no rows wait");
  setText(one.turn, shard.phase === "paused" ? "Resume" : "Pause");
  one.turn.setAttribute("aria-label", `${shard.phase === "paused" ? "resume" : "pause"} shard ${key}`);
  return one;
}

function rest(count) {
  const more = items.get("") ?? el("li", { class: "dim" });
  items.set("", more);
  setText(more, `and ${whole(count)} more, in the table below`);
  return more;
}

/** Restarting is offered where the node knows it: it then says which method it takes. */
async function askForRestart() {
  if (restartAsked || model.shards.length === 0) return;
  restartAsked = true;
  try {
    const { outbox, shard } = model.shards[0];
    const answer = await fetch(`outbox/${encodeURIComponent(outbox)}/shards/${shard}/restart`, { headers: authorization() });
    table.restart = answer.status === 405;
  } catch {
    restartAsked = false;
  }
}

const feed = new Feed({
  event(name, data) {
    if (name === "welcome") {
      Object.assign(rights, data);
      setData(document.body, "readonly", data.readOnly);
    }
    if (name === "snapshot") {
      const first = model.snapshot === null;
      model.take(data, Date.now());
      show();
      if (first) slow();
    }
  },
  state(state, words) {
    const live = byId("live");
    setData(live, "state", state);
    setText(live, state === "live" ? "live" : "reconnecting");
    setData(document.body, "stale", state !== "live");
    if (state === "live") return;
    summary("bad", "connection lost", `${words}; ${model.snapshot ? "what is shown is from before, trying again" : "trying again"}`);
    document.title = "connection lost · outbox-relay";
  },
});

/** What changes rarely or costs the database something. */
function slow() {
  if (document.hidden || !model.snapshot) return;
  void parked.look(model);
  void history.look();
  void askForRestart();
}

function theming() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = byId("theme");
  const isDark = () => (localStorage.getItem("outbox-relay.theme") ?? (dark.matches ? "dark" : "light")) === "dark";
  const paint = () => {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    setText(button, isDark() ? "Light" : "Dark");
    button.setAttribute("aria-label", `change to ${isDark() ? "light" : "dark"} colours`);
  };
  button.onclick = () => {
    localStorage.setItem("outbox-relay.theme", isDark() ? "light" : "dark");
    paint();
  };
  dark.addEventListener("change", paint);
  paint();
}

theming();
signing(() => {
  feed.again();
  history.available = true;
  slow();
});
setInterval(slow, SLOW_MILLIS);
document.addEventListener("acted", () => setTimeout(slow, 300));
document.addEventListener("visibilitychange", slow);
void feed.run();
