'use strict';

/*
 * Runs before `npm start`, `npm test` and their like, so that each works on a fresh clone: installs what
 * package-lock.json names when node_modules differs from it, then builds when dist/ is not of these sources.
 * With --install-only it does not build. Says nothing, and takes a moment, when there is nothing to do.
 *
 * Plain old JavaScript and Node built-ins only: on a fresh clone it runs under the machine's own Node.
 */
var childProcess = require('child_process');
var fs = require('fs');
var path = require('path');
var builder = require('./build.cjs');

var root = path.join(__dirname, '..');
var requiredMajor = 24;
var platform = process.platform === 'win32' ? 'win' : process.platform;
var nodePackage = 'node-' + platform + '-' + process.arch;
var pinnedNode = path.join(
  root,
  'node_modules',
  nodePackage,
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

function fail(line) {
  console.error(line);
  process.exit(1);
}

function readJson(name) {
  return JSON.parse(fs.readFileSync(path.join(root, name), 'utf8'));
}

/** Refuses a machine whose own Node is too old and for which no Node is pinned in package.json. */
function checkPlatform() {
  var pinned = readJson('package.json').optionalDependencies[nodePackage] !== undefined;
  if (!pinned && parseInt(process.versions.node, 10) < requiredMajor) {
    fail(
      'Tierbook needs Node ' +
        requiredMajor +
        ' or later, and brings none for ' +
        platform +
        '-' +
        process.arch +
        ': install it and try again (this is ' +
        process.version +
        ').',
    );
  }
}

/** Whether node_modules holds what package-lock.json names; npm keeps a list of what it installed. */
function isInstalled() {
  var installedList = path.join('node_modules', '.package-lock.json');
  if (!fs.existsSync(path.join(root, installedList))) return false;
  var wanted = readJson('package-lock.json').packages;
  var installed = readJson(installedList).packages;
  function same(name) {
    // Optional packages may be left out: those of other platforms are.
    if (installed[name] === undefined) return wanted[name].optional === true;
    return (
      installed[name].version === wanted[name].version &&
      installed[name].integrity === wanted[name].integrity
    );
  }
  return (
    Object.keys(wanted).every(function (name) {
      return name === '' || same(name);
    }) &&
    Object.keys(installed).every(function (name) {
      return wanted[name] !== undefined;
    })
  );
}

/** npm as this script was started by it, else the one on the PATH. */
function npm(args) {
  var options = { cwd: root, stdio: ['ignore', 2, 2] };
  var script = process.env.npm_execpath;
  // The Node that runs npm: ours lies in the very folder that `npm ci` replaces.
  var node = process.env.npm_node_execpath;
  if (script && node) return childProcess.spawnSync(node, [script].concat(args), options);
  options.shell = process.platform === 'win32';
  return childProcess.spawnSync('npm', args, options);
}

function runNpm(args) {
  // Nothing here needs a package's install script. Level "error" leaves out the warning about the machine's Node.
  var run = npm(args.concat('--ignore-scripts', '--loglevel=error'));
  if (run.error || run.status !== 0) {
    var why = run.error ? ': ' + run.error.message : '';
    fail('npm ' + args[0] + ' failed' + why + '. Put right what it says above, then try again.');
  }
}

function install() {
  console.error('Installing packages (npm ci) ...');
  runNpm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
}

/**
 * Puts the pinned Node into node_modules/.bin, where npm scripts find it first. npm 10 leaves it out: removing the
 * Node packages of other platforms, it removes the link that they would have shared.
 */
function linkPinnedNode() {
  if (
    fs.existsSync(pinnedNode) &&
    !fs.existsSync(path.join(root, 'node_modules', '.bin', 'node'))
  ) {
    runNpm(['rebuild', nodePackage]);
  }
}

/** The pinned Node, or this one where none is pinned. */
function node24() {
  if (fs.existsSync(pinnedNode)) return pinnedNode;
  if (parseInt(process.versions.node, 10) >= requiredMajor) return process.execPath;
  return fail(
    'The package ' +
      nodePackage +
      ' is missing: run `npm ci` with optional packages, or install Node ' +
      requiredMajor +
      '.',
  );
}

checkPlatform();
if (!isInstalled()) install();
linkPinnedNode();
var node = node24();
if (process.argv[2] !== '--install-only' && !builder.isBuilt()) {
  console.error('Building ...');
  if (builder.build(node) !== 0) fail('The build failed: see above.');
}
