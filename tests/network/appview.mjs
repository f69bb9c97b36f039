// A real Bluesky query server (AppView) over a running identity directory and data server.
// usage: node appview.mjs PLC_PORT PDS_PORT PORT DATAPLANE_PORT DATABASE_URL
// Prints one line of JSON when ready; ends on SIGTERM or when its parent closes standard input.
// It needs PostgreSQL. Redis is only its cache, and is left out.
import net from 'node:net'
import path from 'node:path'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [plcPort, pdsPort, port, dataPort, url] = process.argv.slice(2)

// The servers bind to every interface and have no setting for it.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...rest) {
  const ready = rest.filter((x) => typeof x === 'function')
  const asked = typeof first === 'object' ? first.port : first
  return listen.call(this, asked, '127.0.0.1', ...ready)
}

const found = createRequire(path.join(process.cwd(), 'here.js'))
const load = async (name) => import(pathToFileURL(found.resolve(name)).href)
const bsky = await load('@atproto/bsky')
const { Secp256k1Keypair } = await load('@atproto/crypto')

const plc = `http://127.0.0.1:${plcPort}`
const database = (poolSize) => new bsky.Database({ url, schema: 'appview', poolSize })
const migrating = database(1)
await migrating.migrateToLatestOrThrow()
await migrating.close()

const db = database(5)
const dataplane = await bsky.DataPlaneServer.create(db, Number(dataPort), plc, globalThis.fetch)
const nowhere = 'http://127.0.0.1:1'
const config = new bsky.ServerConfig({
  version: 'test',
  port: Number(port),
  publicUrl: `http://127.0.0.1:${port}`,
  serverDid: 'did:example:appview',
  didPlcUrl: plc,
  dataplaneUrls: [`http://127.0.0.1:${dataPort}`],
  dataplaneHttpVersion: '1.1',
  bsyncUrl: nowhere,
  bsyncHttpVersion: '1.1',
  bsyncApiKey: 'none',
  modServiceDid: 'did:example:invalid',
  labelsFromIssuerDids: [],
  alternateAudienceDids: [],
  bigThreadUris: new Set(),
  maxThreadParents: 50,
  searchTagsHide: new Set(),
  searchTagsHideAll: new Set(),
  threadTagsBumpDown: new Set(),
  threadTagsHide: new Set(),
  visibilityTagHide: '',
  visibilityTagRankPrefix: '',
  debugFieldAllowedDids: new Set(),
  draftsLimit: 1,
  feedGenSkeletonTimeout: 1000,
  adminPasswords: [],
  etcdHosts: [],
  disableSsrfProtection: true,
})
const server = bsky.BskyAppView.create({ config, signingKey: await Secp256k1Keypair.create() })
const sub = new bsky.RepoSubscription({
  service: `ws://127.0.0.1:${pdsPort}`,
  db,
  idResolver: dataplane.idResolver,
})
await server.start()
void sub.start()
console.log(JSON.stringify({ ready: true }))

const end = () => process.exit(0)
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.stdin.on('end', end)
process.stdin.resume()
