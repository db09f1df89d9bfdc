// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.Log;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.Collection;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * What the server does about a failure: it answers, and writes a line to the log. An {@code Error} is a failure like
 * any other.
 */
final class Failures {

    private Failures() {}

    /** The answer to the client that asked. */
    static RpcException answer(Throwable failure) {
        return failure instanceof RpcException told
                ? told
                : new RpcException(
                        Protocol.INTERNAL,
                        "the server failed: " + failure.getClass().getSimpleName());
    }

    /**
     * Logs the class of a failure, and where it happened. Leaves out the message, which may contain what a client sent.
     * Does not fail itself.
     */
    static void log(String what, Throwable failure) {
        try {
            Throwable unsaid = new Throwable(failure.getClass().getName());
            unsaid.setStackTrace(failure.getStackTrace());
            Log.of(Failures.class).warn(what, unsaid);
        } catch (Throwable silent) {
            // the log is the program's own, and may fail like everything else
        }
    }

    /** Does something that others wait for. If it fails, tries once more. Does not fail itself. */
    static <T> void insist(String what, Consumer<T> way, T with) {
        for (int tries = 0; tries < 2; tries++) {
            try {
                way.accept(with);
                return;
            } catch (Throwable e) {
                log(what, e);
            }
        }
    }

    /** Gives back each thing, even if another one fails, and removes it. Tries once more what fails. */
    static <T> void giveBack(Collection<T> held, Consumer<T> way) {
        for (int tries = 0; tries < 2; tries++) {
            for (Iterator<T> each = held.iterator(); each.hasNext(); ) {
                try {
                    way.accept(each.next());
                    each.remove();
                } catch (Throwable e) {
                    log("something that a client held could not be given back", e);
                }
            }
        }
    }
}
