// The yardstick of intake: the same Fastify, which reads a body and answers 200.
import Fastify from 'fastify';

const app = Fastify({ logger: false });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.addHook('onRequest', (request, _reply, done) => {
  request.headers['content-type'] ??= 'application/octet-stream';
  done();
});
app.post('/SMS_FSP/*', (_request, reply) => reply.code(200).send());
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
process.on('SIGTERM', () => void app.close());
