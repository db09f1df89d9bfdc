// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.cli.MapJob.Input;
import io.ipcq.cli.MapJob.Result;
import io.ipcq.queue.DurableQueue;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs the command for one input after the other. */
final class MapWorker implements Runnable {

    /** More of one command's output nobody reads; it is counted, and not kept. */
    private static final int MOST_OUTPUT_BYTES = 4 << 20;

    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final String INPUT = "{}";
    private static final String NUMBER = "{#}";

    private final MapJob job;
    private final List<String> command;
    private final int retries;
    private final @Nullable Duration timeout;
    private final AtomicInteger running;
    private volatile @Nullable Throwable failure;
    private volatile boolean stopped;
    private volatile @Nullable Process process;

    MapWorker(MapJob job, List<String> command, int retries, @Nullable Duration timeout, AtomicInteger running) {
        this.job = job;
        this.command = command;
        this.retries = retries;
        this.timeout = timeout;
        this.running = running;
    }

    @Override
    public void run() {
        try {
            DurableQueue<Input> inputs = job.inputs();
            Taker<Input> taker = new Taker<>(inputs, this::work);
            boolean left = true;
            while (left && !stopped) {
                left = taker.next(PAUSE) || !isDrained(inputs);
            }
        } catch (Throwable failed) {
            failure = failed;
        }
    }

    /** What is leased now may come back. */
    private static boolean isDrained(DurableQueue<Input> inputs) {
        return inputs.stats().unfinished() == 0;
    }

    /** What ended this worker before its time; null if nothing did. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Begins nothing any more, and ends what runs. */
    void stop() {
        stopped = true;
        Process now = process;
        if (now != null) {
            now.destroy();
        }
    }

    private void work(Input input) {
        running.incrementAndGet();
        try {
            Result result = runOnce(input, 1);
            for (int run = 2; !result.isGood() && run <= retries + 1 && !stopped; run++) {
                result = runOnce(input, run);
            }
            if (stopped && !result.isGood()) {
                throw new IllegalStateException("stopped"); // and the input stays in the queue
            }
            job.results().put(result);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; the input stays in the queue", e);
        } finally {
            running.decrementAndGet();
        }
    }

    /** Without a shell: nothing in an input is obeyed. */
    private Result runOnce(Input input, int run) throws InterruptedException {
        Process started;
        try {
            started = new ProcessBuilder(arguments(input))
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .start();
        } catch (IOException | IllegalArgumentException cannot) {
            byte[] why = FailureReport.describe(cannot).getBytes(StandardCharsets.UTF_8);
            return new Result(input.number(), input.line(), MapJob.NOT_STARTED, run, why, 0);
        }
        process = started;
        try {
            Duration most = timeout;
            boolean[] late = {false};
            var watch = most == null
                    ? null
                    : started.onExit()
                            .orTimeout(most.toNanos(), TimeUnit.NANOSECONDS)
                            .exceptionally(over -> {
                                late[0] = true;
                                started.destroyForcibly();
                                return started;
                            });
            Output output = Output.of(started.getInputStream());
            int exit = started.waitFor();
            if (watch != null) {
                watch.join();
            }
            return new Result(
                    input.number(), input.line(), late[0] ? MapJob.TOO_LATE : exit, run, output.bytes, output.cut);
        } finally {
            started.destroyForcibly();
            process = null;
        }
    }

    private List<String> arguments(Input input) {
        boolean isNamed = command.stream().anyMatch(word -> word.contains(INPUT) || word.contains(NUMBER));
        List<String> arguments = new ArrayList<>();
        for (String word : command) {
            arguments.add(word.replace(NUMBER, Long.toString(input.number())).replace(INPUT, input.line()));
        }
        if (!isNamed) {
            arguments.add(input.line());
        }
        return arguments;
    }

    /** What a command printed, as much of it as is kept. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two
    private record Output(byte[] bytes, long cut) {

        static Output of(InputStream stream) {
            try (stream) {
                byte[] bytes = stream.readNBytes(MOST_OUTPUT_BYTES);
                return new Output(bytes, stream.transferTo(OutputStream.nullOutputStream()));
            } catch (IOException closed) {
                return new Output(new byte[0], 0); // when it was killed
            }
        }
    }
}
