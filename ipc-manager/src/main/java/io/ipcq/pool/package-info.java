// SPDX-License-Identifier: Apache-2.0
/**
 * Pools of child processes: an executor whose workers are JVMs.
 *
 * <p>Read {@link io.ipcq.pool.ProcessPool} first, then {@code Dispatcher}, which knows the state of the pool: the tasks
 * that wait, and the tasks that each worker was handed. {@code WorkerSlot} is the thread that keeps one worker alive.
 * {@code PoolWorker} is the parent's end of that worker with its three rings, and {@code WorkerMain} the worker's end.
 * {@code MessageKind} lists the messages that go through the rings. The dispatcher calls {@code Backlog},
 * {@code Tally}, {@code Completions} and {@code Restarts}; they do not know the dispatcher.
 *
 * <pre>
 *   parent JVM                                                            worker JVM, one for each slot
 *  +---------------------------------+                                   +-------------------------------+
 *  | submit, map, apply              |            tasks, 1 MiB           | main thread: WorkerMain       |
 *  |        |                        |  TASK [, TASK ...], STOP          |   take the next task,         |
 *  |        v                        |  ===============================> |   run it,                     |
 *  | Dispatcher, under its lock      |                                   |   put the result              |
 *  |   backlog: tasks that wait      |  what was not begun can be        |        |                      |
 *  |   PoolWorker.held: handed out   |  taken back, also from the dead   |        v                      |
 *  |        ^                        |                                   | ResultSender                  |
 *  |        |                        |           results, 1 MiB          |   whole messages, and the log |
 *  | one reader: the slot's thread,  |  RESULT, FAILURE, READY, LOG ...  |   records of any thread       |
 *  | or who waits in apply           |  &lt;=============================== |                               |
 *  |        |                        |                                   |                               |
 *  |        v                        |           control, 4 KiB          | thread ipcq-control:          |
 *  | Callbacks: decode, complete     |  INTERRUPT                        |   RunningTask interrupts the  |
 *  | futures, call listeners         |  ===============================> |   main thread, if it is still |
 *  +---------------------------------+                                   |   at that task                |
 *                                                                        +-------------------------------+
 * </pre>
 *
 * <p>A large message is sent in pieces ({@code Chunks}). When the worker's JVM has ended, the parent shuts down the
 * rings of tasks and results. Its reader gets the results that are left. Then it knows that the dead worker held each
 * task that is neither answered nor in the ring of tasks.
 *
 * <p>Actions of a thread before it submits a task happen before the task, and the task happens before actions that
 * depend on its future. This holds for data that travels with them, or lies in shared memory or in files. Locks and
 * their order are in docs/synchronization.md.
 */
@NullMarked
package io.ipcq.pool;

import org.jspecify.annotations.NullMarked;
