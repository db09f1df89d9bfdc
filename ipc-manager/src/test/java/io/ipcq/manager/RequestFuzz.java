// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.manager.wire.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests that nobody should send: each is answered or ignored, and the server goes on. */
public final class RequestFuzz {

    /** A client holds and waits for much after so many; then it is gone, and the next one comes. */
    private static final int INPUTS_OF_A_CLIENT = 100;

    private static final int REQUESTS_OF_AN_INPUT = 20;

    private static final List<String> TYPES = List.of(
            "queue",
            "durableQueue",
            "map",
            "set",
            "list",
            "value",
            "array",
            "counter",
            "lock",
            "semaphore",
            "event",
            "barrier",
            "namespace",
            "object");

    private static final List<String> OPERATIONS = List.of(
            "put",
            "get",
            "putAll",
            "drain",
            "items",
            "size",
            "full",
            "isShutdown",
            "stats",
            "taskDone",
            "shutdown",
            "delete",
            "join",
            "receive",
            "ack",
            "nack",
            "renew",
            "release",
            "flush",
            "reopen",
            "options",
            "alter",
            "remove",
            "containsKey",
            "putIfAbsent",
            "replace",
            "removeValue",
            "replaceValue",
            "containsAll",
            "removeAll",
            "retainAll",
            "containsValue",
            "entries",
            "clear",
            "set",
            "insert",
            "append",
            "add",
            "compareAndSet",
            "setAll",
            "fill",
            "page",
            "lock",
            "unlock",
            "await",
            "signal",
            "signalAll",
            "isLocked",
            "acquire",
            "release",
            "available",
            "isSet",
            "reset",
            "isBroken",
            "waiting",
            "call",
            "getClass");

    private static final List<String> OTHERS = List.of(
            "ping",
            "names",
            "locks",
            "revoke",
            "open",
            "close",
            "cancel",
            "arrived",
            "shutdown",
            "getClass",
            "",
            ".",
            "x.y");

    private static final Map<String, Object> OPTIONS = Map.of(
            "codec",
            "utf8",
            "maxSize",
            4,
            "permits",
            2,
            "parties",
            2,
            "capacityBytes",
            4096,
            "interface",
            ManagerContract.Inventory.class.getName());

    private static final AuthKey KEY = AuthKey.random();
    private static final ManagerServer SERVER = serve();
    private static final SharedCounter WITNESS = witness();

    private static Connection client = connect();
    private static long inputs;

    private RequestFuzz() {}

    private static ManagerServer serve() {
        try {
            return ManagerServer.builder()
                    .register(ManagerContract.Inventory.class, ManagerContract.Shelf::new)
                    .bind(KEY);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static SharedCounter witness() {
        return Manager.connect(connect()).counter("witness");
    }

    private static Connection connect() {
        try {
            return Connection.connect(SERVER.address(), KEY);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) throws Exception {
        ByteBuffer script = ByteBuffer.wrap(data);
        for (int i = 0; i < REQUESTS_OF_AN_INPUT && script.hasRemaining(); i++) {
            client.sendBytes(request(script, i));
        }
        client.sendBytes(Json.write(Map.of("jsonrpc", "2.0", "id", "last", "method", "ping")));
        Object answer;
        do {
            answer = Json.parse(client.recvBytes());
        } while (!(answer instanceof Map<?, ?> map) || !"last".equals(map.get("id")));
        if (++inputs % INPUTS_OF_A_CLIENT == 0) {
            client.close();
            client = connect();
            if (WITNESS.increment() != inputs / INPUTS_OF_A_CLIENT) {
                throw new AssertionError("the server lost the count: " + WITNESS.get());
            }
        }
    }

    private static byte[] request(ByteBuffer script, int id) {
        int kind = next(script);
        if (kind < 32) {
            byte[] anything = new byte[Math.min(kind * 8, script.remaining())];
            script.get(anything);
            return anything;
        }
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("jsonrpc", kind == 32 ? value(script, 2) : "2.0");
        request.put("id", kind == 33 ? value(script, 2) : id);
        request.put("method", kind == 34 ? value(script, 2) : method(script, kind));
        request.put("params", kind == 35 ? value(script, 3) : params(script, kind));
        return Json.write(request);
    }

    private static String method(ByteBuffer script, int kind) {
        if (kind < 96) {
            return "open";
        }
        return kind < 128
                ? OTHERS.get(next(script) % OTHERS.size())
                : TYPES.get(next(script) % TYPES.size()) + "." + OPERATIONS.get(next(script) % OPERATIONS.size());
    }

    private static List<Object> params(ByteBuffer script, int kind) {
        List<Object> params = new ArrayList<>();
        if (kind < 96) {
            params.add(TYPES.get(next(script) % TYPES.size()));
            params.add("n" + next(script) % 2);
            params.add(OPTIONS);
            return params;
        }
        params.add(kind % 16 == 0 ? value(script, 2) : "n" + next(script) % 2);
        for (int i = next(script) % 4; i > 0; i--) {
            params.add(value(script, 3));
        }
        return params;
    }

    private static Object value(ByteBuffer script, int depth) {
        int what = next(script);
        return switch (what % (depth > 0 ? 11 : 8)) {
            case 0 -> null;
            case 1 -> what % 2 == 0;
            case 2 -> what / 8 - 1;
            case 3 -> script.remaining() >= Long.BYTES ? script.getLong() : Long.MIN_VALUE;
            case 4 -> new java.math.BigDecimal("1e999999999");
            case 5 -> "n" + what % 3;
            case 6 -> "parts/0";
            case 7 -> script.remaining() >= Double.BYTES ? finite(script.getDouble()) : -0.0;
            case 8 -> new ArrayList<>(java.util.Arrays.asList(value(script, depth - 1), value(script, depth - 1)));
            case 9 -> new ArrayList<>(java.util.Arrays.asList(value(script, depth - 1)));
            default -> Map.of("k" + what % 3, String.valueOf(value(script, depth - 1)));
        };
    }

    private static double finite(double number) {
        return Double.isFinite(number) ? number : 0.5;
    }

    private static int next(ByteBuffer script) {
        return script.hasRemaining() ? script.get() & 0xff : 0;
    }
}
