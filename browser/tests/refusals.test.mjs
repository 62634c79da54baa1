// Wrong steps on the site: each is refused with words that say what to do, and nothing that was typed is lost.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { post } from "../pages.mjs";
import { Person, ended } from "../person.mjs";
import { admin, known, link, mail, office } from "../world.mjs";

after(ended);

async function hrefs(person, selector) {
  return await person.page.locator(selector).evaluateAll((links) => links.map((it) => it.getAttribute("href")));
}

test("the terms are agreed to after they were read, page by page", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.begins(member);
  // Neither is there anything to read before the application, nor to agree to.
  for (const page of [1, 5]) {
    await person.open(`/licence/terms/${page}`);
    await person.sees("利用申請がまだ始まっていません");
  }
  await person.open("/licence/apply");
  await person.presses("利用規約へ進む");
  // The last page by its address leads back to where the reading stands.
  await person.open("/licence/terms/5");
  await person.stands("/licence/terms/2");
  await post(person, "/licence/agree", {});
  await person.open("/licence");
  await person.sees("未申請");
  await person.leaves();
});

test("what belongs to another office is as if it were not there", async () => {
  const member = office();
  const owner = await Person.settled();
  await owner.open("/licence");
  const [document] = await hrefs(owner, "a[href^='/licence/documents/']");
  await owner.open("/certificates");
  const revocations = await hrefs(owner, "a[href$='/revocation']");
  assert.ok(document && revocations.length > 0);
  const stranger = await Person.sitsDown();
  await stranger.begins(member);
  for (const path of [document, `${document}/pdf`, ...revocations]) {
    const answer = await stranger.open(path);
    assert.equal(answer.status(), 404, path);
    await stranger.sees("そのページはありません", "トップから開き直してください");
  }
  // Nor is it revoked by a form of one's own.
  await post(stranger, revocations[0], { reason: "lost" });
  await stranger.sees("そのページはありません");
  await owner.open("/certificates");
  assert.ok((await hrefs(owner, "a[href$='/revocation']")).includes(revocations[0]));
  await stranger.leaves();
  await owner.leaves();
});

test("a link from a mail works once, and only as it was sent", async () => {
  const member = office();
  const address = `office-${member.number}@example.jp`;
  const person = await Person.sitsDown();
  await person.begins(member);
  await person.open("/account/mail");
  await person.types("新しいメールアドレス", address);
  await person.page.locator("#password").fill(member.password);
  const before = known(address);
  await person.presses("確認のメールを送る");
  const path = link((await mail(address, before)).text);
  // Cut off by a mail program.
  const cut = await person.open(path.slice(0, -4));
  assert.equal(cut.status(), 410);
  await person.sees("このリンクは");
  await person.open(path);
  await person.presses("登録する");
  await person.sees("メールアドレスを登録しました。");
  const other = await Person.sitsDown();
  await other.open(path);
  await other.sees("使用済みです");
  assert.equal(await other.page.locator("main button").count(), 0);
  await post(other, path, {});
  await other.sees("使用済みです");
  await other.leaves();
  await person.leaves();
});

test("who is logged out elsewhere is told so when a form goes", async () => {
  const member = office();
  const here = await Person.sitsDown();
  await here.begins(member);
  await here.applies();
  await here.open("/licence");
  const there = await Person.sitsDown();
  await there.logsIn(member.user_id, member.password);
  await there.open("/account");
  await there.presses("ほかのログインをすべて終了する");
  await there.sees("ほかのログインをすべて終了しました。");
  await here.page.locator("[name=plan][value=cancel]").check();
  await here.presses("変更する");
  await here.stands("/login");
  await here.sees("もう一度ログインしてください。", "いま送信した内容は受け付けていません。");
  await here.logsIn(member.user_id, member.password);
  await here.open("/licence");
  // The form that came too late did nothing.
  await here.sees("自動で1年更新します");
  await there.leaves();
  await here.leaves();
});

/// Forms, what is typed wrongly, and what is said; a password is never drawn again.
const MISTAKES = [
  {
    path: "/login", button: "ログインする", said: ["ユーザIDまたはパスワードが違います。"],
    typed: { user_id: "KJ９９９９９９９９９９９９" }, secret: "password",
  },
  {
    path: "/login/lost", button: "ユーザIDのメールを受け取る", said: ["メールアドレスの形ではありません。"],
    typed: { mail: "jimusho＠example" },
  },
  {
    path: "/login/lost", button: "通知書の再発行を申し込む", said: ["事業所番号は10桁の数字です。", "電話番号"],
    typed: { office: "９９７０００００１", phone: "ばんごう" }, chosen: "reason",
  },
  {
    path: "/account/mail", button: "確認のメールを送る", said: ["メールアドレス"],
    typed: { mail: "事務所@" }, secret: "password", loggedIn: true,
  },
  {
    path: "/offices", button: "さがす", said: ["見つかりませんでした。"],
    typed: { number: "０００", name: "そのような事業所", place: "どこにもない市" }, found: true,
  },
];

test("what was typed stays after a mistake, with the error at its field", async () => {
  const member = office();
  const person = await Person.sitsDown();
  for (const mistake of MISTAKES) {
    if (mistake.loggedIn) await person.begins(member);
    await person.open(mistake.path);
    for (const [name, text] of Object.entries(mistake.typed)) await person.page.locator(`[name=${name}]`).fill(text);
    if (mistake.secret) await person.page.locator(`[name=${mistake.secret}]`).fill("machigai machigai");
    if (mistake.chosen) await person.page.locator(`[name=${mistake.chosen}]`).nth(1).check();
    await person.presses(mistake.button);
    await person.sees(...mistake.said);
    for (const [name, text] of Object.entries(mistake.typed)) {
      assert.equal(await person.page.locator(`[name=${name}]`).inputValue(), text, `${mistake.button}: ${name}`);
    }
    if (mistake.secret) assert.equal(await person.page.locator(`[name=${mistake.secret}]`).inputValue(), "");
    if (mistake.chosen) assert.ok(await person.page.locator(`[name=${mistake.chosen}]`).nth(1).isChecked());
    if (mistake.found) continue;
    assert.match(await person.page.title(), /^エラー：/);
    // Whoever listens hears of it first; who looks for it finds the way to the field.
    assert.ok(await person.page.evaluate(() => document.activeElement.closest(".errors") !== null), mistake.button);
    for (const id of await hrefs(person, ".errors a")) {
      const described = await person.page.locator(id).getAttribute("aria-describedby");
      assert.match(await person.page.locator(`#${described.split(" ").at(-1)}`).innerText(), /。/);
    }
  }
  await person.leaves();
});

test("an office whose licence has ended is shown the way back", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.begins(member);
  await person.applies();
  admin("licence", "end", member.number);
  await person.open("/");
  await person.sees("もう一度利用申請をすると、また送受信できます。");
  await person.open("/licence");
  await person.sees("期限切れ");
  await person.applies();
  await person.open("/licence");
  await person.sees("有効");
  await person.leaves();
});
