// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.pool.ProcessPool;
import io.ipcq.pool.WorkerCrashedException;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
                ChildProcess child = ChildProcess.builder(PoolMetricsIT::await, goOn)
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

    private static void await(SharedQueue<String> goOn) throws InterruptedException {
        goOn.get();
    }
}
