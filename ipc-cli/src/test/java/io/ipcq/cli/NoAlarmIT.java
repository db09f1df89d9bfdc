// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.manager.SharedLock;
import io.ipcq.manager.SharedSemaphore;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.observe.QueueWatch;
import io.ipcq.observe.Stall;
import io.ipcq.observe.Stall.Kind;
import io.ipcq.observe.StallRules;
import io.ipcq.pool.PoolRules;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.SerializableFunction;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Nobody is called stuck that works. The rules want a second in which nothing has changed. Where the processes at work
 * were kept from running for half of that, as their {@linkplain Heartbeat heartbeats} say, the queue did stand still,
 * and that look does not count. The load is what programs do: queues that are always at work, some
 * that come to rest between bursts, some that are full much of the time, consumers that take their time before they
 * acknowledge, a pool with quick tasks and long ones and a crash now and then, a manager whose locks go from hand to
 * hand. {@code -Dipcq.alarm.seconds=n} says for how long, and without it there is no look;
 * {@code -Psoak} looks for an hour.
 */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class NoAlarmIT {

    private static final long SECONDS = Long.getLong("ipcq.alarm.seconds", 0);

    /** Of the second that the rules want; what is left of it is far more than these programs need to do something. */
    private static final long STANDSTILL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final String PRODUCER = "producer";
    private static final String CONSUMER = "consumer";
    private static final String MANAGER = "manager";

    /** Long for what these programs do, and a minute is what the views allow. */
    private static final Duration PATIENCE = StallRules.PATIENCE;

    /** Shorter than some tasks, which are as long as their like. */
    private static final Duration PATIENCE_WITH_TASKS = Duration.ofSeconds(2);

    private static final int LOOKS_BETWEEN_REPORTS = 7;

    /** A look takes a second and more: so there are no more than two crashes in a minute. */
    private static final int LOOKS_BETWEEN_CRASHES = 30;

    @TempDir
    Path parent;

    /** Queues, in one process; another one takes. Ends with its parent. */
    static final class Producer {
        private Producer() {}

        public static void main(String[] arguments) throws Exception {
            endWithParent();
            Path directory = Path.of(arguments[0]);
            Heartbeat.begin(directory, PRODUCER);
            try (SharedQueue<String> bursts = SharedQueue.open(directory.resolve("bursts"), String.class);
                    SharedQueue<String> full = SharedQueue.open(directory.resolve("full"), String.class);
                    DurableQueue<String> orders = DurableQueue.open(directory.resolve("orders"), String.class)) {
                spawn(() -> full.put("always at work"));
                spawn(() -> orders.put("slowly acknowledged"));
                useManager(directory);
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
            Heartbeat.begin(directory, CONSUMER);
            try (SharedQueue<String> bursts = SharedQueue.open(directory.resolve("bursts"), String.class);
                    SharedQueue<String> full = SharedQueue.open(directory.resolve("full"), String.class);
                    DurableQueue<String> orders = DurableQueue.open(directory.resolve("orders"), String.class)) {
                spawn(bursts::get);
                spawn(() -> {
                    full.get();
                    TimeUnit.MILLISECONDS.sleep(2);
                });
                useManager(directory);
                System.out.println("ready");
                while (true) {
                    Delivery<String> order = orders.receive();
                    TimeUnit.MILLISECONDS.sleep(5);
                    order.ack();
                }
            }
        }
    }

    /** A manager, in a process of its own. */
    static final class Serving {
        private Serving() {}

        public static void main(String[] arguments) throws Exception {
            endWithParent();
            Path directory = Path.of(arguments[0]);
            Heartbeat.begin(directory, MANAGER);
            try (ManagerServer server = ManagerServer.builder()
                    .directory(directory.resolve("of-manager"))
                    .bind(UnixDomainSocketAddress.of(directory.resolve("socket")), AuthKey.load(key(directory)))) {
                System.out.println("ready");
                server.serveForever();
            }
        }
    }

    private static Path key(Path directory) {
        return directory.resolve("key");
    }

    /** Holds a lock and permits, for longer and shorter, as others do. */
    private static void useManager(Path directory) throws Exception {
        Manager manager =
                Manager.connect(UnixDomainSocketAddress.of(directory.resolve("socket")), AuthKey.load(key(directory)));
        SharedLock lock = manager.lock("till");
        SharedSemaphore permits = manager.semaphore("doors", 1);
        Random random = new Random(2);
        for (int i = 0; i < 2; i++) {
            spawn(() -> {
                lock.lock();
                TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
                lock.unlock();
                permits.acquire();
                TimeUnit.MILLISECONDS.sleep(random.nextInt(20));
                permits.release();
            });
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

    /** Another kind of task, which always takes long. */
    static Integer report(Integer millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
        return millis;
    }

    static Integer crash(Integer code) {
        Runtime.getRuntime().halt(code);
        return code;
    }

    private static void work(ProcessPool pool, long look, Random random) {
        var unused = pool.mapAsync((SerializableFunction<Integer, Integer>) NoAlarmIT::task, List.of(1, 300));
        if (look % LOOKS_BETWEEN_REPORTS == 0) {
            var longer = pool.applyAsync(
                    (SerializableFunction<Integer, Integer>) NoAlarmIT::report, 3_000 + random.nextInt(5_000));
        }
        if (look % LOOKS_BETWEEN_CRASHES == 1) {
            var lost = pool.applyAsync((SerializableFunction<Integer, Integer>) NoAlarmIT::crash, 1);
        }
    }

    @Test
    void shouldRaiseNoAlarmWhileWorkIsDone() throws Exception {
        assumeTrue(SECONDS > 0, "a machine that is stopped for a second by its host stands still");
        List<String> alarms = new ArrayList<>();
        long looks = 0;
        long stopped = 0;
        long excused = 0;
        Random random = new Random(3);
        AuthKey.random().save(key(parent));
        try (TestJvm manager = startManager();
                SharedQueue<String> bursts = SharedQueue.create(parent.resolve("bursts"), String.class);
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
            await().until(() -> Stream.of(bursts, full, orders)
                    .allMatch(queue -> queue.stats().taken() > 0));
            List<SharedQueue<String>> queues = List.of(bursts, full, orders);
            QueuePlaces places = new QueuePlaces(List.of(new QueueName(parent)));
            PoolPlace own = new PoolPlace(Path.of(System.getProperty("java.io.tmpdir")));
            ManagerDoor door = new ManagerDoor(
                    CommandSpec.create(), parent.resolve("socket").toString(), key(parent), ManagerDoor.TIMEOUT);
            Surroundings surroundings = new Surroundings(own, new PoolRules(PATIENCE_WITH_TASKS), List.of(door));
            try (TopSampler top = new TopSampler(places, new StallRules(PATIENCE), surroundings)) {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
                List<Heartbeat> hearts = List.of(
                        Heartbeat.of(parent, PRODUCER), Heartbeat.of(parent, CONSUMER), Heartbeat.of(parent, MANAGER));
                long missed = missedNanosBefore(hearts, System.nanoTime());
                for (; looks == 0 || System.nanoTime() < end; looks++) {
                    work(pool, looks, random);
                    List<String> seen = new ArrayList<>(queues.parallelStream()
                            .flatMap(queue -> who(queue).stream())
                            .toList());
                    seen.addAll(alarms(top.next()));
                    long before = missed;
                    missed = missedNanosBefore(hearts, System.nanoTime());
                    if (missed - before >= STANDSTILL_NANOS) {
                        stopped++;
                        excused += seen.size();
                    } else {
                        alarms.addAll(seen);
                    }
                }
            }
            assertThat(producer.isAlive() && consumer.isAlive() && manager.isAlive())
                    .isTrue();
        }
        System.out.println("looks: " + looks + ", of these not counted: " + stopped + " (with alarms: " + excused
                + "), alarms: " + alarms.size());
        assertThat(alarms).isEmpty();
    }

    private static List<String> alarms(TopSample sample) {
        Stream<TopRow.Reason> ofQueues = sample.queues().stream()
                .flatMap(row -> row.stalls().stream())
                .filter(reason -> !reason.stall().equals(Kind.NO_PRODUCER.toString()));
        Stream<TopRow.Reason> ofPool = sample.around().poolStalls().stream()
                .filter(reason -> reason.sentence().contains("no-alarm"));
        Stream<String> ofManagers =
                sample.around().managers().stream().map(ManagerSight::message).filter(Objects::nonNull);
        return Stream.concat(Stream.concat(ofQueues, ofPool).map(TopRow.Reason::toString), ofManagers)
                .map(reason -> "top: " + reason)
                .toList();
    }

    private TestJvm startManager() {
        TestJvm manager = TestJvm.start(Serving.class, parent.toString());
        manager.awaitLine("ready");
        return manager;
    }

    /**
     * Whether processes had a machine to run on. A thread in each of them notes how much of the time it was not let
     * run, though it wanted to: while the host stopped the machine, or others had all processors.
     */
    static final class Heartbeat {

        private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
        /** What is less is no standing still. */
        private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

        private static final int LAST = 0;
        private static final int MISSED = 1;

        private final LongBuffer words;

        private Heartbeat(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                words = channel.map(FileChannel.MapMode.READ_WRITE, 0, 2 * Long.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asLongBuffer();
            }
        }

        /** Of a process, for itself: begins. */
        static void begin(Path directory, String process) throws IOException {
            Heartbeat own = of(directory, process);
            own.words.put(LAST, System.nanoTime());
            spawn(own::beat);
        }

        static Heartbeat of(Path directory, String process) throws IOException {
            return new Heartbeat(directory.resolve(process + ".beat"));
        }

        private void beat() throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(PERIOD_NANOS);
            long now = System.nanoTime();
            long late = now - words.get(LAST) - PERIOD_NANOS;
            words.put(MISSED, words.get(MISSED) + (late > LATE_NANOS ? late : 0));
            VarHandle.releaseFence();
            words.put(LAST, now);
        }

        /** How long it was kept from running since it began; what was missed before that moment is counted. */
        long missedNanosBefore(long moment) {
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(600, TimeUnit.SECONDS)
                    .until(() -> words.get(LAST) - moment > 0);
            VarHandle.acquireFence();
            return words.get(MISSED);
        }
    }

    /** How long the processes were kept from running before a moment, all together. */
    private static long missedNanosBefore(List<Heartbeat> hearts, long moment) {
        return hearts.stream()
                .mapToLong(heart -> heart.missedNanosBefore(moment))
                .sum();
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
