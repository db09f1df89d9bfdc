// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.process.Program;
import io.ipcq.process.SerializableCallable;
import io.ipcq.queue.SharedQueue;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.io.File;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The span and the baggage of who submits a task are those of the task, and of no other one. */
@Tag("once")
@SuppressWarnings("try") // scopes are there to be closed
class TraceContextIT {

    private static final List<Integer> ELEMENTS = List.of(1, 2);
    private static final Map<Integer, Integer> PAIRS = Map.of(1, 2);

    private static ProcessPool pool;
    private static SharedQueue<String> seen;

    @TempDir
    Path directory;

    /** A way to submit tasks: what these see. */
    private interface Way {
        List<String> use() throws Exception;
    }

    @BeforeAll
    static void create() throws Exception {
        pool = ProcessPool.builder()
                .workers(1)
                .killAfter(Duration.ofHours(1)) // one that gets no processor for a while after an interrupt stays
                .create();
        seen = SharedQueue.create(String.class);
    }

    @AfterAll
    static void close() throws Exception {
        pool.close();
        seen.close();
    }

    static Set<String> ways() {
        return all().keySet();
    }

    private static Map<String, Way> all() {
        Map<String, Way> ways = new TreeMap<>(one());
        ways.putAll(many());
        ways.putAll(asExecutor());
        return ways;
    }

    private static Map<String, Way> one() {
        SharedQueue<String> queue = seen;
        Map<String, Way> ways = new TreeMap<>();
        ways.put("apply(Callable)", () -> List.of(pool.apply(TraceChores::here)));
        ways.put("apply(Function, Object)", () -> List.of(pool.apply(TraceChores::hereOf, 1)));
        ways.put("apply(BiFunction, Object, Object)", () -> List.of(pool.apply(TraceChores::hereOfTwo, 1, 2)));
        ways.put(
                "apply(TriFunction, Object, Object, Object)",
                () -> List.of(pool.apply(TraceChores::hereOfThree, 1, 2, 3)));
        ways.put(
                "applyAsync(Callable)",
                () -> List.of(pool.applyAsync(TraceChores::here).get()));
        ways.put(
                "applyAsync(Function, Object)",
                () -> List.of(pool.applyAsync(TraceChores::hereOf, 1).get()));
        ways.put(
                "applyAsync(BiFunction, Object, Object)",
                () -> List.of(pool.applyAsync(TraceChores::hereOfTwo, 1, 2).get()));
        ways.put(
                "applyAsync(TriFunction, Object, Object, Object)",
                () -> List.of(pool.applyAsync(TraceChores::hereOfThree, 1, 2, 3).get()));
        ways.put("run(Runnable)", telling(() -> pool.run(() -> TraceChores.tell(queue))));
        ways.put("run(Consumer, Object)", telling(() -> pool.run(TraceChores::tell, queue)));
        ways.put("run(BiConsumer, Object, Object)", telling(() -> pool.run(TraceChores::tell, queue, 2)));
        ways.put("run(TriConsumer, Object, Object, Object)", telling(() -> pool.run(TraceChores::tell, queue, 2, 3)));
        ways.put("runAsync(Runnable)", telling(() -> pool.runAsync(() -> TraceChores.tell(queue))));
        ways.put("runAsync(Consumer, Object)", telling(() -> pool.runAsync(TraceChores::tell, queue)));
        ways.put("runAsync(BiConsumer, Object, Object)", telling(() -> pool.runAsync(TraceChores::tell, queue, 2)));
        ways.put(
                "runAsync(TriConsumer, Object, Object, Object)",
                telling(() -> pool.runAsync(TraceChores::tell, queue, 2, 3)));
        return ways;
    }

    private static Map<String, Way> many() {
        Map<String, Way> ways = new TreeMap<>();
        ways.put("map(Function, Iterable)", () -> pool.map(TraceChores::hereOf, ELEMENTS));
        ways.put("map(Function, Iterable, int)", () -> pool.map(TraceChores::hereOf, ELEMENTS, 1));
        ways.put(
                "mapAsync(Function, Iterable)",
                () -> pool.mapAsync(TraceChores::hereOf, ELEMENTS).get());
        ways.put(
                "mapAsync(Function, Iterable, int)",
                () -> pool.mapAsync(TraceChores::hereOf, ELEMENTS, 1).get());
        ways.put("starmap(BiFunction, Iterable)", () -> pool.starmap(TraceChores::hereOfTwo, PAIRS.entrySet()));
        ways.put(
                "starmapAsync(BiFunction, Iterable)",
                () -> pool.starmapAsync(TraceChores::hereOfTwo, PAIRS.entrySet())
                        .get());
        ways.put("imap(Function, Iterable)", () -> taken(pool.imap(TraceChores::hereOf, ELEMENTS)));
        ways.put("imap(Function, Iterable, int)", () -> taken(pool.imap(TraceChores::hereOf, ELEMENTS, 1)));
        ways.put("imapUnordered(Function, Iterable)", () -> taken(pool.imapUnordered(TraceChores::hereOf, ELEMENTS)));
        ways.put(
                "imapUnordered(Function, Iterable, int)",
                () -> taken(pool.imapUnordered(TraceChores::hereOf, ELEMENTS, 1)));
        return ways;
    }

