// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.ProtocolClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client may block what it has of the server's threads; the others have theirs. */
@Timeout(120)
class ManagerThreadsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int MAX_THREADS = 8;

    private static final int DEAF = 20;
    private static final int ROUNDS = 300;
    private static final int FLOOD = Protocol.MAX_WAITING_CALLS + 100;

    public interface Blocking {
        boolean block();

        boolean blockUnlessInterrupted() throws InterruptedException;

        int ok();
    }

    private final class Blocker implements Blocking {
        @Override
        public boolean block() {
            blocked.release();
            end.acquireUninterruptibly();
            return true;
        }

        @Override
        public boolean blockUnlessInterrupted() throws InterruptedException {
            blocked.release();
            end.acquire();
            return true;
        }

        @Override
        public int ok() {
            return 1;
        }
    }

    private final Semaphore blocked = new Semaphore(0);
    private final Semaphore end = new Semaphore(0);
    private final AuthKey key = AuthKey.random();
    private ManagerServer server;
    private ProtocolClient client;
    private ProtocolClient other;

    @BeforeEach
    void start() throws Exception {
        server = ManagerServer.builder()
                .register(Blocking.class, Blocker::new)
                .maxThreads(MAX_THREADS)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        client = connect();
        other = connect();
        for (ProtocolClient each : List.of(client, other)) {
            each.result("open", "object", "blocking", Map.of("interface", Blocking.class.getName()));
        }
    }

    @AfterEach
    void stop() {
        end.release(2 * FLOOD);
        client.close();
        other.close();
        server.close();
    }

    private ProtocolClient connect() throws Exception {
        return new ProtocolClient(Connection.connect(server.address(), key));
    }

    /**
     * How many threads are at something that this class of the server does; those that wait for more to do are at
     * nothing.
     */
    private static long threadsIn(Class<?> doing) {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().equals(doing.getName())))
                .count();
    }

    private static void requireThreadsWithinLimit() {
        assertThat(threadsIn(Workers.class)).isLessThanOrEqualTo(MAX_THREADS);
    }

    private void requireServed(ProtocolClient who) throws Exception {
        assertThat(who.result("object.call", "blocking", "ok/0", List.of())).isEqualTo(1);
        who.result("open", "queue", "letters", Map.of("codec", "utf8"));
        int get = who.send("queue.get", "letters", null);
        who.result("queue.put", "letters", "a", 0);
        assertThat(who.answer(get).get("result")).isEqualTo("a");
    }

    @Test
    void shouldLeaveThreadsForOthersWhenOneClientBlocksAllItMay() throws Exception {
        for (int i = 0; i < FLOOD; i++) {
            client.send("object.call", "blocking", "block/0", List.of());
        }
        int refused = 0;
        for (int i = Protocol.MAX_WAITING_CALLS; i < FLOOD; i++) {
            assertThat(ProtocolClient.error(client.receive())).isEqualTo(Protocol.LIMIT);
            refused++;
        }
        assertThat(refused).isEqualTo(FLOOD - Protocol.MAX_WAITING_CALLS);
        blocked.acquire(MAX_THREADS / 2);
        requireServed(other);
        try (ProtocolClient late = connect()) {
            late.result("open", "object", "blocking", Map.of("interface", Blocking.class.getName()));
            requireServed(late);
        }
        requireThreadsWithinLimit();
        end.release(FLOOD);
        for (int i = 0; i < Protocol.MAX_WAITING_CALLS; i++) {
            assertThat(client.receive().get("result")).isEqualTo(true);
        }
        requireServed(client);
    }

    /** They count like other calls; those beyond the limit are not carried out. */
    @Test
    void shouldLeaveThreadsForOthersWhenOneClientBlocksThemByNotifications() throws Exception {
        for (int i = 0; i < FLOOD; i++) {
            client.sendAs(null, "object.call", "blocking", "block/0", List.of());
        }
        client.result("ping");
        blocked.acquire(MAX_THREADS / 2);
        requireServed(other);
        requireThreadsWithinLimit();
        end.release(FLOOD);
        await().atMost(LONG).until(() -> end.availablePermits() == FLOOD - Protocol.MAX_WAITING_CALLS);
        requireServed(client);
    }

    @Test
    void shouldRefuseToWaitAtMoreQueuesThanOneClientHasThreads() throws Exception {
        List<Integer> waiting = new ArrayList<>();
        for (int i = 0; i <= MAX_THREADS / 2; i++) {
            client.result("open", "queue", "queue" + i, Map.of("codec", "utf8"));
            waiting.add(client.send("queue.get", "queue" + i, null));
        }
        assertThat(ProtocolClient.error(client.answer(waiting.get(MAX_THREADS / 2))))
                .isEqualTo(Protocol.LIMIT);
        requireServed(other);
        requireThreadsWithinLimit();
        for (int i = 0; i < MAX_THREADS / 2; i++) {
            client.send("queue.put", "queue" + i, "a", 0);
            assertThat(client.answer(waiting.get(i)).get("result")).isEqualTo("a");
        }
        requireServed(client);
    }

    /**
     * Many short calls at once are carried out one after the other; none is forgotten, whenever a thread becomes free.
     */
    @Test
    void shouldCarryOutMoreCallsThanThereAreThreads() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Set<Object> asked = new HashSet<>();
            for (int i = 0; i < MAX_THREADS * 4; i++) {
                asked.add(client.send("object.call", "blocking", "ok/0", List.of()));
            }
            Set<Object> answered = new HashSet<>();
            for (int i = 0; i < MAX_THREADS * 4; i++) {
                Map<?, ?> answer = client.receive();
                assertThat(answer.get("result")).isEqualTo(1);
                answered.add(answer.get("id"));
            }
            assertThat(answered).isEqualTo(asked);
        }
    }

    /** A call that has no thread yet is over when it is cancelled, and none comes for it later. */
    @Test
    void shouldForgetCallThatIsCancelledBeforeItHasThread() throws Exception {
        for (int i = 0; i < MAX_THREADS / 2; i++) {
            client.send("object.call", "blocking", "block/0", List.of());
        }
        blocked.acquire(MAX_THREADS / 2);
        int waiting = client.send("object.call", "blocking", "block/0", List.of());
        client.send("cancel", waiting);
        assertThat(ProtocolClient.error(client.answer(waiting))).isEqualTo(Protocol.CANCELLED);
        end.release(MAX_THREADS / 2);
        requireServed(client);
        assertThat(blocked.availablePermits()).isZero();
    }

    private long threadsTaken() {
        return server.budgets().stream()
                .filter(budget -> budget.toString().contains("maxThreads"))
                .mapToLong(Budget::used)
                .sum();
    }

    /** A client blocks all that it may, and goes. */
    private void comeAndGo(String method) throws Exception {
        try (ProtocolClient gone = connect()) {
            gone.result("open", "object", "blocking", Map.of("interface", Blocking.class.getName()));
            for (int i = 0; i < MAX_THREADS; i++) {
                gone.send("object.call", "blocking", method, List.of());
            }
            gone.result("ping");
            blocked.acquire();
        }
    }

    /** However many come one after the other. */
    @Test
    void shouldTakeBackThreadsOfClientsThatAreGone() throws Exception {
        for (int i = 0; i < 2 * MAX_THREADS; i++) {
            comeAndGo("blockUnlessInterrupted/0");
        }
        requireServed(other);
        await().atMost(LONG).until(() -> threadsTaken() == 0);
    }

    /** A thread that does not end cannot be taken back, and counts until it does. */
    @Test
    void shouldCountThreadsThatIgnoreThatTheirClientIsGone() throws Exception {
        comeAndGo("block/0");
        await().atMost(LONG).until(() -> server.clients() == 2);
        assertThat(threadsTaken()).isBetween(1L, MAX_THREADS / 2L);
        requireServed(other);
        requireThreadsWithinLimit();
        end.release(MAX_THREADS);
        await().atMost(LONG).until(() -> threadsTaken() == 0);
    }

    /** What they do not read is sent when they do. */
    @Test
    void shouldNeedNoThreadForClientsThatDoNotRead() throws Exception {
        other.result("open", "list", "big", Map.of());
        other.result("list.append", "big", "x".repeat(1 << 20));
        List<ProtocolClient> deaf = new ArrayList<>();
        try {
            for (int i = 0; i < DEAF; i++) {
                ProtocolClient each = connect();
                deaf.add(each);
                each.send("open", "list", "big", Map.of());
                each.send("list.items", "big");
                each.send("list.items", "big");
            }
            long asked = 2L + 2 + 3 * DEAF; // with what is above, and in start()
            await().atMost(LONG).until(() -> server.requests() >= asked);
            await().atMost(LONG).until(() -> threadsIn(Session.class) == 0);
            requireServed(other);
            for (ProtocolClient each : deaf) {
                for (int request = 2; request <= each.last(); request++) {
                    assertThat((List<?>) each.answer(request).get("result")).hasSize(1);
                }
            }
        } finally {
            deaf.forEach(ProtocolClient::close);
        }
    }
}
