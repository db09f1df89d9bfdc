// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.Awaitable;
import io.ipcq.manager.Manager;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.EOFException;
import java.io.Serializable;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One call for things of every kind, each of which another process makes ready. */
class WaitIT {

    private static final Duration SHORT = Duration.ofMillis(60);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final byte[] SECRET = "a secret of the test, 32 bytes..".getBytes(StandardCharsets.UTF_8);

    /** What the child is told to make ready. */
    private enum Thing {
        RING,
        JOURNAL,
        MANAGED,
        PIPE,
        LISTENER,
        NONE_AND_END
    }

    private record Things(
            SharedQueue<String> ring,
            DurableQueue<String> journal,
            SharedQueue<String> managed,
            Connection pipe,
            String listener)
            implements Serializable {}

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private SharedQueue<Thing> orders;
    private SharedQueue<String> ring;
    private DurableQueue<String> journal;
    private SharedQueue<String> managed;
    private Pipe pipe;
    private Listener listener;
    private ChildProcess child;

    @BeforeEach
    void open() throws Exception {
        orders = closed(SharedQueue.create(Thing.class));
        ring = closed(SharedQueue.create(String.class));
        journal = closed(DurableQueue.create(directory.resolve("journal"), String.class));
        AuthKey key = AuthKey.random();
        ManagerServer server = closed(ManagerServer.builder().bind(key));
        managed = closed(Manager.connect(server.address(), key)).queue("letters", String.class);
        pipe = closed(Pipe.create());
        listener = closed(Listener.bind(AuthKey.of(SECRET)));
        Things things = new Things(
                ring, journal, managed, pipe.second(), listener.address().toString());
        child = closed(new ChildProcess(WaitIT::obey, orders, things));
        child.start();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private <T extends AutoCloseable> T closed(T thing) {
        opened.add(thing);
        return thing;
    }

    private List<Awaitable> all() {
        return List.of(child, listener, pipe.first(), managed, journal, ring);
    }

    private static void obey(SharedQueue<Thing> orders, Things things) throws Exception {
        List<Connection> connections = new ArrayList<>();
        while (true) {
            switch (orders.get()) {
                case RING -> things.ring.put("letter");
                case JOURNAL -> things.journal.put("letter");
                case MANAGED -> things.managed.put("letter");
                case PIPE -> things.pipe.sendBytes(new byte[] {1});
                case LISTENER ->
                    connections.add(
                            Connection.connect(UnixDomainSocketAddress.of(things.listener), AuthKey.of(SECRET)));
                case NONE_AND_END -> {
                    return;
                }
            }
        }
    }

    private static <T> CompletableFuture<T> waiting(Callable<T> call) throws InterruptedException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(call.call());
            } catch (Throwable failed) {
                result.completeExceptionally(failed);
            }
        });
        thread.setDaemon(true);
        thread.start();
        Thread.sleep(80);
        assertThat(result).isNotDone();
        return result;
    }

    /** Waits for all while the child makes one of them ready. */
    private void requireReady(Thing order, Awaitable thing) throws Exception {
        CompletableFuture<List<Awaitable>> ready = waiting(() -> Wait.any(LONG, all()));
        orders.put(order);
        assertThat(ready.get(LONG.toSeconds(), TimeUnit.SECONDS)).containsExactly(thing);
        assertThat(Wait.any(LONG, all())).containsExactly(thing);
    }

    @Test
    void shouldTellWhichOfAllIsReady() throws Exception {
        requireReady(Thing.RING, ring);
        assertThat(ring.getNow()).isEqualTo("letter");
        requireReady(Thing.JOURNAL, journal);
        assertThat(journal.getNow()).isEqualTo("letter");
        requireReady(Thing.MANAGED, managed);
        assertThat(managed.getNow()).isEqualTo("letter");
        requireReady(Thing.PIPE, pipe.first());
        assertThat(pipe.first().recvBytes()).containsExactly(1);
        requireReady(Thing.LISTENER, listener);
        closed(listener.accept());
        orders.put(Thing.NONE_AND_END);
        child.join();
        assertThat(Wait.any(LONG, all())).contains(child);
        assertThatThrownBy(pipe.first()::recvBytes).isInstanceOf(EOFException.class);
    }

    @Test
    void shouldTellOfAllThatAreReadyInTheOrderGiven() throws Exception {
        orders.putAll(List.of(Thing.RING, Thing.PIPE));
        assertThat(Wait.any(LONG, pipe.first()))
                .isNotEmpty(); // what is sent before the ends have met goes with the child
        orders.putAll(List.of(Thing.JOURNAL, Thing.NONE_AND_END));
        child.join();
        assertThat(Wait.any(LONG, ring, listener, journal, managed, pipe.first(), child))
                .containsExactly(ring, journal, pipe.first(), child);
    }

    @Test
    void shouldTellThatChildWasKilled() throws Exception {
        CompletableFuture<List<Awaitable>> ready = waiting(() -> Wait.any(LONG, ring, child));
        child.kill();
        assertThat(ready.get(LONG.toSeconds(), TimeUnit.SECONDS)).containsExactly(child);
        assertThat(child.exitCode()).hasValue(-9);
    }

    @Test
    void shouldReturnNoneWhenTheTimeIsOver() throws Exception {
        long start = System.nanoTime();
        assertThat(Wait.any(SHORT, all())).isEmpty();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos());
        assertThat(Wait.any(Duration.ofSeconds(-1), all())).isEmpty();
        assertThatThrownBy(() -> Wait.any(LONG, List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Wait.any(LONG, new ChildProcess(() -> {}))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldTellWhoWaitsThatSomethingIsClosed() throws Exception {
        for (Awaitable thing : List.of(ring, journal, managed, pipe.first(), listener)) {
            CompletableFuture<List<Awaitable>> ready = waiting(() -> Wait.any(LONG, child, thing));
            ((AutoCloseable) thing).close();
            assertThat(ready.get(LONG.toSeconds(), TimeUnit.SECONDS)).containsExactly(thing);
        }
    }

    @Test
    void shouldEndByInterruptAndLeaveNoThread() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<List<Awaitable>> ready = waiting(() -> {
            thread.complete(Thread.currentThread());
            return Wait.any(LONG, all());
        });
        thread.get(LONG.toSeconds(), TimeUnit.SECONDS).interrupt();
        assertThatThrownBy(() -> ready.get(LONG.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(InterruptedException.class);
        long deadline = System.nanoTime() + LONG.toNanos();
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(left -> left.getName().equals("ipcq-wait"))) {
            assertThat(System.nanoTime() - deadline).as("threads are left").isNegative();
            Thread.sleep(1);
        }
    }
}
