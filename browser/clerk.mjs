// A clerk at the office client's screens.
import { readdirSync } from "node:fs";
import path from "node:path";
import { Person } from "./person.mjs";
import { world } from "./world.mjs";

const PASSWORD = "haru no ogawa";

/// The files of an example, as care software wrote them.
export function example(name) {
  const folder = path.join(world.export, name);
  return readdirSync(folder).map((file) => path.join(folder, file));
}

/// This month's use slips to thirty partners.
export function slips() {
  return readdirSync(world.slips).map((file) => path.join(world.slips, file));
}

/// The manager of an office, logged in; the first visit makes the account.
export async function clerk(index, options = {}) {
  const address = new URL(world.screens[index]);
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
