// SPDX-License-Identifier: Apache-2.0
/**
 * Child processes: functions that run in JVMs of their own.
 *
 * <p>Read {@link io.ipcq.process.ChildProcess} first. A {@code Task} is what a child is given, and {@code RunningJvm}
 * starts the child with it. The task reaches the child as a {@code TaskFile} in the parent's {@code RunDirectory}, or
 * through the {@code StandbySlot} of a JVM that waits for a task. {@code Launch} has what is decided when a JVM starts,
 * and {@code JvmLauncher} builds the command line. In the child, {@code ChildMain} runs the task, and
 * {@code ParentLink} tells whether the parent still lives.
 *
 * <p>Across processes: the child sees what its parent did before {@link io.ipcq.process.ChildProcess#start}, as far as
 * that travels with the task or lies in shared memory or in files. In the same sense, whoever
 * {@link io.ipcq.process.ChildProcess#join joined} a child sees what the child did before its end. Nothing else is
 * shared.
 */
@NullMarked
package io.ipcq.process;

import org.jspecify.annotations.NullMarked;
