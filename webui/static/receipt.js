// The box on the page of the ledger: a receipt is dropped or chosen, checked by
// verify.js here in the browser, and told in the words of the page. Nothing is
// uploaded; the page asks for no address after it is loaded.
import { parseKeys, verify } from "./verify.js";

const box = document.getElementById("receipt-box");
const words = JSON.parse(box.dataset.words);
const slots = JSON.parse(box.dataset.slots);
const input = document.getElementById("receipt-file");
const keyText = document.getElementById("receipt-keys");
const result = document.getElementById("receipt-result");
const given = keyText.value.trim();
let files = [];

const say = (name, args = {}) => (words[name] ?? name).replace(/\{(\w+)\}/g, (all, a) => (a in args ? args[a] : all));

// clean makes what somebody else wrote fit to be shown: no control characters,
// nothing that turns the direction of the text.
const clean = (s) => String(s).replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
const utc = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

const lines = (parent, list) => list.forEach((l) => parent.append(element("p", "", l)));

function records(v) {
  return v.records.map((r) => {
    const part = element("div", "receipt-record");
    if (r.linkedBy) part.append(element("p", "", say("record-" + r.linkedBy)));
    if (!r.fields.length) part.append(element("p", "", say("no-field")));
    const list = element("dl", "facts");
    for (const f of r.fields) {
      list.append(element("dt", "", f.name));
      list.append(element("dd", f.value === null ? "text-secondary" : "font-monospace", f.value === null ? say("absent") : clean(f.value)));
    }
    if (r.fields.length) part.append(list);
    return part;
  });
}

function outsideTime(v) {
  const out = [];
  for (const w of v.witnesses) {
    out.push(w.time ? say("not-later", { time: utc(w.time), who: clean(w.name) }) : say("cosigned-no-time", { who: clean(w.name) }));
  }
  const clock = v.operatorClock;
  if (!v.notLater) {
    out.push(clock ? say("no-time", { time: clock }) : say("own-clock-hidden"));
  } else {
    if (clock) out.push(say("own-clock", { time: clock }));
    if (clock && Date.parse(clock) / 1000 - v.notLater > 60) out.push(say("skew", { who: clean(v.notLaterBy) }));
  }
  out.push(v.witnesses.length ? say("witnesses-named") : say("no-others"));
  return out;
}

function unchecked(v, keys) {
  const out = [];
  if (v.unchecked.mldsa) out.push(say("mldsa-unchecked"));
  if (v.unchecked.stamps) out.push(say("stamps-unchecked"));
  if (keys.quorum) out.push(say("quorum-unchecked"));
  if (keys.problems.length) out.push(say("unknown-keys", { lines: keys.problems.join(", ") }));
  if (keyText.value.trim() === given) out.push(say("same-operator"));
  return out;
}

async function check(file, keys) {
  const part = element("section", "receipt-verdict box-plain");
  part.append(element("h3", "", clean(file.name)));
  let v;
  try {
    v = await verify(new Uint8Array(await file.arrayBuffer()), keys.keys, slots);
  } catch {
    v = { proved: false, reason: { code: "no-crypto", args: {} } }; // a browser without Ed25519
  }
  if (!v.proved) {
    const why = v.reason.code === "no-crypto" ? say("no-crypto") : say("why-" + v.reason.code, Object.fromEntries(Object.entries(v.reason.args).map(([k, x]) => [k, clean(x)])));
    part.classList.add("receipt-bad");
    part.append(element("p", "receipt-head", say("not-proved")));
    lines(part, [why, say("nothing-relied")]);
    return part;
  }
  part.classList.add("receipt-good");
  part.append(element("p", "receipt-head", say("proved", { origin: clean(v.origin), index: v.index, size: v.size })));
  part.append(...records(v));
  lines(part, outsideTime(v));
  part.append(element("p", "receipt-never", say("never-proved")));
  const notes = element("div", "text-secondary");
  lines(notes, unchecked(v, keys));
  part.append(notes);
  return part;
}

async function run() {
  if (!files.length) return;
  result.replaceChildren(element("p", "", say("reading")));
  const keys = await parseKeys(keyText.value);
  const parts = [];
  for (const f of files) parts.push(await check(f, keys));
  result.replaceChildren(...parts);
}

function take(list) {
  files = Array.from(list).slice(0, 20);
  run();
}

input.addEventListener("change", () => take(input.files));
keyText.addEventListener("change", run);
for (const name of ["dragenter", "dragover"]) {
  box.addEventListener(name, (e) => { e.preventDefault(); box.classList.add("receipt-over"); });
}
for (const name of ["dragleave", "drop"]) box.addEventListener(name, () => box.classList.remove("receipt-over"));
box.addEventListener("drop", (e) => { e.preventDefault(); take(e.dataTransfer.files); });
box.hidden = false;
