'use strict';

/*
 * Starts the compiled application of that name. Plain old JavaScript, so that any Node can read it and refuse
 * in one line what it could not run.
 */
var fs = require('fs');
var path = require('path');

module.exports = function launch(app) {
  var main = path.join(__dirname, '..', 'dist', 'apps', app, 'src', 'main.js');
  if (parseInt(process.versions.node, 10) < 24) {
    console.error(
      'Tierbook needs Node 24 or later, and this is ' +
        process.version +
        ': start it through npm (`npm start`), which brings its own.',
    );
    process.exit(1);
  }
  // The stamp of scripts/build.cjs: a build that failed leaves files, and no stamp.
  if (!fs.existsSync(path.join(__dirname, '..', 'dist', '.built-from'))) {
    console.error('Tierbook is not built: run `npm run build` first.');
    process.exit(1);
  }
  require(main);
};
