// The demo's way from a letter to a licence, in a browser: run by `cargo xtask demo` when Chromium is there.
import { Person, ended } from "./person.mjs";
import { office, world } from "./world.mjs";

const member = office();
const person = await Person.sitsDown();
const step = async (title, action) => {
  await action();
  console.log(`Web ${member.name}：${title}`);
};
const [logIn, apply, licence, certificates] = world.steps;
await step(logIn, async () => {
  await person.logsIn(member.user_id, member.password);
  await person.stands("/password");
  await person.changes(member, world.chosen);
  await person.open("/");
  await person.sees("利用申請");
});
await step(apply, () => person.applies());
await step(licence, async () => {
  await person.open("/licence");
  await person.sees("21,000円");
});
await step(certificates, async () => {
  await person.open("/certificates");
  await person.sees("電子証明書");
});
await person.leaves();
await ended();
