import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const API = "http://127.0.0.1:8000";

export default defineConfig({
  // Relative, because PUBLIC_URL may have a path of its own: index.html's <base> says where we are.
  base: "./",
  plugins: [react(), tailwind()],
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // `npm run dev:web`, beside an `npm start`.
  server: {
    proxy: Object.fromEntries(
      ["/api", "/auth", "/users", "/status", "/openapi.json"].map((path) => [path, { target: API, ws: true }]),
    ),
  },
});
