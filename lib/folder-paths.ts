/**
 * True when a path is a folder, or lies in it. Both are absolute, with `/` between their parts and without `.` or `..`;
 * nothing is looked up.
 */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder.replace(/\/$/, "")}/`);
}
