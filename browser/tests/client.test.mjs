// The office client's screens: from the first account to a plan that the other office has taken over.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { behind, kindOf, screens } from "../pages.mjs";
import { ended } from "../person.mjs";
import { clerk, example, slips } from "../clerk.mjs";

after(ended);

test("two offices: accounts, files in, checked, sent, received, looked at, taken over", async () => {
  const [sender, receiver] = await Promise.all([clerk(0), clerk(1)]);
  await sender.follows("送信");
  await sender.page.locator("#files").setInputFiles([...example("01_K1_care_plan"), ...example("02_K2_use_slip")]);
  await sender.presses("取り込んで点検する");
  await sender.sees("2件を送信できます", "9970000026-11", "問題なし");
  await sender.presses("2件を送信する");
  await sender.sees("送信を受け付けました。");
  // It goes and comes by itself; the page says so without being asked.
  await receiver.open("/received");
  await receiver.page.getByRole("link", { name: "表示を更新する" }).waitFor();
  await receiver.open("/received");
  await receiver.sees("未取込", "居宅サービス計画書");
  await receiver.follows("見る");
  const [forms] = await Promise.all([
    receiver.context.waitForEvent("page"),
    receiver.page.getByRole("link", { name: "帳票で見る" }).click(),
  ]);
  await forms.waitForLoadState();
  assert.match(await forms.locator("body").innerText(), /計画書|利用票/);
  await forms.close();
  await receiver.presses("介護ソフトに取り込んだ");
  await receiver.sees("取込済みにしました。");
  await sender.open("/sent");
  // The receipt comes back within seconds; whoever looks again sees it.
  const imported = async () => await sender.page.getByRole("row").filter({ hasText: "取込済" }).count();
  for (let turn = 0; turn < 100 && (await imported()) === 0; turn++) {
    await new Promise((done) => setTimeout(done, 100));
    await sender.open("/sent");
  }
  assert.ok((await imported()) > 0);
  await sender.follows("見る");
  await sender.sees("受付票", "受領証");
  await sender.leaves();
  await receiver.leaves();
});

test("thirty units go to thirty partners by one button, and each says where it is", async () => {
  const sender = await clerk(0);
  await sender.follows("送信");
  await sender.page.locator("#files").setInputFiles(slips());
  await sender.presses("取り込んで点検する");
  await sender.sees("30件を送信できます");
  assert.equal(await sender.page.getByRole("row").filter({ hasText: "問題なし" }).count(), 30);
  await sender.presses("30件を送信する");
  await sender.sees("送信を受け付けました。");
  // Each unit with its partner and how far it is; none is left waiting.
  const address = new URL(sender.page.url()).pathname;
  const rows = () => sender.page.getByRole("row").filter({ hasText: /受付済|受領済|取込済/ }).count();
  for (let turn = 0; turn < 300 && (await rows()) < 30; turn++) {
    await sender.page.waitForTimeout(100);
    await sender.open(address);
  }
  assert.equal(await rows(), 30);
  const sent = async () => await sender.page.locator("main a[href^='/sent/']").evaluateAll((links) => links.map((it) => it.href).sort());
  const first = await sent();
  // The same files once more are the same units: nothing goes twice.
  await sender.open("/send");
  await sender.page.locator("#files").setInputFiles(slips());
  await sender.presses("取り込んで点検する");
  await sender.sees("30件を送信できます");
  await sender.presses("30件を送信する");
  await sender.sees("送信を受け付けました。");
  assert.deepEqual(await sent(), first);
  await sender.leaves();
});

test("no screen has a barrier or is too wide, also at 200 % and on a telephone, and the keyboard reaches all of it", async () => {
  const faults = [];
  // Something lies behind the rows of the lists: a draft, something sent, and something received.
  const [one, other] = await Promise.all([clerk(0), clerk(1)]);
  for (const send of [true, false]) {
    await one.open("/send");
    await one.page.locator("#files").setInputFiles(example("02_K2_use_slip"));
    await one.presses("取り込んで点検する");
    if (send) await one.presses("件を送信する");
  }
  await other.finds("/received", "サービス利用票（予定）");
  const details = await behind(one, screens);
  const received = (await behind(other, ["/received"])).filter((link) => kindOf(link).startsWith("/received/{}"));
  for (const kind of ["/send/{}", "/sent/{}", "/partners/{}", "/staff/{}"]) assert.ok(details.map(kindOf).includes(kind), kind);
  assert.ok(received.length > 0);
  faults.push(...(await judged(other, received)));
  await one.leaves();
  await other.leaves();
  // Half the width is what a page at 200 % has (WCAG 2.2, 1.4.4).
  for (const viewport of [{ width: 1366, height: 768 }, { width: 683, height: 384 }, { width: 390, height: 844 }]) {
    const person = await clerk(0, { viewport });
    faults.push(...(await judged(person, [...screens, ...details, "/nothing"])));
    await person.context.clearCookies();
    faults.push(...(await judged(person, ["/login"])));
    await person.leaves();
  }
  assert.deepEqual(faults, []);
});

/// What keeps people from using these pages.
async function judged(person, addresses) {
  const faults = [];
  const { width } = person.page.viewportSize();
  for (const address of addresses) {
    await person.open(address);
    for (const colorScheme of ["light", "dark"]) {
      await person.page.emulateMedia({ colorScheme });
      for (const barrier of await person.barriers()) faults.push(`${address} ${colorScheme}: ${barrier}`);
    }
    const wide = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) faults.push(`${address} is ${wide} pixels too wide at ${width}`);
    if (width > 1000) faults.push(...(await person.unreachable()).map((fault) => `${address}: ${fault}`));
  }
  return faults;
}
