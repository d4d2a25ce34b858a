// The button of the dossier: it checks each receipt against the keys in this
// file and each part against the list, here and offline, and says in plain words
// what is proved and what is not. What it calls proved, it takes from the
// receipt itself, never from the page around it.
const box = document.getElementById("check");
const words = JSON.parse(box.dataset.words);
const fieldNames = JSON.parse(box.dataset.slots);
const result = document.getElementById("result");
const button = document.getElementById("do-check");

const say = (name, args = {}) => (words[name] ?? name).replace(/\{(\w+)\}/g, (all, a) => (a in args ? args[a] : all));
const tidy = (s) => String(s).replace(/[\p{Cc}\p{Cf}\u{e0000}-\u{e0fff}]/gu, "\ufffd");
const utc = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

const lines = (parent, list) => list.forEach((l) => parent.append(element("p", "", l)));

// fileOf gives the bytes of a part that can be saved, null if they are damaged.
function fileOf(name) {
  const links = document.querySelectorAll(`a[data-file="${CSS.escape(name)}"]`);
  const [head, data] = links.length === 1 ? links[0].getAttribute("href").split(",") : [];
  return head === "data:application/octet-stream;base64" ? decode64(data) : null;
}

// textOfPart gives the words of a part of the page, without what this script added.
function textOfPart(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll(".live").forEach((e) => e.replaceChildren());
  return copy.textContent.replace(/[ \t\r\n\f]+/g, " ").replace(/^ | $/g, "");
}

// parts gives the names of those that are not as the list says.
async function changedParts() {
  const list = document.getElementById("list").textContent;
  const changed = [];
  if (hex(await sha256(utf8.encode(list))) !== box.dataset.number) changed.push("list");
  const listed = new Map();
  for (const line of list.trimEnd().split("\n")) {
    const m = /^([0-9a-f]{64})  (\S+)$/.exec(line);
    if (m && !listed.has(m[2])) listed.set(m[2], m[1]);
    else changed.push(tidy(line));
  }
  const seen = new Map();
  for (const p of document.querySelectorAll("[data-part]")) seen.set(p.dataset.part, utf8.encode(textOfPart(p)));
  for (const a of document.querySelectorAll("a[data-file]")) seen.set(a.dataset.file, fileOf(a.dataset.file));
  for (const [name, data] of seen) {
    if (!data || !listed.has(name) || hex(await sha256(data)) !== listed.get(name)) changed.push(name);
  }
  for (const name of listed.keys()) if (!seen.has(name)) changed.push(name);
  if (document.getElementById("number").textContent.replaceAll(" ", "") !== box.dataset.number) changed.push("number");
  return changed;
}

function records(v) {
  return v.records.map((r) => {
    const part = element("div", "");
    if (r.linkedBy) part.append(element("p", "", say("record-" + r.linkedBy)));
    if (!r.fields.length) part.append(element("p", "", say("no-field")));
    const list = element("dl", "facts");
    for (const f of r.fields) {
      list.append(element("dt", "mono", tidy(f.name)), element("dd", f.value === null ? "quiet" : "mono", f.value === null ? say("absent") : tidy(f.value)));
    }
    if (r.fields.length) part.append(list);
    return part;
  });
}

function outsideTime(v) {
  const out = v.witnesses.map((w) => (w.time ? say("not-later", { time: utc(w.time), who: tidy(w.name) }) : say("cosigned-no-time", { who: tidy(w.name) })));
  const clock = v.operatorClock;
  if (!v.notLater) out.push(clock ? say("no-time", { time: clock }) : say("own-clock-hidden"));
  else if (clock) {
    out.push(say("own-clock", { time: clock }));
    if (Date.parse(clock) / 1000 - v.notLater > 60) out.push(say("skew", { who: tidy(v.notLaterBy) }));
  }
  out.push(v.witnesses.length ? say("witnesses-named") : say("no-others"));
  return out;
}

function unchecked(v, quorum) {
  const out = [];
  if (v.unchecked.mldsa) out.push(say("mldsa-unchecked"));
  if (v.unchecked.stamps) out.push(say("stamps-unchecked"));
  if (quorum) out.push(say("quorum-unchecked"));
  return out;
}

// one checks a receipt: the file that is saved and the text that is copied have
// to be the same.
async function one(article, keys) {
  const name = article.dataset.receipt;
  const bytes = fileOf(name);
  const text = article.querySelector("pre").textContent;
  if (!bytes || !equal(bytes, utf8.encode(text))) return { proved: false, reason: { code: "two-texts", args: {} } };
  try {
    return await verify(bytes, keys, fieldNames);
  } catch {
    return { proved: false, reason: { code: "no-crypto", args: {} } }; // a browser without Ed25519
  }
}

function show(article, v, quorum) {
  const live = article.querySelector(".live");
  live.className = "live " + (v.proved ? "good" : "bad");
  article.querySelector(".opened").hidden = true;
  if (!v.proved) {
    const why = v.reason.code === "no-crypto" ? say("no-crypto") : say("why-" + v.reason.code, Object.fromEntries(Object.entries(v.reason.args).map(([k, x]) => [k, tidy(x)])));
    live.replaceChildren(element("p", "verdict", say("not-proved")));
    lines(live, [why, say("nothing-relied")]);
    return;
  }
  live.replaceChildren(element("p", "verdict", say("proved", { origin: tidy(v.origin), index: v.index, size: v.size })), ...records(v));
  lines(live, [...outsideTime(v), ...unchecked(v, quorum), say("never-proved")]);
}

// beside says at an event which of its fields a receipt proves.
function beside(v, n) {
  for (const r of v.records) {
    const of = (name) => r.fields.find((f) => f.name === name && f.value !== null);
    const id = of("id") && textOf(of("id").value);
    const at = id && document.querySelector(`[data-event="${CSS.escape(id)}"] .live`);
    if (!at || (of("entry") && textOf(of("entry").value) !== "event")) continue;
    at.classList.add("good");
    at.append(element("p", "", say("event-proved", { n, fields: r.fields.filter((f) => f.value !== null).map((f) => f.name).join(", ") })));
  }
}

async function run() {
  button.disabled = true;
  result.className = "";
  result.replaceChildren(element("p", "", say("reading")));
  document.querySelectorAll(".event .live").forEach((e) => { e.className = "live"; e.replaceChildren(); });
  const keyText = document.getElementById("keys");
  const { keys, quorum } = await parseKeys(keyText ? keyText.textContent : "");
  const changed = await changedParts();
  const saved = fileOf("keys.txt");
  if (keyText && (!saved || !equal(saved, utf8.encode(keyText.textContent)))) changed.push("keys");
  const articles = [...document.querySelectorAll("[data-receipt]")];
  let held = 0;
  for (const [i, article] of articles.entries()) {
    const v = await one(article, keys);
    show(article, v, quorum);
    if (!v.proved) continue;
    held++;
    beside(v, i + 1);
  }
  const good = articles.length > 0 && held === articles.length && changed.length === 0;
  result.className = good ? "good" : "bad";
  const said = [];
  if (articles.length) said.push(say("receipts-held", { held, all: articles.length }));
  else said.push(say("no-receipts"));
  said.push(changed.length ? say("parts-changed", { parts: changed.join(", ") }) : say("parts-same"));
  result.replaceChildren(element("p", "verdict", say(good ? "all-proved" : "not-proved")));
  lines(result, said);
  if (!good) lines(result, [say("nothing-relied")]);
  lines(result, [say("never-proved"), say("compare-keys"), say("self")]);
  button.disabled = false;
}

document.querySelector(".noscript").hidden = true;
button.hidden = false;
button.addEventListener("click", run);
