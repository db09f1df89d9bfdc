// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.IpcException;
import io.ipcq.memory.AtExit;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A bar on standard error that shows the progress of a pool. It needs {@code me.tongfei:progressbar} on the class path.
 * ipcq does not depend on this library.
 *
 * <pre>{@code
 * try (TerminalProgress bar = TerminalProgress.of("parcels", 1_000_000);
 *         ProcessPool pool = ProcessPool.builder().progress(bar).create()) { ... }
 * }</pre>
 *
 * <p>On a terminal the bar is the last line. Output of the program and of the pool's workers appears above it. Until
 * the bar is closed, {@link System#out} and {@link System#err} go through it. If standard error is a file or a pipe,
 * the bar is written once, when it is closed. Ctrl-C leaves the bar in its last state, with a line end after it.
 *
 * <p>Thread-safe. Process-safe: a bar concerns the parent only. Survives a crash: not applicable.
 */
public final class TerminalProgress implements ProgressListener, AutoCloseable {

    private static final String LIBRARY = "me.tongfei.progressbar.ProgressBar";

    private static final AtExit<TerminalProgress> SHOWN = new AtExit<>("ipcq-progress-bar", TerminalProgress::close);

    private final ProgressBar bar;
    private final Line line;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Where the bar is drawn. */
    private interface Line extends Consumer<String>, AutoCloseable {
        @Override
        void close();
    }

    private TerminalProgress(String title, long total, Line line) {
        this.line = line;
        this.bar = new ProgressBarBuilder()
                .setTaskName(title)
                .setInitialMax(total)
                .setConsumer(new DelegatingProgressBarConsumer(line))
                .build();
        SHOWN.add(this);
    }

    /**
     * A bar that is full when {@code total} tasks have ended.
     *
     * @throws IpcException if the library is missing; the message names the dependency
     */
    public static TerminalProgress of(String title, long total) {
        return of(title, total, isTerminal());
    }

    static TerminalProgress of(String title, long total, boolean terminal) {
        if (total < 1) {
            throw new IllegalArgumentException("total must be positive: total=" + total);
        }
        requireLibrary();
        Line line = terminal ? onTerminal() : inFile(System.err);
        try {
            return new TerminalProgress(title, total, line);
        } catch (Throwable failed) {
            line.close(); // the program gets its streams back
            throw failed;
        }
    }

    private static void requireLibrary() {
        try {
            Class.forName(LIBRARY, false, TerminalProgress.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new IpcException(
                    "a progress bar needs a library that is not on the class path: missing=" + LIBRARY
                            + ". Add the dependency me.tongfei:progressbar, or give the pool a ProgressListener of your own",
                    missing);
        }
    }

    private static Line onTerminal() {
        LastLine last = new LastLine(System.out, System.err);
        return new Line() {
            @Override
            public void accept(String text) {
                last.draw(text);
            }

            @Override
            public void close() {
                last.close();
            }
        };
    }

    private static Line inFile(PrintStream file) {
        AtomicReference<@Nullable String> drawn = new AtomicReference<>();
        return new Line() {
            @Override
            public void accept(String text) {
                drawn.set(text);
            }

            @Override
            public void close() {
                String text = drawn.getAndSet(null);
                if (text != null) {
                    file.println(text);
                }
            }
        };
    }

    /**
     * Whether standard error is a terminal. {@link System#console} concerns all streams together, and on Java 22 and
     * newer none.
     */
    private static boolean isTerminal() {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException | RuntimeException noLinux) {
            return System.getenv("TERM") != null; // a shell probably started the program
        }
    }

    @Override
    public void onProgress(Progress progress) {
        bar.stepTo(progress.done());
    }

    /** Draws the bar for the last time. Does nothing the second time. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            SHOWN.remove(this);
            bar.close();
            line.close();
        }
    }
}
