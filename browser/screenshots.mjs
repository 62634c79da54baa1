// Pictures of every page at two sizes: `node screenshots.mjs FOLDER`, run by `cargo xtask screenshots`.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { behind, kindOf, onTheWay, open, screens, settledPaths } from "./pages.mjs";
import { startsFirst } from "./first_start.mjs";
import { Person, ended } from "./person.mjs";
import { clerk, example } from "./clerk.mjs";
import { office } from "./world.mjs";

const out = process.argv[2];
const sizes = [["1366x768", { viewport: { width: 1366, height: 768 } }], ["390x844", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }]];

const named = (address) => address.replace(/^\//, "").replace(/[/?=&%{}]+/g, "-") || "top";

for (const [size, options] of sizes) {
  const folder = path.join(out, size);
  mkdirSync(folder, { recursive: true });
  const take = async (person, name) => {
    await person.page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  };
  const visitor = await Person.sitsDown(options);
  for (const address of open) {
    await visitor.open(address);
    await take(visitor, `open-${named(address)}`);
  }
  await visitor.leaves();
  const member = await Person.settled(options);
  for (const address of await settledPaths(member)) {
    await member.open(address);
    await take(member, `office-${named(address)}`);
  }
  await member.leaves();
  // The office client: a draft with two units, and what came of it.
  const sender = await clerk(0, options);
  const receiver = await clerk(1, options);
  for (const address of screens) {
    await sender.open(address);
    await take(sender, `client-${named(address)}`);
  }
  await sender.open("/send");
  await sender.page.locator("#files").setInputFiles([...example("01_K1_care_plan"), ...example("02_K2_use_slip")]);
  await sender.presses("取り込んで点検する");
  await take(sender, "client-draft");
  await sender.presses("件を送信する");
  await take(sender, "client-draft-sent");
  await sender.open("/send");
  await sender.page.locator("#files").setInputFiles(example("03_S1_actuals"));
  await sender.presses("取り込んで点検する");
  await take(sender, "client-draft-wrong");
  await sender.open("/sent");
  await take(sender, "client-sent-some");
  await sender.follows("見る");
  await take(sender, "client-sent-one");
  for (let turn = 0; turn < 100 && !(await receiver.page.locator("body").innerText()).includes("帳票で見る"); turn++) {
    await receiver.open("/received");
    if (await receiver.page.getByRole("link", { name: "見る" }).count() > 0) {
      await take(receiver, "client-received-some");
      await receiver.follows("見る");
    }
  }
  await take(receiver, "client-received-one");
  // What stands behind the rows of all of them.
  for (const [person, from] of [[sender, screens], [receiver, ["/received"]]]) {
    for (const link of await behind(person, from)) {
      await person.open(link);
      await take(person, `client-behind-${named(kindOf(link))}`);
    }
  }
  await sender.leaves();
  await receiver.leaves();
  const beginner = await Person.sitsDown(options);
  let number = 0;
  for (const [name, lead] of onTheWay(office())) {
    await lead(beginner);
    await take(beginner, `way-${String(++number).padStart(2, "0")}-${name}`);
  }
  await beginner.leaves();
}
// The client's first start comes once: each step in both sizes.
const steps = new Map();
const first = await startsFirst(async (person, step) => {
  const turn = (steps.get(step) ?? 0) + 1;
  steps.set(step, turn);
  for (const [size, { viewport }] of sizes) {
    await person.page.setViewportSize(viewport);
    const name = `start-${String(steps.size).padStart(2, "0")}-${step}-${turn}.png`;
    await person.page.screenshot({ path: path.join(out, size, name), fullPage: true });
  }
  await person.page.setViewportSize(sizes[0][1].viewport);
});
await first.leaves();
await ended();
