// Tocsin's own script. Every page works without it; it adds the keyboard, live
// updates, times that go on, copying, and passkeys. It holds no words: what it
// says stands in attributes of the page.
"use strict";
(() => {
  const $ = (s, from = document) => from.querySelector(s);
  const all = (s, from = document) => [...from.querySelectorAll(s)];
  const body = document.body;

  // The browser's zone, for those whose profile names none.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `tocsin-zone=${zone}; path=/; max-age=31536000; samesite=strict${location.protocol === "https:" ? "; secure" : ""}`;

  // Times relative to now, by the same rule as the server's: two units.
  const units = (body.dataset.units || "").split("|");
  const relative = (ms) => {
    const minutes = Math.floor(Math.abs(ms) / 60000);
    if (minutes === 0) return body.dataset.now;
    const parts = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
    let i = parts.findIndex((n) => n > 0);
    let text = units[i].replace("{n}", parts[i]);
    if (i < 2 && parts[i + 1] > 0 && parts[i] < 100) text += " " + units[i + 1].replace("{n}", parts[i + 1]);
    return (ms < 0 ? body.dataset.ago : body.dataset.in).replace("{span}", text);
  };
  const tick = () => {
    if (units.length !== 3) return;
    for (const t of all("time[data-relative]")) {
      const text = relative(Date.parse(t.dateTime) - Date.now());
      if (t.textContent !== text) t.textContent = text;
    }
  };
  setInterval(tick, 30000);

  // What needs script is shown only where there is one.
  const prepare = (from) => {
    if (window.PublicKeyCredential) for (const e of all("[data-passkey-only]", from)) e.hidden = false;
    for (const e of all("button[data-copy], button[data-print]", from)) e.hidden = false;
  };
  prepare(document);
  for (const a of all(".tabs [aria-current]")) a.scrollIntoView({ block: "nearest", inline: "center" });

  document.addEventListener("click", async (e) => {
    const copy = e.target.closest("[data-copy]");
    if (copy) {
      await navigator.clipboard.writeText($("#" + copy.dataset.copy).textContent.trim().replace(/[ \t]*\n\s*/g, "\n"));
      const was = copy.innerHTML;
      copy.textContent = body.dataset.copied;
      setTimeout(() => { copy.innerHTML = was; }, 2000);
    }
    if (e.target.closest("[data-print]")) window.print();
    const key = e.target.closest("button[data-passkey]");
    if (key) passkey(key);
    for (const menu of all("details[data-menu][open]")) if (!menu.contains(e.target)) menu.open = false;
  });
  document.addEventListener("submit", (e) => {
    if (e.target.dataset.passkey) { e.preventDefault(); passkey(e.target); }
  });

  // Passkeys: the options come as JSON with base64url, and go back so.
  const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const post = async (url, data) => {
    const r = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) });
    const answer = await r.json();
    if (!r.ok && !answer.to) throw new Error(answer.error);
    return answer;
  };
  const passkey = async (e) => {
    const d = e.dataset, creates = d.passkey === "create";
    let said = d.failed;
    try {
      const begun = await post(d.begin, {});
      if (begun.to) { location.assign(begun.to); return; }
      const o = begun.options.publicKey || begun.options;
      o.challenge = bytes(o.challenge);
      if (o.user) o.user.id = bytes(o.user.id);
      for (const c of [...(o.allowCredentials || []), ...(o.excludeCredentials || [])]) c.id = bytes(c.id);
      const made = await navigator.credentials[creates ? "create" : "get"]({ publicKey: o });
      const r = made.response, response = { clientDataJSON: text(r.clientDataJSON) };
      for (const k of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (r[k]) response[k] = text(r[k]);
      if (r.getTransports) response.transports = r.getTransports();
      const answer = {
        id: made.id, rawId: text(made.rawId), type: made.type, response,
        authenticatorAttachment: made.authenticatorAttachment || undefined, clientExtensionResults: made.getClientExtensionResults(),
      };
      const done = await post(d.finish, { ticket: begun.ticket, answer, to: d.to || "", name: creates ? $("input[name=name]", e).value : "" });
      const kept = d.repeat && document.getElementById(d.repeat);
      if (kept) kept.submit(); else location.assign(done.to);
      return;
    } catch (err) {
      if (err && err.name === "Error" && err.message) said = err.message;
    }
    const note = $("#notice");
    note.replaceChildren(Object.assign(document.createElement("p"), { className: "box box-over", textContent: said }));
    note.scrollIntoView({ block: "nearest" });
  };

  // The keyboard: / search, g d desk, g c cases, g l ledger, ? help, Esc closes.
  let before = "";
  const ways = { d: "/desk", c: "/cases", l: "/ledger" };
  document.addEventListener("keydown", (e) => {
    const menu = $("details[data-menu][open]");
    if (e.key === "Escape" && menu) { menu.open = false; $("summary", menu).focus(); return; }
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, [contenteditable]")) return;
    if (before === "g" && ways[e.key] && ("signedIn" in body.dataset || e.key === "l")) location.assign(ways[e.key]);
    if (e.key === "?") location.assign("/help");
    if (e.key === "/" && $("[data-search]")) { e.preventDefault(); $("[data-search]").focus(); }
    before = e.key;
  });

  // Live: data-live names a stream; at each change the elements with
  // data-refresh are loaded again. Where somebody is typing, nothing moves.
  const refresh = async () => {
    const r = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!r.ok || r.redirected) { location.reload(); return; }
    const page = new DOMParser().parseFromString(await r.text(), "text/html");
    for (const old of all("[data-refresh][id]")) {
      const fresh = page.getElementById(old.id);
      if (!fresh || old.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) continue;
      const focus = old.contains(document.activeElement) && document.activeElement.id;
      const open = all("details[open][id]", old).map((d) => d.id);
      const left = old.scrollLeft, top = old.scrollTop;
      old.replaceWith(document.adoptNode(fresh));
      fresh.scrollTo(left, top);
      for (const id of open) { const d = document.getElementById(id); if (d) d.open = true; }
      if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
      prepare(fresh);
      if (window.htmx) window.htmx.process(fresh);
    }
    tick();
  };
  const live = $("[data-live]");
  if (live && window.EventSource) {
    const stream = new EventSource(live.dataset.live);
    let waiting;
    stream.addEventListener("change", () => { clearTimeout(waiting); waiting = setTimeout(refresh, 250); });
    stream.addEventListener("gone", () => { stream.close(); location.reload(); });
    addEventListener("pagehide", () => stream.close());
  }
})();
