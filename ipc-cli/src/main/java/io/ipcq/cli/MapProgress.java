// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How far a {@code map} is: a line that changes on a terminal, one now and then elsewhere. */
final class MapProgress implements AutoCloseable {

    private static final long ELSEWHERE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Screen screen;
    private final long total;
    private final CommandProgress onTerminal;
    private final long start = System.nanoTime();
    private long next = start + ELSEWHERE_NANOS;
    private long before = -1;

    MapProgress(Screen screen, long total) {
        this.screen = screen;
        this.total = total;
        this.onTerminal = CommandProgress.begin(screen, true, total, "done");
    }

    void show(long done, long failed, int running) {
        long now = System.nanoTime();
        if (before < 0) {
            before = done; // of a run before: says nothing of the pace of this one
        }
        String text = text(done, failed, running, now - start);
        onTerminal.at(done, text);
        if (!screen.terminal().err() && now - next >= 0) {
            next = now + ELSEWHERE_NANOS;
            screen.note(done + " of " + total + " done, " + text);
        }
    }

    @Override
    public void close() {
        onTerminal.close();
    }

    private String text(long done, long failed, int running, long nanos) {
        double perSecond = (done - before) * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(1, nanos);
        return String.format(
                Locale.ROOT,
                "%d failed, %d running, %.1f/s%s",
                failed,
                running,
                perSecond,
                perSecond > 0 ? ", " + Quantity.millis((long) ((total - done) * 1000 / perSecond)) + " left" : "");
    }
}
