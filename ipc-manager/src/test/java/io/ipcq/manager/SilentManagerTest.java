// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Listener;
import io.ipcq.connection.Patient;
import io.ipcq.manager.wire.Json;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A manager that was stopped: it is connected, and answers nothing but what opens a name. */
@Tag("once")
class SilentManagerTest {

    private static final Duration TIMEOUT = Duration.ofMillis(100);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(1);

    private final AuthKey key = AuthKey.random();
    private final List<Connection> connections = new ArrayList<>();
    private Listener listener;
    private volatile boolean answersPing;
    private volatile CountDownLatch pinged = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        listener = Patient.listener(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key)
                .bind();
        Thread server = new Thread(this::serve, "silent");
        server.setDaemon(true);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        listener.close();
        connections.forEach(Connection::close);
    }

    private void serve() {
        try {
            while (true) {
                Connection connection = listener.accept();
                Thread one = new Thread(() -> answerOpen(connection), "silent-client");
                one.setDaemon(true);
                one.start();
            }
        } catch (IOException | InterruptedException closed) {
            // the test is over
        }
    }

    private void answerOpen(Connection connection) {
        try {
            while (true) {
                Map<?, ?> request = (Map<?, ?>) Json.parse(connection.recvBytes());
                boolean ping = "ping".equals(request.get("method"));
                if ("open".equals(request.get("method")) || (answersPing && ping)) {
                    Map<String, Object> answer = new LinkedHashMap<>();
                    answer.put("jsonrpc", "2.0");
                    answer.put("id", request.get("id"));
                    answer.put("result", Map.of("codec", "utf8", "directory", "/nowhere"));
                    connection.sendBytes(Json.write(answer));
                    if (ping) {
                        pinged.countDown();
                    }
                }
            }
        } catch (IOException | InterruptedException gone) {
            connection.close();
        }
    }

    private record Client(Manager manager, SharedQueue<String> queue, SharedLock lock) {}

    private Client connect(Duration answerTimeout) throws Exception {
        while (true) {
            Connection connection = Patient.client(listener.address(), key).connect();
            connections.add(connection);
            Manager manager = Manager.connect(connection, answerTimeout);
            try {
                return new Client(manager, manager.queue("letters", String.class), manager.lock("lock"));
            } catch (ManagerGoneException late) {
                // who answers has had no processor
            }
        }
    }

    private static void shouldFail(ThrowingCallable call) {
        long began = System.nanoTime();
        assertThatThrownBy(call).isInstanceOf(ManagerGoneException.class).hasMessageContaining("answer");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(ANSWER_TIMEOUT);
    }

    @Test
    void shouldFailCallsThatAreNotAnsweredInTime() throws Exception {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Client client = connect(ANSWER_TIMEOUT);
            SharedQueue<String> queue = client.queue;
            List<ThrowingCallable> calls = List.of(
                    () -> queue.get(TIMEOUT),
                    () -> queue.poll(100, TimeUnit.MILLISECONDS),
                    () -> queue.getNow(),
                    () -> client.lock.tryLock(TIMEOUT),
                    () -> client.manager.ping());
            ThrowingCallable call = calls.get(i);
            all.add(CompletableFuture.runAsync(() -> {
                shouldFail(call);
                assertThatThrownBy(queue::qsize).isInstanceOf(ManagerGoneException.class);
            }));
        }
        for (CompletableFuture<Void> each : all) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    private static CompletableFuture<Throwable> getForEver(SharedQueue<String> queue) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return new AssertionError(queue.get());
            } catch (Exception e) {
                return e;
            }
        });
    }

    @Test
    void shouldFailThoseThatWaitForEver() throws Exception {
        long began = System.nanoTime();
        CompletableFuture<Throwable> waiting = getForEver(connect(ANSWER_TIMEOUT).queue);
        assertThat(waiting.get(60, TimeUnit.SECONDS)).isInstanceOf(ManagerGoneException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(ANSWER_TIMEOUT.multipliedBy(2));
    }

    /** They need not wait for their own timeout. */
    @Test
    void shouldFailThoseThatWaitForLong() throws Exception {
        SharedQueue<String> queue = connect(ANSWER_TIMEOUT).queue;
        CompletableFuture<Throwable> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return new AssertionError(queue.get(Duration.ofHours(1)));
            } catch (Exception e) {
                return e;
            }
        });
        assertThat(waiting.get(60, TimeUnit.SECONDS)).isInstanceOf(ManagerGoneException.class);
    }

    @Test
    void shouldWaitForEverForServerThatIsThere() throws Exception {
        answersPing = true;
        Duration answerTimeout = ANSWER_TIMEOUT;
        while (!waitsUntilOneIsNotAnswered(answerTimeout)) {
            answerTimeout = answerTimeout.multipliedBy(2); // who answers has had no processor
            pinged = new CountDownLatch(1);
        }
    }

    private boolean waitsUntilOneIsNotAnswered(Duration answerTimeout) throws Exception {
        SharedQueue<String> queue = connect(answerTimeout).queue;
        CompletableFuture<Throwable> waiting = getForEver(queue);
        assertThat(pinged.await(60, TimeUnit.SECONDS) || waiting.isDone()).isTrue();
        long began = System.nanoTime();
        boolean waited = !waiting.isDone();
        assertThatThrownBy(queue::getNow)
                .isInstanceOf(ManagerGoneException.class)
                .hasMessageContaining("answer");
        assertThat(waiting.get(60, TimeUnit.SECONDS)).isInstanceOf(ManagerGoneException.class);
        return waited && System.nanoTime() - began >= answerTimeout.toNanos();
    }
}
