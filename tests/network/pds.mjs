// A real Bluesky identity directory and personal data server, on loopback only.
// usage: node pds.mjs PLC_PORT PDS_PORT FOLDER
// Prints one line of JSON when ready; ends on SIGTERM or when its parent closes standard input.
// Packages are found from the folder it runs in: it lies outside the checkout's own tree.
import net from 'node:net'
import path from 'node:path'
import { createRequire } from 'node:module'
import { mkdirSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'

const [plcPort, pdsPort, folder] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]]

// Both servers bind to every interface and have no setting for it.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  if (typeof port !== 'number' && typeof port !== 'string') throw new Error('unexpected form of listen')
  return listen.call(this, port, '127.0.0.1', ...rest.filter((x) => typeof x === 'function'))
}

const found = createRequire(path.join(process.cwd(), 'here.js'))
const load = async (name) => import(pathToFileURL(found.resolve(name)).href)
const plcModule = await load('@did-plc/server')
const { PlcServer, Database } = plcModule.default ?? plcModule
const { PDS } = await load('@atproto/pds')
const { Secp256k1Keypair } = await load('@atproto/crypto')

const plc = PlcServer.create({ db: Database.mock(), port: plcPort })
await plc.start()

const blobs = path.join(folder, 'blobs')
mkdirSync(blobs, { recursive: true })
const rotation = await Secp256k1Keypair.create({ exportable: true })
const nowhere = 'http://127.0.0.1:1'
const pds = await PDS.fromEnv({
  devMode: true,
  port: pdsPort,
  hostname: 'localhost',
  dataDirectory: folder,
  blobstoreDiskLocation: blobs,
  didPlcUrl: `http://127.0.0.1:${plcPort}`,
  recoveryDidKey: (await Secp256k1Keypair.create()).did(),
  adminPassword: randomBytes(16).toString('hex'),
  jwtSecret: randomBytes(16).toString('hex'),
  serviceHandleDomains: ['.test'],
  plcRotationKeyK256PrivateKeyHex: Buffer.from(await rotation.export()).toString('hex'),
  inviteRequired: false,
  disableSsrfProtection: true,
  rateLimitsEnabled: false,
  bskyAppViewUrl: nowhere,
  bskyAppViewDid: 'did:example:invalid',
  bskyAppViewCdnUrlPattern: `${nowhere}/%s/%s/%s`,
  modServiceUrl: nowhere,
  modServiceDid: 'did:example:invalid',
})
await pds.start()
console.log(JSON.stringify({ ready: true }))

let ending = false
const end = async () => {
  if (ending) return
  ending = true
  await pds.destroy()
  await plc.destroy()
  process.exit(0)
}
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.stdin.on('end', end)
process.stdin.resume()
