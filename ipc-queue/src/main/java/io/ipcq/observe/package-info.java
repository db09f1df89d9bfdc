// SPDX-License-Identifier: Apache-2.0
/**
 * Finds out why a queue does not go on: which processes are attached, what each of them waits for and holds, and which
 * rule explains it.
 *
 * <p>Read {@link io.ipcq.observe.QueueLook} first: it is what one look sees. A {@link io.ipcq.observe.QueueWatch} is
 * two looks, with some time in between. {@link io.ipcq.observe.Stall} is a reason that {@code StallRules} have found.
 * {@code ipcq queue who} prints all three.
 *
 * <p>Nothing here writes, takes a lock, or asks a process for anything. So it works with processes that are stopped,
 * and with queues whose processes are dead. The kernel shows processes in {@code /proc}. Where there is none, no
 * process is seen.
 */
@NullMarked
package io.ipcq.observe;

import org.jspecify.annotations.NullMarked;
