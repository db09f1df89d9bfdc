// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.IpcException;
import io.ipcq.TestJvm;
import io.ipcq.codec.CodecException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the file system and other processes can do to a durable queue while it is used. */
class DurableQueueFilesIT {

    /** Another user, who may read what root may, or it could not read the class path; but not write. */
    static final List<String> NOBODY = List.of(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--inh-caps=-all,+dac_read_search",
            "--ambient-caps=+dac_read_search");

    @TempDir
    Path directory;

    private final List<TestJvm> children = new ArrayList<>();

    @AfterEach
    void endChildren() {
        children.forEach(TestJvm::close);
    }

    private TestJvm child(List<String> wrapper, Class<?> main, String... args) {
        TestJvm child = TestJvm.startThrough(wrapper, DurableQueue.jvmOptions(), main, args);
        children.add(child);
        return child;
    }

    // ---- a full disk ------------------------------------------------------------------------------------------------

    @Test
    void shouldSayThatTheDiskIsFullAndGoOnWhenThereIsRoom() throws Exception {
        assumeTrue(DurableQueueRefusalTest.isRoot(), "only root can mount a small disk");
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", directory.toString()) == 0);
        try {
            fillAndEmpty();
        } finally {
            // the mappings keep it busy until they are collected
            run("umount", "--lazy", directory.toString());
        }
    }

    private void fillAndEmpty() throws Exception {
        try (DurableQueue<byte[]> queue =
                DurableQueue.builder(byte[].class).segmentBytes(1 << 20).create(directory.resolve("queue"))) {
            for (int round = 0; round < 3; round++) {
                int put = putUntilFull(queue);
                assertThat(put).as("round %d", round).isPositive();
                assertThat(queue.qsize()).as("what was refused was not put").isEqualTo(put);
                for (int i = 0; i < put; i++) {
                    byte[] element = queue.get(Duration.ofSeconds(60));
                    assertThat(element).hasSize(100_000);
                    assertThat(element[99_999]).isEqualTo((byte) i);
                }
                assertThat(queue.getNow()).isNull();
                // the blocks of a removed file are free when its last mapping has gone, which others see to
                await().until(() -> Files.getFileStore(directory).getUsableSpace() > 2 << 20);
            }
        }
    }

    private static int putUntilFull(DurableQueue<byte[]> queue) throws InterruptedException {
        for (int count = 0; ; count++) {
            byte[] element = new byte[100_000];
            element[99_999] = (byte) count;
            try {
                queue.put(element);
            } catch (QueueStorageException e) {
                assertThat(e)
                        .hasMessageContaining(queue.directory().toString())
                        .hasMessageContaining("No space left on device");
                assertThatThrownBy(() -> queue.offer(element)).isInstanceOf(QueueStorageException.class);
                return count;
            }
            assertThat(count).isLessThan(1000);
        }
    }

