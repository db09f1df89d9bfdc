// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.OpenFiles;
import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Counts what a process still has of queues that were opened and closed, or that could not be created. */
@Timeout(120)
class NothingStaysTest {

    private static final int CYCLES = Integer.getInteger("ipcq.openings", 50);

    @TempDir
    Path parent;

    enum Engine {
        RING {
            @Override
            SharedQueue<String> openOrCreate(Path directory) throws IOException {
                return SharedQueue.openOrCreate(directory, String.class);
            }

            @Override
            void create(Path directory, Codec<String> codec) throws IOException {
                SharedQueue.builder(codec).create(directory).close();
            }

            @Override
            void createAnonymous(Codec<String> codec) throws IOException {
                SharedQueue.builder(codec).create().close();
            }
        },
        JOURNAL {
            @Override
            SharedQueue<String> openOrCreate(Path directory) throws IOException {
                return DurableQueue.openOrCreate(directory, String.class);
            }

            @Override
            void create(Path directory, Codec<String> codec) throws IOException {
                DurableQueue.builder(codec).create(directory).close();
            }

            @Override
            void createAnonymous(Codec<String> codec) throws IOException {
                DurableQueue.builder(codec).create().close();
            }
        };

        abstract SharedQueue<String> openOrCreate(Path directory) throws IOException;

        abstract void create(Path directory, Codec<String> codec) throws IOException;

        abstract void createAnonymous(Codec<String> codec) throws IOException;
    }

    /** Its id has no place in a control file, which shows when half of the queue is there. */
    private record Unstorable(String id) implements Codec<String> {
        Unstorable() {
            this("x".repeat(5000));
        }

        @Override
        public byte[] encode(String element) throws CodecException {
            throw new AssertionError("there is no queue");
        }

        @Override
        public String decode(byte[] bytes) throws CodecException {
            throw new AssertionError("there is no queue");
        }
    }

    private void use(Engine engine) throws Exception {
        try (SharedQueue<String> queue = engine.openOrCreate(parent.resolve("orders"))) {
            queue.put("a");
            assertThat(queue.peek()).isEqualTo("a");
            assertThat(queue.get()).isEqualTo("a");
        }
    }

    private void fail(Engine engine) {
        assertThatThrownBy(() -> engine.create(parent.resolve("orders"), Codec.utf8()))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> engine.create(parent.resolve("new"), new Unstorable()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> engine.createAnonymous(new Unstorable())).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepNothingOfWhatWasClosedOrFailed(Engine engine) throws Exception {
        use(engine);
        fail(engine);
        Map<String, Integer> collections = staticCollections();
        int descriptors = OpenFiles.descriptors().size();
        Set<Thread> threads = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < CYCLES; i++) {
            use(engine);
            fail(engine);
        }
        // what others have left may be collected meanwhile
        assertThat(staticCollections())
                .hasSameSizeAs(collections)
                .allSatisfy((name, size) -> assertThat(size).as(name).isLessThanOrEqualTo(collections.get(name)));
        // Chronicle closes a journal's files in a thread of its own
        await().untilAsserted(() -> assertThat(OpenFiles.descriptors()).hasSizeLessThanOrEqualTo(descriptors + 5));
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .as("threads, but for the two that all queues share")
                .filteredOn(thread -> !threads.contains(thread))
                .hasSizeLessThanOrEqualTo(2));
        await().untilAsserted(() -> assertThat(mappings("/journal/"))
                .as("unmapped after close, not by a collection")
                .isZero());
        try (Stream<Path> left = Files.list(parent)) {
            assertThat(left).containsExactly(parent.resolve("orders"));
        }
        await().until(() -> {
            System.gc();
            return mappings("") == 0;
        });
    }

    /** Whoever repairs a journal opens it, before there is a handle that somebody could close. */
    @Test
    void shouldKeepNothingOfJournalThatCannotBeRepaired() throws Exception {
        Path directory = parent.resolve("orders");
        String element = "a".repeat(40);
        try (DurableQueue<String> queue = DurableQueue.create(directory, String.class)) {
            queue.put(element);
        }
        RecordedEventsTest.Engine.JOURNAL.dieInMutex(directory);
        flipHeader(DurableQueueTest.segments(directory).get(0), element);
        int before = countDescriptors();
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> DurableQueue.open(directory, String.class))
                    .isInstanceOf(QueueStorageException.class)
                    .hasMessageContaining("its header does not match its checksum");
        }
        await().until(() -> countDescriptors() <= before + 5);
    }

    /** With next to no garbage, so that no collection gives back what should have been closed. */
    private static int countDescriptors() {
        String[] names = new File("/proc/self/fd").list();
        return names == null ? 0 : names.length;
    }

    /** Of the document that holds an element. */
    private static void flipHeader(Path segment, String element) throws IOException {
        int at = new String(Files.readAllBytes(segment), StandardCharsets.ISO_8859_1).indexOf(element)
                - JournalDocument.ELEMENT_HEADER_BYTES
                - JournalDocument.HEADER_BYTES;
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(at);
            int flipped = ~file.read();
            file.seek(at);
            file.write(flipped);
        }
    }

    /** Of files of this test's. */
    private long mappings(String infix) throws IOException {
        return OpenFiles.mappings().stream()
                .filter(path -> path.startsWith(parent + "/") && path.contains(infix))
                .count();
    }

    /** How much is in each collection that a class of ours keeps for good. */
    private static Map<String, Integer> staticCollections() throws Exception {
        Map<String, Integer> sizes = new TreeMap<>();
        Path classes = Path.of(DurableQueue.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> tree = Files.walk(classes.resolve("io/ipcq"))) {
            for (Path file :
                    tree.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file).toString().replace('/', '.');
                name = name.substring(0, name.length() - ".class".length());
                for (Field field : Class.forName(name, false, DurableQueue.class.getClassLoader())
                        .getDeclaredFields()) {
                    if (Modifier.isStatic(field.getModifiers()) && isCollection(field.getType())) {
                        field.setAccessible(true);
                        sizes.put(name + "." + field.getName(), size(field.get(null)));
                    }
                }
            }
        }
        assertThat(sizes)
                .as("as many as are known to grow")
                .containsKeys(
                        "io.ipcq.queue.AnonymousDirectories.OPEN",
                        "io.ipcq.memory.LockFile.OPEN",
                        "io.ipcq.memory.LockKeeper.TAKEN");
        return sizes;
    }

    private static boolean isCollection(Class<?> type) {
        return Map.class.isAssignableFrom(type) || Collection.class.isAssignableFrom(type);
    }

    private static int size(Object collection) {
        return collection instanceof Map<?, ?> map ? map.size() : ((Collection<?>) collection).size();
    }
}
