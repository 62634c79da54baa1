// 取下げ: of what the partner has not fetched it learns that it was taken back, and nothing else; what it has fetched it keeps until
// it takes over a deletion (削除).
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { filesIn, manager, rows, sends, takesOver } from "../clerk.mjs";
import { pair } from "../client.mjs";
import { ended } from "../person.mjs";

after(ended);

test("what was withdrawn before the partner fetched it never comes; what it fetched stays until it is deleted", async () => {
  const { planner, provider, month, plans_before: plansBefore, plans } = pair();
  await planner.starts();
  const sender = await manager(planner.screens());
  const [withdrawn, kept] = [await sends(sender, filesIn(plansBefore)), await sends(sender, filesIn(plans))];
  assert.notEqual(withdrawn, kept);

  // The partner's PC is off: nobody fetched anything.
  await sender.finds(withdrawn, "受付済");
  await sender.presses("取り下げる");
  await sender.sees("取り下げました。", "相手には届きません。訂正したものは、あらためて送信してください。", "取下げ");
  assert.equal(await sender.page.getByRole("button", { name: "取り下げる" }).count(), 0);
  await sender.finds(kept, "受付済");
  await sender.open("/sent?state=withdrawn");
  assert.equal(await rows(sender, "取下げ").count(), 1);

  // This page stands open while the partner fetches.
  await sender.open(kept);
  await provider.starts();
  const receiver = await manager(provider.screens());
  await comes(receiver);
  await opensNothing(receiver, received(withdrawn));
  await sender.presses("取り下げる");
  await sender.sees(
    "取り下げできませんでした",
    "宛先がすでに受け取っているため、取り下げできません",
    "宛先へ連絡し、訂正したものを送り直してください。",
  );
  await sender.finds(kept, "受領済");
  assert.equal(await sender.page.getByRole("button", { name: "取り下げる" }).count(), 0);
  // What it has it keeps, and takes over.
  await receiver.open(received(kept));
  await receiver.presses("介護ソフトに取り込んだ");
  await receiver.sees("取込済みにしました。");
  await sender.finds(kept, "取込済");
  await deletes([sender, receiver], deletion(plans, month), month);

  await sender.leaves();
  await receiver.leaves();
  await planner.stops();
  await provider.stops();
});

/// The users of the plans.
const INSURED = ["0009900013", "0009900021", "0009900029", "0009900037"];

/// What the care software writes that deletes the plans in a folder: the unit K4, later than they are.
function deletion(plans, month) {
  const plan = filesIn(plans).map((file) => path.basename(file)).find((name) => name.startsWith("UPPLAN"));
  const file = path.join(path.dirname(plans), plan.replace("UPPLAN", "DLTPLAN").replace(/103000\.CSV$/, "120000.CSV"));
  writeFileSync(file, INSURED.map((insured) => `202407,990001,${insured},${month}\r\n`).join(""));
  return file;
}

/// What was fetched is deleted, and the boards of both offices say so.
async function deletes([sender, receiver], file, month) {
  await sends(sender, [file]);
  await takesOver(receiver);
  for (const person of [sender, receiver]) {
    await person.looksUntil(`/board?month=${month}&by=person`, async () => {
      const deleted = await rows(person, "削除済").count();
      return deleted === INSURED.length ? undefined : `the plans of all as deleted, and not of ${deleted}`;
    });
  }
}

/// The page of the receiver for what the sender knows by its own.
const received = (path) => path.replace("/sent/", "/received/");

/// Waits until what was not withdrawn lies there; of the other there is a line that says so.
async function comes(person) {
  const count = async (text) => await rows(person, text).count();
  await person.looksUntil("/received", async () => {
    const seen = [await count("未取込"), await count("取下げ"), await count("見る")];
    return seen.join() === "1,1,2" ? undefined : `one to take over and one taken back: ${seen}`;
  });
}

/// There is nothing to read, to save or to take over.
async function opensNothing(person, path) {
  await person.open(path);
  await person.sees("取下げ", "送信元が取り下げました。内容は届いていません。", "送信元に確かめてください。");
  assert.equal(await person.page.getByRole("link", { name: "帳票で見る" }).count(), 0);
  assert.equal(await person.page.getByRole("button", { name: "介護ソフトに取り込んだ" }).count(), 0);
  assert.equal((await person.open(`${path}/forms`)).status(), 404);
}
