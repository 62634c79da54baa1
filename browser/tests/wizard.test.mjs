// The client's first start: from an empty folder to the answer of the practice partner.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startsFirst } from "../first_start.mjs";
import { ended } from "../person.mjs";

after(ended);

test("from the first start to the first exchange, and the service goes on by itself", async () => {
  const barriers = [];
  const person = await startsFirst(async (somebody, step) => {
    for (const barrier of await somebody.barriers()) barriers.push(`${step}: ${barrier}`);
  });
  await person.presses("使いはじめる");
  await person.stands("/");
  await person.open("/received");
  await person.sees("実績", "9970000570");
  await person.leaves();
  assert.deepEqual(barriers, []);
});
