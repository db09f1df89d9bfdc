// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Filters the signals that the handler of a signal gets. This class is compiled separately, because javac warns about
 * its imports. A proxy instead of it would cost a JVM 20 ms at its start.
 */
final class SignalGuard implements SignalHandler {

    private final BooleanSupplier meant;
    private volatile @Nullable SignalHandler before;

    private SignalGuard(BooleanSupplier meant) {
        this.meant = meant;
    }

    /**
     * @throws IllegalArgumentException if this JVM does not handle the signal
     * @throws LinkageError if it has no such classes
     */
    static void install(String signal, BooleanSupplier meant) {
        SignalGuard guard = new SignalGuard(meant);
        guard.before = Signal.handle(new Signal(signal), guard);
    }

    @Override
    public void handle(Signal signal) {
        SignalHandler handler = before;
        if (handler != null && meant.getAsBoolean()) {
            handler.handle(signal);
        }
    }
}
