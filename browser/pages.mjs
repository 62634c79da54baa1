// Every page of the site and who sees it; the one list for barriers, weights and pictures.
import { admin, known, link, mail, totp, world } from "./world.mjs";

const post = async (person, path, form) => {
  // As a page of the site would: within the page, so that the browser says where it comes from.
  const sent = person.page.evaluate(({ path, form }) => {
    const element = document.createElement("form");
    element.method = "post";
    element.action = path;
    for (const [name, value] of Object.entries(form)) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      element.append(field);
    }
    document.body.append(element);
    element.submit();
  }, { path, form });
  await Promise.all([person.page.waitForNavigation(), sent]);
};

/// Pages for everybody.
export const open = [
  "/", "/login", "/login?why=timed-out", "/login?why=ended&unsent=yes", "/login/lost", "/offices", "/offices?name=デイ", "/offices?name=ありません", "/downloads", "/notices", "/notices/1",
  "/faq", "/faq?q=証明書", "/terms", "/terms/1", "/prices", "/status", "/nothing-here",
];

/// Pages of an office that has everything.
export const settled = [
  "/", "/licence", "/licence/apply", "/licence/documents/invoice-", "/certificates", "/account", "/account/mail", "/account/second-factor", "/password",
  "/offices", "/offices/9970000042/invitation", "/nothing-here",
];

/// The paths of the settled office, with what only the world knows filled in.
export async function settledPaths(person) {
  await person.open("/licence");
  await person.stands("/licence");
  const documents = await person.page.locator("a[href^='/licence/documents/']").evaluateAll((links) => links.map((it) => it.getAttribute("href")));
  await person.open("/certificates");
  const revocations = await person.page.locator("a[href$='/revocation']").evaluateAll((links) => links.map((it) => it.getAttribute("href")));
  return [...settled.filter((path) => !path.endsWith("-")), ...documents, ...revocations];
}

/// Pages that come only in the course of something: each a name and what leads there, by an office of its own.
export function onTheWay(office) {
  return [
    ["temporary-password", async (person) => { await person.logsIn(office.user_id, office.password); }],
    ["password-wrong", async (person) => {
      await person.presses("パスワードを変更する");
    }],
    ["first-page", async (person) => { await person.changes(office, `${office.number} sakura sakura`); await person.open("/"); }],
    ["licence-none", async (person) => { await person.open("/licence"); }],
    ["apply", async (person) => { await person.open("/licence/apply"); }],
    ["terms-1", async (person) => { await person.presses("利用規約へ進む"); }],
    ["terms-last", async (person) => {
      while (await person.page.getByRole("link", { name: "次のページへ" }).count() > 0) await person.follows("次のページへ");
    }],
    ["agreed", async (person) => { await person.scrollsToTheEnd(); await person.presses("利用規約に同意する"); }],
    ["mail-asked", async (person) => {
      await person.open("/account/mail");
      await person.types("新しいメールアドレス", `office-${office.number}@example.jp`);
      await person.page.locator("#password").fill(office.password);
      await person.presses("確認のメールを送る");
    }],
    ["mail-link", async (person) => { await person.open(link((await mail(`office-${office.number}@example.jp`)).text)); }],
    ["mail-done", async (person) => { await person.page.locator("main button").first().click(); await person.page.waitForLoadState(); }],
    ["mail-replayed", async (person) => { await person.open(link((await mail(`office-${office.number}@example.jp`)).text)); }],
    ["issue-password", async (person) => {
      await person.open("/certificates");
      await person.page.locator("#password").fill(office.password);
      await person.presses("証明書発行用パスワードを再発行する");
    }],
    ["factor-begin", async (person) => { await person.open("/account/second-factor"); }],
    ["factor-qr", async (person) => {
      await person.page.locator("#password").fill(office.password);
      await person.presses("設定を始める");
      office.secret = (await person.page.locator("main").innerText()).match(/[A-Z2-7]{4}(?:\s?[A-Z2-7]{4}){7}/)[0];
    }],
    ["factor-codes", async (person) => {
      await person.types("確認コード", totp(office.secret));
      await person.presses("設定を完了する");
    }],
    ["account-with-factor", async (person) => { await person.open("/account"); }],
    ["logged-out", async (person) => { await person.presses("ログアウト"); }],
    ["factor-asked", async (person) => { await person.logsIn(office.user_id, office.password); }],
    ["login-wrong", async (person) => { await person.context.clearCookies(); await person.logsIn(office.user_id, "wrong wrong"); }],
    ["login-locked", async (person) => { for (let n = 0; n < 3; n++) await person.logsIn(office.user_id, "wrong wrong"); }],
    ["letter-asked", async (person) => {
      await person.open("/login/lost");
      await person.types("事業所番号", office.number);
      await person.types("折り返しの電話番号", "06-1234-5678");
      await person.page.locator("[name=reason]").first().check();
      await person.presses("通知書の再発行を申し込む");
    }],
  ];
}

/// Screens of the office client, for a manager.
export const screens = [
  "/", "/send", "/sent", "/sent?state=failed", "/received", "/received?state=unread", "/search", "/folders", "/partners", "/partners/search", "/partners/import", "/settings", "/settings/terminal", "/settings/terminal/certificate",
  "/settings/applications", "/settings/folders", "/settings/retention", "/settings/backup", "/settings/lan", "/settings/proxy", "/settings/staff", "/staff", "/staff/add", "/record",
  "/me", "/board", "/notices", "/reports", "/reports/usage?from=202604&until=202703", "/reports/provision?from=2026-01-01&until=2027-12-31", "/password",
];

/// What a link leads to, whichever it is about: `/sent/{}`.
export function kindOf(link) {
  const { pathname, searchParams } = new URL(link, "http://localhost");
  const path = pathname.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|(?<=\/)\d+/g, "{}");
  return [path, ...[...searchParams.keys()].sort()].join("&");
}

/// One page of each kind that the pages of a list, and those in turn, lead to: what stands behind a row. Files and printed forms are none.
export async function behind(person, addresses) {
  const seen = new Set(addresses.map(kindOf));
  const all = [];
  for (let round = addresses; round.length > 0;) {
    const found = [];
    for (const address of round) {
      await person.open(address);
      const links = await person.page.locator("main a[href^='/']").evaluateAll((them) => them.map((it) => it.getAttribute("href")));
      for (const link of links) {
        const kind = kindOf(link);
        if (seen.has(kind) || /\.(pdf|csv|zip)|\/files|\/forms|\/evidence|\/export|\/start/.test(link)) continue;
        seen.add(kind);
        found.push(link);
      }
    }
    all.push(...found);
    round = found;
  }
  return all;
}

export { admin, known, post, world };
