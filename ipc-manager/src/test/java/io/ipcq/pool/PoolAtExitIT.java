// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.Output;
import io.ipcq.process.Program;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What hooks of a program can do with a pool, and with a queue, while the JVM ends. */
class PoolAtExitIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    /** Ends while one task runs and one waits; a hook does what it is told, some time after the others have begun. */
    static final class Ending {
        public static void main(String[] arguments) throws Exception {
            ProcessPool pool = ProcessPool.create(1);
            SharedQueue<String> queue = SharedQueue.create(String.class);
            pool.apply(Chores::square, 1);
            Future<Integer> running = pool.applyAsync(Chores::sleepFor, 1_500);
            Future<Integer> waiting = pool.applyAsync(Chores::square, 7);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    Thread.sleep(Long.parseLong(arguments[1]));
                    hook(arguments[0], pool, queue, running, waiting);
                } catch (Exception e) {
                    System.out.println("hook failed: " + e);
                }
                System.out.println("hook ends");
            }));
            System.out.println("ready");
            if (arguments[2].equals("exit")) {
                System.exit(0);
            }
            Thread.sleep(Long.MAX_VALUE);
        }

        private static void hook(
                String what,
                ProcessPool pool,
                SharedQueue<String> queue,
                Future<Integer> running,
                Future<Integer> waiting)
                throws Exception {
            switch (what) {
                case "close" -> pool.close();
                case "get" -> pool.shutdown();
                case "apply" -> System.out.println("apply " + pool.apply(Chores::square, 5));
                case "new" -> {
                    try (ProcessPool another = ProcessPool.create(1)) {
                        System.out.println("new " + another.apply(Chores::square, 6));
                    }
                }
                default -> throw new IllegalArgumentException(what);
            }
            System.out.println("running " + running.get() + ", waiting " + waiting.get());
            queue.put("last");
            System.out.println("queue " + queue.get());
        }
    }

    @ParameterizedTest
    @CsvSource({"close, 0, exit", "get, 3000, terminate", "apply, 0, terminate", "new, 500, exit"})
    void shouldCompleteEveryFutureForHooks(String what, int pause, String end) throws Exception {
        try (Program program = Program.start(directory, Ending.class, what, Integer.toString(pause), end)) {
            if (end.equals("terminate")) {
                await().atMost(PATIENCE).until(() -> program.output().contains("ready"));
                program.terminate();
            }
            program.exitCode();
            assertThat(program.output())
                    .contains("running 1500, waiting 49", "queue last", "hook ends")
                    .doesNotContain("hook failed", "Exception");
            await().atMost(PATIENCE).until(() -> program.descendants().isEmpty());
        }
    }

    /** Leaves a child that is no daemon, and that waits in the queue of this program. */
    static final class Leaving {
        public static void main(String[] arguments) throws Exception {
            SharedQueue<String> queue = SharedQueue.create(String.class);
            ChildProcess.builder(Leaving::await, queue, arguments[0])
                    .daemon(false)
                    .output(Output.DISCARD)
                    .start();
            queue.get();
        }

        static void await(SharedQueue<String> queue, String answer) throws Exception {
            queue.put("attached");
            Path part = Path.of(answer + ".part");
            try {
                while (true) {
                    Thread.sleep(100); // until the parent has taken it, and ended
                    if (queue.empty()) {
                        queue.get();
                    }
                }
            } catch (QueueClosedException over) {
                Files.writeString(part, "over");
                Files.move(part, Path.of(answer));
            }
        }
    }

    @Test
    void shouldTellWhoWaitsInQueueOfProgramThatHasEnded() throws Exception {
        Path answer = directory.resolve("answer");
        try (Program program = Program.start(directory, Leaving.class, answer.toString())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            await().atMost(PATIENCE).until(() -> Files.exists(answer));
        }
    }
}
