// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.KillCommand;
import io.ipcq.connection.Limits;
import io.ipcq.observe.ProcessSight;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.ChildProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Processes of a program stand still while they start, or while another one connects to them: for longer than a
 * stranger may take to prove its key. So it is on a machine with many times as much to do as it has processors.
 */
@Tag("once")
@Timeout(300)
class StandstillIT {

    private static final Duration STANDSTILL = Limits.HANDSHAKE.plusSeconds(1);

    /** When it begins, after a process was begun: within the start of its JVM, and when it connects. */
    private static final List<Integer> DELAYS_MILLIS = List.of(0, 150, 300, 600);

    private static final int ANSWER = 42;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** What begins a process, waits for it, and says what came of it. */
    enum Begun {
        MANAGER {
            @Override
            int use() throws Exception {
                try (Manager manager = Manager.start()) {
                    manager.counter("counter").add(ANSWER);
                    return Math.toIntExact(manager.counter("counter").get());
                }
            }
        },
        CHILD {
            @Override
            int use() throws Exception {
                SharedCounter counter =
                        manager.counter("child" + Thread.currentThread().getId());
                ChildProcess child = new ChildProcess(Begun::count, counter);
                child.start();
                child.join();
                assertThat(child.exitCode()).hasValue(0);
                return Math.toIntExact(counter.get());
            }
        },
        WORKER {
            @Override
            int use() throws Exception {
                try (ProcessPool pool = ProcessPool.create(1)) {
                    SharedCounter counter =
                            manager.counter("worker" + Thread.currentThread().getId());
                    return pool.apply(Begun::countAndTell, counter);
                }
            }
        };

        static Manager manager;

        abstract int use() throws Exception;

        static void count(SharedCounter counter) {
            counter.add(ANSWER);
        }

        static int countAndTell(SharedCounter counter) {
            count(counter);
            return Math.toIntExact(counter.get());
        }
    }

    @Test
    void shouldBeWaitedForWhileItStarts() throws Exception {
        try (Manager manager = Manager.start()) {
            Begun.manager = manager;
            Map<String, Future<Integer>> uses = new LinkedHashMap<>();
            List<Future<Boolean>> standstills = new ArrayList<>();
            for (Begun begun : Begun.values()) {
                for (int delay : DELAYS_MILLIS) {
                    Set<Long> before = children();
                    uses.put(begun + " after ms=" + delay, threads.submit(begun::use));
                    long pid = await().until(() -> newOne(before), child -> child != 0);
                    standstills.add(threads.submit(() -> standStill(pid, delay)));
                }
            }
            int stopped = 0;
            for (Future<Boolean> standstill : standstills) {
                stopped += standstill.get() ? 1 : 0;
            }
            assertThat(stopped).isPositive();
            for (Map.Entry<String, Future<Integer>> use : uses.entrySet()) {
                assertThat(use.getValue())
                        .as(use.getKey())
                        .succeedsWithin(Duration.ofMinutes(3))
                        .isEqualTo(ANSWER);
            }
        }
    }

    @Test
    void shouldBeWaitedForByWhoConnects() throws Exception {
        try (Manager manager = Manager.start()) {
            long pid = manager.process().orElseThrow().pid();
            Future<Boolean> standstill = threads.submit(() -> standStill(pid, 0));
            await().until(() -> ProcessSight.of(pid).isStopped());
            Future<Integer> use = threads.submit(connecting(manager));
            assertThat(standstill.get()).isTrue();
            assertThat(use.get()).isEqualTo(ANSWER);
        }
    }

    private static Callable<Integer> connecting(Manager started) {
        return () -> {
            try (Manager manager = Manager.connect(
                    started.address().orElseThrow(), started.key().orElseThrow())) {
                manager.counter("counter").add(ANSWER);
                return Math.toIntExact(manager.counter("counter").get());
            }
        };
    }

    /** Those that are JVMs. */
    private static Set<Long> children() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    /** A child that was not there before; 0 if there is none. */
    private static long newOne(Set<Long> before) {
        Set<Long> now = new HashSet<>(children());
        now.removeAll(before);
        return now.isEmpty() ? 0 : now.iterator().next();
    }

    /** False if the process has ended before. */
    private static boolean standStill(long pid, int delayMillis) throws InterruptedException {
        Thread.sleep(delayMillis);
        if (!KillCommand.send("-STOP", pid)) {
            return false;
        }
        try {
            Thread.sleep(STANDSTILL.toMillis());
        } finally {
            KillCommand.send("-CONT", pid);
        }
        return true;
    }
}
