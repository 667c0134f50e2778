import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  build: { outDir: "../src/vitruvian/server/static", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 900 },
  server: { port: 5173, strictPort: true, proxy: { "/api": "http://127.0.0.1:8765" } },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
});
