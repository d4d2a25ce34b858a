// Checks a receipt (docs/receipts.md, C2SP tlog-proof) in the browser. Nothing
// is sent anywhere: the bytes of the receipt and the keys come in as arguments,
// a verdict goes out. It follows the steps of tocsin verify and refuses what
// that refuses, but for two things that no browser can do yet: it checks the
// Ed25519 signatures and leaves out ML-DSA-44 and RFC 3161 time-stamps, and the
// verdict says so.

const utf8 = new TextEncoder();
const strictUTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const HEADER = "c2sp.org/tlog-proof@v1";
const FORMAT = "tocsin-receipt/1";
const SLOTS = 128;
const MAX_PROOF = 4 << 20;
const MAX_NOTE = 256 << 10;
const MAX_VALUE = 1 << 20;
const MAX_LINKED = 64;
const MAX_STAMPS = 16;
const ED25519 = 1, COSIGNATURE = 4, MLDSA = 6;

// NotProved says with a code, and arguments for its words, why nothing is proved.
export class NotProved extends Error {
  constructor(code, args = {}) {
    super(code);
    this.code = code;
    this.args = args;
  }
}

const refuse = (code, args) => { throw new NotProved(code, args); };

// ---------------------------------------------------------------- bytes

function join(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
}

function equal(a, b) {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");

// base64 is read strictly: what is written again must be the same.
function decode64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  let raw;
  try { raw = atob(text); } catch { return null; }
  if (btoa(raw) !== text) return null;
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

function encode64(b) {
  let s = "";
  for (let i = 0; i < b.length; i += 4096) s += String.fromCharCode(...b.subarray(i, i + 4096));
  return btoa(s);
}

// decimal reads a number below 2^63 without sign and leading zeros.
function decimal(text) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) return null;
  const n = BigInt(text);
  return n < 1n << 63n ? n : null;
}

const sha256 = async (b) => new Uint8Array(await crypto.subtle.digest("SHA-256", b));

async function hmac(key, message) {
  const k = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", k, message));
}

// RFC 6962, section 2.1.
const leafHash = (b) => sha256(join([0], b));
const nodeHash = (l, r) => sha256(join([1], l, r));

// ---------------------------------------------------------------- the file

// parseProof takes the file apart: {index, hashes, extra, note}.
export function parseProof(bytes) {
  if (bytes.length > MAX_PROOF) refuse("too-large", { max: MAX_PROOF });
  let text;
  try { text = strictUTF8.decode(bytes); } catch { refuse("not-a-receipt"); }
  const cut = text.indexOf("\n\n");
  if (cut < 0) refuse("not-a-receipt");
  const lines = text.slice(0, cut).split("\n");
  const note = text.slice(cut + 2);
  if (lines.shift() !== HEADER) refuse("not-a-receipt");
  let extra = null;
  if (lines.length && lines[0].startsWith("extra ")) {
    extra = decode64(lines.shift().slice(6));
    if (!extra) refuse("damaged", { where: "extra" });
  }
  if (!lines.length || !lines[0].startsWith("index ")) refuse("damaged", { where: "index" });
  const index = decimal(lines.shift().slice(6));
  if (index === null) refuse("damaged", { where: "index" });
  if (lines.length > 63) refuse("damaged", { where: "inclusion proof" });
  const hashes = lines.map((l) => {
    const h = decode64(l);
    if (!h || h.length !== 32) refuse("damaged", { where: "inclusion proof" });
    return h;
  });
  return { index, hashes, extra, note: parseNote(note) };
}

