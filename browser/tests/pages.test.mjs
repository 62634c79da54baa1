// What holds for every page: no barrier, light or dark; small; still; within the width of a telephone.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { onTheWay, open, settledPaths } from "../pages.mjs";
import { Person, ended } from "../person.mjs";
import { officeFromTheEnd, world } from "../world.mjs";

/// Bytes of a page without its pictures, as they cross the line.
const BYTES_MAX = 50 * 1024;

after(ended);

/// How far what was drawn has jumped.
const SHIFTS = () => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 60);
});

async function judged(person, name, faults) {
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
    const visitor = await Person.sitsDown(options);
    for (const path of open) {
      await visitor.open(path);
      await judged(visitor, path, faults);
    }
    await visitor.leaves();
    const member = await Person.sitsDown(options);
    await member.logsIn(world.settled.user_id, world.settled.password);
    if (new URL(member.page.url()).pathname === "/password") await member.changes(world.settled, "sakura sakura sakura");
    for (const path of await settledPaths(member)) {
      await member.open(path);
      await judged(member, path, faults);
    }
    await member.leaves();
    const beginner = await Person.sitsDown(options);
    for (const [name, lead] of onTheWay(officeFromTheEnd())) {
      await lead(beginner);
      await judged(beginner, name, faults);
    }
    await beginner.leaves();
    assert.deepEqual(faults, []);
  });
}

test("every page is light, and nothing on it jumps", async () => {
  const faults = [];
  for (const path of open) {
    // A browser of its own: nothing is cached.
    const visitor = await Person.sitsDown();
    let bytes = 0;
    visitor.page.on("requestfinished", async (request) => {
      if (request.resourceType() !== "image") bytes += (await request.sizes()).responseBodySize;
    });
    await visitor.open(path);
    const shift = await visitor.page.evaluate(SHIFTS);
    if (shift > 0) faults.push(`${path} jumps by ${shift}`);
    await visitor.leaves();
    if (bytes === 0 || bytes > BYTES_MAX) faults.push(`${path} weighs ${bytes} bytes`);
  }
  assert.deepEqual(faults, []);
});

test("the keyboard reaches everything, and one sees where it is", async () => {
  const visitor = await Person.sitsDown();
  await visitor.open("/offices");
  const count = await visitor.page.locator("a[href]:visible, button:visible, input:visible, select:visible, summary:visible").count();
  const reached = new Set();
  for (let n = 0; n < count + 5; n++) {
    await visitor.page.keyboard.press("Tab");
    const seen = await visitor.page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const shown = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
      return { at: `${element.tagName} ${element.name || element.textContent.trim()}`, shown };
    });
    if (!seen) break;
    assert.ok(seen.shown, `one does not see the focus on ${seen.at}`);
    reached.add(seen.at);
  }
  // A group of radio buttons is one stop.
  assert.ok(reached.size > 15, [...reached].join("; "));
  await visitor.leaves();
});
