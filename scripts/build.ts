import { buildDashboard } from "./launch/build-dashboard.ts";

// Usage: npm run build. `npm start` and `npm test` do it by themselves.
await buildDashboard();
