// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/**
 * What a pool is doing, read at one moment. Tasks are counted by element: {@code map} over ten elements counts ten.
 *
 * @param workers places for workers
 * @param ready workers that have started
 * @param busy workers that have a task
 * @param waiting tasks that have not begun; a chunk counts as one here
 * @param submitted tasks submitted so far
 * @param succeeded tasks that ended well
 * @param failed tasks that threw, took too long, were given up, or whose worker crashed
 * @param cancelled tasks that were cancelled
 * @param crashes how often a worker ended while it held a task that was wanted
 * @param started JVMs started
 */
public record PoolStats(
        int workers,
        int ready,
        int busy,
        long waiting,
        long submitted,
        long succeeded,
        long failed,
        long cancelled,
        long crashes,
        long started) {}
