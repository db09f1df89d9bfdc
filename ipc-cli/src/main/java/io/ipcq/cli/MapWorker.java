// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.cli.MapJob.Input;
import io.ipcq.cli.MapJob.Result;
import io.ipcq.queue.DurableQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
    /** Whether the launcher has set {@code LC_CTYPE}, for the names of files. */
    private static final String CHARACTERS = "ipcq.characters";

    private static final String INPUT = "{}";
    private static final String NUMBER = "{#}";

    private final MapJob job;
    private final List<String> command;
    private final int retries;
    private final @Nullable Duration timeout;
    private final AtomicInteger running;
    private volatile @Nullable Throwable failure;
    private volatile boolean stopped;
    private @Nullable Process process; // guarded by this

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
            ElementTaker<Input> taker = new ElementTaker<>(inputs, this::work);
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

    /** To be told to all before one is stopped, as that one gives back what it has. */
    void beginNothing() {
        stopped = true;
    }

    /**
     * Ends what runs. Only after {@link #beginNothing}. Waits for the start of a command to end, as before that nobody
     * knows the process, and after this there may be nobody to end it.
     */
    synchronized void stop() {
        if (process != null) {
            end(process);
        }
    }

    /** With what it has started: that would keep its output open. The parent first, as below. */
    private static void end(Process process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroy();
        descendants.forEach(ProcessHandle::destroy);
    }

    private static void kill(Process process) {
        killWithChildren(process.toHandle());
        process.destroyForcibly();
    }

    /** The parent first: a shell goes on to its next command when the one before is killed. */
    private static void killWithChildren(ProcessHandle parent) {
        List<ProcessHandle> children = parent.children().toList();
        parent.destroyForcibly();
        children.forEach(MapWorker::killWithChildren);
    }

    private void work(Input input) {
        requireNotStopped(); // another worker may just have given it back
        running.incrementAndGet();
        try {
            Result result = runOnce(input, 1);
            for (int run = 2; !result.isGood() && run <= retries + 1 && !stopped; run++) {
                result = runOnce(input, run);
            }
            requireNotStopped(); // a command that we ended may say that all went well
            job.results().put(result);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; the input stays in the queue", e);
        } finally {
            running.decrementAndGet();
        }
    }

    /** If it throws, the input stays in the queue. */
    private void requireNotStopped() {
        if (stopped) {
            throw new IllegalStateException("stopped");
        }
    }

    /** Without a shell: nothing in an input is obeyed. */
    private Result runOnce(Input input, int run) throws InterruptedException {
        Process started;
        try {
            started = start(input);
        } catch (IOException | IllegalArgumentException cannot) {
            byte[] why = FailureReport.describe(cannot).getBytes(StandardCharsets.UTF_8);
            return new Result(input.number(), input.line(), MapJob.NOT_STARTED, run, why, 0);
        }
        try {
            Output output = Output.of(started.getInputStream());
            boolean late = timeout != null && !started.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (late) {
                kill(started);
            }
            int exit = started.waitFor();
            output.await();
            return new Result(
                    input.number(), input.line(), late ? MapJob.TOO_LATE : exit, run, output.bytes(), output.cut());
        } finally {
            if (started.isAlive()) { // to look for children of one that has ended would go through all processes
                kill(started);
            }
            forget();
        }
    }

    /** Either nothing is started, or {@link #stop} finds it. */
    private synchronized Process start(Input input) throws IOException {
        requireNotStopped();
        ProcessBuilder builder = new ProcessBuilder(arguments(input))
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile());
        if ("ours".equals(System.getProperty(CHARACTERS))) {
            builder.environment().remove("LC_CTYPE");
        }
        Process started = builder.start();
        process = started;
        return started;
    }

    private synchronized void forget() {
        process = null;
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

    /** What a command prints, as much of it as is kept; read by a thread of its own. */
    private static final class Output implements Runnable {

        private static final int STEP = 8 << 10;

        /** How long what the command left running in the background may go on writing after its end. */
        private static final long GRACE_MILLIS = 1_000;

        private final InputStream stream;
        private final Thread thread = new Thread(this, "ipcq-map-output");
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream(); // guarded by this
        private long cut; // guarded by this

        private Output(InputStream stream) {
            this.stream = stream;
        }

        static Output of(InputStream stream) {
            Output output = new Output(stream);
            output.thread.setDaemon(true);
            output.thread.start();
            return output;
        }

        @Override
        public void run() {
            byte[] step = new byte[STEP];
            try (stream) {
                for (int count = stream.read(step); count >= 0; count = stream.read(step)) {
                    add(step, count);
                }
            } catch (IOException closed) {
                // when it was killed
            }
        }

        private synchronized void add(byte[] step, int count) {
            int room = Math.min(count, MOST_OUTPUT_BYTES - kept.size());
            kept.write(step, 0, room);
            cut += count - room;
        }

        /** Waits for the end of the output, if that comes soon. */
        void await() throws InterruptedException {
            thread.join(GRACE_MILLIS);
        }

        synchronized byte[] bytes() {
            return kept.toByteArray();
        }

        synchronized long cut() {
            return cut;
        }
    }
}
