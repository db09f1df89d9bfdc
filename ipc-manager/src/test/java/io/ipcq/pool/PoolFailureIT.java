// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.Program;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is thrown or blocked on the parent's side: every future completes, and the pool is whole again. */
class PoolFailureIT {

    private static final long PATIENCE_SECONDS = 60;

    /** A linked list: Java's serialization calls itself for each. */
    record Node(Node next) implements Serializable {
        static Node chain(int length) {
            Node first = null;
            for (int i = 0; i < length; i++) {
                first = new Node(first);
            }
            return first;
        }
    }

    /** Does something when it is read in this process, and not in a worker. */
    static final class Reading implements Serializable {

        private final String what;

        Reading(String what) {
            this.what = what;
        }

        static Reading of(String what) {
            return new Reading(what);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            if (ChildProcess.parent().isEmpty()) {
                PoolFailureIT.read(what);
            }
        }
    }

    private static final CountDownLatch READING = new CountDownLatch(1);
    private static final CountDownLatch READ_ON = new CountDownLatch(1);

    private static void read(String what) {
        switch (what) {
            case "assertion" -> throw new AssertionError("while a result was read");
            case "linkage" -> throw new NoClassDefFoundError("while a result was read");
            case "memory" -> throw new OutOfMemoryError("while a result was read");
            case "wait" -> {
                READING.countDown();
                awaitQuietly(READ_ON);
            }
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <R> R in(Future<R> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void requireWhole(ProcessPool pool) throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(in(pool.applyAsync(Chores::square, i))).isEqualTo(i * i);
        }
        pool.shutdown();
        assertThat(pool.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldFailTaskWhoseResultIsTooDeepToRead() throws Exception {
        try (ProcessPool pool =
                ProcessPool.builder().workers(1).jvmOptions("-Xss64m").create()) {
            Future<Node> deep = pool.applyAsync(Node::chain, 9_000);

            assertThatThrownBy(() -> in(deep)).hasCauseInstanceOf(UnreadableResultException.class);
            assertThatThrownBy(() -> pool.apply(Node::chain, 9_000)).isInstanceOf(UnreadableResultException.class);
            requireWhole(pool);
        }
    }

    @ParameterizedTest
    @CsvSource({"assertion", "linkage", "memory"})
    void shouldFailTaskWhoseResultThrowsErrorWhenItIsRead(String what) throws Exception {
        try (ProcessPool pool = ProcessPool.create(1)) {
            assertThatThrownBy(() -> pool.apply(Reading::of, what)).isInstanceOf(UnreadableResultException.class);
            assertThatThrownBy(() -> in(pool.applyAsync(Reading::of, what)))
                    .hasCauseInstanceOf(UnreadableResultException.class);
            assertThatThrownBy(() -> pool.map(Reading::of, List.of(what, what)))
                    .isInstanceOf(UnreadableResultException.class);
            requireWhole(pool);
        }
    }

    /** A worker's log goes through its ring of results, which the library logs about. */
    @ParameterizedTest
    @CsvSource({"on", "off"})
    void shouldWorkWithEverythingLogged(String nativeCalls) throws Exception {
        try (ProcessPool pool = ProcessPool.builder()
                .workers(1)
                .logLevel(System.Logger.Level.ALL)
                .jvmOptions("-Dipcq.native=" + nativeCalls)
                .create()) {
            try {
                requireWhole(pool);
            } finally {
                pool.shutdownNow(); // a worker that hangs is not waited for
            }
        }
    }

    static final class Large {
        public static void main(String[] arguments) throws Exception {
            try (ProcessPool pool =
                    ProcessPool.builder().workers(1).maxWorkerHeap("600m").create()) {
                Future<byte[]> large = pool.applyAsync(Large::bytes, 150 << 20);
                try {
                    large.get();
                } catch (ExecutionException e) {
                    System.out.println("failed with " + e.getCause().getClass().getSimpleName());
                }
                System.out.println("next " + pool.apply(Large::bytes, 7).length);
            }
            System.out.println("closed");
        }

        static byte[] bytes(int count) {
            return new byte[count];
        }
    }

    @Test
    void shouldFailTaskWhoseResultIsTooLargeForTheHeap(@TempDir Path directory) throws Exception {
        List<String> options = List.of("-Xmx64m", "-Dipcq.archive=off", "-cp", System.getProperty("java.class.path"));
        try (Program program = Program.start(directory, options, Large.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).contains("failed with UnreadableResultException", "next 7", "closed");
        }
    }

    static final class CutShort {
        public static void main(String[] arguments) throws Exception {
            try (ProcessPool pool = ProcessPool.create(1)) {
                long pid = pool.apply(Chores::pid);
                Future<Integer> running = pool.applyAsync(Chores::sleep);
                cutRingsShort(pid);
                try {
                    running.get();
                } catch (ExecutionException e) {
                    System.out.println("failed with " + e.getCause().getClass().getSimpleName());
                }
                System.out.println("next " + pool.apply(Chores::square, 7));
            }
            ChildProcess logging = ChildProcess.builder(Chores::logAndSleep)
                    .name("logging")
                    .logLevel(System.Logger.Level.INFO)
                    .start();
            while (rings(logging.pid()).isEmpty()) {
                Thread.sleep(10);
            }
            cutRingsShort(logging.pid());
            logging.kill();
            logging.join();
            while (Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().equals("ipcq-watch-logging"))) {
                Thread.sleep(10);
            }
            System.out.println("closed");
        }

        private static List<Path> rings(long pid) throws IOException {
            try (Stream<String> mappings = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
                return mappings.filter(line -> line.endsWith("/ring.ipcq"))
                        .map(line -> Path.of(line.substring(line.indexOf('/'))))
                        .toList();
            }
        }

        private static void cutRingsShort(long pid) throws IOException {
            for (Path ring : rings(pid)) {
                try (FileChannel channel = FileChannel.open(ring, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                }
            }
        }
    }

    @Test
    void shouldReplaceWorkerWhoseRingsAreCutShort(@TempDir Path directory) throws Exception {
        List<String> options = List.of("-Dipcq.archive=off", "-cp", System.getProperty("java.class.path"));
        try (Program program = Program.start(directory, options, CutShort.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).contains("failed with WorkerCrashedException", "next 49", "closed");
        }
    }

    @Test
    void shouldGoOnWhenLoggerFailsOrBlocks() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Semaphore records = new Semaphore(0);
        Handler failing = new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.release();
                if (record.getMessage().endsWith("block")) {
                    awaitQuietly(release);
                }
                throw new StackOverflowError("of an appender");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("chores");
        logger.addHandler(failing);
        try (ProcessPool pool = ProcessPool.create(1)) {
            try {
                for (String text : List.of("fail", "block", "last")) {
                    pool.run(Chores::logByJul, text);
                    assertThat(in(pool.applyAsync(Chores::square, 7))).isEqualTo(49);
                }
            } finally {
                release.countDown(); // the end of the pool waits for it
            }
            assertThat(records.tryAcquire(3, PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            requireWhole(pool);
        } finally {
            logger.removeHandler(failing);
        }
    }

    @Test
    void shouldGoOnWhenProgressListenerFailsOrBlocks() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Semaphore calls = new Semaphore(0);
        try (ProcessPool pool = ProcessPool.builder()
                .workers(1)
                .progress(progress -> {
                    calls.release();
                    if (progress.done() > 3) {
                        awaitQuietly(release);
                    }
                    throw new StackOverflowError("of a listener");
                })
                .create()) {
            for (int i = 0; i < 6; i++) {
                assertThat(in(pool.applyAsync(Chores::square, i))).isEqualTo(i * i);
                assertThat(pool.apply(Chores::square, i)).isEqualTo(i * i);
            }
            release.countDown();
            assertThat(calls.tryAcquire(12, PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            requireWhole(pool);
        }
    }

    @Test
    void shouldRunWhatWasAttachedWhileResultWasReadWhereItMayUseThePool() throws Exception {
        try (ProcessPool pool = ProcessPool.create(1)) {
            CompletableFuture<Reading> slow = pool.applyAsync(Reading::of, "wait");
            READING.await();
            CompletableFuture<Integer> dependent = slow.thenApply(ignored -> apply(pool, 6));
            READ_ON.countDown();

            assertThat(in(dependent)).isEqualTo(36);
            requireWhole(pool);
        }
    }

    private static int apply(ProcessPool pool, int number) {
        try {
            return pool.apply(Chores::square, number);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldGiveResultsWhileCallbacksBlock() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (ProcessPool pool = ProcessPool.create(1)) {
            List<CompletableFuture<Void>> blocked = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                blocked.add(pool.applyAsync(Chores::square, i).thenRun(() -> awaitQuietly(release)));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(in(pool.applyAsync(Chores::square, i))).isEqualTo(i * i);
                assertThat(in(pool.mapAsync(Chores::square, List.of(i)))).containsExactly(i * i);
                assertThat(pool.apply(Chores::square, i)).isEqualTo(i * i);
            }
            assertThat(blocked).noneMatch(Future::isDone);
            release.countDown();
            for (CompletableFuture<Void> each : blocked) {
                in(each);
            }
            requireWhole(pool);
        }
    }

    @Test
    void shouldCloseFromCallbackOfItsOwn() throws Exception {
        try (ProcessPool pool = ProcessPool.create(1)) {
            in(pool.applyAsync(Chores::sleepFor, 200).thenRun(pool::close));
            assertThat(pool.isTerminated()).isTrue();
        }
    }

    @Test
    void shouldFailFutureWithWhatTheTaskThrew() throws Exception {
        try (ProcessPool pool = ProcessPool.create(1)) {
            for (Future<?> each : List.of(
                    pool.applyAsync(Chores::fail, "broken"),
                    pool.submit((Callable<Object> & Serializable) () -> Chores.fail("broken")),
                    pool.mapAsync(Chores::fail, List.of("broken")))) {
                assertThatThrownBy(() -> in(each))
                        .satisfies(failed -> assertThat(failed.getCause())
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessage("broken")
                                .satisfies(cause -> assertThat(cause.getSuppressed())
                                        .singleElement()
                                        .isInstanceOfSatisfying(
                                                RemoteTaskException.class,
                                                remote -> assertThat(remote.remoteStack())
                                                        .contains("at io.ipcq.pool.Chores.fail"))));
            }
            assertThatThrownBy(() -> pool.apply(Chores::fail, "broken"))
                    .isInstanceOf(RemoteTaskException.class)
                    .hasCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldServeCompletionService() throws Exception {
        try (ProcessPool pool = ProcessPool.create(2)) {
            ExecutorCompletionService<Long> service = new ExecutorCompletionService<>(pool);
            Callable<Long> work = (Callable<Long> & Serializable) Chores::pid;
            Callable<Long> failing = (Callable<Long> & Serializable) () -> {
                throw new IOException("of a task");
            };
            for (int i = 0; i < 10; i++) {
                service.submit(work);
            }
            for (int i = 0; i < 10; i++) {
                Future<Long> ended = service.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(ended).isNotNull();
                assertThat(ended.get()).isNotEqualTo(ProcessHandle.current().pid());
            }
            service.submit(failing);
            assertThatThrownBy(service.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(IOException.class);
            Future<Long> cancelled = service.submit((Callable<Long> & Serializable) () -> {
                Thread.sleep(Long.MAX_VALUE);
                return 0L;
            });
            assertThat(cancelled.cancel(true)).isTrue();
            assertThat(service.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isSameAs(cancelled);
            requireWhole(pool);
        }
    }

    private static Iterable<Integer> failingAt(int position, boolean inHasNext) {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                if (inHasNext && next == position) {
                    throw new IllegalStateException("the source is broken");
                }
                return true;
            }

            @Override
            public Integer next() {
                if (next == position) {
                    throw new IllegalStateException("the source is broken");
                }
                return next++;
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,3", "64,5", "64,100"})
    void shouldGiveResultsBeforeFailureOfTheSource(int window, int chunk) throws Exception {
        try (ProcessPool pool = ProcessPool.builder().workers(2).window(window).create()) {
            for (boolean ordered : new boolean[] {true, false}) {
                for (boolean inHasNext : new boolean[] {true, false}) {
                    for (int position : new int[] {0, 1, 7, 10}) {
                        Iterable<Integer> source = failingAt(position, inHasNext);
                        try (Stream<Integer> results = ordered
                                ? pool.imap(Chores::same, source, chunk)
                                : pool.imapUnordered(Chores::same, source, chunk)) {
                            Iterator<Integer> each = results.iterator();
                            List<Integer> got = new ArrayList<>();
                            for (int i = 0; i < position; i++) {
                                got.add(each.next());
                            }
                            assertThat(got)
                                    .containsExactlyInAnyOrderElementsOf(
                                            IntStream.range(0, position).boxed().toList());
                            assertThatThrownBy(each::next).hasMessage("the source is broken");
                            assertThat(each.hasNext()).isFalse();
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void shouldEndLazyResultsAfterShutdown(boolean ordered) throws Exception {
        try (ProcessPool pool = ProcessPool.builder().workers(2).window(3).create()) {
            Iterable<Integer> source = () -> IntStream.range(0, 1_000).iterator();
            Iterator<Integer> each =
                    (ordered ? pool.imap(Chores::same, source) : pool.imapUnordered(Chores::same, source)).iterator();
            each.next();
            pool.shutdown();
            assertThatThrownBy(() -> {
                        while (true) {
                            each.next();
                        }
                    })
                    .isInstanceOf(RejectedExecutionException.class);
            assertThat(each.hasNext()).isFalse();
        }
    }

    /** Every public method with a time, called with the shortest and the longest there are. */
    @Test
    void shouldTakeEveryTimeThereIs() throws Exception {
        List<Duration> durations = List.of(
                Duration.ZERO,
                Duration.ofNanos(-1),
                Duration.ofSeconds(Long.MIN_VALUE),
                Duration.ofDays(365_000),
                Duration.ofSeconds(Long.MAX_VALUE),
                ChronoUnit.FOREVER.getDuration());
        for (Duration duration : durations) {
            boolean isLong = duration.compareTo(Duration.ofDays(1)) > 0;
            if (isLong) {
                try (ProcessPool pool = ProcessPool.builder()
                        .workers(1)
                        .taskTimeout(duration)
                        .killAfter(duration)
                        .restartBackOff(duration, duration)
                        .endGrace(duration)
                        .create()) {
                    assertThat(pool.apply(Chores::square, 3)).isEqualTo(9);
                    pool.shutdown();
                    assertThat(pool.awaitTermination(duration)).isTrue();
                }
            }
        }
        try (ProcessPool pool = ProcessPool.create(1)) {
            Callable<Integer> quick = (Callable<Integer> & Serializable) () -> 1;
            Callable<Integer> endless = (Callable<Integer> & Serializable) Chores::sleep;
            for (long time : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
                for (TimeUnit unit : TimeUnit.values()) {
                    boolean isLong = time == Long.MAX_VALUE;
                    assertThat(pool.awaitTermination(isLong ? 0 : time, unit)).isFalse();
                    // without time, a task that ends may be faster than a thread that gets no processor
                    List<Callable<Integer>> tasks = List.of(isLong ? quick : endless);
                    List<Future<Integer>> all = pool.invokeAll(tasks, time, unit);
                    assertThat(all.get(0).isCancelled()).isEqualTo(!isLong);
                    if (isLong) {
                        assertThat(pool.invokeAny(tasks, time, unit)).isEqualTo(1);
                    } else {
                        assertThatThrownBy(() -> pool.invokeAny(tasks, time, unit))
                                .isInstanceOf(TimeoutException.class);
                    }
                }
            }
            pool.shutdown();
            assertThat(pool.awaitTermination(Long.MAX_VALUE, TimeUnit.DAYS)).isTrue();
        }
        requireNoOtherTimes(ProcessPool.class, "awaitTermination", "invokeAll", "invokeAny");
        requireNoOtherTimes(ProcessPoolBuilder.class, "taskTimeout", "killAfter", "restartBackOff", "endGrace");
    }

    /** So that a method that is added is looked at, too. */
    private static void requireNoOtherTimes(Class<?> type, String... known) {
        assertThat(Arrays.stream(type.getDeclaredMethods())
                        .filter(method -> java.lang.reflect.Modifier.isPublic(method.getModifiers()))
                        .filter(method -> Arrays.stream(method.getParameterTypes())
                                .anyMatch(each -> each == Duration.class || each == TimeUnit.class))
                        .map(Method::getName)
                        .distinct())
                .containsExactlyInAnyOrder(known);
    }

    static final class Dropping {
        public static void main(String[] arguments) throws Exception {
            Future<Integer> last = drop();
            System.out.println("result " + last.get());
            for (int i = 0; i < 600 && ChildProcess.activeChildren().size() > 0; i++) {
                System.gc();
                Thread.sleep(100);
            }
            System.out.println("children " + ChildProcess.activeChildren().size());
        }

        private static Future<Integer> drop() {
            return ProcessPool.create(1).applyAsync(Chores::square, 5);
        }
    }

    @Test
    void shouldWarnOfPoolThatIsDroppedAndEndItsWorkers(@TempDir Path directory) throws Exception {
        List<String> options = List.of(
                "-Dslf4j.provider=" + PrintingLogProvider.class.getName(),
                "-Dipcq.archive=off",
                "-cp",
                System.getProperty("java.class.path"));
        try (Program program = Program.start(directory, options, Dropping.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).contains("result 25", "a pool was dropped without being closed", "children 0");
        }
    }
}
