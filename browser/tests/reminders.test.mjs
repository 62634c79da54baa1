// 催促: a partner is reminded from the board by one button, and what comes back is told on the desktop of who waits for it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { filesIn, manager, sends } from "../clerk.mjs";
import { pair } from "../client.mjs";
import { ended } from "../person.mjs";

after(ended);

test("who waits for actuals reminds by one button, and learns on the desktop that they came", async () => {
  const { planner, provider, month, plans, actuals } = pair();
  await planner.starts();
  await provider.starts();
  const sender = await manager(planner.screens());
  const receiver = await manager(provider.screens());
  await lookingAway(sender);
  await sender.open("/me");
  await sender.presses("届いたら知らせる");
  await sender.sees("このブラウザーで知らせます。", "知らせるのをやめる");
  await sends(sender, filesIn(plans));

  // The month is over: its actuals are missing as soon as the partner has the plan, and the address book knows it has joined.
  await sender.open("/partners");
  await sender.presses("いますぐ確かめる");
  const board = `/board?month=${month}`;
  const remind = sender.page.getByRole("button", { name: "催促する" });
  await sender.looksUntil(board, async () => (await remind.count()) === 1 ? undefined : "one partner to remind");
  await remind.click();
  await sender.sees("1事業所に催促を送ります。");
  // It is told what is asked for, and by whom; the reminder leads to the board.
  await receiver.finds("/", "相手からの依頼", "分の実績の依頼が届いています");
  await sender.finds(board, "催促済");
  assert.equal(await remind.count(), 0, "one a day");
  await receiver.open("/received");
  await receiver.sees("催促");

  // Two pages of the planner stand open; the desktop is told once, and of no user.
  await sender.open("/");
  const second = await sender.context.newPage();
  await second.goto("/received");
  await sends(receiver, filesIn(actuals));
  await sender.sees("が届きました。");
  await second.getByText("が届きました。").first().waitFor();
  const told = await sender.page.evaluate(() => JSON.parse(localStorage.told ?? "[]"));
  assert.equal(told.length, 1, JSON.stringify(told));
  assert.match(told[0], /から.*が届きました。/);
  assert.ok(!told[0].includes("架空"), told[0]);
  // With the actuals the request is settled.
  await receiver.looksUntil("/", async () =>
    (await receiver.page.getByText("相手からの依頼").count()) === 0 ? undefined : "no open request");

  await sender.open("/me");
  await sender.presses("知らせるのをやめる");
  await sender.sees("届いたら知らせる");
  await sender.leaves();
  await receiver.leaves();
  await planner.stops();
  await provider.stops();
});

/// Somebody whose pages are in the background, on a desktop that writes down what it is told: no test machine has one.
async function lookingAway(person) {
  await person.context.addInitScript(() => {
    document.hasFocus = () => false;
    self.Notification = class {
      static get permission() { return localStorage.granted ?? "default"; }
      static async requestPermission() { return localStorage.granted = "granted"; }
      constructor(text) { localStorage.told = JSON.stringify([...JSON.parse(localStorage.told ?? "[]"), text]); }
    };
  });
}
