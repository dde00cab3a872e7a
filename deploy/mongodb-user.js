/* global db, process */
// Run once, by the server's image, when its volume is new: the service's own user, with rights on its databases alone.
db.getSiblingDB('admin').createUser({
  user: 'tierbook',
  pwd: process.env.TIERBOOK_PASSWORD,
  roles: ['tierbook_views', 'tierbook_state', 'tierbook_keys']
    .map((name) => ({
      role: 'readWrite',
      db: name,
    }))
    .concat({ role: 'dbAdmin', db: 'tierbook_views' }),
});
