import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueries } from "./app/queries.ts";
import { createPages } from "./app/router.tsx";
import "./app/styles.css";
import { Toasts } from "./components/ui/toasts.tsx";

const queries = createQueries();
const router = createPages(queries);
const element = document.querySelector("#root");
if (element === null) throw new Error("index.html has no #root");

createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
);
