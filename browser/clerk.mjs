// A clerk at the office client's screens.
import { readdirSync } from "node:fs";
import path from "node:path";
import { Person } from "./person.mjs";
import { world } from "./world.mjs";

const PASSWORD = "haru no ogawa";

/// The files of an example, as care software wrote them.
export function example(name) {
  return filesIn(path.join(world.export, name));
}

/// This month's use slips to thirty partners.
export function slips() {
  return filesIn(world.slips);
}

/// Everything that lies in a folder.
export function filesIn(folder) {
  return readdirSync(folder).map((file) => path.join(folder, file));
}

/// The manager of one of the two offices that everybody shares.
export async function clerk(index, options = {}) {
  return await manager(world.screens[index], options);
}

/// Brings the files of one unit, and sends it; gives the path of its page.
export async function sends(person, files) {
  await person.open("/send");
  await person.page.locator("#files").setInputFiles(files);
  await person.presses("取り込んで点検する");
  await person.sees("1件を送信できます", "問題なし");
  await person.presses("1件を送信する");
  await person.sees("送信を受け付けました。");
  return await person.page.locator("main a[href^='/sent/']").first().getAttribute("href");
}

/// The rows of a list that have a text.
export function rows(person, text) {
  return person.page.locator("main tbody tr").filter({ hasText: text });
}

/// Waits until one thing lies there to be taken over, and takes it; gives the path of its page.
export async function takesOver(person) {
  const waiting = rows(person, "未取込");
  await person.looksUntil("/received", async () => (await waiting.count()) === 1 ? undefined : "one thing to take over");
  await waiting.getByRole("link", { name: "見る" }).click();
  await person.presses("介護ソフトに取り込んだ");
  await person.sees("取込済みにしました。");
  return new URL(person.page.url()).pathname;
}

/// The manager of an office, logged in; `screens` is where its client says that they are. The first visit makes the account.
export async function manager(screens, options = {}) {
  const address = new URL(screens);
  const person = await Person.sitsDown({ baseURL: address.origin, ...options });
  await person.open(address.pathname + address.search);
  if (new URL(person.page.url()).pathname === "/start") {
    await person.page.locator("#name").fill("山田 花子");
    await person.page.locator("#login").fill("yamada");
    await person.page.locator("#new").fill(PASSWORD);
    await person.page.locator("#again").fill(PASSWORD);
    await person.presses("管理者を登録して始める");
  } else {
    await person.page.locator("#name").fill("yamada");
    await person.page.locator("#password").fill(PASSWORD);
    await person.presses("ログインする");
  }
  await person.stands("/");
  return person;
}
