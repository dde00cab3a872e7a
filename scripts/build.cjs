'use strict';

/*
 * Compiles apps/ and libs/ into dist/, and leaves in it a stamp: the hash of all that it was built from.
 * Plain old JavaScript and Node built-ins only: scripts/prepare.cjs loads it under whatever Node is there.
 */
var childProcess = require('child_process');
var crypto = require('crypto');
var fs = require('fs');
var path = require('path');

var root = path.join(__dirname, '..');
var stamp = path.join(root, 'dist', '.built-from');

/** What the compiler reads: each folder whole, each file by name. */
var inputs = [
  'apps',
  'libs',
  'nest-cli.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

function hashInto(hash, name) {
  var file = path.join(root, name);
  if (!fs.existsSync(file)) return;
  if (fs.statSync(file).isDirectory()) {
    fs.readdirSync(file)
      .sort()
      .forEach(function (entry) {
        if (entry !== 'node_modules') hashInto(hash, name + '/' + entry);
      });
  } else {
    hash
      .update(name + '\0')
      .update(fs.readFileSync(file))
      .update('\0');
  }
}

function sourcesHash() {
  var hash = crypto.createHash('sha256');
  inputs.forEach(function (name) {
    hashInto(hash, name);
  });
  return hash.digest('hex');
}

/** Whether dist/ was built from the sources as they are now. */
function isBuilt() {
  return fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === sourcesHash();
}

/** Builds with the given Node executable; answers the compiler's exit code. */
function build(node) {
  // Taken before compiling: a file that changes meanwhile makes the next start build again.
  var hash = sourcesHash();
  var nest = path.join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  // A killed build must not pass for a finished one.
  if (fs.existsSync(stamp)) fs.unlinkSync(stamp);
  var run = childProcess.spawnSync(node, [nest, 'build', 'api'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (run.error) throw run.error;
  if (run.status === 0) fs.writeFileSync(stamp, hash);
  return run.status === null ? 1 : run.status;
}

module.exports = { build: build, isBuilt: isBuilt };

if (require.main === module) process.exitCode = build(process.execPath);
