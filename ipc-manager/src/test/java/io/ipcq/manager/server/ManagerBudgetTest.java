// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.LiveObjects;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Listener;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.ProtocolClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever clients take of a server is counted, and given back when they are gone. */
@Timeout(120)
@Tag("once")
class ManagerBudgetTest {

    private static final AuthKey KEY = AuthKey.of(HostileClientsServer.SECRET);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration LONGER = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final int NAMES = 40;
    private static final long STORED_BYTES = 1 << 20;

    /** So a map with one value takes most of what a client is assured of. */
    private static final String HEIRLOOM = "x".repeat(700);

    @TempDir
    Path directory;

    private ManagerServer server;

    @BeforeEach
    void start() throws Exception {
        server = HostileClientsServer.builder(directory)
                .maxNames(NAMES)
                .maxStoredBytes(STORED_BYTES)
                .bind(Listener.builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), KEY)
                        .writeTimeout(LONGER) // who does not read is not cut off
                        .bind());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ProtocolClient connect() throws Exception {
        return new ProtocolClient(Connection.connect(server.address(), KEY));
    }

    private void requireAllGivenBack() {
        await().atMost(LONG).untilAsserted(() -> assertThat(server.budgets()).allMatch(budget -> budget.used() == 0));
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveAllBackWhenHostileClientIsGone(Attack attack) throws Exception {
        long before = LiveObjects.count(Session.class);
        try (HostilePeer peer = new HostilePeer(server.address(), "peer", SHORT, new CountDownLatch(1), () -> {})) {
            attack.go(peer);
        } catch (ProtocolClient.Refused refused) {
            // what it had until then is given back, too
        }
        await().atMost(LONG).until(() -> server.clients() == 0);
        requireAllGivenBack();
        await().atMost(LONG)
                .until(() -> LiveObjects.count(Session.class) <= before); // what nobody counts is given back, too
    }

    /** Such as the timer that cuts off who does not read. */
    @Test
    void shouldForgetClientThatDidNotRead() throws Exception {
        long before = LiveObjects.count(Session.class);
        try (ProtocolClient client = connect()) {
            client.result("open", "list", "list", Map.of());
            client.result("list.append", "list", "x".repeat((int) STORED_BYTES / 8));
            while (used("maxCallBytes") < STORED_BYTES) { // which the kernel does not take, either
                client.send("list.items", "list");
                Thread.onSpinWait();
            }
        }
        await().atMost(LONG).until(() -> LiveObjects.count(Session.class) <= before);
    }

    private long used(String budget) {
        return server.budgets().stream()
                .filter(each -> each.toString().contains(budget))
                .mapToLong(Budget::used)
                .sum();
    }

    /** How one client comes to hold what others have stored in the parts that these are assured of. */
    enum Inheritance {
        OPENED_AFTERWARDS {
            @Override
            boolean isDone(ProtocolClient heir, ProtocolClient first, String name) throws Exception {
                return isGranted(first, "open", "map", name, Map.of())
                        && isGranted(first, "map.put", name, "key", HEIRLOOM)
                        && isGranted(heir, "open", "map", name, Map.of());
            }
        },
        OPENED_BEFORE {
            @Override
            boolean isDone(ProtocolClient heir, ProtocolClient first, String name) throws Exception {
                return isGranted(heir, "open", "map", name, Map.of())
                        && isGranted(first, "open", "map", name, Map.of())
                        && isGranted(first, "map.put", name, "key", HEIRLOOM);
            }
        },
        CLEARED_MEANWHILE {
            @Override
            boolean isDone(ProtocolClient heir, ProtocolClient first, String name) throws Exception {
                return OPENED_AFTERWARDS.isDone(heir, first, name)
                        && isGranted(first, "map.clear", name)
                        && isGranted(first, "map.put", name, "key", HEIRLOOM);
            }
        };

        /** False if something was refused, for want of room. */
        abstract boolean isDone(ProtocolClient heir, ProtocolClient first, String name) throws Exception;

        private static boolean isGranted(ProtocolClient client, String method, Object... params) throws Exception {
            try {
                client.result(method, params);
                return true;
            } catch (ProtocolClient.Refused refused) {
                assertThat(refused).hasMessageContaining("maxStoredBytes");
                return false;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(1_200)
    void shouldLeaveToEachItsPartWhateverOneInherits(Inheritance inheritance) throws Exception {
        try (ManagerServer roomy = HostileClientsServer.builder(directory)
                        .maxStoredBytes(STORED_BYTES)
                        .bind(KEY);
                ProtocolClient heir = new ProtocolClient(Connection.connect(roomy.address(), KEY))) {
            int heirlooms = 0;
            for (boolean more = true; more; heirlooms++) {
                try (ProtocolClient first = new ProtocolClient(Connection.connect(roomy.address(), KEY))) {
                    more = inheritance.isDone(heir, first, "heirloom" + heirlooms);
                }
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .atMost(LONGER)
                        .until(() -> roomy.clients() == 1);
            }
            assertThat(heirlooms).isGreaterThan(100);
            for (int i = 0; i < 10; i++) {
                try (ProtocolClient newcomer = new ProtocolClient(Connection.connect(roomy.address(), KEY))) {
                    newcomer.result("open", "map", "own", Map.of());
                    newcomer.result("map.put", "own", "key", HEIRLOOM);
                }
            }
        }
    }

    /** What a client has stored counts for another one that holds it, too, when it is gone. */
    @Test
    void shouldCountForNextHolderWhatTheFirstHasStored() throws Exception {
        String big = "x".repeat((int) STORED_BYTES / 4);
        try (ProtocolClient second = connect()) {
            try (ProtocolClient first = connect()) {
                first.result("open", "map", "stock", Map.of());
                second.result("open", "map", "stock", Map.of());
                first.result("map.put", "stock", "a", big);
                second.result("open", "list", "lines", Map.of());
                second.result("list.append", "lines", "x".repeat((int) STORED_BYTES / 5));
                second.result("list.clear", "lines");
            }
            await().atMost(LONG).until(() -> server.clients() == 1);
            assertThat(second.refusal("list.append", "lines", big)).isEqualTo(Protocol.LIMIT);
            second.result("map.clear", "stock");
            second.result("list.append", "lines", big);
        }
        requireAllGivenBack();
    }

    /** Nobody could say which of the results has arrived, and those that nobody names would stay taken. */
    @ParameterizedTest
    @ValueSource(strings = {"queue", "durableQueue"})
    void shouldTakeNothingForAnIdWhoseResultIsNotConfirmed(String type) throws Exception {
        try (ProtocolClient other = connect()) {
            try (ProtocolClient client = connect()) {
                client.result("open", type, "letters", Map.of("codec", "utf8"));
                other.result("open", type, "letters", Map.of("codec", "utf8"));
                client.result(type + ".put", "letters", "a", 0);
                client.result(type + ".put", "letters", "b", 0);
                client.sendAs("same", type + ".get", "letters", 0, true);
                assertThat(client.answer("same").get("result")).isEqualTo("a");
                client.sendAs("same", type + ".get", "letters", 0, true);
                assertThat(ProtocolClient.error(client.answer("same"))).isEqualTo(Protocol.INVALID_REQUEST);
            }
            await().atMost(LONG).until(() -> server.clients() == 1);
            assertThat(List.of(other.result(type + ".get", "letters", 0), other.result(type + ".get", "letters", 0)))
                    .containsExactlyInAnyOrder("a", "b");
        }
        requireAllGivenBack();
    }

    /** How what is in one thing on the server grows; the parameters after its name, without the value. */
    enum Growth {
        MAP_PUT("map", Map.of(), "put", "k"),
        MAP_PUT_ALL("map", Map.of(), "putAll"),
        SET_ADD("set", Map.of(), "putIfAbsent"),
        LIST_APPEND("list", Map.of(), "append"),
        VALUE_SET("value", Map.of(), "set", 0),
        VALUE_COMPARE_AND_SET("value", Map.of(), "compareAndSet", 0, null),
        ARRAY_SET_ALL("array", Map.of("length", 2), "setAll", 0),
        ARRAY_FILL("array", Map.of("length", 2), "fill", 0, 2),
        NAMESPACE_PUT("namespace", Map.of(), "put", "k");

        private final String type;
        private final Map<String, Object> options;
        private final String operation;
        private final List<Object> params;

        Growth(String type, Map<String, Object> options, String operation, Object... params) {
            this.type = type;
            this.options = options;
            this.operation = operation;
            this.params = Arrays.asList(params);
        }

        private List<Object> params(String value) {
            List<Object> all = new ArrayList<>(List.of("thing"));
            all.addAll(params);
            all.add(
                    switch (this) {
                        case MAP_PUT_ALL -> List.of(List.of("k", value));
                        case ARRAY_SET_ALL -> List.of(value, value);
                        default -> value;
                    });
            if (this == SET_ADD) {
                all.add(true);
            }
            return all;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCountWhatIsStoredWhereverItIs(Growth growth) throws Exception {
        try (ProtocolClient client = connect()) {
            client.result("open", growth.type, "thing", growth.options);
            String method = growth.type + "." + growth.operation;
            String large = "x".repeat((int) STORED_BYTES);
            assertThat(client.refusal(method, growth.params(large).toArray())).isEqualTo(Protocol.LIMIT);
            client.result(method, growth.params("x".repeat(1_000)).toArray());
            assertThat(server.budgets())
                    .filteredOn(budget -> budget.toString().contains("maxStoredBytes"))
                    .allMatch(budget -> budget.used() >= 1_000);
        }
        requireAllGivenBack();
    }

    /** The places of an array take room before anything is in them. */
    @Test
    void shouldCountThePlacesOfAnArray() throws Exception {
        try (ProtocolClient client = connect()) {
            assertThat(client.refusal("open", "array", "large", Map.of("length", STORED_BYTES / 8)))
                    .isEqualTo(Protocol.LIMIT);
            client.result("open", "array", "small", Map.of("length", STORED_BYTES / 20));
            assertThat(client.refusal("open", "array", "another", Map.of("length", STORED_BYTES / 20)))
                    .isEqualTo(Protocol.LIMIT);
            client.result("close", "array", "small");
            client.result("open", "array", "another", Map.of("length", STORED_BYTES / 20));
        }
        requireAllGivenBack();
    }

    @Test
    void shouldLeaveNamesForOthers() throws Exception {
        try (ProtocolClient greedy = connect();
                ProtocolClient other = connect()) {
            int held = 0;
            while (greedy.ask("open", "counter", "mine" + held, Map.of()).get("error") == null) {
                held++;
            }
            assertThat(held).isEqualTo(NAMES / 2);
            greedy.result("open", "counter", "mine0", Map.of()); // it holds that one
            other.result("open", "counter", "other", Map.of());
            greedy.result("close", "counter", "mine1");
            greedy.result("open", "counter", "another", Map.of());
        }
    }
}
