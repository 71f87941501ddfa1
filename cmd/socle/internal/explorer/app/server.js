// What the page asks of the server, and what it says when that fails.
import { base, lang, say } from "./words.js";

/** A failure that says what to do. */
export class Trouble extends Error {
  /** @param {string} message @param {string} [hint] */
  constructor(message, hint = "") {
    super(message);
    this.hint = hint;
  }
}

/** @param {Response} answer @returns {Promise<Trouble>} */
async function troubleOf(answer) {
  let problem;
  try { problem = await answer.json(); } catch { problem = {}; }
  const where = problem.where ? `${problem.where} : ` : "";
  if (answer.status === 503) return new Trouble(say("Le serveur est occupé.", "The server is busy."), say("Réessayez dans un moment.", "Try again in a moment."));
  return new Trouble(where + (problem.detail ?? problem.title ?? `${answer.status}`), problem.hint ?? "");
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
export async function getJSON(path, options) {
  const answer = await ask(path, options);
  return answer.json();
}

/** @param {string} path @param {RequestInit} [options] */
export async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(base + path, { ...options, headers: { Accept: "application/json", "Accept-Language": lang, ...options.headers } });
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") throw e;
    throw new Trouble(say("Le serveur ne répond pas.", "The server does not answer."), say("Vérifiez la connexion, puis réessayez.", "Check the connection, then try again."));
  }
  if (!answer.ok) throw await troubleOf(answer);
  return answer;
}

/** How often a job is asked how far it is, in milliseconds. */
const beat = 400;

/**
 * Works a question out as a job, which tells how far it is; aborting dismisses it.
 * @param {Record<string, string>} inputs
 * @param {AbortSignal} signal
 * @param {(percent: number) => void} tell
 */
export async function runJob(inputs, signal, tell) {
  const started = await ask("/processes/aggregate/execution", {
    method: "POST", signal, body: JSON.stringify({ inputs, response: "raw" }), headers: { "Content-Type": "application/json", Prefer: "respond-async" },
  });
  const id = (await started.json()).jobID, path = `/jobs/${encodeURIComponent(id)}`;
  try {
    for (;;) {
      const job = await getJSON(path, { signal });
      tell(job.progress ?? 0);
      if (job.status === "successful") return await getJSON(`${path}/results`, { signal });
      if (job.status === "failed" || job.status === "dismissed") throw new Trouble(job.message ?? job.status);
      await new Promise(done => setTimeout(done, beat));
      signal.throwIfAborted();
    }
  } catch (e) {
    if (signal.aborted) await ask(path, { method: "DELETE" }).catch(() => {});
    throw e;
  }
}
