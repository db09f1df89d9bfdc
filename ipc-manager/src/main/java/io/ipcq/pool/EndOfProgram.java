// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.memory.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a pool does when the program ends before the pool was closed, for instance by Ctrl-C. If there is unfinished
 * work, it prints one line on standard error, and ends the work once its grace is over. It does not keep the program
 * from ending.
 */
final class EndOfProgram {

    private final Thread hook;
    private final Optional<Duration> grace;
    private final Runnable giveUp;

    /**
     * @param unfinished describes the unfinished work; null if there is none
     * @param giveUp ends the work after {@code grace}
     */
    EndOfProgram(Supplier<@Nullable String> unfinished, Optional<Duration> grace, Runnable giveUp) {
        this.grace = grace;
        this.giveUp = giveUp;
        this.hook = new Thread(() -> begin(unfinished.get()), "ipcq-pool-shutdown");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // the pool is made in a shutdown hook
        }
    }

    private void begin(@Nullable String unfinished) {
        if (unfinished != null) {
            System.err.println(unfinished);
        }
        if (grace.isPresent()) {
            Thread end = new Thread(() -> giveUpAfter(Deadline.nanos(grace.get())), "ipcq-pool-grace");
            end.setDaemon(true); // the end of the JVM waits for hooks, but not for this thread
            end.start();
        }
    }

    private void giveUpAfter(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException notOurs) {
            // nobody has a reason to interrupt this thread; the grace is then over
        }
        giveUp.run();
    }

    void withdraw() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // the end has begun
        }
    }
}
