/** What Lockkit checks: files on disk, since imports and the evidence for a deployment are read from there. */
export const DOCUMENTS: readonly { readonly language: string; readonly scheme: string }[] = [
  'typescript',
  'typescriptreact',
  'javascript',
  'javascriptreact',
  'python',
].map((language) => ({ language, scheme: 'file' }));
