// SPDX-License-Identifier: Apache-2.0
"use strict";

/*
 * The page of `ipcq web`. It reads a stream of what is seen once a second, and asks for the rest when somebody wants it.
 *
 * Everything that comes from queues and command lines is hostile. So there are two rules: text goes into the page by `show` alone, which
 * makes it text and nothing else; and numbers name queues, never their paths.
 */

const SECRET = "ipcq";
const KEPT = 300; // seconds that charts show
const LONGEST_NAME = 240;
const WATCH_MILLIS = 2000;
const COMMON = "no-producer"; // in order where producers come and go
const WORKER_TITLES = ["Worker", "PID", "State", "Does", "Last five minutes", "Busy", "For", "Usual", "Done", "Crashes", "Heap", "Task"];

const rows = new Map(); // by id: the last sample, its history, its row
const lanes = new Map(); // of each worker: what it was seen to do, one stretch of time after the other
let token = "";
let readOnly = false;
let chosen = null;
let paused = false;
let sorting = { key: "queue", falling: false };
let charts = null;

const byId = (id) => document.getElementById(id);

// ---- text of others ------------------------------------------------------------------------------------------------

/** What a reader would not see, or see in another place than where it stands, as the escapes that the command prints, too. */
function harmless(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (point) =>
    Array.from({ length: point.length }, (none, i) => "\\u" + point.charCodeAt(i).toString(16).padStart(4, "0")).join(""));
}

/** The same of what people are to recognize: cut in the middle if it is longer than anybody reads. */
function name(text) {
  const line = harmless(text);
  const half = LONGEST_NAME / 2;
  return line.length <= LONGEST_NAME
    ? line
    : line.slice(0, half) + "...(" + (line.length - 2 * half) + " more)..." + line.slice(-half);
}

/** Several lines stay several. */
function lines(text) {
  return text.split("\n").map(harmless).join("\n");
}

function show(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) {
    show(element, text);
  }
  if (className) {
    element.className = className;
  }
  return element;
}

/** JSON over several lines; all that is added is white space outside of strings, so numbers stay as they are. */
function pretty(json) {
  let out = "";
  let depth = 0;
  let quoted = false;
  const line = () => "\n" + "  ".repeat(Math.min(depth, 40));
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (quoted) {
      out += sign;
      if (sign === "\\") {
        out += json[++at] ?? "";
      } else if (sign === '"') {
        quoted = false;
      }
    } else if (sign === '"') {
      quoted = true;
      out += sign;
    } else if (sign === "{" || sign === "[") {
      depth++;
      out += sign + line();
    } else if (sign === "}" || sign === "]") {
      depth = Math.max(0, depth - 1);
      out += line() + sign;
    } else if (sign === ",") {
      out += sign + line();
    } else if (sign === ":") {
      out += ": ";
    } else if (!/\s/.test(sign)) {
      out += sign;
    }
  }
  return out.replace(/([{[])\n\s*([}\]])/g, "$1$2");
}

// ---- quantities ----------------------------------------------------------------------------------------------------

const whole = new Intl.NumberFormat("en");

function count(number) {
  return whole.format(number);
}

function rate(number) {
  return number === null || number === undefined ? "-" : number < 10 && number > 0 ? number.toFixed(1) : count(Math.round(number));
}

function steps(amount, sizes, units) {
  let unit = 0;
  while (unit < units.length - 1 && amount >= sizes[unit]) {
    amount /= sizes[unit++];
  }
  return (amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount)) + " " + units[unit];
}

const bytes = (number) => steps(number, [1024, 1024, 1024, 1024], ["B", "KiB", "MiB", "GiB", "TiB"]);
const nanos = (number) => steps(number / 1e6, [1000, 60, 60, 24], ["ms", "s", "min", "h", "d"]);
const age = (number) => number === null || number === undefined ? "-" : nanos(number);

/** By the clock of the program that looks: that of the browser may be another one. */
function ago(then, seconds) {
  return then ? nanos(Math.max(0, seconds * 1000 - Date.parse(then)) * 1e6) + " ago" : "-";
}

// ---- asking --------------------------------------------------------------------------------------------------------

