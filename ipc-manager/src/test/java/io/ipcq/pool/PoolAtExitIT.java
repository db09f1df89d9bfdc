// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.Output;
import io.ipcq.process.Program;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What hooks of a program can do with a pool, and with a queue, while the JVM ends. */
class PoolAtExitIT {

    private static final int SIGINT = 2;
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

    /** "SIGTERM" and "SIGINT" go to all processes at once, as from a service manager and a terminal. */
    @ParameterizedTest
    @CsvSource({
        "close, 0, exit",
        "close, 0, SIGTERM",
        "close, 5000, SIGTERM",
        "get, 2000, SIGINT",
        "apply, 0, SIGTERM",
        "new, 500, exit"
    })
    void shouldCompleteEveryFutureForHooks(String what, int pause, String end) throws Exception {
        assumeHeeded(end);
        try (Program program = Program.startAsGroup(directory, Ending.class, what, Integer.toString(pause), end)) {
            if (!end.equals("exit")) {
                await().atMost(PATIENCE).until(() -> program.output().contains("ready"));
                program.signalGroup(end);
            }
            program.exitCode();
            assertThat(program.output())
                    .contains("running 1500, waiting 49", "queue last", "hook ends")
                    .doesNotContain("hook failed", "Exception");
            await().atMost(PATIENCE).until(() -> program.descendants().isEmpty());
            await().atMost(PATIENCE).until(() -> program.runDirectories().isEmpty());
        }
    }

    private static void assumeHeeded(String signal) throws IOException {
        assumeThat(signal.equals("SIGINT") && Program.isIgnored(SIGINT))
                .as("a script that runs this in the background has it ignore SIGINT, and so its children")
                .isFalse();
    }

    /** Ends while a task runs that never ends; hooks wait for it in each way that there is. */
    static final class Hanging {
        public static void main(String[] arguments) throws Exception {
            ProcessPool pool = ProcessPool.builder()
                    .workers(1)
                    .endGrace(Duration.ofMillis(100))
                    .create();
            pool.apply(Chores::square, 1);
            Future<Integer> running = pool.applyAsync(Chores::sleepFor, Integer.MAX_VALUE);
            Future<Integer> waiting = pool.applyAsync(Chores::square, 7);
            hook("close", pool::close);
            hook("running", () -> running.get());
            hook("waiting", () -> waiting.get());
            System.out.println("ready");
            System.exit(0);
        }

        private static void hook(String what, Callable<?> wait) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    wait.call();
                } catch (Exception e) {
                    System.out.println(what + " failed with " + e.getClass().getSimpleName());
                }
                System.out.println(what + " ends");
            }));
        }

        private static void hook(String what, Runnable wait) {
            hook(what, Executors.callable(wait));
        }
    }

    @Test
    void shouldGiveUpTasksWhenTheirGraceIsOver() throws Exception {
        try (Program program = Program.start(directory, Hanging.class)) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).contains("close ends", "running ends", "waiting ends", "running failed with");
            await().atMost(PATIENCE).until(() -> program.descendants().isEmpty());
        }
    }

    /** Has a child that answers; ends while a hook asks it. */
    static final class Asking {
        public static void main(String[] arguments) throws Exception {
            SharedQueue<String> questions = SharedQueue.create(String.class);
            SharedQueue<String> answers = SharedQueue.create(String.class);
            ChildProcess child = ChildProcess.builder(Asking::answer, questions, answers)
                    .endAtExit(false)
                    .start();
            questions.put("0");
            answers.get();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    for (int i = 0; i < 20; i++) {
                        questions.put(Integer.toString(i));
                        System.out.println("answer " + answers.get(PATIENCE));
                        Thread.sleep(10); // so that a signal to the child has its time
                    }
                    child.terminate();
                    child.join();
                    System.out.println("child: " + child.exitDescription());
                } catch (Exception e) {
                    System.out.println("hook failed: " + e);
                }
            }));
            System.out.println("ready");
            Thread.sleep(Long.MAX_VALUE);
        }

        private static void answer(SharedQueue<String> questions, SharedQueue<String> answers) throws Exception {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook of the child")));
            for (String question : questions.consume()) {
                answers.put(question);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIGINT", "SIGTERM"})
    void shouldKeepChildForHooksUntilItsParentEndsIt(String signal) throws Exception {
        assumeHeeded(signal);
        try (Program program = Program.startAsGroup(directory, Asking.class)) {
            await().atMost(PATIENCE).until(() -> program.output().contains("ready"));
            program.signalGroup(signal);
            program.exitCode();
            assertThat(program.output())
                    .contains("answer 19", "hook of the child", "child: killed by signal 15, SIGTERM")
                    .doesNotContain("hook failed", "Exception");
            await().atMost(PATIENCE).until(() -> program.runDirectories().isEmpty());
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
