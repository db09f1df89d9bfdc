// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.codec.Codec;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an address says, and who opens what is there. */
class QueueAddressTest {

    private static final String SECRET = "hunter2";

    @TempDir
    Path parent;

    private static QueueAddress address(String text) {
        return QueueAddress.of(URI.create(text));
    }

    @Test
    void shouldTakeAddressApart() {
        QueueAddress address = address("KAFKA://one:9092,two:9092/orders?config=/etc/a%20b%26c.properties&x=a+b");
        assertThat(address.scheme()).isEqualTo("kafka");
        assertThat(address.authority()).contains("one:9092,two:9092");
        assertThat(address.name()).isEqualTo("orders");
        assertThat(address.parameter("config")).contains("/etc/a b&c.properties");
        assertThat(address.parameter("x")).contains("a+b");
        assertThat(address.parameter("y")).isEmpty();
        assertThat(address).hasToString("kafka://one:9092,two:9092/orders");
        assertThat(address).isEqualTo(QueueAddress.of(address.uri())).hasSameHashCodeAs(QueueAddress.of(address.uri()));
        assertThat(address("ipcq:/run/m.sock?queue=orders").authority()).isEmpty();
        assertThat(address("ipcq:/run/m.sock?queue=orders").path()).isEqualTo("/run/m.sock");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/orders?x=" + SECRET,
                "file:orders",
                "kafka://user:" + SECRET + "@host:9092/orders",
                "kafka://host:9092/orders?a=1&a=" + SECRET,
                "kafka://host:9092/orders?" + SECRET,
                "kafka://host:9092/orders?a=",
                "kafka://host:9092/orders?a=1&&b=2",
                "kafka://host:9092/orders#" + SECRET
            })
    void shouldRefuseWhatIsNoAddressAndTellNoSecret(String text) {
        assertThatThrownBy(() -> address(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void shouldTellNoSecretThatStandsWhereNoneBelongs() {
        QueueAddress address = address("kafka://host:9092/orders?password=" + SECRET + "&config=/etc/x");
        assertThat(address.toString()).doesNotContain(SECRET);
        assertThatThrownBy(() -> address.requireParametersOf(Set.of("config")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown=[password]")
                .hasMessageContaining("known=[config]")
                .message()
                .doesNotContain(SECRET);
        address.requireParametersOf(Set.of("config", "password"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka://host:9092", "kafka://host:9092/", "kafka://host:9092/a/b", "kafka://host:9092/a/"})
    void shouldWantNameOfQueue(String text) {
        assertThatThrownBy(() -> address(text).name())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    // ---- opening ----------------------------------------------------------------------------------------------------

    @Test
    void shouldOpenDirectoryByAddress() throws Exception {
        URI orders =
                URI.create("file://" + parent.resolve("orders a").toString().replace(" ", "%20"));
        assertThatThrownBy(() -> DurableQueue.open(orders, String.class)).isInstanceOf(NoSuchFileException.class);
        try (DurableQueue<String> queue = DurableQueue.openOrCreate(orders, String.class);
                DurableQueue<String> same = DurableQueue.open(orders, String.class);
                DurableQueue<String> third = DurableQueue.builder(String.class)
                        .maxAttempts(5)
                        .open(queue.directory().toUri())) {
            assertThat(queue.directory()).isEqualTo(parent.resolve("orders a"));
            queue.put("tea");
            assertThat(same.receive().ack()).isTrue();
            assertThat(third.empty()).isTrue();
        }
        assertThatThrownBy(
                        () -> DurableQueue.builder(String.class).maxAttempts(6).open(orders))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another maxAttempts");
        assertThatThrownBy(() -> DurableQueue.open(URI.create("file:/tmp/x?sync=true"), String.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown=[sync]");
    }

    @Test
    void shouldOpenWhateverTypeByAddress() throws Exception {
        Path directory = parent.resolve("orders");
        assertThatThrownBy(() -> EncodedQueue.open(directory.toUri())).isInstanceOf(NoSuchFileException.class);
        try (DurableQueue<String> queue = DurableQueue.openOrCreate(directory, String.class);
                DurableQueue<byte[]> encoded = EncodedQueue.open(directory.toUri())) {
            queue.put("tea");
            assertThat(encoded.get()).asString().isEqualTo("tea");
            assertThat(encoded.codecId()).isEqualTo(queue.codecId());
        }
        Path ring = parent.resolve("ring");
        SharedQueue.openOrCreate(ring, String.class).close();
        assertThatThrownBy(() -> EncodedQueue.open(ring.toUri()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in memory");
    }

    @Test
    void shouldSayWhichDependencyIsMissing() {
        assertThatThrownBy(() -> DurableQueue.open(URI.create("ipcq://host:1/orders"), String.class))
                .isInstanceOf(ProviderNotFoundException.class)
                .hasMessageContaining("ipcq://host:1/orders")
                .hasMessageContaining("add the dependency io.ipcq:ipc-manager");
        assertThatThrownBy(() -> DurableQueue.open(URI.create("kafka://host:1/orders"), String.class))
                .isInstanceOf(ProviderNotFoundException.class)
                .hasMessageContaining("add the dependency io.ipcq:ipc-kafka");
        assertThatThrownBy(() -> DurableQueue.openOrCreate(URI.create("amqp://host/orders"), String.class))
                .isInstanceOf(ProviderNotFoundException.class)
                .hasMessageContaining("amqp://host/orders")
                .hasMessageContaining("known are file:, ipcq: and kafka:");
    }

    /** One of the program's own, which only the loader of the program knows. */
    public static final class Fixed implements DurableQueueProvider {
        static DurableQueueRequest<?> last;

        @Override
        public String scheme() {
            return "fixed";
        }

        @Override
        public <E> DurableQueue<E> open(QueueAddress address, DurableQueueRequest<E> request) throws IOException {
            last = request;
            request.requireChosenOf(address, Set.of(DurableQueueOption.MAX_SIZE));
            return DurableQueue.builder(request.codec()).create();
        }

        @Override
        public String codecId(QueueAddress address) {
            return Codec.utf8().id();
        }
    }

    private ClassLoader naming(String... providers) throws IOException {
        Path services = Files.createDirectories(parent.resolve("META-INF/services"));
        Files.write(services.resolve(DurableQueueProvider.class.getName()), List.of(providers));
        return new URLClassLoader(new URL[] {parent.toUri().toURL()}, getClass().getClassLoader());
    }

    @Test
    void shouldAskProviderOfProgramAlsoBesideOneThatCannotBeLoaded() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(naming("is.Missing", Fixed.class.getName()));
        try (DurableQueue<String> queue = DurableQueue.builder(String.class)
                .maxSize(3)
                .closedWhenUnreachable(true)
                .openOrCreate(URI.create("fixed:/orders"))) {
            queue.put("a");
            assertThat(Fixed.last.create()).isTrue();
            assertThat(Fixed.last.chosen()).containsExactly(DurableQueueOption.MAX_SIZE);
            assertThat(Fixed.last.options().maxSize()).isEqualTo(3);
            assertThat(Fixed.last.closedWhenUnreachable()).isTrue();
            assertThat(Fixed.last.codec().id()).isEqualTo(queue.codecId());
            try (DurableQueue<byte[]> encoded = EncodedQueue.open(URI.create("fixed:/orders"))) {
                assertThat(encoded.codecId()).isEqualTo(Codec.utf8().id());
                assertThat(Fixed.last.create()).isFalse();
            }
            assertThatThrownBy(
                            () -> DurableQueue.builder(String.class).sync(true).open(URI.create("fixed:/orders")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("options=[sync]");
            assertThatThrownBy(() -> DurableQueue.open(URI.create("missing:/orders"), String.class))
                    .isInstanceOf(ProviderNotFoundException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** As that of a program whose classes are on a file system that is gone. */
    private static final class Unreadable extends ClassLoader {
        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            throw new IOException("gone");
        }
    }

    @Test
    void shouldGiveUpWhereClassLoaderCannotBeRead() throws Exception {
        Throwable failure = Task.run(() -> {
                    Thread.currentThread().setContextClassLoader(new Unreadable());
                    DurableQueue.open(URI.create("missing:/orders"), String.class);
                })
                .awaitFailure();
        assertThat(failure).isInstanceOf(ProviderNotFoundException.class);
        assertThat(failure.getSuppressed()).isNotEmpty();
    }
}