    private static Map<String, Way> asExecutor() {
        SharedQueue<String> queue = seen;
        SerializableCallable<String> callable = TraceChores::here;
        SerializableTask task = () -> TraceChores.tellUnchecked(queue);
        ExecutorService executor = pool;
        Map<String, Way> ways = new TreeMap<>();
        ways.put("execute(juc.Runnable)", telling(() -> executor.execute(task)));
        ways.put("execute(Task)", telling(() -> pool.execute(task)));
        ways.put("submit(juc.Callable)", () -> List.of(executor.submit(callable).get()));
        ways.put("submit(Callable)", () -> List.of(pool.submit(callable).get()));
        ways.put("submit(juc.Runnable)", telling(() -> executor.submit(task)));
        ways.put("submit(Task)", telling(() -> pool.submit(task)));
        ways.put("submit(juc.Runnable, Object)", telling(() -> executor.submit(task, "result")));
        ways.put("submit(Task, Object)", telling(() -> pool.submit(task, "result")));
        ways.put("invokeAll(Collection)", () -> results(pool.invokeAll(List.of(callable, callable))));
        ways.put(
                "invokeAll(Collection, long, TimeUnit)",
                () -> results(pool.invokeAll(List.of(callable, callable), 1, TimeUnit.HOURS)));
        ways.put("invokeAny(Collection)", () -> List.of(pool.invokeAny(List.of(callable))));
        ways.put(
                "invokeAny(Collection, long, TimeUnit)",
                () -> List.of(pool.invokeAny(List.of(callable), 1, TimeUnit.HOURS)));
        ways.put("ExecutorCompletionService", () -> {
            ExecutorCompletionService<String> service = new ExecutorCompletionService<>(pool);
            service.submit(callable);
            return List.of(service.take().get());
        });
        return ways;
    }

    private interface Submission {
        void submit() throws Exception;
    }

    private static Way telling(Submission submission) {
        return () -> {
            submission.submit();
            return List.of(seen.get());
        };
    }

    private static List<String> taken(Stream<String> results) {
        try (results) {
            return results.toList();
        }
    }

