import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { FspError } from '../errors.js';

const type = 'application/octet-stream';

/** A file as it is, in the description of a route; what came is looked at by who takes it. */
export const fileBody = Type.Unsafe({ contentMediaType: type });
/** What a route that takes a file is announced to take. */
export const fileTypes = [type];

/** Lets the routes of an API take files. */
export function acceptFiles(api: FastifyInstance): void {
  api.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
}

/** Files are large: of those that are sent to one route, one is taken at a time. */
export class OneFile {
  private isTaken = false;

  /** @param what they are, in words: `log` */
  constructor(private readonly what: string) {}

  /** @throws FspError FSP_REQUEST_INVALID where no file came, FSP_UPLOAD_BUSY while another is taken; as `take` */
  async of<Result>(
    { body, headers }: Pick<FastifyRequest, 'body' | 'headers'>,
    take: (file: Buffer) => Promise<Result>,
  ): Promise<Result> {
    // An empty file has no body; JSON's null is none.
    const file = body ?? (headers['content-type']?.includes('json') === true ? null : Buffer.alloc(0));
    if (!Buffer.isBuffer(file)) throw new FspError('FSP_REQUEST_INVALID', `Send the ${this.what} itself as ${type}`);
    if (this.isTaken)
      throw new FspError('FSP_UPLOAD_BUSY', `Another ${this.what} is being taken; try again in some seconds`);
    this.isTaken = true;
    try {
      return await take(file);
    } finally {
      this.isTaken = false;
    }
  }
}
