// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.ipcq.Patience;
import io.ipcq.TestJvm;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many processes on one ring: what they count, whether each has its turn, and whether somebody is forgotten asleep. */
@Timeout(600)
class RingQueueProcessesIT {

    private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx64m");
    private static final long SECONDS = Long.getLong("ipcq.count.seconds", 5);
    private static final int MAX_SIZE = 40;
    private static final int SIDES = 25;
    private static final int FAIR_SHARE = 50;

    @TempDir
    Path directory;

    private final List<TestJvm> children = new ArrayList<>();
    private Shared shared;

    @BeforeEach
    void createWords() throws IOException {
        shared = Shared.create(directory.resolve("words"));
    }

    @AfterEach
    void endChildren() {
        children.forEach(TestJvm::close);
    }

    private void start(String action, int number) {
        children.add(TestJvm.start(JVM, Child.class, directory.toString(), action, Integer.toString(number)));
    }

    /** What is begun or done before a look bounds what the look may show. */
    @Test
    void shouldCountExactlyUnderEightProcesses() throws Exception {
        try (SharedQueue<byte[]> queue =
                SharedQueue.builder(byte[].class).maxSize(MAX_SIZE).create(directory.resolve("ring"))) {
            for (int i = 0; i < 4; i++) {
                start("put", i);
                start("get", i);
            }
            children.forEach(child -> child.awaitLine("started"));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            long looks = 0;
            int empty = 0;
            int full = 0;
            while (System.nanoTime() - end < 0 || shared.donePuts() == 0) {
                long donePuts = shared.donePuts();
                long doneGets = shared.doneGets();
                long size = queue.qsize();
                long begunPuts = shared.begunPuts();
                long begunGets = shared.begunGets();
                assertThat(size)
                        .isBetween(0L, (long) MAX_SIZE)
                        .isGreaterThanOrEqualTo(donePuts - begunGets)
                        .isLessThanOrEqualTo(begunPuts - doneGets);
                empty += queue.empty() ? 1 : 0;
                full += queue.full() ? 1 : 0;
                looks++;
            }
            queue.shutdown();
            children.forEach(TestJvm::awaitSuccess);
            System.out.println(
                    looks + " looks at " + shared.donePuts() + " elements: empty " + empty + ", full " + full);
            assertThat(queue.qsize())
                    .isEqualTo(shared.donePuts() - shared.doneGets())
                    .isZero();
            assertThat(queue.empty()).isTrue();
            assertThat(queue.full()).isFalse();
        }
    }

    /**
     * Goes on until each of fifty has had its share, so that it fails by its timeout if somebody starves or sleeps on.
     */
    @Tag("once")
    @Test
    void shouldGiveEachOfFiftyProcessesItsTurn() throws Exception {
        try (SharedQueue<byte[]> queue =
                SharedQueue.builder(byte[].class).maxSize(MAX_SIZE).create(directory.resolve("ring"))) {
            for (int i = 0; i < SIDES; i++) {
                start("put", i);
                start("get", i);
            }
            children.forEach(child -> child.awaitLine("started"));
            while (shared.leastOf(SIDES) < FAIR_SHARE) {
                Thread.sleep(50);
            }
            queue.shutdown();
            children.forEach(TestJvm::awaitSuccess);
            assertThat(shared.doneGets()).isEqualTo(shared.donePuts());
            System.out.println(shared.donePuts() + " elements; the least that one process had: " + shared.leastOf(SIDES)
                    + ", the most: " + shared.mostOf(SIDES));
        }
    }

    /** All wait, most of the time: each wake-up that is missed stops the exchange. */
    @Test
    void shouldMissNoWakeUpAmongFiftySleepers() throws Exception {
        try (SharedQueue<byte[]> queue = SharedQueue.create(directory.resolve("ring"), byte[].class)) {
            for (int i = 0; i < 2 * SIDES; i++) {
                start("get", i);
            }
            children.forEach(child -> child.awaitLine("started"));
            long longest = 0;
            for (int i = 1; i <= 200; i++) {
                Thread.sleep(i % 20);
                long start = System.nanoTime();
                queue.put(new byte[1]);
                while (shared.doneGets() < i) {
                    Thread.onSpinWait();
                }
                longest = Math.max(longest, System.nanoTime() - start);
            }
            System.out.printf("one of %d sleepers was woken in at most %.1f ms%n", 2 * SIDES, longest / 1e6);
            queue.shutdown();
            children.forEach(TestJvm::awaitSuccess);
        }
    }

    /** In a mount namespace of its own, where the memory's file system is as small as a container's. */
    @Tag("once")
    @Test
    void shouldLiveWithSmallSharedMemory() {
        List<String> namespace = List.of(
                "unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=64m tmpfs /dev/shm && exec \"$0\" \"$@\"");
        assumeThat(canRun(namespace)).as("may have a mount namespace").isTrue();
        TestJvm child = TestJvm.startThrough(namespace, JVM, SmallMemory.class);
        children.add(child);
        System.out.println(child.awaitLine("held"));
        child.awaitLine("cycled");
        child.awaitSuccess();
    }

