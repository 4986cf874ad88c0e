import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Failure } from "./api/client";
import { tokenQuery } from "./api/queries";
import { codeInAddress } from "./link";
import { Problem } from "./parts/state";
import { router } from "./router";
import { TEXTS } from "./texts";
import { SignIn } from "./views/sign-in";

/** Tries again what failed because nobody answered; what was answered stays as it is. */
const retry = (count: number, error: Error): boolean => error instanceof Failure && error.status === 0 && count < 2;
const queries = new QueryClient({ defaultOptions: { queries: { retry, staleTime: 1_000 } } });

/** The page: signing in, then the views. */
export function App(): ReactNode {
  return (
    <QueryClientProvider client={queries}>
      <Gate />
    </QueryClientProvider>
  );
}

function Gate(): ReactNode {
  const [code, setCode] = useState(codeInAddress);
  const token = useQuery({ ...tokenQuery, enabled: code === undefined });
  const signedIn = (): void => {
    setCode(undefined);
    void queries.resetQueries();
  };
  if (code !== undefined) return <SignIn code={code} done={signedIn} />;
  if (token.data) return <RouterProvider router={router} />;
  if (token.error instanceof Failure && token.error.status === 401) return <SignIn done={signedIn} />;
  if (token.error) return <Problem error={token.error} retry={() => void token.refetch()} />;
  return <p className="empty">{TEXTS.loading}</p>;
}
