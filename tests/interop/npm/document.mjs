// What every program here does with the document: read it, say how much was looked at and what is wrong.
import { text } from "node:stream/consumers";

// `look({url, key, document})` gives [how much was looked at, a text for each problem].
export async function run(look) {
  const asked = JSON.parse(await text(process.stdin));
  let found, problems;
  try {
    [found, problems] = await look(asked);
  } catch (fault) {
    [found, problems] = ["nothing", [`${fault?.name}: ${fault?.message}`]];
  }
  const short = problems.map((problem) => problem.slice(0, 1000));
  // An exit cuts what is still on its way through a pipe.
  process.stdout.write(`${JSON.stringify({ found, problems: short })}\n`, () => process.exit(0));
}
