// Elements and figures. Text gets into the page as text only, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element; properties that begin with "on" are listeners, the others attributes; strings become text. */
export function el(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** The same in SVG. */
export function svg(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Changes only what differs, so that a second without news touches nothing. */
export function setText(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

export function setData(element, name, value) {
  if (element.dataset[name] !== String(value)) element.dataset[name] = value;
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Puts these children in this order, moving only those that stand elsewhere. */
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, place) => {
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
}

/** A line of the last values; `update(values)` redraws it. */
export function sparkline(width, height) {
  const area = svg("path", { class: "area" });
  const line = svg("path", { class: "line" });
  const root = svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height,
    preserveAspectRatio: "none", "aria-hidden": "true" }, area, line);
  root.update = (values, places) => {
    const top = Math.max(1, ...values);
    const step = width / (places - 1);
    const from = places - values.length;
    const points = values.map((value, n) =>
      `${((from + n) * step).toFixed(1)} ${(height - 1.5 - (Math.max(0, value) / top) * (height - 3)).toFixed(1)}`);
    const path = points.length < 2 ? "" : `M${points.join("L")}`;
    if (line.getAttribute("d") === path) return;
    line.setAttribute("d", path);
    area.setAttribute("d", path && `${path}L${width} ${height}L${(from * step).toFixed(1)} ${height}Z`);
  };
  return root;
}

const MARKS = {
  relaying: ["path", { d: "M4.500 3.500v9l8-4.500z" }],
  paused: ["path", { d: "M4 3h3v10H4zM9 3h3v10H9z" }],
  stuck: ["path", { d: "M8 1.500 15 14.500H1zM7.200 6v4.200h1.600V6zm0 5.200v1.600h1.600v-1.600z", "fill-rule": "evenodd" }],
  halted: ["path", { d: "M5.200 1.500h5.600l3.700 3.700v5.600l-3.700 3.700H5.200l-3.700-3.700V5.200zM4.500 7v2h7V7z", "fill-rule": "evenodd" }],
  retrying: ["path", { d: "M8 2.500a5.500 5.500 0 1 0 5.500 5.500h-2A3.500 3.500 0 1 1 8 4.500V7l4-3.500L8 0z" }],
  moving: ["path", { d: "M2 7h8V3.500L14.500 8 10 12.500V9H2z" }],
  unknown: ["path", { d: "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zm0 2a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9z", "fill-rule": "evenodd" }],
  good: ["path", { d: "M6.300 13.200 1.500 8.400l1.700-1.700 3.100 3.100 6.500-6.600 1.700 1.700z" }],
};

/** A shape for a state, so that nobody needs to tell colours apart. */
export function mark(kind) {
  const [tag, properties] = MARKS[kind] ?? MARKS.unknown;
  return svg("svg", { class: "shape", viewBox: "0 0 16 16", width: 12, height: 12, "aria-hidden": "true" },
    svg(tag, { fill: "currentColor", ...properties }));
}

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const whole = (value) => (value >= 100000 ? SHORT : WHOLE).format(value);
export const plural = (count, one, many = `${one}s`) => `${whole(count)} ${count === 1 ? one : many}`;

export function age(seconds) {
  if (seconds < 0) return "–";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}
