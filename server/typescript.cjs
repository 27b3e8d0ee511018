// @ts-check
// The compiler, as everything here imports it (`#typescript`). A CommonJS module that an ES module imports is searched for the
// names it exports, which takes as long for these nine megabytes as running them; behind a plain variable they are not found.
require('node:module').enableCompileCache?.();
const ts = require('typescript');
module.exports = ts;
