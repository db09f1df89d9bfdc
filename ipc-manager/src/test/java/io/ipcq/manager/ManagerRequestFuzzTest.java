// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests that nobody should send: each is answered or ignored, and the server goes on. */
class ManagerRequestFuzzTest {

    private static final int REQUESTS = Integer.getInteger("ipcq.fuzz.requests", 20_000);

    private static final int BATCH = 20;

    private static final List<String> METHODS = List.of(
            "ping",
            "names",
            "open",
            "close",
            "cancel",
            "arrived",
            "shutdown",
            "getClass",
            "queue.put",
            "queue.get",
            "queue.drain",
            "queue.ack",
            "queue.receive",
            "queue.putAll",
            "queue.getClass",
            "map.put",
            "map.get",
            "map.putAll",
            "map.entries",
            "list.insert",
            "list.get",
            "list.append",
            "counter.add",
            "lock.lock",
            "lock.unlock",
            "lock.await",
            "semaphore.acquire",
            "semaphore.release",
            "event.await",
            "barrier.await",
            "object.call",
            "x.y",
            ".",
            "");

    private static final List<String> TYPES = List.of(
            "queue",
            "durableQueue",
            "map",
            "list",
            "counter",
            "lock",
            "semaphore",
            "event",
            "barrier",
            "namespace",
            "object",
            "java.lang.Runtime",
            "");

    private final long seed = Long.getLong("ipcq.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void shouldSurviveAnyRequest() throws Exception {
        System.out.println("ipcq.seed=" + seed);
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.bind(key);
                Manager witness = Manager.connect(server.address(), key)) {
            SharedCounter counter = witness.counter("witness");
            Connection client = Connection.connect(server.address(), key);
            for (int i = 1; i <= REQUESTS; i++) {
                client.sendBytes(request(i));
                if (i % BATCH == 0) {
                    readUntilAnswered(client); // who only sends is not read any more one day
                }
                if (i % 1000 == 0) {
                    client.close(); // with everything it holds and waits for
                    client = Connection.connect(server.address(), key);
                    assertThat(counter.increment()).isEqualTo(i / 1000);
                }
            }
            client.close();
        }
    }

    private static void readUntilAnswered(Connection client) throws Exception {
        client.sendBytes(Json.write(Map.of("jsonrpc", "2.0", "id", "last", "method", "ping", "params", List.of())));
        Object answer;
        do {
            answer = Json.parse(client.recvBytes());
            assertThat(answer).isInstanceOf(Map.class);
        } while (!"last".equals(((Map<?, ?>) answer).get("id")));
    }

    private byte[] request(int id) {
        if (random.nextInt(10) == 0) {
            byte[] rubbish = new byte[random.nextInt(200)];
            random.nextBytes(rubbish);
            return rubbish;
        }
        Map<String, Object> request = new java.util.LinkedHashMap<>();
        request.put("jsonrpc", random.nextInt(50) == 0 ? value(2) : "2.0");
        request.put("id", random.nextInt(20) == 0 ? value(2) : id);
        String method = METHODS.get(random.nextInt(METHODS.size()));
        request.put("method", random.nextInt(50) == 0 ? value(2) : method);
        request.put("params", random.nextInt(50) == 0 ? value(3) : params(method));
        byte[] bytes = Json.write(request);
        if (random.nextInt(10) == 0 && bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        }
        return bytes;
    }

    private List<Object> params(String method) {
        List<Object> params = new ArrayList<>();
        if (method.equals("open") && random.nextInt(10) > 0) {
            params.add(TYPES.get(random.nextInt(TYPES.size())));
            params.add("n" + random.nextInt(2));
            params.add(Map.of("codec", "utf8", "maxSize", 4, "permits", 2, "parties", 2, "capacityBytes", 4096));
            return params;
        }
        params.add(random.nextInt(10) == 0 ? value(2) : "n" + random.nextInt(2));
        for (int i = random.nextInt(4); i > 0; i--) {
            params.add(value(3));
        }
        return params;
    }

    private Object value(int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 7)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextInt(5) - 1;
            case 3 -> random.nextLong();
            case 4 -> new java.math.BigDecimal("1e999999999");
            case 5 -> "text" + random.nextInt(3);
            case 6 -> random.nextDouble();
            case 7 -> new ArrayList<>(Arrays.asList(value(depth - 1), value(depth - 1)));
            default -> Map.of("k" + random.nextInt(3), String.valueOf(value(depth - 1)));
        };
    }

    @Test
    void shouldRefuseDeepNesting() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.bind(key);
                Connection client = Connection.connect(server.address(), key)) {
            client.sendBytes("[".repeat(100_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(Json.parse(client.recvBytes()).toString()).contains("-32700");
            client.sendBytes(Json.write(Map.of("jsonrpc", "2.0", "id", 1, "method", "ping", "params", List.of())));
            assertThat(Json.parse(client.recvBytes()).toString()).contains("protocol");
        }
    }

    @Test
    void shouldCallNothingButTheRegisteredInterface() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.builder()
                        .register(ManagerContract.Inventory.class, ManagerContract.Shelf::new)
                        .bind(key);
                Connection client = Connection.connect(server.address(), key)) {
            ask(client, "open", "object", "shelf", Map.of("interface", "io.ipcq.manager.ManagerContract$Inventory"));
            for (String method : List.of("secret/0", "getClass/0", "hashCode/0", "toString/0", "wait/0", "parts")) {
                assertThat(ask(client, "object.call", "shelf", method, List.of()))
                        .as(method)
                        .contains("-32601");
            }
            assertThat(ask(client, "object.call", "shelf", "parts/0", List.of()))
                    .contains("result=[]");
            assertThat(ask(client, "open", "object", "other", Map.of("interface", "java.lang.Runnable")))
                    .contains("-32001");
        }
    }

    private static String ask(Connection client, String method, Object... params) throws Exception {
        client.sendBytes(Json.write(Map.of("jsonrpc", "2.0", "id", 7, "method", method, "params", List.of(params))));
        return String.valueOf(Json.parse(client.recvBytes()));
    }
}