    private static List<String> results(List<Future<String>> futures) {
        return futures.stream()
                .map(future -> ((CompletableFuture<String>) future).join())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldGoWithTaskAndEndWithIt(String way) throws Exception {
        for (Context context : List.of(Traces.span(), Traces.baggage(), Traces.both())) {
            try (Scope unused = context.makeCurrent()) {
                assertThat(all().get(way).use()).isNotEmpty().containsOnly(TraceChores.here());
            }
            assertThat(all().get(way).use()).isNotEmpty().containsOnly(TraceChores.NOTHING);
        }
    }

    /** A new way to submit has to be told here. */
    @Test
    void shouldKnowAllWays() {
        Set<String> methods = Arrays.stream(ProcessPool.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isBridge())
                .filter(method -> Arrays.stream(method.getParameterTypes()).anyMatch(TraceContextIT::isCode))
                .map(TraceContextIT::nameOf)
                .collect(Collectors.toSet());
        assertThat(ways()).containsAll(methods).hasSize(methods.size() + 1).contains("ExecutorCompletionService");
    }

    private static boolean isCode(Class<?> type) {
        return type.getSimpleName().startsWith("Serializable")
                || Set.of(Callable.class, Runnable.class, Collection.class).contains(type);
    }

    private static String nameOf(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .map(type -> (type == Callable.class || type == Runnable.class ? "juc." : "")
                        + type.getSimpleName().replace("Serializable", ""))
                .collect(Collectors.joining(", ", method.getName() + "(", ")"));
    }

    @Test
    void shouldEndWithTaskThatFails() throws Exception {
        try (Scope unused = Traces.both().makeCurrent()) {
            assertThatThrownBy(() -> pool.run(TraceChores::fail)).hasMessageContaining(TraceChores.here());
        }
        assertThat(pool.apply(TraceChores::here)).isEqualTo(TraceChores.NOTHING);
    }

    @Test
    void shouldEndWithTaskThatIsCancelled() throws Exception {
        Set<Long> workers = pool.pids();
        CompletableFuture<?> task;
        try (Scope unused = Traces.both().makeCurrent()) {
            task = pool.runAsync(TraceChores::stay, seen);
            String there = seen.get();
            task.cancel(true);
            assertThat(there).isEqualTo(TraceChores.here());
        }
        assertThat(pool.apply(TraceChores::here)).isEqualTo(TraceChores.NOTHING);
        assertThat(pool.pids()).isEqualTo(workers);
    }

    /** OpenTelemetry closes no scope while another one is open. */
    @Test
    void shouldEndWithTaskThatLeavesAnotherContext() throws Exception {
        try (Scope unused = Traces.span().makeCurrent()) {
            assertThat(pool.apply(Traces::leave)).isEqualTo(TraceChores.here());
        }
        assertThat(pool.apply(TraceChores::here)).isEqualTo(TraceChores.NOTHING);
    }

    @Test
    void shouldGoWithTaskThatRunsAgain() throws Exception {
        try (ProcessPool retrying = ProcessPool.builder().workers(1).retries(1).create();
                Scope unused = Traces.both().makeCurrent()) {
            Path died = directory.resolve("died");
            assertThat(retrying.apply(TraceChores::hereTheSecondTime, died.toString()))
                    .isEqualTo(TraceChores.here());
            assertThat(died).exists();
        }
    }

    @Test
    void shouldGoWithTaskThatIsLargerThanRing() throws Exception {
        try (Scope unused = Traces.both().makeCurrent()) {
            assertThat(pool.apply(TraceChores::hereOfBytes, new byte[1 << 20])).isEqualTo(TraceChores.here());
        }
    }

    @Test
    void shouldLeaveWhatInitializerMadeCurrent() throws Exception {
        try (ProcessPool initialized = ProcessPool.builder()
                .workers(1)
                .initializer(Traces::beginWithBaggage)
                .create()) {
            try (Scope unused = Traces.span().makeCurrent()) {
                assertThat(initialized.apply(TraceChores::here)).isEqualTo(Traces.in(Traces.both()));
            }
            assertThat(initialized.apply(TraceChores::here)).isEqualTo(Traces.in(Traces.baggage()));
        }
    }

    /** As docs/services.md says. */
    @Test
    void shouldGoWithElementThatCarriesIt() throws Exception {
        try (SharedQueue<Traces.Order> orders = SharedQueue.create(Traces.Order.class)) {
            CompletableFuture<String> handled = pool.applyAsync(Traces::handle, orders);
            try (Scope unused = Traces.span().makeCurrent()) {
                Map<String, String> trace = new HashMap<>();
                W3CTraceContextPropagator.getInstance().inject(Context.current(), trace, Map::put);
                orders.put(new Traces.Order(7, trace));
                assertThat(handled.get()).isEqualTo(TraceChores.here());
            }
        }
    }

    @Test
    void shouldRunTaskWhereApiIsMissing() throws Exception {
        try (ProcessPool bare = ProcessPool.builder()
                        .workers(1)
                        .classPath(classPathWithoutApi())
                        .create();
                Scope unused = Traces.both().makeCurrent()) {
            assertThat(bare.apply(TraceChores::here)).isEqualTo("no API");
            assertThat(bare.map(TraceChores::hereOf, ELEMENTS)).containsOnly("no API");
        }
    }

    @Test
    void shouldGoToWorkerWithOldestApi() throws Exception {
        List<Path> classPath = new ArrayList<>(classPathWithoutApi());
        try (Stream<Path> jars = Files.list(Path.of("target", "libraries", "opentelemetry-oldest"))) {
            classPath.addAll(jars.map(Path::toAbsolutePath).toList());
        }
        try (ProcessPool old =
                        ProcessPool.builder().workers(1).classPath(classPath).create();
                Scope unused = Traces.both().makeCurrent()) {
            assertThat(old.apply(TraceChores::here)).isEqualTo(TraceChores.here());
        }
    }

    private static List<Path> classPathWithoutApi() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !new File(entry).getName().startsWith("opentelemetry-"))
                .map(Path::of)
                .toList();
    }

    @Test
    void shouldLeaveGlobalInstanceAlone() throws Exception {
        try (Scope unused = Traces.both().makeCurrent()) {
            assertThat(pool.apply(Traces::isGlobalFree)).isTrue();
        }
        assertThat(Traces.isGlobalFree()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"parent", "worker"})
    void shouldRunTaskWhateverApiThrows(String where) throws Exception {
        try (Program program = Program.start(
                directory,
                List.of("-cp", System.getProperty("java.class.path")),
                Traces.Broken.class.getName(),
                where)) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output().lines())
                    .contains("works works")
                    .noneMatch(line -> line.contains("Exception") || line.contains("Error"));
        }
    }
}
