// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import org.jspecify.annotations.Nullable;

/** A part of a thread's work that others may interrupt. The rest of its work is never interrupted. Thread-safe. */
final class Interruptible {

    private @Nullable Thread thread;

    /** To be called by the thread. */
    synchronized void begin() {
        thread = Thread.currentThread();
    }

    /** To be called by the thread. An interrupt that came too late has no effect on what it does next. */
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
