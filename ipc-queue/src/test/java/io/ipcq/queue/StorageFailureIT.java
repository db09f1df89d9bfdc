// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.Patience;
import io.ipcq.TestJvm;
import io.ipcq.memory.DirectoryHandle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A message names the cause that the operating system has named, and no other, with both engines. */
@Timeout(120)
class StorageFailureIT {

    private static final byte[] ELEMENT = new byte[100_000];
    private static final List<String> OTHER_CAUSES =
            List.of("no space", "open files", "permission", "read-only", "is gone", "to the disk");

    enum Engine {
        RING {
            @Override
            SharedQueue<byte[]> create(Path directory) throws IOException {
                return SharedQueue.builder(byte[].class).capacityBytes(32 << 20).create(directory);
            }

            @Override
            SharedQueue<byte[]> open(Path directory) throws IOException {
                return SharedQueue.open(directory, byte[].class);
            }
        },
        JOURNAL {
            @Override
            SharedQueue<byte[]> create(Path directory) throws IOException {
                return DurableQueue.builder(byte[].class).segmentBytes(1 << 20).create(directory);
            }

            @Override
            SharedQueue<byte[]> open(Path directory) throws IOException {
                DurableQueue<byte[]> queue = DurableQueue.open(directory, byte[].class);
                queue.peek(); // opens the journal
                return queue;
            }
        };

        abstract SharedQueue<byte[]> create(Path directory) throws IOException;

        abstract SharedQueue<byte[]> open(Path directory) throws IOException;
    }

    @TempDir
    Path directory;

    private final List<Path> mounts = new ArrayList<>();

    @AfterEach
    void unmount() throws Exception {
        for (Path mount : mounts) {
            run("umount", "-l", mount.toString());
        }
    }

    private void mount(String... arguments) throws Exception {
        Path there = Path.of(arguments[arguments.length - 1]);
        String[] command =
                Stream.concat(Stream.of("mount"), Stream.of(arguments)).toArray(String[]::new);
        assumeTrue(run(command), "only root can mount a file system");
        mounts.add(there);
    }

