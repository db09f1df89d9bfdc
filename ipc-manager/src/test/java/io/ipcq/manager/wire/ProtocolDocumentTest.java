// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.server.ManagerServer;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** docs/protocol.md and the server know the same methods, operations and errors. */
class ProtocolDocumentTest {

    private static final Path ROOT = Files.exists(Path.of("docs")) ? Path.of("") : Path.of("..");
    private static final Path CLIENT = ROOT.resolve("ipc-manager/src/main/java/io/ipcq/manager");
    private static final Path SERVER = CLIENT.resolve("server");
    private static final Pattern ASKED = Pattern.compile(
            "\\b(?:reference\\.(?:call|callForLong|await|take|takeNow|number|flag)|at|monitor)\\([^\"();]*\"(\\w+)\"");
    private static final Pattern CASE = Pattern.compile("case ((?:\"\\w+\"(?:, )?)+) ?->");
    private static final Pattern WORD = Pattern.compile("\"(\\w+)\"");
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

    /** The words that the source of a class distinguishes. */
    private static Set<String> cases(Path source) throws Exception {
        Set<String> words = new TreeSet<>();
        for (Matcher found = CASE.matcher(Files.readString(source)); found.find(); ) {
            for (Matcher word = WORD.matcher(found.group(1)); word.find(); ) {
                words.add(word.group(1));
            }
        }
        return words;
    }

    private static Set<String> documentedWords() throws Exception {
        Set<String> documented = new TreeSet<>();
        for (List<String> row : rows("Names")) {
            documented.addAll(terms(row.get(1)));
        }
        for (List<String> row : rows("Types")) {
            documented.addAll(terms(row.get(1)));
            documented.addAll(terms(row.get(2)));
        }
        return documented;
    }

    @Test
    void shouldNameEveryOperationThatClientsAskFor() throws Exception {
        Set<String> asked = new TreeSet<>();
        try (Stream<Path> files = Files.list(CLIENT)) {
            for (Path source : files.filter(Files::isRegularFile).toList()) {
                ASKED.matcher(Files.readString(source)).results().forEach(call -> asked.add(call.group(1)));
            }
        }
        assertThat(asked).hasSizeGreaterThan(40);
        assertThat(documentedWords()).containsAll(asked);
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
    void shouldNameEveryMethodAndOperationOfTheServer() throws Exception {
        Set<String> documented = documentedWords();
        try (Stream<Path> files = Files.list(SERVER)) {
            for (Path source : files.filter(
                            file -> file.getFileName().toString().matches("Served\\w+\\.java|ManagerServer\\.java"))
                    .toList()) {
                assertThat(documented).as("%s", source.getFileName()).containsAll(cases(source));
            }
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
            String type = "";
            int calls = 0;
            for (List<String> row : rows("Types")) {
                Set<String> named = terms(row.get(1).replaceAll(":.*", ""));
                type = named.isEmpty() ? type : named.iterator().next();
                for (String operation : terms(row.get(2).replaceAll("^ as .*", ""))) {
                    ask(client, "open", type, "thing", options.getOrDefault(type, Map.of()));
                    // with a 0 for a timeout many are refused, but not as unknown
                    Object param = operation.equals("call") ? "run/0" : 0;
                    String answer = ask(client, type + "." + operation, "thing", param);
                    assertThat(answer).as("%s.%s", type, operation).doesNotContain("-32601");
                    calls++;
                }
            }
            assertThat(calls).isGreaterThan(50);
            assertThat(ask(client, "queue.steal", "thing")).contains("-32601");
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
