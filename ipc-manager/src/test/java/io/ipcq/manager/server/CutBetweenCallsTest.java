// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.CuttingWire;
import io.ipcq.connection.CuttingWire.Direction;
import io.ipcq.connection.RawPeer;
import io.ipcq.manager.Manager;
import io.ipcq.manager.server.CallKind.Shop;
import io.ipcq.manager.server.CallKind.Thing;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.QueueStats;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two clients make the same calls, at random, of the same things of two servers. The one is cut off now and then, the
 * other closes its connection at the same time; then both connect again. Each call has the same outcome for both.
 */
@Timeout(120)
class CutBetweenCallsTest {

    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());
    private static final int CALLS = Integer.getInteger("ipcq.cut.calls", 40);

    /** One of so many calls comes after a cut. */
    private static final int CALLS_BETWEEN_CUTS = 5;

    /** Then a call is taken to wait, and ended; if it was carried out meanwhile, it says so. */
    private static final long WAITS_MILLIS = 20;

    /** An interrupt would not take its calls back: whether one was carried out would depend on when it came. */
    private static final String NEVER_WAITS = "own type";

    /** After these there is nothing more to be called, or a part is done when it turns out that they wait. */
    private static final Set<String> LEFT_OUT = Set.of(
            "queue: delete",
            "queue: shutdown",
            "queue: putAll",
            "large queue: putAll",
            "durable queue: delete",
            "durable queue: shutdown");

    private static final byte[] SECRET = RawPeer.ascii("the secret of this test, 32 bytes");
    private static final AuthKey KEY = AuthKey.of(SECRET);

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);

    /** The only one that calls, to which the locks belong. */
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    private volatile Thread calling;

    private Side cut;
    private Side closed;

    /** A server, a client that calls, and another one that holds things meanwhile. */
    private final class Side {
        private final ManagerServer server;
        private final boolean cuts;
        private final Manager holder;
        private Connection connection;
        private Manager caller;

        Side(Path directory, boolean cuts) throws Exception {
            this.cuts = cuts;
            server = ManagerServer.builder()
                    .directory(directory)
                    .register(Shop.class, CallKind.Counterpart::new)
                    .allowShutdown(true)
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), KEY);
            holder = Manager.connect(Connection.connect(server.address(), KEY));
            connect();
        }

        private void connect() throws Exception {
            if (cuts) {
                CuttingWire wire = new CuttingWire(server.address(), SECRET);
                wire.cutAfter(Direction.REQUESTS, Long.MAX_VALUE, random.nextBoolean());
                connection = wire.connection();
            } else {
                connection = Connection.connect(server.address(), KEY);
            }
            caller = Manager.connect(connection);
        }

        void reconnect() throws Exception {
            connection.close();
            while (server.clients() > 1) {
                TimeUnit.MICROSECONDS.sleep(100);
            }
            connect();
        }

        void close() {
            holder.close();
            connection.close();
            server.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        System.out.println("calls and cuts at random; seed " + SEED);
        cut = new Side(directory.resolve("cut"), true);
        closed = new Side(directory.resolve("closed"), false);
    }

    @AfterEach
    void stop() {
        thread.shutdownNow();
        cut.close();
        closed.close();
    }

    @Test
    void shouldMeanTheSameToBeCutOffAndToClose() throws Exception {
        Map<Thing<?>, List<CallKind<?>>> kinds = new LinkedHashMap<>();
        for (CallKind<?> kind : CallKind.all()) {
            if (!kind.waits() && !LEFT_OUT.contains(kind.toString())) {
                kinds.computeIfAbsent(kind.thing, any -> new ArrayList<>()).add(kind);
            }
        }
        for (Map.Entry<Thing<?>, List<CallKind<?>>> each : kinds.entrySet()) {
            compare(each.getKey(), each.getValue());
        }
    }

    private <P> void compare(Thing<P> thing, List<CallKind<?>> kinds) throws Exception {
        List<Object> calls = new ArrayList<>();
        P heldThere = thing.open().apply(cut.holder);
        P heldHere = thing.open().apply(closed.holder);
        thing.prepare().go(heldThere);
        thing.prepare().go(heldHere);
        P there = thing.open().apply(cut.caller);
        P here = thing.open().apply(closed.caller);
        for (int i = 0; i < CALLS; i++) {
            if (random.nextInt(CALLS_BETWEEN_CUTS) == 0) {
                calls.add("cut");
                cut.reconnect();
                closed.reconnect();
                there = thing.open().apply(cut.caller);
                here = thing.open().apply(closed.caller);
            }
            @SuppressWarnings("unchecked") // it is of this thing
            CallKind<P> kind = (CallKind<P>) kinds.get(random.nextInt(kinds.size()));
            calls.add(kind);
            Object expected = outcome(kind, here, !thing.name().equals(NEVER_WAITS));
            if (expected != InterruptedException.class) {
                assertThat(outcome(kind, there, false)).as("%s", calls).isEqualTo(expected);
            }
        }
        cut.reconnect();
        closed.reconnect();
        assertThat(thing.look().go(heldThere))
                .as("%s", calls)
                .isEqualTo(thing.look().go(heldHere));
        for (P held : Arrays.asList(heldThere, heldHere)) {
            if (held instanceof AutoCloseable proxy && !(held instanceof Manager)) {
                proxy.close();
            }
        }
    }

    /** What a call returns, and took, or what it throws; one that waits is interrupted, and has done nothing then. */
    private <P> Object outcome(CallKind<P> kind, P proxy, boolean mayWait) throws Exception {
        List<Object> taken = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        Future<Object> call = thread.submit(() -> {
            Thread.interrupted(); // it was for the call before
            calling = Thread.currentThread();
            begun.countDown();
            kind.before().go(proxy);
            return kind.call.go(proxy, taken);
        });
        begun.await();
        try {
            if (mayWait) {
                try {
                    call.get(WAITS_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    calling.interrupt();
                }
            }
            return shown(call.get()) + ", taken " + taken;
        } catch (ExecutionException e) {
            return e.getCause().getClass();
        }
    }

    /** Without what is not the same each time. */
    private static Object shown(Object result) {
        if (result instanceof Delivery<?> delivery) {
            return List.of(delivery.number(), delivery.attempts(), delivery.value());
        }
        return result instanceof QueueStats stats ? List.of(stats.put(), stats.taken(), stats.leased()) : result;
    }
}