    private static boolean run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** More than has been allocated, and than a segment holds. */
    static void putMuch(SharedQueue<byte[]> queue) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            queue.put(ELEMENT);
        }
    }

    private static void assertNames(String message, String cause) {
        assertThat(message).containsIgnoringCase(cause);
        assertThat(OTHER_CAUSES)
                .filteredOn(other -> !cause.toLowerCase(java.util.Locale.ROOT).contains(other))
                .allSatisfy(other -> assertThat(message).doesNotContainIgnoringCase(other));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNameWantOfDescriptors(Engine engine) throws Exception {
        assumeTrue(run("prlimit", "--nofile=256:256", "true"));
        List<String> said = outputWithFewDescriptors(engine);
        assertThat(said).as("%s", said).hasSize(4).endsWith("works again");
        for (int i = 0; i < 3; i++) {
            assertThat(said.get(i))
                    .startsWith(List.of("create ", "open ", "put ").get(i));
            assertNames(said.get(i), "too many open files");
        }
    }

    /** Not by {@link TestJvm}: without descriptors, its child could not see that its parent is alive, and would end. */
    private List<String> outputWithFewDescriptors(Engine engine) throws Exception {
        Path output = directory.resolve("output");
        List<String> command = new ArrayList<>(List.of("prlimit", "--nofile=256:256"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.addAll(DurableQueue.jvmOptions());
        command.addAll(List.of(StorageFailureProgram.class.getName(), engine.name(), directory.toString()));
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(child.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        } finally {
            child.destroyForcibly();
        }
        return Files.readAllLines(output).stream()
                .filter(line -> !line.contains("SLF4J"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void shouldNameWantOfSpace(Engine engine) throws Exception {
        mount("-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", directory.toString());
        try (SharedQueue<byte[]> queue = engine.create(directory.resolve("queue"))) {
            Throwable full = catchThrowable(() -> putMuch(queue));
            assertThat(full).isInstanceOf(QueueStorageException.class);
            assertNames(String.valueOf(full.getMessage()), "no space left on device");
            assertThat(full).hasMessageContaining("the element was not put").hasMessageContaining("make room");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayHowManyOfBatchWerePut(Engine engine) throws Exception {
        mount("-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", directory.toString());
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            byte[] element = new byte[20_000];
            element[0] = (byte) (i >> 8);
            element[1] = (byte) i;
            batch.add(element);
        }
        try (SharedQueue<byte[]> queue = engine.create(directory.resolve("queue"))) {
            QueueStorageException full = catchThrowableOfType(QueueStorageException.class, () -> queue.putAll(batch));
            assertThat(full.put()).isBetween(1, 499);
            assertThat(full).hasMessageContaining("the first " + full.put() + " of 500 elements were put");
            assertNames(String.valueOf(full.getMessage()), "no space left on device");
            assertThat(queue.qsize()).isEqualTo(full.put());
            assertThat(queue.stats().put()).isEqualTo(full.put());
            for (int i = 0; i < full.put(); i++) {
                byte[] element = queue.get();
                assertThat((element[0] & 0xff) << 8 | element[1] & 0xff).isEqualTo(i);
            }
            assertThat(queue.getNow()).isNull();
        }
    }

    /** What is appended can be taken, whether the disk has it or not. */
    @Test
    void shouldCountWhatMayNotBeOnDisk() throws Exception {
        Path place = directory.resolve("queue");
        try (DurableQueue<String> queue =
                DurableQueue.builder(String.class).sync(true).create(place)) {
            queue.put("first");
            Path segment;
            try (Stream<Path> files = Files.walk(place)) {
                segment = files.filter(file -> file.toString().endsWith(".cq4"))
                        .findFirst()
                        .orElseThrow();
            }
            Path aside = Files.move(segment, directory.resolve("aside"));
            Files.createDirectory(segment); // cannot be written to the disk, as no file can whose disk has failed
            List<String> batch =
                    IntStream.range(0, 300).mapToObj(Integer::toString).toList();
            QueueStorageException failed = catchThrowableOfType(QueueStorageException.class, () -> queue.putAll(batch));
            assertThat(failed.put()).isEqualTo(256);
            assertThat(failed)
                    .hasMessageContaining("the first 256 of 300 elements were put")
                    .hasMessageContaining("in the queue, but may not be on the disk");
            assertThat(queue.qsize()).isEqualTo(257);
            failed = catchThrowableOfType(QueueStorageException.class, () -> queue.put("last"));
            assertThat(failed.put()).isEqualTo(1);
            Files.delete(segment);
            Files.move(aside, segment);
            List<String> taken = new ArrayList<>();
            assertThat(queue.drainTo(taken)).isEqualTo(258);
            assertThat(taken.subList(1, 257)).isEqualTo(batch.subList(0, 256));
            assertThat(taken).startsWith("first").endsWith("last");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldNameReadOnlyFileSystem(Engine engine) throws Exception {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        engine.create(volume.resolve("queue")).close();
        Path readOnly = Files.createDirectory(directory.resolve("ro"));
        mount("--bind", volume.toString(), readOnly.toString());
        assertThat(run("mount", "-o", "remount,ro,bind", readOnly.toString())).isTrue();
        for (Task.Action action : List.<Task.Action>of(
                () -> engine.open(readOnly.resolve("queue")).close(),
                () -> engine.create(readOnly.resolve("new")).close())) {
            assertThatThrownBy(action::run)
                    .satisfies(e -> assertNames(String.valueOf(e.getMessage()), "read-only file system"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldNameWantOfPermission(Engine engine) throws Exception {
        assumeTrue(run(Stream.concat(DurableQueueFilesIT.NOBODY.stream(), Stream.of("true"))
                .toArray(String[]::new)));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path queue = directory.resolve("there");
        engine.create(queue).close();
        assertThat(run("chown", "--recursive", "65534:65534", queue.toString())).isTrue();
        assertThat(run("chmod", "--recursive", "a-w", queue.toString())).isTrue();
        for (String name : List.of("there", "new")) {
            try (TestJvm child = TestJvm.startThrough(
                    DurableQueueFilesIT.NOBODY,
                    DurableQueue.jvmOptions(),
                    Denied.class,
                    engine.name(),
                    directory.resolve(name).toString())) {
                assertNames(child.awaitLine("says"), "permission denied");
                child.awaitSuccess();
            }
        }
    }

    /** Opens or creates a queue as somebody who may not. */
    static final class Denied {
        public static void main(String[] args) {
            Engine engine = Engine.valueOf(args[0]);
            Path directory = Path.of(args[1]);
            Throwable denied = catchThrowable(() -> {
                if (Files.exists(directory)) {
                    engine.open(directory).close();
                } else {
                    engine.create(directory).close();
                }
            });
            System.out.println("says " + denied.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldNameRemoval(Engine engine) throws Exception {
        Path place = directory.resolve("queue");
        try (SharedQueue<byte[]> queue = engine.create(place)) {
            queue.put(ELEMENT);
            DirectoryHandle.delete(place);
            assertThatThrownBy(() -> putMuch(queue))
                    .isInstanceOf(QueueStorageException.class)
                    .satisfies(e -> assertNames(String.valueOf(e.getMessage()), "the queue is gone"));
        }
    }
}
