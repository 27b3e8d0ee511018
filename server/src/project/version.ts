/** The version of the package; a test holds it to `package.json`, which a bundle has no path to. */
export const VERSION = '0.1.0';
