import type * as pulumi from "@pulumi/pulumi";
import { containerLabels, Label, Owner } from "../manifest/container/labels";

/** Labels by name. */
export type Labels = Record<string, string>;

/**
 * Marks what belongs to one stack, so that it can be found and removed by label.
 * @param stack "project/stack"
 */
export function stackLabels(stack: string): Labels {
  return { [Label.ManagedBy]: Owner.Pulumi, [Label.Stack]: stack };
}

/** Labels in the form that the docker provider takes. */
export function labelList(labels: Record<string, pulumi.Input<string>>) {
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}

/** Labels of a container: all of ours are stated, so that its image sets none of them. */
export function containerLabelList(labels: Record<string, pulumi.Input<string>>) {
  return labelList(containerLabels(labels));
}