/** The secret stands in the address once, and then in this tab alone. */
function takeToken() {
  if (location.hash.length > 1 && !location.hash.startsWith("#queues")) {
    sessionStorage.setItem(SECRET, location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
  token = sessionStorage.getItem(SECRET) ?? "";
}

async function ask(path, order) {
  const answer = await fetch(path, {
    method: order ? "POST" : "GET",
    headers: order
      ? { Authorization: "Bearer " + token, "Content-Type": "application/json" }
      : { Authorization: "Bearer " + token },
    body: order ? JSON.stringify(order) : undefined,
    cache: "no-store",
    credentials: "omit",
  });
  if (!answer.ok) {
    const said = await answer.json().catch(() => null);
    throw new Error(said ? said.message : answer.status === 403 ? "the page needs the whole address that was printed" : "failed: " + answer.status);
  }
  return answer;
}

const json = async (path, order) => (await ask(path, order)).json();

function say(text, alarm) {
  const state = byId("state");
  show(state, text);
  state.classList.toggle("alarm", alarm === true);
}

// ---- the stream ----------------------------------------------------------------------------------------------------

let reading = null;

async function read() {
  const mine = new AbortController();
  reading = mine;
  try {
    const answer = await fetch("/api/stream", {
      headers: { Authorization: "Bearer " + token },
      signal: mine.signal,
      cache: "no-store",
      credentials: "omit",
    });
    if (!answer.ok) {
      throw new Error(answer.status === 403 ? "the page needs the whole address that was printed" : "failed: " + answer.status);
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const all = (rest + part.value).split("\n");
      rest = all.pop();
      if (all.length > 0) {
        receive(JSON.parse(all.pop()));
      }
    }
    throw new Error("the command has ended");
  } catch (failure) {
    if (!mine.signal.aborted) {
      say(failure.message, true);
      setTimeout(() => wanted() && reading === mine && read(), 2000);
    }
  }
}

const wanted = () => !paused && !document.hidden;

/** A page that nobody sees asks for nothing. */
function follow() {
  if (reading) {
    reading.abort();
    reading = null;
  }
  if (wanted()) {
    read();
  } else {
    say(paused ? "paused" : "waiting");
  }
}

function receive(frame) {
  say(frame.message ? harmless(frame.message) : new Date(frame.time).toLocaleTimeString("en-GB"), Boolean(frame.message));
  const there = new Set();
  for (const sample of frame.queues) {
    const id = sample.row.id;
    there.add(id);
    const known = rows.get(id) ?? { history: [], element: null };
    known.sample = sample;
    known.history.push({
      time: frame.time / 1000,
      size: sample.row.line.size,
      leased: sample.row.line.leased,
      putRate: sample.putRate ?? null,
      takenRate: sample.takenRate ?? null,
    });
    if (known.history.length > KEPT) {
      known.history.shift();
    }
    rows.set(id, known);
  }
  for (const [id, known] of rows) {
    if (!there.has(id)) {
      known.element?.remove();
      rows.delete(id);
    }
  }
  draw();
  drawAlarms(frame);
  drawPools(frame);
  drawManagers(frame.managers);
}

// ---- the table -----------------------------------------------------------------------------------------------------

const keys = {
  queue: (row) => row.sample.row.line.directory,
  state: (row) => stateOf(row.sample),
  oldest: (row) => row.sample.row.line.oldestAgeNanos ?? -1,
  size: (row) => row.sample.row.line.size,
  putRate: (row) => row.sample.putRate ?? -1,
  takenRate: (row) => row.sample.takenRate ?? -1,
  leased: (row) => row.sample.row.line.leased,
  dead: (row) => row.sample.row.deadLetters,
  storage: (row) => row.sample.row.line.storageBytes,
};

/** With the reasons why it does not go on; their sentences are there for who opens it. That it is shut down, its state says. */
function stateOf({ row, stalls }) {
  const kinds = stalls.map((stall) => stall.stall).filter((kind) => kind !== "shut-down").join(", ");
  return row.line.state + (kinds ? ": " + kinds : "");
}

function inOrder(a, b) {
  const [x, y] = [keys[sorting.key](a), keys[sorting.key](b)];
  const order = x < y ? -1 : x > y ? 1 : a.sample.row.id - b.sample.row.id;
  return sorting.falling ? -order : order;
}

function makeRow(known) {
  const row = make("tr");
  const open = make("button");
  open.type = "button";
  open.addEventListener("click", () => choose(known.sample.row.id));
  const cell = make("td", undefined, "name");
  cell.append(open);
  row.append(cell, make("td", undefined, "state"), make("td", undefined, "number"), make("td", undefined, "number"));
  const trend = make("td", undefined, "trend");
  trend.append(spark());
  row.append(trend);
  for (let i = 0; i < 5; i++) {
    row.append(make("td", undefined, "number"));
  }
  return row;
}

function spark() {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 120 24");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(space, "polyline"));
  return svg;
}

function fillRow(known) {
  const { row, putRate, takenRate, stalls } = known.sample;
  const line = row.line;
  const cells = known.element.children;
  const damaged = line.kind === null || line.kind === undefined;
  show(cells[0].firstChild, name(line.directory));
  show(cells[1], damaged ? "damaged: " + name(line.message ?? "") : name(stateOf(known.sample)));
  known.element.classList.toggle("alarm", line.state !== "open" || stalls.some((stall) => stall.stall !== COMMON));
  known.element.classList.toggle("chosen", row.id === chosen);
  const texts = damaged
    ? ["-", "-", "-", "-", "-", "-", "-"]
    : [age(line.oldestAgeNanos), count(line.size), rate(putRate), rate(takenRate), count(line.leased), count(row.deadLetters), bytes(line.storageBytes)];
  show(cells[2], texts[0]);
  show(cells[3], texts[1]);
  for (let i = 2; i < texts.length; i++) {
    show(cells[i + 3], texts[i]);
  }
  cells[8].classList.toggle("alarm", row.deadLetters > 0);
  const most = Math.max(1, ...known.history.map((each) => each.size));
  cells[4].querySelector("polyline").setAttribute("points", known.history
    .map((each, i) => ((120 * (i + KEPT - known.history.length)) / (KEPT - 1)).toFixed(1) + "," + (23 - (22 * each.size) / most).toFixed(1))
    .join(" "));
}

function draw() {
  const filter = byId("filter").value.toLowerCase();
  const body = byId("rows");
  const sorted = [...rows.values()].sort(inOrder);
  let place = body.firstChild;
  for (const known of sorted) {
    known.element ??= makeRow(known);
    fillRow(known);
    known.element.hidden = !known.sample.row.line.directory.toLowerCase().includes(filter);
    // moved only if it is not there already, so that focus stays where it is
    if (place === known.element) {
      place = place.nextSibling;
    } else {
      body.insertBefore(known.element, place);
    }
  }
  byId("nothing").hidden = rows.size > 0;
  drawDetail();
}

function sortBy(header) {
  const key = header.dataset.sort;
  sorting = { key, falling: sorting.key === key ? !sorting.falling : key !== "queue" && key !== "state" };
  for (const other of document.querySelectorAll("th[data-sort]")) {
    other.removeAttribute("aria-sort");
  }
  header.setAttribute("aria-sort", sorting.falling ? "descending" : "ascending");
  draw();
}

// ---- one queue -----------------------------------------------------------------------------------------------------

function choose(id) {
  chosen = id;
  for (const part of ["elements", "letters", "stalls", "processes"]) {
    byId(part).replaceChildren();
  }
  show(byId("outcome"), "");
  byId("detail").hidden = false;
  draw();
  byId("detail-name").focus();
  look();
}

function unchoose() {
  const known = rows.get(chosen);
  chosen = null;
  byId("detail").hidden = true;
  draw();
  known?.element?.querySelector("button")?.focus();
}

function fact(list, term, text) {
  const pair = make("div");
  pair.append(make("dt", term), make("dd", text));
  list.append(pair);
}

function drawDetail() {
  const known = rows.get(chosen);
  if (chosen === null || !known) {
    if (chosen !== null) {
      unchoose();
    }
    return;
  }
  const line = known.sample.row.line;
  const seen = known.history[known.history.length - 1].time;
  show(byId("detail-name"), name(line.directory));
  const facts = make("dl");
  fact(facts, "Oldest element", age(line.oldestAgeNanos));
  fact(facts, "Last put", ago(line.lastPut, seen));
  fact(facts, "Last take", ago(line.lastTake, seen));
  fact(facts, "Kind", line.kind === "journal" ? "durable" : line.kind === "ring" ? "in memory" : "damaged");
  fact(facts, "Codec", name(line.codec ?? "?"));
  fact(facts, "Ready", count(line.size) + (line.maxSize ? " of " + count(line.maxSize) : ""));
  fact(facts, "Leased", count(line.leased));
  fact(facts, "Put, ever", count(line.put));
  fact(facts, "Taken, ever", count(line.taken));
  fact(facts, "Acknowledged, ever", count(line.acknowledged));
  fact(facts, "Unfinished", count(line.unfinished));
  fact(facts, "Storage", bytes(line.storageBytes));
  if (byId("facts").textContent !== facts.textContent) {
    byId("facts").replaceChildren(...facts.children);
  }
  drawCharts(known.history);
}

function colour(variable) {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

function chart(target, names, colours) {
  const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");
  const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line") }, ticks: { stroke: colour("--line") } };
  return new uPlot(
    {
      width: Math.max(200, target.clientWidth),
      height: 190,
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (plot, low, high) => [0, Math.max(1, high)] } },
      axes: [{ ...axis, space: 90, values: (plot, splits) => splits.map(clock) }, { ...axis, size: 60 }],
      series: [{ value: (plot, seconds) => (seconds === null ? "--" : clock(seconds)) }, ...names.map((label, i) => ({ label, stroke: colour(colours[i]), width: 2, spanGaps: false }))],
    },
    [[], ...names.map(() => [])],
    target,
  );
}

function drawCharts(history) {
  charts ??= {
    depth: chart(byId("depth-chart"), ["ready", "leased"], ["--accent", "--out"]),
    rate: chart(byId("rate-chart"), ["in", "out"], ["--in", "--out"]),
  };
  const column = (key) => history.map((each) => each[key]);
  charts.depth.setData([column("time"), column("size"), column("leased")]);
  charts.rate.setData([column("time"), column("putRate"), column("takenRate")]);
  const last = history[history.length - 1];
  lastValues("depth-last", [["ready", count(last.size)], ["leased", count(last.leased)]]);
  lastValues("rate-last", [["in", rate(last.putRate)], ["out", rate(last.takenRate)]]);
}

/** A chart is a picture; this is what it says. */
function lastValues(id, pairs) {
  const body = byId(id).tBodies[0];
  pairs.forEach(([term, value], i) => {
    const row = body.rows[i] ?? body.insertRow();
    const cells = row.cells.length === 2 ? row.cells : [row.insertCell(), row.insertCell()];
    show(cells[0], term);
    show(cells[1], value);
  });
}

/** Colours are of the scheme that they were made in, and widths of the window. */
function renewCharts() {
  if (charts) {
    charts.depth.destroy();
    charts.rate.destroy();
    charts = null;
    drawDetail();
  }
}

let looking = null;

/** Watches the queue that is open, again and again. */
async function look() {
  clearTimeout(looking);
  const id = chosen;
  if (id === null || !wanted()) {
    return;
  }
  try {
    const detail = await json("/api/queue?id=" + id);
    if (id === chosen) {
      drawStalls(detail.stalls);
      drawProcesses(detail.processes);
    }
  } catch (failure) {
    if (id === chosen) {
      drawStalls([{ kind: "cannot look", sentence: failure.message }]);
    }
  }
  if (id === chosen) {
    looking = setTimeout(look, WATCH_MILLIS / 4);
  }
}

function drawStalls(stalls) {
  sayStalls(byId("stalls"), stalls, ["Nothing keeps it."]);
}

function sayStalls(list, stalls, otherwise) {
  const parts = stalls.map((stall) => {
    const part = make("p", undefined, "stall");
    part.append(make("strong", harmless(stall.kind)), ": " + harmless(stall.sentence));
    return part;
  });
  if (parts.length === 0) {
    parts.push(...otherwise.map((calm) => make("p", calm, "calm")));
  }
  // what is said already is not said again
  if (list.textContent !== parts.map((part) => part.textContent).join("")) {
    list.replaceChildren(...parts);
  }
}

function drawProcesses(processes) {
  const target = byId("processes");
  if (!processes || processes.length === 0) {
    target.replaceChildren(make("p", processes ? "Nobody is attached." : "This system does not say.", "calm"));
    return;
  }
  const table = make("table");
  const head = table.createTHead().insertRow();
  for (const title of ["PID", "State", "User", "Role", "Waits for", "Holds", "Leases", "Oldest", "Program"]) {
    const cell = make("th", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const process of processes) {
    const row = body.insertRow();
    const texts = [
      process.pid ?? "?",
      process.stopped ? process.state + " (stopped)" : process.state ?? "?",
      process.user ?? "?",
      process.role,
      process.waitsFor.join(", ") || "-",
      process.holds.join(", ") || "-",
      process.leases,
      process.oldestLeaseNanos < 0 ? "-" : nanos(process.oldestLeaseNanos),
      process.program,
    ];
    texts.forEach((text) => row.append(make("td", name(String(text)))));
    row.cells[1].classList.toggle("alarm", process.stopped);
  }
  target.replaceChildren(table);
}

// ---- pools and managers --------------------------------------------------------------------------------------------

function drawAlarms(frame) {
  const silent = frame.managers.filter((manager) => manager.message)
    .map((manager) => ({ kind: "manager " + name(manager.address), sentence: manager.message }));
  sayStalls(byId("alarms"), [...frame.stalls.map((stall) => ({ kind: stall.stall, sentence: stall.sentence })), ...silent], []);
}

/** A table that is filled anew each time, with its head. */
function fill(target, titles, lines) {
  const table = target.querySelector("table") ?? target.appendChild(make("table"));
  if (!table.tHead) {
    const head = table.createTHead().insertRow();
    for (const title of titles) {
      const cell = make("th", title);
      cell.scope = "col";
      head.append(cell);
    }
    table.createTBody();
  }
  table.tBodies[0].replaceChildren(...lines);
}

function drawPools(frame) {
  const seen = new Set();
  const boxes = new Map([...byId("pools").children].map((box) => [box.dataset.key, box]));
  const there = frame.pools.map(({ pool, donePerSecond, workers }) => {
    const key = pool.pid + " " + pool.pool;
    const box = boxes.get(key) ?? makePool(key);
    show(box.querySelector("h2"), "Pool " + name(pool.pool));
    const stats = pool.stats;
    show(box.querySelector("p"), "pid " + pool.pid + (pool.state === "T" ? " (stopped)" : "") + ": "
      + [[stats.waiting, "waiting"], [stats.busy, "running"], [stats.succeeded, "done"], [stats.failed, "failed"], [stats.crashes, "crashed"]]
        .map(([number, what]) => count(number) + " " + what).join(", ") + ", " + rate(donePerSecond) + " done/s"
      + (stats.workers > workers.length ? "; the first " + workers.length + " of " + count(stats.workers) + " workers" : ""));
    fill(box.querySelector(".scroll"), WORKER_TITLES, workers.map((worker) => {
      const place = key + " " + worker.worker;
      seen.add(place);
      return workerRow(worker, stretch(place, worker, frame.time / 1000), frame.time / 1000);
    }));
    return box;
  });
  if (there.length !== boxes.size || there.some((box, i) => byId("pools").children[i] !== box)) {
    byId("pools").replaceChildren(...there);
  }
  for (const place of lanes.keys()) {
    if (!seen.has(place)) {
      lanes.delete(place);
    }
  }
}

function makePool(key) {
  const box = make("section");
  box.dataset.key = key;
  box.append(make("h2"), make("p", undefined, "calm"), make("div", undefined, "scroll"));
  return box;
}

/**
 * What a worker did, as far as that was seen: it goes on with what it did a second ago, or does something else since then. Of a task it
 * is known how long it takes; of those that began and ended between two looks, that there were some.
 */
function stretch(place, worker, now) {
  const lane = lanes.get(place) ?? [];
  lanes.set(place, lane);
  const last = lane[lane.length - 1];
  const same = last && last.pid === worker.pid;
  const does = worker.task ? "busy" : same && worker.done > last.done ? "short" : worker.does;
  if (same && last.does === does && last.task === worker.task) {
    last.to = now;
    last.done = worker.done;
  } else {
    const begun = worker.task ? now - worker.ageNanos / 1e9 : now;
    lane.push({ from: last ? Math.min(now, Math.max(last.to, begun)) : begun, to: now, does, task: worker.task, done: worker.done, pid: worker.pid, what: worker.function });
  }
  while (lane.length > 0 && lane[0].to < now - KEPT) {
    lane.shift();
  }
  return lane;
}

function workerRow(worker, lane, now) {
  const row = make("tr");
  const texts = [
    name(worker.worker),
    worker.pid,
    worker.state ? worker.state + (worker.state === "T" ? " (stopped)" : "") : "?",
    worker.does,
    "",
    busyShare(lane, now),
    worker.task ? nanos(worker.ageNanos) : "-",
    worker.usualNanos > 0 ? nanos(worker.usualNanos) : "-",
    count(worker.done),
    count(worker.crashes),
    worker.heapBytes ? bytes(worker.heapBytes) : "-",
    worker.task ? worker.task + ", " + name(worker.function ?? "") : "-",
  ];
  texts.forEach((text) => row.append(make("td", String(text))));
  row.cells[2].classList.toggle("alarm", worker.state === "T");
  row.cells[4].append(drawLane(lane, now));
  return row;
}

/** Of the time that this page has seen of it. */
function busyShare(lane, now) {
  const seen = lane.map((part) => [part, Math.max(0, part.to - Math.max(part.from, now - KEPT))]);
  const all = seen.reduce((sum, [part, seconds]) => sum + seconds, 0);
  const busy = seen.reduce((sum, [part, seconds]) => sum + (part.does === "busy" || part.does === "short" ? seconds : 0), 0);
  return all > 0 ? Math.round((100 * busy) / all) + " %" : "-";
}

function drawLane(lane, now) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "lane");
  svg.setAttribute("viewBox", "0 0 " + KEPT + " 16");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  let other = false;
  for (const part of lane) {
    if (part.does === "idle") {
      continue;
    }
    const from = Math.max(0, part.from - now + KEPT);
    const shape = document.createElementNS(space, "rect");
    shape.setAttribute("class", part.does === "busy" ? (other ? "busy other" : "busy") : part.does);
    shape.setAttribute("x", from.toFixed(2));
    shape.setAttribute("width", Math.max(0.5, part.to - now + KEPT - from).toFixed(2));
    shape.setAttribute("y", "1");
    shape.setAttribute("height", "14");
    const title = document.createElementNS(space, "title");
    show(title, part.does === "busy" ? part.task + ", " + name(part.what ?? "") : part.does === "short" ? "several short tasks" : part.does);
    shape.append(title);
    svg.append(shape);
    other = part.does === "busy" ? !other : other;
  }
  return svg;
}

