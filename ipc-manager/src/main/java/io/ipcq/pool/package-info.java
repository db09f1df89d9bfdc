// SPDX-License-Identifier: Apache-2.0
/**
 * Pools of child processes: an executor whose workers are JVMs.
 *
 * <p>Read {@link io.ipcq.pool.ProcessPool} first, then {@code Dispatcher}, which holds the truth: which task waits, and
 * which worker was handed which. {@code WorkerSlot} is the thread that keeps one worker alive, {@code PoolWorker} the
 * parent's end of that worker with its three rings, {@code WorkerMain} the other end. What goes through the rings is in
 * {@code MessageKind}. {@code Backlog}, {@code Tally}, {@code Completions} and {@code Restarts} are what the dispatcher
 * hands values; they do not know it.
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
 * <p>A large message goes in pieces ({@code Chunks}). When the worker's JVM has ended, the parent shuts both rings of
 * messages down: its reader gets the results that are left, and then knows that what is neither answered nor in the
 * ring of tasks was held by the dead.
 *
 * <p>What a thread did before it submitted a task happens before the task, and the task before whatever follows from
 * its future: as far as it travels with them, or lies in shared memory or in files. Locks and their order are in
 * docs/synchronization.md.
 */
@NullMarked
package io.ipcq.pool;

import org.jspecify.annotations.NullMarked;
