// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.manager.wire.Operation.OfServer;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** docs/protocol.md and the server know the same methods, operations and errors. */
class ProtocolDocumentTest {

    private static final Path ROOT = Files.exists(Path.of("docs")) ? Path.of("") : Path.of("..");
    private static final Pattern CODE = Pattern.compile("-32\\d{3}");
    private static final Pattern TERM = Pattern.compile("`(\\w+)`");

    @TempDir
    Path directory;

    /** The lines of the document from one heading to the next. */
    private static List<String> section(String heading) throws Exception {
        List<String> lines = new ArrayList<>();
        boolean within = false;
        for (String line : Files.readAllLines(ROOT.resolve("docs/protocol.md"))) {
            within = line.startsWith("#") ? line.equals("### " + heading) : within;
            if (within) {
                lines.add(line);
            }
        }
        assertThat(lines).as(heading).isNotEmpty();
        return lines;
    }

    /** The cells of a section's tables; the first of each row is empty. */
    private static List<List<String>> rows(String heading) throws Exception {
        return section(heading).stream()
                .filter(line -> line.startsWith("|"))
                .map(line -> List.of(line.split("\\|", -1)))
                .toList();
    }

    private static Set<String> terms(String cell) {
        Set<String> terms = new TreeSet<>();
        for (Matcher found = TERM.matcher(cell); found.find(); ) {
            terms.add(found.group(1));
        }
        return terms;
    }

    private static Set<String> wire(List<? extends Operation> operations) {
        return operations.stream().map(Operation::wire).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The operations of each type that the document lists; a type that is as another one has none of its own. */
    private static Map<String, Set<String>> documentedOperations() throws Exception {
        Map<String, Set<String>> documented = new TreeMap<>();
        String type = "";
        for (List<String> row : rows("Types")) {
            Set<String> named = terms(row.get(1).replaceAll(":.*", ""));
            type = named.isEmpty() ? type : named.iterator().next();
            documented
                    .computeIfAbsent(type, any -> new TreeSet<>())
                    .addAll(terms(row.get(2).replaceAll("^ as .*", "")));
        }
        return documented;
    }

    @Test
    void shouldNameExactlyTheMethodsOfAServer() throws Exception {
        Set<String> documented = new TreeSet<>();
        for (List<String> row : rows("Names")) {
            documented.addAll(terms(row.get(1)));
        }
        assertThat(documented).isEqualTo(wire(List.of(OfServer.values())));
    }

    @Test
    void shouldNameExactlyTheOperationsOfEachType() throws Exception {
        Map<String, Set<String>> documented = documentedOperations();
        for (ServedType type : ServedType.values()) {
            Set<String> listed = new TreeSet<>(documented.getOrDefault(type.wire(), Set.of()));
            switch (type) {
                case QUEUE, DURABLE_QUEUE -> {
                    listed.addAll(documented.get("queue"));
                    listed.addAll(documented.get("durableQueue"));
                }
                case NAMESPACE, SET -> listed.addAll(documented.get("map"));
                case VALUE -> listed.addAll(documented.get("array"));
                default -> {
                    // has operations of its own
                }
            }
            assertThat(listed).as(type.wire()).isEqualTo(wire(OperationsOfTypes.of(type)));
        }
    }

    @Test
    void shouldNameEveryTypeOfAName() throws Exception {
        Set<String> documented = new TreeSet<>();
        for (List<String> row : rows("Types")) {
            documented.addAll(terms(row.get(1).replaceAll(":.*", "")));
        }
        for (ServedType type : ServedType.values()) {
            assertThat(documented).contains(type.wire());
        }
    }

    @Test
    @Timeout(60)
    void shouldNameNoOperationThatTheServerDoesNotKnow() throws Exception {
        AuthKey key = AuthKey.random();
        Map<String, Map<String, Object>> options = Map.of(
                "queue", Map.of("codec", "utf8"),
                "durableQueue", Map.of("codec", "utf8"),
                "barrier", Map.of("parties", 2),
                "array", Map.of("length", 1),
                "object", Map.of("interface", Runnable.class.getName()));
        try (ManagerServer server = ManagerServer.builder()
                        .directory(directory)
                        .register(Runnable.class, () -> () -> {})
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
                Connection client = Connection.connect(server.address(), key)) {
            int calls = 0;
            for (Map.Entry<String, Set<String>> type : documentedOperations().entrySet()) {
                for (String operation : type.getValue()) {
                    ask(client, "open", type.getKey(), "thing", options.getOrDefault(type.getKey(), Map.of()));
                    // with a 0 for a timeout many are refused, but not as unknown
                    Object param = operation.equals("call") ? "run/0" : 0;
                    String answer = ask(client, type.getKey() + "." + operation, "thing", param);
                    assertThat(answer).as("%s.%s", type.getKey(), operation).doesNotContain("-32601");
                    calls++;
                }
                ask(client, "open", type.getKey(), "thing", options.getOrDefault(type.getKey(), Map.of()));
                assertThat(ask(client, type.getKey() + ".steal", "thing", "run/0", List.of()))
                        .as(type.getKey())
                        .contains("-32601");
            }
            assertThat(calls).isGreaterThan(50);
        }
    }

    private static String ask(Connection client, String method, Object... params) throws Exception {
        client.sendBytes(Json.write(
                Map.of("jsonrpc", "2.0", "id", method, "method", method, "params", java.util.Arrays.asList(params))));
        return new String(client.recvBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void shouldNameExactlyTheErrorsThatThereAre() throws Exception {
        Set<String> documented = new TreeSet<>();
        for (List<String> row : rows("Errors")) {
            CODE.matcher(row.get(1)).results().forEach(code -> documented.add(code.group()));
        }
        Set<String> known = new TreeSet<>();
        for (Field field : Protocol.class.getDeclaredFields()) {
            if (field.getType() == int.class && field.getInt(null) < 0) {
                known.add(Integer.toString(field.getInt(null)));
            }
        }
        assertThat(documented).isEqualTo(known);
    }
}
