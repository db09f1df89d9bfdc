// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.Quantity;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How far a {@code map} is: a line that changes on a terminal, one now and then elsewhere. */
final class MapProgress {

    private static final int WIDTH = 24;
    private static final long ON_TERMINAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long ELSEWHERE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Screen screen;
    private final long total;
    private final long start = System.nanoTime();
    private long next;
    private long before = -1;

    MapProgress(Screen screen, long total) {
        this.screen = screen;
        this.total = total;
        this.next = start + (screen.terminal().err() ? 0 : ELSEWHERE_NANOS);
    }

    void show(long done, long failed, int running) {
        long now = System.nanoTime();
        if (before < 0) {
            before = done; // of a run before: says nothing of the pace of this one
        }
        if (now - next < 0) {
            return;
        }
        boolean onTerminal = screen.terminal().err();
        next = now + (onTerminal ? ON_TERMINAL_NANOS : ELSEWHERE_NANOS);
        String text = text(done, failed, running, now - start);
        if (onTerminal) {
            screen.status(bar(done) + " " + text);
        } else {
            screen.note(text);
        }
    }

    void end() {
        if (screen.terminal().err()) {
            screen.status("");
        }
    }

    private String bar(long done) {
        int full = total == 0 ? WIDTH : (int) (WIDTH * done / total);
        return "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "]";
    }

    private String text(long done, long failed, int running, long nanos) {
        double perSecond = (done - before) * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(1, nanos);
        return String.format(
                Locale.ROOT,
                "%d of %d done, %d failed, %d running, %.1f/s%s",
                done,
                total,
                failed,
                running,
                perSecond,
                perSecond > 0 ? ", " + Quantity.millis((long) ((total - done) * 1000 / perSecond)) + " left" : "");
    }
}
