// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.manager.wire.Json;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableTriConsumer;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients and servers are killed. */
@Tag("once")
class ManagerCrashIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    /** Threads that a server makes for what it has to do at the moment, and keeps for a minute. */
    private static final int SOME = 8;

    @TempDir
    Path directory;

    private final AuthKey key = AuthKey.random();
    private ManagerServer server;
    private Manager manager;

    @BeforeEach
    void start() throws Exception {
        server = ManagerServer.builder()
                .directory(directory)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        manager = Manager.connect(server.address(), key);
    }

    @AfterEach
    void stop() {
        manager.close();
        server.close();
    }

    private ChildProcess client(SerializableTriConsumer<SocketAddress, AuthKey, SharedQueue<String>> work)
            throws Exception {
        try (SharedQueue<String> begun = SharedQueue.create(String.class)) {
            ChildProcess child = new ChildProcess(work, server.address(), key, begun);
            child.start();
            if (begun.get(LONG) == null) {
                throw new AssertionError("the client did not begin: " + child);
            }
            return child;
        }
    }

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    private static long serverThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ipcq-"))
                .count();
    }

    @Test
    void shouldLoseNothingWhenClientIsKilledWhileItGets() throws Exception {
        SharedQueue<String> queue = manager.queue("letters", String.class);
        queue.put("warm");
        queue.get();
        await().atMost(LONG).until(() -> server.clients() == 1);
        long descriptors = descriptors();
        long threads = serverThreads();
        for (int i = 0; i < 3; i++) {
            try (ChildProcess client = client(ManagerClients::get)) {
                await().atMost(LONG).until(() -> manager.names().get(0).holders() == 2);
                client.kill();
                queue.put("element " + i);
                client.join();
            }
            assertThat(queue.get(LONG)).isEqualTo("element " + i);
            assertThat(queue.qsize()).isZero();
        }
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(server.clients()).isEqualTo(1);
            assertThat(serverThreads()).isLessThanOrEqualTo(threads + SOME);
            assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
        });
    }

    @Test
    void shouldReleaseWhatKilledClientHeld() throws Exception {
        SharedLock lock = manager.lock("lock");
        SharedSemaphore semaphore = manager.semaphore("permits", 1);
        SharedBarrier barrier = manager.barrier("meet", 2);
        DurableQueue<String> orders = manager.durableQueue("orders", String.class);
        orders.put("tea");
        try (ChildProcess client = client(ManagerClients::hold)) {
            await().atMost(LONG).until(() -> barrier.waiting() == 1);
            assertThat(lock.tryLock()).isFalse();
            assertThat(orders.getNow()).isNull();
            CompletableFuture<Boolean> locked = CompletableFuture.supplyAsync(() -> {
                lock.lock();
                return true;
            });
            client.kill();
            assertThat(locked.get(60, TimeUnit.SECONDS)).isTrue();
            semaphore.acquire();
            assertThat(orders.receive(LONG).attempts()).isEqualTo(2);
            assertThatThrownBy(barrier::await).isInstanceOf(BrokenBarrierException.class);
        }
        await().atMost(LONG).until(() -> server.clients() == 1);
        assertThat(manager.names()).allMatch(held -> held.holders() == 1);
    }

    @Test
    void shouldDropClientThatIsCutWithinFrame() throws Exception {
        manager.ping();
        for (int cut = 0; cut < 8; cut++) {
            try (SocketChannel raw = SocketChannel.open(server.address())) {
                raw.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 40, 1, 2, 3, 4}, 0, cut));
            }
        }
        await().atMost(LONG).until(() -> server.clients() == 1);
        assertThat(manager.ping()).isPresent();
    }

    @Test
    void shouldNotLetClientThatDoesNotReadDelayOthers() throws Exception {
        SharedCounter counter = manager.counter("hits");
        manager.list("big", String.class).add("x".repeat(1 << 20));
        try (io.ipcq.connection.Connection deaf = io.ipcq.connection.Connection.connect(server.address(), key)) {
            deaf.sendBytes(Json.write(
                    java.util.Map.of("jsonrpc", "2.0", "id", 0, "method", "open", "params", List.of("list", "big"))));
            for (int i = 1; i < 40; i++) {
                deaf.sendBytes(Json.write(
                        java.util.Map.of("jsonrpc", "2.0", "id", i, "method", "list.items", "params", List.of("big"))));
            }
            for (int i = 1; i <= 200; i++) {
                assertThat(counter.increment()).isEqualTo(i);
            }
        }
        await().atMost(LONG).until(() -> server.clients() == 1);
    }

    @Test
    void shouldServeTwoThousandIdleClientsWithoutThreads() throws Exception {
        List<io.ipcq.connection.Connection> clients = new ArrayList<>();
        SharedCounter counter = manager.counter("hits");
        counter.increment();
        System.gc();
        long before = used();
        long threads = serverThreads();
        long descriptors = descriptors();
        try {
            for (int i = 0; i < 2000; i++) {
                clients.add(io.ipcq.connection.Connection.connect(server.address(), key));
            }
            await().atMost(LONG).until(() -> server.clients() == 2001);
            await().atMost(LONG).untilAsserted(() -> assertThat(serverThreads()).isLessThanOrEqualTo(threads + SOME));
            System.gc();
            System.out.printf(
                    "2,000 idle clients, both sides in one JVM: %d heap bytes a client, %d descriptors, %d threads%n",
                    (used() - before) / 2000, descriptors() - descriptors, serverThreads() - threads);
            assertThat(counter.increment()).isEqualTo(2);
        } finally {
            clients.forEach(io.ipcq.connection.Connection::close);
        }
        await().atMost(LONG).until(() -> server.clients() == 1);
        assertThat(counter.increment()).isEqualTo(3);
    }

    @Test
    void shouldServeOthersWhileRequestTakesLong() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AuthKey another = AuthKey.random();
        try (ManagerServer slow = ManagerServer.builder()
                        .register(Runnable.class, () -> {
                            begun.countDown();
                            await().forever().until(() -> end.getCount() == 0); // a disk that hangs, for instance
                            return () -> {};
                        })
                        .bind(another);
                Manager asking = Manager.connect(slow.address(), another);
                Manager other = Manager.connect(io.ipcq.connection.Connection.connect(slow.address(), another))) {
            CompletableFuture<Runnable> late = CompletableFuture.supplyAsync(() -> asking.get("slow", Runnable.class));
            begun.await();
            SharedCounter counter = other.counter("hits");
            for (int i = 1; i <= 100; i++) {
                assertThat(counter.increment()).isEqualTo(i);
            }
            assertThat(late).isNotDone();
            end.countDown();
            late.get(60, TimeUnit.SECONDS).run();
            assertThat(asking.ping()).isEqualTo(other.ping());
        } finally {
            end.countDown();
        }
    }

    private static long used() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void shouldKeepDurableQueuesWhenServerIsKilled() throws Exception {
        Path kept = directory.resolve("kept");
        try (Manager first = Manager.builder().directory(kept).start()) {
            DurableQueue<String> orders = first.durableQueue("orders", String.class);
            SharedQueue<String> memory = first.queue("letters", String.class);
            SharedLock lock = first.lock("lock");
            orders.putAll(List.of("tea", "milk"));
            CompletableFuture<Throwable> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return new AssertionError(memory.get());
                } catch (Exception e) {
                    return e;
                }
            });
            ChildProcess process = first.process().orElseThrow();
            process.kill();
            process.join();
            assertThat(waiting.get(60, TimeUnit.SECONDS)).isInstanceOf(ManagerGoneException.class);
            assertThatThrownBy(lock::lock).isInstanceOf(ManagerGoneException.class);
            assertThatThrownBy(() -> orders.get(LONG)).isInstanceOf(ManagerGoneException.class);
        }
        try (Manager second = Manager.builder().directory(kept).start();
                DurableQueue<String> orders = second.durableQueue("orders", String.class)) {
            assertThat(orders.browse()).containsExactly("tea", "milk");
        }
    }

    @Test
    void shouldLeaveNothingWhenManagerIsClosed() throws Exception {
        Path socket;
        try (Manager own = Manager.start()) {
            socket = ((UnixDomainSocketAddress) own.address().orElseThrow()).getPath();
            assertThat(socket).exists();
        }
        assertThat(socket.getParent()).doesNotExist();
    }

    @Test
    void shouldPassProxiesToChildren() throws Exception {
        try (Manager own = Manager.start();
                SharedQueue<String> queue = own.queue("letters", String.class)) {
            java.util.concurrent.ConcurrentMap<String, Integer> map = own.map("counts", String.class, Integer.class);
            SharedLock lock = own.lock("lock");
            try (ChildProcess one = new ChildProcess(ManagerClients::use, queue, map, lock);
                    ChildProcess two = new ChildProcess(ManagerClients::use, queue, map, lock)) {
                one.start();
                two.start();
                assertThat(List.of(queue.get(LONG), queue.get(LONG)))
                        .containsExactlyInAnyOrder("from " + one.name(), "from " + two.name());
            }
            assertThat(map).containsEntry("runs", 2);
        }
    }
}
