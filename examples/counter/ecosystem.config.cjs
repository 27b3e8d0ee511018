module.exports = {
  apps: [
    { name: 'none', script: 'counter-none.js' },
    { name: 'mutex', script: 'counter-mutex.js' },
    { name: 'file-lock', script: 'counter-file-lock.js' },
    { name: 'shared-handle', script: 'counter-shared-handle.js' },
    { name: 'combined', script: 'counter-combined.js' },
  ].map((app) => ({ ...app, exec_mode: 'cluster', instances: 4 })),
};
