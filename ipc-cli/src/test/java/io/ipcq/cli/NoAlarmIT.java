// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import io.ipcq.observe.QueueWatch;
import io.ipcq.observe.Stall;
import io.ipcq.observe.Stall.Kind;
import io.ipcq.observe.StallRules;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.SerializableFunction;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nobody is called stuck that works. Where somebody wanted a processor and got none for a quarter of a look, the queue
 * did stand still, and that look does not count. The load is what programs do: queues that are always at work, some
 * that come to rest between bursts, some that are full much of the time, consumers that take their time before they
 * acknowledge, tasks of a pool. {@code -Dipcq.alarm.seconds=n} says for how long, and without it there is no look;
 * {@code -Psoak} looks for ten minutes.
 */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class NoAlarmIT {

    private static final long SECONDS = Long.getLong("ipcq.alarm.seconds", 0);

    /** Long for what these programs do, and a minute is what the views allow. */
    private static final Duration PATIENCE = StallRules.PATIENCE;

    @TempDir
    Path parent;

    /** Queues, in one process; another one takes. Ends with its parent. */
    static final class Producer {
        private Producer() {}

        public static void main(String[] arguments) throws Exception {
            endWithParent();
            Path directory = Path.of(arguments[0]);
            try (SharedQueue<String> bursts = SharedQueue.open(directory.resolve("bursts"), String.class);
                    SharedQueue<String> full = SharedQueue.open(directory.resolve("full"), String.class);
                    DurableQueue<String> orders = DurableQueue.open(directory.resolve("orders"), String.class)) {
                spawn(() -> full.put("always at work"));
                spawn(() -> orders.put("slowly acknowledged"));
                System.out.println("ready");
                Random random = new Random(1);
                while (true) {
                    for (int i = 0; i < 100; i++) {
                        bursts.put("b");
                    }
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(1500));
                }
            }
        }
    }

    static final class Consumer {
        private Consumer() {}

        public static void main(String[] arguments) throws Exception {
            endWithParent();
            Path directory = Path.of(arguments[0]);
            try (SharedQueue<String> bursts = SharedQueue.open(directory.resolve("bursts"), String.class);
                    SharedQueue<String> full = SharedQueue.open(directory.resolve("full"), String.class);
                    DurableQueue<String> orders = DurableQueue.open(directory.resolve("orders"), String.class)) {
                spawn(bursts::get);
                spawn(() -> {
                    full.get();
                    TimeUnit.MILLISECONDS.sleep(2);
                });
                System.out.println("ready");
                while (true) {
                    Delivery<String> order = orders.receive();
                    TimeUnit.MILLISECONDS.sleep(5);
                    order.ack();
                }
            }
        }
    }

    @FunctionalInterface
    private interface Step {
        void take() throws Exception;
    }

    /** Whose end closes the standard input, even if it came before anybody looked for it. */
    private static void endWithParent() {
        spawn(() -> {
            if (System.in.read() < 0) {
                Runtime.getRuntime().halt(1);
            }
        });
    }

    private static void spawn(Step step) {
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    step.take();
                }
            } catch (Exception e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    static Integer task(Integer millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
        return millis;
    }

    @Test
    void shouldRaiseNoAlarmWhileWorkIsDone() throws Exception {
        assumeTrue(SECONDS > 0, "a machine that is stopped for a second by its host stands still");
        List<String> alarms = new ArrayList<>();
        long looks = 0;
        long starved = 0;
        try (SharedQueue<String> bursts = SharedQueue.create(parent.resolve("bursts"), String.class);
                SharedQueue<String> full =
                        SharedQueue.builder(String.class).maxSize(4).create(parent.resolve("full"));
                DurableQueue<String> orders =
                        DurableQueue.builder(String.class).maxSize(50).create(parent.resolve("orders"));
                TestJvm producer = TestJvm.start(Producer.class, parent.toString());
                TestJvm consumer = TestJvm.start(Consumer.class, parent.toString());
                ProcessPool pool =
                        ProcessPool.builder().workers(2).name("no-alarm").create()) {
            producer.awaitLine("ready");
            consumer.awaitLine("ready");
            await().atMost(60, TimeUnit.SECONDS)
                    .until(() -> Stream.of(bursts, full, orders)
                            .allMatch(queue -> queue.stats().taken() > 0));
            List<SharedQueue<String>> queues = List.of(bursts, full, orders);
            QueuePlaces places = new QueuePlaces(List.of(new QueueName(parent)));
            PoolPlace own = new PoolPlace(Path.of(System.getProperty("java.io.tmpdir")));
            Surroundings surroundings = new Surroundings(own, new io.ipcq.pool.PoolRules(PATIENCE), List.of());
            try (TopSampler top = new TopSampler(places, new StallRules(PATIENCE), surroundings)) {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
                Processors processors = new Processors(List.of(producer.pid(), consumer.pid()));
                for (; looks == 0 || System.nanoTime() < end; looks++) {
                    var unused =
                            pool.mapAsync((SerializableFunction<Integer, Integer>) NoAlarmIT::task, List.of(1, 300));
                    List<String> seen = new ArrayList<>(queues.parallelStream()
                            .flatMap(queue -> who(queue).stream())
                            .toList());
                    seen.addAll(alarms(top.next()));
                    if (processors.wereWantedInVain()) {
                        starved++;
                    } else {
                        alarms.addAll(seen);
                    }
                }
            }
            assertThat(producer.isAlive() && consumer.isAlive()).isTrue();
        }
        System.out.println(
                "looks: " + looks + ", of these without a processor: " + starved + ", alarms: " + alarms.size());
        assertThat(alarms).isEmpty();
    }

    private static List<String> alarms(TopSample sample) {
        Stream<TopRow.Reason> ofQueues = sample.queues().stream()
                .flatMap(row -> row.stalls().stream())
                .filter(reason -> !reason.stall().equals(Kind.NO_PRODUCER.toString()));
        Stream<TopRow.Reason> ofPool = sample.around().poolStalls().stream()
                .filter(reason -> reason.sentence().contains("no-alarm"));
        return Stream.concat(ofQueues, ofPool).map(reason -> "top: " + reason).toList();
    }

    /** How long threads of processes waited for a processor, as the scheduler counts it. */
    private static final class Processors {

        private static final int PART = 4;

        private final List<Long> pids;
        private Map<Path, Counts> before;
        private long beforeNanos;

        /** What the scheduler counts of a thread. */
        private record Counts(long ran, long waited) {

            static Counts of(Path thread) throws IOException {
                String[] counts = Files.readString(thread.resolve("schedstat")).split(" ", -1);
                return new Counts(Long.parseLong(counts[0]), Long.parseLong(counts[1]));
            }
        }

        Processors(List<Long> pids) throws IOException {
            this.pids = pids;
            this.before = counts();
            this.beforeNanos = System.nanoTime();
        }

        /** Whether one of them did so for long, since this was asked last. */
        boolean wereWantedInVain() throws IOException {
            Map<Path, Counts> last = before;
            // what a thread waited is counted when it gets its processor
            Map<Path, Counts> running = counts();
            await().pollDelay(Duration.ZERO).atMost(60, TimeUnit.SECONDS).until(() -> {
                running.entrySet().removeIf(thread -> hasRunSince(thread.getKey(), thread.getValue()));
                return running.isEmpty();
            });
            Map<Path, Counts> now = counts();
            long nanos = System.nanoTime() - beforeNanos;
            boolean inVain = now.entrySet().stream()
                    .anyMatch(
                            thread -> PART * (thread.getValue().waited() - waited(last.get(thread.getKey()))) >= nanos);
            before = now;
            beforeNanos = System.nanoTime();
            return inVain;
        }

        private static long waited(Counts counts) {
            return counts == null ? 0 : counts.waited();
        }

        /** Or wants no processor, or has ended. */
        private static boolean hasRunSince(Path thread, Counts then) {
            try {
                String stat = Files.readString(thread.resolve("stat"));
                return !stat.startsWith(") R ", stat.lastIndexOf(')'))
                        || Counts.of(thread).ran() > then.ran();
            } catch (IOException ended) {
                return true;
            }
        }

        private Map<Path, Counts> counts() throws IOException {
            Map<Path, Counts> counted = new HashMap<>();
            for (long pid : pids) {
                try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
                    for (Path thread : threads.toList()) {
                        try {
                            counted.put(thread, Counts.of(thread));
                        } catch (IOException ended) {
                            // or this system does not count
                        }
                    }
                }
            }
            return counted;
        }
    }

    /** As the command does. Who waits for work is in order. */
    private static List<String> who(SharedQueue<?> queue) {
        try (QueueView view = QueueView.open(queue.directory())) {
            QueueWatch watch = QueueWatch.of(view, Duration.ofSeconds(1));
            return new StallRules(PATIENCE)
                    .of(watch).stream()
                            .filter(stall -> stall.kind() != Kind.NO_PRODUCER)
                            .map(Stall::toString)
                            .toList();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
