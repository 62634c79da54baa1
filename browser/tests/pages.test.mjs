// What holds for every page: no barrier, light or dark; small; still; within the width of a telephone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { onTheWay, open, settledPaths } from "../pages.mjs";
import { Person, ended } from "../person.mjs";
import { office, world } from "../world.mjs";

/// Bytes of a page without its pictures, as they cross the line.
const BYTES_MAX = 50 * 1024;

after(ended);

/// Answers with a file and not with a page.
const FILES = new Set(["/assets/{name}", "/downloads/{file}", "/offices.csv", "/licence/documents/{id}/pdf"]);

/// What the site's own table of routes has to look at.
const routes = () => {
  const table = readFileSync(new URL("../../crates/careplan-platform/src/website/routes.rs", import.meta.url), "utf8");
  return [...table.matchAll(/^ +read\(\w+, "([^"]+)"/gm)].map((found) => found[1]).filter((path) => !FILES.has(path));
};

/// How far what was drawn has jumped.
const SHIFTS = () => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 60);
});

async function judged(person, name, faults, seen) {
  seen.add(new URL(person.page.url()).pathname);
  const told = (what) => faults.push(`${name}: ${what}`);
  for (const colorScheme of ["light", "dark"]) {
    await person.page.emulateMedia({ colorScheme });
    for (const barrier of await person.barriers()) told(`${colorScheme}: ${barrier}`);
  }
  await person.page.emulateMedia({ colorScheme: "light" });
  const wide = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) told(`is ${wide} pixels too wide`);
}

for (const [size, options] of [["desk", {}], ["telephone", { viewport: { width: 390, height: 844 } }]]) {
  test(`no page has a barrier or is too wide (${size})`, async () => {
    const faults = [];
    const seen = new Set();
    const visitor = await Person.sitsDown(options);
    for (const path of open) {
      await visitor.open(path);
      await judged(visitor, path, faults, seen);
    }
    await visitor.leaves();
    const member = await Person.settled(options);
    for (const path of await settledPaths(member)) {
      await member.open(path);
      await judged(member, path, faults, seen);
    }
    await member.leaves();
    const beginner = await Person.sitsDown(options);
    for (const [name, lead] of onTheWay(office())) {
      await lead(beginner);
      await judged(beginner, name, faults, seen);
    }
    await beginner.leaves();
    assert.deepEqual(faults, []);
    const shape = (route) => new RegExp(`^${route.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    const missed = routes().filter((route) => ![...seen].some((path) => shape(route).test(path)));
    assert.deepEqual(missed, [], "routes that nobody looked at");
  });
}

/// What a page weighs and how it jumps, in a browser that has cached nothing; `session` is whose cookies it has.
async function weighed(path, session, faults) {
  const person = await Person.sitsDown({ storageState: session });
  const sizes = [];
  person.page.on("requestfinished", (request) => {
    if (request.resourceType() !== "image") sizes.push(request.sizes().then((it) => it.responseBodySize));
  });
  await person.open(path);
  const shift = await person.page.evaluate(SHIFTS);
  if (shift > 0) faults.push(`${path} jumps by ${shift}`);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  if (bytes === 0 || bytes > BYTES_MAX) faults.push(`${path} weighs ${bytes} bytes`);
  await person.leaves();
}

test("every page is light, and nothing on it jumps", async () => {
  const faults = [];
  for (const path of open) await weighed(path, undefined, faults);
  const member = await Person.settled();
  const paths = await settledPaths(member);
  const session = await member.context.storageState();
  await member.leaves();
  for (const path of paths) await weighed(path, session, faults);
  assert.deepEqual(faults, []);
});

test("no link on a page leads nowhere", async () => {
  const dead = [];
  for (const person of [await Person.sitsDown(), await Person.settled()]) {
    const found = new Set();
    const paths = person.page.url() === "about:blank" ? open : await settledPaths(person);
    for (const path of paths) {
      await person.open(path);
      const addresses = await person.page.locator("a[href]:not(.skip)").evaluateAll((links) => links.map((it) => it.href));
      for (const address of addresses) if (address.startsWith(world.site)) found.add(address);
    }
    for (const address of found) {
      const answer = await person.context.request.get(address);
      if (!answer.ok()) dead.push(`${address}: ${answer.status()}`);
      const { hash } = new URL(address);
      // A link into a page also needs its target.
      if (hash && !(await answer.text()).includes(`id="${hash.slice(1)}"`)) dead.push(`${address}: no such place`);
    }
    await person.leaves();
  }
  assert.deepEqual(dead, []);
});

test("the keyboard reaches everything, and one sees where it is", async () => {
  const visitor = await Person.sitsDown();
  await visitor.open("/offices");
  assert.deepEqual(await visitor.unreachable(), []);
  await visitor.leaves();
});
