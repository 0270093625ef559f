// The table of shards: sorted, filtered, and a line of the last minute for each.

import { change } from "./actions.js";
import { age, arrange, byId, el, mark, plural, setData, setText, sparkline, whole } from "./dom.js";
import { KIND_WORDS, KINDS, keyOf, lagWords, SECONDS } from "./model.js";

const byNumber = (a, b) => a.outbox.localeCompare(b.outbox, "en") || a.shard - b.shard;
const byKind = (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);

const COLUMNS = [
  { id: "shard", head: "Shard", compare: byNumber, up: true },
  { id: "state", head: "State", compare: byKind, up: true },
  { id: "node", head: "Node", compare: (a, b) => (a.node ?? "").localeCompare(b.node ?? "", "en", { numeric: true }), up: true },
  { id: "lag", head: "Rows waiting", compare: (a, b) => a.rowsWaiting - b.rowsWaiting, number: true },
  { id: "spark", head: `Last ${SECONDS} s`, plain: true },
  { id: "oldest", head: "Oldest", compare: (a, b) => a.oldestWaitingSeconds - b.oldestWaitingSeconds, number: true },
  { id: "rate", head: "Rows/s", compare: (a, b) => a.ratePerSecond - b.ratePerSecond, number: true },
  { id: "flight", head: "In flight", compare: (a, b) => a.rowsInFlight - b.rowsInFlight, number: true },
  { id: "parked", head: "Put aside", compare: (a, b) => a.parkedRows - b.parkedRows, number: true },
  { id: "acts", head: "", plain: true },
];

export class Table {
  constructor() {
    this.rows = new Map();
    this.sort = { column: COLUMNS[0], up: true };
    this.restart = false;
    this.heads = COLUMNS.map((column) => this.#head(column));
    byId("heads").append(...this.heads);
    byId("phase").append(el("option", { value: "" }, "every state"),
      ...KINDS.map((kind) => el("option", { value: kind }, KIND_WORDS[kind])));
    for (const id of ["filter", "phase"]) byId(id).addEventListener("input", () => this.show(this.model));
    byId("pause-shown").onclick = () => change("pause", this.shown.filter((shard) => shard.phase !== "paused"));
    byId("resume-shown").onclick = () => change("resume", this.shown.filter((shard) => shard.phase === "paused"));
  }

  #head(column) {
    const properties = { scope: "col", class: `c-${column.id}${column.number ? " num" : ""}` };
    if (column.plain) return el("th", properties, column.head || el("span", { class: "unseen" }, "Actions"));
    return el("th", properties, el("button", { type: "button", onclick: () => this.#by(column) }, column.head));
  }

  #by(column) {
    const same = this.sort.column === column;
    this.sort = { column, up: same ? !this.sort.up : Boolean(column.up) };
    this.show(this.model);
  }

  /** Shows only what contains these words. */
  filter(words) {
    byId("filter").value = words;
    byId("phase").value = "";
    this.show(this.model);
    byId("shards").scrollIntoView({ block: "start" });
  }

  show(model) {
    if (!model?.snapshot) return;
    this.model = model;
    const { column, up } = this.sort;
    COLUMNS.forEach((one, n) => {
      if (!one.plain) this.heads[n].setAttribute("aria-sort", one !== column ? "none" : up ? "ascending" : "descending");
    });
    this.shown = model.shards.filter(this.#wanted())
      .sort((a, b) => (up ? 1 : -1) * column.compare(a, b) || byNumber(a, b));
    arrange(byId("rows"), this.shown.map((shard) => this.#row(shard, model)));
    setText(byId("count"), this.shown.length === model.shards.length
      ? plural(this.shown.length, "shard") : `${whole(this.shown.length)} of ${plural(model.shards.length, "shard")}`);
    const paused = this.shown.filter((shard) => shard.phase === "paused").length;
    byId("pause-shown").disabled = this.shown.length === paused;
    byId("resume-shown").disabled = paused === 0;
    const known = new Set(model.shards.map(keyOf));
    for (const key of this.rows.keys()) if (!known.has(key)) this.rows.delete(key);
  }

  /** Every word must be somewhere; a whole name of a shard means that one alone. */
  #wanted() {
    const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = byId("phase").value;
    return (shard) => {
      if (kind && shard.kind !== kind) return false;
      const key = keyOf(shard).toLowerCase();
      const text = `${key} ${shard.node ?? ""} ${shard.phase} ${KIND_WORDS[shard.kind]} ${shard.reason ?? ""}`.toLowerCase();
      return words.every((word) => (/\/\d+$/.test(word) ? key === word : text.includes(word)));
    };
  }

  #row(shard, model) {
    const key = keyOf(shard);
    let row = this.rows.get(key);
    if (!row) {
      row = this.#newRow(key);
      this.rows.set(key, row);
    }
    row.shard = shard;
    const cells = row.cells;
    setData(row, "kind", shard.kind);
    if (row.kind !== shard.kind) {
      row.kind = shard.kind;
      row.cells[1].replaceChildren(el("span", { class: "badge", "data-kind": shard.kind }, mark(shard.kind), KIND_WORDS[shard.kind]));
    }
    const why = shard.reason ?? shard.lastError ?? "";
    if (cells[1].title !== why) cells[1].title = why;
    setText(cells[2], shard.node ?? "–");
    setText(cells[3], lagWords(shard));
    row.spark.update(model.lag.get(key) ?? [], SECONDS);
    setText(cells[5], shard.rowsWaiting > 0 ? age(shard.oldestWaitingSeconds) : "–");
    setText(cells[6], whole(shard.ratePerSecond));
    setText(cells[7], whole(shard.rowsInFlight));
    setText(cells[8], shard.parkedRows < 0 ? "–" : whole(shard.parkedRows));
    const verb = shard.phase === "paused" ? "resume" : "pause";
    setText(row.turn, verb === "resume" ? "Resume" : "Pause");
    row.turn.setAttribute("aria-label", `${verb} shard ${key}`);
    if (row.again.hidden === this.restart) row.again.hidden = !this.restart;
    return row;
  }

  #newRow(key) {
    const row = el("tr", { "data-shard": key });
    row.spark = sparkline(120, 22);
    row.turn = el("button", { type: "button", class: "small",
      onclick: () => change(row.shard.phase === "paused" ? "resume" : "pause", [row.shard]) });
    row.again = el("button", { type: "button", class: "small", hidden: true, "aria-label": `restart shard ${key}`,
      onclick: () => change("restart", [row.shard]) }, "Restart");
    row.append(...COLUMNS.map((column) =>
      el(column.id === "shard" ? "th" : "td", { scope: column.id === "shard" ? "row" : null, class: `c-${column.id}${column.number ? " num" : ""}` })));
    row.cells[0].append(key);
    row.cells[4].append(row.spark);
    row.cells[9].append(row.turn, row.again);
    return row;
  }
}
