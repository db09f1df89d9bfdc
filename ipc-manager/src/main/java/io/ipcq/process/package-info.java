// SPDX-License-Identifier: Apache-2.0
/**
 * Child processes: functions that run in JVMs of their own.
 *
 * <p>Read {@link io.ipcq.process.ChildProcess} first. A {@code Task} is what a child is given, and {@code RunningJvm}
 * starts the child with it. It goes there as {@code TaskFile} in the parent's {@code RunDirectory}, or through the
 * {@code StandbySlot} of a JVM that waits for it. {@code Launch} has what is decided when a JVM starts, and
 * {@code JvmLauncher} builds the command line. {@code ChildMain} is the other end, {@code ParentLink} the child's view
 * of its parent's life.
 *
 * <p>Across processes: what a parent did before {@link io.ipcq.process.ChildProcess#start} is seen by the child as far
 * as it travels with the task or lies in shared memory or in files. What a child did before its end is seen, in the
 * same sense, by whoever {@link io.ipcq.process.ChildProcess#join joined} it. Nothing else is shared.
 */
@NullMarked
package io.ipcq.process;

import org.jspecify.annotations.NullMarked;
