// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/**
 * How far a pool is. Counted by element: {@code map} over ten elements counts ten.
 *
 * @param submitted what it was given so far
 * @param done what has ended, well or not
 * @param failed what of that did not end well
 */
public record Progress(long submitted, long done, long failed) {}
