// SPDX-License-Identifier: Apache-2.0
/**
 * Kafka brokers on loopback, each a process of its own. {@link io.ipcq.brokers.Brokers} starts, kills, stops and ends
 * them.
 */
@NullMarked
package io.ipcq.brokers;

import org.jspecify.annotations.NullMarked;
