'use strict';

/*
 * Starts the compiled application of that name. Plain old JavaScript, so that any Node can read it and refuse
 * in one line what it could not run.
 */
var fs = require('fs');
var nodeModule = require('module');
var path = require('path');

var dist = path.join(__dirname, '..', 'dist');

module.exports = function launch(app) {
  if (parseInt(process.versions.node, 10) < 24) {
    console.error(
      'Tierbook needs Node 24 or later, and this is ' +
        process.version +
        ': start it through npm (`npm start`), which brings its own.',
    );
    process.exit(1);
  }
  // The stamp of scripts/build.cjs: a build that failed leaves files, and no stamp.
  if (!fs.existsSync(path.join(dist, '.built-from'))) {
    console.error('Tierbook is not built: run `npm run build` first.');
    process.exit(1);
  }
  keepCompiledCode();
  require(path.join(dist, 'apps', app, 'src', 'main.js'));
};

/**
 * Code that was compiled once is not compiled again by the next start. It lies with the code that it is of, so that
 * whoever could write the one could write the other; where it cannot be kept, each start compiles.
 */
function keepCompiledCode() {
  // Threads look there, too.
  process.env.NODE_COMPILE_CACHE = path.join(dist, '.compiled');
  nodeModule.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  // Who is killed later has left it, too.
  setTimeout(nodeModule.flushCompileCache, 5000).unref();
}
