// SPDX-License-Identifier: Apache-2.0
/**
 * What the JDK's Flight Recorder hears of: puts and gets that were blocked for long, mutexes taken over from the dead,
 * redeliveries, new files of a journal. docs/operations.md lists the events and says how to record them.
 *
 * <p>{@link io.ipcq.event.Events} is all that others use. Nothing else here is loaded before somebody records, and the
 * module {@code jdk.jfr} may be missing. Nothing fails because it cannot be recorded.
 */
@NullMarked
package io.ipcq.event;

import org.jspecify.annotations.NullMarked;
