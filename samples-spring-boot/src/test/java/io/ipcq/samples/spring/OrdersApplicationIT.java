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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application, started with java -jar, called, and ended. */
@Timeout(1800)
class OrdersApplicationIT {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final int SLOW_MILLIS = 3_000;

    /** How many times it is ended; more in a soak. */
    private static final int ENDS = Integer.getInteger("ipcq.sigterms", 1);

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void shouldWorkOnOrdersInAnotherProcess() throws Exception {
        try (Application application = new Application()) {
            HttpRequest order = HttpRequest.newBuilder(application.at("/orders"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"article\": \"tea\", \"pieces\": 3}"))
                    .build();
            assertThat(client.send(order, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
            String here = "process " + application.process.pid();
            assertThat(application.await("/receipts", "3 x tea")).doesNotContain(here);
            assertThat(application.get("/primes?below=100"))
                    .startsWith("25 primes")
                    .doesNotContain(here);
            assertThat(application.get("/actuator/health"))
                    .contains("\"ipcq\"")
                    .contains("\"deadLetters\":0")
                    .doesNotContain("DOWN");
            assertThat(application.get("/actuator/metrics/ipcq.queue.put?tag=queue:orders"))
                    .contains("\"value\":1.0");
            assertThat(application.output)
                    .as("nothing that the user did not ask for")
                    .noneMatch(line -> line.contains("WARN"));
        }
    }

    @Test
    void shouldAnswerRequestInFlightAtItsEnd() throws Exception {
        for (int i = 0; i < ENDS; i++) {
            try (Application application = new Application()) {
                shouldAnswerRequestInFlightAtEndOf(application);
            }
        }
    }

    private void shouldAnswerRequestInFlightAtEndOf(Application application) throws Exception {
        application.get("/primes?below=10");
        URI slow = application.at("/primes?below=100&millis=" + SLOW_MILLIS);
        CompletableFuture<HttpResponse<String>> asked =
                client.sendAsync(HttpRequest.newBuilder(slow).build(), BodyHandlers.ofString());
        application.await("/actuator/health", "\"busy\":1");
        List<ProcessHandle> family = application.family();
        assertThat(family).as("a worker, and the listener's process").hasSizeGreaterThanOrEqualTo(2);

        application.process.destroy(); // SIGTERM
        HttpResponse<String> answer = asked.get();
        long answered = System.nanoTime();
        assertThat(answer.statusCode())
                .as("%s\n%s", answer.body(), application.output)
                .isEqualTo(200);
        assertThat(answer.body()).startsWith("25 primes");
        assertThat(application.process.waitFor()).as("%s", application.output).isEqualTo(143);
        System.out.printf("gone %d ms after the answer%n", (System.nanoTime() - answered) / 1_000_000);
        for (ProcessHandle child : family) {
            child.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    /** The packaged application in a process of its own. */
    private final class Application implements AutoCloseable {

        private final List<String> output = Collections.synchronizedList(new ArrayList<>());
        private final CompletableFuture<String> port = new CompletableFuture<>();
        private final Process process;

        Application() throws IOException {
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Djava.io.tmpdir=" + directory,
                            "-jar",
                            System.getProperty("sample.jar"),
                            "--server.port=0",
                            "--orders.directory=" + directory.resolve("data"))
                    .redirectErrorStream(true);
            builder.environment().remove("JDK_JAVA_OPTIONS");
            process = builder.start();
            Thread reader = new Thread(this::read);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader lines = process.inputReader()) {
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

        List<ProcessHandle> family() {
            return process.descendants().toList();
        }

        URI at(String path) throws Exception {
            return URI.create("http://localhost:" + port.get(120, TimeUnit.SECONDS) + path);
        }

        String get(String path) throws Exception {
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(at(path)).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode())
                    .as("%s: %s\n%s", path, answer.body(), output)
                    .isEqualTo(200);
            return answer.body();
        }

        String await(String path, String expected) throws Exception {
            String answer = get(path);
            while (!answer.contains(expected)) { // the test's time limit ends this
                Thread.sleep(50);
                answer = get(path);
            }
            return answer;
        }

        @Override
        public void close() {
            List<ProcessHandle> family = family();
            process.destroy();
            process.onExit().join();
            family.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
