// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/**
 * The progress of a pool. Tasks are counted by element: {@code map} over ten elements counts ten.
 *
 * @param submitted tasks submitted so far
 * @param done tasks that have ended, well or not
 * @param failed tasks among those that did not end well
 */
public record Progress(long submitted, long done, long failed) {}
