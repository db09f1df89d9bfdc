// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.memory.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a pool does when the program ends, by Ctrl-C for instance, before it was closed: one line on standard error, the
 * only one, if there is work, and an end to that work once its grace is over. It does not keep the program from ending.
 */
final class EndOfProgram {

    private final Thread hook;
    private final Optional<Duration> grace;
    private final Runnable giveUp;

    /**
     * @param unfinished says nothing, which is null, if there is nothing to say
     * @param giveUp ends the work after {@code grace}
     */
    EndOfProgram(Supplier<@Nullable String> unfinished, Optional<Duration> grace, Runnable giveUp) {
        this.grace = grace;
        this.giveUp = giveUp;
        this.hook = new Thread(() -> begin(unfinished.get()), "ipcq-pool-shutdown");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // a pool that is made in a shutdown hook
        }
    }

    private void begin(@Nullable String unfinished) {
        if (unfinished != null) {
            System.err.println(unfinished);
        }
        if (grace.isPresent()) {
            Thread end = new Thread(() -> giveUpAfter(Deadline.nanos(grace.get())), "ipcq-pool-grace");
            end.setDaemon(true); // the end waits for hooks, not for this one
            end.start();
        }
    }

    private void giveUpAfter(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException notOurs) {
            // nobody has a reason to interrupt this thread, and the grace is over then
        }
        giveUp.run();
    }

    void withdraw() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // it has begun
        }
    }
}
