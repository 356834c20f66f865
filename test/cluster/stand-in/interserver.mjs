// The part of ClickHouse's interserver protocol that replicas need to fetch parts from each other (protocol version 8,
// whole parts, no projections), served from a node's own data folder. The library has no such listener.
import { createServer } from 'node:http';
import { readFileSync, readdirSync, statSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const M = (1n << 64n) - 1n;
const K0 = 0xc3a5c85c97cb3127n,
  K1 = 0xb492b66fbe98f273n,
  K2 = 0x9ae16a3b2f90404fn,
  K3 = 0xc949d7c7509e6557n,
  KM = 0x9ddfea08eb382d69n;
const mul = (a, b) => (a * b) & M,
  add = (a, b) => (a + b) & M,
  sub = (a, b) => (a - b) & M;
const rot = (v, n) => (n === 0n ? v : ((v >> n) | (v << (64n - n))) & M);
const mix = (v) => v ^ (v >> 47n);
const h16 = (l, h) => {
  let a = mul(h ^ l, KM);
  a ^= a >> 47n;
  let b = mul(h ^ a, KM);
  b ^= b >> 47n;
  return mul(b, KM);
};
function h0to16(b, o, n) {
  if (n > 8) {
    const a = b.readBigUInt64LE(o),
      c = b.readBigUInt64LE(o + n - 8);
    return c ^ h16(a, rot(add(c, BigInt(n)), BigInt(n)));
  }
  if (n >= 4) return h16(add(BigInt(n), BigInt(b.readUInt32LE(o)) << 3n), BigInt(b.readUInt32LE(o + n - 4)));
  if (n > 0) {
    const y = BigInt(b[o] + (b[o + (n >> 1)] << 8)),
      z = BigInt(n + (b[o + n - 1] << 2));
    return mul(mix(mul(y, K2) ^ mul(z, K3)), K2);
  }
  return K2;
}
const weak = (b, o, a, c) => {
  const w = b.readBigUInt64LE(o),
    x = b.readBigUInt64LE(o + 8),
    y = b.readBigUInt64LE(o + 16),
    z = b.readBigUInt64LE(o + 24);
  a = add(a, w);
  c = rot(add(add(c, a), z), 21n);
  const k = a;
  a = add(a, add(x, y));
  c = add(c, rot(a, 44n));
  return [add(a, z), add(c, k)];
};
function murmur(s, o, n, lo, hi) {
  let a = lo,
    b = hi,
    c,
    d;
  if (n <= 16) {
    a = mul(mix(mul(a, K1)), K1);
    c = add(mul(b, K1), h0to16(s, o, n));
    d = mix(add(a, n >= 8 ? s.readBigUInt64LE(o) : c));
  } else {
    let l = n - 16;
    c = h16(add(s.readBigUInt64LE(o + n - 8), K1), a);
    d = h16(add(b, BigInt(n)), add(c, s.readBigUInt64LE(o + n - 16)));
    a = add(a, d);
    let p = o;
    do {
      a ^= mul(mix(mul(s.readBigUInt64LE(p), K1)), K1);
      a = mul(a, K1);
      b ^= a;
      c ^= mul(mix(mul(s.readBigUInt64LE(p + 8), K1)), K1);
      c = mul(c, K1);
      d ^= c;
      p += 16;
      l -= 16;
    } while (l > 0);
  }
  a = h16(a, c);
  b = h16(d, b);
  return [a ^ b, h16(b, a)];
}
function city128seed(s, o, n, lo, hi) {
  if (n < 128) return murmur(s, o, n, lo, hi);
  const f = (i) => s.readBigUInt64LE(i);
  let x = lo,
    y = hi,
    z = mul(BigInt(n), K1),
    p = o;
  let v = [0n, 0n],
    w;
  v[0] = add(mul(rot(y ^ K1, 49n), K1), f(p));
  v[1] = add(mul(rot(v[0], 42n), K1), f(p + 8));
  w = [add(mul(rot(add(y, z), 35n), K1), x), mul(rot(add(x, f(p + 88)), 53n), K1)];
  do {
    for (let k = 0; k < 2; k++) {
      x = mul(rot(add(add(add(x, y), v[0]), f(p + 16)), 37n), K1);
      y = mul(rot(add(add(y, v[1]), f(p + 48)), 42n), K1);
      x ^= w[1];
      y ^= v[0];
      z = rot(z ^ w[0], 33n);
      v = weak(s, p, mul(v[1], K1), add(x, w[0]));
      w = weak(s, p + 32, add(z, w[1]), y);
      [z, x] = [x, z];
      p += 64;
    }
    n -= 128;
  } while (n >= 128);
  y = add(y, add(mul(rot(w[0], 37n), K0), z));
  x = add(x, mul(rot(add(v[0], z), 49n), K0));
  for (let t = 0; t < n;) {
    t += 32;
    y = add(mul(rot(sub(y, x), 42n), K0), v[1]);
    w[0] = add(w[0], f(p + n - t + 16));
    x = add(mul(rot(x, 49n), K0), w[0]);
    w[0] = add(w[0], v[0]);
    v = weak(s, p + n - t, v[0], v[1]);
  }
  x = h16(x, v[0]);
  y = h16(y, w[0]);
  return [add(h16(add(x, v[1]), w[1]), y), h16(add(x, w[1]), add(y, v[1]))];
}
/** HashingWriteBuffer: blocks of 2,048 bytes, each seeded with the one before. */
export function hash(buffer) {
  let state = [0n, 0n],
    o = 0;
  for (; o + 2048 <= buffer.length; o += 2048) state = city128seed(buffer, o, 2048, ...state);
  if (o < buffer.length) state = city128seed(buffer, o, buffer.length - o, ...state);
  const out = Buffer.alloc(16);
  out.writeBigUInt64LE(state[0], 0);
  out.writeBigUInt64LE(state[1], 8);
  return out;
}
const varint = (n) => {
  const b = [];
  while (n >= 128) {
    b.push((n & 127) | 128);
    n = Math.floor(n / 128);
  }
  b.push(n);
  return Buffer.from(b);
};
const str = (t) => {
  const b = Buffer.from(t);
  return Buffer.concat([varint(b.length), b]);
};
const u64 = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(n));
  return b;
};