    private static boolean canRun(List<String> wrapper) {
        List<String> command = new ArrayList<>(wrapper);
        command.add("true");
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Fills what memory there is, empties it, then makes more queues than fit at once. */
    static final class SmallMemory {
        public static void main(String[] args) throws Exception {
            byte[] element = new byte[1 << 20];
            try (SharedQueue<byte[]> queue =
                    SharedQueue.builder(byte[].class).capacityBytes(128 << 20).create()) {
                int held = 0;
                try {
                    while (true) {
                        queue.put(element);
                        held++;
                    }
                } catch (QueueStorageException e) {
                    System.out.println("held " + held + " of 1 MiB, then: " + e.getMessage());
                }
                for (int i = 0; i < held; i++) {
                    if (queue.get(Patience.LIMIT) == null) {
                        throw new AssertionError("missing: " + i + " of " + held);
                    }
                }
                if (queue.qsize() != 0 || held < 40) {
                    throw new AssertionError("held=" + held + ", " + queue.stats());
                }
            }
            for (int i = 0; i < 2_000; i++) {
                try (SharedQueue<byte[]> queue = SharedQueue.create(byte[].class)) {
                    queue.put(element);
                    queue.get();
                }
            }
            System.out.println("cycled");
        }
    }

    /** Puts or gets until the end, and counts. Arguments: directory, action, number. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            int number = Integer.parseInt(args[2]);
            Shared shared = Shared.open(directory.resolve("words"));
            try (SharedQueue<byte[]> queue = SharedQueue.open(directory.resolve("ring"), byte[].class)) {
                System.out.println("started");
                if (args[1].equals("put")) {
                    shared.put(queue, number);
                } else {
                    shared.get(queue, number);
                }
            }
        }
    }

    /** Counters of what all processes have begun and done, and of what each has had. */
    private record Shared(MappedRegion region) {

        private static final RegionFormat FORMAT = new RegionFormat("counters of a test", 0x4950_4351_5445_5354L, 1);
        private static final int BEGUN_PUTS = MappedRegion.HEADER_BYTES;
        private static final int DONE_PUTS = BEGUN_PUTS + Long.BYTES;
        private static final int BEGUN_GETS = DONE_PUTS + Long.BYTES;
        private static final int DONE_GETS = BEGUN_GETS + Long.BYTES;
        private static final int PUT_BY = DONE_GETS + Long.BYTES;
        private static final int GOT_BY = PUT_BY + 100 * Long.BYTES;
        private static final int BYTES = GOT_BY + 100 * Long.BYTES;

        static Shared create(Path file) throws IOException {
            return new Shared(MappedRegion.create(file, FORMAT, BYTES, region -> {}));
        }

        static Shared open(Path file) throws IOException {
            return new Shared(MappedRegion.open(file, FORMAT));
        }

        void put(SharedQueue<byte[]> queue, int number) throws InterruptedException {
            byte[] element = new byte[100];
            while (true) {
                region.getAndAddLong(BEGUN_PUTS, 1);
                try {
                    queue.put(element);
                } catch (QueueShutdownException e) {
                    return;
                }
                region.getAndAddLong(DONE_PUTS, 1);
                region.getAndAddLong(PUT_BY + number * Long.BYTES, 1);
            }
        }

        void get(SharedQueue<byte[]> queue, int number) throws InterruptedException {
            while (true) {
                region.getAndAddLong(BEGUN_GETS, 1);
                try {
                    queue.get();
                } catch (QueueShutdownException e) {
                    return;
                }
                region.getAndAddLong(DONE_GETS, 1);
                region.getAndAddLong(GOT_BY + number * Long.BYTES, 1);
            }
        }

        long begunPuts() {
            return region.getLongVolatile(BEGUN_PUTS);
        }

        long donePuts() {
            return region.getLongVolatile(DONE_PUTS);
        }

        long begunGets() {
            return region.getLongVolatile(BEGUN_GETS);
        }

        long doneGets() {
            return region.getLongVolatile(DONE_GETS);
        }

        long leastOf(int sides) {
            long least = Long.MAX_VALUE;
            for (int i = 0; i < sides; i++) {
                least = Math.min(least, Math.min(count(PUT_BY, i), count(GOT_BY, i)));
            }
            return least;
        }

        long mostOf(int sides) {
            long most = 0;
            for (int i = 0; i < sides; i++) {
                most = Math.max(most, Math.max(count(PUT_BY, i), count(GOT_BY, i)));
            }
            return most;
        }

        private long count(int first, int number) {
            return region.getLongVolatile(first + number * Long.BYTES);
        }
    }
}
