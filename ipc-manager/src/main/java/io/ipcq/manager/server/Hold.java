// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import org.jspecify.annotations.Nullable;

/**
 * What a client holds of a lock or a semaphore.
 *
 * @param thread what the client calls its thread; null if it did not say
 * @param count how many times, or how many permits
 * @param since when it began, in the time of {@link System#nanoTime}
 */
record Hold(Session session, @Nullable String thread, long count, long since) {}
