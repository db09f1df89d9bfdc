// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.CuttingWire;
import io.ipcq.connection.CuttingWire.Direction;
import io.ipcq.connection.RawPeer;
import io.ipcq.manager.Manager;
import io.ipcq.manager.ManagerGoneException;
import io.ipcq.manager.server.CallKind.Shop;
import io.ipcq.manager.wire.Operation;
import io.ipcq.manager.wire.Operation.OfServer;
import io.ipcq.manager.wire.OperationsOfTypes;
import io.ipcq.manager.wire.ServedType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A client of a manager whose connection is cut at each byte of each kind of call, in either direction: the call ends,
 * nothing that the client held stays held, no element is lost, and the other clients go on.
 */
@Tag("once")
class ManagerCallCutTest {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    /** Only every so many bytes; from a random one on. */
    private static final int STEP = Integer.getInteger("ipcq.cut.step", 120);

    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());
    private static final Random RANDOM = new Random(SEED);

    private static final byte[] SECRET = RawPeer.ascii("the secret of this test, 32 bytes");
    private static final AuthKey KEY = AuthKey.of(SECRET);
    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor();

    @TempDir
    static Path directory;

    private static ManagerServer server;
    private static Manager others;

    /** What became of a call that was cut. */
    private record Outcome(long requestBytes, long answerBytes, Object state, String requests) {}

    /** What no client of ours asks to be done in a call: a test of its own does. */
    private static final Set<String> ALONE = Set.of(OfServer.SHUTDOWN.wire());

    private static final Pattern METHOD = Pattern.compile("\"method\":\"([\\w.]+)\"");

    @BeforeAll
    static void start() throws Exception {
        System.out.println("cuts at every " + STEP + " bytes; seed " + SEED);
        server = serve();
        others = Manager.connect(Connection.connect(server.address(), KEY));
    }

    private static ManagerServer serve() throws Exception {
        return ManagerServer.builder()
                .directory(directory)
                .register(Shop.class, CallKind.Counterpart::new)
                .allowShutdown(true)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), KEY);
    }

    @AfterAll
    static void stop() throws Exception {
        others.close();
        server.close();
        THREAD.shutdownNow();
    }

    static List<CallKind<?>> kinds() {
        return CallKind.all();
    }

    /**
     * Whatever a server can be asked for, one of the kinds asks for it. Types that share their operations share the
     * code behind them, too.
     */
    @Test
    void shouldAskForEverythingThatThereIs() throws Exception {
        Set<String> asked = new TreeSet<>();
        for (CallKind<?> kind : kinds()) {
            METHOD.matcher(cut(kind, true, Direction.REQUESTS, Long.MAX_VALUE, null, null).requests)
                    .results()
                    .forEach(found -> asked.add(found.group(1)));
        }
        Set<String> missing = new TreeSet<>();
        Stream.of(OfServer.values()).map(Operation::wire).forEach(missing::add);
        for (ServedType type : ServedType.values()) {
            List<? extends Operation> operations = OperationsOfTypes.of(type);
            assertThat(asked).as("calls of a type").anyMatch(method -> method.startsWith(type.wire() + "."));
            operations.stream()
                    .filter(operation -> Stream.of(ServedType.values())
                            .filter(other -> OperationsOfTypes.of(other).equals(operations))
                            .noneMatch(other -> asked.contains(other.wire() + "." + operation.wire())))
                    .forEach(operation -> missing.add(type.wire() + "." + operation.wire()));
        }
        missing.removeAll(asked);
        missing.removeAll(ALONE);
        assertThat(missing).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldEndAndLeaveNothingWhereverItIsCut(CallKind<?> kind) throws Exception {
        cutEverywhere(kind);
    }

    private <P> void cutEverywhere(CallKind<P> kind) throws Exception {
        Object without = cut(kind, false, Direction.REQUESTS, Long.MAX_VALUE, null, null).state;
        Outcome whole = cut(kind, true, Direction.REQUESTS, Long.MAX_VALUE, null, null);
        Levels before = Levels.now();
        int cuts = 0;
        for (Direction direction : Direction.values()) {
            long bytes = direction == Direction.REQUESTS ? whole.requestBytes : whole.answerBytes;
            for (long at = RANDOM.nextInt(STEP); at <= bytes; at += STEP) {
                cut(kind, true, direction, at, without, whole.state);
                cuts++;
            }
        }
        before.awaitAgain(WATCHDOG);
        System.out.printf("%s: bytes=%d cuts=%d%n", kind, whole.requestBytes + whole.answerBytes, cuts);
    }

    /** One client that comes, calls, or does not, and is cut off; what there may be then is known, or null. */
    private <P> Outcome cut(CallKind<P> kind, boolean calls, Direction direction, long at, Object without, Object with)
            throws Exception {
        CuttingWire wire = new CuttingWire(server.address(), SECRET);
        try {
            Outcome outcome = play(wire, kind, calls, direction, at, without, with);
            requireAllGivenBack();
            return outcome;
        } catch (Throwable e) {
            throw new AssertionError(kind + " cut at byte " + at + " of " + direction, e);
        } finally {
            wire.connection().close();
        }
    }

    private <P> Outcome play(
            CuttingWire wire,
            CallKind<P> kind,
            boolean calls,
            Direction direction,
            long at,
            Object without,
            Object with)
            throws Exception {
        Manager callers = Manager.connect(wire.connection());
        try (CallScene<P> scene =
                new CallScene<>(kind, server, callers, others, THREAD, ManagerCallCutTest::unexpected)) {
            wire.cutAfter(direction, at, RANDOM.nextBoolean());
            if (calls) {
                scene.run();
                requireEnd(scene.thrown());
            }
            long requestBytes = wire.passed(Direction.REQUESTS);
            long answerBytes = wire.passed(Direction.ANSWERS);
            wire.connection().close();
            awaitOneClient();
            if (!calls) {
                scene.meanwhile();
            }
            Object state = scene.look();
            if (with != null) {
                scene.requireRightState(state, without, with);
            }
            return new Outcome(requestBytes, answerBytes, state, wire.requests());
        }
    }

    /** The other client, which is still there, has let go of all that it held. */
    private static void requireAllGivenBack() throws InterruptedException {
        awaitThat("budgets", () -> server.budgets().stream().allMatch(budget -> budget.used() == 0));
        assertThat(others.names()).isEmpty();
    }

    private static Manager unexpected() {
        throw new AssertionError("the other client was cut off");
    }

    /**
     * A call ends with its result, or says that the manager is gone; and at once, not because no answer has come for
     * long.
     */
    private static void requireEnd(Throwable thrown) {
        if (thrown != null) {
            assertThat(thrown).isInstanceOf(ManagerGoneException.class);
            assertThat(thrown.getMessage()).doesNotContain("answerTimeout");
        }
    }

    private static void awaitOneClient() throws InterruptedException {
        awaitThat("clients", () -> server.clients() == 1);
    }

    /** Thousands of times, so without the threads and the pauses of Awaitility. */
    private static void awaitThat(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + WATCHDOG.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            TimeUnit.MICROSECONDS.sleep(100);
        }
    }

    /** A request to end the server is carried out whole or not at all. */
    @Test
    void shouldEndOrGoOnWhereverShutdownIsCut() throws Exception {
        for (Direction direction : Direction.values()) {
            long bytes = Long.MAX_VALUE;
            for (long at = RANDOM.nextInt(STEP); at <= bytes; at += STEP) {
                try (ManagerServer ending = serve()) {
                    CuttingWire wire = new CuttingWire(ending.address(), SECRET);
                    wire.cutAfter(direction, at, RANDOM.nextBoolean());
                    boolean shutDown = isShutDown(Manager.connect(wire.connection()));
                    bytes = wire.passed(direction) < at ? wire.passed(direction) : bytes;
                    wire.connection().close();
                    if (shutDown) {
                        ending.serveForever();
                    } else {
                        awaitThat("clients", () -> ending.clients() == 0);
                    }
                }
            }
        }
    }

    private static boolean isShutDown(Manager manager) {
        try {
            manager.shutdown();
            return true;
        } catch (ManagerGoneException e) {
            requireEnd(e);
            return false;
        }
    }
}
