// People on the site: from the letter to the licence, and what goes wrong on the way.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { post } from "../pages.mjs";
import { Person, ended } from "../person.mjs";
import { known, link, mail, office, totp, world } from "../world.mjs";

after(ended);

/// A mail address of one office, registered as a person does it.
async function registersMail(person, member) {
  const address = `office-${member.number}@example.jp`;
  await person.open("/account/mail");
  await person.types("新しいメールアドレス", address);
  await person.page.locator("#password").fill(member.password);
  const before = known(address);
  await person.presses("確認のメールを送る");
  await person.open(link((await mail(address, before)).text));
  await person.presses("登録する");
  return address;
}

test("from the letter to a licence: first log-in, password, mail, application, terms", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.open("/licence");
  await person.stands("/login");
  await person.logsIn(member.user_id.toLowerCase(), member.password);
  await person.stands("/password");
  await person.sees("仮パスワード");
  // The temporary one cannot be kept, and nothing else is to be had before.
  await person.open("/licence");
  await person.stands("/password");
  await person.changes(member, "short");
  await person.sees("8文字以上");
  member.password = (await freshPassword(person, member));
  await person.open("/");
  await person.sees("パスワード変更", "メール登録", "利用申請", "電子証明書", "クライアント", "疎通確認");
  await registersMail(person, member);
  await person.applies();
  await person.open("/licence/apply");
  await person.sees("利用申請が正常に完了しております。");
  await person.open("/licence");
  await person.sees("有効", "21,000円", "差引予定");
  await person.leaves();
});

async function freshPassword(person, member) {
  const letter = world.offices.find((it) => it.number === member.number).password;
  await person.page.locator("#present").fill(letter);
  await person.page.locator("#new").fill("hirake goma hirake");
  await person.page.locator("#again").fill("hirake goma hirake");
  await person.presses("パスワードを変更する");
  return "hirake goma hirake";
}

test("who lost the password sets a new one by a link, once", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.begins(member);
  const address = await registersMail(person, member);
  await person.presses("ログアウト");
  await person.open("/login/lost");
  const before = known(address);
  await person.page.locator("form", { hasText: "パスワード再設定" }).getByLabel("ユーザID").fill(member.user_id);
  await person.presses("パスワード再設定のメールを受け取る");
  const path = link((await mail(address, before)).text);
  await person.open(path);
  await person.page.locator("#new").fill("atarashii kagi desu");
  await person.page.locator("#again").fill("atarashii kagi desu");
  await person.page.locator("main button[type=submit], main form button").first().click();
  await person.page.waitForLoadState();
  await person.logsIn(member.user_id, "atarashii kagi desu");
  await person.stands("/");
  // A link that was used is worth nothing.
  const other = await Person.sitsDown();
  await other.open(path);
  await other.sees("このリンクは");
  assert.equal(await other.page.locator("#new").count(), 0);
  await other.leaves();
  await person.leaves();
});

test("a second factor is asked for, by code and by recovery code", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.begins(member);
  await person.open("/account/second-factor");
  await person.page.locator("#password").fill(member.password);
  await person.presses("設定を始める");
  assert.equal(await person.page.locator("main img").count(), 1);
  const secret = (await person.page.locator("main").innerText()).match(/[A-Z2-7]{4}(?:\s?[A-Z2-7]{4}){7}/)[0];
  await person.types("確認コード", "000000");
  await person.presses("設定を完了する");
  await person.sees("確認コード");
  await person.types("確認コード", totp(secret));
  await person.presses("設定を完了する");
  await person.sees("回復コード");
  const recovery = (await person.page.locator("main").innerText()).match(/[2-9A-Z]{4}-[2-9A-Z]{4}(?:-[2-9A-Z]{4})?/)[0];
  await person.presses("ログアウト");
  await person.logsIn(member.user_id, member.password);
  await person.stands("/login/second-factor");
  // The password alone opens nothing.
  await person.open("/account");
  await person.stands("/login/second-factor");
  // The next step's code: that of this step was used.
  await person.types("確認コード", totp(secret, 1));
  await person.presses("確認する");
  await person.stands("/");
  await person.presses("ログアウト");
  await person.logsIn(member.user_id, member.password);
  await person.page.getByText("スマートフォンが手元にないとき").click();
  await person.types("回復コード", recovery);
  await person.presses("回復コードで確認する");
  await person.open("/account");
  await person.stands("/account");
  await person.leaves();
});

test("the terms are read and agreed to by keyboard alone", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.begins(member);
  await person.open("/licence/apply");
  const { keyboard } = person.page;
  const reach = async (name) => {
    for (let n = 0; n < 60; n++) {
      await keyboard.press("Tab");
      const text = await person.page.evaluate(() => document.activeElement?.textContent.trim() ?? "");
      if (text === name) return;
    }
    throw new Error(`the keyboard does not reach ${name} on ${person.page.url()}`);
  };
  await reach("利用規約へ進む");
  await keyboard.press("Enter");
  await person.page.waitForURL("**/licence/terms/1");
  for (let page = 2; page <= 5; page++) {
    await reach("次のページへ");
    await keyboard.press("Enter");
    await person.page.waitForURL(`**/licence/terms/${page}`);
  }
  // The button waits for the end of the text.
  await reach("利用規約に同意する");
  assert.equal(await person.page.locator("#agree").getAttribute("aria-disabled"), "true");
  await keyboard.press("Enter");
  await person.stands("/licence/terms/5");
  await person.page.locator(".terms").focus();
  await keyboard.press("End");
  await person.page.locator("#agree:not([aria-disabled])").waitFor();
  assert.match(await person.page.locator("#live").innerText(), /最後まで/);
  await reach("利用規約に同意する");
  await keyboard.press("Enter");
  await person.page.waitForURL((url) => !url.pathname.startsWith("/licence/terms"));
  await person.sees("利用申請が正常に完了しております。");
  await person.leaves();
});

