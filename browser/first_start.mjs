// The client's first start, walked from the address that the program says to the answer of the practice partner.
import assert from "node:assert/strict";
import { Person } from "./person.mjs";
import { admin, world } from "./world.mjs";

const PASSWORD = "haru no ogawa";

/// Comes as far as the last page; `looks` at each step. Gives who did it.
export async function startsFirst(looks) {
  const { screens, office_api, fingerprint, user_id, password, issue_password, number } = world.first_start;
  const address = new URL(screens);
  const person = await Person.sitsDown({ baseURL: address.origin });
  const look = async (step) => {
    await person.stands(`/start/${step}`);
    await looks(person, step);
  };
  const fill = async (id, text) => await person.page.locator(`#${id}`).fill(text);

  await person.open(address.pathname + address.search);
  await look("connection");
  await fill("platform", "https://localhost:1");
  await person.presses("つながるか確かめる");
  await person.sees("localhost:1 につながりませんでした。");
  await look("connection");
  await fill("platform", office_api);
  await person.presses("つながるか確かめる");
  await look("platform");
  await fill("fingerprint", fingerprint);
  await person.presses("本物か確かめる");
  await look("clock");
  await person.presses("時計を確かめる");
  await look("account");
  await fill("user_id", user_id);
  await fill("password", password);
  await person.presses("確かめる");
  await look("application");
  await person.presses("利用申請を確かめる");
  await person.sees("利用申請がまだです。", "利用申請のWebサイトを開く");
  admin("licence", "grant", number);
  // The browser was closed meanwhile; the address that the program says leads back to the same step.
  await person.context.clearCookies();
  await person.open(address.pathname + address.search);
  await look("application");
  await person.presses("利用申請を確かめる");
  await look("certificate");
  await fill("issue", issue_password);
  await person.presses("電子証明書を作る");
  await look("folders");
  await person.presses("このフォルダーを使う");
  await look("staff");
  await fill("name", "山田 花子");
  await fill("login", "yamada");
  await fill("new", PASSWORD);
  await fill("again", PASSWORD);
  await person.presses("管理者を登録する");
  await look("recovery");
  await person.presses("復元キーを作る");
  await person.sees("表示するのはこの一度だけです。");
  await person.presses("紙に残しました");
  await look("practice");
  await person.presses("おためし事業所へ送る");
  // Nothing is pressed: the page tells by itself that the answer is here.
  await person.page.getByRole("button", { name: "確かめました。次へ進む" }).waitFor({ timeout: 60_000 });
  await look("practice");
  const [report] = await Promise.all([
    person.page.waitForEvent("download"),
    person.page.getByRole("link", { name: "問い合わせ用の報告を保存する" }).click(),
  ]);
  assert.equal(report.suggestedFilename(), "careplan-report.txt");
  await person.presses("確かめました。次へ進む");
  await look("finish");
  return person;
}
