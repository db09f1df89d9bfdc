// SPDX-License-Identifier: Apache-2.0
/**
 * Pools of child processes: an executor whose workers are JVMs.
 *
 * <p>Read {@link io.ipcq.pool.ProcessPool} first, then {@code Dispatcher}, which holds the truth: which task waits, and which
 * worker was handed which. {@code WorkerSlot} is the thread that keeps one worker alive, {@code PoolWorker} the parent's end
 * of that worker with its three rings, {@code WorkerMain} the other end. What goes through the rings is in {@code
 * MessageKind}.
 */
@NullMarked
package io.ipcq.pool;

import org.jspecify.annotations.NullMarked;
