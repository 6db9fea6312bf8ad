// What the mailboxes of `clients` cannot show of the mails whose files are given, as JSON: issue → mailboxes.
import { readFileSync } from 'node:fs';
import { caniemail } from 'caniemail';

const clients = ['gmail.*', 'apple-mail.*', 'outlook.*', 'yahoo.*'];
const found = {};
for (const file of process.argv.slice(2)) {
  const { issues } = caniemail({ clients, html: readFileSync(file, 'utf8') });
  for (const [grade, byClient] of Object.entries(issues)) {
    for (const [client, list] of byClient) {
      for (const issue of list) (found[`${grade}: ${issue.title}`] ??= new Set()).add(client);
    }
  }
}
console.log(JSON.stringify(Object.fromEntries(Object.keys(found).sort().map((key) => [key, [...found[key]].sort()]))));
