// Roles of the staff: what a member (一般) may and may not, and what the record of operations says of it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { manager } from "../clerk.mjs";
import { alone } from "../client.mjs";
import { Person, ended } from "../person.mjs";

after(ended);

const PASSWORD = "aki no yuugure";

test("a member begins with a temporary password, works, is refused what only managers may, and is locked away", async () => {
  const client = alone();
  await client.starts();
  const boss = await manager(client.screens());
  await boss.open("/staff/add");
  await boss.types("職員名", "鈴木 次郎");
  await boss.types("ログイン名", "suzuki");
  await boss.page.getByRole("radio", { name: "一般" }).check();
  await boss.presses("登録して仮パスワードを出す");
  await boss.sees("鈴木 次郎", "表示するのはこの一度だけです。");
  const temporary = await boss.page.locator(".secret").innerText();

  // Nothing is to be had before a password of one's own.
  const member = await Person.sitsDown({ baseURL: new URL(client.screens()).origin });
  await logsIn(member, temporary);
  await member.stands("/password");
  await member.sees("自分のパスワードを決めてください。");
  await member.open("/received");
  await member.stands("/password");
  await member.changes({ password: temporary }, temporary);
  await member.stands("/password");
  await member.changes({ password: temporary }, PASSWORD);
  await member.stands("/");
  await member.sees("鈴木 次郎", "一般");

  // The day's work is there, what managers do is not: neither in the menu nor by its address.
  await boss.open("/");
  const menu = (person) => person.page.getByRole("navigation").getByRole("link", { name: "設定", exact: true }).count();
  assert.deepEqual([await menu(boss), await menu(member)], [1, 0]);
  for (const path of ["/send", "/received", "/board"]) assert.equal((await member.open(path)).status(), 200, path);
  for (const path of ["/settings", "/staff", "/staff/add", "/record", "/settings/backup", "/settings/lan"]) {
    assert.equal((await member.open(path)).status(), 403, path);
    await member.sees("この操作は管理者だけが行えます", "管理者に頼む");
  }

  // Who leaves is out at the next page, and does not come in again.
  await member.open("/received");
  await boss.open("/staff");
  await boss.follows("鈴木 次郎");
  await boss.presses("ログインできなくする");
  await boss.sees("ログインできなくしました。", "退職など");
  await member.follows("月次ボード");
  await member.stands("/login");
  await logsIn(member, PASSWORD);
  await member.stands("/login");
  assert.match(await member.page.title(), /^エラー：/);

  await recorded(boss);
  await boss.leaves();
  await member.leaves();
  await client.stops();
});

async function logsIn(person, password) {
  await person.open("/login");
  await person.page.locator("#name").fill("suzuki");
  await person.page.locator("#password").fill(password);
  await person.presses("ログインする");
}

/// The record of operations says who did all of it, with nothing left out and nothing besides; the newest comes first.
async function recorded(boss) {
  await boss.open("/record");
  // Number, when, who, what, whom.
  const lines = await boss.page.locator("main tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.cells].slice(2).map((cell) => cell.innerText.trim().replace(/\s*\n\s*/g, "：")).join("｜")));
  const [yamada, suzuki] = ["山田 花子（yamada）", "鈴木 次郎（suzuki）"];
  assert.deepEqual(lines.reverse(), [
    `${yamada}｜職員を追加：管理者にした｜`,
    `${yamada}｜ログイン：Chrome｜`,
    `${yamada}｜職員を追加：一般にした｜${suzuki}`,
    `${suzuki}｜ログイン：Chrome｜`,
    `${suzuki}｜自分のパスワードを変更｜`,
    `${yamada}｜ログインできなくした｜${suzuki}`,
    // Whoever is gone and knows the password is worth a line.
    `${suzuki}｜ログインできない職員のログインを断った：続けて1回、パスワードは合っていた｜`,
  ]);
}
