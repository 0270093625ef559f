// What a person does: asked for a reason first, sent to the node, and told what came of it.

import { byId, plural, setText } from "./dom.js";

const CREDENTIALS = "outbox-relay.credentials";
const NAME = "outbox-relay.name";

/** Set by the node's first words. */
export const rights = { readOnly: false };

const credentials = () => sessionStorage.getItem(CREDENTIALS) ?? "";
export const authorization = () => (credentials() ? { Authorization: credentials() } : {});

const basic = (user, password) =>
  `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)))}`;

/** Shows it above the page until the next; `level` is good or bad. */
export function tell(words, level = "good") {
  const message = byId("message");
  message.hidden = false;
  message.dataset.level = level;
  setText(message, words);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => { message.hidden = true; }, level === "bad" ? 20000 : 8000);
}

const READ_ONLY = "This node serves for looking only (management.allow-writes is false there), so nothing was changed.";

/** What a refusal means for whoever reads it. */
async function refusal(answer) {
  if (answer.status === 401) {
    return `You can look, but not act: ${credentials() ? "what you signed in with is not accepted" : "sign in first"}. Nothing was changed.`;
  }
  const detail = (await answer.json().catch(() => ({}))).detail ?? `status ${answer.status}`;
  return answer.status === 403 ? `You can look, but not act: ${detail}. Nothing was changed.` : detail;
}

async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      credentials: "omit", // or the browser itself would ask for a password, where one is legal too
      headers: { "Content-Type": "application/json", ...authorization() },
      body: JSON.stringify(body),
    });
    return answer.ok ? null : await refusal(answer);
  } catch {
    return "The node did not answer; whether it was done, the next seconds will show.";
  }
}

/** Asks why, then does it to every path, one after the other; stops at the first refusal. */
export async function act({ title, text, go, paths, done }) {
  if (paths.length === 0) return;
  if (rights.readOnly) {
    tell(`You can look, but not act. ${READ_ONLY}`, "bad");
    return;
  }
  const note = await asked(title, text, go);
  if (!note) return;
  let count = 0;
  for (const path of paths) {
    const refused = await post(path, note);
    if (refused) {
      tell(count ? `${refused} (${count} of ${paths.length} were done before)` : refused, "bad");
      return;
    }
    count++;
  }
  tell(done);
  document.dispatchEvent(new CustomEvent("acted"));
}

export const shardPath = (shard, verb) =>
  `outbox/${encodeURIComponent(shard.outbox)}/shards/${shard.shard}/${verb}`;

const DID = { pause: "will rest", resume: "will go on", restart: "will start anew" };

/** Pause, resume or restart shards. */
export function change(verb, shards) {
  const named = shards.slice(0, 8).map((shard) => `${shard.outbox}/${shard.shard}`).join(", ")
    + (shards.length > 8 ? ` and ${shards.length - 8} more` : "");
  const word = verb[0].toUpperCase() + verb.slice(1);
  return act({
    title: `${word} ${shards.length === 1 ? `shard ${named}` : plural(shards.length, "shard")}`,
    text: `${shards.length === 1 ? "" : `${named}. `}The reason is kept in the history.`,
    go: word,
    paths: shards.map((shard) => shardPath(shard, verb)),
    done: `${shards.length === 1 ? `Shard ${named}` : plural(shards.length, "shard")} ${DID[verb]}.`,
  });
}

/** The reason and the name, or null where the person changed their mind. */
function asked(title, text, go) {
  const dialog = byId("ask");
  setText(byId("ask-title"), title);
  setText(byId("ask-text"), text);
  setText(byId("ask-go"), go);
  byId("ask-reason").value = "";
  byId("ask-by").value = localStorage.getItem(NAME) ?? "";
  dialog.showModal();
  byId("ask-reason").focus();
  return new Promise((answer) => {
    byId("ask-form").onsubmit = (event) => {
      event.preventDefault();
      const note = { by: byId("ask-by").value.trim(), reason: byId("ask-reason").value.trim() };
      localStorage.setItem(NAME, note.by);
      answer(note);
      dialog.close();
    };
    byId("ask-cancel").onclick = () => dialog.close();
    dialog.onclose = () => answer(null);
  });
}

/** The button and dialog to sign in and out; `changed` is called after either. */
export function signing(changed) {
  const button = byId("sign");
  const show = () => setText(button, credentials() ? "Sign out" : "Sign in");
  button.onclick = () => {
    if (credentials()) {
      sessionStorage.removeItem(CREDENTIALS);
      show();
      changed();
      return;
    }
    byId("secret").value = "";
    byId("sign-in").showModal();
  };
  byId("sign-cancel").onclick = () => byId("sign-in").close();
  byId("sign-form").onsubmit = (event) => {
    event.preventDefault();
    const user = byId("user").value.trim();
    const secret = byId("secret").value;
    if (user) localStorage.setItem(NAME, user);
    if (user || secret.trim()) {
      sessionStorage.setItem(CREDENTIALS, user ? basic(user, secret) : `Bearer ${secret.trim()}`);
    }
    byId("secret").value = "";
    byId("sign-in").close();
    show();
    changed();
  };
  show();
}