function parseNote(text) {
  if (utf8.encode(text).length > MAX_NOTE || /[\u0000-\u0009\u000b-\u001f]/.test(text)) refuse("damaged", { where: "checkpoint" });
  const cut = text.lastIndexOf("\n\n");
  if (cut < 0 || !text.endsWith("\n")) refuse("damaged", { where: "checkpoint" });
  const body = text.slice(0, cut + 1);
  const signatures = text.slice(cut + 2, -1).split("\n").map((line) => {
    const m = /^\u2014 (\S+) ([A-Za-z0-9+/=]+)$/u.exec(line);
    const raw = m && !m[1].includes("+") && decode64(m[2]);
    if (!raw || raw.length < 5) refuse("damaged", { where: "signature" });
    return { name: m[1], id: hex(raw.subarray(0, 4)), data: raw.subarray(4) };
  });
  if (signatures.length > 100) refuse("damaged", { where: "signatures" });
  const lines = body.split("\n");
  if (lines.length !== 4 || lines[3] !== "" || lines[0] === "" || utf8.encode(lines[0]).length > 255) refuse("damaged", { where: "checkpoint" });
  const size = decimal(lines[1]);
  const root = decode64(lines[2]);
  if (size === null || size > 1n << 62n || !root || root.length !== 32) refuse("damaged", { where: "checkpoint" });
  return { text: body, signatures, origin: lines[0], size, root };
}

// ---------------------------------------------------------------- keys

// parseKeys reads verifier keys (C2SP signed-note), one a line, or the lines of
// a policy (C2SP tlog-policy) that name them: {keys, problems, quorum}. A quorum
// is not computed here, quorum says that one is asked for; each witness is named.
export async function parseKeys(text) {
  const keys = [];
  const problems = [];
  let quorum = false;
  for (const [i, whole] of text.split("\n").entries()) {
    let line = whole.trim();
    if (line === "" || line.startsWith("#")) continue;
    const words = line.split(/\s+/);
    if (words[0] === "group" || words[0] === "quorum") { quorum ||= words[1] !== "none"; continue; }
    let called = "", role = "";
    if (words[0] === "log") [role, line] = ["log", words[1] ?? ""];
    else if (words[0] === "witness") [role, called, line] = ["witness", words[1] ?? "", words[2] ?? ""];
    const key = await parseKey(line);
    if (!key) { problems.push(i + 1); continue; }
    keys.push({ ...key, called: called || key.name, role });
  }
  return { keys, problems, quorum };
}

async function parseKey(vkey) {
  const a = vkey.indexOf("+"), b = vkey.indexOf("+", a + 1);
  if (a < 1 || b < 0) return null;
  const name = vkey.slice(0, a), id = vkey.slice(a + 1, b);
  const raw = decode64(vkey.slice(b + 1));
  if (!raw || raw.length < 2 || !/^[0-9a-f]{8}$/.test(id)) return null;
  const type = raw[0], known = { [ED25519]: 32, [COSIGNATURE]: 32, [MLDSA]: 1312 }[type];
  if (raw.length - 1 !== known) return null;
  const want = await sha256(join(utf8.encode(name + "\n"), raw));
  if (hex(want.subarray(0, 4)) !== id) return null;
  return { name, id, type, public: raw.slice(1) };
}

async function ed25519(key, signature, message) {
  const k = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, k, signature, message);
}

// holds checks one signature: the time that it states in seconds since 1970, 0
// for none; null if it does not hold.
async function holds(key, data, text) {
  if (key.type === ED25519) {
    return data.length === 64 && await ed25519(key.public, data, utf8.encode(text)) ? 0 : null;
  }
  if (data.length !== 72) return null;
  const at = new DataView(data.buffer, data.byteOffset, 8).getBigUint64(0);
  if (at > 253402300799n) return null;
  const message = utf8.encode(`cosignature/v1\ntime ${at}\n${text}`);
  return await ed25519(key.public, data.subarray(8), message) ? Number(at) : null;
}

// ---------------------------------------------------------------- the record

