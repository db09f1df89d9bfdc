// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

/** Sees each call of a listener's method. */
@FunctionalInterface
interface ListenerObserver {

    /** Nobody looks. */
    ListenerObserver NONE = (id, call) -> call.run();

    /** A call of a listener's method. */
    @FunctionalInterface
    interface Call {
        void run() throws Throwable;
    }

    /** Runs the call, once, and throws what it throws. */
    void observe(String id, Call call) throws Throwable;
}
