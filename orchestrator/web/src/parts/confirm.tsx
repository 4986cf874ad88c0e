import { type ReactNode, useEffect, useRef } from "react";
import { TEXTS } from "../texts";

/** Asks before something ends. The browser's own dialog keeps the focus inside and closes on Escape. */
export function Confirm({
  title,
  text,
  action,
  onAnswer,
}: {
  title: string;
  text?: string;
  /** What the button says that does it. */
  action: string;
  onAnswer: (isYes: boolean) => void;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="confirm-title"
      onCancel={(event) => {
        event.preventDefault();
        onAnswer(false);
      }}
    >
      <h2 id="confirm-title">{title}</h2>
      {text && <p>{text}</p>}
      <div className="buttons">
        <button type="button" onClick={() => onAnswer(false)}>
          {TEXTS.server.cancel}
        </button>
        <button type="button" className="danger" onClick={() => onAnswer(true)}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
