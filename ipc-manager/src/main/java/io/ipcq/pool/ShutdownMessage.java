// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One line on standard error when the program ends, by Ctrl-C for instance, while a pool has work: the only one. */
final class ShutdownMessage {

    private final Thread hook;

    /** The supplier says nothing, which is null, if there is nothing to say. */
    ShutdownMessage(Supplier<@Nullable String> message) {
        this.hook = new Thread(
                () -> {
                    String text = message.get();
                    if (text != null) {
                        System.err.println(text);
                    }
                },
                "ipcq-pool-shutdown");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // a pool that is made in a shutdown hook
        }
    }

    void withdraw() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // it has begun
        }
    }
}