    /** There is no room for dead letters at first. */
    @Test
    void shouldHandOutWhatIsGoodWhenTheDiskHasNoRoomForDeadLetters() throws Exception {
        assumeTrue(DurableQueueRefusalTest.isRoot(), "only root can mount a small disk");
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", directory.toString()) == 0);
        try (DurableQueue<String> queue = DurableQueue.builder(PickyCodec.INSTANCE)
                .segmentBytes(1 << 20)
                .maxAttempts(1)
                .create(directory.resolve("queue"))) {
            List<String> good = List.of("a", "b", "c");
            queue.putAll(List.of(PickyCodec.UNDECODABLE, "a", "poison", "b", PickyCodec.BROKEN, "c"));
            Path filler = fillDisk();

            List<String> handedOut = new ArrayList<>();
            while (handedOut.size() < good.size()) {
                takeOne(queue, handedOut);
            }
            assertThat(handedOut).isEqualTo(good);
            QueueStats stats = queue.stats();
            assertThat(stats.leased()).as("%s", stats).isZero();
            assertThat(stats.unburied()).as("%s", stats).isEqualTo(3);
            assertThat(queue.join(Duration.ofMillis(20))).isFalse();

            Files.delete(filler);
            assertThat(queue.join(Duration.ofSeconds(60))).isTrue();
            try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
                assertThat(letters.stream().map(DeadLetter::number)).containsExactlyInAnyOrder(0L, 2L, 4L);
            }
        } finally {
            run("umount", "--lazy", directory.toString());
        }
    }

    private static void takeOne(DurableQueue<String> queue, List<String> handedOut) throws InterruptedException {
        try {
            if (handedOut.size() % 2 == 0) {
                handedOut.add(queue.get());
                queue.taskDone();
                return;
            }
            Delivery<String> delivery = queue.receive();
            if (delivery.value().equals("poison")) {
                assertThat(delivery.nack()).isTrue();
            } else {
                handedOut.add(delivery.value());
                assertThat(delivery.ack()).isTrue();
            }
        } catch (CodecException e) {
            assertThat(e.bytes()).isNotEmpty();
        }
    }

    /** Leaves not a page. */
    private Path fillDisk() throws IOException {
        Path filler = directory.resolve("filler");
        byte[] page = new byte[4096];
        try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
            while (true) {
                file.write(page);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left on device");
        }
        return filler;
    }

    @Test
    void shouldLeaveNothingWhenThereIsNoRoomForQueue() throws Exception {
        assumeTrue(DurableQueueRefusalTest.isRoot(), "only root can mount a small disk");
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", directory.toString()) == 0);
        try {
            TestJvm creator = child(List.of(), Creator.class, directory.toString());
            creator.awaitLine("refused");
            creator.awaitSuccess();
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files).isEmpty();
            }
        } finally {
            run("umount", "--lazy", directory.toString());
        }
    }

    /** Creates a queue that is refused in one way or another. */
    static final class Creator {
        public static void main(String[] args) {
            try {
                DurableQueue.create(Path.of(args[0], "queue"), String.class).close();
            } catch (IOException | IpcException e) {
                System.out.println("refused " + e);
            }
        }
    }

    // ---- other users ------------------------------------------------------------------------------------------------

    /** Opens a queue and takes from it; says how far it came. */
    static final class Opener {
        public static void main(String[] args) throws Exception {
            try (DurableQueue<String> queue = DurableQueue.open(Path.of(args[0]), String.class)) {
                System.out.println("got " + queue.getNow());
            } catch (IOException | IpcException e) {
                System.out.println("refused " + e);
            }
        }
    }

    @Test
    void shouldRefuseQueueOfAnotherUserAndReadOnlyOne() throws Exception {
        assumeTrue(DurableQueueRefusalTest.isRoot(), "only root can start a process of another user");
        assumeTrue(run(Stream.concat(NOBODY.stream(), Stream.of("true")).toArray(String[]::new)) == 0);
        Path place = Files.createDirectory(directory.resolve("place"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path orders = place.resolve("orders");
        try (DurableQueue<String> queue = DurableQueue.create(orders, String.class)) {
            queue.put("a");
        }
        assertThat(openedByNobody(orders)).contains("refused").contains(orders.toString());

        chmod("--recursive", "a+rX", orders);
        assertThat(openedByNobody(orders)).contains("another user").contains(orders.toString());

        // read-only, but their own
        chown(orders);
        chmod("--recursive", "a-w", orders);
        assertThat(openedByNobody(orders)).contains("refused").contains(orders.toString());

        chmod("--recursive", "u+w", orders);
        assertThat(openedByNobody(orders)).isEqualTo("got a");

        TestJvm creator = child(NOBODY, Creator.class, place.toString());
        assertThat(creator.awaitLine("refused")).contains(place.toString());
        creator.awaitSuccess();
    }

    private String openedByNobody(Path queue) {
        TestJvm opener = child(NOBODY, Opener.class, queue.toString());
        opener.awaitSuccess();
        return opener.output().strip();
    }

    static void chmod(String recursive, String mode, Path path) throws Exception {
        assertThat(run("chmod", recursive, mode, path.toString())).isZero();
    }

    private static void chown(Path path) throws Exception {
        assertThat(run("chown", "--recursive", "65534:65534", path.toString())).isZero();
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    // ---- files cut off under a running process ----------------------------------------------------------------------

    /** Uses a queue in every way, again and again, whatever it throws; lives, if it lives, until it is told to end. */
    static final class Survivor {
        public static void main(String[] args) throws Exception {
            DurableQueue<String> queue = DurableQueue.open(Path.of(args[0]), String.class);
            useOnce(queue);
            System.out.println("using");
            System.in.read();
            int thrown = 0;
            for (int i = 0; i < 200; i++) {
                thrown += useOnce(queue);
            }
            System.out.println("alive thrown=" + thrown);
            Runtime.getRuntime().halt(0);
        }

        private static int useOnce(DurableQueue<String> queue) throws InterruptedException {
            int thrown = 0;
            List<Task.Action> actions = List.of(
                    () -> queue.put("a", Duration.ZERO),
                    () -> queue.get(Duration.ZERO),
                    queue::peek,
                    queue::qsize,
                    queue::stats,
                    queue::isShutdown,
                    () -> queue.receive(Duration.ZERO));
            for (Task.Action action : actions) {
                try {
                    action.run();
                } catch (InterruptedException e) {
                    throw e;
                } catch (Throwable e) {
                    thrown++;
                }
            }
            return thrown;
        }
    }

    @Test
    void shouldOutliveTruncationOfControlFile() throws Exception {
        // JDK 17 itself ends there: it does not expect a fault in a compare-and-set that is not compiled yet
        assumeTrue(Runtime.version().feature() >= 25, "JDK 17 does not survive this");
        outliveTruncation("control.ipcq");
    }

    @Test
    void shouldOutliveTruncationOfSegment() throws Exception {
        outliveTruncation("journal/19700101-000001T.cq4");
    }

    private void outliveTruncation(String name) throws Exception {
        Path orders = directory.resolve("orders");
        try (DurableQueue<String> queue = DurableQueue.create(orders, String.class)) {
            for (int i = 0; i < 1000; i++) {
                queue.put("a");
            }
        }
        TestJvm survivor = child(List.of(), Survivor.class, orders.toString());
        survivor.awaitLine("using");
        try (RandomAccessFile file = new RandomAccessFile(orders.resolve(name).toFile(), "rw")) {
            file.setLength(0);
        }
        survivor.send("");
        assertThat(survivor.awaitLine("alive")).doesNotEndWith("thrown=0");
        survivor.awaitSuccess();
    }

    // ---- many at once -----------------------------------------------------------------------------------------------

    /** Opens or creates when told to, puts, and stays until told to go. */
    static final class Racer {
        public static void main(String[] args) throws Exception {
            System.out.println("ready");
            System.in.read();
            try (DurableQueue<String> queue = DurableQueue.openOrCreate(Path.of(args[0]), String.class)) {
                queue.put("a");
                System.out.println("put");
                System.in.read();
            }
        }
    }

    @Tag("once")
    @Test
    void shouldOpenOrCreateOnceFromManyProcesses() throws Exception {
        Path orders = directory.resolve("orders");
        for (int i = 0; i < 8; i++) {
            child(List.of(), Racer.class, orders.toString());
        }
        children.forEach(child -> child.awaitLine("ready"));
        children.forEach(child -> child.send(""));
        children.forEach(child -> child.awaitLine("put"));
        try (DurableQueue<String> queue = DurableQueue.open(orders, String.class)) {
            assertThat(queue.qsize()).isEqualTo(8);
            assertThat(queue.stats().members()).isEqualTo(9);
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(orders);
        }
        children.forEach(child -> child.send(""));
        children.forEach(TestJvm::awaitSuccess);
    }
}
