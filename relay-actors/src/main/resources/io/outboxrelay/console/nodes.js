// Nodes as panels, their shards as tiles, which fly to where they go.

import { age, arrange, byId, el, mark, plural, setData, setText, whole } from "./dom.js";
import { KIND_WORDS, KINDS, keyOf, lagWords } from "./model.js";

const NOBODY = "";
const DENSE = 36;
const MOVE = { duration: 900, easing: "cubic-bezier(.3, .7, .2, 1)" };
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

export class Nodes {
  /** `picked(shard)` is called with the key of a tile that was pressed. */
  constructor(picked) {
    this.picked = picked;
    this.panels = new Map();
    this.tiles = new Map();
    arrange(byId("legend"), KINDS.slice().reverse().map((kind) =>
      el("li", { "data-kind": kind }, mark(kind), KIND_WORDS[kind])));
  }

  show(model) {
    const focused = document.activeElement;
    const before = this.#places();
    const byNode = new Map(model.members.map((member) => [member.address, []]));
    for (const shard of model.shards) {
      const node = byNode.has(shard.node) ? shard.node : NOBODY;
      if (!byNode.has(node)) byNode.set(node, []);
      byNode.get(node).push(shard);
    }
    const fastest = Math.max(1, ...model.shards.map((shard) => shard.ratePerSecond));
    const several = model.snapshot.outboxes.length > 1;
    const panels = [...byNode].map(([address, shards]) => {
      const member = model.members.find((one) => one.address === address);
      return this.#panel(address, member, shards, fastest, several);
    });
    arrange(byId("nodes"), panels);
    this.#forget(model, byNode);
    this.#fly(before);
    // a tile that moves to another panel would lose the keyboard
    if (focused?.classList.contains("tile")) focused.focus({ preventScroll: true });
  }

  #panel(address, member, shards, fastest, several) {
    let panel = this.panels.get(address);
    if (!panel) {
      panel = newPanel(address);
      this.panels.set(address, panel);
    }
    const parts = panel.parts;
    setText(parts.name, address === NOBODY ? "no node" : address);
    const state = stateOf(member);
    setText(parts.state, state.words);
    setData(panel, "state", state.level);
    setData(panel, "dense", shards.length > DENSE);
    parts.oldest.hidden = !member?.oldest;
    const rate = shards.reduce((sum, shard) => sum + shard.ratePerSecond, 0);
    setText(parts.figures, shards.length === 0 ? "no shards" : `${plural(shards.length, "shard")} · ${whole(rate)} rows/s`);
    const groups = new Map();
    for (const shard of shards) {
      if (!groups.has(shard.outbox)) groups.set(shard.outbox, []);
      groups.get(shard.outbox).push(shard);
    }
    arrange(parts.groups, [...groups].map(([outbox, list]) => {
      const group = parts.known.get(outbox) ?? newGroup(outbox, parts.known);
      group.name.hidden = !several;
      arrange(group.tiles, list.map((shard) => this.#tile(shard, fastest)));
      return group;
    }));
    return panel;
  }

  #tile(shard, fastest) {
    const key = keyOf(shard);
    let tile = this.tiles.get(key);
    if (!tile) {
      tile = el("button", { type: "button", class: "tile", onclick: () => this.picked(key) },
        el("span", { class: "number" }, String(shard.shard)), el("span", { class: "sign" }), el("i", { class: "load" }));
      this.tiles.set(key, tile);
    }
    if (tile.dataset.kind !== shard.kind) {
      tile.dataset.kind = shard.kind;
      tile.children[1].replaceChildren(mark(shard.kind));
    }
    tile.children[2].style.transform = `scaleX(${(shard.ratePerSecond / fastest).toFixed(3)})`;
    const words = `${key}: ${KIND_WORDS[shard.kind]}, ${lagWords(shard)} rows wait, ${whole(shard.ratePerSecond)} rows/s`;
    if (tile.title !== words) {
      tile.title = words;
      tile.setAttribute("aria-label", words);
    }
    return tile;
  }

  #forget(model, byNode) {
    const keys = new Set(model.shards.map(keyOf));
    for (const key of this.tiles.keys()) if (!keys.has(key)) this.tiles.delete(key);
    for (const address of this.panels.keys()) if (!byNode.has(address)) this.panels.delete(address);
  }

  #places() {
    const places = new Map();
    for (const [key, tile] of this.tiles) {
      places.set(key, { panel: tile.closest(".node"), box: tile.getBoundingClientRect() });
    }
    return places;
  }

  /** From where a tile was to where it is now; only those that changed nodes. */
  #fly(before) {
    for (const [key, tile] of this.tiles) {
      const was = before.get(key);
      if (!was || was.panel === tile.closest(".node") || CALM.matches) continue;
      const box = tile.getBoundingClientRect();
      const from = `translate(${was.box.left - box.left}px, ${was.box.top - box.top}px)`;
      tile.classList.add("flying");
      tile.animate([{ transform: from }, { transform: "none" }], MOVE).finished
        .catch(() => undefined)
        .then(() => tile.classList.remove("flying"));
    }
  }
}

function newPanel(address) {
  const parts = {
    name: el("h3"), state: el("span", { class: "state" }), oldest: el("span", { class: "chip", title: "the coordinators live here" }, "oldest"),
    figures: el("p", { class: "dim" }), groups: el("div", { class: "groups" }), known: new Map(),
  };
  const panel = el("article", { class: "node", "data-address": address },
    el("div", { class: "head" }, parts.name, parts.oldest, el("span", { class: "push" }), parts.state), parts.figures, parts.groups);
  panel.parts = parts;
  return panel;
}

function newGroup(outbox, known) {
  const group = el("div", { class: "group" });
  group.name = el("h4", {}, outbox);
  group.tiles = el("div", { class: "tiles" });
  group.append(group.name, group.tiles);
  known.set(outbox, group);
  return group;
}

function stateOf(member) {
  if (!member) return { words: "not answering", level: "bad" };
  if (member.status === "gone") return { words: `gone for ${age(member.goneSeconds)}`, level: "gone" };
  if (!member.reachable) return { words: `unreachable (${member.status})`, level: "bad" };
  return { words: member.status, level: member.status === "up" ? "good" : "notice" };
}
