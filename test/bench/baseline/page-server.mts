import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';

// The least that can answer a page of one reseller's customers: node:http, node:sqlite, the statement that the
// service prepares for it, and the documents joined as they are kept, neither parsed nor written anew.

const [port, path, resellerId] = process.argv.slice(2);
const database = new DatabaseSync(String(path), { readOnly: true });
const [build] = database
  .prepare(`SELECT generation FROM builds WHERE view = 'customers' AND serving = 1`)
  .all();
const table = `customers_v${String(build?.['generation'])}`;
const providerId = database
  .prepare(`SELECT "providerId" AS id FROM ${table} WHERE "resellerId" = ? LIMIT 1`)
  .get(String(resellerId))?.['id'];
const select = database.prepare(
  `SELECT d.key, d.position, d.doc, d."companyName" AS sort_value FROM ${table} AS d
   WHERE d.live = 1 AND d."providerId" = ? AND d."resellerId" = ?
   ORDER BY d."companyName" ASC, d.key ASC LIMIT 51`,
);

const server = createServer((_, response) => {
  const rows = select.all(String(providerId), String(resellerId));
  const docs = rows.slice(0, 50).map(({ doc }) => String(doc));
  const answer = `{"items":[${docs.join(',')}],"nextCursor":${JSON.stringify(rows[50]?.['key'] ?? null)}}`;
  response.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(answer),
  });
  response.end(answer);
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1', () => process.send?.('listening'));
process.on('disconnect', () => {
  process.exit();
});
