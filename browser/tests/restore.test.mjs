// The PC is broken: a backup, the recovery key from the paper, a new folder, and everything is there again.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { filesIn, manager, sends, takesOver } from "../clerk.mjs";
import { Client, pair } from "../client.mjs";
import { ended } from "../person.mjs";

after(ended);

/// Makes the recovery key and a backup on the page of the settings; gives the key and the file.
async function backsUp(boss, folder) {
  mkdirSync(folder);
  await boss.open("/settings/backup");
  await boss.presses("復元キーを作る");
  await boss.sees("表示するのはこの一度だけです。");
  const key = await boss.page.locator(".secret").innerText();
  await boss.types("保存先のフォルダー", folder);
  await boss.presses("保存先を決める");
  await boss.sees("保存先を変更しました。");
  await boss.presses("いますぐ作成する");
  await boss.sees("バックアップの作成を始めました。");
  await boss.finds("/settings/backup", "保存済み", "読み直して確かめました");
  const made = readdirSync(folder).filter((name) => name.endsWith(".careplan-backup"));
  assert.equal(made.length, 1);
  return [key, path.join(folder, made[0])];
}

/// What the lists and the page of one unit say.
async function looksAround(person, [sent, received]) {
  await person.open("/sent");
  assert.equal(await person.page.locator(`main a[href='${sent}']`).count(), 1);
  await person.open(sent);
  await person.sees("取込済", "受付票", "受領証");
  assert.equal(await person.page.getByText("確認できません").count(), 0);
  await person.open("/received");
  assert.equal(await person.page.locator(`main a[href='${received}']`).count(), 1);
  await person.open(received);
  await person.sees("取込済", "実績");
  const [forms] = await Promise.all([
    person.context.waitForEvent("page"),
    person.page.getByRole("link", { name: "帳票で見る" }).click(),
  ]);
  await forms.waitForLoadState();
  assert.match(await forms.locator("body").innerText(), /サービス利用票（実績）/);
  await forms.close();
}

test("a backup and the key on paper bring everything to a new PC, which goes on from there", async () => {
  const { planner, provider, plans, plans_before: plansBefore, actuals } = pair();
  await Promise.all([planner.starts(), provider.starts()]);
  const [boss, partner] = [await manager(planner.screens()), await manager(provider.screens())];
  const sent = await sends(boss, filesIn(plans));
  await takesOver(partner);
  await sends(partner, filesIn(actuals));
  const received = await takesOver(boss);
  await boss.finds(sent, "取込済");
  await looksAround(boss, [sent, received]);
  const [key, file] = await backsUp(boss, path.join(path.dirname(planner.data), "usb"));
  await boss.leaves();
  await planner.stops();

  // The old PC is never started again. Without the right key nothing is restored.
  const there = new Client({ ...planner, data: path.join(path.dirname(planner.data), "new-pc") });
  const paper = path.join(path.dirname(planner.data), "paper");
  const restores = () => there.tells("restore", "--from", file, "--recovery-key-file", paper);
  writeFileSync(paper, "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA", { mode: 0o600 });
  assert.throws(restores, /復元キーが違います/);
  writeFileSync(paper, key, { mode: 0o600 });
  assert.match(restores(), new RegExp(`事業所 ${planner.number}`));
  await there.starts();

  // The same person with the same password, and the same proofs.
  const again = await manager(there.screens());
  await again.sees("山田 花子", "管理者");
  await looksAround(again, [sent, received]);
  // It goes on as the same terminal: what it sends is fetched.
  await again.finds(await sends(again, filesIn(plansBefore)), "受領済");
  await again.leaves();
  await partner.leaves();
  await there.stops();
  await provider.stops();
});
