// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import io.ipcq.pool.ProcessPool;
import io.ipcq.pool.WorkerCrashedException;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableFunction;
import io.ipcq.queue.SharedQueue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PoolMetricsIT {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void closeRegistry() {
        registry.close();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    private static int fail(int number) {
        throw new IllegalArgumentException("number=" + number);
    }

    private static int halt(int code) {
        Runtime.getRuntime().halt(code);
        return code;
    }

    @Test
    void shouldShowPoolAndItsWorkers() throws Exception {
        ProcessPool pool = ProcessPool.builder().name("work").workers(1).create();
        try (pool) {
            new IpcqMetrics(new Watched().pool(pool)).bindTo(registry);
            int seven = pool.apply(Math::abs, -7);
            assertThat(seven).isEqualTo(7);
            assertThatThrownBy(() -> pool.apply(PoolMetricsIT::fail, 1)).isInstanceOf(RuntimeException.class);
            assertThatThrownBy(() -> pool.apply(PoolMetricsIT::halt, 1)).isInstanceOf(WorkerCrashedException.class);
            pool.apply(Math::abs, -7);
            assertThat(counter("ipcq.pool.tasks", "pool", "work", "result", "succeeded"))
                    .isEqualTo(2);
            assertThat(counter("ipcq.pool.tasks", "result", "failed")).isEqualTo(2);
            assertThat(counter("ipcq.pool.tasks", "result", "cancelled")).isZero();
            assertThat(counter("ipcq.pool.crashes")).isEqualTo(1);
            assertThat(counter("ipcq.pool.starts")).isEqualTo(2);
            assertThat(workers()).isEqualTo(1);
            assertThat(gauge("ipcq.pool.queued")).isZero();
            if (ResidentMemory.isKnown()) {
                assertThat(gauge("ipcq.pool.memory")).isGreaterThan(1 << 20);
            }
        }
        assertThat(counter("ipcq.pool.tasks", "result", "succeeded")).isEqualTo(2);
        assertThat(workers()).isZero();
    }

    /** By everything that the program itself can ask. */
    @Test
    void shouldSayThatWorkersCrashAgainAndAgain() throws Exception {
        try (ProcessPool pool =
                ProcessPool.builder().name("crashing").workers(1).create()) {
            Watched watched = new Watched().pool(pool);
            new IpcqMetrics(watched).bindTo(registry);
            try (IpcqBeans beans = new IpcqBeans(watched)) {
                assertThat(beans).isNotNull();
                for (int i = 0; i < 4; i++) {
                    crash(pool);
                }
                pool.apply(Math::abs, -7);
                assertThat(pool.stats().crashes()).isEqualTo(4);
                assertThat(stalls("workers-crashing")).as("few are none").isZero();
                crash(pool);
                await().untilAsserted(
                                () -> assertThat(stalls("workers-crashing")).isEqualTo(1));
                assertThat(stalls("worker-stuck")).isZero();
                assertThat(pool.view().crashes())
                        .hasSize(5)
                        .allSatisfy(crash -> assertThat(crash.exitCode()).isEqualTo(-9));
                ObjectName name = new ObjectName("io.ipcq:type=Pool,name=\"crashing\"");
                assertThat((String[]) ManagementFactory.getPlatformMBeanServer().getAttribute(name, "Stalls"))
                        .singleElement()
                        .asString()
                        .startsWith("workers-crashing: 5 workers of pool crashing crashed in ")
                        .contains("exit code 137, signal 9 (a memory limit?)");
            }
        }
    }

    /** As the kernel does who ends a process for its memory. */
    private static void crash(ProcessPool pool) {
        assertThatThrownBy(() -> pool.apply(PoolMetricsIT::halt, 137)).isInstanceOf(WorkerCrashedException.class);
    }

    private double stalls(String kind) {
        return gauge("ipcq.pool.stalls", "kind", kind);
    }

    /** A program whose workers crash, and that says so in its log. */
    static final class Crashing {
        private Crashing() {}

        public static void main(String[] arguments) throws Exception {
            try (ProcessPool pool =
                    ProcessPool.builder().name("crashing").workers(1).create()) {
                for (int i = 0; i < 5; i++) {
                    crash(pool);
                }
                System.in.read();
            }
        }
    }

    @Test
    void shouldSayInTheLogThatWorkersCrash() {
        String warning = "slf4j WARN " + ProcessPool.class.getName();
        try (TestJvm program =
                TestJvm.start(List.of("-Dslf4j.provider=io.ipcq.pool.PrintingLogProvider"), Crashing.class)) {
            assertThat(program.awaitLine(warning))
                    .contains("workers-crashing: 5 workers of pool crashing crashed in ", "exit code 137, signal 9");
            program.send("");
            program.awaitSuccess();
            assertThat(program.output().lines().filter(line -> line.startsWith(warning)))
                    .as("once as long as it lasts")
                    .hasSize(1);
        }
    }

    /** What the pool ends itself is no crash. */
    @Test
    void shouldTakeNoOrderlyEndForACrash() throws Exception {
        try (ProcessPool pool = ProcessPool.builder()
                .workers(2)
                .maxTasksPerWorker(1)
                .killAfter(Duration.ZERO)
                .create()) {
            for (int i = 0; i < 4; i++) {
                pool.apply(Math::abs, -i);
                var task = pool.applyAsync((SerializableFunction<Integer, Integer>) PoolMetricsIT::sleepForEver, i);
                await().until(() -> pool.view().workers().stream().anyMatch(worker -> worker.task() != 0));
                task.cancel(true);
            }
            pool.resize(1);
            await().until(() -> pool.stats().workers() == 1);
            int seven = pool.apply(Math::abs, -7);
            assertThat(seven).isEqualTo(7);
            assertThat(pool.view().crashes()).isEmpty();
        }
    }

    private static int sleepForEver(int number) {
        while (number >= 0) {
            LockSupport.park();
        }
        return number;
    }

    private double workers() {
        return gauge("ipcq.pool.workers", "state", "busy")
                + gauge("ipcq.pool.workers", "state", "idle")
                + gauge("ipcq.pool.workers", "state", "starting");
    }

    @Test
    void shouldNotMakePoolToLookAtIt() {
        new IpcqMetrics(new Watched().pool("later", () -> null)).bindTo(registry);
        assertThat(workers()).isZero();
        assertThat(counter("ipcq.pool.starts", "pool", "later")).isZero();
    }

    @Test
    void shouldShowMemoryOfChild() throws Exception {
        assumeTrue(ResidentMemory.isKnown(), "this system does not say");
        try (SharedQueue<String> goOn = SharedQueue.create(String.class);
                ChildProcess child = ChildProcess.builder(PoolMetricsIT::awaitGo, goOn)
                        .name("reader")
                        .build()) {
            child.startAndAwait();
            new IpcqMetrics(new Watched().child(child)).bindTo(registry);
            assertThat(gauge("ipcq.child.memory", "child", "reader")).isGreaterThan(1 << 20);
            goOn.put("go on");
            child.joinOrThrow();
            assertThat(gauge("ipcq.child.memory")).isZero();
        }
    }

    private static void awaitGo(SharedQueue<String> goOn) throws InterruptedException {
        goOn.get();
    }
}
