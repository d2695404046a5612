import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** While developing, `FILMWRIGHT_URL` names the platform that answers the calls and `FILMWRIGHT_TOKEN` its token; built files are served by the gateway itself. */
const gateway = process.env['FILMWRIGHT_URL'] ?? 'http://127.0.0.1:7070';
const calls = {
  target: gateway,
  changeOrigin: true,
  headers: { origin: gateway, authorization: `Bearer ${process.env['FILMWRIGHT_TOKEN'] ?? ''}` },
};

// biome-ignore lint/style/noDefaultExport: this is where Vite looks for its settings.
export default defineConfig({
  base: '/studio/',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    modulePreload: { polyfill: false },
  },
  server: { host: '127.0.0.1', proxy: { '/v1': calls, '/p/': calls } },
});
