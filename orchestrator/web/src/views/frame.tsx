import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { type ReactNode, useCallback } from "react";
import { signOut } from "../api/client";
import { useLive } from "../api/live";
import { tokenQuery } from "../api/queries";
import { TEXTS } from "../texts";

/** What is around every view: the ways to the others, who is signed in, whether what is shown is of now. */
export function Frame(): ReactNode {
  const queries = useQueryClient();
  const { data: token } = useQuery(tokenQuery);
  const leave = useCallback((): void => {
    queries.clear();
    location.assign("/");
  }, [queries]);
  const isLive = useLive(leave);
  return (
    <>
      <header>
        <strong className="product">{TEXTS.product}</strong>
        <nav>
          <Link to="/">{TEXTS.nav.fleet}</Link>
          {token?.scopes.includes("admin") && <Link to="/add">{TEXTS.nav.add}</Link>}
          <Link to="/activity">{TEXTS.nav.activity}</Link>
          <Link to="/topology">{TEXTS.nav.topology}</Link>
          <Link to="/connect">{TEXTS.nav.connect}</Link>
          {token?.scopes.includes("admin") && <Link to="/tokens">{TEXTS.nav.tokens}</Link>}
        </nav>
        <span className="who">
          {`${TEXTS.signIn.as} ${token?.name ?? ""} (${token?.scopes.join(", ") ?? ""})`}{" "}
          <button type="button" onClick={() => void signOut().finally(leave)}>
            {TEXTS.signIn.out}
          </button>
        </span>
      </header>
      {!isLive && (
        <p role="status" className="stale">
          {TEXTS.stale}
        </p>
      )}
      <main>
        <Outlet />
      </main>
    </>
  );
}
