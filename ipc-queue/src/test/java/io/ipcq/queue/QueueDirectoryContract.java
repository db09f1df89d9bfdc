// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static java.nio.file.attribute.PosixFilePermission.GROUP_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.GROUP_READ;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.RegionFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every engine of {@link SharedQueue} does with its directory, whatever takes its name: queues are deleted and
 * made while others are opened, and a handle has to do with its own queue only.
 *
 * <p>{@code -Dipcq.rounds=n} sets how often each race is run.
 */
@Timeout(120)
abstract class QueueDirectoryContract {

    private static final int ROUNDS = Integer.getInteger("ipcq.rounds", 20);
    private static final int THREADS = 4;
    /** Of the word with the flags, in the control files of both engines, and the flag of a deleted queue. */
    private static final int FLAGS_OFFSET = JournalLayout.FLAGS;

    private static final int DELETED = 2;

    /** What became of the directory of an open queue, before another queue was made in its place. */
    enum Fate {
        MOVED {
            @Override
            void befall(Path directory) throws IOException {
                Files.move(directory, directory.resolveSibling("moved"));
            }
        },
        REMOVED {
            @Override
            void befall(Path directory) throws IOException {
                DirectoryHandle.delete(directory);
            }
        };

        abstract void befall(Path directory) throws IOException;
    }

    @TempDir
    Path parent;

    abstract SharedQueue<byte[]> create(Path directory) throws IOException;

    abstract SharedQueue<byte[]> open(Path directory) throws IOException;

    abstract SharedQueue<byte[]> openOrCreate(Path directory) throws IOException;

    abstract String controlName();

    /** Of so many bytes that a few hundred of them take space that the queue has not asked for yet. */
    private static byte[] element(int number) {
        byte[] element = new byte[10_000];
        element[0] = (byte) (number >> 8);
        element[1] = (byte) number;
        return element;
    }

    private static int number(byte[] element) {
        return (element[0] & 0xff) << 8 | element[1] & 0xff;
    }

