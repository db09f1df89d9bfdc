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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application, started with java -jar, called, and ended. */
@Timeout(1800)
class OrdersApplicationIT {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final int SLOW_MILLIS = 3_000;

    /** How many times it is ended; more in a soak. */
    private static final int ENDS = Integer.getInteger("ipcq.sigterms", 1);

    /** A ring, and a queue of a manager, which the sample has no use for. */
    private static final String[] OTHER_QUEUES = {
        "--ipcq.queue.ticks.kind=memory",
        "--ipcq.queue.ticks.type=java.lang.Long",
        "--ipcq.queue.letters.kind=manager",
        "--ipcq.queue.letters.type=java.lang.String",
        "--ipcq.manager.start=true"
    };

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void shouldWorkOnOrdersInAnotherProcess() throws Exception {
        try (Application application = new Application(jar(), OTHER_QUEUES)) {
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
                    .contains("\"ticks\":{\"depth\":0", "\"letters\":{\"depth\":0")
                    .contains("\"deadLetters\":0")
                    .doesNotContain("DOWN");
            assertThat(application.get("/actuator/metrics/ipcq.queue.put?tag=queue:orders"))
                    .contains("\"value\":1.0");
            assertThat(application.output)
                    .as("nothing that the user did not ask for")
                    .noneMatch(line -> line.contains("WARN"));
        }
    }

    private static List<String> jar() {
        return List.of("-jar", System.getProperty("sample.jar"));
    }

    /** The other archive that Boot makes, with the same in other folders. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.places.all", matches = "true")
    void shouldRunAsWar() throws Exception {
        shouldRun(List.of("-jar", war(Path.of(System.getProperty("sample.jar"))).toString()));
    }

    /** As spring-boot:run and an IDE start it. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.places.all", matches = "true")
    void shouldRunFromClasses() throws Exception {
        shouldRun(List.of("-cp", System.getProperty("java.class.path"), OrdersApplication.class.getName()));
    }

    private void shouldRun(List<String> program) throws Exception {
        try (Application application = new Application(program, OTHER_QUEUES)) {
            assertThat(application.get("/primes?below=100"))
                    .startsWith("25 primes")
                    .doesNotContain("process " + application.process.pid());
            assertThat(application.get("/actuator/health"))
                    .contains("\"ticks\"", "\"letters\"", "\"orders\"")
                    .doesNotContain("DOWN");
        }
    }

    private Path war(Path jar) throws IOException {
        Path war = directory.resolve("sample.war");
        try (JarFile from = new JarFile(jar.toFile())) {
            Manifest manifest = new Manifest(from.getManifest());
            Attributes attributes = manifest.getMainAttributes();
            attributes.remove(new Attributes.Name("Spring-Boot-Classpath-Index"));
            attributes.remove(new Attributes.Name("Spring-Boot-Layers-Index"));
            attributes.putValue("Main-Class", attributes.getValue("Main-Class").replace("JarLauncher", "WarLauncher"));
            attributes.putValue("Spring-Boot-Classes", "WEB-INF/classes/");
            attributes.putValue("Spring-Boot-Lib", "WEB-INF/lib/");
            try (JarOutputStream to = new JarOutputStream(Files.newOutputStream(war), manifest)) {
                for (JarEntry entry : from.stream().toList()) {
                    if (!entry.getName().equals("META-INF/MANIFEST.MF") && !entry.getName().endsWith(".idx")) {
                        JarEntry copy = new JarEntry(entry.getName().replaceFirst("^BOOT-INF/", "WEB-INF/"));
                        copy.setMethod(entry.getMethod()); // archives in it are not compressed
                        copy.setSize(entry.getSize());
                        copy.setCrc(entry.getCrc());
                        to.putNextEntry(copy);
                        from.getInputStream(entry).transferTo(to);
                    }
                }
            }
        }
        return war;
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
            this(jar());
        }

        /** @param program what it is, for the java command */
        Application(List<String> program, String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djava.io.tmpdir=" + directory));
            command.addAll(program);
            command.addAll(List.of("--server.port=0", "--orders.directory=" + directory.resolve("data")));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
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
