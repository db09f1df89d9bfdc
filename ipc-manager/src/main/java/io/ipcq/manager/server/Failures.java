// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.Log;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.Collection;
import java.util.Iterator;
import java.util.function.Consumer;

/** What becomes of a failure on the server, of an {@code Error} like of any other: an answer, and a line in the log. */
final class Failures {

    private Failures() {}

    /** What the client is told that asked for it. */
    static RpcException answer(Throwable failure) {
        return failure instanceof RpcException told
                ? told
                : new RpcException(
                        Protocol.INTERNAL,
                        "the server failed: " + failure.getClass().getSimpleName());
    }

    /**
     * Logs its class and where it happened, without its message, in which a client's words may be. Does not fail
     * itself.
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

    /** Does what others wait for; if it fails, once more. Does not fail itself. */
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

    /** Gives back one thing after the other, each in any case, and removes it; what fails is tried once more. */
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