    /** As a process leaves it that was killed when it had begun to delete. */
    private void flagAsDeleted(Path directory) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve(controlName()).toFile(), "rw")) {
            file.seek(FLAGS_OFFSET);
            file.writeInt(Integer.reverseBytes(DELETED));
        }
    }

    /** Runs an action in some threads that start together; returns what they opened. */
    private static List<SharedQueue<byte[]>> together(IndexedOpening opening) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(THREADS);
        List<Task<SharedQueue<byte[]>>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int index = i;
            tasks.add(Task.start(() -> {
                barrier.await();
                return opening.open(index);
            }));
        }
        List<SharedQueue<byte[]>> opened = new ArrayList<>();
        for (Task<SharedQueue<byte[]>> task : tasks) {
            opened.add(task.await());
        }
        return opened;
    }

    @FunctionalInterface
    private interface IndexedOpening {
        SharedQueue<byte[]> open(int index) throws Exception;
    }

    private void assertOneQueue(Path directory, List<SharedQueue<byte[]>> handles) throws Exception {
        try (SharedQueue<byte[]> there = open(directory)) {
            there.put(element(1));
            for (SharedQueue<byte[]> handle : handles) {
                assertThat(handle.qsize()).isEqualTo(1);
            }
        }
        handles.forEach(SharedQueue::close);
        try (Stream<Path> entries = Files.list(directory.getParent())) {
            assertThat(entries).containsExactly(directory);
        }
    }

    @Test
    void shouldAgreeOnOneQueueWhenDeletedOneIsInTheWay() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Path directory =
                    Files.createDirectory(parent.resolve("round-" + round)).resolve("orders");
            create(directory).close();
            flagAsDeleted(directory);

            assertOneQueue(directory, together(index -> openOrCreate(directory)));
        }
    }

    @Test
    void shouldAgreeOnOneQueueWhileOneIsBeingDeleted() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Path directory =
                    Files.createDirectory(parent.resolve("round-" + round)).resolve("orders");
            List<SharedQueue<byte[]>> old = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                old.add(openOrCreate(directory));
            }

            CyclicBarrier deleted = new CyclicBarrier(THREADS);
            List<SharedQueue<byte[]>> fresh = together(index -> {
                if (index < THREADS / 2) {
                    try {
                        old.get(index).delete();
                    } catch (QueueClosedException e) {
                        // the other one was faster
                    }
                }
                SharedQueue<byte[]> opened = openOrCreate(directory);
                deleted.await();
                while (!isThere(opened)) {
                    opened.close();
                    opened = openOrCreate(directory);
                }
                return opened;
            });
            old.forEach(SharedQueue::close);
            assertOneQueue(directory, fresh);
        }
    }

    private static boolean isThere(SharedQueue<?> queue) {
        try {
            queue.qsize();
            return true;
        } catch (QueueClosedException deleted) {
            return false;
        }
    }

    @Test
    void shouldNeverTakeQueueFromWhoHasJoined() throws Exception {
        Path directory = parent.resolve("ipcq-queue-swept");
        for (int round = 0; round < ROUNDS; round++) {
            create(directory).close();
            together(index -> {
                if (index == 0) {
                    AnonymousDirectories.sweep(parent);
                    return null;
                }
                try (SharedQueue<byte[]> joined = open(directory)) {
                    joined.put(element(index));
                    assertThat(joined.qsize()).isPositive();
                } catch (NoSuchFileException e) {
                    // swept before
                }
                return null;
            });
            AnonymousDirectories.sweep(parent);
            assertThat(directory).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveQueueAloneThatTookItsPlace(Fate fate) throws Exception {
        Path directory = parent.resolve("orders");
        int count = 300;
        try (SharedQueue<byte[]> old = create(directory);
                SharedQueue<byte[]> second = open(directory)) {
            for (int i = 0; i < count; i++) {
                old.put(element(i));
            }
            assertThat(number(old.get())).isZero();
            fate.befall(directory);
            try (SharedQueue<byte[]> fresh = create(directory)) {
                for (int i = 0; i < count; i++) {
                    fresh.put(element(1000 + i));
                }

                int taken = 0;
                for (int i = 0; i < count; i++) {
                    attempt(old, () -> old.put(element(2000), Duration.ofMillis(10)));
                    attempt(old, () -> old.putAll(List.of(element(2001), element(2002))));
                    taken += takenOfItsOwn(old);
                }
                assertThat(taken).as("what its mapped files hold").isPositive();
                attempt(old, old::stats);
                attempt(old, () -> old.stream().forEach(QueueDirectoryContract::assertIsNotOfFresh));
                attempt(old, second::delete);
                attempt(old, old::shutdown);

                assertThat(fresh.qsize()).isEqualTo(count);
                for (int i = 0; i < count; i++) {
                    assertThat(number(fresh.get())).isEqualTo(1000 + i);
                }
                for (int i = 0; i < count; i++) {
                    fresh.put(element(i));
                }
            }
        }
        try (SharedQueue<byte[]> reopened = open(directory)) {
            assertThat(reopened.qsize()).isEqualTo(count);
        }
    }

    @Test
    void shouldNotBePassedOnToQueueThatTookItsPlace() throws Exception {
        Path directory = parent.resolve("orders");
        SharedQueue<byte[]> old = create(directory);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(old);
        }
        old.delete();

        try (SharedQueue<byte[]> fresh = create(directory);
                ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThatThrownBy(in::readObject)
                    .isInstanceOf(InvalidObjectException.class)
                    .hasMessageContaining(directory.toString())
                    .hasCauseInstanceOf(NoSuchFileException.class);
            assertThat(fresh.stats().members()).isEqualTo(1);
        }
    }

    private int takenOfItsOwn(SharedQueue<byte[]> old) {
        int[] taken = {0};
        attempt(old, () -> {
            byte[] element = old.get(Duration.ZERO);
            if (element != null) {
                taken[0]++;
                assertIsNotOfFresh(element);
            }
        });
        return taken[0];
    }

    private static void assertIsNotOfFresh(byte[] element) {
        assertThat(number(element) / 1000).as("%d", number(element)).isNotEqualTo(1);
    }

    /** Does something that may fail, in words that say what has happened. */
    private static void attempt(SharedQueue<?> queue, Task.Action action) {
        try {
            action.run();
        } catch (QueueClosedException | QueueStorageException e) {
            assertThat(e).hasMessageContaining(queue.directory().toString());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // ---- volumes ----------------------------------------------------------------------------------------------------

    /** Opens the queue even if a group may write to its files. */
    abstract SharedQueue<byte[]> openTrustingGroup(Path directory) throws IOException;

    private static void changeMode(Path root, Set<PosixFilePermission> more) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.toList()) {
                Set<PosixFilePermission> mode = new HashSet<>(Files.getPosixFilePermissions(path));
                mode.addAll(more);
                Files.setPosixFilePermissions(path, mode);
            }
        }
    }

    /** As Kubernetes does with fsGroup, at each mount. */
    @Test
    void shouldOpenWhatGroupMayWriteToIfItIsTrusted() throws Exception {
        Path directory = parent.resolve("orders");
        try (SharedQueue<byte[]> queue = create(directory)) {
            queue.put(element(1));
            if (queue instanceof DurableQueue<byte[]> durable) {
                durable.alter(options -> options.withMaxAttempts(1));
                durable.receive().nack(); // so that there are dead letters
                queue.put(element(1));
            }
        }
        Path elsewhere = Files.createFile(parent.resolve("elsewhere"));
        Files.createSymbolicLink(directory.resolve("link"), elsewhere);
        for (int mount = 1; mount <= 2; mount++) {
            changeMode(parent, EnumSet.of(GROUP_READ, GROUP_WRITE, GROUP_EXECUTE, OTHERS_READ));
            assertThatThrownBy(() -> open(directory).close())
                    .isInstanceOf(RegionFormatException.class)
                    .hasMessageContaining("others may write to it");
            try (SharedQueue<byte[]> queue = openTrustingGroup(directory);
                    SharedQueue<byte[]> again = open(directory)) {
                assertThat(number(again.peek())).isEqualTo(1);
                if (queue instanceof DurableQueue<byte[]> durable) {
                    try (DurableQueue<DeadLetter> letters = durable.deadLetters()) {
                        assertThat(letters.qsize()).isEqualTo(1);
                    }
                }
            }
            try (Stream<Path> tree = Files.walk(directory)) {
                assertThat(tree.filter(path -> !Files.isSymbolicLink(path)))
                        .allSatisfy(path -> assertThat(Files.getPosixFilePermissions(path))
                                .isSubsetOf(OWNER_READ, OWNER_WRITE, OWNER_EXECUTE));
            }
            assertThat(Files.getPosixFilePermissions(elsewhere)).contains(GROUP_WRITE);
        }
    }

    @Test
    void shouldTrustNobodyWhereEverybodyMayWrite() throws Exception {
        Path directory = parent.resolve("orders");
        create(directory).close();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> openTrustingGroup(directory).close())
                .isInstanceOf(RegionFormatException.class)
                .hasMessageContaining("everybody may write to it");
        assertThat(Files.getPosixFilePermissions(directory)).contains(OTHERS_WRITE);
        assertThatThrownBy(() -> openTrustingGroup(parent.resolve("nothing")).close())
                .isInstanceOf(NoSuchFileException.class);
    }

    /** A volume's root, with what its file system keeps there. */
    @Test
    void shouldNameDirectoryInFileSystemThatIsMounted() throws Exception {
        Path volume = Files.createDirectory(parent.resolve("volume"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "tmpfs", volume.toString()) == 0);
        try {
            for (boolean withLostFiles : new boolean[] {false, true}) {
                assertThatThrownBy(() -> openOrCreate(volume).close())
                        .isInstanceOf(FileSystemException.class)
                        .hasMessageContaining("mounted")
                        .hasMessageContaining(volume.resolve("queue").toString());
                if (!withLostFiles) {
                    Files.createDirectory(volume.resolve("lost+found"));
                }
            }
            try (SharedQueue<byte[]> queue = openOrCreate(volume.resolve("queue"))) {
                queue.put(element(1));
            }
            try (SharedQueue<byte[]> queue = openOrCreate(volume.resolve("queue"))) {
                assertThat(number(queue.getNow())).isEqualTo(1);
            }
        } finally {
            run("umount", "-l", volume.toString());
        }
    }

    private static int run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command).start().waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    /** Whatever comes up while something is closed because of a failure, the failure is what the caller sees. */
    @Test
    void shouldTellWhyItIsClosed() {
        IOException failure = new IOException("first");
        QueueDirectory.closeAfter(failure, () -> {
            throw new NoClassDefFoundError("second");
        });
        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(NoClassDefFoundError.class);
        IllegalStateException same = new IllegalStateException("the same");
        QueueDirectory.closeAfter(same, () -> {
            throw same;
        });
        assertThat(same.getSuppressed()).isEmpty();
    }
}
