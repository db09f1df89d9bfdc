// SPDX-License-Identifier: Apache-2.0
/**
 * Why something does not go on: who is attached to a queue, what each of them waits for and holds, and the rules that make a sentence
 * of it.
 *
 * <p>Read {@link io.ipcq.observe.QueueLook} first: what one look sees. A {@link io.ipcq.observe.QueueWatch} is two of them with a while in
 * between, and {@link io.ipcq.observe.Stall} has the rules. {@code ipcq queue who} prints all three.
 *
 * <p>Nothing here writes, takes a lock, or asks a process for anything, so it works on processes that are stopped, and on queues whose
 * processes are dead. What the kernel shows of processes is in {@code /proc}; where there is none, nobody is seen.
 */
@NullMarked
package io.ipcq.observe;

import org.jspecify.annotations.NullMarked;
