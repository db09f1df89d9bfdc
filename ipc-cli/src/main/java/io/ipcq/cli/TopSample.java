// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.util.List;

/**
 * What there was to see at one moment.
 *
 * @param queues in the order of their directories
 * @param more how many queues there are that were not looked at
 * @param around what there is besides queues
 */
record TopSample(List<TopRow> queues, int more, Surroundings.Look around) {}
