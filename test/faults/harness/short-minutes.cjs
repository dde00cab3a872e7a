'use strict';

/* For a service under test: a connection that may be silent for 60 to 80 s may be so for a sixtieth of that. */
const { Socket } = require('node:net');

const { setTimeout: setSilence } = Socket.prototype;
Socket.prototype.setTimeout = function (ms, ...callback) {
  return setSilence.call(this, ms >= 60_000 && ms <= 80_000 ? ms / 60 : ms, ...callback);
};
