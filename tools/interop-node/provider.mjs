// An OpenID Connect provider on loopback for the tests of single sign-on: the
// npm package oidc-provider, with one account and two clients. It signs anybody
// in who says that they are "ada", by the package's own forms, keeps everything
// in memory, and ends when its standard input does.
//
// usage: node provider.mjs MODULES, with the settings as one line of JSON on
// standard input: {"redirect": "…", "clients": [{"id": "…", "secret": "…"}]}
// It prints "issuer ADDRESS" once it listens.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const modules = process.argv[2];
const { default: Provider } = await import(
  pathToFileURL(join(modules, 'node_modules', 'oidc-provider', 'lib', 'index.js')).href
);

const lines = createInterface({ input: process.stdin });
lines.once('close', () => process.exit(0));
const { value: line } = await lines[Symbol.asyncIterator]().next();
const settings = JSON.parse(line);

const people = {
  ada: { email: 'Ada@Example.org', email_verified: true, name: 'Ada Admin' },
  mallory: { email: 'ada@example.org', email_verified: false, name: 'Mallory' },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: settings.clients.map(({ id, secret }) => ({
      client_id: id,
      client_secret: secret,
      redirect_uris: [settings.redirect],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    })),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    // A request without a challenge is refused, so that we would notice not to send one.
    pkce: { required: () => true },
    cookies: { keys: ['a key for tests only'] },
    features: { devInteractions: { enabled: true } },
    async findAccount(_ctx, id) {
      const person = people[id];
      return person && { accountId: id, claims: async () => ({ sub: id, ...person }) };
    },
  });
  server.on('request', provider.callback());
  console.log(`issuer ${issuer}`);
});
// The readline iterator stops reading after the first line; the end of the
// input still has to be noticed.
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
