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
import java.util.stream.Stream;
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

    private static final String VERSION = System.getProperty("sample.version");
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

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
    void shouldWorkOnOrdersInAnotherProcessAndAnswerRequestInFlightAtItsEnd() throws Exception {
        try (Application application = new Application(java(jar(), OTHER_QUEUES))) {
            shouldWorkOnOrdersInAnotherProcess(application);
            shouldAnswerRequestInFlightAtEndOf(application);
        }
        for (int i = 1; i < ENDS; i++) {
            try (Application application = new Application(java(jar()))) {
                shouldAnswerRequestInFlightAtEndOf(application);
            }
        }
    }

    private void shouldWorkOnOrdersInAnotherProcess(Application application) throws Exception {
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

    private static List<String> jar() {
        return List.of("-jar", System.getProperty("sample.jar"));
    }

    /** The other archive that Boot makes, with the same in other folders. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.places.all", matches = "true")
    void shouldRunAsWar() throws Exception {
        Path war = war(Path.of(System.getProperty("sample.jar")));
        shouldRun(java(List.of("-jar", war.toString()), OTHER_QUEUES));
    }

    /** As an IDE starts it. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.places.all", matches = "true")
    void shouldRunFromClasses() throws Exception {
        shouldRun(java(
                List.of("-cp", System.getProperty("java.class.path"), OrdersApplication.class.getName()),
                OTHER_QUEUES));
    }

    /** A copy of the sample, built by a Maven that has ipcq from a repository, and else what this build had. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.places.all", matches = "true")
    void shouldRunBySpringBootRun() throws Exception {
        Path root = Path.of("../..").toRealPath();
        Path staging = directory.resolve("staging");
        stage(root, staging, "ipcq", "pom.xml");
        for (String library : List.of("ipc-queue", "ipc-manager", "ipc-spring-boot-starter")) {
            stage(root.resolve(library), staging, library, "pom.xml", "target/" + library + "-" + VERSION + ".jar");
        }
        Path project = Files.createDirectories(directory.resolve("project/boot"));
        Files.copy(Path.of("pom.xml"), project.resolve("pom.xml"));
        copyFolder(root.resolve("samples-spring-boot/src"), directory.resolve("project/src"));
        Path settings = Files.writeString(
                directory.resolve("settings.xml"),
                settings(staging, Path.of(System.getProperty("sample.repository"))));
        shouldRun(List.of(
                "mvn",
                "-B",
                "-f",
                project.toString(),
                "-s",
                settings.toString(),
                "-Dmaven.repo.local=" + directory.resolve("repository"),
                "-Dspring-boot.run.jvmArguments=-Djava.io.tmpdir=" + directory,
                "-Dspring-boot.run.arguments=" + String.join(" ", arguments(OTHER_QUEUES)),
                "spring-boot:run"));
    }

    private static void stage(Path from, Path repository, String artifact, String... files) throws IOException {
        Path to = Files.createDirectories(repository.resolve("io/ipcq/" + artifact + "/" + VERSION));
        for (String file : files) {
            String suffix = file.substring(file.lastIndexOf('.')).replace(".xml", ".pom");
            Files.copy(from.resolve(file), to.resolve(artifact + "-" + VERSION + suffix));
        }
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static String settings(Path... repositories) {
        return """
                <settings>
                  <profiles>
                    <profile>
                      <id>files</id>
                      <repositories>%s</repositories>
                      <pluginRepositories>%s</pluginRepositories>
                    </profile>
                  </profiles>
                  <activeProfiles><activeProfile>files</activeProfile></activeProfiles>
                </settings>
                """.formatted(elements("repository", repositories), elements("pluginRepository", repositories));
    }

    private static String elements(String element, Path... repositories) {
        StringBuilder elements = new StringBuilder();
        for (Path repository : repositories) {
            elements.append("<%1$s><id>%2$s</id><url>%3$s</url></%1$s>"
                    .formatted(element, repository.getFileName(), repository.toUri()));
        }
        return elements.toString();
    }

    private void shouldRun(List<String> command) throws Exception {
        try (Application application = new Application(command)) {
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

    private CompletableFuture<HttpResponse<String>> ask(URI address) {
        return client.sendAsync(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }

    private void shouldAnswerRequestInFlightAtEndOf(Application application) throws Exception {
        application.get("/primes?below=10");
        URI slow = application.at("/primes?below=100&millis=" + SLOW_MILLIS);
        CompletableFuture<HttpResponse<String>> asked = ask(slow);
        while (!application.get("/actuator/health").contains("\"busy\":1")) { // the test's time limit ends this
            Thread.sleep(50);
            asked = asked.isDone() ? ask(slow) : asked; // it was answered before anybody looked
        }
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
            child.onExit().get(3, TimeUnit.MINUTES);
        }
    }

    private List<String> java(List<String> program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(JAVA_HOME.resolve("bin/java").toString());
        command.add("-Djava.io.tmpdir=" + directory);
        command.addAll(program);
        command.addAll(arguments(arguments));
        return command;
    }

    private List<String> arguments(String... more) {
        List<String> arguments = new ArrayList<>();
        arguments.add("--server.port=0");
        arguments.add("--orders.directory=" + directory.resolve("data"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    /** The application in a process of its own. */
    private final class Application implements AutoCloseable {

        private final List<String> output = Collections.synchronizedList(new ArrayList<>());
        private final CompletableFuture<String> port = new CompletableFuture<>();
        private final Process process;

        Application(List<String> command) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().remove("JDK_JAVA_OPTIONS");
            builder.environment().put("JAVA_HOME", JAVA_HOME.toString());
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
            return URI.create("http://localhost:" + port.get(600, TimeUnit.SECONDS) + path);
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
