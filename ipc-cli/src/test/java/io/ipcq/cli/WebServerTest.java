// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.observe.StallRules;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class WebServerTest {

    private static final List<String> ASSETS =
            List.of("/", "/icon.svg", "/page.js", "/page.css", "/uplot.js", "/uplot.css");
    private static final List<String> LOOKS = List.of(
            "/api/about", "/api/stream", "/api/queue?id=0", "/api/elements?id=0", "/api/letters?id=0", "/api/nothing");
    private static final List<String> ACTIONS = List.of("/api/put", "/api/requeue", "/api/requeue-all", "/api/discard");
    private static final String ORDER = "{\"id\":0,\"number\":0,\"text\":\"b\"}";

    @TempDir
    Path parent;

    private WebServer server;
    private WebClient client;

    @BeforeEach
    void serve() throws Exception {
        serve(false);
    }

    private void serve(boolean readOnly) throws Exception {
        server = Scenes.serve(parent, readOnly);
        client = new WebClient(server.address());
    }

    @AfterEach
    void close() {
        server.close();
    }

    private DurableQueue<String> letters() throws Exception {
        return DurableQueue.builder(String.class).maxAttempts(1).create(parent.resolve("letters"));
    }

    // ---- who may ask ------------------------------------------------------------------------------------------------

    static Stream<String> paths() {
        return Stream.concat(ASSETS.stream(), LOOKS.stream());
    }

    @ParameterizedTest
    @MethodSource("paths")
    void shouldRefuseOtherHostsAndSites(String path) throws Exception {
        String port = client.host().substring(client.host().lastIndexOf(':'));
        List<List<String>> refused = new ArrayList<>();
        for (String host : List.of(
                "evil.example" + port,
                "127.0.0.1",
                "127.0.0.1:1",
                "127.0.0.1.evil.example" + port,
                "evil.example@127.0.0.1" + port,
                "0.0.0.0" + port,
                "")) {
            refused.add(List.of("Host: " + host));
        }
        refused.add(List.of(client.host(), "Host: evil.example"));
        for (String site : List.of("cross-site", "same-site", "", "same-origin, none")) {
            refused.add(List.of(client.host(), "Sec-Fetch-Site: " + site));
        }
        for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1" + port)) {
            refused.add(List.of(client.host(), "Origin: " + origin));
        }
        for (List<String> headers : refused) {
            List<String> all = new ArrayList<>(headers);
            all.add(client.authorization());
            WebClient.Answer answer = client.ask("GET " + path, "", all.toArray(String[]::new));
            assertThat(answer.status()).as("%s", headers).isEqualTo(403);
            assertThat(answer.body()).isEmpty();
        }
    }

    static Stream<String> secretPaths() {
        return Stream.concat(LOOKS.stream(), ACTIONS.stream());
    }

    @ParameterizedTest
    @MethodSource("secretPaths")
    void shouldRefuseWhoHasNotReadTheSecret(String path) throws Exception {
        String method = ACTIONS.contains(path) ? "POST " : "GET ";
        String token = client.authorization().substring("Authorization: Bearer ".length());
        assertThat(token).hasSizeGreaterThanOrEqualTo(22);
        for (String header : List.of(
                "X: none",
                "Authorization: Bearer ",
                "Authorization: Bearer " + token.substring(1),
                "Authorization: Bearer " + token + "x",
                "Authorization: Basic " + token,
                "Authorization: " + token,
                "Cookie: token=" + token)) {
            WebClient.Answer answer = client.ask(
                    method + path + (path.contains("?") ? "&" : "?") + "token=" + token,
                    method.startsWith("POST") ? ORDER : "",
                    client.host(),
                    header,
                    "Content-Type: application/json");
            assertThat(answer.status()).as(header).isEqualTo(403);
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void shouldServeItsOwnPage() throws Exception {
        for (String path : ASSETS) {
            for (String site : List.of("none", "same-origin")) {
                WebClient.Answer answer = client.ask("GET " + path, "", client.host(), "Sec-Fetch-Site: " + site);
                assertThat(answer.status()).as(path).isEqualTo(200);
                assertThat(answer.body()).isNotEmpty();
            }
        }
        String origin = client.host().replace("Host: ", "Origin: http://");
        assertThat(client.ask("GET /api/about", "", client.host(), client.authorization(), origin)
                        .object())
                .containsEntry("readOnly", false);
        assertThat(client.ask("GET /", "", client.host().replace("127.0.0.1", "localhost"))
                        .status())
                .isEqualTo(200);
    }

    /**
     * Whatever it says: an answer that somebody could put into a frame, or whose script could run, is as bad when it is
     * a refusal.
     */
    @Test
    void shouldProtectEveryAnswer() throws Exception {
        List<WebClient.Answer> answers = new ArrayList<>();
        for (String path : paths().filter(each -> !each.equals("/api/stream")).toList()) {
            answers.add(client.get(path));
            answers.add(client.ask("GET " + path, "", "Host: evil.example"));
            answers.add(client.ask("DELETE " + path, "", client.host(), client.authorization()));
        }
        answers.add(client.post("/api/put", "no JSON"));
        assertThat(answers).extracting(WebClient.Answer::status).contains(200, 400, 403, 404, 405);
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.header("content-security-policy"))
                    .contains("default-src 'none'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(answer.header("referrer-policy")).isEqualTo("no-referrer");
            assertThat(answer.header("cache-control")).isEqualTo("no-store");
            assertThat(answer.header("access-control-allow-origin")).isEmpty();
            assertThat(answer.header("set-cookie")).isEmpty();
        });
    }

    @Test
    void shouldTakeNothingButJson() throws Exception {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "application/json; x=y", "")) {
            assertThat(client.ask(
                                    "POST /api/put",
                                    ORDER,
                                    client.host(),
                                    client.authorization(),
                                    "Content-Type: " + type)
                            .status())
                    .as(type)
                    .isEqualTo(415);
        }
        assertThat(client.post("/api/put", "{\"id\":99,\"number\":0,\"text\":\"b\"}")
                        .status())
                .isEqualTo(400);
        assertThat(client.post("/api/put", "{\"id\":0,\"number\":0,\"text\":\"" + "x".repeat(1 << 20) + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(client.post("/", ORDER).status()).isEqualTo(405);
        assertThat(client.get("/api/put").status()).isEqualTo(405);
        assertThat(client.post("/api/about", ORDER).status()).isEqualTo(405);
        for (String query : List.of("", "?id=", "?id=-1", "?id=99999999999", "?id=0&id=1", "?id=0;x", "?x=0")) {
            assertThat(client.get("/api/queue" + query).status()).as(query).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../page.js", "/web/page.html", "/page.js/..", "//page.js", "/%70age.js", "/API/about"})
    void shouldServeNothingElse(String path) throws Exception {
        assertThat(client.get(path).status()).isEqualTo(404);
    }

    // ---- what is seen -----------------------------------------------------------------------------------------------

    /** What was seen for one who has gone meanwhile is not new to the next one. */
    @Test
    void shouldForgetWhatNobodyWaitsFor() throws Exception {
        WebQueues queues = new WebQueues(List.of(), new StallRules(StallRules.PATIENCE));
        try (WebSampler sampler = new WebSampler(queues, Scenes.surroundings(parent, StallRules.PATIENCE, List.of()))) {
            byte[] late = "late".getBytes(java.nio.charset.StandardCharsets.UTF_8);
            sampler.publish(late);
            sampler.enter();
            assertThat(sampler.next(0).json()).isNotEqualTo(late);
            sampler.leave();
        }
    }

    @Test
    void shouldStreamWhatHappens() throws Exception {
        try (DurableQueue<String> queue = letters();
                Socket socket = client.connect("GET /api/stream", "", client.host(), client.authorization())) {
            InputStream in = socket.getInputStream();
            Map<String, Object> first = frame(in);
            assertThat(sample(first)).containsEntry("putRate", null);
            queue.put("a");
            queue.put("b");
            queue.receive();
            Map<String, Object> later = frame(in);
            while (!Integer.valueOf(2).equals(line(later).get("put"))) {
                later = frame(in);
            }
            assertThat(line(later)).containsEntry("size", 1).containsEntry("leased", 1);
            while (!(sample(later).get("putRate") instanceof Double rate && rate > 0)) {
                queue.put("c"); // between two looks, however often it is looked
                later = frame(in);
            }
            assertThat(queue.stats().members()).as("who looks is no member").isEqualTo(1);
            assertThat(server.streams()).isEqualTo(1);
        }
        await().until(() -> server.streams() == 0);
    }

    /** The next line of a stream that is a frame: what is between are lengths of pieces. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> frame(InputStream in) throws Exception {
        String line = WebClient.line(in);
        while (!line.startsWith("{")) {
            line = WebClient.line(in);
        }
        return new JsonMapper().readValue(line, Map.class);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> sample(Map<String, Object> frame) {
        return ((List<Map<String, Object>>) frame.get("queues")).get(0);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> line(Map<String, Object> frame) {
        return (Map<String, Object>) ((Map<String, Object>) sample(frame).get("row")).get("line");
    }

    private Map<String, Object> streamed() throws Exception {
        try (Socket socket = client.connect("GET /api/stream", "", client.host(), client.authorization())) {
            return frame(socket.getInputStream());
        }
    }

    @Test
    void shouldShowNoPayloadUntilItIsAskedFor() throws Exception {
        try (DurableQueue<String> queue = letters()) {
            queue.put("payload");
            queue.receive().nack();
            queue.put("payload");
            assertThat(streamed().toString()).doesNotContain("payload");
            assertThat(client.get("/api/queue?id=0").body()).doesNotContain("payload");
            assertThat(client.get("/api/elements?id=0").body()).contains("payload");
            assertThat(client.get("/api/letters?id=0").body()).contains("payload", "\"attempts\":1");
        }
    }

    @Test
    void shouldCutWhatIsLong() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(parent.resolve("letters"), String.class)) {
            queue.put("x".repeat(100_000));
            streamed();
            assertThat(client.get("/api/elements?id=0").body())
                    .hasSizeLessThan(20_000)
                    .contains("\"cut\":true", "\"bytes\":100000");
        }
    }

    @Test
    void shouldSayWhyItDoesNotGoOn() throws Exception {
        try (DurableQueue<String> queue = letters()) {
            queue.shutdown();
            streamed();
            assertThat(client.get("/api/queue?id=0").body())
                    .contains("\"shut-down\"")
                    .contains("\"pid\":" + ProcessHandle.current().pid());
        }
    }

    @Test
    void shouldShowHostileNamesAsTheyAre() throws Exception {
        String hostile =
                HarmlessTest.HOSTILE.replaceAll("[\u0000\ud800/]", "") + "<script>alert(1)</script>".replace("/", "");
        try (SharedQueue<String> queue = SharedQueue.create(parent.resolve(hostile), String.class)) {
            assertThat(line(streamed()))
                    .containsEntry("directory", queue.directory().toString());
        }
    }

    @Test
    void shouldGoOnWithoutWhatIsGoneOrDamaged() throws Exception {
        DurableQueue<String> queue = letters();
        streamed();
        queue.delete();
        assertThat(client.get("/api/queue?id=0").status()).isEqualTo(500);
        assertThat(client.post("/api/requeue-all", ORDER).status()).isEqualTo(500);
        SharedQueue.create(parent.resolve("ring"), String.class).close();
        Files.write(parent.resolve("ring/ring.ipcq"), new byte[100]);
        try (Socket socket = client.connect("GET /api/stream", "", client.host(), client.authorization())) {
            Map<String, Object> frame = frame(socket.getInputStream());
            while (!"damaged".equals(line(frame).get("state"))) {
                frame = frame(socket.getInputStream());
            }
            assertThat(line(frame).get("message").toString()).contains("ring.ipcq");
        }
    }

    // ---- what can be done -------------------------------------------------------------------------------------------

    private static List<String> dead(DurableQueue<String> queue, String... elements) throws Exception {
        for (String element : elements) {
            queue.put(element);
            queue.receive().nack();
        }
        return left(queue);
    }

    private static List<String> left(DurableQueue<String> queue) {
        try (DurableQueue<DeadLetter> letters = queue.deadLetters();
                Stream<DeadLetter> all = letters.browse()) {
            return all.map(letter -> new String(letter.bytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .toList();
        }
    }

    @Test
    void shouldDealWithOneDeadLetterOfSeveral() throws Exception {
        try (DurableQueue<String> queue = letters()) {
            assertThat(dead(queue, "a", "b", "c", "d")).containsExactly("a", "b", "c", "d");
            streamed();
            assertThat(client.post("/api/requeue", "{\"id\":0,\"number\":1,\"text\":null}")
                            .object())
                    .containsEntry("done", true);
            assertThat(queue.poll()).isEqualTo("b");
            assertThat(client.post("/api/discard", "{\"id\":0,\"number\":2,\"text\":null}")
                            .object())
                    .containsEntry("done", true);
            assertThat(left(queue)).containsExactlyInAnyOrder("a", "d");
            assertThat(client.post("/api/discard", "{\"id\":0,\"number\":2,\"text\":null}")
                            .object())
                    .containsEntry("done", false);
            assertThat(queue.poll()).isNull();
            assertThat(client.post("/api/requeue-all", ORDER).object()).containsEntry("count", 2);
            assertThat(left(queue)).isEmpty();
            assertThat(List.of(queue.getNow(), queue.getNow())).containsExactlyInAnyOrder("a", "d");
        }
    }

    @Test
    void shouldPut() throws Exception {
        try (DurableQueue<String> queue =
                DurableQueue.builder(String.class).maxSize(1).create(parent.resolve("letters"))) {
            streamed();
            assertThat(client.post("/api/put", ORDER).object()).containsEntry("done", true);
            assertThat(client.post("/api/put", ORDER).object()).as("full").containsEntry("done", false);
            assertThat(queue.get()).isEqualTo("b");
        }
    }

    @Test
    void shouldChangeNothingIfItIsReadOnly() throws Exception {
        server.close();
        serve(true);
        try (DurableQueue<String> queue = letters()) {
            dead(queue, "a");
            streamed();
            assertThat(client.get("/api/about").object()).containsEntry("readOnly", true);
            for (String action : ACTIONS) {
                assertThat(client.post(action, ORDER).status()).as(action).isEqualTo(403);
            }
            assertThat(queue.qsize()).isZero();
            assertThat(left(queue)).containsExactly("a");
        }
    }

    /** Neither to the log nor to whoever looks at this process. */
    @Test
    void shouldTellItsSecretToNobodyElse() throws Exception {
        assertThat(server.toString()).doesNotContain(server.address().getRawFragment());
        assertThat(client.get("/api/about").body())
                .doesNotContain(server.address().getRawFragment());
    }
}