function drawManagers(managers) {
  if (managers.length === 0) {
    byId("managers").replaceChildren();
    return;
  }
  fill(byId("managers"), ["Manager", "PID", "State", "Answers in", "Names", "Holders"], managers.map((manager) => {
    const row = make("tr");
    const names = Object.entries(manager.names).map(([type, number]) => count(number) + " " + type).join(", ");
    const texts = [name(manager.address), manager.pid ?? "?", manager.state ?? "?", manager.answerNanos < 0 ? "-" : nanos(manager.answerNanos), names || "-", count(manager.holders)];
    texts.forEach((text) => row.append(make("td", String(text))));
    row.cells[2].classList.toggle("alarm", Boolean(manager.message));
    return row;
  }));
}

// ---- elements ------------------------------------------------------------------------------------------------------

function dump(hex) {
  return (hex.match(/.{1,32}/g) ?? [])
    .map((line, i) => (16 * i).toString(16).padStart(4, "0") + "  " + line.match(/../g).join(" "))
    .join("\n");
}

function makeElement(element, isJson) {
  const box = make("div", undefined, "element");
  const head = make("p");
  head.append(make("span", bytes(element.bytes) + (element.cut ? ", of which this is the beginning" : "")));
  const body = make("pre");
  const forms = { Text: () => lines(element.text), JSON: () => lines(pretty(element.text)), Hex: () => dump(element.hex) };
  const usable = element.text === null || element.text === undefined ? ["Hex"] : isJson ? ["JSON", "Text", "Hex"] : ["Text", "Hex"];
  show(body, forms[usable[0]]());
  for (const form of usable.length > 1 ? usable : []) {
    head.append(button(form, () => show(body, forms[form]())));
  }
  box.append(head, body);
  return box;
}

