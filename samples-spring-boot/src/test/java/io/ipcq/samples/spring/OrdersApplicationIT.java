// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application, started with java -jar, called, and ended. */
@Timeout(180)
class OrdersApplicationIT {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final int SLOW_MILLIS = 3_000;

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> output = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<String> port = new CompletableFuture<>();
    private Process application;

    @BeforeEach
    void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + directory,
                        "-jar",
                        System.getProperty("sample.jar"),
                        "--server.port=0",
                        "--orders.directory=" + directory.resolve("data"))
                .redirectErrorStream(true);
        builder.environment().remove("JDK_JAVA_OPTIONS");
        application = builder.start();
        Thread reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines = application.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                Matcher started = PORT.matcher(line);
                if (started.find()) {
                    port.complete(started.group(1));
                }
            }
        } catch (IOException e) {
            output.add("no more output: " + e);
        }
        port.completeExceptionally(new IllegalStateException("ended: " + String.join("\n", output)));
    }

    @AfterEach
    void stop() throws InterruptedException {
        List<ProcessHandle> family = family();
        application.destroy();
        application.waitFor();
        family.forEach(ProcessHandle::destroyForcibly);
    }

    private List<ProcessHandle> family() {
        return application.descendants().toList();
    }

    private URI at(String path) throws Exception {
        return URI.create("http://localhost:" + port.get(120, TimeUnit.SECONDS) + path);
    }

    private String get(String path) throws Exception {
        HttpResponse<String> answer =
                client.send(HttpRequest.newBuilder(at(path)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as("%s: %s\n%s", path, answer.body(), output).isEqualTo(200);
        return answer.body();
    }

    private String await(String path, String expected) throws Exception {
        String answer = get(path);
        while (!answer.contains(expected)) { // the test's time limit ends this
            Thread.sleep(50);
            answer = get(path);
        }
        return answer;
    }

    @Test
    void shouldWorkOnOrdersInAnotherProcess() throws Exception {
        HttpRequest order = HttpRequest.newBuilder(at("/orders"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"article\": \"tea\", \"pieces\": 3}"))
                .build();
        assertThat(client.send(order, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
        assertThat(await("/receipts", "3 x tea")).doesNotContain("process " + application.pid());
        assertThat(get("/primes?below=100")).startsWith("25 primes").doesNotContain("process " + application.pid());
        assertThat(get("/actuator/health")).contains("\"ipcq\"").contains("\"deadLetters\":0").doesNotContain("DOWN");
        assertThat(get("/actuator/metrics/ipcq.queue.put?tag=queue:orders")).contains("\"value\":1.0");
        assertThat(output).as("nothing that the user did not ask for").noneMatch(line -> line.contains("WARN"));
    }

    @Test
    void shouldAnswerRequestInFlightAtItsEnd() throws Exception {
        get("/primes?below=10");
        CompletableFuture<HttpResponse<String>> slow = client.sendAsync(
                HttpRequest.newBuilder(at("/primes?below=100&millis=" + SLOW_MILLIS)).build(), BodyHandlers.ofString());
        await("/actuator/health", "\"busy\":1");
        List<ProcessHandle> family = family();
        assertThat(family).as("a worker, and the listener's process").hasSizeGreaterThanOrEqualTo(2);

        application.destroy(); // SIGTERM
        HttpResponse<String> answer = slow.get();
        assertThat(answer.statusCode()).as("%s\n%s", answer.body(), output).isEqualTo(200);
        assertThat(answer.body()).startsWith("25 primes");
        assertThat(application.waitFor()).as("%s", output).isEqualTo(143);
        for (ProcessHandle child : family) {
            child.onExit().get(60, TimeUnit.SECONDS);
        }
    }
}
