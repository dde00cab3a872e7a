'use strict';

/*
 * Loaded before the service (`node --require`): while the file that FULL_DISK names is there, the databases
 * whose names it holds, one a line, may hardly grow, and SQLite answers as on a full disk (SQLITE_FULL).
 */
const fs = require('node:fs');
const path = require('node:path');
const { DatabaseSync } = require('node:sqlite');

const NO_LIMIT = 4294967294;
const ROOM = 2;
const { exec, prepare } = DatabaseSync.prototype;

function isFull(database) {
  try {
    const names = fs.readFileSync(process.env.FULL_DISK, 'utf8').split('\n');
    return names.includes(path.basename(database.location() ?? ''));
  } catch {
    return false;
  }
}

/** By connection, while its disk is full. */
const limits = new WeakMap();

/** The disk has room for a few pages more, so that it is in the middle of a transaction that it is full. */
function limit(database) {
  if (!isFull(database)) limits.delete(database);
  else if (!limits.has(database)) limits.set(database, pagesOf(database) + ROOM);
  exec.call(database, `PRAGMA max_page_count = ${limits.get(database) ?? NO_LIMIT}`);
}

function pagesOf(database) {
  return prepare.call(database, 'PRAGMA page_count').get().page_count;
}

DatabaseSync.prototype.exec = function (sql) {
  if (/^(BEGIN|UPDATE)/.test(sql)) limit(this);
  return exec.call(this, sql);
};

DatabaseSync.prototype.prepare = function (sql, ...options) {
  const statement = prepare.call(this, sql, ...options);
  if (!sql.startsWith('BEGIN')) return statement;
  const run = statement.run.bind(statement);
  statement.run = () => {
    limit(this);
    return run();
  };
  return statement;
};
