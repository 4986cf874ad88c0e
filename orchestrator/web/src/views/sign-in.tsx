import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useState } from "react";
import { Failure, signIn } from "../api/client";
import { Prose } from "../parts/prose";
import { TEXTS } from "../texts";

/** Signing in with a token, or with a link's code at once. */
export function SignIn({ code, done }: { code?: string; done: () => void }): ReactNode {
  const [token, setToken] = useState("");
  const field = useId();
  const entry = useMutation({ mutationFn: signIn, onSuccess: done });
  const { mutate, error } = entry;
  useEffect(() => {
    if (code !== undefined) mutate({ code });
  }, [code, mutate]);
  const isLink = code !== undefined && error instanceof Failure && error.status === 401 && token === "";
  return (
    <main className="sign-in">
      <h1>{TEXTS.product}</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          mutate({ token: token.trim() });
        }}
      >
        <label htmlFor={field}>{TEXTS.signIn.token}</label>
        <input
          id={field}
          type="password"
          autoComplete="off"
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <button type="submit" className="primary" disabled={entry.isPending}>
          {TEXTS.signIn.button}
        </button>
        {error && (
          <p role="alert" className="problem">
            {isLink ? <Prose>{TEXTS.signIn.linkUsed}</Prose> : `${TEXTS.signIn.wrong}: ${error.message}`}
          </p>
        )}
        <p className="hint">
          <Prose>{TEXTS.signIn.how}</Prose>
        </p>
      </form>
    </main>
  );
}
