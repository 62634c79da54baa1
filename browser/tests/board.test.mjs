// 月次ボード from both sides: a month from the plan that is not sent yet to the actuals that were taken over.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { filesIn, manager, sends } from "../clerk.mjs";
import { pair } from "../client.mjs";
import { ended } from "../person.mjs";

after(ended);

/// Of the pair's users: whose plan of the month is not written yet, and who stayed away once.
const LEFT_OUT = "空木　つゆ";
const PLANNED = ["架空　花子", "例題　太郎", "見本　すみれ", "仮野　松男"];
const STAYED_AWAY = "仮野　松男";

/// The states of each row, by whom it is about.
const rows = (person) => person.page.locator("main tbody tr").evaluateAll((all) => Object.fromEntries(all.map((row) => {
  const [subject, ...states] = [...row.cells].map((cell) => (cell.querySelector("a, .tag") ?? cell).textContent.trim());
  // Who looks for the row of a cell hears it; the tag says the state.
  return [subject, states.map((state) => state.replace(/（.*）$/, ""))];
})));

/// Somebody at the board of a month, its rows by user.
class Board {
  constructor(person, month) {
    this.person = person;
    this.path = `/board?month=${month}&by=person`;
  }

  /// Looks until the planned users have one row of states, and the one left out another, or none.
  async shows(planned, leftOut, look = "") {
    const wanted = Object.fromEntries(PLANNED.map((name) => [name, planned]));
    if (leftOut) wanted[LEFT_OUT] = leftOut;
    await this.person.looksUntil(this.path + look, async () => {
      const seen = await rows(this.person);
      const isSame = Object.keys(seen).length === Object.keys(wanted).length
        && Object.entries(wanted).every(([name, states]) => seen[name]?.join() === states?.join());
      return isSame ? undefined : `${JSON.stringify(wanted)} and has ${JSON.stringify(seen)}`;
    });
  }

  /// Follows a filter; the names that are left.
  async filtered(label) {
    await this.person.open(this.path);
    await this.person.page.getByRole("link", { name: label, exact: true }).click();
    await this.person.page.locator("strong", { hasText: label }).waitFor();
    return Object.keys(await rows(this.person)).sort();
  }

  /// Opens what is behind a state of a planned user, and marks it as imported.
  async takesOver(state) {
    await this.person.open(this.path);
    const row = this.person.page.getByRole("row").filter({ hasText: PLANNED[0] });
    await row.getByRole("link", { name: state }).first().click();
    await this.person.presses("介護ソフトに取り込んだ");
    await this.person.sees("取込済みにしました。");
  }
}

test("a month on the boards of both offices, from the plan to the actuals, and both compared", async () => {
  const { planner, provider, month, plans_before: plansBefore, plans, actuals } = pair();
  await planner.starts();
  const sender = await manager(planner.screens());
  const [out, everybody] = [new Board(sender, month), [...PLANNED, LEFT_OUT].sort()];

  // Whose plan went last month is due this month.
  await sends(sender, filesIn(plansBefore));
  const due = ["未送信", "－", "－", "－"];
  await out.shows(due, due);
  assert.deepEqual(await out.filtered("未送信（5）"), everybody);

  // The partner's PC is off: what was sent is unread, and the actuals of a month that is over are missing.
  await sends(sender, filesIn(plans));
  await out.shows(["送信済", "相手未読", "未受信", "－"], due);
  assert.deepEqual(await out.filtered("未送信（1）"), [LEFT_OUT]);
  assert.deepEqual(await out.filtered("相手未読（4）"), [...PLANNED].sort());
  assert.deepEqual(await out.filtered("未受信（4）"), [...PLANNED].sort());
  await sender.sees("すべて（5）");

  // Whose plan is missing is one step away from it.
  await sender.open(`${out.path}&look=unsent`);
  await sender.sees("前の月にありました");
  await sender.page.getByRole("row").filter({ hasText: LEFT_OUT }).getByRole("link", { name: "未送信" }).click();
  await sender.stands("/send");

  // It is on: the other office sees the same month from its side.
  await provider.starts();
  const receiver = await manager(provider.screens());
  const back = new Board(receiver, month);
  const missing = ["未受信", "－", "－", "－"];
  await back.shows(["受信済", "未取込", "未送信", "－"], missing);
  await out.shows(["送信済", "受領済", "未受信", "－"], due);
  assert.deepEqual(await back.filtered("未送信（4）"), [...PLANNED].sort());
  assert.deepEqual(await back.filtered("未受信（1）"), [LEFT_OUT]);
  await receiver.open(back.path);
  await receiver.sees("予定を受信", "予定の取込", "実績を送信", "実績の受領（相手）");
  await back.takesOver("受信済");
  await back.shows(["受信済", "取込済", "未送信", "－"], missing);
  await out.shows(["送信済", "取込済", "未受信", "－"], due);

  // And back.
  await sends(receiver, filesIn(actuals));
  await out.shows(["送信済", "取込済", "受信済", "未取込"], due);
  await back.shows(["受信済", "取込済", "送信済", "受領済"], missing);
  await sender.open(out.path);
  await sender.sees("予定を送信", "予定の受領（相手）", "実績を受信", "実績の取込");
  await out.takesOver("受信済");
  await out.shows(["送信済", "取込済", "受信済", "取込済"], due);
  await back.shows(["受信済", "取込済", "送信済", "取込済"], missing);

  await compares(sender, [month, provider]);
  await sender.leaves();
  await receiver.leaves();
  await planner.stops();
  await provider.stops();
});

/// From the cell of the actuals to the plan against them: of a user, and of a partner with all of its users.
async function compares(person, [month, partner]) {
  const [one] = await compared(person, `/board?month=${month}&by=person`, STAYED_AWAY);
  assert.match(one, /変更 0件.*・実績なし 1件・予定なし 0件/);
  assert.ok(one.includes(STAYED_AWAY) && !one.includes(PLANNED[0]), one);
  // The name of a partner comes from the directory by and by; its number is there at once.
  const [all, away] = await compared(person, `/board?month=${month}`, partner.number);
  assert.match(all, /変更 0件.*・実績なし 1件・予定なし 0件/);
  for (const name of PLANNED) assert.ok(all.includes(name), all);
  assert.ok(!all.includes(LEFT_OUT), all);
  assert.equal(away.length, 1);
  assert.ok(away[0].includes(STAYED_AWAY), away[0]);
}

/// What the comparison of a row says, and its lines of what was planned and not done.
async function compared(person, path, row) {
  await person.open(path);
  const cell = person.page.getByRole("row").filter({ hasText: row });
  const [page] = await Promise.all([
    person.context.waitForEvent("page"),
    cell.getByRole("link", { name: "予定と比べる" }).click(),
  ]);
  await page.waitForLoadState();
  const text = await page.locator("body").innerText();
  assert.match(text, /予定と実績の比較/);
  const away = await page.getByRole("row").filter({ hasText: "に対する実績がありません" }).allInnerTexts();
  await page.close();
  return [text, away];
}
