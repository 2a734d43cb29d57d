import { loginSchema, passwordSchema, registerSchema, emailSchema } from "@pulsecheck/shared/user";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { z } from "zod";
import { Form } from "../../components/ui/form.tsx";
import { api, ask } from "../../lib/api.ts";
import { useApiForm } from "../../lib/form.ts";
import { EmailField, NameFields, NewPasswordField, PasswordField } from "./account-fields.tsx";
import { AccountFrame } from "./account-frame.tsx";
import { tellLogin } from "./session.ts";

const loginRoute = getRouteApi("/login");
const registerRoute = getRouteApi("/register");
const resetRoute = getRouteApi("/reset-password");
const LINK = "font-medium text-accent underline";

/** Logs in, forgets what somebody else may have seen here, and goes where one wanted to be. */
function useLogin() {
  const queries = useQueryClient();
  const router = useRouter();
  return async (username: string, password: string, next = "/") => {
    await ask(api.POST("/auth/login", { body: { username, password } }));
    queries.clear();
    tellLogin();
    // Only a path of our own: an address from outside must not lead away. PUBLIC_URL may have a path that it does not say.
    router.history.push(router.basepath.replace(/\/$/, "") + (/^\/(?![/\\])/.test(next) ? next : "/"));
  };
}

export function LoginPage() {
  const { next } = loginRoute.useSearch();
  const logIn = useLogin();
  const form = useApiForm(loginSchema.extend({ username: emailSchema }), { username: "", password: "" });
  return (
    <AccountFrame title="Log in">
      <Form form={form} submit="Log in" send={({ username, password }) => logIn(username, password, next)}>
        <EmailField autoFocus {...form.fieldOf("username")} />
        <PasswordField {...form.fieldOf("password")} />
      </Form>
      <p>
        <Link to="/forgot-password" className={LINK}>
          Forgot the password?
        </Link>
      </p>
      <p>
        New here?{" "}
        <Link to="/register" search={next === undefined ? {} : { next }} className={LINK}>
          Create an account
        </Link>
      </p>
    </AccountFrame>
  );
}

export function RegisterPage() {
  const { next } = registerRoute.useSearch();
  const logIn = useLogin();
  const form = useApiForm(registerSchema, { email: "", password: "", first_name: "", last_name: "" });
  return (
    <AccountFrame title="Create an account">
      <Form
        form={form}
        submit="Create the account"
        send={async (body) => {
          await ask(api.POST("/auth/register", { body }));
          await logIn(body.email, body.password, next);
        }}
      >
        <NameFields first={{ autoFocus: true, ...form.fieldOf("first_name") }} last={form.fieldOf("last_name")} />
        <EmailField {...form.fieldOf("email")} />
        <NewPasswordField label="Password" {...form.fieldOf("password")} />
      </Form>
      <p>
        Have one already?{" "}
        <Link to="/login" search={next === undefined ? {} : { next }} className={LINK}>
          Log in
        </Link>
      </p>
    </AccountFrame>
  );
}

export function ForgotPasswordPage() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useApiForm(z.object({ email: emailSchema }), { email: "" });
  if (sentTo !== null) {
    return (
      <AccountFrame title="Look into your mail">
        <p role="status">
          If there is an account for {sentTo}, a mail with a link is on its way to it. The link is good for a short
          time.
        </p>
        <p>
          <Link to="/login" className={LINK}>
            Back to the login
          </Link>
        </p>
      </AccountFrame>
    );
  }
  return (
    <AccountFrame title="Forgot the password?">
      <Form
        form={form}
        submit="Send me a link"
        send={async (body) => {
          await ask(api.POST("/auth/forgot-password", { body }));
          setSentTo(body.email);
        }}
      >
        <EmailField autoFocus {...form.fieldOf("email")} />
      </Form>
    </AccountFrame>
  );
}

export function ResetPasswordPage() {
  const { token } = resetRoute.useSearch();
  const navigate = useNavigate();
  const [isDone, setDone] = useState(false);
  const form = useApiForm(z.object({ password: passwordSchema }), { password: "" });
  if (isDone) {
    return (
      <AccountFrame title="Your password is changed">
        <p role="status">Every session has ended. Log in again with the new password.</p>
        <p>
          <Link to="/login" className={LINK}>
            Log in
          </Link>
        </p>
      </AccountFrame>
    );
  }
  return (
    <AccountFrame title="Choose a new password">
      <Form
        form={form}
        submit="Change it"
        send={async ({ password }) => {
          await ask(api.POST("/auth/reset-password", { body: { token, password } }));
          // What is spent need not stand in the address.
          await navigate({ to: "/reset-password", search: { token: "" }, replace: true });
          setDone(true);
        }}
      >
        <NewPasswordField autoFocus {...form.fieldOf("password")} />
      </Form>
    </AccountFrame>
  );
}
