// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.wire.ProtocolClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A failure on the server, an {@code Error} like any other, takes nothing along: every call is answered, and nothing
 * stays held.
 */
@Timeout(120)
class ManagerFailureTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int LOCKS = 6;

    /** What the program's own code on the server throws. */
    enum Thrown {
        EXCEPTION(() -> new IllegalStateException("made by a test")),
        ASSERTION(() -> new AssertionError("made by a test")),
        MEMORY(() -> new OutOfMemoryError("made by a test")),
        STACK(StackOverflowError::new),
        CLASS(() -> new NoClassDefFoundError("made by a test"));

        private static final AtomicReference<Thrown> NEXT = new AtomicReference<>();

        private final Supplier<Throwable> maker;

        Thrown(Supplier<Throwable> maker) {
            this.maker = maker;
        }

        /** Throws what a test has asked for, once. */
        static void come() {
            Thrown next = NEXT.getAndSet(null);
            if (next != null) {
                next.<RuntimeException>sneak();
            }
        }

        @SuppressWarnings("unchecked")
        private <X extends Throwable> void sneak() throws X {
            throw (X) maker.get();
        }
    }

    /** A result that throws when it is written. */
    public record Result(int number) {
        @Override
        public int number() {
            Thrown.come();
            return number;
        }
    }

    /** An argument that throws when it is read. */
    public record Argument(int number) {
        public Argument {
            Thrown.come();
        }
    }

    public interface Faulty {
        int ok();

        void method();

        Result result();

        void argument(Argument argument);
    }

    static final class Impl implements Faulty, AutoCloseable {
        Impl() {
            Thrown.come();
        }

        @Override
        public int ok() {
            return 1;
        }

        @Override
        public void method() {
            Thrown.come();
        }

        @Override
        public Result result() {
            return new Result(1);
        }

        @Override
        public void argument(Argument argument) {}

        @Override
        public void close() {
            Thrown.come();
        }
    }

    @TempDir
    Path directory;

    private final AuthKey key = AuthKey.random();
    private ManagerServer server;
    private ProtocolClient client;
    private ProtocolClient other;

    @BeforeEach
    void start() throws Exception {
        server = ManagerServer.builder()
                .directory(directory)
                .register(Faulty.class, Impl::new)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        client = new ProtocolClient(Connection.connect(server.address(), key));
        other = new ProtocolClient(Connection.connect(server.address(), key));
    }

    @AfterEach
    void stop() {
        Thrown.NEXT.set(null);
        client.close();
        other.close();
        server.close();
    }

    private static Object open(ProtocolClient who, String type, String name) throws Exception {
        Map<String, Object> options = switch (type) {
            case "queue", "durableQueue" -> Map.of("codec", "utf8");
            case "object" -> Map.of("interface", Faulty.class.getName());
            case "barrier" -> Map.of("parties", 2);
            default -> Map.of();
        };
        return who.ask("open", type, name, options).get("error");
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerEveryCall(Thrown thrown) throws Exception {
        open(client, "object", "faulty");
        for (String method : List.of("method/0", "result/0")) {
            Thrown.NEXT.set(thrown);
            client.refusal("object.call", "faulty", method, List.of());
            assertThat(client.result("object.call", "faulty", "ok/0", List.of()))
                    .isEqualTo(1);
        }
        Thrown.NEXT.set(thrown);
        client.refusal("object.call", "faulty", "argument/1", List.of(Map.of("number", 1)));
        assertThat(client.result("object.call", "faulty", "ok/0", List.of())).isEqualTo(1);
        Thrown.NEXT.set(thrown);
        assertThat(open(other, "object", "second")).as("the factory fails").isNotNull();
        assertThat(open(other, "object", "second")).isNull();
        Thrown.NEXT.set(thrown);
        assertThat(other.result("close", "object", "second")).isNull();
        assertThat(server.clients()).isEqualTo(2);
    }

    /** As many locks as make it likely that some come after what fails, in whatever order things are given back. */
    @ParameterizedTest
    @EnumSource
    void shouldGiveEverythingBackWhateverFails(Thrown thrown) throws Exception {
        for (int i = 0; i < LOCKS; i++) {
            open(client, "lock", "lock" + i);
            assertThat(client.result("lock.lock", "lock" + i, "main", 0)).isEqualTo(true);
        }
        open(client, "semaphore", "permits");
        client.result("semaphore.acquire", "permits", 1, 0);
        open(client, "barrier", "meet");
        client.send("barrier.await", "meet");
        for (String type : List.of("queue", "durableQueue")) {
            open(client, type, "gone");
            open(other, type, "gone");
            client.result(type + ".put", "gone", "lease", 0);
            client.result(type + ".put", "gone", "unconfirmed", 0);
        }
        client.result("durableQueue.receive", "gone", 0);
        client.result("durableQueue.get", "gone", 0, true);
        client.result("queue.get", "gone", 0, true);
        other.result("durableQueue.delete", "gone");
        other.result("queue.delete", "gone");
        open(client, "object", "faulty");
        Thrown.NEXT.set(thrown); // when it is closed
        client.close();
        await().atMost(LONG).until(() -> server.clients() == 1);
        for (int i = 0; i < LOCKS; i++) {
            open(other, "lock", "lock" + i);
            assertThat(other.result("lock.lock", "lock" + i, "main", 0))
                    .as("lock%d", i)
                    .isEqualTo(true);
        }
        open(other, "semaphore", "permits");
        assertThat(other.result("semaphore.acquire", "permits", 1, 0)).isEqualTo(true);
        assertThat((List<?>) other.result("names"))
                .hasSize(LOCKS + 3)
                .allMatch(held -> ((Map<?, ?>) held).get("holders").equals(1));
    }
}