export function serveParts({ port, partDir, log = () => {} }) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://x');
    const params = url.searchParams;
    try {
      request.resume(); // the body is empty
      const endpoint = params.get('endpoint') ?? '';
      const part = params.get('part');
      const version = Math.min(Number(params.get('client_protocol_version') ?? 0), 8);
      const dir = await partDir(endpoint.replace('DataPartsExchange:', ''), part);
      if (dir === null) {
        response.writeHead(500, { 'X-ClickHouse-Exception-Code': '232' });
        response.end(`Code: 232. DB::Exception: No part ${part} in table. (NO_SUCH_DATA_PART)`);
        log(`no part ${part} ${endpoint}`);
        return;
      }
      const names = readdirSync(dir).filter((n) => statSync(join(dir, n)).isFile() && n !== 'txn_version.txt');
      const files = names.map((n) => [n, readFileSync(join(dir, n))]);
      const total = files.reduce((sum, [, b]) => sum + b.length, 0);
      const out = [];
      if (version >= 1) out.push(u64(total));
      if (version >= 2)
        out.push(
          str(
            existsSync(join(dir, 'ttl.txt')) ? readFileSync(join(dir, 'ttl.txt'), 'utf8') : 'ttl format version: 1\n{}',
          ),
        );
      if (version >= 3) out.push(str(names.includes('data.bin') ? 'Compact' : 'Wide'));
      if (version >= 5) out.push(Buffer.from('00000000-0000-0000-0000-000000000000'));
      if (version >= 7) out.push(u64(0)); // projections
      out.push(u64(files.length));
      for (const [name, body] of files) out.push(str(name), u64(body.length), body, hash(body));
      const body = Buffer.concat(out);
      response.writeHead(200, {
        'Content-Type': 'application/octet-stream',
        'Set-Cookie': `server_protocol_version=${version}`,
      });
      response.end(body);
      log(`sent ${part} ${body.length}`);
    } catch (error) {
      log(String(error.stack));
      response.writeHead(500);
      response.end(String(error));
    }
  });
  server.keepAliveTimeout = 30_000;
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done(server)));
}
