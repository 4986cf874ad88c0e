import { Component, type ReactNode } from "react";

interface Props {
  children: ReactNode;
  instead: ReactNode;
}

/** Shows its children, or something else when they cannot be drawn: a fault in them does not take the page along. */
export class OrInstead extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.instead : this.props.children;
  }
}
