// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a command is that may take long, in a line of the terminal that changes: what is done, of how much where that
 * is known, and for how long it runs. It goes at the end.
 *
 * <p>Thread-safe.
 */
final class CommandProgress implements AutoCloseable {

    private static final int WIDTH = 16;
    private static final long EACH_MILLIS = 200;
    private static final long MINUTES_FROM_SECONDS = 100;

    private final Screen screen;
    private final long total;
    private final String what;
    private final long startNanos = System.nanoTime();
    private final AtomicLong done = new AtomicLong();
    private volatile String detail = "";
    private boolean ended; // guarded by this

    private CommandProgress(Screen screen, long total, String what) {
        this.screen = screen;
        this.total = total;
        this.what = what;
    }

    /**
     * Begins, where somebody reads the messages on a screen.
     *
     * @param shown false for one that nobody sees
     * @param total of how much; not positive if that is not known
     * @param what is done, as {@code elements moved}
     */
    static CommandProgress begin(Screen screen, boolean shown, long total, String what) {
        CommandProgress progress = new CommandProgress(screen, total, what);
        if (shown && screen.terminal().err()) {
            progress.show(); // also of what is over soon
            Thread thread = new Thread(progress::run, "ipcq-progress");
            thread.setDaemon(true);
            thread.start();
        }
        return progress;
    }

    private synchronized void run() {
        try {
            while (!ended) {
                show();
                TimeUnit.MILLISECONDS.timedWait(this, EACH_MILLIS);
            }
        } catch (InterruptedException e) {
            // the program ends
        }
    }

    private void show() {
        screen.status(text());
    }

    private String text() {
        long now = done.get();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
        String elapsed =
                seconds < MINUTES_FROM_SECONDS ? seconds + " s" : Quantity.nanos(TimeUnit.SECONDS.toNanos(seconds));
        return (total > 0 ? bar(now) + " " + now + " of " + total : String.valueOf(now)) + " " + what + ", " + elapsed
                + (detail.isEmpty() ? "" : ", " + detail);
    }

    private String bar(long now) {
        int full = (int) (WIDTH * Math.min(now, total) / total);
        return "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "]";
    }

    /** One more is done. */
    void step() {
        done.incrementAndGet();
    }

    /** So many are done, and what else is to be said. */
    void at(long count, String more) {
        done.set(count);
        detail = more;
    }

    /** What else is to be said. */
    void detail(String more) {
        detail = more;
    }

    @Override
    public void close() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        screen.status("");
    }
}