function button(text, action, className) {
  const made = make("button", text, className);
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

async function showElements() {
  await attempt(async (id) => {
    const said = await json("/api/elements?id=" + id);
    const isJson = said.codec.startsWith("json:");
    const boxes = said.elements.map((element) => makeElement(element, isJson));
    byId("elements").replaceChildren(...(boxes.length > 0 ? boxes : [make("p", "There is none.", "calm")]));
  });
}

async function showLetters() {
  await attempt(async (id) => {
    const said = await json("/api/letters?id=" + id);
    const isJson = said.codec.startsWith("json:");
    const boxes = said.elements.map((element) => {
      const box = makeElement(element, isJson);
      const head = box.firstChild;
      head.append(
        make("span", count(element.attempts) + (element.attempts === 1 ? " attempt" : " attempts")),
        make("span", name(element.reason ?? ""), "reason"),
        button("Put back", () => deal("/api/requeue", element.number, "put back"), "changes"),
        button("Remove", () => confirm("Remove this dead letter for good?") && deal("/api/discard", element.number, "removed"), "changes"),
      );
      return box;
    });
    byId("letters").replaceChildren(...(boxes.length > 0 ? boxes : [make("p", "There is none.", "calm")]));
  });
}

/** Tells what came of it, whatever that is. */
async function attempt(action) {
  const id = chosen;
  try {
    await action(id);
  } catch (failure) {
    show(byId("outcome"), harmless(failure.message));
  }
}

async function deal(path, number, done) {
  await attempt(async (id) => {
    const outcome = await json(path, { id, number, text: null });
    show(byId("outcome"), outcome.done ? "One dead letter was " + done + "." : "It is not there any more, or somebody works on it.");
    await showLetters();
  });
}

async function requeueAll() {
  await attempt(async (id) => {
    if (confirm("Put all dead letters back, at the end of the queue?")) {
      const outcome = await json("/api/requeue-all", { id, number: 0, text: null });
      show(byId("outcome"), count(outcome.count) + " dead letters were put back.");
      await showLetters();
    }
  });
}

async function put(event) {
  event.preventDefault();
  await attempt(async (id) => {
    const outcome = await json("/api/put", { id, number: 0, text: byId("put-text").value });
    show(byId("outcome"), outcome.done ? "It was put." : "It was not put: the queue is full.");
  });
}

// ---- the beginning -------------------------------------------------------------------------------------------------

async function begin() {
  takeToken();
  byId("filter").addEventListener("input", draw);
  byId("pause").addEventListener("click", () => {
    paused = !paused;
    byId("pause").setAttribute("aria-pressed", String(paused));
    follow();
    look();
  });
  document.querySelectorAll("th[data-sort]").forEach((header) =>
    header.firstElementChild.addEventListener("click", () => sortBy(header)));
  byId("close").addEventListener("click", unchoose);
  byId("detail").addEventListener("keydown", (event) => event.key === "Escape" && unchoose());
  byId("show-elements").addEventListener("click", showElements);
  byId("show-letters").addEventListener("click", showLetters);
  byId("requeue-all").addEventListener("click", requeueAll);
  byId("put").addEventListener("submit", put);
  document.addEventListener("visibilitychange", () => {
    follow();
    look();
  });
  addEventListener("resize", renewCharts);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renewCharts);
  addEventListener("hashchange", () => {
    takeToken();
    follow();
  });
  try {
    readOnly = (await json("/api/about")).readOnly;
    document.body.classList.toggle("read-only", readOnly);
    follow();
  } catch (failure) {
    say(failure.message, true);
  }
}

begin();
