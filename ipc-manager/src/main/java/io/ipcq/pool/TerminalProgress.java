// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * A bar on standard error that shows how far a pool is. Needs {@code me.tongfei:progressbar} on the class path, which ipcq
 * does not bring along.
 *
 * <pre>{@code
 * try (TerminalProgress bar = TerminalProgress.of("parcels", 1_000_000);
 *         ProcessPool pool = ProcessPool.builder().progress(bar).create()) { ... }
 * }</pre>
 *
 * <p>Thread-safe. Process-safe: it concerns the parent. Survives a crash: not applicable.
 */
public final class TerminalProgress implements ProgressListener, AutoCloseable {

    private final ProgressBar bar;

    private TerminalProgress(String title, long total) {
        bar = new ProgressBarBuilder().setTaskName(title).setInitialMax(total).build();
    }

    /** A bar that is full when {@code total} tasks have ended. */
    public static TerminalProgress of(String title, long total) {
        if (total < 1) {
            throw new IllegalArgumentException("total must be positive: total=" + total);
        }
        return new TerminalProgress(title, total);
    }

    @Override
    public void onProgress(Progress progress) {
        bar.stepTo(progress.done());
    }

    /** Draws it for the last time. */
    @Override
    public void close() {
        bar.close();
    }
}