// parseExtra reads what was opened. JSON that would be written otherwise (a key
// unknown, repeated or out of order) is refused: two programs could read it
// differently.
function parseExtra(bytes) {
  if (!bytes) refuse("nothing-opened");
  let text, e;
  try { text = strictUTF8.decode(bytes); e = JSON.parse(text); } catch { refuse("damaged", { where: "extra" }); }
  if (typeof e !== "object" || e === null) refuse("damaged", { where: "extra" });
  if (e.format !== FORMAT) refuse("other-format", { format: String(e.format).slice(0, 80) });
  const bad = () => refuse("damaged", { where: "extra" });
  const blob = (s) => (typeof s === "string" ? decode64(s) ?? bad() : bad());
  const disclosure = (d) => {
    if (typeof d !== "object" || d === null || d.schema !== 1 || !Array.isArray(d.fields) || !Array.isArray(d.hidden)) bad();
    return {
      fields: d.fields.map((f) => {
        if (typeof f !== "object" || f === null || typeof f.name !== "string" || (f.value !== null && typeof f.value !== "string")) bad();
        return { name: f.name, value: f.value, salt: blob(f.salt) };
      }),
      hidden: d.hidden.map(blob),
    };
  };
  if (!Array.isArray(e.linked) || !Array.isArray(e.stamps) || e.linked.length > MAX_LINKED || e.stamps.length > MAX_STAMPS) bad();
  const out = { record: disclosure(e.record), linked: e.linked.map(disclosure), stamps: e.stamps.map(blob).length };
  if (canonical(e) !== text) bad();
  return out;
}

// canonical writes the JSON as the receipt's own writer does.
function canonical(e) {
  // The writer escapes U+2028 and U+2029, which JSON.stringify leaves as they are.
  const s = (v) => JSON.stringify(v).replace(/[\u2028\u2029]/g, (c) => "\\u" + c.charCodeAt(0).toString(16));
  const list = (a, f) => "[" + a.map(f).join(",") + "]";
  const disclosure = (d) => `{"schema":1,"fields":${list(d.fields, (f) => `{"name":${s(f.name)},"value":${f.value === null ? "null" : s(f.value)},"salt":${s(f.salt)}}`)},"hidden":${list(d.hidden, s)}}`;
  return `{"format":${s(e.format)},"record":${disclosure(e.record)},"linked":${list(e.linked, disclosure)},"stamps":${list(e.stamps, s)}}`;
}

// commitment computes a record's from what is opened of it (docs/receipts.md,
// "The arithmetic", 2 to 4).
async function commitment(d, slots) {
  const known = new Array(SLOTS).fill(null);
  let last = -1;
  for (const f of d.fields) {
    const slot = slots.indexOf(f.name);
    if (slot < 0) refuse("unknown-field", { field: f.name.slice(0, 80) });
    if (slot <= last || f.salt.length !== 32) refuse("damaged", { where: f.name });
    last = slot;
    let message;
    if (f.value === null) message = new Uint8Array([slot, 0, 0, 0]);
    else {
      const name = utf8.encode(f.name), value = utf8.encode(f.value);
      // A lone surrogate has no bytes: two programs would commit to different ones.
      let ok = value.length > 0 && value.length <= MAX_VALUE && f.value.isWellFormed() && f.value.trim() === f.value;
      try { ok = ok && JSON.parse(f.value) !== null; } catch { ok = false; }
      if (!ok) refuse("damaged", { where: f.name });
      message = join([slot, name.length >> 8, name.length & 255], name, [1], value);
    }
    known[slot] = await leafHash(await hmac(f.salt, message));
  }
  const hidden = d.hidden.slice();
  const root = async (from, n) => {
    const opened = known.slice(from, from + n).some((k) => k !== null);
    if (!opened) {
      const h = hidden.shift();
      if (!h || h.length !== 32) refuse("damaged", { where: "hidden" });
      return h;
    }
    if (n === 1) return known[from];
    const left = await root(from, n / 2);
    return nodeHash(left, await root(from + n / 2, n / 2));
  };
  const top = await root(0, SLOTS);
  if (hidden.length) refuse("damaged", { where: "hidden" });
  return sha256(join(utf8.encode("tocsin.record/1\n"), [0, 1, 0, SLOTS], top));
}

