// The stream of snapshots: read with fetch, so that credentials can go with it, and begun anew whenever it breaks.

import { authorization } from "./actions.js";

const SILENT_MILLIS = 6000;
const PAUSES_MILLIS = [500, 1000, 2000, 4000];

export class Feed {
  /** `on.event(name, data)`, `on.state(live | broken, words)`. */
  constructor(on) {
    this.on = on;
    this.failures = 0;
    this.stop = null;
  }

  async run() {
    for (;;) {
      const why = await this.#once().catch((failure) => failure.message || "no answer");
      this.on.state("broken", why);
      const pause = PAUSES_MILLIS[Math.min(this.failures++, PAUSES_MILLIS.length - 1)];
      await new Promise((go) => setTimeout(go, pause));
    }
  }

  /** Begins anew, for example with other credentials. */
  again() {
    this.failures = 0;
    this.stop?.abort();
  }

  /** Returns in words why the stream ended. */
  async #once() {
    const stop = new AbortController();
    this.stop = stop;
    let silent = false;
    let watch;
    const heard = () => {
      clearTimeout(watch);
      watch = setTimeout(() => { silent = true; stop.abort(); }, SILENT_MILLIS);
    };
    heard();
    try {
      const answer = await fetch("console/events", { headers: authorization(), cache: "no-store", signal: stop.signal });
      if (answer.status === 401 || answer.status === 403) return "this node wants you to sign in";
      if (!answer.ok) return (await answer.json().catch(() => ({}))).detail ?? `status ${answer.status}`;
      await this.#read(answer.body, heard);
      return "the node ended it";
    } catch (failure) {
      if (silent) return "the node is silent";
      return failure.name === "AbortError" ? "beginning anew" : "the node does not answer";
    } finally {
      clearTimeout(watch);
    }
  }

  async #read(body, heard) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      text += value;
      const events = text.split("\n\n");
      text = events.pop();
      for (const event of events) this.#event(event);
    }
  }

  #event(text) {
    let name = "message";
    const data = [];
    for (const line of text.split("\n")) {
      if (line.startsWith("event:")) name = line.slice(6).trim();
      if (line.startsWith("data:")) data.push(line.slice(5));
    }
    if (data.length === 0) return;
    this.failures = 0;
    this.on.state("live", "live");
    this.on.event(name, JSON.parse(data.join("\n")));
  }
}