test("without script everything up to the licence works", async () => {
  const member = office();
  const person = await Person.sitsDown({ javaScriptEnabled: false });
  await person.begins(member);
  await person.open("/licence/apply");
  await person.presses("利用規約へ進む");
  for (let page = 2; page <= 5; page++) {
    assert.equal(await person.page.locator("#agree").count(), 0);
    await person.follows("次のページへ");
  }
  await person.presses("利用規約に同意する");
  await person.sees("利用申請が正常に完了しております。");
  await person.leaves();
});

test("a licence is renewed early, and the automatic renewal is opted out of", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.begins(member);
  await person.applies();
  await person.open("/licence");
  await person.sees("自動で1年更新します");
  await person.page.locator("[name=plan][value=cancel]").check();
  await person.presses("変更する");
  await person.sees("解約予定");
  await person.page.locator("[name=plan][value=by-hand]").check();
  await person.presses("変更する");
  await person.presses("更新する");
  await person.sees("更新の手続きが完了しました。");
  await person.leaves();
});

test("a certificate that ends soon is told of, and revoking one says what follows", async () => {
  const person = await Person.sitsDown();
  await person.logsIn(world.settled.user_id, world.settled.password);
  if (new URL(person.page.url()).pathname === "/password") await person.changes(world.settled, "sakura sakura sakura");
  await person.open("/certificates");
  // The client may have renewed its own by now; the one that ends soon is told of all the same.
  await person.sees("まもなく期限", "残り");
  await person.follows("失効させる");
  await person.sees("失効は取り消せません", "次の通信から送受信できなくなります");
  await person.follows("やめて戻る");
  await person.stands("/certificates");
  await person.leaves();
});

test("a partner is found in kana of any width and invited on paper", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.begins(member);
  await person.open("/offices");
  await person.types("事業所名・フリガナ", "ﾔﾏﾋﾞｺ");
  await person.presses("さがす");
  await person.sees("やまびこ福祉用具");
  await person.follows("案内状を作る");
  await person.sees("やまびこ福祉用具", member.name);
  await person.open("/offices?name=デイ");
  const coming = person.page.waitForEvent("download");
  await person.page.getByRole("link", { name: "CSVでダウンロードする" }).click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), "offices.csv");
  await person.leaves();
});

test("each wrong step is refused, and what was typed is not lost", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.begins(member);
  await person.open("/licence");
  await post(person, "/licence/agree", {});
  await person.sees("利用申請がまだ始まっていません");
  // Another office's document by its address.
  const answer = await person.open(`/licence/documents/invoice-${world.settled.number}-20261101-1`);
  assert.equal(answer.status(), 404);
  // A form that stood open when the session ended.
  await person.open("/account/mail");
  await person.context.clearCookies();
  await person.types("新しいメールアドレス", "office@example.jp");
  await person.page.locator("#password").fill(member.password);
  await person.presses("確認のメールを送る");
  await person.stands("/login");
  await person.logsIn(member.user_id, member.password);
  await person.open("/account/mail");
  await person.types("新しいメールアドレス", "not an address");
  await person.page.locator("#password").fill(member.password);
  await person.presses("確認のメールを送る");
  assert.match(await person.page.title(), /^エラー：/);
  assert.equal(await person.page.getByLabel("新しいメールアドレス").inputValue(), "not an address");
  assert.equal(await person.page.locator("#password").inputValue(), "");
  // The summary's link puts the cursor into the field.
  await person.page.locator(".errors a").first().click();
  assert.equal(await person.page.evaluate(() => document.activeElement.name), "mail");
  await person.leaves();
});

test("a form of another site does nothing", async () => {
  const member = office();
  const person = await Person.sitsDown();
  await person.begins(member);
  // A page without an origin, as one of another site is to ours.
  await person.open("about:blank");
  await person.page.setContent(`<form method="post" action="${world.site}/logout"><button>x</button></form>`);
  await person.page.getByRole("button", { name: "x" }).click();
  await person.page.waitForLoadState();
  await person.sees("ほかのサイト");
  await person.open("/account");
  await person.stands("/account");
  await person.context.close();
});

test("three misses lock, and the page says until when", async () => {
  const member = office();
  const person = await Person.sitsDown();
  for (let n = 0; n < 3; n++) await person.logsIn(member.user_id, "machigai machigai");
  await person.logsIn(member.user_id, member.password);
  await person.sees("を過ぎると、また使えます");
  await person.logsIn("KJ999999999999", "machigai machigai");
  const unknown = await person.page.locator(".errors").innerText();
  const other = office();
  await person.logsIn(other.user_id, "machigai machigai");
  assert.equal(await person.page.locator(".errors").innerText(), unknown, "an unknown ID looks as a wrong password");
  await person.leaves();
});