// includes checks an inclusion proof (RFC 9162, section 2.1.3.2).
async function includes(leaf, index, size, path, root) {
  if (index >= size) return false;
  let fn = index, sn = size - 1n, r = leaf;
  for (const p of path) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      r = await nodeHash(p, r);
      if ((fn & 1n) === 0n) while (fn !== 0n && (fn & 1n) === 0n) { fn >>= 1n; sn >>= 1n; }
    } else {
      r = await nodeHash(r, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(r, root);
}

const textOf = (value) => {
  try { const v = JSON.parse(value); return typeof v === "string" ? v : null; } catch { return null; }
};

// epoch gives what is common to the names of one log's epochs: base/1, base/2 …
const base = (name) => name.replace(/\/(0|[1-9][0-9]*)$/, "/");

// ---------------------------------------------------------------- the verdict

// verify checks a receipt against keys (of parseKeys). slots are the names of
// the fields by their number. The verdict:
//   {proved, reason: {code, args}}                         nothing is proved
//   {proved, origin, index, size, records, logKeys, witnesses, notLater,
//    notLaterBy, operatorClock, unchecked: {mldsa, stamps}}  proved
// Times are seconds since 1970, 0 for none.
export async function verify(bytes, keys, slots) {
  try {
    return await prove(bytes, keys, slots);
  } catch (e) {
    if (!(e instanceof NotProved)) throw e;
    return { proved: false, reason: { code: e.code, args: e.args } };
  }
}

async function prove(bytes, keys, slots) {
  if (!keys.length) refuse("no-keys");
  const p = parseProof(bytes);
  const extra = parseExtra(p.extra);
  const leaf = await commitment(extra.record, slots);
  const out = {
    proved: true, origin: p.note.origin, index: p.index.toString(), size: p.note.size.toString(),
    logKeys: [], witnesses: [], notLater: 0, notLaterBy: "", unchecked: { mldsa: 0, stamps: extra.stamps },
  };
  await signatures(out, p.note, keys);
  const entry = join([1], leaf);
  if (!await includes(await leafHash(entry), p.index, p.note.size, p.hashes, p.note.root)) refuse("not-in-log", { index: out.index });
  out.records = await link(leaf, extra, slots);
  const clock = out.records[0].fields.find((f) => f.name === "recorded-at" && f.value !== null);
  if (clock) {
    const t = textOf(clock.value);
    out.operatorClock = t && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(t) ? t : "";
  }
  return out;
}

// Only keys of this origin count as the log's; the log's own name never counts
// as a witness, nor that of another epoch of it. A signature by a key that was
// given and that does not hold refuses the whole.
async function signatures(out, note, keys) {
  const own = keys.filter((k) => k.role !== "witness" && k.name === note.origin);
  const others = keys.filter((k) => k.role !== "log" && base(k.name) !== base(note.origin));
  if (!own.length) refuse("other-log", { origin: note.origin });
  const signed = new Set();
  for (const s of note.signatures) {
    const key = [...own, ...others].find((k) => k.name === s.name && k.id === s.id);
    if (!key) continue;
    if (key.type === MLDSA) { out.unchecked.mldsa++; continue; }
    const at = await holds(key, s.data, note.text);
    if (at === null) refuse("bad-signature", { key: key.called });
    if (own.includes(key)) {
      if (!signed.has(key.id)) out.logKeys.push(`${key.name}+${key.id}`);
      signed.add(key.id);
      continue;
    }
    out.witnesses.push({ name: key.called, time: at });
    if (at && (!out.notLater || at < out.notLater)) [out.notLater, out.notLaterBy] = [at, key.called];
  }
  // The log signs with each of its keys: one that is given and did not sign is a
  // sign of a checkpoint that is not the log's.
  for (const k of own) if (k.type === ED25519 && !signed.has(k.id)) refuse("not-signed", { origin: note.origin });
  if (!signed.size) refuse("not-signed", { origin: note.origin });
}

// link opens the record of the leaf and those that it names.
async function link(leaf, extra, slots) {
  const named = new Map();
  const add = (d) => {
    for (const field of ["event", "prev"]) {
      const f = d.fields.find((x) => x.name === field && x.value !== null);
      const c = f && textOf(f.value);
      if (c && !named.has(c)) named.set(c, field);
    }
  };
  const shown = (c, d, by) => ({ commitment: c, linkedBy: by, fields: d.fields.map((f) => ({ name: f.name, value: f.value })) });
  const out = [shown(hex(leaf), extra.record, "")];
  add(extra.record);
  const seen = new Set([out[0].commitment]);
  for (const d of extra.linked) {
    const c = hex(await commitment(d, slots));
    if (!named.has(c) || seen.has(c)) refuse("stray-record");
    seen.add(c);
    out.push(shown(c, d, named.get(c)));
    add(d);
  }
  return out;
}
