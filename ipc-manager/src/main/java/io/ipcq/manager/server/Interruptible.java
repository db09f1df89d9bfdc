// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import org.jspecify.annotations.Nullable;

/** A part of a thread's work that others may interrupt, and nothing else that the thread does. Thread-safe. */
final class Interruptible {

    private @Nullable Thread thread;

    /** To be called by the thread. */
    synchronized void begin() {
        thread = Thread.currentThread();
    }

    /** The same; an interrupt that came too late is nobody's. */
    synchronized void end() {
        thread = null;
        Thread.interrupted();
    }

    /** Without effect unless the thread is between {@link #begin} and {@link #end}. */
    synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
