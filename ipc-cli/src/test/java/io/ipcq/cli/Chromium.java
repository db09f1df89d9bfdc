// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.LIMIT;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** A browser without a screen, which does what a person would, by the protocol of its developer tools. */
final class Chromium implements AutoCloseable {

    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome");
    private static final String LISTENING = "DevTools listening on ";
    private static final JsonMapper JSON = new JsonMapper();

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Map<String, Object>>> pending = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    /** Where it is; empty if there is none on this machine. */
    static Optional<Path> find() {
        return Stream.of(System.getenv("PATH").split(":", 0))
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** @param profile a directory for what it keeps */
    Chromium(Path profile) throws Exception {
        this.process = new ProcessBuilder(
                        find().orElseThrow().toString(),
                        "--headless",
                        "--no-sandbox", // whoever runs tests may be root
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--window-size=1280,1000",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        URI tools = awaitTools(process.errorReader());
        HttpClient http = HttpClient.newHttpClient();
        URI list = URI.create("http://127.0.0.1:" + tools.getPort() + "/json/list");
        String targets = http.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        String page = Stream.of(JSON.readValue(targets, Map[].class))
                .filter(target -> "page".equals(target.get("type")))
                .map(target -> (String) target.get("webSocketDebuggerUrl"))
                .findFirst()
                .orElseThrow();
        this.socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(page), new Ear())
                .get();
        for (String domain : List.of("Page", "Runtime", "Log")) {
            call(domain + ".enable", Map.of());
        }
    }

    private static URI awaitTools(BufferedReader errors) throws IOException {
        String line = errors.readLine();
        while (line != null && !line.startsWith(LISTENING)) {
            line = errors.readLine();
        }
        URI tools = URI.create(
                Objects.requireNonNull(line, "the browser did not start").substring(LISTENING.length()));
        Thread drain = new Thread(() -> errors.lines().forEach(ignored -> {}), "chromium-errors");
        drain.setDaemon(true);
        drain.start();
        return tools;
    }

    private final class Ear implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        @SuppressWarnings("unchecked")
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                Map<String, Object> message = JSON.readValue(text.toString(), Map.class);
                text.setLength(0);
                hear(message);
            }
            from.request(1);
            return null;
        }
    }

    @SuppressWarnings("unchecked")
    private void hear(Map<String, Object> message) {
        if (message.get("id") instanceof Integer id) {
            pending.remove(id).complete(message);
            return;
        }
        String method = String.valueOf(message.get("method"));
        switch (method) {
            case "Page.javascriptDialogOpening" -> send("Page.handleJavaScriptDialog", Map.of("accept", true));
            case "Runtime.exceptionThrown" -> complaints.add(String.valueOf(message.get("params")));
            case "Log.entryAdded" -> {
                Map<String, Object> entry =
                        (Map<String, Object>) ((Map<String, Object>) message.get("params")).get("entry");
                if ("error".equals(entry.get("level"))) {
                    complaints.add(String.valueOf(entry));
                }
            }
            default -> {
                // nobody asked
            }
        }
    }

    private CompletableFuture<Map<String, Object>> send(String method, Map<String, ?> parameters) {
        int id = numbers.incrementAndGet();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        pending.put(id, answer);
        socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true);
        return answer;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> call(String method, Map<String, ?> parameters) throws Exception {
        Map<String, Object> answer = send(method, parameters).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (!(answer.get("result") instanceof Map<?, ?> result)) {
            throw new AssertionError(method + " failed: " + answer);
        }
        return (Map<String, Object>) result;
    }

    /** Goes to an address. */
    void open(URI address) throws Exception {
        call("Page.navigate", Map.of("url", address.toString()));
    }

    /** The value of an expression in the page. */
    Object value(String expression) throws Exception {
        Map<String, Object> result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.get("exceptionDetails") != null) {
            throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
        }
        return ((Map<?, ?>) result.get("result")).get("value");
    }

    /** Waits until an expression is true. */
    void awaitTrue(String expression) {
        await(expression).atMost(LIMIT).until(() -> isTrue(expression));
    }

    private boolean isTrue(String expression) throws Exception {
        try {
            return Boolean.TRUE.equals(value(expression));
        } catch (AssertionError notThereYet) {
            return false; // as while a page is loaded
        }
    }

    /** Presses the mouse on what a selector finds, wherever that is. */
    void click(String selector) throws Exception {
        Object place = value("(() => { const found = document.querySelector('" + selector + "');"
                + " found.scrollIntoView({ block: 'center' }); const box = found.getBoundingClientRect();"
                + " return [box.x + box.width / 2, box.y + box.height / 2]; })()");
        List<?> point = (List<?>) place;
        for (String type : List.of("mousePressed", "mouseReleased")) {
            call(
                    "Input.dispatchMouseEvent",
                    Map.of("type", type, "x", point.get(0), "y", point.get(1), "button", "left", "clickCount", 1));
        }
    }

    /** Presses a key. */
    void press(String key, int code, String text) throws Exception {
        for (String type : List.of("keyDown", "keyUp")) {
            Map<String, Object> parameters = new java.util.HashMap<>(
                    Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
            if (type.equals("keyDown") && !text.isEmpty()) {
                parameters.put("text", text);
            }
            call("Input.dispatchKeyEvent", parameters);
        }
    }

    /** In the colours of a scheme from now on. */
    void show(String scheme) throws Exception {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** What is to be seen, as a PNG. */
    byte[] picture() throws Exception {
        return Base64.getDecoder().decode((String) call("Page.captureScreenshot", Map.of("captureBeyondViewport", true))
                .get("data"));
    }

    /** What the browser has found wrong with pages since this was last asked: exceptions, and what was refused. */
    List<String> takeComplaints() {
        List<String> taken = new ArrayList<>(complaints);
        complaints.removeAll(taken);
        return taken;
    }

    @Override
    public void close() {
        socket.abort();
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> each.onExit().join());
    }
}
