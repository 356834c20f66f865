/** A file that an installation did not come past, and the line that names it. */
interface NamedFile {
  path: string;
  line: number;
}

/** Results of an installation that did not come to its first action: its package, or another file, was not opened. */
const results = new Set([2, 3, 5, 32, 53, 67, 110, 1203, 1612, 1619, 1620, 1635, 1636]);
/** The package, as the engine was told it. */
const taken = /^\s{0,20}\*{7} Product: (\S.{0,500})/;
/** The database of a package that could not be opened. */
const unopened = /^Note: 1: 2203 2: (\S.{0,500}?) 3: -\d/;

/** The package that is installed, and what could not be opened of it: without them such a failure is a bare number. */
export class PackageFile {
  private package: NamedFile | null = null;
  private unopened: NamedFile | null = null;

  /** A line before the first action. */
  read(line: number, text: string): void {
    const path = (text.startsWith('Note: 1: 2203 ') ? unopened : taken).exec(text)?.[1]?.trimEnd();
    // What the engine notes of its own work is not there in most installations.
    if (path === undefined || /\.ipi$/i.test(path)) return;
    if (text.startsWith('Note: ')) this.unopened = { path, line };
    else this.package = { path, line };
  }

  /**
   * The file that a result speaks of; null where it speaks of none.
   * @param mayBePackage whether the package will do, where nothing was told of a file
   */
  ofFailure(result: number, mayBePackage: boolean): NamedFile | null {
    if (!results.has(result)) return null;
    return this.unopened ?? (mayBePackage ? this.package : null);
  }
}
